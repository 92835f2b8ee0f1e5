//! Options split, decoded and named, and where they apply.

use edm::Type;
use edm::testing::ARTICLE;
use expect_test::expect;

use super::{Applies, Limits, Options, bound_over};
use crate::query::option_of;

#[track_caller]
fn check(query: &str, expect: &str) {
    let written = match Options::read(Some(query), &Limits::LENIENT) {
        Ok(options) => {
            let own = options.iter().map(|given| format!("{}={}", given.name, given.value()));
            let custom = options.custom().iter().map(|(name, value)| format!("{name}:{value}"));
            own.chain(custom).collect::<Vec<_>>().join(" & ")
        }
        Err(problem) => problem.message,
    };
    assert_eq!(written, expect, "{query}");
}

#[test]
fn no_option_is_given_twice() {
    check("$top=1&TOP=2", "the query option `$top` must not appear more than once");
    check("@p=1&%40p=2", "the parameter alias `@p` must not appear more than once");
    check("$top=1&$skip=1&x=1&x=2", "$top=1 & $skip=1 & x:1 & x:2");
}

#[test]
fn options_are_decoded_once_after_splitting() {
    check("$select=id%2CdisplayName&top=5", "$select=id,displayName & $top=5");
    check("%24Filter=a+eq+%27x%26y%2Bz%27", "$filter=a eq 'x&y+z'");
    check("$filter=a%20eq%20%2527", "$filter=a eq %27");
    check("mine=1&also&$top=2&@p='%3D'", "$top=2 & @p='=' & mine:1 & also:");
    check("$flter=x", "unknown query option `$flter`; did you mean `$filter`?");
    check("$LEVELS=1", "the query option `$levels` does not apply here, expected it in the parentheses of `$expand`");
    check("$select=%", "invalid $select: found `%` at column 1, expected two hexadecimal digits after it");
    check("", "");
    let beside = Options::read_beside(Some("count=5&$count=true&TOP=1"), &Limits::LENIENT, &["Count", "top"]).unwrap();
    assert_eq!(beside.iter().map(|given| given.name.as_str()).collect::<Vec<_>>(), ["$count"]);
    assert_eq!(beside.custom(), [("count".to_owned(), "5".to_owned()), ("TOP".to_owned(), "1".to_owned())]);
}

#[test]
fn parts_of_a_query_are_told() {
    for (part, option) in
        [("$top=5", Some("$top")), ("%24TOP", Some("$top")), ("skip=1=2", Some("$skip")), ("mine=1", None), ("%", None)]
    {
        assert_eq!(option_of(part).as_deref(), option, "{part}");
    }
}

/// Every option, said so that it binds where it applies.
const ALL: &[&str] = &[
    "$apply=aggregate($count as n)",
    "$compute=1 as n",
    "$count=true",
    "$deltatoken=x",
    "$expand=Maker",
    "$filter=true",
    "$format=json",
    "$id=x",
    "$index=-1",
    "$orderby=Name",
    "$schemaversion=*",
    "$search=x",
    "$select=Name",
    "$skip=1",
    "$skiptoken=x",
    "$top=1",
    "@p=1",
];

#[test]
fn what_applies_where() {
    use Applies::*;
    let kinds =
        [Collection, Values, References, Entity, Identified, Reference, Insertion, Count, Property, Metadata, Nothing];
    let lines = kinds.map(|applies| {
        let admitted = ALL.iter().filter(|text| bound_over(Type::Struct(&ARTICLE), text, applies).is_ok());
        let names: Vec<&str> = admitted.map(|text| text.split('=').next().unwrap()).collect();
        format!("{applies:?}: {}\n", names.join(" "))
    });
    expect![[r#"
        Collection: $apply $compute $count $deltatoken $expand $filter $format $orderby $schemaversion $search $select $skip $skiptoken $top @p
        Values: $apply $count $filter $format $orderby $schemaversion $search $skip $skiptoken $top @p
        References: $count $filter $format $orderby $schemaversion $search $skip $skiptoken $top @p
        Entity: $compute $expand $format $schemaversion $select @p
        Identified: $compute $expand $format $id $schemaversion $select @p
        Reference: $format $id $schemaversion @p
        Insertion: $compute $expand $format $index $schemaversion $select @p
        Count: $apply $filter $format $schemaversion $search @p
        Property: $format $schemaversion @p
        Metadata: $format $schemaversion @p
        Nothing: $format $schemaversion @p
    "#]].assert_eq(&lines.concat());
}
