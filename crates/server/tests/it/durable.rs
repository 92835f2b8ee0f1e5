//! What stays and what goes: restarts, servers that keep nothing, resets, and fixture files.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Reply, Server, run, vitae};

/// A read under a host name that does not change with the port.
fn read(server: &Server, target: &str) -> Reply {
    server.ada("GET", target).host(Some("localhost")).send().expect(200)
}

/// Everything that can be read of everyone, as bytes.
fn everything(server: &Server) -> Vec<Vec<u8>> {
    let people = read(server, "/beta/users?$top=999&$select=*");
    let mut all = vec![people.body.clone()];
    for person in people.json()["value"].as_array().unwrap() {
        all.push(read(server, &format!("/beta/users/{}/profile", person["id"].as_str().unwrap())).body);
    }
    all
}

/// Writes of every kind.
fn change(server: &Server) {
    for collection in ["skills", "notes", "account", "responsibilities"] {
        server.ada("POST", &format!("/beta/me/profile/{collection}")).json(&json!({})).send().expect(201);
    }
    let skill = json!({ "displayName": "Tidevann 🌊 \u{200f}‏", "categories": ["a", ""], "proficiency": null });
    let made = server.ada("POST", "/beta/me/profile/skills").json(&skill).send().expect(201).json();
    let item = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
    server.ada("PATCH", &item).json(&json!({ "allowedAudiences": "me", "proficiency": "expert" })).send().expect(200);
    let first = read(server, "/beta/me/profile/languages").json()["value"][0]["id"].clone();
    server.ada("DELETE", &format!("/beta/me/profile/languages/{}", first.as_str().unwrap())).send().expect(204);
    let person = json!({ "displayName": "New", "userPrincipalName": "new@fjord.example" });
    server.ada("POST", "/beta/users").json(&person).send().expect(201);
    server.ada("PATCH", "/beta/users/new@fjord.example").json(&json!({ "department": "Tides" })).send().expect(200);
}

#[test]
fn a_restart_changes_no_byte() {
    let place = tempfile::tempdir().unwrap();
    let mut server = Server::in_place(place.path(), &["--people", "6"]);
    let token = server.ready("VITAE_TOKEN").to_owned();
    for gentle in [true, false] {
        change_and_forget(&server);
        let before = everything(&server);
        if gentle {
            assert_eq!(server.terminate().0.code(), Some(0));
        } else {
            server.kill();
        }
        server = Server::in_place(place.path(), &[]);
        assert_eq!(everything(&server), before);
        server.anyone("GET", "/beta/me").token(&token).send().expect(200);
    }
}

/// Changes, after which the new person is gone again, so that it can be done twice.
fn change_and_forget(server: &Server) {
    change(server);
    server.ada("DELETE", "/beta/users/new@fjord.example").send().expect(204);
}

#[test]
fn pages_go_on_after_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "6"]);
    let page = read(&server, "/beta/users?$top=2&$select=id").json();
    let next = page["@odata.nextLink"].as_str().unwrap().trim_start_matches("http://localhost").to_owned();
    let expected = read(&server, &next).body;
    server.kill();
    let server = Server::in_place(place.path(), &[]);
    assert_eq!(read(&server, &next).body, expected);
}

#[test]
fn an_ephemeral_server_keeps_nothing() {
    let place = tempfile::tempdir().unwrap();
    let ready = place.path().join("ready.env");
    let start = || {
        let mut command = vitae();
        command.args(["dev", "--ephemeral", "--port", "0", "--people", "4", "--clock", "2030-01-01T00:00:00Z"]);
        command.arg("--ready-file").arg(&ready).current_dir(place.path());
        Server::start(command, "ready", &ready)
    };
    let server = start();
    let before = everything(&server);
    change(&server);
    assert_ne!(everything(&server), before);
    server.terminate();
    let mut left: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    let asked_for = ["ready.ca.pem", "ready.env", "ready.log"];
    assert_eq!(left, asked_for, "nothing but what was asked for, and the log of the harness, is written");
    assert_eq!(everything(&start()), before);
}

#[test]
fn a_reset_leads_back_to_the_start() {
    let place = tempfile::tempdir().unwrap();
    let clock = ["--people", "4", "--clock", "2030-01-01T00:00:00Z"];
    for server in [Server::ephemeral(&clock), Server::in_place(place.path(), &clock)] {
        let start = everything(&server);
        for _ in 0..2 {
            change(&server);
            assert_ne!(everything(&server), start);
            server.anyone("POST", "/dev/reset").send().expect(204);
            assert_eq!(everything(&server), start);
        }
        server.ada("GET", "/beta/users/new@fjord.example").send().expect(404);
    }
    // The start is also where the next run begins.
    let checked = run(vitae().args(["check", "--data"]).arg(Server::data(place.path())));
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}

/// Starts with a fixture that is not good enough: exit code and what is said.
fn refused(fixture: &str) -> String {
    let place = tempfile::tempdir().unwrap();
    let (file, data) = (place.path().join("people.json"), Server::data(place.path()));
    fs::write(&file, fixture).unwrap();
    let start = || {
        let ready = place.path().join("ready.env");
        let mut command = vitae();
        command.args(["dev", "--port", "0", "--fixture"]).arg(&file).arg("--ready-file").arg(&ready);
        let ended = run(command.arg("--data").arg(&data));
        assert!(matches!(ended.code, 1 | 2), "{}: {}", ended.code, ended.stderr);
        assert!(!ready.exists(), "nobody is told that it is ready");
        ended.stderr
    };
    let said = start();
    assert_eq!(start(), said, "a second try says the same");
    // Nobody was let in halfway: a good fixture starts as if nothing had been.
    let people = json!({ "people": [
        { "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "roles": ["peopleAdministrator"] },
    ] });
    fs::write(&file, people.to_string()).unwrap();
    let server = Server::in_place(place.path(), &["--fixture", file.to_str().unwrap()]);
    assert_eq!(server.get("/beta/users/$count").expect(200).text(), "1");
    said
}

fn people(second: &Value) -> String {
    let first = json!({ "userPrincipalName": "kari@fjord.example", "displayName": "Kari" });
    json!({ "people": [first, second] }).to_string()
}

#[test]
fn a_bad_fixture_says_who_and_where() {
    let ola =
        |profile: Value| json!({ "userPrincipalName": "ola@fjord.example", "displayName": "Ola", "profile": profile });
    for (fixture, parts) in [
        (
            people(&ola(json!({ "skills": [{}, { "proficiency": "wizard" }] }))),
            &["ola@fjord.example", "skills", "/proficiency", "wizard"][..],
        ),
        (people(&ola(json!({ "skils": [] }))), &["ola@fjord.example", "skils"]),
        (people(&ola(json!({ "skills": {} }))), &["ola@fjord.example", "skills"]),
        (people(&ola(json!({ "skills": [{ "webUrl": "javascript:1" }] }))), &["ola@fjord.example", "/webUrl"]),
        (people(&json!({ "userPrincipalName": "ola@fjord.example" })), &["ola@fjord.example", "/displayName"]),
        (people(&json!({ "displayName": "Ola" })), &["person 1", "/userPrincipalName"]),
        (people(&json!({ "userPrincipalName": "KARI@fjord.example", "displayName": "Ola" })), &["KARI@fjord.example"]),
        (
            people(&json!({ "userPrincipalName": "ola@fjord.example", "displayName": "Ola", "shoeSize": 44 })),
            &["ola@fjord.example", "/shoeSize"],
        ),
        (
            people(&json!({ "userPrincipalName": "ola@fjord.example", "displayName": "Ola", "id": "7" })),
            &["ola@fjord.example", "id"],
        ),
        (people(&json!(7)), &["person 1"]),
        ("{\"people\": [{]}".to_owned(), &["people.json", "line 1"]),
        ("[]".to_owned(), &["people.json", "people"]),
    ] {
        let said = refused(&fixture);
        for part in parts {
            assert!(said.contains(part), "`{part}` is not in: {said}");
        }
    }
}

#[test]
fn a_fixture_is_loaded_as_if_entered() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("people.json");
    let skill = json!({ "displayName": "Rust", "allowedAudiences": "everyone", "categories": ["professional"] });
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "department": "Tides",
        "roles": ["peopleAdministrator"], "profile": { "skills": [skill], "languages": [{ "tag": "nb-NO" }] },
    });
    fs::write(&file, json!({ "people": [kari] }).to_string()).unwrap();
    let server = Server::in_place(place.path(), &["--fixture", file.to_str().unwrap()]);
    let read_skill = server.get("/beta/me/profile/skills").expect(200).json()["value"][0].clone();
    for (name, value) in skill.as_object().unwrap() {
        assert_eq!(&read_skill[name], value, "{name}");
    }
    assert_eq!(read_skill["createdBy"]["user"]["displayName"], "Kari");
    assert_eq!(server.get("/beta/me?$select=department").expect(200).json()["department"], "Tides");
    let before = everything(&server);
    server.kill();
    // People are loaded once: a changed fixture does not touch what is there.
    fs::write(&file, json!({ "people": [] }).to_string()).unwrap();
    assert_eq!(everything(&Server::in_place(place.path(), &[])), before);
}

#[test]
fn what_a_key_made_is_known_after_a_kill() {
    let place = tempfile::tempdir().unwrap();
    let make = |server: &Server, list: &str, body: &Value| {
        let request = server.ada("POST", list).host(Some("localhost")).header("idempotency-key", "once").json(body);
        let made = request.send().expect(201);
        (made.header("location").unwrap().to_owned(), made.body)
    };
    let person = json!({ "displayName": "New", "userPrincipalName": "new@fjord.example" });
    let all = [("/beta/me/profile/skills", json!({ "displayName": "Rust" })), ("/beta/users", person)];
    let each = |server: &Server| all.each_ref().map(|(list, body)| make(server, list, body));
    let server = Server::in_place(place.path(), &["--people", "3"]);
    let before = each(&server);
    server.kill();
    assert_eq!(each(&Server::in_place(place.path(), &[])), before);
}
