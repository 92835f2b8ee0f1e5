//! Paths within expressions: properties, casts, `any` and `all`, `$count`.
//!
//! Lambda variables are matched with case and hide properties; other names are matched without.

use edm::expr::{Expr, Variable};
use edm::nearest::nearest;
use edm::{StructType, Type};

use super::{Binder, Scope};
use crate::problem::{Kind, Problem};
use crate::syntax::tree::{self, ChoiceKind, Name, Path, Quantifier, Root, Step};

impl Binder<'_> {
    pub(super) fn path(&mut self, path: &Path) -> Result<Expr, Problem> {
        let (mut found, rest) = match (&path.root, path.steps.as_slice()) {
            (Root::Implied, [Step::Name { name, arguments: None }, rest @ ..]) => (self.first(name)?, rest),
            (Root::Implied, steps) => (self.current()?, steps),
            (Root::It, steps) => (self.outermost()?, steps),
            (Root::This, steps) => (self.this()?, steps),
            (Root::Root, _) => return Err(self.not_offered("`$root`")),
            (Root::These, _) => return Err(self.not_offered("`$these`")),
            (Root::Alias(name), _) => return Err(self.not_offered(&format!("the alias `@{name}`"))),
        };
        for step in rest {
            found = self.step(found, step)?;
        }
        Ok(found)
    }

    /// A variable of that name, else a property of the instance.
    fn first(&mut self, name: &Name) -> Result<Expr, Problem> {
        let variable = self.scopes.iter().rev().find(|scope| scope.variable.as_deref() == Some(&name.text));
        match variable {
            Some(scope) => Ok(scope.instance.clone()),
            None => {
                let current = self.current()?;
                self.named(current, name)
            }
        }
    }

    fn outermost(&self) -> Result<Expr, Problem> {
        self.scopes.first().map(|scope| scope.instance.clone()).ok_or_else(|| self.wrong("found no instance here"))
    }

    fn this(&self) -> Result<Expr, Problem> {
        let scope = self.scopes.iter().rev().find(|scope| scope.variable.as_deref() == Some("$this"));
        scope.map(|scope| scope.instance.clone()).ok_or_else(|| self.wrong("`$this` has no meaning here"))
    }

    fn step(&mut self, found: Expr, step: &Step) -> Result<Expr, Problem> {
        match step {
            Step::Name { name, arguments: None } => self.named(found, name),
            Step::Lambda { quantifier, body: None } => match quantifier {
                Quantifier::Any => Expr::any_item(found).map_err(|error| self.ill_typed(&error)),
                Quantifier::All => Err(self.wrong("`all` needs a condition")),
            },
            Step::Lambda { quantifier, body: Some((variable, predicate)) } => {
                self.lambda(*quantifier, found, variable, predicate)
            }
            Step::Filter(predicate) => self.filtered(found, predicate),
            Step::Count(choices) => self.counted(found, choices),
            Step::Name { name, .. } => Err(self.not_offered(&format!("a call or key at `{}`", name.text))),
            Step::Key(_) | Step::Segment(_) => Err(self.not_offered("a key within an expression")),
            Step::Annotation { .. } => Err(self.not_offered("an annotation within an expression")),
        }
    }

    /// A property or, with a namespace, a cast.
    fn named(&mut self, found: Expr, name: &Name) -> Result<Expr, Problem> {
        if name.split().0.is_some() {
            let ty = self.ty(name)?;
            return Expr::cast(found, ty).map_err(|error| self.ill_typed(&error));
        }
        let Some(Type::Struct(ty)) = found.shape().ty().filter(|_| !found.shape().is_list()) else {
            return Err(self.wrong(format!(
                "found `{}` after {}, which has no properties",
                name.text,
                found.shape().name()
            )));
        };
        if let Some(property) = ty.find(&name.text) {
            return found.property(property).map_err(|error| self.ill_typed(&error));
        }
        match ty.find_navigation(&name.text) {
            Some(navigation) => Err(self.not_offered(&format!("`{}` within an expression", navigation.name))),
            None => Err(self.unknown(ty, &name.text)),
        }
    }

    fn lambda(&mut self, quantifier: Quantifier, list: Expr, name: &Name, body: &tree::Expr) -> Result<Expr, Problem> {
        let variable = self.variable(&list);
        let scope = Scope { variable: Some(name.text.clone()), instance: Expr::variable(variable) };
        let predicate = self.within(scope, body)?;
        let lambda = match quantifier {
            Quantifier::Any => Expr::any(list, variable, predicate),
            Quantifier::All => Expr::all(list, variable, predicate),
        };
        lambda.map_err(|error| self.ill_typed(&error))
    }

    /// The items for which a condition is true; names in it belong to the items, `$this` is the item itself.
    fn filtered(&mut self, list: Expr, predicate: &tree::Expr) -> Result<Expr, Problem> {
        let variable = self.variable(&list);
        self.scopes.push(Scope { variable: Some("$this".into()), instance: Expr::variable(variable) });
        let predicate = self.within(Scope { variable: None, instance: Expr::variable(variable) }, predicate);
        self.scopes.pop();
        Expr::filter(list, variable, predicate?).map_err(|error| self.ill_typed(&error))
    }

    fn counted(&mut self, mut list: Expr, choices: &[tree::Choice]) -> Result<Expr, Problem> {
        for choice in choices {
            list = match &choice.kind {
                ChoiceKind::Filter(predicate) => self.filtered(list, predicate)?,
                ChoiceKind::Search(search) => {
                    Expr::search(list, super::search::bind(search)).map_err(|error| self.ill_typed(&error))?
                }
                _ => return Err(self.not_offered("an option of `$count` other than `$filter` and `$search`")),
            };
        }
        Expr::count(list).map_err(|error| self.ill_typed(&error))
    }

    fn within(&mut self, scope: Scope, body: &tree::Expr) -> Result<Expr, Problem> {
        self.scopes.push(scope);
        let bound = self.expr(body);
        self.scopes.pop();
        bound
    }

    /// A variable with a number that no other in the expression has.
    fn variable(&mut self, list: &Expr) -> Variable {
        let variable = Variable::new(self.slot, list);
        self.slot = self.slot.saturating_add(1);
        variable
    }

    /// Graph's sentence, and the name that was probably meant.
    fn unknown(&self, ty: &'static StructType, name: &str) -> Problem {
        let hint = nearest(name, ty.names()).map(|best| format!(" Did you mean `{best}`?")).unwrap_or_default();
        let name: String = name.chars().take(80).collect();
        let message =
            format!("Could not find a property named '{name}' on type '{}.{}'.{hint}", self.model.namespace, ty.name);
        Problem::new(Kind::UnknownQueryProperty, message).at(self.option)
    }
}
