//! Laws of queries over the whole service, on random skills and random conditions: what must hold whatever they mean.
//!
//! Brief in the suite; `PROPTEST_CASES` makes it long, and `cargo xtask prove laws` sets it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::{collection, option};
use serde_json::{Value as Json, json};

use super::harness::{World, ada};

const URL: &str = "/me/profile/skills";

#[derive(Debug, Clone)]
struct Skill {
    name: Option<&'static str>,
    level: Option<&'static str>,
    categories: Vec<&'static str>,
}

const NAMES: &[&str] = &["Rust", "rust", "Ada", "", "Ærøskøbing", "b'c & d", "a+b/c%20", "日本", "🌊🌊", "Zig"];
const LEVELS: &[&str] = &["elementary", "limitedWorking", "generalProfessional", "advancedProfessional", "expert"];
const CATEGORIES: &[&str] = &["a", "b", "Rust", "professional"];

fn skills() -> impl Strategy<Value = Vec<Skill>> {
    let skill = (option::of(select(NAMES)), option::of(select(LEVELS)), collection::vec(select(CATEGORIES), 0..3));
    let skill = skill.prop_map(|(name, level, categories)| Skill { name, level, categories });
    collection::vec(skill, 0..12)
}

/// Expressions that are numbers, or null.
fn numbers() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "length(displayName)",
        "categories/$count",
        "indexof(displayName,'u')",
        "length(displayName) mod 3",
        "2",
        "-1",
        "null",
        "year(createdDateTime) sub 1969",
        "length(concat(displayName,'x'))",
        "case(proficiency eq 'expert':10,displayName ne null:length(displayName))",
    ]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), select(vec!["add", "sub", "mul"]), inner)
            .prop_map(|(left, operator, right)| format!("({left} {operator} {right})"))
    })
}

fn conditions() -> impl Strategy<Value = String> {
    let text = select(NAMES).prop_map(quoted);
    let level = select(LEVELS);
    let compare = select(vec!["eq", "ne", "lt", "le", "gt", "ge"]);
    let leaf = prop_oneof![
        (compare.clone(), text.clone()).prop_map(|(operator, text)| format!("displayName {operator} {text}")),
        (compare.clone(), level).prop_map(|(operator, level)| format!("proficiency {operator} '{level}'")),
        (numbers(), compare, numbers()).prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
        text.clone().prop_map(|text| format!("contains(tolower(displayName),tolower({text}))")),
        text.clone().prop_map(|text| format!("categories/any(c:c eq {text} or c eq $it/displayName)")),
        text.clone().prop_map(|text| format!("categories/all(c:c lt {text})")),
        text.prop_map(|text| format!("displayName in ({text},'Zig',null)")),
        select(vec![
            "webUrl eq null",
            "proficiency in ('expert',null)",
            "categories/any()",
            "startswith(displayName,null)",
            "endswith(displayName,'t') eq null",
            "createdDateTime gt 2020-01-01T00:00:00Z",
            "isof(displayName,Edm.String)",
            "cast(categories/$count,Edm.String) eq '2'",
            "true",
            "null",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 10, 2, |inner| {
        prop_oneof![
            (inner.clone(), select(vec!["and", "or"]), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            (inner.clone(), inner).prop_map(|(left, right)| format!("({left}) eq ({right})")),
        ]
    })
}

const ORDERS: &[&str] = &[
    "displayName",
    "displayName desc",
    "proficiency,displayName desc",
    "categories/$count desc,proficiency desc",
    "length(displayName)",
    "displayName eq null,createdDateTime desc",
];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Everything but letters and digits is encoded.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Only what has to be is encoded, and blanks as plus signs.
fn barely(text: &str) -> String {
    let letter = |letter: char| match letter {
        ' ' => "+".to_owned(),
        '+' | '&' | '%' | '#' | '"' => format!("%{:02x}", u32::from(letter)),
        _ if letter.is_ascii() => letter.to_string(),
        _ => encoded(&letter.to_string()),
    };
    text.chars().map(letter).collect()
}

impl World {
    fn of_skills(skills: &[Skill]) -> Self {
        let world = World::new();
        for Skill { name, level, categories } in skills {
            let body = json!({"displayName": name, "proficiency": level, "categories": categories});
            world.post(&ada(), URL, &body).ok(201);
        }
        world
    }

    /// The items that options ask for, and the answer.
    fn asked(&self, options: &[(&str, &str)]) -> (Vec<Json>, Json) {
        let options: Vec<String> = options.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let answer = self.get(&ada(), &format!("{URL}?{}", options.join("&"))).ok(200);
        (answer["value"].as_array().unwrap().clone(), answer)
    }

    fn items(&self, options: &[(&str, &str)]) -> Vec<Json> {
        self.asked(options).0
    }

    /// The ids of what a condition keeps.
    fn kept(&self, condition: &str) -> Vec<String> {
        ids(&self.items(&[("$filter", condition), ("$top", "999")]))
    }

    /// All pages from that URL on.
    fn pages(&self, url: &str, most: usize) -> Vec<Json> {
        let (mut found, mut url) = (Vec::new(), url.to_owned());
        loop {
            let answer = self.get(&ada(), &url).ok(200);
            let page = answer["value"].as_array().unwrap();
            assert!(page.len() <= most, "{url}");
            found.extend(page.clone());
            match answer["@odata.nextLink"].as_str() {
                Some(link) => url = link.strip_prefix("http://here/beta").unwrap().to_owned(),
                None => return found,
            }
        }
    }
}

fn ids(items: &[Json]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn set(ids: Vec<String>) -> BTreeSet<String> {
    ids.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    /// True, false or unknown, and never two of them.
    #[test]
    fn every_row_is_in_one_of_three_parts(skills in skills(), p in conditions()) {
        let world = World::of_skills(&skills);
        let parts = [p.clone(), format!("not ({p})"), format!("({p}) eq null")].map(|part| world.kept(&part));
        let whole = set(ids(&world.items(&[("$top", "999")])));
        prop_assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), whole.len());
        prop_assert_eq!(set(parts.concat()), whole);
        prop_assert_eq!(world.kept(&p), world.kept(&format!("not (not ({p}))")));
    }

    #[test]
    fn pages_make_up_the_whole_and_filters_commute_with_them(
        skills in skills(), p in conditions(), order in select(ORDERS), size in 1_usize..6, skip in 0_usize..4,
    ) {
        let world = World::of_skills(&skills);
        let ordered = world.items(&[("$orderby", order), ("$top", "999")]);
        let kept = set(world.kept(&p));
        let expected: Vec<Json> = ordered.into_iter().filter(|item| kept.contains(item["id"].as_str().unwrap())).collect();
        prop_assert_eq!(&world.items(&[("$filter", &p), ("$orderby", order), ("$top", "999")]), &expected);
        let url = format!("{URL}?$filter={}&$orderby={}&$top={size}&$skip={skip}", encoded(&p), encoded(order));
        let expected: Vec<Json> = expected.into_iter().skip(skip).collect();
        prop_assert_eq!(world.pages(&url, size), expected);
    }

    #[test]
    fn counts_are_lengths(skills in skills(), p in conditions(), size in 1_usize..4) {
        let world = World::of_skills(&skills);
        let length = world.kept(&p).len();
        let top = size.to_string();
        let (_, answer) = world.asked(&[("$filter", &p), ("$count", "true"), ("$top", &top)]);
        prop_assert_eq!(&answer["@odata.count"], &json!(length));
        let counted = world.get(&ada(), &format!("{URL}/$count?$filter={}", encoded(&p))).ok(200);
        prop_assert_eq!(counted, json!(length));
    }

    #[test]
    fn membership_is_a_chain_of_equalities(skills in skills(), names in collection::vec(option::of(select(NAMES)), 1..4)) {
        let world = World::of_skills(&skills);
        let list: Vec<String> = names.iter().map(|name| name.map_or("null".to_owned(), quoted)).collect();
        let chain: Vec<String> = list.iter().map(|name| format!("displayName eq {name}")).collect();
        let membership = format!("displayName in ({})", list.join(","));
        prop_assert_eq!(world.kept(&membership), world.kept(&chain.join(" or ")));
        let array = format!("[{}]", list.join(","));
        let aliased = world.items(&[("$filter", "displayName in @names"), ("@names", &array), ("$top", "999")]);
        prop_assert_eq!(ids(&aliased), world.kept(&membership));
    }

    #[test]
    fn encoding_and_names_of_options_change_nothing(skills in skills(), p in conditions(), order in select(ORDERS)) {
        let world = World::of_skills(&skills);
        let expected = world.items(&[("$filter", &p), ("$orderby", order)]);
        let urls = [
            format!("{URL}?$filter={}&$orderby={}", barely(&p), barely(order)),
            format!("{URL}?%24orderby={}&%24filter={}", encoded(order), barely(&p)),
            format!("{URL}?filter={}&ORDERBY={}", encoded(&p), barely(order)),
            format!("{URL}?$filter=@p&$orderby={}&@p={}", barely(order), encoded(&p)),
        ];
        for url in urls {
            prop_assert_eq!(&world.get(&ada(), &url).ok(200)["value"], &json!(expected), "{}", url);
        }
    }

    #[test]
    fn an_order_is_total_and_stable(skills in skills(), p in conditions(), n in numbers()) {
        let world = World::of_skills(&skills);
        let name = |item: &Json| item["displayName"].as_str().map(str::to_owned);
        let rising: Vec<_> = world.items(&[("$orderby", "displayName"), ("$top", "999")]).iter().map(name).collect();
        // Null first, then by code points; UTF-8 keeps their order.
        prop_assert!(rising.is_sorted());
        let falling: Vec<_> = world.items(&[("$orderby", "displayName desc"), ("$top", "999")]).iter().map(name).collect();
        prop_assert!(falling.iter().rev().is_sorted());
        // A key that is the same for all changes nothing, and neither does one that was there before.
        let order = |order: &str| ids(&world.items(&[("$filter", &p), ("$orderby", order), ("$top", "999")]));
        prop_assert_eq!(order(&format!("{n},displayName,{n} desc")), order(&format!("{n},displayName")));
        prop_assert_eq!(order("displayName"), order("displayName,displayName desc"));
    }

    #[test]
    fn a_selection_projects(skills in skills(), names in proptest::sample::subsequence(
        vec!["displayName", "proficiency", "categories", "id", "createdDateTime", "webUrl"], 1..5,
    )) {
        let world = World::of_skills(&skills);
        let whole = world.items(&[("$orderby", "id"), ("$top", "999")]);
        let selected = world.items(&[("$select", &names.join(",")), ("$orderby", "id"), ("$top", "999")]);
        let project = |item: &Json| -> Json {
            Json::Object(names.iter().map(|name| ((*name).to_owned(), item[name].clone())).collect())
        };
        let bare = |item: &Json| -> Json {
            let members = item.as_object().unwrap().iter().filter(|(name, _)| !name.contains('@'));
            Json::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
        };
        prop_assert_eq!(selected.iter().map(bare).collect::<Vec<_>>(), whole.iter().map(project).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_computed_is_what_it_was_made_of(skills in skills(), n in numbers(), p in conditions()) {
        let world = World::of_skills(&skills);
        let compute = format!("{n} as Number,({p}) as Truth");
        let expected = ids(&world.items(&[("$filter", &format!("({p}) and {n} gt 1")), ("$orderby", &format!("{n} desc")), ("$top", "999")]));
        let computed = world.items(&[
            ("$compute", &compute), ("$filter", "Truth and Number gt 1"), ("$orderby", "Number desc"), ("$top", "999"),
        ]);
        prop_assert_eq!(ids(&computed), expected);
    }
}

/// Few in the suite, each makes a service; as many as asked for otherwise.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}
