//! Where a request of a batch goes.

use edm::check::brief;
use odata::{Kind, Problem};

/// A URL taken apart as a [`Request`](crate::Request) wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Scheme, host and version, without a slash at the end.
    pub(super) root: String,
    /// What follows the root in the path.
    pub(super) path: String,
    /// What follows the `?`.
    pub(super) query: Option<String>,
}

impl Place {
    /// Finds the place of a URL: absolute, from the host's root where it begins with one of `roots`, else from the
    /// service's, with or without a slash.
    pub(super) fn of(url: &str, service: &str, roots: &[&str]) -> Result<Self, Problem> {
        let (origin, own) = split_origin(service);
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let is_absolute = ["http://", "https://"].iter().any(|scheme| strip(url, scheme).is_some());
        let below = if is_absolute {
            let rest = after(url, origin).ok_or_else(|| elsewhere(url, origin))?;
            let root = root_of(rest, own, roots).ok_or_else(|| elsewhere(url, origin))?;
            return Ok(Self::new(origin, root, rest.get(root.len()..).unwrap_or_default()));
        } else if let Some(rest) = url.strip_prefix("//") {
            after(rest, host).ok_or_else(|| elsewhere(url, origin))?
        } else {
            url
        };
        Ok(match root_of(below, own, roots) {
            Some(root) => Self::new(origin, root, below.get(root.len()..).unwrap_or_default()),
            None => Self::new(origin, own, below),
        })
    }

    fn new(origin: &str, root: &str, rest: &str) -> Self {
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        Self { root: [origin, root].concat(), path: path.to_owned(), query: query.map(str::to_owned) }
    }

    /// The absolute URL, without what is asked of it.
    pub(super) fn resource(&self) -> String {
        format!("{}/{}", self.root, self.path.trim_start_matches('/'))
    }

    /// Is it a batch again?
    pub(super) fn is_batch(&self) -> bool {
        let path = self.path.trim_matches('/').replace("%24", "$");
        path.eq_ignore_ascii_case("$batch") || path.to_ascii_lowercase().starts_with("$batch/")
    }
}

/// `http://host/beta` to `http://host` and `/beta`.
fn split_origin(service: &str) -> (&str, &str) {
    let host = service.find("://").map_or(0, |at| at + 3);
    let end = service.get(host..).and_then(|rest| rest.find('/')).map_or(service.len(), |at| host + at);
    service.split_at_checked(end).unwrap_or((service, ""))
}

/// The version root with which a path begins, in our spelling.
fn root_of<'a>(path: &str, own: &'a str, roots: &[&'a str]) -> Option<&'a str> {
    std::iter::once(&own).chain(roots).find(|root| path.starts_with('/') && after(path, root).is_some()).copied()
}

/// What follows a beginning that ends where a segment does.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    strip(text, start).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

fn strip<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

fn elsewhere(url: &str, origin: &str) -> Problem {
    let message = format!("found the URL {}, expected one of this service at {origin}", brief(url));
    Problem::new(Kind::BadQuery, message).at("url")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let of = |url: &str| match Place::of(url, "http://a.example:80/beta", &["/beta", "/v1.0"]) {
            Ok(Place { root, path, query }) => {
                format!("{} {path} {}", root.trim_start_matches("http://a.example:80"), query.unwrap_or("-".into()))
            }
            Err(problem) => problem.kind.status().to_string(),
        };
        for (url, expect) in [
            ("me", "/beta me -"),
            ("/me/profile?$top=1?", "/beta /me/profile $top=1?"),
            ("/v1.0/me", "/v1.0 /me -"),
            ("/V1.0", "/v1.0  -"),
            ("/v1.00/me", "/beta /v1.00/me -"),
            ("v1.0/me", "/beta v1.0/me -"),
            ("/beta?x", "/beta  x"),
            ("HTTP://A.example:80/BETA/me", "/beta /me -"),
            ("http://a.example:80/me", "400"),
            ("http://a.example:80/v1.0/me", "/v1.0 /me -"),
            ("http://a.example:800/beta/me", "400"),
            ("https://a.example:80/beta/me", "400"),
            ("http://a.example:80@b.example/beta/me", "400"),
            ("//a.example:80/v1.0/me", "/v1.0 /me -"),
            ("//a.example:80/me", "/beta /me -"),
            ("//b.example/beta/me", "400"),
            ("http://", "400"),
            ("é", "/beta é -"),
            ("", "/beta  -"),
        ] {
            assert_eq!(of(url), expect, "{url}");
        }
        let bare = |url: &str| Place::of(url, "http://a.example", &[]).unwrap();
        assert_eq!(bare("/Makers?x"), bare("http://a.example/Makers?x"));
        assert_eq!(bare("Makers").resource(), "http://a.example/Makers");
    }

    #[test]
    fn batches_within_batches() {
        let place = |url: &str| Place::of(url, "http://a.example/beta", &[]).unwrap();
        assert!(["$batch", "/beta/%24Batch/", "/$batch?x", "$batch/x"].iter().all(|url| place(url).is_batch()));
        assert!(!place("me/$batch").is_batch());
    }
}
