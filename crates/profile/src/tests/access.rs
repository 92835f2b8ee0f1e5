//! Who may do and see what: scopes, roles, audiences.

use auth::{Caller, testing};
use http::Method;
use serde_json::json;
use uuid::Uuid;

use super::harness::{ADA, TENANT, World, ada, app, grace};
use crate::{AppWrites, Settings};

/// The status and code of a request on an item of Ada's that the organization may see.
fn try_it(world: &World, caller: &Caller, method: &Method, url: &str) -> (u16, String) {
    let body = if matches!(*method, Method::POST | Method::PATCH) { "{}" } else { "" };
    let answer = world.send(caller, method.clone(), url, &[], body);
    (answer.status, answer.body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn scopes_and_roles_admit_as_the_table_says() {
    let world = World::with(Settings::default());
    let created = world.post(&ada(), "me/profile/skills", &json!({})).ok(201);
    let others = format!("users/{ADA}/profile/skills/{}", created["id"].as_str().unwrap());
    let administrator = |scopes| testing::with_roles(grace(scopes), "people administrator");
    let denied = (403, "Authorization_RequestDenied");
    let role = (403, "ErrorAccessDeniedForRole");
    let ok = (200, "");
    for (caller, method, url, expect) in [
        (grace("User.Read"), Method::GET, "me/profile/skills", ok),
        (grace("User.ReadBasic.All"), Method::GET, "me/profile", ok),
        (grace("Group.Read.All"), Method::GET, "me/profile", denied),
        (grace(""), Method::GET, "me", denied),
        (grace("User.Read"), Method::GET, others.as_str(), denied),
        (grace("User.ReadWrite"), Method::GET, others.as_str(), denied),
        (grace("User.ReadBasic.All"), Method::GET, others.as_str(), ok),
        (grace("User.Read.All"), Method::GET, others.as_str(), ok),
        (grace("User.Read.All"), Method::POST, "me/profile/skills", denied),
        (grace("User.ReadWrite"), Method::POST, "me/profile/skills", (201, "")),
        (grace("User.ReadWrite"), Method::PATCH, others.as_str(), denied),
        (grace("User.ReadWrite.All"), Method::PATCH, others.as_str(), role),
        (administrator("User.ReadWrite"), Method::PATCH, others.as_str(), denied),
        (administrator("User.ReadWrite.All"), Method::PATCH, others.as_str(), ok),
        (grace("User.Read"), Method::GET, "users", denied),
        (grace("User.ReadBasic.All"), Method::GET, "users", ok),
        (grace("User.ReadWrite.All"), Method::POST, "users", role),
        (grace("User.ReadWrite.All"), Method::PATCH, "me", role),
        (app("robot", "User.Read.All"), Method::GET, "me", (400, "BadRequest")),
        (app("robot", "User.Read"), Method::GET, others.as_str(), denied),
        (app("robot", "User.ReadBasic.All"), Method::GET, others.as_str(), denied),
        (app("robot", "User.ReadBasic.All"), Method::GET, "users", ok),
        (app("robot", "User.Read.All"), Method::GET, others.as_str(), ok),
        (app("robot", "User.Read.All"), Method::PATCH, others.as_str(), denied),
        (app("robot", "User.ReadWrite.All"), Method::PATCH, others.as_str(), ok),
    ] {
        let (status, code) = try_it(&world, &caller, &method, url);
        assert_eq!((status, code.as_str()), expect, "{method} {url} with {:?}", caller.scopes);
    }
    let strict = World::with(Settings { app_writes: AppWrites::Documentation, ..Settings::default() });
    let url = format!("users/{ADA}/profile/skills");
    assert_eq!(try_it(&strict, &app("robot", "User.ReadWrite.All"), &Method::POST, &url), (role.0, role.1.to_owned()));
}

#[test]
fn audiences_hide_items_from_every_kind_of_answer() {
    let world = World::new();
    let guest = testing::with_roles(grace("User.Read.All"), "guest");
    let member = grace("User.Read.All");
    let robot = app("robot", "User.Read.All");
    let special = app("robot", "User.Read.All Profile.ReadAllAudiences");
    for (audience, by_member, by_guest, by_app) in [
        ("me", false, false, false),
        ("family,contacts", false, false, false),
        ("groupMembers", false, false, false),
        ("organization", true, false, true),
        ("federatedOrganizations", true, true, true),
        ("everyone", true, true, true),
    ] {
        let created = world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": audience})).ok(201);
        let list = format!("users/{ADA}/profile/skills");
        let item = format!("{list}/{}", created["id"].as_str().unwrap());
        for (caller, sees) in
            [(&member, by_member), (&guest, by_guest), (&robot, by_app), (&special, true), (&ada(), true)]
        {
            assert_eq!(world.get(caller, &item).status, if sees { 200 } else { 404 }, "{audience}");
            let count = usize::from(sees);
            assert_eq!(world.get(caller, &list).ok(200)["value"].as_array().unwrap().len(), count, "{audience}");
            assert_eq!(world.get(caller, &format!("{list}/$count")).ok(200), json!(count));
            assert_eq!(world.get(caller, &format!("{list}?$count=true&$top=0")).ok(200)["@odata.count"], count);
            let profile = world.get(caller, &format!("users/{ADA}/profile")).ok(200);
            assert_eq!(profile["skills"].as_array().unwrap().len(), count);
        }
        // Hidden and absent are one answer.
        let hidden = world.get(&grace("User.Read.All"), &item);
        if hidden.status == 404 {
            assert_eq!(hidden.body, world.get(&member, &format!("{list}/{}", Uuid::nil())).body);
        }
        world.delete(&ada(), &item);
    }
}

#[test]
fn an_unconfirmed_inference_is_between_owner_and_app() {
    let world = World::new();
    let url = format!("users/{ADA}/profile/skills");
    let writer = app("guesser", "User.ReadWrite.All");
    let created = world.post(&writer, &url, &json!({"inference": {"confidenceScore": 0.5}})).ok(201);
    assert_eq!(created["createdBy"]["user"], json!(null));
    assert_eq!(created["createdBy"]["application"]["id"], "guesser");
    let item = format!("{url}/{}", created["id"].as_str().unwrap());
    for (caller, status) in
        [(ada(), 200), (writer, 200), (app("other", "User.Read.All"), 404), (grace("User.Read.All"), 404)]
    {
        assert_eq!(world.get(&caller, &item).status, status);
    }
    world.patch(&ada(), &item, &json!({"inference": {"userHasVerifiedAccuracy": true}})).ok(200);
    assert_eq!(world.get(&grace("User.Read.All"), &item).ok(200)["inference"]["confidenceScore"], 0.5);
}

#[test]
fn another_tenant_sees_nobody() {
    let world = World::new();
    world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "everyone"})).ok(201);
    let mut stranger = ada();
    stranger.tenant = Uuid::from_u128(1);
    for url in [
        "users/ada@fjord.example".to_owned(),
        format!("users/{ADA}"),
        format!("users/{ADA}/profile/skills"),
        "me".into(),
        "me/profile".into(),
    ] {
        world.get(&stranger, &url).error(404, "Request_ResourceNotFound");
    }
    assert_eq!(world.get(&stranger, "users").ok(200)["value"], json!([]));
    assert_eq!(TENANT, ada().tenant);
    let message = world
        .get(&testing::person(TENANT, Uuid::from_u128(5), "User.Read"), "me/profile")
        .error(404, "Request_ResourceNotFound");
    assert!(message.contains("just-in-time"), "{message}");
}

#[test]
fn what_its_owner_rejects_is_not_guessed_again() {
    let world = World::new();
    let (guesser, other) = (app("guesser", "User.ReadWrite.All"), app("other", "User.ReadWrite.All"));
    let url = format!("users/{ADA}/profile/skills");
    let guess = |name: &str| json!({"displayName": name, "inference": {"confidenceScore": 0.5}});
    let make = |caller: &Caller, name: &str| world.post(caller, &url, &guess(name));
    let id = |made: serde_json::Value| format!("{url}/{}", made["id"].as_str().unwrap());
    // Taken back by the app itself, or removed by someone who administers people: no rejection.
    assert_eq!(world.delete(&guesser, &id(make(&guesser, "Go").ok(201))).status, 204);
    let administrator = testing::with_roles(grace("User.ReadWrite.All"), "people administrator");
    assert_eq!(world.delete(&administrator, &id(make(&guesser, "Go").ok(201))).status, 204);
    assert_eq!(world.delete(&ada(), &id(make(&guesser, "Go").ok(201))).status, 204);
    for spelling in ["Go", "go", " GO "] {
        let message = make(&guesser, spelling).error(409, "conflict");
        assert!(message.contains("rejected"), "{message}");
    }
    // Another guess, another app, another collection, and what is no guess.
    let made = id(make(&guesser, "Golf").ok(201));
    make(&other, "Go").ok(201);
    world.post(&guesser, &format!("users/{ADA}/profile/interests"), &guess("Go")).ok(201);
    world.post(&guesser, &url, &json!({"displayName": "Go"})).ok(201);
    world.patch(&guesser, &made, &json!({"displayName": "go"})).error(409, "conflict");
    // The whole page at once, what has no name too.
    let phones = format!("users/{ADA}/profile/phones");
    let phone = |number: &str| json!({"number": number, "inference": {"confidenceScore": 1}});
    world.post(&guesser, &phones, &phone("1")).ok(201);
    assert_eq!(world.delete(&ada(), "me/profile").status, 204);
    world.post(&guesser, &phones, &phone("1")).error(409, "conflict");
    world.post(&guesser, &phones, &phone("2")).ok(201);
    make(&guesser, "golf").error(409, "conflict");
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn no_app_confirms_a_guess() {
    let world = World::new();
    let guesser = app("guesser", "User.ReadWrite.All");
    let url = format!("users/{ADA}/profile/skills");
    let sure = json!({"inference": {"confidenceScore": 0.5, "userHasVerifiedAccuracy": true}});
    world.post(&guesser, &url, &sure).error(400, "BadRequest");
    let made = world.post(&guesser, &url, &json!({"inference": {"confidenceScore": 0.5}})).ok(201);
    let item = format!("{url}/{}", made["id"].as_str().unwrap());
    let message = world.patch(&guesser, &item, &sure).error(400, "BadRequest");
    assert!(message.contains("owner"), "{message}");
    assert_eq!(world.get(&grace("User.Read.All"), &item).status, 404);
    world.patch(&ada(), &item, &sure).ok(200);
    // What administrators enter for someone is what they were told.
    let administrator = testing::with_roles(grace("User.ReadWrite.All"), "people administrator");
    world.post(&administrator, &url, &sure).ok(201);
    world.patch(&guesser, &item, &json!({"displayName": "Go"})).ok(200);
    assert_eq!(world.get(&grace("User.Read.All"), &item).status, 200);
}

#[test]
fn what_is_kept_out_of_searches_is_on_the_page_only() {
    let world = World::new();
    let hidden = json!({"displayName": "Rust", "isSearchable": false});
    let made = world.post(&ada(), "me/profile/skills", &hidden).ok(201);
    for caller in [ada(), grace("User.Read.All"), app("robot", "User.Read.All Profile.ReadAllAudiences")] {
        let page = format!("users/{ADA}/profile/skills");
        world.get(&caller, &format!("{page}/{}", made["id"].as_str().unwrap())).ok(200);
        for url in [page.clone(), format!("{page}?$filter=displayName eq 'Rust'"), format!("{page}?$search=Rust")] {
            assert_eq!(world.get(&caller, &url).ok(200)["value"].as_array().unwrap().len(), 1, "{url}");
        }
        let profile = world.get(&caller, &format!("users/{ADA}?$expand=profile")).ok(200);
        assert_eq!(profile["profile"]["skills"].as_array().unwrap().len(), 1);
        for condition in [
            "profile/skills/any(s:s/displayName eq 'Rust')",
            "profile/skills/any()",
            "profile/skills/$count($search=Rust) ge 1",
        ] {
            let url = format!("users/$count?$filter={condition}");
            assert_eq!(world.get(&caller, &url).ok(200), json!(0), "{condition}");
        }
        let all = world.get(&caller, "users?$expand=profile&$orderby=displayName").ok(200);
        assert_eq!(all["value"][0]["profile"]["skills"], json!([]));
    }
}

#[test]
fn an_answer_says_why_it_is_what_it_is() {
    let world = World::new();
    let made = world.post(&ada(), "me/profile/skills", &json!({"displayName": "Rust"})).ok(201);
    let secret = world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "me"})).ok(201);
    let url = format!("users/{ADA}/profile/skills");
    let explain = |caller: &Caller, url: &str| {
        let answer = world.send(caller, Method::GET, url, &[("prefer", "explain")], "");
        let applied = answer.headers.get("preference-applied").map(|value| value.to_str().unwrap().to_owned());
        (answer.body["@vitae.explain"].clone(), applied)
    };
    let member = grace("User.Read.All");
    for url in [url.clone(), format!("users/{ADA}/profile"), format!("{url}/{}", made["id"].as_str().unwrap())] {
        let (why, applied) = explain(&member, &url);
        let text = why.to_string();
        assert_eq!(applied.as_deref(), Some("explain"), "{url}");
        assert_eq!(why.as_array().unwrap().len(), 3, "{text}");
        assert!(text.contains("member of the tenant") && text.contains("User.Read.All"), "{text}");
        assert!(text.contains("`organization`, of which `organization` admits you"), "{text}");
        // Not a word of what is hidden.
        assert!(!text.contains(secret["id"].as_str().unwrap()), "{text}");
    }
    assert_eq!(explain(&ada(), &url).0.as_array().unwrap().len(), 4);
    assert!(explain(&app("robot", "User.Read.All"), "users").0.to_string().contains("app without a person"));
    // Hidden and absent are one answer still.
    let hidden = format!("{url}/{}", secret["id"].as_str().unwrap());
    let headers = &[("prefer", "explain")][..];
    let [hidden, absent] =
        [hidden, format!("{url}/{}", Uuid::nil())].map(|url| world.send(&member, Method::GET, &url, headers, ""));
    assert_eq!((hidden.status, hidden.body), (404, absent.body));
    // Nobody is told who does not ask.
    assert_eq!(world.get(&member, &url).ok(200)["@vitae.explain"], json!(null));
}

#[test]
fn a_collection_is_as_full_as_it_looks() {
    let world = World::with(Settings { items_per_collection: 3, ..Settings::default() });
    let url = format!("users/{ADA}/profile/skills");
    let add = |caller: &Caller, audience: &str| world.post(caller, &url, &json!({"allowedAudiences": audience}));
    let (robot, other) = (app("robot", "User.ReadWrite.All"), app("other", "User.ReadWrite.All"));
    add(&ada(), "me").ok(201);
    add(&ada(), "me").ok(201);
    // An app that fills a collection must not be able to count what is hidden from it.
    let fill = |caller: &Caller, audience: &str| {
        let full = (0..9).map(|_| add(caller, audience)).find(|answer| answer.status != 201).unwrap();
        full.error(400, "quotaLimitReached")
    };
    let message = fill(&robot, "me");
    assert!(message.contains("holds 3 items"), "{message}");
    assert_eq!(world.get(&robot, &format!("{url}/$count")).ok(200), json!(3));
    assert_eq!(fill(&other, "organization"), message);
    assert_eq!(world.get(&other, &format!("{url}/$count")).ok(200), json!(3));
    assert_eq!(add(&ada(), "me").error(400, "quotaLimitReached"), message);
}

#[test]
fn who_clears_a_profile_clears_what_they_see() {
    let world = World::new();
    let add = |audience: &str| {
        world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": audience})).ok(201);
    };
    let (robot, count) = (app("robot", "User.ReadWrite.All"), "me/profile/skills/$count");
    add("me");
    add("organization");
    assert_eq!(world.delete(&robot, &format!("users/{ADA}/profile")).status, 204);
    assert_eq!(world.get(&ada(), count).ok(200), json!(1), "what it does not see is still there");
    assert_eq!(world.delete(&ada(), "me/profile").status, 204);
    assert_eq!(world.get(&ada(), count).ok(200), json!(0));
}

#[test]
fn without_a_token_nobody_is_there_who_shows_nothing() {
    let world = World::with(Settings { public_pages: true, ..Settings::default() });
    let nobody = Caller::nobody(TENANT);
    let told = |who: &str, rest: &str| world.get(&nobody, &format!("users/{who}/profile{rest}"));
    world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "federatedOrganizations"})).ok(201);
    for rest in ["", "/skills", "/skills/$count", "/languages", "?$expand=skills"] {
        for who in [ADA.to_string(), "ada@fjord.example".into(), "ADA@fjord.example".into()] {
            let hidden = told(&who, rest).error(404, "Request_ResourceNotFound");
            let absent = told("bob@fjord.example", rest).error(404, "Request_ResourceNotFound");
            assert_eq!(hidden, absent.replace("bob@fjord.example", &who), "{rest}");
        }
    }
    world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "everyone"})).ok(201);
    assert_eq!(told("ada@fjord.example", "/skills").ok(200)["value"].as_array().unwrap().len(), 1);
    assert_eq!(told("ada@fjord.example", "/languages").ok(200)["value"], json!([]));
}

#[test]
fn guests_see_the_basic_properties_of_others() {
    let world = World::new();
    world.patch(&ada(), &format!("users/{ADA}"), &json!({"jobTitle": "Pilot"})).ok(200);
    let guest = testing::with_roles(grace("User.Read.All"), "guest");
    for url in [format!("users/{ADA}"), "users?$top=1".to_owned(), "users?$filter=jobTitle eq 'Pilot'".to_owned()] {
        let answer = |caller: &Caller| world.get(caller, &url).ok(200).to_string();
        assert!(!answer(&guest).contains("Pilot"), "{url}");
        assert!(answer(&grace("User.Read.All")).contains("Pilot"), "{url}");
    }
    assert!(world.get(&guest, "me").ok(200).get("jobTitle").is_some(), "all of their own");
}
