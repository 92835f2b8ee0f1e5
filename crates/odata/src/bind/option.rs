//! Options that hold expressions: conditions, orders, computed properties.

use edm::eval::{Sort, SortKey};
use edm::expr::Expr;
use edm::{Primitive, Type};

use super::Binder;
use crate::problem::Problem;
use crate::syntax::{Limit, Text, tree};

/// A property made for the answer: `$compute=price mul 2 as double`.
#[derive(Debug, Clone)]
pub struct Computed {
    /// Its name.
    pub name: String,
    /// What it is.
    pub expr: Expr,
}

impl Binder<'_> {
    /// `$filter`: a condition over the rows of the current level.
    pub fn condition(&mut self, tree: &tree::Expr) -> Result<Expr, Problem> {
        let condition = self.expr(tree)?;
        match condition.shape().ty() {
            _ if condition.shape().is_list() => Err(self.wrong("found a list, expected a condition")),
            Some(ty) if ty.primitive() != Some(Primitive::Boolean) => {
                Err(self.wrong(format!("found a value of type `{}`, expected a condition", ty.name())))
            }
            _ => Ok(condition),
        }
    }

    /// The condition that a text says, over rows of that type.
    pub fn filter(&mut self, ty: Type, text: &str) -> Result<Expr, Problem> {
        self.within("$filter");
        let tree = crate::syntax::expression(&Text::plain(text), &self.limits);
        let tree = tree.map_err(|error| Problem::from(error.within("`$filter`")))?;
        let outer = self.enter(ty, true);
        let bound = self.condition(&tree);
        self.leave(outer);
        bound
    }

    /// The condition that a text says by itself: there are no rows, and names of properties mean nothing in it.
    pub fn alone(&mut self, option: &'static str, text: &str) -> Result<Expr, Problem> {
        self.within(option);
        let tree = crate::syntax::expression(&Text::plain(text), &self.limits);
        self.condition(&tree.map_err(|error| Problem::from(error.within(format!("`{option}`"))))?)
    }

    /// `$orderby`: an order of the rows of the current level.
    pub fn order(&mut self, items: &[tree::OrderItem]) -> Result<Sort, Problem> {
        let mut keys: Vec<SortKey> = Vec::new();
        for item in items {
            let expr = self.order_key(&item.expr)?;
            // A property that stands there already tells no more rows apart.
            if !keys.iter().any(|known| is_same_path(&known.expr, &expr)) {
                keys.push(SortKey { expr, descending: item.descending });
            }
            if keys.len() > self.limits.keys {
                return Err(self.too_many("keys of an order", Limit::Keys));
            }
        }
        Ok(Sort { keys })
    }

    fn order_key(&mut self, tree: &tree::Expr) -> Result<Expr, Problem> {
        let expr = self.expr(tree)?;
        let found = match expr.shape().is_list() {
            true => "the list ",
            false if expr.shape().ty().is_some_and(|ty| !ty.is_ordered()) => "",
            false => return Ok(expr),
        };
        let text = edm::check::brief(&tree.to_string());
        Err(self.wrong(format!("found {found}{text}, expected a single primitive value to order by")))
    }

    /// `$compute`: each property is known to those after it, and to all that is bound on this level later.
    pub fn compute(&mut self, items: &[tree::Computed]) -> Result<Vec<Computed>, Problem> {
        let mut computed = Vec::with_capacity(items.len());
        for tree::Computed { expr, alias } in items {
            let expr = self.expr(expr)?;
            self.refuse_taken(&alias.text)?;
            self.add_computed(&alias.text, &expr);
            computed.push(Computed { name: alias.text.clone(), expr });
        }
        Ok(computed)
    }

    fn refuse_taken(&self, name: &str) -> Result<(), Problem> {
        let ty = self.current()?.shape().ty().and_then(|ty| ty.structure());
        let declared = ty.is_some_and(|ty| ty.find(name).is_some() || ty.find_navigation(name).is_some());
        let whose = match (declared, self.computed(name)) {
            (true, _) => "a property of the type",
            (false, Some(_)) => "computed already",
            (false, None) => return Ok(()),
        };
        Err(self.wrong(format!("found the name `{name}`, which is {whose}, expected one that is not taken")))
    }
}

fn is_same_path(left: &Expr, right: &Expr) -> bool {
    match (left.as_path(), right.as_path()) {
        (Some(left), Some(right)) => left.map(std::ptr::from_ref).eq(right.map(std::ptr::from_ref)),
        _ => false,
    }
}
