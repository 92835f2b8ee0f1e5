//! Answers that are no entities.

use edm::Value;
use edm::model::build::DOUBLE;
use edm::testing::{ARTICLE, MODEL, SHOP};
use expect_test::expect;

use super::forms::{FULL, NO_NULLS, NONE, text};
use crate::payload::{Format, Items, Reason, Writer, raw_text, raw_value};

fn property(format: Format, name: &str, raw: &str) -> String {
    let (_, property) = ARTICLE.find(name).unwrap();
    let mut writer = Writer::with_format(0, format);
    writer.open();
    writer.context("", b"c", &[]);
    writer.value(&MODEL, property.ty, &Items { raw: raw.into(), ..Items::default() }, None, None);
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
    writer.deleted_entity(b"http://a/$metadata#Articles/$deletedEntity", Reason::Deleted, "http://a/Articles(4)");
    writer.link(true, "Articles(1)", "Maker", "Makers(1)");
    writer.link(false, "Articles(1)", "Maker", "Makers(2)");
    writer.close_list();
    writer.delta_link("http://a/delta");
    writer.close();
    expect![[r##"{"value":[{"@odata.id":"http://a/Articles(1)"},{"@odata.removed":{"reason":"deleted"},"@odata.id":"http://a/Articles(2)","ID":2},{"@odata.removed":{"reason":"changed"},"@odata.id":"http://a/Articles(3)"},{"@odata.context":"http://a/$metadata#Articles/$deletedEntity","id":"http://a/Articles(4)","reason":"deleted"},{"@odata.context":"#$link","source":"Articles(1)","relationship":"Maker","target":"Makers(1)"},{"@odata.context":"#$deletedLink","source":"Articles(1)","relationship":"Maker","target":"Makers(2)"}],"@odata.deltaLink":"http://a/delta"}"##]].assert_eq(&text(writer));
}
