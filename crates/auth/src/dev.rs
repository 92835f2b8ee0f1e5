//! The issuer of development servers: a P-256 key, an RSA key that follows from it, tokens in the shape Entra v2 gives
//! them.
//!
//! It makes and signs tokens, and [`Desk`] decides who gets which; pages, endpoints and files are the server's.
//! Production does not trust it.

mod apps;
mod authorize;
mod desk;
mod device;
mod fault;
mod foreign;
mod form;
mod rsa;
mod scope;
mod shelf;

pub use apps::{APPS, App, CLIENT, DAEMON, WEB};
pub use authorize::{Authorization, Delivery, Prompt, Reply, Stop};
pub use desk::{Desk, Facts, Grant, Member};
pub use device::{Device, DeviceCode};
pub use fault::{Fault, Wrong};
pub use form::{Form, encode};
pub use scope::Wanted;

use crate::ids::derived_id;
use crate::issuer::{Algorithm, Issuer, Tenancy};
use crate::keys::{KeyError, KeySet};
use crate::roles::Roles;
use crate::scopes::Scopes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

use self::rsa::RsaKey;

/// The `iss` of access tokens for this service. It names no real origin, so that they outlive a change of port; tokens
/// that others check name the origin they were asked of.
pub const ISSUER: &str = "https://vitae.localhost/{tenantid}/v2.0";

/// The `aud` of development tokens.
pub const AUDIENCE: &str = "https://graph.microsoft.com";

/// The `aud` values a development server accepts: Graph's address, Graph's app id, and Vitae's own.
pub const AUDIENCES: [&str; 3] = [AUDIENCE, "00000003-0000-0000-c000-000000000000", "api://vitae"];

/// A development issuer: it signs what it is asked to sign.
#[derive(Clone)]
pub struct DevIssuer {
    key: SigningKey,
    /// The `kid` of its key: the RFC 7638 thumbprint.
    kid: String,
    /// What it signs with for others, once that was needed.
    rsa: Arc<OnceLock<Option<RsaKey>>>,
}

/// What a development token shall say.
#[derive(Debug, Clone, Default)]
pub struct TokenRequest {
    /// The tenant.
    pub tenant: Uuid,
    /// The person acted for; without one the token is the app's own.
    pub user: Option<TokenUser>,
    /// The client id of the app.
    pub app_id: String,
    /// The display name of the app.
    pub app_name: String,
    /// The permissions: delegated ones with a person, else application ones.
    pub scopes: Scopes,
    /// The person's roles; without effect on an app's own token.
    pub roles: Roles,
    /// How long the token is good, in seconds.
    pub ttl: i64,
    /// The time of issue, in Unix seconds.
    pub now: i64,
}

/// The person a development token is made for.
#[derive(Debug, Clone, Default)]
pub struct TokenUser {
    /// The person's id.
    pub id: Uuid,
    /// The user principal name.
    pub upn: String,
    /// The display name.
    pub name: String,
}

impl DevIssuer {
    /// An issuer with a new key from this source of random bytes.
    pub fn generate(random: &mut dyn FnMut(&mut [u8])) -> DevIssuer {
        loop {
            let mut secret = [0; 32];
            random(&mut secret);
            // All but one in 2^32 draws are a valid scalar.
            if let Ok(key) = SigningKey::from_slice(&secret) {
                return DevIssuer::with_key(key);
            }
        }
    }

    /// The issuer whose private JWK [`DevIssuer::to_json`] wrote.
    pub fn from_json(json: &str) -> Result<DevIssuer, KeyError> {
        let broken = KeyError::Unusable("not a private JWK of P-256");
        let jwk: Value = serde_json::from_str(json).map_err(|_| broken.clone())?;
        let text = |name| jwk.get(name).and_then(Value::as_str);
        if text("kty") != Some("EC") || text("crv") != Some("P-256") {
            return Err(broken);
        }
        let secret = text("d").and_then(|d| URL_SAFE_NO_PAD.decode(d).ok());
        let key = secret.and_then(|secret| SigningKey::from_slice(&secret).ok()).ok_or(broken)?;
        let issuer = DevIssuer::with_key(key);
        let (x, y) = issuer.point();
        if text("x") != Some(&x) || text("y") != Some(&y) {
            return Err(KeyError::Unusable("the public and the private half of the JWK do not belong together"));
        }
        Ok(issuer)
    }

    /// The private key as a JWK: the content of a file that only its owner may read.
    pub fn to_json(&self) -> String {
        let mut jwk = self.public_jwk();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("d".into(), URL_SAFE_NO_PAD.encode(self.key.to_bytes()).into());
        }
        jwk.to_string()
    }

    /// The public key of its access tokens for this service, as a JWK set.
    pub fn jwks(&self) -> String {
        json!({ "keys": [self.public_jwk()] }).to_string()
    }

    /// All its public keys: with that of tokens that others check.
    pub fn published_jwks(&self) -> String {
        let keys: Vec<Value> = self.rsa().map(RsaKey::public_jwk).into_iter().chain([self.public_jwk()]).collect();
        json!({ "keys": keys }).to_string()
    }

    /// Makes what is needed for tokens that others check. Takes a moment the first time, and none after that.
    pub fn prepare(&self) {
        self.rsa();
    }

    fn rsa(&self) -> Option<&RsaKey> {
        self.rsa.get_or_init(|| RsaKey::of(&self.key.to_bytes())).as_ref()
    }

    /// The `iss` of tokens of this tenant.
    pub(crate) fn issuer_url(tenant: Uuid) -> String {
        ISSUER.replace(crate::issuer::TENANT_PLACEHOLDER, &tenant.to_string())
    }

    /// The declaration by which an [`crate::Authenticator`] trusts this issuer, for any tenant.
    pub fn as_issuer(&self) -> Result<Issuer, KeyError> {
        let keys = KeySet::from_jwks(&self.jwks())?;
        let mut issuer = Issuer::new(ISSUER, &AUDIENCES, keys, Tenancy::FromClaim { allowed: None });
        issuer.algorithms = vec![Algorithm::Es256];
        issuer.version = Some("2.0".into());
        Ok(issuer)
    }

    /// A signed token. The same request gives the same token.
    pub fn mint(&self, request: &TokenRequest) -> String {
        let mut claims = common_claims(request);
        match &request.user {
            Some(user) => add_person(&mut claims, request, user),
            None => add_app(&mut claims, request),
        }
        self.sign(&numbered(claims))
    }

    /// Signs claims for others.
    fn sign_for_others(&self, claims: Map<String, Value>) -> String {
        let claims = numbered(claims);
        let signed = self.rsa().and_then(|key| {
            let message = encoded(&key.header(), &claims);
            key.sign(&message).map(|signature| format!("{message}.{signature}"))
        });
        signed.unwrap_or_else(|| self.sign(&claims))
    }

    /// A token with these claims and no others, true or not: for tests of how such a token is received.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_under(&json!({ "typ": "JWT", "alg": "ES256", "kid": self.kid }), claims)
    }

    /// The same with a header of one's own.
    pub(crate) fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let message = encoded(header, claims);
        let signature: Signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn with_key(key: SigningKey) -> DevIssuer {
        let mut issuer = DevIssuer { key, kid: String::new(), rsa: Arc::default() };
        let (x, y) = issuer.point();
        // The thumbprint is over exactly these members in exactly this order (RFC 7638).
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        issuer.kid = URL_SAFE_NO_PAD.encode(Sha256::digest(canonical));
        issuer
    }

    /// The `kid` of its key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The coordinates of the public key, base64url.
    fn point(&self) -> (String, String) {
        let point = self.key.verifying_key().to_sec1_point(false);
        (
            point.x().map(|x| URL_SAFE_NO_PAD.encode(x)).unwrap_or_default(),
            point.y().map(|y| URL_SAFE_NO_PAD.encode(y)).unwrap_or_default(),
        )
    }

    fn public_jwk(&self) -> Value {
        let (x, y) = self.point();
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": x, "y": y })
    }
}

/// Without the key.
impl fmt::Debug for DevIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevIssuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The claims under an id of their own. Two tokens differ in it exactly when they differ in anything else.
fn numbered(mut claims: Map<String, Value>) -> Value {
    let digest = Sha256::digest(Value::from(claims.clone()).to_string());
    let id = URL_SAFE_NO_PAD.encode(digest).chars().take(22).collect::<String>();
    claims.insert("uti".into(), id.clone().into());
    claims.insert("jti".into(), id.into());
    claims.into()
}

/// What is signed of a token.
fn encoded(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn common_claims(request: &TokenRequest) -> Map<String, Value> {
    let members = [
        ("aud", Value::from(AUDIENCE)),
        ("iss", DevIssuer::issuer_url(request.tenant).into()),
        ("iat", request.now.into()),
        ("nbf", request.now.into()),
        ("exp", request.now.saturating_add(request.ttl).into()),
        ("app_displayname", request.app_name.clone().into()),
        ("azp", request.app_id.clone().into()),
        ("tid", request.tenant.to_string().into()),
        ("ver", "2.0".into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn add_person(claims: &mut Map<String, Value>, request: &TokenRequest, user: &TokenUser) {
    claims.insert("name".into(), user.name.clone().into());
    claims.insert("oid".into(), user.id.to_string().into());
    claims.insert("preferred_username".into(), user.upn.clone().into());
    claims.insert("scp".into(), request.scopes.to_string().into());
    claims.insert("sub".into(), subject(user.id, &request.app_id).into());
    claims.insert("upn".into(), user.upn.clone().into());
    let roles: Vec<Value> = request.roles.iter().map(|role| role.name().into()).collect();
    if !roles.is_empty() {
        claims.insert("roles".into(), roles.into());
    }
}

/// A person's `sub`. As with Entra it is another for each app; only `oid` is the person.
pub fn subject(person: Uuid, app: &str) -> String {
    derived_id(&[&person.to_string(), app]).to_string()
}

fn add_app(claims: &mut Map<String, Value>, request: &TokenRequest) {
    let principal = derived_id(&[&request.tenant.to_string(), &request.app_id]).to_string();
    let permissions: Vec<Value> = request.scopes.iter().map(|scope| scope.name().into()).collect();
    claims.insert("idtyp".into(), "app".into());
    claims.insert("oid".into(), principal.clone().into());
    claims.insert("roles".into(), permissions.into());
    claims.insert("sub".into(), principal.into());
}

#[cfg(test)]
mod tests;
