//! Addresses: the two roots, the ways to one resource, and how the answer names what it holds.

use serde_json::json;

use super::{server, skill, skill_path};
use crate::harness::Server;

fn context(server: &Server, target: &str) -> String {
    let context = server.get(target).expect(200).json()["@odata.context"].as_str().unwrap().to_owned();
    context.strip_prefix(server.ready("VITAE_URL")).expect("the origin that the client used").to_owned()
}

#[test]
fn whoever_asks_by_whatever_name_the_context_has_the_id() {
    let server = server();
    let id = server.ready("VITAE_USER_ID");
    let key = skill(&server, &json!({}))["id"].as_str().unwrap().to_owned();
    for root in ["/beta", "/v1.0"] {
        for person in [
            "me".to_owned(),
            format!("users/{id}"),
            format!("users('{id}')"),
            "users/Ada@FJORD.example".to_owned(),
            "users('ada%40fjord.example')".to_owned(),
        ] {
            for (path, expected) in [
                (String::new(), "users/$entity".to_owned()),
                ("?$select=id".to_owned(), "users(id)/$entity".to_owned()),
                ("/profile".to_owned(), format!("users('{id}')/profile/$entity")),
                ("/profile/skills".to_owned(), format!("users('{id}')/profile/skills")),
                (
                    "/profile/skills?$select=id,displayName".to_owned(),
                    format!("users('{id}')/profile/skills(id,displayName)"),
                ),
                (format!("/profile/skills/{key}"), format!("users('{id}')/profile/skills/$entity")),
                (format!("/profile/skills('{key}')?$select=id"), format!("users('{id}')/profile/skills(id)/$entity")),
            ] {
                assert_eq!(context(&server, &format!("{root}/{person}{path}")), format!("{root}/$metadata#{expected}"));
            }
        }
        assert_eq!(context(&server, &format!("{root}/users")), format!("{root}/$metadata#users"));
    }
}

#[test]
fn both_roots_serve_the_same() {
    let server = server();
    for path in ["me", "users", "me/profile", "me/profile/languages?$top=2&$count=true"] {
        let (beta, released) =
            (server.get(&format!("/beta/{path}")).expect(200), server.get(&format!("/v1.0/{path}")).expect(200));
        let body = released.text().replace("/v1.0/", "/beta/");
        // The two tokens of a page may differ, what is on it not.
        assert_eq!(body.split("$skiptoken").next(), beta.text().split("$skiptoken").next());
        assert!(!beta.text().contains("v1.0"));
    }
}

#[test]
fn segments_are_read_without_case_and_a_slash_at_the_end() {
    let server = server();
    let item = skill_path(&server);
    let expected = server.get(&item).expect(200).body;
    let id = item.rsplit('/').next().unwrap();
    for other in [
        format!("/BETA/ME/PROFILE/SKILLS/{id}"),
        format!("/beta/me/profile/skills/{id}/"),
        format!("/beta/me/profile/Skills('{id}')"),
        format!("/beta/me/profile/skills(id='{id}')"),
        format!("/beta/me/profile/skills(%27{id}%27)"),
        format!("/beta/m%65/profile/skills/{id}"),
    ] {
        assert_eq!(server.get(&other).expect(200).body, expected, "{other}");
    }
    for absent in [id.to_uppercase(), format!("%20{id}"), format!("{{{id}}}"), id.replace('-', "")] {
        let reply = server.get(&format!("/beta/me/profile/skills/{absent}")).expect(404);
        assert_eq!(reply.code(), "itemNotFound", "ids are read as they are: {absent}");
    }
    let list = server.get("/beta/me/profile/skills").expect(200).body;
    assert_eq!(server.get("/Beta/Me/Profile/Skills/").expect(200).body, list);
}

#[test]
fn collections_with_two_names_answer_by_one() {
    let server = server();
    let id = server.ready("VITAE_USER_ID");
    for (path, name) in [
        ("me/profile/accounts", "account"),
        ("me/profile/account", "account"),
        ("me/responsibilities", "responsibilities"),
        ("users/ada@fjord.example/responsibilities", "responsibilities"),
        ("me/profile/responsibilities", "responsibilities"),
    ] {
        let target = format!("/beta/{path}");
        assert_eq!(context(&server, &target), format!("/beta/$metadata#users('{id}')/profile/{name}"));
        let made = server.ada("POST", &target).json(&json!({})).send().expect(201);
        assert!(made.header("location").unwrap().contains(&format!("/users('{id}')/profile/{name}('")), "{path}");
        let key = made.json()["id"].as_str().unwrap().to_owned();
        server.get(&format!("{target}/{key}")).expect(200);
        server.get(&format!("{target}('{key}')")).expect(200);
        server.ada("PATCH", &format!("{target}/{key}")).json(&json!({ "isSearchable": false })).send().expect(200);
        server.ada("DELETE", &format!("/beta/me/profile/{name}/{key}")).send().expect(204);
    }
}

#[test]
fn a_profile_holds_every_collection_after_its_context() {
    let server = server();
    let id = server.ready("VITAE_USER_ID");
    let reply = server.get("/v1.0/me/profile").expect(200);
    let profile = reply.json();
    assert_eq!(profile["id"], id);
    assert_eq!(profile.get("@odata.etag"), None);
    assert_eq!(reply.header("etag"), None);
    let lists: Vec<_> = profile.as_object().unwrap().iter().filter(|(_, value)| value.is_array()).collect();
    assert_eq!(lists.len(), 20);
    let text = reply.text();
    for (name, list) in lists {
        let expected = format!("{}/v1.0/$metadata#users('{id}')/profile/{name}", server.ready("VITAE_URL"));
        assert_eq!(profile[format!("{name}@odata.context")], expected);
        assert!(text.contains(&format!("\"{name}@odata.context\":\"{expected}\",\"{name}\":[")), "{name}");
        let alone = server.get(&format!("/v1.0/me/profile/{name}?$top=999")).expect(200).json();
        assert_eq!(&alone["value"], list, "{name}");
    }
    let narrowed =
        server.get("/beta/me/profile?$select=id&$expand=skills($select=displayName;$top=1)").expect(200).json();
    let members: Vec<&String> = narrowed.as_object().unwrap().keys().filter(|name| !name.contains('@')).collect();
    assert_eq!(members, ["id", "skills"]);
    assert_eq!(narrowed["skills"].as_array().unwrap().len(), 1);
    let names: Vec<&String> = narrowed["skills"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["@odata.etag", "displayName"]);
}

#[test]
fn after_its_deletion_a_profile_is_there_and_empty() {
    let server = server();
    server.grace("DELETE", "/beta/me/profile").send().expect(204);
    let profile = server.grace("GET", "/beta/me/profile").send().expect(200).json();
    assert!(profile.as_object().unwrap().values().filter_map(|value| value.as_array()).all(Vec::is_empty));
    server.grace("POST", "/beta/me/profile/skills").json(&json!({})).send().expect(201);
    let unchanged = server.grace("PATCH", "/beta/me/profile").json(&json!({})).send().expect(200).json();
    assert_eq!(unchanged["id"], server.ready("VITAE_PLAIN_USER_ID"));
    let nested = server.grace("PATCH", "/beta/me/profile").json(&json!({ "skills": [] })).send().expect(400);
    assert_eq!(nested.json()["error"]["target"], "/skills");
}
