//! `OData-Version` and `OData-MaxVersion` (OData Protocol 4.01, sections 8.1.5 and 8.2.6).

use edm::check::brief;
use http::{HeaderMap, HeaderName, header};

pub use crate::payload::Version;
use crate::problem::{Kind, Problem};

static VERSION: HeaderName = HeaderName::from_static("odata-version");
static MAX_VERSION: HeaderName = HeaderName::from_static("odata-maxversion");

impl Version {
    /// As written in headers and documents.
    pub fn text(self) -> &'static str {
        match self {
            Version::V4 => "4.0",
            Version::V401 => "4.01",
        }
    }
}

/// The version that the body of the request follows: one that is spoken, said once. Without a body it says nothing.
pub(super) fn of_body(headers: &HeaderMap) -> Result<Option<Version>, Problem> {
    let mut values = headers.get_all(&VERSION).into_iter();
    let value = values.next().filter(|_| headers.contains_key(header::CONTENT_TYPE));
    let Some(value) = value else { return Ok(None) };
    if values.next().is_some() {
        let message = "found the header `OData-Version` more than once, expected it once";
        return Err(Problem::new(Kind::BadHeader, message).at("OData-Version"));
    }
    let text = number(value);
    match text {
        "4.0" => Ok(Some(Version::V4)),
        "4.01" => Ok(Some(Version::V401)),
        _ => Err(foreign(Kind::BadHeader, text, "OData-Version", "`4.0` or `4.01`")),
    }
}

/// The version that the body of a request says it follows; one that is not spoken is a problem elsewhere.
pub fn body_version(headers: &HeaderMap) -> Option<Version> {
    of_body(headers).ok().flatten()
}

/// The greatest version that is spoken and that the client understands; where there is none, no answer is acceptable.
pub(super) fn greatest(headers: &HeaderMap) -> Result<Option<Version>, Problem> {
    let Some(value) = headers.get(&MAX_VERSION) else { return Ok(None) };
    let text = number(value);
    let parts = text.split_once('.').filter(|(major, minor)| is_digits(major) && is_digits(minor));
    let parts = parts.and_then(|(major, minor)| Some((major.parse::<u8>().ok()?, minor)));
    match parts {
        Some((4, "0")) => Ok(Some(Version::V4)),
        Some((4, minor)) if minor.bytes().any(|digit| digit != b'0') => Ok(Some(Version::V401)),
        Some((5.., _)) => Ok(Some(Version::V401)),
        _ => Err(foreign(Kind::NotAcceptable, text, "OData-MaxVersion", "`4.0`, `4.01` or later")),
    }
}

/// The version of an answer to a request with these headers; malformed ones ask for nothing.
pub fn answer_version(headers: &HeaderMap) -> Version {
    greatest(headers).ok().flatten().unwrap_or_default()
}

/// What a client adds after a semicolon is its own name.
fn number(value: &http::HeaderValue) -> &str {
    value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

fn is_digits(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn foreign(kind: Kind, text: &str, name: &str, expected: &str) -> Problem {
    let message = format!("found {} in the header `{name}`, expected {expected}", brief(text));
    Problem::new(kind, message).at(name)
}
