//! Equality and order of values.

use std::cmp::Ordering;

use super::datum::{Datum, List};
use super::number::Number;
use super::row::{Object, Row as _};
use super::{Env, EvalError, text};
use crate::expr::Comparison;
use crate::model::StructKind;

/// One of the six comparisons.
pub(super) fn compare(
    comparison: Comparison,
    left: &Datum<'_>,
    right: &Datum<'_>,
    env: &Env,
) -> Result<bool, EvalError> {
    if comparison.is_equality() {
        return Ok(equal(left, right, env)? == (comparison == Comparison::Eq));
    }
    if left.is_null() && right.is_null() {
        return Ok(matches!(comparison, Comparison::Ge | Comparison::Le));
    }
    let Some(ordering) = order(left, right, env)? else { return Ok(false) };
    Ok(match comparison {
        Comparison::Gt => ordering.is_gt(),
        Comparison::Ge => ordering.is_ge(),
        Comparison::Lt => ordering.is_lt(),
        Comparison::Le => ordering.is_le(),
        Comparison::Eq | Comparison::Ne => false,
    })
}

/// Two-valued equality. NaN equals nothing.
pub(super) fn equal(left: &Datum<'_>, right: &Datum<'_>, env: &Env) -> Result<bool, EvalError> {
    Ok(match (left, right) {
        _ if left.is_null() || right.is_null() => left.is_null() && right.is_null(),
        (Datum::Binary(left), Datum::Binary(right)) => {
            env.spend_bytes(left.len().min(right.len()))?;
            left == right
        }
        (Datum::List(left), Datum::List(right)) => lists(left, right, env)?,
        (Datum::Object(left), Datum::Object(right)) => objects(left, right, env)?,
        _ => order(left, right, env)? == Some(Ordering::Equal),
    })
}

/// Which is greater; `None` for NaN, null, and what has no order.
pub(crate) fn order(left: &Datum<'_>, right: &Datum<'_>, env: &Env) -> Result<Option<Ordering>, EvalError> {
    Ok(match (left, right) {
        (Datum::Integer(left), Datum::Integer(right)) | (Datum::Enum(left), Datum::Enum(right)) => {
            Some(left.cmp(right))
        }
        (Datum::Double(left), Datum::Double(right)) => left.partial_cmp(right),
        (Datum::String(left), Datum::String(right)) => {
            env.spend_bytes(left.len().min(right.len()))?;
            Some(if env.ignore_case { text::compare_folded(left, right) } else { left.cmp(right) })
        }
        (Datum::Boolean(left), Datum::Boolean(right)) => Some(left.cmp(right)),
        (Datum::Guid(left), Datum::Guid(right)) => Some(left.cmp(right)),
        (Datum::Date(left), Datum::Date(right)) => Some(left.cmp(right)),
        (Datum::DateTimeOffset(left), Datum::DateTimeOffset(right)) => Some(left.cmp(right)),
        (Datum::TimeOfDay(left), Datum::TimeOfDay(right)) => Some(left.cmp(right)),
        (Datum::Duration(left), Datum::Duration(right)) => Some(left.cmp(right)),
        _ => match (Number::of(left), Number::of(right)) {
            (Some(left), Some(right)) => left.compare(right),
            _ => None,
        },
    })
}

/// Item by item, in order.
fn lists(left: &List<'_>, right: &List<'_>, env: &Env) -> Result<bool, EvalError> {
    let (mut left, mut right) = (left.iter(), right.iter());
    loop {
        env.spend(1)?;
        match (left.next(), right.next()) {
            (None, None) => return Ok(true),
            (Some(left), Some(right)) if equal(&left, &right, env)? => {}
            _ => return Ok(false),
        }
    }
}

/// Entities are equal when their keys are, complex values when they have the same type and the same members.
fn objects(left: &Object<'_>, right: &Object<'_>, env: &Env) -> Result<bool, EvalError> {
    let (Some(ty), Some(other)) = (left.dynamic_type(), right.dynamic_type()) else { return Ok(false) };
    let is_entity = ty.kind == StructKind::Entity;
    let comparable = if is_entity { ty.is_a(other) || other.is_a(ty) } else { std::ptr::eq(ty, other) };
    if !comparable || (is_entity && ty.key_properties().is_empty()) {
        return Ok(false);
    }
    for (ordinal, property) in ty.all_properties() {
        env.spend(1)?;
        let counts = !is_entity || ty.key_properties().contains(&property.name);
        if counts && !equal(&left.property(ordinal, property), &right.property(ordinal, property), env)? {
            return Ok(false);
        }
    }
    Ok(true)
}
