//! Every operation on every collection of the model, with samples made from the types.

use edm::{Format, Mode, Navigation, Primitive, Property, StructType, Type};
use serde_json::{Value as Json, json};

use super::harness::{ADA, Answer, World, ada};
use crate::model::PROFILE;

/// A body with a value in every member that can be set.
fn sample(ty: &'static StructType) -> Json {
    let settable = ty.all_properties().filter(|(_, property)| property.mode == Mode::Settable);
    Json::Object(settable.map(|(_, property)| (property.name.to_owned(), value(property))).collect())
}

fn value(property: &Property) -> Json {
    let single = match (property.ty, property.format) {
        (Type::Struct(ty), _) => sample(ty),
        (Type::Enum(ty), _) => json!(ty.members[1].name),
        (_, Format::HttpUrl) => json!("https://example.com/a?b=c#d"),
        (_, Format::LanguageTag) => json!("nb-NO"),
        (_, Format::OneOf(values)) => json!(values[0]),
        (ty, Format::Any) => match ty.primitive().unwrap() {
            Primitive::String => json!("Tromsø \u{1F30A} \"'\\/\n\u{7}"),
            Primitive::Boolean => json!(true),
            Primitive::Date => json!("2024-02-29"),
            Primitive::Double => json!(-0.125),
            Primitive::Int32 => json!(-7),
            other => panic!("no sample for {other:?}"),
        },
    };
    if property.collection { json!([single]) } else { single }
}

/// Everything of `expected` stands in `found`.
#[track_caller]
fn assert_holds(found: &Json, expected: &Json) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}");
    }
}

fn collections() -> impl Iterator<Item = &'static Navigation> {
    PROFILE.all_navigation()
}

#[test]
fn there_are_twenty() {
    assert_eq!(collections().count(), 20);
}

#[test]
fn every_collection_is_listed_created_read_changed_counted_and_deleted() {
    let world = World::new();
    for collection in collections() {
        let url = format!("me/profile/{}", collection.name);
        let body = sample(collection.target);
        assert_eq!(world.get(&ada(), &url).ok(200)["value"], json!([]), "{url}");

        let created = world.post(&ada(), &url, &body);
        let location = created.headers["location"].to_str().unwrap().to_owned();
        let tag = created.headers["etag"].to_str().unwrap().to_owned();
        let created = created.ok(201);
        assert_holds(&created, &body);
        let canonical = format!("users('{ADA}')/profile/{}", collection.name);
        let id = created["id"].as_str().unwrap();
        assert_eq!(created["@odata.context"], format!("http://here/beta/$metadata#{canonical}/$entity"));
        assert_eq!(location, format!("http://here/beta/{canonical}('{id}')"));
        assert_eq!(created["@odata.etag"], tag);
        assert_eq!(created["createdBy"]["user"], json!({"displayName": "Ada", "id": ADA}));
        assert_eq!(created["createdBy"]["application"], Json::Null);

        let found = location.strip_prefix("http://here/beta/").unwrap();
        assert_eq!(world.get(&ada(), found).ok(200), created);
        assert_eq!(world.get(&ada(), &format!("{url}/{id}")).ok(200), created);
        assert_eq!(world.get(&ada(), &format!("{url}/$count")).ok(200), json!(1));
        let listed = world.get(&ada(), &url).ok(200)["value"][0].clone();
        let mut item = created.clone();
        item.as_object_mut().unwrap().remove("@odata.context");
        assert_eq!(listed, item);

        // What was read can be sent back whole.
        let sent_back = world.patch(&ada(), &format!("{url}/{id}"), &created).ok(200);
        assert_holds(&sent_back, &body);
        assert_ne!(sent_back["@odata.etag"], created["@odata.etag"]);
        assert_eq!(sent_back["createdDateTime"], created["createdDateTime"]);
        assert!(sent_back["lastModifiedDateTime"].as_str() > created["lastModifiedDateTime"].as_str());

        assert_eq!(world.delete(&ada(), &format!("{url}/{id}")).status, 204);
        world.get(&ada(), &format!("{url}/{id}")).error(404, "itemNotFound");
        world.delete(&ada(), &format!("{url}/{id}")).error(404, "itemNotFound");
        world.patch(&ada(), &format!("{url}/{id}"), &json!({})).error(404, "itemNotFound");
    }
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn an_empty_body_makes_an_item_of_defaults() {
    let world = World::new();
    for collection in collections() {
        let created = world.post(&ada(), &format!("me/profile/{}", collection.name), &json!({})).ok(201);
        assert_eq!(created["allowedAudiences"], "organization", "{}", collection.name);
        let absent = collection.target.all_properties().find(|(_, property)| created.get(property.name).is_none());
        assert!(absent.is_none(), "{absent:?}");
    }
}

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    let world = World::new();
    for collection in collections() {
        let url = format!("me/profile/{}", collection.name);
        let created = world.post(&ada(), &url, &sample(collection.target)).ok(201);
        let url = format!("{url}/{}", created["id"].as_str().unwrap());
        for (_, property) in collection.target.all_properties() {
            let nullable = property.nullable && !property.collection && property.mode == Mode::Settable;
            if !nullable || property.name == "allowedAudiences" {
                continue;
            }
            let before = world.get(&ada(), &url).ok(200);
            let after = world.patch(&ada(), &url, &json!({property.name: null})).ok(200);
            let differing: Vec<_> = before
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, value)| &after[*name] != *value)
                .map(|(name, _)| name.as_str())
                .collect();
            let mut expected = vec!["@odata.etag", "lastModifiedDateTime", property.name];
            expected.sort_unstable();
            assert_eq!(differing, expected, "{url} {}", property.name);
        }
    }
}

#[test]
fn the_profile_holds_every_collection_and_can_be_narrowed_and_emptied() {
    let world = World::new();
    for collection in collections() {
        world.post(&ada(), &format!("me/profile/{}", collection.name), &sample(collection.target)).ok(201);
    }
    let profile = world.get(&ada(), "me/profile").ok(200);
    assert_eq!(profile["id"], json!(ADA));
    assert_eq!(profile["@odata.context"], format!("http://here/beta/$metadata#users('{ADA}')/profile/$entity"));
    assert!(profile.get("@odata.etag").is_none());
    for collection in collections() {
        assert_eq!(profile[collection.name].as_array().unwrap().len(), 1, "{}", collection.name);
        let context = format!("http://here/beta/$metadata#users('{ADA}')/profile/{}", collection.name);
        assert_eq!(profile[format!("{}@odata.context", collection.name)], context);
    }
    let names = |answer: Answer| answer.ok(200).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let narrowed = names(world.get(&ada(), "me/profile?$select=skills,id"));
    assert_eq!(narrowed, ["@odata.context", "id", "skills", "skills@odata.context"]);
    let expanded =
        world.get(&ada(), "me/profile?$expand=names($select=first,last),skills($select=displayName)").ok(200);
    let item = expanded["names"][0].as_object().unwrap();
    assert_eq!(item.keys().collect::<Vec<_>>(), ["@odata.etag", "first", "last"]);
    assert!(expanded.get("notes").is_none() && expanded["skills"][0]["displayName"].is_string());

    assert_eq!(
        world.patch(&ada(), "me/profile", &json!({"id": "x", "@odata.type": "#microsoft.graph.profile"})).ok(200),
        profile
    );
    world.patch(&ada(), "me/profile", &json!({"skills": []})).error(400, "BadRequest");
    assert_eq!(world.delete(&ada(), "me/profile").status, 204);
    let emptied = world.get(&ada(), "me/profile").ok(200);
    assert!(collections().all(|collection| emptied[collection.name] == json!([])));
}

#[test]
fn other_names_of_collections_lead_to_them() {
    let world = World::new();
    let created = world.post(&ada(), "me/profile/accounts", &json!({"countryCode": "NO"})).ok(201);
    assert!(created["@odata.context"].as_str().unwrap().ends_with("/profile/account/$entity"));
    assert_eq!(created["userPrincipalName"], "ada@fjord.example");
    let created = world.post(&ada(), "me/responsibilities", &json!({"displayName": "Tides"})).ok(201);
    let url = format!("users('ada@fjord.example')/PROFILE/Responsibilities('{}')", created["id"].as_str().unwrap());
    assert_eq!(world.get(&ada(), &url).ok(200), created);
}

#[test]
fn adding_by_ref_creates_from_an_entity_and_refuses_a_reference() {
    let world = World::new();
    let body =
        json!({"@odata.type": "#microsoft.graph.languageProficiency", "tag": "nb-NO", "proficiency": "elementary"});
    let created = world.post(&ada(), "me/profile/languages/$ref", &body).ok(201);
    assert_eq!((&created["tag"], &created["proficiency"]), (&json!("nb-NO"), &json!("elementary")));
    let reference = json!({"@odata.id": "http://here/beta/users('x')/profile/languages('y')"});
    let message = world.post(&ada(), "me/profile/languages/$ref", &reference).error(400, "BadRequest");
    assert!(message.contains("contains its entities"), "{message}");
}

#[test]
fn a_full_collection_takes_no_more() {
    let world = World::with(crate::Settings { items_per_collection: 2, ..crate::Settings::default() });
    for status in [201, 201] {
        world.post(&ada(), "me/profile/skills", &json!({})).ok(status);
    }
    world.post(&ada(), "me/profile/skills", &json!({})).error(400, "quotaLimitReached");
    world.post(&ada(), "me/profile/notes", &json!({})).ok(201);
}

#[test]
fn lists_are_in_order_of_creation_and_come_in_pages() {
    let world = World::new();
    for name in ["b", "a", "c", "d", "e"] {
        world.post(&ada(), "me/profile/skills", &json!({"displayName": name, "webUrl": null})).ok(201);
    }
    let mut names = Vec::new();
    let mut url =
        "me/profile/skills?$top=2&$select=displayName&$orderby=webUrl desc,displayName&$count=true".replace(' ', "%20");
    let mut pages = 0;
    loop {
        let page = world.get(&ada(), &url).ok(200);
        assert_eq!(page["@odata.count"], 5);
        let values = page["value"].as_array().unwrap();
        names.extend(values.iter().map(|item| item["displayName"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        url = next.strip_prefix("http://here/beta/").unwrap().to_owned();
    }
    assert_eq!((names.concat().as_str(), pages), ("abcde", 3));
    let list = world.get(&ada(), "me/profile/skills").ok(200);
    let names: Vec<_> =
        list["value"].as_array().unwrap().iter().map(|item| item["displayName"].as_str().unwrap()).collect();
    assert_eq!(names.concat(), "bacde");
}

#[test]
fn a_context_names_what_was_selected() {
    let world = World::new();
    world.post(&ada(), "me/profile/skills", &json!({})).ok(201);
    let request = world.get(&ada(), "me/profile/skills?$select=webUrl,id").ok(200);
    assert_eq!(
        request["@odata.context"],
        format!("http://here/beta/$metadata#users('{ADA}')/profile/skills(webUrl,id)")
    );
}
