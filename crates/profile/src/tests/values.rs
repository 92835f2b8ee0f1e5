//! Values as clients write them and as they come out again.

use serde_json::{Value as Json, json};

use super::harness::{World, ada};

/// What becomes of one member of a new item.
#[track_caller]
fn check(collection: &str, member: &str, value: &Json, expect: &Json) {
    let created = World::new().post(&ada(), &format!("me/profile/{collection}"), &json!({member: value})).ok(201);
    assert_eq!(&created[member], expect);
}

#[track_caller]
fn check_err(collection: &str, body: &Json, code: &str, targets: &[&str]) {
    let answer = World::new().post(&ada(), &format!("me/profile/{collection}"), body);
    assert_eq!((answer.status, answer.body["error"]["code"].as_str()), (400, Some(code)), "{:#}", answer.body);
    let details = answer.body["error"]["details"].as_array().unwrap();
    assert_eq!(details.iter().map(|detail| detail["target"].as_str().unwrap()).collect::<Vec<_>>(), targets);
}

#[test]
fn audiences_are_names_lists_or_numbers() {
    let check = |value: Json, expect: &str| check("skills", "allowedAudiences", &value, &json!(expect));
    check(json!("me"), "me");
    check(json!("Family, contacts"), "family,contacts");
    check(json!(9), "family,organization");
    check(json!("32"), "everyone");
    check(Json::Null, "organization");
    for bad in [
        json!("unknownFutureValue"),
        json!(""),
        json!("me,family"),
        json!("nobody"),
        json!(64),
        json!(128),
        json!(["me"]),
    ] {
        check_err("skills", &json!({"allowedAudiences": bad}), "BadRequest", &["/allowedAudiences"]);
    }
}

#[test]
fn superseded_shapes_become_the_present_ones() {
    check("skills", "source", &json!({"type": "User"}), &json!({"type": ["User"]}));
    check(
        "skills",
        "source",
        &json!({"@odata.type": "microsoft.graph.personDataSource", "type": ["A", "B"]}),
        &json!({"type": ["A", "B"]}),
    );
    let program = json!({"program": {"awards": "Gold", "activities": null, "fieldsOfStudy": ["Tides"]}});
    let created = World::new().post(&ada(), "me/profile/educationalActivities", &program).ok(201);
    let lists = ["awards", "activities", "fieldsOfStudy"].map(|name| created["program"][name].clone());
    assert_eq!(lists, [json!(["Gold"]), json!([]), json!(["Tides"])]);
    check("anniversaries", "@odata.type", &json!("#microsoft.graph.personAnniversary"), &Json::Null);
    check_err("skills", &json!({"@odata.type": "#microsoft.graph.workPosition"}), "BadRequest", &["/@odata.type"]);
}

#[test]
fn non_nullable_members_have_values_and_refuse_null() {
    let world = World::new();
    assert_eq!(world.post(&ada(), "me/profile/emails", &json!({})).ok(201)["type"], "unknown");
    assert_eq!(world.post(&ada(), "me/profile/phones", &json!({})).ok(201)["type"], "other");
    assert_eq!(world.post(&ada(), "me/profile/account", &json!({"ageGroup": 7})).ok(201)["ageGroup"], "");
    check_err("emails", &json!({"type": null}), "BadRequest", &["/type"]);
    check_err("skills", &json!({"categories": null}), "BadRequest", &["/categories"]);
}

#[test]
fn ten_mistakes_are_told_in_the_order_of_the_body() {
    let body = r#"{"displyName":"x","webUrl":"ftp://x","categories":null,"proficiency":"wizard","isSearchable":"yes",
        "inference":{"confidenceScore":"high","nonsense":1},"collaborationTags":["askMeAbout","no"],"sources":[{"sourceId":4}],
        "WEBURL":"https://x","allowedAudiences":"me,everyone"}"#;
    let answer = World::new().send(&ada(), http::Method::POST, "me/profile/skills", &[], body);
    let details = answer.body["error"]["details"].as_array().unwrap().clone();
    let told: Vec<_> = details.iter().map(|detail| detail["target"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "/displyName",
            "/webUrl",
            "/categories",
            "/proficiency",
            "/isSearchable",
            "/inference/confidenceScore",
            "/inference/nonsense",
            "/collaborationTags/1",
            "/sources/0/sourceId",
            "/WEBURL",
            "/allowedAudiences",
        ]
    );
    assert_eq!(answer.error(400, "RequestBodyRead").split(' ').next(), Some("11"));
}

#[test]
fn in_a_change_audiences_are_kept_unless_named() {
    let world = World::new();
    let created = world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": "me"})).ok(201);
    let url = format!("me/profile/skills/{}", created["id"].as_str().unwrap());
    assert_eq!(world.patch(&ada(), &url, &json!({"displayName": "x"})).ok(200)["allowedAudiences"], "me");
    for unread in ["unknownFutureValue", ""] {
        let body = json!({"allowedAudiences": unread, "proficiency": "unknownFutureValue"});
        assert_eq!(world.patch(&ada(), &url, &body).ok(200)["allowedAudiences"], "me");
    }
    for wrong in [json!({"allowedAudiences": null}), json!({"allowedAudiences": " "}), json!({"proficiency": ""})] {
        world.patch(&ada(), &url, &wrong).error(400, "BadRequest");
    }
    assert_eq!(
        world.patch(&ada(), &url, &json!({"allowedAudiences": "everyone"})).ok(200)["allowedAudiences"],
        "everyone"
    );
}

#[test]
fn any_number_can_be_a_confidence() {
    let world = World::new();
    for score in [json!("NaN"), json!("-INF"), json!(0), json!(-0.0)] {
        let created =
            world.post(&ada(), "me/profile/skills", &json!({"inference": {"confidenceScore": score}})).ok(201);
        assert_eq!(created["inference"]["confidenceScore"], score);
    }
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn the_namespace_may_be_called_by_its_alias() {
    let world = World::new();
    let skill = json!({"@odata.type": "#graph.skillProficiency", "displayName": "Weaving", "proficiency": "expert"});
    world.post(&ada(), "me/profile/skills", &skill).ok(201);
    let check = |query: &str| {
        let found = world.get(&ada(), &format!("me/profile/skills?{query}")).ok(200);
        assert_eq!(found["value"].as_array().map(Vec::len), Some(1), "{query}: {found:#}");
    };
    check("$filter=proficiency eq graph.skillProficiencyLevel'expert'");
    check("$filter=proficiency eq GRAPH.skillProficiencyLevel'expert'");
    check("$filter=isof(graph.skillProficiency)");
    check("$select=graph.*");
    let wrong = json!({"@odata.type": "#graphs.skillProficiency", "displayName": "Weaving"});
    let message = world.post(&ada(), "me/profile/skills", &wrong).error(400, "BadRequest");
    assert!(message.contains("`#microsoft.graph.skillProficiency`"), "{message}");
}
