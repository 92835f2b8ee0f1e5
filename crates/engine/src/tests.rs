//! Stories of requests and answers, over a service in memory and the test model.

mod batches;
mod changes;
mod checks;
mod claims;
mod conditions;
mod double;
mod items;
mod limits;
mod metadata;
mod methods;
mod paging;
mod paths;
mod payloads;
mod posted;
mod random;
mod upserts;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use edm::testing::{MAKER, REVIEW};
use edm::{Record, Value};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::exchange::{Exchange, Request, Response};
use crate::service::Service;
use crate::{Dialect, Tag};
use double::{Caller, Double, id};

const ROOT: &str = "http://a.example/v1";

/// A service, and who talks to it.
struct Client {
    double: Double,
    service: Service<Double>,
    caller: Caller,
}

impl Client {
    fn new(dialect: Dialect) -> Self {
        let double = Double::default();
        Client { service: Service::new(double.clone(), dialect, [7; 32]), double, caller: Caller::Owner }
    }

    /// One that speaks as Graph does.
    fn graph() -> Self {
        Self::new(Dialect::GRAPH)
    }

    fn as_caller(&self, caller: Caller) -> Self {
        Client { double: self.double.clone(), service: self.service.clone(), caller }
    }

    fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Response {
        ready(self.poll(method, url, headers, body))
    }

    /// The answer, if it comes without waiting for anything.
    fn poll(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Poll<Response> {
        let url = url.strip_prefix(ROOT).unwrap_or(url);
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
        let parsed = |(name, value): &(&str, &str)| -> (HeaderName, HeaderValue) {
            (name.parse().unwrap(), value.parse().unwrap())
        };
        let headers: HeaderMap = headers.iter().map(parsed).collect();
        let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = body.to_owned().into();
        let request = Request { method, root: ROOT, path, query, headers: &headers, body, exchange };
        poll(self.service.serve(&self.caller, &request))
    }

    fn get(&self, url: &str) -> Response {
        self.send("GET", url, &[], "")
    }

    /// Sends JSON.
    fn json(&self, method: &str, url: &str, body: &str) -> Response {
        self.send(method, url, &[("content-type", "application/json")], body)
    }

    /// A maker with reviews; says its path.
    fn maker(&self, reviews: &[(u8, Option<&str>)]) -> String {
        let mut maker = Record::new(&MAKER);
        maker.set("Name", Value::text("Ada"));
        let path = format!("Makers({})", id(self.double.add("Makers", maker)));
        for (stars, text) in reviews {
            self.review(&path, *stars, *text);
        }
        path
    }

    /// Another review of a maker; says its number.
    fn review(&self, maker: &str, stars: u8, text: Option<&str>) -> i64 {
        let mut review = Record::new(&REVIEW);
        review.set("Stars", Value::Integer(stars.into()));
        review.set("Text", text.map_or(Value::Null, Value::text));
        self.double.add(&format!("{maker}/Reviews"), review)
    }
}

/// The outcome of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    ready(poll(future))
}

fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn ready<T>(outcome: Poll<T>) -> T {
    match outcome {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Status, the protocol's headers, and the body: of an error only code, target and message.
fn show(response: &Response) -> String {
    let mut out = response.status.as_u16().to_string();
    for name in ["allow", "etag", "location", "preference-applied", "odata-version", "retry-after"] {
        if !header(response, name).is_empty() {
            out.push_str(&format!(" {name}: {};", header(response, name)));
        }
    }
    let body = text(response).replace(ROOT, "~");
    match body.strip_prefix("{\"error\":{").and_then(|rest| rest.split_once(",\"innerError\"")) {
        Some((error, _)) => out + "\n" + error,
        None if body.is_empty() => out,
        None => out + "\n" + &body,
    }
}

/// The tag that a row of this version shows.
fn tag(version: u64) -> String {
    format!("W/\"{}\"", Tag(version))
}
