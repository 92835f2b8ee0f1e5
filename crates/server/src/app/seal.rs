//! What every answer carries, whatever it is about.

use bytes::Bytes;
use engine::{Response, Timing};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, STRICT_TRANSPORT_SECURITY};
use http::{HeaderName, HeaderValue, Method};
use http_body_util::Full;

use super::{App, Arrival};

static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
static CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
static ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
static NO_CACHE: HeaderValue = HeaderValue::from_static("private, no-cache");
static VERSION: HeaderValue = HeaderValue::from_static("4.0");
static SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

impl App {
    /// The answer as it goes out; `secure` where the client's side of the way is encrypted.
    pub(super) fn seal(&self, arrival: &Arrival<'_>, secure: bool, response: Response) -> http::Response<Full<Bytes>> {
        let Response { status, mut headers, mut body, timings } = response;
        headers.insert(&REQUEST_ID, arrival.ids.request.clone());
        headers.insert(&CLIENT_REQUEST_ID, arrival.ids.client.clone());
        headers.entry(&ODATA_VERSION).or_insert_with(|| VERSION.clone());
        headers.insert(CACHE_CONTROL, NO_CACHE.clone());
        self.origins.mark(&arrival.head.headers, &mut headers);
        if secure {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        if let Some(value) = server_timing(&timings) {
            headers.insert(&SERVER_TIMING, value);
        }
        if arrival.head.method == Method::HEAD && !body.is_empty() {
            headers.insert(CONTENT_LENGTH, std::mem::take(&mut body).len().into());
        }
        let mut sealed = http::Response::new(Full::new(body));
        *sealed.status_mut() = status;
        *sealed.headers_mut() = headers;
        sealed
    }
}

/// The stages with their milliseconds, as browsers show them.
fn server_timing(timings: &[Timing]) -> Option<HeaderValue> {
    if timings.is_empty() {
        return None;
    }
    let mut text = Vec::with_capacity(96);
    for Timing { stage, nanos } in timings {
        if !text.is_empty() {
            text.extend_from_slice(b", ");
        }
        text.extend_from_slice(stage.as_bytes());
        text.extend_from_slice(b";dur=");
        match nanos / 1_000_000 {
            0 => text.push(b'0'),
            millis => text.extend_from_slice(millis.to_string().as_bytes()),
        }
        let micros = nanos / 1_000 % 1_000;
        let digit = |number: u64| b'0' + u8::try_from(number % 10).unwrap_or(0);
        text.extend_from_slice(&[b'.', digit(micros / 100), digit(micros / 10), digit(micros)]);
    }
    HeaderValue::from_bytes(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_in_milliseconds() {
        let timings = [Timing { stage: "parse", nanos: 1_234_567 }, Timing { stage: "store", nanos: 9_000 }];
        assert_eq!(server_timing(&timings).unwrap(), "parse;dur=1.234, store;dur=0.009");
        assert_eq!(server_timing(&[]), None);
    }
}
