//! Error bodies, whole.

use edm::{Fault, Violation};
use expect_test::{Expect, expect};

use super::{ErrorContext, Kind, Problem};

fn check(problem: &Problem, expect: &Expect) {
    let context = ErrorContext { date: "2026-11-21T08:30:00", request_id: "r-1", client_request_id: "c-\"1\"" };
    expect.assert_eq(&String::from_utf8(problem.write(&context)).unwrap());
}

#[test]
fn one_sentence() {
    check(
        &Problem::new(Kind::ItemNotFound, "The item does not exist."),
        &expect![[
            r#"{"error":{"code":"itemNotFound","message":"The item does not exist.","innerError":{"date":"2026-11-21T08:30:00","request-id":"r-1","client-request-id":"c-\"1\""}}}"#
        ]],
    );
    check(
        &Problem::new(Kind::BadQuery, "found `\n`").at("$top"),
        &expect![[
            r#"{"error":{"code":"BadRequest","message":"found `\n`","target":"$top","innerError":{"date":"2026-11-21T08:30:00","request-id":"r-1","client-request-id":"c-\"1\""}}}"#
        ]],
    );
}

#[test]
fn one_mistake_and_several() {
    let unknown = Violation::new(Fault::UnknownProperty, "/a", "no `a`");
    let null = Violation::new(Fault::Null, "/b/0", "null");
    check(
        &Problem::violations(vec![unknown.clone()]),
        &expect![[
            r#"{"error":{"code":"RequestBodyRead","message":"no `a`","target":"/a","details":[{"code":"RequestBodyRead","message":"no `a`","target":"/a"}],"innerError":{"date":"2026-11-21T08:30:00","request-id":"r-1","client-request-id":"c-\"1\""}}}"#
        ]],
    );
    check(
        &Problem::violations(vec![unknown.clone(), null.clone()]),
        &expect![[
            r#"{"error":{"code":"RequestBodyRead","message":"2 mistakes in the body, the first at `/a`: no `a`","target":"/a","details":[{"code":"RequestBodyRead","message":"no `a`","target":"/a"},{"code":"BadRequest","message":"null","target":"/b/0"}],"innerError":{"date":"2026-11-21T08:30:00","request-id":"r-1","client-request-id":"c-\"1\""}}}"#
        ]],
    );
    check(
        &Problem::violations(vec![null, unknown]),
        &expect![[
            r#"{"error":{"code":"BadRequest","message":"2 mistakes in the body, the first at `/b/0`: null","target":"/b/0","details":[{"code":"BadRequest","message":"null","target":"/b/0"},{"code":"RequestBodyRead","message":"no `a`","target":"/a"}],"innerError":{"date":"2026-11-21T08:30:00","request-id":"r-1","client-request-id":"c-\"1\""}}}"#
        ]],
    );
}

#[test]
fn the_table_of_kinds() {
    let kinds = [
        Kind::UnknownSegment,
        Kind::UnknownQueryProperty,
        Kind::BadQuery,
        Kind::BadHeader,
        Kind::BadBody,
        Kind::UnknownBodyProperty,
        Kind::NeedsPerson,
        Kind::QuotaReached,
        Kind::Unauthenticated,
        Kind::ScopeMissing,
        Kind::RoleMissing,
        Kind::ItemNotFound,
        Kind::ResourceNotFound,
        Kind::ImageNotFound,
        Kind::MethodNotAllowed,
        Kind::NotAcceptable,
        Kind::NameExists,
        Kind::Rejected,
        Kind::KeyReused,
        Kind::KeySpent,
        Kind::Modified,
        Kind::Precondition,
        Kind::Gone,
        Kind::TooLarge,
        Kind::UriTooLong,
        Kind::UnsupportedMediaType,
        Kind::FailedDependency,
        Kind::TooManyRequests,
        Kind::Internal,
        Kind::NotSupported,
        Kind::Unavailable,
    ];
    let table = kinds.map(|kind| format!("{} {} {kind:?}\n", kind.status(), kind.code()));
    expect![[r#"
        400 BadRequest UnknownSegment
        400 RequestBroker--ParseUri UnknownQueryProperty
        400 BadRequest BadQuery
        400 BadRequest BadHeader
        400 BadRequest BadBody
        400 RequestBodyRead UnknownBodyProperty
        400 BadRequest NeedsPerson
        400 quotaLimitReached QuotaReached
        401 InvalidAuthenticationToken Unauthenticated
        403 Authorization_RequestDenied ScopeMissing
        403 ErrorAccessDeniedForRole RoleMissing
        404 itemNotFound ItemNotFound
        404 Request_ResourceNotFound ResourceNotFound
        404 ImageNotFound ImageNotFound
        405 Request_BadRequest MethodNotAllowed
        406 notAcceptable NotAcceptable
        409 nameAlreadyExists NameExists
        409 conflict Rejected
        422 idempotencyKeyReused KeyReused
        409 idempotencyKeySpent KeySpent
        412 resourceModified Modified
        412 preconditionFailed Precondition
        410 resyncRequired Gone
        413 requestTooLarge TooLarge
        414 uriTooLong UriTooLong
        415 unsupportedMediaType UnsupportedMediaType
        424 failedDependency FailedDependency
        429 TooManyRequests TooManyRequests
        500 InternalServerError Internal
        501 notSupported NotSupported
        503 serviceNotAvailable Unavailable
    "#]]
    .assert_eq(&table.concat());
}
