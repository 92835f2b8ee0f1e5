//! Answers from stored members, as tables; and that copying them and writing them anew is the same.

mod computed;
mod forms;
mod nested;
mod random;
mod single;
mod streams;

use edm::codec::read_members;
use edm::testing::{ARTICLE, BUNDLE, MODEL, SHOP, sample};
use edm::{Record, StructType, Type};
use expect_test::{Expect, expect};

use super::{Projection, Writer, escaped};
use crate::problem::Problem;
use crate::query::{Applies, Limits, Options, Query, Scope, Select, bind};

fn select(ty: &'static StructType, text: &str) -> Option<Select> {
    Some(try_select(ty, text).unwrap())
}

/// Nothing where the type has not all of it.
fn try_select(ty: &'static StructType, text: &str) -> Option<Select> {
    asked(ty, &format!("$select={text}")).ok()?.select
}

fn asked(ty: &'static StructType, text: &str) -> Result<Query, Problem> {
    let options = Options::read(Some(text), &Limits::LENIENT)?;
    bind(&MODEL, Scope::of(Type::Struct(ty)), &options, Applies::Entity)
}

fn written(ty: &'static StructType, text: Option<&str>, members: &[u8]) -> String {
    let select = text.and_then(|text| select(ty, text));
    let mut writer = Writer::with_capacity(64);
    writer.open();
    writer.etag(b"7");
    writer.members(Projection::of(ty, select.as_ref()), members);
    writer.count("After", 1);
    writer.close();
    String::from_utf8(writer.finish()).unwrap()
}

fn check(text: &str, expect: &Expect) {
    let members = br#""ID":"1","Name":"a\"b","Tags":["x"],"Origin":{"Street":null,"City":"Oslo","Place":null},"Depots":[{"Street":"s","City":"c","Place":{"Latitude":1,"Longitude":2,"Names":[]}},{"Street":null,"City":null,"Place":null}],"Remark":"r""#;
    expect.assert_eq(&written(&ARTICLE, Some(text).filter(|text| !text.is_empty()), members));
}

#[test]
fn selections() {
    check(
        "",
        &expect![[
            r#"{"@odata.etag":"W/\"7\"","ID":"1","Name":"a\"b","Tags":["x"],"Origin":{"Street":null,"City":"Oslo","Place":null},"Depots":[{"Street":"s","City":"c","Place":{"Latitude":1,"Longitude":2,"Names":[]}},{"Street":null,"City":null,"Place":null}],"After@odata.count":1}"#
        ]],
    );
    check(
        "*",
        &expect![[
            r#"{"@odata.etag":"W/\"7\"","ID":"1","Name":"a\"b","Tags":["x"],"Origin":{"Street":null,"City":"Oslo","Place":null},"Depots":[{"Street":"s","City":"c","Place":{"Latitude":1,"Longitude":2,"Names":[]}},{"Street":null,"City":null,"Place":null}],"Remark":"r","After@odata.count":1}"#
        ]],
    );
    check("Remark", &expect![[r#"{"@odata.etag":"W/\"7\"","Remark":"r","After@odata.count":1}"#]]);
    check("tags,NAME", &expect![[r#"{"@odata.etag":"W/\"7\"","Name":"a\"b","Tags":["x"],"After@odata.count":1}"#]]);
    check("Origin/City", &expect![[r#"{"@odata.etag":"W/\"7\"","Origin":{"City":"Oslo"},"After@odata.count":1}"#]]);
    check(
        "Origin/City,Origin/Place/Latitude",
        &expect![[r#"{"@odata.etag":"W/\"7\"","Origin":{"City":"Oslo","Place":null},"After@odata.count":1}"#]],
    );
    check(
        "Origin/City,Origin",
        &expect![[
            r#"{"@odata.etag":"W/\"7\"","Origin":{"Street":null,"City":"Oslo","Place":null},"After@odata.count":1}"#
        ]],
    );
    check(
        "Origin/City,*",
        &expect![[
            r#"{"@odata.etag":"W/\"7\"","ID":"1","Name":"a\"b","Tags":["x"],"Origin":{"Street":null,"City":"Oslo","Place":null},"Depots":[{"Street":"s","City":"c","Place":{"Latitude":1,"Longitude":2,"Names":[]}},{"Street":null,"City":null,"Place":null}],"Remark":"r","After@odata.count":1}"#
        ]],
    );
    check(
        "Depots/City,Depots/Place/Longitude",
        &expect![[
            r#"{"@odata.etag":"W/\"7\"","Depots":[{"City":"c","Place":{"Longitude":2}},{"City":null,"Place":null}],"After@odata.count":1}"#
        ]],
    );
    check(
        "Depots/Place/Names",
        &expect![[
            r#"{"@odata.etag":"W/\"7\"","Depots":[{"Place":{"Names":[]}},{"Place":null}],"After@odata.count":1}"#
        ]],
    );
    check("Photo", &expect![[r#"{"@odata.etag":"W/\"7\"","After@odata.count":1}"#]]);
    check("Maker", &expect![[r#"{"@odata.etag":"W/\"7\"","After@odata.count":1}"#]]);
}

#[test]
fn lists_and_annotations() {
    let mut writer = Writer::with_capacity(64);
    writer.open();
    writer.context("", &escaped(&["http://a/$metadata#x('\"')"]), &["(a)", "/$entity"]);
    writer.count("", 2);
    writer.next_link("http://a/x?b=\\");
    writer.open_list("value");
    for members in [&b"\"a\":1"[..], b""] {
        writer.open_item();
        writer.members(Projection::Stored, members);
        writer.close();
    }
    writer.close_list();
    writer.null_member("one");
    writer.open_member("other");
    writer.close();
    writer.close();
    expect![[r#"{"@odata.context":"http://a/$metadata#x('\"')(a)/$entity","@odata.count":2,"@odata.nextLink":"http://a/x?b=\\","value":[{"a":1},{}],"one":null,"other":{}}"#]].assert_eq(&String::from_utf8(writer.finish()).unwrap());
}

/// Every declared property that is stored, by name.
fn all_names(ty: &'static StructType, with_on_request: bool) -> String {
    let named = ty.all_properties().filter(|(_, property)| with_on_request || !property.on_request);
    named.map(|(_, property)| property.name).collect::<Vec<_>>().join(",")
}

proptest::proptest! {
    /// What is stored is what is sent: the copy, the codec and a selection of everything give equal bytes.
    #[test]
    fn copying_and_writing_anew_are_the_same(seed: u64) {
        for ty in [&ARTICLE, &BUNDLE, &SHOP] {
            let stored = sample(ty, seed).to_members();
            let again: Record = read_members(ty, &stored).map_err(proptest::test_runner::TestCaseError::fail)?;
            proptest::prop_assert_eq!(&again.to_members(), &stored);
            proptest::prop_assert_eq!(written(ty, Some("*"), &stored), written(ty, Some(&all_names(ty, true)), &stored));
            proptest::prop_assert_eq!(written(ty, None, &stored), written(ty, Some(&all_names(ty, false)), &stored));
        }
    }

    #[test]
    fn never_panics(members: Vec<u8>) {
        let select = select(&ARTICLE, "Name,Origin/City,Depots/Place/Names").unwrap();
        for projection in [Projection::Stored, Projection::Usual(&ARTICLE), Projection::Selected(&select)] {
            let mut writer = Writer::with_capacity(0);
            writer.open();
            writer.members(projection, &members);
        }
    }
}
