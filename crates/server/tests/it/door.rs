//! What happens to a request before the protocol: host, token, size, encoding, other origins.

use std::io::Write;

use expect_test::{Expect, expect};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::harness::{Reply, Request, Server};

fn refused(request: Request, expected: &Expect) {
    let reply = request.send();
    let challenge = reply.header("www-authenticate").unwrap_or("no challenge").split(", ").skip(2).collect::<Vec<_>>();
    expected.assert_eq(&format!("{} {}: {} [{}]", reply.status, reply.code(), reply.message(), challenge.join(", ")));
}

#[test]
fn tokens_that_are_not_good_enough() {
    let server = Server::ephemeral(&["--people", "2", "--clock", "2030-01-01T00:00:00Z"]);
    let me = || server.anyone("GET", "/beta/me");
    refused(me(), &expect!["401 InvalidAuthenticationToken: Access token is empty. []"]);
    refused(
        me().header("authorization", "Bearer"),
        &expect!["401 InvalidAuthenticationToken: Access token is empty. []"],
    );
    refused(
        me().header("authorization", "Basic YTpi"),
        &expect!["401 InvalidAuthenticationToken: Access token is empty. []"],
    );
    refused(
        me().token("abc"),
        &expect![[
            r#"401 InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217 [error="invalid_token", error_description="the token is not a signed JWT in compact form: it does not have three parts separated by dots"]"#
        ]],
    );
    let good = server.ready("VITAE_TOKEN");
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let rest = signature.get(1..).unwrap();
    refused(
        me().token(&format!("{message}.{other}{rest}")),
        &expect![[
            r#"401 InvalidAuthenticationToken: Access token validation failure. [error="invalid_token", error_description="the token's signature does not verify with the key it names; it was changed, or signed by someone else"]"#
        ]],
    );
    refused(
        me().token(good).token(good),
        &expect![[
            r#"400 BadRequest: Only one access token may be sent. [error="invalid_request", error_description="the request carries more than one access token; send one, in one Authorization header"]"#
        ]],
    );
    refused(
        server.anyone("GET", &format!("/beta/me?access_token={good}")),
        &expect!["401 InvalidAuthenticationToken: Access token is empty. []"],
    );
    server.anyone("POST", "/dev/clock").json(&json!({ "advance": "1d90s" })).send().expect(200);
    refused(
        me().token(good),
        &expect![[
            r#"401 InvalidAuthenticationToken: Lifetime validation failed, the token is expired. [error="invalid_token", error_description="the token expired 90 s ago; ask for a new one"]"#
        ]],
    );
}

#[test]
fn a_token_is_asked_for_before_anything_else_about_the_api() {
    let server = Server::ephemeral(&["--people", "2"]);
    for (method, target) in [
        ("GET", "/beta/nowhere"),
        ("PUT", "/beta/me/profile/skills"),
        ("POST", "/v1.0/me/profile/skills"),
        ("BREW", "/beta"),
        ("GET", "/beta/me?$filter=(("),
    ] {
        server.anyone(method, target).send().expect(401);
    }
    assert_eq!(server.anyone("GET", "/elsewhere").send().expect(404).code(), "Request_ResourceNotFound");
}

#[test]
fn every_answer_carries_its_ids() {
    let server = Server::ephemeral(&["--people", "2"]);
    let reply = server.ada("GET", "/beta/me").header("client-request-id", "order-17").send().expect(200);
    assert_eq!(reply.header("client-request-id"), Some("order-17"));
    assert_eq!(reply.header("odata-version"), Some("4.0"));
    assert_eq!(reply.header("cache-control"), Some("private, no-cache"));
    assert_eq!(reply.header("strict-transport-security"), None);
    assert!(reply.header("server-timing").is_some());
    for insane in ["a b", "caf\u{e9}", &"x".repeat(129)] {
        let reply = server.anyone("GET", "/beta/me").header("client-request-id", insane).send().expect(401);
        assert_eq!(reply.header("client-request-id"), reply.header("request-id"));
        assert_eq!(reply.json()["error"]["innerError"]["request-id"], reply.header("request-id").unwrap());
    }
}

#[test]
fn only_its_own_names_are_answered() {
    let server = Server::ephemeral(&["--people", "2"]);
    let ask = |host: Option<&str>| server.ada("GET", "/beta/me").host(host).send();
    for host in ["localhost", "127.0.0.1:1", "[::1]:8080"] {
        let context = ask(Some(host)).expect(200).json()["@odata.context"].clone();
        assert!(context.as_str().unwrap().starts_with(&format!("http://{host}/beta/$metadata")), "{context}");
    }
    let reply = ask(Some("evil.example")).expect(400);
    assert_eq!(
        reply.message(),
        "the host `evil.example` is not one this server answers to; expected localhost or 127.0.0.1 or [::1]"
    );
    ask(None).expect(400);
    ask(Some("")).expect(400);
    // A development server believes no proxy.
    let forwarded = server.ada("GET", "/beta/me").header("x-forwarded-host", "evil.example").send().expect(200);
    assert!(!forwarded.text().contains("evil"));
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.anyone("GET", path).host(Some("10.1.2.3")).send().expect(200).text(), "ok\n");
    }
}

#[test]
fn roots_match_without_case_and_head_is_get_without_a_body() {
    let server = Server::ephemeral(&["--people", "2"]);
    let get = server.get("/BETA/Me");
    assert!(get.clone().expect(200).text().contains("/beta/$metadata"));
    let head = server.ada("HEAD", "/beta/me").send().expect(200);
    assert_eq!((head.header("content-length"), head.body.len()), (get.header("content-length"), 0));
}

#[test]
fn pages_of_this_machine_may_call() {
    let server = Server::ephemeral(&["--people", "2"]);
    let preflight = |origin: &str| {
        let request = server.anyone("OPTIONS", "/beta/me/profile").header("origin", origin);
        request.header("access-control-request-method", "PATCH").send().expect(204)
    };
    let allowed = preflight("http://localhost:5173");
    assert_eq!(allowed.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert!(allowed.header("access-control-allow-methods").unwrap().contains("PATCH"));
    let headers: Vec<_> = allowed.header("access-control-allow-headers").unwrap().split(", ").collect();
    assert!(headers.contains(&"authorization") && headers.contains(&"idempotency-key") && headers.contains(&"*"));
    let called = server.ada("GET", "/beta/me").header("origin", "https://127.0.0.1:3000").send().expect(200);
    assert_eq!(called.header("access-control-allow-origin"), Some("https://127.0.0.1:3000"));
    assert!(called.header("access-control-expose-headers").unwrap().contains("etag"));
    let vary: Vec<_> =
        called.headers.iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str()).collect();
    assert_eq!(vary, ["Accept, OData-MaxVersion, Prefer", "Origin"]);
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        assert_eq!(preflight(origin).header("access-control-allow-origin"), None, "{origin}");
        let called = server.ada("GET", "/beta/me").header("origin", origin).send().expect(200);
        assert_eq!(called.header("access-control-allow-origin"), None, "{origin}");
    }
}

fn post(server: &Server, encoding: Option<&str>, body: Vec<u8>) -> Reply {
    let request = server.ada("POST", "/beta/me/profile/skills").header("content-type", "application/json");
    match encoding {
        Some(encoding) => request.header("content-encoding", encoding).body(body).send(),
        None => request.body(body).send(),
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bodies_are_bounded_before_and_after_inflation() {
    let server = Server::ephemeral(&["--people", "2"]);
    let padded = |size: usize| {
        let mut body = br#"{"displayName":"Rust"}"#.to_vec();
        body.resize(size, b' ');
        body
    };
    const LIMIT: usize = 1 << 20;
    post(&server, None, padded(LIMIT)).expect(201);
    assert_eq!(post(&server, None, padded(LIMIT + 1)).expect(413).code(), "requestTooLarge");
    assert_eq!(post(&server, None, padded(5 * LIMIT)).expect(413).code(), "requestTooLarge");
    post(&server, Some("gzip"), gzip(&padded(LIMIT))).expect(201);
    assert_eq!(post(&server, Some("gzip"), gzip(&padded(200 * LIMIT))).expect(413).code(), "requestTooLarge");
    post(&server, Some("gzip"), b"{}".to_vec()).expect(400);
    post(&server, Some("br"), b"{}".to_vec()).expect(400);
    // Announced, never sent, and so never waited for.
    let announced = server
        .ada("POST", "/beta/me/profile/skills")
        .header("content-length", "99999999")
        .header("expect", "100-continue");
    announced.send().expect(413);
    // Without a length, in chunks.
    let mut chunked = format!("{:x}\r\n", LIMIT + 1).into_bytes();
    chunked.extend(padded(LIMIT + 1));
    chunked.extend(b"\r\n0\r\n\r\n");
    let request = server.ada("POST", "/beta/me/profile/skills").header("transfer-encoding", "chunked");
    request.header("content-type", "application/json").body(chunked).send().expect(413);
    server.get("/beta/me").expect(200);
}

#[test]
fn a_large_body_without_a_token_still_gets_its_answer() {
    let server = Server::ephemeral(&["--people", "2"]);
    server.anyone("POST", "/beta/me/profile/skills").body(vec![b' '; 3 << 20]).send().expect(401);
}

#[test]
fn what_is_not_http_or_too_long_gets_no_further() {
    let server = Server::ephemeral(&["--people", "2"]);
    let long = "a".repeat(100_000);
    assert!((400..500).contains(&server.ada("GET", &format!("/beta/{long}")).send().status));
    assert!((400..500).contains(&server.ada("GET", "/beta/me").header("x-long", &long).send().status));
    let mut many = server.ada("GET", "/beta/me");
    for number in 0..500 {
        many = many.header(&format!("x-{number}"), "1");
    }
    assert!((400..500).contains(&many.send().status));
    let smuggled = server
        .ada("POST", "/beta/me/profile/skills")
        .header("content-length", "4")
        .header("transfer-encoding", "chunked");
    assert!((400..500).contains(&smuggled.body("0\r\n\r\n").send().status));
    server.get("/beta/me").expect(200);
}

#[test]
fn the_log_names_requests_and_nobody() {
    let server = Server::ephemeral(&["--people", "3"]);
    let seen = server.get("/beta/users/grace@fjord.example?$select=displayName").expect(200);
    let skill = json!({ "displayName": "Falconry", "webUrl": "https://secret.example" });
    server.ada("POST", "/beta/users/grace%40fjord.example/profile/skills").json(&skill).send().expect(201);
    server.ada("GET", "/beta/users('grace@fjord.example')/profile?$select=Marvellous").send().expect(400);
    let everything = server.get("/beta/users?$select=*&$expand=profile").expect(200).json();
    for filter in ["startswith(displayName,'Grace')", "profile/skills/any(s:s/displayName eq 'Falconry')"] {
        server.get(&format!("/beta/users?$filter={}", filter.replace(' ', "%20")));
    }
    server.ada("DELETE", "/beta/users/grace@fjord.example").send().expect(204);
    server.anyone("GET", "/beta/me").token("Falconry.secret.Marvellous").send().expect(401);
    // When it was is no value of anybody's, even if it is somebody's birthday.
    let log = server.log();
    let log: Vec<&str> = log.lines().map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest)).collect();
    let log = log.join("\n");
    assert!(log.contains(seen.header("request-id").unwrap()) && log.contains("/beta/users/*"), "{log}");
    for personal in ["grace", "fjord", "Falconry", "secret", "Marvellous", "displayName"] {
        assert!(!log.contains(personal), "{personal}: {log}");
    }
    let mut values = Vec::new();
    told(&everything["value"], &mut values);
    assert!(values.len() > 100, "{values:?}");
    for value in values {
        assert!(!log.contains(&value), "{value}: {log}");
    }
}

/// The texts that people tell of themselves: not ids, times and what stands for them, nor words of the model.
fn told(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let told =
                members.iter().filter(|(name, _)| !name.contains('@') && *name != "id" && !name.ends_with("DateTime"));
            told.for_each(|(_, value)| self::told(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| told(item, into)),
        // A word of small letters and capitals alone may be an enum's, and may stand in a log for itself.
        Value::String(text) if text.len() > 5 && !text.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            into.push(text.clone());
        }
        _ => {}
    }
}
