//! Same seed, same clock, same requests: the same answers, byte for byte.

use serde_json::json;

use crate::harness::{Reply, Server};

/// What may differ from run to run.
const OUTSIDE: [&str; 2] = ["date", "server-timing"];

fn server() -> Server {
    Server::ephemeral(&["--seed", "7", "--clock", "2030-01-01T00:00:00Z", "--people", "12"])
}

/// A story with reads, changes, pages and errors. Hosts differ by port, so all use one name.
fn story(server: &Server) -> Vec<Reply> {
    let mut replies = Vec::new();
    let mut tell = |method: &str, target: &str, body: Option<serde_json::Value>| {
        let request = server.ada(method, target).host(Some("localhost"));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let mut reply = request.send();
        reply.headers.retain(|(name, _)| !OUTSIDE.contains(&name.as_str()));
        replies.push(reply.clone());
        reply
    };
    tell("GET", "/beta/me", None).expect(200);
    tell("GET", "/beta/me/profile", None).expect(200);
    let made = tell("POST", "/beta/me/profile/skills", Some(json!({ "displayName": "Falconry" }))).expect(201).json();
    let path = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
    tell("PATCH", &path, Some(json!({ "proficiency": "expert" }))).expect(200);
    tell("POST", "/beta/me/profile/languages", Some(json!({ "displayName": "Norwegian", "tag": "nb-NO" }))).expect(201);
    tell("POST", "/beta/me/profile/skills", Some(json!({ "displayNome": 1 }))).expect(400);
    let page = tell("GET", "/beta/users?$top=5", None).expect(200).json();
    let next = page["@odata.nextLink"].as_str().unwrap().strip_prefix("http://localhost").unwrap();
    tell("GET", next, None).expect(200);
    tell("DELETE", &path, None).expect(204);
    tell("GET", &path, None).expect(404);
    tell("GET", "/beta/me/profile/skills", None).expect(200);
    replies
}

#[track_caller]
fn assert_same(first: &[Reply], second: &[Reply]) {
    for (first, second) in first.iter().zip(second) {
        assert_eq!(first.headers, second.headers);
        assert_eq!(String::from_utf8_lossy(&first.body), String::from_utf8_lossy(&second.body));
    }
    assert_eq!(first, second);
}

#[test]
fn two_servers_tell_the_same_story() {
    let (first, second) = (server(), server());
    assert_same(&story(&first), &story(&second));
}

#[test]
fn a_reset_server_tells_it_again() {
    let server = server();
    let first = story(&server);
    server.anyone("POST", "/dev/reset").send().expect(204);
    assert_same(&first, &story(&server));
}

#[test]
fn another_seed_is_another_story() {
    let other = Server::ephemeral(&["--seed", "8", "--clock", "2030-01-01T00:00:00Z", "--people", "12"]);
    assert_ne!(story(&server()), story(&other));
}
