//! What an operation can be answered with: its successes, and every status of a problem that it can come to.

use super::values::component;
use crate::csdl::tree::{Json, Object};

/// What an operation asks of the service, by which the problems differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// What describes the service, of everybody.
    Description,
    /// To be told something.
    Read,
    /// To change something, without a body.
    Change,
    /// To change something, with a body.
    Send,
    /// The same, and that it be done once.
    SendOnce,
}

impl Asks {
    /// The statuses of its problems.
    fn statuses(self) -> &'static [&'static str] {
        match self {
            Asks::Description => &["400", "404", "405", "406", "412", "414", "500", "501", "503"],
            Asks::Read => &["400", "401", "403", "404", "405", "406", "410", "412", "414", "429", "500", "501", "503"],
            Asks::Change => {
                &["400", "401", "403", "404", "405", "406", "409", "412", "414", "429", "500", "501", "503"]
            }
            Asks::Send => &[
                "400", "401", "403", "404", "405", "406", "409", "412", "413", "414", "415", "429", "500", "501", "503",
            ],
            Asks::SendOnce => &[
                "400", "401", "403", "404", "405", "406", "409", "412", "413", "414", "415", "422", "429", "500",
                "501", "503",
            ],
        }
    }
}

/// Every status of a problem, what it says, and the header that comes with it.
const PROBLEMS: [(&str, &str, Option<&str>); 17] = [
    ("400", "The request is malformed: an option, a header, or the body.", None),
    ("401", "There is no token, or it is not accepted.", Some("WWW-Authenticate")),
    ("403", "The token lacks a scope, or the caller a role.", Some("WWW-Authenticate")),
    ("404", "It does not exist, or not for this caller.", None),
    ("405", "The address does not offer the method.", Some("Allow")),
    ("406", "The answer cannot have the form that `Accept` or `$format` asks for.", None),
    ("409", "The name is taken, or the change contradicts what is there.", None),
    ("410", "What a delta link asks of the past is known no longer; read anew.", None),
    ("412", "The resource is not what a condition presumes.", None),
    ("413", "The body is too large.", None),
    ("414", "The address, or the query in it, is too long.", None),
    ("415", "The body is of a media type that is not taken there.", None),
    ("422", "The `Idempotency-Key` came with another request before.", None),
    ("429", "There were too many requests.", Some("Retry-After")),
    ("500", "The service made a mistake.", None),
    ("501", "OData knows what was asked; this service does not offer it.", None),
    ("503", "The service cannot answer for the moment.", Some("Retry-After")),
];

/// Headers of answers, and what they say.
const HEADERS: [(&str, &str, &str); 9] = [
    ("OData-Version", "Version of OData that the answer follows.", "4.0"),
    ("ETag", "Version of the entity, for `If-Match` and `If-None-Match`.", "W/\"3f2a\""),
    ("Location", "Address of what was made.", ""),
    ("OData-EntityId", "Address of the entity that was made or changed.", ""),
    ("Preference-Applied", "The wishes of `Prefer` that were followed.", "return=minimal"),
    ("Allow", "The methods that the address offers.", "GET, HEAD"),
    ("Retry-After", "Seconds after which to try again.", "5"),
    ("WWW-Authenticate", "How to sign in, what was wrong with the token, and which scopes would do.", ""),
    ("Vary", "The headers of the request on which the form of the answer depends.", "Accept, OData-MaxVersion"),
];

/// The answers to which operations refer.
pub(super) fn problems() -> Object {
    let problem = |(status, description, header): (&'static str, &'static str, Option<&'static str>)| {
        let content = Object::new().with("schema", component("schemas", "error"));
        let response = Object::new()
            .with("description", description)
            .maybe("headers", header.map(|name| headers(&[name])))
            .with("content", Object::new().with("application/json", content));
        (status.into(), Json::from(response))
    };
    Object::new().and(PROBLEMS.into_iter().map(problem))
}

/// The headers to which answers refer.
pub(super) fn all_headers() -> Object {
    Object::new().and(HEADERS.into_iter().map(|(name, description, example)| {
        let schema = Object::new().with("type", "string");
        let header = Object::new().with("description", description).with("schema", schema);
        (name.into(), header.maybe("example", (!example.is_empty()).then_some(example)).into())
    }))
}

/// An answer with a JSON body.
pub(super) fn answer(description: &'static str, schema: Object, with: &[&'static str]) -> Object {
    let names: Vec<&'static str> = std::iter::once("OData-Version").chain(with.iter().copied()).collect();
    Object::new().with("description", description).with("headers", headers(&names)).with("content", json(schema))
}

/// An answer without body.
pub(super) fn empty(description: &'static str, with: &[&'static str]) -> Object {
    Object::new().with("description", description).maybe("headers", (!with.is_empty()).then(|| headers(with)))
}

/// A body in JSON.
pub(super) fn json(schema: Object) -> Object {
    Object::new().with("application/json", Object::new().with("schema", schema))
}

/// What can come back: the successes, and the problems, which look alike everywhere.
pub(super) fn responses(asks: Asks, successes: impl IntoIterator<Item = (&'static str, Object)>) -> Object {
    let successes = successes.into_iter().map(|(status, answer)| (status.into(), answer.into()));
    let problems = asks.statuses().iter().map(|status| ((*status).into(), component("responses", status).into()));
    Object::new().and(successes).and(problems)
}

fn headers(names: &[&'static str]) -> Object {
    Object::new().and(names.iter().map(|name| ((*name).into(), component("headers", name).into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_that_is_referred_to_is_described() {
        let described: Vec<&str> = PROBLEMS.iter().map(|(status, ..)| *status).collect();
        for asks in [Asks::Description, Asks::Read, Asks::Change, Asks::Send, Asks::SendOnce] {
            assert!(asks.statuses().iter().all(|status| described.contains(status)), "{asks:?}");
            assert!(asks.statuses().is_sorted(), "{asks:?}");
        }
        assert!(
            PROBLEMS.iter().all(|(.., header)| header.is_none_or(|one| HEADERS.iter().any(|(name, ..)| *name == one)))
        );
    }
}
