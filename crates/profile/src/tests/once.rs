//! POSTs that come again: by a key of their own, or as an SDK tries again.

use auth::{Caller, testing};
use http::Method;
use serde_json::{Value as Json, json};
use store::{PartitionKey, PartitionKind};
use uuid::Uuid;

use super::harness::{ADA, Answer, GRACE, TENANT, World, ada, app, grace};
use crate::Settings;
use crate::rules::{ATTEMPTS, KEYS};

const SKILLS: &str = "me/profile/skills";
const KEY: (&str, &str) = ("Idempotency-Key", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
const ID: (&str, &str) = ("client-request-id", "order-17");
const FIRST: &[(&str, &str)] = &[ID];
const AGAIN: &[(&str, &str)] = &[ID, ("Retry-Attempt", "1")];

impl World {
    fn sent(&self, caller: &Caller, url: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        self.send(caller, Method::POST, url, headers, &body.to_string())
    }

    fn skills(&self) -> u64 {
        self.get(&ada(), "me/profile/skills/$count").ok(200).as_u64().unwrap()
    }

    /// How many entries the audit log has.
    fn log_length(&self) -> Json {
        let auditor = testing::with_roles(testing::person(TENANT, GRACE, "AuditLog.Read.All"), "auditor");
        self.get(&auditor, "auditLogs/directoryAudits/$count").ok(200)
    }

    /// How many notes a partition has: of keys, and of what SDKs tried.
    fn notes(&self, owner: Uuid, kind: PartitionKind) -> Option<(usize, usize)> {
        let snapshot = self.wait(self.store().snapshot(PartitionKey { owner, tenant: TENANT, kind })).unwrap()?;
        Some((snapshot.items(KEYS).len(), snapshot.items(ATTEMPTS).len()))
    }
}

fn rust() -> Json {
    json!({"displayName": "Rust", "proficiency": "expert"})
}

fn id(made: &Json) -> Uuid {
    made["id"].as_str().unwrap().parse().unwrap()
}

/// What tells one answer that something was made from another.
#[track_caller]
fn told(answer: Answer) -> (Json, String) {
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    (answer.ok(201), place)
}

#[test]
fn a_key_makes_one_item() {
    let world = World::new();
    let first = told(world.sent(&ada(), SKILLS, &[KEY], &rust()));
    for (url, key, body) in [
        (SKILLS.to_owned(), KEY.1, rust().to_string()),
        // However it is spelt.
        (SKILLS.to_owned(), KEY.1.trim_matches('"'), r#" {"proficiency":"expert", "displayName":"Rust"}"#.to_owned()),
        ("me/profile/SKILLS/$ref".to_owned(), KEY.1, rust().to_string()),
        (format!("users/{ADA}/profile/skills"), KEY.1, rust().to_string()),
        ("users/ada@fjord.example/profile/skills".to_owned(), KEY.1, rust().to_string()),
    ] {
        let again = told(world.send(&ada(), Method::POST, &url, &[("idempotency-key", key)], &body));
        assert_eq!(
            (&again.0["id"], &again.0["@odata.etag"], &again.1),
            (&first.0["id"], &first.0["@odata.etag"], &first.1)
        );
    }
    assert_eq!(world.skills(), 1);
    for headers in [&[][..], &[("idempotency-key", "another")]] {
        assert_ne!(told(world.sent(&ada(), SKILLS, headers, &rust())).1, first.1);
    }
    // Elsewhere, or from someone else, the key is another.
    world.sent(&ada(), "me/profile/notes", &[KEY], &json!({})).ok(201);
    let robot = app("robot", "User.ReadWrite.All");
    assert_ne!(told(world.sent(&robot, &format!("users/{ADA}/profile/skills"), &[KEY], &rust())).1, first.1);
    assert_eq!(world.skills(), 4);
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn what_a_key_made_is_answered_as_it_is() {
    let world = World::new();
    let made = world.sent(&ada(), SKILLS, &[KEY], &rust()).ok(201);
    let item = format!("{SKILLS}/{}", id(&made));
    let changed = world.patch(&ada(), &item, &json!({"displayName": "C"})).ok(200);
    let again = world.sent(&ada(), SKILLS, &[KEY], &rust()).ok(201);
    assert_eq!((&again["displayName"], &again["@odata.etag"]), (&json!("C"), &changed["@odata.etag"]));
    let other = world.sent(&ada(), SKILLS, &[KEY], &json!({"displayName": "Rust"})).error(422, "idempotencyKeyReused");
    assert!(other.contains("expected a new one for each request"), "{other}");
    // A member that is null is not one that is not there.
    let null = json!({"displayName": "Rust", "proficiency": "expert", "webUrl": null});
    world.sent(&ada(), SKILLS, &[KEY], &null).error(422, "idempotencyKeyReused");
    assert_eq!(world.delete(&ada(), &item).status, 204);
    let gone = world.sent(&ada(), SKILLS, &[KEY], &rust()).error(409, "idempotencyKeySpent");
    assert!(gone.contains("there no longer"), "{gone}");
    assert_eq!(world.skills(), 0);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let world = World::new();
    for key in ["", "\"", "a b"] {
        let message = world.sent(&ada(), SKILLS, &[("idempotency-key", key)], &rust()).error(400, "BadRequest");
        assert!(message.contains("Idempotency-Key"), "{message}");
    }
    // Before it is judged whether one may; and nobody minds where nothing is made.
    world.sent(&grace("User.Read"), SKILLS, &[("idempotency-key", "")], &rust()).error(400, "BadRequest");
    assert_eq!(world.send(&ada(), Method::GET, SKILLS, &[("idempotency-key", "")], "").status, 200);
    assert_eq!(world.skills(), 0);
}

#[test]
fn what_was_refused_is_not_remembered() {
    let world = World::with(Settings { items_per_collection: 1, ..Settings::default() });
    world.sent(&ada(), SKILLS, &[KEY], &json!({"displayNaam": "Rust"})).error(400, "RequestBodyRead");
    world
        .sent(&grace("User.ReadWrite"), &format!("users/{ADA}/profile/skills"), &[KEY], &rust())
        .error(403, "Authorization_RequestDenied");
    let made = world.sent(&ada(), SKILLS, &[KEY], &rust()).ok(201);
    world.sent(&ada(), SKILLS, &[("idempotency-key", "other")], &rust()).error(400, "quotaLimitReached");
    // The same once more makes nothing, so that it does not matter how full it is.
    assert_eq!(world.sent(&ada(), SKILLS, &[KEY], &rust()).ok(201)["id"], made["id"]);
    assert_eq!(world.delete(&ada(), &format!("{SKILLS}/{}", id(&made))).status, 204);
    world.sent(&ada(), SKILLS, &[("idempotency-key", "other")], &rust()).ok(201);
}

#[test]
fn keys_are_forgotten_after_a_day_and_when_there_are_too_many() {
    let world = World::new();
    let made = world.sent(&ada(), SKILLS, &[KEY], &rust()).ok(201);
    world.sleep(23 * 3600);
    assert_eq!(world.sent(&ada(), SKILLS, &[KEY], &rust()).ok(201)["id"], made["id"]);
    world.sleep(3600);
    let anew = world.sent(&ada(), SKILLS, &[KEY], &json!({"displayName": "C"})).ok(201);
    assert_ne!(anew["id"], made["id"]);
    assert_eq!(world.sent(&ada(), SKILLS, &[KEY], &json!({"displayName": "C"})).ok(201)["id"], anew["id"]);
    for number in 0..300 {
        world.sent(&ada(), SKILLS, &[("idempotency-key", &number.to_string())], &rust()).ok(201);
    }
    assert_eq!(world.notes(ADA, PartitionKind::User), Some((256, 0)));
    let last = |number: u32| world.sent(&ada(), SKILLS, &[("idempotency-key", &number.to_string())], &rust()).ok(201);
    let count = world.skills();
    last(299);
    last(44);
    assert_eq!(world.skills(), count);
    last(43);
    assert_eq!(world.skills(), count + 1, "the oldest made room");
    world.sleep(25 * 3600);
    last(1000);
    assert_eq!(world.notes(ADA, PartitionKind::User), Some((1, 0)), "what is forgotten is swept");
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn a_further_try_of_an_sdk_makes_nothing_more() {
    let world = World::new();
    // The first came to nothing, so that the second makes it.
    let made = world.sent(&ada(), SKILLS, AGAIN, &rust()).ok(201);
    for attempt in ["2", "3"] {
        let again = world.sent(&ada(), SKILLS, &[ID, ("retry-attempt", attempt)], &rust()).ok(201);
        assert_eq!(again["id"], made["id"]);
    }
    // The first was carried out, though its sender was told otherwise.
    let other = |attempt: &[(&str, &str)]| {
        let headers = [&[("client-request-id", "order-18")], attempt].concat();
        world.sent(&ada(), SKILLS, &headers, &rust()).ok(201)["id"].clone()
    };
    let first = other(&[]);
    assert_ne!(first, made["id"]);
    assert_eq!(other(&[("retry-attempt", "1")]), first);
    assert_eq!(world.skills(), 2);
    world.sleep(11 * 60);
    assert_ne!(other(&[("retry-attempt", "2")]), first, "nobody tries again after so long");
}

#[test]
fn one_id_for_all_requests_makes_no_two_of_them_one() {
    let again = |world: &World, body: &Json| world.sent(&ada(), SKILLS, AGAIN, body).ok(201)["id"].clone();
    let first = |world: &World, body: &Json| world.sent(&ada(), SKILLS, FIRST, body).ok(201)["id"].clone();
    // Equal items on purpose, the last at the second try: none of those before is meant.
    let world = World::new();
    let mut made = vec![first(&world, &rust()), first(&world, &rust()), again(&world, &rust())];
    made.sort_by_key(Json::to_string);
    made.dedup();
    assert_eq!((made.len(), world.skills()), (3, 3));
    // Another item between them shows it too, be it tried once or twice.
    for other in [first, again] {
        let world = World::new();
        let made = first(&world, &rust());
        other(&world, &json!({"displayName": "C"}));
        assert_ne!(again(&world, &rust()), made);
        assert_eq!(world.skills(), 3);
    }
    // What was removed since was seen: this is another.
    let world = World::new();
    let made = first(&world, &rust());
    assert_eq!(world.delete(&ada(), &format!("{SKILLS}/{}", made.as_str().unwrap())).status, 204);
    let anew = again(&world, &rust());
    assert_eq!((world.skills(), again(&world, &rust())), (1, anew));
    // Many of them leave one note, which is not written with each.
    let rev = |world: &World| world.notes(ADA, PartitionKind::User).unwrap();
    for _ in 0..20 {
        first(&world, &rust());
    }
    assert_eq!(rev(&world), (0, 1));
    for number in 0..100 {
        world.sent(&ada(), SKILLS, &[("client-request-id", &number.to_string())], &rust()).ok(201);
    }
    assert_eq!(rev(&world), (0, 64));
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn people_and_groups_are_made_once() {
    let world = World::new();
    let kari = json!({"userPrincipalName": "kari@fjord.example", "displayName": "Kari"});
    let club = json!({"displayName": "Club"});
    let count = |url: &str| world.get(&ada(), url).ok(200)["value"].as_array().unwrap().len();
    for (url, body) in [("users", &kari), ("groups", &club)] {
        let before = count(url);
        let made = told(world.sent(&ada(), url, &[KEY], body));
        let own = format!("{url}/{}", id(&made.0));
        assert_eq!(told(world.sent(&ada(), url, &[KEY], body)).1, made.1);
        world.patch(&ada(), &own, &json!({"displayName": "Other"})).ok(200);
        assert_eq!(world.sent(&ada(), url, &[KEY], body).ok(201)["displayName"], "Other");
        let other = json!({"userPrincipalName": "ola@fjord.example", "displayName": "Ola"});
        let other = if url == "users" { other } else { json!({"displayName": "Ola"}) };
        world.sent(&ada(), url, &[KEY], &other).error(422, "idempotencyKeyReused");
        assert_eq!(count(url), before + 1);
        // Nobody comes back under the same id, and the name of who is gone is free.
        assert_eq!(world.delete(&ada(), &own).status, 204);
        world.sent(&ada(), url, &[KEY], body).error(409, "idempotencyKeySpent");
        world.sleep(25 * 3600);
        let anew = world.sent(&ada(), url, &[KEY], body).ok(201);
        assert_ne!(anew["id"], made.0["id"]);
        assert_eq!(world.sent(&ada(), url, &[KEY], body).ok(201)["id"], anew["id"]);
        assert_eq!(world.delete(&ada(), &format!("{url}/{}", id(&anew))).status, 204);
        // As an SDK tries.
        let first = world.sent(&ada(), url, FIRST, body).ok(201);
        assert_eq!(world.sent(&ada(), url, AGAIN, body).ok(201)["id"], first["id"]);
        world.sent(&ada(), url, FIRST, &other).ok(201);
        assert_eq!(count(url), before + 2);
    }
    world.sent(&ada(), "users", FIRST, &kari).error(409, "nameAlreadyExists");
    // Two clubs on purpose: which of them a third try means, nobody knows.
    world.sent(&ada(), "groups", FIRST, &club).ok(201);
    world.sent(&ada(), "groups", AGAIN, &club).ok(201);
    assert_eq!(count("groups"), 4);
    assert_eq!(world.findings(), Vec::<String>::new());
}

fn reference(id: Uuid) -> String {
    format!("http://here/beta/users/{id}")
}

/// Relationships are side effects: what was done is not done again, whatever became of it.
#[test]
fn what_was_related_is_not_related_again() {
    let world = World::new();
    let club = world.sent(&ada(), "groups", &[], &json!({"displayName": "Club"})).ok(201);
    let club = format!("groups/{}", id(&club));
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
        "memberOf@odata.bind": [format!("http://here/beta/{club}")],
    });
    for (headers, again) in [(&[KEY][..], &[KEY][..]), (FIRST, AGAIN)] {
        let made = world.sent(&ada(), "users", headers, &kari).ok(201);
        let own = format!("users/{}", id(&made));
        let manager = json!({"@odata.id": reference(ADA)}).to_string();
        assert_eq!(world.send(&ada(), Method::PUT, &format!("{own}/manager/$ref"), &[], &manager).status, 204);
        assert_eq!(world.delete(&ada(), &format!("{club}/members/{}/$ref", id(&made))).status, 204);
        let log = world.log_length();
        assert_eq!(world.sent(&ada(), "users", again, &kari).ok(201)["id"], made["id"]);
        assert_eq!(world.get(&ada(), &format!("{own}/manager")).ok(200)["id"], json!(ADA));
        assert_eq!(world.get(&ada(), &format!("{own}/memberOf")).ok(200)["value"], json!([]));
        assert_eq!(world.log_length(), log);
        assert_eq!(world.delete(&ada(), &own).status, 204);
    }
    assert_eq!(world.findings(), Vec::<String>::new());
}

/// A repeat is known before it is asked what it is related to.
#[test]
fn what_was_related_may_be_gone() {
    let world = World::new();
    let club = world.sent(&ada(), "groups", &[], &json!({"displayName": "Club"})).ok(201);
    let boss = json!({"userPrincipalName": "boss@fjord.example", "displayName": "Boss"});
    let boss = world.sent(&ada(), "users", &[], &boss).ok(201);
    let (by_id, by_name) = (reference(id(&boss)), "http://here/beta/users/boss@fjord.example");
    let person = |name: &str, manager: &str| {
        json!({
            "userPrincipalName": name, "displayName": "Kari", "manager@odata.bind": manager,
            "memberOf@odata.bind": [format!("http://here/beta/groups/{}", id(&club))],
        })
    };
    let sent: Vec<(&str, Json)> = vec![
        ("users", person("kari@fjord.example", &by_id)),
        ("users", person("ola@fjord.example", by_name)),
        ("groups", json!({"displayName": "Others", "members@odata.bind": [by_id, reference(GRACE)]})),
        ("groups", json!({"displayName": "More", "members@odata.bind": [by_name]})),
    ];
    let key = |number: usize| format!("key-{number}");
    let send = |(number, (url, body)): (usize, &(&str, Json))| {
        world.sent(&ada(), url, &[("idempotency-key", &key(number))], body).ok(201)
    };
    let made: Vec<Json> = sent.iter().enumerate().map(send).collect();
    for gone in [format!("groups/{}", id(&club)), format!("users/{}", id(&boss))] {
        assert_eq!(world.delete(&ada(), &gone).status, 204);
    }
    let again: Vec<Json> = sent.iter().enumerate().map(send).collect();
    assert_eq!(again, made);
    // A request that comes for the first time is told.
    let other = person("per@fjord.example", by_name);
    assert_eq!(world.sent(&ada(), "users", &[KEY], &other).status, 404);
    // Nor is it asked for what another request's key is.
    world.sent(&ada(), "users", &[("idempotency-key", "key-0")], &other).error(422, "idempotencyKeyReused");
}

#[test]
fn what_was_cut_short_is_finished() {
    for (headers, again) in [(&[KEY][..], &[KEY][..]), (FIRST, AGAIN)] {
        let world = World::new();
        // Who is above her cannot report to her.
        let kari = json!({
            "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
            "directReports@odata.bind": [reference(GRACE)],
        });
        world.sent(&ada(), "users", headers, &kari).error(400, "BadRequest");
        let own = "users/kari@fjord.example";
        world.sent(&ada(), "users", again, &kari).error(400, "BadRequest");
        // What was done meanwhile stays; what is missing is done, and then nothing any more.
        let manager = json!({"@odata.id": reference(ADA)}).to_string();
        assert_eq!(world.send(&ada(), Method::PUT, &format!("{own}/manager/$ref"), &[], &manager).status, 204);
        for _ in 0..2 {
            world.sent(&ada(), "users", again, &kari).ok(201);
            assert_eq!(world.get(&ada(), &format!("{own}/manager")).ok(200)["id"], json!(ADA));
        }
        let reports = || world.get(&ada(), &format!("{own}/directReports")).ok(200)["value"].clone();
        assert_eq!(reports()[0]["id"], json!(GRACE));
        assert_eq!(world.delete(&ada(), &format!("users/{GRACE}/manager/$ref")).status, 204);
        world.sent(&ada(), "users", again, &kari).ok(201);
        assert_eq!(reports(), json!([]));
        assert_eq!(world.findings(), Vec::<String>::new());
    }
}

#[test]
fn what_is_related_already_stays_so() {
    let world = World::new();
    let grace = format!("http://here/beta/users/{GRACE}");
    let club = json!({"displayName": "Club", "members@odata.bind": [grace]});
    let made = world.sent(&ada(), "groups", &[KEY], &club).ok(201);
    assert_eq!(world.sent(&ada(), "groups", &[KEY], &club).ok(201)["id"], made["id"]);
    let members = world.get(&ada(), &format!("groups/{}/members", id(&made))).ok(200);
    assert_eq!(members["value"].as_array().unwrap().len(), 1);
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": grace,
        "memberOf@odata.bind": [format!("http://here/beta/groups/{}", id(&made))],
    });
    let person = world.sent(&ada(), "users", &[KEY], &kari).ok(201);
    assert_eq!(world.sent(&ada(), "users", &[KEY], &kari).ok(201)["id"], person["id"]);
    // Who asks anew is told.
    let again = json!({"members@odata.bind": [grace]});
    world.patch(&ada(), &format!("groups/{}", id(&made)), &again).error(400, "BadRequest");
}

#[test]
fn settings_are_made_once() {
    let world = World::new();
    let caller = testing::person(TENANT, ADA, "PeopleSettings.ReadWrite.All");
    let caller = testing::with_roles(caller, "people administrator");
    let url = "admin/people/profileSources";
    let source = json!({"sourceId": "hr", "displayName": "HR", "webUrl": "https://hr.fjord.example"});
    let made = world.sent(&caller, url, &[KEY], &source).ok(201);
    assert_eq!(world.sent(&caller, url, &[KEY], &source).ok(201)["id"], made["id"]);
    world.sent(&caller, url, &[], &source).error(409, "nameAlreadyExists");
    assert_eq!(world.notes(TENANT, PartitionKind::Settings), Some((1, 0)));
    assert_eq!(world.get(&caller, url).ok(200)["value"].as_array().unwrap().len(), 1);
    assert_eq!(world.findings(), Vec::<String>::new());
    // Settings are cleared; that the request was carried out is none.
    assert_eq!(world.delete(&caller, "admin/people").status, 204);
    world.sent(&caller, url, &[KEY], &source).error(409, "idempotencyKeySpent");
}

#[test]
fn parts_of_a_batch_have_keys_of_their_own() {
    let world = World::new();
    let part = |id: &str, key: &str, body: &Json| {
        json!({"id": id, "method": "POST", "url": "/me/profile/skills", "body": body,
            "headers": {"Content-Type": "application/json", "Idempotency-Key": key}})
    };
    let grouped = |part: Json| {
        let mut part = part;
        part["atomicityGroup"] = json!("g");
        part
    };
    let parts = [part("1", "a", &rust()), part("2", "a", &rust()), part("3", "b", &rust())];
    let answers = world.batch(&ada(), &parts);
    assert_eq!(answers[0].1["id"], answers[1].1["id"]);
    assert_eq!(world.batch(&ada(), &parts)[2].1["id"], answers[2].1["id"]);
    assert_eq!(world.skills(), 2);
    // Of a group that fails nothing is remembered; one that succeeds is remembered whole.
    let bad = part("2", "d", &json!({"displayNaam": ""}));
    world.batch(&ada(), &[grouped(part("1", "c", &rust())), grouped(bad)]);
    assert_eq!(world.skills(), 2);
    let group = [part("1", "c", &rust()), part("2", "c", &rust()), part("3", "d", &rust())].map(grouped);
    let made = world.batch(&ada(), &group);
    assert_eq!(made[0].1["id"], made[1].1["id"]);
    assert_eq!(world.batch(&ada(), &group), made);
    assert_eq!(world.skills(), 4);
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn a_batch_comes_again_as_a_whole() {
    let world = World::new();
    let part = |id: &str| {
        json!({"id": id, "method": "POST", "url": "/me/profile/skills", "body": rust(),
            "headers": {"Content-Type": "application/json"}})
    };
    let parts = [part("1"), part("2")];
    for (number, (first, again)) in (1..).zip([
        (&[("idempotency-key", "\"k\"")][..], &[("idempotency-key", "k")][..]),
        (&[("client-request-id", "b")], &[("client-request-id", "b"), ("retry-attempt", "1")]),
    ]) {
        let made = world.batch_with(&ada(), first, &parts);
        assert_ne!(made[0].1["id"], made[1].1["id"]);
        assert_eq!(world.batch_with(&ada(), again, &parts), made);
        assert_eq!(world.skills(), 2 * number);
    }
}

/// What is kept of a request, and the ids that follow from it, are nothing that somebody could compute who guesses the request.
#[test]
fn what_is_noted_and_the_ids_that_follow_depend_on_the_key_of_the_service() {
    let kept = |key| {
        let world = World::keyed(key);
        world.sent(&ada(), SKILLS, &[("Idempotency-Key", "1")], &rust()).ok(201);
        world.sent(&ada(), SKILLS, FIRST, &rust()).ok(201);
        let body =
            json!({"displayName": "Crew", "mailNickname": "crew", "mailEnabled": false, "securityEnabled": true});
        let group = world.sent(&app("robot", "Group.ReadWrite.All"), "groups", &[KEY], &body).ok(201);
        let partition = PartitionKey { owner: ADA, tenant: TENANT, kind: PartitionKind::User };
        let snapshot = world.wait(world.store().snapshot(partition)).unwrap().unwrap();
        let note = |collection| {
            let item = snapshot.items(collection).next().unwrap();
            let said = item.body.split(|byte| *byte == b',').next().unwrap().to_vec();
            (item.id.clone(), said)
        };
        (note(KEYS), note(ATTEMPTS), id(&group))
    };
    let (one, same, other) = (kept([1; 32]), kept([1; 32]), kept([2; 32]));
    assert_eq!(one, same);
    assert!(one.0.0 != other.0.0 && one.0.1 != other.0.1);
    assert!(one.1.0 != other.1.0 && one.1.1 != other.1.1);
    assert_ne!(one.2, other.2);
}

#[test]
fn nobody_sees_what_is_noted() {
    let (noting, plain) = (World::new(), World::new());
    for (world, headers) in [(&noting, &[KEY][..]), (&plain, &[])] {
        for headers in [headers, if headers.is_empty() { headers } else { FIRST }] {
            world.sent(&ada(), SKILLS, headers, &rust()).ok(201);
        }
    }
    let auditor =
        testing::with_roles(testing::person(TENANT, GRACE, "AuditLog.Read.All"), "auditor, people administrator");
    for url in ["me/profile", "me", "users?$expand=profile", "me/profile/skills?$count=true", "me?$expand=memberOf"] {
        for caller in [ada(), grace("User.Read.All"), app("robot", "User.Read.All, Profile.ReadAllAudiences")] {
            let [one, other] = [&noting, &plain].map(|world| world.get(&caller, url));
            assert_eq!((one.status, one.body), (other.status, other.body), "{url}");
        }
    }
    let [one, other] = [&noting, &plain].map(|world| world.get(&auditor, "auditLogs/directoryAudits").ok(200));
    assert_eq!(one, other);
    for url in ["me/profile/$keys", "me/$attempts", "me/profile/%24keys"] {
        assert!((400..=404).contains(&noting.get_raw(&ada(), url)), "{url}");
    }
    // They outlive the profile, and go with the person.
    assert_eq!(noting.notes(ADA, PartitionKind::User), Some((1, 1)));
    assert_eq!(noting.delete(&ada(), "me/profile").status, 204);
    noting.sent(&ada(), SKILLS, &[KEY], &rust()).error(409, "idempotencyKeySpent");
    assert_eq!(noting.delete(&ada(), &format!("users/{ADA}")).status, 204);
    assert_eq!(noting.notes(ADA, PartitionKind::User), None);
}
