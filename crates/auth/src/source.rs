//! Where an issuer publishes its keys: a discovery document, or the address of a JWK set.
//!
//! What is asked for and what is believed of the answer is decided here; how a document travels is [`Fetch`]'s affair.
//! Only addresses that the configuration named are fetched, and those on the origin of the discovery document.

use crate::keys::{KeyError, KeySet};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use thiserror::Error;

/// A document that was fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its text.
    pub text: String,
    /// What time the server had, in Unix seconds, where it said so.
    pub date: Option<i64>,
}

/// What comes of a fetch: the document, or why there is none.
pub type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Document, String>> + Send + 'a>>;

/// Gets documents. Follows no redirects, bounds time and size, and goes nowhere but to the address.
pub trait Fetch: Send + Sync {
    /// The document at an address.
    fn fetch<'a>(&'a self, address: &'a str) -> Fetched<'a>;
}

/// Where the keys of an issuer are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Where the discovery document says.
    Discovery {
        /// Its address, which ends in `/.well-known/openid-configuration`.
        address: String,
        /// Where it may say that the keys are, besides its own origin.
        keys: Option<String>,
    },
    /// At this address.
    Keys(String),
}

/// What an issuer publishes of itself.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its keys; at least one can be used.
    pub keys: KeySet,
    /// What time it had, in Unix seconds, where it said so.
    pub date: Option<i64>,
}

/// Why no keys were to be had. `Display` says what was found and what was expected, [`SourceError::mend`] what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourceError {
    /// Nothing came back that could be read.
    #[error("`{address}` cannot be fetched: {reason}")]
    Unreachable {
        /// What was asked for.
        address: String,
        /// What happened.
        reason: String,
    },
    /// The answer is no discovery document.
    #[error("`{address}` is no discovery document: {fault}")]
    NotDiscovery {
        /// What was asked for.
        address: String,
        /// What it lacks.
        fault: &'static str,
    },
    /// The discovery document is another issuer's.
    #[error("the discovery document says that its issuer is `{found}`, expected `{expected}`")]
    OtherIssuer {
        /// The document's `issuer`.
        found: String,
        /// The configured name.
        expected: String,
    },
    /// The discovery document sends elsewhere for the keys.
    #[error(
        "the discovery document says that the keys are at `{found}`, expected an address that begins with `{origin}/`"
    )]
    Elsewhere {
        /// The document's `jwks_uri`.
        found: String,
        /// The origin of the document.
        origin: String,
    },
    /// The answer is no JWK set.
    #[error("`{address}` is no JWK set: {error}")]
    NotKeys {
        /// What was asked for.
        address: String,
        /// What is wrong with it.
        error: KeyError,
    },
    /// None of the keys can be used.
    #[error("`{address}` has no key that can be used: {skipped}")]
    NoKeys {
        /// What was asked for.
        address: String,
        /// Why each was left out.
        skipped: String,
    },
}

impl SourceError {
    /// How to mend it.
    pub fn mend(&self) -> String {
        match self {
            SourceError::Unreachable { .. } => {
                "see that the issuer runs and that this machine can reach it; or put its JWK set into a file and name \
                 that with `jwks`"
                    .to_owned()
            }
            SourceError::NotDiscovery { .. } => {
                "set `discovery` to the address that ends in /.well-known/openid-configuration".to_owned()
            }
            SourceError::OtherIssuer { found, .. } => {
                format!("set `name` to \"{found}\" if that is the issuer you mean, else correct `discovery`")
            }
            SourceError::Elsewhere { found, .. } => {
                format!("set `jwks_uri = \"{found}\"` beside `discovery` if that is right")
            }
            SourceError::NotKeys { .. } => "correct the address of the keys".to_owned(),
            SourceError::NoKeys { .. } => {
                "let the issuer sign with RSA of 2048 bits or more, P-256 or Ed25519".to_owned()
            }
        }
    }
}

impl KeySource {
    /// What the issuer of this name publishes now.
    pub async fn look(&self, name: &str, fetch: &dyn Fetch) -> Result<Published, SourceError> {
        match self {
            KeySource::Keys(address) => keys_at(address, fetch).await,
            KeySource::Discovery { address, keys } => {
                let document = get(address, fetch).await?;
                let found = Discovery::read(address, &document.text)?;
                found.check(address, name, keys.as_deref())?;
                keys_at(&found.keys, fetch).await
            }
        }
    }

    /// The address that is asked first.
    pub fn address(&self) -> &str {
        match self {
            KeySource::Discovery { address, .. } | KeySource::Keys(address) => address,
        }
    }
}

/// What counts of a discovery document (OpenID Connect Discovery 1.0, section 3).
struct Discovery {
    issuer: String,
    keys: String,
}

impl Discovery {
    fn read(address: &str, text: &str) -> Result<Discovery, SourceError> {
        let lacks = |fault| SourceError::NotDiscovery { address: address.to_owned(), fault };
        let document: Value = serde_json::from_str(text).map_err(|_| lacks("it is not JSON"))?;
        let member = |name| document.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Discovery {
            issuer: member("issuer").ok_or_else(|| lacks("it has no text `issuer`"))?,
            keys: member("jwks_uri").ok_or_else(|| lacks("it has no text `jwks_uri`"))?,
        })
    }

    fn check(&self, address: &str, name: &str, named_keys: Option<&str>) -> Result<(), SourceError> {
        if self.issuer != name {
            return Err(SourceError::OtherIssuer { found: self.issuer.clone(), expected: name.to_owned() });
        }
        let origin = origin(address);
        if named_keys == Some(&*self.keys) || origin.is_some() && origin == self::origin(&self.keys) {
            return Ok(());
        }
        Err(SourceError::Elsewhere { found: self.keys.clone(), origin: origin.unwrap_or_default().to_owned() })
    }
}

async fn keys_at(address: &str, fetch: &dyn Fetch) -> Result<Published, SourceError> {
    let document = get(address, fetch).await?;
    let keys = KeySet::from_jwks(&document.text)
        .map_err(|error| SourceError::NotKeys { address: address.to_owned(), error })?;
    if keys.is_empty() {
        let skipped = if keys.skipped().is_empty() { "it is empty".to_owned() } else { keys.skipped().join("; ") };
        return Err(SourceError::NoKeys { address: address.to_owned(), skipped });
    }
    Ok(Published { keys, date: document.date })
}

async fn get(address: &str, fetch: &dyn Fetch) -> Result<Document, SourceError> {
    let fetched = fetch.fetch(address).await;
    fetched.map_err(|reason| SourceError::Unreachable { address: address.to_owned(), reason })
}

/// Scheme, host and port of an address, as they are written. Two spellings of one origin count as two: nothing is lost
/// but a line of configuration.
fn origin(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // Whoever writes `https://issuer.example@evil.example/` wants to be misread.
    let plain = host > 0 && !rest.get(..host)?.contains(['@', '\\']);
    address.get(..scheme.len() + 3 + host).filter(|_| plain)
}

#[cfg(test)]
mod tests;
