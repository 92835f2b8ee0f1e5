//! What bodies are.

use http::HeaderMap;

use super::super::{BatchBody, JsonBody, batch_body, json_body, query_body};
use super::headers;

#[test]
fn bodies_are_json_in_utf8() {
    let check = |value| json_body(&headers(&[("content-type", value)])).map_err(|problem| problem.kind.status());
    for (value, ieee754) in [
        ("application/json", false),
        ("Application/JSON; charset=UTF-8; odata.metadata=minimal", false),
        ("application/json;charset=\"utf-8\"", false),
        ("application/json;charset=utf8;", false),
        ("application/json;IEEE754Compatible=true", true),
        ("application/json;odata.streaming=true;ieee754compatible=False", false),
    ] {
        assert_eq!(check(value), Ok(JsonBody { ieee754 }), "{value}");
    }
    for bad in [
        "text/plain",
        "application/json; charset=utf-16",
        "",
        "application/jsonx",
        "application/xml",
        "json",
        "application/*",
        "*/*",
        "application/json;IEEE754Compatible=1",
    ] {
        assert_eq!(check(bad), Err(400), "{bad}");
    }
    assert!(json_body(&HeaderMap::new()).is_err());
}

#[test]
fn queries_are_plain_text_or_forms() {
    for (value, expect) in [
        (Some("text/plain"), Ok(())),
        (Some("application/x-www-form-urlencoded"), Ok(())),
        (Some("Text/Plain; charset=utf-8"), Ok(())),
        (
            Some("application/json"),
            Err(
                "found `application/json` in the header `Content-Type`, expected `text/plain` or `application/x-www-form-urlencoded`",
            ),
        ),
        (
            Some("text/plain;charset=latin1"),
            Err("found the charset `latin1` in the header `Content-Type`, expected `utf-8`"),
        ),
        (
            None,
            Err(
                "found no content type in the header `Content-Type`, expected `text/plain` or `application/x-www-form-urlencoded`",
            ),
        ),
    ] {
        let headers = value.map_or_else(HeaderMap::new, |value| headers(&[("content-type", value)]));
        assert_eq!(query_body(&headers).map_err(|problem| problem.message), expect.map_err(str::to_owned), "{value:?}");
    }
}

#[test]
fn batches_have_their_boundary() {
    let check = |value| batch_body(&headers(&[("content-type", value)])).map_err(|problem| problem.kind.status());
    let multipart = |boundary: &str| Ok(BatchBody::Multipart(boundary.to_owned()));
    assert_eq!(check("application/json;charset=utf-8"), Ok(BatchBody::Json));
    assert_eq!(check("multipart/mixed;boundary=batch_36522ad7"), multipart("batch_36522ad7"));
    assert_eq!(check("multipart/mixed; Boundary=\"a b:c\""), multipart("a b:c"));
    let long = format!("multipart/mixed;boundary={}", "a".repeat(71));
    for bad in [
        "multipart/mixed",
        "multipart/mixed;boundary=",
        "multipart/mixed;boundary=\"a \"",
        "multipart/form-data;boundary=a",
        "text/plain",
        "",
        &long,
    ] {
        assert_eq!(check(bad), Err(400), "{bad}");
    }
}
