//! Who is in a group: joining, leaving, and bodies that say so.

use http::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::tests::harness::{ADA, GRACE, World, ada, grace};

#[test]
fn people_join_and_leave() {
    let world = World::new();
    let (quay, harbour) = (world.group("Quay", &json!({})), world.group("Harbour", &json!({})));
    let members = format!("groups/{quay}/members");
    // In another order than that of the people: lists go by these.
    world.join(&quay, GRACE);
    world.join(&quay, ADA);
    world.join(&harbour, ADA);
    let reader = grace("Group.Read.All User.Read.All");
    assert_eq!(world.names(&reader, &members), ["Ada", "Grace"]);
    assert_eq!(world.names(&reader, &format!("{members}?$top=1&$skip=1&$select=displayName")), ["Grace"]);
    assert_eq!(world.names(&reader, &format!("{members}?$filter=displayName ne 'Ada'&$count=true")), ["Grace"]);
    assert_eq!(world.get(&reader, &format!("{members}/$count")).ok(200), json!(2));
    let page = world.get(&reader, &format!("{members}?$top=1&$count=true")).ok(200);
    assert_eq!(
        (&page["@odata.count"], &page["@odata.context"]),
        (&json!(2), &json!("http://here/beta/$metadata#users"))
    );
    let next = page["@odata.nextLink"].as_str().unwrap().trim_start_matches("http://here/beta/").to_owned();
    assert_eq!(world.names(&reader, &next), ["Grace"]);
    assert_eq!(world.get(&reader, &format!("{members}/{GRACE}")).ok(200)["displayName"], "Grace");
    world.get(&reader, &format!("groups/{harbour}/members/{GRACE}")).error(404, "Request_ResourceNotFound");

    assert_eq!(world.names(&ada(), "me/memberOf"), ["Quay", "Harbour"]);
    assert_eq!(world.names(&ada(), "me/memberOf/microsoft.graph.group?$filter=displayName eq 'Quay'"), ["Quay"]);
    // As Graph's SDKs write it, who know the namespace by its alias.
    assert_eq!(world.names(&ada(), "me/memberOf/graph.group?$filter=displayName eq 'Quay'"), ["Quay"]);
    assert_eq!(world.get(&ada(), "me/memberOf/graph.group/$count").ok(200), json!(2));
    assert_eq!(world.get(&ada(), "me/memberOf/$count").ok(200), json!(2));
    assert_eq!(world.get(&ada(), &format!("me/memberOf/{harbour}")).ok(200)["displayName"], "Harbour");
    assert_eq!(world.names(&ada(), &format!("users/{GRACE}/memberOf")), ["Quay"]);
    world.get(&ada(), &format!("users/{GRACE}/memberOf/{harbour}")).error(404, "Request_ResourceNotFound");
    let expanded = world.get(&ada(), &format!("groups/{quay}?$expand=members($select=displayName)")).ok(200);
    assert_eq!(expanded["members"].as_array().unwrap().len(), 2);
    let me = world.get(&ada(), "me?$expand=memberOf($expand=members($select=displayName);$select=displayName)").ok(200);
    assert_eq!(me["memberOf"][0]["members"][1]["displayName"], "Grace");
    assert_eq!(world.names(&ada(), "users?$filter=memberOf/any(g:g/displayName eq 'Harbour')"), ["Ada"]);
    assert_eq!(world.get(&ada(), &format!("{members}/$ref")).ok(200)["value"].as_array().unwrap().len(), 2);

    assert_eq!(world.delete(&ada(), &format!("{members}/{GRACE}/$ref")).status, 204);
    world.delete(&ada(), &format!("{members}/{GRACE}/$ref")).error(404, "Request_ResourceNotFound");
    let by_id = format!("{members}/$ref?$id=http://here/beta/users/{ADA}");
    assert_eq!(world.delete(&ada(), &by_id).status, 204);
    assert_eq!(world.names(&ada(), &members), Vec::<String>::new());
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn nobody_is_left_behind() {
    let world = World::new();
    let (quay, harbour) = (world.group("Quay", &json!({})), world.group("Harbour", &json!({})));
    for person in [ADA, GRACE] {
        world.join(&quay, person);
        world.join(&harbour, person);
    }
    // Of the profile they are not.
    assert_eq!(world.delete(&ada(), "me/profile").status, 204);
    assert_eq!(world.names(&ada(), "me/memberOf"), ["Quay", "Harbour"]);
    assert_eq!(world.delete(&ada(), &format!("groups/{quay}")).status, 204);
    assert_eq!(world.names(&ada(), "me/memberOf"), ["Harbour"]);
    world.get(&ada(), &format!("me/memberOf/{quay}")).error(404, "Request_ResourceNotFound");
    assert_eq!(world.delete(&ada(), &format!("users/{GRACE}")).status, 204);
    assert_eq!(world.names(&ada(), &format!("groups/{harbour}/members")), ["Ada"]);
    assert_eq!(world.get(&ada(), &format!("groups/{harbour}/members/$count")).ok(200), json!(1));
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_a_member_is_told() {
    let world = World::new();
    let quay = world.group("Quay", &json!({}));
    let url = format!("groups/{quay}/members/$ref");
    let check = |body: Json, status: u16, code: &str| world.post(&ada(), &url, &body).error(status, code);
    let at = |path: &str| json!({"@odata.id": format!("http://here/beta/{path}")});
    world.join(&quay, ADA);
    assert!(check(at(&format!("users/{ADA}")), 400, "BadRequest").contains("not in the group already"));
    assert!(check(at(&format!("groups/{quay}")), 400, "BadRequest").contains("users/{id}"));
    check(at("users"), 400, "BadRequest");
    check(at("users/nobody@fjord.example"), 404, "Request_ResourceNotFound");
    check(at(&format!("users/{}", Uuid::from_u128(5))), 404, "Request_ResourceNotFound");
    check(json!({"@odata.id": "http://elsewhere/beta/users/1"}), 400, "BadRequest");
    check(json!({}), 400, "BadRequest");
    let absent = format!("groups/{}/members/$ref", Uuid::from_u128(5));
    world.post(&ada(), &absent, &at(&format!("users/{ADA}"))).error(404, "Request_ResourceNotFound");
    // People are made among people.
    let made = world.post(&ada(), &format!("groups/{quay}/members"), &json!({"displayName": "X"}));
    made.error(405, "Request_BadRequest");
}

#[test]
fn bodies_name_whom_they_relate() {
    let world = World::new();
    let at = |path: &str| format!("http://here/beta/{path}");
    // The name by which Graph's clients refer to people.
    let (ada_at, grace_at) = (at(&format!("directoryObjects/{ADA}")), at("users/grace@fjord.example"));
    let body = json!({"displayName": "Quay", "members@odata.bind": [ada_at, grace_at]});
    let quay = world.post(&ada(), "groups", &body).ok(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.names(&ada(), &format!("groups/{quay}/members")), ["Ada", "Grace"]);
    let person = json!({
        "displayName": "Kari", "userPrincipalName": "kari@fjord.example", "manager@odata.bind": ada_at,
        "memberOf@odata.bind": [at(&format!("groups/{quay}"))],
    });
    let kari = world.post(&ada(), "users", &person).ok(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.names(&ada(), "me/directReports"), ["Kari"]);
    assert_eq!(world.names(&ada(), &format!("users/{kari}/memberOf")), ["Quay"]);
    world.patch(&ada(), &format!("users/{kari}"), &json!({"manager@odata.bind": grace_at})).ok(200);
    assert_eq!(world.names(&ada(), &format!("users/{GRACE}/directReports")), ["Kari"]);
    let harbour = world.group("Harbour", &json!({}));
    world.patch(&ada(), &format!("groups/{harbour}"), &json!({"members@odata.bind": [ada_at]})).ok(200);
    assert_eq!(world.names(&ada(), &format!("groups/{harbour}/members")), ["Ada"]);

    let count = || world.get(&ada(), "groups/$count").ok(200);
    for (bind, status, code) in [
        (json!(["http://here/beta/users/nobody@fjord.example"]), 404, "Request_ResourceNotFound"),
        (json!([at(&format!("groups/{quay}"))]), 400, "BadRequest"),
        (json!(ada_at), 400, "BadRequest"),
        (json!(vec![ada_at.clone(); 21]), 400, "BadRequest"),
    ] {
        let body = json!({"displayName": "X", "members@odata.bind": bind});
        world.post(&ada(), "groups", &body).error(status, code);
    }
    assert_eq!(count(), json!(2), "nothing was made of what is wrong");
    let body = json!({"displayName": "X", "members": [{"displayName": "Y"}]});
    world.post(&ada(), "groups", &body).error(400, "BadRequest");
    let body = json!({"photo@odata.bind": ada_at});
    let message = world.patch(&ada(), &format!("users/{kari}"), &body).error(400, "BadRequest");
    assert!(message.contains("photo"), "{message}");
    world.patch(&ada(), "me/profile", &json!({"skills@odata.bind": [ada_at]})).error(400, "BadRequest");
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn who_is_related_says_of_what_type_they_are() {
    let world = World::new();
    let quay = world.group("Quay", &json!({}));
    world.join(&quay, GRACE);
    let (grace_at, ada_at) = (format!("users/{GRACE}"), format!("http://here/beta/users/{ADA}"));
    let manager = json!({"@odata.id": ada_at}).to_string();
    world.send(&ada(), Method::PUT, &format!("{grace_at}/manager/$ref"), &[], &manager).ok(204);
    let check = |url: &str, place: &str, expected: Option<&str>| {
        let answer = world.get(&ada(), url).ok(200);
        let one = answer.pointer(place).unwrap_or_else(|| panic!("{place} of {answer:#}"));
        assert_eq!(one["@odata.type"].as_str(), expected, "{place} of {url}: {answer:#}");
    };
    // Graph's SDKs take these for `directoryObject`, and read what they know of that unless the type is there.
    let (user, group) = (Some("#microsoft.graph.user"), Some("#microsoft.graph.group"));
    check(&format!("{grace_at}/manager"), "", user);
    check(&format!("{grace_at}/manager?$select=displayName"), "", user);
    check("me/directReports", "/value/0", user);
    check(&format!("me/directReports/{GRACE}"), "", user);
    check(&format!("{grace_at}/memberOf"), "/value/0", group);
    check(&format!("groups/{quay}/members"), "/value/0", user);
    check(&format!("{grace_at}?$expand=manager,memberOf"), "/manager", user);
    check(&format!("{grace_at}?$expand=manager,memberOf"), "/memberOf/0", group);
    check(&format!("groups/{quay}?$expand=members($select=id)"), "/members/0", user);
    // Of these the context tells all.
    check(&grace_at, "", None);
    check("users?$expand=manager", "/value/0", None);
    check("groups", "/value/0", None);
    check(&format!("{grace_at}/memberOf/graph.group"), "/value/0", None);
    check(&format!("{grace_at}/manager/profile"), "", None);
    let none = &[("accept", "application/json;odata.metadata=none")];
    let answer = world.send(&ada(), Method::GET, &format!("{grace_at}/manager"), none, "").ok(200);
    assert_eq!(answer.get("@odata.type"), None);
}
