//! Where a request ends and the next begins: what is answered is what was asked, in its order, and nothing else is
//! read.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use super::{server, skill_path};
use crate::harness::{Reply, Server};

const SKILLS: &str = "/beta/me/profile/skills";

/// A request of the signed-in person, without a word on the connection.
fn head(server: &Server, line: &str, headers: &str) -> String {
    let token = server.ready("VITAE_TOKEN");
    format!("{line} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n{headers}\r\n", server.address())
}

/// The same of a POST of a skill, up to its body.
fn post(server: &Server, headers: &str) -> String {
    head(server, &format!("POST {SKILLS}"), &format!("content-type: application/json\r\n{headers}\r\n"))
}

/// All that is answered to bytes until the server closes, perhaps after saying that no more will come.
fn raw(server: &Server, bytes: &[u8], over: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut writing = stream.try_clone().unwrap();
    let mut answer = Vec::new();
    thread::scope(|scope| {
        // Who does not read while they write may wait for ever.
        scope.spawn(move || {
            // A server that has answered may not want the rest.
            let _ = writing.write_all(bytes);
            if over {
                let _ = writing.shutdown(Shutdown::Write);
            }
        });
        let mut piece = [0; 4 << 10];
        // What was refused may have been left unread, and the line be reset for it.
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            answer.extend_from_slice(&piece[..length]);
        }
    });
    answer
}

/// The answers on a line, to requests that are no HEAD.
fn answers(mut bytes: &[u8]) -> Vec<Reply> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let mut reply = Reply::parse(bytes);
        let head = bytes.len() - reply.body.len();
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body.truncate(length);
        bytes = &bytes[head + length..];
        answers.push(reply);
    }
    answers
}

fn count(server: &Server) -> usize {
    server.get(&format!("{SKILLS}/$count")).expect(200).text().parse().unwrap()
}

const CHUNKS: &str = "8;a=b\r\n{\"displa\r\nb\r\nyName\":\"x\"}\r\n0\r\nauthorization: Bearer x\r\n\r\n";

/// Of what says where a body ends two may not be believed at once: the line is closed, and nothing behind it is read.
#[test]
fn a_body_in_chunks_ends_where_they_say() {
    let server = server();
    let before = count(&server);
    for coding in ["transfer-encoding: chunked\r\nconnection: close", "Transfer-Encoding: CHUNKED\r\nconnection: close"]
    {
        Reply::parse(&raw(&server, (post(&server, coding) + CHUNKS).as_bytes(), false)).expect(201);
    }
    assert_eq!(count(&server), before + 2);
    let coded = post(&server, "transfer-encoding: gzip, chunked\r\nconnection: close") + CHUNKS;
    let refused = Reply::parse(&raw(&server, coded.as_bytes(), false)).expect(400);
    assert_eq!(refused.json()["error"]["target"], "transfer-encoding");
    for both in ["content-length: 4\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 4"] {
        let behind = post(&server, "connection: close\r\ntransfer-encoding: chunked") + CHUNKS;
        let answer = answers(&raw(&server, (post(&server, both) + CHUNKS + &behind).as_bytes(), false));
        assert_eq!(answer.len(), 1);
        assert_eq!((answer[0].status, answer[0].header("connection")), (201, Some("close")));
    }
    assert_eq!(count(&server), before + 4);
}

/// What stands beside the data of chunks is bounded, and a body that is over it is none.
#[test]
fn chunks_are_not_mostly_something_else() {
    let server = server();
    let before = count(&server);
    let chunked = post(&server, "transfer-encoding: chunked");
    let (data, close) = ("\r\n{\"displayName\":\"x\"}\r\n", "0\r\n\r\n");
    let open = format!("13{data}");
    for (what, body) in [
        ("an extension of a MB", format!("13;a={}{close}", "b".repeat(1 << 20) + data)),
        ("a MB of extensions", format!("1;{}\r\n \r\n", "a".repeat(1_000)).repeat(1_000) + &open + close),
        ("a trailer of a MB", format!("{open}0\r\nx: {}\r\n\r\n", "a".repeat(1 << 20))),
        ("2,000 trailers", format!("{open}0\r\n{}\r\n", "x: 1\r\n".repeat(2_000))),
        ("a size that wraps around", format!("10000000000000013{data}{close}")),
        ("a negative size", format!("-13{data}{close}")),
        ("a size in bytes that are no digits", format!("0x13{data}{close}")),
        ("data beyond its size", format!("12{data}{close}")),
    ] {
        let answer =
            answers(&raw(&server, (chunked.clone() + &body + &head(&server, "GET /beta/me", "")).as_bytes(), true));
        assert!(answer.len() <= 1, "{what}: {answer:?}");
        assert!(answer.iter().all(|reply| (400..500).contains(&reply.status)), "{what}: {answer:?}");
        assert_eq!(count(&server), before, "{what}");
    }
}

/// RFC 9112, section 2.2, lets a single LF end a line. Nothing else does, and what it leaves open is refused.
#[test]
fn lines_end_with_lf_and_with_nothing_else() {
    let server = server();
    let get = head(&server, "GET /beta/me", "connection: close\r\n");
    for lines in [get.clone(), get.replace("\r\n", "\n"), "\r\n".to_owned() + &get] {
        let answer = answers(&raw(&server, lines.as_bytes(), false));
        assert_eq!(answer.iter().map(|reply| reply.status).collect::<Vec<_>>(), [200], "{lines:?}");
    }
    let host = format!("host: {}\r\n", server.address());
    for lines in [
        get.replace("\r\n", "\r"),
        get.replace("connection:", " connection:"),
        get.replace("connection:", "x: a\r\n\tb\r\nconnection:"),
        get.replace("connection:", "x: a\0b\r\nconnection:"),
        get.replace("connection:", "x: a\rb\r\nconnection:"),
        get.replace("connection:", "\0: a\r\nconnection:"),
        get.replace("connection:", ": a\r\nconnection:"),
        get.replace(&host, ""),
        get.replace(&host, &host.repeat(2)),
        get.replace(&host, &format!("{host}host: evil.example\r\n")),
        get.replace(&host, "host: \r\n"),
        get.replace(&host, &host.replace("127", "evil.example, 127")),
        get.replace("connection:", "content-length: 1\r\ncontent-length: 2\r\nconnection:"),
        get.replace("connection:", "content-length: +5\r\nconnection:"),
        get.replace("connection:", "content-length: 0x5\r\nconnection:"),
        get.replace("connection:", "content-length: 5 5\r\nconnection:"),
        get.replace("HTTP/1.1\r\n", "HTTP/1.0\r\ntransfer-encoding: chunked\r\n"),
        get.replace("HTTP/1.1", "http/1.1"),
        get.replace(" HTTP", "  HTTP"),
        get.replace("GET /beta/me", "CONNECT 127.0.0.1:22"),
        get.replace("GET", "get"),
        get.replace("GET", "TRACE"),
    ] {
        let answer = answers(&raw(&server, (lines.clone() + &get).as_bytes(), true));
        let [only] = &answer[..] else { panic!("{lines:?}: {answer:?}") };
        // A method that nobody knows is a 501.
        assert!((400..500).contains(&only.status) || only.status == 501, "{lines:?}: {}", only.status);
        assert!(only.json()["error"]["message"].is_string(), "{lines:?}");
    }
}

/// A thousand requests in one breath: each gets its own answer, and in its order.
#[test]
fn answers_come_in_the_order_of_their_requests() {
    let server = server();
    let item = skill_path(&server);
    let targets =
        [("/beta/me/displayName/$value", 200), (item.as_str(), 200), ("/beta/nowhere", 400), ("/healthz", 200)];
    let own: Vec<Vec<u8>> = targets.iter().map(|(target, status)| server.get(target).expect(*status).body).collect();
    let mut all = String::new();
    for number in 0..1_000 {
        let last = if number == 999 { "connection: close\r\n" } else { "" };
        let id = format!("client-request-id: {number}\r\n{last}");
        all += &head(&server, &format!("GET {}", targets[number % 4].0), &id);
    }
    let answers = answers(&raw(&server, all.as_bytes(), false));
    assert_eq!(answers.len(), 1_000);
    for (number, reply) in answers.iter().enumerate() {
        let (target, status) = targets[number % 4];
        assert_eq!(reply.header("client-request-id"), Some(number.to_string().as_str()));
        assert_eq!(reply.status, status, "{target}");
        // An error tells time and ids.
        assert!(status != 200 || reply.body == own[number % 4], "{target}: {}", reply.text());
    }
}

/// Bodies, refusals and answers without a body keep requests apart, too.
#[test]
fn what_was_refused_does_not_run_into_the_next() {
    let server = server();
    let (me, body) = (server.get("/beta/me").expect(200).body, "{\"displayName\":\"x\"}");
    let length = format!("content-length: {}\r\n", body.len());
    let nobody = format!("POST {SKILLS} HTTP/1.1\r\nhost: {}\r\n", server.address());
    let last = head(&server, "GET /beta/me", "connection: close\r\n");
    for (what, first, statuses) in [
        ("a body", post(&server, length.trim_end()) + body, &[201, 200][..]),
        ("chunks", post(&server, "transfer-encoding: chunked") + CHUNKS, &[201, 200]),
        ("a body that nobody reads", format!("{nobody}{length}\r\n{body}"), &[401, 200]),
        ("chunks that nobody reads", format!("{nobody}transfer-encoding: chunked\r\n\r\n{CHUNKS}"), &[401, 200]),
        ("a body of a GET", head(&server, "GET /beta/me", &length) + body, &[200, 200]),
        ("a body of a DELETE", head(&server, "DELETE /beta/nowhere", &length) + body, &[400, 200]),
        (
            "h2c",
            head(&server, "GET /beta/me", "connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AA\r\n"),
            &[200, 200],
        ),
        ("a websocket", head(&server, "GET /beta/me", "connection: upgrade\r\nupgrade: websocket\r\n"), &[200, 200]),
        ("a close", head(&server, "GET /beta/me", "connection: close\r\n"), &[200]),
        ("a close between others", head(&server, "GET /beta/me", "connection: x, Close\r\n"), &[200]),
        ("HTTP/1.0", head(&server, "GET /beta/me", "").replace("HTTP/1.1", "HTTP/1.0"), &[200]),
        (
            "HTTP/1.0 that stays",
            head(&server, "GET /beta/me", "connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0"),
            &[200, 200],
        ),
    ] {
        let told = answers(&raw(&server, (first + &last).as_bytes(), false));
        assert_eq!(told.iter().map(|reply| reply.status).collect::<Vec<_>>(), statuses, "{what}");
        assert!(told.iter().filter(|reply| reply.status == 200).all(|reply| reply.body == me), "{what}");
    }
    // Without a body they announce one.
    let heads = head(&server, "HEAD /beta/nowhere", "") + &head(&server, "HEAD /beta/me", "") + &last;
    let told = String::from_utf8(raw(&server, heads.as_bytes(), false)).unwrap();
    let statuses: Vec<_> = told.split("\r\n\r\n").map(|answer| answer.get(..12).unwrap_or_default()).collect();
    assert_eq!(statuses[..3], ["HTTP/1.1 400", "HTTP/1.1 200", "HTTP/1.1 200"]);
    assert!(told.ends_with(std::str::from_utf8(&me).unwrap()) && told.matches("HTTP/1.1 ").count() == 3);
}

/// Who asks before they send a body is told no at once, and what they send nevertheless is no request.
#[test]
fn a_body_that_was_not_wanted_is_no_request() {
    let server = server();
    let item = skill_path(&server);
    let smuggled = head(&server, &format!("DELETE {item}"), "");
    let length = format!("content-length: {}\r\nexpect: 100-Continue\r\n", smuggled.len());
    for (status, first) in [
        (401, format!("POST {SKILLS} HTTP/1.1\r\nhost: {}\r\n{length}\r\n", server.address())),
        (400, head(&server, "POST /beta/nowhere", &length)),
        (413, head(&server, &format!("POST {SKILLS}"), "content-length: 99999999\r\nexpect: 100-continue\r\n")),
    ] {
        let told = answers(&raw(&server, (first.clone() + &smuggled).as_bytes(), true));
        let statuses: Vec<_> = told.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status != 100).collect::<Vec<_>>(), [&status], "{first}");
        server.get(&item).expect(200);
    }
}
