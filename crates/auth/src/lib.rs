//! From a bearer token to a [`Caller`]: issuers, keys, claims, scopes and roles.
//!
//! [`Authenticator::authenticate`] takes the bytes of an `Authorization` header and the time, and answers with
//! the caller or with an [`AuthError`] that can say, in words, what was wrong and what was expected.
//!
//! ```
//! use auth::{Authenticator, Scopes, dev, testing};
//!
//! let issuer = dev::DevIssuer::generate(&mut testing::random(1));
//! let authenticator = Authenticator::new(vec![issuer.as_issuer()?], 4096)?;
//! let scopes = Scopes::parse("User.Read.All");
//! let request = dev::TokenRequest { scopes, app_id: "cli".into(), ttl: 60, ..Default::default() };
//! let header = format!("Bearer {}", issuer.mint(&request));
//! let caller = authenticator.authenticate(Some(header.as_bytes()), 30)?;
//! assert!(!caller.is_delegated());
//! assert_eq!(authenticator.authenticate(None, 30).unwrap_err().message(), "Access token is empty.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate knows neither the model nor storage nor HTTP: it names no status code and reads no clock, and documents
//! come to it by way of [`Fetch`]. Whether a caller *may* do something is decided elsewhere; here it is only found out
//! who calls.

mod admission;
mod authenticator;
mod bearer;
mod cache;
mod caller;
mod challenge;
mod claims;
pub mod dev;
mod error;
mod ids;
mod issuer;
mod keys;
mod roles;
mod schedule;
mod scopes;
mod source;
mod subject;
pub mod testing;
mod token;

pub use authenticator::Authenticator;
pub use caller::{Actor, AppIdentity, Caller, UserIdentity};
pub use error::AuthError;
pub use issuer::{Algorithm, ClaimNames, Issuer, IssuerError, Tenancy, UserIds};
pub use keys::{KeyError, KeySet};
pub use roles::{Role, Roles};
pub use schedule::{Pace, Schedule};
pub use scopes::{Scope, Scopes};
pub use source::{Document, Fetch, Fetched, KeySource, Published, SourceError};
