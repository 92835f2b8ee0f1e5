//! Promotion: operands of different types are made alike where OData says so, literals once and for all, the rest by
//! the evaluator. Between strings and numbers nothing is converted.

use bigdecimal::BigDecimal;

use super::{Class, Expr, Node, Rank, Rules, Shape, Size, TypeError};
use crate::check::one_of;
use crate::model::{EnumType, Primitive, Type};
use crate::time::{DateTimeOffset, Duration};
use crate::value::{Value, admits, enum_number};

/// Makes two operands comparable: both single or both lists.
pub(super) fn align(name: &'static str, left: Expr, right: Expr, rules: &Rules) -> Result<[Expr; 2], TypeError> {
    let found = [left.shape, right.shape];
    let left = towards(left, found[1].ty(), rules)?;
    let right = towards(right, found[0].ty(), rules)?;
    match agree(left.shape, right.shape) {
        true => Ok([left, right]),
        false => Err(TypeError::operands(name, &found, "two operands of comparable types")),
    }
}

/// Makes a value comparable with the items of a list.
pub(super) fn align_item(name: &'static str, item: Expr, list: Expr, rules: &Rules) -> Result<[Expr; 2], TypeError> {
    let found = [item.shape, list.shape];
    let item = towards(item, found[1].ty(), rules)?;
    let list = towards(list, found[0].ty(), rules)?;
    match list.shape.is_list() && agree(item.shape, list.shape.item()) {
        true => Ok([item, list]),
        false => Err(TypeError::operands(name, &found, "a value and a list of values of a comparable type")),
    }
}

/// Makes a value comparable with each of a few others. Numbers stay as they are: of three, two may be promoted to a
/// type in which the third is no longer itself.
pub(super) fn align_members(
    name: &'static str,
    mut item: Expr,
    members: Vec<Expr>,
    rules: &Rules,
) -> Result<(Expr, Vec<Expr>), TypeError> {
    let mut aligned = Vec::with_capacity(members.len());
    for member in members {
        let found = [item.shape, member.shape];
        let member = towards(member, found[0].ty(), rules)?;
        if item.rank().is_none() {
            item = towards(item, member.shape.ty(), rules)?;
        }
        if member.shape.is_list() || !agree(item.shape, member.shape) {
            return Err(TypeError::operands(name, &found, "values of comparable types"));
        }
        aligned.push(member);
    }
    Ok((item, aligned))
}

fn agree(left: Shape, right: Shape) -> bool {
    match (left, right) {
        (Shape::Null, _) | (_, Shape::Null) => true,
        (Shape::Nulls, other) | (other, Shape::Nulls) => other.is_list(),
        (Shape::One(left), Shape::One(right)) | (Shape::Many(left), Shape::Many(right)) => {
            Class::of(left).agrees(Class::of(right))
        }
        _ => false,
    }
}

/// Brings single values to one type, numbers by promotion, and says which.
pub(super) fn unite(name: &'static str, items: Vec<Expr>, rules: &Rules) -> Result<(Vec<Expr>, Shape), TypeError> {
    let mut shape = Shape::Null;
    for item in &items {
        shape = common(shape, item.shape, rules)
            .ok_or_else(|| TypeError::operands(name, &[shape, item.shape], "single values of one type"))?;
    }
    let united = items.into_iter().map(|item| {
        let found = item.shape;
        let item = towards(item, shape.ty(), rules)?;
        match (item.rank(), shape.rank()) {
            (Some(from), Some(to)) if from < to => item.promote(to),
            _ if agree(item.shape, shape) => Ok(item),
            _ => Err(TypeError::operands(name, &[found, shape], "single values of one type")),
        }
    });
    Ok((united.collect::<Result<_, _>>()?, shape))
}

fn common(left: Shape, right: Shape, rules: &Rules) -> Option<Shape> {
    let (left, right) = match (left, right) {
        (Shape::Null, other) | (other, Shape::Null) if !other.is_list() => return Some(other),
        (Shape::One(left), Shape::One(right)) => (left, right),
        _ => return None,
    };
    Some(Shape::One(match (Class::of(left), Class::of(right)) {
        (Class::Number(_), Class::Number(_)) if same_primitive(left, right) => left,
        (Class::Number(one), Class::Number(other)) => one.max(other).ty(),
        (Class::Struct(base), Class::Struct(ty)) if ty.is_a(base) => left,
        (Class::Struct(ty), Class::Struct(base)) if ty.is_a(base) => right,
        (one, other) if one.agrees(other) => left,
        _ if literal_fits(left, right, rules) => right,
        _ if literal_fits(right, left, rules) => left,
        _ => return None,
    }))
}

fn same_primitive(left: Type, right: Type) -> bool {
    left.primitive() == right.primitive()
}

/// Can literals of type `from` stand for values of type `to`?
fn literal_fits(from: Type, to: Type, rules: &Rules) -> bool {
    match (from.primitive(), to) {
        (Some(Primitive::String), Type::Enum(_)) => true,
        (Some(integer), Type::Enum(_)) => integer.integer_range().is_some(),
        (Some(Primitive::String), to) => to.primitive() == Some(Primitive::Duration),
        (Some(Primitive::Date), to) => rules.dates_as_instants && to.primitive() == Some(Primitive::DateTimeOffset),
        _ => false,
    }
}

/// Makes a literal, or the literals in a list, one of the target type, if it stands for one. Anything else is returned
/// as it came: whether it agrees is judged afterwards.
pub(super) fn towards(expr: Expr, target: Option<Type>, rules: &Rules) -> Result<Expr, TypeError> {
    let (Some(from), Some(to)) = (expr.shape.ty(), target) else { return Ok(expr) };
    let promotes = match (Class::of(from), Class::of(to)) {
        (Class::Number(from), Class::Number(to)) => from < to,
        _ => literal_fits(from, to, rules),
    };
    if !promotes {
        return Ok(expr);
    }
    let Expr { node, shape, size } = expr;
    let shape_of = |done: bool| if done { Shape::of(to, shape.is_list()) } else { shape };
    Ok(match node {
        Node::Literal(value) => Expr { node: Node::Literal(fit_all(value, to)?), shape: shape_of(true), size },
        Node::List(items) => {
            let items: Vec<Expr> =
                items.into_iter().map(|item| towards(item, target, rules)).collect::<Result<_, _>>()?;
            let done = items.iter().all(|item| agree(item.shape, Shape::One(to)));
            Expr { node: Node::List(items), shape: shape_of(done), size }
        }
        node => Expr { node, shape, size },
    })
}

fn fit_all(value: Value, to: Type) -> Result<Value, TypeError> {
    match value {
        Value::List(items) => Ok(Value::List(items.into_iter().map(|item| fit(item, to)).collect::<Result<_, _>>()?)),
        single => fit(single, to),
    }
}

fn fit(value: Value, to: Type) -> Result<Value, TypeError> {
    match (value, Class::of(to)) {
        (Value::String(text), Class::Enum(ty)) => member(ty, &text),
        (Value::Integer(number), Class::Enum(ty)) if admits(ty, number) => Ok(Value::Enum(number)),
        (Value::Integer(number), Class::Enum(ty)) => member(ty, &number.to_string()),
        (Value::String(text), _) => Duration::parse(&text).map(Value::Duration).ok_or_else(|| TypeError::Literal {
            text: text.to_string(),
            expected: "a duration such as `PT1H30M`".to_owned(),
        }),
        (Value::Date(date), _) => Ok(Value::DateTimeOffset(DateTimeOffset::midnight(date))),
        (value, Class::Number(rank)) => Ok(number(&value, rank).unwrap_or(value)),
        (value, _) => Ok(value),
    }
}

fn member(ty: &'static EnumType, text: &str) -> Result<Value, TypeError> {
    let names = ty.members.iter().map(|member| member.name);
    let allowed = || one_of(text, names).trim_start_matches("expected ").to_owned();
    enum_number(ty, text)
        .map(Value::Enum)
        .ok_or_else(|| TypeError::Literal { text: text.to_owned(), expected: allowed() })
}

/// A number as one of a higher rank; `None` when it is no number, or of that rank already.
fn number(value: &Value, rank: Rank) -> Option<Value> {
    Some(match (value, rank) {
        (Value::Integer(number), Rank::Decimal) => Value::Decimal(BigDecimal::from(*number)),
        (Value::Integer(number), Rank::Single) => Value::Single(*number as f32),
        (Value::Integer(number), Rank::Double) => Value::Double(*number as f64),
        (Value::Decimal(number), Rank::Single) => Value::Single(decimal_to_f32(number)),
        (Value::Decimal(number), Rank::Double) => Value::Double(decimal_to_f64(number)),
        (Value::Single(number), Rank::Double) => Value::Double(f64::from(*number)),
        _ => return None,
    })
}

/// The nearest double. The library's own conversion is not always the nearest.
pub(crate) fn decimal_to_f64(number: &BigDecimal) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}

/// The nearest single.
pub(crate) fn decimal_to_f32(number: &BigDecimal) -> f32 {
    number.to_string().parse().unwrap_or(f32::NAN)
}

impl Expr {
    pub(crate) fn rank(&self) -> Option<Rank> {
        self.shape.rank()
    }

    /// The same number in a higher rank.
    pub(super) fn promote(self, rank: Rank) -> Result<Self, TypeError> {
        if self.rank().is_none_or(|own| own >= rank) {
            return Ok(self);
        }
        let expr = towards(self, Some(rank.ty()), &Rules::default())?;
        if expr.rank() == Some(rank) {
            return Ok(expr);
        }
        let size = Size::above([&expr])?;
        Ok(Expr { node: Node::Promote(rank, Box::new(expr)), shape: Shape::One(rank.ty()), size })
    }
}
