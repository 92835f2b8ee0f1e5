//! Where segments, parentheses and literals of a path begin and end.
//!
//! Slashes separate before anything is decoded (OData URL Conventions 4.01, section 2); only those within the
//! parentheses of a `$filter` do not, whether its parentheses and quotes are escaped or not.

use super::Argument;

/// A character of names, qualified ones included.
pub(super) fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.')
}

/// The first segment of a path, as sent, and what follows its slash.
pub(super) fn split_first(path: &str) -> (&str, Option<&str>) {
    let from = end_of_filter(path).unwrap_or_default();
    let slash = |rest: &str| rest.bytes().position(|byte| byte == b'/');
    let end = path.get(from..).and_then(slash).map(|slash| from + slash);
    match end.and_then(|end| path.split_at_checked(end)) {
        Some((first, rest)) => (first, rest.get(1..)),
        None => (path, None),
    }
}

/// Where a `$filter(…)` at the start of an encoded path ends.
fn end_of_filter(path: &str) -> Option<usize> {
    let mut at = 0;
    for expected in b"$filter" {
        let (byte, length) = unit(path, at)?;
        at += byte.eq_ignore_ascii_case(expected).then_some(length)?;
    }
    closing(std::iter::from_fn(|| {
        let (byte, length) = unit(path, at)?;
        at += length;
        Some((byte, at))
    }))
}

/// The byte that stands at a place of an encoded text, and the length it is written in.
fn unit(text: &str, at: usize) -> Option<(u8, usize)> {
    let hex = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match text.as_bytes().get(at..)? {
        [b'%', high, low, ..] => Some(match (hex(high), hex(low)) {
            (Some(high), Some(low)) => (high * 16 + low, 3),
            _ => (b'%', 1),
        }),
        [byte, ..] => Some((*byte, 1)),
        [] => None,
    }
}

/// The place after the parenthesis that closes the one which comes first. Each byte comes with the place after it.
fn closing(bytes: impl Iterator<Item = (u8, usize)>) -> Option<usize> {
    let (mut open, mut quoted) = (0_usize, false);
    for (byte, after) in bytes {
        match byte {
            b'\'' if open > 0 => quoted = !quoted,
            b'(' if !quoted => open += 1,
            b')' if open == 1 && !quoted => return Some(after),
            b')' if !quoted => open = open.checked_sub(1)?,
            _ if open == 0 => return None,
            _ => {}
        }
    }
    None
}

/// `(a/b eq 1)`: the expression, and what follows the parenthesis.
pub(super) fn condition(text: &str) -> Option<(&str, &str)> {
    let end = closing(text.bytes().zip(1..))?;
    let (condition, after) = text.split_at_checked(end)?;
    let condition = condition.strip_prefix('(')?.strip_suffix(')')?.trim();
    (!condition.is_empty()).then_some((condition, after))
}

/// `(a=1,b='x')('key')`: what stands in each pair of parentheses; `None` when malformed.
pub(super) fn groups(mut text: &str) -> Option<Vec<Vec<Argument>>> {
    let mut groups = Vec::new();
    while !text.is_empty() {
        let (group, after) = arguments(text.strip_prefix('(')?)?;
        groups.push(group);
        text = after;
    }
    Some(groups)
}

/// `'a','b')`, `id='a')`, `1)`: the arguments before the parenthesis, and what follows it.
fn arguments(inside: &str) -> Option<(Vec<Argument>, &str)> {
    let mut arguments = Vec::new();
    let mut rest = inside.trim_start();
    if let Some(after) = rest.strip_prefix(')') {
        return Some((arguments, after));
    }
    loop {
        let (name, value) = named(rest);
        let (argument, after) = literal(value)?;
        arguments.push(Argument { name: name.map(str::to_owned), ..argument });
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return Some((arguments, after.strip_prefix(')')?)),
        }
    }
}

fn named(text: &str) -> (Option<&str>, &str) {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    match rest.trim_start().strip_prefix('=') {
        Some(value) if !name.is_empty() => (Some(name), value.trim_start()),
        _ => (None, text),
    }
}

/// A literal at the start of the text, and what follows it.
pub(super) fn literal(text: &str) -> Option<(Argument, &str)> {
    let end = text.find(['\'', ',', ')']).unwrap_or(text.len());
    let (before, after) = text.split_at_checked(end)?;
    let before = before.trim_end();
    let Some(mut rest) = after.strip_prefix('\'') else {
        let argument = Argument { name: None, prefix: None, text: before.to_owned(), quoted: false };
        return (!before.is_empty()).then_some((argument, after));
    };
    if !before.chars().all(is_word) {
        return None;
    }
    let mut value = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => {
                let prefix = (!before.is_empty()).then(|| before.to_owned());
                return Some((Argument { name: None, prefix, text: value, quoted: true }, after));
            }
        }
    }
}
