//! Everything that can be wrong with a request, and the one table that turns it into status, code and body
//! (OData JSON Format 4.01 section 21.1; the codes are Graph's).
//!
//! Layers below speak in [`Kind`]s; statuses and code strings stand nowhere else.

use edm::json::write_string;
use edm::{Fault, Violation};

/// What kind of problem it is; decides status and code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The address names nothing that exists in the model.
    UnknownSegment,
    /// A query option names a property that the type does not declare.
    UnknownQueryProperty,
    /// A query option is malformed, unknown or out of bounds.
    BadQuery,
    /// A header is malformed or missing.
    BadHeader,
    /// The body is not JSON, or not of the expected type.
    BadBody,
    /// The body names a property that the type does not declare.
    UnknownBodyProperty,
    /// An operation on oneself, called by a token without a person.
    NeedsPerson,
    /// The collection is full.
    QuotaReached,
    /// No token, or one that is not accepted.
    Unauthenticated,
    /// The token lacks a scope.
    ScopeMissing,
    /// The person lacks a role.
    RoleMissing,
    /// The item does not exist, or not for this caller.
    ItemNotFound,
    /// The person, group or other root resource does not exist.
    ResourceNotFound,
    /// The person has no photo.
    ImageNotFound,
    /// The method is not offered at this address.
    MethodNotAllowed,
    /// No acceptable form of the answer.
    NotAcceptable,
    /// The name is taken.
    NameExists,
    /// Whom it concerns has refused it before.
    Rejected,
    /// A key that is to make a request come about once was given to another request before.
    KeyReused,
    /// What the request made when it came before is there no longer.
    KeySpent,
    /// The resource is no longer, or not yet, what the request presumes.
    Modified,
    /// The request presumes what this service cannot give.
    Precondition,
    /// The body is of a media type that is not taken there.
    UnsupportedMediaType,
    /// What was asked of the past is known no longer.
    Gone,
    /// The body is too large.
    TooLarge,
    /// The address, or the query in it, is too long.
    UriTooLong,
    /// A request of a batch on which this one depends has failed.
    FailedDependency,
    /// Too many requests.
    TooManyRequests,
    /// A fault of the service.
    Internal,
    /// A known feature that this service does not offer.
    NotSupported,
    /// For the moment the service cannot answer.
    Unavailable,
}

impl Kind {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Kind::UnknownSegment
            | Kind::UnknownQueryProperty
            | Kind::BadQuery
            | Kind::BadHeader
            | Kind::BadBody
            | Kind::UnknownBodyProperty
            | Kind::NeedsPerson
            | Kind::QuotaReached => 400,
            Kind::Unauthenticated => 401,
            Kind::ScopeMissing | Kind::RoleMissing => 403,
            Kind::ItemNotFound | Kind::ResourceNotFound | Kind::ImageNotFound => 404,
            Kind::MethodNotAllowed => 405,
            Kind::NotAcceptable => 406,
            Kind::NameExists | Kind::Rejected | Kind::KeySpent => 409,
            Kind::Modified | Kind::Precondition => 412,
            Kind::Gone => 410,
            Kind::TooLarge => 413,
            Kind::UriTooLong => 414,
            Kind::UnsupportedMediaType => 415,
            Kind::KeyReused => 422,
            Kind::FailedDependency => 424,
            Kind::TooManyRequests => 429,
            Kind::Internal => 500,
            Kind::NotSupported => 501,
            Kind::Unavailable => 503,
        }
    }

    /// The code in the body.
    pub fn code(self) -> &'static str {
        match self {
            Kind::UnknownSegment | Kind::BadQuery | Kind::BadHeader | Kind::BadBody | Kind::NeedsPerson => "BadRequest",
            Kind::UnknownQueryProperty => "RequestBroker--ParseUri",
            Kind::UnknownBodyProperty => "RequestBodyRead",
            Kind::QuotaReached => "quotaLimitReached",
            Kind::Unauthenticated => "InvalidAuthenticationToken",
            Kind::ScopeMissing => "Authorization_RequestDenied",
            Kind::RoleMissing => "ErrorAccessDeniedForRole",
            Kind::ItemNotFound => "itemNotFound",
            Kind::ResourceNotFound => "Request_ResourceNotFound",
            Kind::ImageNotFound => "ImageNotFound",
            Kind::MethodNotAllowed => "Request_BadRequest",
            Kind::NotAcceptable => "notAcceptable",
            Kind::NameExists => "nameAlreadyExists",
            Kind::Rejected => "conflict",
            Kind::KeyReused => "idempotencyKeyReused",
            Kind::KeySpent => "idempotencyKeySpent",
            Kind::Modified => "resourceModified",
            Kind::Precondition => "preconditionFailed",
            Kind::Gone => "resyncRequired",
            Kind::TooLarge => "requestTooLarge",
            Kind::UriTooLong => "uriTooLong",
            Kind::UnsupportedMediaType => "unsupportedMediaType",
            Kind::FailedDependency => "failedDependency",
            Kind::TooManyRequests => "TooManyRequests",
            Kind::Internal => "InternalServerError",
            Kind::NotSupported => "notSupported",
            Kind::Unavailable => "serviceNotAvailable",
        }
    }
}

/// One of several mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Which kind of mistake.
    pub kind: Kind,
    /// What was found and what is expected.
    pub message: String,
    /// Where: a JSON pointer or the name of an option or header.
    pub target: String,
}

/// A problem with a request, ready to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Decides status and code.
    pub kind: Kind,
    /// What was wrong and what was expected.
    pub message: String,
    /// Where.
    pub target: Option<String>,
    /// Each mistake, where there can be several.
    pub details: Vec<Detail>,
    /// Methods offered, with [`Kind::MethodNotAllowed`].
    pub allow: Option<Box<str>>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
    /// With [`Kind::ScopeMissing`]: the scopes of which one would do, separated by blanks.
    pub scopes: Option<Box<str>>,
}

impl Problem {
    /// A problem in one sentence.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message, target: None, details: Vec::new(), allow: None, retry_after: None, scopes: None }
    }

    /// The same, with the place it concerns.
    pub fn at(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The same, with the methods that are offered instead, separated by commas.
    pub fn allowing(mut self, methods: impl Into<Box<str>>) -> Self {
        self.allow = Some(methods.into());
        self
    }

    /// The same, with the seconds after which it is worth trying again.
    pub fn again_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// All mistakes of a body, the first of which names the whole.
    pub fn violations(violations: Vec<Violation>) -> Self {
        let details: Vec<Detail> = violations.into_iter().map(Detail::from).collect();
        let (kind, message, target) = match details.first() {
            None => (Kind::BadBody, "the body is not valid".to_owned(), None),
            Some(first) if details.len() == 1 => (first.kind, first.message.clone(), Some(first.target.clone())),
            Some(first) => {
                let message = format!(
                    "{} mistakes in the body, the first at `{}`: {}",
                    details.len(),
                    first.target,
                    first.message
                );
                (first.kind, message, Some(first.target.clone()))
            }
        };
        Self { target, details, ..Self::new(kind, message) }
    }

    /// Writes the error body.
    pub fn write(&self, context: &ErrorContext<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(384);
        out.extend_from_slice(b"{\"error\":{");
        write_fault(&mut out, self.kind, &self.message, self.target.as_deref());
        if !self.details.is_empty() {
            out.extend_from_slice(b",\"details\":[");
            for (position, detail) in self.details.iter().enumerate() {
                out.extend_from_slice(if position > 0 { b",{" } else { b"{" });
                write_fault(&mut out, detail.kind, &detail.message, Some(&detail.target));
                out.push(b'}');
            }
            out.push(b']');
        }
        out.extend_from_slice(b",\"innerError\":{\"date\":");
        write_string(&mut out, context.date);
        out.extend_from_slice(b",\"request-id\":");
        write_string(&mut out, context.request_id);
        out.extend_from_slice(b",\"client-request-id\":");
        write_string(&mut out, context.client_request_id);
        out.extend_from_slice(b"}}}");
        out
    }
}

fn write_fault(out: &mut Vec<u8>, kind: Kind, message: &str, target: Option<&str>) {
    out.extend_from_slice(b"\"code\":");
    write_string(out, kind.code());
    out.extend_from_slice(b",\"message\":");
    write_string(out, message);
    if let Some(target) = target {
        out.extend_from_slice(b",\"target\":");
        write_string(out, target);
    }
}

impl From<Violation> for Detail {
    fn from(violation: Violation) -> Self {
        let kind = match violation.fault {
            Fault::UnknownProperty => Kind::UnknownBodyProperty,
            Fault::Type | Fault::Null | Fault::Form | Fault::Duplicate | Fault::Missing | Fault::NotSettable => {
                Kind::BadBody
            }
        };
        Self { kind, message: violation.message, target: violation.pointer }
    }
}

/// What an error body says of the exchange it ends.
#[derive(Debug, Clone, Copy)]
pub struct ErrorContext<'a> {
    /// UTC, to the second, without a zone: `2025-02-13T10:17:06`.
    pub date: &'a str,
    /// The id the service gave the request.
    pub request_id: &'a str,
    /// The id the client gave it, or the same again.
    pub client_request_id: &'a str,
}

#[cfg(test)]
mod tests;
