//! Many requests in one.

use serde_json::{Value, json};

use super::server;

const SKILLS: &str = "/me/profile/skills";

fn statuses(answer: &Value) -> Vec<u64> {
    answer["responses"].as_array().unwrap().iter().map(|one| one["status"].as_u64().unwrap()).collect()
}

fn skill(id: &str, name: &str) -> Value {
    let headers = json!({"Content-Type": "application/json"});
    json!({"id": id, "method": "POST", "url": SKILLS, "headers": headers, "body": {"displayName": name}, "atomicityGroup": "g"})
}

#[test]
fn a_group_is_all_or_nothing() {
    let server = server();
    let count = || server.ada("GET", "/beta/me/profile/skills/$count").send().expect(200).body;
    let before = count();
    let missing = json!({"id": "2", "method": "DELETE", "url": "/v1.0/me/profile/skills/nope", "atomicityGroup": "g"});
    let body = json!({"requests": [skill("1", "Falconry"), missing]});
    let answer = server.ada("POST", "/beta/$batch").json(&body).send().expect(200).json();
    assert_eq!(statuses(&answer), [424, 404], "{answer:#}");
    assert_eq!(count(), before);
    let body = json!({"requests": [skill("1", "Falconry"), skill("2", "Juggling")]});
    let answer = server.ada("POST", "/v1.0/%24batch").json(&body).send().expect(200).json();
    assert_eq!(statuses(&answer), [201, 201], "{answer:#}");
    assert_ne!(count(), before);
}

#[test]
fn a_batch_may_be_larger_than_other_bodies() {
    let server = server();
    let padding = "x".repeat(2 << 20);
    let body = json!({"requests": [{"id": "1", "method": "GET", "url": "me"}], "padding": padding});
    let answer = server.ada("POST", "/beta/$batch").json(&body).send().expect(200).json();
    assert_eq!(statuses(&answer), [200]);
    server.ada("POST", "/beta/me/profile/skills").json(&json!({"displayName": padding})).send().expect(413);
    let body = json!({"requests": [], "padding": padding.repeat(2)});
    server.ada("POST", "/beta/$batch").json(&body).send().expect(413);
    server.ada("GET", "/beta/$batch").send().expect(405);
}
