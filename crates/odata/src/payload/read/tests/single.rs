//! Bodies that are no entities: one property, references, changes of a collection.

use std::fmt::Write as _;

use edm::Change;
use edm::testing::{ADDRESS, ARTICLE};
use expect_test::{Expect, expect};

use super::super::{Intent, Reading};
use super::calls::overloads;
use super::related::{RELATED, described};
use super::{describe, faults};
use crate::problem::Problem;

pub(super) fn check<T>(lines: &[(&str, Result<T, Problem>)], show: impl Fn(&T) -> String, expect: &Expect) {
    let mut text = String::new();
    for (line, read) in lines {
        let told = read.as_ref().map_or_else(faults, &show);
        writeln!(text, "{line}\n  {told}").unwrap();
    }
    expect.assert_eq(&text);
}

#[test]
fn properties() {
    let read = |name: &str, body: &str, intent| {
        let (ordinal, property) = ARTICLE.find(name).unwrap();
        let change = RELATED.property(property, body.as_bytes(), intent)?;
        Ok(describe(&ARTICLE, &edm::Patch { changes: vec![(ordinal, change)] }))
    };
    let lines = [
        ("Name", r#"{"value":"a"}"#, Intent::Replace),
        ("Name", r#"{"@odata.context":"x","value":null}"#, Intent::Replace),
        ("Description", r#"{"value":null}"#, Intent::Replace),
        ("Name", r#"{"Value":"a"}"#, Intent::Replace),
        ("Name", r#"{"value":"a","other":1}"#, Intent::Replace),
        ("Name", "{}", Intent::Replace),
        ("Name", r#""a""#, Intent::Replace),
        ("Price", r#"{"value":"1"}"#, Intent::Replace),
        ("CreatedAt", r#"{"value":"2026-11-21T08:30:00Z"}"#, Intent::Replace),
        ("SerialNumber", r#"{"value":"x"}"#, Intent::Replace),
        ("Tags", r#"{"value":["a","b"]}"#, Intent::Replace),
        ("Stock", r#"{"value":3}"#, Intent::Update),
        ("Stock", r#"{"value":"Later"}"#, Intent::Update),
        ("Origin", r#"{"City":"Oslo"}"#, Intent::Replace),
        ("Origin", r#"{"City":"Oslo"}"#, Intent::Update),
        ("Origin", r#"{"Cty":"Oslo"}"#, Intent::Update),
        ("Origin", "null", Intent::Replace),
        ("Depots", r#"{"value":[{"City":"Oslo"}]}"#, Intent::Replace),
    ];
    let lines: Vec<_> = lines.iter().map(|(name, body, intent)| (*body, read(name, body, *intent))).collect();
    check(
        &lines,
        String::clone,
        &expect![[r#"
            {"value":"a"}
              Name: "a"
            {"@odata.context":"x","value":null}
              400 BadRequest
                BadRequest /value: null is not a valid value for the property `Name`; `Name` is not nullable
            {"value":null}
              Description: null
            {"Value":"a"}
              400 BadRequest
                -: found the member `Value`, expected `value` alone
            {"value":"a","other":1}
              400 BadRequest
                -: found the member `other`, expected `value` alone
            {}
              400 BadRequest
                /value: found no `value`, expected the new value there
            "a"
              400 BadRequest
                -: found `a`, expected an object with the new value as `value`
            {"value":"1"}
              400 BadRequest
                BadRequest /value: found the string `1`, expected a number
            {"value":"2026-11-21T08:30:00Z"}
              400 BadRequest
                /CreatedAt: found a value for `CreatedAt`, which clients cannot change
            {"value":"x"}
              400 BadRequest
                /SerialNumber: found a value for `SerialNumber`, which clients cannot change
            {"value":["a","b"]}
              Tags: ["a","b"]
            {"value":3}
              Stock: "Store,Online"
            {"value":"Later"}
              400 BadRequest
                BadRequest /value: `Later` cannot be set, expected one of `None`, `Store`, `Online`, `Partner`
            {"City":"Oslo"}
              Origin: {"Street":null,"City":"Oslo","Place":null}
            {"City":"Oslo"}
              Origin: merge {City: "Oslo"}
            {"Cty":"Oslo"}
              400 RequestBodyRead
                RequestBodyRead /Cty: The property 'Cty' does not exist on type 'shop.Address'; did you mean `City`?
            null
              Origin: null
            {"value":[{"City":"Oslo"}]}
              Depots: [{"Street":null,"City":"Oslo","Place":null}]
        "#]],
    );
}

#[test]
fn bare_values_and_items() {
    use Intent::{Create, Replace, Update};
    let bare = |name: &str, body: &[u8]| RELATED.bare(ARTICLE.find(name).unwrap().1, body).map(Change::Set);
    let item = |name: &str, body: &str, intent| RELATED.item(ARTICLE.find(name).unwrap().1, body.as_bytes(), intent);
    let long = "x".repeat(101);
    let lines = [
        ("Name a", bare("Name", b"a")),
        ("Name long", bare("Name", long.as_bytes())),
        ("Name bytes", bare("Name", b"\xff")),
        ("Price", bare("Price", b"1.5")),
        ("Price", bare("Price", b"x")),
        ("Data", bare("Data", b"\xff\x00")),
        ("Data long", bare("Data", &[0; 65])),
        ("Stock", bare("Stock", b"Store, Online")),
        ("Stock", bare("Stock", b"Later")),
        ("Origin", bare("Origin", b"{}")),
        ("ID", bare("ID", b"x")),
        ("Tags", bare("Tags", b"a")),
        ("Tags", item("Tags", r#"{"value":"a"}"#, Create)),
        ("Tags", item("Tags", r#"{"value":null}"#, Create)),
        ("Tags", item("Tags", r#"{"value":"a"}"#, Update)),
        ("Tags", item("Tags", r#""a""#, Update)),
        ("Sizes", item("Sizes", r#"{"value":null}"#, Create)),
        ("Depots", item("Depots", r#"{"City":"Oslo"}"#, Create)),
        ("Depots", item("Depots", r#"{"City":"Oslo"}"#, Replace)),
        ("Depots", item("Depots", r#"{"City":"Oslo"}"#, Update)),
        ("Depots", item("Depots", r#"{"value":{"City":"Oslo"}}"#, Update)),
        ("Depots", item("Depots", "[]", Create)),
        ("Depots", item("Depots", "null", Update)),
    ];
    check(
        &lines,
        |change: &Change| match change {
            Change::Set(value) => format!("{value:?}").chars().take(120).collect(),
            Change::Merge(patch) => format!("merge {{{}}}", describe(&ADDRESS, patch)),
        },
        &expect![[r#"
            Name a
              String("a")
            Name long
              400 BadRequest
                BadRequest : found 101 characters, expected at most 100
            Name bytes
              400 BadRequest
                BadRequest : found bytes that are no text, expected a string
            Price
              Double(1.5)
            Price
              400 BadRequest
                BadRequest : found `x`, expected a number
            Data
              Binary([255, 0])
            Data long
              400 BadRequest
                BadRequest : found 65 bytes, expected at most 64
            Stock
              Enum(3)
            Stock
              400 BadRequest
                BadRequest : `Later` cannot be set, expected one of `None`, `Store`, `Online`, `Partner`
            Origin
              400 BadRequest
                -: `Origin` has no bare value that clients can change
            ID
              400 BadRequest
                -: `ID` has no bare value that clients can change
            Tags
              String("a")
            Tags
              String("a")
            Tags
              400 BadRequest
                BadRequest /value: null is not a valid value for the property `Tags`; `Tags` is not nullable
            Tags
              String("a")
            Tags
              400 BadRequest
                -: found `a`, expected an object with the new value as `value`
            Sizes
              Null
            Depots
              Record(Record { ty: StructType(Address), values: [Null, String("Oslo"), Null] })
            Depots
              Record(Record { ty: StructType(Address), values: [Null, String("Oslo"), Null] })
            Depots
              merge {City: "Oslo"}
            Depots
              400 RequestBodyRead
                RequestBodyRead /value: The property 'value' does not exist on type 'shop.Address'
            Depots
              400 BadRequest
                BadRequest : found an array, expected an object with members of `Address (Street, City, Place)`
            Depots
              400 BadRequest
                BadRequest : null is not a valid value for the property `Depots`; `Depots` is not nullable
        "#]],
    );
}

#[test]
fn references() {
    let one = [r#"{"@odata.id":"Makers(1)"}"#, r#"{"@id":"x","@odata.context":"y"}"#, "{}", r#"{"ID":1}"#, "[]"];
    let one: Vec<_> = one.iter().map(|body| (*body, RELATED.reference(body.as_bytes()))).collect();
    check(
        &one,
        String::clone,
        &expect![[r#"
        {"@odata.id":"Makers(1)"}
          Makers(1)
        {"@id":"x","@odata.context":"y"}
          x
        {}
          400 BadRequest
            -: found no `@odata.id` with an address, expected a reference such as `{"@odata.id":"Collection(key)"}`
        {"ID":1}
          400 BadRequest
            -: found the member `ID`, expected a reference such as `{"@odata.id":"Collection(key)"}`
        []
          400 BadRequest
            -: found an array, expected a reference such as `{"@odata.id":"Collection(key)"}`
    "#]],
    );
    let many = [
        r#"{"value":[{"@id":"a"},{"@odata.id":"b"}]}"#,
        r#"{"value":[{"@id":"a"},{"x":1}]}"#,
        "{}",
        r#"{"value":[1]}"#,
    ];
    let many: Vec<_> = many.iter().map(|body| (*body, RELATED.references(body.as_bytes()))).collect();
    check(
        &many,
        |ids| ids.join(" "),
        &expect![[r#"
        {"value":[{"@id":"a"},{"@odata.id":"b"}]}
          a b
        {"value":[{"@id":"a"},{"x":1}]}
          400 BadRequest
            /value/1: found the member `x`, expected a reference such as `{"@odata.id":"Collection(key)"}`
        {}
          400 BadRequest
            /value: found no `value`, expected an array of references
        {"value":[1]}
          400 BadRequest
            /value/0: found the number `1`, expected a reference such as `{"@odata.id":"Collection(key)"}`
    "#]],
    );
}

#[test]
fn numbers_as_strings_where_the_content_type_says_so() {
    let read = |ieee754: bool, body: &str| {
        let body = Reading { ieee754, ..RELATED }.entity(&ARTICLE, body.as_bytes(), Intent::Update)?;
        let super::Body::Entity(entity) = body else { panic!("a reference") };
        Ok(described(&entity))
    };
    let mut lines = Vec::new();
    for body in [
        r#"{"Sold":"9007199254740993","Cost":"0.10"}"#,
        r#"{"Sold":9007199254740993,"Cost":0.10}"#,
        r#"{"Sold":"x","Cost":"INF"}"#,
        r#"{"Version":"1"}"#,
        r#"{"Price":"1"}"#,
        r#"{"Price":"INF"}"#,
    ] {
        lines.extend([(body, read(true, body)), (body, read(false, body))]);
    }
    check(
        &lines,
        String::clone,
        &expect![[r#"
        {"Sold":"9007199254740993","Cost":"0.10"}
          Article {Cost: 0.10, Sold: 9007199254740993}
        {"Sold":"9007199254740993","Cost":"0.10"}
          400 BadRequest
            BadRequest /Sold: found the string `9007199254740993`, expected a whole number from -9223372036854775808 to 9223372036854775807
            BadRequest /Cost: found the string `0.10`, expected a number
        {"Sold":9007199254740993,"Cost":0.10}
          Article {Cost: 0.10, Sold: 9007199254740993}
        {"Sold":9007199254740993,"Cost":0.10}
          Article {Cost: 0.10, Sold: 9007199254740993}
        {"Sold":"x","Cost":"INF"}
          400 BadRequest
            BadRequest /Sold: found the string `x`, expected a whole number from -9223372036854775808 to 9223372036854775807
            BadRequest /Cost: found the string `INF`, expected a number
        {"Sold":"x","Cost":"INF"}
          400 BadRequest
            BadRequest /Sold: found the string `x`, expected a whole number from -9223372036854775808 to 9223372036854775807
            BadRequest /Cost: found the string `INF`, expected a number
        {"Version":"1"}
          400 BadRequest
            BadRequest /Version: found the string `1`, expected a whole number from -2147483648 to 2147483647
        {"Version":"1"}
          400 BadRequest
            BadRequest /Version: found the string `1`, expected a whole number from -2147483648 to 2147483647
        {"Price":"1"}
          400 BadRequest
            BadRequest /Price: found the string `1`, expected a number
        {"Price":"1"}
          400 BadRequest
            BadRequest /Price: found the string `1`, expected a number
        {"Price":"INF"}
          Article {Price: "INF"}
        {"Price":"INF"}
          Article {Price: "INF"}
    "#]],
    );
}

#[test]
fn changes_of_a_collection() {
    let lines = [
        r##"{"@odata.context":"#$delta","value":[{"@id":"Articles(1)","Name":"a"},{"@removed":{"reason":"deleted"},"@id":"Articles(2)"}]}"##,
        r#"{"value":[{"ID":"00000000-0000-0000-0000-000000000001","Price":1},{"@odata.removed":{},"ID":"x"}]}"#,
        r#"{"value":[{"Name":"a"},1]}"#,
        "{}",
        "[]",
    ];
    let lines: Vec<_> = lines.iter().map(|body| (*body, RELATED.delta(&ARTICLE, body.as_bytes()))).collect();
    let show = |items: &Vec<super::super::Item>| {
        let show = |item: &super::super::Item| {
            let entity = item.entity.as_ref().map_or("removed".to_owned(), described);
            format!("{:?} {:?}: {entity}", item.id, item.key)
        };
        items.iter().map(show).collect::<Vec<_>>().join("; ")
    };
    check(
        &lines,
        show,
        &expect![[r##"
        {"@odata.context":"#$delta","value":[{"@id":"Articles(1)","Name":"a"},{"@removed":{"reason":"deleted"},"@id":"Articles(2)"}]}
          Some("Articles(1)") []: Article {Name: "a"}; Some("Articles(2)") []: removed
        {"value":[{"ID":"00000000-0000-0000-0000-000000000001","Price":1},{"@odata.removed":{},"ID":"x"}]}
          400 BadRequest
            BadRequest /value/1/ID: found `x`, expected a GUID such as `00000000-0000-0000-0000-000000000000`
            BadRequest /value/1: found neither `@odata.id` nor a key, expected one of them
        {"value":[{"Name":"a"},1]}
          400 BadRequest
            BadRequest /value/0: found neither `@odata.id` nor a key, expected one of them
            BadRequest /value/1: found the number `1`, expected an entity
        {}
          400 BadRequest
            BadRequest /value: found nothing, expected an array of changes
        []
          400 BadRequest
            -: found an array, expected an object with the changes as `value`
    "##]],
    );
}

proptest::proptest! {
    #[test]
    fn never_panics(body: Vec<u8>, text in "\\{\"(value|amount|makers|@id)\":([{\\[\"0-9nt]|null|\\PC{0,9}){0,9}[\"\\]}]{0,3}") {
        for body in [body.as_slice(), text.as_bytes()] {
            for (_, property) in ARTICLE.all_properties() {
                let _any = RELATED.property(property, body, Intent::Update);
                let _any = RELATED.bare(property, body);
                for intent in [Intent::Create, Intent::Update, Intent::Replace] {
                    let _any = RELATED.item(property, body, intent);
                }
            }
            for name in ["Raise", "Retire", "Reset", "Discounted", "Nothing"] {
                let _any = RELATED.call(&overloads(name), body);
            }
            let _any = RELATED.reference(body);
            let _any = RELATED.references(body);
            let _any = RELATED.delta(&ARTICLE, body);
        }
    }
}
