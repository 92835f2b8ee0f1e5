//! What `$apply` refuses, and in which words.

use expect_test::{Expect, expect};

use super::{bind, binder};

#[track_caller]
fn check_err(apply: &str, expect: &Expect) {
    let problem = bind(&mut binder(), apply).unwrap_err();
    expect.assert_eq(&format!("{} {}", problem.kind.status(), problem.message));
}

#[test]
fn what_has_no_meaning_is_said() {
    check_err(
        "aggregate(Price with invalid as R)",
        &expect!["400 found the method `invalid`, expected one of `sum`, `min`, `max`, `average`, `countdistinct`"],
    );
    check_err(
        "aggregate(Price with Custom.concat as R)",
        &expect!["501 the method `Custom.concat` is not supported yet"],
    );
    check_err(
        "aggregate(Price with sum)",
        &expect!["400 `aggregate`: found no name, expected `as` and a name for the result"],
    );
    check_err("aggregate(Forecast)", &expect!["501 a custom aggregate is not supported yet"]);
    check_err(
        "aggregate(Price as X)",
        &expect![
            "400 `aggregate`: found `Price` without a method, expected `with` and one of `sum`, `min`, `max`, `average`, `countdistinct`"
        ],
    );
    check_err("aggregate(Name with sum as X)", &expect!["400 `sum`: found `Edm.String`, expected numbers"]);
    check_err(
        "aggregate($count with sum as X)",
        &expect!["400 `aggregate`: found a method after `$count`, expected `as` and a name"],
    );
    check_err(
        "aggregate(Price with sum as X,Price with max as X)",
        &expect!["400 found the alias `X` twice, expected another name"],
    );
    check_err("aggregate(Price with sum from Name as X)", &expect!["501 a custom aggregate is not supported yet"]);
    check_err(
        "aggregate(Price with sum from Name with average as X,$count as N)",
        &expect!["501 `from` beside other items of `aggregate` is not supported yet"],
    );
    check_err(
        "compute(Price as Name)",
        &expect!["400 found the alias `Name`, which is a property of `shop.Article`, expected another name"],
    );
    check_err("compute(Price as X,Price as X)", &expect!["400 found the alias `X` twice, expected another name"]);
    check_err(
        "filter(Twice gt 1)/compute(Price mul 2 as Twice)",
        &expect!["400 Could not find a property named 'Twice' on type 'shop.Article'."],
    );
    check_err(
        "groupby((Name))/filter(Price gt 1)",
        &expect!["400 found `Price`, which `$apply` has not left, expected one of `Name`"],
    );
    check_err(
        "groupby((Origin/City))/filter($it/Origin/Street eq 'x')",
        &expect![
            "400 found `Origin/Street`, which `$apply` has not left, expected one of `Origin`; did you mean `Origin`?"
        ],
    );
    check_err("groupby((Tags))", &expect!["400 `groupby`: found the list `Tags`, expected single values"]);
    check_err(
        "groupby((Nmae))",
        &expect!["400 Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?"],
    );
    check_err(
        "groupby((Name/City))",
        &expect!["400 `groupby`: found `City` after `Edm.String`, which has no properties"],
    );
    check_err("groupby((rolluprecursive(a)))", &expect!["501 `rolluprecursive` is not supported yet"]);
    check_err("filter(Price)", &expect!["400 found a value of type `Edm.Double`, expected a condition"]);
    check_err("orderby(Origin)", &expect!["400 found `Origin`, expected a single primitive value to order by"]);
    check_err("topcount(0,Price)", &expect!["400 found `0`, expected a positive whole number"]);
    check_err("toppercent(0,Price)", &expect!["400 found `0`, expected a number greater than 0 and at most 100"]);
    check_err("toppercent(101,Price)", &expect!["400 found `101`, expected a number greater than 0 and at most 100"]);
    check_err(
        "topsum(1,Name)",
        &expect!["400 `topsum`: found `Edm.String`, expected a number as its second parameter"],
    );
    check_err(
        "topcount(Quantity,Price)",
        &expect!["501 an amount of `topcount` other than a number is not supported yet"],
    );
    check_err("nest(filter(true) as N)", &expect!["501 the transformation `nest` is not supported yet"]);
    check_err("join(Blurbs as B,top(1))", &expect!["501 a transformation within `join` is not supported yet"]);
    check_err(
        "join(Blurbs as Name)",
        &expect!["400 found the alias `Name`, which is a property of `shop.Article`, expected another name"],
    );
    check_err(
        "join(Name as B)",
        &expect!["400 `join`: found `Edm.String`, expected a collection of entities or complex values"],
    );
    check_err(
        "join(Tags as B)",
        &expect!["400 `join`: found `Collection(Edm.String)`, expected a collection of entities or complex values"],
    );
    check_err(
        "join(Related as R)/filter(R/Maker ne null)",
        &expect!["501 a relationship of what was joined is not supported yet"],
    );
    check_err(
        "join(Related as R)/groupby((R/Name))",
        &expect!["501 grouping by a part of what was joined is not supported yet"],
    );
    check_err(
        "join(Related as R)/filter(R/Nmae ne null)",
        &expect!["400 Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?"],
    );
    check_err("My.made_up()", &expect!["400 found `My.made_up`, expected a transformation or a function of the model"]);
    check_err(
        "groupby((rollup(null,Nmae)))",
        &expect!["400 Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?"],
    );
    check_err(
        "concat(aggregate(Price with max as X),aggregate(Name with max as X))/filter(X eq 1)",
        &expect!["400 found `X`, which is of several types here, expected a name of one type"],
    );
}
