//! What is kept of requests, and that nobody sees it.

use super::*;

/// What is kept of a request, and the ids that follow from it, are nothing that somebody could compute who guesses the
/// request.
#[test]
fn what_is_noted_and_the_ids_that_follow_depend_on_the_key_of_the_service() {
    let kept = |key| {
        let world = World::keyed(key);
        world.sent(&ada(), SKILLS, &[("Idempotency-Key", "1")], &rust()).ok(201);
        world.sent(&ada(), SKILLS, FIRST, &rust()).ok(201);
        let body =
            json!({"displayName": "Crew", "mailNickname": "crew", "mailEnabled": false, "securityEnabled": true});
        let group = world.sent(&app("robot", "Group.ReadWrite.All"), "groups", &[KEY], &body).ok(201);
        let partition = PartitionKey { owner: ADA, tenant: TENANT, kind: PartitionKind::User };
        let snapshot = world.wait(world.store().snapshot(partition)).unwrap().unwrap();
        let note = |collection| {
            let item = snapshot.items(collection).next().unwrap();
            let said = item.body.split(|byte| *byte == b',').next().unwrap().to_vec();
            (item.id.clone(), said)
        };
        (note(KEYS), note(ATTEMPTS), id(&group))
    };
    let (one, same, other) = (kept([1; 32]), kept([1; 32]), kept([2; 32]));
    assert_eq!(one, same);
    assert!(one.0.0 != other.0.0 && one.0.1 != other.0.1);
    assert!(one.1.0 != other.1.0 && one.1.1 != other.1.1);
    assert_ne!(one.2, other.2);
}

#[test]
fn nobody_sees_what_is_noted() {
    let (noting, plain) = (World::new(), World::new());
    for (world, headers) in [(&noting, &[KEY][..]), (&plain, &[])] {
        for headers in [headers, if headers.is_empty() { headers } else { FIRST }] {
            world.sent(&ada(), SKILLS, headers, &rust()).ok(201);
        }
    }
    let auditor =
        testing::with_roles(testing::person(TENANT, GRACE, "AuditLog.Read.All"), "auditor, people administrator");
    for url in ["me/profile", "me", "users?$expand=profile", "me/profile/skills?$count=true", "me?$expand=memberOf"] {
        for caller in [ada(), grace("User.Read.All"), app("robot", "User.Read.All, Profile.ReadAllAudiences")] {
            let [one, other] = [&noting, &plain].map(|world| world.get(&caller, url));
            assert_eq!((one.status, one.body), (other.status, other.body), "{url}");
        }
    }
    let [one, other] = [&noting, &plain].map(|world| world.get(&auditor, "auditLogs/directoryAudits").ok(200));
    assert_eq!(one, other);
    for url in ["me/profile/$keys", "me/$attempts", "me/profile/%24keys"] {
        assert!((400..=404).contains(&noting.get_raw(&ada(), url)), "{url}");
    }
    // They outlive the profile, and go with the person.
    assert_eq!(noting.notes(ADA, PartitionKind::User), Some((1, 1)));
    assert_eq!(noting.delete(&ada(), "me/profile").status, 204);
    noting.sent(&ada(), SKILLS, &[KEY], &rust()).error(409, "idempotencyKeySpent");
    assert_eq!(noting.delete(&ada(), &format!("users/{ADA}")).status, 204);
    assert_eq!(noting.notes(ADA, PartitionKind::User), None);
}

/// What one release notes the next looks for: were it known by something else, a POST that comes again after an upgrade
/// would be another.
#[test]
fn what_is_noted_stays_the_same() {
    let world = World::keyed([1; 32]);
    world.sent(&ada(), SKILLS, &[("Idempotency-Key", "1")], &rust()).ok(201);
    world.sent(&ada(), SKILLS, FIRST, &rust()).ok(201);
    let partition = PartitionKey { owner: ADA, tenant: TENANT, kind: PartitionKind::User };
    let snapshot = world.wait(world.store().snapshot(partition)).unwrap().unwrap();
    let noted = [KEYS, ATTEMPTS].map(|collection| {
        let item = snapshot.items(collection).next().unwrap();
        format!("{} {}", item.id, str::from_utf8(&item.body).unwrap().split(',').next().unwrap())
    });
    let expect = [
        r#"c87283e68cd86d25f1490308cc655ff2 "said":"dd81d19acd0439893eb75770c1580fb2""#,
        r#"75c35d66b6a5b99385a26a2328766188 "said":"d540e5c70eaf35dccf8ace8cb34af325""#,
    ];
    assert_eq!(noted, expect);
}
