//! Arithmetic. Integers are reckoned in 64 bits, decimals with bounded digits; what leaves the range is null.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::num::NonZeroU64;

use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _, Zero as _};

use super::datum::Datum;
use super::{EvalError, temporal};
use crate::expr::{Arithmetic, Function, Rank, decimal_to_f32, decimal_to_f64};

/// Significant digits that a decimal result keeps: twice what a model may declare.
const DIGITS: u64 = 76;
/// Significant digits of a quotient.
const QUOTIENT_DIGITS: u64 = 34;
/// Greatest power of ten of a decimal result, and least.
const GREATEST_POWER: i64 = 400;

/// A number of any kind. A non-finite `Double` also stands for what `divby` makes of a decimal divided by zero.
#[derive(Clone)]
pub(crate) enum Number<'a> {
    Integer(i64),
    Decimal(Cow<'a, BigDecimal>),
    Single(f32),
    Double(f64),
}

impl<'a> Number<'a> {
    pub(crate) fn of(value: &'a Datum<'_>) -> Option<Self> {
        Some(match value {
            Datum::Integer(value) => Number::Integer(*value),
            Datum::Decimal(value) => Number::Decimal(Cow::Borrowed(value)),
            Datum::Single(value) => Number::Single(*value),
            Datum::Double(value) => Number::Double(*value),
            _ => return None,
        })
    }

    fn rank(&self) -> Rank {
        match self {
            Number::Integer(_) => Rank::Integer,
            Number::Decimal(_) => Rank::Decimal,
            Number::Single(_) => Rank::Single,
            Number::Double(_) => Rank::Double,
        }
    }

    pub(crate) fn to_double(&self) -> f64 {
        match self {
            Number::Integer(value) => *value as f64,
            Number::Decimal(value) => decimal_to_f64(value),
            Number::Single(value) => f64::from(*value),
            Number::Double(value) => *value,
        }
    }

    pub(super) fn to_single(&self) -> f32 {
        match self {
            Number::Integer(value) => *value as f32,
            Number::Decimal(value) => decimal_to_f32(value),
            Number::Single(value) => *value,
            #[expect(clippy::cast_possible_truncation, reason = "the nearest single is what is asked for")]
            Number::Double(value) => *value as f32,
        }
    }

    /// Exactly; `None` for what is not finite.
    pub(crate) fn into_decimal(self) -> Option<Cow<'a, BigDecimal>> {
        match self {
            Number::Integer(value) => Some(Cow::Owned(BigDecimal::from(value))),
            Number::Decimal(value) => Some(value),
            // The shortest text that reads back as the number is what clients see of it.
            Number::Single(value) => value.to_string().parse().ok().map(Cow::Owned),
            Number::Double(value) => value.to_string().parse().ok().map(Cow::Owned),
        }
    }

    /// Compares after promotion; `None` when NaN is among them.
    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match self.rank().max(other.rank()) {
            Rank::Double => self.to_double().partial_cmp(&other.to_double()),
            Rank::Single => self.to_single().partial_cmp(&other.to_single()),
            Rank::Decimal | Rank::Integer => Some(self.into_decimal()?.cmp(&other.into_decimal()?)),
        }
    }
}

/// `-`
pub(super) fn negate<'a>(value: &Datum<'a>) -> Datum<'a> {
    match value {
        Datum::Integer(value) => value.checked_neg().map_or(Datum::Null, Datum::Integer),
        Datum::Single(value) => Datum::Single(-value),
        Datum::Double(value) => Datum::Double(-value),
        Datum::Decimal(value) => decimal(&-value.as_ref()),
        Datum::Duration(value) => temporal::from_nanos(value.nanos().checked_neg()),
        _ => Datum::Null,
    }
}

/// An arithmetic operator between two values.
pub(super) fn arithmetic<'a>(
    operator: Arithmetic,
    left: &Datum<'a>,
    right: &Datum<'a>,
) -> Result<Datum<'a>, EvalError> {
    let (left, right) = match (left, right) {
        (Datum::Null, _) | (_, Datum::Null) => return Ok(Datum::Null),
        _ => match (Number::of(left), Number::of(right)) {
            (Some(left), Some(right)) => (left, right),
            _ => return temporal::arithmetic(operator, left, right),
        },
    };
    match left.rank().max(right.rank()) {
        Rank::Double => Ok(Datum::Double(floating(operator, left.to_double(), right.to_double())?)),
        Rank::Single => {
            let result = floating(operator, f64::from(left.to_single()), f64::from(right.to_single()))?;
            // Of two singles, the sum, product or quotient in double precision rounds to the same single.
            Ok(Datum::Single(Number::Double(result).to_single()))
        }
        Rank::Integer if operator != Arithmetic::DivBy => integers(operator, &left, &right),
        Rank::Decimal | Rank::Integer => match (left.into_decimal(), right.into_decimal()) {
            (Some(left), Some(right)) => decimals(operator, &left, &right),
            _ => Ok(Datum::Null),
        },
    }
}

fn floating(operator: Arithmetic, left: f64, right: f64) -> Result<f64, EvalError> {
    Ok(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Sub => left - right,
        Arithmetic::Mul => left * right,
        Arithmetic::Div | Arithmetic::DivBy => left / right,
        Arithmetic::Mod if right == 0.0 => return Err(EvalError::DivisionByZero),
        Arithmetic::Mod => left % right,
    })
}

fn integers<'a>(operator: Arithmetic, left: &Number<'_>, right: &Number<'_>) -> Result<Datum<'a>, EvalError> {
    let (Number::Integer(left), Number::Integer(right)) = (left, right) else { return Ok(Datum::Null) };
    let result = match operator {
        Arithmetic::Add => left.checked_add(*right),
        Arithmetic::Sub => left.checked_sub(*right),
        Arithmetic::Mul => left.checked_mul(*right),
        Arithmetic::Div | Arithmetic::DivBy | Arithmetic::Mod if *right == 0 => return Err(EvalError::DivisionByZero),
        Arithmetic::Div | Arithmetic::DivBy => left.checked_div(*right),
        // Overflows for the least integer and -1 although nothing remains.
        Arithmetic::Mod => Some(left.wrapping_rem(*right)),
    };
    Ok(result.map_or(Datum::Null, Datum::Integer))
}

fn decimals<'a>(operator: Arithmetic, left: &BigDecimal, right: &BigDecimal) -> Result<Datum<'a>, EvalError> {
    let result = match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Sub => left - right,
        Arithmetic::Mul => left * right,
        Arithmetic::DivBy if right.is_zero() => return Ok(Datum::Double(by_zero(left))),
        Arithmetic::Div | Arithmetic::Mod if right.is_zero() => return Err(EvalError::DivisionByZero),
        Arithmetic::Div | Arithmetic::DivBy => quotient(left, right),
        Arithmetic::Mod => left % right,
    };
    Ok(decimal(&result))
}

/// A decimal that was reckoned: in bounds, and without zeros at its end, for those would tell of the way it came about.
pub(crate) fn decimal<'a>(result: &BigDecimal) -> Datum<'a> {
    let Some(bounded) = settle(result) else { return Datum::Null };
    let short = bounded.normalized();
    let plain = if short.fractional_digit_count() < 0 { short.with_scale(0) } else { short };
    Datum::Decimal(Cow::Owned(plain))
}

fn by_zero(left: &BigDecimal) -> f64 {
    match left.sign() {
        Sign::Plus => f64::INFINITY,
        Sign::Minus => f64::NEG_INFINITY,
        Sign::NoSign => f64::NAN,
    }
}

/// A quotient to a fixed number of digits.
pub(crate) fn quotient(left: &BigDecimal, right: &BigDecimal) -> BigDecimal {
    rounded_to(&(left / right), QUOTIENT_DIGITS)
}

fn rounded_to(value: &BigDecimal, digits: u64) -> BigDecimal {
    match NonZeroU64::new(digits) {
        Some(digits) if value.digits() > digits.get() => value.with_precision_round(digits, RoundingMode::HalfEven),
        _ => value.clone(),
    }
}

/// Bounds the digits of a result, so that a chain of operations cannot make numbers of a million digits.
fn settle(value: &BigDecimal) -> Option<BigDecimal> {
    let digits = i64::try_from(value.digits()).ok()?;
    let power = digits.checked_sub(value.fractional_digit_count())?;
    if value.is_zero() || power < -GREATEST_POWER {
        return Some(BigDecimal::zero());
    }
    (power <= GREATEST_POWER).then(|| rounded_to(value, DIGITS))
}

/// The same number in a higher rank.
pub(crate) fn promote<'a>(value: Datum<'a>, rank: Rank) -> Datum<'a> {
    match (Number::of(&value), rank) {
        (Some(Number::Integer(number)), Rank::Decimal) => Datum::Decimal(Cow::Owned(BigDecimal::from(number))),
        (Some(number @ (Number::Integer(_) | Number::Decimal(_))), Rank::Single) => Datum::Single(number.to_single()),
        (Some(number), Rank::Double) => Datum::Double(number.to_double()),
        _ => value,
    }
}

/// `round`, `floor`, `ceiling`
pub(super) fn rounded<'a>(function: Function, value: &Datum<'a>) -> Datum<'a> {
    match value {
        Datum::Integer(value) => Datum::Integer(*value),
        Datum::Single(value) => Datum::Single(whole(function, f64::from(*value)).to_single()),
        Datum::Double(value) => Datum::Double(whole(function, *value).to_double()),
        Datum::Decimal(value) => {
            let mode = match function {
                Function::Floor => RoundingMode::Floor,
                Function::Ceiling => RoundingMode::Ceiling,
                _ => RoundingMode::HalfUp,
            };
            decimal(&value.with_scale_round(0, mode))
        }
        _ => Datum::Null,
    }
}

fn whole<'a>(function: Function, value: f64) -> Number<'a> {
    Number::Double(match function {
        Function::Floor => value.floor(),
        Function::Ceiling => value.ceil(),
        _ => value.round(),
    })
}

/// Rounded to an integer, half away from zero; `None` when it does not fit.
pub(super) fn to_integer(number: Number<'_>) -> Option<i64> {
    match number {
        Number::Integer(value) => Some(value),
        other => other.into_decimal()?.with_scale_round(0, RoundingMode::HalfUp).to_i64(),
    }
}
