//! Tokens that others check: ID tokens, for the app, and access tokens for apps that are APIs themselves.
//!
//! They are signed with RS256, which every library takes. Their `iss` is the one of the discovery document that the
//! checker has read, so it follows the origin.

use super::{DevIssuer, TokenRequest, TokenUser, common_claims, subject};
use crate::issuer::Algorithm;
use crate::token::Token;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::Signature;
use p256::ecdsa::signature::Verifier;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The `iss` of this tenant's tokens at an origin.
pub(super) fn issuer_at(origin: &str, tenant: Uuid) -> String {
    format!("{origin}/{tenant}/v2.0")
}

impl DevIssuer {
    /// A token that tells an app who signed in; `beside` is the code that comes with it.
    pub(super) fn id_token(
        &self,
        request: &TokenRequest,
        user: &TokenUser,
        origin: &str,
        nonce: Option<&str>,
        email: bool,
        beside: Option<&str>,
    ) -> String {
        let mut claims = self.claims_for(request, user, origin, &request.app_id);
        for name in ["azp", "app_displayname"] {
            claims.remove(name);
        }
        if let Some(nonce) = nonce {
            claims.insert("nonce".into(), nonce.into());
        }
        if let Some(code) = beside {
            // The left half of the digest (OpenID Connect Core, section 3.3.2.11).
            let digest = Sha256::digest(code);
            let (half, _) = digest.split_at(digest.len() / 2);
            claims.insert("c_hash".into(), URL_SAFE_NO_PAD.encode(half).into());
        }
        if email {
            claims.insert("email".into(), user.upn.clone().into());
        }
        self.sign_for_others(claims)
    }

    /// An access token for an app that is an API.
    pub(super) fn api_token(
        &self,
        request: &TokenRequest,
        user: &TokenUser,
        origin: &str,
        api: &str,
        scope: &str,
    ) -> String {
        let mut claims = self.claims_for(request, user, origin, api);
        claims.insert("scp".into(), scope.into());
        self.sign_for_others(claims)
    }

    fn claims_for(&self, request: &TokenRequest, user: &TokenUser, origin: &str, audience: &str) -> Map<String, Value> {
        let mut claims = common_claims(request);
        let own = [
            ("aud", audience.to_owned()),
            ("iss", issuer_at(origin, request.tenant)),
            ("name", user.name.clone()),
            ("oid", user.id.to_string()),
            ("preferred_username", user.upn.clone()),
            ("sub", subject(user.id, audience)),
        ];
        claims.extend(own.map(|(name, value)| (name.to_owned(), value.into())));
        claims
    }

    /// The claims of a token that this issuer signed, whatever they say.
    pub(super) fn confirm(&self, token: &str) -> Option<Map<String, Value>> {
        let token = Token::parse(token).ok()?;
        if token.algorithm == Algorithm::Rs256 {
            return self.rsa()?.verifies(token.message, token.signature).then_some(token.claims);
        }
        let signature = URL_SAFE_NO_PAD.decode(token.signature).ok()?;
        let signature = Signature::from_slice(&signature).ok()?;
        self.key.verifying_key().verify(token.message.as_bytes(), &signature).ok()?;
        Some(token.claims)
    }
}
