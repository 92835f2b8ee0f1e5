//! Where a request goes, as far as that is not the protocol's business: to a version root, to a batch, to the server as
//! a whole.

use std::borrow::Cow;

use engine::{Kind, Response};
use http::request::Parts;
use http::{Method, StatusCode};

use super::cors::METHODS;
use super::host::Origin;
use super::refusal::Refusal;

/// The version roots, in the spelling that answers use.
pub(super) const ROOTS: [&str; 2] = ["/beta", "/v1.0"];

const BATCH: &str = "/$batch";

/// What a request below a version root asks for, as far as its head tells.
pub(super) struct Asked<'a> {
    /// The address of the version root, without a slash at its end.
    pub(super) root: String,
    /// What follows the root in the path.
    pub(super) path: &'a str,
    pub(super) is_batch: bool,
    /// A batch is one request, whatever is in it, and counts as a change.
    pub(super) is_change: bool,
}

impl<'a> Asked<'a> {
    /// Of a request to a server at `origin`; refused where it goes elsewhere.
    pub(super) fn of(head: &'a Parts, origin: &Origin<'_>) -> Result<Self, Refusal> {
        let (version, path) = below_root(head.uri.path())?;
        let is_batch = is_batch(path);
        let is_change = is_batch || !matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS);
        Ok(Self { root: origin.root(version), path, is_batch, is_change })
    }
}

/// What is answered to a question about the server as a whole (RFC 9110, section 9.3.7).
pub(super) fn of_all(head: &Parts) -> Option<Response> {
    let is_meant = head.method == Method::OPTIONS && head.uri.path() == "*";
    is_meant.then(|| {
        let mut response = Response::empty(StatusCode::NO_CONTENT);
        response.set("allow", METHODS);
        response
    })
}

/// Does what follows the version root lead to `$batch`?
fn is_batch(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    // With each character encoded it is three times as long.
    path.len() <= 3 * BATCH.len() && plain(path).eq_ignore_ascii_case(BATCH)
}

/// The version root a path begins with, in our spelling, and what follows it.
fn below_root(path: &str) -> Result<(&'static str, &str), Refusal> {
    let end = path.bytes().skip(1).position(|byte| byte == b'/').map_or(path.len(), |at| at + 1);
    if let Some((first, rest)) = path.split_at_checked(end) {
        let first = plain(first);
        if let Some(root) = ROOTS.into_iter().find(|root| first.eq_ignore_ascii_case(root)) {
            return Ok((root, rest));
        }
    }
    Err(Refusal::new(
        Kind::ResourceNotFound,
        format!("nothing is served here; expected a path below {}", ROOTS.join(" or ")),
    ))
}

/// A segment as it is spelt without need: what is encoded of letters and the like means the same (RFC 3986, section
/// 6.2.2.2). What is not of these stays as it is.
fn plain(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut plain = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let decoded = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        match decoded.filter(|decoded| decoded.is_ascii_alphanumeric() || "-._~$".contains(*decoded)) {
            Some(decoded) => {
                plain.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                plain.push('%');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_match_without_case() {
        for (path, expected) in [
            ("/beta", ("/beta", "")),
            ("/BETA/me", ("/beta", "/me")),
            ("/V1.0/users('a')", ("/v1.0", "/users('a')")),
            ("/beta/", ("/beta", "/")),
            ("/%62eta/%6De", ("/beta", "/%6De")),
            ("/v1%2E0/me", ("/v1.0", "/me")),
        ] {
            assert_eq!(below_root(path).unwrap(), expected);
        }
        for path in [
            "/",
            "",
            "/betamax/me",
            "/v1.00",
            "/me",
            "/é/beta",
            "//beta",
            "/beta%2Fme",
            "%2Fbeta",
            "/beta%",
            "/beta%00",
            "/%C3%A9",
            "/%+2eta",
            "*",
            "/beta;x=1/me",
        ] {
            assert!(below_root(path).is_err(), "{path}");
        }
    }

    #[test]
    fn batches_are_known_however_they_are_spelt() {
        for path in ["/$batch", "/$BATCH/", "/%24batch", "/$%62atch", "/%24%62%61%74%63%68"] {
            assert!(is_batch(path), "{path}");
        }
        for path in ["", "/", "/$batch/x", "/batch", "/%2524batch", "$batch", "//$batch", "/$batc%"] {
            assert!(!is_batch(path), "{path}");
        }
    }
}
