//! Which pages of other origins may call the service from a browser (the Fetch standard's CORS protocol).
//!
//! Nothing is refused here: a browser keeps the answer from a page whose origin is not named in it.

use engine::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::host::Known;

/// The origins whose pages may call.
#[derive(Debug, Clone)]
pub(crate) enum Origins {
    /// Any page served from this machine, by http or https, on any port.
    ThisMachine,
    /// These, exactly.
    Listed(Vec<String>),
}

pub(super) const METHODS: &str = "GET, HEAD, POST, PATCH, PUT, DELETE";
/// By name those that pages are known to send, for a wildcard stands neither for `Authorization` nor, in older browsers,
/// for anything; then all others, of which Graph's toolkits send some.
const REQUEST_HEADERS: &str = "authorization, client-request-id, content-type, sdkversion, consistencylevel, prefer, if-match, \
    if-none-match, odata-version, odata-maxversion, retry-attempt, idempotency-key, *";
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag, location, retry-after, request-id, client-request-id, odata-version, preference-applied",
);

impl Origins {
    /// Whether pages of the origin may call.
    pub(crate) fn allow(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        match self {
            Origins::ThisMachine => {
                let known = origin.contains("://").then(|| Known::parse(origin)).flatten();
                !origin.ends_with('/') && known.is_some_and(|known| known.is_loopback())
            }
            Origins::Listed(origins) => origins.iter().any(|known| known == origin),
        }
    }

    /// Says in an answer whether the page that asked may read it.
    pub(crate) fn mark(&self, request: &HeaderMap, response: &mut HeaderMap) {
        let Some(origin) = request.get(ORIGIN) else { return };
        response.append(VARY, HeaderValue::from_static("Origin"));
        if self.allow(origin) {
            response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    /// The answer to a browser that asks before it sends.
    pub(crate) fn preflight(&self, request: &HeaderMap) -> Response {
        let mut response = Response::empty(StatusCode::NO_CONTENT);
        if request.get(ORIGIN).is_some_and(|origin| self.allow(origin)) {
            response.set("access-control-allow-methods", METHODS);
            response.set("access-control-allow-headers", REQUEST_HEADERS);
            response.set("access-control-max-age", "7200");
        }
        response
    }
}

/// Whether a browser asks before it sends.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine() {
        let allow = |origin: &'static str| Origins::ThisMachine.allow(&HeaderValue::from_static(origin));
        for origin in ["http://localhost", "https://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:1"] {
            assert!(allow(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://evil.example",
            "http://localhost.evil.example",
            "localhost:3000",
            "file://localhost",
            "http://localhost:3000/",
            "http://me@localhost",
        ] {
            assert!(!allow(origin), "{origin}");
        }
    }

    #[test]
    fn listed_origins_exactly() {
        let origins = Origins::Listed(vec!["https://app.example".to_owned()]);
        assert!(origins.allow(&HeaderValue::from_static("https://app.example")));
        assert!(!origins.allow(&HeaderValue::from_static("https://app.example:444")));
        assert!(!origins.allow(&HeaderValue::from_static("http://app.example")));
    }
}
