//! Whom a person means by `family` and `contacts`.

use auth::{Caller, testing};
use serde_json::json;
use uuid::Uuid;

use super::harness::{ADA, Answer, GRACE, TENANT, World, ada, app, grace};

const FAMILY: &str = "me/audienceLists/family";

fn put(world: &World, caller: &Caller, list: &str, person: Uuid) -> Answer {
    let body = json!({"@odata.id": format!("http://here/beta/users/{person}")});
    world.post(caller, &format!("{list}/$ref"), &body)
}

#[test]
fn lists_decide_who_family_and_contacts_are() {
    let world = World::new();
    let owner = ada();
    let make = |audience: &str| {
        let made = world.post(&owner, "me/profile/skills", &json!({"allowedAudiences": audience})).ok(201);
        format!("users/{ADA}/profile/skills/{}", made["id"].as_str().unwrap())
    };
    let (family, contacts, both) = (make("family"), make("contacts"), make("family,contacts"));
    let viewer = grace("User.Read.All");
    let seen = || [&family, &contacts, &both].map(|url| world.get(&viewer, url).status == 200);
    assert_eq!(seen(), [false, false, false]);
    assert_eq!(put(&world, &owner, FAMILY, GRACE).status, 204);
    assert_eq!(put(&world, &owner, FAMILY, GRACE).status, 204);
    assert_eq!(seen(), [true, false, true]);
    assert_eq!(put(&world, &owner, "me/audienceLists/contacts", GRACE).status, 204);
    assert_eq!(seen(), [true, true, true]);
    let guest = testing::with_roles(viewer.clone(), "guest");
    assert_eq!(world.get(&guest, &contacts).status, 200, "whom the owner means, guest or not");
    let listed = world.get(&owner, FAMILY).ok(200);
    assert_eq!((listed["value"][0]["id"].clone(), listed["value"].as_array().unwrap().len()), (json!(GRACE), 1));
    assert_eq!(world.get(&owner, &format!("{FAMILY}/$ref")).ok(200)["value"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&owner, &format!("{FAMILY}/$count")).ok(200), json!(1));
    // A profile that is cleared is not a list that is cleared.
    assert_eq!(world.delete(&owner, &format!("{FAMILY}/{GRACE}/$ref")).status, 204);
    world.delete(&owner, &format!("{FAMILY}/{GRACE}/$ref")).error(404, "itemNotFound");
    assert_eq!(seen(), [false, true, true]);
    assert_eq!(world.delete(&owner, "me/profile").status, 204);
    assert_eq!(world.get(&owner, "me/audienceLists/contacts/$count").ok(200), json!(1));
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn lists_are_their_keepers_business() {
    let world = World::new();
    assert_eq!(put(&world, &grace("User.ReadWrite.All"), FAMILY, ADA).status, 204);
    let others = format!("users/{GRACE}/audienceLists/family");
    let employee = testing::person(TENANT, ADA, "User.ReadWrite.All");
    let role = "ErrorAccessDeniedForRole";
    world.get(&employee, &others).error(403, role);
    put(&world, &employee, &others, ADA).error(403, role);
    world.get(&app("robot", "User.ReadWrite.All"), &others).error(403, role);
    world.get(&app("robot", "User.ReadBasic.All"), &others).error(403, "Authorization_RequestDenied");
    put(&world, &grace("User.Read"), FAMILY, ADA).error(403, "Authorization_RequestDenied");
    assert_eq!(world.get(&ada(), &others).ok(200)["value"][0]["id"], json!(ADA));
    put(&world, &grace("User.ReadWrite.All"), FAMILY, Uuid::from_u128(77)).error(404, "Request_ResourceNotFound");
    world.get(&grace("User.Read"), "me/audienceLists").ok(200);
    // Who is gone is on no list.
    assert_eq!(world.delete(&ada(), &format!("users/{ADA}")).status, 204);
    assert_eq!(world.get(&grace("User.Read.All"), FAMILY).ok(200)["value"], json!([]));
}

#[test]
fn the_log_does_not_show_lists_to_those_who_read_it() {
    let world = World::new();
    assert_eq!(put(&world, &ada(), FAMILY, GRACE).status, 204);
    let log = |caller: &Caller| {
        let entries = world.get(caller, "auditLogs/directoryAudits").ok(200);
        entries["value"][0]["targetResources"][1]["modifiedProperties"].clone()
    };
    let auditor = testing::person(TENANT, GRACE, "AuditLog.Read.All");
    assert_eq!(log(&testing::with_roles(auditor.clone(), "auditor")), json!([]));
    assert_ne!(log(&testing::with_roles(auditor, "auditor, people administrator")), json!([]));
}
