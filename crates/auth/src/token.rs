//! The compact form of a signed JWT: three parts, the header, the claims. Everything here is still unverified.
//!
//! Of the header only `alg`, `kid`, `typ` and the presence of `crit` are read. `jku`, `jwk`, `x5u` and `x5c`, by
//! which a token could offer its own key, are never looked at.

use crate::error::AuthError;
use crate::issuer::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// A token in parts.
pub(crate) struct Token<'a> {
    /// `header.payload`: what is signed.
    pub(crate) message: &'a str,
    /// The signature, base64url.
    pub(crate) signature: &'a str,
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Option<String>,
    pub(crate) claims: Map<String, Value>,
}

/// Members that appear twice make the header malformed: serde refuses doubled fields.
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Present,
}

/// Whether a member is there, whatever its value.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Present(true))
    }
}

/// Claims, each of which comes once: of two with one name another reader may believe the other.
struct Claims(Map<String, Value>);

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EachOnce).map(Claims)
    }
}

struct EachOnce;

impl<'de> Visitor<'de> for EachOnce {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut claims = Map::new();
        while let Some((name, value)) = members.next_entry()? {
            if claims.insert(name, value).is_some() {
                return Err(A::Error::custom("a name comes twice"));
            }
        }
        Ok(claims)
    }
}

impl<'a> Token<'a> {
    /// Takes the text apart and refuses what no issuer may send.
    pub(crate) fn parse(text: &'a str) -> Result<Token<'a>, AuthError> {
        let (message, signature) = text.rsplit_once('.').ok_or(PARTS)?;
        let (header, payload) = message.split_once('.').ok_or(PARTS)?;
        if payload.contains('.') {
            return Err(PARTS);
        }
        let header: Header = serde_json::from_slice(&decode(header)?)
            .map_err(|_| AuthError::Malformed("its header is not a JSON object with texts `alg`, `kid`, `typ`"))?;
        let algorithm = header.alg.as_deref().and_then(Algorithm::from_name).ok_or_else(no_algorithm)?;
        if header.crit.0 {
            return Err(AuthError::Malformed("its header has `crit`, and no critical extension is understood"));
        }
        if decode(signature)?.is_empty() {
            return Err(AuthError::Malformed("it is not signed"));
        }
        let Claims(claims) = serde_json::from_slice(&decode(payload)?)
            .map_err(|_| AuthError::Malformed("its claims are not a JSON object in which each name comes once"))?;
        Ok(Token { message, signature, algorithm, kid: header.kid, typ: header.typ, claims })
    }
}

const PARTS: AuthError = AuthError::Malformed("it does not have three parts separated by dots");

fn decode(part: &str) -> Result<Vec<u8>, AuthError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| AuthError::Malformed("a part of it is not base64url without padding"))
}

fn no_algorithm() -> AuthError {
    AuthError::Algorithm { expected: names(&Algorithm::ALL) }
}

/// The names of algorithms, for a message.
pub(crate) fn names(algorithms: &[Algorithm]) -> String {
    algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ")
}
