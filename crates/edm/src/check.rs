//! Values against the facets of their properties: length, digits, format. Every violation is gathered, none ends the
//! check.
//!
//! That a value has the right kind at all was seen when it was read; rules of a particular service are elsewhere.

use std::fmt::Write as _;

use bigdecimal::{BigDecimal, Zero};

use crate::model::{Format, Property};
use crate::nearest::nearest;
use crate::value::Value;

/// More mistakes than this are not listed: nobody reads them, and looking for the name that was meant takes time.
pub const MAX_VIOLATIONS: usize = 100;

/// What kind of mistake a violation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The type declares no such member.
    UnknownProperty,
    /// A value of the wrong kind, out of range, or no member of its enumeration.
    Type,
    /// Null where null is not allowed.
    Null,
    /// Too long, too many digits, or not in the required form.
    Form,
    /// The same member twice.
    Duplicate,
    /// A member that must be there is not.
    Missing,
    /// A member that cannot be set this way.
    NotSettable,
}

/// One mistake in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What kind of mistake.
    pub fault: Fault,
    /// Where: a JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// What was found and what is allowed.
    pub message: String,
}

impl Violation {
    /// A violation at a place.
    pub fn new(fault: Fault, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { fault, pointer: pointer.into(), message: message.into() }
    }
}

/// A pointer extended by a member name or position.
pub fn pointer(parent: &str, step: &str) -> String {
    let mut pointer = String::with_capacity(parent.len() + step.len() + 1);
    pointer.push_str(parent);
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    pointer
}

/// Checks a value of a property, or each of its list, against the property's facets. Members of complex values are
/// checked by their own properties.
pub fn check_value(property: &Property, value: &Value, place: &str, violations: &mut Vec<Violation>) {
    let Value::List(items) = value else {
        return violations
            .extend(complaint(property, value).map(|message| Violation::new(Fault::Form, place, message)));
    };
    let room = MAX_VIOLATIONS.saturating_sub(violations.len());
    let complaints = items.iter().enumerate().filter_map(|(position, item)| {
        complaint(property, item)
            .map(|message| Violation::new(Fault::Form, pointer(place, &position.to_string()), message))
    });
    violations.extend(complaints.take(room));
}

/// What is wrong with a single value, if anything.
fn complaint(property: &Property, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text_complaint(property, text),
        Value::Binary(bytes) => {
            let max = property.max_length? as usize;
            (bytes.len() > max).then(|| format!("found {} bytes, expected at most {max}", bytes.len()))
        }
        Value::Decimal(number) => decimal_complaint(property, number),
        _ => None,
    }
}

fn decimal_complaint(property: &Property, number: &BigDecimal) -> Option<String> {
    let number = number.normalized();
    let after = number.fractional_digit_count().max(0);
    let before = i64::try_from(number.digits()).unwrap_or(i64::MAX).saturating_sub(number.fractional_digit_count());
    let scale = property.scale.map(i64::from);
    if let Some(scale) = scale.filter(|scale| after > *scale) {
        return Some(format!("found {after} digits after the point, expected at most {scale}"));
    }
    let most = property.precision.map(|precision| i64::from(precision) - scale.unwrap_or(0));
    let most = most.filter(|most| !number.is_zero() && before > *most)?;
    Some(format!("found {before} digits before the point, expected at most {most}"))
}

fn text_complaint(property: &Property, text: &str) -> Option<String> {
    if let Some(max) = property.max_length {
        let length = text.chars().count();
        if length > max as usize {
            return Some(format!("found {length} characters, expected at most {max}"));
        }
    }
    match property.format {
        Format::Any => None,
        Format::HttpUrl if is_http_url(text) => None,
        Format::HttpUrl => Some(format!("found {}, expected an absolute http or https URL", brief(text))),
        Format::LanguageTag if oxilangtag::LanguageTag::parse(text).is_ok() => None,
        Format::LanguageTag => Some(format!("found {}, expected a language tag (BCP 47) such as `nb-NO`", brief(text))),
        Format::OneOf(values) if values.contains(&text) => None,
        Format::OneOf(values) => Some(format!("found {}, {}", brief(text), one_of(text, values.iter().copied()))),
    }
}

/// `expected one of …; did you mean …?`
pub fn one_of<'a>(found: &str, values: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut text = String::from("expected one of ");
    for (position, value) in values.clone().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        let _infallible = write!(text, "{comma}`{value}`");
    }
    if let Some(best) = nearest(found, values) {
        let _infallible = write!(text, "; did you mean `{best}`?");
    }
    text
}

/// The text in backticks, or how long it is when it is too long to repeat.
pub fn brief(text: &str) -> String {
    match text.chars().count() {
        0..=60 => format!("`{text}`"),
        long => format!("a string of {long} characters"),
    }
}

/// An absolute URL with a host, of a scheme that is safe to show as a link. Characters that RFC 3986 forbids and
/// browsers tolerate (non-ASCII letters) pass; white space, quotes, angle brackets and control characters do not.
pub(crate) fn is_http_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let bad = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        && !host.is_empty()
        && !host.starts_with(':')
        && !rest.contains(bad)
}

#[cfg(test)]
mod tests {
    use super::is_http_url;

    #[test]
    fn only_absolute_http_urls_pass() {
        for good in
            ["https://example.com", "HTTP://a.b/c?d#e", "https://[::1]:8080/x", "https://exämple.com/ü", "http://u@h/"]
        {
            assert!(is_http_url(good), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "ftp://a",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://a b",
            "//a.b",
            "http://a/\"",
            "https://:80",
        ] {
            assert!(!is_http_url(bad), "{bad}");
        }
    }
}
