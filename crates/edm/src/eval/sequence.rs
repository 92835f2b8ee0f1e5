//! Functions of lists: those of strings with items for characters, and the two that are of lists only.

use super::compare::equal;
use super::datum::{Datum, List};
use super::{Env, EvalError, text};
use crate::expr::Function;

/// A function whose first argument is a list; the others are not null.
pub(super) fn call<'a>(
    function: Function,
    subject: &List<'a>,
    rest: &[Datum<'a>],
    env: &Env,
) -> Result<Datum<'a>, EvalError> {
    let items: Vec<_> = subject.iter().collect();
    env.spend(items.len() as u64)?;
    Ok(match (function, rest) {
        (Function::Length, _) => integer(items.len()),
        (Function::Substring, [start, length @ ..]) => {
            let Some((skip, take)) = text::range(start, length.first(), || items.len())? else {
                return Ok(Datum::Null);
            };
            Datum::list(items.into_iter().skip(skip).take(take.unwrap_or(usize::MAX)).collect::<Vec<_>>())
        }
        (_, [Datum::List(other)]) => {
            let other: Vec<_> = other.iter().collect();
            env.spend(other.len() as u64)?;
            match function {
                Function::Concat => Datum::list(items.into_iter().chain(other).collect::<Vec<_>>()),
                Function::IndexOf => first(&items, &other, env)?.map_or(Datum::Integer(-1), integer),
                Function::Contains => Datum::Boolean(first(&items, &other, env)?.is_some()),
                Function::StartsWith => Datum::Boolean(starts(&items, &other, env)?),
                Function::EndsWith => {
                    let end = items.len().checked_sub(other.len()).and_then(|at| items.get(at..));
                    Datum::Boolean(end.map_or(Ok(false), |end| starts(end, &other, env))?)
                }
                Function::HasSubset => Datum::Boolean(has_subset(items, &other, env)?),
                Function::HasSubsequence => Datum::Boolean(has_subsequence(&items, &other, env)?),
                _ => Datum::Null,
            }
        }
        _ => Datum::Null,
    })
}

fn integer<'a>(number: usize) -> Datum<'a> {
    i64::try_from(number).map_or(Datum::Null, Datum::Integer)
}

fn same(left: &Datum<'_>, right: &Datum<'_>, env: &Env) -> Result<bool, EvalError> {
    env.spend(1)?;
    equal(left, right, env)
}

fn starts(items: &[Datum<'_>], other: &[Datum<'_>], env: &Env) -> Result<bool, EvalError> {
    if items.len() < other.len() {
        return Ok(false);
    }
    for (left, right) in items.iter().zip(other) {
        if !same(left, right, env)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where the one list first stands in the other.
fn first(items: &[Datum<'_>], other: &[Datum<'_>], env: &Env) -> Result<Option<usize>, EvalError> {
    for at in 0..=items.len() {
        if starts(items.get(at..).unwrap_or_default(), other, env)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Each item of the other list has one of its own among these, in any order.
fn has_subset(mut items: Vec<Datum<'_>>, other: &[Datum<'_>], env: &Env) -> Result<bool, EvalError> {
    for wanted in other {
        let mut found = None;
        for (at, item) in items.iter().enumerate() {
            if same(item, wanted, env)? {
                found = Some(at);
                break;
            }
        }
        match found {
            Some(at) => drop(items.swap_remove(at)),
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// The same in order: taking the first that fits never spoils a later match.
fn has_subsequence(items: &[Datum<'_>], other: &[Datum<'_>], env: &Env) -> Result<bool, EvalError> {
    let mut wanted = other.iter().peekable();
    for item in items {
        let Some(next) = wanted.peek() else { break };
        if same(item, next, env)? {
            wanted.next();
        }
    }
    Ok(wanted.peek().is_none())
}
