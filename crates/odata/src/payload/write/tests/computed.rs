//! What was computed follows the members.

use edm::Value;
use edm::model::build::{DOUBLE, INT64, STRING};
use edm::testing::{MAKER, MODEL};
use expect_test::expect;

use super::forms::{FULL, NO_NULLS, check, text};
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
