//! What a tenant sets about people, and what of that decides about profiles.

use auth::{Caller, testing};
use serde_json::{Value as Json, json};

use super::harness::{ADA, TENANT, World, ada, app, grace};

/// Ada as who administers people, with the scopes of settings alone.
fn administrator() -> Caller {
    testing::with_roles(testing::person(TENANT, ADA, "PeopleSettings.ReadWrite.All"), "people administrator")
}

const RULES: &str = "admin/people/profilePropertySettings";

#[test]
fn settings_of_which_there_is_one_exist_always() {
    let world = World::new();
    for (name, member, initial, changed) in [
        ("pronouns", "isEnabledInOrganization", json!(false), json!(true)),
        ("namePronunciation", "isEnabledInOrganization", json!(false), json!(true)),
        ("itemInsights", "disabledForGroup", json!(null), json!("some group")),
        ("photoUpdateSettings", "allowedRoles", json!([]), json!(["62e90394-69f5-4237-9190-012177145e10"])),
    ] {
        let url = format!("admin/people/{name}");
        let before = world.get(&administrator(), &url).ok(200);
        assert_eq!((&before["id"], &before[member]), (&json!(TENANT), &initial), "{name}");
        assert_eq!(world.patch(&administrator(), &url, &json!({member: changed})).ok(200)[member], changed, "{name}");
        assert_eq!(world.get(&administrator(), &url).ok(200)[member], changed, "{name}");
        assert_eq!(world.delete(&administrator(), &url).status, 204);
        assert_eq!(world.delete(&administrator(), &url).status, 204);
        assert_eq!(world.get(&administrator(), &url).ok(200)[member], initial, "{name}");
    }
    let whole = world.get(&administrator(), "admin/people").ok(200);
    assert_eq!(whole["id"], json!(TENANT));
    world.get(&administrator(), "admin").ok(200);
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn entries_are_made_found_changed_and_removed() {
    let world = World::new();
    for (name, key, body, change) in [
        ("profilePropertySettings", "name", json!({"name": "skills", "displayName": "a"}), json!({"displayName": "b"})),
        ("profileSources", "sourceId", json!({"sourceId": "hr", "displayName": "a"}), json!({"displayName": "b"})),
        (
            "profileCardProperties",
            "directoryPropertyName",
            json!({"directoryPropertyName": "fax"}),
            json!({"isVisible": false}),
        ),
    ] {
        let list = format!("admin/people/{name}");
        let made = world.post(&administrator(), &list, &body).ok(201);
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!(made[key], body[key]);
        assert!(name != "profileCardProperties" || id == "fax");
        assert!(world.post(&administrator(), &list, &body).error(409, "nameAlreadyExists").contains("one for each"));
        let url = format!("{list}/{id}");
        let changed = world.patch(&administrator(), &url, &change).ok(200);
        let (member, value) = change.as_object().unwrap().iter().next().unwrap();
        assert_eq!(&changed[member], value);
        assert_eq!(world.get(&administrator(), &url).ok(200)[member], *value);
        assert_eq!(world.get(&administrator(), &format!("{list}/$count")).ok(200), json!(1));
        let filter = format!("{list}?$filter={key} eq '{}'&$count=true", body[key].as_str().unwrap());
        assert_eq!(world.get(&administrator(), &filter).ok(200)["@odata.count"], 1);
        assert_eq!(world.delete(&administrator(), &url).status, 204);
        world.get(&administrator(), &url).error(404, "itemNotFound");
        world.delete(&administrator(), &url).error(404, "itemNotFound");
    }
    let made = world.post(&administrator(), "admin/people/profileSources", &json!({"sourceId": "hr"})).ok(201);
    assert_eq!(world.get(&administrator(), "admin/people/profileSources(sourceId='hr')").ok(200)["id"], made["id"]);
    world.get(&administrator(), "admin/people/profileSources(sourceId='other')").error(404, "itemNotFound");
    world.post(&administrator(), "admin/people/profileSources", &json!({})).error(400, "BadRequest");
    assert_eq!(world.findings(), Vec::<String>::new());
    assert_eq!(world.delete(&administrator(), "admin/people").status, 204);
    assert_eq!(world.get(&administrator(), "admin/people/profileSources/$count").ok(200), json!(0));
}

#[test]
fn a_rule_says_something_of_a_collection_once() {
    let world = World::new();
    let post = |body: Json| world.post(&administrator(), RULES, &body);
    post(json!({"prioritizedSourceUrls": ["https://hr.example"]})).ok(201);
    post(json!({"displayName": "again, without a name"})).error(409, "nameAlreadyExists");
    // What says nothing of audiences may name what it likes, as in Graph.
    post(json!({"name": "jobTitle"})).ok(201);
    for decides in [json!({"allowedAudiences": "me"}), json!({"defaultAudiences": "me"}), json!({"shownConfidence": 1})]
    {
        let mut body = decides.clone();
        body["name"] = json!("skill");
        let message = post(body).error(400, "BadRequest");
        assert!(message.contains("`skill`") && message.contains("skills"), "{message}");
    }
    post(json!({"name": "skills", "shownConfidence": 1.5})).error(400, "BadRequest");
    let made = post(json!({"name": "skills", "allowedAudiences": "organization"})).ok(201);
    let url = format!("{RULES}/{}", made["id"].as_str().unwrap());
    world.patch(&administrator(), &url, &json!({"name": "nothing"})).error(400, "BadRequest");
    post(json!({"name": "notes"})).ok(201);
    world.patch(&administrator(), &url, &json!({"name": "notes"})).error(409, "nameAlreadyExists");
    assert_eq!(world.patch(&administrator(), &url, &json!({"name": "awards"})).ok(200)["name"], "awards");
}

#[test]
fn settings_take_their_scope_and_role() {
    let world = World::new();
    let read = "PeopleSettings.Read.All";
    let write = "PeopleSettings.ReadWrite.All";
    let as_administrator = |scopes| testing::with_roles(grace(scopes), "people administrator");
    let denied = Some((403, "Authorization_RequestDenied"));
    let role = Some((403, "ErrorAccessDeniedForRole"));
    for (caller, reading, writing) in [
        (as_administrator(read), None, denied),
        (as_administrator(write), None, None),
        (as_administrator("User.ReadWrite.All"), denied, denied),
        (grace(write), role, role),
        (app("robot", read), None, denied),
        (app("robot", write), None, None),
        (app("robot", "User.ReadWrite.All Profile.ReadAllAudiences"), denied, denied),
    ] {
        for url in ["admin", "admin/people", "admin/people/pronouns", RULES, &format!("{RULES}/$count")] {
            let answer = world.get(&caller, url);
            match reading {
                None => assert_eq!(answer.status, 200, "{url} {:?}", caller.scopes),
                Some((status, code)) => _ = answer.error(status, code),
            }
        }
        let answers = [
            world.patch(&caller, "admin/people/pronouns", &json!({"isEnabledInOrganization": true})),
            world.post(&caller, RULES, &json!({"name": format!("p{}", caller.app.id)})),
            world.delete(&caller, "admin/people/pronouns"),
        ];
        for answer in answers {
            match writing {
                None => assert!(answer.status < 300, "{:#}", answer.body),
                Some((status, code)) => _ = answer.error(status, code),
            }
        }
    }
}

#[test]
fn one_tenant_does_not_set_for_another() {
    let world = World::new();
    world.post(&administrator(), RULES, &json!({"name": "skills", "allowedAudiences": "me"})).ok(201);
    let mut stranger = administrator();
    stranger.tenant = uuid::Uuid::from_u128(1);
    assert_eq!(world.get(&stranger, RULES).ok(200)["value"], json!([]));
}

#[test]
fn a_ceiling_narrows_and_a_default_fills_in() {
    let world = World::new();
    let colleague = grace("User.Read.All");
    let skills = format!("users/{ADA}/profile/skills");
    let seen = |collection: &str| {
        let url = format!("users/{ADA}/profile/{collection}/$count");
        world.get(&colleague, &url).ok(200).as_u64().unwrap()
    };
    let made = world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "everyone"})).ok(201);
    world.post(&ada(), "me/profile/notes", &json!({"allowedAudiences": "everyone"})).ok(201);
    assert_eq!((seen("skills"), seen("notes")), (1, 1));
    let rule = world.post(&administrator(), RULES, &json!({"name": "skills", "allowedAudiences": "me"})).ok(201);
    assert_eq!((seen("skills"), seen("notes")), (0, 1));
    let item = format!("{skills}/{}", made["id"].as_str().unwrap());
    let hidden = world.get(&colleague, &item);
    assert_eq!(hidden.body, world.get(&colleague, &format!("{skills}/{}", uuid::Uuid::nil())).body);
    assert_eq!(world.get(&ada(), &item).ok(200)["allowedAudiences"], "everyone", "the item itself stays as it is");
    let url = format!("{RULES}/{}", rule["id"].as_str().unwrap());
    // Two audiences of which neither contains the other bit for bit: a member of the organization is in both.
    world.patch(&administrator(), &url, &json!({"allowedAudiences": "organization"})).ok(200);
    assert_eq!(seen("skills"), 1);
    let guest = testing::with_roles(grace("User.Read.All"), "guest");
    world.get(&guest, &item).error(404, "itemNotFound");
    // The rule for all holds where none for the collection says otherwise.
    let all =
        world.post(&administrator(), RULES, &json!({"allowedAudiences": "me", "defaultAudiences": "family"})).ok(201);
    assert_eq!((seen("skills"), seen("notes")), (1, 0));
    let created = |collection: &str| {
        world.post(&ada(), &format!("me/profile/{collection}"), &json!({})).ok(201)["allowedAudiences"].clone()
    };
    assert_eq!((created("skills"), created("notes")), (json!("family"), json!("family")));
    world.patch(&administrator(), &url, &json!({"defaultAudiences": "me"})).ok(200);
    assert_eq!((created("skills"), created("notes")), (json!("me"), json!("family")));
    world.delete(&administrator(), &format!("{RULES}/{}", all["id"].as_str().unwrap()));
    assert_eq!((created("skills"), created("notes")), (json!("me"), json!("organization")));
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn a_tenant_may_show_guesses_that_are_sure_enough() {
    let world = World::new();
    let writer = app("guesser", "User.ReadWrite.All");
    let url = format!("users/{ADA}/profile/skills");
    for sure in [0.2, 0.8] {
        world.post(&writer, &url, &json!({"inference": {"confidenceScore": sure}})).ok(201);
    }
    let seen = |caller: &Caller| world.get(caller, &format!("{url}/$count")).ok(200);
    assert_eq!((seen(&grace("User.Read.All")), seen(&writer)), (json!(0), json!(2)));
    world.post(&administrator(), RULES, &json!({"name": "skills", "shownConfidence": 0.8})).ok(201);
    assert_eq!((seen(&grace("User.Read.All")), seen(&app("other", "User.Read.All"))), (json!(1), json!(1)));
}
