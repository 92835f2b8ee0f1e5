//! Delta links: what became of a collection since it was read.

use expect_test::expect;
use http::Method;

use super::double::{Caller, id};
use super::{Client, ROOT, header, show, text};
use crate::{Dialect, Response};

const TRACK: (&str, &str) = ("prefer", "track-changes");
const V4: (&str, &str) = ("odata-maxversion", "4.0");
const V401: (&str, &str) = ("odata-maxversion", "4.01");

/// The link of that name in an answer.
fn link(response: &Response, name: &str) -> Option<String> {
    let body = text(response);
    let (_, rest) = body.split_once(&format!("\"@odata.{name}\":\""))?;
    rest.split('"').next().map(str::to_owned)
}

/// Status, version and body, without the tokens.
fn tell(response: &Response) -> String {
    let mut out = show(response);
    while let Some((before, after)) = out.split_once("token=") {
        let rest = after.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter));
        out = format!("{before}token:…{rest}");
    }
    out
}

impl Client {
    pub(super) fn makers(&self, names: &[&str]) {
        for name in names {
            self.json("POST", "Makers", &format!(r#"{{"Name":"{name}"}}"#));
        }
    }

    fn changed(&self, link: &str, headers: &[(&str, &str)]) -> Response {
        self.send(Method::GET.as_str(), link, headers, "")
    }
}

#[test]
fn what_changed_is_told_once_in_order() {
    let client = Client::new(Dialect::OASIS);
    client.makers(&["a", "b", "c"]);
    let first = client.send("GET", "Makers", &[TRACK], "");
    assert_eq!(header(&first, "preference-applied"), "odata.track-changes");
    let delta = link(&first, "deltaLink").unwrap();
    expect![[r#"
        200 odata-version: 4.01;
        {"@odata.context":"~/$metadata#Makers/$delta","@odata.deltaLink":"~/Makers?$deltatoken:…","value":[]}"#]]
    .assert_eq(&tell(&client.get(&delta)));
    client.json("PATCH", &format!("Makers({})", id(1)), r#"{"Name":"A"}"#);
    client.json("DELETE", &format!("Makers({})", id(2)), "");
    client.makers(&["d"]);
    client.json("PATCH", &format!("Makers({})", id(1)), r#"{"Name":"AA"}"#);
    let second = client.get(&delta);
    expect![[r#"
        200 odata-version: 4.01;
        {"@odata.context":"~/$metadata#Makers/$delta","@odata.deltaLink":"~/Makers?$deltatoken:…","value":[{"@odata.removed":{"reason":"deleted"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000002)","ID":"00000000-0000-0000-0000-000000000002"},{"@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000004","Name":"d"},{"@odata.etag":"W/\"0000000000000003\"","ID":"00000000-0000-0000-0000-000000000001","Name":"AA"}]}"#]]
    .assert_eq(&tell(&second));
    let next = link(&second, "deltaLink").unwrap();
    assert!(text(&client.get(&next)).ends_with("\"value\":[]}"));
    // The same link says the same, and more as time goes on.
    client.makers(&["e"]);
    assert_eq!(text(&client.get(&delta)).matches("\"Name\"").count(), 3);
    assert_eq!(text(&client.get(&next)).matches("\"Name\"").count(), 1);
}

#[test]
fn entities_that_are_gone_as_each_version_has_it() {
    let client = Client::new(Dialect::OASIS);
    client.makers(&["a", "b"]);
    let delta =
        link(&client.send("GET", "Makers?$filter=Name lt 'm'&$select=Name", &[TRACK], ""), "deltaLink").unwrap();
    client.json("DELETE", &format!("Makers({})", id(1)), "");
    client.json("PATCH", &format!("Makers({})", id(2)), r#"{"Name":"z"}"#);
    client.makers(&["c", "y"]);
    expect![[r#"
        200
        {"@odata.context":"~/$metadata#Makers(Name)/$delta","@odata.deltaLink":"~/Makers?$filter=Name lt 'm'&$select=Name&$deltatoken:…","value":[{"@odata.context":"~/$metadata#Makers/$deletedEntity","id":"~/Makers(00000000-0000-0000-0000-000000000001)","reason":"deleted"},{"@odata.context":"~/$metadata#Makers/$deletedEntity","id":"~/Makers(00000000-0000-0000-0000-000000000002)","reason":"changed"},{"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000003)","@odata.etag":"W/\"0000000000000001\"","Name":"c"},{"@odata.context":"~/$metadata#Makers/$deletedEntity","id":"~/Makers(00000000-0000-0000-0000-000000000004)","reason":"changed"}]}"#]].assert_eq(&tell(&client.changed(&delta, &[V4])));
    expect![[r#"
        200 odata-version: 4.01;
        {"@odata.context":"~/$metadata#Makers(Name)/$delta","@odata.deltaLink":"~/Makers?$filter=Name lt 'm'&$select=Name&$deltatoken:…","value":[{"@odata.removed":{"reason":"deleted"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000001)","ID":"00000000-0000-0000-0000-000000000001"},{"@odata.removed":{"reason":"changed"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000002)","ID":"00000000-0000-0000-0000-000000000002"},{"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000003)","@odata.etag":"W/\"0000000000000001\"","Name":"c"},{"@odata.removed":{"reason":"changed"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000004)","ID":"00000000-0000-0000-0000-000000000004"}]}"#]].assert_eq(&tell(&client.changed(&delta, &[V401])));
    let none = [V401, ("accept", "application/json;odata.metadata=none")];
    expect![[r#"
        200 odata-version: 4.01;
        {"@odata.deltaLink":"~/Makers?$filter=Name lt 'm'&$select=Name&$deltatoken:…","value":[{"@odata.removed":{"reason":"deleted"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000001)","ID":"00000000-0000-0000-0000-000000000001"},{"@odata.removed":{"reason":"changed"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000002)","ID":"00000000-0000-0000-0000-000000000002"},{"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000003)","Name":"c"},{"@odata.removed":{"reason":"changed"},"@odata.id":"~/Makers(00000000-0000-0000-0000-000000000004)","ID":"00000000-0000-0000-0000-000000000004"}]}"#]].assert_eq(&tell(&client.changed(&delta, &none)));
}

#[test]
fn each_entity_says_once_where_it_is() {
    let client = Client::new(Dialect { ids: true, positions: true, ..Dialect::OASIS });
    let delta = link(&client.send("GET", "Makers?$select=Name", &[TRACK], ""), "deltaLink").unwrap();
    client.makers(&["a"]);
    assert_eq!(text(&client.get(&delta)).matches("\"@odata.id\"").count(), 1);
    // Changes have no positions.
    assert!(link(&client.send("GET", "Makers?$index", &[TRACK], ""), "deltaLink").is_none());
}

#[test]
fn changes_come_in_pages_and_are_counted() {
    let client = Client::new(Dialect::OASIS);
    let delta = link(&client.send("GET", "Makers?$count=true&$select=Name", &[TRACK], ""), "deltaLink").unwrap();
    client.makers(&["a", "b", "c"]);
    let small = ("prefer", "maxpagesize=2");
    let first = client.changed(&delta, &[small]);
    assert_eq!(header(&first, "preference-applied"), "maxpagesize=2");
    assert!(text(&first).contains("\"@odata.count\":3") && link(&first, "deltaLink").is_none());
    let second = client.changed(&link(&first, "nextLink").unwrap(), &[small]);
    assert_eq!(text(&second).matches("\"Name\"").count(), 1);
    let last = link(&second, "deltaLink").unwrap();
    assert_eq!(text(&client.get(&delta.replacen("?", "/$count?", 1))), "3");
    assert_eq!(text(&client.get(&last.replacen("?", "/$count?", 1))), "0");
}

#[test]
fn the_link_comes_with_the_last_page_and_tells_from_the_first() {
    let client = Client::new(Dialect::OASIS);
    client.makers(&["a", "b", "c"]);
    let first = client.send("GET", "Makers", &[("prefer", "track-changes, maxpagesize=2")], "");
    assert!(link(&first, "deltaLink").is_none());
    client.json("PATCH", &format!("Makers({})", id(1)), r#"{"Name":"A"}"#);
    let last = client.get(&link(&first, "nextLink").unwrap());
    assert!(text(&client.get(&link(&last, "deltaLink").unwrap())).contains("\"Name\":\"A\""));
}

#[test]
fn links_are_given_where_they_can_be_kept() {
    let client = Client::new(Dialect::OASIS);
    let maker = client.maker(&[(1, None)]);
    for url in [
        "Makers?$top=5",
        "Makers?$skip=1",
        "Makers?$expand=Reviews",
        "Makers?$filter=Reviews/any(r:r/Stars gt 1)",
        "Blurbs",
        "Makers/$ref",
        &format!("{maker}/Reviews"),
    ] {
        let answer = client.send("GET", url, &[TRACK], "");
        assert!(answer.status == 200 && link(&answer, "deltaLink").is_none(), "{url}");
        assert_eq!(header(&answer, "preference-applied"), "", "{url}");
    }
}

#[test]
fn tokens_are_for_one_caller_and_one_query() {
    let client = Client::new(Dialect::OASIS);
    client.makers(&["a"]);
    let delta = link(&client.send("GET", "Makers?$select=Name", &[TRACK], ""), "deltaLink").unwrap();
    let token = delta.split_once("$deltatoken=").unwrap().1;
    let status = |url: &str| client.get(url).status.as_u16();
    assert_eq!(status(&delta), 200);
    assert_eq!(client.as_caller(Caller::Other).get(&delta).status, 400);
    assert_eq!(status(&format!("Makers?$deltatoken={token}")), 400);
    assert_eq!(status(&format!("Makers?$select=Name&$skiptoken={token}")), 400);
    assert_eq!(status("Makers?$deltatoken=x"), 400);
    assert_eq!(status(&format!("Makers({})?$deltatoken={token}", id(1))), 400);
    assert_eq!((status(&format!("{delta}&$skip=1")), status(&format!("{delta}&$skiptoken=x"))), (400, 400));
    client.makers(&["b"]);
    client.double.forget();
    let late = client.get(&delta);
    assert_eq!((late.status.as_u16(), header(&late, "location")), (410, &*format!("{ROOT}/Makers?$select=Name")));
}
