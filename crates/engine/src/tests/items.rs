//! Items of lists by their position: read, changed and taken off like single values.

use edm::testing::ARTICLE;
use edm::{Record, Value};
use expect_test::{Expect, expect};

use super::double::id;
use super::{Client, show, tag};
use crate::Dialect;

/// An article with lists; says its path.
fn article(client: &Client) -> String {
    let mut article = Record::new(&ARTICLE);
    article.set("Name", Value::text("Cup"));
    let path = format!("Articles({})", id(client.double.add("Articles", article)));
    let body = r#"{"Tags":["red","small","new"],"Sizes":[1,null,3],"Conditions":["New"],
        "Depots":[{"Street":"A 1","City":"Oslo","Place":{"Latitude":1,"Longitude":2,"Names":["a","b"]}},{"City":"Bergen"}]}"#;
    assert_eq!(client.json("PATCH", &path, body).status, 200);
    path
}

/// Sends the requests one after the other, `METHOD path body` each, and compares the answers.
fn check(requests: &[&str], expect: &Expect) {
    let client = Client::new(Dialect::OASIS);
    let path = article(&client);
    let mut out = String::new();
    for request in requests {
        let mut words = request.splitn(3, ' ');
        let (method, rest, body) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or_default());
        let answer = match (rest.contains("$value"), body) {
            (_, "") => client.send(method, &format!("{path}/{rest}"), &[], ""),
            (true, _) => client.send(method, &format!("{path}/{rest}"), &[("content-type", "text/plain")], body),
            _ => client.json(method, &format!("{path}/{rest}"), body),
        };
        out += &format!("{request}\n{}\n", show(&answer)).replace(&path, "+");
    }
    expect.assert_eq(&out);
}

#[test]
fn items_are_read_by_their_position() {
    check(
        &[
            "GET Tags/0",
            "GET Tags/-1",
            "GET Tags/1/$value",
            "GET Sizes/0",
            "GET Sizes/1",
            "GET Sizes/2/$value",
            "GET Conditions/0",
            "GET Depots/0",
            "GET Depots/-1?$select=City",
            "GET Depots/0?$compute=length(City)%20as%20n&$select=n",
            "GET Depots/0/City",
            "GET Depots/0/City/$value",
            "GET Depots/1/Street",
            "GET Depots/0/Place/Names",
            "GET Depots/0/Place/Names/1",
            "GET Depots/0/Place/Names/$count",
            "GET Depots/0/Place/Names?$filter=$this%20eq%20'b'",
            "HEAD Tags/0",
            "OPTIONS Tags/0",
            "OPTIONS Tags/0/$value",
        ],
        &expect![[r##"
            GET Tags/0
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Edm.String","value":"red"}
            GET Tags/-1
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Edm.String","value":"new"}
            GET Tags/1/$value
            200 etag: W/"0000000000000002";
            small
            GET Sizes/0
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Edm.Int32","value":1}
            GET Sizes/1
            204 etag: W/"0000000000000002";
            GET Sizes/2/$value
            200 etag: W/"0000000000000002";
            3
            GET Conditions/0
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#shop.Condition","value":"New"}
            GET Depots/0
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#shop.Address","Street":"A 1","City":"Oslo","Place":{"Latitude":1,"Longitude":2,"Names":["a","b"]}}
            GET Depots/-1?$select=City
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#shop.Address(City)","City":"Bergen"}
            GET Depots/0?$compute=length(City)%20as%20n&$select=n
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#shop.Address(n)","n@odata.type":"#Int32","n":4}
            GET Depots/0/City
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Edm.String","value":"Oslo"}
            GET Depots/0/City/$value
            200 etag: W/"0000000000000002";
            Oslo
            GET Depots/1/Street
            204 etag: W/"0000000000000002";
            GET Depots/0/Place/Names
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Collection(Edm.String)","value":["a","b"]}
            GET Depots/0/Place/Names/1
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Edm.String","value":"b"}
            GET Depots/0/Place/Names/$count
            200
            2
            GET Depots/0/Place/Names?$filter=$this%20eq%20'b'
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Collection(Edm.String)","value":["b"]}
            HEAD Tags/0
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#Edm.String","value":"red"}
            OPTIONS Tags/0
            204 allow: GET, HEAD, PUT, PATCH, DELETE;
            OPTIONS Tags/0/$value
            204 allow: GET, HEAD, PUT;
        "##]],
    );
}

#[test]
fn positions_that_are_not_there() {
    check(
        &[
            "GET Tags/3",
            "GET Tags/-4",
            "GET Tags/99999999999999999999",
            "GET Depots/2/City",
            "GET Depots/1/Place/Names/0",
            "GET Depots/0/Place/Names/2",
            "PUT Tags/3 {\"value\":\"a\"}",
            "PUT Tags/3 {",
            "DELETE Tags/-4",
            "DELETE Depots/1/Place/Names/0",
            "GET Tags/0?$top=1",
            "GET Tags/0?$select=City",
            "POST Tags/0 {\"value\":\"a\"}",
            "POST Depots/0 {\"City\":\"a\"}",
            "DELETE Tags/0/$value",
            "GET Depots/0/$value",
        ],
        &expect![[r#"
            GET Tags/3
            404
            "code":"itemNotFound","message":"found the position 3 in `Tags`, expected one from 0 to 2, or from -3 to -1 counted from its end"
            GET Tags/-4
            404
            "code":"itemNotFound","message":"found the position -4 in `Tags`, expected one from 0 to 2, or from -3 to -1 counted from its end"
            GET Tags/99999999999999999999
            404
            "code":"itemNotFound","message":"found the position 9223372036854775807 in `Tags`, expected one from 0 to 2, or from -3 to -1 counted from its end"
            GET Depots/2/City
            404
            "code":"itemNotFound","message":"found the position 2 in `Depots`, expected one from 0 to 1, or from -2 to -1 counted from its end"
            GET Depots/1/Place/Names/0
            404
            "code":"itemNotFound","message":"`Place` is null and has no properties"
            GET Depots/0/Place/Names/2
            404
            "code":"itemNotFound","message":"found the position 2 in `Names`, expected one from 0 to 1, or from -2 to -1 counted from its end"
            PUT Tags/3 {"value":"a"}
            404
            "code":"itemNotFound","message":"found the position 3 in `Tags`, expected one from 0 to 2, or from -3 to -1 counted from its end"
            PUT Tags/3 {
            404
            "code":"itemNotFound","message":"found the position 3 in `Tags`, expected one from 0 to 2, or from -3 to -1 counted from its end"
            DELETE Tags/-4
            404
            "code":"itemNotFound","message":"found the position -4 in `Tags`, expected one from 0 to 2, or from -3 to -1 counted from its end"
            DELETE Depots/1/Place/Names/0
            404
            "code":"itemNotFound","message":"`Place` is null and has no properties"
            GET Tags/0?$top=1
            400
            "code":"BadRequest","message":"the query option `$top` does not apply here, expected `$format` or `$schemaversion`","target":"$top"
            GET Tags/0?$select=City
            400
            "code":"BadRequest","message":"the query option `$select` does not apply here, expected `$format` or `$schemaversion`","target":"$select"
            POST Tags/0 {"value":"a"}
            405 allow: GET, HEAD, PUT, PATCH, DELETE;
            "code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD, PUT, PATCH, DELETE."
            POST Depots/0 {"City":"a"}
            405 allow: GET, HEAD, PUT, PATCH, DELETE;
            "code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD, PUT, PATCH, DELETE."
            DELETE Tags/0/$value
            405 allow: GET, HEAD, PUT;
            "code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target. Expected one of GET, HEAD, PUT."
            GET Depots/0/$value
            404
            "code":"Request_ResourceNotFound","message":"`$value` does not apply at this address"
        "#]],
    );
}

#[test]
fn items_are_changed_and_taken_off() {
    check(
        &[
            "PUT Tags/1 {\"value\":\"big\"}",
            "PATCH Tags/-1 {\"value\":\"old\"}",
            "PUT Tags/0/$value blue",
            "GET Tags",
            "DELETE Tags/1",
            "DELETE Tags/-1",
            "GET Tags",
            "PUT Sizes/0 {\"value\":null}",
            "PUT Sizes/1 {\"value\":7}",
            "GET Sizes",
            "PATCH Depots/1 {\"Street\":\"B 2\"}",
            "PUT Depots/0 {\"City\":\"Tromsø\"}",
            "GET Depots",
            "PUT Depots/1/City {\"value\":\"Bodø\"}",
            "DELETE Depots/1/Street",
            "PUT Depots/1/Place/Latitude {\"value\":3}",
            "POST Depots/1/Place/Names {\"value\":\"c\"}",
            "PUT Depots/1/Place/Names/0 {\"value\":\"d\"}",
            "GET Depots/1",
            "DELETE Depots/1/Place/Names/0",
            "GET Depots/1/Place",
            "DELETE Depots/0",
            "GET Depots/$count",
        ],
        &expect![[r#"
            PUT Tags/1 {"value":"big"}
            204 etag: W/"0000000000000003";
            PATCH Tags/-1 {"value":"old"}
            204 etag: W/"0000000000000004";
            PUT Tags/0/$value blue
            204 etag: W/"0000000000000005";
            GET Tags
            200 etag: W/"0000000000000005";
            {"@odata.context":"~/$metadata#+/Tags","value":["blue","big","old"]}
            DELETE Tags/1
            204 etag: W/"0000000000000006";
            DELETE Tags/-1
            204 etag: W/"0000000000000007";
            GET Tags
            200 etag: W/"0000000000000007";
            {"@odata.context":"~/$metadata#+/Tags","value":["blue"]}
            PUT Sizes/0 {"value":null}
            204 etag: W/"0000000000000008";
            PUT Sizes/1 {"value":7}
            204 etag: W/"0000000000000009";
            GET Sizes
            200 etag: W/"0000000000000009";
            {"@odata.context":"~/$metadata#+/Sizes","value":[null,7,3]}
            PATCH Depots/1 {"Street":"B 2"}
            204 etag: W/"000000000000000a";
            PUT Depots/0 {"City":"Tromsø"}
            204 etag: W/"000000000000000b";
            GET Depots
            200 etag: W/"000000000000000b";
            {"@odata.context":"~/$metadata#+/Depots","value":[{"Street":null,"City":"Tromsø","Place":null},{"Street":"B 2","City":"Bergen","Place":null}]}
            PUT Depots/1/City {"value":"Bodø"}
            204 etag: W/"000000000000000c";
            DELETE Depots/1/Street
            204 etag: W/"000000000000000d";
            PUT Depots/1/Place/Latitude {"value":3}
            204 etag: W/"000000000000000e";
            POST Depots/1/Place/Names {"value":"c"}
            204 etag: W/"000000000000000f";
            PUT Depots/1/Place/Names/0 {"value":"d"}
            204 etag: W/"0000000000000010";
            GET Depots/1
            200 etag: W/"0000000000000010";
            {"@odata.context":"~/$metadata#shop.Address","Street":null,"City":"Bodø","Place":{"Latitude":3,"Longitude":0,"Names":["d"]}}
            DELETE Depots/1/Place/Names/0
            204 etag: W/"0000000000000011";
            GET Depots/1/Place
            200 etag: W/"0000000000000011";
            {"@odata.context":"~/$metadata#shop.Place","Latitude":3,"Longitude":0,"Names":[]}
            DELETE Depots/0
            204 etag: W/"0000000000000012";
            GET Depots/$count
            200
            1
        "#]],
    );
}

#[test]
fn items_are_held_against_the_model() {
    check(
        &[
            "PUT Tags/0 {\"value\":null}",
            "PUT Tags/0 {\"value\":7}",
            "PUT Tags/0 {\"value\":[\"a\"]}",
            "PUT Conditions/0 {\"value\":\"Nwe\"}",
            "PATCH Depots/0 {\"Cty\":\"a\"}",
            "PATCH Depots/0 {\"Street\":7}",
            "PUT Sizes/0/$value x",
            "GET Tags",
        ],
        &expect![[r#"
            PUT Tags/0 {"value":null}
            400
            "code":"BadRequest","message":"null is not a valid value for the property `Tags`; `Tags` is not nullable","target":"/value","details":[{"code":"BadRequest","message":"null is not a valid value for the property `Tags`; `Tags` is not nullable","target":"/value"}]
            PUT Tags/0 {"value":7}
            400
            "code":"BadRequest","message":"found the number `7`, expected a string","target":"/value","details":[{"code":"BadRequest","message":"found the number `7`, expected a string","target":"/value"}]
            PUT Tags/0 {"value":["a"]}
            400
            "code":"BadRequest","message":"found an array, expected a string","target":"/value","details":[{"code":"BadRequest","message":"found an array, expected a string","target":"/value"}]
            PUT Conditions/0 {"value":"Nwe"}
            400
            "code":"BadRequest","message":"found `Nwe`, expected one of `New`, `Used`, `Broken`; did you mean `New`?","target":"/value","details":[{"code":"BadRequest","message":"found `Nwe`, expected one of `New`, `Used`, `Broken`; did you mean `New`?","target":"/value"}]
            PATCH Depots/0 {"Cty":"a"}
            400
            "code":"RequestBodyRead","message":"The property 'Cty' does not exist on type 'shop.Address'; did you mean `City`?","target":"/Cty","details":[{"code":"RequestBodyRead","message":"The property 'Cty' does not exist on type 'shop.Address'; did you mean `City`?","target":"/Cty"}]
            PATCH Depots/0 {"Street":7}
            400
            "code":"BadRequest","message":"found the number `7`, expected a string","target":"/Street","details":[{"code":"BadRequest","message":"found the number `7`, expected a string","target":"/Street"}]
            PUT Sizes/0/$value x
            400
            "code":"BadRequest","message":"found `x`, expected a whole number from -2147483648 to 2147483647","target":"","details":[{"code":"BadRequest","message":"found `x`, expected a whole number from -2147483648 to 2147483647","target":""}]
            GET Tags
            200 etag: W/"0000000000000002";
            {"@odata.context":"~/$metadata#+/Tags","value":["red","small","new"]}
        "#]],
    );
}

#[test]
fn items_change_under_the_conditions_of_their_entity() {
    let client = Client::new(Dialect::OASIS);
    let path = format!("{}/Tags/0", article(&client));
    let stale = [("if-match", tag(1)), ("content-type", "application/json".to_owned())];
    let stale = stale.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(client.send("PUT", &path, &stale, r#"{"value":"a"}"#).status, 412);
    assert_eq!(client.send("DELETE", &path, &stale, "").status, 412);
    let wished = [("prefer", "return=representation"), ("content-type", "application/json")];
    let answer = show(&client.send("PUT", &path, &wished, r#"{"value":"a"}"#));
    expect![[r#"
        200 etag: W/"0000000000000003"; preference-applied: return=representation;
        {"@odata.context":"~/$metadata#Edm.String","value":"a"}"#]]
    .assert_eq(&answer);
    let answer = show(&client.send("DELETE", &path, &wished, ""));
    expect![[r#"204 etag: W/"0000000000000004"; preference-applied: return=representation;"#]].assert_eq(&answer);
}
