//! What other servers got wrong, each named after the report. Those about paging, encoding and names are in the
//! tests of the profile service.

use super::differential::now;
use super::meaning::{check, evaluate, example};
use crate::eval::{Env, Sort, SortKey, Stored};
use crate::expr::notation::parse;
use crate::testing::ARTICLE;
use crate::value::Value;

fn keeps(text: &str) -> bool {
    let members = example().to_members();
    parse(text).unwrap().matches(&Stored::new(&ARTICLE, &members), &Env::new(now())).unwrap()
}

/// AspNetCoreOData#1481: kept in memory, dropped by the database.
#[test]
fn not_contains_of_null_is_unknown_and_drops_the_row() {
    assert!(!keeps("not contains(Description,'x')") && !keeps("contains(Description,'x')"));
    assert!(keeps("contains(Description,'x') eq null"));
}

/// WebApi#1478, #2808
#[test]
fn string_functions_of_null_are_null() {
    for call in [
        "length(Description)",
        "tolower(Description)",
        "toupper(Description)",
        "trim(Description)",
        "concat(Description,'x')",
        "concat('x',Description)",
        "substring(Description,1)",
        "startswith(Description,'x')",
        "endswith('x',Description)",
        "matchespattern(Description,'x')",
        "year(null)",
        "round(null)",
    ] {
        assert_eq!(evaluate(call, &Env::new(now())), Ok(Value::Null), "{call}");
    }
}

/// WebApi#423
#[test]
fn indexof_of_null_is_not_minus_one() {
    assert!(!keeps("indexof(Description,'x') eq -1"));
    assert!(keeps("indexof(Name,'x') eq -1"));
}

/// SAP xsk#1669, dirigible#1781
#[test]
fn eq_null_is_true_for_null() {
    assert!(keeps("Description eq null") && !keeps("Description ne null") && keeps("Name ne null"));
}

/// cds-dbs PR #893, odata-specs#1586
#[test]
fn nulls_have_a_place_in_every_order() {
    let nulls_first = |descending| {
        let sort = Sort { keys: vec![SortKey { expr: parse("Description").unwrap(), descending }] };
        sort.compare(&[Value::Null], &[Value::text("")])
    };
    assert!(nulls_first(false).is_lt() && nulls_first(true).is_gt());
}

/// odata.net#1651, #2140, #2371, #3226, AspNetCoreOData#1375, WebApi#1676
#[test]
fn in_takes_null_enumerations_and_empty_strings() {
    for text in [
        "Description in (null)",
        "Description in ('a',null)",
        "not (Name in (''))",
        "'' in ('','x')",
        "Condition in ('New','Used')",
        "Condition in (Condition'New',Condition'Used')",
        "Condition in (1,'Broken')",
    ] {
        assert!(keeps(text), "{text}");
    }
}

/// go-odata#715
#[test]
fn an_empty_list_contains_nothing() {
    check(&[("Name in ()", "false"), ("not (Name in ())", "true"), ("null in ()", "false")]);
}

/// go-odata#770 (closed): the inner condition was dropped, every row answered.
#[test]
fn a_nested_lambda_counts() {
    assert!(!keeps("Depots/any(d:d/Place/Names/any(n:n eq 'nowhere'))"));
    assert!(keeps("Depots/any(d:d/Place/Names/any(n:n eq 'there'))"));
}

/// AspNetCoreOData#1126, WebApi#230
#[test]
fn order_is_by_any_expression() {
    let sort = Sort { keys: vec![SortKey { expr: parse("length(Name) add Rating").unwrap(), descending: false }] };
    assert_eq!(sort.values(&&example(), &Env::new(now())), Ok(vec![Value::Integer(15)]));
}

/// AspNetCoreOData#268, #384: the server's own zone was used.
#[test]
fn dates_know_no_zone_of_the_server() {
    check(&[
        ("date(CreatedAt)", "date'2019-12-31'"),
        ("date(at'2020-01-01T00:30:00+02:00')", "date'2020-01-01'"),
        ("at'2020-01-01T00:30:00+02:00' lt CreatedAt", "true"),
    ]);
}

/// AspNetCoreOData#1285, CAP samples#58
#[test]
fn a_literal_is_a_condition_too() {
    assert!(keeps("false or Rating ge 5") && !keeps("false or Rating ge 12") && keeps("true"));
    assert!(!keeps("null"));
}

/// AspNetCoreOData#338
#[test]
fn nullable_and_not_nullable_compare() {
    assert!(!keeps("MakerID eq ID") && keeps("MakerID ne ID") && keeps("Sold gt Rating") && !keeps("Sold eq null"));
}

/// odataorg.github.io#374
#[test]
fn any_of_a_null_collection_is_false() {
    assert!(!keeps("cast(null,Bundle)/Tags/any()") && !keeps("cast($it,Bundle)/Tags/any(t:true)"));
    assert!(keeps("cast($it,Bundle)/Tags/all(t:false)"));
}

/// microsoft-graph-docs-contrib#2318
#[test]
fn all_is_understood() {
    assert!(keeps("Tags/all(t:length(t) gt 2)") && !keeps("Tags/all(t:t eq 'red')"));
}
