//! Keys that rotate, issuers that are away, claims of several products, people at first sight.

use super::*;
use crate::harness::{Line, exchange};

/// Lets the second issuer sign with the P-256 key of this number.
fn rotate(world: &World, number: u64) {
    world.keycloak.change(|says| says.keys = vec![Signer::Ec(number).jwk(ec(number).kid(), json!({}))]);
}

#[test]
fn tokens_of_both_issuers_are_taken_and_first_sight_creates_people() {
    let world = World::new("create_people = true", "roles.people_administrator = ['hr']");
    let ada = world.me(&world.entra_token(json!({}))).expect(200).json();
    assert_eq!((&ada["id"], &ada["userPrincipalName"]), (&json!(ADA), &json!("ada@fjord.example")));
    assert_eq!(ada["displayName"], "Ada Berg");
    let grace = world.keycloak_token(1, json!({}));
    let unknown = world.me(&grace).expect(404);
    assert_eq!(unknown.code(), "Request_ResourceNotFound");
    // The realm role means an administrator, who could also put Grace there; her issuer may not.
    let seen = world.ask("GET", &format!("/beta/users/{ADA}"), &grace).send().expect(200);
    assert_eq!(seen.json()["displayName"], "Ada Berg");
    let taken = world.entra_token(json!({ "oid": GRACE, "preferred_username": "ADA@fjord.example" }));
    let taken = world.me(&taken).expect(404);
    assert_eq!(taken.code(), "Request_ResourceNotFound");
    // Who asks is told what is wrong with the token's name, and not to switch on what is on.
    for (claims, why) in [
        (json!({ "preferred_username": "ADA@fjord.example" }), "another person has the userPrincipalName"),
        (json!({ "preferred_username": "Grace Hopper" }), "found `Grace Hopper`, expected `name@domain`"),
        (json!({ "preferred_username": null }), "none of the claims that the setting `claims.upn` names"),
    ] {
        let mut claims = claims;
        claims["oid"] = json!(GRACE);
        let token = world.entra_token(claims);
        let message = world.me(&token).expect(404).message();
        assert!(message.contains(why) && !message.contains("just-in-time"), "{message}");
    }
}

#[test]
fn a_service_account_is_an_app() {
    let world = World::new("create_people = true", "");
    world.me(&world.entra_token(json!({}))).expect(200);
    let app = world.keycloak_token(
        1,
        json!({ "clientAddress": "10.0.0.1", "preferred_username": "service-account-web",
            "realm_access": { "roles": ["User.Read.All"] } }),
    );
    world.me(&app).expect(400);
    world.ask("GET", &format!("/beta/users/{ADA}"), &app).send().expect(200);
    world.ask("PATCH", &format!("/beta/users/{ADA}"), &app).json(&json!({ "displayName": "X" })).send().expect(403);
}

#[test]
fn keys_rotate_and_ten_thousand_unknown_ones_are_one_question() {
    let world = World::new("", "");
    world.me(&world.keycloak_token(1, json!({}))).expect(404);
    let before = world.keycloak.asked("/keys");
    rotate(&world, 2);
    world.me(&world.keycloak_token(2, json!({}))).expect(404);
    assert_eq!(world.keycloak.asked("/keys"), before + 1);
    world.me(&world.keycloak_token(1, json!({}))).expect(401);
    let unknown = world.keycloak_token(3, json!({}));
    let mut line = Line::open(world.server.address()).unwrap();
    for _ in 0..10_000 {
        assert_eq!(line.ask(&world.ask("GET", "/beta/me", &unknown)).unwrap().status, 401);
    }
    assert_eq!(world.keycloak.asked("/keys"), before + 1);
}

#[test]
fn who_waits_for_slow_keys_waits_for_one_answer() {
    let world = World::new("", "");
    world.me(&world.keycloak_token(1, json!({}))).expect(404);
    let before = world.keycloak.asked("/keys");
    world.keycloak.change(|says| says.is_slow = true);
    rotate(&world, 2);
    let token = world.keycloak_token(2, json!({}));
    let request = world.ask("GET", "/beta/me", &token).to_bytes("close");
    let address = world.server.address();
    let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..200).map(|_| scope.spawn(|| exchange(address, &request))).collect();
        world.keycloak.wait_for("/.well-known/openid-configuration", 2);
        // Others' tokens are not held up.
        world.me(&world.entra_token(json!({}))).expect(404);
        world.keycloak.change(|says| says.is_slow = false);
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    for answer in answers {
        Reply::parse(&answer).expect(404);
    }
    assert_eq!(world.keycloak.asked("/keys"), before + 1);
}

#[test]
fn an_issuer_that_is_away_takes_nobody_with_it() {
    let (entra, keycloak) = issuers();
    keycloak.change(|says| says.is_gone = true);
    let place = tempfile::tempdir().unwrap();
    settings(place.path(), &entra, &keycloak, "", "keys.window = '1s'");
    let server = started(place.path());
    let world = World { entra, keycloak, server, _place: place };
    world.me(&world.entra_token(json!({}))).expect(404);
    let away = world.me(&world.keycloak_token(1, json!({}))).expect(503);
    assert_eq!((away.code().as_str(), away.header("www-authenticate")), ("serviceNotAvailable", None));
    assert!(away.message().contains("are not to be had at present"), "{}", away.message());
    let again: u32 = away.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=15).contains(&again), "{again}");
    // Once it had keys, an issuer that goes away is not missed.
    world.entra.change(|says| says.is_gone = true);
    world.me(&world.entra_token(json!({ "scp": "User.Read" }))).expect(404);
    let unknown = Signer::Rsa.sign(&header(json!({ "kid": "new" })), &world.entra_claims(json!({})));
    world.me(&unknown).expect(401);
    world.me(&world.entra_token(json!({ "scp": "User.Read.All" }))).expect(404);
}
