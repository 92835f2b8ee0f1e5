//! Why a token was refused, in words for the client.
//!
//! No status codes here, and no text ever repeats any part of the token: refused tokens end up in logs and screenshots.

use std::sync::Arc;
use thiserror::Error;

/// Why no caller could be made of a request. `Display` is for logs; clients get [`AuthError::message`] and
/// [`AuthError::explain`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// No `Authorization` header, or one without a token.
    #[error("no access token")]
    Missing,
    /// The `Authorization` header uses another scheme than Bearer.
    #[error("authorization scheme is not Bearer")]
    Scheme,
    /// More than one token in the request.
    #[error("more than one access token")]
    MultipleTokens,
    /// The header is over the limit of 8 KiB.
    #[error("access token is too large")]
    TooLarge,
    /// Not a signed JWT in compact form; the text says which rule it breaks.
    #[error("access token is malformed: {0}")]
    Malformed(&'static str),
    /// Signed with an algorithm that is not allowed, or not signed at all.
    #[error("algorithm is not allowed, expected {expected}")]
    Algorithm {
        /// The allowed algorithms.
        expected: String,
    },
    /// No configured issuer has the token's `iss`.
    #[error("issuer is not trusted, expected {expected}")]
    UnknownIssuer {
        /// The trusted issuers.
        expected: String,
    },
    /// The issuer has no key with the token's `kid` for its algorithm. New keys may have to be fetched.
    #[error("issuer {issuer} has no such key")]
    UnknownKey {
        /// The configured issuer (its pattern, for one with many tenants) whose keys lack it.
        issuer: Arc<str>,
    },
    /// The issuer has no keys at all at present: it could not be asked for them, or not for too long.
    #[error("the keys of issuer {issuer} are not to be had at present")]
    NoKeys {
        /// The configured issuer.
        issuer: Arc<str>,
    },
    /// The signature does not fit the token and the key.
    #[error("signature does not verify")]
    Signature,
    /// A well signed token that is no access token; the text says what gave it away.
    #[error("not an access token: {0}")]
    Type(&'static str),
    /// The token's `iss` contradicts its key or its tenant; the text says which.
    #[error("issuer does not fit: {0}")]
    Issuer(&'static str),
    /// The token is meant for another service.
    #[error("audience is not this service, expected {expected}")]
    Audience {
        /// The audiences this service answers to.
        expected: String,
    },
    /// A claim that every access token needs is absent or of the wrong type.
    #[error("claim `{0}` is absent or unusable")]
    Claim(&'static str),
    /// The token's time is over.
    #[error("expired {seconds} s ago")]
    Expired {
        /// How long ago, in seconds, without leeway.
        seconds: i64,
    },
    /// The token's time has not come: `nbf` or `iat` is in the future.
    #[error("not valid for another {seconds} s")]
    NotYetValid {
        /// How long to wait, in seconds, without leeway.
        seconds: i64,
    },
    /// The token names no tenant, or one that its issuer may not speak for.
    #[error("tenant does not fit: {0}")]
    Tenant(&'static str),
    /// The token's `ver` is not the one its issuer sends.
    #[error("token version is not {expected}")]
    Version {
        /// The expected version.
        expected: Arc<str>,
    },
    /// The token names no usable user or app.
    #[error("subject is unusable: {0}")]
    Subject(&'static str),
}

impl AuthError {
    /// The error code of the body: one for all.
    pub fn code(&self) -> &'static str {
        "InvalidAuthenticationToken"
    }

    /// The message of the body, in Graph's words where Graph has some.
    pub fn message(&self) -> &'static str {
        match self {
            AuthError::Missing | AuthError::Scheme => "Access token is empty.",
            AuthError::MultipleTokens => "Only one access token may be sent.",
            AuthError::TooLarge | AuthError::Malformed(_) => "CompactToken parsing failed with error code: 80049217",
            AuthError::Audience { .. } => "Access token validation failure. Invalid audience.",
            AuthError::Expired { .. } => "Lifetime validation failed, the token is expired.",
            AuthError::Algorithm { .. }
            | AuthError::UnknownIssuer { .. }
            | AuthError::UnknownKey { .. }
            | AuthError::NoKeys { .. }
            | AuthError::Signature
            | AuthError::Type(_)
            | AuthError::Issuer(_)
            | AuthError::Claim(_)
            | AuthError::NotYetValid { .. }
            | AuthError::Tenant(_)
            | AuthError::Version { .. }
            | AuthError::Subject(_) => "Access token validation failure.",
        }
    }

    /// What was wrong and what was expected, in a sentence or two, without any part of the token.
    pub fn explain(&self) -> String {
        match self {
            AuthError::Missing => "the request has no access token; send `Authorization: Bearer <token>`".into(),
            AuthError::Scheme => {
                "the Authorization header uses another scheme; send `Authorization: Bearer <token>`".into()
            }
            AuthError::MultipleTokens => {
                "the request carries more than one access token; send one, in one Authorization header".into()
            }
            AuthError::TooLarge => "the Authorization header is longer than 8192 bytes".into(),
            AuthError::Malformed(rule) => format!("the token is not a signed JWT in compact form: {rule}"),
            AuthError::Algorithm { expected } => {
                format!("the token's `alg` is not allowed; expected {expected}")
            }
            AuthError::UnknownIssuer { expected } => {
                format!("the token's `iss` is not an issuer this service trusts; expected exactly {expected}")
            }
            AuthError::UnknownKey { issuer } => format!(
                "the token's `kid` is none of the current keys of {issuer}; ask for a new token, or check that it comes from there"
            ),
            AuthError::NoKeys { issuer } => {
                format!("the keys of {issuer} are not to be had at present, so no token of it can be checked")
            }
            AuthError::Signature => {
                "the token's signature does not verify with the key it names; it was changed, or signed by someone else"
                    .into()
            }
            AuthError::Type(sign) => format!("this is not an access token: {sign}"),
            AuthError::Issuer(reason) => format!("the token's `iss` does not fit: {reason}"),
            AuthError::Audience { expected } => {
                format!("the token is meant for another service; expected `aud` to be {expected}")
            }
            AuthError::Claim(name) => format!("the token has no usable `{name}` claim"),
            AuthError::Expired { seconds } => format!("the token expired {seconds} s ago; ask for a new one"),
            AuthError::NotYetValid { seconds } => format!(
                "the token becomes valid in {seconds} s (`nbf` or `iat` is in the future); compare the clocks of issuer and service"
            ),
            AuthError::Tenant(reason) => format!("the token's tenant does not fit: {reason}"),
            AuthError::Version { expected } => format!("the token's `ver` is not {expected}, which its issuer sends"),
            AuthError::Subject(reason) => format!("the token names no usable caller: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_in_the_words_of_graph() {
        let check = |error: AuthError, message: &str| {
            assert_eq!((error.code(), error.message()), ("InvalidAuthenticationToken", message));
            assert!(!error.explain().is_empty());
        };
        check(AuthError::Missing, "Access token is empty.");
        check(AuthError::Scheme, "Access token is empty.");
        check(AuthError::Malformed("x"), "CompactToken parsing failed with error code: 80049217");
        check(AuthError::TooLarge, "CompactToken parsing failed with error code: 80049217");
        let audience = AuthError::Audience { expected: "api".into() };
        check(audience, "Access token validation failure. Invalid audience.");
        check(AuthError::Signature, "Access token validation failure.");
        check(AuthError::Expired { seconds: 1 }, "Lifetime validation failed, the token is expired.");
    }
}
