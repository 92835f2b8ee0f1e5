//! The semantics table of the specification once more: slowly, over whole records, in another way at every turn.
//!
//! Truth is an enumeration of three, strings are vectors of characters, integers have 128 bits, instants are reckoned
//! through their text. It shares with the evaluator only the types of the values and the trees it starts from.

mod casts;
mod numbers;
mod times;

use std::cmp::Ordering;

use super::{Kind, Node, Tree};
use crate::model::EnumType;
use crate::record::Record;
use crate::testing::{CONDITION, STOCK};
use crate::time::{DateTimeOffset, Duration};
use crate::value::Value;

use casts::{cast, is_of};
use numbers::{arithmetic, negated, raised, same, sized, whole};
use times::part;

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
                Ok(Value::List(
                    verdicts.into_iter().filter(|(_, verdict)| *verdict == True).map(|(item, _)| item).collect(),
                ))
            }
            Node::Item(list) => Ok(self.items(list)?.into_iter().next().unwrap_or(Value::Null)),
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
            "ge" => {
                (one.is_null() && other.is_null())
                    || matches!(sized(&one, &other), Some(Ordering::Greater | Ordering::Equal))
            }
            "le" => {
                (one.is_null() && other.is_null())
                    || matches!(sized(&one, &other), Some(Ordering::Less | Ordering::Equal))
            }
            "in" => match &other {
                Value::List(items) => {
                    // Lists of literals are all of one kind here; those that are no texts are what they are.
                    let kind = |item: &Value| if item.as_str().is_some() { right.kind.item() } else { left.kind };
                    items.iter().any(|item| same(&one, &quoted(item.clone(), kind(item), left.kind)))
                }
                _ => false,
            },
            "has" => match (&one, &other) {
                (Value::Enum(value), Value::Enum(flag)) if left.kind == Kind::Condition => value == flag,
                (Value::Enum(value), Value::Enum(flags)) => {
                    (0..63).all(|bit| flags >> bit & 1 == 0 || value >> bit & 1 == 1)
                }
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
                    "matchespattern" => Ok(Value::Boolean(fits(text, &rest))),
                    _ => Ok(match listed(name, &letters, &rest)? {
                        Value::List(letters) => {
                            Value::text(letters.iter().filter_map(Value::as_str).collect::<String>())
                        }
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

/// The patterns that trees have, each by hand.
fn fits(text: &str, pattern: &[Value]) -> bool {
    let [Value::List(pattern)] = pattern else { panic!("a pattern") };
    let pattern: String = pattern.iter().filter_map(Value::as_str).collect();
    match pattern.as_str() {
        "^a" => text.starts_with('a'),
        "b$" => text.ends_with('b'),
        "^$" => text.is_empty(),
        "" => true,
        "日" => text.contains('日'),
        "^.$" => text.chars().count() == 1,
        "[0-9]" => text.bytes().any(|byte| byte.is_ascii_digit()),
        "a|x" => text.contains(['a', 'x']),
        other => panic!("the pattern {other}"),
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
        .filter(|at| {
            at + other.len() <= items.len()
                && other.iter().enumerate().all(|(step, item)| same(&items[at + step], item))
        })
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
