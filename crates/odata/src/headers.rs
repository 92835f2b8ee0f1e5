//! Request headers of the protocol: what the client accepts, prefers and presumes (OData Protocol 4.01, section 8).

use edm::check::brief;
use http::{HeaderMap, HeaderName, header};

use crate::problem::{Kind, Problem};

static VERSION: HeaderName = HeaderName::from_static("odata-version");
static MAX_VERSION: HeaderName = HeaderName::from_static("odata-maxversion");
static PREFER: HeaderName = HeaderName::from_static("prefer");

/// A header and how its name is usually written.
type Named = (&'static HeaderName, &'static str);
const NAMED_VERSION: Named = (&VERSION, "OData-Version");
const NAMED_MAX_VERSION: Named = (&MAX_VERSION, "OData-MaxVersion");

/// What a request's headers ask of the protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `Prefer: maxpagesize=n`
    pub max_page_size: Option<usize>,
    /// `OData-MaxVersion`: the client speaks OData by its own rules, rather than Graph's.
    pub max_version: Option<Version>,
    /// `If-Match` and `If-None-Match`
    pub conditions: Conditions,
}

/// A version of the protocol that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// OData 4.0
    V4,
    /// OData 4.01
    V401,
}

/// What an answer is, to be held against `Accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`
    Json,
    /// `text/plain`
    Text,
}

/// Reads the protocol's headers; malformed and unacceptable ones are problems.
pub fn wishes(headers: &HeaderMap, media: Media) -> Result<Wishes, Problem> {
    accept(headers, media)?;
    version(headers, NAMED_VERSION)?;
    Ok(Wishes {
        max_page_size: max_page_size(headers),
        max_version: version(headers, NAMED_MAX_VERSION)?,
        conditions: Conditions::read(headers)?,
    })
}

/// The version of an answer to a request with these headers; malformed ones ask for nothing.
pub fn answer_version(headers: &HeaderMap) -> Version {
    version(headers, NAMED_MAX_VERSION).ok().flatten().unwrap_or(Version::V4)
}

/// Preferences are wishes: one that makes no sense is not followed, and no error; of several the first counts
/// (RFC 7240, section 2).
fn max_page_size(headers: &HeaderMap) -> Option<usize> {
    let values = headers.get_all(&PREFER).into_iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';'])).filter_map(|text| text.split_once('='));
    let is_meant = |name: &str| {
        let name = name.trim();
        name.eq_ignore_ascii_case("maxpagesize") || name.eq_ignore_ascii_case("odata.maxpagesize")
    };
    let (_, value) = preferences.find(|(name, _)| is_meant(name))?;
    value.trim().trim_matches('"').parse().ok().filter(|size| *size > 0)
}

/// `4.0`, `4.01` or later; what a client adds after a semicolon is its own name.
fn version(headers: &HeaderMap, (header, name): Named) -> Result<Option<Version>, Problem> {
    let Some(value) = headers.get(header) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let number = text.split_once('.').and_then(|(major, minor)| Some((major.parse::<u8>().ok()?, minor)));
    match number {
        Some((4, "0")) => Ok(Some(Version::V4)),
        Some((4, "01")) => Ok(Some(Version::V401)),
        Some((5.., minor)) if header == MAX_VERSION && minor.parse::<u8>().is_ok() => Ok(Some(Version::V401)),
        _ => {
            let message = format!("found {} in the header `{name}`, expected `4.0` or `4.01`", brief(text));
            Err(Problem::new(Kind::BadHeader, message).at(name))
        }
    }
}

/// Is the answer among what the client accepts? A count is plain text, but clients that ask for JSON get it too.
fn accept(headers: &HeaderMap, media: Media) -> Result<(), Problem> {
    let ours: &[&str] = match media {
        Media::Json => &["*/*", "application/*", "application/json"],
        Media::Text => &["*/*", "text/*", "text/plain", "application/*", "application/json"],
    };
    let values = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(',')).filter(|range| !range.trim().is_empty()).peekable();
    let admits = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        ours.iter().any(|ours| ours.eq_ignore_ascii_case(name)) && !parts.any(is_zero_weight)
    };
    if ranges.peek().is_none() || ranges.any(admits) {
        return Ok(());
    }
    let name = if media == Media::Json { "application/json" } else { "text/plain" };
    let message = format!("the answer is `{name}`; expected the header `Accept` to admit it");
    Err(Problem::new(Kind::NotAcceptable, message).at("Accept"))
}

/// `q=0`, which says no.
fn is_zero_weight(parameter: &str) -> bool {
    let weight = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, weight)| weight.trim().parse::<f32>() == Ok(0.0))
}

/// Is the body JSON in UTF-8, as every body must be?
pub fn json_body(headers: &HeaderMap) -> Result<(), Problem> {
    let problem = |message: &str| Problem::new(Kind::BadBody, message).at("Content-Type");
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Err(problem(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        ));
    };
    let value = value.to_str().unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    if !parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json")) {
        return Err(problem("Entity only allows writes with a JSON Content-Type header."));
    }
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    match charset {
        Some((_, charset))
            if !charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
                && !charset.trim().eq_ignore_ascii_case("utf8") =>
        {
            Err(problem("found another charset in the header `Content-Type`, expected `utf-8`"))
        }
        _ => Ok(()),
    }
}

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
    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self { if_match: Tags::read(headers, "If-Match")?, if_none_match: Tags::read(headers, "If-None-Match")? })
    }

    /// Does the request presume nothing?
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
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

#[cfg(test)]
mod tests;
