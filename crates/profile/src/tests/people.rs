//! People: made, found, changed, renamed, deleted.

use auth::Caller;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::harness::{ADA, GRACE, TENANT, World, ada, grace};
use crate::Settings;

#[test]
fn a_person_is_found_by_id_and_by_name_in_any_case() {
    let world = World::new();
    let me = world.get(&ada(), "me").ok(200);
    for url in [
        format!("users/{ADA}"),
        format!("users('{ADA}')"),
        "users/ADA@fjord.example".into(),
        "Users('ada%40FJORD.example')".into(),
        "users(userPrincipalName='ada@fjord.example')".into(),
    ] {
        assert_eq!(world.get(&ada(), &url).ok(200), me, "{url}");
    }
    let names: Vec<_> =
        me.as_object().unwrap().keys().map(String::as_str).filter(|name| !name.starts_with('@')).collect();
    let mut expected = vec![
        "businessPhones",
        "displayName",
        "givenName",
        "id",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(me["@odata.context"], "http://here/beta/$metadata#users/$entity");
    for url in ["users/nobody@fjord.example", &format!("users/{}", ADA.to_string().to_uppercase()), "users/%00"] {
        let status = world.get(&ada(), url).status;
        assert!(status == 404 || url.ends_with("%00"), "{url}: {status}");
    }
    world.get(&ada(), "users/nobody@fjord.example/profile/skills").error(404, "Request_ResourceNotFound");
}

#[test]
fn letters_that_only_look_alike_or_fold_alike_name_nobody() {
    let world = World::new();
    world.post(&ada(), "users", &json!({"displayName": "K", "userPrincipalName": "kari.s@fjord.example"})).ok(201);
    world.get(&ada(), "users/KARI.S@fjord.example").ok(200);
    for name in [
        "\u{212A}ari.s@fjord.example",
        "kari.\u{17F}@fjord.example",
        "k\u{430}ri.s@fjord.example",
        "\u{FF4B}ari.s@fjord.example",
    ] {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        world.get(&ada(), &format!("users/{encoded}")).error(404, "Request_ResourceNotFound");
        world.post(&ada(), "users", &json!({"displayName": "K", "userPrincipalName": name})).error(400, "BadRequest");
    }
}

#[test]
fn a_person_is_made_changed_renamed_and_deleted() {
    let world = World::new();
    let body = json!({
        "accountEnabled": true, "displayName": "Zoë", "userPrincipalName": "zoe@fjord.example", "department": "Tides",
        "passwordProfile": {"password": "secret"}, "hireDate": "2020-01-01T00:00:00+02:00", "otherMails": ["z@example.org"],
    });
    let made = world.post(&ada(), "users", &body).ok(201);
    let url = format!("users/{}", made["id"].as_str().unwrap());
    let all = world.get(&ada(), &format!("{url}?$select=*")).ok(200);
    assert_eq!((&all["department"], &all["mailNickname"]), (&json!("Tides"), &json!("zoe")));
    assert_eq!(all["hireDate"], "2019-12-31T22:00:00Z");
    assert!(!all.to_string().contains("secret"));

    world.post(&ada(), &format!("{url}/profile/account"), &json!({})).ok(201);
    world
        .post(&ada(), "users", &json!({"displayName": "Z", "userPrincipalName": "ZOE@fjord.example"}))
        .error(409, "nameAlreadyExists");
    let renamed =
        world.patch(&ada(), &url, &json!({"userPrincipalName": "zoey@fjord.example", "surname": null})).ok(200);
    assert_eq!(renamed["displayName"], "Zoë");
    world.get(&ada(), "users/zoe@fjord.example").error(404, "Request_ResourceNotFound");
    let account = world.get(&ada(), "users/zoey@fjord.example/profile/account").ok(200);
    assert_eq!(account["value"][0]["userPrincipalName"], "zoey@fjord.example");
    world.patch(&ada(), &url, &json!({"userPrincipalName": "grace@FJORD.example"})).error(409, "nameAlreadyExists");
    world.get(&ada(), "users/zoey@fjord.example").ok(200);

    assert_eq!(world.delete(&ada(), &url).status, 204);
    world.get(&ada(), &url).error(404, "Request_ResourceNotFound");
    world.get(&ada(), &format!("{url}/profile")).error(404, "Request_ResourceNotFound");
    world.post(&ada(), "users", &json!({"displayName": "Z", "userPrincipalName": "zoey@fjord.example"})).ok(201);
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn what_is_known_of_graph_but_not_kept_is_said() {
    let world = World::new();
    let message =
        world.patch(&ada(), "users/grace@fjord.example", &json!({"usageRights": []})).error(400, "BadRequest");
    assert!(message.contains("does not keep"), "{message}");
    for (body, code) in [
        (json!({"displayName": null}), "BadRequest"),
        (json!({"displayName": " "}), "BadRequest"),
        (json!({"userPrincipalName": "no at sign"}), "BadRequest"),
        (json!({"userPrincipalName": "grаce@fjord.example"}), "BadRequest"),
        (json!({"nonsense": 1}), "RequestBodyRead"),
        (json!({"profile": {}}), "BadRequest"),
    ] {
        world.patch(&ada(), &format!("users/{GRACE}"), &body).error(400, code);
    }
    let answer = world.post(&ada(), "users", &json!({}));
    let targets: Vec<_> =
        answer.body["error"]["details"].as_array().unwrap().iter().map(|detail| detail["target"].clone()).collect();
    assert_eq!(targets, ["/displayName", "/userPrincipalName"]);
}

#[test]
fn people_are_listed_in_order_of_creation_in_pages() {
    let world = World::new();
    for number in 0..7 {
        let body =
            json!({"displayName": format!("P{}", 9 - number), "userPrincipalName": format!("p{number}@fjord.example")});
        world.post(&ada(), "users", &body).ok(201);
    }
    let mut names = Vec::new();
    let mut url = "users?$top=4&$select=displayName&$count=true".to_owned();
    loop {
        let page = world.get(&ada(), &url).ok(200);
        assert_eq!(page["@odata.count"], 9);
        names.extend(
            page["value"].as_array().unwrap().iter().map(|person| person["displayName"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        url = next.strip_prefix("http://here/beta/").unwrap().to_owned();
    }
    assert_eq!(names, ["Ada", "Grace", "P9", "P8", "P7", "P6", "P5", "P4", "P3"]);
    assert_eq!(world.get(&ada(), "users/$count").ok(200), json!(9));
    let ordered = world.get(&ada(), "users?$orderby=displayName%20desc&$top=1").ok(200);
    assert_eq!(ordered["value"][0]["displayName"], "P9");
    let skipped = world.get(&ada(), "users?$skip=8").ok(200);
    assert_eq!(skipped["value"].as_array().unwrap().len(), 1);
}

#[test]
fn basic_scopes_show_basic_properties_of_others() {
    let world = World::new();
    let basic = grace("User.ReadBasic.All");
    let names = |person: &Json| {
        person.as_object().unwrap().keys().filter(|name| !name.starts_with('@')).cloned().collect::<Vec<_>>()
    };
    let other = world.get(&basic, "users/ada@fjord.example").ok(200);
    assert_eq!(names(&other), ["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"]);
    assert!(world.get(&basic, "me").ok(200).get("jobTitle").is_some());
    // Nor does the tag tell that something else was changed.
    let tags = |caller: &Caller| world.get(caller, "users/ada@fjord.example").ok(200)["@odata.etag"].clone();
    let before = (tags(&basic), tags(&ada()));
    world.patch(&ada(), &format!("users/{ADA}"), &json!({"jobTitle": "Pilot"})).ok(200);
    assert_eq!(tags(&basic), before.0);
    assert_ne!(tags(&ada()), before.1);
    world.patch(&ada(), &format!("users/{ADA}"), &json!({"surname": "Berg"})).ok(200);
    assert_ne!(tags(&basic), before.0);
    let list = world.get(&basic, "users?$select=id,jobTitle").ok(200);
    assert!(list["value"].as_array().unwrap().iter().all(|person| names(person) == ["id"]));
}

#[test]
fn a_fixture_is_refused_whole_person_by_person() {
    let world = World::new();
    let bad = json!({"userPrincipalName": "x@fjord.example", "displayName": "X", "profile": {"skills": [{"proficiency": "wizard"}]}});
    let message = world.load(std::slice::from_ref(&bad)).unwrap_err();
    assert!(message.contains("person 0 (`x@fjord.example`)") && message.contains("/proficiency"), "{message}");
    world.get(&ada(), "users/x@fjord.example").error(404, "Request_ResourceNotFound");
    let twice = json!({"userPrincipalName": "ADA@fjord.example", "displayName": "X"});
    let message = world.load(&[twice]).unwrap_err();
    assert!(message.starts_with("person 0 (`ADA@fjord.example`): another person has"), "{message}");
    for (nameless, label) in [
        (json!({"id": Uuid::from_u128(9), "displayName": "X"}), "person 0 (`00000000-0000-0000-0000-000000000009`): "),
        (json!({"displayName": "X"}), "person 0 (`X`): "),
        (json!(7), "person 0: "),
    ] {
        let message = world.load(&[nameless]).unwrap_err();
        assert!(message.starts_with(label), "{message}");
    }
}

#[test]
fn a_fixture_that_contradicts_itself_is_refused_before_anyone_is_written() {
    let world = World::with(Settings { items_per_collection: 2, ..Settings::default() });
    let person = |id: u128, name: &str, skills: Json| json!({"id": Uuid::from_u128(id), "userPrincipalName": name, "displayName": "X", "profile": {"skills": skills}});
    let skill = json!({"id": Uuid::from_u128(9)});
    let wrong = json!([{}, {"displayName": 1, "proficiency": "wizard"}]);
    for (second, expect) in [
        (
            person(2, "X@fjord.example", json!([])),
            "person 1 (`X@fjord.example`): /userPrincipalName: person 0 (`x@fjord.example`) has it already",
        ),
        (
            person(1, "y@fjord.example", json!([])),
            "person 1 (`y@fjord.example`): /id: person 0 (`x@fjord.example`) has it already",
        ),
        (
            person(2, "y@fjord.example", json!([skill, skill])),
            "/profile/skills/1/id: another item of the list has it already",
        ),
        (person(2, "y@fjord.example", json!([{}, {}, {}])), "/profile/skills: found 3 items, expected at most 2"),
        (
            person(2, "y@fjord.example", wrong),
            "/profile/skills/1/displayName: found the number `1`, expected a string; /profile/skills/1/proficiency: ",
        ),
        (person(2, "y@fjord.example", json!([7])), "/profile/skills/0: found the number `7`, expected an object"),
        (person(2, "y@fjord.example", json!([{"id": 7}])), "/profile/skills/0/id: found an `id` that is no GUID"),
    ] {
        let message = world.load(&[person(1, "x@fjord.example", json!([])), second]).unwrap_err();
        assert!(message.starts_with("person 1 ") && message.contains(expect), "{message}");
        world.get(&ada(), "users/x@fjord.example").error(404, "Request_ResourceNotFound");
    }
    let message = world.load(&[person(ADA.as_u128(), "z@fjord.example", json!([]))]).unwrap_err();
    assert!(message.contains("z@fjord.example") && message.contains(&ADA.to_string()), "{message}");
}

/// A rename is a claim, a commit, a binding and a release; a crash or an impatient client can end it between any two.
#[test]
fn names_left_by_a_rename_cut_short_mean_nobody() {
    let world = World::new();
    let (claimed, left) = ("claimed@fjord.example", "left@fjord.example");
    let name = |name: &str| json!({"displayName": "X", "userPrincipalName": name});
    let now = world.post(&ada(), "me/profile/skills", &json!({})).ok(201)["createdDateTime"].clone();
    let now = edm::DateTimeOffset::parse(now.as_str().unwrap()).unwrap().ticks();
    // Before the commit the new name is claimed, after it the old one is still bound.
    world.wait(world.store().claim(TENANT, claimed.into(), GRACE, now)).unwrap();
    world.wait(world.store().claim(TENANT, left.into(), GRACE, now)).unwrap();
    assert!(world.wait(world.store().bind(TENANT, left.into(), GRACE)).unwrap());
    for url in [format!("users/{claimed}"), format!("users/{left}"), format!("users('{left}')/profile")] {
        world.get(&ada(), &url).error(404, "Request_ResourceNotFound");
    }
    world.delete(&ada(), &format!("users/{left}")).error(404, "Request_ResourceNotFound");
    // What may still be under way is not taken over, what cannot be is.
    world.post(&ada(), "users", &name(claimed)).error(409, "nameAlreadyExists");
    let taker = world.post(&ada(), "users", &name(left)).ok(201);
    assert_eq!(world.get(&ada(), &format!("users/{left}")).ok(200)["id"], taker["id"]);
    for _ in 0..60 {
        world.post(&ada(), "me/profile/skills", &json!({})).ok(201);
    }
    world.post(&ada(), "users", &name(claimed)).ok(201);
    world.patch(&ada(), &format!("users/{GRACE}"), &name(left)).error(409, "nameAlreadyExists");
    world.get(&ada(), "users/grace@fjord.example").ok(200);
}

#[test]
fn a_rename_cut_short_can_be_repeated() {
    let world = World::new();
    let name = json!({"userPrincipalName": "hopper@fjord.example"});
    for bound in [false, true] {
        world.wait(world.store().claim(TENANT, "hopper@fjord.example".into(), GRACE, 0)).unwrap();
        if bound {
            world.wait(world.store().bind(TENANT, "hopper@fjord.example".into(), GRACE)).unwrap();
        }
        world.patch(&ada(), &format!("users/{GRACE}"), &name).ok(200);
        assert_eq!(world.get(&ada(), "users/hopper@fjord.example").ok(200)["id"], GRACE.to_string());
        world.patch(&ada(), &format!("users/{GRACE}"), &json!({"userPrincipalName": "grace@fjord.example"})).ok(200);
        world.get(&ada(), "users/hopper@fjord.example").error(404, "Request_ResourceNotFound");
    }
}
