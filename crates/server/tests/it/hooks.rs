//! What tests can ask of a development server.

use serde_json::{Value, json};

use crate::harness::Server;

fn server() -> Server {
    Server::ephemeral(&["--people", "3"])
}

#[test]
fn reset_goes_back_to_the_start() {
    let server = server();
    let before = server.get("/beta/me/profile/skills").expect(200).json()["value"].as_array().unwrap().len();
    let skill = json!({ "displayName": "Falconry" });
    server.ada("POST", "/beta/me/profile/skills").json(&skill).send().expect(201);
    server.anyone("POST", "/dev/reset").send().expect(204);
    let after = server.get("/beta/me/profile/skills").expect(200).json()["value"].as_array().unwrap().len();
    assert_eq!(before, after);
}

#[test]
fn the_clock_is_set_and_advanced() {
    let server = Server::ephemeral(&["--people", "3", "--clock", "2030-01-01T00:00:00Z"]);
    let clock = |wish: Value| server.anyone("POST", "/dev/clock").json(&wish).send();
    let now = server.anyone("GET", "/dev/clock").send().expect(200).json();
    assert!(now["now"].as_str().unwrap().starts_with("2030-01-01T00:00:00"), "{now}");
    assert_eq!(clock(json!({ "set": "2030-06-01T00:00:00Z" })).expect(200).json()["now"], "2030-06-01T00:00:00Z");
    assert_eq!(clock(json!({ "advance": "1h30m" })).expect(200).json()["now"], "2030-06-01T01:30:00Z");
    assert_eq!(clock(json!({ "advance": 30 })).expect(200).json()["now"], "2030-06-01T01:30:30Z");
    for bad in [
        json!({}),
        json!({ "set": "noon" }),
        json!({ "advance": -1 }),
        json!({ "advance": "2x" }),
        json!({ "set": "2030-01-01T00:00:00Z", "advance": 1 }),
        json!([]),
    ] {
        let reply = clock(bad.clone()).expect(400);
        assert_eq!(reply.code(), "BadRequest", "{bad}");
        assert!(reply.message().contains("2030-01-01T00:00:00Z") || reply.message().contains("1h30m"), "{bad}");
    }
    assert_eq!(server.anyone("GET", "/dev/clock").send().json()["now"], "2030-06-01T01:30:30Z");
}

/// What was made before the restart is not younger than what is made after it.
#[test]
fn the_clock_stays_as_set_over_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let now = |server: &Server| server.anyone("GET", "/dev/clock").send().json()["now"].as_str().unwrap().to_owned();
    let server = Server::in_place(place.path(), &["--people", "3"]);
    let before = now(&server);
    server.anyone("POST", "/dev/clock").json(&json!({ "advance": "20h" })).send().expect(200);
    let skill = || json!({ "displayName": "Falconry" });
    let first = server.ada("POST", "/beta/me/profile/skills").json(&skill()).send().expect(201).json();
    let ahead = now(&server);
    assert!(ahead > before);
    server.kill();
    let server = Server::in_place(place.path(), &[]);
    assert!(now(&server) >= ahead);
    let second = server.ada("POST", "/beta/me/profile/skills").json(&skill()).send().expect(201).json();
    assert!(second["createdDateTime"].as_str() > first["createdDateTime"].as_str());
    server.anyone("POST", "/dev/reset").send().expect(204);
    drop(server);
    assert!(now(&Server::in_place(place.path(), &[])) < ahead);
}

/// A clock that moves with changes goes on after the last of them, so that no id is given out twice.
#[test]
fn a_stepped_clock_goes_on_after_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let args = ["--people", "3", "--clock", "2030-01-01T00:00:00Z"];
    let person = |name: &str| json!({ "displayName": name, "userPrincipalName": format!("{name}@fjord.example") });
    let mut ids = Vec::new();
    for round in 0..3 {
        let server = Server::in_place(place.path(), &args);
        for number in 0..4 {
            let made = server.ada("POST", "/beta/users").json(&person(&format!("p{round}{number}"))).send().expect(201);
            ids.push(made.json()["id"].to_string());
        }
        server.kill();
    }
    let server = Server::in_place(place.path(), &args);
    let listed = server.get("/beta/users?$select=id").expect(200).json();
    let listed = listed["value"].as_array().unwrap().iter().skip(3).map(|person| person["id"].to_string());
    assert_eq!(listed.collect::<Vec<_>>(), ids, "people are listed as they came");
}

#[test]
fn the_next_answers_fail_as_asked() {
    let server = server();
    let wish = json!({ "method": "GET", "path": "/beta/me*", "times": 2, "status": 429, "retryAfter": 7 });
    server.anyone("POST", "/dev/fail").json(&wish).send().expect(204);
    server.get("/beta/users").expect(200);
    for _ in 0..2 {
        let reply = server.get("/beta/me/profile").expect(429);
        assert_eq!((reply.code().as_str(), reply.header("retry-after")), ("TooManyRequests", Some("7")));
    }
    server.get("/beta/me/profile").expect(200);

    server.anyone("POST", "/dev/fail").json(&json!({ "status": 503, "times": 9 })).send().expect(204);
    assert_eq!(server.get("/beta/me").expect(503).code(), "serviceNotAvailable");
    server.anyone("DELETE", "/dev/fail").send().expect(204);
    server.anyone("POST", "/dev/fail").json(&json!({ "delayMs": 1 })).send().expect(204);
    server.get("/beta/me").expect(200);
    let bad = server.anyone("POST", "/dev/fail").json(&json!({ "statis": 503 })).send().expect(400);
    assert!(bad.message().contains("unknown field `statis`"), "{}", bad.message());
}

/// As when a proxy gives up before the service does.
#[test]
fn an_answer_is_lost_as_asked_and_its_repeat_makes_nothing_more() {
    let server = server();
    let list = "/beta/me/profile/skills";
    let count = || server.get(&format!("{list}/$count")).expect(200).text().parse::<usize>().unwrap();
    let before = count();
    let wish = json!({ "method": "POST", "path": list, "status": 503, "retryAfter": 0, "carriedOut": true });
    server.anyone("POST", "/dev/fail").json(&wish).send().expect(204);
    let post = |attempt: &str| {
        let request = server.ada("POST", list).header("client-request-id", "order-17").header("retry-attempt", attempt);
        request.json(&json!({ "displayName": "Rust" })).send()
    };
    assert_eq!(post("0").expect(503).code(), "serviceNotAvailable");
    assert_eq!(count(), before + 1);
    let made = post("1").expect(201).json();
    assert_eq!(post("2").expect(201).json()["id"], made["id"]);
    assert_eq!(count(), before + 1);
}

#[test]
fn the_journal_tells_what_was_asked() {
    let server = server();
    server.anyone("DELETE", "/dev/journal").send().expect(204);
    let reply = server.get("/beta/users?$top=1&$select=displayName");
    server.anyone("GET", "/beta/me").send().expect(401);
    let journal = server.anyone("GET", "/dev/journal").send().expect(200).json();
    let expected = json!({ "method": "GET", "path": "/beta/users", "queryOptions": ["$top", "$select"], "status": 200, "requestId": reply.header("request-id") });
    assert_eq!(journal["value"][0], expected);
    assert_eq!(journal["value"][1]["status"], 401);
    assert_eq!(journal["value"].as_array().unwrap().len(), 2);
}

#[test]
fn only_this_machine_may_ask() {
    let server = server();
    server.anyone("POST", "/dev/reset").host(Some("evil.example")).send().expect(400);
    server.anyone("POST", "/dev/reset").header("origin", "https://evil.example").send().expect(400);
    server.anyone("GET", "/dev/journal").header("origin", "http://localhost:3000").send().expect(200);
    server.anyone("GET", "/dev/nothing").send().expect(404);
    let keys = server.anyone("GET", "/.well-known/jwks.json").send().expect(200).json();
    for (key, algorithm) in keys["keys"].as_array().unwrap().iter().zip(["RS256", "ES256"]) {
        assert_eq!((&key["alg"], key.get("d")), (&json!(algorithm), None));
    }
}
