//! The two ids of a request: the one the service gives it, and the one the client gave it.

use engine::Exchange;
use http::{HeaderMap, HeaderName, HeaderValue};
use odata::headers::client_request_id;
use uuid::Uuid;

/// The header with the service's id.
pub(crate) static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// The header with the client's.
pub(crate) static CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// The ids, as header values.
pub(crate) struct Ids {
    /// The service's, before it became text.
    pub(crate) id: Uuid,
    /// The service's.
    pub(crate) request: HeaderValue,
    /// The client's when it can be echoed without harm, else the service's.
    pub(crate) client: HeaderValue,
}

impl Ids {
    /// The ids of a request with these headers.
    pub(crate) fn new(id: Uuid, headers: &HeaderMap) -> Ids {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text = id.hyphenated().encode_lower(&mut text);
        let request = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
        let client = client_request_id(headers).unwrap_or(&request).clone();
        Ids { id, request, client }
    }

    /// What the protocol says of the exchange.
    pub(crate) fn exchange(&self, now: i64, stopwatch: Option<fn() -> u64>) -> Exchange {
        let (request_id, client_request_id) = (self.request.clone().into(), self.client.clone().into());
        Exchange { request_id, client_request_id, now, stopwatch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echoed(value: &[u8]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("client-request-id", HeaderValue::from_bytes(value).unwrap());
        let ids = Ids::new(Uuid::from_u128(1), &headers);
        assert_eq!(ids.request, "00000000-0000-0000-0000-000000000001");
        ids.client.as_bytes() == value && ids.client != ids.request
    }

    #[test]
    fn echoes_what_is_sane() {
        assert!(echoed(b"order-17"));
        assert!(echoed(&[b'a'; 128]));
        for bad in [&b""[..], &[b'a'; 129], b"a b", b"caf\xc3\xa9"] {
            assert!(!echoed(bad), "{bad:?}");
        }
    }
}
