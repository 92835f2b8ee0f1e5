//! What is fetched, in which order, and what is made of the answers.

use super::*;
use crate::dev::DevIssuer;
use crate::testing;
use expect_test::{Expect, expect};
use serde_json::json;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

const ADDRESS: &str = "https://login.example/.well-known/openid-configuration";

/// Documents by address; remembers what was asked for.
struct Shelf {
    documents: Vec<(&'static str, String)>,
    asked: Mutex<Vec<String>>,
}

impl Fetch for Shelf {
    fn fetch<'a>(&'a self, address: &'a str) -> Fetched<'a> {
        self.asked.lock().unwrap().push(address.to_owned());
        let found = self.documents.iter().find(|(known, _)| *known == address);
        let found = found.map(|(_, text)| Document { text: text.clone(), date: None });
        Box::pin(std::future::ready(found.ok_or_else(|| "404 Not Found".to_owned())))
    }
}

/// Nothing here ever waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn jwks() -> String {
    DevIssuer::generate(&mut testing::random(1)).jwks()
}

fn discovery(issuer: &str, keys: &str) -> String {
    json!({ "issuer": issuer, "jwks_uri": keys }).to_string()
}

fn look(source: &KeySource, documents: Vec<(&'static str, String)>) -> (Result<Published, SourceError>, Vec<String>) {
    let shelf = Shelf { documents, asked: Mutex::default() };
    let published = now(source.look("https://login.example", &shelf));
    (published, shelf.asked.into_inner().unwrap())
}

fn discovered(keys: Option<&str>) -> KeySource {
    KeySource::Discovery { address: ADDRESS.to_owned(), keys: keys.map(str::to_owned) }
}

#[test]
fn keys_are_found_where_discovery_says() {
    let documents = vec![
        (ADDRESS, discovery("https://login.example", "https://login.example/keys")),
        ("https://login.example/keys", jwks()),
    ];
    let (published, asked) = look(&discovered(None), documents);
    let published = published.unwrap();
    assert_eq!((published.keys.len(), asked.len()), (1, 2));
}

#[test]
fn keys_elsewhere_must_be_named() {
    let documents = || {
        vec![
            (ADDRESS, discovery("https://login.example", "https://keys.example/k")),
            ("https://keys.example/k", jwks()),
        ]
    };
    assert!(look(&discovered(Some("https://keys.example/k")), documents()).0.is_ok());
    for named in [None, Some("https://keys.example/other")] {
        let (published, asked) = look(&discovered(named), documents());
        assert!(matches!(published, Err(SourceError::Elsewhere { .. })));
        assert_eq!(asked, [ADDRESS], "nobody else is asked");
    }
}

#[test]
fn no_trick_makes_another_origin_look_like_ours() {
    for keys in [
        "http://login.example/keys",
        "https://login.example:444/keys",
        "https://login.example.evil.example/keys",
        "https://login.example@evil.example/keys",
        "https://login.example\\@evil.example/keys",
        "https://evil.example/https://login.example/keys",
        "//login.example/keys",
        "/keys",
        "",
        "file:///etc/passwd",
    ] {
        let (published, asked) = look(&discovered(None), vec![(ADDRESS, discovery("https://login.example", keys))]);
        assert!(published.is_err() && asked.len() == 1, "{keys}: {asked:?}");
    }
}

#[test]
fn says_what_is_wrong_and_how_to_mend_it() {
    let check = |source: &KeySource, documents, expected: &Expect| {
        let error = look(source, documents).0.unwrap_err();
        expected.assert_eq(&format!("{error}; {}", error.mend()));
    };
    let keys = "https://login.example/keys";
    check(
        &discovered(None),
        vec![],
        &expect![
            "`https://login.example/.well-known/openid-configuration` cannot be fetched: 404 Not Found; see that the issuer runs and that this machine can reach it; or put its JWK set into a file and name that with `jwks`"
        ],
    );
    check(
        &discovered(None),
        vec![(ADDRESS, "<html>".to_owned())],
        &expect![
            "`https://login.example/.well-known/openid-configuration` is no discovery document: it is not JSON; set `discovery` to the address that ends in /.well-known/openid-configuration"
        ],
    );
    check(
        &discovered(None),
        vec![(ADDRESS, discovery("https://login.example/", keys))],
        &expect![[
            r#"the discovery document says that its issuer is `https://login.example/`, expected `https://login.example`; set `name` to "https://login.example/" if that is the issuer you mean, else correct `discovery`"#
        ]],
    );
    check(
        &discovered(None),
        vec![(ADDRESS, discovery("https://login.example", "https://keys.example/k"))],
        &expect![[
            r#"the discovery document says that the keys are at `https://keys.example/k`, expected an address that begins with `https://login.example/`; set `jwks_uri = "https://keys.example/k"` beside `discovery` if that is right"#
        ]],
    );
    check(
        &KeySource::Keys(keys.to_owned()),
        vec![(keys, "[]".to_owned())],
        &expect![
            "`https://login.example/keys` is no JWK set: not a JSON object with a list `keys`; correct the address of the keys"
        ],
    );
    check(
        &KeySource::Keys(keys.to_owned()),
        vec![(keys, r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#.to_owned())],
        &expect![
            "`https://login.example/keys` has no key that can be used: key 0: its `kty` is not RSA, EC or OKP; let the issuer sign with RSA of 2048 bits or more, P-256 or Ed25519"
        ],
    );
}
