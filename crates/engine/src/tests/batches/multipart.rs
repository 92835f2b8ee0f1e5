//! Batches in `multipart/mixed`, and their change sets.

use expect_test::expect;

use super::super::{Client, header};
use super::{makers, post, show};
use crate::Dialect;

const MULTIPART: &str = "--b
Content-Type: application/http

GET nothing HTTP/1.1

--b
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: application/http
Content-ID: one

POST /v1/Makers HTTP/1.1
Host: a.example
Content-Type: application/json

{\"Name\":\"Ada\"}
--c
Content-Type: application/http
Content-ID: two

PATCH $one HTTP/1.1
Content-Type: application/json
If-Match: TAG

{\"Name\":\"Bob\"}
--c--
--b
Content-Type: application/http

GET $one?$select=Name HTTP/1.1

--b--";

#[test]
fn multipart() {
    let of = |prefer: &'static str, body: &str| {
        let client = Client::graph();
        let headers = [("content-type", "multipart/mixed; boundary=b"), ("prefer", prefer)];
        let answer = show(&client.batch(&headers, body));
        (answer, makers(&client))
    };
    // Nothing runs after a failure.
    let (answer, left) = of("x", MULTIPART);
    assert_eq!((answer.matches("HTTP/1.1").count(), &*left), (1, ""));
    let (answer, left) = of("odata.continue-on-error", &MULTIPART.replace("TAG", "*"));
    expect![[r#"
        200 multipart/mixed; boundary=batchresponse_r
        --batchresponse_r
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        HTTP/1.1 400 Bad Request
        content-type: application/json
        odata-version: 4.0
        content-length: 174
        {"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}
        --batchresponse_r
        Content-Type: multipart/mixed; boundary=changesetresponse_r_2
        --changesetresponse_r_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: one
        HTTP/1.1 201 Created
        content-type: application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8
        etag: W/"0000000000000001"
        location: ~/Makers(00000000-0000-0000-0000-000000000001)
        odata-version: 4.0
        content-length: 161
        {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}
        --changesetresponse_r_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: two
        HTTP/1.1 200 OK
        content-type: application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8
        etag: W/"0000000000000002"
        odata-version: 4.0
        content-length: 161
        {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000002\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Bob"}
        --changesetresponse_r_2--
        --batchresponse_r
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        HTTP/1.1 200 OK
        content-type: application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8
        etag: W/"0000000000000002"
        odata-version: 4.0
        content-length: 123
        {"@odata.context":"~/$metadata#Makers(Name)/$entity","@odata.etag":"W/\"0000000000000002\"","Name":"Bob"}
        --batchresponse_r--
    "#]].assert_eq(&answer);
    assert_eq!(left, "Bob");
    let (answer, left) = of("continue-on-error", &MULTIPART.replace("TAG", "W/\"9\""));
    expect![[r#"
        200 multipart/mixed; boundary=batchresponse_r
        --batchresponse_r
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        HTTP/1.1 400 Bad Request
        content-type: application/json
        odata-version: 4.0
        content-length: 174
        {"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}
        --batchresponse_r
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: two
        HTTP/1.1 412 Precondition Failed
        content-type: application/json
        odata-version: 4.0
        content-length: 285
        {"error":{"code":"resourceModified","message":"the resource is not what `If-Match` presumes: it has changed since it was read, or has no tag; read it again and repeat the change","target":"If-Match"}}
        --batchresponse_r
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        HTTP/1.1 424 Failed Dependency
        content-type: application/json
        odata-version: 4.0
        content-length: 185
        {"error":{"code":"failedDependency","message":"the request `one` has failed, and this one with it"}}
        --batchresponse_r--
    "#]].assert_eq(&answer);
    assert_eq!(left, "");
}

/// Parts of one change set, each with its id.
fn change_set(parts: &[(&str, &str)]) -> String {
    let part = |(id, request): &(&str, &str)| {
        format!("--c\nContent-Type: application/http\nContent-ID: {id}\n\n{request}\n\n")
    };
    let parts: String = parts.iter().map(part).collect();
    format!("--b\nContent-Type: multipart/mixed; boundary=c\n\n{parts}--c--\n--b--")
}

#[test]
fn a_change_set_reads_only_what_it_has_made() {
    let made = "POST Makers HTTP/1.1\nContent-Type: application/json\n\n{\"Name\":\"Ada\"}";
    let of = |parts: &[(&str, &str)]| {
        let client = Client::new(Dialect::OASIS);
        let answer = show(&client.batch(&[("content-type", "multipart/mixed; boundary=b")], &change_set(parts)));
        let lines = answer.lines().filter(|line| line.starts_with("HTTP") || line.starts_with("Content-ID"));
        let status = answer.split(' ').next().unwrap_or_default().to_owned();
        (lines.fold(status, |out, line| out + " | " + line), makers(&client))
    };
    let (answer, left) = of(&[("1", made), ("2", "GET $1?$select=Name HTTP/1.1\n")]);
    assert_eq!(answer, "200 | Content-ID: 1 | HTTP/1.1 201 Created | Content-ID: 2 | HTTP/1.1 200 OK");
    assert_eq!(left, "Ada");
    for other in ["GET Makers HTTP/1.1\n", "GET $2 HTTP/1.1\n"] {
        assert_eq!(of(&[("1", made), ("2", other)]), ("400".to_owned(), String::new()), "{other}");
    }
    // Of two requests of one name neither has an effect.
    let (answer, left) = of(&[("1", made), ("1", made)]);
    assert_eq!((&*answer, &*left), ("200 | Content-ID: 1 | HTTP/1.1 400 Bad Request", ""));
}

#[test]
fn the_form_of_the_answer_is_agreed_on() {
    let multipart = ("content-type", "multipart/mixed; boundary=b");
    let json = ("content-type", "application/json");
    let one = format!("{{\"requests\":[{}]}}", post("x", "Makers", "Ada", ""));
    let two = MULTIPART.replace("TAG", "*");
    let shown = |headers: &[(&'static str, &str)], body: &str| {
        let client = Client::graph();
        let answer = show(&client.batch(headers, body));
        answer + &makers(&client) + "\n"
    };
    let told = Client::graph().batch(&[json], &one);
    assert_eq!(header(&told, "vary"), "Accept, OData-MaxVersion, Prefer");
    let answers = [
        // What asks for no form gets its own; what has no id is called by its place.
        shown(&[json, ("accept", "*/*")], &one),
        shown(&[json, ("accept", "multipart/mixed")], &one),
        shown(&[multipart, ("accept", "application/json"), ("prefer", "continue-on-error")], &two),
        // In JSON each request has an answer.
        shown(&[multipart, ("accept", "application/json")], &two),
        // Nothing runs.
        shown(&[json, ("accept", "text/html")], &one),
        shown(&[json, ("odata-maxversion", "3.0")], &one),
        shown(&[json, ("odata-version", "5.0")], &one),
    ];
    expect![[r#"
        200 application/json
        {"responses":[
        {"id":"x","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}}]}
        Ada
        200 multipart/mixed; boundary=batchresponse_r
        --batchresponse_r
        Content-Type: application/http
        Content-Transfer-Encoding: binary
        Content-ID: x
        HTTP/1.1 201 Created
        content-type: application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8
        etag: W/"0000000000000001"
        location: ~/Makers(00000000-0000-0000-0000-000000000001)
        odata-version: 4.0
        content-length: 161
        {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}
        --batchresponse_r--
        Ada
        200 application/json
        {"responses":[
        {"id":"1","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}},
        {"id":"one","atomicityGroup":"changeset-2","status":201,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000001\"","Location":"~/Makers(00000000-0000-0000-0000-000000000001)",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}},
        {"id":"two","atomicityGroup":"changeset-2","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000002\"",},"body":{"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000002\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Bob"}},
        {"id":"4","status":200,"headers":{"Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8","ETag":"W/\"0000000000000002\"",},"body":{"@odata.context":"~/$metadata#Makers(Name)/$entity","@odata.etag":"W/\"0000000000000002\"","Name":"Bob"}}]}
        Bob
        200 application/json
        {"responses":[
        {"id":"1","status":400,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"BadRequest","message":"Resource not found for the segment 'nothing'."}}},
        {"id":"one","atomicityGroup":"changeset-2","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"an earlier request has failed, and this one with it"}}},
        {"id":"two","atomicityGroup":"changeset-2","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"an earlier request has failed, and this one with it"}}},
        {"id":"4","status":424,"headers":{"Content-Type":"application/json",},"body":{"error":{"code":"failedDependency","message":"an earlier request has failed, and this one with it"}}}]}

        406 application/json
        {"error":{"code":"notAcceptable","message":"the requested format is not available: the answer is `application/json` or `multipart/mixed`; expected the header `Accept` to admit it","target":"Accept"}}

        406 application/json
        {"error":{"code":"notAcceptable","message":"found `3.0` in the header `OData-MaxVersion`, expected `4.0`, `4.01` or later","target":"OData-MaxVersion"}}

        400 application/json
        {"error":{"code":"BadRequest","message":"found `5.0` in the header `OData-Version`, expected `4.0` or `4.01`","target":"OData-Version"}}

    "#]].assert_eq(&answers.concat());
}
