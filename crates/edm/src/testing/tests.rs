//! The test model tried on the whole vocabulary: defaults, codec, patch, order.

use std::cmp::Ordering;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{ADDRESS, ARTICLE, BUNDLE, CONDITION, MODEL, PLACE, SHOP, STOCK, faults, sample};
use crate::check::{Violation, check_value, pointer};
use crate::codec::{read_members, read_raw};
use crate::lazy;
use crate::model::{Model, Primitive, StructType, Type};
use crate::query::compare;
use crate::record::{Change, Patch, Record};
use crate::value::Value;

#[test]
fn the_model_is_consistent() {
    assert_eq!(faults(&MODEL), Vec::<String>::new());
}

#[test]
fn holds_every_kind_of_primitive_property() {
    let used = |primitive: &&Primitive| {
        let properties = MODEL.structs.iter().flat_map(|ty| ty.properties);
        !properties.into_iter().any(|property| property.ty.primitive() == Some(**primitive))
    };
    let unused: Vec<_> = Primitive::ALL.iter().filter(used).map(|primitive| primitive.name()).collect();
    // The multiple geographies differ from the single ones in brackets only.
    assert_eq!(
        unused,
        [
            "Edm.GeographyMultiPoint",
            "Edm.GeographyMultiLineString",
            "Edm.GeographyMultiPolygon",
            "Edm.GeographyCollection"
        ]
    );
}

#[test]
fn names_are_found_without_case_and_superseded_ones_too() {
    assert!(std::ptr::eq(MODEL.structure("shop.article").unwrap(), &ARTICLE));
    assert!(std::ptr::eq(MODEL.structure("Ware").unwrap(), &ARTICLE));
    assert_eq!(BUNDLE.find_navigation("opinions").unwrap().name, "Reviews");
    assert_eq!(BUNDLE.find("NAME").unwrap().1.name, "Name");
    assert_eq!(BUNDLE.key_properties(), ["ID"]);
    assert_eq!(MODEL.unqualified("other.Article"), "other.Article");
    assert!(BUNDLE.is_a(&ARTICLE) && !ARTICLE.is_a(&BUNDLE));
}

#[test]
fn inherited_properties_come_first() {
    let names: Vec<_> = BUNDLE.all_properties().map(|(_, property)| property.name).collect();
    assert_eq!(names[..2], ["ID", "Name"]);
    assert_eq!(names[names.len() - 2..], ["Count", "Note"]);
    for (ordinal, property) in BUNDLE.all_properties() {
        assert_eq!(BUNDLE.find(property.name).unwrap().0, ordinal);
    }
}

fn stored(record: &Record) -> String {
    String::from_utf8(record.to_members()).unwrap()
}

#[test]
fn a_new_record_holds_what_a_create_without_members_means() {
    expect_test::expect![[r#""Name":"","Founded":0,"IsOpen":true,"Discount":0.5,"Logo":null,"Head":{"Street":null,"City":null,"Place":null,"Floor":0}"#]]
        .assert_eq(&stored(&Record::new(&SHOP)));
    let article = Record::new(&ARTICLE);
    for (name, value) in [
        ("ID", Value::Guid(uuid::Uuid::nil())),
        ("Description", Value::Null),
        ("Rating", Value::Integer(0)),
        ("Stock", Value::Enum(0)),
        ("Condition", Value::Enum(0)),
        ("Version", Value::Integer(1)),
        ("Kind", Value::text("Article")),
        ("Tags", Value::List(Vec::new())),
        ("Origin", Value::Null),
    ] {
        assert_eq!(article.get(name), &value, "{name}");
    }
}

fn record_type() -> impl proptest::strategy::Strategy<Value = &'static StructType> {
    let instantiable: Vec<_> = MODEL.structs.iter().copied().filter(|ty| !ty.is_abstract).collect();
    proptest::sample::select(instantiable)
}

proptest! {
    #[test]
    fn what_is_written_reads_back(ty in record_type(), seed in any::<u64>()) {
        let record = sample(ty, seed);
        let bytes = record.to_members();
        prop_assert_eq!(read_members(ty, &bytes), Ok(record));
    }

    #[test]
    fn reading_by_path_agrees_with_strict_reading(ty in record_type(), seed in any::<u64>()) {
        let record = sample(ty, seed);
        let bytes = record.to_members();
        let mut count = 0;
        for (property, value) in record.members().filter(|(property, _)| property.ty.primitive() != Some(Primitive::Stream)) {
            let raw = lazy::member(&bytes, property.name).unwrap();
            prop_assert_eq!(read_raw(property.ty, property.collection, raw), Ok(value.clone()), "{}", property.name);
            count += 1;
        }
        prop_assert_eq!(lazy::members(&bytes).count(), count);
    }

    #[test]
    fn samples_are_valid(ty in record_type(), seed in any::<u64>()) {
        let mut violations = Vec::new();
        check_record(&sample(ty, seed), "", &mut violations);
        prop_assert_eq!(violations, Vec::new());
    }

    #[test]
    fn a_patch_of_everything_turns_one_record_into_the_other(ty in record_type(), seeds in any::<[u64; 2]>()) {
        let (mut record, other) = (sample(ty, seeds[0]), sample(ty, seeds[1]));
        let changes = other.members().enumerate().map(|(at, (_, value))| (at, Change::Set(value.clone()))).collect();
        Patch { changes }.apply(&mut record);
        prop_assert_eq!(record, other);
    }

    #[test]
    fn the_order_is_total(seeds in any::<[u64; 3]>()) {
        let [a, b, c] = seeds.map(|seed| sample(&ARTICLE, seed));
        for ((_, a), ((_, b), (_, c))) in a.members().zip(b.members().zip(c.members())) {
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            prop_assert_eq!(compare(a, a), Ordering::Equal);
            if compare(a, b) != Ordering::Greater && compare(b, c) != Ordering::Greater {
                prop_assert!(compare(a, c) != Ordering::Greater);
            }
        }
    }
}

fn check_record(record: &Record, parent: &str, violations: &mut Vec<Violation>) {
    for (property, value) in record.members() {
        let place = pointer(parent, property.name);
        check_value(property, value, &place, violations);
        let items = if let Value::List(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
        for nested in items.iter().filter_map(Value::as_record) {
            check_record(nested, &place, violations);
        }
    }
}

fn ordinal(ty: &'static StructType, name: &str) -> usize {
    ty.find(name).unwrap().0
}

fn patch<const N: usize>(ty: &'static StructType, changes: [(&str, Change); N]) -> Patch {
    Patch { changes: changes.into_iter().map(|(name, change)| (ordinal(ty, name), change)).collect() }
}

fn address(city: &str, latitude: f64) -> Record {
    let mut place = Record::new(&PLACE);
    place.set("Latitude", Value::Double(latitude));
    place.set("Names", Value::List(vec![Value::text("here")]));
    let mut address = Record::new(&ADDRESS);
    address.set("City", Value::text(city));
    address.set("Place", Value::Record(place));
    address
}

/// What the patch makes of an address in Oslo.
fn check(change: Change, expected: &expect_test::Expect) {
    let mut article = Record::new(&ARTICLE);
    article.set("Origin", Value::Record(address("Oslo", 59.9)));
    patch(&ARTICLE, [("Origin", change)]).apply(&mut article);
    let bytes = article.to_members();
    expected.assert_eq(std::str::from_utf8(lazy::member(&bytes, "Origin").unwrap()).unwrap());
}

#[test]
fn what_a_patch_does_not_name_stays() {
    let before = sample(&ARTICLE, 7);
    let mut after = before.clone();
    patch(&ARTICLE, [("Name", Change::Set(Value::text("new")))]).apply(&mut after);
    for ((property, before), (_, after)) in before.members().zip(after.members()) {
        assert_eq!(before == after, property.name != "Name", "{}", property.name);
    }
}

#[test]
fn null_makes_null() {
    check(Change::Set(Value::Null), &expect_test::expect!["null"]);
}

#[test]
fn complex_values_merge_member_by_member() {
    let place = patch(&PLACE, [("Longitude", Change::Set(Value::Double(10.7)))]);
    check(
        Change::Merge(patch(
            &ADDRESS,
            [("Place", Change::Merge(place)), ("Street", Change::Set(Value::text("Gate 1")))],
        )),
        &expect_test::expect![[
            r#"{"Street":"Gate 1","City":"Oslo","Place":{"Latitude":59.9,"Longitude":10.7,"Names":["here"]}}"#
        ]],
    );
}

#[test]
fn lists_are_replaced() {
    let place = patch(&PLACE, [("Names", Change::Set(Value::List(vec![Value::text("there")])))]);
    check(
        Change::Merge(patch(&ADDRESS, [("Place", Change::Merge(place))])),
        &expect_test::expect![[
            r#"{"Street":null,"City":"Oslo","Place":{"Latitude":59.9,"Longitude":0,"Names":["there"]}}"#
        ]],
    );
}

#[test]
fn merging_into_null_makes_a_new_value() {
    let mut article = Record::new(&ARTICLE);
    let origin = patch(&ADDRESS, [("City", Change::Set(Value::text("Bergen")))]);
    patch(&ARTICLE, [("Origin", Change::Merge(origin))]).apply(&mut article);
    assert_eq!(article.get("Origin").as_record().unwrap().get("City").as_str(), Some("Bergen"));
}

#[test]
fn strict_reading_refuses_what_was_never_written() {
    for bad in [
        r#""Count":1,"count":2"#,
        r#""Nothing":1"#,
        r#""Tags":"one""#,
        r#""Tags":null"#,
        r#""Price":"1""#,
        r#""Stock":"Nowhere""#,
        r#""Name":1"#,
        r#""Name":"a""Price":1"#,
        r#""Name":"a","Name":"b""#,
        r#""Rating":256"#,
    ] {
        assert!(read_members(&BUNDLE, bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn a_member_that_an_older_model_lacked_gets_its_initial_value() {
    let read = read_members(&ARTICLE, br#""Name":"a","Price":1"#).unwrap();
    assert_eq!(read.get("Version"), &Value::Integer(1));
    assert_eq!(read.get("Kind").as_str(), Some("Article"));
}

#[test]
fn values_order_as_their_types_say() {
    let read = |ty: Type, text: &str| read_raw(ty, false, text.as_bytes()).unwrap();
    let of = |name: &str| ARTICLE.find(name).unwrap().1.ty;
    for (name, ascending) in [
        ("IsHeavy", ["null", "false", "true"]),
        ("Price", ["\"-INF\"", "-1.5", "1e300"]),
        ("Cost", ["-0.000000000000000001", "0", "99999999999999999999.5"]),
        ("Name", ["\"Z\"", "\"a\"", "\"é\""]),
        ("Condition", ["\"New\"", "\"Used\"", "\"Broken\""]),
        ("Released", ["\"-0001-01-01\"", "\"2020-02-29\"", "\"2020-03-01\""]),
        ("CreatedAt", ["\"2020-01-01T00:00:00+02:00\"", "\"2020-01-01T00:00:00Z\"", "\"2020-01-01T00:00:00.1Z\""]),
        ("Opens", ["\"07:00\"", "\"07:00:00.5\"", "\"23:59:59\""]),
        ("Lead", ["\"-P1D\"", "\"PT0S\"", "\"PT36H\""]),
    ] {
        let values = ascending.map(|text| read(of(name), text));
        for pair in values.windows(2) {
            assert_eq!(compare(&pair[0], &pair[1]), Ordering::Less, "{name}: {pair:?}");
        }
    }
}

#[test]
fn enumerations_know_their_members() {
    assert_eq!(STOCK.mask(), 7);
    assert_eq!(STOCK.sentinel_value(), Some(8));
    assert_eq!(CONDITION.numbered(7).unwrap().name, "Broken");
    assert_eq!(CONDITION.member("used").unwrap().value, 1);
}

#[test]
fn a_namespace_has_an_alias_where_the_model_gives_one() {
    let aliased = Model { alias: Some("s"), structs: MODEL.structs, ..MODEL };
    let check = |name: &str, expected: &str| assert_eq!(aliased.unqualified(name), expected, "{name}");
    check("s.Article", "Article");
    check("S.Article", "Article");
    check("shop.Article", "Article");
    check("s.s.Article", "s.Article");
    for other in ["s", "sArticle", "so.Article", "sh.Article", "Article", ""] {
        check(other, other);
    }
    assert!(aliased.is_called("S") && aliased.is_called("Shop") && !aliased.is_called("sh") && !MODEL.is_called("s"));
}
