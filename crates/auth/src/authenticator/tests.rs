//! A world of three issuers, ways to make good and bad tokens for it, and the table-driven check.
//!
//! The rows are in the modules below; a row is what is tried, the token, and the one word it must lead to.

mod attacks;
mod callers;
mod claims;
mod memory;
mod random;

use super::*;
use crate::dev::{DevIssuer, TokenRequest, TokenUser};
use crate::issuer::{Algorithm, Tenancy, UserIds};
use crate::roles::{Role, Roles};
use crate::scopes::Scopes;
use crate::testing;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm as Library, EncodingKey};
use serde_json::json;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_TENANT: &str = "22222222-2222-4222-8222-222222222222";
const ADA: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const RSA: &str = include_str!("../../testdata/rsa.private.pem");
const RSA_PUBLIC: &str = include_str!("../../testdata/rsa.public.pem");
const OTHER_RSA: &str = include_str!("../../testdata/other-rsa.private.pem");
const OTHER_RSA_PUBLIC: &str = include_str!("../../testdata/other-rsa.public.pem");
const ED: &str = include_str!("../../testdata/ed25519.private.pem");
const ED_PUBLIC: &str = include_str!("../../testdata/ed25519.public.pem");

fn dev() -> DevIssuer {
    DevIssuer::generate(&mut testing::random(1))
}

/// The development issuer, an Entra-like one with keys of several owners, and a Keycloak-like one.
fn world() -> Authenticator {
    let keys = KeySet::from_jwks(&entra_jwks()).unwrap();
    let mut entra =
        Issuer::new("https://login.example/{tenantid}/v2.0", &["api"], keys, Tenancy::FromClaim { allowed: None });
    entra.algorithms = vec![Algorithm::Rs256, Algorithm::Ps256];
    entra.tenancy = Tenancy::FromClaim { allowed: Some(vec![TENANT.parse().unwrap()]) };
    let keys = KeySet::from_pem(ED_PUBLIC, None).unwrap();
    let mut keycloak =
        Issuer::new("https://kc.example/realms/a", &["api"], keys, Tenancy::Fixed(TENANT.parse().unwrap()));
    keycloak.algorithms = vec![Algorithm::EdDsa];
    keycloak.user_ids = UserIds::Derived;
    keycloak.claims.roles = vec!["/realm_access/roles".into()];
    keycloak.require_at_jwt = true;
    Authenticator::new(vec![dev().as_issuer().unwrap(), entra, keycloak], 64).unwrap()
}

fn entra_jwks() -> String {
    let key = |pem, kid: &str, issuer: &str| {
        let decoding = jsonwebtoken::DecodingKey::from_rsa_pem(str::as_bytes(pem)).unwrap();
        let mut jwk = json!(jsonwebtoken::jwk::Jwk::from_decoding_key(&decoding, None).unwrap());
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk["issuer"] = issuer.into();
        jwk
    };
    let common = key(RSA_PUBLIC, "common", "https://login.example/{tenantid}/v2.0");
    let consumers = key(OTHER_RSA_PUBLIC, "consumers", &format!("https://login.example/{OTHER_TENANT}/v2.0"));
    json!({ "keys": [common, consumers] }).to_string()
}

/// The claims of a good delegated development token, with changes; null takes a claim away.
fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://vitae.localhost/{TENANT}/v2.0"),
        "iat": NOW, "nbf": NOW, "exp": NOW + 3600, "azp": "app-1", "app_displayname": "App One", "name": "Ada",
        "oid": ADA, "preferred_username": "ada@fjord.example", "scp": "User.Read Mail.Send", "sub": "pairwise",
        "tid": TENANT, "ver": "2.0",
    });
    merge(&mut claims, changes);
    claims
}

/// Sets members of an object; null takes one away.
fn merge(object: &mut Value, changes: Value) {
    let (Some(members), Value::Object(changes)) = (object.as_object_mut(), changes) else {
        panic!("not objects");
    };
    members.extend(changes);
    members.retain(|_, value| !value.is_null());
}

fn es(changes: Value) -> String {
    dev().sign(&claims(changes))
}

/// A good development token under another header; null takes a member away.
fn es_under(changes: Value) -> String {
    let mut header = json!({ "alg": "ES256", "typ": "JWT", "kid": dev().kid() });
    merge(&mut header, changes);
    dev().sign_under(&header, &claims(json!({})))
}

fn entra(changes: Value) -> Value {
    let mut all = claims(json!({ "aud": "api", "iss": format!("https://login.example/{TENANT}/v2.0") }));
    merge(&mut all, changes);
    all
}

fn rs(key: &EncodingKey, algorithm: Library, header: &Value, claims: &Value) -> String {
    let message = unsigned(header, claims);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// `ok`, or the error's word.
fn outcome(result: &Result<Arc<Caller>, AuthError>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => format!("{error:?}").chars().take_while(char::is_ascii_alphanumeric).collect(),
    }
}

fn check(rows: &[(&str, String, &str)]) {
    let world = world();
    for (attack, token, expected) in rows {
        let header = format!("Bearer {token}");
        let result = world.authenticate(Some(header.as_bytes()), NOW);
        assert_eq!(&outcome(&result), expected, "{attack}: {result:?}");
        if let Err(error) = result {
            let told = format!("{error} {} {} {}", error.message(), error.explain(), error.challenge("r", "u"));
            let parts = token.split('.').filter(|part| part.len() > 8);
            assert!(!parts.into_iter().any(|part| told.contains(part)), "{attack}: repeats the token");
        }
    }
}

fn caller(token: &str) -> Arc<Caller> {
    world().authenticate(Some(format!("Bearer {token}").as_bytes()), NOW).unwrap()
}
