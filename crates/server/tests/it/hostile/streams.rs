//! Requests over HTTP/2 that are none, or name what is not here, and probes that take their time.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use store::testing::{Engine, Mood, Place, Proxy};

use super::frames::{
    DATA, END_HEADERS, END_STREAM, Frame, GOAWAY, HEADERS, Line, NONE, PROTOCOL_ERROR, RST_STREAM, fields, frame,
};
use crate::harness::{Line as Standing, Reply, Request, Server, exchange};
use crate::shared::{command, settle, started};

/// What becomes of a stream.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    /// The block of the answer, as it is packed.
    head: Vec<u8>,
    body: Vec<u8>,
    /// With which code it was reset.
    reset: Option<u32>,
}

/// What becomes of the streams, once that one has ended, and of the connection, which is stream 0.
fn outcomes(line: &mut Line, last: u32) -> BTreeMap<u32, Outcome> {
    let mut outcomes: BTreeMap<u32, Outcome> = BTreeMap::new();
    while let Some(Frame { kind, flags, stream, payload }) = line.next() {
        let outcome = outcomes.entry(stream).or_default();
        match kind {
            HEADERS => outcome.head = payload,
            DATA => outcome.body.extend(payload),
            RST_STREAM => outcome.reset = Some(number(&payload)),
            GOAWAY => outcome.reset = Some(number(&payload[4..])),
            _ => continue,
        }
        if stream == last && (kind == RST_STREAM || flags & END_STREAM != 0) {
            break;
        }
    }
    outcomes
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

/// It costs its stream, whose neighbours are answered, or where it cannot even be unpacked, the connection.
#[test]
fn a_malformed_request_is_not_answered() {
    let server = Server::ephemeral(&["--people", "2"]);
    let (host, token) = (server.address(), format!("Bearer {}", server.ready("VITAE_TOKEN")));
    let usual = [(":method", "GET"), (":scheme", "http"), (":path", "/beta/me"), (":authority", host)];
    let me = server.get("/beta/me").expect(200).body;
    let with = |more: &[(&str, &str)]| fields(&[&usual[..], &[("authorization", token.as_str())], more].concat());
    let without = |name: &str| {
        let left: Vec<_> = usual.iter().copied().filter(|(known, _)| *known != name).collect();
        fields(&[&left[..], &[("authorization", &token)]].concat())
    };
    let mut ended = Vec::new();
    for (what, block) in [
        ("another way to end a body", with(&[("transfer-encoding", "chunked")])),
        ("a word on the connection", with(&[("connection", "close")])),
        ("the same in older words", with(&[("keep-alive", "1"), ("proxy-connection", "close")])),
        ("an upgrade", with(&[("upgrade", "h2c")])),
        ("TE that is no trailers", with(&[("te", "gzip")])),
        ("a name in capitals", with(&[("X-A", "1")])),
        ("a pseudo field behind others", with(&[(":authority", "evil.example")])),
        ("a pseudo field of answers", fields(&[&usual[..], &[(":status", "200")]].concat())),
        ("two paths", fields(&[&usual[..], &[(":path", "/beta")]].concat())),
        ("no method", without(":method")),
        ("no path", without(":path")),
        ("no scheme", without(":scheme")),
        ("an empty path", fields(&[usual[0], usual[1], (":path", ""), usual[3]])),
        ("a body that is announced and does not come", with(&[("content-length", "5")])),
        ("two lengths", with(&[("content-length", "0"), ("content-length", "5")])),
        ("a value with a line break", with(&[("x-a", "1\r\nx-b: 2")])),
        ("a value with a zero", with(&[("x-a", "1\x002")])),
    ] {
        let mut line = Line::open(&server, &[]);
        line.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &block));
        line.send(&frame(HEADERS, END_HEADERS | END_STREAM, 3, &with(&[])));
        let outcomes = outcomes(&mut line, 3);
        let [all, bad, good] = [0, 1, 3].map(|stream| outcomes.get(&stream));
        if all.and_then(|all| all.reset) == Some(PROTOCOL_ERROR) {
            assert!(bad.is_none_or(|bad| bad.body.is_empty()), "{what}: {outcomes:?}");
            ended.push(what);
            continue;
        }
        assert_eq!(good.unwrap().body, me, "{what}");
        let refused = |bad: &Outcome| bad.body.starts_with(b"{\"error\":") || bad.reset == Some(PROTOCOL_ERROR);
        assert!(bad.is_some_and(refused), "{what}: {outcomes:?}");
    }
    assert_eq!(ended, ["a name in capitals", "a value with a line break", "a value with a zero"]);
}

#[test]
fn what_names_another_host_or_none_is_refused_in_its_stream() {
    let server = Server::ephemeral(&["--people", "2"]);
    let (host, token) = (server.address(), format!("Bearer {}", server.ready("VITAE_TOKEN")));
    let ask = |method: &str, path: &str, more: &[(&str, &str)]| {
        let usual = [(":method", method), (":scheme", "http"), (":path", path), ("authorization", &token)];
        let (pseudo, rest): (Vec<_>, Vec<_>) =
            usual.iter().copied().chain(more.iter().copied()).partition(|(name, _)| name.starts_with(':'));
        let mut line = Line::open(&server, &[]);
        line.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &fields(&[pseudo, rest].concat())));
        let outcome = outcomes(&mut line, 1).remove(&1).unwrap();
        if outcome.reset.is_some() { "reset".to_owned() } else { String::from_utf8(outcome.body).unwrap() }
    };
    let evil = "evil.example";
    for (what, told) in [
        ("another authority", ask("GET", "/beta/me", &[(":authority", evil)])),
        ("another authority than host", ask("GET", "/beta/me", &[(":authority", evil), ("host", host)])),
        ("another host", ask("GET", "/beta/me", &[("host", evil)])),
        ("two hosts", ask("GET", "/beta/me", &[("host", host), ("host", evil)])),
        (
            "two hosts beside an authority",
            ask("GET", "/beta/me", &[(":authority", host), ("host", host), ("host", evil)]),
        ),
        ("none", ask("GET", "/beta/me", &[])),
        ("an address in full", ask("GET", &format!("http://{evil}/beta/me"), &[(":authority", evil)])),
        ("TRACE", ask("TRACE", "/beta/me", &[(":authority", host)])),
        ("CONNECT with a path", ask("CONNECT", "/beta/me", &[(":authority", "127.0.0.1:22")])),
        ("get", ask("get", "/beta/me", &[(":authority", host)])),
    ] {
        assert!(told == "reset" || told.starts_with("{\"error\":"), "{what}: {told}");
    }
    assert!(ask("GET", "/beta/me", &[("host", host)]).contains("\"displayName\""));
    assert!(ask("GET", "*", &[(":authority", host)]).starts_with("{\"error\":"));
    assert_eq!(ask("OPTIONS", "*", &[(":authority", host)]), "");
}

/// A body by the byte, with empty frames in between and fields behind it, is one body.
#[test]
fn bodies_come_as_they_like() {
    let server = Server::ephemeral(&["--people", "2"]);
    let token = format!("Bearer {}", server.ready("VITAE_TOKEN"));
    let post = fields(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/beta/me/profile/skills"),
        (":authority", server.address()),
        ("authorization", &token),
        ("content-type", "application/json"),
    ]);
    let mut line = Line::open(&server, &[]);
    line.send(&frame(HEADERS, END_HEADERS, 1, &post));
    for byte in b"{\"displayName\":\"Patience\"}".chunks(1) {
        line.send(&[frame(DATA, NONE, 1, byte), frame(DATA, NONE, 1, &[])].concat());
    }
    line.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &fields(&[("authorization", "Bearer x")])));
    let outcome = outcomes(&mut line, 1).remove(&1).unwrap();
    assert!(String::from_utf8_lossy(&outcome.body).contains("\"Patience\""), "{outcome:?}");
}

/// Probes that wait for a database which keeps silent are told so in time and give their seats back, in HTTP/2 too,
/// where each request is a task of its own. The database has a minute.
#[test]
fn probes_leave_their_seats_though_the_database_keeps_silent() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let engine = Engine::start().unwrap();
    let database = runtime.block_on(Place::on(&engine.url())).unwrap();
    let proxy = Proxy::before(engine.port()).unwrap();
    let place = tempfile::tempdir().unwrap();
    settle(place.path(), &proxy.url(&database.url));
    let settings = place.path().join("vitae.toml");
    let text = fs::read_to_string(&settings).unwrap().replace("timeout_ms = 3000", "timeout_ms = 60000");
    fs::write(&settings, "overload.connections = 1\n".to_owned() + &text).unwrap();
    assert_eq!(command(place.path(), &["migrate"]).code, 0);
    let server = started(place.path(), 0);
    let probe = |path: &str| Request::new(server.address(), "GET", path);
    let mut only = Standing::open(server.address()).unwrap();
    only.ask(&probe("/readyz")).unwrap().expect(200);
    proxy.set(Mood::Frozen, usize::MAX);
    let ready =
        fields(&[(":method", "GET"), (":scheme", "http"), (":path", "/readyz"), (":authority", "people.example")]);
    let waiting: Vec<Line> = (0..64)
        .map(|_| {
            let mut line = Line::open(&server, &[]);
            line.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &ready));
            line
        })
        .collect();
    // It comes after all of them.
    let mut last = TcpStream::connect(server.address()).unwrap();
    last.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    last.write_all(&probe("/healthz").to_bytes("close")).unwrap();
    let mut answer = Vec::new();
    last.read_to_end(&mut answer).unwrap();
    Reply::parse(&answer).expect(200);
    drop(waiting);
    // On a slow machine the moment may be over before.
    let is_told = || exchange(server.address(), &probe("/readyz").to_bytes("close")).starts_with(b"HTTP/1.1 503");
    assert!((0..40).any(|_| is_told()), "no answer to any of them");
    proxy.set(Mood::Fair, usize::MAX);
}
