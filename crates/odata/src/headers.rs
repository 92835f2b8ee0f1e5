//! Request headers of the protocol: what the client accepts, prefers and presumes (OData Protocol 4.01, section 8).

use http::{HeaderMap, header};

use crate::problem::{Kind, Problem};

/// What a request's headers ask of the protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `Prefer: maxpagesize=n`
    pub max_page_size: Option<usize>,
    /// Does the client speak OData by its own rules (`OData-MaxVersion`), rather than Graph's?
    pub odata_rules: bool,
}

/// Reads the protocol's headers; malformed and unacceptable ones are problems.
pub fn wishes(headers: &HeaderMap) -> Result<Wishes, Problem> {
    accept(headers)?;
    let mut wishes = Wishes { max_page_size: None, odata_rules: headers.contains_key("odata-maxversion") };
    for preference in preferences(headers) {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        let name = name.trim().to_ascii_lowercase();
        // Preferences are wishes: one that makes no sense is not followed, and no error (RFC 7240, section 2).
        if name == "maxpagesize" || name == "odata.maxpagesize" {
            let size: Option<usize> = value.trim().trim_matches('"').parse().ok();
            wishes.max_page_size = size.filter(|size| *size > 0);
        }
    }
    Ok(wishes)
}

fn preferences(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).map(str::trim)
}

/// Is JSON among what the client accepts?
fn accept(headers: &HeaderMap) -> Result<(), Problem> {
    let mut values = headers.get_all(header::ACCEPT).into_iter().peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let acceptable = ranges.map(|range| range.split(';').next().unwrap_or_default().trim()).any(|range| {
        ["*/*", "application/*", "application/json", "text/plain", "text/*"]
            .iter()
            .any(|ours| ours.eq_ignore_ascii_case(range))
    });
    match acceptable {
        true => Ok(()),
        false => Err(Problem::new(
            Kind::NotAcceptable,
            "the answer is `application/json`; expected the header `Accept` to admit it",
        )
        .at("Accept")),
    }
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
        Some((_, charset)) if !charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") => {
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

/// Judges `If-Match` and `If-None-Match` against the opaque part of a resource's entity tag; comparison is weak
/// (RFC 9110, section 13.1). `reading` tells GET from a change.
pub fn condition(headers: &HeaderMap, tag: Option<&str>, reading: bool) -> Result<Condition, Problem> {
    let failed = |header: &'static str, message: &str| Err(Problem::new(Kind::Modified, message).at(header));
    if let Some(matched) = matches(headers, header::IF_MATCH, tag)? {
        if !matched {
            return failed(
                "If-Match",
                "the resource has changed since it was read; read it again and repeat the change",
            );
        }
    }
    match matches(headers, header::IF_NONE_MATCH, tag)? {
        Some(true) if reading => Ok(Condition::NotModified),
        Some(true) => failed("If-None-Match", "the resource exists, the header `If-None-Match` excludes it"),
        _ => Ok(Condition::Holds),
    }
}

/// Does the header name the tag? `None` when there is no such header.
fn matches(headers: &HeaderMap, name: header::HeaderName, tag: Option<&str>) -> Result<Option<bool>, Problem> {
    let mut found = None;
    for value in headers.get_all(&name) {
        let text = value.to_str().unwrap_or_default();
        let matched =
            tags(text).map(|mut tags| tags.any(|given| given == "*" || Some(given) == tag)).ok_or_else(|| {
                let message = format!("found a malformed entity tag in the header `{name}`, expected `W/\"…\"` or `*`");
                Problem::new(Kind::BadHeader, message).at(name.as_str())
            })?;
        found = Some(matched || found == Some(true));
    }
    Ok(found)
}

/// The opaque parts of a list of entity tags; `None` when it is malformed.
fn tags(text: &str) -> Option<impl Iterator<Item = &str>> {
    let opaque = |tag: &'_ str| -> Option<()> {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        (tag == "*" || (tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"'))).then_some(())
    };
    let items = || text.split(',').map(str::trim);
    items()
        .all(|item| opaque(item).is_some())
        .then(|| items().map(|item| item.strip_prefix("W/").unwrap_or(item).trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{Condition, condition, json_body, wishes};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn conditions_compare_weakly() {
        let check = |name, value, tag, reading| {
            condition(&headers(&[(name, value)]), tag, reading).map_err(|problem| problem.kind.status())
        };
        assert_eq!(check("if-match", "W/\"a\"", Some("a"), false), Ok(Condition::Holds));
        assert_eq!(check("if-match", "\"x\", \"a\"", Some("a"), false), Ok(Condition::Holds));
        assert_eq!(check("if-match", "*", Some("a"), false), Ok(Condition::Holds));
        assert_eq!(check("if-match", "\"b\"", Some("a"), false), Err(412));
        assert_eq!(check("if-match", "a", Some("a"), false), Err(400));
        assert_eq!(check("if-none-match", "W/\"a\"", Some("a"), true), Ok(Condition::NotModified));
        assert_eq!(check("if-none-match", "\"b\"", Some("a"), true), Ok(Condition::Holds));
        assert_eq!(check("if-none-match", "*", Some("a"), false), Err(412));
    }

    #[test]
    fn bodies_are_json_in_utf8() {
        let check = |value| json_body(&headers(&[("content-type", value)])).is_ok();
        assert!(check("application/json") && check("Application/JSON; charset=UTF-8; odata.metadata=minimal"));
        assert!(!check("text/plain") && !check("application/json; charset=utf-16"));
        assert!(json_body(&HeaderMap::new()).is_err());
    }

    #[test]
    fn wishes_are_read_leniently_but_accept_is_not() {
        assert_eq!(
            wishes(&headers(&[("prefer", "return=minimal, odata.maxpagesize=5")])).unwrap().max_page_size,
            Some(5)
        );
        assert_eq!(wishes(&headers(&[("prefer", "maxpagesize=none")])).unwrap().max_page_size, None);
        assert!(wishes(&headers(&[("accept", "application/xml")])).is_err());
        assert!(wishes(&headers(&[("accept", "application/json;odata.metadata=minimal, text/html;q=0.5")])).is_ok());
    }
}
