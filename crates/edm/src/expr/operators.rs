//! Operators, and which operands they take (OData URL Conventions 4.01, section 5.1.1.1 and on).

use super::coerce::{align, align_item, align_members, towards};
use super::shape::BOOLEAN;
use super::{Class, Expr, Node, Rank, Rules, Shape, Size, TypeError, list_node};
use crate::model::{Primitive, build};

/// An operator before its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`not` and `-`")]
pub enum Unary {
    Not,
    Negate,
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the operators by their names")]
pub enum Binary {
    Or,
    And,
    Has,
    In,
    Compare(Comparison),
    Arithmetic(Arithmetic),
}

/// The six comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the operators by their names")]
pub enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// The arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the operators by their names")]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    /// Of integers too a quotient with a fraction.
    DivBy,
    Mod,
}

impl Binary {
    /// All of them.
    pub const ALL: &'static [Binary] = &[
        Binary::Or,
        Binary::And,
        Binary::Has,
        Binary::In,
        Binary::Compare(Comparison::Eq),
        Binary::Compare(Comparison::Ne),
        Binary::Compare(Comparison::Gt),
        Binary::Compare(Comparison::Ge),
        Binary::Compare(Comparison::Lt),
        Binary::Compare(Comparison::Le),
        Binary::Arithmetic(Arithmetic::Add),
        Binary::Arithmetic(Arithmetic::Sub),
        Binary::Arithmetic(Arithmetic::Mul),
        Binary::Arithmetic(Arithmetic::Div),
        Binary::Arithmetic(Arithmetic::DivBy),
        Binary::Arithmetic(Arithmetic::Mod),
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Binary::Or => "or",
            Binary::And => "and",
            Binary::Has => "has",
            Binary::In => "in",
            Binary::Compare(comparison) => comparison.name(),
            Binary::Arithmetic(arithmetic) => arithmetic.name(),
        }
    }

    /// The operator of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operator| operator.name().eq_ignore_ascii_case(name))
    }
}

impl Comparison {
    fn name(self) -> &'static str {
        match self {
            Comparison::Eq => "eq",
            Comparison::Ne => "ne",
            Comparison::Gt => "gt",
            Comparison::Ge => "ge",
            Comparison::Lt => "lt",
            Comparison::Le => "le",
        }
    }

    /// Is it about being the same only?
    pub(crate) fn is_equality(self) -> bool {
        matches!(self, Comparison::Eq | Comparison::Ne)
    }
}

impl Arithmetic {
    fn name(self) -> &'static str {
        match self {
            Arithmetic::Add => "add",
            Arithmetic::Sub => "sub",
            Arithmetic::Mul => "mul",
            Arithmetic::Div => "div",
            Arithmetic::DivBy => "divby",
            Arithmetic::Mod => "mod",
        }
    }
}

impl Expr {
    /// An operator before its operand.
    pub fn unary(operator: Unary, operand: Expr) -> Result<Self, TypeError> {
        let shape = operand.shape;
        let size = Size::above([&operand])?;
        match operator {
            Unary::Not if shape.is_truth() => Ok(Self { node: Node::Not(Box::new(operand)), shape: BOOLEAN, size }),
            Unary::Not => Err(TypeError::operands("not", &[shape], "`Edm.Boolean`")),
            Unary::Negate => {
                let shape = match (shape, shape.rank()) {
                    (Shape::Null, _) => Shape::Null,
                    (_, Some(Rank::Integer)) => Shape::One(build::INT64),
                    (_, Some(_)) => shape,
                    _ if shape.primitive() == Some(Primitive::Duration) => shape,
                    _ => return Err(TypeError::operands("-", &[shape], "a number or a duration")),
                };
                Ok(Self { node: Node::Negate(Box::new(operand)), shape, size })
            }
        }
    }

    /// `in` before a list in parentheses: a chain of `eq`, each member promoted on its own.
    pub fn is_in(item: Expr, list: Vec<Expr>, rules: &Rules) -> Result<Self, TypeError> {
        let (item, members) = align_members("in", item, list, rules)?;
        let size = Size::above(&members)?;
        let shape = item.shape.ty().map_or(Shape::Nulls, Shape::Many);
        let operands = [item, Self { node: list_node(members), shape, size }];
        let size = Size::above(&operands)?;
        Ok(Self { node: Node::In(Box::new(operands)), shape: BOOLEAN, size })
    }

    /// An operator between two operands.
    pub fn binary(operator: Binary, left: Expr, right: Expr, rules: &Rules) -> Result<Self, TypeError> {
        match operator {
            Binary::Or | Binary::And => logical(operator, left, right),
            Binary::Has => has(left, right, rules),
            Binary::In => {
                let operands = align_item("in", left, right, rules)?;
                let size = Size::above(&operands)?;
                Ok(Self { node: Node::In(Box::new(operands)), shape: BOOLEAN, size })
            }
            Binary::Compare(comparison) => compare(comparison, left, right, rules),
            Binary::Arithmetic(operator) => arithmetic(operator, left, right, rules),
        }
    }
}

fn logical(operator: Binary, left: Expr, right: Expr) -> Result<Expr, TypeError> {
    let found = [left.shape, right.shape];
    if !found.iter().all(|shape| shape.is_truth()) {
        return Err(TypeError::operands(operator.name(), &found, "`Edm.Boolean` on both sides"));
    }
    let (left_size, right_size) = (left.size, right.size);
    let size = Size::above([&left, &right])?;
    match (operator, left.node) {
        // A chain grows in width: `a or b or c` is one node.
        (Binary::And, Node::And(mut operands)) => {
            operands.push(right);
            let size = Size { depth: left_size.depth.max(right_size.depth + 1), ..size };
            Ok(Expr { node: Node::And(operands), shape: BOOLEAN, size })
        }
        (Binary::Or, Node::Or(mut operands)) => {
            operands.push(right);
            let size = Size { depth: left_size.depth.max(right_size.depth + 1), ..size };
            Ok(Expr { node: Node::Or(operands), shape: BOOLEAN, size })
        }
        (operator, node) => {
            let operands = vec![Expr { node, shape: found[0], size: left_size }, right];
            let node = if operator == Binary::And { Node::And(operands) } else { Node::Or(operands) };
            Ok(Expr { node, shape: BOOLEAN, size })
        }
    }
}

fn compare(comparison: Comparison, left: Expr, right: Expr, rules: &Rules) -> Result<Expr, TypeError> {
    let operands = align(comparison.name(), left, right, rules)?;
    let found = [operands[0].shape, operands[1].shape];
    let ordered = |shape: &Shape| !shape.is_list() && shape.class().is_none_or(Class::is_ordered);
    if !comparison.is_equality() && !found.iter().all(ordered) {
        return Err(TypeError::operands(comparison.name(), &found, "operands that have an order"));
    }
    let size = Size::above(&operands)?;
    Ok(Expr { node: Node::Compare(comparison, Box::new(operands)), shape: BOOLEAN, size })
}

fn has(left: Expr, right: Expr, rules: &Rules) -> Result<Expr, TypeError> {
    let found = [left.shape, right.shape];
    let right = towards(right, found[0].ty(), rules)?;
    let fits = match (left.shape.class(), right.shape.class()) {
        (Some(Class::Enum(left)), Some(Class::Enum(right))) => std::ptr::eq(left, right),
        (Some(Class::Enum(_)), None) => !right.shape.is_list(),
        (None, Some(Class::Enum(_))) => !left.shape.is_list(),
        (None, None) => !left.shape.is_list() && !right.shape.is_list(),
        _ => false,
    };
    if !fits {
        return Err(TypeError::operands("has", &found, "an enumeration and one of its values"));
    }
    let operands = [left, right];
    let size = Size::above(&operands)?;
    Ok(Expr { node: Node::Has(Box::new(operands)), shape: BOOLEAN, size })
}

fn arithmetic(operator: Arithmetic, left: Expr, right: Expr, rules: &Rules) -> Result<Expr, TypeError> {
    let found = [left.shape, right.shape];
    // A quoted duration beside a date or an instant is meant as one.
    let left = towards(left, duration_beside(operator, found[1]), rules)?;
    let right = towards(right, duration_beside(operator, found[0]), rules)?;
    let shape = result(operator, left.shape, right.shape)
        .ok_or_else(|| TypeError::operands(operator.name(), &found, takes(operator)))?;
    let promoted = match (left.rank(), right.rank(), shape.rank()) {
        (Some(_), Some(_), Some(rank)) => [literal_as(left, rank)?, literal_as(right, rank)?],
        _ => [left, right],
    };
    let size = Size::above(&promoted)?;
    Ok(Expr { node: Node::Arithmetic(operator, Box::new(promoted)), shape, size })
}

/// Literals are promoted here, other operands when their value is known.
fn literal_as(expr: Expr, rank: Rank) -> Result<Expr, TypeError> {
    if expr.as_literal().is_some() { expr.promote(rank) } else { Ok(expr) }
}

fn duration_beside(operator: Arithmetic, other: Shape) -> Option<crate::model::Type> {
    let temporal = matches!(other.primitive()?, Primitive::Date | Primitive::DateTimeOffset | Primitive::Duration);
    (temporal && matches!(operator, Arithmetic::Add | Arithmetic::Sub)).then_some(build::DURATION)
}

fn takes(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "two numbers, two durations, or a date or instant and a duration",
        Arithmetic::Sub => "two numbers, durations, dates or instants, or a date or instant and a duration",
        Arithmetic::Mul | Arithmetic::Div | Arithmetic::DivBy => "two numbers, or a duration and a number",
        Arithmetic::Mod => "two numbers",
    }
}

/// What an arithmetic operator yields; `None` when it does not take such operands.
fn result(operator: Arithmetic, left: Shape, right: Shape) -> Option<Shape> {
    use Primitive::{Date, DateTimeOffset, Duration};
    if left.is_list() || right.is_list() {
        return None;
    }
    match (left.rank(), right.rank()) {
        (Some(left), Some(right)) => return Some(Shape::One(number(operator, left.max(right)))),
        (Some(rank), None) if matches!(right, Shape::Null) => return Some(Shape::One(number(operator, rank))),
        (None, Some(rank)) if matches!(left, Shape::Null) => return Some(Shape::One(number(operator, rank))),
        _ => {}
    }
    let scales = matches!(operator, Arithmetic::Mul | Arithmetic::Div | Arithmetic::DivBy);
    let moves = matches!(operator, Arithmetic::Add | Arithmetic::Sub);
    match (left.primitive(), right.primitive()) {
        (Some(Duration), Some(Duration)) if moves => Some(left),
        (Some(Date | DateTimeOffset), Some(Duration)) if moves => Some(left),
        (Some(Date), Some(Date)) | (Some(DateTimeOffset), Some(DateTimeOffset)) if operator == Arithmetic::Sub => {
            Some(Shape::One(build::DURATION))
        }
        (Some(Duration), _) if scales && right.rank().is_some() => Some(left),
        (_, Some(Duration)) if operator == Arithmetic::Mul && left.rank().is_some() => Some(right),
        // One side is the literal null, and so is the result.
        (Some(Date | DateTimeOffset | Duration), None) if matches!(right, Shape::Null) && moves => Some(left),
        (Some(Duration), None) if matches!(right, Shape::Null) && scales => Some(left),
        (None, Some(Date | DateTimeOffset | Duration)) if matches!(left, Shape::Null) && moves => Some(Shape::Null),
        (None, Some(Duration)) if matches!(left, Shape::Null) && scales => Some(Shape::Null),
        (None, None) if matches!((left, right), (Shape::Null, Shape::Null)) => Some(Shape::Null),
        _ => None,
    }
}

fn number(operator: Arithmetic, rank: Rank) -> crate::model::Type {
    match (operator, rank) {
        (Arithmetic::DivBy, Rank::Integer) => build::DECIMAL,
        _ => rank.ty(),
    }
}
