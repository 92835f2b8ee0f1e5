//! What every answer carries, whatever it is about.

use bytes::Bytes;
use engine::{Response, Timing};
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, STRICT_TRANSPORT_SECURITY};
use http::{HeaderName, HeaderValue, Method, Version};

use super::ids::{CLIENT_REQUEST_ID, REQUEST_ID};
use super::{App, Arrival};

static ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
static NO_CACHE: HeaderValue = HeaderValue::from_static("private, no-cache");
static VERSION: HeaderValue = HeaderValue::from_static("4.0");
static SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

impl App {
    /// The answer as it goes out; `secure` where the client's side of the way is encrypted.
    pub(super) fn seal(&self, arrival: &Arrival<'_>, secure: bool, response: Response) -> http::Response<Bytes> {
        let Response { status, mut headers, mut body, timings } = response;
        headers.insert(&REQUEST_ID, arrival.ids.request.clone());
        headers.insert(&CLIENT_REQUEST_ID, arrival.ids.client.clone());
        headers.entry(&ODATA_VERSION).or_insert_with(|| VERSION.clone());
        headers.entry(CACHE_CONTROL).or_insert_with(|| NO_CACHE.clone());
        self.origins.mark(&arrival.head.headers, &mut headers);
        // A browser would remember it for every port of this machine.
        if secure && self.hooks.is_none() {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        if let Some(value) = server_timing(&timings) {
            headers.insert(&SERVER_TIMING, value);
        }
        // In HTTP/2, which knows no such header, the connection says so itself.
        if arrival.spare && arrival.head.version < Version::HTTP_2 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if arrival.head.method == Method::HEAD && !body.is_empty() {
            headers.insert(CONTENT_LENGTH, std::mem::take(&mut body).len().into());
        }
        let mut sealed = http::Response::new(body);
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
    let mut text = Text { bytes: [0; 192], length: 0 };
    for (position, Timing { stage, nanos }) in timings.iter().enumerate() {
        if position > 0 {
            text.push(b", ");
        }
        text.push(stage.as_bytes());
        let digit = |number: u64| b'0' + u8::try_from(number % 10).unwrap_or(0);
        let (millis, micros) = (nanos / 1_000_000, nanos / 1_000 % 1_000);
        let fraction = [b'.', digit(micros / 100), digit(micros / 10), digit(micros)];
        match millis {
            // Nearly always, and then in one piece.
            0..10 => {
                let [point, tenths, hundredths, thousandths] = fraction;
                text.push(&[b';', b'd', b'u', b'r', b'=', digit(millis), point, tenths, hundredths, thousandths]);
            }
            _ => {
                text.push(b";dur=");
                text.push(millis.to_string().as_bytes());
                text.push(&fraction);
            }
        }
    }
    HeaderValue::from_bytes(text.written()).ok()
}

/// A short text on the stack; what finds no room is left out.
struct Text {
    bytes: [u8; 192],
    length: usize,
}

impl Text {
    fn push(&mut self, more: &[u8]) {
        let end = self.length + more.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(more);
            self.length = end;
        }
    }

    fn written(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_in_milliseconds() {
        let timings = [Timing { stage: "parse", nanos: 1_234_567 }, Timing { stage: "store", nanos: 9_000 }];
        assert_eq!(server_timing(&timings).unwrap(), "parse;dur=1.234, store;dur=0.009");
        assert_eq!(server_timing(&[Timing { stage: "parse", nanos: 12_345_678_901 }]).unwrap(), "parse;dur=12345.678");
        assert_eq!(server_timing(&[]), None);
    }
}
