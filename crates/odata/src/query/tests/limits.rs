//! How much may be asked for: every limit is named when it is passed.

use edm::Type;
use edm::testing::{ARTICLE, MODEL};
use expect_test::expect;

use super::{Applies, Limits, Options, Scope, bind, bound, describe};

#[test]
fn limits_are_named() {
    let long = |text: String| bound(&text, Applies::Collection).map(|query| describe(&query)).unwrap_err().message;
    let cases = [
        format!("$filter=Name eq '{}'", "x".repeat(20_000)),
        format!("$filter={}Name eq 'x'", "not ".repeat(150)),
        format!("$filter={}true", "true and ".repeat(3000)),
        format!("$filter={}true{}", "Related/any(r:".repeat(9), ")".repeat(9)),
        format!("$filter=Sold in ({}1)", "1,".repeat(1000)),
        // Longer only by what the names stand for.
        format!(
            "$filter={}true{}&@a={}true{}",
            "Related/any(r:".repeat(5) + "@a and ",
            ")".repeat(5),
            "Related/any(s:".repeat(5),
            ")".repeat(5)
        ),
        doubled(|name, before| format!("&@{name}=@{before} and @{before}"), "$filter=@p20&@p0=true"),
        doubled(|name, before| format!(",{before} add {before} as {name}"), "$compute=1 as p0"),
        format!(
            "$filter=@a0{}&@a9=true",
            (0..9).map(|at| format!("&@a{at}={}@a{}", "not ".repeat(90), at + 1)).collect::<String>()
        ),
        "$expand=*($levels=4),shop.Bundle/*($levels=4),shop.Article/*($levels=4)".to_owned(),
        "$expand=Related($levels=5)".to_owned(),
        "$expand=Related($expand=Related($levels=4))".to_owned(),
    ];
    let said: String = cases.into_iter().map(|text| long(text) + "\n").collect();
    expect![[r#"
        found more than 16384 bytes, the most that the setting `query.length` admits, at column 1 of the query
        invalid $filter: found more than 100 levels of nesting, the most that the setting `query.depth` admits, at column 401
        found more than 16384 bytes, the most that the setting `query.length` admits, at column 1 of the query
        invalid $filter: found more than 8 `any` and `all` within each other, the most that the setting `query.lambdas` admits, at column 125
        invalid $filter: found more than 1000 items in a list, the most that the setting `query.items` admits, at column 2011
        found more than 8 `any` and `all` within each other, the most that the setting `query.lambdas` admits, in `$filter`
        found more than 2000 parts taken from aliases and computed properties, the most that the setting `query.nodes` admits, in `$filter`
        found more than 2000 parts taken from aliases and computed properties, the most that the setting `query.nodes` admits, in `$compute`
        found more than 100 levels of nesting, the most that the setting `query.depth` admits, in `$filter`
        found more than 200 items, the most that the setting `query.expanded` admits, in `$expand`
        found more than 4 levels of `$expand`, the most that the setting `query.expands` admits, in `$expand`
        found more than 4 levels of `$expand`, the most that the setting `query.expands` admits, in `$expand`
    "#]]
    .assert_eq(&said);
}

fn doubled(step: impl Fn(&str, &str) -> String, first: &str) -> String {
    (1..=20).fold(first.to_owned(), |text, at| text + &step(&format!("p{at}"), &format!("p{}", at - 1)))
}

#[test]
fn limits_may_be_set() {
    let limits = Limits { nodes: 5, keys: 1, expanded: 1, ..Limits::LENIENT };
    let scope = Scope { limits, ..Scope::of(Type::Struct(&ARTICLE)) };
    let said = ["$filter=Name eq 'x' and Price gt 3", "$orderby=Name,Price", "$expand=Maker,Reviews"].map(|text| {
        let options = Options::read(Some(text), &limits).unwrap();
        let problem = bind(&MODEL, scope, &options, Applies::Collection).map(|_| ()).unwrap_err();
        problem.message + "\n"
    });
    expect![[r#"
        invalid $filter: found more than 5 parts, the most that the setting `query.nodes` admits, at column 22
        found more than 1 keys of an order, the most that the setting `query.order_keys` admits, in `$orderby`
        found more than 1 items, the most that the setting `query.expanded` admits, in `$expand`
    "#]]
    .assert_eq(&said.concat());
}

#[test]
fn deep_expressions_fit_a_small_stack() {
    let deepest =
        format!("$filter={}true&@a={}true", "not (".repeat(45) + "@a" + &")".repeat(45) + " and ", "not ".repeat(45));
    let bind =
        move || bound(&deepest, Applies::Collection).map(|query| describe(&query)).map_err(|problem| problem.message);
    let bound = std::thread::Builder::new().stack_size(1 << 20).spawn(bind).unwrap().join().unwrap();
    assert!(bound.is_ok(), "{bound:?}");
}
