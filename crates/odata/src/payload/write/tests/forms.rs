//! Entities in the forms a client may ask for, as tables.

use edm::StructType;
use edm::testing::{ARTICLE, BUNDLE, MAKER, MODEL};
use expect_test::{Expect, expect};

use super::select;
use crate::payload::{Format, Instance, Layout, Metadata, Writer, escaped};

pub(super) const FULL: Format = Format { metadata: Metadata::Full, ..Format::PLAIN };
pub(super) const NONE: Format = Format { metadata: Metadata::None, ..Format::PLAIN };
pub(super) const STRINGS: Format = Format { ieee754: true, ..Format::PLAIN };
pub(super) const NO_NULLS: Format = Format { omit_nulls: true, ..Format::PLAIN };

const MEMBERS: &[u8] = br#""ID":"1","Name":"a","Price":"INF","Cost":0.10,"Rating":3,"Sold":9007199254740993,"IsHeavy":true,"Released":"2026-11-21","Stock":"Store,Online","Condition":null,"Tags":["x"],"Sizes":[1,null],"Origin":{"Street":null,"City":"Oslo","Place":null},"Depots":[{"Street":null,"City":"c","Place":{"Latitude":1,"Longitude":2,"Names":[]}}],"Position":{"type":"Point","coordinates":[10.7,59.9]},"Remark":null"#;

pub(super) fn text(writer: Writer) -> String {
    String::from_utf8(writer.finish()).unwrap()
}

pub(super) fn entity(format: Format, layout: &Layout<'_>, instance: &Instance<'_>) -> String {
    let mut writer = Writer::with_format(0, format);
    writer.open();
    writer.context("", &escaped(&["http://a/$metadata#Articles"]), &["/$entity"]);
    writer.entity(layout, instance);
    writer.close();
    text(writer)
}

pub(super) fn check(
    format: Format,
    declared: &'static StructType,
    selected: &str,
    instance: &Instance<'_>,
    expect: &Expect,
) {
    let select = (!selected.is_empty()).then(|| select(declared, selected).unwrap());
    let text = entity(format, &Layout::new(&MODEL, declared, select.as_ref()), instance);
    expect.assert_eq(&(text.replace(",\"", "\n\"") + "\n"));
}

pub(super) fn article() -> Instance<'static> {
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
            "@odata.id":"http://a/Articles(1)"
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
            "@odata.id":"http://a/Articles(1)"
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
            "@odata.id":"http://a/Articles(1)"
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
            "@odata.id":"http://a/Articles(1)"
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
            "@odata.id":"http://a/Articles(1)"
            "@odata.etag":"W/\"7\""}
        "#]],
    );
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
