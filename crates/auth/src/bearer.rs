//! From the value of an `Authorization` header to the text of one token.
//!
//! Whether the text is a token is not judged here.

use crate::error::AuthError;

/// The longest header value that is looked at.
pub(crate) const MAX_HEADER: usize = 8192;

/// The token of `Bearer <token>`; the scheme in any case, spaces and tabs around the parts.
pub(crate) fn token(header: Option<&[u8]>) -> Result<&str, AuthError> {
    let value = header.ok_or(AuthError::Missing)?;
    if value.len() > MAX_HEADER {
        return Err(AuthError::TooLarge);
    }
    let value = std::str::from_utf8(value).map_err(|_| AuthError::Malformed("it is not ASCII text"))?;
    let value = value.trim_matches(BLANKS);
    if value.is_empty() {
        return Err(AuthError::Missing);
    }
    let (scheme, rest) = value.split_once(BLANKS).unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::Scheme);
    }
    let token = rest.trim_start_matches(BLANKS);
    if token.is_empty() {
        return Err(AuthError::Missing);
    }
    Ok(token)
}

/// What must hold of a token never seen before. Left out for known ones, where it took longer than the look-up.
pub(crate) fn check_alone(token: &str) -> Result<(), AuthError> {
    // A proxy that folds two headers into one leaves a comma and a second scheme.
    if token.split([',', ' ', '\t']).any(|word| word.eq_ignore_ascii_case("bearer")) {
        return Err(AuthError::MultipleTokens);
    }
    Ok(())
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The one value among those of all `Authorization` headers of a request.
pub(crate) fn only<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a [u8]>, AuthError> {
    let mut values = values.into_iter();
    let first = values.next();
    match values.next() {
        Some(_) => Err(AuthError::MultipleTokens),
        None => Ok(first),
    }
}
