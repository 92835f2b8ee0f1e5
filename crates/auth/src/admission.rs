//! The checks after the signature, in their order, and the token's lifetime.
//!
//! Signatures are not checked here; nothing in this module may run before one was.

use crate::caller::Caller;
use crate::claims::Claims;
use crate::error::AuthError;
use crate::ids::guid;
use crate::issuer::{Issuer, TENANT_PLACEHOLDER, Tenancy};
use crate::keys::Key;
use crate::token::Token;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// A caller and when the token that named it is good. Its check is repeated whenever the caller is used.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub(crate) caller: Arc<Caller>,
    pub(crate) lifetime: Lifetime,
}

/// From when until when a token is good, and how far clocks may differ.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetime {
    not_before: i64,
    expires: i64,
    leeway: i64,
}

impl Lifetime {
    /// Good from ever until `expires`, to the second.
    #[cfg(test)]
    pub(crate) fn until(expires: i64) -> Lifetime {
        Lifetime { not_before: i64::MIN, expires, leeway: 0 }
    }

    /// Whether the token is good at `now`. `exp` itself is already too late (RFC 7519).
    pub(crate) fn check(self, now: i64) -> Result<(), AuthError> {
        if now >= self.expires.saturating_add(self.leeway) {
            return Err(AuthError::Expired { seconds: now.saturating_sub(self.expires) });
        }
        if now < self.not_before.saturating_sub(self.leeway) {
            return Err(AuthError::NotYetValid { seconds: self.not_before.saturating_sub(now) });
        }
        Ok(())
    }
}

/// The caller of a token whose signature `key` has confirmed.
pub(crate) fn admit(issuer: &Issuer, key: &Key, token: &Token<'_>, now: i64) -> Result<Admitted, AuthError> {
    let claims = Claims { issuer, all: &token.claims };
    claims.check_type(token.typ.as_deref())?;
    let iss = claims.check_issuer(key)?;
    claims.check_audience()?;
    let lifetime = claims.lifetime()?;
    lifetime.check(now)?;
    let tenant = claims.tenant()?;
    claims.check_version()?;
    let caller = claims.caller(tenant, iss, lifetime.expires)?;
    Ok(Admitted { caller: Arc::new(caller), lifetime })
}

impl<'a> Claims<'a> {
    /// ID, refresh and logout tokens are signed by the same keys, so they must be told apart here.
    fn check_type(&self, typ: Option<&str>) -> Result<(), AuthError> {
        let typ = typ.map(str::to_ascii_lowercase);
        let typ = typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        match typ {
            Some("at+jwt") => {}
            _ if self.issuer.require_at_jwt => {
                return Err(AuthError::Type("its header does not say `typ` `at+jwt`"));
            }
            None | Some("jwt") => {}
            Some(_) => {
                return Err(AuthError::Type("its header says another `typ` than `JWT` or `at+jwt`"));
            }
        }
        let says = |name, kinds: &[&str]| {
            self.text_of(name).is_some_and(|kind| kinds.iter().any(|known| known.eq_ignore_ascii_case(kind)))
        };
        if says("typ", &["ID", "Refresh", "Offline", "Logout"]) || says("token_use", &["id", "refresh"]) {
            return Err(AuthError::Type("it calls itself an ID, refresh or logout token"));
        }
        if self.has("at_hash") || self.has("c_hash") || self.has("nonce") && !self.is_delegated() {
            return Err(AuthError::Type("it has the marks of an ID token"));
        }
        Ok(())
    }

    /// The `iss` again, now beside the key that signed and the tenant it names.
    fn check_issuer(&self, key: &Key) -> Result<&'a str, AuthError> {
        let iss = self.text_of("iss").ok_or(AuthError::Claim("iss"))?;
        let tid = self.text(&self.issuer.claims.tenant);
        let own = self.issuer.name.replace(TENANT_PLACEHOLDER, tid.unwrap_or_default());
        if own != iss {
            return Err(AuthError::Issuer("it names another tenant than the tenant claim"));
        }
        if !key.speaks_for(iss, tid) {
            return Err(AuthError::Issuer("the key that signed it belongs to another issuer"));
        }
        Ok(iss)
    }

    fn check_audience(&self) -> Result<(), AuthError> {
        let ours = |value: &Value| value.as_str().is_some_and(|aud| self.issuer.audiences.iter().any(|own| own == aud));
        let fits = match self.all.get("aud") {
            Some(Value::Array(list)) => list.iter().any(ours),
            Some(value) => ours(value),
            None => false,
        };
        if fits { Ok(()) } else { Err(AuthError::Audience { expected: self.issuer.audiences.join(" or ") }) }
    }

    fn lifetime(&self) -> Result<Lifetime, AuthError> {
        let expires = self.time("exp")?.ok_or(AuthError::Claim("exp"))?;
        let starts = [self.time("nbf")?, self.time("iat")?];
        let not_before = starts.into_iter().flatten().max().unwrap_or(i64::MIN);
        Ok(Lifetime { not_before, expires, leeway: i64::from(self.issuer.leeway) })
    }

    fn tenant(&self) -> Result<Uuid, AuthError> {
        let claim = self.first(&self.issuer.claims.tenant);
        let named = claim.map(|value| value.as_str().and_then(guid));
        let named = match named {
            Some(None) => return Err(AuthError::Tenant("the tenant claim is not a GUID")),
            Some(named) => named,
            None => None,
        };
        match (&self.issuer.tenancy, named) {
            (Tenancy::Fixed(tenant), None) => Ok(*tenant),
            (Tenancy::Fixed(tenant), Some(named)) if named == *tenant => Ok(*tenant),
            (Tenancy::FromClaim { allowed: None }, Some(named)) => Ok(named),
            (Tenancy::FromClaim { allowed: Some(list) }, Some(named)) if list.contains(&named) => Ok(named),
            (Tenancy::FromClaim { .. }, None) => Err(AuthError::Tenant("there is no tenant claim")),
            (_, Some(_)) => Err(AuthError::Tenant("the issuer is not trusted for the tenant it names")),
        }
    }

    fn check_version(&self) -> Result<(), AuthError> {
        match &self.issuer.version {
            Some(expected) if self.text_of("ver") != Some(expected) => {
                Err(AuthError::Version { expected: expected.clone() })
            }
            _ => Ok(()),
        }
    }
}
