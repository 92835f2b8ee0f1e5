//! What tells that a POST may be, or is, sent again: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), or
//! what Graph's SDKs send with each try of a request (`client-request-id`) and with a further one (`Retry-Attempt`).

use edm::check::brief;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::{Kind, Problem};

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
static CLIENT_ID: HeaderName = HeaderName::from_static("client-request-id");
static ATTEMPT: HeaderName = HeaderName::from_static("retry-attempt");

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;
/// The longest id taken from a client, in characters.
const LONGEST_ID: usize = 128;
/// The digits of a place in a batch.
const MOST_DIGITS: usize = 5;

/// By what a request is known when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat<'a> {
    /// A key of the client's, the same each time.
    Key(&'a str),
    /// The id that an SDK gave the request, which some apps give to all of theirs.
    Attempt {
        /// The id.
        id: &'a str,
        /// Does the request say that it was sent before?
        again: bool,
    },
}

impl<'a> Repeat<'a> {
    /// What the headers say of it. A malformed key is a problem; an id or number that is none says nothing.
    pub fn read(headers: &'a HeaderMap) -> Result<Option<Self>, Problem> {
        if let Some(key) = key(headers)? {
            return Ok(Some(Self::Key(key)));
        }
        let Some(id) = client_request_id(headers).and_then(|id| id.to_str().ok()) else { return Ok(None) };
        let number = headers.get(&ATTEMPT).and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
        Ok(Some(Self::Attempt { id, again: number.is_some_and(|number| number > 0) }))
    }

    /// Of a batch that comes again each request comes again: it is known by its place, as far as it does not say itself
    /// by what.
    pub fn mark_part(self, place: usize, headers: &mut HeaderMap) {
        if headers.contains_key(&KEY) {
            return;
        }
        let (name, value) = match self {
            Self::Key(key) => (&KEY, format!("\"{key}#{place}\"")),
            Self::Attempt { id, .. } => (&CLIENT_ID, format!("{id}#{place}")),
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.entry(name).or_insert(value);
        }
        if let Self::Attempt { again: true, .. } = self {
            headers.entry(&ATTEMPT).or_insert(HeaderValue::from_static("1"));
        }
    }
}

/// The id that the client gave the request, if it can be shown and echoed without harm.
pub fn client_request_id(headers: &HeaderMap) -> Option<&HeaderValue> {
    let is_sane = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic)
    };
    let is_short = |value: &&HeaderValue| value.to_str().is_ok_and(|id| sent(id).len() <= LONGEST_ID);
    headers.get(&CLIENT_ID).filter(is_sane).filter(is_short)
}

/// What the client sent of a key or id: without the place in a batch that [`Repeat::mark_part`] puts behind it.
fn sent(text: &str) -> &str {
    match text.rsplit_once('#') {
        Some((sent, place))
            if (1..=MOST_DIGITS).contains(&place.len()) && place.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            sent
        }
        _ => text,
    }
}

/// The key: a string in quotes (RFC 8941, section 3.3.3) or, as most clients send it, the same without them. Within
/// quotes each text has one spelling, so that it need not be decoded to be compared.
fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut lines = headers.get_all(&KEY).into_iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let malformed = |found: &str| {
        let message = format!(
            "found {found} in the header `Idempotency-Key`, expected one string of 1 to {LONGEST_KEY} ASCII characters, \
             such as \"8e03978e-40d5-43dd-bc93-6894a57f9324\""
        );
        Problem::new(Kind::BadHeader, message).at("Idempotency-Key")
    };
    if lines.next().is_some() {
        return Err(malformed("several lines"));
    }
    let text = line.to_str().unwrap_or_default().trim();
    let key = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|inner| is_quoted(inner)),
        None => Some(text).filter(|text| text.bytes().all(is_bare)),
    };
    match key {
        Some(key) if sent(key).len() > LONGEST_KEY => Err(malformed(&format!("{} characters", key.len()))),
        Some(key) if !key.is_empty() => Ok(Some(key)),
        _ => Err(malformed(&brief(text))),
    }
}

/// May it stand between quotes?
fn is_quoted(inner: &str) -> bool {
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'\\' => matches!(bytes.next(), Some(b'"' | b'\\')),
            b'"' => false,
            byte => (b' '..=b'~').contains(&byte),
        };
        if !fits {
            return false;
        }
    }
    true
}

/// May it stand in a key without quotes? Nothing that separates values or their parameters.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"\\,;".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        lines.iter().map(pair).collect()
    }

    #[test]
    fn keys() {
        let check = |text: &str, expect: Option<&str>| {
            let headers = headers(&[("Idempotency-Key", text)]);
            match (Repeat::read(&headers), expect) {
                (Ok(found), Some(key)) => assert_eq!(found, Some(Repeat::Key(key)), "{text}"),
                (Err(problem), None) => {
                    assert_eq!((problem.kind, problem.target.as_deref()), (Kind::BadHeader, Some("Idempotency-Key")));
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        };
        let (long, too_long) = ("k".repeat(255), "k".repeat(256));
        for (text, key) in [
            (r#""8e03978e-40d5-43dd-bc93-6894a57f9324""#, "8e03978e-40d5-43dd-bc93-6894a57f9324"),
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
            ("a+b/c==", "a+b/c=="),
            (r#" "a b, c; d" "#, "a b, c; d"),
            (r#""a \"b\" \\""#, r#"a \"b\" \\"#),
            (&long, &long),
        ] {
            check(text, Some(key));
        }
        for text in ["", " ", r#""""#, r#"""#, r#""a"#, r#"a""#, r#""a"b""#, r#""a\b""#, r#""a\"#, "a b", "a,b"] {
            check(text, None);
        }
        for text in ["a;b", r#""a";b=1"#, "caf\u{e9}", "\"caf\u{e9}\"", &too_long, &format!("\"{too_long}\"")] {
            check(text, None);
        }
        let twice = headers(&[("idempotency-key", "a"), ("idempotency-key", "a")]);
        assert_eq!(Repeat::read(&twice).unwrap_err().kind, Kind::BadHeader);
    }

    #[test]
    fn attempts() {
        let check = |lines: &[(&str, &str)], expect: Option<Repeat<'_>>| {
            assert_eq!(Repeat::read(&headers(lines)).unwrap(), expect, "{lines:?}");
        };
        let id = ("client-request-id", "order-17");
        let attempt = |again| Some(Repeat::Attempt { id: "order-17", again });
        check(&[], None);
        check(&[("retry-attempt", "1")], None);
        check(&[id], attempt(false));
        for (number, again) in [("1", true), (" 2 ", true), ("0", false), ("-1", false), ("x", false), ("", false)] {
            check(&[id, ("Retry-Attempt", number)], attempt(again));
        }
        check(&[("client-request-id", "a b"), ("retry-attempt", "1")], None);
        check(&[id, ("retry-attempt", "1"), ("idempotency-key", "k")], Some(Repeat::Key("k")));
    }

    #[test]
    fn parts_of_a_batch() {
        let check = |batch: Repeat<'_>, part: &[(&str, &str)], expect: Repeat<'_>| {
            let mut part = headers(part);
            batch.mark_part(3, &mut part);
            assert_eq!(Repeat::read(&part).unwrap(), Some(expect));
        };
        let own = [("client-request-id", "own")];
        check(Repeat::Key("k"), &own, Repeat::Key("k#3"));
        check(Repeat::Key(r"a \\"), &[], Repeat::Key(r"a \\#3"));
        check(Repeat::Key("k"), &[("idempotency-key", "own")], Repeat::Key("own"));
        // As long as they may be, and none longer for that.
        let (key, id) = ("k".repeat(255), "i".repeat(128));
        check(Repeat::Key(&key), &[], Repeat::Key(&format!("{key}#3")));
        check(Repeat::Attempt { id: &id, again: false }, &[], Repeat::Attempt { id: &format!("{id}#3"), again: false });
        for long in [format!("k{key}#3"), format!("{key}#"), format!("{key}#k"), format!("{key}#123456")] {
            assert!(Repeat::read(&headers(&[("idempotency-key", &long)])).is_err(), "{long}");
        }
        for again in [false, true] {
            let batch = Repeat::Attempt { id: "b", again };
            check(batch, &[], Repeat::Attempt { id: "b#3", again });
            check(batch, &own, Repeat::Attempt { id: "own", again });
            check(batch, &[("idempotency-key", "own")], Repeat::Key("own"));
        }
    }
}
