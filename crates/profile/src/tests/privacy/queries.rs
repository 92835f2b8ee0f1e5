//! Random requests: every query option, single items and what they are made of, pages, conditions, batches, changes.

use fuzz::Dice;
use http::Method;
use serde_json::json;

use super::super::harness::World;
use super::scene::{COLLECTIONS, Scene};

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Query {
    fn get(url: String) -> Query {
        Query { method: Method::GET, url, headers: Vec::new(), body: String::new() }
    }

    /// The same elsewhere.
    pub(super) fn at(self, url: String) -> Query {
        Query { url, ..self }
    }
}

const ITEM_FILTERS: &[&str] = &[
    "displayName eq 'Rust'",
    "contains(tolower(displayName),'r')",
    "displayName in ('C','Zig',null)",
    "inference ne null",
    "allowedAudiences has microsoft.graph.allowedAudiences'organization'",
    "createdBy/application/id eq 'guesser'",
    "not (displayName gt 'D')",
    "isSearchable ne false",
    "lastModifiedDateTime gt 1970-01-01T00:00:20Z",
    "length(displayName) gt 1 and inference eq null",
];
const ITEM_ORDERS: &[&str] =
    &["displayName", "displayName desc", "createdDateTime desc", "id desc", "length(displayName),id"];
const APPLIES: &[&str] = &[
    "aggregate($count as n)",
    "groupby((displayName),aggregate($count as n))",
    "filter(displayName ne 'C')/groupby((allowedAudiences),aggregate($count as n,id with max as last))",
    "topcount(2,length(displayName))",
    "compute(length(displayName) as l)/orderby(l desc)/top(3)",
];
const USER_FILTERS: &[&str] = &[
    "profile/{c}/any(s:s/displayName eq 'Rust')",
    "profile/{c}/any()",
    "profile/{c}/all(s:s/displayName ne 'C')",
    "profile/{c}/$count gt 1",
    "profile/{c}/$count($filter=inference ne null) ge 1",
    "profile/{c}/$count($search=Rust) ge 1 or startswith(displayName,'A')",
    "profile/skills/any(s:profile/languages/any(l:l/displayName eq s/displayName))",
];
const USER_ORDERS: &[&str] = &["profile/{c}/$count desc", "profile/{c}/$count,displayName desc", "displayName desc"];
const USER_APPLIES: &[&str] = &[
    "filter(profile/{c}/any())/aggregate($count as n)",
    "groupby((jobTitle),aggregate($count as n))",
    "compute(profile/{c}/$count as n)/filter(n gt 0)",
    "aggregate(profile/{c}/$count with sum as n)",
];
const EXPANDS: &[&str] = &[
    "profile",
    "profile($expand={c})",
    "profile($select=id;$expand={c}($filter=displayName ne 'C';$orderby=displayName;$top=2;$count=true))",
    "profile($expand={c}($search=Rust;$select=displayName),skills/$count)",
    "profile($expand=*)",
];

fn pick(dice: &mut Dice, from: &[&str]) -> String {
    from[dice.below(from.len())].replace("{c}", COLLECTIONS[dice.below(COLLECTIONS.len())])
}

/// Ready to stand in a URL.
fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace(' ', "%20").replace('+', "%2B").replace('&', "%26").replace('#', "%23")
}

/// Any request over the scene.
pub(super) fn random(dice: &mut Dice, scene: &Scene, whole: &World) -> Query {
    match dice.below(23) {
        0..5 => item_list(dice, scene),
        5..8 => single(dice, scene, whole),
        8..12 => people(dice),
        12 | 13 => person(dice, scene),
        14 => batch(dice, scene, whole),
        15 | 16 => change(dice, scene),
        17 => Query::get(format!(
            "{}/$count{}",
            collection(dice, scene),
            options(dice, &["filter", "search"], ITEM_FILTERS)
        )),
        20..23 => related(dice, scene),
        18 => Query::get(format!(
            "$all{}",
            pick(dice, &["?$count=true&$top=3", "/microsoft.graph.user?$orderby=displayName"])
        )),
        _ => Query {
            method: Method::POST,
            headers: vec![("content-type", "text/plain".into())],
            body: String::new(),
            url: format!("{}/$query", collection(dice, scene)),
        },
    }
}

fn collection(dice: &mut Dice, scene: &Scene) -> String {
    let owner = scene.people[dice.below(scene.people.len())];
    let start = if dice.below(6) == 0 { "me".to_owned() } else { format!("users/{owner}") };
    format!("{start}/profile/{}", COLLECTIONS[dice.below(COLLECTIONS.len())])
}

/// `?` and some of these options, each with some chance.
fn options(dice: &mut Dice, names: &[&str], filters: &[&str]) -> String {
    let mut all = Vec::new();
    for name in names {
        if dice.below(3) > 0 {
            continue;
        }
        let value = match *name {
            "filter" => pick(dice, filters),
            "search" => pick(dice, &["Rust", "rust OR Zig", "NOT C"]),
            "orderby" => pick(dice, ITEM_ORDERS),
            "top" | "skip" => (dice.below(4) + usize::from(*name == "top")).to_string(),
            "count" => "true".into(),
            "select" => pick(dice, &["displayName", "id,allowedAudiences", "createdBy,inference/confidenceScore", "*"]),
            "compute" => "length(displayName) as l".into(),
            other => panic!("{other}"),
        };
        all.push(format!("${name}={}", encoded(&value)));
    }
    if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) }
}

fn item_list(dice: &mut Dice, scene: &Scene) -> Query {
    let url = collection(dice, scene);
    if dice.below(4) == 0 {
        return Query::get(format!("{url}?$apply={}", encoded(&pick(dice, APPLIES))));
    }
    let names = ["filter", "search", "orderby", "top", "skip", "count", "select", "compute"];
    let mut query = Query::get(format!("{url}{}", options(dice, &names, ITEM_FILTERS)));
    if dice.below(2) == 0 {
        query.headers.push(("prefer", format!("maxpagesize={}", 1 + dice.below(3))));
    }
    if dice.below(6) == 0 {
        query.headers.push((
            "accept",
            pick(dice, &["application/json;odata.metadata=full", "application/json;odata.metadata=none"]),
        ));
    }
    query
}

/// An item that somebody has, or nobody.
fn item(dice: &mut Dice, scene: &Scene) -> (String, String) {
    let (owner, collection, id, tag) = &scene.items[dice.below(scene.items.len())];
    let id = if dice.below(8) == 0 { "00000000-0000-0000-0000-000000000009" } else { id };
    (format!("users/{owner}/profile/{collection}/{id}"), tag.clone())
}

fn single(dice: &mut Dice, scene: &Scene, _: &World) -> Query {
    let (url, tag) = item(dice, scene);
    let suffix = pick(
        dice,
        &[
            "",
            "",
            "",
            "/allowedAudiences",
            "/inference",
            "/inference/confidenceScore/$value",
            "/$ref",
            "?$select=id",
            "/microsoft.graph.itemFacet",
            "/createdBy/user",
            "?$expand=*",
            "/displayName",
        ],
    );
    let mut query = Query::get(format!("{url}{suffix}"));
    if dice.below(3) == 0 {
        let name = if dice.below(2) == 0 { "if-none-match" } else { "if-match" };
        query.headers.push((name, if dice.below(3) == 0 { "*".into() } else { tag }));
    }
    query
}

fn people(dice: &mut Dice) -> Query {
    let mut options = Vec::new();
    let mut maybe = |dice: &mut Dice, odds: usize, name: &str, from: &[&str]| {
        if dice.below(odds) == 0 {
            options.push(format!("${name}={}", encoded(&pick(dice, from))));
        }
    };
    if dice.below(6) == 0 {
        maybe(dice, 1, "apply", USER_APPLIES);
    } else {
        maybe(dice, 2, "filter", USER_FILTERS);
        maybe(dice, 3, "orderby", USER_ORDERS);
        maybe(dice, 3, "expand", EXPANDS);
        maybe(dice, 3, "count", &["true"]);
        maybe(dice, 3, "top", &["1", "2"]);
        maybe(dice, 6, "skip", &["1"]);
    }
    let path = if dice.below(6) == 0 { "users/$count" } else { "users" };
    let options: Vec<_> =
        options.into_iter().filter(|option| path == "users" || option.starts_with("$filter")).collect();
    Query::get(format!("{path}?{}", options.join("&")))
}

fn person(dice: &mut Dice, scene: &Scene) -> Query {
    let owner = scene.people[dice.below(scene.people.len())];
    let expand = encoded(&pick(dice, EXPANDS));
    let suffix = pick(
        dice,
        &["/profile", "/profile?$expand={c}($count=true)", "/profile?$select=skills,notes", "/responsibilities"],
    );
    match dice.below(4) {
        0 => Query::get(format!("users/{owner}?$expand={expand}")),
        1 => Query::get("users/ada@fjord.example/profile".into()),
        2 => Query::get(pick(dice, &["me/profile", "me?$expand=profile", "me"])),
        _ => Query::get(format!("users/{owner}{suffix}")),
    }
}

/// Profiles at the end of relationships.
fn related(dice: &mut Dice, scene: &Scene) -> Query {
    let owner = scene.people[dice.below(scene.people.len())];
    let group = &scene.group_ids[dice.below(scene.group_ids.len())];
    let item = scene.items[dice.below(scene.items.len())].2.clone();
    let url = match dice.below(9) {
        0 => format!("users/{owner}/manager/profile/{{c}}?$count=true"),
        1 => format!("users/{owner}/manager/profile/skills/{item}"),
        2 => format!("users/{owner}/directReports?$filter=profile/{{c}}/any()&$expand=profile"),
        3 => format!("groups/{group}/members?$filter=profile/{{c}}/any(s:s/displayName eq 'Rust')&$count=true"),
        4 => format!("groups/{group}/members/{owner}/profile/{{c}}"),
        5 => "groups?$expand=members($expand=profile($expand={c}))".into(),
        6 => format!("users/{owner}?$expand=manager($expand=profile),directReports($expand=profile($expand={{c}}))"),
        7 => format!("users?$filter=$root/users('{owner}')/profile/{{c}}/any()&$orderby=id"),
        _ => "users?$expand=manager($expand=profile)&$orderby=manager/profile/{c}/$count desc,id".into(),
    };
    Query::get(url.replace("{c}", COLLECTIONS[dice.below(COLLECTIONS.len())]).replace(' ', "%20"))
}

fn batch(dice: &mut Dice, scene: &Scene, whole: &World) -> Query {
    let inner = |dice: &mut Dice| match dice.below(3) {
        0 => item_list(dice, scene),
        1 => single(dice, scene, whole),
        _ => people(dice),
    };
    let requests: Vec<_> = (0..1 + dice.below(4))
        .map(|at| {
            let query = inner(dice);
            let headers: serde_json::Map<_, _> =
                query.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            json!({"id": at.to_string(), "method": "GET", "url": format!("/{}", query.url), "headers": headers})
        })
        .collect();
    let body = json!({ "requests": requests }).to_string();
    Query { method: Method::POST, url: "$batch".into(), headers: Vec::new(), body }
}

fn change(dice: &mut Dice, scene: &Scene) -> Query {
    let (url, tag) = item(dice, scene);
    let headers = match dice.below(3) {
        0 => vec![("if-match", tag)],
        1 => vec![("prefer", "return=minimal".to_owned())],
        _ => Vec::new(),
    };
    let list = url.rsplit_once('/').map_or("", |(list, _)| list);
    let (method, url, body) = match dice.below(6) {
        0 => (Method::DELETE, url, String::new()),
        1 => (Method::PATCH, url, json!({"isSearchable": true}).to_string()),
        2 => (Method::POST, list.to_owned(), json!({"allowedAudiences": "organization"}).to_string()),
        3 => (
            Method::PATCH,
            format!("{list}/$filter(isSearchable%20eq%20null)/$each"),
            json!({"isSearchable": true}).to_string(),
        ),
        4 => (Method::DELETE, format!("{list}/$filter(isSearchable%20eq%20false)/$each"), String::new()),
        _ => (Method::PATCH, url, json!({"displayName": 5}).to_string()),
    };
    Query { method, url, headers, body }
}
