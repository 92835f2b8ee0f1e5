//! Same seed, same clock, same requests: the same answers, byte for byte.

use serde_json::{Value, json};

use crate::harness::{Reply, Server};

/// What may differ from run to run.
const OUTSIDE: [&str; 2] = ["date", "server-timing"];

fn server() -> Server {
    Server::ephemeral(&["--seed", "7", "--clock", "2030-01-01T00:00:00Z", "--people", "12"])
}

/// A story with reads, changes, pages and errors. Hosts differ by port, so all use one name.
fn story(server: &Server) -> Vec<Reply> {
    let mut replies = Vec::new();
    let mut tell = |method: &str, target: &str, body: Option<Value>| {
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
    everywhere(&mut tell);
    among_people(&mut tell);
    replies
}

/// Tells one request and its answer.
type Tell<'a> = dyn FnMut(&str, &str, Option<Value>) -> Reply + 'a;

/// The whole life of an item in every collection, under both roots, with a mistake on the way.
fn everywhere(tell: &mut Tell<'_>) {
    let profile = tell("GET", "/v1.0/me/profile", None).expect(200).json();
    let names = profile.as_object().unwrap().keys().filter_map(|name| name.strip_suffix("@odata.context"));
    let collections: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    assert_eq!(collections.len(), 20);
    for (number, collection) in collections.iter().enumerate() {
        let root = ["/beta", "/v1.0"][number % 2];
        let list = format!("{root}/me/profile/{collection}");
        let made = tell("POST", &list, Some(json!({ "allowedAudiences": "me" }))).expect(201).json();
        let item = format!("{list}/{}", made["id"].as_str().unwrap());
        tell("PATCH", &item, Some(json!({ "isSearchable": true, "inference": { "confidenceScore": 0.25 } })))
            .expect(200);
        tell("PATCH", &item, Some(json!({ "isSearchable": 1, "nothing": null }))).expect(400);
        tell("GET", &item, None).expect(200);
        tell("GET", &format!("{list}?$count=true&$orderby=lastModifiedDateTime%20desc&$top=2"), None).expect(200);
        tell("GET", &format!("{list}/$count"), None).expect(200);
        tell("DELETE", &item, None).expect(204);
        tell("DELETE", &item, None).expect(404);
    }
    tell("GET", "/beta/me/profile", None).expect(200);
}

/// People who come, are renamed, and go; several requests in one; addresses that lead nowhere.
fn among_people(tell: &mut Tell<'_>) {
    for number in 0..5 {
        let person = json!({ "displayName": "P", "userPrincipalName": format!("p{number}@fjord.example") });
        tell("POST", "/beta/users", Some(person.clone())).expect(201);
        tell("POST", "/beta/users", Some(person)).expect(409);
    }
    tell("POST", "/beta/users/p1@fjord.example/profile/account", Some(json!({}))).expect(201);
    let name = json!({ "userPrincipalName": "q1@fjord.example", "department": "Tides" });
    tell("PATCH", "/beta/users/p1@fjord.example", Some(name)).expect(200);
    tell("GET", "/beta/users/q1@fjord.example/profile", None).expect(200);
    tell("DELETE", "/v1.0/users/p2@fjord.example", None).expect(204);
    tell("GET", "/v1.0/users?$count=true&$top=999", None).expect(200);
    let requests = json!({ "requests": [
        { "id": "1", "method": "POST", "url": "/me/profile/notes", "headers": { "content-type": "application/json" }, "body": {} },
        { "id": "2", "method": "GET", "url": "/me/profile/notes", "dependsOn": ["1"] },
        { "id": "3", "method": "GET", "url": "/nowhere" },
    ] });
    tell("POST", "/beta/$batch", Some(requests)).expect(200);
    tell("DELETE", "/beta/me/profile", None).expect(204);
    tell("GET", "/beta/me/profile", None).expect(200);
    for nowhere in ["/", "/beta", "/beta/nowhere", "/beta/me/profile/skills/%00", "/beta/me/profile/skills?$top=x"] {
        tell("GET", nowhere, None);
    }
    tell("GET", "/beta/$metadata", None).expect(200);
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
