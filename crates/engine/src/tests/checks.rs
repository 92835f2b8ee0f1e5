//! The order of checks: a request with several things wrong is told the first.

use expect_test::{Expect, expect};

use super::double::{Caller, id};
use super::{Client, header, show, text};
use crate::Dialect;

/// Everything that can be wrong with a change, each mended in turn.
#[test]
fn a_change_is_checked_in_order() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    let (bad, json) = ("{\"Name\":1}", ("content-type", "application/json"));
    let status = |caller: Caller, method: &str, url: &str, tag: &str, json: (&str, &str), body: &str| {
        client.as_caller(caller).send(method, url, &[("if-match", tag), json], body).status.as_u16()
    };
    let gone = format!("Makers({})", id(99));
    let (text, stale, current) = (("content-type", "text/plain"), super::tag(9), super::tag(1));
    for (caller, method, url, tag, content, body, expect) in [
        (Caller::Reader, "PUT", format!("{gone}?$top=x"), "x", text, bad, 405),
        (Caller::Reader, "PATCH", format!("{gone}?$top=x"), "x", text, bad, 400),
        (Caller::Reader, "PATCH", gone.clone(), "x", text, bad, 400),
        (Caller::Reader, "PATCH", gone.clone(), &*stale, text, bad, 403),
        (Caller::Owner, "PATCH", gone.clone(), &*stale, text, bad, 404),
        (Caller::Owner, "PATCH", maker.clone(), &*stale, text, bad, 400),
        (Caller::Owner, "PATCH", maker.clone(), &*stale, json, bad, 400),
        (Caller::Owner, "PATCH", maker.clone(), &*stale, json, "{}", 412),
        (Caller::Owner, "PATCH", maker.clone(), &*current, json, "{}", 200),
    ] {
        assert_eq!(status(caller, method, &url, tag, content, body), expect, "{method} {url} {tag} {content:?} {body}");
    }
}

#[test]
fn a_creation_is_checked_in_order() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    let (gone, here) = (format!("Makers({})/Reviews", id(99)), format!("{maker}/Reviews"));
    for (caller, method, url, content, body, expect) in [
        (Caller::Reader, "PATCH", format!("{gone}?$filter=x"), "text/plain", "[", 405),
        (Caller::Reader, "POST", format!("{gone}?$tpo=x"), "text/plain", "[", 400),
        (Caller::Reader, "POST", format!("{gone}?$filter=x"), "text/plain", "[", 400),
        (Caller::Reader, "POST", gone.clone(), "text/plain", "[", 403),
        (Caller::Owner, "POST", gone.clone(), "text/plain", "[", 404),
        (Caller::Owner, "POST", here.clone(), "text/plain", "[", 400),
        (Caller::Owner, "POST", here.clone(), "application/json", "[", 400),
        (Caller::Owner, "POST", here.clone(), "application/json", "{}", 201),
    ] {
        let answer = client.as_caller(caller).send(method, &url, &[("content-type", content)], body);
        assert_eq!(answer.status.as_u16(), expect, "{method} {url} {content} {body}");
    }
    assert_eq!(client.double.changes(), 1);
}

#[test]
fn a_page_that_is_too_large_is_malformed_before_it_is_forbidden_or_missing() {
    let client = Client::graph();
    let url = format!("Makers({})/Reviews", id(99));
    assert_eq!(client.get(&format!("{url}?$top=1000")).status, 400);
    assert_eq!(client.get(&url).status, 404);
}

type Told<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

fn check(requests: &[Told<'_>], expect: &Expect) {
    let client = Client::graph();
    client.maker(&[]);
    let told = requests.iter().map(|(method, url, headers)| {
        format!("{method} {url} {headers:?}\n{}\n", show(&client.send(method, url, headers, "{}")))
    });
    expect.assert_eq(&told.collect::<String>());
}

#[test]
fn problems_are_told() {
    let item = format!("Makers({})", id(1));
    check(
        &[
            ("GET", "Mkers", &[]),
            ("GET", "Makers/x", &[]),
            ("GET", "Makers/%zz", &[]),
            ("GET", "Makers?$select=Nmae", &[]),
            ("GET", "Makers?$filter=Name eq 'a'", &[]),
            ("GET", "Makers", &[("accept", "text/html")]),
            ("GET", "Makers/$count", &[("accept", "text/plain")]),
            ("GET", "Makers", &[("odata-maxversion", "3.0")]),
            ("GET", "Makers/x", &[("odata-maxversion", "4.01")]),
            ("POST", "Makers", &[]),
            ("POST", "Makers", &[("content-type", "text/plain")]),
            ("DELETE", "Makers", &[]),
            ("DELETE", &format!("{item}?$select=Name"), &[]),
            ("GET", &format!("{item}?$top=1"), &[]),
            ("GET", &format!("{item}/Name"), &[]),
            ("GET", "", &[]),
        ],
        &expect![[r#"
            GET Mkers []
            400
            "code":"BadRequest","message":"Resource not found for the segment 'Mkers'. Did you mean `Makers`?"
            GET Makers/x []
            400
            "code":"BadRequest","message":"found a key that does not fit, `Maker` is keyed by `ID` (Edm.Guid)"
            GET Makers/%zz []
            400
            "code":"BadRequest","message":"found `%`, expected two hexadecimal digits after it in the URL"
            GET Makers?$select=Nmae []
            400
            "code":"RequestBroker--ParseUri","message":"Could not find a property named 'Nmae' on type 'shop.Maker'. Did you mean `Name`?","target":"$select"
            GET Makers?$filter=Name eq 'a' []
            200
            {"@odata.context":"~/$metadata#Makers","value":[]}
            GET Makers [("accept", "text/html")]
            406
            "code":"notAcceptable","message":"the requested format is not available: the answer is `application/json`; expected the header `Accept` to admit it","target":"Accept"
            GET Makers/$count [("accept", "text/plain")]
            200
            1
            GET Makers [("odata-maxversion", "3.0")]
            406
            "code":"notAcceptable","message":"found `3.0` in the header `OData-MaxVersion`, expected `4.0`, `4.01` or later","target":"OData-MaxVersion"
            GET Makers/x [("odata-maxversion", "4.01")]
            400 odata-version: 4.01;
            "code":"BadRequest","message":"found a key that does not fit, `Maker` is keyed by `ID` (Edm.Guid)"
            POST Makers []
            400
            "code":"BadRequest","message":"Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.","target":"Content-Type"
            POST Makers [("content-type", "text/plain")]
            400
            "code":"BadRequest","message":"Entity only allows writes with a JSON Content-Type header.","target":"Content-Type"
            DELETE Makers []
            405 allow: GET, HEAD, POST;
            "code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD, POST."
            DELETE Makers(00000000-0000-0000-0000-000000000001)?$select=Name []
            400
            "code":"BadRequest","message":"the query option `$select` does not apply here, expected `$format` or `$schemaversion`","target":"$select"
            GET Makers(00000000-0000-0000-0000-000000000001)?$top=1 []
            400
            "code":"BadRequest","message":"the query option `$top` does not apply here, expected `$compute`, `$expand`, `$format`, `$schemaversion` or `$select`","target":"$top"
            GET Makers(00000000-0000-0000-0000-000000000001)/Name []
            200 etag: W/"0000000000000001";
            {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Name","value":"Ada"}
            GET  []
            200 etag: W/"5dad71a27ddd0f78"; odata-version: 4.0;
            {"@odata.context":"~/$metadata","value":[{"name":"Articles","title":"What the shop sells","kind":"EntitySet","url":"Articles"},{"name":"Makers","title":"Who makes the articles","kind":"EntitySet","url":"Makers"},{"name":"Blurbs","title":"What is said of articles, by language","kind":"EntitySet","url":"Blurbs"},{"name":"Pictures","title":"Pictures with their bytes","kind":"EntitySet","url":"Pictures"},{"name":"Archive","title":"Makers of old, to be read only","kind":"EntitySet","url":"Archive"},{"name":"Shop","title":"The shop itself","kind":"Singleton","url":"Shop"},{"name":"Bestseller","title":"The article sold most","kind":"Singleton","url":"Bestseller"},{"name":"Top","title":"The dearest articles","kind":"FunctionImport","url":"Top"},{"name":"Totals","title":"Figures over all articles","kind":"FunctionImport","url":"Totals"}]}
        "#]],
    );
}

#[test]
fn an_entity_is_found_by_its_id() {
    let client = Client::graph();
    let maker = client.maker(&[]);
    for id in [maker.clone(), format!("/v1/{maker}"), format!("http://a.example/v1/{maker}")] {
        let answer = client.get(&format!("$entity?$id={id}&$select=Name"));
        assert_eq!(answer.status, 200, "{id}");
        assert!(text(&answer).ends_with(r#""Name":"Ada"}"#), "{}", text(&answer));
    }
    for (query, expect) in [("", 400), ("?$id=Makers", 400), ("?$id=http://b.example/v1/Makers(1)", 400)] {
        assert_eq!(client.get(&format!("$entity{query}")).status.as_u16(), expect, "{query}");
    }
    assert_eq!(client.get(&format!("{maker}?$id={maker}")).status, 400);
}

#[test]
fn choices_of_the_service() {
    let chosen = Client::new(Dialect { ids: true, positions: true, ..Dialect::OASIS });
    let usual = Client::new(Dialect::OASIS);
    for client in [&chosen, &usual] {
        client.maker(&[(4, None), (5, None), (3, None)]);
    }
    let maker = format!("Makers({})", id(1));
    let url = format!("{maker}/Reviews");
    let told = |client: &Client, url: &str, headers: &[(&str, &str)]| {
        let answer = client.send("GET", url, headers, "");
        let body = text(&answer);
        let count = |part: &str| body.matches(part).count();
        (answer.status.as_u16(), count("\"@odata.id\":"), count("\"@odata.index\":2,"), count("@odata.index"))
    };
    assert_eq!(told(&chosen, &maker, &[]), (200, 1, 0, 0));
    assert_eq!(told(&usual, &maker, &[]), (200, 0, 0, 0));
    assert_eq!(told(&chosen, &format!("{url}?$index&$skip=1"), &[]), (200, 2, 1, 2));
    assert_eq!(told(&chosen, &format!("{url}?$index"), &[("prefer", "maxpagesize=1")]), (200, 3, 1, 3));
    assert_eq!(told(&chosen, &format!("{url}?$index"), &[("accept", "application/json;odata.metadata=none")]).3, 0);
    assert_eq!(told(&usual, &format!("{url}?$index"), &[]).0, 400);
    let refused = |url: &str, headers: &[(&str, &str)]| text(&chosen.send("GET", url, headers, ""));
    assert!(refused(&format!("{url}?$index=1"), &[]).contains("`$index` does not apply here"));
    assert!(refused(&format!("{maker}?$index"), &[]).contains("$index query option is not applicable"));
    assert!(refused(&format!("{url}?$index"), &[("odata-maxversion", "4.0")]).contains("unknown query option"));
    for (client, status) in [(&usual, 415), (&Client::graph(), 400)] {
        let answer = client.send("POST", "Makers", &[("content-type", "text/plain")], "x");
        assert_eq!(answer.status, status);
        assert!(text(&answer).contains("Content-Type"));
    }
    assert_eq!(header(&usual.get(&url), "vary"), "Accept, OData-MaxVersion, Prefer");
}

#[test]
fn a_filter_without_a_value_says_nothing_where_nothing_is_changed() {
    for (dialect, lenient) in [(Dialect::GRAPH, true), (Dialect::OASIS, false)] {
        let client = Client::new(dialect);
        let maker = client.maker(&[(3, Some("good")), (4, None)]);
        let reviews = format!("{maker}/Reviews");
        let check = |method: &str, url: &str, expect: u16| {
            let status = client.json(method, url, "").status.as_u16();
            assert_eq!(status, expect, "{method} {url}");
        };
        let read = if lenient { 200 } else { 400 };
        for option in ["$filter=", "$filter", "filter=&$top=1"] {
            check("GET", &format!("{reviews}?{option}"), read);
        }
        check("GET", &format!("{reviews}/$count?$filter="), read);
        check("GET", &format!("{reviews}?$filter=%20"), 400);
        check("GET", &format!("{reviews}?$filter=&$filter=Stars%20eq%203"), 400);
        let others = "orderby select search expand top skip count skiptoken apply compute format fliter";
        for option in others.split(' ').map(|name| format!("${name}=")) {
            check("GET", &format!("{reviews}?{option}"), 400);
        }
        // All would go.
        check("DELETE", &format!("{reviews}/$each?$filter="), 400);
        check("DELETE", &format!("{reviews}/$filter()/$each"), 400);
        assert_eq!(text(&client.get(&format!("{reviews}/$count"))), "2");
    }
}
