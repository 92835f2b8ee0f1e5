//! The settings that decide who besides members of the tenant is shown something: public pages, partners, explanations.

use super::*;

/// A world with further lines of settings, for all and for the second issuer, in which Ada has an item of each
/// audience.
fn world(settings_of_all: &str, of_keycloak: &str) -> (World, Vec<(&'static str, String)>) {
    let (entra, keycloak) = issuers();
    let place = tempfile::tempdir().expect("a directory for the story");
    settings(place.path(), &entra, &keycloak, "create_people = true", of_keycloak);
    let file = place.path().join("vitae.toml");
    let text = std::fs::read_to_string(&file).expect("it was written just now");
    std::fs::write(&file, format!("{settings_of_all}\n{text}")).expect("a file can be written");
    let server = started(place.path());
    let world = World { entra, keycloak, server, _place: place };
    let ada = world.entra_token(json!({}));
    world.me(&ada).expect(200);
    let make = |audience: &'static str| {
        let body = json!({ "displayName": audience, "allowedAudiences": audience });
        let made = world.ask("POST", "/beta/me/profile/skills", &ada).json(&body).send().expect(201).json();
        (audience, format!("/beta/users/{ADA}/profile/skills/{}", made["id"].as_str().expect("it has an id")))
    };
    let items = ["me", "organization", "federatedOrganizations", "everyone"].map(make).to_vec();
    (world, items)
}

/// A request without a token.
fn anyone(world: &World, method: &str, target: &str) -> Request {
    Request::new(world.server.address(), method, target).host(Some("people.example"))
}

/// The names of skills in a list.
fn names(list: &Value) -> Vec<&str> {
    list["value"].as_array().expect("a list").iter().filter_map(|skill| skill["displayName"].as_str()).collect()
}

#[test]
fn public_pages_show_what_is_for_everyone_and_nothing_else() {
    let (world, items) = world(&format!("public_pages = '{TENANT}'"), "create_people = true");
    let get = |target: &str| anyone(&world, "GET", target).send();
    let skills = format!("/beta/users/{ADA}/profile/skills");
    assert_eq!(names(&get(&skills).expect(200).json()), ["everyone"]);
    assert_eq!(names(&get("/beta/users/ada@fjord.example/profile/skills").expect(200).json()), ["everyone"]);
    assert_eq!(get(&format!("{skills}/$count")).expect(200).text(), "1");
    let absent = get(&format!("{skills}/{GRACE}")).expect(404);
    for (audience, item) in &items {
        let reply = get(item);
        if *audience == "everyone" {
            reply.expect(200);
        } else {
            let reply = reply.expect(404);
            assert_eq!((reply.code(), reply.message()), (absent.code(), absent.message()), "{audience}");
        }
    }
    // Grace shows nothing to everyone: she is as little there as who is not.
    world.me(&world.keycloak_token(1, json!({}))).expect(200);
    for rest in ["", "/skills", "/skills/$count"] {
        let told = |who: &str| {
            let reply = get(&format!("/beta/users/{who}/profile{rest}")).expect(404);
            (reply.code(), reply.message().replace(who, "WHO"))
        };
        assert_eq!(told("grace@fjord.example"), told("nobody@fjord.example"));
        assert_eq!(told(GRACE), told("cccccccc-cccc-4ccc-8ccc-cccccccccccc"));
    }
    let (item, person) = (&items[3].1, format!("/beta/users/{ADA}"));
    for target in ["/beta/users", "/beta/users/$count", &person, "/beta/groups", "/beta/admin/people"] {
        let reply = get(target).expect(401);
        assert!(reply.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")), "{target}");
    }
    for (method, target) in [("PATCH", item), ("DELETE", item), ("POST", &skills)] {
        anyone(&world, method, target).json(&json!({ "displayName": "X" })).send().expect(401);
    }
    // A token that is no good is refused, not overlooked.
    world.ask("GET", &skills, "abc").send().expect(401);
    world.ask("GET", &skills, &world.entra_token(json!({ "exp": now() - 600 }))).send().expect(401);
    let batch = json!({ "requests": [
        { "id": "1", "method": "GET", "url": format!("/users/{ADA}/profile/skills") },
        { "id": "2", "method": "GET", "url": "/users" },
    ] });
    let answered = anyone(&world, "POST", "/beta/$batch").json(&batch).send().expect(200).json();
    let status = |id: &str| {
        let answers = answered["responses"].as_array().expect("answers");
        answers.iter().find(|answer| answer["id"] == id).expect("an answer to each")["status"].clone()
    };
    assert_eq!((status("1"), status("2")), (json!(200), json!(401)));
}

#[test]
fn without_public_pages_everything_takes_a_token() {
    let (world, items) = world("", "");
    for target in items.iter().map(|(_, item)| item.as_str()).chain(["/beta/users/ada@fjord.example/profile"]) {
        anyone(&world, "GET", target).send().expect(401);
    }
    // Nor are pages of another tenant public.
    let elsewhere = world_of(OTHER_TENANT);
    anyone(&elsewhere, "GET", &format!("/beta/users/{ADA}/profile")).send().expect(404);
}

/// A world with the public pages of this tenant.
fn world_of(tenant: &str) -> World {
    world(&format!("public_pages = '{tenant}'"), "").0
}

#[test]
fn partners_are_guests_whatever_their_tokens_say() {
    let partner = "partner = true\nuser_ids = 'derived'\nroles.people_administrator = ['hr']";
    let (world, items) = world("", partner);
    let visible = ["federatedOrganizations", "everyone"];
    let person = world.keycloak_token(1, json!({ "scope": "User.ReadWrite.All", "sub": ADA }));
    let app = world.keycloak_token(
        1,
        json!({ "clientAddress": "10.0.0.1", "preferred_username": "service-account-web",
            "realm_access": { "roles": ["User.ReadWrite.All", "Profile.ReadAllAudiences", "Member.Read.Hidden"] } }),
    );
    for token in [&person, &app] {
        for (audience, item) in &items {
            let expected = if visible.contains(audience) { 200 } else { 404 };
            world.ask("GET", item, token).send().expect(expected);
            let changed = world.ask("PATCH", item, token).json(&json!({ "displayName": "X" })).send();
            assert_eq!(changed.expect(403).code(), "ErrorAccessDeniedForRole");
        }
        let list = world.ask("GET", &format!("/beta/users/{ADA}/profile/skills"), token).send().expect(200).json();
        assert_eq!(names(&list), visible);
        let entry = world.ask("GET", &format!("/beta/users/{ADA}"), token).send().expect(200).json();
        assert!(entry.get("createdDateTime").is_none() && entry["displayName"] == "Ada Berg", "{entry}");
    }
    // Who calls themselves Ada there is not Ada here.
    world.me(&person).expect(404);
    world.ask("GET", "/beta/auditLogs/directoryAudits", &person).send().expect(403);
}

#[test]
fn explanations_are_given_where_they_are_switched_on() {
    let explained = |settings: &str| {
        let (world, items) = world(settings, "");
        let token = world.keycloak_token(1, json!({ "scope": "User.Read.All" }));
        let ask = |target: &str| world.ask("GET", target, &token).header("prefer", "explain").send();
        let list = ask(&format!("/beta/users/{ADA}/profile/skills")).expect(200).json();
        // Of what is hidden nothing is said.
        let hidden = ask(&items[0].1).expect(404);
        assert_eq!(hidden.code(), "itemNotFound");
        assert!(!hidden.text().contains("vitae.explain"));
        (list["@vitae.explain"].clone(), items)
    };
    let (told, items) = explained("explain = true");
    let lines: Vec<&str> = told.as_array().expect("lines").iter().filter_map(Value::as_str).collect();
    assert_eq!(lines[0], "caller: you are a member of the tenant");
    assert!(lines[1].contains("`User.Read.All`"), "{told}");
    let id = |at: usize| items[at].1.rsplit('/').next().expect("an id").to_owned();
    assert!(lines.iter().any(|line| line.contains(&id(1)) && line.contains("`organization`")), "{told}");
    assert!(!told.to_string().contains(&id(0)), "{told}");
    assert_eq!(explained("").0, Value::Null);
}
