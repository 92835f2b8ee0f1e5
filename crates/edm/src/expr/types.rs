//! Expressions about types (`cast`, `isof`) and the choice between several (`case`).

use super::coerce::unite;
use super::shape::BOOLEAN;
use super::{Class, Expr, Node, Rules, Shape, Size, TypeError};
use crate::model::{Primitive, Type};

impl Expr {
    /// The value as one of another type, null if it is none; of a list, each item.
    pub fn cast(expr: Expr, ty: Type) -> Result<Self, TypeError> {
        castable(expr.shape, ty)?;
        let size = Size::above([&expr])?;
        let shape = Shape::of(ty, expr.shape.is_list());
        Ok(Self { node: Node::Cast(Box::new(expr), ty), shape, size })
    }

    /// Is the value of that type, or of one derived from it?
    pub fn is_of(expr: Expr, ty: Type) -> Result<Self, TypeError> {
        let size = Size::above([&expr])?;
        Ok(Self { node: Node::IsOf(Box::new(expr), ty), shape: BOOLEAN, size })
    }

    /// The value beside the first condition that is true; null if none is.
    pub fn case(pairs: Vec<(Expr, Expr)>, rules: &Rules) -> Result<Self, TypeError> {
        let (conditions, values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        if let Some(other) = conditions.iter().find(|condition| !condition.shape.is_truth()) {
            return Err(TypeError::operands("case", &[other.shape], "a condition (`Edm.Boolean`) before each colon"));
        }
        let (values, shape) = unite("case", values, rules)?;
        let size = Size::above(conditions.iter().chain(&values))?;
        let pairs = conditions.into_iter().zip(values).collect();
        Ok(Self { node: Node::Case(pairs), shape, size })
    }
}

/// Refuses what could never be cast, and what is not offered.
fn castable(found: Shape, to: Type) -> Result<(), TypeError> {
    let Some(from) = found.ty() else { return Ok(()) };
    let spatial = |ty: Type| ty.primitive().is_some_and(Primitive::is_geography);
    let expected = |ty: &str| format!("a value of a type that `{ty}` extends or that extends it");
    match (Class::of(from), Class::of(to)) {
        _ if spatial(from) || spatial(to) => Err(TypeError::Unsupported("a cast of geography values".to_owned())),
        (Class::Primitive(Primitive::Stream), _) | (_, Class::Primitive(Primitive::Stream)) => {
            Err(TypeError::Unsupported("a cast of streams".to_owned()))
        }
        (Class::Struct(from), Class::Struct(to)) if from.is_a(to) || to.is_a(from) => Ok(()),
        (Class::Struct(_), _) | (_, Class::Struct(_)) => {
            Err(TypeError::operands("cast", &[found], expected(to.name())))
        }
        _ => Ok(()),
    }
}
