//! `$select`: which members of a structured value are answered.

use edm::check::brief;
use edm::{Navigation, Property, StructType, Type};

use super::applies::Within;
use super::level::Levels;
use super::{Applies, Query};
use crate::problem::{Kind, Problem};
use crate::syntax::tree::{Choice, ChoiceKind, Name, SelectItem, Step};

/// Which members of a structured value are answered.
#[derive(Debug, Clone, Default)]
pub struct Select {
    /// Every property (`*`).
    pub all: bool,
    /// These properties.
    pub properties: Vec<Selected>,
    /// These navigation properties.
    pub navigation: Vec<&'static Navigation>,
    /// These computed properties, named as `$compute` does.
    pub computed: Vec<String>,
}

/// A selected property.
#[derive(Debug, Clone)]
pub struct Selected {
    /// Which.
    pub property: &'static Property,
    /// The derived type that declares it, if one was written before it.
    pub from: Option<&'static StructType>,
    /// Which of its members, if it is complex and not all of them.
    pub nested: Option<Select>,
    /// What else is asked of the items of a collection, or computed of a complex value.
    pub query: Option<Box<Query>>,
}

impl Select {
    /// Is the property among the selected, and which of its members?
    pub fn find(&self, name: &[u8]) -> Option<Option<&Select>> {
        if self.all {
            return Some(None);
        }
        self.selected(name).map(|selected| selected.nested.as_ref())
    }

    /// What is asked of lists and complex values, on all levels.
    pub(super) fn queries(&self) -> Vec<&Query> {
        let own = self.properties.iter().filter_map(|selected| selected.query.as_deref());
        let within = self.properties.iter().filter_map(|selected| selected.nested.as_ref());
        own.chain(within.flat_map(Select::queries)).collect()
    }

    /// The selected property of that name, if it is named and not one of all.
    pub fn selected(&self, name: &[u8]) -> Option<&Selected> {
        self.properties.iter().find(|selected| selected.property.name.as_bytes() == name)
    }
}

impl<'a> Levels<'a> {
    pub(super) fn select(&mut self, ty: Type, items: &'a [SelectItem]) -> Result<Select, Problem> {
        self.binder.within("$select");
        let mut select = Select::default();
        for item in items {
            match item {
                SelectItem::All => select.all = true,
                // Operations are told by the metadata; no answer advertises them.
                SelectItem::Operations(name) => self.own_namespace(&name.text)?,
                SelectItem::Path { path, parameters, options } => {
                    if !parameters.is_empty() && !self.ends_with_operation(path) {
                        return Err(self.binder.wrong("found names in parentheses, expected them after an operation"));
                    }
                    self.binder.refuse_lost(path)?;
                    if !options.is_empty() {
                        self.binder.refuse_of_made("an option for a value")?;
                    }
                    self.select_path(ty, &mut select, path, options)?;
                    // What stands in the parentheses was bound as other options.
                    self.binder.within("$select");
                }
            }
        }
        Ok(select)
    }

    fn own_namespace(&self, name: &str) -> Result<(), Problem> {
        let model = self.binder.model();
        match model.is_called(name) {
            true => Ok(()),
            false => {
                let found = brief(name);
                Err(self.binder.wrong(format!("found the namespace {found}, expected `{}`", model.namespace)))
            }
        }
    }

    fn select_path(
        &mut self,
        ty: Type,
        select: &mut Select,
        path: &'a [Step],
        options: &'a [Choice],
    ) -> Result<(), Problem> {
        let mut path = path;
        let mut from = None;
        let mut ty = self.structure(ty)?;
        while let Some((name, rest)) = qualified(path) {
            if rest.is_empty() && self.is_operation(name) {
                return Ok(());
            }
            ty = self.derived(ty, name)?;
            from = Some(ty);
            path = rest;
        }
        let [step, rest @ ..] = path else {
            return Err(self.binder.not_offered(&format!("a selection that ends with the type `{}`", ty.name)));
        };
        let name = self.plain(step)?;
        if name.text == "*" && rest.is_empty() {
            select.all = true;
            return Ok(());
        }
        if self.select_other(ty, select, name, rest, options)? {
            return Ok(());
        }
        let (_, property) = ty.find(&name.text).ok_or_else(|| self.binder.unknown(ty, &name.text))?;
        self.select_property(select, Selected { property, from, nested: None, query: None }, rest, options)
    }

    /// What is selected by name alone: relationships and computed properties.
    fn select_other(
        &mut self,
        ty: &'static StructType,
        select: &mut Select,
        name: &Name,
        rest: &[Step],
        options: &[Choice],
    ) -> Result<bool, Problem> {
        let navigation = ty.find_navigation(&name.text);
        let computed = self.binder.computed(&name.text).map(|(computed, _)| computed.to_owned());
        let Some(known) = navigation.map(|navigation| navigation.name.to_owned()).or(computed.clone()) else {
            return Ok(false);
        };
        if !options.is_empty() {
            return Err(self.binder.wrong(format!("found options after `{known}`, expected them in `$expand`")));
        }
        match (navigation, computed, rest) {
            (Some(navigation), _, []) => {
                if !select.navigation.iter().any(|known| std::ptr::eq(*known, navigation)) {
                    select.navigation.push(navigation);
                }
            }
            (None, Some(computed), []) => {
                if !select.computed.contains(&computed) {
                    select.computed.push(computed);
                }
            }
            (None, ..) => return Err(self.binder.not_offered(&format!("a member of the computed `{known}`"))),
            (Some(_), ..) => {
                let message = format!("paths along the relationship `{known}` are not supported yet in `$select`");
                return Err(Problem::new(Kind::NotSupported, message).at("$select"));
            }
        }
        Ok(true)
    }

    fn select_property(
        &mut self,
        select: &mut Select,
        selected: Selected,
        rest: &'a [Step],
        options: &'a [Choice],
    ) -> Result<(), Problem> {
        let property = selected.property;
        let listed = select.properties.iter().position(|known| std::ptr::eq(known.property, property));
        if !rest.is_empty() {
            let Type::Struct(_) = property.ty else {
                return Err(self
                    .binder
                    .wrong(format!("`{}` has no members, expected nothing after it", property.name)));
            };
            let whole = listed.and_then(|at| select.properties.get(at)).is_some_and(|known| known.nested.is_none());
            let mut narrowed = Select::default();
            let slot = match listed.and_then(|at| select.properties.get_mut(at)) {
                Some(known) if !whole => known.nested.get_or_insert_default(),
                _ => &mut narrowed,
            };
            self.select_path(property.ty, slot, rest, options)?;
            if listed.is_none() {
                select.properties.push(Selected { nested: Some(narrowed), ..selected });
            }
            return Ok(());
        }
        let selected = self.with_options(selected, options)?;
        match listed.and_then(|at| select.properties.get_mut(at)) {
            None => select.properties.push(selected),
            Some(known) if known.query.is_none() && options.is_empty() => known.nested = None,
            Some(_) => {
                let message = format!("`{}` must not be selected more than once with options", property.name);
                return Err(self.binder.wrong(message));
            }
        }
        Ok(())
    }

    /// The options in parentheses after a property.
    fn with_options(&mut self, selected: Selected, options: &'a [Choice]) -> Result<Selected, Problem> {
        if options.is_empty() {
            return Ok(selected);
        }
        let property = selected.property;
        let applies = match (property.collection, property.ty) {
            (true, Type::Struct(_)) => Applies::Collection,
            (true, _) => Applies::Values,
            (false, Type::Struct(_)) => Applies::Entity,
            (false, _) => Applies::Nothing,
        };
        let mut query = self.bind(property.ty, options, applies, Within::Select)?;
        let nested = query.select.take();
        let more = options.iter().any(|option| !matches!(option.kind, ChoiceKind::Select(_)));
        Ok(Selected { nested, query: more.then(|| Box::new(query)), ..selected })
    }

    fn ends_with_operation(&self, path: &[Step]) -> bool {
        matches!(path.last(), Some(Step::Name { name, arguments: None })
            if name.split().0.is_some() && self.is_operation(name))
    }

    fn is_operation(&self, name: &Name) -> bool {
        let model = self.binder.model();
        let unqualified = model.unqualified(&name.text);
        model.structure(&name.text).is_none()
            && model.operations.iter().any(|operation| operation.name.eq_ignore_ascii_case(unqualified))
    }

    /// A type whose name stands in a path after the type of what comes before.
    pub(super) fn derived(&self, ty: &'static StructType, name: &Name) -> Result<&'static StructType, Problem> {
        let found = self.binder.ty(name)?;
        let related = found.structure().filter(|found| found.is_a(ty) || ty.is_a(found));
        related.ok_or_else(|| {
            let name = brief(&name.text);
            self.binder.wrong(format!("found the type {name}, expected `{}` or one derived from it", ty.name))
        })
    }

    pub(super) fn structure(&self, ty: Type) -> Result<&'static StructType, Problem> {
        let message = || format!("found members of `{}`, which has none", ty.name());
        ty.structure().ok_or_else(|| self.binder.wrong(message()))
    }

    pub(super) fn plain<'s>(&self, step: &'s Step) -> Result<&'s Name, Problem> {
        match step {
            Step::Name { name, arguments: None } => Ok(name),
            Step::Annotation { term, .. } => {
                Err(self.binder.not_offered(&format!("the annotation {} in a path", brief(&term.text))))
            }
            _ => Err(self.binder.wrong("found a call or key, expected a name")),
        }
    }
}

/// The name of a type that a path begins with, and what follows.
pub(super) fn qualified(path: &[Step]) -> Option<(&Name, &[Step])> {
    match path {
        [Step::Name { name, arguments: None }, rest @ ..] if name.text.contains('.') => Some((name, rest)),
        _ => None,
    }
}
