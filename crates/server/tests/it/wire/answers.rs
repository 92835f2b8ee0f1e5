//! What answers carry: headers, content types, locations.

use serde_json::json;

use super::{server, skill_path};
use crate::harness::{Reply, Request, Server};

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

fn is_guid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What every answer has, and the body's own story of the ids when it is an error.
#[track_caller]
fn assert_headed(reply: &Reply) {
    let named = |name: &str| reply.header(name).unwrap_or_else(|| panic!("{}: no `{name}`", reply.status)).to_owned();
    assert!(is_guid(&named("request-id")));
    assert_eq!(named("client-request-id"), "order-17");
    assert_eq!(named("odata-version"), "4.0");
    assert_eq!(named("cache-control"), "private, no-cache");
    for (name, _) in &reply.headers {
        assert_eq!(reply.headers.iter().filter(|(other, _)| other == name).count(), 1, "`{name}` once");
    }
    if reply.status >= 400 && !reply.body.is_empty() {
        assert_eq!(named("content-type"), "application/json");
        let error = &reply.json()["error"];
        assert!(!error["code"].as_str().unwrap().is_empty() && !error["message"].as_str().unwrap().is_empty());
        let inner = &error["innerError"];
        let members: Vec<&String> = inner.as_object().unwrap().keys().collect();
        assert_eq!(members, ["client-request-id", "date", "request-id"]);
        assert_eq!(
            (&inner["request-id"], &inner["client-request-id"]),
            (&json!(named("request-id")), &json!("order-17"))
        );
        assert!(inner["date"].as_str().is_some_and(|date| date.len() == 19 && !date.contains('Z')), "{inner}");
    }
}

fn each(server: &Server) -> Vec<(u16, Request)> {
    let item = skill_path(server);
    let body = json!({ "displayName": "Wire" });
    vec![
        (200, server.ada("GET", "/beta/me")),
        (200, server.ada("GET", "/v1.0/users")),
        (200, server.ada("GET", "/beta/me/profile")),
        (200, server.ada("HEAD", "/beta/me/profile/skills")),
        (200, server.ada("GET", "/beta/me/profile/skills/$count")),
        (201, server.ada("POST", "/beta/me/profile/skills").json(&body)),
        (304, server.ada("GET", &item).header("if-none-match", "*")),
        (412, server.ada("DELETE", &item).header("if-match", "\"other\"")),
        (200, server.ada("PATCH", &item).json(&body)),
        (204, server.ada("DELETE", &item)),
        (404, server.ada("GET", &item)),
        (404, server.ada("GET", "/beta/users/nobody@fjord.example")),
        (400, server.ada("GET", "/beta/nowhere")),
        (400, server.ada("GET", "/beta/me?$top=x")),
        (400, server.ada("POST", "/beta/me/profile/skills")),
        (400, server.app("GET", "/beta/me")),
        (401, server.anyone("GET", "/beta/me")),
        (401, server.anyone("HEAD", "/beta/me")),
        (403, server.grace("POST", "/beta/users").json(&body)),
        (404, server.anyone("GET", "/elsewhere")),
        (400, server.ada("GET", "/beta/me").host(Some("evil.example"))),
        (405, server.ada("PUT", "/beta/me")),
        (406, server.ada("GET", "/beta/me").header("accept", "image/png")),
        (413, server.ada("POST", "/beta/me/profile/skills").body(vec![b' '; (1 << 20) + 1])),
        (501, server.ada("GET", "/beta/users?$deltatoken=x")),
        (200, server.anyone("GET", "/healthz")),
        (
            204,
            server
                .anyone("OPTIONS", "/beta/me")
                .header("origin", "null")
                .header("access-control-request-method", "GET"),
        ),
    ]
}

#[test]
fn every_answer_has_the_same_headers() {
    let server = server();
    for (status, request) in each(&server) {
        let reply = request.header("client-request-id", "order-17").send().expect(status);
        assert_headed(&reply);
    }
    let wish = json!({ "status": 503, "retryAfter": 3 });
    server.anyone("POST", "/dev/fail").json(&wish).send().expect(204);
    let failed = server.ada("GET", "/beta/me").header("client-request-id", "order-17").send().expect(503);
    assert_eq!((failed.header("retry-after"), failed.code().as_str()), (Some("3"), "serviceNotAvailable"));
    assert_headed(&failed);
}

#[test]
fn request_ids_are_new_each_time_and_stand_in_for_the_clients() {
    let server = server();
    let (first, second) = (server.get("/beta/me"), server.get("/beta/me"));
    assert_ne!(first.header("request-id"), second.header("request-id"));
    assert_eq!(first.header("request-id"), first.header("client-request-id"));
}

#[test]
fn a_creation_tells_where_and_what() {
    let server = server();
    let id = server.ready("VITAE_USER_ID");
    let origin = server.ready("VITAE_URL");
    for (root, target) in [
        ("beta", "me/profile/skills"),
        ("v1.0", "me/profile/skills/$ref"),
        ("v1.0", "users/ada@fjord.example/profile/skills"),
    ] {
        let body = json!({ "displayName": "Falconry", "proficiency": "expert" });
        let reply = server.ada("POST", &format!("/{root}/{target}")).json(&body).send().expect(201);
        let made = reply.json();
        let key = made["id"].as_str().unwrap();
        assert!(is_guid(key));
        let location = format!("{origin}/{root}/users('{id}')/profile/skills('{key}')");
        assert_eq!(reply.header("location"), Some(location.as_str()));
        assert_eq!(reply.header("content-type"), Some(JSON));
        assert_eq!(reply.header("etag"), made["@odata.etag"].as_str());
        let found = server.get(location.strip_prefix(origin).unwrap()).expect(200);
        assert_eq!((found.body, found.headers.iter().find(|(name, _)| name == "location")), (reply.body, None));
    }
    let person = json!({ "displayName": "Zoë", "userPrincipalName": "zoe@fjord.example" });
    let reply = server.ada("POST", "/beta/users").json(&person).send().expect(201);
    let location = format!("{origin}/beta/users('{}')", reply.json()["id"].as_str().unwrap());
    assert_eq!(reply.header("location"), Some(location.as_str()));
}

#[test]
fn successes_are_of_one_content_type() {
    let server = server();
    let item = skill_path(&server);
    for target in ["/beta/me", "/beta/users", "/v1.0/me/profile", "/beta/me/profile/skills", item.as_str()] {
        assert_eq!(server.get(target).expect(200).header("content-type"), Some(JSON), "{target}");
    }
    assert_eq!(server.ada("PATCH", &item).json(&json!({})).send().expect(200).header("content-type"), Some(JSON));
    let deleted = server.ada("DELETE", &item).send().expect(204);
    assert_eq!((deleted.header("content-type"), deleted.body.len()), (None, 0));
}

#[test]
fn a_count_is_a_bare_number() {
    let server = server();
    let listed = server.get("/beta/me/profile/skills?$top=999").expect(200).json()["value"].as_array().unwrap().len();
    for target in ["/beta/me/profile/skills/$count", "/v1.0/Me/Profile/Skills/$COUNT/"] {
        let reply = server.ada("GET", target).header("accept", "text/plain").send().expect(200);
        assert!(reply.header("content-type").unwrap().starts_with("text/plain"));
        assert_eq!(reply.text(), listed.to_string());
    }
    assert_eq!(server.get("/beta/users/$count").expect(200).text(), "8");
}

#[test]
fn head_is_get_without_the_body() {
    let server = server();
    let item = skill_path(&server);
    for target in [
        "/beta/me",
        "/beta/users",
        "/beta/me/profile",
        "/beta/me/profile/skills/$count",
        item.as_str(),
        "/beta/nowhere",
    ] {
        let (get, head) = (server.get(target), server.ada("HEAD", target).send());
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        for name in ["content-type", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{target}");
        }
        assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()), "{target}");
    }
}

#[test]
fn a_person_is_answered_with_their_profile() {
    let server = server();
    let own = server.get("/beta/me?$expand=profile").expect(200).json();
    let profile = server.get("/beta/me/profile").expect(200).json();
    assert_eq!(own["profile"]["skills"], profile["skills"]);
    assert!(profile["skills"].as_array().is_some_and(|skills| !skills.is_empty()));
    let some = "/beta/me?$select=displayName&$expand=profile($select=id;$expand=skills($select=displayName;$top=1))";
    let some = server.get(some).expect(200).json();
    assert_eq!(some["profile"]["skills"].as_array().map(Vec::len), Some(1), "{some}");
    assert_eq!(some["profile"]["languages"], serde_json::Value::Null, "{some}");
}
