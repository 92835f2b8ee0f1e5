//! The demo people keep the rules of a fixture, are repeatable, and between them show everything a profile can hold.
//!
//! With the facts of the model at hand (`VITAE_SHARED` names the folder that holds `spec/model.json`) every item is
//! checked against its type, member by member; without them only the shapes that need no facts are.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::people;
use super::person::Tenant;
use super::text::slug;
use super::vocabulary::Vocabulary;

fn fixture(count: usize, seed: u64) -> Vec<Value> {
    people(count, seed).collect()
}

fn bytes(count: usize, seed: u64) -> Vec<u8> {
    serde_json::to_vec(&fixture(count, seed)).unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {value}"))
}

/// Every item of a person with the collection it is in.
fn items(person: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let collections = person["profile"].as_object().unwrap();
    collections.iter().flat_map(|(name, items)| items.as_array().unwrap().iter().map(move |item| (name, item)))
}

/// Calls back with the name and value of every member below a value.
fn members<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v str, &'v Value)) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            visit(name, value);
            members(value, visit);
        }),
        Value::Array(list) => list.iter().for_each(|value| members(value, visit)),
        _ => {}
    }
}

#[test]
fn same_seed_same_bytes() {
    assert_eq!(bytes(50, 42), bytes(50, 42));
    assert_ne!(bytes(50, 42), bytes(50, 43));
}

#[test]
fn first_people_do_not_depend_on_the_count() {
    assert_eq!(fixture(7, 42), fixture(60, 42)[..7]);
    assert_eq!(people(60, 42).len(), 60);
    assert_eq!(people(0, 42).count(), 0);
}

#[test]
fn ada_and_grace_are_there_for_every_seed() {
    for seed in [0, 1, 42, u64::MAX] {
        let [ada, grace] = <[Value; 2]>::try_from(fixture(2, seed)).unwrap();
        assert_eq!(text(&ada, "userPrincipalName"), "ada@fjord.example");
        assert_eq!(ada["roles"], serde_json::json!(["peopleAdministrator"]));
        assert_eq!(text(&grace, "userPrincipalName"), "grace@fjord.example");
        assert_eq!(grace.get("roles"), None);
        let empty: Vec<&String> = ada["profile"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, items)| items == &&Value::Array(vec![]))
            .map(|(name, _)| name)
            .collect();
        assert!(empty.is_empty(), "seed {seed}: ada has no {empty:?}");
        assert!((50..=75).contains(&items(&ada).count()), "{}", items(&ada).count());
    }
}

#[test]
fn ids_and_names_are_unique() {
    let mut ids = HashSet::new();
    let mut names = HashSet::new();
    let tenant = Tenant::new(42);
    for index in 0..50_000 {
        let identity = tenant.identity(index).unwrap();
        let local = identity
            .alias
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
        assert!(local, "{}", identity.alias);
        assert!(names.insert(identity.upn()), "{} twice", identity.upn());
        assert!(ids.insert(identity.id));
    }
    for person in people(500, 42) {
        for (_, item) in items(&person) {
            let id = text(item, "id");
            assert_eq!((id.len(), id.get(14..15)), (36, Some("4")), "{id}");
            assert!(ids.insert(id.to_owned()));
        }
    }
}

#[test]
fn references_lead_to_people_of_the_tenant() {
    for count in [10, 50, 137] {
        let all = fixture(count, 7);
        let known: BTreeMap<&str, &Value> = all.iter().map(|person| (text(person, "id"), person)).collect();
        for person in &all {
            members(&person["profile"], &mut |name, value| {
                // A `userId` that is no GUID is the user name of a web account.
                let id = value.as_str().filter(|id| name == "userId" && id.len() == 36);
                assert!(id.is_none_or(|id| known.contains_key(id)), "{value} of {count}");
            });
        }
    }
}

#[test]
fn families_are_told_apart_by_their_romanized_names() {
    let vocabulary = Vocabulary::new();
    assert_eq!(vocabulary.locales.iter().map(|locale| locale.share).sum::<usize>(), 50);
    assert_eq!(vocabulary.departments.len(), 8);
    let mut families = BTreeMap::new();
    for locale in &vocabulary.locales {
        let mut given = BTreeSet::new();
        for name in &locale.given {
            assert!(given.insert(slug(name.latin)) && slug(name.latin).len() > 1, "{} in {}", name.native, locale.tag);
        }
        for name in locale.surnames.iter().flat_map(|(his, hers)| [his, hers]) {
            let other = families.insert(slug(name.latin), locale.tag);
            assert!(
                other.is_none_or(|other| other == locale.tag) && slug(name.latin).len() > 1,
                "{} in {}",
                name.native,
                locale.tag
            );
        }
        for (word, what) in
            [(locale.language, "language"), (locale.code, "country"), (locale.mobile, "phone"), (locale.about, "about")]
        {
            assert!(!word.is_empty(), "{} has no {what}", locale.tag);
        }
        let lists = [
            locale.cities.len(),
            locale.streets.len(),
            locale.schools.len(),
            locale.companies.len(),
            locale.notes.len(),
        ];
        assert!(!lists.contains(&0), "{} lacks something: {lists:?}", locale.tag);
    }
}

#[test]
fn values_have_the_shape_their_names_promise() {
    for person in fixture(120, 3) {
        members(&person["profile"], &mut |name, value| match (name, value) {
            (_, Value::Null) => {}
            ("createdBy" | "createdDateTime" | "lastModifiedBy" | "lastModifiedDateTime" | "ageGroup", _) => {
                panic!("read-only {name}")
            }
            ("webUrl" | "thumbnailUrl", Value::String(url)) => {
                let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap();
                assert!(
                    [".example.com", ".fjord.example"].iter().any(|domain| host.ends_with(domain)) && url.is_ascii(),
                    "{url}"
                );
            }
            (_, Value::String(date)) if name.ends_with("Date") || name.ends_with("MonthYear") || name == "date" => {
                let shape: String = date.chars().map(|sign| if sign.is_ascii_digit() { '9' } else { sign }).collect();
                assert_eq!(shape, "9999-99-99");
            }
            _ => {}
        });
    }
}

#[test]
fn time_runs_forward() {
    for person in fixture(300, 11) {
        let born = items(&person)
            .find(|(_, item)| item["type"] == "birthday")
            .map_or("1900-01-01", |(_, item)| text(item, "date"));
        let positions: Vec<&Value> =
            person["profile"]["positions"].as_array().unwrap().iter().rev().map(|item| &item["detail"]).collect();
        for pair in positions.windows(2) {
            assert!(pair[0]["endMonthYear"].as_str() < pair[1]["startMonthYear"].as_str(), "{pair:?}");
        }
        for detail in &positions {
            assert!(text(detail, "startMonthYear") > born);
            assert!(
                detail["endMonthYear"].as_str().is_none_or(|end| end >= text(detail, "startMonthYear")),
                "{detail}"
            );
        }
        for (_, study) in items(&person).filter(|(name, _)| *name == "educationalActivities") {
            assert!(text(study, "endMonthYear") < text(positions[0], "startMonthYear"));
        }
    }
}

#[test]
fn fifty_people_show_everything() {
    let all = fixture(50, 42);
    let mut seen = BTreeSet::new();
    for person in &all {
        for (collection, item) in items(person) {
            seen.insert(collection.clone());
            for audience in item["allowedAudiences"].as_str().unwrap_or("none").split(", ") {
                seen.insert(format!("audience-{audience}"));
            }
            members(item, &mut |name, value| {
                if name == "proficiency"
                    || name == "reading"
                    || name == "isSearchable"
                    || name == "userHasVerifiedAccuracy"
                {
                    seen.insert(format!("{name}-{}", value.to_string().trim_matches('"')));
                } else if name == "source" || name == "sources" {
                    seen.insert(name.to_owned());
                } else if name == "displayName" && value.as_str().is_some_and(|name| name.chars().count() > 200) {
                    seen.insert("long-name".to_owned());
                }
            });
        }
    }
    let wanted = [
        "account addresses anniversaries awards certifications educationalActivities emails interests languages names",
        "notes patents phones positions projects publications responsibilities skills webAccounts websites",
        "source sources long-name audience-none audience-me audience-family audience-contacts audience-groupMembers",
        "audience-organization audience-federatedOrganizations audience-everyone",
        "proficiency-elementary proficiency-limitedWorking proficiency-generalProfessional",
        "proficiency-advancedProfessional proficiency-expert proficiency-null reading-nativeOrBilingual reading-null",
        "isSearchable-false isSearchable-null userHasVerifiedAccuracy-false userHasVerifiedAccuracy-true",
    ];
    for what in wanted.iter().flat_map(|line| line.split(' ')) {
        assert!(seen.contains(what), "nobody has {what}");
    }
    let average = all.iter().map(|person| items(person).count()).sum::<usize>() / all.len();
    assert!((30..=45).contains(&average), "{average} items a person");
}

/// The facts of the model: for each type its members, for each enum its names.
struct Facts {
    types: BTreeMap<String, Value>,
    enums: BTreeMap<String, Value>,
}

impl Facts {
    fn read() -> Option<Self> {
        let folder = std::env::var_os("VITAE_SHARED")?;
        let path = std::path::Path::new(&folder).join("spec/model.json");
        let model: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let by_name = |key: &str| {
            model[key].as_array().unwrap().iter().map(|entry| (text(entry, "name").to_owned(), entry.clone())).collect()
        };
        Some(Self { types: by_name("types"), enums: by_name("enums") })
    }

    fn property(&self, kind: &str, name: &str) -> Option<&Value> {
        let kind = &self.types[kind];
        let own = kind["properties"].as_array().unwrap().iter().find(|property| property["name"] == name);
        own.or_else(|| self.property(kind["baseType"].as_str()?.rsplit('.').next()?, name))
    }

    fn check_object(&self, kind: &str, value: &Value) {
        for (name, value) in value.as_object().unwrap_or_else(|| panic!("{kind} is no object: {value}")) {
            let property = self.property(kind, name).unwrap_or_else(|| panic!("{kind} has no `{name}`"));
            assert!(name == "id" || property["readOnly"] == false, "{kind}/{name} is read-only");
            let kind = text(property, "type").rsplit('.').next().unwrap();
            match (property["collection"] == true, value) {
                (false, Value::Null) => assert!(property["nullable"] == true, "{name} is null"),
                (false, value) => self.check_value(kind, value),
                (true, Value::Array(values)) => values.iter().for_each(|value| self.check_value(kind, value)),
                (true, value) => panic!("{name} is no list: {value}"),
            }
        }
    }

    fn check_value(&self, kind: &str, value: &Value) {
        if let Some(facts) = self.enums.get(kind) {
            for name in value.as_str().unwrap().split(", ") {
                let known = facts["members"].as_array().unwrap().iter().any(|member| member["name"] == name);
                assert!(known && name != "unknownFutureValue", "{kind} has no {name}");
            }
            return;
        }
        match kind {
            "String" | "Date" => assert!(value.is_string(), "{kind} {value}"),
            "Boolean" => assert!(value.is_boolean(), "{kind} {value}"),
            "Double" => assert!(value.is_number(), "{kind} {value}"),
            "Int32" => assert!(value.is_i64() || value.is_u64(), "{kind} {value}"),
            _ => self.check_object(kind, value),
        }
    }
}

#[test]
fn items_agree_with_the_facts_of_the_model() {
    let Some(facts) = Facts::read() else { return };
    for person in fixture(200, 42) {
        for (collection, item) in items(&person) {
            let property = facts
                .property("profile", collection)
                .map(|property| text(property, "type").rsplit('.').next().unwrap());
            facts.check_object(property.unwrap_or("personResponsibility"), item);
        }
    }
}

#[test]
fn everyone_but_the_chief_has_a_manager_and_groups_have_members() {
    let (all, groups) = (fixture(50, 42), super::groups(42));
    let known: BTreeSet<&str> = all.iter().map(|person| text(person, "id")).collect();
    let chiefs: Vec<_> = all.iter().filter(|person| person.get("manager").is_none()).collect();
    assert_eq!(chiefs.len(), 1);
    assert!(all.iter().all(|person| person["manager"].as_str().is_none_or(|manager| known.contains(manager))));
    let members = |group: &Value| {
        let is_in = |person: &&Value| person["memberOf"].as_array().unwrap().contains(&group["id"]);
        all.iter().filter(is_in).count()
    };
    assert_eq!(groups.iter().map(members).collect::<Vec<_>>(), [14, 8, 9]);
    let audiences: Vec<_> = groups.iter().filter(|group| group["isAudienceGroup"] == true).collect();
    assert_eq!(audiences.len(), 1);
    // Ada and Grace share it.
    assert!(all[..2].iter().all(|person| person["memberOf"].as_array().unwrap().contains(&audiences[0]["id"])));
    assert_ne!(super::groups(43), groups);
}
