//! What was computed follows the members.

use edm::Value;
use edm::model::build::{DOUBLE, INT64, STRING};
use edm::testing::{ADDRESS, MAKER, MODEL};
use expect_test::expect;

use super::forms::{FULL, NO_NULLS, NONE, check, text};
use crate::payload::{Computed, Format, Instance, Writer};

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
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "Name":"m"
        "half":0.5
        "big@odata.type":"#Int64"
        "big":1
        "none":null}
    "##]],
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
        &expect![[r##"
        {"@odata.context":"http://a/$metadata#Articles/$entity"
        "Name":"m"
        "half":0.5
        "big@odata.type":"#Int64"
        "big":"1"}
    "##]],
    );
    let mut writer = Writer::with_capacity(0);
    writer.open();
    writer.computed(&MODEL, &computed);
    writer.close();
    assert_eq!(text(writer), r##"{"half":0.5,"big@odata.type":"#Int64","big":1,"none":null}"##);
}

/// The types of what `$metadata` does not declare: minimal metadata says them, too.
#[test]
fn computed_values_say_what_json_does_not_show() {
    let (infinite, day) = (Value::Double(f64::INFINITY), Value::text("2024-01-15"));
    let mut origin = edm::Record::new(&ADDRESS);
    assert!(origin.set("City", Value::text("Oslo")));
    let (origin, list) = (Value::Record(origin), Value::List(vec![Value::text("a")]));
    let computed = [
        Computed { name: "far", ty: DOUBLE, value: &infinite },
        Computed { name: "text", ty: STRING, value: &day },
        Computed { name: "at", ty: edm::Type::Struct(&ADDRESS), value: &origin },
        Computed { name: "list", ty: STRING, value: &list },
    ];
    let written = |format| {
        let mut writer = Writer::with_format(0, format);
        writer.open();
        writer.computed(&MODEL, &computed);
        writer.close();
        text(writer)
    };
    let minimal = r##"{"far@odata.type":"#Double","far":"INF","text":"2024-01-15","at":{"@odata.type":"#shop.Address","Street":null,"City":"Oslo","Place":null},"list@odata.type":"#Collection(String)","list":["a"]}"##;
    assert_eq!(written(Format::PLAIN), minimal);
    assert_eq!(written(FULL), minimal);
    let none = r#"{"far":"INF","text":"2024-01-15","at":{"Street":null,"City":"Oslo","Place":null},"list":["a"]}"#;
    assert_eq!(written(NONE), none);
}
