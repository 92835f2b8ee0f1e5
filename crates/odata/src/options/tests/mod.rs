//! Query options of the test model, as tables.

mod expand;
mod paths;

use edm::testing::{ARTICLE, MODEL};
use expect_test::{Expect, expect};

use super::{Applies, Query, bind};
use crate::problem::Problem;
use crate::url::query::parse;

fn bound(text: &str, applies: Applies) -> Result<Query, Problem> {
    bind(&MODEL, &ARTICLE, &parse(Some(text))?, applies)
}

fn describe(query: &Query) -> String {
    let mut parts = Vec::new();
    if let Some(select) = &query.select {
        parts.push(format!("select {}", select.names().join(" ")));
    }
    for expand in &query.expand {
        parts.push(format!("expand {}[{}]", expand.navigation.name, describe(&expand.query)));
    }
    for key in &query.order.keys {
        let path: Vec<&str> = key.path.steps().iter().map(|step| step.name).collect();
        parts.push(format!("by {}{}", path.join("/"), if key.descending { " desc" } else { "" }));
    }
    parts.extend(query.top.map(|top| format!("top {top}")));
    parts.extend(query.skip.map(|skip| format!("skip {skip}")));
    parts.extend(query.count.then(|| "count".to_owned()));
    parts.extend(query.skip_token.as_ref().map(|token| format!("after {token}")));
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn check_for(applies: Applies, queries: &[&str], expect: &Expect) {
    let lines = queries.iter().map(|text| match bound(text, applies) {
        Ok(query) => format!("{text}\n  {}\n", format!("{} {}", describe(&query), query.context()).trim()),
        Err(problem) => {
            let (status, code) = (problem.kind.status(), problem.kind.code());
            format!("{text}\n  {status} {code} {}: {}\n", problem.target.unwrap_or_default(), problem.message)
        }
    });
    expect.assert_eq(&lines.collect::<String>());
}

fn check(queries: &[&str], expect: &Expect) {
    check_for(Applies::Collection, queries, expect);
}

#[test]
fn numbers_and_booleans() {
    check(
        &[
            "$top=5&$skip=3&$count=TRUE",
            "$top=0",
            "$top=2147483647",
            "$top=2147483648",
            "$top=-1",
            "$top=+1",
            "$top=1.0",
            "$top=",
            "$top",
            "$top=99999999999999999999999999",
            "$skip=x",
            "$count=yes",
            "$count=",
            "$skiptoken=abc",
            "$skiptoken=abc&$skip=1",
        ],
        &expect![[r#"
            $top=5&$skip=3&$count=TRUE
              top 5, skip 3, count
            $top=0
              top 0
            $top=2147483647
              top 2147483647
            $top=2147483648
              400 BadRequest $top: found `2147483648` for `$top`, expected a whole number from 0 to 2147483647
            $top=-1
              400 BadRequest $top: found `-1` for `$top`, expected a whole number from 0 to 2147483647
            $top=+1
              400 BadRequest $top: found ` 1` for `$top`, expected a whole number from 0 to 2147483647
            $top=1.0
              400 BadRequest $top: found `1.0` for `$top`, expected a whole number from 0 to 2147483647
            $top=
              400 BadRequest $top: found `` for `$top`, expected a whole number from 0 to 2147483647
            $top
              400 BadRequest $top: found `` for `$top`, expected a whole number from 0 to 2147483647
            $top=99999999999999999999999999
              400 BadRequest $top: found `99999999999999999999999999` for `$top`, expected a whole number from 0 to 2147483647
            $skip=x
              400 BadRequest $skip: found `x` for `$skip`, expected a whole number from 0 to 2147483647
            $count=yes
              400 BadRequest $count: found `yes` for `$count`, expected `true` or `false`
            $count=
              400 BadRequest $count: found `` for `$count`, expected `true` or `false`
            $skiptoken=abc
              after abc
            $skiptoken=abc&$skip=1
              400 BadRequest $skip: `$skip` and `$skiptoken` both say where the page begins; expected one of them
        "#]],
    );
}

#[test]
fn names_of_options() {
    check(
        &[
            "$TOP=1&mine=2&@p=3&also",
            "$top=1&top=2",
            "%24top=1&$TOP=1",
            "$tpo=1",
            "$=1",
            "&&",
            "$filter=Name eq 'a'",
            "search=x",
            "$compute=x",
            "$apply=x",
            "$format=json",
            "$levels=1",
            "$index=1",
            "$deltatoken=1",
            "$schemaversion=1",
            "$id=1",
            "$top=%31",
            "$top=%3",
            "$top=%FF",
            "$select=%00",
        ],
        &expect![[r#"
            $TOP=1&mine=2&@p=3&also
              top 1
            $top=1&top=2
              400 BadRequest $top: the query option `$top` must not appear more than once
            %24top=1&$TOP=1
              400 BadRequest $top: the query option `$top` must not appear more than once
            $tpo=1
              400 BadRequest $tpo: unknown query option `$tpo`; did you mean `$top`?
            $=1
              400 BadRequest $: unknown query option `$`; did you mean `$id`?
            &&
              nothing
            $filter=Name eq 'a'
              501 notSupported $filter: the query option `$filter` is not supported yet
            search=x
              501 notSupported $search: the query option `$search` is not supported yet
            $compute=x
              501 notSupported $compute: the query option `$compute` is not supported yet
            $apply=x
              501 notSupported $apply: the query option `$apply` is not supported yet
            $format=json
              501 notSupported $format: the query option `$format` is not supported yet
            $levels=1
              501 notSupported $levels: the query option `$levels` is not supported yet
            $index=1
              501 notSupported $index: the query option `$index` is not supported yet
            $deltatoken=1
              501 notSupported $deltatoken: the query option `$deltatoken` is not supported yet
            $schemaversion=1
              501 notSupported $schemaversion: the query option `$schemaversion` is not supported yet
            $id=1
              501 notSupported $id: the query option `$id` is not supported yet
            $top=%31
              top 1
            $top=%3
              400 BadRequest : found `%`, expected two hexadecimal digits after it in the URL
            $top=%FF
              400 BadRequest : found bytes that are not UTF-8 in the URL
            $select=%00
              400 BadRequest : found a control character in the URL
        "#]],
    );
}

#[test]
fn where_options_apply() {
    let all = &[
        "$select=Name",
        "$expand=Maker",
        "$orderby=Name",
        "$top=1",
        "$skip=1",
        "$count=true",
        "$skiptoken=x",
        "$filter=x",
    ];
    check_for(
        Applies::Entity,
        all,
        &expect![[r#"
            $select=Name
              select Name (Name)
            $expand=Maker
              expand Maker[nothing] (Maker())
            $orderby=Name
              400 BadRequest $orderby: the query option `$orderby` does not apply here
            $top=1
              400 BadRequest $top: the query option `$top` does not apply here
            $skip=1
              400 BadRequest $skip: the query option `$skip` does not apply here
            $count=true
              400 BadRequest $count: the query option `$count` does not apply here
            $skiptoken=x
              400 BadRequest $skiptoken: the query option `$skiptoken` does not apply here
            $filter=x
              501 notSupported $filter: the query option `$filter` is not supported yet
        "#]],
    );
    check_for(
        Applies::Count,
        all,
        &expect![[r#"
        $select=Name
          400 BadRequest $select: the query option `$select` does not apply here
        $expand=Maker
          400 BadRequest $expand: the query option `$expand` does not apply here
        $orderby=Name
          400 BadRequest $orderby: the query option `$orderby` does not apply here
        $top=1
          400 BadRequest $top: the query option `$top` does not apply here
        $skip=1
          400 BadRequest $skip: the query option `$skip` does not apply here
        $count=true
          400 BadRequest $count: the query option `$count` does not apply here
        $skiptoken=x
          400 BadRequest $skiptoken: the query option `$skiptoken` does not apply here
        $filter=x
          501 notSupported $filter: the query option `$filter` is not supported yet
    "#]],
    );
    check_for(
        Applies::Nothing,
        all,
        &expect![[r#"
        $select=Name
          400 BadRequest $select: the query option `$select` does not apply here
        $expand=Maker
          400 BadRequest $expand: the query option `$expand` does not apply here
        $orderby=Name
          400 BadRequest $orderby: the query option `$orderby` does not apply here
        $top=1
          400 BadRequest $top: the query option `$top` does not apply here
        $skip=1
          400 BadRequest $skip: the query option `$skip` does not apply here
        $count=true
          400 BadRequest $count: the query option `$count` does not apply here
        $skiptoken=x
          400 BadRequest $skiptoken: the query option `$skiptoken` does not apply here
        $filter=x
          400 BadRequest $filter: the query option `$filter` does not apply here
    "#]],
    );
}

#[test]
fn long_lists_stay_small() {
    let all: Vec<&str> = ARTICLE.all_properties().map(|(_, property)| property.name).collect();
    let ordered = all.iter().filter(|name| {
        ARTICLE.find(name).is_some_and(|(_, property)| !property.collection && property.ty.is_ordered())
    });
    let many = ordered.copied().collect::<Vec<_>>().join(",");
    let problem = bound(&format!("$orderby={many}"), Applies::Collection).unwrap_err();
    assert_eq!(problem.message, "found more than 16 keys in `$orderby`, expected fewer");
    let query =
        bound(&format!("$orderby={0}Name&$select={0}Name", "name,".repeat(10_000)), Applies::Collection).unwrap();
    assert_eq!((query.order.keys.len(), query.select.unwrap().properties.len()), (1, 1));
    let query = bound(&format!("$select={}Name", "Badges,".repeat(10_000)), Applies::Collection).unwrap();
    assert_eq!(query.select.unwrap().navigation.len(), 1);
    let nested = format!("$expand={}{}", "Related($expand=".repeat(6000), ")".repeat(6000));
    assert!(bound(&nested, Applies::Collection).is_err());
    // What is too long to repeat is not repeated.
    for long in ["$select=", "$orderby=", "$expand=", "$top=", "$count=", "$"] {
        let problem = bound(&format!("{long}{}", "x".repeat(60_000)), Applies::Collection).unwrap_err();
        assert!(problem.message.len() < 300 && problem.target.unwrap().len() < 100, "{long}");
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(query in "([$]?(select|expand|orderby|top|skip|count|skiptoken)=(\\PC{0,12}|Name|Origin/City|Reviews[(]|[;,*()']){0,6}&?){0,4}") {
        let _ = bound(&query, Applies::Collection);
    }
}
