//! What is recorded: read by an auditor, sealed, and checked.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::{Ended, Server, is_file, run, vitae};

const LOG: &str = "/beta/auditLogs/directoryAudits";
/// What a seal begins with.
const SEAL: &[u8] = b"\0seal\x01";
/// The length of the Merkle root behind that, which no two seals have in common.
const ROOT: usize = 32;

fn check(place: &Path) -> Ended {
    run(vitae().arg("check").arg("--data").arg(Server::data(place)))
}

fn add(server: &Server, name: &str) {
    server.ada("POST", "/beta/me/profile/skills").json(&json!({ "displayName": name })).send().expect(201);
}

/// The seals in the store of a server that has ended, by what they bind. How many there are says nothing: how often a
/// server seals depends on how long it takes, and the file keeps copies of what once stood elsewhere.
fn seals(place: &Path) -> HashSet<Vec<u8>> {
    let bytes = fs::read(Server::data(place).join("vitae.db")).unwrap();
    let sealed = |window: &&[u8]| window.starts_with(SEAL);
    bytes.windows(SEAL.len() + ROOT).filter(sealed).map(<[u8]>::to_vec).collect()
}

#[test]
fn auditors_read_what_was_done() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "3"]);
    add(&server, "Falconry");
    server.ada("GET", LOG).send().expect(403);
    let mut token = vitae();
    token.arg("token").arg("--data").arg(Server::data(place.path()));
    let token = run(token.args(["--scopes", "AuditLog.Read.All", "--roles", "auditor"]));
    let read = |target: &str| server.anyone("GET", target).token(token.stdout.trim()).send();
    let latest = read(&format!("{LOG}?$top=1")).expect(200).json()["value"][0].clone();
    assert_eq!(latest["activityDisplayName"], "Add profile item");
    assert!(latest.to_string().contains("Falconry"));
    assert_eq!(read(&format!("{LOG}/{}", latest["id"].as_str().unwrap())).expect(200).json()["id"], latest["id"]);
    // Three people, three groups, one skill.
    assert_eq!(read(&format!("{LOG}/$count")).expect(200).text(), "7");
}

#[test]
fn what_was_recorded_is_sealed_before_the_server_ends() {
    let place = tempfile::tempdir().unwrap();
    if !is_file(place.path()) {
        return;
    }
    let mut before = HashSet::new();
    for round in 0..3 {
        let server = Server::in_place(place.path(), &["--people", "3"]);
        add(&server, &format!("Skill {round}"));
        server.terminate();
        let ended = check(place.path());
        assert_eq!(ended.code, 0, "{}", ended.stdout);
        let now = seals(place.path());
        assert!(!now.is_subset(&before), "nothing new is sealed after round {round}");
        before = now;
    }
    // Killed: the next server goes on from the last seal.
    let server = Server::in_place(place.path(), &[]);
    add(&server, "Last words");
    server.kill();
    assert_eq!(check(place.path()).code, 0);
    Server::in_place(place.path(), &[]).terminate();
    assert_eq!(check(place.path()).code, 0);
    assert!(!seals(place.path()).is_subset(&before));
}

#[test]
fn check_names_the_record_that_was_changed() {
    let place = tempfile::tempdir().unwrap();
    if !is_file(place.path()) {
        return;
    }
    let server = Server::in_place(place.path(), &["--people", "3"]);
    add(&server, "Falconry");
    server.terminate();
    let path = Server::data(place.path()).join("vitae.db");
    let mut bytes = fs::read(&path).unwrap();
    // Everywhere alike, so that nothing but the chain knows.
    for at in 0..bytes.len().saturating_sub(8) {
        if &bytes[at..at + 8] == b"Falconry" {
            bytes[at..at + 8].copy_from_slice(b"Forgery!");
        }
    }
    fs::write(&path, bytes).unwrap();
    let ended = check(place.path());
    assert_eq!(ended.code, 3, "{}", ended.stdout);
    assert!(ended.stdout.contains("breaks at rev 2, which records other values"), "{}", ended.stdout);
}
