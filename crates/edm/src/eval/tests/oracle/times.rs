//! Dates, times and durations once more, through their text and the calendar of the library.

use bigdecimal::{BigDecimal, Zero as _};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::numbers::{decimal, digits, shortest};
use super::{Fail, Outcome};
use crate::time::{DateTimeOffset, Duration, TimeOfDay, write_date};
use crate::value::Value;

pub(super) fn nanoseconds(nanos: i128) -> Value {
    let billion = 1_000_000_000;
    match (i64::try_from(nanos / billion), i32::try_from(nanos % billion)) {
        (Ok(seconds), Ok(rest)) => Value::Duration(Duration(SignedDuration::new(seconds, rest))),
        _ => Value::Null,
    }
}

pub(super) fn temporal(name: &str, left: &Value, right: &Value) -> Outcome {
    Ok(match (name, left, right) {
        ("add", Value::Duration(left), Value::Duration(right)) => nanoseconds(left.0.as_nanos() + right.0.as_nanos()),
        ("sub", Value::Duration(left), Value::Duration(right)) => nanoseconds(left.0.as_nanos() - right.0.as_nanos()),
        ("sub", Value::Date(left), Value::Date(right)) => Value::Duration(Duration(left.duration_since(*right))),
        ("sub", Value::DateTimeOffset(left), Value::DateTimeOffset(right)) => {
            nanoseconds((picos(left) - picos(right)) / 1000)
        }
        ("add", Value::Date(date), Value::Duration(by)) => moved_date(*date, by.0),
        ("sub", Value::Date(date), Value::Duration(by)) => {
            by.0.checked_neg().map_or(Value::Null, |by| moved_date(*date, by))
        }
        ("add", Value::DateTimeOffset(instant), Value::Duration(by)) => moved(instant, by.0),
        ("sub", Value::DateTimeOffset(instant), Value::Duration(by)) => {
            by.0.checked_neg().map_or(Value::Null, |by| moved(instant, by))
        }
        (_, Value::Duration(duration), factor) => {
            let Some(factor) = decimal(factor) else { return Ok(Value::Null) };
            let nanos = BigDecimal::from(duration.0.as_nanos());
            let result = match name {
                "mul" => nanos * factor,
                "divby" if factor.is_zero() => return Ok(Value::Null),
                _ if factor.is_zero() => return Err(Fail::Zero),
                _ => digits(nanos / factor, 34),
            };
            let whole = result.to_plain_string().split('.').next().unwrap().to_owned();
            whole.parse().map_or(Value::Null, nanoseconds)
        }
        _ => panic!("{left:?} {name} {right:?}"),
    })
}

fn moved_date(date: Date, by: SignedDuration) -> Value {
    stepped(date.at(0, 0, 0, 0), by).map_or(Value::Null, |moment| Value::Date(moment.date()))
}

/// In four steps, for the calendar refuses one that is longer than from 1970 to its end.
fn stepped(from: DateTime, by: SignedDuration) -> Option<DateTime> {
    let step = by / 4;
    let first = from.checked_add(step).ok()?.checked_add(step).ok()?.checked_add(step).ok()?;
    first.checked_add(by - step * 3).ok()
}

/// What the clock on the wall shows, to the nanosecond, and the three digits beyond.
fn wall(instant: &DateTimeOffset) -> (DateTime, String) {
    let text = instant.to_string();
    let (date, time) = text.trim_end_matches('Z').rsplit_once('T').unwrap();
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let fraction = format!("{fraction:0<12}");
    let (nanos, finer) = fraction.split_at(9);
    let date = date.strip_prefix('-').map_or(date.to_owned(), |rest| format!("-00{rest}"));
    let utc: DateTime = format!("{date}T{clock}.{nanos}").parse().unwrap();
    let offset = SignedDuration::from_mins(instant.offset_minutes().into());
    (utc.checked_add(offset).unwrap(), finer.to_owned())
}

fn moved(instant: &DateTimeOffset, by: SignedDuration) -> Value {
    let (wall, finer) = wall(instant);
    let Some(wall) = stepped(wall, by) else { return Value::Null };
    let mut text = String::new();
    write_date(&mut text, wall.date()).unwrap();
    let minutes = instant.offset_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    let (hour, minute, second, nanos) = (wall.hour(), wall.minute(), wall.second(), wall.subsec_nanosecond());
    let text = format!("{text}T{hour:02}:{minute:02}:{second:02}.{nanos:09}{finer}{sign}{hours:02}:{minutes:02}");
    DateTimeOffset::parse(&text).map_or(Value::Null, Value::DateTimeOffset)
}

fn picos(instant: &DateTimeOffset) -> i128 {
    let (wall, finer) = wall(instant);
    let nanos = wall.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_nanos();
    (nanos - i128::from(instant.offset_minutes()) * 60_000_000_000) * 1000 + finer.parse::<i128>().unwrap()
}

pub(super) fn part(name: &str, value: &Value) -> Value {
    let integer = |number: i64| Value::Integer(number);
    match value {
        Value::Duration(duration) => {
            let text = format!("{}e-9", duration.0.as_nanos());
            Value::Decimal(shortest(&text))
        }
        Value::Date(date) => integer(match name {
            "year" => date.year().into(),
            "month" => date.month().into(),
            _ => date.day().into(),
        }),
        Value::TimeOfDay(time) => clock(name, &time.to_string()),
        Value::DateTimeOffset(instant) if name == "totaloffsetminutes" => integer(instant.offset_minutes().into()),
        Value::DateTimeOffset(instant) => {
            let (wall, finer) = wall(instant);
            let time = format!("{}.{:09}{finer}", wall.strftime("%H:%M:%S"), wall.subsec_nanosecond());
            match name {
                "date" => Value::Date(wall.date()),
                "time" => Value::TimeOfDay(TimeOfDay::parse(&time).unwrap()),
                "year" | "month" | "day" => part(name, &Value::Date(wall.date())),
                _ => clock(name, &time),
            }
        }
        other => panic!("{name} of {other:?}"),
    }
}

fn clock(name: &str, text: &str) -> Value {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    match name {
        "hour" => Value::Integer(parts[0]),
        "minute" => Value::Integer(parts[1]),
        "second" => Value::Integer(parts[2]),
        _ => Value::Decimal(shortest(&format!("0.{fraction}"))),
    }
}
