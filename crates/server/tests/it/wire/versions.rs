//! Versions: entity tags, conditional reads and changes.

use serde_json::json;

use super::{assert_refused, server, skill_path};
use crate::harness::Server;

fn tag(server: &Server, target: &str) -> String {
    server.get(target).expect(200).header("etag").expect("it has a tag").to_owned()
}

#[test]
fn items_and_people_have_weak_tags_and_nothing_else_has() {
    let server = server();
    let item = skill_path(&server);
    for target in [item.as_str(), "/beta/me"] {
        let reply = server.get(target).expect(200);
        let tag = reply.header("etag").unwrap();
        assert!(tag.starts_with("W/\"") && tag.ends_with('"') && tag.len() > 10, "{tag}");
        assert_eq!(reply.json()["@odata.etag"], tag);
        assert_eq!(server.get(&format!("{target}?$select=displayName")).expect(200).header("etag"), Some(tag));
    }
    for target in ["/beta/me/profile", "/beta/users", "/beta/me/profile/skills", "/beta/me/profile/skills/$count"] {
        assert_eq!(server.get(target).expect(200).header("etag"), None, "{target}");
    }
    let list = server.get("/beta/me/profile/skills?$top=999").expect(200).json();
    let listed = list["value"].as_array().unwrap().iter().find(|listed| item.ends_with(listed["id"].as_str().unwrap()));
    assert_eq!(listed.unwrap()["@odata.etag"], tag(&server, &item));
}

#[test]
fn a_tag_changes_with_each_change_and_only_then() {
    let server = server();
    let item = skill_path(&server);
    let mut seen = vec![tag(&server, &item)];
    for body in [json!({ "displayName": "A" }), json!({ "displayName": "A" }), json!({})] {
        let reply = server.ada("PATCH", &item).json(&body).send().expect(200);
        seen.push(reply.header("etag").unwrap().to_owned());
        assert_eq!(tag(&server, &item), *seen.last().unwrap());
    }
    let other = skill_path(&server);
    assert_eq!(tag(&server, &item), *seen.last().unwrap(), "another item's change is not this one's");
    seen.push(tag(&server, &other));
    seen.sort();
    seen.dedup();
    assert!(seen.len() >= 3, "{seen:?}");
}

#[test]
fn a_read_of_what_the_client_has_is_not_sent_again() {
    let server = server();
    let item = skill_path(&server);
    for target in [item.as_str(), "/beta/me"] {
        let tag = tag(&server, target);
        let strong = tag.trim_start_matches("W/").to_owned();
        for known in [
            tag.clone(),
            strong.clone(),
            "*".to_owned(),
            format!("\"other\", {tag}"),
            format!("\"a\" , {strong},\"b\""),
        ] {
            let reply = server.ada("GET", target).header("if-none-match", &known).send().expect(304);
            assert_eq!((reply.body.len(), reply.header("etag")), (0, Some(tag.as_str())), "{known}");
        }
        for other in ["\"other\"".to_owned(), tag.replacen('"', "\"x", 1)] {
            server.ada("GET", target).header("if-none-match", &other).send().expect(200);
        }
        server.ada("GET", target).header("if-match", &tag).send().expect(200);
        assert_refused(server.ada("GET", target).header("if-match", "\"other\""), 412, "resourceModified");
    }
}

#[test]
fn a_change_presumes_the_version_it_names() {
    let server = server();
    let item = skill_path(&server);
    let old = tag(&server, &item);
    let change = |tag: &str| server.ada("PATCH", &item).header("if-match", tag).json(&json!({ "displayName": "New" }));
    let reply = change(&old).send().expect(200);
    let new = reply.header("etag").unwrap().to_owned();
    let before = server.get(&item).expect(200).body;
    assert_refused(change(&old), 412, "resourceModified");
    assert_refused(server.ada("DELETE", &item).header("if-match", &old), 412, "resourceModified");
    assert_refused(server.ada("PATCH", &item).header("if-none-match", "*").json(&json!({})), 412, "resourceModified");
    assert_refused(change("\"\""), 412, "resourceModified");
    assert_eq!(server.get(&item).expect(200).body, before);
    for malformed in ["x", "\"x", "W/", "W/x", "\"a\" \"b\"", "w/\"a\"", ""] {
        assert_refused(change(malformed), 400, "BadRequest");
    }
    change("*").send().expect(200);
    let now = tag(&server, &item);
    assert_ne!(now, new);
    server.ada("DELETE", &item).header("if-match", now.trim_start_matches("W/")).send().expect(204);
    assert_refused(server.ada("DELETE", &item).header("if-match", "*"), 404, "itemNotFound");
    assert_refused(change("*"), 404, "itemNotFound");
}

/// What a creation presumes is presumed of the collection, which is there and has no tag (RFC 9110, section 13.1).
#[test]
fn a_creation_presumes_nothing_but_the_collection() {
    let server = server();
    let before = server.get("/beta/me/profile/skills/$count").expect(200).text();
    for (target, body) in [
        ("/beta/me/profile/skills", json!({ "displayName": "S" })),
        ("/beta/me/profile/languages/$ref", json!({ "displayName": "L" })),
        ("/beta/users", json!({ "displayName": "P", "userPrincipalName": "p@fjord.example" })),
    ] {
        let create = |name: &str, value: &str| server.ada("POST", target).header(name, value).json(&body);
        assert_refused(create("if-match", "W/\"other\""), 412, "resourceModified");
        assert_refused(create("if-match", "x"), 400, "BadRequest");
        assert_refused(create("if-none-match", "*"), 412, "resourceModified");
        assert_refused(server.ada("POST", target).header("if-match", "\"x\"").json(&json!([])), 400, "BadRequest");
        create("if-match", "*").send().expect(201);
    }
    let after = server.get("/beta/me/profile/skills/$count").expect(200).text();
    assert_eq!(after.parse::<u32>().unwrap(), before.parse::<u32>().unwrap() + 1);
    let target = "/beta/me/profile/skills";
    server.ada("POST", target).header("if-none-match", "\"other\"").json(&json!({})).send().expect(201);
}

#[test]
fn people_are_changed_and_deleted_under_the_same_conditions() {
    let server = server();
    let person = json!({ "displayName": "P", "userPrincipalName": "p@fjord.example" });
    let made = server.ada("POST", "/beta/users").json(&person).send().expect(201);
    let target = "/beta/users/p@fjord.example";
    let old = made.header("etag").unwrap();
    let body = json!({ "department": "Tides" });
    server.ada("PATCH", target).header("if-match", old).json(&body).send().expect(200);
    assert_refused(server.ada("PATCH", target).header("if-match", old).json(&body), 412, "resourceModified");
    assert_refused(server.ada("DELETE", target).header("if-match", old), 412, "resourceModified");
    server.ada("DELETE", target).header("if-match", &tag(&server, target)).send().expect(204);
    assert_refused(server.ada("GET", target), 404, "Request_ResourceNotFound");
}
