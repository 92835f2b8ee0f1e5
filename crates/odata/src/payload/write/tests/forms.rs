//! The forms a client may ask for, as tables; and that the copy and the codec are the same.

use edm::model::build::{DOUBLE, INT64, STRING};
use edm::testing::{ADDRESS, ARTICLE, BUNDLE, MAKER, MODEL, PICTURE, SHOP, SHOP_ADDRESS, sample};
use edm::{Primitive, StructType, Type, Value};
use expect_test::{Expect, expect};

use super::super::codec::{Codec, Object};
use super::select;
use crate::payload::{
    Computed, Format, Instance, Items, Layout, Media, Metadata, Nested, Reason, Writer, escaped, raw_text, raw_value,
};
use crate::query::{Select, Selected};

const FULL: Format = Format { metadata: Metadata::Full, ..Format::PLAIN };
const NONE: Format = Format { metadata: Metadata::None, ..Format::PLAIN };
const STRINGS: Format = Format { ieee754: true, ..Format::PLAIN };
const NO_NULLS: Format = Format { omit_nulls: true, ..Format::PLAIN };

const MEMBERS: &[u8] = br#""ID":"1","Name":"a","Price":"INF","Cost":0.10,"Rating":3,"Sold":9007199254740993,"IsHeavy":true,"Released":"2026-11-21","Stock":"Store,Online","Condition":null,"Tags":["x"],"Sizes":[1,null],"Origin":{"Street":null,"City":"Oslo","Place":null},"Depots":[{"Street":null,"City":"c","Place":{"Latitude":1,"Longitude":2,"Names":[]}}],"Position":{"type":"Point","coordinates":[10.7,59.9]},"Remark":null"#;

fn text(writer: Writer) -> String {
    String::from_utf8(writer.finish()).unwrap()
}

fn entity(format: Format, layout: &Layout<'_>, instance: &Instance<'_>) -> String {
    let mut writer = Writer::with_format(0, format);
    writer.open();
    writer.context("", &escaped("http://a/$metadata#Articles"), &["/$entity"]);
    writer.entity(layout, instance);
    writer.close();
    text(writer)
}

fn check(format: Format, declared: &'static StructType, selected: &str, instance: &Instance<'_>, expect: &Expect) {
    let select = (!selected.is_empty()).then(|| select(declared, selected).unwrap());
    let text = entity(format, &Layout::new(&MODEL, declared, select.as_ref()), instance);
    expect.assert_eq(&(text.replace(",\"", "\n\"") + "\n"));
}

fn article() -> Instance<'static> {
    Instance { etag: Some(b"7"), id: Some("http://a/Articles(1)"), ..Instance::stored(&ARTICLE, MEMBERS) }
}

#[test]
fn full_metadata_says_everything() {
    check(
        FULL,
        &ARTICLE,
        "",
        &article(),
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.type":"#shop.Article"
        "@odata.id":"http://a/Articles(1)"
        "@odata.etag":"W/\"7\""
        "@odata.editLink":"http://a/Articles(1)"
        "ID@odata.type":"#Guid"
        "ID":"1"
        "Name":"a"
        "Price@odata.type":"#Double"
        "Price":"INF"
        "Cost@odata.type":"#Decimal"
        "Cost":0.10
        "Rating@odata.type":"#Byte"
        "Rating":3
        "Sold@odata.type":"#Int64"
        "Sold":9007199254740993
        "IsHeavy":true
        "Released@odata.type":"#shop.ReleaseDate"
        "Released":"2026-11-21"
        "Stock@odata.type":"#shop.Stock"
        "Stock":"Store,Online"
        "Condition":null
        "Tags@odata.type":"#Collection(String)"
        "Tags":["x"]
        "Sizes@odata.type":"#Collection(Int32)"
        "Sizes":[1,null]
        "Origin":{"@odata.type":"#shop.Address"
        "Street":null
        "City":"Oslo"
        "Place":null}
        "Depots@odata.type":"#Collection(shop.Address)"
        "Depots":[{"@odata.type":"#shop.Address"
        "Street":null
        "City":"c"
        "Place":{"@odata.type":"#shop.Place"
        "Latitude":1
        "Longitude":2
        "Names@odata.type":"#Collection(String)"
        "Names":[]}}]
        "Position@odata.type":"#GeographyPoint"
        "Position":{"type":"Point"
        "coordinates":[10.7,59.9]}
        "Photo@odata.mediaEditLink":"http://a/Articles(1)/Photo"
        "Photo@odata.mediaReadLink":"http://a/Articles(1)/Photo"
        "Maker@odata.associationLink":"http://a/Articles(1)/Maker/$ref"
        "Maker@odata.navigationLink":"http://a/Articles(1)/Maker"
        "Blurbs@odata.associationLink":"http://a/Articles(1)/Blurbs/$ref"
        "Blurbs@odata.navigationLink":"http://a/Articles(1)/Blurbs"
        "Related@odata.associationLink":"http://a/Articles(1)/Related/$ref"
        "Related@odata.navigationLink":"http://a/Articles(1)/Related"
        "Reviews@odata.associationLink":"http://a/Articles(1)/Reviews/$ref"
        "Reviews@odata.navigationLink":"http://a/Articles(1)/Reviews"
        "Badges@odata.associationLink":"http://a/Articles(1)/Badges/$ref"
        "Badges@odata.navigationLink":"http://a/Articles(1)/Badges"
        "Praise@odata.associationLink":"http://a/Articles(1)/Praise/$ref"
        "Praise@odata.navigationLink":"http://a/Articles(1)/Praise"
        "#shop.Total":{"title":"Total"
        "target":"http://a/Articles(1)/shop.Total(rate=@rate)"}
        "#shop.Discounted(percent)":{"title":"Discounted"
        "target":"http://a/Articles(1)/shop.Discounted(percent=@percent)"}
        "#shop.Discounted(percent,rate)":{"title":"Discounted"
        "target":"http://a/Articles(1)/shop.Discounted(percent=@percent,rate=@rate)"}
        "#shop.Similar":{"title":"Similar"
        "target":"http://a/Articles(1)/shop.Similar()"}
        "#shop.Raise":{"title":"Raise"
        "target":"http://a/Articles(1)/shop.Raise"}
        "#shop.Retire":{"title":"Retire"
        "target":"http://a/Articles(1)/shop.Retire"}}
    "##]],
    );
}

#[test]
fn no_metadata_is_the_members_alone() {
    check(
        NONE,
        &ARTICLE,
        "Name,Sold",
        &article(),
        &expect![[r#"
        {"Name":"a"
        "Sold":9007199254740993}
    "#]],
    );
    check(
        NONE,
        &edm::testing::THING,
        "",
        &article(),
        &expect![[r#"
        {"ID":"1"
        "Name":"a"
        "Price":"INF"
        "Cost":0.10
        "Rating":3
        "Sold":9007199254740993
        "IsHeavy":true
        "Released":"2026-11-21"
        "Stock":"Store,Online"
        "Condition":null
        "Tags":["x"]
        "Sizes":[1,null]
        "Origin":{"Street":null
        "City":"Oslo"
        "Place":null}
        "Depots":[{"Street":null
        "City":"c"
        "Place":{"Latitude":1
        "Longitude":2
        "Names":[]}}]
        "Position":{"type":"Point"
        "coordinates":[10.7,59.9]}}
    "#]],
    );
}

#[test]
fn derived_types_are_named() {
    let bundle = Instance { ty: &BUNDLE, ..article() };
    check(
        Format::PLAIN,
        &ARTICLE,
        "Name",
        &bundle,
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.type":"#shop.Bundle"
        "@odata.etag":"W/\"7\""
        "Name":"a"}
    "##]],
    );
    check(
        Format::PLAIN,
        &BUNDLE,
        "Name",
        &bundle,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.etag":"W/\"7\""
        "Name":"a"}
    "#]],
    );
    check(
        FULL,
        &ARTICLE,
        "Name,Maker",
        &bundle,
        &expect![[r##"
            {"@odata.context":"http://a/$metadata#Articles/$entity"
            "@odata.type":"#shop.Bundle"
            "@odata.id":"http://a/Articles(1)"
            "@odata.etag":"W/\"7\""
            "@odata.editLink":"http://a/Articles(1)/shop.Bundle"
            "Name":"a"
            "Maker@odata.associationLink":"http://a/Articles(1)/Maker/$ref"
            "Maker@odata.navigationLink":"http://a/Articles(1)/Maker"
            "#shop.Total":{"title":"Total"
            "target":"http://a/Articles(1)/shop.Bundle/shop.Total(rate=@rate)"}
            "#shop.Discounted(percent)":{"title":"Discounted"
            "target":"http://a/Articles(1)/shop.Bundle/shop.Discounted(percent=@percent)"}
            "#shop.Discounted(percent,rate)":{"title":"Discounted"
            "target":"http://a/Articles(1)/shop.Bundle/shop.Discounted(percent=@percent,rate=@rate)"}
            "#shop.Similar":{"title":"Similar"
            "target":"http://a/Articles(1)/shop.Bundle/shop.Similar()"}
            "#shop.Raise":{"title":"Raise"
            "target":"http://a/Articles(1)/shop.Bundle/shop.Raise"}
            "#shop.Retire":{"title":"Retire"
            "target":"http://a/Articles(1)/shop.Bundle/shop.Retire"}}
        "##]],
    );
}

#[test]
fn wide_numbers_as_strings() {
    check(
        STRINGS,
        &ARTICLE,
        "Name,Cost,Rating,Sold",
        &article(),
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.etag":"W/\"7\""
        "Name":"a"
        "Cost":"0.10"
        "Rating":3
        "Sold":"9007199254740993"}
    "#]],
    );
    let mut writer = Writer::with_format(0, STRINGS);
    writer.open();
    writer.count("", 3);
    writer.close();
    assert_eq!(text(writer), r#"{"@odata.count":"3"}"#);
}

#[test]
fn nulls_left_out() {
    check(
        NO_NULLS,
        &ARTICLE,
        "",
        &article(),
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.etag":"W/\"7\""
        "ID":"1"
        "Name":"a"
        "Price":"INF"
        "Cost":0.10
        "Rating":3
        "Sold":9007199254740993
        "IsHeavy":true
        "Released":"2026-11-21"
        "Stock":"Store,Online"
        "Tags":["x"]
        "Sizes":[1,null]
        "Origin":{"City":"Oslo"}
        "Depots":[{"City":"c"
        "Place":{"Latitude":1
        "Longitude":2
        "Names":[]}}]
        "Position":{"type":"Point"
        "coordinates":[10.7,59.9]}}
    "#]],
    );
    check(
        NO_NULLS,
        &ARTICLE,
        "Condition",
        &article(),
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.etag":"W/\"7\""}
    "#]],
    );
}

#[test]
fn streams() {
    let photo = ARTICLE.find("Photo").map(|(_, property)| property);
    let media = [Media { property: photo, content_type: "image/png", etag: Some("\"9\"") }];
    let instance = Instance { media: &media, ..article() };
    check(
        Format::PLAIN,
        &ARTICLE,
        "Name,Photo",
        &instance,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.etag":"W/\"7\""
        "Name":"a"
        "Photo@odata.mediaContentType":"image/png"
        "Photo@odata.mediaEtag":"\"9\""}
    "#]],
    );
    check(
        Format::PLAIN,
        &ARTICLE,
        "Name",
        &instance,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.etag":"W/\"7\""
        "Name":"a"}
    "#]],
    );
    check(
        NONE,
        &ARTICLE,
        "Name,Photo",
        &instance,
        &expect![[r#"
        {"Name":"a"}
    "#]],
    );
    check(
        FULL,
        &ARTICLE,
        "Photo",
        &instance,
        &expect![[r##"
            {"@odata.context":"http://a/$metadata#Articles/$entity"
            "@odata.type":"#shop.Article"
            "@odata.id":"http://a/Articles(1)"
            "@odata.etag":"W/\"7\""
            "@odata.editLink":"http://a/Articles(1)"
            "Photo@odata.mediaEditLink":"http://a/Articles(1)/Photo"
            "Photo@odata.mediaReadLink":"http://a/Articles(1)/Photo"
            "Photo@odata.mediaContentType":"image/png"
            "Photo@odata.mediaEtag":"\"9\""
            "#shop.Total":{"title":"Total"
            "target":"http://a/Articles(1)/shop.Total(rate=@rate)"}
            "#shop.Discounted(percent)":{"title":"Discounted"
            "target":"http://a/Articles(1)/shop.Discounted(percent=@percent)"}
            "#shop.Discounted(percent,rate)":{"title":"Discounted"
            "target":"http://a/Articles(1)/shop.Discounted(percent=@percent,rate=@rate)"}
            "#shop.Similar":{"title":"Similar"
            "target":"http://a/Articles(1)/shop.Similar()"}
            "#shop.Raise":{"title":"Raise"
            "target":"http://a/Articles(1)/shop.Raise"}
            "#shop.Retire":{"title":"Retire"
            "target":"http://a/Articles(1)/shop.Retire"}}
        "##]],
    );
    let media = [Media { property: None, content_type: "image/svg+xml", etag: None }];
    let members = br#""ID":"2","Name":"p","ContentType":"image/svg+xml","Size":5"#;
    let picture = Instance { media: &media, id: Some("http://a/Pictures(2)"), ..Instance::stored(&PICTURE, members) };
    check(
        Format::PLAIN,
        &PICTURE,
        "",
        &picture,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.mediaContentType":"image/svg+xml"
        "ID":"2"
        "Name":"p"
        "ContentType":"image/svg+xml"
        "Size":5}
    "#]],
    );
    check(
        FULL,
        &PICTURE,
        "",
        &picture,
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.type":"#shop.Picture"
        "@odata.id":"http://a/Pictures(2)"
        "@odata.editLink":"http://a/Pictures(2)"
        "@odata.mediaEditLink":"http://a/Pictures(2)/$value"
        "@odata.mediaReadLink":"http://a/Pictures(2)/$value"
        "@odata.mediaContentType":"image/svg+xml"
        "ID@odata.type":"#Guid"
        "ID":"2"
        "Name":"p"
        "ContentType":"image/svg+xml"
        "Size@odata.type":"#Int64"
        "Size":5}
    "##]],
    );
}

#[test]
fn computed_values_follow() {
    let (half, big, none) = (Value::Double(0.5), Value::Integer(1), Value::Null);
    let computed = [
        Computed { name: "half", ty: DOUBLE, value: &half },
        Computed { name: "big", ty: INT64, value: &big },
        Computed { name: "none", ty: STRING, value: &none },
    ];
    let instance = Instance { computed: &computed, ..Instance::stored(&MAKER, b"\"Name\":\"m\"") };
    check(
        Format::PLAIN,
        &MAKER,
        "",
        &instance,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "Name":"m"
        "half":0.5
        "big":1
        "none":null}
    "#]],
    );
    check(
        Format::PLAIN,
        &MAKER,
        "Name",
        &instance,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "Name":"m"}
    "#]],
    );
    check(
        FULL,
        &MAKER,
        "*",
        &instance,
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "@odata.type":"#shop.Maker"
        "Name":"m"
        "half":0.5
        "big@odata.type":"#Int64"
        "big":1
        "none":null}
    "##]],
    );
    check(
        Format { ieee754: true, ..NO_NULLS },
        &MAKER,
        "",
        &instance,
        &expect![[r#"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "Name":"m"
        "half":0.5
        "big":"1"}
    "#]],
    );
    let mut writer = Writer::with_capacity(0);
    writer.open();
    writer.computed(&MODEL, &computed);
    writer.close();
    assert_eq!(text(writer), r#"{"half":0.5,"big":1,"none":null}"#);
}

/// Appends a computed member to a complex value.
struct Shout;

impl Nested for Shout {
    fn items(&self, _: &Selected, raw: &[u8]) -> Option<Items> {
        let raw = [raw.strip_suffix(b"}")?, br#","loud":"OSLO"}"#].concat();
        Some(Items { raw, count: None, next: None })
    }
}

#[test]
fn computed_members_are_written_where_they_are_selected() {
    let text = "$compute=1 add 1 as two,2 add 1 as three&$select=three,Origin($compute=toupper(City) as loud;$select=City,loud)";
    let query = super::asked(&ARTICLE, text).unwrap();
    let (two, three) = (Value::Integer(2), Value::Integer(3));
    let computed =
        [Computed { name: "two", ty: INT64, value: &two }, Computed { name: "three", ty: INT64, value: &three }];
    let instance = Instance { computed: &computed, ..article() };
    let layout = Layout::new(&MODEL, &ARTICLE, query.select.as_ref()).nesting(&Shout);
    expect![[r#"{"Origin":{"City":"Oslo","loud":"OSLO"},"three":3}"#]].assert_eq(&entity(NONE, &layout, &instance));
}

/// Keeps the first item of every list.
struct First;

impl Nested for First {
    fn items(&self, selected: &Selected, raw: &[u8]) -> Option<Items> {
        let inner = raw.strip_prefix(b"[")?.strip_suffix(b"]")?;
        let count = edm::lazy::items(inner).count();
        let first = edm::lazy::items(inner).next()?;
        let next = (selected.property.name == "Sizes").then(|| "http://a/next".to_owned());
        Some(Items { raw: [b"[", first, b"]"].concat(), count: Some(count), next })
    }
}

#[test]
fn lists_are_narrowed_by_whoever_can() {
    let select = select(&ARTICLE, "Tags,Sizes($count=true;$top=1),Depots($select=City;$top=1)").unwrap();
    let layout = Layout::new(&MODEL, &ARTICLE, Some(&select)).nesting(&First);
    expect![[r#"{"@odata.context":"http://a/$metadata#Articles/$entity","@odata.etag":"W/\"7\"","Tags":["x"],"Sizes@odata.count":2,"Sizes@odata.nextLink":"http://a/next","Sizes":[1],"Depots@odata.count":1,"Depots":[{"City":"c"}]}"#]].assert_eq(&entity(Format::PLAIN, &layout, &article()));
}

#[test]
fn what_is_expanded_is_written_by_the_caller() {
    let maker = ARTICLE.find_navigation("Maker").unwrap();
    let expanded = [maker];
    let select = select(&ARTICLE, "Maker,Blurbs").unwrap();
    let layout = Layout::new(&MODEL, &ARTICLE, Some(&select)).expanding(&expanded);
    let mut writer = Writer::with_format(0, FULL);
    writer.open();
    writer.entity(&layout, &article());
    writer.expanded("http://a/Articles(1)", maker);
    writer.open_member("Maker");
    writer.entity(&Layout::new(&MODEL, &MAKER, None), &Instance::stored(&MAKER, b"\"Name\":\"m\""));
    writer.close();
    writer.close();
    expect![[r##"
        {"@odata.type":"#shop.Article"
        "@odata.id":"http://a/Articles(1)"
        "@odata.etag":"W/\"7\""
        "@odata.editLink":"http://a/Articles(1)"
        "Blurbs@odata.associationLink":"http://a/Articles(1)/Blurbs/$ref"
        "Blurbs@odata.navigationLink":"http://a/Articles(1)/Blurbs"
        "#shop.Total":{"title":"Total"
        "target":"http://a/Articles(1)/shop.Total(rate=@rate)"}
        "#shop.Discounted(percent)":{"title":"Discounted"
        "target":"http://a/Articles(1)/shop.Discounted(percent=@percent)"}
        "#shop.Discounted(percent,rate)":{"title":"Discounted"
        "target":"http://a/Articles(1)/shop.Discounted(percent=@percent,rate=@rate)"}
        "#shop.Similar":{"title":"Similar"
        "target":"http://a/Articles(1)/shop.Similar()"}
        "#shop.Raise":{"title":"Raise"
        "target":"http://a/Articles(1)/shop.Raise"}
        "#shop.Retire":{"title":"Retire"
        "target":"http://a/Articles(1)/shop.Retire"}
        "Maker@odata.associationLink":"http://a/Articles(1)/Maker/$ref"
        "Maker@odata.navigationLink":"http://a/Articles(1)/Maker"
        "Maker":{"@odata.type":"#shop.Maker"
        "Name":"m"}}"##]]
    .assert_eq(&text(writer).replace(",\"", "\n\""));
}

fn property(format: Format, name: &str, raw: &str) -> String {
    let (_, property) = ARTICLE.find(name).unwrap();
    let mut writer = Writer::with_format(0, format);
    writer.open();
    writer.context("", b"c", &[]);
    writer.value(&MODEL, property.ty, raw.as_bytes(), None, None);
    writer.close();
    text(writer)
}

#[test]
fn single_properties() {
    let mut told = String::new();
    for (name, raw) in [
        ("Name", r#""a\"b""#),
        ("Sold", "9007199254740993"),
        ("Released", r#""2026-11-21""#),
        ("Stock", r#""Store""#),
        ("Tags", r#"["a","b"]"#),
        ("Sizes", "[1,null]"),
        ("Origin", r#"{"Street":null,"City":"c"}"#),
        ("Depots", r#"[{"City":"c"}]"#),
    ] {
        for format in [Format::PLAIN, FULL, NONE, Format { ieee754: true, ..NO_NULLS }] {
            told += &format!("{}\n", property(format, name, raw));
        }
    }
    expect![[r##"
        {"@odata.context":"c","value":"a\"b"}
        {"@odata.context":"c","value":"a\"b"}
        {"value":"a\"b"}
        {"@odata.context":"c","value":"a\"b"}
        {"@odata.context":"c","value":9007199254740993}
        {"@odata.context":"c","@odata.type":"#Int64","value":9007199254740993}
        {"value":9007199254740993}
        {"@odata.context":"c","value":"9007199254740993"}
        {"@odata.context":"c","value":"2026-11-21"}
        {"@odata.context":"c","@odata.type":"#shop.ReleaseDate","value":"2026-11-21"}
        {"value":"2026-11-21"}
        {"@odata.context":"c","value":"2026-11-21"}
        {"@odata.context":"c","value":"Store"}
        {"@odata.context":"c","@odata.type":"#shop.Stock","value":"Store"}
        {"value":"Store"}
        {"@odata.context":"c","value":"Store"}
        {"@odata.context":"c","value":["a","b"]}
        {"@odata.context":"c","@odata.type":"#Collection(String)","value":["a","b"]}
        {"value":["a","b"]}
        {"@odata.context":"c","value":["a","b"]}
        {"@odata.context":"c","value":[1,null]}
        {"@odata.context":"c","@odata.type":"#Collection(Int32)","value":[1,null]}
        {"value":[1,null]}
        {"@odata.context":"c","value":[1,null]}
        {"@odata.context":"c","Street":null,"City":"c"}
        {"@odata.context":"c","@odata.type":"#shop.Address","Street":null,"City":"c"}
        {"Street":null,"City":"c"}
        {"@odata.context":"c","City":"c"}
        {"@odata.context":"c","value":[{"City":"c"}]}
        {"@odata.context":"c","@odata.type":"#Collection(shop.Address)","value":[{"@odata.type":"#shop.Address","City":"c"}]}
        {"value":[{"City":"c"}]}
        {"@odata.context":"c","value":[{"City":"c"}]}
    "##]].assert_eq(&told);
}

#[test]
fn bare_values() {
    let mut told = String::new();
    for (name, raw) in [
        ("Name", r#""a\"b\u0001""#),
        ("Name", "null"),
        ("Price", "0.5"),
        ("Price", r#""-INF""#),
        ("Cost", "0.10"),
        ("Sold", "9007199254740993"),
        ("IsHeavy", "true"),
        ("Data", r#""_-8""#),
        ("Released", r#""2026-11-21""#),
        ("Opens", r#""08:30:00""#),
        ("Lead", r#""PT1H""#),
        ("MakerID", r#""00000000-0000-0000-0000-00000000000a""#),
        ("Stock", r#""Store,Online""#),
        ("CreatedAt", r#""2026-11-21T08:30:00Z""#),
        ("Tags", r#"["a"]"#),
        ("Origin", r#"{"City":"c"}"#),
        ("Position", r#"{"type":"Point","coordinates":[10.7,59.9]}"#),
        ("Route", r#"{"type":"LineString","coordinates":[[1,2],[3,4,5]]}"#),
        ("Area", r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[2,2]]]}"#),
        ("Area", r#"{"type":"Polygon","coordinates":7}"#),
        ("Area", r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#),
        ("Area", r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#),
        ("Name", "x"),
    ] {
        let (_, property) = ARTICLE.find(name).unwrap();
        let found = raw_text(property, raw.as_bytes());
        let found = found.map(|raw| format!("{} {:?}", raw.content_type, String::from_utf8_lossy(&raw.body)));
        told += &format!("{raw} {}\n", found.unwrap_or_else(|| "-".into()));
    }
    expect![[r#"
        "a\"b\u0001" text/plain;charset=utf-8 "a\"b\u{1}"
        null -
        0.5 text/plain;charset=utf-8 "0.5"
        "-INF" text/plain;charset=utf-8 "-INF"
        0.10 text/plain;charset=utf-8 "0.10"
        9007199254740993 text/plain;charset=utf-8 "9007199254740993"
        true text/plain;charset=utf-8 "true"
        "_-8" application/octet-stream "��"
        "2026-11-21" text/plain;charset=utf-8 "2026-11-21"
        "08:30:00" text/plain;charset=utf-8 "08:30:00"
        "PT1H" text/plain;charset=utf-8 "PT1H"
        "00000000-0000-0000-0000-00000000000a" text/plain;charset=utf-8 "00000000-0000-0000-0000-00000000000a"
        "Store,Online" text/plain;charset=utf-8 "Store,Online"
        "2026-11-21T08:30:00Z" text/plain;charset=utf-8 "2026-11-21T08:30:00Z"
        ["a"] -
        {"City":"c"} -
        {"type":"Point","coordinates":[10.7,59.9]} text/plain;charset=utf-8 "SRID=4326;Point(10.7 59.9)"
        {"type":"LineString","coordinates":[[1,2],[3,4,5]]} text/plain;charset=utf-8 "SRID=4326;LineString(1 2,3 4 5)"
        {"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[2,2]]]} text/plain;charset=utf-8 "SRID=4326;Polygon((0 0,1 0,1 1,0 0),(2 2))"
        {"type":"Polygon","coordinates":7} -
        {"type":"MultiPoint","coordinates":[[1,2],[3,4]]} text/plain;charset=utf-8 "SRID=4326;MultiPoint((1 2),(3 4))"
        {"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]} text/plain;charset=utf-8 "SRID=4326;GeometryCollection(Point(1 2))"
        x -
    "#]].assert_eq(&told);
    let (_, logo) = SHOP.find("Logo").unwrap();
    assert_eq!(raw_text(logo, b"\"_-8\"").unwrap().content_type, "image/svg+xml");
    assert_eq!(raw_value(DOUBLE, &Value::Double(1.5), None).unwrap().body, b"1.5");
}

#[test]
fn references_and_what_is_gone() {
    let mut writer = Writer::with_format(0, NONE);
    writer.open();
    writer.context("", b"http://a/$metadata#Collection($ref)", &[]);
    writer.open_list("value");
    writer.open_item();
    writer.reference("http://a/Articles(1)");
    writer.close();
    writer.removed(Reason::Deleted, "http://a/Articles(2)", b"\"ID\":2");
    writer.removed(Reason::Changed, "http://a/Articles(3)", b"");
    writer.link(true, "Articles(1)", "Maker", "Makers(1)");
    writer.link(false, "Articles(1)", "Maker", "Makers(2)");
    writer.close_list();
    writer.delta_link("http://a/delta");
    writer.close();
    expect![[r##"{"value":[{"@odata.id":"http://a/Articles(1)"},{"@odata.removed":{"reason":"deleted"},"@odata.id":"http://a/Articles(2)","ID":2},{"@odata.removed":{"reason":"changed"},"@odata.id":"http://a/Articles(3)"},{"@odata.context":"#$link","source":"Articles(1)","relationship":"Maker","target":"Makers(1)"},{"@odata.context":"#$deletedLink","source":"Articles(1)","relationship":"Maker","target":"Makers(2)"}],"@odata.deltaLink":"http://a/delta"}"##]].assert_eq(&text(writer));
}

/// As the codec writes it in the plain form, however that is reached.
fn through_codec(ty: &'static StructType, select: Option<&Select>, members: &[u8]) -> String {
    let codec = Codec { format: Format::PLAIN, model: &MODEL, nested: None };
    let mut out = vec![b'{'];
    codec.members(&mut Object { out: &mut out, comma: false }, ty, select, members);
    out.push(b'}');
    String::from_utf8(out).unwrap()
}

fn spliced(ty: &'static StructType, select: Option<&Select>, members: &[u8]) -> String {
    let mut writer = Writer::with_capacity(0);
    writer.open();
    writer.entity(&Layout::new(&MODEL, ty, select), &Instance::stored(ty, members));
    writer.close();
    text(writer)
}

proptest::proptest! {
    #[test]
    fn the_copy_and_the_codec_are_the_same(seed: u64) {
        for ty in [&ARTICLE, &BUNDLE, &SHOP, &PICTURE, &ADDRESS, &SHOP_ADDRESS] {
            let stored = sample(ty, seed).to_members();
            proptest::prop_assert_eq!(through_codec(ty, None, &stored), spliced(ty, None, &stored));
            for text in ["*", "Name", "Name,Origin/City,Depots/Place/Names,Tags,Remark"] {
                let Some(select) = super::try_select(ty, text) else { continue };
                let select = Some(&select);
                proptest::prop_assert_eq!(through_codec(ty, select, &stored), spliced(ty, select, &stored));
            }
        }
    }

    /// Whatever the form, the answer is JSON, and reads back as what was stored.
    #[test]
    fn every_form_is_json(seed: u64, full: bool, ieee754: bool, omit_nulls: bool) {
        let metadata = if full { Metadata::Full } else { Metadata::Minimal };
        let format = Format { metadata, ieee754, omit_nulls, ..Format::PLAIN };
        let stored = sample(&ARTICLE, seed).to_members();
        let instance = Instance { id: Some("i"), ..Instance::stored(&ARTICLE, &stored) };
        let layout = Layout::new(&MODEL, &ARTICLE, None);
        let answer = entity(format, &layout, &instance);
        let node = edm::json::parse(answer.as_bytes()).map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))?;
        let edm::json::Kind::Object(members) = &node.kind else { panic!("no object") };
        for (name, raw) in edm::lazy::members(&stored) {
            let name = std::str::from_utf8(name).unwrap();
            let (_, property) = ARTICLE.find(name).unwrap();
            let written = members.iter().any(|(known, _)| known == name);
            let left_out = property.on_request || (omit_nulls && raw == b"null");
            proptest::prop_assert_eq!(written, !left_out, "{}", name);
            let wide = matches!(property.ty, Type::Primitive(Primitive::Int64 | Primitive::Decimal));
            if wide && written && raw != b"null" {
                let quoted = format!("\"{name}\":\"{}\"", std::str::from_utf8(raw).unwrap());
                proptest::prop_assert_eq!(answer.contains(&quoted), ieee754);
            }
        }
    }

    #[test]
    fn no_members_make_it_panic(members: Vec<u8>, raw: Vec<u8>) {
        for format in [FULL, STRINGS, NO_NULLS, NONE] {
            let mut writer = Writer::with_format(0, format);
            writer.open();
            writer.entity(&Layout::new(&MODEL, &ARTICLE, None), &Instance::stored(&ARTICLE, &members));
            for (_, property) in ARTICLE.all_properties() {
                writer.value(&MODEL, property.ty, &raw, None, None);
                let _any = raw_text(property, &raw);
            }
        }
    }

    #[test]
    fn no_geography_makes_it_panic(json in r#"\{"type":"(Point|LineString|Polygon|MultiPolygon|GeometryCollection)","(coordinates|geometries)":[\[\]0-9,]{0,20}\}"#) {
        let _any = raw_value(DOUBLE, &Value::Geography(json.into()), None);
    }
}
