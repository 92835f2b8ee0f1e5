//! From the value of an `Authorization` header to the text of one token.
//!
//! Whether the text is a token is not judged here.

use crate::error::AuthError;

/// The longest header value that is looked at.
pub(crate) const MAX_HEADER: usize = 8192;

/// The token of `Bearer <token>`; the scheme in any case, spaces and tabs around the parts. Whether it is text is left
/// to [`check_alone`].
pub(crate) fn token(header: Option<&[u8]>) -> Result<&[u8], AuthError> {
    let value = header.ok_or(AuthError::Missing)?;
    if value.len() > MAX_HEADER {
        return Err(AuthError::TooLarge);
    }
    after_scheme(value).or_else(|error| text(value).and(Err(error)))
}

fn after_scheme(value: &[u8]) -> Result<&[u8], AuthError> {
    let value = trim_end(trim_start(value));
    if value.is_empty() {
        return Err(AuthError::Missing);
    }
    let end = value.iter().position(is_blank).unwrap_or(value.len());
    let (scheme, rest) = value.split_at_checked(end).unwrap_or((value, b""));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(AuthError::Scheme);
    }
    let token = trim_start(rest);
    if token.is_empty() {
        return Err(AuthError::Missing);
    }
    Ok(token)
}

/// What must hold of a token never seen before. Left out for known ones, where it took longer than the look-up.
pub(crate) fn check_alone(token: &[u8]) -> Result<&str, AuthError> {
    let token = text(token)?;
    // A proxy that folds two headers into one leaves a comma and a second scheme.
    if token.split([',', ' ', '\t']).any(|word| word.eq_ignore_ascii_case("bearer")) {
        return Err(AuthError::MultipleTokens);
    }
    Ok(token)
}

fn text(bytes: &[u8]) -> Result<&str, AuthError> {
    std::str::from_utf8(bytes).map_err(|_| AuthError::Malformed("it is not ASCII text"))
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// The one value among those of all `Authorization` headers of a request.
pub(crate) fn only<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a [u8]>, AuthError> {
    let mut values = values.into_iter();
    let first = values.next();
    match values.next() {
        Some(_) => Err(AuthError::MultipleTokens),
        None => Ok(first),
    }
}
