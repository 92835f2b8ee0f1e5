//! Parameter aliases: `$filter=name eq @n&@n='Rust'`. An alias stands for its expression, bound where it is used; one
//! that nothing is said of is null (OData Protocol 4.01, section 11.2.6.1.3).

use edm::expr::Expr;

use super::Binder;
use crate::problem::Problem;
use crate::syntax::tree::{self, ExprKind, Path, Root};

/// The aliases that can be used, those of the innermost level last: they hide others of the same name.
#[derive(Default)]
pub(super) struct Aliases<'a> {
    known: Vec<Alias<'a>>,
}

struct Alias<'a> {
    name: &'a str,
    value: &'a tree::Expr,
    /// It is being bound: within itself it has no value.
    open: bool,
}

impl<'a> Aliases<'a> {
    pub(super) fn add(&mut self, name: &'a str, value: &'a tree::Expr) {
        self.known.push(Alias { name, value, open: false });
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.known.truncate(length);
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.known.iter().rposition(|alias| alias.name == name)
    }

    /// The value as it was written.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(self.known.get(self.find(name)?)?.value.to_string())
    }

    fn set_open(&mut self, at: usize, open: bool) {
        if let Some(alias) = self.known.get_mut(at) {
            alias.open = open;
        }
    }
}

impl<'a> Binder<'a> {
    /// What an alias stands for.
    pub(super) fn aliased(&mut self, name: &str) -> Result<Expr, Problem> {
        let Some(at) = self.aliases.find(name) else { return Ok(Expr::null()) };
        let bound = self.with_alias(at, Self::expr)?;
        self.copy(&bound)?;
        Ok(bound)
    }

    /// The alias that the expression is and nothing more, if it stands for an object.
    pub(super) fn aliased_object(&self, tree: &tree::Expr) -> Option<usize> {
        let ExprKind::Path(Path { root: Root::Alias(name), steps }) = &tree.kind else { return None };
        let at = self.aliases.find(name).filter(|_| steps.is_empty())?;
        self.aliases.known.get(at).filter(|alias| matches!(alias.value.kind, ExprKind::Object(_))).map(|_| at)
    }

    /// Does something with the value of an alias, which must not come upon itself.
    pub(super) fn with_alias<T>(
        &mut self,
        at: usize,
        bind: impl FnOnce(&mut Self, &'a tree::Expr) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let Some(&Alias { name, value, open }) = self.aliases.known.get(at) else {
            return Err(self.wrong("found an alias without a value"));
        };
        if open {
            return Err(self.wrong(format!("found `@{name}` within its own value, expected a value without it")));
        }
        self.aliases.set_open(at, true);
        let bound = bind(self, value);
        self.aliases.set_open(at, false);
        bound
    }
}
