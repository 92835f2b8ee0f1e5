//! `vitae check --config` asks the issuers and says how to mend what is wrong with them.

use expect_test::{Expect, expect};

use super::*;
use crate::harness::run;

/// What is found when the second issuer does this.
fn check(change: impl FnOnce(&TestIssuer), of_keycloak: &str, expected: &Expect) {
    let (entra, keycloak) = issuers();
    change(&keycloak);
    let place = tempfile::tempdir().unwrap();
    settings(place.path(), &entra, &keycloak, "", of_keycloak);
    let ended = run(vitae().args(["check", "--config", "vitae.toml"]).current_dir(place.path()));
    let told = format!("{}\n{}{}", ended.code, ended.stdout, ended.stderr);
    expected.assert_eq(&told.replace(&keycloak.address(""), "KEYCLOAK").replace(&entra.address(""), "ENTRA"));
    assert_eq!(entra.asked_at_all(), 2, "asked for its discovery document and its keys");
}

#[test]
fn what_is_sound_is_said_to_be() {
    check(
        |_| {},
        "",
        &expect![[r#"
            0
            the settings in `vitae.toml` are sound; the data in `vitae-data` will be made when the service starts
        "#]],
    );
}

#[test]
fn what_is_wrong_is_said_with_its_remedy() {
    check(
        |issuer| issuer.change(|says| says.is_gone = true),
        "",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: `KEYCLOAK/.well-known/openid-configuration` cannot be fetched: the answer is 503 Service Unavailable; see that the issuer runs and that this machine can reach it; or put its JWK set into a file and name that with `jwks`
        1 found; to mend: change the settings as told
    "#]],
    );
    check(
        |issuer| issuer.change(|says| says.name = "https://other.example".into()),
        "",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: the discovery document says that its issuer is `https://other.example`, expected `KEYCLOAK/realms/people`; set `name` to "https://other.example" if that is the issuer you mean, else correct `discovery`
        1 found; to mend: change the settings as told
    "#]],
    );
    check(
        |issuer| issuer.change(|says| says.keys_at = "http://127.0.0.1:1/keys".into()),
        "",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: the discovery document says that the keys are at `http://127.0.0.1:1/keys`, expected an address that begins with `KEYCLOAK/`; set `jwks_uri = "http://127.0.0.1:1/keys"` beside `discovery` if that is right
        1 found; to mend: change the settings as told
    "#]],
    );
    check(
        |issuer| issuer.change(|says| says.keys_at = "http://127.0.0.1:1/keys".into()),
        "jwks_uri = 'http://127.0.0.1:1/keys'",
        &expect![[r#"
            3
            issuer `KEYCLOAK/realms/people`: `http://127.0.0.1:1/keys` cannot be fetched: 127.0.0.1:1 does not accept connections: Connection refused (os error 111); see that the issuer runs and that this machine can reach it; or put its JWK set into a file and name that with `jwks`
            1 found; to mend: change the settings as told
        "#]],
    );
    check(
        |issuer| issuer.change(|says| says.moved_to = Some("http://169.254.169.254/".into())),
        "",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: `KEYCLOAK/.well-known/openid-configuration` cannot be fetched: 302 Found; redirects are not followed; see that the issuer runs and that this machine can reach it; or put its JWK set into a file and name that with `jwks`
        1 found; to mend: change the settings as told
    "#]],
    );
    check(
        |issuer| issuer.change(|says| says.keys = vec![Signer::Rsa.jwk("a", json!({}))]),
        "",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: its keys are for "RS256", "PS256", `algorithms` allows "ES256" only; set `algorithms` to what it signs with
        1 found; to mend: change the settings as told
    "#]],
    );
    check(
        |issuer| issuer.change(|says| says.keys.clear()),
        "",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: `KEYCLOAK/keys` has no key that can be used: it is empty; let the issuer sign with RSA of 2048 bits or more, P-256 or Ed25519
        1 found; to mend: change the settings as told
    "#]],
    );
    check(
        |_| {},
        "networks = ['10.0.0.0/8']",
        &expect![[r#"
        3
        issuer `KEYCLOAK/realms/people`: `KEYCLOAK/.well-known/openid-configuration` cannot be fetched: the name leads to 127.0.0.1, where no issuer is expected; if it is there, set `networks = ["127.0.0.1"]`; see that the issuer runs and that this machine can reach it; or put its JWK set into a file and name that with `jwks`
        1 found; to mend: change the settings as told
    "#]],
    );
}

#[test]
fn clocks_that_differ_are_found() {
    let (entra, keycloak) = issuers();
    keycloak.change(|says| says.date = Some("Thu, 01 Jan 2026 00:00:00 GMT".into()));
    let place = tempfile::tempdir().unwrap();
    settings(place.path(), &entra, &keycloak, "", "");
    let ended = run(vitae().args(["check", "--config", "vitae.toml", "--json"]).current_dir(place.path()));
    assert_eq!(ended.code, 3, "{}", ended.stdout);
    assert!(ended.stdout.contains("s behind this machine's, and `leeway` allows 60 s; set both clocks by NTP"));
}
