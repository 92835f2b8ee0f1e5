//! Requests of other forms that say by what they are known: each once more, and what has come of it.

use super::*;

/// However an answer is asked for, it is about the same item.
#[test]
fn an_answer_is_shaped_anew() {
    let world = World::new();
    let place = told(world.sent(&ada(), SKILLS, &[KEY], &rust())).1;
    for (query, wishes, status) in [
        ("", "return=minimal", 204),
        ("", "return=representation", 201),
        ("", "respond-async, wait=10", 201),
        ("", "return=minimal, respond-async", 204),
        ("?$select=id", "return=representation", 201),
        ("?$select=displayName", "odata.maxpagesize=1", 201),
    ] {
        let again = world.sent(&ada(), &format!("{SKILLS}{query}"), &[KEY, ("prefer", wishes)], &rust());
        assert_eq!((again.status, again.headers["location"].to_str().unwrap()), (status, &*place), "{wishes}");
    }
    assert_eq!(world.sent(&ada(), &format!("{SKILLS}?$select=nothing"), &[KEY], &rust()).status, 400);
    assert_eq!(world.skills(), 1);
}

/// A POST presumes of the collection, not of what it made before.
#[test]
fn what_is_presumed_is_judged_each_time() {
    let world = World::new();
    let tag = world.sent(&ada(), SKILLS, &[], &rust()).ok(201)["@odata.etag"].as_str().unwrap().to_owned();
    let kari = json!({
        "userPrincipalName": "kari@fjord.example", "displayName": "Kari", "manager@odata.bind": reference(GRACE),
    });
    for (header, value, status) in
        [("if-none-match", "*", 412), ("if-none-match", &*tag, 201), ("if-match", "*", 201), ("if-match", &*tag, 412)]
    {
        for (url, body) in [(SKILLS, rust()), ("users", kari.clone())] {
            for _ in 0..2 {
                let answer = world.sent(&ada(), url, &[KEY, (header, value)], &body);
                assert_eq!(answer.status, status, "{header}: {value} {url} {:#}", answer.body);
            }
        }
    }
    assert_eq!(world.skills(), 2);
    assert_eq!(world.get(&ada(), "users/$count").ok(200), 3);
}

/// What makes nothing heeds no key, and what comes of it is what comes of it without one.
#[test]
fn other_requests_come_to_the_same_with_and_without() {
    let told = |headers: &[(&str, &str)]| {
        let world = World::new();
        let club = world.sent(&ada(), "groups", &[], &json!({"displayName": "Club"})).ok(201);
        let members = format!("groups/{}/members", id(&club));
        let grace = json!({"@odata.id": reference(GRACE)});
        let nobody = Uuid::from_u128(0xdead);
        let mut told = Vec::new();
        for (method, url, body) in [
            (Method::POST, format!("{members}/$ref"), grace.clone()),
            (Method::PUT, format!("users/{ADA}/manager/$ref"), grace.clone()),
            (Method::POST, format!("users/{ADA}/manager/$ref"), grace.clone()),
            (Method::PATCH, "me".into(), json!({"jobTitle": "Countess"})),
            (Method::PUT, format!("me/profile/skills/{nobody}"), rust()),
            (Method::PATCH, format!("me/profile/skills/{nobody}"), rust()),
            (Method::PUT, format!("users/{nobody}"), json!({"displayName": "Nobody"})),
            (Method::POST, format!("me/profile/skills/{nobody}"), rust()),
            (Method::POST, "me/profile/skills/$query".into(), json!({})),
            (Method::POST, "me/profile".into(), json!({"skills": [rust()]})),
            (Method::POST, "me/photos".into(), json!({})),
            (Method::POST, format!("users/{ADA}/manager"), json!({"displayName": "Deep"})),
            (Method::POST, "groups".into(), json!({"displayName": "Deep", "members": [{"displayName": "New"}]})),
            (Method::POST, "me/sendMail".into(), json!({})),
            (Method::POST, "users/delta".into(), json!({})),
            (Method::DELETE, format!("{members}/{GRACE}/$ref"), Json::Null),
        ] {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let answers = [0, 1].map(|_| world.send(&ada(), method.clone(), &url, headers, &body).status);
            assert!(answers.iter().all(|status| *status < 500), "{method} {url} {answers:?}");
            told.push(format!("{method} {} {answers:?}", url.replace(&id(&club).to_string(), "club")));
        }
        let counts = ["users/$count", "groups/$count"].map(|url| world.get(&ada(), url).ok(200));
        assert_eq!((counts, world.skills()), ([json!(2), json!(1)], 0));
        assert_eq!(world.findings(), Vec::<String>::new());
        told
    };
    let plain = told(&[]);
    for headers in [&[KEY][..], FIRST, AGAIN] {
        assert_eq!(told(headers), plain);
    }
}
