//! Content types, as far as batches need them.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::problem::{Kind, Problem};

/// The form of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// `application/json`
    Json,
    /// `multipart/mixed`
    Multipart {
        /// What separates the parts.
        boundary: String,
    },
}

impl Form {
    /// The form that the headers of a batch announce.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = content_type(headers).unwrap_or_default();
        match essence(text).to_ascii_lowercase().as_str() {
            "application/json" => Ok(Form::Json),
            "multipart/mixed" => Ok(Form::Multipart { boundary: boundary(text)? }),
            _ => {
                let message = format!(
                    "found {} in the header `Content-Type` of a batch, expected `application/json` or `multipart/mixed`",
                    edm::check::brief(text)
                );
                Err(Problem::new(Kind::BadHeader, message).at("Content-Type"))
            }
        }
    }
}

/// The header `Content-Type`, where it is text.
pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

/// Type and subtype, without parameters.
pub(super) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Is it JSON, by itself or as the syntax of something else?
pub(super) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type).to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// Is it text?
pub(super) fn is_text(content_type: &str) -> bool {
    essence(content_type).get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"))
}

/// The boundary of a multipart content type (RFC 2046, section 5.1.1).
pub(super) fn boundary(content_type: &str) -> Result<String, Problem> {
    let problem = |message: &str| Err(Problem::new(Kind::BadHeader, message).at("Content-Type"));
    let Some(value) = parameter(content_type, "boundary") else {
        return problem("found `multipart/mixed` without a boundary, expected `multipart/mixed; boundary=…`");
    };
    let admitted = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    if value.is_empty() || value.len() > 70 || value.ends_with(' ') || !value.bytes().all(admitted) {
        return problem("found a malformed boundary, expected 1 to 70 letters, digits and `'()+_,-./:=?`");
    }
    Ok(value)
}

/// A parameter of a header value, unquoted. Semicolons within quotes separate nothing.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        // A parameter without a value may stand before.
        let name = name.rsplit(';').next().unwrap_or_default().trim();
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// What stands before the closing quote, without its backslashes, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((out, text.get(at + 1..)?)),
            '\\' => out.push(letters.next()?.1),
            _ => out.push(letter),
        }
    }
    None
}
