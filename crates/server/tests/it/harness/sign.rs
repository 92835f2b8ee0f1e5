//! Tokens, good and bad, signed with keys of the tests.

use auth::dev::DevIssuer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};

const RSA: &str = include_str!("../../../../auth/testdata/rsa.private.pem");
const OTHER_RSA: &str = include_str!("../../../../auth/testdata/other-rsa.private.pem");
const RSA_PUBLIC: &str = include_str!("../../../../auth/testdata/rsa.public.pem");
const OTHER_RSA_PUBLIC: &str = include_str!("../../../../auth/testdata/other-rsa.public.pem");

/// A key that signs.
#[derive(Clone, Copy)]
pub(crate) enum Signer {
    /// A key of 2048 bits, RS256.
    Rsa,
    /// Another.
    OtherRsa,
    /// The P-256 key of this number, ES256.
    Ec(u64),
    /// HMAC with the text of a public key as the secret.
    Hmac,
}

impl Signer {
    /// The public key under this id, with further members.
    pub(crate) fn jwk(self, kid: &str, members: Value) -> Value {
        let mut jwk = match self {
            Signer::Rsa => rsa_jwk(RSA_PUBLIC),
            Signer::OtherRsa | Signer::Hmac => rsa_jwk(OTHER_RSA_PUBLIC),
            Signer::Ec(number) => {
                serde_json::from_str::<Value>(&ec(number).jwks()).expect("a JWK set")["keys"][0].clone()
            }
        };
        merge(&mut jwk, json!({ "kid": kid, "use": "sig" }));
        merge(&mut jwk, members);
        jwk
    }

    /// A token with exactly this header and these claims.
    pub(crate) fn sign(self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// A token of these texts, whatever they say.
    pub(crate) fn sign_text(self, header: &str, claims: &str) -> String {
        let message = unsigned(header, claims);
        let signature = match self {
            Signer::Rsa => by_library(&message, RSA),
            Signer::OtherRsa => by_library(&message, OTHER_RSA),
            Signer::Ec(_) => panic!("signs objects only"),
            Signer::Hmac => {
                let key = EncodingKey::from_secret(RSA_PUBLIC.as_bytes());
                jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).expect("it signs")
            }
        };
        format!("{message}.{signature}")
    }
}

/// The P-256 issuer of this number.
pub(crate) fn ec(number: u64) -> DevIssuer {
    DevIssuer::generate(&mut auth::testing::random(number))
}

/// Header and claims of a token, not signed.
pub(crate) fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

/// Sets members of an object; null takes one away.
pub(crate) fn merge(object: &mut Value, changes: Value) {
    let (Some(members), Value::Object(changes)) = (object.as_object_mut(), changes) else {
        panic!("not objects");
    };
    members.extend(changes);
    members.retain(|_, value| !value.is_null());
}

fn rsa_jwk(pem: &str) -> Value {
    let key = DecodingKey::from_rsa_pem(pem.as_bytes()).expect("a public key");
    json!(Jwk::from_decoding_key(&key, None).expect("a JWK"))
}

fn by_library(message: &str, pem: &str) -> String {
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a private key");
    jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).expect("it signs")
}
