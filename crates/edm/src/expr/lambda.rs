//! What is said of the items of a list: any, all, which of them, how many.

use super::shape::BOOLEAN;
use super::{Expr, Node, Shape, Size, TypeError, Variable};
use crate::eval::search::Search;
use crate::model::build;

/// A condition over the items of a list.
#[derive(Debug, Clone)]
pub(crate) struct Lambda {
    pub(crate) source: Expr,
    pub(crate) slot: u16,
    pub(crate) predicate: Expr,
}

impl Expr {
    /// Has the list an item for which the condition is true?
    pub fn any(list: Expr, variable: Variable, predicate: Expr) -> Result<Self, TypeError> {
        let (lambda, size) = lambda("any", list, variable, predicate)?;
        Ok(Self { node: Node::Any(lambda), shape: BOOLEAN, size })
    }

    /// Has the list an item at all?
    pub fn any_item(list: Expr) -> Result<Self, TypeError> {
        let variable = Variable::new(list.slots(), &list);
        Self::any(list, variable, Self::literal(crate::value::Value::Boolean(true), build::BOOLEAN))
    }

    /// Is the condition true for every item?
    pub fn all(list: Expr, variable: Variable, predicate: Expr) -> Result<Self, TypeError> {
        let (lambda, size) = lambda("all", list, variable, predicate)?;
        Ok(Self { node: Node::All(lambda), shape: BOOLEAN, size })
    }

    /// The items for which the condition is true: `$filter(…)` as a path segment, or in parentheses after `$count`.
    pub fn filter(list: Expr, variable: Variable, predicate: Expr) -> Result<Self, TypeError> {
        let shape = list.shape;
        let (lambda, size) = lambda("$filter", list, variable, predicate)?;
        Ok(Self { node: Node::Filter(lambda), shape, size })
    }

    /// The items that a search finds.
    pub fn search(list: Expr, search: Search) -> Result<Self, TypeError> {
        let shape = list_shape("$search", &list)?;
        let size = Size::above([&list])?;
        Ok(Self { node: Node::Search(Box::new(list), search), shape, size })
    }

    /// The item of a list that has at most one, such as what a key leaves of it; null where there is none.
    pub fn item(list: Expr) -> Result<Self, TypeError> {
        let shape = list_shape("a key", &list)?.item();
        let size = Size::above([&list])?;
        Ok(Self { node: Node::Item(Box::new(list)), shape, size })
    }

    /// How many items the list has.
    pub fn count(list: Expr) -> Result<Self, TypeError> {
        list_shape("$count", &list)?;
        let size = Size::above([&list])?;
        Ok(Self { node: Node::Count(Box::new(list)), shape: Shape::One(build::INT64), size })
    }
}

fn list_shape(name: &'static str, list: &Expr) -> Result<Shape, TypeError> {
    match list.shape.is_list() {
        true => Ok(list.shape),
        false => Err(TypeError::operands(name, &[list.shape], "a list")),
    }
}

fn lambda(
    name: &'static str,
    source: Expr,
    variable: Variable,
    predicate: Expr,
) -> Result<(Box<Lambda>, Size), TypeError> {
    list_shape(name, &source)?;
    if !predicate.shape.is_truth() {
        return Err(TypeError::operands(name, &[predicate.shape], "a condition (`Edm.Boolean`)"));
    }
    let mut size = Size::above([&source, &predicate])?;
    size.slots = size.slots.max(variable.slot.saturating_add(1));
    Ok((Box::new(Lambda { source, slot: variable.slot, predicate }), size))
}
