//! The options of one level: of the request, or of the parentheses after an expanded or selected item.

use edm::Type;

use super::applies::{Within, admit};
use super::given::bounded;
use super::{Applies, Query};
use crate::bind::{self, Binder};
use crate::problem::Problem;
use crate::syntax::tree::{Choice, ChoiceKind};

/// Binds level after level of one request.
pub(super) struct Levels<'a> {
    pub(super) binder: Binder<'a>,
    /// Items of `$expand` so far, of all levels.
    pub(super) expanded: usize,
    /// How many levels of `$expand` are around.
    pub(super) depth: usize,
}

impl<'a> Levels<'a> {
    pub(super) fn new(binder: Binder<'a>) -> Self {
        Self { binder, expanded: 0, depth: 0 }
    }

    /// The options of a level whose rows are of that type.
    pub(super) fn bind(
        &mut self,
        ty: Type,
        choices: &'a [Choice],
        applies: Applies,
        within: Within,
    ) -> Result<Query, Problem> {
        self.binder.refuse_repeated(choices)?;
        for choice in choices {
            admit(&choice.kind.name(), applies, within)?;
        }
        if within == Within::Expand && choices.iter().any(|choice| matches!(choice.kind, ChoiceKind::Apply(_))) {
            self.binder.within("$expand");
            return Err(self.binder.not_offered("`$apply` within `$expand`"));
        }
        let outer = self.binder.enter(ty, within == Within::Request);
        let query = self.options(ty, choices);
        self.binder.leave(outer);
        query
    }

    /// Options are bound in the order in which they take effect, whatever the order in which they stand: what is
    /// computed is known to the others, and they are about what `$apply` leaves.
    fn options(&mut self, ty: Type, choices: &'a [Choice]) -> Result<Query, Problem> {
        let mut query = Query::default();
        for choice in choices {
            if let ChoiceKind::Alias(name, value) = &choice.kind {
                self.binder.alias(name, value);
            }
        }
        for choice in choices {
            if let ChoiceKind::Apply(transformations) = &choice.kind {
                query.apply = Some(self.binder.apply(transformations)?);
            }
        }
        for choice in choices {
            if let ChoiceKind::Compute(items) = &choice.kind {
                self.binder.within("$compute");
                query.compute = self.binder.compute(items)?;
            }
        }
        for choice in choices {
            self.option(ty, &choice.kind, &mut query)?;
        }
        Ok(query)
    }

    fn option(&mut self, ty: Type, kind: &'a ChoiceKind, query: &mut Query) -> Result<(), Problem> {
        match kind {
            ChoiceKind::Search(search) => query.search = Some(bind::search(search, Some(ty))),
            ChoiceKind::Filter(tree) => {
                self.binder.within("$filter");
                query.filter = Some(self.binder.condition(tree)?);
            }
            ChoiceKind::OrderBy(items) => {
                self.binder.within("$orderby");
                query.order = self.binder.order(items)?;
            }
            ChoiceKind::Count(count) => query.count = *count,
            ChoiceKind::Skip(number) => query.skip = Some(bounded("$skip", *number)?),
            ChoiceKind::Top(number) => query.top = Some(bounded("$top", *number)?),
            ChoiceKind::Index(number) => query.index = Some(*number),
            ChoiceKind::Select(items) => query.select = Some(self.select(ty, items)?),
            ChoiceKind::Expand(items) => query.expand = self.expand(ty, items)?,
            ChoiceKind::SkipToken(token) => query.skip_token = Some(token.clone()),
            ChoiceKind::DeltaToken(token) => query.delta_token = Some(token.clone()),
            ChoiceKind::Format(format) => query.format = Some(format.clone()),
            ChoiceKind::SchemaVersion(version) => {
                query.schema_version = Some(version.clone().unwrap_or_else(|| "*".to_owned()));
            }
            ChoiceKind::Id(id) => query.id = Some(id.clone()),
            // `$levels` is the item's that the options stand with, the others have had their turn.
            ChoiceKind::Levels(_)
            | ChoiceKind::Apply(_)
            | ChoiceKind::Compute(_)
            | ChoiceKind::Alias(..)
            | ChoiceKind::Custom(..) => {}
        }
        Ok(())
    }
}
