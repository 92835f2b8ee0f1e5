//! The one way from a header to a caller: the checks in their order, the keys, the memory of verified tokens.
//!
//! Keys are replaced from outside; an unknown key, or that there are none, is reported and nothing is fetched.

use crate::admission::{self, Admitted};
use crate::bearer;
use crate::cache::Cache;
use crate::caller::Caller;
use crate::error::AuthError;
use crate::issuer::{Issuer, IssuerError, TENANT_PLACEHOLDER};
use crate::keys::KeySet;
use crate::token::{Token, names};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Tells callers from tokens, for a fixed list of issuers. Shared between workers.
pub struct Authenticator {
    issuers: Vec<Trusted>,
    cache: Cache,
    /// Whether any of them creates people: asked with every request, and mostly no.
    creates_people: bool,
    /// Counts changes of keys. INVARIANT: read before the keys of a verification, raised after keys were replaced,
    /// so that a cached caller of the current generation was verified with the current keys.
    generation: AtomicU64,
}

/// An issuer whose keys can change while it serves.
struct Trusted {
    issuer: Issuer,
    keys: RwLock<Arc<KeySet>>,
}

impl Authenticator {
    /// Trusts these issuers, and remembers about `cache_capacity` verified tokens.
    pub fn new(issuers: Vec<Issuer>, cache_capacity: usize) -> Result<Authenticator, IssuerError> {
        let mut trusted: Vec<Trusted> = Vec::with_capacity(issuers.len());
        for issuer in issuers {
            issuer.check()?;
            if trusted.iter().any(|other| other.issuer.name == issuer.name) {
                return Err(IssuerError::Twice(issuer.name));
            }
            let keys = RwLock::new(Arc::new(issuer.keys.clone()));
            trusted.push(Trusted { issuer, keys });
        }
        // Exact names go before patterns, so that one tenant of a pattern can have rules of its own.
        trusted.sort_by_key(|trusted| trusted.issuer.name.contains(TENANT_PLACEHOLDER));
        Ok(Authenticator {
            creates_people: trusted.iter().any(|trusted| trusted.issuer.creates_people),
            issuers: trusted,
            cache: Cache::new(cache_capacity),
            generation: AtomicU64::new(0),
        })
    }

    /// The caller of a request, from the value of its `Authorization` header and the time in Unix seconds.
    pub fn authenticate(&self, authorization_header: Option<&[u8]>, now: i64) -> Result<Arc<Caller>, AuthError> {
        let token = bearer::token(authorization_header)?;
        let generation = self.generation.load(Ordering::Acquire);
        if let Some(known) = self.cache.get(token, generation) {
            known.lifetime.check(now)?;
            return Ok(known.caller);
        }
        let token = bearer::check_alone(token)?;
        let admitted = self.verify(token, now)?;
        self.cache.put(token.as_bytes(), generation, admitted.clone());
        Ok(admitted.caller)
    }

    /// The same for a request whose `Authorization` header may come more than once, which is refused.
    pub fn authenticate_all<'a>(
        &self,
        authorization_headers: impl IntoIterator<Item = &'a [u8]>,
        now: i64,
    ) -> Result<Arc<Caller>, AuthError> {
        self.authenticate(bearer::only(authorization_headers)?, now)
    }

    /// Replaces the keys of the issuer with this name (its pattern, for one with many tenants). Tokens verified with
    /// the old keys are verified anew; when the keys are the same as before, nothing is forgotten.
    pub fn replace_keys(&self, issuer: &str, keys: KeySet) -> Result<(), IssuerError> {
        let trusted = (self.issuers.iter())
            .find(|trusted| *trusted.issuer.name == *issuer)
            .ok_or_else(|| IssuerError::Unknown(issuer.to_owned()))?;
        let mut current = trusted.keys.write().unwrap_or_else(PoisonError::into_inner);
        if **current != keys {
            *current = Arc::new(keys);
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Whether people who come with tokens of this `iss` may be put into the directory.
    pub fn creates_people(&self, iss: &str) -> bool {
        self.creates_people && self.issuer_named(iss).is_some_and(|trusted| trusted.issuer.creates_people)
    }

    /// The names of the trusted issuers.
    pub fn issuers(&self) -> impl Iterator<Item = &Arc<str>> {
        self.issuers.iter().map(|trusted| &trusted.issuer.name)
    }

    /// The checks, in the order that gives away least: limits and form, algorithm, key, signature, then the claims.
    fn verify(&self, text: &str, now: i64) -> Result<Admitted, AuthError> {
        let token = Token::parse(text)?;
        let trusted = self.issuer_of(&token)?;
        let issuer = &trusted.issuer;
        if !issuer.algorithms.contains(&token.algorithm) {
            return Err(AuthError::Algorithm { expected: names(&issuer.algorithms) });
        }
        let keys = Arc::clone(&trusted.keys.read().unwrap_or_else(PoisonError::into_inner));
        if keys.is_empty() {
            return Err(AuthError::NoKeys { issuer: issuer.name.clone() });
        }
        let key = keys
            .find(token.kid.as_deref(), token.algorithm)
            .ok_or_else(|| AuthError::UnknownKey { issuer: issuer.name.clone() })?;
        if !key.verifies(token.algorithm, token.message, token.signature) {
            return Err(AuthError::Signature);
        }
        admission::admit(issuer, key, &token, now)
    }

    /// The issuer whose keys must confirm the token. The claim is believed only for this look-up.
    fn issuer_of(&self, token: &Token<'_>) -> Result<&Trusted, AuthError> {
        let iss = token.claims.get("iss").and_then(Value::as_str).ok_or(AuthError::Claim("iss"))?;
        self.issuer_named(iss).ok_or_else(|| AuthError::UnknownIssuer {
            expected: self.issuers().map(|name| &**name).collect::<Vec<_>>().join(" or "),
        })
    }

    fn issuer_named(&self, iss: &str) -> Option<&Trusted> {
        self.issuers.iter().find(|trusted| trusted.issuer.is_named(iss))
    }
}

#[cfg(test)]
mod tests;
