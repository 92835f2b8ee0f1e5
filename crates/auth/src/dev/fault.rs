//! Why a sign-in fails: OAuth's word for it and the number Entra has.
//!
//! How an answer looks, its ids and its time, is the server's.

use std::fmt;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The request cannot be read.
    Malformed,
    /// A parameter is absent.
    Missing,
    /// Asked with another method than the endpoint takes.
    Method,
    /// The authority is another than this one.
    Instance,
    /// No such tenant.
    Tenant,
    /// No such app.
    App,
    /// The address is none of the app's.
    Redirect,
    /// The secret is not the app's.
    Secret,
    /// The app has a secret and did not prove it.
    NoSecret,
    /// The app has no secret and sent one.
    NeedlessSecret,
    /// The app may not do this.
    NotAllowed,
    /// The response type is not offered.
    ResponseType,
    /// The grant type is not offered.
    GrantType,
    /// A scope that does not exist, or that the app has not.
    Scope,
    /// Scopes of more than one service.
    Resources,
    /// No such service.
    Resource,
    /// An app's own token needs one `…/.default`.
    DefaultScope,
    /// Nobody is signed in, and nobody may be asked.
    NoSession,
    /// The person said no.
    Declined,
    /// The person is gone.
    Person,
    /// The code or token is none of those given out to this app.
    Grant,
    /// The address is another than the code was sent to.
    OtherRedirect,
    /// The code or token is too old.
    Expired,
    /// The code was used before.
    Replayed,
    /// The verifier is not that of the challenge.
    Verifier,
    /// A page of another origin needs a challenge.
    NoVerifier,
    /// Nobody has entered the device's code yet.
    Pending,
    /// The person said no to the device.
    DeviceDeclined,
    /// Nobody entered the device's code in time.
    DeviceExpired,
    /// No device shows this code.
    UserCode,
    /// The token that was brought is none of this issuer's, or too old.
    Assertion,
    /// The token that was brought is meant for somebody else.
    AssertionAudience,
    /// What an app proves itself by is not its own, not meant for here, or too old.
    ClientAssertion,
}

/// Each with OAuth's word and Entra's number.
const TABLE: [(Wrong, &str, u32); 33] = [
    (Wrong::Malformed, "invalid_request", 9_002_313),
    (Wrong::Missing, "invalid_request", 900_144),
    (Wrong::Method, "invalid_request", 900_561),
    (Wrong::Instance, "invalid_instance", 50_049),
    (Wrong::Tenant, "invalid_request", 90_002),
    (Wrong::App, "unauthorized_client", 700_016),
    (Wrong::Redirect, "invalid_request", 50_011),
    (Wrong::Secret, "invalid_client", 7_000_215),
    (Wrong::NoSecret, "invalid_client", 7_000_218),
    (Wrong::NeedlessSecret, "invalid_client", 700_025),
    (Wrong::NotAllowed, "unauthorized_client", 7_000_114),
    (Wrong::ResponseType, "unsupported_response_type", 700_054),
    (Wrong::GrantType, "unsupported_grant_type", 70_003),
    (Wrong::Scope, "invalid_scope", 70_011),
    (Wrong::Resources, "invalid_scope", 28_000),
    (Wrong::Resource, "invalid_resource", 500_011),
    (Wrong::DefaultScope, "invalid_scope", 1_002_012),
    (Wrong::NoSession, "login_required", 50_058),
    (Wrong::Declined, "access_denied", 65_004),
    (Wrong::Person, "invalid_grant", 50_034),
    (Wrong::Grant, "invalid_grant", 70_000),
    (Wrong::OtherRedirect, "invalid_grant", 500_112),
    (Wrong::Expired, "invalid_grant", 70_008),
    (Wrong::Replayed, "invalid_grant", 54_005),
    (Wrong::Verifier, "invalid_grant", 501_481),
    (Wrong::NoVerifier, "invalid_request", 9_002_325),
    (Wrong::Pending, "authorization_pending", 70_016),
    (Wrong::DeviceDeclined, "authorization_declined", 65_004),
    (Wrong::DeviceExpired, "expired_token", 70_020),
    (Wrong::UserCode, "bad_verification_code", 70_018),
    (Wrong::Assertion, "invalid_grant", 50_013),
    (Wrong::AssertionAudience, "invalid_grant", 500_131),
    (Wrong::ClientAssertion, "invalid_client", 700_027),
];

/// A sign-in that fails, and what was found and expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of failure.
    pub wrong: Wrong,
    message: String,
}

impl Fault {
    /// A failure explained in a sentence.
    pub fn new(wrong: Wrong, message: impl Into<String>) -> Fault {
        Fault { wrong, message: message.into() }
    }

    /// OAuth's word for it (RFC 6749, section 5.2).
    pub fn error(&self) -> &'static str {
        self.row().map_or("invalid_request", |row| row.1)
    }

    /// Entra's number for it.
    pub fn number(&self) -> u32 {
        self.row().map_or(0, |row| row.2)
    }

    /// The HTTP status where it is answered in a body.
    pub fn status(&self) -> u16 {
        if self.error() == "invalid_client" { 401 } else { 400 }
    }

    fn row(&self) -> Option<&'static (Wrong, &'static str, u32)> {
        TABLE.iter().find(|(wrong, ..)| *wrong == self.wrong)
    }
}

/// The number and the sentence, as Entra begins a description.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AADSTS{}: {}", self.number(), self.message)
    }
}

/// As much of a foreign text as belongs into a message: short, and of plain letters.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(80).map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        for (place, (wrong, error, number)) in TABLE.iter().enumerate() {
            assert_eq!(*wrong as usize, place, "in the order of the kinds");
            assert!(!error.is_empty() && *number > 0);
        }
        assert_eq!(Wrong::ClientAssertion as usize, TABLE.len() - 1);
    }

    #[test]
    fn reads_like_entra() {
        let fault = Fault::new(Wrong::Secret, "no.");
        assert_eq!(
            (fault.error(), fault.status(), fault.to_string().as_str()),
            ("invalid_client", 401, "AADSTS7000215: no.")
        );
        assert_eq!(Fault::new(Wrong::Grant, "").status(), 400);
        assert_eq!(shown("a\r\n\u{e9}<b"), "a???<b");
    }
}
