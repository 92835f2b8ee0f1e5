//! Whom a person means by `family` and `contacts`.

use std::sync::Arc;

use auth::{Caller, testing};
use serde_json::json;
use uuid::Uuid;

use super::counting::Counting;
use super::harness::{ADA, Answer, GRACE, TENANT, World, ada, app, grace};
use super::log::seen;
use crate::Settings;

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
    let reader = Uuid::from_u128(0xa0d);
    let auditor = testing::with_roles(testing::person(TENANT, reader, "AuditLog.Read.All"), "auditor");
    let administrator = testing::with_roles(auditor.clone(), "auditor, people administrator");
    let latest = |caller: &Caller| world.get(caller, "auditLogs/directoryAudits").ok(200)["value"][0].clone();
    let check = |words: &str| {
        let (entry, whole) = (latest(&auditor), latest(&administrator));
        assert_eq!(entry["activityDisplayName"], words);
        assert_eq!(
            (&entry["targetResources"][1]["id"], &entry["targetResources"][1]["displayName"]),
            (&json!(null), &json!("$family"))
        );
        assert!(!entry["targetResources"].to_string().contains(&ADA.to_string()), "{entry:#}");
        assert_eq!(whole["targetResources"][1]["id"], json!(ADA));
    };
    assert_eq!(put(&world, &grace("User.ReadWrite.All"), FAMILY, ADA).status, 204);
    check("Add profile item");
    assert_eq!(world.delete(&grace("User.ReadWrite.All"), &format!("{FAMILY}/{ADA}/$ref")).status, 204);
    check("Delete profile item");
    // Nor when the values were erased, and with them what the item was.
    assert_eq!(world.delete(&ada(), &format!("users/{GRACE}")).status, 204);
    let entries = world.get(&auditor, "auditLogs/directoryAudits").ok(200);
    for entry in &entries["value"].as_array().unwrap()[1..3] {
        assert_eq!(entry["additionalDetails"][0]["key"], "erased");
        assert_eq!(entry["targetResources"][1]["id"], json!(null), "{entry:#}");
    }
}

#[test]
fn administrators_who_read_lists_are_recorded() {
    let world = World::new();
    assert_eq!(put(&world, &grace("User.ReadWrite.All"), FAMILY, ADA).status, 204);
    let list = format!("/users/{GRACE}/audienceLists/family");
    for url in [list.clone(), format!("{list}/{ADA}"), format!("{list}/$count"), format!("{list}/$ref")] {
        let told = seen(&world, &ada(), &url).told(&ada(), &"r7".into());
        let text = String::from_utf8(told.clone()).unwrap();
        assert!(text.contains("$family") && text.contains(&ADA.to_string()), "{url}: {text}");
        assert!(seen(&world, &grace("User.Read.All"), "/me/audienceLists/family").is_empty());
        // Whom the list names stays between its keeper and administrators.
        let audit = crate::sighting::record(&[told]);
        let partition = store::PartitionKey::log(TENANT);
        let commit = store::Commit { partition, at: i64::MAX / 2, expect: Vec::new(), changes: Vec::new(), audit };
        world.wait(world.store().commit(commit)).unwrap();
        let auditor = testing::person(TENANT, Uuid::from_u128(0xa0d), "AuditLog.Read.All");
        let entries = world.get(&testing::with_roles(auditor, "auditor"), "auditLogs/directoryAudits").ok(200);
        let targets = &entries["value"][0]["targetResources"];
        assert_eq!((&targets[0]["id"], &targets[1]["id"]), (&json!(GRACE), &json!(null)), "{targets:#}");
    }
}

#[test]
fn a_keeper_who_goes_meanwhile_is_gone() {
    let store = Arc::new(Counting::default());
    let world = World::over(store.clone(), Settings::default());
    let person = |id: Uuid, name: &str| json!({"id": id, "userPrincipalName": format!("{name}@fjord.example"), "displayName": name});
    let keeper = crate::target::Owner { tenant: TENANT, id: GRACE }.partition();
    let owner = grace("User.ReadWrite.All");
    world.load(&[person(ADA, "ada"), person(GRACE, "grace")]).unwrap();
    store.doom(keeper);
    put(&world, &owner, FAMILY, ADA).error(404, "Request_ResourceNotFound");
    assert!(world.wait(world.store().snapshot(keeper)).unwrap().is_none_or(|left| left.items("$family").is_empty()));
}
