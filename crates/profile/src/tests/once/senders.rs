//! Whose a POST is that comes again, and what its sender may see by now.

use super::*;

/// Whoever else uses a key learns nothing of what it made, nor that there is anything.
#[test]
fn a_key_is_its_senders() {
    let world = World::new();
    let url = format!("users/{ADA}/profile/skills");
    let secret = json!({"displayName": "Secret", "allowedAudiences": "me"});
    let mut made = vec![world.sent(&ada(), &url, &[KEY], &secret).ok(201)["id"].clone()];
    let elsewhere = |caller: Caller, app: &str| {
        let mut caller = caller;
        caller.app.id = app.into();
        caller
    };
    let grace = testing::with_roles(grace("User.ReadWrite.All"), "people administrator");
    let callers = [
        elsewhere(ada(), "another-app"),
        app("test-app", "User.ReadWrite.All"),
        app("robot", "User.ReadWrite.All"),
        grace.clone(),
    ];
    for caller in &callers {
        for headers in [&[KEY][..], FIRST, AGAIN] {
            let answer = world.sent(caller, &url, headers, &rust());
            let is_refused = answer.status == 403;
            assert!(is_refused || answer.status == 201, "{caller:?} {answer:?}");
            if !is_refused {
                made.push(answer.body["id"].clone());
            }
        }
    }
    let count = made.len();
    made.sort_by_key(Json::to_string);
    made.dedup();
    // An SDK's further try is answered with what its own first made.
    assert!(count > 7 && (count - 1) / 3 * 2 + 1 == made.len(), "{made:?}");
    // Nor are the ids of what is made elsewhere the same.
    let club = json!({"displayName": "Club"});
    let clubs: Vec<_> = [&ada(), &grace, &app("robot", "Group.ReadWrite.All")]
        .map(|caller| id(&world.sent(caller, "groups", &[KEY], &club).ok(201)))
        .into();
    assert!(clubs[0] != clubs[1] && clubs[1] != clubs[2] && clubs[0] != clubs[2], "{clubs:?}");
    assert_eq!(world.findings(), Vec::<String>::new());
}

/// What was made may be for others since, or its sender may be another by now.
#[test]
fn what_a_key_made_is_shown_as_its_sender_sees_it() {
    let world = World::new();
    let url = format!("users/{ADA}/profile/skills");
    let [robot, other] = ["robot", "other"].map(|name| app(name, "User.ReadWrite.All"));
    let made = world.sent(&robot, &url, &[KEY], &rust()).ok(201);
    let item = format!("{url}/{}", id(&made));
    let narrow = json!({"allowedAudiences": "me", "displayName": "C"});
    let narrowed = world.patch(&ada(), &item, &narrow).ok(200);
    // An app sees what it made itself, and no other does.
    world.get(&other, &item).error(404, "itemNotFound");
    assert_ne!(world.sent(&other, &url, &[KEY], &rust()).ok(201)["id"], made["id"]);
    assert_eq!(world.get(&robot, &item).ok(200), narrowed);
    assert_eq!(world.sent(&robot, &url, &[KEY], &rust()).ok(201), narrowed);
    assert_eq!(world.delete(&ada(), &item).status, 204);
    world.sent(&robot, &url, &[KEY], &rust()).error(409, "idempotencyKeySpent");
    // Rights are asked for each time, and before anything is looked for.
    let administrator = testing::with_roles(grace("User.ReadWrite.All"), "people administrator");
    world.sent(&administrator, &url, &[KEY], &json!({"displayName": "Rust", "allowedAudiences": "me"})).ok(201);
    for caller in [grace("User.ReadWrite.All"), app("robot", "User.Read.All"), grace("User.Read")] {
        let [refused, plain] = [&[KEY][..], &[]].map(|headers| world.sent(&caller, &url, headers, &rust()));
        assert_eq!((refused.status, refused.body), (403, plain.body));
    }
    assert_eq!(world.findings(), Vec::<String>::new());
}

#[test]
fn who_comes_back_begins_anew() {
    let world = World::new();
    let caller = grace("User.ReadWrite");
    let first = world.sent(&caller, SKILLS, &[KEY], &rust()).ok(201);
    let tried = world.sent(&caller, SKILLS, FIRST, &rust()).ok(201);
    assert_eq!(world.delete(&ada(), &format!("users/{GRACE}")).status, 204);
    for headers in [&[KEY][..], FIRST, AGAIN] {
        assert_eq!(world.sent(&caller, SKILLS, headers, &rust()).status, 404, "{headers:?}");
    }
    let grace = json!({"id": GRACE, "userPrincipalName": "grace@fjord.example", "displayName": "Grace"});
    world.load(&[grace]).unwrap();
    let anew = world.sent(&caller, SKILLS, &[KEY], &rust()).ok(201);
    assert_ne!(anew["id"], first["id"]);
    assert_eq!(world.sent(&caller, SKILLS, &[KEY], &rust()).ok(201)["id"], anew["id"]);
    assert_ne!(world.sent(&caller, SKILLS, AGAIN, &rust()).ok(201)["id"], tried["id"]);
    assert_eq!(world.get(&caller, "me/profile/skills/$count").ok(200), 2);
    assert_eq!(world.findings(), Vec::<String>::new());
}
