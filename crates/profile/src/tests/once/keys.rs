//! POSTs with a key of their own.

use super::*;
use crate::Settings;

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
