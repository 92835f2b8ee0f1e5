//! Answers to batches, written.

use expect_test::expect;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

use super::super::*;

fn answer(id: Option<&str>, group: Option<&str>, status: u16, ty: &'static str, body: &'static [u8]) -> Answer {
    let mut headers = HeaderMap::new();
    if !ty.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(ty));
    }
    Answer {
        id: id.map(str::to_owned),
        group: group.map(str::to_owned),
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: Bytes::from_static(body),
    }
}

#[test]
fn json_answers() {
    let answers = [
        answer(Some("\"1\""), None, 200, "application/json;odata.metadata=minimal", b"{\"a\":1}"),
        answer(Some("2"), Some("g"), 204, "", b""),
        answer(Some("3"), Some("g"), 200, "text/plain", b"12"),
        answer(Some("4"), None, 200, "image/png", &[0xfb, 0xff]),
    ];
    let (ty, body) = write(&Form::Json, &answers, "seed", false);
    assert_eq!(ty, "application/json");
    expect![[r#"{"responses":[{"id":"\"1\"","status":200,"headers":{"content-type":"application/json;odata.metadata=minimal"},"body":{"a":1}},{"id":"2","atomicityGroup":"g","status":204,"headers":{}},{"id":"3","atomicityGroup":"g","status":200,"headers":{"content-type":"text/plain"},"body":"12"},{"id":"4","status":200,"headers":{"content-type":"image/png"},"body":"-_8"}]}"#]].assert_eq(&String::from_utf8(body).unwrap());
}

#[test]
fn no_two_json_answers_are_called_the_same() {
    let answers =
        ["2", "", "5", "", "4", ""].map(|id| answer(Some(id).filter(|id| !id.is_empty()), None, 204, "", b""));
    let (_, body) = write(&Form::Json, &answers, "seed", false);
    let text = String::from_utf8(body).unwrap();
    let ids: Vec<_> = text.split("\"id\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids, ["2", "8", "5", "10", "4", "6"]);
}

#[test]
fn headers_in_title_case() {
    let mut one = answer(Some("1"), None, 201, "application/json", b"{}");
    for name in ["etag", "odata-version", "odata-entityid", "preference-applied", "www-authenticate", "location"] {
        one.headers.insert(name, HeaderValue::from_static("x"));
    }
    let (_, body) = write(&Form::Json, &[one], "seed", true);
    expect![[r#"{"responses":[{"id":"1","status":201,"headers":{"Content-Type":"application/json","ETag":"x","OData-Version":"x","OData-EntityId":"x","Preference-Applied":"x","WWW-Authenticate":"x","Location":"x"},"body":{}}]}"#]].assert_eq(&String::from_utf8(body).unwrap());
}

#[test]
fn multipart_answers() {
    let form = Form::Multipart { boundary: "b".into() };
    let answers = [
        answer(Some("x"), None, 200, "text/plain", b"--batchresponse_seed"),
        answer(Some("1"), Some("one"), 201, "application/json", b"{}"),
        answer(None, Some("one"), 204, "", b""),
        answer(Some("2"), Some("two"), 424, "", b""),
        answer(Some("3"), Some("two"), 409, "", b""),
    ];
    let (ty, body) = write(&form, &answers, "s e\"ed", false);
    expect![[r#"
        multipart/mixed; boundary=batchresponse_seed_1
        --batchresponse_seed_1
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: x

        HTTP/1.1 200 OK
        content-type: text/plain
        content-length: 20

        --batchresponse_seed
        --batchresponse_seed_1
        Content-Type: multipart/mixed; boundary=changesetresponse_seed_2


        --changesetresponse_seed_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: 1

        HTTP/1.1 201 Created
        content-type: application/json
        content-length: 2

        {}
        --changesetresponse_seed_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary

        HTTP/1.1 204 No Content
        content-length: 0


        --changesetresponse_seed_2--

        --batchresponse_seed_1
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: 3

        HTTP/1.1 409 Conflict
        content-length: 0


        --batchresponse_seed_1--
    "#]]
    .assert_eq(&format!("{ty}\n{}", String::from_utf8(body).unwrap().replace('\r', "")));
}
