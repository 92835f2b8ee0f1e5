//! Groups, and who may know of them and of who is in them.

mod members;

use auth::{Caller, testing};
use http::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::harness::{ADA, GRACE, TENANT, World, ada, app, grace};
use crate::Settings;

const OTHER_TENANT: Uuid = Uuid::from_u128(0x0bad);

impl World {
    /// Makes a group and says its id.
    fn group(&self, name: &str, more: &Json) -> String {
        let mut body =
            json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post(&ada(), "groups", &body).ok(201)["id"].as_str().unwrap().to_owned()
    }

    fn join(&self, group: &str, person: Uuid) {
        let body = json!({"@odata.id": format!("http://here/beta/users/{person}")});
        self.post(&ada(), &format!("groups/{group}/members/$ref"), &body).ok(204);
    }

    fn names(&self, caller: &Caller, url: &str) -> Vec<String> {
        let page = self.get(caller, url).ok(200);
        let names = page["value"].as_array().unwrap().iter().map(|one| one["displayName"].as_str().unwrap().to_owned());
        names.collect()
    }
}

#[test]
fn a_group_is_made_read_changed_and_deleted() {
    let world = World::new();
    let made = world.post(&ada(), "groups", &json!({"displayName": "Harbour", "groupTypes": ["Unified"]})).ok(201);
    assert_eq!((&made["isAudienceGroup"], &made["securityEnabled"]), (&json!(false), &json!(true)));
    assert_eq!(made["@odata.context"], "http://here/beta/$metadata#groups/$entity");
    let url = format!("groups/{}", made["id"].as_str().unwrap());
    assert_eq!(world.get(&ada(), &url).ok(200), made);
    let changed = world.patch(&ada(), &url, &json!({"description": "Boats", "isAudienceGroup": true})).ok(200);
    assert_eq!((&changed["description"], &changed["displayName"]), (&json!("Boats"), &json!("Harbour")));
    assert_ne!(changed["@odata.etag"], made["@odata.etag"]);
    let stale = [("if-match", made["@odata.etag"].as_str().unwrap())];
    world.send(&ada(), Method::DELETE, &url, &stale, "").error(412, "resourceModified");
    for (body, code) in [
        (json!({"displayName": " "}), "BadRequest"),
        (json!({"displayName": null}), "BadRequest"),
        (json!({"isAudienceGroup": null}), "BadRequest"),
        (json!({"membershipRule": "x"}), "BadRequest"),
        (json!({"nonsense": 1}), "RequestBodyRead"),
    ] {
        world.patch(&ada(), &url, &body).error(400, code);
    }
    world.post(&ada(), "groups", &json!({})).error(400, "BadRequest");
    assert_eq!(world.findings(), Vec::<String>::new());
    assert_eq!(world.delete(&ada(), &url).status, 204);
    for url in [url.as_str(), &format!("{url}/members"), &format!("{url}/members/$count"), "groups/nothing"] {
        world.get(&ada(), url).error(404, "Request_ResourceNotFound");
    }
    world.patch(&ada(), &url, &json!({})).error(404, "Request_ResourceNotFound");
    world.delete(&ada(), &url).error(404, "Request_ResourceNotFound");
}

#[test]
fn groups_are_queried_as_people_are() {
    let world = World::new();
    for name in ["Quay", "Harbour", "Lighthouse", "Weather"] {
        world.group(name, &json!({"isAudienceGroup": name == "Quay"}));
    }
    let check = |url: &str, expect: &[&str]| assert_eq!(world.names(&ada(), url), expect, "{url}");
    check("groups", &["Quay", "Harbour", "Lighthouse", "Weather"]);
    check("groups?$orderby=displayName desc&$select=displayName", &["Weather", "Quay", "Lighthouse", "Harbour"]);
    check("groups?$filter=isAudienceGroup eq true", &["Quay"]);
    check("groups?$search=\"light\"&$count=true", &[]);
    check("groups?$search=\"lighthouse\"&$count=true", &["Lighthouse"]);
    check("groups?$skip=1&$top=2", &["Harbour", "Lighthouse"]);
    assert_eq!(world.get(&ada(), "groups/$count").ok(200), json!(4));
    assert_eq!(world.get(&ada(), "groups/$count?$filter=contains(displayName,'r')").ok(200), json!(2));
    let first = world.get(&ada(), "groups?$top=3&$count=true").ok(200);
    assert_eq!(first["@odata.count"], 4);
    let next = first["@odata.nextLink"].as_str().unwrap().trim_start_matches("http://here/beta/").to_owned();
    check(&next, &["Weather"]);
}

#[test]
fn groups_that_are_gone_make_room() {
    let world = World::with(Settings { items_per_collection: 2, ..Settings::default() });
    let groups: Vec<String> = ["A", "B", "C"].iter().map(|name| world.group(name, &json!({}))).collect();
    world.join(&groups[0], ADA);
    world.join(&groups[1], ADA);
    let (url, body) =
        (format!("groups/{}/members/$ref", groups[2]), json!({"@odata.id": format!("http://here/beta/users/{ADA}")}));
    world.post(&ada(), &url, &body).error(400, "quotaLimitReached");
    world.delete(&ada(), &format!("groups/{}", groups[0]));
    world.post(&ada(), &url, &body).ok(204);
    assert_eq!(world.names(&ada(), "me/memberOf"), ["B", "C"]);
}

#[test]
fn flagged_groups_are_audiences() {
    let world = World::new();
    let (quay, harbour) = (world.group("Quay", &json!({"isAudienceGroup": true})), world.group("Harbour", &json!({})));
    for (group, person) in [(&quay, ADA), (&harbour, ADA), (&harbour, GRACE)] {
        world.join(group, person);
    }
    world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "groupMembers"})).ok(201);
    let skills = format!("users/{ADA}/profile/skills/$count");
    let seen = |caller: &Caller| world.get(caller, &skills).ok(200);
    let (reader, elsewhere) = (grace("User.Read.All"), testing::person(TENANT, Uuid::from_u128(5), "User.Read.All"));
    assert_eq!(seen(&reader), json!(0), "they share a group that is none");
    world.patch(&ada(), &format!("groups/{harbour}"), &json!({"isAudienceGroup": true})).ok(200);
    assert_eq!((seen(&reader), seen(&elsewhere)), (json!(1), json!(0)));
    world.delete(&ada(), &format!("groups/{harbour}"));
    assert_eq!(seen(&reader), json!(0));
    world.join(&quay, GRACE);
    assert_eq!(seen(&reader), json!(1));
}

#[test]
fn a_group_can_hide_who_is_in_it() {
    let world = World::new();
    let hidden = world.group("Quay", &json!({"visibility": "HiddenMembership"}));
    let private = world.group("Harbour", &json!({"visibility": "Private"}));
    for group in [&hidden, &private] {
        world.join(group, ADA);
    }
    let scopes = "User.Read.All GroupMember.ReadWrite.All";
    let stranger = grace(scopes);
    let told = [
        testing::with_roles(stranger.clone(), "people administrator"),
        testing::person(TENANT, ADA, scopes),
        app("robot", "User.Read.All Member.Read.Hidden"),
        app("robot", "User.Read.All GroupMember.ReadWrite.All"),
    ];
    let names = |caller: &Caller, url: &str| world.names(caller, url).join(" ");
    let of_ada = format!("users/{ADA}/memberOf");
    let check = |caller: &Caller, knows: bool| {
        let (one, both) = if knows { ("Ada", "Quay Harbour") } else { ("", "Harbour") };
        assert_eq!(names(caller, "groups"), "Quay Harbour", "the group itself is no secret");
        assert_eq!(names(caller, &format!("groups/{hidden}/members")), one);
        assert_eq!(world.get(caller, &format!("groups/{hidden}/members/$count")).ok(200), json!(usize::from(knows)));
        let counted = world.get(caller, &format!("groups/{hidden}/members?$count=true&$top=1")).ok(200);
        assert_eq!(counted["@odata.count"], usize::from(knows));
        let links = world.get(caller, &format!("groups/{hidden}/members/$ref")).ok(200);
        assert_eq!(links["value"].as_array().unwrap().len(), usize::from(knows));
        assert_eq!(names(caller, &of_ada), both);
        assert_eq!(names(caller, "groups?$filter=members/any()"), both);
        assert_eq!(names(caller, "users?$filter=memberOf/any(g:g/displayName eq 'Quay')"), one);
        let expanded = world.get(caller, &format!("groups/{hidden}?$expand=members")).ok(200);
        assert_eq!(expanded["members"].as_array().unwrap().len(), usize::from(knows));
        let expanded = world.get(caller, &format!("users/{ADA}?$expand=memberOf")).ok(200);
        assert_eq!(expanded["memberOf"].as_array().unwrap().len(), 1 + usize::from(knows));
        for rest in ["", "/profile", "/profile/skills", "/memberOf", "/displayName"] {
            let status = |url: String| world.get_raw(caller, &url);
            let expected = if knows { 200 } else { 404 };
            assert_eq!(status(format!("groups/{hidden}/members/{ADA}{rest}")), expected, "{rest}");
            assert_eq!(status(format!("groups/{private}/members/{ADA}{rest}")), 200, "{rest}");
        }
        let expected = if knows { 200 } else { 404 };
        for rest in ["", "/members", "/displayName"] {
            assert_eq!(world.get_raw(caller, &format!("{of_ada}/{hidden}{rest}")), expected, "{rest}");
        }
    };
    told.iter().for_each(|caller| check(caller, true));
    for caller in
        [stranger.clone(), testing::with_roles(stranger.clone(), "guest"), app("robot", "Group.Read.All User.Read.All")]
    {
        check(&caller, false);
    }
    // What cannot be known is not told by a refused change either.
    let reference = json!({"@odata.id": format!("http://here/beta/users/{ADA}")});
    for group in [&hidden, &private] {
        let members = format!("groups/{group}/members");
        world.post(&stranger, &format!("{members}/$ref"), &reference).error(403, "ErrorAccessDeniedForRole");
        world.delete(&stranger, &format!("{members}/{ADA}/$ref")).error(403, "ErrorAccessDeniedForRole");
    }
    // Whoever joins knows.
    world.join(&hidden, GRACE);
    assert_eq!(names(&stranger, &format!("groups/{hidden}/members")), "Ada Grace");
}

#[test]
fn scopes_and_roles_of_groups() {
    let world = World::new();
    let quay = world.group("Quay", &json!({}));
    world.join(&quay, GRACE);
    let administrator = |scopes| testing::with_roles(grace(scopes), "people administrator");
    let (group, members) = (format!("groups/{quay}"), format!("groups/{quay}/members"));
    let (others, denied, role) =
        (format!("users/{ADA}/memberOf"), "Authorization_RequestDenied", "ErrorAccessDeniedForRole");
    let check = |caller: &Caller, method: Method, url: &str, status: u16, code: &str| {
        let body = if method == Method::PATCH { "{}" } else { "" };
        let answer = world.send(caller, method.clone(), url, &[], body);
        let found = answer.body["error"]["code"].as_str().unwrap_or_default();
        assert_eq!((answer.status, found), (status, code), "{method} {url} with {:?}", caller.scopes);
    };
    for scopes in ["Group.Read.All", "GroupMember.Read.All", "User.Read.All", "Group.ReadWrite.All"] {
        for url in ["groups", &group, &members, &others, "groups/$count"] {
            check(&grace(scopes), Method::GET, url, 200, "");
            check(&app("robot", scopes), Method::GET, url, 200, "");
        }
        check(&grace(scopes), Method::PATCH, &group, 403, if scopes.contains("Write") { role } else { denied });
    }
    for url in ["groups", &group, &members, &others, "me?$expand=memberOf($expand=members)"] {
        check(&grace("User.Read User.ReadBasic.All"), Method::GET, url, 403, denied);
    }
    for scopes in ["User.Read", "GroupMember.Read.All", "Group.Read.All"] {
        check(&grace(scopes), Method::GET, "me/memberOf", 200, "");
    }
    check(&grace("User.Read"), Method::GET, "me?$expand=memberOf", 200, "");
    check(&administrator("Group.ReadWrite.All"), Method::PATCH, &group, 200, "");
    check(&administrator("User.ReadWrite.All"), Method::PATCH, &group, 200, "");
    check(&administrator("GroupMember.ReadWrite.All"), Method::PATCH, &group, 403, denied);
    check(&app("robot", "Group.ReadWrite.All"), Method::PATCH, &group, 200, "");
    let member = format!("{members}/{GRACE}/$ref");
    check(&grace("GroupMember.ReadWrite.All User.ReadBasic.All"), Method::DELETE, &member, 403, role);
    check(&administrator("GroupMember.ReadWrite.All User.ReadBasic.All"), Method::DELETE, &member, 204, "");
    // Without a right over full data only basic properties are told.
    world.patch(&ada(), &format!("users/{ADA}"), &json!({"jobTitle": "Countess"})).ok(200);
    world.join(&quay, ADA);
    let told = |scopes| world.get(&grace(scopes), &members).ok(200)["value"][0]["jobTitle"].clone();
    assert_eq!((told("Group.Read.All"), told("User.Read.All")), (Json::Null, json!("Countess")));
}

#[test]
fn other_tenants_are_not_there() {
    let world = World::new();
    let quay = world.group("Quay", &json!({}));
    world.join(&quay, ADA);
    let stranger =
        testing::with_roles(testing::person(OTHER_TENANT, ADA, "User.ReadWrite.All"), "people administrator");
    for url in [format!("groups/{quay}"), format!("groups/{quay}/members"), format!("users/{ADA}/memberOf")] {
        world.get(&stranger, &url).error(404, "Request_ResourceNotFound");
    }
    assert_eq!(world.get(&stranger, "groups").ok(200)["value"], json!([]));
    let made = world.post(&stranger, "groups", &json!({"displayName": "Theirs"})).ok(201);
    let theirs = format!("groups/{}/members/$ref", made["id"].as_str().unwrap());
    let body = json!({"@odata.id": format!("http://here/beta/users/{GRACE}")});
    world.post(&stranger, &theirs, &body).error(404, "Request_ResourceNotFound");
    world.post(&ada(), &theirs, &body).error(404, "Request_ResourceNotFound");
    let ours = format!("groups/{quay}/members/{ADA}/$ref");
    world.delete(&stranger, &ours).error(404, "Request_ResourceNotFound");
}

#[test]
fn what_comes_along_is_bounded() {
    let world = World::new();
    let groups: Vec<String> = ["A", "B", "C", "D"].iter().map(|name| world.group(name, &json!({}))).collect();
    let person = |number| json!({"userPrincipalName": format!("p{number}@fjord.example"), "displayName": "P", "memberOf": groups});
    world.load(&(0..60).map(person).collect::<Vec<_>>()).unwrap();
    let along = |levels: usize| {
        let expand = (0..levels).fold(String::new(), |within, level| {
            let name = if (levels - level) % 2 == 1 { "members" } else { "memberOf" };
            if within.is_empty() { format!("$expand={name}") } else { format!("$expand={name}({within})") }
        });
        world.get(&ada(), &format!("groups/{}?$select=id&{expand}", groups[0]))
    };
    along(3).ok(200);
    // A few words that ask for sixty times four times sixty times four groups.
    let message = along(4).error(400, "BadRequest");
    assert!(message.contains("50000"), "{message}");
}
