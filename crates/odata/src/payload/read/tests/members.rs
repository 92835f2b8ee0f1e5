//! Members: named, unknown, missing, twice, not to be set.

use edm::Record;
use edm::testing::{ARTICLE, BLURB, MODEL, SHOP};
use expect_test::expect;

use super::super::{Body, Entity, Intent, read};
use super::{check, check_for};

#[test]
fn type_annotations() {
    check(
        &[
            r##"{"@odata.type":"#shop.Article","Name":"a"}"##,
            r#"{"@odata.type":"shop.ware"}"#,
            r#"{"@type":"SHOP.ARTICLE","Origin":{"@odata.type":"shop.Address"}}"#,
            r##"{"@odata.type":"#shop.Maker"}"##,
            r#"{"@odata.type":"Article"}"#,
            r#"{"@odata.type":""}"#,
            r#"{"@odata.type":1,"Origin":{"@odata.type":"shop.Place"}}"#,
            r#"{"Name@odata.type":"anything","@odata.etag":1,"@mine.thing":{},"Tags@odata.count":2}"#,
        ],
        &expect![[r##"
            {"@odata.type":"#shop.Article","Name":"a"}
              Name: "a"
            {"@odata.type":"shop.ware"}
              nothing
            {"@type":"SHOP.ARTICLE","Origin":{"@odata.type":"shop.Address"}}
              Origin: merge {nothing}
            {"@odata.type":"#shop.Maker"}
              400 BadRequest
                BadRequest /@odata.type: found the type `shop.Maker`, expected `#shop.Article` or `#shop.Bundle`
            {"@odata.type":"Article"}
              400 BadRequest
                BadRequest /@odata.type: found the type `Article`, expected `#shop.Article` or `#shop.Bundle`
            {"@odata.type":""}
              400 BadRequest
                BadRequest /@odata.type: found the type ``, expected `#shop.Article` or `#shop.Bundle`
            {"@odata.type":1,"Origin":{"@odata.type":"shop.Place"}}
              400 BadRequest
                BadRequest /@odata.type: found the number `1`, expected `#shop.Article`
                BadRequest /Origin/@odata.type: found the type `shop.Place`, expected `#shop.Address`
            {"Name@odata.type":"anything","@odata.etag":1,"@mine.thing":{},"Tags@odata.count":2}
              nothing
        "##]],
    );
}

#[test]
fn what_clients_cannot_set_is_skipped() {
    check(
        &[
            r#"{"ID":"nonsense","CreatedAt":{},"Name":"a"}"#,
            r#"{"SerialNumber":7,"serialnumber":"x"}"#,
            r#"{"Secret":"x","Name":"a"}"#,
            r#"{"supplier":"x"}"#,
            r#"{"Badges":[],"Opinions":[],"Maker":null}"#,
            r#"{"Badges@odata.delta":[],"Bdges@odata.delta":[]}"#,
        ],
        &expect![[r#"
            {"ID":"nonsense","CreatedAt":{},"Name":"a"}
              Name: "a"
            {"SerialNumber":7,"serialnumber":"x"}
              nothing
            {"Secret":"x","Name":"a"}
              Name: "a"
            {"supplier":"x"}
              400 BadRequest
                BadRequest /supplier: `supplier` is known to Microsoft Graph, this service does not keep it
            {"Badges":[],"Opinions":[],"Maker":null}
              400 BadRequest
                BadRequest /Badges: `Badges` is not part of this body, expected a request to its own address
                BadRequest /Opinions: `Reviews` is not part of this body, expected a request to its own address
                BadRequest /Maker: `Maker` is not part of this body, expected a request to its own address
            {"Badges@odata.delta":[],"Bdges@odata.delta":[]}
              400 BadRequest
                BadRequest /Badges@odata.delta: found changes of related entities, expected requests to their own addresses
        "#]],
    );
    check_for(
        Intent::Create,
        &BLURB,
        &[
            r#"{"ArticleID":"00000000-0000-0000-0000-000000000001","Language":"no","Text":"x"}"#,
            r#"{"ArticleID":"x","Text":null}"#,
        ],
        &expect![[r#"
            {"ArticleID":"00000000-0000-0000-0000-000000000001","Language":"no","Text":"x"}
              ArticleID: "00000000-0000-0000-0000-000000000001", Language: "no", Text: "x"
            {"ArticleID":"x","Text":null}
              400 BadRequest
                BadRequest /ArticleID: found `x`, expected a GUID such as `00000000-0000-0000-0000-000000000000`
                BadRequest /Text: null is not a valid value for the property `Text`; `Text` is not nullable
                BadRequest /Language: found no `Language`, expected one
        "#]],
    );
}

#[test]
fn creating_misses_what_is_required() {
    check_for(
        Intent::Create,
        &ARTICLE,
        &[r#"{}"#, r#"{"Price":"x"}"#, r#"{"name":"a","PRICE":2}"#, r#"{"Name":null,"Price":1}"#],
        &expect![[r#"
            {}
              400 BadRequest
                BadRequest /Name: found no `Name`, expected one
                BadRequest /Price: found no `Price`, expected one
            {"Price":"x"}
              400 BadRequest
                BadRequest /Price: found the string `x`, expected a number
                BadRequest /Name: found no `Name`, expected one
            {"name":"a","PRICE":2}
              Name: "a", Price: 2
            {"Name":null,"Price":1}
              400 BadRequest
                BadRequest /Name: null is not a valid value for the property `Name`; `Name` is not nullable
        "#]],
    );
}

#[test]
fn replacing_sets_back_what_is_not_named() {
    check_for(
        Intent::Replace,
        &SHOP,
        &[r#"{"Name":"a"}"#, r#"{"Name":"a","Head":{"City":"Oslo"},"Discount":null}"#, r#"{}"#],
        &expect![[r#"
            {"Name":"a"}
              Name: "a", Founded: 0, IsOpen: true, Discount: 0.5, Logo: null, Head: {"Street":null,"City":null,"Place":null,"Floor":0}
            {"Name":"a","Head":{"City":"Oslo"},"Discount":null}
              400 BadRequest
                BadRequest /Discount: null is not a valid value for the property `Discount`; `Discount` is not nullable
            {}
              400 BadRequest
                BadRequest /Name: found no `Name`, expected one
        "#]],
    );
    let mut article = edm::testing::sample(&ARTICLE, 3);
    let (id, serial) = (article.get("ID").clone(), article.get("SerialNumber").clone());
    let Body::Entity(Entity { patch, .. }) =
        read(&MODEL, &ARTICLE, br#"{"Name":"a","Price":1}"#, Intent::Replace).unwrap()
    else {
        panic!("not an entity");
    };
    patch.apply(&mut article);
    let mut expect = Record::new(&ARTICLE);
    for (name, value) in
        [("Name", edm::Value::text("a")), ("Price", edm::Value::Double(1.0)), ("ID", id), ("SerialNumber", serial)]
    {
        expect.set(name, value);
    }
    expect.set("CreatedAt", article.get("CreatedAt").clone());
    assert_eq!(article, expect);
}

#[test]
fn references() {
    check(
        &[
            r#"{"@odata.id":"Makers(1)"}"#,
            r##"{"@odata.context":"x#$ref","@odata.id":"Makers(1)"}"##,
            r#"{"@odata.id":"Makers(1)","Name":"a"}"#,
            r#"{"@odata.id":1}"#,
        ],
        &expect![[r#"
            {"@odata.id":"Makers(1)"}
              reference to Makers(1)
            {"@odata.context":"x#$ref","@odata.id":"Makers(1)"}
              reference to Makers(1)
            {"@odata.id":"Makers(1)","Name":"a"}
              Name: "a"
            {"@odata.id":1}
              nothing
        "#]],
    );
}

#[test]
fn duplicates() {
    check(
        &[
            r#"{"Name":"a","Name":"b"}"#,
            r#"{"Name":"a","name":"b"}"#,
            r#"{"Name":5,"name":"b"}"#,
            r#"{"@odata.type":"shop.Article","@odata.type":"shop.Article"}"#,
            r#"{"Origin":{"City":"a","CITY":"b"}}"#,
            r#"{"ID":1,"id":2}"#,
        ],
        &expect![[r#"
            {"Name":"a","Name":"b"}
              400 BadRequest
                line 1, column 13: Unable to read JSON request payload: line 1, column 13: found the name `Name` a second time in one object.
            {"Name":"a","name":"b"}
              400 BadRequest
                BadRequest /name: found `Name` a second time
            {"Name":5,"name":"b"}
              400 BadRequest
                BadRequest /Name: found the number `5`, expected a string
                BadRequest /name: found `Name` a second time
            {"@odata.type":"shop.Article","@odata.type":"shop.Article"}
              400 BadRequest
                line 1, column 31: Unable to read JSON request payload: line 1, column 31: found the name `@odata.type` a second time in one object.
            {"Origin":{"City":"a","CITY":"b"}}
              400 BadRequest
                BadRequest /Origin/CITY: found `City` a second time
            {"ID":1,"id":2}
              nothing
        "#]],
    );
}

#[test]
fn unknown_members_name_the_nearest() {
    check(
        &[
            r#"{"Nmae":"a"}"#,
            r#"{"DisplayName":"a"}"#,
            r#"{"Desc":"a"}"#,
            r#"{"":"a"}"#,
            r#"{"createdAtt":"a"}"#,
            r#"{"a/b~c":1}"#,
        ],
        &expect![[r#"
            {"Nmae":"a"}
              400 RequestBodyRead
                RequestBodyRead /Nmae: The property 'Nmae' does not exist on type 'shop.Article'; did you mean `Name`?
            {"DisplayName":"a"}
              400 RequestBodyRead
                RequestBodyRead /DisplayName: The property 'DisplayName' does not exist on type 'shop.Article'
            {"Desc":"a"}
              400 RequestBodyRead
                RequestBodyRead /Desc: The property 'Desc' does not exist on type 'shop.Article'; did you mean `Description`?
            {"":"a"}
              400 RequestBodyRead
                RequestBodyRead /: The property '' does not exist on type 'shop.Article'
            {"createdAtt":"a"}
              400 RequestBodyRead
                RequestBodyRead /createdAtt: The property 'createdAtt' does not exist on type 'shop.Article'
            {"a/b~c":1}
              400 RequestBodyRead
                RequestBodyRead /a~1b~0c: The property 'a/b~c' does not exist on type 'shop.Article'
        "#]],
    );
}

#[test]
fn ten_mistakes_are_told_at_once_in_document_order() {
    let body = r#"{
        "Nmae": "a",
        "Price": "dear",
        "Tags": ["a", 1],
        "Stock": "Stroe",
        "Origin": { "Ctiy": "Oslo", "Place": { "Longitude": null } },
        "Released": "Date",
        "Name": null,
        "Page": "nowhere",
        "page": "https://a.example",
        "Supplier": "x"
    }"#;
    check_for(
        Intent::Create,
        &ARTICLE,
        &[body],
        &expect![[r#"
            {
                    "Nmae": "a",
                    "Price": "dear",
                    "Tags": ["a", 1],
                    "Stock": "Stroe",
                    "Origin": { "Ctiy": "Oslo", "Place": { "Longitude": null } },
                    "Released": "Date",
                    "Name": null,
                    "Page": "nowhere",
                    "page": "https://a.example",
                    "Supplier": "x"
                }
              400 RequestBodyRead
                RequestBodyRead /Nmae: The property 'Nmae' does not exist on type 'shop.Article'; did you mean `Name`?
                BadRequest /Price: found the string `dear`, expected a number
                BadRequest /Tags/1: found the number `1`, expected a string
                BadRequest /Stock: found `Stroe`, expected one of `None`, `Store`, `Online`, `Partner`; did you mean `Store`?
                RequestBodyRead /Origin/Ctiy: The property 'Ctiy' does not exist on type 'shop.Address'; did you mean `City`?
                BadRequest /Origin/Place/Longitude: null is not a valid value for the property `Longitude`; `Longitude` is not nullable
                BadRequest /Released: found `Date`, expected a date such as `2026-11-21`
                BadRequest /Name: null is not a valid value for the property `Name`; `Name` is not nullable
                BadRequest /Page: found `nowhere`, expected an absolute http or https URL
                BadRequest /page: found `Page` a second time
                BadRequest /Supplier: `Supplier` is known to Microsoft Graph, this service does not keep it
        "#]],
    );
}
