//! Which method is offered where.

use expect_test::{Expect, expect};

use super::double::{Caller, id};
use super::{Client, header, now, show, tag, text};
use crate::{Changed, Dialect};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "MERGE"];

/// What each method gets at each address: its status, and for those not offered what is.
fn check(dialect: &Dialect, expect: &Expect) {
    let mut table = String::new();
    for address in [
        "Makers",
        "Makers/$count",
        "Makers/$ref",
        "Makers/ID",
        "Makers/ID/Reviews",
        "Makers/ID/Reviews/$ref",
        "Makers/ID/Reviews/$count",
        "Archive",
        "Archive/ID",
        "Shop",
        "Shop/Name",
        "Shop/$ref",
        "",
    ] {
        let mut line = format!("{address:24}");
        let mut allow = String::new();
        for method in METHODS {
            let client = Client::new(dialect.clone());
            client.maker(&[]);
            let answer = client.json(method, &address.replace("ID", &id(1)), "{\"Name\":\"a\"}");
            line += &format!(" {}", answer.status.as_u16());
            if answer.status == 405 {
                allow = header(&answer, "allow").to_owned();
            }
        }
        table += &format!("{line}  {allow}\n");
    }
    expect.assert_eq(&(METHODS.join(" ") + "\n" + &table));
}

#[test]
fn as_graph_offers_them() {
    check(
        &Dialect::GRAPH,
        &expect![[r#"
            GET HEAD POST PATCH PUT DELETE OPTIONS MERGE
            Makers                   200 200 201 405 405 405 204 501  GET, HEAD, POST
            Makers/$count            200 200 405 405 405 405 204 501  GET, HEAD
            Makers/$ref              200 200 405 405 405 405 204 501  GET, HEAD
            Makers/ID                200 200 405 200 405 204 204 501  GET, HEAD, PATCH, DELETE
            Makers/ID/Reviews        200 200 400 405 405 405 204 501  GET, HEAD, POST
            Makers/ID/Reviews/$ref   200 200 400 405 405 405 204 501  GET, HEAD, POST
            Makers/ID/Reviews/$count 200 200 405 405 405 405 204 501  GET, HEAD
            Archive                  200 200 405 405 405 405 204 501  GET, HEAD
            Archive/ID               404 404 405 405 405 405 204 501  GET, HEAD
            Shop                     200 200 405 200 405 405 204 501  GET, HEAD, PATCH
            Shop/Name                200 200 405 400 400 400 204 501  GET, HEAD, PUT, PATCH, DELETE
            Shop/$ref                200 200 405 405 405 405 204 501  GET, HEAD
                                     200 200 405 405 405 405 204 501  GET, HEAD
        "#]],
    );
}

#[test]
fn as_oasis_offers_them() {
    check(
        &Dialect::OASIS,
        &expect![[r#"
            GET HEAD POST PATCH PUT DELETE OPTIONS MERGE
            Makers                   200 200 201 405 405 405 204 501  GET, HEAD, POST
            Makers/$count            200 200 405 405 405 405 204 501  GET, HEAD
            Makers/$ref              200 200 405 405 405 405 204 501  GET, HEAD
            Makers/ID                200 200 405 200 204 204 204 501  GET, HEAD, PATCH, DELETE, PUT
            Makers/ID/Reviews        200 200 400 405 405 405 204 501  GET, HEAD, POST
            Makers/ID/Reviews/$ref   200 200 400 405 405 405 204 501  GET, HEAD, POST
            Makers/ID/Reviews/$count 200 200 405 405 405 405 204 501  GET, HEAD
            Archive                  200 200 405 405 405 405 204 501  GET, HEAD
            Archive/ID               404 404 405 405 405 405 204 501  GET, HEAD
            Shop                     200 200 405 200 204 405 204 501  GET, HEAD, PATCH, PUT
            Shop/Name                200 200 405 400 400 400 204 501  GET, HEAD, PUT, PATCH, DELETE
            Shop/$ref                200 200 405 405 405 405 204 501  GET, HEAD
                                     200 200 405 405 405 405 204 501  GET, HEAD
        "#]],
    );
}

#[test]
fn a_life() {
    let client = Client::graph();
    let mut told = String::new();
    let mut tell = |method: &str, url: &str, body: &str| {
        told += &format!("{method} {url}\n{}\n\n", show(&client.json(method, url, body)));
    };
    let maker = format!("Makers({})", id(1));
    tell("POST", "makers", r#"{"name":"Ada","ID":"ignored"}"#);
    tell("GET", &maker, "");
    tell("PATCH", &maker, r#"{"NAME":"Grace"}"#);
    tell("POST", &format!("{maker}/Reviews"), r#"{"Text":"good"}"#);
    tell("POST", &format!("{maker}/Reviews/$ref"), r#"{"Stars":1}"#);
    tell("POST", &format!("{maker}/Reviews/$ref"), r#"{"@odata.id":"Reviews(1)"}"#);
    tell("POST", &format!("{maker}/Reviews"), r#"{"@odata.id":"Reviews(1)"}"#);
    tell("PATCH", &maker, r#"{"@odata.id":"Makers(1)"}"#);
    tell("GET", &format!("{maker}/Reviews/$count"), "");
    tell("DELETE", &maker, "");
    tell("DELETE", &maker, "");
    tell("GET", &maker, "");
    tell("PATCH", &maker, "{}");
    expect![[r#"
        POST makers
        201 etag: W/"0000000000000001"; location: http://a.example/v1/Makers(00000000-0000-0000-0000-000000000001);
        {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}

        GET Makers(00000000-0000-0000-0000-000000000001)
        200 etag: W/"0000000000000001";
        {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Ada"}

        PATCH Makers(00000000-0000-0000-0000-000000000001)
        200 etag: W/"0000000000000002";
        {"@odata.context":"~/$metadata#Makers/$entity","@odata.etag":"W/\"0000000000000002\"","ID":"00000000-0000-0000-0000-000000000001","Name":"Grace"}

        POST Makers(00000000-0000-0000-0000-000000000001)/Reviews
        201 etag: W/"0000000000000001"; location: http://a.example/v1/Makers(00000000-0000-0000-0000-000000000001)/Reviews(00000000-0000-0000-0000-000000000002);
        {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000002","Stars":5,"Text":"good"}

        POST Makers(00000000-0000-0000-0000-000000000001)/Reviews/$ref
        201 etag: W/"0000000000000001"; location: http://a.example/v1/Makers(00000000-0000-0000-0000-000000000001)/Reviews(00000000-0000-0000-0000-000000000003);
        {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews/$entity","@odata.etag":"W/\"0000000000000001\"","ID":"00000000-0000-0000-0000-000000000003","Stars":1,"Text":null}

        POST Makers(00000000-0000-0000-0000-000000000001)/Reviews/$ref
        400
        "code":"BadRequest","message":"found only a reference; the collection contains its entities and takes none from elsewhere, expected an entity to create","target":"/@odata.id"

        POST Makers(00000000-0000-0000-0000-000000000001)/Reviews
        400
        "code":"BadRequest","message":"found only a reference, expected an entity to create","target":"/@odata.id"

        PATCH Makers(00000000-0000-0000-0000-000000000001)
        400
        "code":"BadRequest","message":"found only a reference, expected members to change","target":"/@odata.id"

        GET Makers(00000000-0000-0000-0000-000000000001)/Reviews/$count
        200
        2

        DELETE Makers(00000000-0000-0000-0000-000000000001)
        204

        DELETE Makers(00000000-0000-0000-0000-000000000001)
        404
        "code":"itemNotFound","message":"The item does not exist."

        GET Makers(00000000-0000-0000-0000-000000000001)
        404
        "code":"itemNotFound","message":"The item does not exist."

        PATCH Makers(00000000-0000-0000-0000-000000000001)
        404
        "code":"itemNotFound","message":"The item does not exist."

    "#]].assert_eq(&told);
}

#[test]
fn put_sets_back_what_it_does_not_name() {
    let client = Client::new(Dialect::OASIS);
    let maker = client.maker(&[]);
    client.review(&maker, 1, Some("long"));
    let review = format!("{maker}/Reviews({})", id(2));
    let put = |url: &str, body: &str| {
        let headers = [("content-type", "application/json"), ("prefer", "return=representation")];
        text(&client.send("PUT", url, &headers, body))
    };
    assert!(text(&client.json("PATCH", &review, r#"{"Stars":2}"#)).contains(r#""Stars":2,"Text":"long""#));
    assert!(put(&review, r#"{"Stars":3}"#).contains(r#""Stars":3,"Text":null"#));
    assert!(put(&review, r#"{"Text":"x"}"#).contains(r#""Stars":5,"Text":"x""#));
    assert!(put(&review, "{}").contains(&format!(r#""ID":"{}""#, id(2))));
    assert!(put(&maker, "{}").contains(r#""Name":"""#));
    // Nobody who does not ask is told what a replacement has become, unless it is shaped.
    assert_eq!(show(&client.json("PUT", &maker, "{}")), format!("204 etag: {};", tag(3)));
    assert_eq!(client.json("PUT", &format!("{maker}?$select=Name"), "{}").status, 200);
    assert_eq!(client.json("PUT", &format!("{maker}/Reviews({})", id(9)), "{}").status, 404);
}

#[test]
fn head_is_get() {
    let client = Client::graph().as_caller(Caller::Reader);
    let maker = client.maker(&[(1, None)]);
    for url in ["Makers".to_owned(), maker.clone(), format!("{maker}/Reviews/$count"), format!("{maker}x")] {
        let (get, head) = (client.get(&url), client.send("HEAD", &url, &[], ""));
        assert_eq!((get.status, &get.headers, &get.body), (head.status, &head.headers, &head.body), "{url}");
    }
}

#[test]
fn single_properties_are_set_and_cleared() {
    let client = Client::graph();
    let maker = client.maker(&[(3, Some("good"))]);
    let review = format!("{maker}/Reviews({})", id(2));
    let told = [
        ("PUT", "Text", r#"{"value":"better"}"#),
        ("GET", "Text", ""),
        ("GET", "Text/$value", ""),
        ("DELETE", "Text", ""),
        ("GET", "Text", ""),
        ("GET", "Text/$value", ""),
        ("DELETE", "Stars", ""),
        ("PUT", "Stars", r#"{"value":"x"}"#),
        ("PUT", "ID", r#"{"value":1}"#),
    ]
    .map(|(method, property, body)| {
        let answer = client.json(method, &format!("{review}/{property}"), body);
        format!("{method} {property}: {}\n", show(&answer).replace('\n', " "))
    });
    expect![[r#"
        PUT Text: 204 etag: W/"0000000000000002";
        GET Text: 200 etag: W/"0000000000000002"; {"@odata.context":"~/$metadata#Makers(00000000-0000-0000-0000-000000000001)/Reviews(00000000-0000-0000-0000-000000000002)/Text","value":"better"}
        GET Text/$value: 200 etag: W/"0000000000000002"; better
        DELETE Text: 204 etag: W/"0000000000000003";
        GET Text: 204 etag: W/"0000000000000003";
        GET Text/$value: 204 etag: W/"0000000000000003";
        DELETE Stars: 400 "code":"BadRequest","message":"`Stars` cannot be null, expected a change of its value","target":"/Stars"
        PUT Stars: 400 "code":"BadRequest","message":"found the string `x`, expected a whole number from 0 to 255","target":"/value","details":[{"code":"BadRequest","message":"found the string `x`, expected a whole number from 0 to 255","target":"/value"}]
        PUT ID: 400 "code":"BadRequest","message":"`ID` cannot be changed by clients, expected another property","target":"/ID"
    "#]].assert_eq(&told.concat());
}

#[test]
fn ends_of_relationships_change_at_home() {
    let at_home = Dialect { changes_ends: false, ..Dialect::OASIS };
    let client = Client::new(at_home);
    let maker = client.maker(&[]);
    let offered = |url: &str| header(&client.send("OPTIONS", &format!("{maker}/{url}"), &[], ""), "allow").to_owned();
    let end = format!("Articles({})", id(7));
    assert_eq!(offered("Articles"), "GET, HEAD");
    assert_eq!(offered("Articles/$ref"), "GET, HEAD, POST, DELETE");
    assert_eq!(offered("Articles/$each"), "");
    assert_eq!(offered(&end), "GET, HEAD");
    assert_eq!(offered(&format!("{end}/Name")), "GET, HEAD");
    assert_eq!(offered(&format!("{end}/$ref")), "GET, HEAD, DELETE");
    assert_eq!(offered("Reviews"), "GET, HEAD, POST");
    assert_eq!(header(&client.send("OPTIONS", "Makers", &[], ""), "allow"), "GET, HEAD, POST");
    let refused = show(&client.json("POST", &format!("{maker}/Articles"), r#"{"Name":"Cup"}"#));
    expect![[r#"
        405 allow: GET, HEAD;
        "code":"Request_BadRequest","message":"this is the end of a relationship, expected a request to where its entities are at home, or to `$ref` here""#]].assert_eq(&refused);
}

/// Who has lost has the turn of the entity, whatever is changed of it and by whichever address.
#[test]
fn changes_of_one_entity_take_turns_wherever_they_are_sent() {
    let client = Client::new(Dialect::OASIS);
    let [one, other] = [client.maker(&[]), client.maker(&[])];
    let by_segment = one.replace('(', "/").replace(')', "");
    let mut attempts = client.service.attempts(&one);
    for _ in 0..2 {
        now(attempts.next()).unwrap();
        assert!(attempts.done(Changed::<()>::Conflict).is_none());
    }
    let json = [("content-type", "application/json")];
    let waits = |method: &str, path: &str, body: &str| client.poll(method, path, &json, body).is_pending();
    for path in [&one, &by_segment] {
        assert!(waits("PATCH", path, r#"{"Name":"B"}"#), "{path}");
        assert!(waits("PUT", &format!("{path}/Name"), r#"{"value":"B"}"#), "{path}");
        assert!(waits("DELETE", path, ""), "{path}");
    }
    assert!(!waits("PATCH", &other, r#"{"Name":"B"}"#));
}
