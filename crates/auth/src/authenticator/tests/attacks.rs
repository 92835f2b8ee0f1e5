//! Forged, damaged and disguised tokens, before a claim is believed.

use super::*;

#[test]
fn algorithms() {
    let claims = claims(json!({}));
    let kid = dev().kid().to_owned();
    let mut rows = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "RS512", "es256", "ES384"] {
        let message = unsigned(&json!({ "alg": alg, "kid": kid }), &claims);
        rows.push(("unsigned", format!("{message}."), "Algorithm"));
        rows.push(("with some signature", format!("{message}.{}", "A".repeat(86)), "Algorithm"));
    }
    rows.push(("no alg", es_under(json!({ "alg": null })), "Algorithm"));
    rows.push(("alg a number", es_under(json!({ "alg": 1 })), "Malformed"));
    let hmac = EncodingKey::from_secret(RSA_PUBLIC.as_bytes());
    let header = json!({ "alg": "HS256", "kid": "common" });
    rows.push(("HS256 over the public key", rs(&hmac, Library::HS256, &header, &entra(json!({}))), "Algorithm"));
    let header = json!({ "alg": "RS256", "kid": "common" });
    rows.push(("HMAC called RS256", rs(&hmac, Library::HS256, &header, &entra(json!({}))), "Signature"));
    let rsa = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let rs_claims = self::claims(json!({}));
    rows.push(("good algorithm, wrong issuer", rs(&rsa, Library::RS256, &header, &rs_claims), "Algorithm"));
    check(&rows);
}

#[test]
fn signatures() {
    let good = es(json!({}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = DevIssuer::generate(&mut testing::random(2));
    let changed = unsigned(&json!({ "alg": "ES256", "kid": dev().kid() }), &claims(json!({ "scp": "User.Read.All" })));
    let header = json!({ "alg": "ES256", "typ": "JWT", "kid": dev().kid() });
    check(&[
        ("good", good.clone(), "ok"),
        ("r = s = 0", format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])), "Signature"),
        ("r = s = 255…", format!("{message}.{}", URL_SAFE_NO_PAD.encode([255; 64])), "Signature"),
        ("no signature", format!("{message}."), "Malformed"),
        ("short signature", format!("{message}.AAAA"), "Signature"),
        ("long signature", format!("{message}.{signature}{signature}"), "Signature"),
        ("padded signature", format!("{message}.{signature}=="), "Malformed"),
        ("signature of other claims", format!("{changed}.{signature}"), "Signature"),
        ("another key under our kid", other.sign_under(&header, &claims(json!({}))), "Signature"),
    ]);
}

#[test]
fn key_ids() {
    let other = DevIssuer::generate(&mut testing::random(2));
    let rsa = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let entra_with = |kid: Value| {
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        rs(&rsa, Library::RS256, &header, &entra(json!({})))
    };
    let long = format!("Bearer {}", es_under(json!({ "kid": "k".repeat(1 << 20) })));
    assert_eq!(outcome(&world().authenticate(Some(long.as_bytes()), NOW)), "TooLarge");
    check(&[
        ("good", entra_with("common".into()), "ok"),
        ("path", entra_with("../../x".into()), "UnknownKey"),
        ("injection", entra_with("' or 1=1".into()), "UnknownKey"),
        ("other case", entra_with("COMMON".into()), "UnknownKey"),
        ("empty", entra_with("".into()), "UnknownKey"),
        ("absent, two keys", entra_with(Value::Null), "UnknownKey"),
        ("a number", entra_with(1.into()), "Malformed"),
        ("another known key", entra_with("consumers".into()), "Signature"),
        ("absent, one key", es_under(json!({ "kid": null })), "ok"),
        ("another's", other.sign(&claims(json!({}))), "UnknownKey"),
    ]);
}

#[test]
fn header_members() {
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
    let other = DevIssuer::generate(&mut testing::random(2));
    let own_key: Value = serde_json::from_str(&other.jwks()).unwrap();
    let smuggled =
        json!({ "alg": "ES256", "kid": dev().kid(), "jwk": own_key["keys"][0], "jku": "https://evil.example" });
    let good = es(json!({}));
    let (_, rest) = good.split_once('.').unwrap();
    let doubled = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","alg":"ES256"}"#);
    check(&[
        ("jku", es_under(json!({ "jku": "https://evil.example/jwks" })), "ok"),
        ("x5u, x5c, jwk of any shape", es_under(json!({ "x5u": "https://evil.example", "x5c": 1, "jwk": jwk })), "ok"),
        ("signed with the key it brings", other.sign_under(&smuggled, &claims(json!({}))), "Signature"),
        ("crit", es_under(json!({ "crit": ["b64"], "b64": false })), "Malformed"),
        ("empty crit", es_under(json!({ "crit": [] })), "Malformed"),
        ("doubled alg", format!("{doubled}.{rest}"), "Malformed"),
        ("at+jwt", es_under(json!({ "typ": "at+jwt" })), "ok"),
        ("application/at+jwt", es_under(json!({ "typ": "application/AT+JWT" })), "ok"),
        ("no typ", es_under(json!({ "typ": null })), "ok"),
        ("logout token", es_under(json!({ "typ": "logout+jwt" })), "Type"),
        ("DPoP proof", es_under(json!({ "typ": "dpop+jwt" })), "Type"),
    ]);
}

#[test]
fn forms() {
    let good = es(json!({}));
    let (header, rest) = good.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let payload = |text: &str| format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(text));
    check(&[
        ("no dots", "abc".into(), "Malformed"),
        ("two parts", "abc.def".into(), "Malformed"),
        ("encrypted (five parts)", "a.b.c.d.e".into(), "Malformed"),
        ("only dots", "..".into(), "Malformed"),
        ("four parts", format!("{good}.x"), "Malformed"),
        ("not base64url", "a+b/.c.d".into(), "Malformed"),
        ("claims a list", payload("[]"), "Malformed"),
        ("a claim twice", payload(r#"{"aud":"api://vitae","aud":"api://vitae"}"#), "Malformed"),
        ("a claim twice, spelt otherwise", payload(r#"{"aud":"api://vitae","\u0061ud":"x"}"#), "Malformed"),
        ("claims with trailing text", payload("{} {}"), "Malformed"),
        ("claims too deep", payload(&format!("{{\"a\":{}", "[".repeat(3000))), "Malformed"),
        (
            "claims not UTF-8",
            format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(b"{\"a\":\"\xff\"}")),
            "Malformed",
        ),
        ("other text after the token", format!("{good} x"), "Malformed"),
    ]);
}
