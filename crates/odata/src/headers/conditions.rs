//! `If-Match` and `If-None-Match`: what a request presumes of a resource (RFC 9110, section 13.1).

use http::HeaderMap;

use crate::problem::{Kind, Problem};

/// What the conditions of a request say of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Go on.
    Holds,
    /// It is what the client already has.
    NotModified,
}

/// The conditions of a request (RFC 9110, section 13.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

/// The entity tags that a condition names, by their opaque parts: all comparison is weak.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    /// `*`
    Any,
    /// A list.
    These(Vec<String>),
}

impl Conditions {
    /// Reads both headers; malformed ones are problems.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self { if_match: Tags::read(headers, "If-Match")?, if_none_match: Tags::read(headers, "If-None-Match")? })
    }

    /// Does the request presume nothing?
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Does the request presume that the resource exists (`If-Match`)?
    pub fn presume_existence(&self) -> bool {
        self.if_match.is_some()
    }

    /// Judges the conditions against the opaque part of a resource's entity tag. `reading` tells GET from a change.
    pub fn judge(&self, tag: Option<&str>, reading: bool) -> Result<Condition, Problem> {
        let failed = |header: &str, message: &str| Err(Problem::new(Kind::Modified, message).at(header));
        if self.if_match.as_ref().is_some_and(|tags| !tags.name(tag)) {
            return failed(
                "If-Match",
                "the resource is not what `If-Match` presumes: it has changed since it was read, or has no tag; read it again and repeat the change",
            );
        }
        match self.if_none_match.as_ref().is_some_and(|tags| tags.name(tag)) {
            true if reading => Ok(Condition::NotModified),
            true => failed("If-None-Match", "the resource exists, the header `If-None-Match` excludes it"),
            false => Ok(Condition::Holds),
        }
    }
}

impl Tags {
    /// The tags of a header, over all its lines; `None` when there is no such header.
    fn read(headers: &HeaderMap, name: &'static str) -> Result<Option<Self>, Problem> {
        let mut lines =
            headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or_default().trim()).peekable();
        if lines.peek().is_none() {
            return Ok(None);
        }
        let malformed = || {
            let message = format!("found a malformed entity tag in the header `{name}`, expected `W/\"…\"` or `*`");
            Problem::new(Kind::BadHeader, message).at(name)
        };
        let first = lines.next().unwrap_or_default();
        if first == "*" && lines.peek().is_none() {
            return Ok(Some(Tags::Any));
        }
        let mut tags = Vec::new();
        for line in std::iter::once(first).chain(lines) {
            read_tags(line, &mut tags).ok_or_else(malformed)?;
        }
        if tags.is_empty() { Err(malformed()) } else { Ok(Some(Tags::These(tags))) }
    }

    fn name(&self, tag: Option<&str>) -> bool {
        match self {
            Tags::Any => true,
            Tags::These(tags) => tags.iter().any(|given| Some(given.as_str()) == tag),
        }
    }
}

/// `W/"a", "b,c"`: the opaque parts; `None` when malformed. Items of a list may be empty (RFC 9110, section 5.6.1).
fn read_tags(line: &str, tags: &mut Vec<String>) -> Option<()> {
    let mut rest = line.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            continue;
        }
        let (opaque, after) = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        tags.push(opaque.to_owned());
        rest = after.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
    Some(())
}
