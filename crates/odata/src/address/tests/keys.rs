//! Keys by alias and of several values, literals of every type, and keys written back.

use edm::model::build::{
    BINARY, BOOLEAN, BYTE, DATE, DATE_TIME, DECIMAL, DOUBLE, DURATION, GEOGRAPHY_LINE_STRING, GEOGRAPHY_POINT,
    GEOGRAPHY_POLYGON, INT16, INT32, INT64, SBYTE, SINGLE, STRING, TIME_OF_DAY, en, entity, of, one, parameter,
};
use edm::testing::{CONDITION, MODEL, PLACE, STOCK};
use edm::{Parameter, Primitive, StructType, Type, Value};
use expect_test::expect;

use super::{GUID, bound, check};
use crate::address::bind::Binder;
use crate::address::{Address, Place, Step, Tail};
use crate::dialect::Dialect;
use crate::url::path::{key_predicate, parse};

#[test]
fn keys_by_alias_and_in_segments() {
    check(
        &[
            &format!("Articles(@k)?@k={GUID}"),
            &format!("Articles(ID=@k)/Name?@k={GUID}"),
            "Articles(SerialNumber=@k)?@k='a%2Fb'",
            "Articles(@k)",
            "Articles(@k)?@k=@l",
            "Articles(@k)?@k='x",
            &format!("Articles('{GUID}')"),
            &format!("Blurbs/{GUID}/no/Text"),
            &format!("Blurbs/{GUID}/a%2Fb"),
            "Blurbs/x/no",
            &format!("Articles/shop.Bundle({GUID})"),
            &format!("Articles/$filter(Price gt 1)({GUID})/Name"),
            &format!("Articles/$filter(Price gt 1)/{GUID}"),
            &format!("Articles({GUID})({GUID})"),
            &format!("Articles({GUID})/Blurbs('no')"),
            &format!("Articles({GUID})/Blurbs(Language='no')/Text"),
            &format!("Articles({GUID})/Blurbs(Language='no',ArticleID={GUID})"),
            &format!("Articles({GUID})/Blurbs/no/Text"),
            &format!("Articles({GUID})/Blurbs(ArticleID={GUID})"),
            "Articles(SerialNumber='x')/Blurbs('no')",
            "Blurbs('no')",
            &format!("Makers({GUID})/Articles({GUID})"),
        ],
        &expect![[r#"
            Articles(@k)?@k=00000000-0000-0000-0000-000000000001
              Article: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(ID=@k)/Name?@k=00000000-0000-0000-0000-000000000001
              Name: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], .Name
            Articles(SerialNumber=@k)?@k='a%2Fb'
              Article: set Articles, SerialNumber=[String("a/b")]
            Articles(@k)
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles(@k)?@k=@l
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles(@k)?@k='x
              400 found a key that does not fit, `Article` is keyed by `ID` (Edm.Guid)
            Articles('00000000-0000-0000-0000-000000000001')
              Article: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Blurbs/00000000-0000-0000-0000-000000000001/no/Text
              Text: set Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("no")], .Text
            Blurbs/00000000-0000-0000-0000-000000000001/a%2Fb
              Blurb: set Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("a/b")]
            Blurbs/x/no
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Articles/shop.Bundle(00000000-0000-0000-0000-000000000001)
              Bundle: set Articles, as Bundle, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles/$filter(Price gt 1)(00000000-0000-0000-0000-000000000001)/Name
              Name: set Articles, where Price gt 1, ID=[Guid(00000000-0000-0000-0000-000000000001)], .Name
            Articles/$filter(Price gt 1)/00000000-0000-0000-0000-000000000001
              Article: set Articles, where Price gt 1, ID=[Guid(00000000-0000-0000-0000-000000000001)]
            Articles(00000000-0000-0000-0000-000000000001)(00000000-0000-0000-0000-000000000001)
              400 Resource not found for the segment 'Articles(00000000-0000-0000-0000-000000000001)(00000000-0000-0000-0000-000000000'.
            Articles(00000000-0000-0000-0000-000000000001)/Blurbs('no')
              Blurb: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("no")]
            Articles(00000000-0000-0000-0000-000000000001)/Blurbs(Language='no')/Text
              Text: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("no")], .Text
            Articles(00000000-0000-0000-0000-000000000001)/Blurbs(Language='no',ArticleID=00000000-0000-0000-0000-000000000001)
              Blurb: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("no")]
            Articles(00000000-0000-0000-0000-000000000001)/Blurbs/no/Text
              Text: set Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Blurbs, ArticleID+Language=[Guid(00000000-0000-0000-0000-000000000001), String("no")], .Text
            Articles(00000000-0000-0000-0000-000000000001)/Blurbs(ArticleID=00000000-0000-0000-0000-000000000001)
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Articles(SerialNumber='x')/Blurbs('no')
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Blurbs('no')
              400 found a key that does not fit, `Blurb` is keyed by `ArticleID` (Edm.Guid) and `Language` (Edm.String)
            Makers(00000000-0000-0000-0000-000000000001)/Articles(00000000-0000-0000-0000-000000000001)
              Article: set Makers, ID=[Guid(00000000-0000-0000-0000-000000000001)], to Articles, ID=[Guid(00000000-0000-0000-0000-000000000001)]
        "#]],
    );
}

/// The value of an argument of that type, as `Debug` writes it.
fn argument(parameter: &Parameter, text: &str, alias: Option<&str>) -> String {
    let segments = parse(text).unwrap();
    let argument = &segments[0].arguments.as_ref().unwrap()[0];
    let options = |_: &str| alias.map(str::to_owned);
    let address = Address { steps: Vec::new(), tail: Tail::Resource, place: Place::Root };
    let binder = Binder { model: &MODEL, dialect: &Dialect::GRAPH, options: &options, address };
    binder.argument(parameter, argument).map_or("none".to_owned(), |value| format!("{value:?}"))
}

#[test]
fn literals_of_every_type() {
    let check = |ty: Type, text: &str, expect: &str| {
        assert_eq!(argument(&parameter("p", ty), &format!("f(p={text})"), None), expect, "{text}");
        // What an alias stands for is read as if it stood there.
        assert_eq!(argument(&parameter("p", ty), "f(p=@a)", Some(text)), expect, "@a={text}");
    };
    check(BOOLEAN, "True", "Boolean(true)");
    check(BYTE, "255", "Integer(255)");
    check(BYTE, "256", "none");
    check(SBYTE, "-128", "Integer(-128)");
    check(INT16, "-5", "Integer(-5)");
    check(INT32, "2147483648", "none");
    check(INT64, "9223372036854775807", "Integer(9223372036854775807)");
    check(SINGLE, "1.5", "Single(1.5)");
    check(DOUBLE, "-INF", "Double(-inf)");
    check(DOUBLE, "10", "Double(10.0)");
    check(STRING, "'a,b)c'", "String(\"a,b)c\")");
    check(STRING, "a", "none");
    check(STRING, "duration'PT1H'", "none");
    check(BINARY, "binary'YQ'", "Binary([97])");
    check(en(&STOCK), "shop.Stock'Store,Online'", "Enum(3)");
    check(en(&STOCK), "'Store'", "Enum(1)");
    check(en(&STOCK), "3", "Enum(3)");
    check(en(&STOCK), "shop.Condition'New'", "none");
    check(en(&CONDITION), "'Lost'", "none");
    check(
        GEOGRAPHY_POINT,
        "geography'SRID=4326;Point(10.7 59.9)'",
        r#"Geography("{\"type\":\"Point\",\"coordinates\":[10.7,59.9]}")"#,
    );
    check(
        GEOGRAPHY_LINE_STRING,
        "geography'SRID=4326;LineString(1 2,3 4)'",
        r#"Geography("{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}")"#,
    );
    check(
        GEOGRAPHY_POLYGON,
        "geography'SRID=4326;Polygon((1 2,3 4,1 2))'",
        r#"Geography("{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[1,2]]]}")"#,
    );
    check(
        Type::Primitive(Primitive::GeographyMultiPoint),
        "geography'SRID=4326;MultiPoint((1 2),(3 4))'",
        r#"Geography("{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}")"#,
    );
    check(GEOGRAPHY_POINT, "geography'SRID=4326;LineString(1 2,3 4)'", "none");
    for (ty, text) in [
        (DATE, "2026-11-21"),
        (DATE_TIME, "2026-11-21T08:30:00%2B02:00"),
        (TIME_OF_DAY, "08:30:00"),
        (DURATION, "duration'PT1H'"),
        (DURATION, "'PT1H'"),
        (DECIMAL, "12345678901234567890.5"),
        (edm::model::build::GUID, GUID),
    ] {
        assert_ne!(argument(&parameter("p", ty), &format!("f(p={text})"), None), "none", "{text}");
        assert_eq!(argument(&parameter("p", ty), "f(p='?')", None), "none");
    }
}

#[test]
fn json_behind_an_alias() {
    let check = |parameter: Parameter, text: &str, expect: &str| {
        assert_eq!(argument(&parameter, "f(p=@a)", Some(text)), expect, "{text}");
    };
    check(parameter("p", INT32).list(), "[1, 2]", "List([Integer(1), Integer(2)])");
    check(parameter("p", STRING).list(), "'a'", "none");
    check(parameter("p", STRING).list(), "[1]", "none");
    check(parameter("p", STRING), "\"a\"", "String(\"a\")");
    check(parameter("p", STRING), "[\"a\"]", "none");
    check(parameter("p", of(&PLACE)), "'a'", "none");
    check(parameter("p", of(&PLACE)), "{\"Nothing\":1}", "none");
    assert!(argument(&parameter("p", of(&PLACE)), "f(p=@a)", Some("{\"Latitude\":1.5}")).starts_with("Record("));
    check(Parameter { nullable: true, ..parameter("p", INT32) }, "null", "Null");
    assert_eq!(argument(&Parameter { nullable: true, ..parameter("p", INT32) }, "f(p=@a)", None), "Null");
    assert_eq!(argument(&parameter("p", INT32), "f(p=@a)", None), "none");
}

fn keyed(ty: Type) -> &'static StructType {
    let property = Box::leak(Box::new([one("id", ty, "")]));
    Box::leak(Box::new(entity("Keyed", None, "", property, &[]).key(&["id"])))
}

#[test]
fn keys_of_every_type_are_written_as_they_are_read() {
    let read = |ty: Type, text: &str| edm::value::primitive_from_text(ty.primitive().unwrap(), text).unwrap();
    for (ty, value, expect) in [
        (STRING, Value::text("a'b/c?æ"), "('a%27%27b%2Fc%3F%C3%A6')"),
        (INT64, Value::Integer(-5), "(-5)"),
        (BOOLEAN, Value::Boolean(true), "(true)"),
        (DATE, read(DATE, "2026-11-21"), "(2026-11-21)"),
        (DATE_TIME, read(DATE_TIME, "2026-11-21T08:30:00Z"), "(2026-11-21T08%3A30%3A00Z)"),
        (DURATION, read(DURATION, "PT1H"), "(duration'PT1H')"),
        (BINARY, Value::Binary(Box::new([97])), "(binary'YQ')"),
        (DECIMAL, read(DECIMAL, "1.50"), "(1.50)"),
        (en(&STOCK), Value::Enum(3), "('Store%2COnline')"),
    ] {
        let written = key_predicate(keyed(ty), std::slice::from_ref(&value));
        assert_eq!(written, expect);
        let path = format!("f{written}");
        let segments = parse(&path).unwrap();
        let argument = &segments[0].arguments.as_ref().unwrap()[0];
        let address = Address { steps: Vec::new(), tail: Tail::Resource, place: Place::Root };
        let binder = Binder { model: &MODEL, dialect: &Dialect::GRAPH, options: &|_| None, address };
        assert_eq!(binder.value(ty, argument), Some(value), "{written}");
    }
    let blurb = MODEL.set("Blurbs").unwrap().ty;
    let path = format!("Blurbs(Language='n%27%27o',ArticleID={GUID})");
    let address = bound(&path).unwrap();
    let Some(Step::Key(key)) = address.steps.last() else { panic!("no key") };
    assert_eq!(key_predicate(blurb, &key.values), format!("(ArticleID={GUID},Language='n%27%27o')"));
    assert_eq!(key_predicate(MODEL.singleton("Shop").unwrap().ty, &[]), "");
}
