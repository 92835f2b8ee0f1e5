//! The command line: files, locks, tokens, exit codes.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Request, Server, damage, run, vitae};

#[test]
fn the_ready_file_has_what_scripts_need() {
    let server = Server::ephemeral(&[]);
    assert!(server.ready("VITAE_URL").starts_with("http://127.0.0.1:"));
    assert_eq!(server.ready("VITAE_UPN"), "ada@fjord.example");
    assert_eq!(server.ready("VITAE_PLAIN_UPN"), "grace@fjord.example");
    let me = server.get("/beta/me").expect(200).json();
    assert_eq!(me["id"], server.ready("VITAE_USER_ID"));
    let plain = server.grace("GET", "/beta/me").send().expect(200).json();
    assert_eq!(plain["id"], server.ready("VITAE_PLAIN_USER_ID"));
    server.app("GET", "/beta/users").send().expect(200);
}

#[test]
fn the_printed_curl_line_works() {
    let server = Server::ephemeral(&[]);
    let line = server.greeting.lines().find(|line| line.starts_with("curl ")).unwrap();
    let (_, rest) = line.split_once("Bearer ").unwrap();
    let (token, url) = rest.split_once("' ").unwrap();
    let target = url.strip_prefix(server.ready("VITAE_URL")).unwrap();
    let profile = server.anyone("GET", target).token(token).send().expect(200).json();
    assert_eq!(profile["id"], server.ready("VITAE_USER_ID"));
}

#[test]
fn a_second_process_says_who_has_the_directory() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "2"]);
    let second = run(vitae().args(["dev", "--port", "0", "--data"]).arg(Server::data(place.path())));
    assert_eq!(second.code, 1);
    let expected = format!("is in use by process {}; stop it, or name another directory", server.pid());
    assert!(second.stderr.contains(&expected), "{}", second.stderr);
    server.get("/beta/me").expect(200);
}

#[test]
fn data_and_people_outlive_the_server() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "3"]);
    let skill = json!({ "displayName": "Falconry" });
    let made = server.ada("POST", "/beta/me/profile/skills").json(&skill).send().expect(201).json();
    let (status, rest) = server.terminate();
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));

    let again = Server::in_place(place.path(), &["--people", "3"]);
    let path = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
    assert_eq!(again.get(&path).expect(200).json()["displayName"], "Falconry");
}

#[test]
fn a_first_start_that_was_cut_short_is_done_again() {
    let place = tempfile::tempdir().unwrap();
    Server::in_place(place.path(), &["--people", "2"]).kill();
    let note = Server::data(place.path()).join("dev.json");
    let text = fs::read_to_string(&note).unwrap();
    // Without its checksum, as an older release wrote it.
    let loading = text.replace("\"loading\": false", "\"loading\": true").replace("\"sum\"", "\"formerly\"");
    fs::write(&note, loading).unwrap();
    let check = run(vitae().arg("check").arg("--data").arg(Server::data(place.path())));
    assert_eq!(check.code, 3, "{}", check.stdout);
    let server = Server::in_place(place.path(), &["--people", "3"]);
    let people = server.get("/beta/users?$count=true").expect(200).json();
    assert_eq!(people["value"].as_array().unwrap().len(), 3);
}

#[test]
fn tokens_are_made_beside_a_running_server() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "3"]);
    let data = Server::data(place.path());
    let token = |args: &[&str]| run(vitae().arg("token").arg("--data").arg(&data).args(args));
    let ask = |token: &str, target: &str| Request::new(server.address(), "GET", target).token(token.trim()).send();

    let plain = token(&[]);
    assert_eq!(plain.code, 0, "{}", plain.stderr);
    assert_eq!(ask(&plain.stdout, "/beta/me").expect(200).json()["userPrincipalName"], "ada@fjord.example");

    let grace: Value = serde_json::from_str(&token(&["--user", "GRACE@fjord.example", "--json"]).stdout).unwrap();
    assert_eq!(grace["scope"], "User.ReadWrite User.Read.All");
    assert_eq!(grace["expires_in"], 3_600);
    let me = ask(grace["access_token"].as_str().unwrap(), "/beta/me").expect(200).json();
    assert_eq!((&me["id"], &me["userPrincipalName"]), (&grace["user"]["id"], &grace["user"]["userPrincipalName"]));

    let app = token(&["--app", "importer", "--scopes", "User.Read.All"]);
    ask(&app.stdout, "/beta/users").expect(200);
    ask(&app.stdout, "/beta/me").expect(400);

    assert_eq!(token(&["--user", "nobody@fjord.example"]).code, 1);
    let misspelt = token(&["--scopes", "User.Reed"]);
    assert_eq!(misspelt.code, 2);
    assert!(misspelt.stderr.contains("did you mean `User.Read`?"), "{}", misspelt.stderr);
}

#[test]
fn tokens_follow_the_servers_clock() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "2", "--clock", "2001-02-03T04:05:06Z"]);
    server.anyone("POST", "/dev/clock").json(&json!({ "advance": "2h" })).send().expect(200);
    let token = run(vitae().arg("token").arg("--data").arg(Server::data(place.path())));
    let ask = || server.anyone("GET", "/beta/me").token(token.stdout.trim()).send();
    ask().expect(200);
    server.anyone("POST", "/dev/clock").json(&json!({ "advance": "1h5m" })).send().expect(200);
    assert!(ask().expect(401).header("www-authenticate").unwrap().contains("expired"));
}

#[test]
fn check_finds_damage_and_says_so_with_its_exit_code() {
    let place = tempfile::tempdir().unwrap();
    let data = Server::data(place.path());
    let check = |args: &[&str]| run(vitae().arg("check").arg("--data").arg(&data).args(args));
    assert_eq!(check(&[]).code, 1);

    let server = Server::in_place(place.path(), &["--people", "3"]);
    let beside = check(&["--json"]);
    assert_eq!((beside.code, beside.stdout.trim()), (0, r#"{"findings":[],"sound":true}"#));
    server.terminate();

    damage(place.path());
    let damaged = check(&[]);
    assert_eq!(damaged.code, 3, "{}{}", damaged.stdout, damaged.stderr);
    assert!(damaged.stdout.contains("to mend"), "{}", damaged.stdout);
}

#[test]
fn own_people_from_a_file() {
    let place = tempfile::tempdir().unwrap();
    let fixture = place.path().join("people.json");
    let people = json!({ "people": [
        { "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "roles": ["peopleAdministrator"],
          "profile": { "skills": [{ "displayName": "Rust" }] } },
        { "userPrincipalName": "ola@fjord.example", "displayName": "Ola" },
    ] });
    fs::write(&fixture, people.to_string()).unwrap();
    let server = Server::ephemeral(&["--fixture", fixture.to_str().unwrap()]);
    assert_eq!(server.ready("VITAE_UPN"), "kari@fjord.example");
    assert_eq!(server.ready("VITAE_PLAIN_UPN"), "ola@fjord.example");
    assert_eq!(server.get("/beta/me/profile/skills").expect(200).json()["value"][0]["displayName"], "Rust");
    server.anyone("POST", "/dev/reset").send().expect(204);
    server.get("/beta/me").expect(200);
}

/// What is wrong with a fixture is said with the person it is about.
#[test]
fn a_fault_of_a_fixture_names_its_person() {
    let place = tempfile::tempdir().unwrap();
    let fixture = place.path().join("people.json");
    let person = |number: usize| json!({ "userPrincipalName": format!("p{number}@fjord.example"), "displayName": "P" });
    // More than are loaded at a time.
    let many: Vec<Value> = (0..300).map(person).collect();
    let with = |place: usize, change: Value| {
        let mut people = many.clone();
        people[place].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        people
    };
    for (people, expected) in [
        (with(2, json!({ "roles": ["boss"] })), "person 2 (`p2@fjord.example`): /roles/0: no role is called `boss`"),
        (with(299, json!({ "displayNome": "P" })), "person 299 (`p299@fjord.example`): /displayNome: "),
        (
            with(299, json!({ "userPrincipalName": "P3@fjord.example" })),
            "person 299 (`P3@fjord.example`): /id: there is a person",
        ),
        (with(1, json!({ "profile": { "skills": [7] } })), "person 1 (`p1@fjord.example`): /profile/skills/0: "),
    ] {
        fs::write(&fixture, json!({ "people": people }).to_string()).unwrap();
        let ended = run(vitae().args(["dev", "--ephemeral", "--port", "0", "--fixture"]).arg(&fixture));
        assert!(ended.code == 1 && ended.stderr.contains(expected), "{expected}\n{}", ended.stderr);
    }
}

#[test]
fn wrong_questions_have_their_own_exit_code() {
    for args in [
        &["dev", "--nonsense"][..],
        &["dev", "--ephemeral", "--tls-port", "0"],
        &["dev", "--clock", "noon"],
        &["dev", "--ephemeral", "--data", "x"],
        &["migrate"],
    ] {
        assert_eq!(run(vitae().args(args)).code, 2, "{args:?}");
    }
    let help = run(vitae().args(["dev", "--help"]));
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("--ready-file") && help.stdout.contains("--tls-port"), "{}", help.stdout);
}

#[test]
fn a_taken_port_is_a_failure_that_says_so() {
    let server = Server::ephemeral(&["--people", "1"]);
    let port = server.address().rsplit(':').next().unwrap();
    let place = tempfile::tempdir().unwrap();
    for (flag, other) in [("--port", "--tls-port"), ("--tls-port", "--port")] {
        let second = run(vitae().args(["dev", flag, port, other, "0", "--data"]).arg(Server::data(place.path())));
        assert_eq!(second.code, 1);
        for part in [&format!("cannot listen on 127.0.0.1:{port}"), &format!("choose another port with {flag}\n")] {
            assert!(second.stderr.contains(part), "{part}: {}", second.stderr);
        }
    }
    // What was begun there has no people yet.
    let token = run(vitae().args(["token", "--data"]).arg(Server::data(place.path())));
    assert_eq!(token.code, 1);
    assert!(token.stderr.contains("no development server has come up in"), "{}", token.stderr);
}

#[test]
fn a_ready_file_without_a_place_is_named() {
    let place = tempfile::tempdir().unwrap();
    let ready = place.path().join("absent/ready.env");
    let ended = run(vitae().args(["dev", "--ephemeral", "--port", "0", "--people", "1", "--ready-file"]).arg(&ready));
    assert_eq!(ended.code, 1);
    let expected = format!("vitae: cannot write `{}", ready.with_extension("").display());
    assert!(ended.stderr.starts_with(&expected), "{}", ended.stderr);
}
