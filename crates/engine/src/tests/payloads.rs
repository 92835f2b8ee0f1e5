//! What is in an answer: contexts, selections, what is expanded.

use edm::testing::{ARTICLE, sample};
use expect_test::{Expect, expect};

use super::double::id;
use super::{Client, show};

fn check(client: &Client, urls: &[&str], expect: &Expect) {
    let told = urls.iter().map(|url| format!("{url}\n{}\n", show(&client.get(url))));
    expect.assert_eq(&told.collect::<String>());
}

#[test]
fn contexts_and_selections() {
    let client = Client::graph();
    client.maker(&[(3, Some("ok"))]);
    let maker = &*format!("makers/{}", id(1));
    check(
        &client,
        &[
            "Makers",
            "Makers?$select=name",
            maker,
            &format!("{maker}?$select=NAME,ID"),
            &format!("{maker}?$select=*"),
            &format!("{maker}?$select=Reviews"),
            &format!("{maker}/Reviews({})?$select=Text", id(2)),
            &format!("{maker}/reviews?$count=true"),
            &format!("{maker}/Articles"),
            "Shop",
            "Shop?$select=Head/City,Name",
        ],
        &expect![[""]],
    );
}

#[test]
fn expanded_collections() {
    let client = Client::graph();
    client.maker(&[(3, Some("b")), (1, None), (2, Some("a"))]);
    let maker = &*format!("Makers({})", id(1));
    check(
        &client,
        &[
            &format!("{maker}?$expand=Reviews"),
            &format!("{maker}?$expand=Reviews($select=Stars;$orderby=Stars desc;$top=2;$count=true)&$select=Name"),
            &format!("{maker}?$expand=Reviews($select=Text;$orderby=Text;$skip=1)&$select=ID"),
            &format!("{maker}?$expand=Reviews($top=0)&$select=ID"),
            &format!("{maker}?$expand=Reviews($skip=9),Articles&$select=ID"),
        ],
        &expect![[""]],
    );
}

#[test]
fn expanded_entities_and_inlined_collections() {
    let client = Client::graph();
    let article = format!("Articles({})", id(client.double.add("Articles", sample(&ARTICLE, 1))));
    let without = format!("{article}?$select=ID&$expand=Maker($select=Name)");
    check(&client, &[&without], &expect![[""]]);
    client.maker(&[]);
    check(
        &client,
        &[
            &without,
            &format!("{article}?$select=ID,Badges"),
            &format!("{article}?$select=ID,Reviews"),
            &format!("{article}?$select=ID&$expand=Maker,Badges"),
        ],
        &expect![[""]],
    );
}

#[test]
fn nothing_asked_for_is_left_out_silently() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    check(
        &client,
        &[
            "Makers?$expand=Reviews",
            &format!("{maker}?$expand=Articles($expand=Reviews)"),
            "Makers?$skiptoken=x",
            "Makers?$skiptoken=x&$skip=1",
        ],
        &expect![[""]],
    );
    let created = client.json("POST", "Makers?$expand=Reviews", r#"{"Name":"a"}"#);
    assert_eq!((created.status.as_u16(), client.double.changes()), (501, 0));
    let created = client.json("POST", "Makers?$select=Name", r#"{"Name":"a"}"#);
    expect![[""]].assert_eq(&show(&created));
    let changed = client.json("PATCH", &format!("{maker}?$expand=Reviews&$select=Name"), r#"{"Name":"b"}"#);
    expect![[""]].assert_eq(&show(&changed));
}

#[test]
fn errors_are_whole() {
    let client = Client::graph();
    let answer = client.get(&format!("Makers({})", id(9)));
    assert_eq!(super::header(&answer, "content-type"), "application/json");
    expect![[""]].assert_eq(&super::text(&answer));
    let answer = client.json("POST", "Makers", r#"{"Nmae":"a","ID":1}"#);
    expect![[""]].assert_eq(&super::text(&answer));
}
