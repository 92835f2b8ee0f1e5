//! Requests of all kinds, changed by chance: each is answered, none with a fault of ours. Long with `cargo xtask fuzz`.

use std::path::Path;
use std::time::Duration;

use engine::Exchange;
use fuzz::Fuzz;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::json;

use super::harness::{World, ada};

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "GET ", "POST ", "PATCH ", "PUT ", "DELETE ", "/me", "/users", "/profile", "/skills", "/positions", "/languages", "/notes",
    "/$count", "/$ref", "/$value", "/$batch", "/$query", "/$each", "/$filter(", "$filter=", "$select=", "$expand=", "$orderby=",
    "$search=", "$compute=", "$apply=", "$top=", "$skip=", "$skiptoken=", "$count=true", "$levels=max", "displayName", "detail/company",
    "proficiency", "categories", "createdDateTime", "/any(x:x eq 'a')", " eq ", " and ", " or ", "not ", " in (", " desc", "null",
    "'", "(", ")", ",", "&", "?", "/", ":", "{", "}", "[", "]", "\"", "%20", "%", "1", "-1", "99999999999999999999", "\n", "\n\n",
    "Prefer: return=minimal\n", "Prefer: maxpagesize=1\n", "If-Match: *\n", "If-None-Match: *\n", "Accept: ", "Content-Type: text/plain\n",
    "OData-MaxVersion: 4.01\n", "{\"displayName\":\"a\"}", "\"@odata.type\":", "é",
];

impl World {
    /// The status of an answer to anything that HTTP can carry.
    fn try_out(&self, request: fuzz::Request) -> Option<u16> {
        let method = Method::from_bytes(request.method.as_bytes()).ok()?;
        // What is no URL does not get as far as this.
        let url: http::Uri = request.url.parse().ok()?;
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        for (name, value) in request.headers {
            headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(&value).ok()?);
        }
        let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
        let (root, path, query) = ("http://here/beta", url.path(), url.query());
        let body = request.body.into();
        let request = engine::Request { method, root, path, query, headers: &headers, body, exchange };
        let response = match path {
            "/$batch" => self.wait(self.service.batch(&ada(), request, &["/beta", "/v1.0"])),
            _ => self.wait(self.service.serve(&ada(), &request)),
        };
        // Those in a batch count too.
        let body = String::from_utf8_lossy(&response.body);
        let inner = body.contains("\"status\":500");
        Some(if inner && path == "/$batch" { 500 } else { response.status.as_u16() })
    }
}

#[test]
fn no_request_makes_the_service_fail() {
    let world = World::new();
    for name in ["Rust", "Chess", "Ada"] {
        world.post(&ada(), "/me/profile/skills", &json!({"displayName": name, "categories": ["a", "b"]})).ok(201);
        world.post(&ada(), "/me/profile/positions", &json!({"detail": {"company": {"displayName": name}}})).ok(201);
    }
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/service");
    Fuzz { corpus, pieces: PIECES, rounds: 1_500, most: Duration::from_secs(2) }.run(|input| {
        let request = fuzz::Request::read(input);
        let shape = request.shape();
        match world.try_out(request) {
            Some(500) => Err("a fault of ours".to_owned()),
            Some(status) => Ok(fuzz::Request::outcome(status, &shape)),
            None => Ok("no request".to_owned()),
        }
    });
}
