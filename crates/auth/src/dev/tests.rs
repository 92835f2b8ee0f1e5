//! The private key file, the public set, and the shape of minted tokens.

use super::*;
use crate::testing;
use expect_test::expect;

fn dev() -> DevIssuer {
    DevIssuer::generate(&mut testing::random(1))
}

fn request() -> TokenRequest {
    TokenRequest {
        app_id: "app-1".into(),
        app_name: "App One".into(),
        scopes: Scopes::parse("User.Read"),
        ttl: 60,
        now: 1_800_000_000,
        ..TokenRequest::default()
    }
}

fn payload(token: &str) -> String {
    let part = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    serde_json::to_string_pretty(&claims).unwrap()
}

#[test]
fn survives_its_file() {
    let again = DevIssuer::from_json(&dev().to_json()).unwrap();
    assert_eq!(again.to_json(), dev().to_json());
    assert_eq!(again.mint(&request()), dev().mint(&request()));
    assert!(dev().to_json().contains("\"d\":") && !dev().jwks().contains("\"d\":"));
    assert!(!format!("{:?}", dev()).contains("key:"));
    assert_ne!(dev().kid(), DevIssuer::generate(&mut testing::random(2)).kid());
}

#[test]
fn refuses_broken_files() {
    let other = DevIssuer::generate(&mut testing::random(2));
    let d = |issuer: &DevIssuer| serde_json::from_str::<Value>(&issuer.to_json()).unwrap()["d"].clone();
    let mixed = dev().to_json().replace(d(&dev()).as_str().unwrap(), d(&other).as_str().unwrap());
    for text in ["", "{}", "[]", &dev().jwks(), &mixed, r#"{"kty":"EC","crv":"P-256","d":"AA"}"#] {
        assert!(DevIssuer::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn tries_again_when_the_draw_is_no_key() {
    let mut draws = [[0; 32], [255; 32], [7; 32]].into_iter();
    let issuer = DevIssuer::generate(&mut |bytes| bytes.copy_from_slice(&draws.next().unwrap()));
    assert!(issuer.to_json().contains(&URL_SAFE_NO_PAD.encode([7; 32])));
}

#[test]
fn tokens_have_the_shape_of_entra() {
    let user = TokenUser { id: Uuid::from_u128(7), upn: "ada@fjord.example".into(), name: "Ada".into() };
    let person = TokenRequest { user: Some(user), roles: Roles::parse("auditor"), ..request() };
    expect![[r#"
        {
          "app_displayname": "App One",
          "aud": "https://graph.microsoft.com",
          "azp": "app-1",
          "exp": 1800000060,
          "iat": 1800000000,
          "iss": "https://vitae.localhost/00000000-0000-0000-0000-000000000000/v2.0",
          "jti": "7Pvfm01UhfpLbUGfVQAAek",
          "name": "Ada",
          "nbf": 1800000000,
          "oid": "00000000-0000-0000-0000-000000000007",
          "preferred_username": "ada@fjord.example",
          "roles": [
            "auditor"
          ],
          "scp": "User.Read",
          "sub": "905c4369-9de6-8670-a2f4-c597bef96f55",
          "tid": "00000000-0000-0000-0000-000000000000",
          "upn": "ada@fjord.example",
          "uti": "7Pvfm01UhfpLbUGfVQAAek",
          "ver": "2.0"
        }"#]]
    .assert_eq(&payload(&dev().mint(&person)));
    expect![[r#"
        {
          "app_displayname": "App One",
          "aud": "https://graph.microsoft.com",
          "azp": "app-1",
          "exp": 1800000060,
          "iat": 1800000000,
          "idtyp": "app",
          "iss": "https://vitae.localhost/00000000-0000-0000-0000-000000000000/v2.0",
          "jti": "ZyLg1bUlnC-LXhZ-kxQo1R",
          "nbf": 1800000000,
          "oid": "a919178d-1d56-892d-ae8b-cac88c0288e2",
          "roles": [
            "User.Read"
          ],
          "sub": "a919178d-1d56-892d-ae8b-cac88c0288e2",
          "tid": "00000000-0000-0000-0000-000000000000",
          "uti": "ZyLg1bUlnC-LXhZ-kxQo1R",
          "ver": "2.0"
        }"#]]
    .assert_eq(&payload(&dev().mint(&request())));
}

#[test]
fn what_others_check_is_signed_with_rsa() {
    let issuer = dev();
    let user = TokenUser { id: Uuid::from_u128(7), upn: "ada@fjord.example".into(), name: "Ada".into() };
    let token = issuer.id_token(&request(), &user, "https://localhost:8443", Some("n"), false, None);
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
    let published: Value = serde_json::from_str(&issuer.published_jwks()).unwrap();
    let keys = published["keys"].as_array().unwrap();
    assert_eq!((keys.len(), &keys[1]["kid"]), (2, &json!(issuer.kid())));
    assert_eq!((&keys[0]["kid"], &keys[0]["kty"], &keys[0]["d"]), (&json!(header.kid), &json!("RSA"), &Value::Null));
    assert_eq!(KeySet::from_jwks(&issuer.published_jwks()).unwrap().skipped(), [""; 0]);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let text = |member: &str| keys[0][member].as_str().unwrap().to_owned();
    let key = jsonwebtoken::DecodingKey::from_rsa_components(&text("n"), &text("e")).unwrap();
    assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, header.alg).unwrap());
    assert!(issuer.confirm(&token).is_some());
    assert!(issuer.confirm(&format!("{message}.{}", signature.replace(|c: char| c.is_ascii_digit(), "A"))).is_none());
    // The same again after a restart; and this service itself is not signed to in this way.
    let again = DevIssuer::from_json(&issuer.to_json()).unwrap();
    assert_eq!(again.published_jwks(), issuer.published_jwks());
    assert_eq!(issuer.as_issuer().unwrap().algorithms, [Algorithm::Es256]);
}
