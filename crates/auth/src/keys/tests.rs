//! Which keys are taken in, and which key serves which token.

use super::*;

const RSA: &str = include_str!("../../testdata/rsa.public.pem");
const OTHER_RSA: &str = include_str!("../../testdata/other-rsa.public.pem");
const WEAK_RSA: &str = include_str!("../../testdata/weak-rsa.public.pem");
const PRIVATE_RSA: &str = include_str!("../../testdata/rsa.private.pem");
const P256: &str = include_str!("../../testdata/p256.public.pem");
const P384: &str = include_str!("../../testdata/p384.public.pem");
const ED: &str = include_str!("../../testdata/ed25519.public.pem");

fn check_pem(pem: &str, expected: &str) {
    let outcome = match KeySet::from_pem(pem, Some("k")) {
        Ok(set) => crate::token::names(&set.keys[0].algorithms),
        Err(error) => error.to_string(),
    };
    assert_eq!(outcome, expected);
}

/// The members of a JWK, with changes.
fn jwk(pem: &str, changes: Value) -> Value {
    let set = KeySet::from_pem(pem, None).unwrap();
    let mut jwk = serde_json::json!(set.keys[0].parameters);
    let Value::Object(changes) = changes else { panic!("not an object") };
    jwk.as_object_mut().unwrap().extend(changes);
    jwk
}

fn set(keys: &[Value]) -> KeySet {
    KeySet::from_jwks(&serde_json::json!({ "keys": keys }).to_string()).unwrap()
}

fn check_jwk(key: Value, expected: &str) {
    let set = set(&[key]);
    let outcome = match set.keys.first() {
        Some(key) => crate::token::names(&key.algorithms),
        None => set.skipped.join(";"),
    };
    assert_eq!(outcome, expected);
}

#[test]
fn pem_files() {
    let refused = KeyError::NotAPublicKey.to_string();
    check_pem(RSA, "RS256, PS256");
    check_pem(&format!("\n{RSA}\n"), "RS256, PS256");
    check_pem(P256, "ES256");
    check_pem(ED, "EdDSA");
    check_pem(WEAK_RSA, "an RSA key must have 2048 to 4096 bits");
    check_pem(P384, "an EC key must be a point of P-256");
    check_pem(PRIVATE_RSA, &refused);
    check_pem("", &refused);
    check_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", &refused);
}

#[test]
fn jwk_members() {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    check_jwk(jwk(RSA, json("{}")), "RS256, PS256");
    check_jwk(jwk(RSA, json(r#"{"alg":"PS256","use":"sig","key_ops":["verify"]}"#)), "PS256");
    check_jwk(jwk(RSA, json(r#"{"use":"enc"}"#)), "key 0: its `use` is not `sig`");
    check_jwk(jwk(RSA, json(r#"{"key_ops":["encrypt"]}"#)), "key 0: its `key_ops` do not include `verify`");
    let alg = "key 0: its `alg` is not one of RS256, PS256, ES256, EdDSA, or not one of its type";
    check_jwk(jwk(RSA, json(r#"{"alg":"HS256"}"#)), alg);
    check_jwk(jwk(RSA, json(r#"{"alg":"ES256"}"#)), alg);
    for exponent in ["", "AA", "AQ", "BA", "AAE", "AQAAAAE"] {
        let key = jwk(RSA, serde_json::json!({ "e": exponent }));
        check_jwk(key, "key 0: an RSA exponent must be odd, from 3 to 32 bits");
    }
    check_jwk(jwk(RSA, json(r#"{"n":"a+b="}"#)), "key 0: a number of it is not base64url without padding");
    check_jwk(jwk(ED, json(r#"{"x":"AAAA"}"#)), "key 0: an OKP key must be one of Ed25519");
    check_jwk(jwk(P256, json(r#"{"x":"AAAA"}"#)), "key 0: an EC key must be a point of P-256");
    let zero = "A".repeat(43);
    let off_curve = jwk(P256, serde_json::json!({ "x": zero, "y": zero }));
    check_jwk(off_curve, "key 0: its numbers are not a public key");
    check_jwk(json(r#"{"kty":"oct","k":"c2VjcmV0"}"#), "key 0: its `kty` is not RSA, EC or OKP");
    check_jwk(json("1"), "key 0: not a JWK");
}

#[test]
fn sets() {
    for text in ["", "[]", "{}", r#"{"keys":{}}"#] {
        assert_eq!(KeySet::from_jwks(text).unwrap_err(), KeyError::NotAKeySet, "{text}");
    }
    assert!(set(&[]).is_empty());
    let named = |pem, kid: &str| jwk(pem, serde_json::json!({ "kid": kid }));
    let two = set(&[named(RSA, "a"), named(OTHER_RSA, "b"), named(P256, "a")]);
    let found = |kid, algorithm| two.find(kid, algorithm).and_then(|key| key.id.clone());
    assert_eq!(found(Some("b"), Algorithm::Ps256).as_deref(), Some("b"));
    assert_eq!(found(Some("a"), Algorithm::Es256).as_deref(), Some("a"));
    assert_eq!(found(Some("b"), Algorithm::Es256), None, "a key of another type");
    assert_eq!(found(None, Algorithm::Rs256), None);
    assert_eq!(two, two.clone());
    assert_ne!(two, set(&[named(RSA, "a"), named(OTHER_RSA, "c"), named(P256, "a")]));
    assert_ne!(two, set(&[named(RSA, "a"), named(OTHER_RSA, "b")]));
}

#[test]
fn a_lone_key() {
    let unnamed = KeySet::from_pem(RSA, None).unwrap();
    let named = KeySet::from_pem(RSA, Some("a")).unwrap();
    let finds = |set: &KeySet, kid| set.find(kid, Algorithm::Rs256).is_some();
    assert!(finds(&unnamed, None) && finds(&unnamed, Some("x")));
    assert!(finds(&named, None) && finds(&named, Some("a")) && !finds(&named, Some("x")));
    assert!(unnamed.find(None, Algorithm::Es256).is_none());
}
