//! Data directories that earlier releases wrote, kept as they were: they open, are read as they were, and are sound.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::harness::{Server, is_file, run, vitae};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// What an answer says, without the addresses it was asked at.
fn said(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            let is_address = |name: &str| name.ends_with("odata.context") || name.ends_with("odata.nextLink");
            let kept = members.into_iter().filter(|(name, _)| !is_address(name));
            Value::Object(kept.map(|(name, value)| (name, said(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(said).collect()),
        other => other,
    }
}

/// A directory of a release, with what its server answered.
fn opens(release: &str) {
    let golden = Path::new(GOLDEN).join(release);
    let place = tempfile::tempdir().unwrap();
    if !is_file(place.path()) {
        return;
    }
    let data = Server::data(place.path());
    fs::create_dir(&data).unwrap();
    for name in ["dev.json", "issuer.json"] {
        fs::copy(golden.join(name), data.join(name)).unwrap();
    }
    fs::write(data.join("vitae.db"), unpacked(&golden.join("vitae.db.gz"))).unwrap();
    let is_sound = || {
        let check = run(vitae().arg("check").arg("--data").arg(&data));
        assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    };
    is_sound();
    let expected: Value = serde_json::from_slice(&unpacked(&golden.join("answers.json.gz"))).unwrap();
    for _ in 0..2 {
        let server = Server::in_place(place.path(), &["--clock", "2026-11-01T00:00:00Z"]);
        for (target, answer) in expected.as_object().unwrap() {
            assert_eq!(&said(server.get(target).expect(200).json()), answer, "{target}");
        }
        let made = server.ada("POST", "/beta/me/profile/notes").json(&serde_json::json!({})).send().expect(201).json();
        let note = format!("/beta/me/profile/notes/{}", made["id"].as_str().unwrap());
        server.ada("DELETE", &note).send().expect(204);
        server.kill();
        is_sound();
    }
}

/// Before rows had checksums.
#[test]
fn schema_2_opens() {
    opens("schema-2");
}
