//! What HTTP admits and few clients send: each is answered as what it means.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::json;

use super::{server, skill_path};
use crate::harness::{Reply, Server};

const SKILLS: &str = "/beta/me/profile/skills";

/// A request of the signed-in person, without a word on the connection.
fn head(server: &Server, line: &str, headers: &str) -> String {
    let token = server.ready("VITAE_TOKEN");
    format!("{line} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n{headers}\r\n", server.address())
}

/// All that is answered to bytes until the server closes, perhaps after saying that no more will come.
fn raw(server: &Server, bytes: &[u8], over: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(bytes).unwrap();
    if over {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[test]
fn addresses_in_full_are_those_of_this_server() {
    let server = server();
    let (me, host) = (server.get("/beta/me").expect(200).body, server.address());
    for address in
        [format!("http://{host}/beta/me"), format!("HTTP://{host}/beta/me?"), format!("https://{host}/beta/me")]
    {
        assert_eq!(server.ada("GET", &address).host(Some("evil.example")).send().expect(200).body.len(), me.len());
    }
    for address in [
        "http://evil.example/beta/me".to_owned(),
        format!("ftp://{host}/beta/me"),
        format!("http://ada@{host}/beta/me"),
    ] {
        assert_eq!(server.ada("GET", &address).send().expect(400).code(), "BadRequest", "{address}");
    }
}

#[test]
fn letters_may_be_encoded_anywhere_and_slashes_nowhere() {
    let server = server();
    for (plain, encoded) in [
        ("/beta/me", "/%62eta/%6de"),
        ("/v1.0/me/profile/skills", "/v1%2E0/me/pro%66ile/%73kills"),
        ("/beta/$metadata", "/beta/%24%6detadata"),
        ("/beta/me?$select=id", "/beta/me?%24s%65lect=%69d"),
    ] {
        assert_eq!(server.get(encoded).expect(200).body, server.get(plain).expect(200).body, "{encoded}");
    }
    let batch = json!({ "requests": [{ "id": "1", "method": "GET", "url": "/%6De" }] });
    let answer = server.ada("POST", "/%62eta/$%62atch").json(&batch).send().expect(200).json();
    assert_eq!(answer["responses"][0]["status"], 200);
    for (path, status) in [("/beta%2Fme", 404), ("/beta/me%2Fprofile", 400), ("//beta/me", 404), ("/beta;x=1/me", 404)]
    {
        server.get(path).expect(status);
    }
}

#[test]
fn the_server_as_a_whole_says_what_it_can() {
    let server = server();
    let reply = server.anyone("OPTIONS", "*").send().expect(204);
    assert_eq!(reply.header("allow"), Some("GET, HEAD, POST, PATCH, PUT, DELETE"));
    server.anyone("GET", "*").send().expect(404);
}

/// Of what says where a body ends two may not be believed at once: the line is closed, and nothing behind it is read.
#[test]
fn a_body_in_chunks_ends_where_they_say() {
    let server = server();
    let count = || server.get(&format!("{SKILLS}/$count")).expect(200).text().parse::<usize>().unwrap();
    let post = |headers: &str| {
        head(&server, &format!("POST {SKILLS}"), &format!("content-type: application/json\r\n{headers}\r\n"))
    };
    let body = "8;a=b\r\n{\"displa\r\nb\r\nyName\":\"x\"}\r\n0\r\nauthorization: Bearer x\r\n\r\n";
    let before = count();
    for coding in ["transfer-encoding: chunked\r\nconnection: close", "Transfer-Encoding: CHUNKED\r\nconnection: close"]
    {
        Reply::parse(&raw(&server, (post(coding) + body).as_bytes(), false)).expect(201);
    }
    assert_eq!(count(), before + 2);
    let coded = post("transfer-encoding: gzip, chunked\r\nconnection: close") + body;
    let refused = Reply::parse(&raw(&server, coded.as_bytes(), false)).expect(400);
    assert_eq!(refused.json()["error"]["target"], "transfer-encoding");
    for both in ["content-length: 4\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 4"] {
        let behind = post("connection: close\r\ntransfer-encoding: chunked") + body;
        let answer = raw(&server, (post(both) + body + &behind).as_bytes(), false);
        assert_eq!(String::from_utf8_lossy(&answer).matches("HTTP/1.1 ").count(), 1);
    }
    assert_eq!(count(), before + 4);
}

/// Who has said all may close their side and wait.
#[test]
fn who_sends_no_more_is_answered() {
    let server = server();
    let get = head(&server, "GET /beta/me/profile", "");
    for _ in 0..50 {
        Reply::parse(&raw(&server, get.as_bytes(), true)).expect(200);
    }
    let body = "{\"displayName\":\"x\"}";
    let length = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    let post = head(&server, &format!("POST {SKILLS}"), &length) + body;
    Reply::parse(&raw(&server, post.as_bytes(), true)).expect(201);
    // Half a body is none.
    let answer = raw(&server, &post.as_bytes()[..post.len() - 1], true);
    assert!(!answer.starts_with(b"HTTP/1.1 2"));
}

#[test]
fn every_address_answers_head_and_says_what_else() {
    let server = server();
    let item = skill_path(&server);
    for (target, allow) in [
        ("/beta", "GET, HEAD"),
        ("/v1.0/$metadata", "GET, HEAD"),
        ("/beta/openapi.json", "GET, HEAD"),
        ("/beta/me/displayName", "GET, HEAD, PUT, PATCH, DELETE"),
        ("/beta/me/displayName/$value", "GET, HEAD, PUT, DELETE"),
        ("/beta/me/manager/$ref", "GET, HEAD, PUT, DELETE"),
        ("/beta/me/photo/$value", "GET, HEAD, PUT, DELETE"),
        ("/beta/groups", "GET, HEAD, POST"),
        ("/beta/users/$count", "GET, HEAD"),
        ("/beta/admin/people", "GET, HEAD, PATCH, DELETE"),
        (item.as_str(), "GET, HEAD, PATCH, DELETE"),
    ] {
        let (get, head) = (server.get(target), server.ada("HEAD", target).send());
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        let told = |reply: &Reply| {
            let own = |name: &str| ["request-id", "client-request-id", "date", "server-timing"].contains(&name);
            reply.headers.iter().filter(|(name, _)| !own(name)).cloned().collect::<BTreeSet<_>>()
        };
        assert_eq!(told(&head), told(&get), "{target}");
        let options = server.ada("OPTIONS", target).send().expect(204);
        assert_eq!(options.header("allow"), Some(allow), "{target}");
    }
}
