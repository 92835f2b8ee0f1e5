//! Changes of what is not there, and what bodies of changes say of key and tag.

use expect_test::expect;

use super::double::{Caller, id};
use super::{Client, header, show, tag, text};
use crate::Dialect;

const JSON: (&str, &str) = ("content-type", "application/json");

fn blurb(language: &str) -> String {
    format!("Blurbs(ArticleID={},Language='{language}')", id(7))
}

#[test]
fn a_change_makes_what_is_not_there() {
    let client = Client::new(Dialect::OASIS);
    let mut told = String::new();
    let mut tell = |method: &str, url: &str, headers: &[(&str, &str)], body: &str| {
        let headers = [&[JSON][..], headers].concat();
        told += &format!("{method} {url} {}\n\n", show(&client.send(method, url, &headers, body)));
    };
    tell("PUT", &blurb("en"), &[("if-match", "*")], r#"{"Text":"a"}"#);
    tell("PUT", &blurb("en"), &[], r#"{"Text":1}"#);
    tell("PUT", &blurb("en"), &[("if-none-match", "*")], r#"{"Text":"a"}"#);
    tell("PUT", &blurb("en"), &[("if-none-match", "*")], r#"{"Text":"b"}"#);
    tell("PATCH", &blurb("de"), &[("prefer", "return=minimal")], r#"{"Text":"c","Language":"xx"}"#);
    tell("PATCH", &blurb("de"), &[], r#"{"Text":"d"}"#);
    tell("PATCH", &blurb("fr"), &[], "{}");
    expect![[r#"
        PUT Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='en') 404
        "code":"itemNotFound","message":"The item does not exist."

        PUT Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='en') 400
        "code":"BadRequest","message":"found the number `1`, expected a string","target":"/Text","details":[{"code":"BadRequest","message":"found the number `1`, expected a string","target":"/Text"}]

        PUT Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='en') 201 etag: W/"0000000000000001"; location: http://a.example/v1/Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='en');
        {"@odata.context":"~/$metadata#Blurbs/$entity","@odata.etag":"W/\"0000000000000001\"","ArticleID":"00000000-0000-0000-0000-000000000007","Language":"en","Text":"a"}

        PUT Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='en') 412
        "code":"resourceModified","message":"the resource exists, the header `If-None-Match` excludes it","target":"If-None-Match"

        PATCH Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='de') 204 etag: W/"0000000000000001"; location: http://a.example/v1/Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='de'); preference-applied: return=minimal;

        PATCH Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='de') 200 etag: W/"0000000000000002";
        {"@odata.context":"~/$metadata#Blurbs/$entity","@odata.etag":"W/\"0000000000000002\"","ArticleID":"00000000-0000-0000-0000-000000000007","Language":"de","Text":"d"}

        PATCH Blurbs(ArticleID=00000000-0000-0000-0000-000000000007,Language='fr') 400
        "code":"BadRequest","message":"found no `Text`, expected one","target":"/Text","details":[{"code":"BadRequest","message":"found no `Text`, expected one","target":"/Text"}]

    "#]]
    .assert_eq(&told);
    assert_eq!(client.double.changes(), 3);
}

#[test]
fn what_others_made_meanwhile_is_changed() {
    let client = Client::new(Dialect::OASIS);
    client.double.overtake(1);
    let answer = client.json("PATCH", &blurb("en"), r#"{"Text":"a"}"#);
    assert_eq!((answer.status.as_u16(), header(&answer, "etag")), (200, tag(2).as_str()));
}

#[test]
fn not_everything_can_be_made_so() {
    let client = Client::new(Dialect::OASIS);
    let status = |client: &Client, url: &str| client.json("PUT", url, r#"{"Text":"a","Name":"a"}"#).status.as_u16();
    // Keys of the service's making, sets that only read, what others may do, services that do not offer it.
    assert_eq!(status(&client, &format!("Makers({})", id(9))), 404);
    assert_eq!(status(&client, &format!("Archive({})", id(9))), 405);
    assert_eq!(status(&client.as_caller(Caller::Reader), &blurb("en")), 403);
    let graph = Client::graph();
    assert_eq!(graph.json("PATCH", &blurb("en"), r#"{"Text":"a"}"#).status, 404);
    assert_eq!((client.double.changes(), graph.double.changes()), (0, 0));
}

#[test]
fn the_key_in_a_body_is_that_of_the_address() {
    let client = Client::new(Dialect::OASIS);
    let maker = client.maker(&[]);
    let patch = |client: &Client, body: &str| client.json("PATCH", &maker, body);
    let other = format!(r#"{{"ID":"{}","Name":"x"}}"#, id(5));
    expect![[r#"
        400
        "code":"BadRequest","message":"found another `ID` than that of the address, expected the same or none","target":"/ID""#]]
    .assert_eq(&show(&patch(&client, &other)));
    assert_eq!(patch(&client, &other.replace(&id(5), &id(1))).status, 200);
    // A replacement leaves out of account what it cannot replace, and so does Graph.
    assert_eq!(client.json("PUT", &maker, &other).status, 204);
    let graph = Client::graph();
    graph.maker(&[]);
    assert!(text(&patch(&graph, &other)).contains(&id(1)));
}

#[test]
fn the_tag_in_a_body_is_a_condition_of_4_01() {
    let client = Client::new(Dialect::OASIS);
    let maker = client.maker(&[]);
    let patch = |version: &str, tag: &str| {
        let body = format!(r#"{{"Name":"x","@odata.etag":"{}"}}"#, tag.replace('"', "\\\""));
        client.send("PATCH", &maker, &[JSON, ("odata-version", version)], &body)
    };
    assert_eq!(patch("4.01", &tag(7)).status, 412);
    assert_eq!(client.double.changes(), 0);
    assert_eq!(header(&patch("4.01", &tag(1)), "etag"), tag(2));
    assert_eq!(patch("4.01", "*").status, 200);
    assert_eq!(patch("4.0", &tag(7)).status, 200);
}

#[test]
fn bodies_are_written_as_their_version_has_it() {
    let client = Client::new(Dialect::OASIS);
    let post = |version: &str| {
        let headers = [JSON, ("odata-version", version)];
        client.send("POST", "Makers", &headers, r##"{"@type":"#shop.Maker","Name":"x"}"##)
    };
    assert_eq!(post("4.01").status, 201);
    expect![[r#"
        400
        "code":"BadRequest","message":"found `@type`, expected `@odata.type` in a body of OData 4.0","target":"/@type","details":[{"code":"BadRequest","message":"found `@type`, expected `@odata.type` in a body of OData 4.0","target":"/@type"}]"#]]
    .assert_eq(&show(&post("4.0")));
    assert_eq!(client.send("POST", "Makers", &[("content-type", "text/plain")], "x").status, 415);
    assert_eq!(Client::graph().send("POST", "Makers", &[("content-type", "text/plain")], "x").status, 400);
}
