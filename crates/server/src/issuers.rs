//! The token issuers of `vitae serve`: their keys are fetched, kept current and kept through outages; people whom an
//! issuer vouches for can be put into the directory.
//!
//! When to look and what to believe is decided in `auth`; here are the connections and the waiting. Nobody but the
//! addresses in the settings is asked.

mod address;
mod http;
mod keeper;
pub(crate) mod newcomers;

pub(crate) use address::Address;
pub(crate) use http::{Http, Route};
pub(crate) use keeper::Keeper;

/// A declared issuer.
#[derive(Debug)]
pub(crate) struct Trusted {
    pub(crate) issuer: auth::Issuer,
    /// Where its keys are fetched, unless they are in the settings.
    pub(crate) remote: Option<Remote>,
}

/// Where an issuer's keys are fetched, how often, and on which ways.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) source: auth::KeySource,
    pub(crate) pace: auth::Pace,
    pub(crate) route: Route,
}
