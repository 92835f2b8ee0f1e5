//! Valid requests, mutated by chance: whatever comes of them, the service does not fail and nobody else's data changes.
//!
//! `VITAE_HOSTILE_REQUESTS` asks for more than usual, `VITAE_HOSTILE_SEED` for others.

use serde_json::json;

use super::assert_told;
use crate::harness::{Dice, Request, Server, run, vitae};

const REQUESTS: usize = 600;

/// What is spliced into a request.
const PIECES: [&str; 44] = [
    "%00",
    "%2F",
    "%2e%2e",
    "%",
    "%25",
    "%ff",
    "'",
    "''",
    "(",
    ")",
    "/",
    "//",
    "$",
    "@",
    "*",
    ",",
    ";",
    "=",
    "&",
    "?",
    "#",
    "..",
    "\\",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    "null",
    "true",
    "1e400",
    "-1",
    "99999999999999999999",
    "\u{e9}",
    "\u{1F30A}",
    "\\ud800",
    "\u{202e}",
    "$count",
    "$ref",
    "$select=",
    "users",
    "@odata.type",
    "0001-01-01T00:00:00Z",
];

fn asked(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// A request in parts that can be mutated one by one.
#[derive(Debug, Clone)]
struct Parts {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn valid(item: &str, dice: &mut Dice) -> Parts {
    let skill = json!({
        "@odata.type": "#microsoft.graph.skillProficiency", "displayName": "Rust", "categories": ["a"], "allowedAudiences": "organization",
        "proficiency": "expert", "inference": { "confidenceScore": 0.5 }, "source": { "type": "User" }, "webUrl": "https://fjord.example",
    });
    let position = json!({
        "detail": { "company": { "displayName": "Fjord", "address": { "city": "Bergen" } }, "startMonthYear": "2020-01-01" }, "isCurrent": true,
        "colleagues": [{ "displayName": "Grace", "relationship": "colleague" }],
    });
    let person =
        json!({ "displayName": "N", "userPrincipalName": "n@fjord.example", "hireDate": "2020-01-01T00:00:00+02:00" });
    let json_type = || vec![("content-type", "application/json".to_owned())];
    let of = |method, target: &str, headers, body: Option<&serde_json::Value>| Parts {
        method,
        target: target.to_owned(),
        headers,
        body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
    };
    let all = [
        of("GET", "/beta/me/profile?$select=id&$expand=skills($select=displayName;$top=2)", vec![], None),
        of(
            "GET",
            "/v1.0/users?$top=2&$orderby=displayName%20desc&$count=true&$skip=1",
            vec![("odata-maxversion", "4.01".into())],
            None,
        ),
        of(
            "GET",
            "/beta/users('ada@fjord.example')/profile/skills?$select=createdBy/user",
            vec![("prefer", "odata.maxpagesize=1".into())],
            None,
        ),
        of(
            "GET",
            item,
            vec![("if-none-match", "W/\"0123456789abcdef\"".into()), ("accept", "application/json".into())],
            None,
        ),
        of("POST", "/beta/me/profile/skills", json_type(), Some(&skill)),
        of("POST", "/beta/me/profile/positions", json_type(), Some(&position)),
        of(
            "POST",
            "/v1.0/me/profile/languages/$ref",
            json_type(),
            Some(&json!({ "tag": "nb-NO", "spoken": "expert" })),
        ),
        of("POST", "/beta/users", json_type(), Some(&person)),
        of("PATCH", item, json_type(), Some(&skill)),
        of("PATCH", item, [json_type(), vec![("if-match", "*".into())]].concat(), Some(&skill)),
        of("DELETE", item, vec![("if-match", "W/\"0\"".into())], None),
        of(
            "PATCH",
            "/beta/users/ada@fjord.example",
            json_type(),
            Some(&json!({ "otherMails": ["a@b.example"], "department": null })),
        ),
    ];
    dice.pick(&all).clone()
}

/// Leaves out, doubles, swaps or splices in a piece of text.
fn mutated(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(letters.len() + 1);
        let to = (at + dice.below(12)).min(letters.len());
        match dice.below(5) {
            0 => drop(letters.drain(at..to)),
            1 => {
                let piece: Vec<char> = letters[at..to].to_vec();
                letters.splice(at..at, piece);
            }
            2 if at < letters.len() => letters[at] = char::from(33 + dice.byte() % 94),
            3 => letters[at..to].reverse(),
            _ => drop(letters.splice(at..at, dice.pick(&PIECES).chars())),
        }
    }
    letters.into_iter().collect()
}

fn mutate(parts: &mut Parts, dice: &mut Dice) {
    match dice.below(6) {
        0 | 1 => {
            let target = mutated(&parts.target, dice).replace(char::is_whitespace, "%20");
            parts.target = if target.starts_with('/') { target } else { format!("/beta/{target}") };
        }
        2 if !parts.headers.is_empty() => {
            let at = dice.below(parts.headers.len());
            parts.headers[at].1 = mutated(&parts.headers[at].1, dice);
        }
        3 => {
            let length = parts.body.len().max(1);
            for _ in 0..=dice.below(4) {
                let at = dice.below(length);
                if let Some(byte) = parts.body.get_mut(at) {
                    *byte = dice.byte();
                }
            }
        }
        _ => parts.body = mutated(&String::from_utf8_lossy(&parts.body), dice).into_bytes(),
    }
}

#[test]
fn mutated_requests_never_make_the_service_fail() {
    let seed = asked("VITAE_HOSTILE_SEED", 1) as u64;
    let place = tempfile::tempdir().unwrap();
    let server = Server::in_place(place.path(), &["--people", "3"]);
    let bystander = server.grace("GET", "/beta/me/profile").send().expect(200).body;
    let made = server.ada("POST", "/beta/me/profile/skills").json(&json!({})).send().expect(201).json();
    let item = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
    let mut statuses = std::collections::BTreeMap::new();
    for number in 0..asked("VITAE_HOSTILE_REQUESTS", REQUESTS) {
        // Each request has dice of its own, so that one can be repeated alone.
        let mut dice = Dice::new(seed << 32 | number as u64);
        let mut parts = valid(&item, &mut dice);
        for _ in 0..=dice.below(2) {
            mutate(&mut parts, &mut dice);
        }
        let mut request: Request = server.ada(parts.method, &parts.target).body(parts.body.clone());
        for (name, value) in &parts.headers {
            request = request.header(name, value);
        }
        let reply = request.send();
        let what = format!("request {number} of seed {seed}: {parts:?}");
        assert!(
            reply.status < 500 || reply.status == 501,
            "{what}: {} {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        if reply.status >= 400 && parts.method != "HEAD" {
            assert_told(&what, &reply);
        }
        *statuses.entry(reply.status).or_insert(0) += 1;
    }
    println!("answers by status: {statuses:?}");
    assert!(
        statuses.keys().any(|status| *status < 300) && statuses.len() > 3,
        "some are good, some are not: {statuses:?}"
    );
    assert_eq!(server.grace("GET", "/beta/me/profile").send().expect(200).body, bystander);
    server.get("/beta/users").expect(200);
    let checked = run(vitae().args(["check", "--data"]).arg(Server::data(place.path())));
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}
