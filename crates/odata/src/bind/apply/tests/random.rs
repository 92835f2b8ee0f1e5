//! Transformations put together at random: whatever binds is carried out without a panic, and its rows are what is said
//! of them.

use edm::apply::Seen;
use edm::eval::{Datum, Env, Row as _, Stored};
use edm::testing::{ARTICLE, sample};
use proptest::prelude::*;

use super::{applied, bind, binder, env};

const PARTS: &[&str] = &[
    "identity",
    "filter(Price gt 1 or Total gt 1 or contains(Name,'a'))",
    "filter(Total lt 5)",
    "filter(Origin/City ne null)",
    "filter($count gt 2)",
    "search(a OR b)",
    "compute(Price mul 2 as Twice,Sold add Quantity as Sum)",
    "compute(Total div 2 as Half)",
    "compute(Origin as From,Tags as Words)",
    "aggregate(Price with sum as Total,$count as N)",
    "aggregate(Sold with average as Total,Name with max as Last)",
    "aggregate(Tags with countdistinct as N,Stock with min as S,Cost with sum as C)",
    "aggregate(Total with max as Most)",
    "aggregate(Price with sum from Stock,Kind with average from Condition with max as Total)",
    "groupby((Stock))",
    "groupby((Origin/City,Origin/Place,Condition))",
    "groupby((Kind,IsHeavy),aggregate(Weight with average as Total,Released with max as R))",
    "groupby((rollup(Kind,Stock,IsHeavy),Total))",
    "groupby((Maker/Name))",
    "groupby((Origin))",
    "orderby(Total desc,Price)",
    "orderby(Name)",
    "skip(1)",
    "top(3)",
    "topcount(2,Price)",
    "bottomsum(10,Total)",
    "toppercent(50,Cost)",
    "bottomcount(2,Name)",
];

fn sequence() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(PARTS).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(first, second)| format!("{first}/{second}")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("concat({one},{other})")),
            (prop::sample::select(&["Stock", "Kind", "Total", "Origin/City"][..]), inner)
                .prop_map(|(by, then)| format!("groupby(({by}),{then})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn what_binds_is_carried_out(apply in sequence(), seed in 0_u64..50, limit in prop::sample::select(&[200, 1_000_000][..])) {
        let Ok(pipeline) = bind(&mut binder(), &apply) else { return Ok(()) };
        let articles: Vec<_> = (0..8).map(|at| sample(&ARTICLE, seed + at % 5).to_members()).collect();
        let rows = articles.iter().map(|members| Stored::new(&ARTICLE, members).whole());
        let env: Env = env().limited(limit);
        let Ok(rows) = pipeline.run(rows, &env) else { return Ok(()) };
        let layouts = pipeline.sequence.layouts();
        for row in &rows {
            let text = [b"{", row.to_members(&pipeline.columns).as_slice(), b"}"].concat();
            prop_assert!(edm::json::parse(&text).is_ok(), "{}: {}", apply, String::from_utf8_lossy(&text));
            let fits = layouts.iter().any(|layout| {
                let names = row.contents(&pipeline.columns);
                layout.is_whole() == row.origin().is_some()
                    && names.iter().all(|content| {
                        let column = layout.columns().iter().any(|slot| pipeline.columns[*slot].name == content.name());
                        column || layout.sees(&[content.name()]) != Seen::No
                    })
            });
            prop_assert!(fits, "{}: {}", apply, String::from_utf8_lossy(&text));
            prop_assert!(matches!(row.whole(), Datum::Object(_)));
        }
        prop_assert!(applied::select_list(&pipeline, |_| true).is_none_or(|list| !list.is_empty()));
    }
}
