//! What was said in a URL, before any model is asked: path segments with their parenthesised arguments, and query
//! options by name.
//!
//! Text is split first and percent-decoded once afterwards (OData URL Conventions 4.01, section 2), so that an encoded
//! slash belongs to a key and never to the path.

pub mod path;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::problem::{Kind, Problem};

/// Decodes percent-encoding once. Bad escapes, bytes that are not UTF-8 and control characters are refused; of the
/// latter those that it `admits` are not.
pub(crate) fn decode<'a>(text: &'a str, admits: fn(char) -> bool) -> Result<Cow<'a, str>, Problem> {
    // Nearly every segment and option says itself.
    if text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%') {
        return Ok(Cow::Borrowed(text));
    }
    let refuse = |what: &str| Problem::new(Kind::BadQuery, format!("found {what} in the URL"));
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        match after.as_bytes() {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest = after,
            _ => return Err(refuse("`%`, expected two hexadecimal digits after it")),
        }
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| refuse("bytes that are not UTF-8"))?;
    if decoded.contains(|letter: char| letter.is_control() && !admits(letter)) {
        return Err(refuse("a control character"));
    }
    Ok(decoded)
}
