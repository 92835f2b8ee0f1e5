//! Pages: how many items one holds, and the token with which the next begins.
//!
//! A token is opaque and authenticated (HMAC-SHA256, RFC 2104), and valid only for the caller and the query it was
//! given for. It names the last item answered by its order values and its place, so that items added or removed
//! meanwhile neither repeat nor skip others.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use odata::headers::Wishes;
use odata::query::{Options, option_of};
use odata::{Dialect, Kind, Problem, Query, setting};
use sha2::Sha256;

/// Bytes of the authenticator in front of a token.
const MAC_LENGTH: usize = 16;
/// Formats of what tokens hold: a page of a list, a position in the history of a collection.
const PAGE: u8 = 3;
const POSITION: u8 = 4;

/// The place of the last item answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its values under the order, as raw JSON.
    pub(crate) values: Vec<Vec<u8>>,
    /// Are some of them only the beginnings of what they were?
    pub(crate) cut: bool,
    /// Its place in the default order.
    pub(crate) at: i64,
    /// Its id.
    pub(crate) id: Arc<str>,
}

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Most items on the page.
    pub(crate) size: usize,
    /// Items still to come in all, where `$top` is a limit.
    pub(crate) remaining: Option<u64>,
    /// Items to leave out first.
    pub(crate) skip: usize,
    /// Where the page before ended.
    pub(crate) after: Option<Place>,
    /// Where the history of the collection ended when the first page was read, if the client wants to know the rest.
    pub(crate) since: Option<u64>,
}

impl Plan {
    /// The first page of a query.
    pub(crate) fn first(query: &Query, wishes: &Wishes, dialect: &Dialect) -> Result<Self, Problem> {
        let skip = usize::try_from(query.skip.unwrap_or(0)).unwrap_or(usize::MAX);
        let graph = dialect.top_is_page_size && wishes.max_version.is_none() && wishes.max_page_size.is_none();
        if !graph {
            let size = wishes.max_page_size.unwrap_or(dialect.page_size).min(dialect.max_page_size);
            return Ok(Self { size, remaining: query.top, skip, after: None, since: None });
        }
        let size = match query.top.filter(|_| query.skip_token.is_none()) {
            None => dialect.page_size,
            // The token knows better in which mode its pages began.
            Some(top) => usize::try_from(top).ok().filter(|top| *top <= dialect.max_page_size).ok_or_else(|| {
                let most = dialect.max_page_size;
                let message = format!(
                    "found `{top}` for `$top`, expected at most {most} as the setting `{}` says",
                    setting::PAGE
                );
                Problem::new(Kind::BadQuery, message).at("$top")
            })?,
        };
        // `$top=0` asks for no items, not for empty pages without end.
        let remaining = (size == 0).then_some(0);
        Ok(Self { size, remaining, skip, after: None, since: None })
    }

    /// All at once, as far as the query does not limit them.
    pub(crate) fn whole(query: &Query) -> Self {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            size: query.top.map_or(usize::MAX, number),
            remaining: None,
            skip: query.skip.map_or(0, number),
            after: None,
            since: None,
        }
    }

    /// How many items this page holds at most.
    pub(crate) fn limit(&self) -> usize {
        let remaining = self.remaining.map_or(usize::MAX, |remaining| usize::try_from(remaining).unwrap_or(usize::MAX));
        self.size.min(remaining)
    }

    /// The page after this one, which ended at `last` after `taken` items; `None` when a limit is reached.
    pub(crate) fn next(&self, last: Place, taken: usize) -> Option<Self> {
        let remaining = self.remaining.map(|remaining| remaining.saturating_sub(taken as u64));
        let Self { size, since, .. } = *self;
        (remaining != Some(0)).then_some(Self { size, remaining, skip: 0, after: Some(last), since })
    }

    /// The same with pages of at most so many items.
    pub(crate) fn within(self, max_page_size: Option<usize>) -> Self {
        Self { size: self.size.min(max_page_size.unwrap_or(usize::MAX)), ..self }
    }

    /// The plan as bytes: format, size, remaining, position, place, cut, id, values.
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![PAGE];
        out.extend_from_slice(&(self.size as u64).to_be_bytes());
        out.extend_from_slice(&self.remaining.unwrap_or(u64::MAX).to_be_bytes());
        out.extend_from_slice(&self.since.unwrap_or(u64::MAX).to_be_bytes());
        if let Some(place) = &self.after {
            out.extend_from_slice(&place.at.to_be_bytes());
            out.push(u8::from(place.cut));
            let parts = std::iter::once(place.id.as_bytes()).chain(place.values.iter().map(Vec::as_slice));
            for part in parts {
                out.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
                out.extend_from_slice(part);
            }
        }
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (remaining, rest) = rest.split_first_chunk()?;
        let (since, rest) = rest.split_first_chunk()?;
        let (at, rest) = rest.split_first_chunk()?;
        let (cut, mut rest) = rest.split_first()?;
        let mut parts = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk() {
            let (part, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
            parts.push(part.to_vec());
            rest = after;
        }
        let known = |bytes: [u8; 8]| Some(u64::from_be_bytes(bytes)).filter(|number| *number != u64::MAX);
        let (remaining, since) = (known(*remaining), known(*since));
        let id = Arc::from(std::str::from_utf8(parts.first()?).ok()?);
        let values = parts.split_off(1);
        let after = Some(Place { values, cut: *cut != 0, at: i64::from_be_bytes(*at), id });
        let size = usize::try_from(u64::from_be_bytes(*size)).ok()?;
        (*format == PAGE).then_some(Self { size, remaining, skip: 0, after, since })
    }
}

/// What a token is bound to: the caller, the resource, and the options that shape the list.
pub(crate) struct Binding<'a> {
    pub(crate) key: &'a [u8; 32],
    pub(crate) caller: &'a [u8],
    pub(crate) path: &'a str,
    pub(crate) options: &'a Options,
}

impl Binding<'_> {
    fn mac(&self, content: &[u8]) -> Hmac<Sha256> {
        // A 32-byte key is never refused; an empty one in its place would only refuse every token.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key).unwrap_or_else(|_| Hmac::new(&Default::default()));
        let mut part = |bytes: &[u8]| {
            mac.update(&(bytes.len() as u64).to_be_bytes());
            mac.update(bytes);
        };
        part(content);
        part(self.caller);
        part(self.path.as_bytes());
        let mut given: Vec<_> = self.options.iter().filter(|given| !is_position(&given.name)).collect();
        given.sort_by_key(|given| &given.name);
        for option in given {
            part(option.name.as_bytes());
            part(option.value().as_bytes());
        }
        mac
    }

    /// The token of a page.
    pub(crate) fn token(&self, plan: &Plan) -> String {
        self.seal(&plan.encode())
    }

    /// The token of a position in the history of a collection.
    pub(crate) fn position_token(&self, position: u64) -> String {
        self.seal(&[&[POSITION][..], &position.to_be_bytes()].concat())
    }

    fn seal(&self, content: &[u8]) -> String {
        let mut bytes = self.mac(content).finalize().into_bytes().to_vec();
        bytes.truncate(MAC_LENGTH);
        bytes.extend_from_slice(content);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn unseal<T>(&self, token: &str, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (mac, content) = bytes.split_at_checked(MAC_LENGTH)?;
        self.mac(content).verify_truncated_left(mac).ok()?;
        read(content)
    }

    /// The page of a token.
    pub(crate) fn plan(&self, token: &str) -> Result<Plan, Problem> {
        self.unseal(token, Plan::decode).ok_or_else(|| {
            let message = "the skip token is not one that this service gave you for this query; expected an `@odata.nextLink` unchanged";
            Problem::new(Kind::BadQuery, message).at("$skiptoken")
        })
    }

    /// The position of a token.
    pub(crate) fn position(&self, token: &str) -> Result<u64, Problem> {
        let read = |content: &[u8]| {
            let (format, rest) = content.split_first()?;
            let position = u64::from_be_bytes(rest.try_into().ok()?);
            (*format == POSITION).then_some(position)
        };
        self.unseal(token, read).ok_or_else(|| {
            let message = "the delta token is not one that this service gave you for this query; expected an `@odata.deltaLink` unchanged";
            Problem::new(Kind::BadQuery, message).at("$deltatoken")
        })
    }
}

/// Does the option say where a page begins, rather than what the list is?
fn is_position(name: &str) -> bool {
    matches!(name, "$skiptoken" | "$skip" | "$deltatoken")
}

/// The query that goes on elsewhere: as the client sent it, with the token in place of what said where to begin.
pub(crate) fn with_token(query: Option<&str>, name: &str, token: &str) -> String {
    let kept = without_tokens(query);
    let separator = if kept.is_empty() { "" } else { "&" };
    [&kept, separator, name, "=", token].concat()
}

/// The query without what said where to begin.
pub(crate) fn without_tokens(query: Option<&str>) -> String {
    let stays = |part: &&str| !part.is_empty() && !option_of(part).is_some_and(|name| is_position(&name));
    query.unwrap_or_default().split('&').filter(stays).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use odata::query::Options;
    use odata::syntax::Limits;

    use super::{Binding, Place, Plan, with_token};

    fn plan() -> Plan {
        let after = Some(Place { values: vec![b"null".to_vec(), "\"é\"".into()], cut: true, at: -5, id: "id".into() });
        Plan { size: 7, remaining: Some(3), skip: 0, after, since: Some(9) }
    }

    #[test]
    fn tokens_are_bound_to_caller_path_and_query() {
        let options = |text: &str| Options::read(Some(text), &Limits::LENIENT).unwrap();
        let (given, none) = (options("$top=5"), Options::default());
        let ours = Binding { key: &[1; 32], caller: b"ada", path: "users", options: &given };
        let token = ours.token(&plan());
        assert_eq!(ours.plan(&token).unwrap(), plan());
        for other in [
            Binding { key: &[2; 32], ..ours },
            Binding { caller: b"grace", ..ours },
            Binding { path: "users('1')", ..ours },
            Binding { options: &none, ..ours },
            Binding { options: &options("$top=5&@p=1"), ..ours },
        ] {
            assert!(other.plan(&token).is_err());
        }
        assert!(Binding { options: &options("$top=5&$skip=5&mine=1"), ..ours }.plan(&token).is_ok());
        let delta = ours.position_token(7);
        assert_eq!(ours.position(&delta).unwrap(), 7);
        assert!(ours.position(&token).is_err() && ours.plan(&delta).is_err());
        assert!(Binding { caller: b"grace", ..ours }.position(&delta).is_err());
    }

    #[test]
    fn links_keep_the_query_but_not_its_beginning() {
        assert_eq!(with_token(Some("$top=5&$skip=2&mine=1"), "$skiptoken", "T"), "$top=5&mine=1&$skiptoken=T");
        assert_eq!(with_token(Some("%24SkipToken=old&top=5"), "$skiptoken", "T"), "top=5&$skiptoken=T");
        assert_eq!(
            with_token(Some("%73kip=2&&%24%73kiptoken=old&skipper=1"), "$skiptoken", "T"),
            "skipper=1&$skiptoken=T"
        );
        assert_eq!(with_token(None, "$skiptoken", "T"), "$skiptoken=T");
    }

    proptest::proptest! {
        #[test]
        fn forged_tokens_are_refused(token: String) {
            let options = Options::default();
            let binding = Binding { key: &[1; 32], caller: b"ada", path: "users", options: &options };
            proptest::prop_assert!(binding.plan(&token).is_err() && binding.position(&token).is_err());
        }

        #[test]
        fn decoding_never_panics(bytes: Vec<u8>) {
            let _ = Plan::decode(&bytes);
        }
    }
}
