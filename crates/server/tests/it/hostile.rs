//! Requests that nobody sends by mistake. Each is answered with a clear refusal, and changes nothing.

mod bodies;
mod frames;
mod heads;
mod paths;
mod random;
mod streams;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Reply, Request, Server, run, vitae};

/// A server with something to lose.
struct Target {
    server: Server,
    place: TempDir,
    /// A skill of the signed-in person.
    item: String,
    before: Vec<Vec<u8>>,
}

impl Target {
    fn new() -> Target {
        let place = tempfile::tempdir().unwrap();
        let server = Server::in_place(place.path(), &["--people", "3"]);
        let skill = json!({ "displayName": "Falconry", "categories": ["a"], "inference": { "confidenceScore": 0.5 } });
        let made = server.ada("POST", "/beta/me/profile/skills").json(&skill).send().expect(201).json();
        let item = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
        let mut target = Target { server, place, item, before: Vec::new() };
        target.before = target.stored();
        target
    }

    /// All there is, as bytes.
    fn stored(&self) -> Vec<Vec<u8>> {
        let people = self.server.get("/beta/users?$select=*").expect(200);
        let ids = people.json()["value"].as_array().unwrap().clone();
        let profiles = ids.iter().map(|person| {
            let target = format!("/beta/users/{}/profile", person["id"].as_str().unwrap());
            self.server.get(&target).expect(200).body
        });
        std::iter::once(people.body.clone()).chain(profiles).collect()
    }

    /// Sends it and finds it refused, and all as it was.
    #[track_caller]
    fn refuses(&self, what: &str, request: Request) -> Reply {
        let reply = request.send();
        assert_refusal(what, &reply);
        self.is_unharmed(what);
        reply
    }

    /// Sends bytes that are no request, and finds the line closed or the bytes refused, and all as it was.
    #[track_caller]
    fn survives(&self, what: &str, bytes: &[u8]) {
        let answer = raw(self.server.address(), bytes);
        let start = String::from_utf8_lossy(&answer[..answer.len().min(12)]).into_owned();
        assert!(!start.starts_with("HTTP/1.1 2") && !start.starts_with("HTTP/1.1 5"), "{what}: {start}");
        if start.starts_with("HTTP/1.1 4") {
            let mut first = Reply::parse(&answer);
            // What was sent behind a request is answered, too.
            first.body.truncate(first.header("content-length").unwrap().parse().unwrap());
            assert_told(what, &first);
        }
        self.is_unharmed(what);
    }

    #[track_caller]
    fn is_unharmed(&self, what: &str) {
        assert!(self.stored() == self.before, "{what}: something stored has changed");
    }

    /// After everything: the data is sound.
    fn is_sound(&self) {
        let checked = run(vitae().args(["check", "--data"]).arg(Server::data(self.place.path())));
        assert_eq!(checked.code, 0, "{}", checked.stdout);
    }
}

/// A client's mistake, told in the form of errors, in a few lines.
#[track_caller]
fn assert_refusal(what: &str, reply: &Reply) {
    let said = String::from_utf8_lossy(&reply.body).chars().take(400).collect::<String>();
    // What is known and not there yet is no failure of the service.
    let refused = (400..500).contains(&reply.status) || reply.status == 501;
    assert!(refused, "{what}: {} {said}", reply.status);
    assert_told(what, reply);
}

#[track_caller]
fn assert_told(what: &str, reply: &Reply) {
    assert!(reply.body.len() < 64 << 10, "{what}: the answer is not a copy of the request");
    assert_eq!(reply.header("content-type"), Some("application/json"), "{what}");
    let error = &reply.json()["error"];
    let message = error["message"].as_str().unwrap_or_default();
    assert!(error["code"].as_str().is_some_and(|code| !code.is_empty()), "{what}: {error}");
    assert!(!message.is_empty() && message.chars().count() < 3_000, "{what}: {message}");
    assert!(error["innerError"]["request-id"].is_string(), "{what}: {error}");
    assert_eq!(reply.status == 501, error["code"] == "notSupported", "{what}: {error}");
}

/// Sends bytes, says that no more will come, and takes what comes back until the line is closed or broken off.
fn raw(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(length) = stream.read(&mut part) {
        if length == 0 {
            break;
        }
        answer.extend_from_slice(&part[..length]);
    }
    answer
}
