//! Who reports to whom.

use std::pin::pin;
use std::task::{Context, Waker};

use auth::{Caller, testing};
use engine::{Attempts, Changed, Request};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::harness::{ADA, Answer, GRACE, TENANT, World, ada, app, grace};

const P: [Uuid; 3] = [Uuid::from_u128(0xa0), Uuid::from_u128(0xa1), Uuid::from_u128(0xa2)];

/// Ada, Grace, and three others with nobody above anybody.
fn world() -> World {
    let world = World::new();
    let person = |(number, id): (usize, &Uuid)| {
        json!({
            "id": id, "userPrincipalName": format!("p{number}@fjord.example"), "displayName": format!("P{number}"),
            "jobTitle": "Pilot",
        })
    };
    world.load(&P.iter().enumerate().map(person).collect::<Vec<_>>()).unwrap();
    world
}

fn reference(person: impl std::fmt::Display) -> Json {
    json!({"@odata.id": format!("http://here/beta/users/{person}")})
}

impl World {
    fn put(&self, caller: &Caller, url: &str, body: &Json) -> Answer {
        self.send(caller, Method::PUT, url, &[], &body.to_string())
    }

    fn reports(&self, person: Uuid, manager: Uuid) {
        self.put(&ada(), &format!("users/{person}/manager/$ref"), &reference(manager)).ok(204);
    }
}

fn names(page: &Json) -> Vec<&str> {
    page["value"].as_array().unwrap().iter().map(|one| one["displayName"].as_str().unwrap()).collect()
}

#[test]
fn a_manager_is_set_read_and_taken_away() {
    let world = world();
    let url = format!("users/{GRACE}/manager");
    world.get(&ada(), &url).error(404, "Request_ResourceNotFound");
    world.get(&ada(), &format!("{url}/$ref")).error(404, "Request_ResourceNotFound");
    world.delete(&ada(), &format!("{url}/$ref")).error(404, "Request_ResourceNotFound");
    // By name too, and again without harm.
    world.put(&ada(), &format!("{url}/$ref"), &reference("ada@fjord.example")).ok(204);
    world.reports(GRACE, ADA);
    let manager = world.get(&ada(), &url).ok(200);
    assert_eq!(
        (&manager["displayName"], &manager["@odata.context"]),
        (&json!("Ada"), &json!("http://here/beta/$metadata#users/$entity"))
    );
    let named = world.get(&ada(), &format!("{url}/$ref")).ok(200);
    assert_eq!(named["@odata.id"], format!("http://here/beta/users('{ADA}')"));
    assert_eq!(world.get(&grace("User.ReadBasic.All"), "me/manager?$select=displayName").ok(200)["displayName"], "Ada");
    assert_eq!(world.get(&ada(), &format!("{url}/displayName")).ok(200)["value"], "Ada");
    let reports = world.get(&ada(), "me/directReports").ok(200);
    assert_eq!(names(&reports), ["Grace"]);
    world.reports(GRACE, P[0]);
    assert_eq!(world.get(&ada(), "me/directReports/$count").ok(200), json!(0));
    assert_eq!(names(&world.get(&ada(), &format!("users/{}/directReports", P[0])).ok(200)), ["Grace"]);
    world.delete(&ada(), &format!("{url}/$ref")).ok(204);
    world.get(&ada(), &url).error(404, "Request_ResourceNotFound");
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn reports_are_listed_counted_and_changed() {
    let world = world();
    let url = format!("users/{ADA}/directReports");
    for person in [P[1], GRACE, P[0]] {
        world.reports(person, ADA);
    }
    assert_eq!(names(&world.get(&ada(), &url).ok(200)), ["Grace", "P0", "P1"]);
    let page = world.get(&ada(), &format!("{url}?$top=2&$count=true&$select=displayName")).ok(200);
    assert_eq!((&page["@odata.count"], names(&page)), (&json!(3), vec!["Grace", "P0"]));
    let next = page["@odata.nextLink"].as_str().unwrap().trim_start_matches("http://here/beta/").to_owned();
    assert_eq!(names(&world.get(&ada(), &next).ok(200)), ["P1"]);
    assert_eq!(world.get(&ada(), &format!("{url}/$count")).ok(200), json!(3));
    assert_eq!(world.get(&ada(), &format!("{url}/$count?$filter=jobTitle eq 'Pilot'")).ok(200), json!(2));
    let ordered = world.get(&ada(), &format!("{url}?$orderby=displayName desc&$filter=jobTitle eq 'Pilot'")).ok(200);
    assert_eq!(names(&ordered), ["P1", "P0"]);
    assert_eq!(world.get(&ada(), &format!("{url}/{GRACE}")).ok(200)["displayName"], "Grace");
    world.get(&ada(), &format!("{url}/{}", P[2])).error(404, "Request_ResourceNotFound");
    // From the other end.
    world.post(&ada(), &format!("{url}/$ref"), &reference(P[2])).ok(204);
    assert_eq!(world.get(&ada(), &format!("users/{}/manager", P[2])).ok(200)["displayName"], "Ada");
    world.delete(&ada(), &format!("{url}/{GRACE}/$ref")).ok(204);
    world.delete(&ada(), &format!("{url}/{GRACE}/$ref")).error(404, "Request_ResourceNotFound");
    world.delete(&ada(), &format!("{url}/$ref?$id=http://here/beta/users/{}", P[1])).ok(204);
    assert_eq!(names(&world.get(&ada(), &url).ok(200)), ["P0", "P2"]);
}

#[test]
fn managers_and_reports_come_along() {
    let world = world();
    world.reports(GRACE, ADA);
    world.reports(P[0], GRACE);
    world.reports(P[1], GRACE);
    // As the card of a person asks: `$count` marks a query of the directory, and says nothing of one person.
    let chain = "$expand=manager($levels=max;$select=displayName)";
    let one = world.get(&ada(), &format!("users/{}?{chain}&$count=true", P[0])).ok(200);
    assert!(one.get("@odata.count").is_none());
    let message = world.get(&ada(), &format!("users/{}?{chain}&$count=maybe", P[0])).error(400, "BadRequest");
    assert!(message.contains("expected `true` or `false`"), "{message}");
    assert_eq!(one["manager"]["displayName"], "Grace");
    assert_eq!(one["manager"]["manager"]["displayName"], "Ada");
    assert_eq!(one["manager"]["manager"]["manager"], Json::Null);
    let me =
        world.get(&ada(), "me?$expand=directReports($select=displayName;$expand=directReports($count=true))").ok(200);
    assert_eq!(me["directReports"][0]["directReports@odata.count"], 2);
    let all = world.get(&ada(), "users?$expand=manager($select=displayName)&$select=displayName").ok(200);
    let managers: Vec<_> = all["value"].as_array().unwrap().iter().map(|one| &one["manager"]["displayName"]).collect();
    assert_eq!(managers, [&Json::Null, &json!("Ada"), &json!("Grace"), &json!("Grace"), &Json::Null]);
    for (condition, expect) in [
        ("manager eq null", vec!["Ada", "P2"]),
        ("manager/displayName eq 'Grace'", vec!["P0", "P1"]),
        ("manager/manager/displayName eq 'Ada'", vec!["P0", "P1"]),
        ("directReports/$count ge 2", vec!["Grace"]),
        ("directReports/any(r:r/directReports/any())", vec!["Ada"]),
    ] {
        assert_eq!(names(&world.get(&ada(), &format!("users?$filter={condition}")).ok(200)), expect, "{condition}");
    }
}

#[test]
fn paths_go_on_behind_people_and_groups() {
    let world = world();
    world.reports(GRACE, ADA);
    world.reports(P[0], GRACE);
    world.post(&grace("User.ReadWrite"), "me/profile/skills", &json!({"displayName": "Rust"})).ok(201);
    let group =
        world.post(&ada(), "groups", &json!({"displayName": "Quay"})).ok(201)["id"].as_str().unwrap().to_owned();
    world.post(&ada(), &format!("groups/{group}/members/$ref"), &reference(GRACE)).ok(204);
    let chief = format!("users/{}/manager/manager", P[0]);
    assert_eq!(world.get(&ada(), &chief).ok(200)["displayName"], "Ada");
    assert_eq!(names(&world.get(&ada(), &format!("{chief}/directReports")).ok(200)), ["Grace"]);
    for url in [
        format!("users/{}/manager/profile/skills", P[0]),
        format!("me/directReports/{GRACE}/profile/skills"),
        format!("groups/{group}/members/{GRACE}/profile/skills"),
        format!("users/{GRACE}/memberOf/{group}/members/{GRACE}/profile/skills"),
    ] {
        assert_eq!(names(&world.get(&ada(), &url).ok(200)), ["Rust"], "{url}");
    }
    for url in [
        format!("users/{ADA}/manager/profile"),
        format!("me/directReports/{}/profile", P[0]),
        format!("groups/{group}/members/{ADA}/profile"),
        format!("me/memberOf/{group}/members"),
        "users/nobody@fjord.example/manager/profile".into(),
        "me/directReports/x".into(),
        "groups/x/members/y".into(),
    ] {
        world.get(&ada(), &url).error(404, "Request_ResourceNotFound");
    }
    // A reference may lead so, too.
    world.put(&ada(), &format!("users/{}/manager/$ref", P[1]), &reference(format!("{}/manager", P[0]))).ok(204);
    assert_eq!(world.get(&ada(), &format!("users/{}/manager", P[1])).ok(200)["displayName"], "Grace");
}

#[test]
fn nobody_is_above_themselves() {
    let world = world();
    let set = |person: Uuid, manager: &Json| world.put(&ada(), &format!("users/{person}/manager/$ref"), manager);
    assert!(set(GRACE, &reference(GRACE)).error(400, "BadRequest").contains("themselves"));
    world.reports(GRACE, ADA);
    world.reports(P[0], GRACE);
    assert!(set(ADA, &reference(P[0])).error(400, "BadRequest").contains("reports to the person"));
    set(ADA, &reference(GRACE)).error(400, "BadRequest");
    set(GRACE, &reference(Uuid::from_u128(7))).error(404, "Request_ResourceNotFound");
    set(Uuid::from_u128(7), &reference(ADA)).error(404, "Request_ResourceNotFound");
    set(GRACE, &reference("nobody@fjord.example")).error(404, "Request_ResourceNotFound");
    set(GRACE, &json!({"@odata.id": "http://here/beta/groups/x"})).error(404, "Request_ResourceNotFound");
    set(GRACE, &json!({"@odata.id": "http://here/beta/users"})).error(400, "BadRequest");
    set(GRACE, &json!({"displayName": "X"})).error(400, "BadRequest");
    assert_eq!(world.get(&ada(), &format!("users/{GRACE}/manager")).ok(200)["displayName"], "Ada");
}

#[test]
fn who_is_deleted_is_nobody_s_manager() {
    let world = world();
    world.reports(GRACE, P[0]);
    world.reports(P[0], ADA);
    world.delete(&ada(), &format!("users/{}", P[0])).ok(204);
    world.get(&ada(), &format!("users/{GRACE}/manager")).error(404, "Request_ResourceNotFound");
    let grace = world.get(&ada(), &format!("users/{GRACE}?$expand=manager")).ok(200);
    assert_eq!(grace["manager"], Json::Null);
    assert_eq!(names(&world.get(&ada(), "users?$filter=manager eq null").ok(200)), ["Ada", "Grace", "P1", "P2"]);
    assert_eq!(world.get(&ada(), "me/directReports/$count").ok(200), json!(0));
    world.reports(GRACE, P[1]);
    assert_eq!(world.get(&ada(), &format!("users/{GRACE}/manager")).ok(200)["displayName"], "P1");
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn the_ends_of_relationships_are_changed_at_home() {
    let world = world();
    world.reports(GRACE, ADA);
    let url = format!("users/{GRACE}/manager");
    let offered = |url: &str| world.send(&ada(), Method::OPTIONS, url, &[], "").headers["allow"].clone();
    assert_eq!([offered(&url), offered("me/directReports"), offered("me/memberOf")], ["GET, HEAD"; 3]);
    world.delete(&ada(), &url).error(405, "Request_BadRequest");
    world.patch(&ada(), &url, &json!({"jobTitle": "X"})).error(405, "Request_BadRequest");
    world.put(&ada(), &url, &json!({})).error(405, "Request_BadRequest");
    world.delete(&ada(), &format!("me/directReports/{GRACE}")).error(405, "Request_BadRequest");
    world.post(&ada(), "me/directReports", &json!({})).error(405, "Request_BadRequest");
    assert_eq!(world.get(&ada(), &url).ok(200)["displayName"], "Ada");
}

#[test]
fn scopes_and_roles_of_managers() {
    let world = world();
    world.reports(GRACE, ADA);
    let administrator = |scopes| testing::with_roles(grace(scopes), "people administrator");
    let (denied, role) = ("Authorization_RequestDenied", "ErrorAccessDeniedForRole");
    let set = |caller: &Caller| world.put(caller, "users/p0@fjord.example/manager/$ref", &reference(ADA));
    let own = |caller: &Caller| world.put(caller, "me/manager/$ref", &reference(P[0]));
    set(&grace("User.ReadWrite")).error(403, denied);
    own(&grace("User.ReadWrite User.Read.All")).error(403, denied);
    own(&grace("User.ReadWrite.All")).error(403, role);
    set(&grace("User.ReadWrite.All")).error(403, role);
    set(&administrator("User.ReadWrite.All")).ok(204);
    set(&app("robot", "User.ReadWrite.All")).ok(204);
    set(&app("robot", "User.Read.All")).error(403, denied);
    for url in
        ["me/manager", "me/directReports", "me?$expand=manager", "me?$expand=directReports", "me/manager/profile"]
    {
        world.get(&grace("User.Read"), url).error(403, denied);
        world.get(&grace("User.ReadBasic.All"), url).ok(200);
    }
    // Full data of others takes the scope for it.
    world.reports(P[1], GRACE);
    let told = |scopes, url| world.get(&grace(scopes), url).ok(200);
    assert_eq!(told("User.ReadBasic.All", "me/directReports")["value"][0].get("jobTitle"), None);
    assert_eq!(told("User.Read.All", "me/directReports")["value"][0]["jobTitle"], "Pilot");
    let along = "me?$expand=directReports";
    assert_eq!(told("User.ReadBasic.All", along)["directReports"][0].get("jobTitle"), None);
}

#[test]
fn managers_of_other_tenants_are_not_there() {
    let world = world();
    world.reports(GRACE, ADA);
    let stranger = Uuid::from_u128(0xbad);
    let stranger = testing::with_roles(testing::person(stranger, ADA, "User.ReadWrite.All"), "people administrator");
    let made = world.post(&stranger, "users", &json!({"displayName": "S", "userPrincipalName": "s@x.example"})).ok(201);
    let theirs = made["id"].as_str().unwrap();
    world
        .put(&stranger, &format!("users/{theirs}/manager/$ref"), &reference(GRACE))
        .error(404, "Request_ResourceNotFound");
    world
        .put(&stranger, &format!("users/{GRACE}/manager/$ref"), &reference(theirs))
        .error(404, "Request_ResourceNotFound");
    world.get(&stranger, &format!("users/{GRACE}/manager")).error(404, "Request_ResourceNotFound");
    world
        .put(&ada(), &format!("users/{GRACE}/manager/$ref"), &reference(theirs))
        .error(404, "Request_ResourceNotFound");
    assert_ne!(TENANT, stranger.tenant);
}

/// Who has the turn of all changes waits for nobody who may be waiting for it.
#[test]
fn where_all_changes_take_turns_there_are_no_others() {
    let world = World::in_turns();
    let mut overtaken = Attempts::new(Some(world.service.resources().turns.lane(&GRACE)));
    world.wait(overtaken.next()).unwrap();
    assert!(overtaken.done(Changed::<()>::Conflict).is_none());
    world.wait(overtaken.next()).unwrap();
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let request = Request {
        method: Method::PUT,
        root: "http://here/beta",
        path: &format!("users/{GRACE}/manager/$ref"),
        query: None,
        headers: &headers,
        body: reference(ADA).to_string().into(),
        exchange: world.exchange(),
    };
    let caller = ada();
    let change = pin!(world.service.serve(&caller, &request));
    assert!(change.poll(&mut Context::from_waker(Waker::noop())).is_ready());
}
