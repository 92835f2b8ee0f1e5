//! Conditional requests, and changes that others race.

use expect_test::expect;

use super::double::id;
use super::{Client, header, show, tag};

#[test]
fn reading_what_one_has() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    let status = |name: &str, value: &str| client.send("GET", &maker, &[(name, value)], "").status.as_u16();
    for (value, expect) in [
        (tag(1), 304),
        (tag(1).trim_start_matches("W/").to_owned(), 304),
        ("*".to_owned(), 304),
        (format!("\"x\", {}", tag(1)), 304),
        (tag(2), 200),
        ("nonsense".to_owned(), 400),
    ] {
        assert_eq!(status("if-none-match", &value), expect, "{value}");
    }
    assert_eq!(status("if-match", &tag(1)), 200);
    assert_eq!(status("if-match", &tag(2)), 412);
    let unchanged = client.send("GET", &maker, &[("if-none-match", "*")], "");
    assert_eq!(show(&unchanged), format!("304 etag: {};", tag(1)));
}

#[test]
fn changing_what_one_read() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    let patch = |name: &str, value: &str| {
        let headers = [("content-type", "application/json"), (name, value)];
        client.send("PATCH", &maker, &headers, r#"{"Name":"x"}"#)
    };
    assert_eq!(patch("if-match", &tag(2)).status, 412);
    assert_eq!(patch("if-none-match", "*").status, 412);
    assert_eq!(patch("if-match", "x").status, 400);
    assert_eq!(client.double.changes(), 0);
    let changed = patch("if-match", &format!("{}, {}", tag(7), tag(1)));
    assert_eq!((changed.status.as_u16(), header(&changed, "etag")), (200, tag(2).as_str()));
    assert_eq!(patch("if-match", &tag(1)).status, 412);
    assert_eq!(patch("if-match", "*").status, 200);
    expect![[r#"
        412
        "code":"resourceModified","message":"the resource is not what `If-Match` presumes: it has changed since it was read, or has no tag; read it again and repeat the change","target":"If-Match""#]].assert_eq(&show(&patch("if-match", &tag(1))));
    let delete = |value: &str| client.send("DELETE", &maker, &[("if-match", value)], "").status;
    assert_eq!(delete(&tag(1)), 412);
    assert_eq!(delete(&tag(3)), 204);
    assert_eq!(delete(&tag(3)), 404);
}

#[test]
fn a_change_that_others_race_is_tried_again() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    client.double.conflict(3);
    let changed = client.json("PATCH", &maker, r#"{"Name":"x"}"#);
    // Three times someone was faster, the fourth time it was changed.
    assert_eq!((changed.status.as_u16(), header(&changed, "etag")), (200, tag(5).as_str()));
    assert_eq!(client.double.changes(), 1);

    client.double.conflict(1);
    let headers = [("content-type", "application/json"), ("if-match", &*tag(5))];
    assert_eq!(client.send("PATCH", &maker, &headers, r#"{"Name":"y"}"#).status, 412);

    client.double.conflict(u32::MAX);
    expect![[r#"
        503 retry-after: 1;
        "code":"serviceNotAvailable","message":"too many others are changing the same resource; try again""#]]
    .assert_eq(&show(&client.json("PATCH", &maker, r#"{"Name":"z"}"#)));
    assert_eq!(client.double.changes(), 1);
}

#[test]
fn a_deletion_goes_through_unless_it_presumes_a_version() {
    let client = Client::graph();
    let (first, second) = (client.maker(&[]), client.maker(&[]));
    client.double.conflict(1);
    assert_eq!(client.send("DELETE", &first, &[], "").status, 204);
    client.double.conflict(1);
    assert_eq!(client.send("DELETE", &second, &[("if-match", &tag(1))], "").status, 412);
    client.double.conflict(2);
    assert_eq!(client.send("DELETE", &second, &[("if-match", "*")], "").status, 204);
    let third = client.maker(&[]);
    client.double.conflict(1);
    assert_eq!(client.send("DELETE", &third, &[("if-none-match", &tag(2))], "").status, 412);
}

#[test]
fn lists_have_no_tags() {
    let client = Client::graph();
    let maker = client.maker(&[(1, None)]);
    for url in ["Makers".to_owned(), format!("{maker}/Reviews"), "Shop".to_owned()] {
        assert_eq!(header(&client.get(&url), "etag"), "", "{url}");
    }
    let list = client.send("GET", "Makers", &[("if-none-match", &tag(1))], "");
    assert_eq!(list.status, 200);
    assert_eq!(client.send("GET", "Makers", &[("if-none-match", "nonsense")], "").status, 400);
    assert_eq!(client.send("GET", "Shop", &[("if-match", &tag(1))], "").status, 412);
    let item = client.get(&format!("{maker}/Reviews({})", id(2)));
    assert_eq!(header(&item, "etag"), tag(1));
}
