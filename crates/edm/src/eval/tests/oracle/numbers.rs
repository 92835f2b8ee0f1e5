//! Equality, order and arithmetic once more.

use std::cmp::Ordering;
use std::num::NonZeroU64;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _, Zero as _};

use super::times::{nanoseconds, temporal};
use super::{Fail, Outcome};
use crate::eval::tests::Kind;
use crate::value::Value;

/// Two-valued equality.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && (0..left.len()).all(|at| same(&left[at], &right[at]))
        }
        (Value::Record(left), Value::Record(right)) => {
            left.ty().name == right.ty().name
                && left.members().all(|(property, value)| same(value, right.get(property.name)))
        }
        (Value::Binary(left), Value::Binary(right)) => left == right,
        _ => sized(left, right) == Some(Ordering::Equal),
    }
}

/// Which is greater, if either.
pub(super) fn sized(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => Some(u8::from(*left).cmp(&u8::from(*right))),
        (Value::Enum(left), Value::Enum(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => {
            let numbers = |text: &str| text.chars().map(u32::from).collect::<Vec<_>>();
            Some(numbers(left).cmp(&numbers(right)))
        }
        (Value::Guid(left), Value::Guid(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::DateTimeOffset(left), Value::DateTimeOffset(right)) => Some(left.cmp(right)),
        (Value::TimeOfDay(left), Value::TimeOfDay(right)) => Some(left.picos().cmp(&right.picos())),
        (Value::Duration(left), Value::Duration(right)) => Some(left.0.cmp(&right.0)),
        _ => match promoted(left, right)? {
            Pair::Integers(left, right) => Some(left.cmp(&right)),
            Pair::Decimals(left, right) => Some((left - right).sign()).map(|sign| match sign {
                bigdecimal::num_bigint::Sign::Minus => Ordering::Less,
                bigdecimal::num_bigint::Sign::NoSign => Ordering::Equal,
                bigdecimal::num_bigint::Sign::Plus => Ordering::Greater,
            }),
            Pair::Singles(left, right) => left.partial_cmp(&right),
            Pair::Doubles(left, right) => left.partial_cmp(&right),
        },
    }
}

enum Pair {
    Integers(i128, i128),
    Decimals(BigDecimal, BigDecimal),
    Singles(f32, f32),
    Doubles(f64, f64),
}

fn promoted(left: &Value, right: &Value) -> Option<Pair> {
    let rank = |value: &Value| match value {
        Value::Integer(_) => Some(0),
        Value::Decimal(_) => Some(1),
        Value::Single(_) => Some(2),
        Value::Double(_) => Some(3),
        _ => None,
    };
    Some(match rank(left)?.max(rank(right)?) {
        0 => Pair::Integers(decimal(left)?.to_i128()?, decimal(right)?.to_i128()?),
        1 => Pair::Decimals(decimal(left)?, decimal(right)?),
        2 => Pair::Singles(single(left), single(right)),
        _ => Pair::Doubles(double(left), double(right)),
    })
}

pub(super) fn decimal(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => number.to_string().parse().ok(),
        Value::Decimal(number) => Some(number.clone()),
        Value::Single(number) => format!("{number}").parse().ok(),
        Value::Double(number) => format!("{number}").parse().ok(),
        _ => None,
    }
}

/// By way of text, except between the two widths: a long text may be nearer to another single than its double is.
pub(super) fn single(value: &Value) -> f32 {
    match value {
        Value::Single(number) => *number,
        Value::Double(number) => *number as f32,
        other => decimal(other).unwrap().to_plain_string().parse().unwrap(),
    }
}

pub(super) fn double(value: &Value) -> f64 {
    match value {
        Value::Single(number) => f64::from(*number),
        Value::Double(number) => *number,
        other => decimal(other).unwrap().to_plain_string().parse().unwrap(),
    }
}

pub(super) fn raised(value: Value, kind: Kind) -> Value {
    match (kind, &value) {
        (_, Value::Null) => value,
        (Kind::Dec, Value::Integer(_)) => Value::Decimal(decimal(&value).unwrap()),
        (Kind::Single, Value::Integer(_) | Value::Decimal(_)) => Value::Single(single(&value)),
        (Kind::Double, _) => Value::Double(double(&value)),
        _ => value,
    }
}

pub(super) fn negated(value: Value) -> Value {
    match value {
        Value::Integer(number) => i64::try_from(-i128::from(number)).map_or(Value::Null, Value::Integer),
        Value::Decimal(number) => kept(BigDecimal::zero() - number),
        Value::Single(number) => Value::Single(-0.0 - number),
        Value::Double(number) => Value::Double(-0.0 - number),
        Value::Duration(duration) => nanoseconds(-duration.0.as_nanos()),
        _ => Value::Null,
    }
}

pub(super) fn arithmetic(name: &str, left: &Value, right: &Value) -> Outcome {
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    let Some(pair) = promoted(left, right) else { return temporal(name, left, right) };
    let pair = match pair {
        Pair::Integers(left, right) if name == "divby" => Pair::Decimals(left.into(), right.into()),
        other => other,
    };
    Ok(match pair {
        Pair::Integers(left, right) => {
            let result = match name {
                "add" => left + right,
                "sub" => left - right,
                "mul" => left * right,
                _ if right == 0 => return Err(Fail::Zero),
                "div" => left / right,
                _ => left - left / right * right,
            };
            i64::try_from(result).map_or(Value::Null, Value::Integer)
        }
        Pair::Decimals(left, right) => match name {
            "add" => kept(left + right),
            "sub" => kept(left - right),
            "mul" => kept(left * right),
            "divby" if right.is_zero() => Value::Double(double(&Value::Decimal(left)) / 0.0),
            _ if right.is_zero() => return Err(Fail::Zero),
            "div" | "divby" => kept(digits(left / right, 34)),
            _ => kept(left % right),
        },
        Pair::Singles(_, right) if name == "mod" && right == 0.0 => return Err(Fail::Zero),
        Pair::Doubles(_, right) if name == "mod" && right == 0.0 => return Err(Fail::Zero),
        Pair::Singles(left, right) => Value::Single(match name {
            "add" => left + right,
            "sub" => left - right,
            "mul" => left * right,
            "mod" => left % right,
            _ => left / right,
        }),
        Pair::Doubles(left, right) => Value::Double(match name {
            "add" => left + right,
            "sub" => left - right,
            "mul" => left * right,
            "mod" => left % right,
            _ => left / right,
        }),
    })
}

pub(super) fn digits(number: BigDecimal, digits: u64) -> BigDecimal {
    let long = number.digits() > digits;
    if long { number.with_precision_round(NonZeroU64::new(digits).unwrap(), RoundingMode::HalfEven) } else { number }
}

/// At most 76 digits, at most 400 places before the point or zeros after it.
fn kept(number: BigDecimal) -> Value {
    if number.is_zero() {
        return Value::Decimal(BigDecimal::zero());
    }
    let text = number.to_plain_string();
    let (before, after) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let before = before.trim_start_matches('0');
    if before.len() > 400 {
        return Value::Null;
    }
    if before.is_empty() && after.bytes().take_while(|digit| *digit == b'0').count() > 400 {
        return Value::Decimal(BigDecimal::zero());
    }
    Value::Decimal(shortest(&digits(number, 76).to_plain_string()))
}

/// Without zeros at the end.
pub(super) fn shortest(text: &str) -> BigDecimal {
    let text = text.parse::<BigDecimal>().unwrap().to_plain_string();
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.parse().unwrap()
}

pub(super) fn whole(name: &str, value: &Value) -> Value {
    let rounded = |number: f64| match name {
        "floor" => number.floor(),
        "ceiling" => number.ceil(),
        _ if number.fract().abs() == 0.5 => number + number.fract(),
        _ => number.round(),
    };
    match value {
        Value::Double(number) => Value::Double(rounded(*number)),
        Value::Single(number) => Value::Single(rounded(f64::from(*number)) as f32),
        Value::Decimal(number) => {
            let text = number.to_plain_string();
            let below: BigDecimal = text.split('.').next().unwrap().parse().unwrap();
            let rest = number - &below;
            let half: BigDecimal = "0.5".parse().unwrap();
            let step = BigDecimal::from(if number < &BigDecimal::zero() { -1 } else { 1 });
            let away = match name {
                "floor" => rest < BigDecimal::zero(),
                "ceiling" => rest > BigDecimal::zero(),
                _ => rest.abs() >= half,
            };
            kept(if away { below + step } else { below })
        }
        other => other.clone(),
    }
}
