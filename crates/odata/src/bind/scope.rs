//! What names mean: on the level of a query, and within the lambdas of its expressions.

use edm::expr::Expr;
use edm::{StructKind, Type};

use super::Binder;
use super::apply::Applied;
use crate::problem::Problem;
use crate::syntax::{Limit, tree};

/// What names mean within an expression or the body of a lambda.
pub(super) struct Scope {
    /// The name by which its instance is called; a scope without one is what unprefixed names belong to.
    pub(super) variable: Option<String>,
    /// The instance.
    pub(super) instance: Expr,
    /// Properties computed on this level, in order.
    pub(super) computed: Vec<(String, Expr)>,
}

/// What was around a level, to go back to.
pub struct Level {
    scopes: Vec<Scope>,
    it: Option<Expr>,
    aliases: usize,
    applied: Option<Applied>,
}

impl<'a> Binder<'a> {
    /// Begins a level: its rows are of that type. `$it` is the row of the outermost level, also within nested options.
    pub fn enter(&mut self, row: Type, outermost: bool) -> Level {
        let row = Expr::row(row);
        let it = match outermost {
            true => Some(row.clone()),
            // Of values it is not known which one they are nested in.
            false => self.it.as_ref().and_then(|it| it.shape().ty()).filter(is_entity).map(Expr::outermost),
        };
        let it = std::mem::replace(&mut self.it, it);
        let scopes = vec![Scope::called("$this", row.clone()), Scope::implied(row)];
        let scopes = std::mem::replace(&mut self.scopes, scopes);
        Level { scopes, it, aliases: self.aliases.len(), applied: self.applied.take() }
    }

    /// Ends a level.
    pub fn leave(&mut self, outer: Level) {
        self.scopes = outer.scopes;
        self.it = outer.it;
        self.applied = outer.applied;
        self.aliases.truncate(outer.aliases);
    }

    /// A parameter alias, said on the current level.
    pub fn alias(&mut self, name: &'a str, value: &'a tree::Expr) {
        self.aliases.add(name, value);
    }

    /// The instance that unprefixed names belong to.
    pub(super) fn current(&self) -> Result<Expr, Problem> {
        let scope = self.implied();
        scope.map(|scope| scope.instance.clone()).ok_or_else(|| self.wrong("found no instance here"))
    }

    pub(super) fn implied(&self) -> Option<&Scope> {
        self.scopes.iter().rev().find(|scope| scope.variable.is_none())
    }

    pub(super) fn variable_called(&self, name: &str) -> Option<Expr> {
        let scope = self.scopes.iter().rev().find(|scope| scope.variable.as_deref() == Some(name));
        scope.map(|scope| scope.instance.clone())
    }

    /// Makes a property of the current level: later names mean it.
    pub(super) fn add_computed(&mut self, name: &str, expr: &Expr) {
        if let Some(scope) = self.scopes.iter_mut().rev().find(|scope| scope.variable.is_none()) {
            scope.computed.push((name.to_owned(), expr.clone()));
        }
    }

    /// The computed property of the current level by that name, as declared, and what it is.
    pub(crate) fn computed(&self, name: &str) -> Option<(&str, &Expr)> {
        let found = self.implied()?.computed.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some((&found.0, &found.1))
    }

    /// Binds something with more names.
    pub(super) fn with_scopes<T>(
        &mut self,
        scopes: impl IntoIterator<Item = Scope>,
        bind: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let before = self.scopes.len();
        self.scopes.extend(scopes);
        let bound = bind(self);
        self.scopes.truncate(before);
        bound
    }

    /// Accounts for a copy of an expression.
    pub(super) fn copy(&mut self, expr: &Expr) -> Result<(), Problem> {
        self.copied = self.copied.saturating_add(usize::try_from(expr.nodes()).unwrap_or(usize::MAX));
        match self.copied > self.limits.nodes {
            true => Err(self.too_many("parts taken from aliases and computed properties", Limit::Nodes)),
            false => Ok(()),
        }
    }
}

fn is_entity(ty: &Type) -> bool {
    ty.structure().is_some_and(|ty| ty.kind == StructKind::Entity)
}

impl Scope {
    pub(super) fn called(name: &str, instance: Expr) -> Self {
        Self { variable: Some(name.to_owned()), instance, computed: Vec::new() }
    }

    pub(super) fn implied(instance: Expr) -> Self {
        Self { variable: None, instance, computed: Vec::new() }
    }
}
