//! More is asked than there is room for: who is refused is told so and when to come again, and nothing was done.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Line, Reply, Server};

const SKILLS: &str = "/beta/me/profile/skills";

/// A development server with settings from the environment.
fn server(settings: &[(&str, &str)], people: &str) -> Server {
    Server::ephemeral_with(settings, &["--people", people])
}

/// Refused for the moment, in the form of errors.
#[track_caller]
fn assert_busy(reply: &Reply, status: u16, setting: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(reply.code(), if status == 429 { "TooManyRequests" } else { "serviceNotAvailable" });
    let message = reply.message();
    assert!(message.contains(&format!("`{setting}`")) && message.contains("nothing was done"), "{message}");
    assert!(reply.json()["error"]["innerError"]["request-id"].is_string());
}

/// A request whose body is asked for and does not come.
struct Slow(BufReader<TcpStream>);

const BODY: &str = r#"{"displayName":"Patience"}"#;

impl Slow {
    fn begin(server: &Server) -> Slow {
        let request = server.ada("POST", SKILLS).header("content-type", "application/json");
        let request = request.header("content-length", &BODY.len().to_string()).header("expect", "100-continue");
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(&request.to_bytes("close")).unwrap();
        let mut slow = Slow(BufReader::new(stream));
        // From here on the service waits for the body.
        let mut line = String::new();
        slow.0.read_line(&mut line).unwrap();
        assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
        slow.0.read_line(&mut line).unwrap();
        slow
    }

    fn finish(mut self) -> Reply {
        self.0.get_mut().write_all(BODY.as_bytes()).unwrap();
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer).unwrap();
        Reply::parse(&answer)
    }
}

#[test]
fn who_sends_slowly_is_in_nobodys_way_but_their_own() {
    // With room for one request, those whose bodies have not come take none.
    let settings = [("VITAE_OVERLOAD_PER_CALLER", "2"), ("VITAE_OVERLOAD_REQUESTS", "1")];
    let server = server(&settings, "2");
    let slow = [Slow::begin(&server), Slow::begin(&server)];
    assert_busy(&server.get(SKILLS), 429, "overload.per_caller");
    let batch = json!({ "requests": [{ "id": "1", "method": "GET", "url": "/me" }] });
    assert_busy(&server.ada("POST", "/beta/$batch").json(&batch).send(), 429, "overload.per_caller");
    server.grace("GET", SKILLS).send().expect(200);
    server.anyone("GET", "/healthz").send().expect(200);
    for slow in slow {
        slow.finish().expect(201);
    }
    server.get(SKILLS).expect(200);
}

#[test]
fn a_slow_body_that_is_given_up_is_forgotten() {
    let server = server(&[("VITAE_OVERLOAD_PER_CALLER", "1")], "2");
    drop(Slow::begin(&server));
    // The service learns of it when it looks at the line. A refusal is held back for half a second.
    assert!((0..240).any(|_| server.get(SKILLS).status == 200));
}

#[test]
fn what_was_refused_was_not_done() {
    let server = server(&[("VITAE_OVERLOAD_CHANGES", "1")], "2");
    let count = || server.get(&format!("{SKILLS}/$count")).expect(200).text().parse::<usize>().unwrap();
    let before = count();
    let made: usize = std::thread::scope(|scope| {
        let write = || {
            let mut line = Line::open(server.address()).unwrap();
            let request = || server.ada("POST", SKILLS).json(&json!({ "displayName": "Rivalry" }));
            let replies = (0..20).map(|_| line.ask(&request()).unwrap());
            replies
                .filter(|reply| {
                    if reply.status != 201 {
                        assert_busy(reply, 503, "overload.changes");
                    }
                    reply.status == 201
                })
                .count()
        };
        let writers: Vec<_> = (0..8).map(|_| scope.spawn(write)).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert!(made > 0);
    assert_eq!(count(), before + made);
}

/// All seats are taken, by those who ask and those whose bodies do not come: who comes now is told so, a probe is
/// answered, and nobody who was there before notices.
#[test]
fn a_full_server_answers_probes_and_tells_others() {
    let server = server(&[("VITAE_OVERLOAD_CONNECTIONS", "4")], "2");
    let ask = |line: &mut Line| line.ask(&server.ada("GET", SKILLS)).unwrap().expect(200);
    let mut lines: Vec<Line> = (0..2).map(|_| Line::open(server.address()).unwrap()).collect();
    lines.iter_mut().for_each(|line| drop(ask(line)));
    let slow = [Slow::begin(&server), Slow::begin(&server)];
    for round in 0..3 {
        for probe in ["/healthz", "/readyz"] {
            let reply = server.anyone("GET", probe).send().expect(200);
            assert_eq!(reply.header("connection"), Some("close"), "{round}");
        }
        let reply = server.ada("GET", SKILLS).send();
        assert_busy(&reply, 503, "overload.connections");
        assert_eq!(reply.header("connection"), Some("close"), "{round}");
        lines.iter_mut().for_each(|line| drop(ask(line)));
    }
    // One of them is asked to leave nothing behind, though it asks for more at once.
    let mut eager = Line::open(server.address()).unwrap();
    assert_busy(&eager.ask(&server.ada("GET", SKILLS)).unwrap(), 503, "overload.connections");
    assert!(eager.ask(&server.ada("GET", SKILLS)).is_err());
    for slow in slow {
        slow.finish().expect(201);
    }
    assert!((0..100).any(|_| server.get(SKILLS).status == 200), "the seats were not given back");
}

/// Who takes a spare seat and says nothing leaves it after a moment.
#[test]
fn spare_seats_are_not_kept() {
    let server = server(&[("VITAE_OVERLOAD_CONNECTIONS", "1")], "2");
    let mut line = Line::open(server.address()).unwrap();
    line.ask(&server.ada("GET", SKILLS)).unwrap().expect(200);
    let silent: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    // It comes after all of them.
    server.anyone("GET", "/healthz").send().expect(200);
    line.ask(&server.ada("GET", SKILLS)).unwrap().expect(200);
    drop(silent);
}
