//! What auditors read of what was done, and who else is turned away.

use auth::{Caller, testing};
use engine::{Exchange, Request};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::sighting::{Seen, noted};

use super::harness::{ADA, GRACE, TENANT, World, ada, app, grace};

const LOG: &str = "/auditLogs/directoryAudits";
const AUDITOR: Uuid = Uuid::from_u128(0xa0d);

/// Somebody who reads the log and nothing else.
fn auditor() -> Caller {
    testing::with_roles(testing::person(TENANT, AUDITOR, "AuditLog.Read.All"), "auditor")
}

/// A world in which a few things were done, and the ids of Ada's two skills.
fn busy() -> (World, [String; 2]) {
    let world = World::new();
    let post = |body: Json| world.post(&ada(), "/me/profile/skills", &body).ok(201)["id"].as_str().unwrap().to_owned();
    let open = post(json!({"displayName": "Rust"}));
    let own = post(json!({"displayName": "Knitting", "allowedAudiences": "me"}));
    world.patch(&ada(), &format!("/me/profile/skills/{open}"), &json!({"displayName": "Go"})).ok(200);
    (world, [open, own])
}

fn list(world: &World, caller: &Caller, query: &str) -> Vec<Json> {
    let mut all = Vec::new();
    let mut url = format!("{LOG}{query}");
    loop {
        let page = world.get(caller, &url).ok(200);
        all.extend(page["value"].as_array().unwrap().iter().cloned());
        match page["@odata.nextLink"].as_str() {
            Some(next) => url = next.strip_prefix("http://here/beta").unwrap().to_owned(),
            None => return all,
        }
    }
}

fn words(entries: &[Json]) -> Vec<&str> {
    entries.iter().map(|entry| entry["activityDisplayName"].as_str().unwrap()).collect()
}

#[test]
fn the_latest_comes_first_in_the_shape_of_graph() {
    let (world, [open, _]) = busy();
    let entries = list(&world, &auditor(), "");
    let expected = ["Update profile item", "Add profile item", "Add profile item", "Load user", "Load user"];
    assert_eq!(words(&entries), expected);
    let first = &entries[0];
    assert_eq!(first["category"], "ProfileManagement");
    assert_eq!((&first["operationType"], &first["result"]), (&json!("Update"), &json!("success")));
    assert_eq!((&first["correlationId"], &first["loggedByService"]), (&json!("r"), &json!("Vitae")));
    let by = &first["initiatedBy"];
    assert_eq!(by["user"]["id"], ADA.to_string());
    assert_eq!(
        (&by["user"]["displayName"], &by["user"]["userPrincipalName"]),
        (&json!("Ada"), &json!("ada@fjord.example"))
    );
    assert!(by["app"]["appId"].is_string());
    let targets = &first["targetResources"];
    assert_eq!((&targets[0]["id"], &targets[0]["type"]), (&json!(ADA.to_string()), &json!("User")));
    assert_eq!((&targets[1]["id"], &targets[1]["type"]), (&json!(open), &json!("skillProficiency")));
    let changed = &targets[1]["modifiedProperties"].as_array().unwrap();
    let name = changed.iter().find(|property| property["displayName"] == "displayName").unwrap();
    assert_eq!((&name["oldValue"], &name["newValue"]), (&json!("\"Rust\""), &json!("\"Go\"")));
    let times: Vec<_> = entries.iter().map(|entry| entry["activityDateTime"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    let id = first["id"].as_str().unwrap();
    let alone = world.get(&auditor(), &format!("{LOG}/{id}")).ok(200);
    assert_eq!(alone["targetResources"], *targets);
}

#[test]
fn only_auditors_read_it() {
    let (world, _) = busy();
    let turned_away = [
        (ada(), "Authorization_RequestDenied", "AuditLog.Read.All"),
        (grace("User.ReadWrite.All"), "Authorization_RequestDenied", "AuditLog.Read.All"),
        (app("a", "User.ReadWrite.All"), "Authorization_RequestDenied", "AuditLog.Read.All"),
        (grace("AuditLog.Read.All"), "ErrorAccessDeniedForRole", "`auditor`"),
    ];
    for (caller, code, expected) in turned_away {
        for url in [LOG.to_owned(), format!("{LOG}/$count"), format!("{LOG}/user_{ADA}_1_0"), format!("{LOG}/x")] {
            let message = world.get(&caller, &url).error(403, code);
            assert!(message.contains(expected), "{message}");
        }
    }
    assert_eq!(list(&world, &app("a", "AuditLog.Read.All"), "").len(), 5);
    for method in [World::delete, |world: &World, caller: &Caller, url: &str| world.post(caller, url, &json!({}))] {
        method(&world, &auditor(), &format!("{LOG}/user_{ADA}_1_0")).error(405, "Request_BadRequest");
    }
    let elsewhere = testing::with_roles(testing::person(Uuid::from_u128(9), AUDITOR, "AuditLog.Read.All"), "auditor");
    assert_eq!(list(&world, &elsewhere, ""), Vec::<Json>::new());
    world.get(&elsewhere, &format!("{LOG}/user_{ADA}_1_0")).error(404, "itemNotFound");
}

#[test]
fn values_the_auditor_may_not_see_are_left_out() {
    let (world, [open, own]) = busy();
    let told = |caller: &Caller| list(&world, caller, "").iter().map(Json::to_string).collect::<String>();
    let text = told(&auditor());
    assert!(text.contains("Rust") && !text.contains("Knitting"), "{text}");
    let entries = list(&world, &auditor(), "");
    let hidden = entries.iter().find(|entry| entry["targetResources"][1]["id"] == json!(own)).unwrap();
    assert_eq!(hidden["targetResources"][1]["modifiedProperties"], json!([]));
    assert_eq!(hidden["additionalDetails"], json!([{"key": "redacted", "value": own}]));
    // Hidden later: what it was before is told in the record of that time only.
    world
        .patch(&ada(), &format!("/me/profile/skills/{open}"), &json!({"allowedAudiences": "me", "displayName": "C"}))
        .ok(200);
    let latest = &list(&world, &auditor(), "")[0];
    assert_eq!(latest["targetResources"][1]["modifiedProperties"], json!([]));
    let administrator = testing::with_roles(auditor(), "auditor, people administrator");
    assert!(told(&administrator).contains("Knitting"));
    let herself = testing::with_roles(testing::person(TENANT, ADA, "AuditLog.Read.All"), "auditor");
    assert!(told(&herself).contains("Knitting"));
    let guest = testing::with_roles(auditor(), "auditor, guest");
    assert!(!told(&guest).contains("Rust"));
}

#[test]
fn what_was_erased_says_so() {
    let (world, _) = busy();
    world.post(&grace("User.ReadWrite"), "/me/profile/skills", &json!({"displayName": "Weaving"})).ok(201);
    world.delete(&ada(), &format!("/users/{GRACE}")).ok(204);
    let entries = list(&world, &auditor(), "");
    assert_eq!(words(&entries)[..2], ["Delete user", "Add profile item"]);
    assert_eq!(entries[1]["additionalDetails"][0]["key"], "erased");
    assert_eq!(entries[1]["initiatedBy"]["user"]["id"], GRACE.to_string());
    assert_eq!(entries[1]["initiatedBy"]["user"]["displayName"], Json::Null);
    assert!(!entries.iter().map(Json::to_string).collect::<String>().contains("Weaving"));
    assert_eq!(world.findings(), Vec::<String>::new());
    assert_eq!(world.wait(world.store().verify()), Ok(vec![]));
}

#[test]
fn it_is_filtered_ordered_counted_and_paged() {
    let (world, _) = busy();
    let all = list(&world, &auditor(), "");
    for size in 1..6 {
        let page = world.get(&auditor(), &format!("{LOG}?$top={size}&$count=true")).ok(200);
        assert_eq!(page["value"].as_array().unwrap()[..], all[..size.min(all.len())]);
        let answer = world.send(&auditor(), http::Method::GET, LOG, &[("prefer", &format!("maxpagesize={size}"))], "");
        let next = answer.ok(200)["@odata.nextLink"]
            .as_str()
            .map(|next| next.strip_prefix("http://here/beta").unwrap().to_owned());
        if let Some(next) = next {
            assert_eq!(world.get(&auditor(), &next).ok(200)["value"][0], all[size]);
        }
    }
    assert_eq!(list(&world, &auditor(), "?$skip=2")[..], all[2..]);
    assert_eq!(world.get(&auditor(), &format!("{LOG}/$count")).ok(200), json!(5));
    let counted = world.get(&auditor(), &format!("{LOG}?$count=true&$top=1")).ok(200);
    assert_eq!(counted["@odata.count"], 5);
    let filtered = |filter: &str| list(&world, &auditor(), &format!("?$filter={}", filter.replace(' ', "%20"))).len();
    assert_eq!(filtered("operationType eq 'Update'"), 1);
    assert_eq!(filtered("category eq 'ProfileManagement' and activityDisplayName eq 'Add profile item'"), 2);
    assert_eq!(filtered(&format!("initiatedBy/user/id eq '{ADA}'")), 4);
    assert_eq!(filtered(&format!("targetResources/any(t:t/id eq '{GRACE}')")), 1);
    assert_eq!(filtered("startswith(initiatedBy/user/userPrincipalName,'ada@')"), 4);
    let oldest = list(&world, &auditor(), "?$orderby=activityDateTime%20asc");
    assert_eq!(oldest.last(), all.first());
}

#[test]
fn each_change_of_a_group_has_an_entry() {
    let world = World::new();
    let request = |id: u32| {
        json!({"id": id.to_string(), "method": "POST", "url": "/me/profile/skills", "atomicityGroup": "g",
            "headers": {"Content-Type": "application/json"}, "body": {"displayName": format!("Skill {id}")}})
    };
    let answers = world.batch(&ada(), &[request(1), request(2), request(3)]);
    assert!(answers.iter().all(|(status, _)| *status == 201), "{answers:?}");
    let all = list(&world, &auditor(), "");
    assert_eq!(all.len(), 5);
    for size in 1..5 {
        let mut paged = Vec::new();
        let mut url = Some(LOG.to_owned());
        while let Some(next) = url {
            let page = world
                .send(&auditor(), http::Method::GET, &next, &[("prefer", &format!("maxpagesize={size}"))], "")
                .ok(200);
            paged.extend(page["value"].as_array().unwrap().iter().cloned());
            url =
                page["@odata.nextLink"].as_str().map(|next| next.strip_prefix("http://here/beta").unwrap().to_owned());
        }
        assert_eq!(paged, all);
    }
    for entry in &all {
        let id = entry["id"].as_str().unwrap();
        assert_eq!(world.get(&auditor(), &format!("{LOG}/{id}")).ok(200)["targetResources"], entry["targetResources"]);
    }
}

/// What is noted while a caller reads.
pub(super) fn seen(world: &World, caller: &Caller, path: &str) -> Seen {
    let exchange = Exchange { request_id: "r7".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
    let (method, headers, body) = (http::Method::GET, &http::HeaderMap::new(), bytes::Bytes::new());
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let request = Request { method, root: "http://here/beta", path, query, headers, body, exchange };
    let (answer, seen) = world.wait(noted(world.service.serve(caller, &request)));
    assert_eq!(answer.status, 200);
    seen
}

#[test]
fn what_is_seen_beyond_ones_audience_is_recorded() {
    let world = World::new();
    let add = |body: Json| {
        let made = world.post(&grace("User.ReadWrite"), "/me/profile/skills", &body).ok(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let open = add(json!({"displayName": "Rust"}));
    let own = add(json!({"displayName": "Knitting", "allowedAudiences": "me"}));
    let skills = format!("/users/{GRACE}/profile/skills");
    let trusted = app("a", "User.Read.All Profile.ReadAllAudiences");
    for nothing in [
        seen(&world, &grace("User.Read"), "/me/profile/skills"),
        seen(&world, &ada(), &format!("{skills}/{open}")),
        seen(&world, &ada(), &format!("/users/{GRACE}")),
        seen(&world, &app("a", "User.Read.All"), &skills),
    ] {
        assert!(nothing.is_empty(), "{nothing:?}");
    }
    for caller in [ada(), trusted] {
        for path in [skills.clone(), format!("{skills}/{own}"), format!("/users/{GRACE}/profile")] {
            let told = seen(&world, &caller, &path).told(&caller, &"r7".into());
            let text = String::from_utf8(told).unwrap();
            assert!(text.contains(&own) && !text.contains(&open) && !text.contains("Knitting"), "{path}: {text}");
        }
    }
    // What a search leaves out was not seen.
    let unsought = add(json!({"allowedAudiences": "me", "isSearchable": false}));
    let told = seen(&world, &ada(), "/users?$expand=profile").told(&ada(), &"r7".into());
    let text = String::from_utf8(told).unwrap();
    assert!(text.contains(&own) && !text.contains(&unsought), "{text}");
    world.delete(&ada(), &format!("{skills}/{unsought}")).ok(204);
    let told = seen(&world, &ada(), &skills).told(&ada(), &"r7".into());
    let audit = crate::sighting::record(&[told.clone(), told]);
    let partition = store::PartitionKey::log(TENANT);
    let commit = store::Commit { partition, at: i64::MAX / 2, expect: Vec::new(), changes: Vec::new(), audit };
    world.wait(world.store().commit(commit)).unwrap();
    let entries = list(&world, &auditor(), "");
    for entry in &entries[..2] {
        assert_eq!(
            (&entry["activityDisplayName"], &entry["operationType"]),
            (&json!("Read profile item"), &json!("Read"))
        );
        assert_eq!((&entry["correlationId"], &entry["additionalDetails"]), (&json!("r7"), &json!([])));
        assert_eq!(entry["initiatedBy"]["user"]["id"], ADA.to_string());
        let targets: Vec<_> =
            entry["targetResources"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(targets, [json!(GRACE.to_string()), json!(own)]);
    }
}
