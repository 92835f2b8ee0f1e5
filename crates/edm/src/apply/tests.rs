//! Transformations against a slow oracle, against laws that need none, and within their budget.

mod oracle;

use proptest::prelude::*;

use super::{Aggregate, Column, Extreme, Grouping, Layout, Measure, Method, PathStep, Pipeline, Row, Sequence};
use crate::eval::{Datum, Env, EvalError, Row as _, Sort, SortKey};
use crate::expr::notation::parse;
use crate::expr::{Expr, Shape};
use crate::model::Type;
use crate::record::Record;
use crate::testing::{ADDRESS, ARTICLE};
use crate::time::DateTimeOffset;
use crate::value::{Value, number_from_text};

fn env() -> Env {
    Env::new(DateTimeOffset::from_ticks(0))
}

/// Few different values, the awkward among them.
fn article() -> impl Strategy<Value = Record> {
    let pick = |texts: &'static [&'static str]| prop::sample::select(texts);
    let name = pick(&["a", "A", "b", ""]);
    let sold = prop::sample::select(&[None, Some(0), Some(1), Some(-5), Some(i64::MAX), Some(i64::MIN)][..]);
    let cost = pick(&["", "0.1", "0.10", "-2.5", "1e20", "0"]);
    let price = prop::sample::select(&[0.0, -0.0, 0.5, 3.0, -7.0, f64::NAN, f64::INFINITY][..]);
    let city = pick(&["", "Oslo", "Rome"]);
    (name, sold, cost, price, city).prop_map(|(name, sold, cost, price, city)| {
        let mut article = Record::new(&ARTICLE);
        let mut origin = Record::new(&ADDRESS);
        origin.set("City", if city.is_empty() { Value::Null } else { Value::text(city) });
        let decimal = number_from_text(crate::Primitive::Decimal, cost);
        article.set("Name", Value::text(name));
        article.set("Sold", sold.map_or(Value::Null, Value::Integer));
        article.set("Cost", decimal.unwrap_or(Value::Null));
        article.set("Price", Value::Double(price));
        article.set("Origin", if city == "Rome" && name == "b" { Value::Null } else { Value::Record(origin) });
        article
    })
}

fn articles() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(article(), 0..24)
}

/// A pipeline under construction.
struct Draft {
    columns: Vec<Column>,
    sequence: Sequence,
}

impl Draft {
    fn new() -> Self {
        Self { columns: Vec::new(), sequence: Sequence::over(vec![Layout::given()]) }
    }

    fn aggregate(&mut self, name: &str, method: Method, expr: Expr) -> (usize, Aggregate) {
        let aggregate = Aggregate::new(method, expr).unwrap();
        (Pipeline::slot(&mut self.columns, name, Shape::One(aggregate.ty())), aggregate)
    }

    fn column(&self, slot: usize) -> Expr {
        Expr::column(slot, self.columns[slot].shape)
    }

    fn done(self) -> Pipeline {
        Pipeline { ty: &ARTICLE, columns: self.columns, sequence: self.sequence }
    }
}

fn branch() -> Sequence {
    Sequence::over(vec![Layout::given()])
}

fn by(path: &str) -> Grouping {
    let mut ty = &ARTICLE;
    let steps = path.split('/').map(|name| {
        let (ordinal, property) = ty.find(name).unwrap();
        ty = property.ty.structure().unwrap_or(ty);
        PathStep::Property(ordinal, property)
    });
    Grouping::Path(steps.collect(), parse(path).unwrap())
}

fn run<'a>(pipeline: &'a Pipeline, rows: &'a [Record]) -> Result<Vec<Row<'a>>, EvalError> {
    pipeline.run(rows.iter().map(|row| row.whole()), &env())
}

fn members(pipeline: &Pipeline, rows: &[Record]) -> Vec<String> {
    let rows = run(pipeline, rows).unwrap();
    rows.iter().map(|row| String::from_utf8(row.to_members(&pipeline.columns)).unwrap()).collect()
}

fn origins(pipeline: &Pipeline, rows: &[Record]) -> Vec<usize> {
    run(pipeline, rows).unwrap().iter().map(|row| row.origin().unwrap()).collect()
}

fn ordered(text: &str, descending: bool) -> Sort {
    Sort { keys: vec![SortKey { expr: parse(text).unwrap(), descending }] }
}

fn extreme(measure: Measure, greatest: bool, amount: i64, text: &str) -> Extreme {
    Extreme::new("top", measure, greatest, &Value::Integer(amount), parse(text).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn groups_and_aggregates_are_those_of_the_oracle(rows in articles()) {
        for paths in [&["Name"][..], &["Sold"], &["Cost"], &["Price"], &["Origin/City"], &["Name", "Origin/City"]] {
            for (text, method) in oracle::CASES {
                let mut draft = Draft::new();
                let aggregate = draft.aggregate("X", *method, parse(text).unwrap());
                let mut then = branch();
                then.aggregate(vec![aggregate]);
                draft.sequence.group_by(paths.iter().map(|path| by(path)).collect(), Some(then));
                let found = members(&draft.done(), &rows);
                prop_assert_eq!(found, oracle::grouped(&rows, paths, text, *method), "{:?} {} {:?}", paths, text, method);
            }
        }
    }

    #[test]
    fn an_aggregate_of_all_is_that_of_one_group(rows in articles()) {
        for (text, method) in oracle::CASES {
            let mut draft = Draft::new();
            let aggregate = draft.aggregate("X", *method, parse(text).unwrap());
            draft.sequence.aggregate(vec![aggregate]);
            prop_assert_eq!(members(&draft.done(), &rows), [oracle::aggregated(&rows, text, *method)]);
        }
    }

    #[test]
    fn sums_of_partitions_are_the_sum(rows in articles()) {
        for text in ["Sold", "Cost"] {
            let mut draft = Draft::new();
            let part = draft.aggregate("P", Method::Sum, parse(text).unwrap());
            let slot = part.0;
            let mut then = branch();
            then.aggregate(vec![part]);
            draft.sequence.group_by(vec![by("Name")], Some(then));
            let column = draft.column(slot);
            let whole = draft.aggregate("X", Method::Sum, column);
            draft.sequence.aggregate(vec![whole]);
            prop_assert_eq!(members(&draft.done(), &rows), [oracle::aggregated(&rows, text, Method::Sum)]);
        }
    }

    #[test]
    fn a_filter_keeps_what_the_option_keeps(rows in articles()) {
        let condition = parse("Sold gt 0 or Origin/City eq 'Oslo' or Price lt 1d").unwrap();
        let mut draft = Draft::new();
        draft.sequence.filter(condition.clone());
        let kept = rows.iter().enumerate().filter(|(_, row)| condition.matches(row, &env()).unwrap());
        let kept: Vec<usize> = kept.map(|(at, _)| at).collect();
        prop_assert_eq!(origins(&draft.done(), &rows), kept);
    }

    #[test]
    fn skipped_and_kept_are_all(rows in articles(), count in 0_u64..30) {
        let (mut skip, mut top) = (branch(), branch());
        skip.skip(count);
        top.top(count);
        let mut draft = Draft::new();
        draft.sequence.concat(vec![top, skip]);
        prop_assert_eq!(origins(&draft.done(), &rows), (0..rows.len()).collect::<Vec<_>>());
    }

    #[test]
    fn the_greatest_are_the_first_of_an_order(rows in articles(), count in 1_i64..30, greatest: bool) {
        for text in ["Price", "Name", "Sold"] {
            let (mut chosen, mut sorted) = (Draft::new(), Draft::new());
            chosen.sequence.extreme(extreme(Measure::Count, greatest, count, text));
            sorted.sequence.order_by(ordered(text, greatest));
            sorted.sequence.top(count.unsigned_abs());
            prop_assert_eq!(origins(&chosen.done(), &rows), origins(&sorted.done(), &rows));
        }
    }

    #[test]
    fn sums_are_reached_with_the_fewest(rows in articles(), amount in 1_i64..100, greatest: bool) {
        let (mut chosen, mut sorted) = (Draft::new(), Draft::new());
        chosen.sequence.extreme(extreme(Measure::Sum, greatest, amount, "Cost"));
        sorted.sequence.order_by(ordered("Cost", greatest));
        let sorted = origins(&sorted.done(), &rows);
        let kept = oracle::until(&rows, &sorted, "Cost", &amount.into());
        prop_assert_eq!(origins(&chosen.done(), &rows), &sorted[..kept]);
        let mut percent = Draft::new();
        percent.sequence.extreme(extreme(Measure::Percent, greatest, amount, "Cost"));
        let total = oracle::total(&rows, "Cost");
        if total > 0 {
            let kept = oracle::until(&rows, &sorted, "Cost", &(total * amount / bigdecimal::BigDecimal::from(100)));
            prop_assert_eq!(origins(&percent.done(), &rows), &sorted[..kept]);
        }
    }

    #[test]
    fn grouping_again_changes_nothing(rows in articles()) {
        let paths = || vec![by("Origin/City"), by("Name")];
        let (mut once, mut twice) = (Draft::new(), Draft::new());
        once.sequence.group_by(paths(), None);
        twice.sequence.group_by(paths(), None);
        twice.sequence.group_by(paths(), None);
        prop_assert_eq!(members(&once.done(), &rows), members(&twice.done(), &rows));
    }
}

#[test]
fn columns_are_read_and_written_in_order() {
    let mut article = Record::new(&ARTICLE);
    article.set("Sold", Value::Integer(4));
    let mut draft = Draft::new();
    let first = Pipeline::slot(&mut draft.columns, "A", Shape::One(crate::model::build::INT64));
    let second = Pipeline::slot(&mut draft.columns, "B", Shape::One(crate::model::build::INT64));
    let sum = Expr::binary(
        crate::expr::Binary::named("add").unwrap(),
        draft.column(first),
        parse("Sold").unwrap(),
        &crate::expr::Rules::default(),
    );
    draft.sequence.compute(vec![(first, parse("Sold add 1").unwrap()), (second, sum.unwrap())]);
    let size = Pipeline::slot(&mut draft.columns, "", Shape::One(crate::model::build::INT64));
    draft.sequence.size(size);
    assert_eq!(draft.sequence.layouts()[0].columns(), [first, second]);
    let itself = Expr::row(Type::Struct(&ARTICLE));
    let pipeline = draft.done();
    let rows = [article];
    assert_eq!(members(&pipeline, &rows), [r#""A":5,"B":9"#]);
    let made = run(&pipeline, &rows).unwrap();
    assert!(matches!(made[0].column(size), Datum::Integer(1)) && made[0].column(9).is_null());
    assert!(matches!(made[0].whole().column(second), Datum::Integer(9)));
    assert!(matches!(itself.eval(&made[0], &env()), Ok(Datum::Object(_))));
}

#[test]
fn copies_are_paid_for() {
    let mut draft = Draft::new();
    for _ in 0..40 {
        draft.sequence.concat(vec![branch(), branch()]);
    }
    let rows = vec![Record::new(&ARTICLE); 100];
    let error = run(&draft.done(), &rows).err();
    assert_eq!(error, Some(EvalError::TooMuchWork { limit: Env::DEFAULT_LIMIT }));
}

#[test]
fn case_is_ignored_where_it_does_not_matter() {
    let rows = ["Ab", "aB", "b"].map(|name| {
        let mut article = Record::new(&ARTICLE);
        article.set("Name", Value::text(name));
        article
    });
    let mut draft = Draft::new();
    draft.sequence.group_by(vec![by("Name")], None);
    let pipeline = draft.done();
    let env = env().ignoring_case(true);
    let made = pipeline.run(rows.iter().map(|row| row.whole()), &env).unwrap();
    let members: Vec<_> = made.iter().map(|row| row.to_members(&pipeline.columns)).collect();
    assert_eq!(members, [br#""Name":"Ab""#.to_vec(), br#""Name":"b""#.to_vec()]);
}
