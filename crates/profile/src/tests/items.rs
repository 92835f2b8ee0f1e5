//! Items of the lists within profiles, by their position.

use http::Method;
use serde_json::json;

use super::harness::{ADA, World, ada, grace};

#[test]
fn items_of_lists_are_changed_one_by_one() {
    let world = World::new();
    let skill = json!({"displayName": "Rust", "categories": ["work", "play"], "allowedAudiences": "organization"});
    let made = world.post(&ada(), "me/profile/skills", &skill).ok(201);
    let path = format!("me/profile/skills/{}/categories", made["id"].as_str().unwrap());
    assert_eq!(world.get(&ada(), &format!("{path}/0")).ok(200)["value"], "work");
    assert_eq!(world.get(&ada(), &format!("{path}/-1")).ok(200)["value"], "play");
    assert_eq!(world.get_raw(&ada(), &format!("{path}/-1/$value")), 200);
    world.get(&ada(), &format!("{path}/2")).error(404, "itemNotFound");
    let put = |position: &str, text: &str| {
        let body = json!({"value": text}).to_string();
        world.send(&ada(), Method::PUT, &format!("{path}/{position}"), &[], &body).status
    };
    assert_eq!([put("0", "home"), put("-1", "art"), put("-3", "none")], [204, 204, 404]);
    assert_eq!(world.get(&ada(), &path).ok(200)["value"], json!(["home", "art"]));
    assert_eq!(world.delete(&ada(), &format!("{path}/0")).status, 204);
    assert_eq!(world.get(&ada(), &path).ok(200)["value"], json!(["art"]));
    // Others see what they see of the item, and change nothing.
    let others = path.replace("me/", &format!("users/{ADA}/"));
    let viewer = grace("User.Read.All");
    assert_eq!(world.get(&viewer, &format!("{others}/0")).ok(200)["value"], "art");
    assert_eq!(world.delete(&viewer, &format!("{others}/0")).status, 403);
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn items_hold_values_of_their_own() {
    let world = World::new();
    let people = json!([{"displayName": "Grace", "relationship": "manager"}, {"displayName": "Alan"}]);
    let position = json!({"detail": {"jobTitle": "Engineer"}, "colleagues": people});
    let made = world.post(&ada(), "me/profile/positions", &position).ok(201);
    let path = format!("me/profile/positions/{}/colleagues", made["id"].as_str().unwrap());
    assert_eq!(world.get(&ada(), &format!("{path}/1/displayName")).ok(200)["value"], "Alan");
    let one = world.get(&ada(), &format!("{path}/0?$select=relationship")).ok(200);
    assert_eq!(one["relationship"], "manager");
    assert!(one["@odata.context"].as_str().unwrap().ends_with("#microsoft.graph.relatedPerson(relationship)"), "{one}");
    let patched = world.patch(&ada(), &format!("{path}/-1"), &json!({"relationship": "colleague"}));
    assert_eq!(patched.status, 204);
    let both = world.get(&ada(), &path).ok(200);
    assert_eq!(both["value"][1]["displayName"], "Alan", "what the change does not name stays");
    assert_eq!(both["value"][1]["relationship"], "colleague");
    // Where entities are listed, the same segment is a key.
    world.get(&ada(), "me/profile/positions/0").error(404, "itemNotFound");
}
