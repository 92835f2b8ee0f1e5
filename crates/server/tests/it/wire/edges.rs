//! What HTTP admits and few clients send: each is answered as what it means.

use std::collections::BTreeSet;

use serde_json::json;

use super::{server, skill_path};
use crate::harness::Reply;

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
        ("/beta/me/photo/$value", "GET, HEAD, PUT, PATCH, DELETE"),
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
