//! What is nested in a selection.

use edm::Value;
use edm::model::build::{INT64, STRING};
use edm::testing::{ARTICLE, MODEL};
use expect_test::expect;

use super::forms::{NONE, article, entity};
use super::select;
use crate::payload::{Computed, Format, Instance, Items, Layout, Nested};
use crate::query::Selected;

/// Appends a computed member to a complex value.
struct Shout;

impl Nested for Shout {
    fn items(&self, _: &Selected, raw: &[u8]) -> Option<Items> {
        let raw = [raw.strip_suffix(b"}")?, br#","loud":"OSLO"}"#].concat();
        Some(Items { raw, count: None, next: None, types: vec![("loud".to_owned(), STRING)] })
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
        Some(Items { raw: [b"[", first, b"]"].concat(), count: Some(count), next, types: Vec::new() })
    }
}

#[test]
fn lists_are_narrowed_by_whoever_can() {
    let select = select(&ARTICLE, "Tags,Sizes($count=true;$top=1),Depots($select=City;$top=1)").unwrap();
    let layout = Layout::new(&MODEL, &ARTICLE, Some(&select)).nesting(&First);
    expect![[r#"{"@odata.context":"http://a/$metadata#Articles/$entity","@odata.id":"http://a/Articles(1)","@odata.etag":"W/\"7\"","Tags":["x"],"Sizes@odata.count":2,"Sizes@odata.nextLink":"http://a/next","Sizes":[1],"Depots@odata.count":1,"Depots":[{"City":"c"}]}"#]].assert_eq(&entity(Format::PLAIN, &layout, &article()));
}
