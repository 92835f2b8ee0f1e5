//! POSTs that an SDK tries again.

use super::*;

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

/// Something of each kind, related to others where it can be.
fn things() -> [(&'static str, Json); 3] {
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
    });
    let club = json!({"displayName": "Club", "members@odata.bind": [reference(GRACE)]});
    [(SKILLS, rust()), ("users", kari), ("groups", club)]
}

/// A first try hangs before it makes anything. Its sender tries again elsewhere and is answered; then the first goes
/// on.
#[test]
fn a_first_try_that_was_overtaken_makes_nothing_more() {
    let world = World::new();
    for (url, body) in things() {
        let arrival = world.exchange();
        let made = world.sent(&ada(), url, AGAIN, &body).ok(201);
        let first = world.send_in(arrival, &ada(), Method::POST, url, FIRST, &body.to_string()).ok(201);
        assert_eq!(first["id"], made["id"], "{url}");
    }
    // One that arrives later is another.
    let arrival = world.exchange();
    let made = world.sent(&ada(), "me/profile/notes", AGAIN, &json!({})).ok(201);
    assert_ne!(world.sent(&ada(), "me/profile/notes", FIRST, &json!({})).ok(201)["id"], made["id"]);
    // By now the id is the name of none.
    let first = world.send_in(arrival, &ada(), Method::POST, "me/profile/notes", FIRST, "{}").ok(201);
    assert_ne!(first["id"], made["id"]);
    assert_eq!(world.findings(), Vec::<String>::new());
}

/// What a further try has made was removed when one that arrived before it, the first or another, goes on.
#[test]
fn what_is_gone_is_not_made_again_by_a_try_that_was_overtaken() {
    let world = World::new();
    for (url, body) in things() {
        let arrival = world.exchange();
        let made = world.sent(&ada(), url, &[ID, ("retry-attempt", "2")], &body).ok(201);
        assert_eq!(world.delete(&ada(), &format!("{url}/{}", id(&made))).status, 204);
        for headers in [FIRST, AGAIN] {
            let late = world.send_in(arrival.clone(), &ada(), Method::POST, url, headers, &body.to_string());
            assert!(late.error(409, "idempotencyKeySpent").contains("another try of this request"), "{url}");
        }
        // One that arrives now is meant.
        world.sent(&ada(), url, AGAIN, &body).ok(201);
    }
    assert_eq!(world.findings(), Vec::<String>::new());
}
