//! Preferences, and the other headers that the protocol defines.
//!
//! ```text
//! prefer     = preference *( OWS "," OWS preference )
//! preference = [ "odata." ] ( "allow-entityreferences" / "track-changes" / "continue-on-error" [ eq boolean ]
//!            / "callback" OWS ";" OWS "url" eq DQUOTE uri DQUOTE / "maxpagesize" eq number, not zero in front
//!            / "include-annotations" eq DQUOTE pattern *( "," pattern ) DQUOTE )
//!            / "omit-values" eq ( "nulls" / "defaults" ) / "return" eq ( "minimal" / "representation" )
//!            / "respond-async" / "wait" eq number / token [ eq value ] *( OWS ";" value )
//! pattern    = [ "-" ] ( "*" / namespace "." ( identifier / "*" ) ) [ "#" identifier ]
//! eq         = OWS "=" OWS
//! ```
//! Preferences of others are read too: a service ignores those that it does not know, and may ignore one that makes
//! no sense.

use super::chars::is_identifier;
use super::error::{Error, Span};
use super::parser::Result;

/// A preference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preference {
    /// References may stand in the place of entities.
    AllowEntityReferences,
    /// Where to call when the result is there.
    Callback(String),
    /// Go on after a request of a batch has failed?
    ContinueOnError(bool),
    /// Which annotations to answer.
    IncludeAnnotations(Vec<Pattern>),
    /// Items a page.
    MaxPageSize(u64),
    /// Leave out defaults (true) or nulls (false).
    OmitDefaults(bool),
    /// Answer now, do the work later.
    RespondAsync,
    /// Answer what was written (true) or nothing (false).
    ReturnRepresentation(bool),
    /// Answer with a link to later changes.
    TrackChanges,
    /// Seconds to wait.
    Wait(u64),
    /// One that the protocol does not define, as written.
    Other(String),
}

/// Which annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Not these.
    pub exclude: bool,
    /// `*`, `Core.*` or a term with its namespace.
    pub term: String,
    /// Those with that qualifier.
    pub qualifier: Option<String>,
}

/// Reads the value of a `Prefer` header.
pub fn parse(value: &str) -> Result<Vec<Preference>> {
    pieces(value, ',').map(preference).collect()
}

/// Is the value of that header of the protocol well formed?
pub fn is_header_value(name: &str, value: &str) -> bool {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let value = value.trim_start_matches([' ', '\t']);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is("AsyncResult") {
        value.len() == 3 && digits(value)
    } else if is("Content-ID") {
        is_request_id(value)
    } else if is("Isolation") || is("OData-Isolation") {
        value.eq_ignore_ascii_case("snapshot")
    } else if is("OData-EntityID") {
        !value.is_empty() && !value.contains([' ', '\t']) && !value.contains(char::is_control)
    } else if is("OData-Error") {
        value.starts_with("{\"code\":") && value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    } else if is("OData-MaxVersion") {
        value.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor))
    } else if is("OData-Version") {
        value.strip_prefix("4.0").is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'1'..=b'9']))
    } else if is("Prefer") {
        parse(value).is_ok()
    } else {
        false
    }
}

/// Is it an identifier of a request in a batch?
pub fn is_request_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    !text.is_empty() && text.bytes().all(plain)
}

/// Splits at a separator that stands outside double quotes; the rest of an unclosed quote is one piece.
pub(crate) fn pieces(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest?;
        let mut quoted = false;
        let end = whole.find(|letter| {
            quoted ^= letter == '"';
            letter == separator && !quoted
        });
        let (piece, after) = end.and_then(|end| whole.split_at_checked(end)).unwrap_or((whole, ""));
        rest = end.and_then(|_| after.get(separator.len_utf8()..));
        Some(piece.trim_matches([' ', '\t']))
    })
}

/// Reads one preference.
pub fn preference(text: &str) -> Result<Preference> {
    let mut parts = pieces(text, ';');
    let first = parts.next().unwrap_or_default();
    let parameter = parts.next();
    let (name, value) = match first.split_once('=') {
        Some((name, value)) => (name.trim_end_matches([' ', '\t']), Some(value.trim_start_matches([' ', '\t']))),
        None => (first, None),
    };
    let name = name.to_ascii_lowercase();
    let bare = name.strip_prefix("odata.").unwrap_or(&name);
    if !is_token(bare) {
        return Err(unexpected(text, "the name of a preference"));
    }
    let known = known(bare, value, parameter, text);
    match (known, bare == name) {
        (Some(preference), _) => preference,
        (None, prefixless) => other(&name, value, parameter, prefixless, text),
    }
}

/// The preferences that the protocol defines with the prefix `odata.`, which may be left out.
fn known(name: &str, value: Option<&str>, parameter: Option<&str>, text: &str) -> Option<Result<Preference>> {
    let alone = value.is_none() && parameter.is_none();
    let made = match (name, value, parameter) {
        ("allow-entityreferences", ..) => alone.then_some(Preference::AllowEntityReferences),
        ("track-changes", ..) => alone.then_some(Preference::TrackChanges),
        ("continue-on-error", value, None) => match value.map(str::to_ascii_lowercase).as_deref() {
            None | Some("true") => Some(Preference::ContinueOnError(true)),
            Some("false") => Some(Preference::ContinueOnError(false)),
            Some(_) => None,
        },
        ("callback", None, Some(parameter)) => callback(parameter).map(Preference::Callback),
        ("maxpagesize", Some(value), None) => {
            number(value).filter(|_| !value.starts_with('0')).map(Preference::MaxPageSize)
        }
        ("include-annotations", Some(value), None) => {
            let list = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let patterns = list.and_then(|list| list.split(',').map(pattern).collect::<Option<Vec<_>>>());
            patterns.map(Preference::IncludeAnnotations)
        }
        ("continue-on-error" | "callback" | "maxpagesize" | "include-annotations", ..) => None,
        _ => return None,
    };
    Some(made.ok_or_else(|| unexpected(text, format!("a value that fits `{name}`"))))
}

/// The preferences of HTTP itself, and those of others.
fn other(name: &str, value: Option<&str>, parameter: Option<&str>, prefixless: bool, text: &str) -> Result<Preference> {
    let refuse = || unexpected(text, format!("a value that fits `{name}`"));
    match (name, value, parameter) {
        _ if !prefixless => Ok(Preference::Other(text.to_owned())),
        ("omit-values", Some(value), None) if value.eq_ignore_ascii_case("nulls") => {
            Ok(Preference::OmitDefaults(false))
        }
        ("omit-values", Some(value), None) if value.eq_ignore_ascii_case("defaults") => {
            Ok(Preference::OmitDefaults(true))
        }
        ("return", Some("minimal"), None) => Ok(Preference::ReturnRepresentation(false)),
        ("return", Some("representation"), None) => Ok(Preference::ReturnRepresentation(true)),
        ("respond-async", None, None) => Ok(Preference::RespondAsync),
        ("wait", Some(value), None) => number(value).map(Preference::Wait).ok_or_else(refuse),
        ("omit-values" | "return" | "respond-async" | "wait", ..) => Err(refuse()),
        _ => Ok(Preference::Other(text.to_owned())),
    }
}

/// Digits; a number that is too great becomes the greatest.
fn number(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().unwrap_or(u64::MAX))
}

/// `url="…"` with an absolute URL.
fn callback(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    let url = value.trim_start_matches([' ', '\t']).strip_prefix('"')?.strip_suffix('"')?;
    let (scheme, rest) = url.split_once(':')?;
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let absolute = scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(letters);
    let escapes = url.split('%').skip(1).all(
        |after| matches!(after.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
    );
    let fits =
        absolute && escapes && !rest.is_empty() && !url.contains(['"', ' ', '<', '>', '{', '}', '|', '\\', '^', '`']);
    (fits && name.trim_end_matches([' ', '\t']).eq_ignore_ascii_case("url")).then(|| url.to_owned())
}

fn pattern(text: &str) -> Option<Pattern> {
    let (text, exclude) = text.strip_prefix('-').map_or((text, false), |text| (text, true));
    let (term, qualifier) = text.split_once('#').map_or((text, None), |(term, qualifier)| (term, Some(qualifier)));
    let fits = term == "*"
        || term.rsplit_once('.').is_some_and(|(namespace, name)| {
            namespace.split('.').all(is_identifier) && (name == "*" || is_identifier(name))
        });
    let qualified = qualifier.is_none_or(is_identifier);
    (fits && qualified).then(|| Pattern { exclude, term: term.to_owned(), qualifier: qualifier.map(str::to_owned) })
}

/// Is it a token of HTTP?
fn is_token(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

fn unexpected(text: &str, expected: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::unexpected(text, Span { start: 0, end: text.len() }, expected).within("`Prefer`")
}
