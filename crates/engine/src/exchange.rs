//! The parts of a request that the protocol needs, and the parts of a response that it makes.

use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use odata::Problem;
use odata::problem::ErrorContext;

/// The id of a request: a text that a header can carry. Cloned without copying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl Deref for RequestId {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl From<HeaderValue> for RequestId {
    fn from(value: HeaderValue) -> Self {
        Self(value)
    }
}

impl From<&'static str> for RequestId {
    /// What no header can carry becomes an empty id.
    fn from(text: &'static str) -> Self {
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("")))
    }
}

/// Facts about one exchange that are not the client's to choose.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The id the service gave the request.
    pub request_id: RequestId,
    /// The id the client gave it, cleaned; else the service's.
    pub client_request_id: RequestId,
    /// When it arrived, in 100 ns ticks since 1970.
    pub now: i64,
    /// Monotonic nanoseconds, where stages are to be timed.
    pub stopwatch: Option<fn() -> u64>,
}

/// A request whose sender is known.
#[derive(Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// `http://localhost:8080/beta`: the root under which the client found the service, without a slash at the end.
    pub root: &'a str,
    /// What follows the root in the path, as sent.
    pub path: &'a str,
    /// What follows the `?`, as sent.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, inflated and within bounds.
    pub body: Bytes,
    /// What the service says of the exchange.
    pub exchange: Exchange,
}

/// How long a stage took.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Name of the stage.
    pub stage: &'static str,
    /// Nanoseconds.
    pub nanos: u64,
}

/// As many headers as an answer has, those of the server included.
const USUAL_HEADERS: usize = 12;

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// Headers of the protocol; those of every answer are the server's.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// How long each stage took, where a stopwatch was given.
    pub timings: Vec<Timing>,
}

impl Response {
    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::with_capacity(USUAL_HEADERS), body: Bytes::new(), timings: Vec::new() }
    }

    /// The answer to a request that has a problem.
    pub fn problem(problem: &Problem, exchange: &Exchange) -> Self {
        let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let date = edm::DateTimeOffset::from_ticks(exchange.now).to_string();
        let context = ErrorContext {
            date: date.get(..19).unwrap_or_default(),
            request_id: &exchange.request_id,
            client_request_id: &exchange.client_request_id,
        };
        let mut response = Self::empty(status);
        response.body = problem.write(&context).into();
        response.set_static("content-type", "application/json");
        if let Some(allow) = &problem.allow {
            response.set("allow", &**allow);
        }
        if let Some(seconds) = problem.retry_after {
            response.set("retry-after", seconds.to_string());
        }
        if let Some(scopes) = &problem.scopes {
            response.set("www-authenticate", format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\""));
        }
        response
    }

    /// Sets a header to a value that never changes.
    pub(crate) fn set_static(&mut self, name: &'static str, value: &'static str) {
        self.headers.insert(http::HeaderName::from_static(name), HeaderValue::from_static(value));
    }

    /// Sets a header; a value that no header can carry is left out.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        if let Ok(value) = HeaderValue::try_from(value.into()) {
            self.headers.insert(http::HeaderName::from_static(name), value);
        }
    }
}
