//! `Content-Type`: what the body of a request is.
//!
//! A type that does not fit is a problem of the body, status 400: Graph answers so, not 415.

use edm::check::brief;
use http::{HeaderMap, header};

use super::accept::boolean;
use super::media::{MediaType, is_utf8};
use crate::problem::{Kind, Problem};

/// How a JSON body is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonBody {
    /// `IEEE754Compatible=true`: its Int64 and Decimal numbers are strings.
    pub ieee754: bool,
}

/// What the body of `$batch` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchBody {
    /// `application/json`
    Json,
    /// `multipart/mixed`, with its boundary.
    Multipart(String),
}

/// Is the body JSON in UTF-8, as every body must be?
pub fn json_body(headers: &HeaderMap) -> Result<JsonBody, Problem> {
    let given = content_type(headers)?;
    let json = MediaType::parse(given).filter(|media| media.admits("application/json") && media.subtype != "*");
    let media = json.ok_or_else(|| problem("Entity only allows writes with a JSON Content-Type header."))?;
    in_utf8(&media)?;
    match media.parameter("IEEE754Compatible") {
        None => Ok(JsonBody::default()),
        Some(value) => boolean(value).map(|ieee754| JsonBody { ieee754 }).ok_or_else(|| {
            let value = brief(value);
            problem(format!("found {value} for `IEEE754Compatible` in `Content-Type`, expected `true` or `false`"))
        }),
    }
}

/// Are they query options in UTF-8, as the body of `$query` must be (OData URL Conventions 4.01, section 4.17; as forms
/// send them since 4.02)?
pub fn query_body(headers: &HeaderMap) -> Result<(), Problem> {
    let media = typed(headers, &["text/plain", "application/x-www-form-urlencoded"])?;
    in_utf8(&media)
}

/// What kind of batch the body is (OData Protocol 4.01, section 11.7).
pub fn batch_body(headers: &HeaderMap) -> Result<BatchBody, Problem> {
    let media = typed(headers, &["application/json", "multipart/mixed"])?;
    if media.subtype.eq_ignore_ascii_case("json") {
        return in_utf8(&media).map(|()| BatchBody::Json);
    }
    let boundary = media.parameter("boundary").unwrap_or_default();
    if is_boundary(boundary) {
        return Ok(BatchBody::Multipart(boundary.to_owned()));
    }
    let found = if boundary.is_empty() { "no boundary".to_owned() } else { brief(boundary) };
    Err(problem(format!("found {found} in `Content-Type`, expected `multipart/mixed;boundary=…` of 1 to 70 letters")))
}

fn content_type(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::CONTENT_TYPE).ok_or_else(|| {
        problem(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        )
    })?;
    Ok(value.to_str().unwrap_or_default())
}

/// The content type, which must be one of these.
fn typed<'a>(headers: &'a HeaderMap, expected: &[&str]) -> Result<MediaType<'a>, Problem> {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = text.and_then(MediaType::parse).filter(|media| media.subtype != "*");
    media.filter(|media| expected.iter().any(|name| media.admits(name))).ok_or_else(|| {
        let found = text.map_or_else(|| "no content type".to_owned(), brief);
        problem(format!("found {found} in the header `Content-Type`, expected `{}`", expected.join("` or `")))
    })
}

fn in_utf8(media: &MediaType<'_>) -> Result<(), Problem> {
    match media.parameter("charset") {
        Some(charset) if !is_utf8(charset) => {
            Err(problem(format!("found the charset {} in the header `Content-Type`, expected `utf-8`", brief(charset))))
        }
        _ => Ok(()),
    }
}

/// RFC 2046, section 5.1.1.
fn is_boundary(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    (1..=70).contains(&text.len()) && text.bytes().all(plain) && !text.ends_with(' ')
}

fn problem(message: impl Into<String>) -> Problem {
    Problem::new(Kind::BadBody, message).at("Content-Type")
}
