//! Many requests in one body, and their answers in one: as JSON (OData JSON Format 4.01, section 19) and as
//! `multipart/mixed` (OData Protocol 4.01, section 11.7).
//!
//! Text in both directions. What the requests mean, and in which order they run, is not known here.

mod json;
mod media;
mod multipart;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::dialect::setting;
use crate::problem::{Kind, Problem};
use crate::syntax::beyond;

pub use media::Form;

/// Most headers of one part.
const MAX_HEADERS: usize = 100;

/// The requests of a batch, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The requests. Those of one group are neighbours.
    pub parts: Vec<Part>,
}

/// One request of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name in this batch; every request in JSON has one.
    pub id: Option<String>,
    /// The method.
    pub method: Method,
    /// Where to, as written: absolute, from the root, relative, or `$id/…`.
    pub url: String,
    /// Its own headers; those of the batch do not stand among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The ids and groups that must have succeeded, all of them earlier ones.
    pub depends_on: Vec<String>,
    /// The group with which it succeeds or fails: an atomicity group or a change set.
    pub group: Option<String>,
    /// `if`: an expression that must be true, as written.
    pub condition: Option<String>,
}

impl Part {
    /// Is this its id or the name of its group? Neither is case-sensitive.
    pub fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.group].into_iter().flatten().any(|given| given.to_lowercase() == name.to_lowercase())
    }
}

/// The answer to one request of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The id of the request.
    pub id: Option<String>,
    /// The group of the request.
    pub group: Option<String>,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Reads a batch of at most `limit` requests.
pub fn read(form: &Form, body: &[u8], limit: usize) -> Result<Batch, Problem> {
    match form {
        Form::Json => json::read(body, limit),
        Form::Multipart { boundary } => multipart::read(boundary, body, limit),
    }
}

/// Writes the answers in a form: content type and body. `seed` makes the boundary; any text will do. `title_case` is
/// that of [`crate::Dialect::batch_title_case`].
pub fn write(form: &Form, answers: &[Answer], seed: &str, title_case: bool) -> (String, Vec<u8>) {
    match form {
        Form::Json => ("application/json".to_owned(), json::write(answers, title_case)),
        Form::Multipart { .. } => multipart::write(answers, seed),
    }
}

/// `$id` at the beginning of a URL: the id, and what follows. Names of the protocol are none.
pub fn reference(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix('/').unwrap_or(url).strip_prefix('$')?;
    let end = rest.find(['/', '?', '(']).unwrap_or(rest.len());
    let (id, rest) = rest.split_at_checked(end)?;
    let reserved = ["all", "batch", "crossjoin", "entity", "metadata"];
    (!id.is_empty() && !reserved.iter().any(|name| name.eq_ignore_ascii_case(id))).then_some((id, rest))
}

/// A batch that is not well formed: what was found and what is expected, and where.
fn malformed(target: impl Into<String>, message: impl Into<String>) -> Problem {
    let target = Some(target.into()).filter(|target| !target.is_empty());
    Problem { target, ..Problem::new(Kind::BadBody, message) }
}

fn too_many(limit: usize) -> Problem {
    malformed("", beyond(setting::BATCH, limit, "requests in the batch"))
}

/// Adds a header; the error says what is wrong with it.
fn add_header(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), String> {
    let quoted = edm::check::brief(name);
    if headers.len() >= MAX_HEADERS {
        return Err(format!("found more than {MAX_HEADERS} headers, expected fewer"));
    }
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{quoted} is no name of a header"))?;
    let value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| format!("found a control character in the header {quoted}, expected plain text"))?;
    headers.try_append(header, value).map(|_| ()).map_err(|_| "found too many headers".to_owned())
}
