//! POSTs that relate what they make to others, which are changes of their own.

use edm::Patch;
use engine::{Claim, Content, Linked, Links, Once, Resources as _};

use super::*;
use crate::model::USER;
use crate::target::{Owner, Target};

/// Relationships are side effects: what was done is not done again, whatever became of it.
#[test]
fn what_was_related_is_not_related_again() {
    let world = World::new();
    let club = world.sent(&ada(), "groups", &[], &json!({"displayName": "Club"})).ok(201);
    let club = format!("groups/{}", id(&club));
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
        "memberOf@odata.bind": [format!("http://here/beta/{club}")],
    });
    for (headers, again) in [(&[KEY][..], &[KEY][..]), (FIRST, AGAIN)] {
        let made = world.sent(&ada(), "users", headers, &kari).ok(201);
        let own = format!("users/{}", id(&made));
        let manager = json!({"@odata.id": reference(ADA)}).to_string();
        assert_eq!(world.send(&ada(), Method::PUT, &format!("{own}/manager/$ref"), &[], &manager).status, 204);
        assert_eq!(world.delete(&ada(), &format!("{club}/members/{}/$ref", id(&made))).status, 204);
        let log = world.log_length();
        assert_eq!(world.sent(&ada(), "users", again, &kari).ok(201)["id"], made["id"]);
        assert_eq!(world.get(&ada(), &format!("{own}/manager")).ok(200)["id"], json!(ADA));
        assert_eq!(world.get(&ada(), &format!("{own}/memberOf")).ok(200)["value"], json!([]));
        assert_eq!(world.log_length(), log);
        assert_eq!(world.delete(&ada(), &own).status, 204);
    }
    assert_eq!(world.findings(), Vec::<String>::new());
}

/// A repeat is known before it is asked what it is related to.
#[test]
fn what_was_related_may_be_gone() {
    let world = World::new();
    let club = world.sent(&ada(), "groups", &[], &json!({"displayName": "Club"})).ok(201);
    let boss = json!({"userPrincipalName": "boss@fjord.example", "displayName": "Boss"});
    let boss = world.sent(&ada(), "users", &[], &boss).ok(201);
    let (by_id, by_name) = (reference(id(&boss)), "http://here/beta/users/boss@fjord.example");
    let person = |name: &str, manager: &str| {
        json!({
            "userPrincipalName": name, "displayName": "Kari", "manager@odata.bind": manager,
            "memberOf@odata.bind": [format!("http://here/beta/groups/{}", id(&club))],
        })
    };
    let sent: Vec<(&str, Json)> = vec![
        ("users", person("kari@fjord.example", &by_id)),
        ("users", person("ola@fjord.example", by_name)),
        ("groups", json!({"displayName": "Others", "members@odata.bind": [by_id, reference(GRACE)]})),
        ("groups", json!({"displayName": "More", "members@odata.bind": [by_name]})),
    ];
    let key = |number: usize| format!("key-{number}");
    let send = |(number, (url, body)): (usize, &(&str, Json))| {
        world.sent(&ada(), url, &[("idempotency-key", &key(number))], body).ok(201)
    };
    let made: Vec<Json> = sent.iter().enumerate().map(send).collect();
    for gone in [format!("groups/{}", id(&club)), format!("users/{}", id(&boss))] {
        assert_eq!(world.delete(&ada(), &gone).status, 204);
    }
    let again: Vec<Json> = sent.iter().enumerate().map(send).collect();
    assert_eq!(again, made);
    // A request that comes for the first time is told.
    let other = person("per@fjord.example", by_name);
    assert_eq!(world.sent(&ada(), "users", &[KEY], &other).status, 404);
    // Nor is it asked for what another request's key is.
    world.sent(&ada(), "users", &[("idempotency-key", "key-0")], &other).error(422, "idempotencyKeyReused");
}

#[test]
fn what_was_cut_short_is_finished() {
    for (headers, again) in [(&[KEY][..], &[KEY][..]), (FIRST, AGAIN)] {
        let world = World::new();
        // Who is above her cannot report to her.
        let kari = json!({
            "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
            "directReports@odata.bind": [reference(GRACE)],
        });
        world.sent(&ada(), "users", headers, &kari).error(400, "BadRequest");
        let own = "users/kari@fjord.example";
        world.sent(&ada(), "users", again, &kari).error(400, "BadRequest");
        // What was done meanwhile stays; what is missing is done, and then nothing any more.
        let manager = json!({"@odata.id": reference(ADA)}).to_string();
        assert_eq!(world.send(&ada(), Method::PUT, &format!("{own}/manager/$ref"), &[], &manager).status, 204);
        for _ in 0..2 {
            world.sent(&ada(), "users", again, &kari).ok(201);
            assert_eq!(world.get(&ada(), &format!("{own}/manager")).ok(200)["id"], json!(ADA));
        }
        let reports = || world.get(&ada(), &format!("{own}/directReports")).ok(200)["value"].clone();
        assert_eq!(reports()[0]["id"], json!(GRACE));
        assert_eq!(world.delete(&ada(), &format!("users/{GRACE}/manager/$ref")).status, 204);
        world.sent(&ada(), "users", again, &kari).ok(201);
        assert_eq!(reports(), json!([]));
        assert_eq!(world.findings(), Vec::<String>::new());
    }
}

#[test]
fn what_is_related_already_stays_so() {
    let world = World::new();
    let grace = format!("http://here/beta/users/{GRACE}");
    let club = json!({"displayName": "Club", "members@odata.bind": [grace]});
    let made = world.sent(&ada(), "groups", &[KEY], &club).ok(201);
    assert_eq!(world.sent(&ada(), "groups", &[KEY], &club).ok(201)["id"], made["id"]);
    let members = world.get(&ada(), &format!("groups/{}/members", id(&made))).ok(200);
    assert_eq!(members["value"].as_array().unwrap().len(), 1);
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": grace,
        "memberOf@odata.bind": [format!("http://here/beta/groups/{}", id(&made))],
    });
    let person = world.sent(&ada(), "users", &[KEY], &kari).ok(201);
    assert_eq!(world.sent(&ada(), "users", &[KEY], &kari).ok(201)["id"], person["id"]);
    // Who asks anew is told.
    let again = json!({"members@odata.bind": [grace]});
    world.patch(&ada(), &format!("groups/{}", id(&made)), &again).error(400, "BadRequest");
}

/// A repeat finds that something is left to do; before it goes on, the first try does that, and someone undoes it.
#[test]
fn what_was_whole_meanwhile_is_not_related_again() {
    let world = World::new();
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
    });
    let made = world.sent(&ada(), "users", &[KEY], &kari).ok(201);
    let own = format!("users/{}", id(&made));
    assert_eq!(world.delete(&ada(), &format!("{own}/manager/$ref")).status, 204);
    // What the repeat does after its first look.
    let partition = PartitionKey { owner: id(&made), tenant: TENANT, kind: PartitionKind::User };
    let snapshot = world.wait(world.store().snapshot(partition)).unwrap().unwrap();
    let note = snapshot.items(KEYS).next().unwrap();
    let said = note.body.split(|byte| *byte == b'"').nth(3).unwrap();
    let once = Once { name: (*note.id).into(), said: str::from_utf8(said).unwrap().into(), claim: Claim::Key };
    let manager = Target::Person { owner: Owner { tenant: TENANT, id: GRACE }, basic: false };
    let navigation = USER.all_navigation().find(|one| one.name == "manager").unwrap();
    let links = vec![Links { navigation, ends: vec![Linked::Known(manager)], all: true }];
    let content = Content { ty: &USER, patch: Patch { changes: Vec::new() }, links };
    let (target, exchange) = (Target::People { tenant: TENANT, basic: false }, world.exchange());
    let again = world.wait(world.service.resources().create_once(&ada(), &target, content, &once, &exchange)).unwrap();
    assert_eq!(*again.id, id(&made).to_string());
    assert_eq!(world.get(&ada(), &format!("{own}/manager")).status, 404);
}

/// With a key or without, nothing is made where an end is named twice, by whichever name.
#[test]
fn an_end_is_named_once() {
    let world = World::new();
    let club = world.sent(&ada(), "groups", &[], &json!({"displayName": "Club"})).ok(201);
    let club = format!("groups/{}", id(&club));
    let twice = json!([reference(GRACE), "http://here/beta/users/grace@fjord.example"]);
    let kari = |navigation: &str, ends: Json| {
        let mut kari = json!({"userPrincipalName": "kari@fjord.example", "displayName": "Kari"});
        kari[format!("{navigation}@odata.bind")] = ends;
        kari
    };
    let groups = json!([format!("http://here/beta/{club}"), format!("http://here/beta/{club}")]);
    let count = |url: &str| world.get(&ada(), url).ok(200)["value"].as_array().unwrap().len();
    for (url, body, member) in [
        ("groups", json!({"displayName": "Others", "members@odata.bind": twice}), "/members"),
        ("users", kari("directReports", twice.clone()), "/directReports"),
        ("users", kari("memberOf", groups), "/memberOf"),
    ] {
        let before = count(url);
        for headers in [&[][..], &[KEY], FIRST, AGAIN] {
            let answer = world.sent(&ada(), url, headers, &body);
            assert_eq!(answer.body["error"]["target"], format!("{member}@odata.bind"), "{:#}", answer.body);
            assert!(answer.error(400, "BadRequest").contains("twice"));
        }
        assert_eq!(count(url), before);
    }
    world.patch(&ada(), &club, &json!({"members@odata.bind": twice})).error(400, "BadRequest");
    assert_eq!(count(&format!("{club}/members")), 0);
}
