//! The semantics table of the specification once more: slowly, over whole records, in another way at every turn.
//!
//! Truth is an enumeration of three, strings are vectors of characters, integers have 128 bits, instants are reckoned
//! through their text. It shares with the evaluator only the types of the values and the trees it starts from.

use std::cmp::Ordering;
use std::num::NonZeroU64;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _, Zero as _};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::{Kind, Node, Tree};
use crate::model::{EnumType, Primitive, Type};
use crate::record::Record;
use crate::testing::{CONDITION, STOCK};
use crate::time::{DateTimeOffset, Duration, TimeOfDay, write_date};
use crate::value::{Value, primitive_from_text};

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fail {
    Zero,
    Negative,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    True,
    False,
    Unknown,
}

use Truth::{False, True, Unknown};

/// A row, the variables in scope, and the time.
pub(super) struct Oracle<'r> {
    pub(super) row: &'r Record,
    pub(super) now: DateTimeOffset,
    scope: Vec<(u16, Value)>,
}

type Outcome = Result<Value, Fail>;

impl<'r> Oracle<'r> {
    pub(super) fn new(row: &'r Record, now: DateTimeOffset) -> Self {
        Self { row, now, scope: Vec::new() }
    }

    pub(super) fn value(&mut self, tree: &Tree) -> Outcome {
        match &tree.node {
            Node::Null => Ok(Value::Null),
            Node::Literal(value) => Ok(value.clone()),
            Node::Path(slot, names) => Ok(self.path(*slot, names)),
            Node::List(items) => items.iter().map(|item| self.value(item)).collect::<Result<_, _>>().map(Value::List),
            Node::Unary("not", operand) => Ok(match self.truth(operand)? {
                True => Value::Boolean(false),
                False => Value::Boolean(true),
                Unknown => Value::Null,
            }),
            Node::Unary(_, operand) => Ok(negated(self.value(operand)?)),
            Node::Binary(name, left, right) => self.binary(name, left, right),
            Node::Call(name, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    let value = self.value(argument)?;
                    if value.is_null() {
                        return Ok(Value::Null);
                    }
                    values.push(value);
                }
                self.call(name, &values)
            }
            Node::Any(list, None) => Ok(Value::Boolean(!self.items(list)?.is_empty())),
            Node::Any(list, Some((slot, body))) => {
                let verdicts = self.verdicts(list, *slot, body, True)?;
                Ok(Value::Boolean(verdicts.iter().any(|(_, verdict)| *verdict == True)))
            }
            Node::All(list, slot, body) => {
                let verdicts = self.verdicts(list, *slot, body, False)?;
                Ok(Value::Boolean(verdicts.iter().all(|(_, verdict)| *verdict == True)))
            }
            Node::Filter(list, slot, body) => {
                let verdicts = self.verdicts(list, *slot, body, Unknown)?;
                Ok(Value::List(verdicts.into_iter().filter(|(_, verdict)| *verdict == True).map(|(item, _)| item).collect()))
            }
            Node::Count(list) => Ok(Value::Integer(self.items(list)?.len() as i64)),
            Node::Case(pairs) => {
                for (when, then) in pairs {
                    if self.truth(when)? == True {
                        return Ok(raised(self.value(then)?, tree.kind));
                    }
                }
                Ok(Value::Null)
            }
            Node::Cast(operand, ty) => Ok(cast(self.value(operand)?, operand.kind, *ty)),
            Node::IsOf(operand, ty) => Ok(is_of(&self.value(operand)?, operand.kind, *ty)),
        }
    }

    fn truth(&mut self, tree: &Tree) -> Result<Truth, Fail> {
        Ok(match self.value(tree)? {
            Value::Boolean(true) => True,
            Value::Boolean(false) => False,
            _ => Unknown,
        })
    }

    fn path(&self, slot: Option<u16>, names: &[&str]) -> Value {
        let start = match slot {
            None => Value::Record(self.row.clone()),
            Some(slot) => self.scope.iter().rfind(|(found, _)| *found == slot).unwrap().1.clone(),
        };
        names.iter().fold(start, |value, name| value.as_record().map_or(Value::Null, |record| record.get(name).clone()))
    }

    fn items(&mut self, list: &Tree) -> Result<Vec<Value>, Fail> {
        Ok(match self.value(list)? {
            Value::List(items) => items,
            _ => Vec::new(),
        })
    }

    /// What the body says of each item, up to the one that decides: the first true for `any`, the first that is not for
    /// `all`, none for a filter.
    fn verdicts(&mut self, list: &Tree, slot: u16, body: &Tree, until: Truth) -> Result<Vec<(Value, Truth)>, Fail> {
        let mut verdicts = Vec::new();
        for item in self.items(list)? {
            self.scope.push((slot, item.clone()));
            let verdict = self.truth(body);
            self.scope.pop();
            let verdict = verdict?;
            verdicts.push((item, verdict));
            if (until == True && verdict == True) || (until == False && verdict != True) {
                break;
            }
        }
        Ok(verdicts)
    }

    fn binary(&mut self, name: &str, left: &Tree, right: &Tree) -> Outcome {
        if let "and" | "or" = name {
            return self.logical(name, left, right);
        }
        let (one, other) = (self.value(left)?, self.value(right)?);
        let one = quoted(one, left.kind, right.kind);
        let other = quoted(other, right.kind, left.kind);
        Ok(Value::Boolean(match name {
            "eq" => same(&one, &other),
            "ne" => !same(&one, &other),
            "gt" => sized(&one, &other) == Some(Ordering::Greater),
            "lt" => sized(&one, &other) == Some(Ordering::Less),
            "ge" => (one.is_null() && other.is_null()) || matches!(sized(&one, &other), Some(Ordering::Greater | Ordering::Equal)),
            "le" => (one.is_null() && other.is_null()) || matches!(sized(&one, &other), Some(Ordering::Less | Ordering::Equal)),
            "in" => match &other {
                Value::List(items) => items.iter().any(|item| same(&one, &quoted(item.clone(), right.kind.item(), left.kind))),
                _ => false,
            },
            "has" => match (&one, &other) {
                (Value::Enum(value), Value::Enum(flag)) if left.kind == Kind::Condition => value == flag,
                (Value::Enum(value), Value::Enum(flags)) => (0..63).all(|bit| flags >> bit & 1 == 0 || value >> bit & 1 == 1),
                _ => return Ok(Value::Null),
            },
            _ => return arithmetic(name, &one, &other),
        }))
    }

    fn logical(&mut self, name: &str, left: &Tree, right: &Tree) -> Outcome {
        // Chains of one operator are read from the left, and end where the answer is certain.
        let first = self.truth(left)?;
        let table = match (name, first) {
            ("and", False) => False,
            ("or", True) => True,
            (_, first) => match (name, first, self.truth(right)?) {
                ("and", _, False) => False,
                ("or", _, True) => True,
                (_, Unknown, _) | (_, _, Unknown) => Unknown,
                (_, _, second) => second,
            },
        };
        Ok(match table {
            True => Value::Boolean(true),
            False => Value::Boolean(false),
            Unknown => Value::Null,
        })
    }

    fn call(&self, name: &str, values: &[Value]) -> Outcome {
        match values {
            [] => Ok(Value::DateTimeOffset(match name {
                "now" => self.now,
                "mindatetime" => DateTimeOffset::parse("-9999-01-01T00:00:00Z").unwrap(),
                _ => DateTimeOffset::parse("9999-12-31T23:59:59.9999999Z").unwrap(),
            })),
            [Value::String(text), rest @ ..] => {
                let letters: Vec<Value> = text.chars().map(|letter| Value::text(letter.to_string())).collect();
                let rest: Vec<Value> = rest.iter().map(lettered).collect();
                match name {
                    "tolower" => Ok(Value::text(text.to_lowercase())),
                    "toupper" => Ok(Value::text(text.to_uppercase())),
                    "trim" => Ok(Value::text(trimmed(text))),
                    _ => Ok(match listed(name, &letters, &rest)? {
                        Value::List(letters) => Value::text(letters.iter().filter_map(Value::as_str).collect::<String>()),
                        other => other,
                    }),
                }
            }
            [Value::List(items), rest @ ..] => listed(name, items, rest),
            [value, ..] if matches!(name, "round" | "floor" | "ceiling") => Ok(whole(name, value)),
            [value, ..] => Ok(part(name, value)),
        }
    }
}

fn lettered(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::List(text.chars().map(|letter| Value::text(letter.to_string())).collect()),
        other => other.clone(),
    }
}

fn trimmed(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    while letters.last().is_some_and(|letter| letter.is_whitespace()) {
        letters.pop();
    }
    while letters.first().is_some_and(|letter| letter.is_whitespace()) {
        letters.remove(0);
    }
    letters.into_iter().collect()
}

/// Functions that are the same for strings, as lists of letters, and lists.
fn listed(name: &str, items: &[Value], rest: &[Value]) -> Outcome {
    let count = items.len() as i128;
    if let ("substring", [Value::Integer(start), length @ ..]) = (name, rest) {
        let start = i128::from(*start);
        let from = if start < 0 { (count + start).max(0) } else { start };
        let take = match length {
            [Value::Integer(length)] if *length < 0 => return Err(Fail::Negative),
            [Value::Integer(length)] => i128::from(*length),
            _ => count,
        };
        let chosen = (0..count).filter(|at| *at >= from && *at < from + take);
        return Ok(Value::List(chosen.map(|at| items[at as usize].clone()).collect()));
    }
    if name == "length" {
        return Ok(Value::Integer(items.len() as i64));
    }
    let [Value::List(other)] = rest else { panic!("{name} of {rest:?}") };
    let places: Vec<usize> = (0..=items.len())
        .filter(|at| at + other.len() <= items.len() && other.iter().enumerate().all(|(step, item)| same(&items[at + step], item)))
        .collect();
    Ok(match name {
        "concat" => Value::List([items, other.as_slice()].concat()),
        "contains" => Value::Boolean(!places.is_empty()),
        "startswith" => Value::Boolean(places.contains(&0)),
        "endswith" => Value::Boolean(places.iter().any(|at| at + other.len() == items.len())),
        "indexof" => Value::Integer(places.first().map_or(-1, |at| *at as i64)),
        "hassubset" => Value::Boolean(other.iter().all(|item| {
            let times = |list: &[Value]| list.iter().filter(|found| same(found, item)).count();
            // What equals nothing, not even itself, is in no list.
            times(other) > 0 && times(items) >= times(other)
        })),
        "hassubsequence" => Value::Boolean(subsequence(items, other)),
        _ => panic!("no list function {name}"),
    })
}

fn subsequence(items: &[Value], other: &[Value]) -> bool {
    match (items, other) {
        (_, []) => true,
        ([], _) => false,
        ([item, items @ ..], [wanted, rest @ ..]) => {
            (same(item, wanted) && subsequence(items, rest)) || subsequence(items, other)
        }
    }
}

/// A quoted or numbered enumeration member, or a quoted duration, beside a value of that type.
fn quoted(value: Value, own: Kind, other: Kind) -> Value {
    let ty: &EnumType = match other {
        Kind::Stock => &STOCK,
        Kind::Condition | Kind::Conditions => &CONDITION,
        Kind::Span if own == Kind::Text => {
            return value.as_str().map_or(Value::Null, |text| Value::Duration(Duration::parse(text).unwrap()));
        }
        _ => return value,
    };
    match value {
        Value::Integer(number) => Value::Enum(number),
        Value::String(text) => {
            let number = |name: &str| ty.members.iter().find(|member| member.name == name).unwrap().value;
            Value::Enum(text.split(',').map(number).sum())
        }
        other => other,
    }
}

/// Two-valued equality.
fn same(left: &Value, right: &Value) -> bool {
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
fn sized(left: &Value, right: &Value) -> Option<Ordering> {
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

fn decimal(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => number.to_string().parse().ok(),
        Value::Decimal(number) => Some(number.clone()),
        Value::Single(number) => format!("{number}").parse().ok(),
        Value::Double(number) => format!("{number}").parse().ok(),
        _ => None,
    }
}

/// By way of text, except between the two widths: a long text may be nearer to another single than its double is.
fn single(value: &Value) -> f32 {
    match value {
        Value::Single(number) => *number,
        Value::Double(number) => *number as f32,
        other => decimal(other).unwrap().to_plain_string().parse().unwrap(),
    }
}

fn double(value: &Value) -> f64 {
    match value {
        Value::Single(number) => f64::from(*number),
        Value::Double(number) => *number,
        other => decimal(other).unwrap().to_plain_string().parse().unwrap(),
    }
}

fn raised(value: Value, kind: Kind) -> Value {
    match (kind, &value) {
        (_, Value::Null) => value,
        (Kind::Dec, Value::Integer(_)) => Value::Decimal(decimal(&value).unwrap()),
        (Kind::Single, Value::Integer(_) | Value::Decimal(_)) => Value::Single(single(&value)),
        (Kind::Double, _) => Value::Double(double(&value)),
        _ => value,
    }
}

fn negated(value: Value) -> Value {
    match value {
        Value::Integer(number) => i64::try_from(-i128::from(number)).map_or(Value::Null, Value::Integer),
        Value::Decimal(number) => Value::Decimal(BigDecimal::zero() - number),
        Value::Single(number) => Value::Single(number * -1.0),
        Value::Double(number) => Value::Double(number * -1.0),
        Value::Duration(duration) => nanoseconds(-duration.0.as_nanos()),
        _ => Value::Null,
    }
}

fn nanoseconds(nanos: i128) -> Value {
    let billion = 1_000_000_000;
    match (i64::try_from(nanos / billion), i32::try_from(nanos % billion)) {
        (Ok(seconds), Ok(rest)) => Value::Duration(Duration(SignedDuration::new(seconds, rest))),
        _ => Value::Null,
    }
}

fn arithmetic(name: &str, left: &Value, right: &Value) -> Outcome {
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

fn digits(number: BigDecimal, digits: u64) -> BigDecimal {
    let long = number.digits() > digits;
    if long { number.with_precision_round(NonZeroU64::new(digits).unwrap(), RoundingMode::HalfEven) } else { number }
}

/// At most 76 digits, at most 400 places before the point or zeros after it.
fn kept(number: BigDecimal) -> Value {
    let text = number.to_plain_string();
    let (before, after) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let before = before.trim_start_matches('0');
    if before.len() > 400 {
        return Value::Null;
    }
    if before.is_empty() && after.bytes().take_while(|digit| *digit == b'0').count() > 400 {
        return Value::Decimal(BigDecimal::zero());
    }
    Value::Decimal(digits(number, 76))
}

fn temporal(name: &str, left: &Value, right: &Value) -> Outcome {
    Ok(match (name, left, right) {
        ("add", Value::Duration(left), Value::Duration(right)) => nanoseconds(left.0.as_nanos() + right.0.as_nanos()),
        ("sub", Value::Duration(left), Value::Duration(right)) => nanoseconds(left.0.as_nanos() - right.0.as_nanos()),
        ("sub", Value::Date(left), Value::Date(right)) => Value::Duration(Duration(left.duration_since(*right))),
        ("sub", Value::DateTimeOffset(left), Value::DateTimeOffset(right)) => nanoseconds((picos(left) - picos(right)) / 1000),
        ("add", Value::Date(date), Value::Duration(by)) => moved_date(*date, by.0),
        ("sub", Value::Date(date), Value::Duration(by)) => by.0.checked_neg().map_or(Value::Null, |by| moved_date(*date, by)),
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
    let date = date.strip_prefix('-').map_or(date.to_owned(), |rest| format!("-00{rest}"));
    let utc: DateTime = format!("{date}T{clock}.{}", &fraction[..9]).parse().unwrap();
    let offset = SignedDuration::from_mins(instant.offset_minutes().into());
    (utc.checked_add(offset).unwrap(), fraction[9..].to_owned())
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

fn part(name: &str, value: &Value) -> Value {
    let integer = |number: i64| Value::Integer(number);
    match value {
        Value::Duration(duration) => {
            let text = format!("{}e-9", duration.0.as_nanos());
            Value::Decimal(text.parse().unwrap())
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
        _ => Value::Decimal(format!("0.{fraction}").parse().unwrap()),
    }
}

fn whole(name: &str, value: &Value) -> Value {
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
            Value::Decimal(if away { below + step } else { below })
        }
        other => other.clone(),
    }
}

fn cast(value: Value, from: Kind, to: Type) -> Value {
    let to = to.primitive().unwrap();
    match (&value, to) {
        (Value::Null, _) => Value::Null,
        (Value::String(_), Primitive::String) => value,
        (_, Primitive::String) => {
            let mut out = Vec::new();
            value.write(from.ty(), &mut out);
            Value::text(String::from_utf8(out).unwrap().replace('"', ""))
        }
        (Value::String(text), Primitive::DateTimeOffset) if !text.contains('Z') => {
            primitive_from_text(to, &format!("{text}Z")).unwrap_or(Value::Null)
        }
        (Value::String(text), _) => primitive_from_text(to, text).unwrap_or(Value::Null),
        (Value::Enum(number), _) => integer(i128::from(*number), to),
        (_, Primitive::Double) => Value::Double(double(&value)),
        (Value::Double(number), Primitive::Single) => {
            let narrow = *number as f32;
            if narrow.is_infinite() && number.is_finite() { Value::Null } else { Value::Single(narrow) }
        }
        (_, Primitive::Single) => Value::Single(single(&value)),
        (_, Primitive::Decimal) => decimal(&value).map_or(Value::Null, Value::Decimal),
        _ => {
            let Some(number) = decimal(&value) else { return Value::Null };
            let Value::Decimal(number) = whole("round", &Value::Decimal(number)) else { return Value::Null };
            number.to_plain_string().parse().map_or(Value::Null, |number| integer(number, to))
        }
    }
}

fn integer(number: i128, to: Primitive) -> Value {
    let range = match to {
        Primitive::Byte => 0..=255,
        Primitive::Int32 => -2_147_483_648..=2_147_483_647,
        _ => i128::from(i64::MIN)..=i128::from(i64::MAX),
    };
    if range.contains(&number) { Value::Integer(number as i64) } else { Value::Null }
}

fn is_of(value: &Value, from: Kind, to: Type) -> Value {
    match (value, to) {
        (Value::Null, _) => Value::Null,
        (Value::Record(record), Type::Struct(to)) => Value::Boolean(record.ty().name == to.name),
        _ => Value::Boolean(from.ty().name() == to.name()),
    }
}
