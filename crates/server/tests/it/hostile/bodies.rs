//! Bodies that are no JSON, JSON that is no item, and bytes that say they are something else.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use serde_json::{Value, json};

use super::Target;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let text = [
        ("nothing", ""),
        ("space", " \n"),
        ("no object", "[]"),
        ("text", "\"displayName\""),
        ("null", "null"),
        ("a number", "7"),
        ("duplicate names", r#"{"displayName":"a","displayName":"b"}"#),
        ("duplicate names, escaped", r#"{"displayName":"a","display\u004eame":"b"}"#),
        ("duplicate names in another case", r#"{"displayName":"a","DISPLAYNAME":"b"}"#),
        ("duplicate names inside", r#"{"inference":{"confidenceScore":1,"confidenceScore":0}}"#),
        ("__proto__", r#"{"__proto__":{"displayName":"a"}}"#),
        ("constructor", r#"{"constructor":{"prototype":{}}}"#),
        ("an empty name", r#"{"":1}"#),
        ("NaN", r#"{"inference":{"confidenceScore":NaN}}"#),
        ("Infinity", r#"{"inference":{"confidenceScore":-Infinity}}"#),
        ("1e400", r#"{"inference":{"confidenceScore":1e400}}"#),
        ("-1e400", r#"{"inference":{"confidenceScore":-1e400}}"#),
        ("a number with a zero in front", r#"{"inference":{"confidenceScore":01}}"#),
        ("hexadecimal", r#"{"inference":{"confidenceScore":0x1}}"#),
        ("a number as text", r#"{"inference":{"confidenceScore":"1 or 1=1"}}"#),
        ("a lone surrogate", r#"{"displayName":"\ud800"}"#),
        ("a lone low surrogate", r#"{"displayName":"\udc00x"}"#),
        ("surrogates in disorder", r#"{"displayName":"\udc00\ud800"}"#),
        ("a raw control character", "{\"displayName\":\"a\u{1}b\"}"),
        ("a raw line break", "{\"displayName\":\"a\nb\"}"),
        ("an unknown escape", r#"{"displayName":"\x41"}"#),
        ("a short escape", r#"{"displayName":"\u41"}"#),
        ("an open string", r#"{"displayName":"a"#),
        ("an open object", r#"{"displayName":"a""#),
        ("a comma at the end", r#"{"displayName":"a",}"#),
        ("a comma too many", r#"{"displayName":"a",,"categories":[]}"#),
        ("single quotes", "{'displayName':'a'}"),
        ("a bare name", r#"{displayName:"a"}"#),
        ("a comment", r#"{"displayName":"a"/**/}"#),
        ("a byte order mark", "\u{feff}{\"displayName\":\"a\"}"),
        ("trailing bytes", r#"{"displayName":"a"} x"#),
        ("a second body", r#"{"displayName":"a"}{"displayName":"b"}"#),
        ("a zero at the end", "{\"displayName\":\"a\"}\0"),
        ("a form", "displayName=a"),
        ("XML", "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>"),
        ("an object for a text", r#"{"displayName":{"$ne":null}}"#),
        ("a list for a text", r#"{"displayName":["a"]}"#),
        ("a text for a list", r#"{"categories":"a"}"#),
        ("null for a list", r#"{"categories":null}"#),
        ("a list in a list", r#"{"categories":[["a"]]}"#),
        ("audiences out of range", r#"{"allowedAudiences":99999999999999999999}"#),
        ("a negative audience", r#"{"allowedAudiences":-1}"#),
        ("audiences that exclude each other", r#"{"allowedAudiences":"me,everyone"}"#),
        ("a blank audience", r#"{"allowedAudiences":" "}"#),
        ("an audience by injection", r#"{"allowedAudiences":"organization' or 1=1"}"#),
        ("another type", r##"{"@odata.type":"#microsoft.graph.user"}"##),
        ("a type from elsewhere", r##"{"@odata.type":"#System.Diagnostics.Process"}"##),
        ("a type that is no text", r#"{"@odata.type":7}"#),
        ("a script as address", r#"{"webUrl":"javascript:alert(1)"}"#),
        ("a file as address", r#"{"webUrl":"file:///etc/passwd"}"#),
        ("a relative address", r#"{"webUrl":"//evil.example"}"#),
        ("an address with a line break", r#"{"webUrl":"https://x.example/\r\nX: y"}"#),
        ("a reference", r#"{"@odata.id":"http://169.254.169.254/latest"}"#),
        ("a navigation", r#"{"profile":{"skills":[]}}"#),
    ];
    let mut bodies: Vec<(&str, Vec<u8>)> = text.map(|(what, text)| (what, text.as_bytes().to_vec())).into();
    let deep = |open: &str, close: &str, depth: usize| [open.repeat(depth), close.repeat(depth)].concat().into_bytes();
    bodies.extend([
        ("UTF-16", utf16("{\"displayName\":\"a\"}")),
        ("UTF-16 with a mark", [vec![0xFF, 0xFE], utf16("{}")].concat()),
        ("Latin-1", b"{\"displayName\":\"caf\xe9\"}".to_vec()),
        ("an overlong slash", b"{\"displayName\":\"\xc0\xaf\"}".to_vec()),
        ("an encoded surrogate", b"{\"displayName\":\"\xed\xa0\x80\"}".to_vec()),
        ("deep lists", deep("[", "]", 10_000)),
        ("deep objects", deep("{\"inference\":", "}", 10_000)),
        ("deep lists in a member", [b"{\"categories\":".to_vec(), deep("[", "]", 10_000), b"}".to_vec()].concat()),
        ("1 MiB of brackets", vec![b'['; 1 << 20]),
        ("1 MiB of quotes", vec![b'"'; 1 << 20]),
        ("1 MiB of zeros", vec![0; 1 << 20]),
        (
            "a number of 1 MiB",
            [b"{\"inference\":{\"confidenceScore\":".to_vec(), vec![b'9'; 1_000_000], b"}}".to_vec()].concat(),
        ),
        ("gzip without saying so", gzip(b"{\"displayName\":\"a\"}")),
        ("too much", vec![b' '; (1 << 20) + 1]),
    ]);
    bodies
}

#[test]
fn bodies_that_are_no_item() {
    let target = Target::new();
    for (what, body) in bodies() {
        for (method, path) in [
            ("POST", "/beta/me/profile/skills"),
            ("PATCH", target.item.as_str()),
            ("POST", "/v1.0/me/profile/languages/$ref"),
        ] {
            let request = target.server.ada(method, path).header("content-type", "application/json").body(body.clone());
            target.refuses(&format!("{method} {what}"), request);
        }
        // A person is made of other members: what is no item is no person either.
        let request = target.server.ada("POST", "/beta/users").header("content-type", "application/json").body(body);
        target.refuses(&format!("person: {what}"), request);
    }
    target.is_sound();
}

#[test]
fn many_mistakes_make_no_long_answer() {
    let target = Target::new();
    let members: serde_json::Map<String, Value> = (0..40_000).map(|number| (format!("m{number}"), json!(1))).collect();
    let reply = target
        .refuses("40,000 unknown members", target.server.ada("PATCH", &target.item).json(&Value::Object(members)));
    assert!(reply.json()["error"]["details"].as_array().unwrap().len() <= 100);
    let long = json!({ "x".repeat(500_000): 1, "proficiency": "y".repeat(400_000) });
    target.refuses("long names and values", target.server.ada("PATCH", &target.item).json(&long));
}

#[test]
fn encodings_that_lie() {
    let target = Target::new();
    let good = b"{\"displayName\":\"Hostile\"}";
    let bomb = gzip(&vec![b' '; 100 << 20]);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(good).unwrap();
    let deflated = encoder.finish().unwrap();
    let cut = |body: &[u8]| body[..body.len() - 4].to_vec();
    for (encoding, body) in [
        ("gzip", good.to_vec()),
        ("gzip", bomb.clone()),
        ("gzip", gzip(&bomb)),
        ("gzip", cut(&gzip(good))),
        ("gzip", [gzip(good), b"x".to_vec()].concat()),
        ("gzip", [gzip(good), gzip(good)].concat()),
        ("gzip", vec![0x1f, 0x8b]),
        ("deflate", deflated.clone()),
        ("gzip", deflated),
        ("br", good.to_vec()),
        ("gzip, gzip", gzip(&gzip(good))),
        ("zstd", good.to_vec()),
        ("", good.to_vec()),
        ("x", good.to_vec()),
    ] {
        for (method, path) in [("POST", "/beta/me/profile/skills"), ("PATCH", target.item.as_str())] {
            let request = target.server.ada(method, path).header("content-type", "application/json");
            target.refuses(
                &format!("{method} {encoding}"),
                request.header("content-encoding", encoding).body(body.clone()),
            );
        }
    }
    let bombed = target
        .server
        .ada("PATCH", &target.item)
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    assert_eq!(target.refuses("a bomb", bombed.body(bomb)).status, 413);
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/json;charset=utf-16",
        "application/json; charset=latin1",
        "application/",
        "json",
        "application/jsonx",
        "*/*",
    ] {
        let request = target.server.ada("PATCH", &target.item).header("content-type", content_type).body(good.to_vec());
        target.refuses(content_type, request);
    }
    target.is_sound();
}

#[test]
fn members_that_the_server_writes_are_not_taken() {
    let target = Target::new();
    let nil = "00000000-0000-0000-0000-000000000000";
    let forged = json!({
        "id": nil, "createdBy": { "user": { "id": nil, "displayName": "Mallory" } }, "createdDateTime": "1999-01-01T00:00:00Z",
        "lastModifiedBy": "Mallory", "lastModifiedDateTime": 7, "@odata.etag": "W/\"forged\"", "@odata.context": "http://evil.example",
        "@odata.id": "http://evil.example", "owner@odata.bind": "users('x')", "displayName@odata.type": "#Edm.Int32", "displayName": "Falconry",
    });
    let made = target.server.ada("POST", "/beta/me/profile/skills").json(&forged).send().expect(201).json();
    let path = format!("/beta/me/profile/skills/{}", made["id"].as_str().unwrap());
    for item in [
        made.clone(),
        target.server.ada("PATCH", &path).json(&forged).send().expect(200).json(),
        target.server.get(&path).json(),
    ] {
        assert_eq!(item["createdBy"]["user"]["id"], target.server.ready("VITAE_USER_ID"));
        assert_eq!((&item["id"], &item["createdDateTime"]), (&made["id"], &made["createdDateTime"]));
        let text = item.to_string();
        assert!(
            !text.contains("Mallory") && !text.contains("evil") && !text.contains("forged") && !text.contains("1999"),
            "{text}"
        );
    }
    target.server.ada("DELETE", &path).send().expect(204);
    target.is_unharmed("forged members");
}
