//! Batches read and written.

mod answers;

use expect_test::{Expect, expect};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::*;

fn show(batch: Result<Batch, Problem>) -> String {
    let batch = match batch {
        Ok(batch) => batch,
        Err(problem) => return format!("{}: {}", problem.target.unwrap_or_default(), problem.message),
    };
    let part = |part: &Part| {
        let mut out = format!("{} {} {}", part.id.as_deref().unwrap_or("-"), part.method, part.url);
        let headers = part.headers.iter().map(|(name, value)| format!(" {name}={}", value.to_str().unwrap()));
        out.extend(headers);
        out += &format!(" {:?}", part.body);
        if !part.depends_on.is_empty() {
            out += &format!(" after {}", part.depends_on.join(","));
        }
        out.extend(part.group.iter().map(|group| format!(" in {group}")));
        out.extend(part.condition.iter().map(|condition| format!(" if {condition}")));
        out
    };
    batch.parts.iter().map(part).collect::<Vec<_>>().join("\n")
}

fn json(requests: &str, expect: &Expect) {
    expect.assert_eq(&show(read(&Form::Json, format!("{{\"requests\":{requests}}}").as_bytes(), 3)));
}

#[test]
fn json_requests() {
    json(
        r#"[{"id":"1","method":"get","url":"/me"},
            {"id":2,"method":"POST","url":"me/x","headers":{"Content-Type":"application/json","IF-Match":"*"},
             "body":{"a":1.50},"dependsOn":["1"],"if":"$1/a eq 1"},
            {"id":"c","method":"PATCH","url":"$2","body":{},"depends_on":["2","1"],"atomicityGroup":"g"}]"#,
        &expect![[r#"
            1 GET /me b""
            2 POST me/x content-type=application/json if-match=* b"{\"a\":1.50}" after 1 if $1/a eq 1
            c PATCH $2 content-type=application/json b"{}" after 2,1 in g"#]],
    );
    json("[]", &expect![""]);
    // Base64 even of JSON; a string that is JSON itself; other media.
    let bodies = [
        ("application/json", "eyJhIjoxfQ=="),
        ("application/json", "abcd"),
        ("text/plain", "a b"),
        ("image/png", "-_8="),
        ("image/png", "+/8"),
    ];
    let read = bodies.map(|(ty, body)| {
        let text = format!(
            r#"{{"requests":[{{"id":"1","method":"PUT","url":"x","headers":{{"content-type":"{ty}"}},"body":"{body}"}}]}}"#
        );
        show(read(&Form::Json, text.as_bytes(), 1))
    });
    expect![[r#"
        1 PUT x content-type=application/json b"{\"a\":1}"
        1 PUT x content-type=application/json b"\"abcd\""
        1 PUT x content-type=text/plain b"a b"
        1 PUT x content-type=image/png b"\xfb\xff"
        1 PUT x content-type=image/png b"\xfb\xff""#]]
    .assert_eq(&read.join("\n"));
    // Nothing says what the text encodes but itself.
    json(
        r#"[{"id":"1","method":"POST","url":"x","body":"eyJhIjoxfQ=="},
            {"id":"2","method":"PUT","url":"x","headers":{"if-match":"*"},"body":"-_8="},
            {"id":"3","method":"PUT","url":"x","body":"MQ"}]"#,
        &expect![[r#"
            1 POST x content-type=application/json b"{\"a\":1}"
            2 PUT x if-match=* b"\xfb\xff"
            3 PUT x b"1""#]],
    );
}

#[test]
fn json_mistakes() {
    let one = |members: &str| format!(r#"[{{"id":"1","method":"GET","url":"x"}},{{{members}}}]"#);
    let mut out = String::new();
    for requests in [
        "{}".to_owned(),
        "[1]".to_owned(),
        "[{},{},{},{}]".to_owned(),
        one(r#""method":"GET","url":"x""#),
        one(r#""id":"2","url":"x""#),
        one(r#""id":"2","method":"A B","url":"x""#),
        one(r#""id":"2","method":"GET""#),
        one(r#""id":"2","method":"GET","url":"""#),
        one(r#""id":"1","method":"GET","url":"x""#),
        one(r#""id":"2","method":"GET","url":"x","dependsOn":"1""#),
        one(r#""id":"2","method":"GET","url":"x","dependsOn":["1",null]"#),
        one(r#""id":"2","method":"GET","url":"x","dependsOn":["2"]"#),
        one(r#""id":"2","method":"GET","url":"x","dependsOn":["1","3"]"#),
        one(r#""id":"2","method":"GET","url":"x","dependsOn":["3"]},{"id":"3","method":"GET","url":"x""#),
        one(r#""id":"2","method":"GET","url":"x","atomicityGroup":"g","dependsOn":["g"]"#),
        one(r#""id":"2","method":"GET","url":"x","atomicityGroup":"1""#),
        one(r#""id":"2","method":"GET","url":"x","headers":[]"#),
        one(r#""id":"2","method":"GET","url":"x","headers":{"a/b":{}}"#),
        one(r#""id":"2","method":"GET","url":"x","headers":{"a b":"c"}"#),
        one(r#""id":"2","method":"PUT","url":"x","headers":{"content-type":"image/png"},"body":{}"#),
        one(r#""id":"2","method":"PUT","url":"x","headers":{"content-type":"image/png"},"body":"a*""#),
        one(r#""id":"2","id":"3""#),
    ] {
        out += &show(read(&Form::Json, format!("{{\"requests\":{requests}}}").as_bytes(), 3));
        out.push('\n');
    }
    expect![[r#"
        /requests: found an object, expected a list of requests
        /requests/0: found the number `1`, expected a request: an object with `id`, `method` and `url`
        /requests: found more than 3 requests in the batch, the most that the setting `batch.requests` admits
        /requests/1/id: found a request without `id`
        /requests/1/method: found a request without `method`
        /requests/1/method: found `A B`, expected an HTTP method
        /requests/1/url: found a request without `url`
        /requests/1/url: found ``, expected a string that is not empty
        /requests/1/id: `1` is the id of request 0 already, expected another
        /requests/1/dependsOn: found `1`, expected a list of ids
        /requests/1/dependsOn/1: found null, expected an id
        /requests/1/dependsOn/0: found the request itself, expected an earlier request or group
        /requests/1/dependsOn/1: found `3`, which is no request of this batch, expected an earlier request or group
        /requests/1/dependsOn/0: found `3`, which comes later, expected an earlier request or group
        /requests/1/dependsOn/0: found the request's own group, expected an earlier request or group
        /requests/0/id: found the name of a group, expected another id
        /requests/1/headers: found an array, expected an object of headers
        /requests/1/headers/a~1b: found an object, expected the text of a header
        /requests/1/headers/a b: `a b` is no name of a header
        /requests/1/body: found an object, expected a string, as the body is not JSON by its `content-type`
        /requests/1/body: found `a*`, expected base64url text
        : line 1, column 60: found the name `id` a second time in one object
    "#]]
    .assert_eq(&out);
    expect![[r#"/requests: found an array without `requests`, expected `{"requests":[…]}`"#]].assert_eq(&show(read(
        &Form::Json,
        b"[]",
        3,
    )));
    expect![": line 1, column 2: found the end of the text, expected a name in double quotes"].assert_eq(&show(read(
        &Form::Json,
        b"{",
        3,
    )));
}

#[test]
fn groups_are_in_one_piece() {
    let part =
        |id: &str, group: &str| format!(r#"{{"id":"{id}","method":"GET","url":"x","atomicityGroup":"{group}"}}"#);
    json(
        &format!("[{},{},{}]", part("1", "g"), part("2", "h"), part("3", "g")),
        &expect![
            "/requests/2/atomicityGroup: `g` has ended before, expected the requests of a group one after another"
        ],
    );
    let after = r#"{"id":"3","method":"GET","url":"x","dependsOn":["g"]}"#;
    json(
        &format!("[{},{},{after}]", part("1", "g"), part("2", "g")),
        &expect![[r#"
        1 GET x b"" in g
        2 GET x b"" in g
        3 GET x b"" after g"#]],
    );
}

const MULTIPART: &str = "preamble\r\n--b 1\r\n\
content-type: application/http; msgtype=request\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 0\r\n\r\n\
GET /beta/me?$select=a b HTTP/1.1\r\nHost: a.example\r\nPrefer: a,\r\n b\r\n\r\n\r\n\
--b 1  \r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n\
--b\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
POST http://a.example/x HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}\r\n\r\n\
--b\r\nContent-Type: application/http\r\n\r\nDELETE $1/y HTTP/1.1\r\n\
--b--\r\n\
--b 1--\r\nepilogue --b 1";

fn multipart(boundary: &str, body: &str) -> String {
    show(read(&Form::Multipart { boundary: boundary.into() }, body.as_bytes(), 3))
}

#[test]
fn multipart_requests() {
    let read = multipart("b 1", MULTIPART);
    expect![[r#"
        0 GET //a.example/beta/me?$select=a b prefer=a, b b""
        1 POST http://a.example/x content-type=application/json b"{}" in changeset-2
        - DELETE $1/y b"" in changeset-2"#]]
    .assert_eq(&read);
    assert_eq!(multipart("b 1", &MULTIPART.replace("\r\n", "\n")), read);
}

#[test]
fn references() {
    for (url, expect) in [
        ("$1/Orders", Some(("1", "/Orders"))),
        ("/$a?x", Some(("a", "?x"))),
        ("$1", Some(("1", ""))),
        ("$metadata", None),
        ("$", None),
        ("users/$1", None),
    ] {
        assert_eq!(reference(url), expect, "{url}");
    }
}

#[test]
fn multipart_mistakes() {
    let mut out = String::new();
    let request = |line: &str| format!("--b\n\nContent-Type: application/http\n\n{line}\n\n--b--");
    for body in [
        String::new(),
        "--b\n".to_owned(),
        "--b\n\nGET x HTTP/1.1\n--b--".to_owned(),
        "--b\nGET x\n--b--".to_owned(),
        request("GET x").replacen("\n\n", "\n", 1),
        request("GET x HTTP/1.1").replacen("\n\n", "\nContent-Transfer-Encoding: base64\n", 1),
        request("GET x HTTP/1.1").replacen("\n\n", "\n", 1).replace("--b--", "a: b"),
        MULTIPART.replace("POST", "GET").replace("b 1", "b"),
        MULTIPART
            .replace("POST", "GET")
            .replace("boundary=b", "boundary=c")
            .replace("--b\r", "--c\r")
            .replace("--b--", "--c--")
            .replace("b 1", "b"),
        MULTIPART.replace("b 1", "b").replace(";boundary=b", ""),
    ] {
        out += &multipart("b", &body);
        out.push('\n');
    }
    expect![[r#"
        : found no boundary, expected `--b--` after the last part
        : found the end of the body, expected `--b--` after the last part
        part 1: found `` as `Content-Type`, expected `application/http` or `multipart/mixed`
        part 1: found `GET x`, expected a header `Name: value`
        part 1: found `GET x`, expected a request line `METHOD url HTTP/1.1`
        part 1: found `base64` as `Content-Transfer-Encoding`, expected `binary`
        : found the end of the body, expected `--b--` after the last part
        part 2: found no boundary, expected `--b--` after the last part
        part 2, request 1: found GET in a change set, expected a request that changes something, or one for what that has made
        part 2: found `multipart/mixed` without a boundary, expected `multipart/mixed; boundary=…`
    "#]]
    .assert_eq(&out);
    let four = "--b\nContent-Type: application/http\n\nGET x HTTP/1.1\n\n".repeat(4) + "--b--";
    expect!["part 4: found more than 3 requests in the batch, the most that the setting `batch.requests` admits"]
        .assert_eq(&multipart("b", &four));
}

#[test]
fn forms() {
    let mut out = String::new();
    for ty in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "multipart/mixed; boundary=batch_1",
        "multipart/mixed; a=\"x;boundary=no\"; Boundary=\"a b\\'\"",
        "multipart/mixed; flag; boundary=b;charset=utf-8",
        "multipart/mixed",
        "multipart/mixed; boundary=\"a",
        "multipart/mixed; boundary=\"\"",
        "multipart/mixed; boundary=a\u{7f}",
        "multipart/form-data; boundary=b",
        "",
    ] {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(ty) {
            headers.insert(CONTENT_TYPE, value);
        }
        out += &match Form::of(&headers) {
            Ok(form) => format!("{form:?}\n"),
            Err(problem) => format!("{}\n", problem.message),
        };
    }
    expect![[r#"
        Json
        Json
        Multipart { boundary: "batch_1" }
        Multipart { boundary: "a b'" }
        Multipart { boundary: "b" }
        found `multipart/mixed` without a boundary, expected `multipart/mixed; boundary=…`
        found `multipart/mixed` without a boundary, expected `multipart/mixed; boundary=…`
        found a malformed boundary, expected 1 to 70 letters, digits and `'()+_,-./:=?`
        found `` in the header `Content-Type` of a batch, expected `application/json` or `multipart/mixed`
        found `multipart/form-data; boundary=b` in the header `Content-Type` of a batch, expected `application/json` or `multipart/mixed`
        found `` in the header `Content-Type` of a batch, expected `application/json` or `multipart/mixed`
    "#]].assert_eq(&out);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        let form = Form::Multipart { boundary: "b".into() };
        for body in [&*bytes, text.as_bytes()] {
            let _ = read(&Form::Json, body, 3);
            let _ = read(&form, body, 3);
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(&format!("multipart/mixed;{}", text.escape_default())).unwrap());
        let _ = Form::of(&headers);
    }

    /// What is nearly a batch gets further in.
    #[test]
    fn no_broken_batch_panics(at in 0..MULTIPART.len(), length in 0_usize..9, put in "[-b\r\n: {}\"]{0,6}") {
        let mut body = MULTIPART.as_bytes().to_vec();
        body.splice(at..(at + length).min(MULTIPART.len()), put.bytes());
        let form = Form::Multipart { boundary: "b 1".into() };
        if let Ok(batch) = read(&form, &body, 3) {
            prop_assert!(batch.parts.len() <= 3);
        }
        let json = br#"{"requests":[{"id":"1","method":"GET","url":"x","headers":{"a":"b"},"dependsOn":["1"],"body":"a"}]}"#;
        let mut body = json.to_vec();
        let at = at % json.len();
        body.splice(at..(at + length).min(json.len()), put.bytes());
        let _ = read(&Form::Json, &body, 3);
    }
}
