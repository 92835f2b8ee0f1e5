//! Who may do what, and who sees what: every operation that the model offers, by every kind of caller, over every
//! audience, against tables that are written from `docs/privacy.md` and know nothing of the code.

use auth::{Caller, testing};
use edm::Navigation;
use http::Method;
use serde_json::json;
use uuid::Uuid;

use super::harness::{ADA, TENANT, World, app};
use crate::Settings;
use crate::model::{AUDIENCE_LISTS, PEOPLE_ADMIN_SETTINGS, PROFILE};

/// Who sees an item of each audience. `relative` and `contact` are on the owner's lists.
#[rustfmt::skip]
const SEES: &str = "
                me family contacts groupMembers organization federatedOrganizations everyone family,contacts
owner           +  +      +        +            +            +                      +        +
relative        -  +      -        -            +            +                      +        +
contact         -  -      +        -            +            +                      +        +
colleague       -  -      -        -            +            +                      +        -
peer            -  -      -        +            +            +                      +        -
guest           -  -      -        -            -            +                      +        -
administrator   +  +      +        +            +            +                      +        +
app             -  -      -        -            +            +                      +        -
trusted-app     +  +      +        +            +            +                      +        +
stranger        -  -      -        -            -            -                      -        -
anonymous       -  -      -        -            -            -                      +        -
";

/// What is answered to each operation on what the caller may see. `read` is every way of reading a profile.
/// An item that the caller may not see is not there: 404, unless the operation is refused before that is asked.
#[rustfmt::skip]
const MAY: &str = "
                read create update delete people person settings set-setting lists set-list group set-group manager
owner           200  201    200    204    200    200    403      403         200   204      200   403       403
relative        200  403    403    403    200    200    403      403         403   403      200   403       403
contact         200  403    403    403    200    200    403      403         403   403      200   403       403
colleague       200  403    403    403    200    200    403      403         403   403      200   403       403
peer            200  403    403    403    200    200    403      403         403   403      200   403       403
guest           200  403    403    403    200    200    403      403         403   403      200   403       403
administrator   200  201    200    204    200    200    200      200         200   204      200   200       204
app             200  201    200    204    200    200    200      200         403   403      200   200       204
trusted-app     200  201    200    204    200    200    200      200         403   403      200   200       204
stranger        404  403    403    403    200    404    403      403         403   403      404   403       403
anonymous       200  401    401    401    401    401    401      401         401   401      401   401       401
";

/// Column and row of a table.
fn cell<'a>(table: &'a str, row: &str, column: &str) -> &'a str {
    let mut lines = table.trim_matches('\n').lines();
    let at = lines.next().unwrap().split_whitespace().position(|name| name == column).unwrap();
    let line = lines.find(|line| line.split_whitespace().next() == Some(row)).unwrap();
    line.split_whitespace().nth(at + 1).unwrap()
}

fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.trim_matches('\n').lines().skip(1).map(|line| line.split_whitespace().next().unwrap())
}

fn audiences() -> impl Iterator<Item = &'static str> {
    SEES.trim_matches('\n').lines().next().unwrap().split_whitespace()
}

const IDS: &[(&str, u128)] = &[
    ("relative", 0x201),
    ("contact", 0x202),
    ("colleague", 0x203),
    ("peer", 0x204),
    ("guest", 0x205),
    ("administrator", 0x206),
];

/// A caller of that kind, with all scopes there are.
fn caller(kind: &str) -> Caller {
    let scopes = "User.ReadWrite.All PeopleSettings.ReadWrite.All";
    let known =
        IDS.iter().find(|(name, _)| *name == kind).map(|(_, id)| testing::person(TENANT, Uuid::from_u128(*id), scopes));
    match (kind, known) {
        ("owner", _) => testing::person(TENANT, ADA, scopes),
        ("guest", Some(person)) => testing::with_roles(person, "guest"),
        ("administrator", Some(person)) => testing::with_roles(person, "people administrator"),
        (_, Some(person)) => person,
        ("app", _) => app("robot", scopes),
        ("trusted-app", _) => app("robot", &format!("{scopes} Profile.ReadAllAudiences")),
        ("stranger", _) => testing::person(Uuid::from_u128(0xbad), Uuid::from_u128(0xbad), scopes),
        _ => Caller::nobody(TENANT),
    }
}

fn world() -> World {
    let world = World::with(Settings { public_pages: true, ..Settings::default() });
    let person = |(name, id): &(&str, u128)| json!({"id": Uuid::from_u128(*id), "userPrincipalName": format!("{name}@fjord.example"), "displayName": name});
    world.load(&IDS.iter().map(person).collect::<Vec<_>>()).unwrap();
    for (list, (_, id)) in [("family", IDS[0]), ("contacts", IDS[1])] {
        let body = json!({"@odata.id": format!("http://here/beta/users/{}", Uuid::from_u128(id))});
        assert_eq!(world.post(&caller("owner"), &format!("me/audienceLists/{list}/$ref"), &body).status, 204);
    }
    // A group that is an audience, and one that everybody is in and that is none.
    for (flagged, members) in
        [(true, vec![ADA, id("peer")]), (false, IDS.iter().map(|(_, id)| Uuid::from_u128(*id)).chain([ADA]).collect())]
    {
        let body = json!({"displayName": "a group", "isAudienceGroup": flagged});
        let group = world.post(&caller("administrator"), "groups", &body).ok(201)["id"].as_str().unwrap().to_owned();
        for member in members {
            let body = json!({"@odata.id": format!("http://here/beta/users/{member}")});
            let url = format!("groups/{group}/members/$ref");
            assert_eq!(world.post(&caller("administrator"), &url, &body).status, 204);
        }
    }
    world
}

fn id(kind: &str) -> Uuid {
    IDS.iter().find(|(name, _)| *name == kind).map(|(_, id)| Uuid::from_u128(*id)).unwrap()
}

/// Kinds of callers for whom the tables hold.
fn kinds() -> impl Iterator<Item = &'static str> {
    rows(SEES)
}

fn collections() -> impl Iterator<Item = &'static Navigation> {
    PROFILE.all_navigation()
}

impl World {
    fn item(&self, collection: &Navigation, audience: &str) -> String {
        let url = format!("users/{ADA}/profile/{}", collection.name);
        let made = self.post(&caller("owner"), &url, &json!({"allowedAudiences": audience})).ok(201);
        format!("{url}/{}", made["id"].as_str().unwrap())
    }

    fn status(&self, kind: &str, method: &Method, url: &str) -> u16 {
        let body = match *method {
            Method::POST | Method::PATCH => "{}",
            _ => "",
        };
        self.send(&caller(kind), method.clone(), url, &[], body).status
    }
}

#[test]
fn the_tables_are_whole() {
    assert!(rows(SEES).eq(rows(MAY)));
    let told: std::collections::BTreeSet<_> = audiences().flat_map(|audience| audience.split(',')).collect();
    let known = crate::model::ALLOWED_AUDIENCES.members.iter().map(|member| member.name);
    assert!(known.filter(|name| *name != "unknownFutureValue").all(|name| told.contains(name)));
}

#[test]
fn every_way_of_reading_shows_what_the_table_says() {
    let world = world();
    for collection in collections() {
        let items: Vec<_> = audiences().map(|audience| (audience, world.item(collection, audience))).collect();
        for kind in kinds() {
            let caller = caller(kind);
            let seen: Vec<_> = items.iter().filter(|(audience, _)| cell(SEES, kind, audience) == "+").collect();
            for (audience, item) in &items {
                let expected = if cell(SEES, kind, audience) == "+" { 200 } else { 404 };
                for suffix in ["", "/id", "/allowedAudiences/$value", "/$ref", "?$select=id"] {
                    let status = world.get_raw(&caller, &format!("{item}{suffix}"));
                    assert_eq!(status, expected, "{kind} {audience} {item}{suffix}");
                }
            }
            let read: u16 = cell(MAY, kind, "read").parse().unwrap();
            let profile = format!("users/{ADA}/profile");
            let list = format!("{profile}/{}", collection.name);
            let answers = [
                (list.clone(), "value"),
                (format!("{list}?$filter=id ne null&$orderby=id&$count=true&$top=99"), "value"),
                (profile.clone(), collection.name),
                (format!("{profile}?$expand={}($orderby=id)", collection.name), collection.name),
            ];
            for (url, member) in answers {
                let answer = world.get(&caller, &url);
                assert_eq!(answer.status, read, "{kind} {url}");
                if read == 200 {
                    assert_eq!(answer.body[member].as_array().unwrap().len(), seen.len(), "{kind} {url}");
                }
            }
            if read == 200 {
                assert_eq!(world.get(&caller, &format!("{list}/$count")).ok(200), json!(seen.len()), "{kind}");
            }
            let people = cell(MAY, kind, "people");
            let found = format!("users?$filter=profile/{}/$count eq {}&$expand=profile", collection.name, seen.len());
            let answer = world.get(&caller, &found);
            assert_eq!(answer.status.to_string(), people, "{kind} {found}");
            let is_ada = |person: &&serde_json::Value| person["id"] == json!(ADA);
            if let Some(ada) = answer.body["value"].as_array().and_then(|people| people.iter().find(is_ada)) {
                assert_eq!(ada["profile"][collection.name].as_array().unwrap().len(), seen.len(), "{kind}");
            } else {
                assert!(people != "200" || kind == "stranger", "{kind} {found}");
            }
        }
        for (_, item) in items {
            assert_eq!(world.delete(&caller("owner"), &item).status, 204);
        }
    }
}

#[test]
fn every_way_of_changing_is_for_those_whom_the_table_names() {
    let world = world();
    for collection in collections() {
        for kind in kinds() {
            let list = format!("users/{ADA}/profile/{}", collection.name);
            let may = |operation: &str| cell(MAY, kind, operation).parse::<u16>().unwrap();
            assert_eq!(world.status(kind, &Method::POST, &list), may("create"), "{kind} {list}");
            for audience in audiences() {
                let item = world.item(collection, audience);
                for (operation, method) in [("update", Method::PATCH), ("delete", Method::DELETE)] {
                    let hidden = cell(SEES, kind, audience) == "-" && may(operation) < 300;
                    let expected = if hidden { 404 } else { may(operation) };
                    assert_eq!(world.status(kind, &method, &item), expected, "{kind} {audience} {method} {item}");
                }
                world.delete(&caller("owner"), &item);
            }
            assert_eq!(world.delete(&caller("owner"), "me/profile").status, 204);
        }
    }
}

#[test]
fn people_groups_settings_and_lists_are_for_those_whom_the_table_names() {
    let world = world();
    let groups = world.get(&caller("administrator"), "groups").ok(200);
    let group = groups["value"][0]["id"].as_str().unwrap().to_owned();
    for kind in kinds() {
        let may = |operation: &str| cell(MAY, kind, operation).parse::<u16>().unwrap();
        let check = |operation: &str, method: Method, url: &str| {
            assert_eq!(world.status(kind, &method, url), may(operation), "{kind} {method} {url}");
        };
        check("people", Method::GET, "users");
        check("people", Method::GET, "users/$count");
        check("person", Method::GET, &format!("users/{ADA}"));
        check("person", Method::GET, &format!("users/{ADA}/displayName"));
        let group = group.as_str();
        check("group", Method::GET, &format!("groups/{group}"));
        check("group", Method::GET, &format!("groups/{group}/members"));
        check("set-group", Method::PATCH, &format!("groups/{group}"));
        let manager = json!({"@odata.id": format!("http://here/beta/users/{}", id("administrator"))}).to_string();
        let url = format!("users/{ADA}/manager/$ref");
        let linked = world.send(&caller(kind), Method::PUT, &url, &[], &manager).status;
        assert_eq!(linked, may("manager"), "{kind} {url}");
        check("settings", Method::GET, "admin");
        check("settings", Method::GET, "admin/people");
        for setting in PEOPLE_ADMIN_SETTINGS.all_navigation() {
            let url = format!("admin/people/{}", setting.name);
            check("settings", Method::GET, &url);
            match setting.collection {
                true => check("settings", Method::GET, &format!("{url}/$count")),
                false => check("set-setting", Method::PATCH, &url),
            }
        }
        for list in AUDIENCE_LISTS.all_navigation() {
            let url = format!("users/{ADA}/audienceLists/{}", list.name);
            check("lists", Method::GET, &url);
            let body = json!({"@odata.id": format!("http://here/beta/users/{}", Uuid::from_u128(IDS[2].1))});
            let linked = world.post(&caller(kind), &format!("{url}/$ref"), &body).status;
            // A stranger is told first that nobody is there to be listed.
            assert!(linked == may("set-list") || (kind == "stranger" && linked == 404), "{kind} {url} {linked}");
        }
    }
}
