//! String functions. Characters are Unicode code points; without case means after folding.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::datum::Datum;
use super::{Env, EvalError};
use crate::expr::Function;

/// A letter without case: the lower-case form of its upper-case form, so that `ß` is `ss` and `ς` is `σ`.
pub(super) fn folded(letter: char) -> impl Iterator<Item = char> {
    letter.to_uppercase().flat_map(char::to_lowercase)
}

/// A text without case.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().flat_map(folded).collect() }
}

/// Compares two texts without case.
pub(super) fn compare_folded(left: &str, right: &str) -> Ordering {
    left.chars().flat_map(folded).cmp(right.chars().flat_map(folded))
}

/// A function whose first argument is a string; the others are not null.
pub(super) fn call<'a>(
    function: Function,
    subject: &Cow<'a, str>,
    rest: &[Datum<'a>],
    env: &Env,
) -> Result<Datum<'a>, EvalError> {
    env.spend_bytes(subject.len())?;
    Ok(match (function, rest) {
        (Function::Length, _) => integer(subject.chars().count()),
        (Function::ToLower, _) => Datum::text(subject.to_lowercase()),
        (Function::ToUpper, _) => Datum::text(subject.to_uppercase()),
        (Function::Trim, _) => Datum::String(part(subject, |text| text.trim())),
        (Function::Substring, [start, length @ ..]) => substring(subject, start, length.first())?,
        (_, [Datum::String(other)]) => {
            env.spend_bytes(other.len())?;
            match function {
                Function::Concat => Datum::text([subject.as_ref(), other.as_ref()].concat()),
                Function::IndexOf if env.ignore_case => {
                    index_folded(subject, other).map_or(Datum::Integer(-1), integer)
                }
                Function::IndexOf => index(subject, other).map_or(Datum::Integer(-1), integer),
                _ if env.ignore_case => Datum::Boolean(relation(function, &fold(subject), &fold(other))),
                _ => Datum::Boolean(relation(function, subject, other)),
            }
        }
        _ => Datum::Null,
    })
}

fn relation(function: Function, subject: &str, other: &str) -> bool {
    match function {
        Function::StartsWith => subject.starts_with(other),
        Function::EndsWith => subject.ends_with(other),
        _ => subject.contains(other),
    }
}

fn integer<'a>(number: usize) -> Datum<'a> {
    i64::try_from(number).map_or(Datum::Null, Datum::Integer)
}

/// A part of a text, borrowed if the text is.
fn part<'a>(text: &Cow<'a, str>, part: impl Fn(&str) -> &str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(part(text)),
        Cow::Owned(text) => Cow::Owned(part(text).to_owned()),
    }
}

fn index(subject: &str, other: &str) -> Option<usize> {
    let at = subject.find(other)?;
    Some(subject.get(..at)?.chars().count())
}

/// Folding may change lengths, so the position is looked up among those at which letters of the original begin.
fn index_folded(subject: &str, other: &str) -> Option<usize> {
    let (mut text, mut starts) = (String::with_capacity(subject.len()), Vec::new());
    for letter in subject.chars() {
        starts.push(text.len());
        text.extend(folded(letter));
    }
    starts.push(text.len());
    let other = fold(other);
    let mut places = text.match_indices(other.as_str());
    places.find_map(|(at, _)| starts.binary_search(&at).ok())
}

/// From a position (counted from the end when negative), to the end or so many characters.
fn substring<'a>(
    subject: &Cow<'a, str>,
    start: &Datum<'a>,
    length: Option<&Datum<'a>>,
) -> Result<Datum<'a>, EvalError> {
    let Some((skip, take)) = range(start, length, || subject.chars().count())? else { return Ok(Datum::Null) };
    Ok(Datum::String(part(subject, |text| {
        let rest = text.char_indices().nth(skip).and_then(|(at, _)| text.get(at..)).unwrap_or_default();
        match take.and_then(|take| rest.char_indices().nth(take)) {
            Some((end, _)) => rest.get(..end).unwrap_or_default(),
            None => rest,
        }
    })))
}

/// How many to skip and, if limited, to take.
pub(super) fn range(
    start: &Datum<'_>,
    length: Option<&Datum<'_>>,
    count: impl FnOnce() -> usize,
) -> Result<Option<(usize, Option<usize>)>, EvalError> {
    let Datum::Integer(start) = start else { return Ok(None) };
    let skip = match usize::try_from(*start) {
        Ok(start) => start,
        Err(_) if *start > 0 => usize::MAX,
        Err(_) => count().saturating_sub(usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let take = match length {
        None => None,
        Some(Datum::Integer(length)) if *length < 0 => return Err(EvalError::NegativeLength),
        Some(Datum::Integer(length)) => Some(usize::try_from(*length).unwrap_or(usize::MAX)),
        Some(_) => return Ok(None),
    };
    Ok(Some((skip, take)))
}
