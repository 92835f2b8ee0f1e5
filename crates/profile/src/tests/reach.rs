//! Lists of people that reach into their profiles, and sets of their items changed at once.

use auth::{Caller, testing};
use http::Method;
use serde_json::{Value as Json, json};

use super::harness::{ADA, World, ada, app, grace};

/// Ada knows Rust, and C for nobody to know; Grace knows COBOL; thirteen others know Rust.
fn world() -> World {
    let world = World::new();
    let skill = |name: &str, audience: &str| json!({"displayName": name, "allowedAudiences": audience, "proficiency": "expert"});
    world.post(&ada(), "me/profile/skills", &skill("Rust", "organization")).ok(201);
    world.post(&ada(), "me/profile/skills", &skill("C", "me")).ok(201);
    world.post(&grace("User.ReadWrite"), "me/profile/skills", &skill("COBOL", "everyone")).ok(201);
    let others: Vec<Json> = (0..13)
        .map(|number| {
            json!({
                "userPrincipalName": format!("p{number}@fjord.example"),
                "displayName": format!("P{number:02}"),
                "profile": {"skills": [{"displayName": "Rust", "allowedAudiences": "organization"}]},
            })
        })
        .collect();
    world.load(&others).unwrap();
    world
}

fn names(answer: &Json) -> Vec<String> {
    let people = answer["value"].as_array().unwrap();
    people.iter().map(|person| person["displayName"].as_str().unwrap().to_owned()).collect()
}

const RUST: &str = "$filter=profile/skills/any(s:s/displayName eq 'Rust')";
const C: &str = "$filter=profile/skills/any(s:s/displayName eq 'C')";

#[test]
fn people_come_with_their_profiles() {
    let world = world();
    let url = "users?$expand=profile($select=id;$expand=skills($select=displayName;$filter=displayName ne 'COBOL';$count=true))&$top=2";
    let page = world.get(&grace("User.Read.All"), url).ok(200);
    assert_eq!(names(&page), ["Ada", "Grace"]);
    let profile = &page["value"][0]["profile"];
    assert_eq!(profile["id"], json!(ADA));
    assert_eq!(profile["skills"].as_array().unwrap().len(), 1, "what is for Ada alone is not there: {profile:#}");
    assert_eq!(profile["skills"][0]["displayName"], "Rust");
    assert_eq!(page["value"][1]["profile"]["skills@odata.count"], 0);
    let all = world.get(&ada(), url).ok(200);
    assert_eq!(all["value"][0]["profile"]["skills@odata.count"], 2);
    let whole = world.get(&grace("User.Read.All"), "users?$expand=profile&$top=1").ok(200);
    assert_eq!(whole["value"][0]["profile"]["skills"].as_array().unwrap().len(), 1);
    let single = world.get(&grace("User.Read.All"), &format!("users/{ADA}?$expand=profile($expand=skills)")).ok(200);
    assert_eq!(single["profile"]["skills"].as_array().unwrap().len(), 1);
}

#[test]
fn people_are_found_by_what_the_caller_may_see_of_them() {
    let world = world();
    let count = |caller: &Caller, condition: &str| {
        let page = world.get(caller, &format!("users?{condition}&$count=true&$top=1")).ok(200);
        let count = world.get(caller, &format!("users/$count?{condition}")).ok(200);
        assert_eq!(page["@odata.count"], count, "{condition}");
        assert_eq!(page["value"].as_array().unwrap().len(), usize::from(count != json!(0)), "{condition}");
        count
    };
    let guest = testing::with_roles(grace("User.Read.All"), "guest");
    for (caller, condition, expected) in [
        (&ada(), RUST, 14),
        (&grace("User.Read.All"), RUST, 14),
        (&app("robot", "User.Read.All"), RUST, 14),
        (&guest, RUST, 0),
        (&ada(), C, 1),
        (&grace("User.Read.All"), C, 0),
        (&guest, C, 0),
        (&app("robot", "User.Read.All"), C, 0),
        (&app("robot", "User.Read.All Profile.ReadAllAudiences"), C, 1),
        (&guest, "$filter=profile/skills/any(s:s/displayName eq 'COBOL')", 1),
        (&grace("User.Read.All"), "$filter=profile/skills/$count($filter=proficiency eq 'expert') eq 2", 0),
        (&ada(), "$filter=profile/skills/$count($filter=proficiency eq 'expert') eq 2", 1),
        (&grace("User.Read.All"), "$filter=profile/skills/$count($search=Rust) ge 1", 14),
        (&grace("User.Read.All"), "$filter=profile/skills/all(s:s/displayName eq 'Rust')", 14),
        (&ada(), "$filter=profile/skills/all(s:s/displayName eq 'Rust')", 13),
    ] {
        assert_eq!(count(caller, condition), expected, "{condition} {:?}", caller.roles);
    }
}

#[test]
fn order_tells_nothing_that_is_hidden() {
    let world = world();
    let order = |caller: &Caller| {
        names(&world.get(caller, "users?$orderby=profile/skills/$count desc,displayName&$top=3").ok(200))
    };
    assert_eq!(order(&ada()), ["Ada", "Grace", "P00"]);
    world.post(&grace("User.ReadWrite"), "me/profile/skills", &json!({"allowedAudiences": "organization"})).ok(201);
    assert_eq!(order(&grace("User.Read.All")), ["Grace", "Ada", "P00"]);
    assert_eq!(order(&ada()), ["Ada", "Grace", "P00"]);
}

#[test]
fn pages_of_people_found_so_make_up_the_list() {
    let world = world();
    let caller = grace("User.Read.All");
    for order in ["", "&$orderby=displayName desc", "&$orderby=profile/skills/$count,displayName"] {
        let whole = names(&world.get(&caller, &format!("users?{RUST}{order}")).ok(200));
        assert_eq!(whole.len(), 14);
        let mut url = format!("users?{RUST}{order}&$top=4&$count=true");
        let mut pages = Vec::new();
        loop {
            let page = world.get(&caller, &url).ok(200);
            assert_eq!(page["@odata.count"], 14);
            pages.extend(names(&page));
            match page["@odata.nextLink"].as_str() {
                Some(next) => url = next.trim_start_matches("http://here/beta/").to_owned(),
                None => break,
            }
        }
        assert_eq!(pages, whole, "{order}");
    }
}

#[test]
fn profiles_need_the_scope_that_profiles_need() {
    let world = world();
    let robot = app("robot", "User.ReadBasic.All");
    world.get(&robot, "users").ok(200);
    for url in [
        "users?$expand=profile".to_owned(),
        format!("users?{RUST}"),
        format!("users/$count?{RUST}"),
        "users?$orderby=profile/skills/$count".to_owned(),
        format!("users/{ADA}?$expand=profile"),
    ] {
        world.get(&robot, &url).error(403, "Authorization_RequestDenied");
    }
    // What of a person may not be seen finds nobody either.
    let basic = grace("User.ReadBasic.All");
    world.patch(&ada(), &format!("users/{ADA}"), &json!({"jobTitle": "Countess"})).ok(200);
    let url = "users/$count?$filter=jobTitle eq 'Countess'";
    assert_eq!(world.get(&basic, url).ok(200), json!(0));
    assert_eq!(world.get(&grace("User.Read.All"), url).ok(200), json!(1));
}

#[test]
fn the_root_shows_no_more_than_its_addresses() {
    let world = world();
    let count = |caller: &Caller, condition: &str| {
        let url = format!("users/$count?$filter={}", condition.replace("ADA", &ADA.to_string()));
        world.get(caller, &url).ok(200).as_u64().unwrap()
    };
    let member = grace("User.Read.All");
    for (condition, for_ada, for_grace) in [
        ("$root/users('ADA')/profile/skills/any(s:s/displayName eq 'C')", 15, 0),
        ("$root/users('ada@fjord.example')/profile/skills/$count eq 1", 0, 15),
        ("$root/me/id eq id", 1, 1),
        ("$root/users/any(u:u/profile/skills/any(s:s/displayName eq 'C') and u/id eq $it/id)", 1, 0),
        ("$root/users('nobody@fjord.example')/displayName eq null", 15, 15),
    ] {
        assert_eq!((count(&ada(), condition), count(&member, condition)), (for_ada, for_grace), "{condition}");
    }
    for url in [
        "users?$filter=$root/users/any(u:u/profile/skills/any())",
        "users?$filter=$root/users('ADA')/profile/id ne null",
    ] {
        let url = url.replace("ADA", &ADA.to_string());
        world.get(&app("robot", "User.ReadBasic.All"), &url).error(403, "Authorization_RequestDenied");
    }
    let url = "users?$expand=profile($expand=skills($filter=displayName eq $it/displayName))&$top=1";
    assert_eq!(world.get(&ada(), url).ok(200)["value"][0]["profile"]["skills"], json!([]));
}

/// `"displayName:gra"` as Graph's clients search the directory.
#[test]
fn people_are_searched_by_one_property() {
    let world = world();
    let found = |search: &str| names(&world.get(&ada(), &format!("users?$search={search}&$count=true")).ok(200));
    assert_eq!(found("\"displayName:gra\""), ["Grace"]);
    assert_eq!(found("\"DISPLAYNAME:Grace\""), ["Grace"]);
    assert!(found("\"displayName:ace\"").is_empty());
    assert_eq!(found("\"displayName:gra\" OR \"userPrincipalName:ada\""), ["Ada", "Grace"]);
    assert_eq!(found("\"displayName:p0\" AND NOT \"displayName:p00\"").len(), 9);
    assert!(found("\"nothing:gra\"").is_empty());
    let own = world.get(&ada(), "me/profile?$expand=skills($search=\"displayName:ru\")").ok(200);
    assert_eq!(own["skills"].as_array().unwrap().len(), 1);
    let skilled = world.get(&ada(), "users?$filter=profile/skills/$count($search=\"displayName:cob\") eq 1").ok(200);
    assert_eq!(names(&skilled), ["Grace"]);
    // What of a person may not be seen is not found.
    world.patch(&ada(), &format!("users/{ADA}"), &json!({"jobTitle": "Countess"})).ok(200);
    let count = |caller: &Caller, option: &str| world.get(caller, &format!("users/$count?{option}")).ok(200);
    let (member, basic) = (grace("User.Read.All"), grace("User.ReadBasic.All"));
    let title = "$search=\"jobTitle:count\"";
    assert_eq!([&member, &basic].map(|caller| count(caller, title)), [json!(1), json!(0)]);
    let skill = "$filter=profile/skills/$count($search=\"displayName:c\") eq 1";
    assert_eq!([&ada(), &member].map(|caller| count(caller, skill)), [json!(2), json!(1)]);
}

#[test]
fn items_of_a_person_are_changed_together_as_far_as_they_are_seen() {
    let world = world();
    let url = "me/profile/skills/$filter(displayName eq 'Rust')/$each";
    let changed = world.patch(&ada(), url, &json!({"proficiency": "elementary"})).ok(200);
    assert_eq!(changed["value"].as_array().unwrap().len(), 1);
    let others = format!("users/{ADA}/profile/skills/$each");
    let refused = world.patch(&grace("User.ReadWrite.All"), &others, &json!({"proficiency": "elementary"}));
    refused.error(403, "ErrorAccessDeniedForRole");
    let robot = app("robot", "User.ReadWrite.All");
    assert_eq!(world.delete(&robot, &others).status, 204);
    assert_eq!(names(&world.get(&ada(), "me/profile/skills").ok(200)), ["C"], "what the app does not see stays");
    let url = "me/profile/skills/$filter(@f)/$each?@f=displayName eq 'C'";
    assert_eq!(world.send(&ada(), Method::DELETE, url, &[], "").status, 204);
    assert_eq!(world.get(&ada(), "me/profile/skills/$count").ok(200), json!(0));
}

#[test]
fn all_there_is_are_people() {
    let world = world();
    let all = world.get(&grace("User.Read.All"), "$all?$count=true&$top=3").ok(200);
    assert_eq!((all["@odata.count"].clone(), names(&all).len()), (json!(15), 3));
    let users = world.get(&grace("User.Read.All"), &format!("$all/microsoft.graph.user?{RUST}")).ok(200);
    assert_eq!(users["value"].as_array().unwrap().len(), 14);
    world.get(&grace("User.Read"), "$all").error(403, "Authorization_RequestDenied");
}

#[test]
fn of_fewer_than_five_people_nothing_is_told_together() {
    let world = world();
    let rows =
        |caller: &Caller, apply: &str| world.get(caller, &format!("users?$apply={apply}")).ok(200)["value"].clone();
    let counted = |n: usize| json!([{"n@odata.type": "#Decimal", "n": n}]);
    let caller = grace("User.Read.All");
    let knows = |name: &str| format!("filter(profile/skills/any(s:s/displayName eq '{name}'))");
    assert_eq!(rows(&caller, &format!("{}/aggregate($count as n)", knows("Rust"))), counted(14));
    for few in [
        format!("{}/aggregate($count as n)", knows("COBOL")),
        format!("{}/groupby((jobTitle),aggregate($count as n))", knows("COBOL")),
        format!("{}/groupby((jobTitle))", knows("COBOL")),
        format!("{}/top(4)/aggregate($count as n)", knows("Rust")),
        format!("{0}/top(4)/concat(identity,identity)/aggregate($count as n)", knows("Rust")),
        format!("{}/aggregate($count as n)", knows("nothing")),
    ] {
        assert_eq!(rows(&caller, &few), json!([]), "{few}");
        assert_eq!(world.get(&caller, &format!("users/$count?$apply={few}")).ok(200), json!(0), "{few}");
    }
    assert_eq!(rows(&caller, &format!("{}/top(5)/aggregate($count as n)", knows("Rust"))), counted(5));
    // People themselves are listed, and what is not of profiles is told of any number.
    assert_eq!(rows(&caller, &format!("{}/compute(1 as one)", knows("COBOL"))).as_array().unwrap().len(), 1);
    assert_eq!(rows(&caller, "filter(displayName eq 'Ada')/aggregate($count as n)"), counted(1));
    let own = world.get(&caller, "me/profile/skills?$apply=aggregate($count as n)").ok(200);
    assert_eq!(own["value"], counted(1), "nor is there a bound within one page");
}

#[test]
fn facets_tell_of_no_fewer_than_five_people() {
    let world = world();
    let facets = |caller: &Caller| {
        let url = "users?$apply=join(profile/skills as s)/compute(s/displayName as name)/groupby((name),aggregate($count as n))";
        world.get(caller, url).ok(200)["value"].clone()
    };
    let rust = facets(&grace("User.Read.All"));
    assert_eq!((rust.as_array().unwrap().len(), &rust[0]["n"]), (1, &json!(14)), "{rust:#}");
    assert_eq!(facets(&ada()).as_array().unwrap().len(), 1, "nor to those who see everything");
}
