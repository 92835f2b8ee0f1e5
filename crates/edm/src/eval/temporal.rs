//! Dates, instants, times of day and durations: their parts, and reckoning with them.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _, Zero as _};

use super::datum::Datum;
use super::number::{Number, decimal, quotient};
use super::{Env, EvalError};
use crate::expr::{Arithmetic, Function};
use crate::time::{DateTimeOffset, Duration, TimeOfDay};

/// Functions without arguments.
pub(super) fn constant<'a>(function: Function, env: &Env) -> Datum<'a> {
    Datum::DateTimeOffset(match function {
        Function::MinDateTime => DateTimeOffset::earliest(),
        Function::MaxDateTime => DateTimeOffset::latest(),
        _ => env.now,
    })
}

/// A part of a date, instant, time of day or duration; `None` for a value of another kind.
pub(super) fn part<'a>(function: Function, value: &Datum<'_>) -> Option<Datum<'a>> {
    Some(match value {
        Datum::Date(date) => date_part(function, *date),
        Datum::TimeOfDay(time) => time_part(function, *time),
        Datum::DateTimeOffset(instant) if function == Function::TotalOffsetMinutes => {
            Datum::Integer(i64::from(instant.offset_minutes()))
        }
        Datum::DateTimeOffset(instant) => match (instant.local(), function) {
            (None, _) => Datum::Null,
            (Some((date, _)), Function::Date) => Datum::Date(date),
            (Some((_, time)), Function::Time) => Datum::TimeOfDay(time),
            (Some((date, _)), Function::Year | Function::Month | Function::Day) => date_part(function, date),
            (Some((_, time)), _) => time_part(function, time),
        },
        Datum::Duration(duration) => decimal(&BigDecimal::new(BigInt::from(duration.nanos()), 9)),
        _ => return None,
    })
}

fn date_part<'a>(function: Function, date: jiff::civil::Date) -> Datum<'a> {
    match function {
        Function::Year => Datum::Integer(date.year().into()),
        Function::Month => Datum::Integer(date.month().into()),
        Function::Day => Datum::Integer(date.day().into()),
        _ => Datum::Null,
    }
}

fn time_part<'a>(function: Function, time: TimeOfDay) -> Datum<'a> {
    let (hour, minute, second) = time.clock();
    let number = match function {
        Function::Hour => hour,
        Function::Minute => minute,
        Function::Second => second,
        Function::FractionalSeconds => return decimal(&BigDecimal::new(BigInt::from(time.fraction()), 12)),
        _ => return Datum::Null,
    };
    i64::try_from(number).map_or(Datum::Null, Datum::Integer)
}

/// A duration, null when it is out of range.
pub(super) fn from_nanos<'a>(nanos: Option<i128>) -> Datum<'a> {
    nanos.and_then(Duration::from_nanos).map_or(Datum::Null, Datum::Duration)
}

/// An arithmetic operator with a date, instant or duration among its operands.
pub(super) fn arithmetic<'a>(
    operator: Arithmetic,
    left: &Datum<'_>,
    right: &Datum<'_>,
) -> Result<Datum<'a>, EvalError> {
    use Arithmetic::{Add, Sub};
    Ok(match (operator, left, right) {
        (Add, Datum::Duration(left), Datum::Duration(right)) => from_nanos(left.nanos().checked_add(right.nanos())),
        (Sub, Datum::Duration(left), Datum::Duration(right)) => from_nanos(left.nanos().checked_sub(right.nanos())),
        (Sub, Datum::Date(left), Datum::Date(right)) => Datum::Duration(Duration::between(*left, *right)),
        (Sub, Datum::DateTimeOffset(left), Datum::DateTimeOffset(right)) => {
            left.since(right).map_or(Datum::Null, Datum::Duration)
        }
        (Add | Sub, Datum::Date(date), Datum::Duration(by)) => {
            signed(operator, *by).and_then(|by| by.after(*date)).map_or(Datum::Null, Datum::Date)
        }
        (Add | Sub, Datum::DateTimeOffset(instant), Datum::Duration(by)) => signed(operator, *by)
            .and_then(|by| instant.checked_add(by))
            .filter(|sum| sum.local().is_some())
            .map_or(Datum::Null, Datum::DateTimeOffset),
        (_, Datum::Duration(duration), factor) => scaled(operator, *duration, factor)?,
        (_, factor, Datum::Duration(duration)) => scaled(operator, *duration, factor)?,
        _ => Datum::Null,
    })
}

fn signed(operator: Arithmetic, duration: Duration) -> Option<Duration> {
    match operator {
        Arithmetic::Sub => Duration::from_nanos(duration.nanos().checked_neg()?),
        _ => Some(duration),
    }
}

/// A duration times or divided by a number; finer than a nanosecond cut off.
fn scaled<'a>(operator: Arithmetic, duration: Duration, factor: &Datum<'_>) -> Result<Datum<'a>, EvalError> {
    let Some(factor) = Number::of(factor).and_then(Number::into_decimal) else { return Ok(Datum::Null) };
    let nanos = BigDecimal::from(duration.nanos());
    let result = match operator {
        Arithmetic::Mul => &nanos * factor.as_ref(),
        Arithmetic::DivBy if factor.is_zero() => return Ok(Datum::Null),
        Arithmetic::Div if factor.is_zero() => return Err(EvalError::DivisionByZero),
        Arithmetic::Div | Arithmetic::DivBy => quotient(&nanos, &factor),
        _ => return Ok(Datum::Null),
    };
    // More digits than any duration has: spare the conversion. Zero may have any number of places.
    let places = result.digits().cast_signed().saturating_sub(result.fractional_digit_count());
    let fits = result.is_zero() || places < 39;
    Ok(from_nanos(fits.then(|| result.with_scale_round(0, RoundingMode::Down).to_i128()).flatten()))
}
