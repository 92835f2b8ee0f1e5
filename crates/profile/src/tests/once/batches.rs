//! POSTs within batches that come again.

use super::*;

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

/// Requests that build on what others of the batch make do so on what these made before.
#[test]
fn parts_that_build_on_others_come_again() {
    let world = World::new();
    let part = |id: &str, url: &str, body: Json| {
        json!({"id": id, "method": "POST", "url": url, "body": body,
            "headers": {"Content-Type": "application/json"}})
    };
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
    });
    let mut skill = part("2", "$1/profile/skills", rust());
    skill["dependsOn"] = json!(["1"]);
    let parts = [part("1", "/users", kari), skill, part("3", "/groups", json!({"displayName": "Club"}))];
    let (first, again) = (&[("client-request-id", "b")][..], [("client-request-id", "b"), ("retry-attempt", "1")]);
    for (first, again) in [(&[("idempotency-key", "k")][..], &[("idempotency-key", "k")][..]), (first, &again)] {
        let made = world.batch_with(&ada(), first, &parts);
        assert!(made.iter().all(|(status, _)| *status == 201), "{made:?}");
        let own = format!("users/{}", id(&made[0].1));
        assert_eq!(world.delete(&ada(), &format!("{own}/manager/$ref")).status, 204);
        assert_eq!(world.batch_with(&ada(), again, &parts), made);
        assert_eq!(world.get(&ada(), &format!("{own}/manager")).status, 404);
        assert_eq!(world.delete(&ada(), &own).status, 204);
        // Of who is gone there is nothing to show, nor to build on.
        let statuses: Vec<_> = world.batch_with(&ada(), again, &parts).into_iter().map(|(status, _)| status).collect();
        let is_keyed = again.len() == 1;
        assert_eq!(statuses, if is_keyed { [409, 424, 201] } else { [201, 201, 201] });
    }
    // One key, two contents.
    let headers = json!({"Content-Type": "application/json", "Idempotency-Key": "own"});
    let keyed = |id: &str, name: &str| {
        let mut part = part(id, "/me/profile/skills", json!({ "displayName": name }));
        part["headers"] = headers.clone();
        part
    };
    let statuses =
        |parts: &[Json]| world.batch(&ada(), parts).into_iter().map(|(status, _)| status).collect::<Vec<_>>();
    assert_eq!(statuses(&[keyed("1", "C"), keyed("2", "Rust"), keyed("3", "C")]), [201, 422, 201]);
    assert_eq!(world.skills(), 1);
    assert_eq!(world.findings(), Vec::<String>::new());
}
