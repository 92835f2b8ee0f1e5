//! Addresses and heads that are too long, each told as such, and how to ask for what does not fit.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::server;
use crate::harness::Reply;

/// Takes an answer off the line.
fn skip_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"}}}") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}

#[test]
fn addresses_that_are_too_long_are_told_apart_from_heads_that_are() {
    let server = server();
    let long = |length: usize| "a".repeat(length);
    let host = server.address();
    let get = |target: &str, headers: &str| format!("GET /beta/{target} HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n");
    for (what, bytes, status) in [
        ("a first line beyond the room for a head", get(&long(66_000), ""), 414),
        ("one without an end", "GET /beta/".to_owned() + &long(300_000), 414),
        ("one that is all query", get(&format!("users?$filter={}", long(100_000)), ""), 414),
        ("a header", get("me", &format!("x-a: {}\r\n", long(200_000))), 431),
        ("a header without an end", get("me", "").replace("\r\n\r\n", "\r\nx-a: ") + &long(300_000), 431),
        ("a header behind a long line", get(&long(15_000), &format!("x-a: {}\r\n", long(150_000))), 431),
        ("many headers", get("me", &"x-a: 1\r\n".repeat(101)), 431),
    ] {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // It makes no difference what was asked before.
        stream.write_all(get("me", "").as_bytes()).unwrap();
        let before = skip_answer(&mut stream);
        assert!(before.starts_with("HTTP/1.1 401"), "{before}");
        // What is over the bound is not read.
        let _ = stream.write_all(bytes.as_bytes());
        let (mut told, mut piece) = (Vec::new(), [0; 4 << 10]);
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            told.extend_from_slice(&piece[..length]);
        }
        let reply = Reply::parse(&told).expect(status);
        assert_eq!(reply.code(), if status == 414 { "uriTooLong" } else { "BadRequest" }, "{what}");
        assert!(reply.message().contains("64 KB"), "{what}: {}", reply.message());
        assert_eq!(reply.header("connection"), Some("close"), "{what}");
    }
}

#[test]
fn what_is_too_long_for_an_address_goes_another_way() {
    let server = server();
    let filter = |length: usize| format!("$filter=displayName%20ne%20'{}'", "x".repeat(length));
    server.get(&format!("/beta/users?{}", filter(16_000))).expect(200);
    let refused = server.get(&format!("/beta/users?{}", filter(16_400))).expect(414);
    assert_eq!(refused.code(), "uriTooLong");
    assert!(refused.message().contains("16384 bytes, the most that the setting `query.length` admits"));
    let path = format!("/beta/users/{}", "a".repeat(17_000));
    assert_eq!(server.get(&path).expect(414).code(), "uriTooLong");
    let url = format!("/users?{}", filter(16_400));
    let batch = json!({ "requests": [{ "id": "1", "method": "GET", "url": url }] });
    let answer = server.ada("POST", "/beta/$batch").json(&batch).send().expect(200).json();
    assert_eq!(answer["responses"][0]["status"], 414);
    let post = |length| {
        let request = server.ada("POST", "/beta/users/$query").header("content-type", "text/plain");
        request.body(filter(length)).send()
    };
    post(16_000).expect(200);
    assert_eq!(post(16_400).expect(413).code(), "requestTooLarge");
}
