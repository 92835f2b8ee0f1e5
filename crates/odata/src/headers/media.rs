//! Media types and ranges with their parameters (RFC 9110, section 8.3.1).

use std::borrow::Cow;

use crate::syntax::prefer::pieces;

/// A media type, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MediaType<'a> {
    /// `application`, or `*`.
    pub(super) kind: &'a str,
    /// `json`, or `*`.
    pub(super) subtype: &'a str,
    /// Names, as written, and values without their quotes, in order.
    pub(super) parameters: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> MediaType<'a> {
    /// `None` when malformed.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = pieces(text, ';');
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let any = |text: &str| text == "*";
        if !is_token(kind) || !is_token(subtype) || (any(kind) && !any(subtype)) {
            return None;
        }
        // An empty parameter is a superfluous semicolon.
        let parameters = parts.filter(|part| !part.is_empty()).map(parameter).collect::<Option<_>>()?;
        Some(Self { kind, subtype, parameters })
    }

    /// Is it this type, or does it range over it?
    pub(super) fn admits(&self, name: &str) -> bool {
        let covers = |own: &str, other: &str| own == "*" || own.eq_ignore_ascii_case(other);
        let parts = name.split(';').next().unwrap_or_default().trim().split_once('/');
        parts.is_some_and(|(kind, subtype)| covers(self.kind, kind) && covers(self.subtype, subtype))
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_ref())
    }
}

/// Is it the name of UTF-8?
pub(super) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

fn parameter(text: &str) -> Option<(&str, Cow<'_, str>)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    if !is_token(name) {
        return None;
    }
    let value = match value.strip_prefix('"') {
        Some(rest) => Cow::Owned(unescape(rest.strip_suffix('"')?)),
        None if is_token(value) => Cow::Borrowed(value),
        None => return None,
    };
    Some((name, value))
}

/// What a backslash precedes stands for itself.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    out
}

fn is_token(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}
