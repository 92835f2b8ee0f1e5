//! Paths that come again mean the same, and say nothing of who asked or what was there.

use expect_test::expect;
use proptest::prelude::*;

use super::double::Caller;
use super::{Client, show};
use crate::Tag;

#[test]
fn what_a_path_leads_to_is_asked_each_time() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    let before = show(&client.get(&maker));
    assert!(before.starts_with("200"), "{before}");
    assert_eq!(show(&client.get(&maker)), before);
    assert_eq!(client.as_caller(Caller::Reader).json("PATCH", &maker, r#"{"Name":"Bea"}"#).status, 403);
    assert_eq!(client.json("PATCH", &maker, r#"{"Name":"Bea"}"#).status, 200);
    assert_ne!(show(&client.get(&maker)), before);
    assert_eq!(client.send("DELETE", &maker, &[], "").status, 204);
    assert_eq!(client.get(&maker).status, 404);
}

#[test]
fn an_alias_in_a_path_is_looked_up_each_time() {
    let client = Client::graph();
    let (one, other) = (client.maker(&[]), client.maker(&[]));
    let key = |path: &str| path.trim_start_matches("Makers(").trim_end_matches(')').to_owned();
    let by_alias = |path: &str| client.get(&format!("Makers(@key)?@key={}", key(path)));
    assert_eq!(show(&by_alias(&one)), show(&client.get(&one)));
    assert_eq!(show(&by_alias(&other)), show(&client.get(&other)));
    assert_ne!(show(&by_alias(&one)), show(&by_alias(&other)));
}

#[test]
fn what_lies_within_an_entity_comes_whole_and_is_not_aggregated() {
    let client = Client::graph();
    let article = format!("{}/Articles({})", client.maker(&[]), super::double::id(7));
    let count = "$apply=aggregate($count as n)";
    for (url, status) in [
        (format!("Depots?{count}"), 501),
        (format!("Depots/$count?{count}"), 501),
        ("Depots?$skiptoken=x".to_owned(), 400),
        ("Tags?$skiptoken=x".to_owned(), 400),
        ("Tags".to_owned(), 404),
    ] {
        assert_eq!(client.get(&format!("{article}/{url}")).status, status, "{url}");
    }
}

#[test]
fn what_means_nothing_is_told_each_time() {
    let client = Client::graph();
    let twice = [client.get("Mkers"), client.get("Mkers")].map(|response| show(&response));
    assert_eq!(twice[0], twice[1]);
    expect![[r#"
        400
        "code":"BadRequest","message":"Resource not found for the segment 'Mkers'. Did you mean `Makers`?""#]]
    .assert_eq(&twice[1]);
}

proptest! {
    #[test]
    fn a_tag_has_sixteen_digits(tag: u64) {
        prop_assert_eq!(Tag(tag).to_string(), format!("{tag:016x}"));
    }
}
