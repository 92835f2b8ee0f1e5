//! What `$apply` says, over a handful of articles.

mod mistakes;
mod random;

use edm::apply::{Pipeline, Row};
use edm::eval::{Datum, Env, Row as _, Stored};
use edm::expr::Rules;
use edm::testing::{ADDRESS, ARTICLE, MAKER, MODEL};
use edm::{DateTimeOffset, Navigation, Property, Record, StructType, Type, Value};

use crate::applied;
use crate::bind::Binder;
use crate::payload::{Format, Metadata, Writer};
use crate::problem::Problem;
use crate::query::{self, Applies, Options, Query};
use crate::syntax::tree::{Choice, ChoiceKind};
use crate::syntax::{Limits, options};

fn article(name: &str, kind: &str, price: f64, quantity: i64, sold: Option<i64>, city: Option<&str>) -> Vec<u8> {
    let mut article = Record::new(&ARTICLE);
    let mut origin = Record::new(&ADDRESS);
    origin.set("City", city.map_or(Value::Null, Value::text));
    for (name, value) in [
        ("Name", Value::text(name)),
        ("SerialNumber", Value::text(kind)),
        ("Price", Value::Double(price)),
        ("Cost", Value::Decimal(sold.unwrap_or(0).into())),
        ("Quantity", Value::Integer(quantity)),
        ("Sold", sold.map_or(Value::Null, Value::Integer)),
        ("Origin", Value::Record(origin)),
    ] {
        assert!(article.set(name, value), "{name}");
    }
    article.to_members()
}

fn articles() -> Vec<Vec<u8>> {
    vec![
        article("Mug", "kitchen", 15.5, 15, Some(3), Some("Oslo")),
        article("Mouse", "office", 30.0, 30, None, Some("Rome")),
        article("Laptop", "office", 1000.0, 1000, Some(4), Some("Oslo")),
        article("Pan", "kitchen", 40.25, 40, Some(3), None),
    ]
}

fn bind<'a>(binder: &mut Binder<'a>, apply: &str) -> Result<Pipeline, Problem> {
    let choices = options::parse(&format!("$apply={apply}"), &Limits::LENIENT)?;
    let [Choice { kind: ChoiceKind::Apply(transformations), .. }] = choices.as_slice() else {
        panic!("{apply} is not one option");
    };
    binder.enter(Type::Struct(&ARTICLE), true);
    binder.apply(transformations)
}

fn binder() -> Binder<'static> {
    Binder::new(&MODEL, Rules::default(), Limits::LENIENT)
}

fn env() -> Env {
    Env::new(DateTimeOffset::from_ticks(0))
}

/// The members of a row as they are written.
fn made(metadata: Metadata, pipeline: &Pipeline, row: &Row<'_>, keep: impl Fn(&str) -> bool) -> String {
    let mut writer = Writer::with_format(0, Format { metadata, ..Format::PLAIN });
    writer.made(&MODEL, row, &pipeline.columns, keep);
    String::from_utf8(writer.finish()).unwrap()
}

/// The context and each row; of a given one, its number and what was added.
fn answer(apply: &str) -> String {
    let pipeline = bind(&mut binder(), apply).unwrap_or_else(|problem| panic!("{apply}: {}", problem.message));
    let articles = articles();
    let rows: Vec<Datum<'_>> = articles.iter().map(|members| Stored::new(&ARTICLE, members).whole()).collect();
    let mut text = applied::select_list(&pipeline, |_| true).map(|list| format!("({list})")).unwrap_or_default();
    for row in pipeline.run(rows, &env()).unwrap() {
        let out = made(Metadata::None, &pipeline, &row, |_| true);
        assert_eq!(out.as_bytes(), row.to_members(&pipeline.columns), "{apply}");
        let origin = row.origin().map(|at| format!("#{at}")).unwrap_or_default();
        let members = if out.is_empty() && row.origin().is_some() { String::new() } else { format!("{{{out}}}") };
        text = format!("{text} {origin}{members}");
    }
    text.trim().to_owned()
}

#[track_caller]
fn check(apply: &str, expected: &str) {
    assert_eq!(answer(apply), expected, "{apply}");
}

#[test]
fn rows_are_aggregated() {
    check("aggregate($count as Total)", r#"(Total) {"Total":4}"#);
    check("aggregate(Price with sum as S,Price with max as M)", r#"(S,M) {"S":1085.75,"M":1000}"#);
    check(
        "aggregate(Sold with sum as S,Sold with average as A)",
        r#"(S,A) {"S":10,"A":3.333333333333333333333333333333333}"#,
    );
    check("aggregate(Quantity with sum as S)", r#"(S) {"S":1085}"#);
    check("aggregate(Sold with countdistinct as D,Sold with count as C)", r#"(D,C) {"D":2,"C":3}"#);
    check("aggregate(Name with min as First,Name with max as Last)", r#"(First,Last) {"First":"Laptop","Last":"Pan"}"#);
    check("aggregate(Price mul 2 with sum as Twice)", r#"(Twice) {"Twice":2171.5}"#);
    check("filter(Price gt 5000)/aggregate($count as N,Price with sum as S)", r#"(N,S) {"N":0,"S":null}"#);
    check("aggregate(Tags/$count as N)", r#"(N) {"N":0}"#);
}

#[test]
fn aggregates_are_aggregated_again() {
    check("aggregate(Price with sum from SerialNumber with average as A)", r#"(A) {"A":542.875}"#);
    check("aggregate($count from SerialNumber,Sold with max as A)", r#"(A) {"A":2}"#);
    check(
        "aggregate(Price with sum from SerialNumber with max from Origin/City with sum as A)",
        r#"(A) {"A":1070.25}"#,
    );
    check(
        "groupby((SerialNumber),aggregate(Price with sum from Origin/City with max as A))",
        r#"(SerialNumber,A) {"SerialNumber":"kitchen","A":40.25} {"SerialNumber":"office","A":1000}"#,
    );
}

#[test]
fn rows_are_joined() {
    check("join(Depots as D)", "(*,D)");
    check("filter(Price lt 20)/outerjoin(Depots as D,identity)", r#"(*,D) #0{"D":null}"#);
    check("outerjoin(Depots as D)/filter(D/City eq null)/aggregate($count as N)", r#"(N) {"N":4}"#);
}

#[test]
fn rows_are_grouped() {
    check(
        "groupby((SerialNumber),aggregate(Price with sum as Total,$count as N))",
        r#"(SerialNumber,Total,N) {"SerialNumber":"kitchen","Total":55.75,"N":2} {"SerialNumber":"office","Total":1030,"N":2}"#,
    );
    check(
        "groupby((Origin/City))",
        r#"(Origin(City)) {"Origin":{"City":"Oslo"}} {"Origin":{"City":"Rome"}} {"Origin":{"City":null}}"#,
    );
    check(
        "groupby((Origin/City,SerialNumber),aggregate($count as N))/filter(N gt 0 and Origin/City eq 'Oslo')",
        r#"(Origin(City),SerialNumber,N) {"Origin":{"City":"Oslo"},"SerialNumber":"kitchen","N":1} {"Origin":{"City":"Oslo"},"SerialNumber":"office","N":1}"#,
    );
    check(
        "groupby((SerialNumber,Sold))/groupby((SerialNumber),aggregate(Sold with sum as S))",
        r#"(SerialNumber,S) {"SerialNumber":"kitchen","S":3} {"SerialNumber":"office","S":4}"#,
    );
    check("groupby((SerialNumber),topcount(1,Price))", "#3 #2");
    check(
        "compute(Price gt 35 as Dear)/groupby((Dear),aggregate($count as N))",
        r#"(Dear,N) {"Dear":false,"N":2} {"Dear":true,"N":2}"#,
    );
    check(
        "groupby((rollup(SerialNumber,Sold)),aggregate($count as N))",
        r#"(SerialNumber,N) {"SerialNumber":"kitchen","Sold":3,"N":2} {"SerialNumber":"office","Sold":null,"N":1} {"SerialNumber":"office","Sold":4,"N":1} {"SerialNumber":"kitchen","N":2} {"SerialNumber":"office","N":2}"#,
    );
    check(
        "groupby((rollup(null,SerialNumber)),aggregate($count as N))",
        r#"(SerialNumber,N) {"SerialNumber":"kitchen","N":2} {"SerialNumber":"office","N":2} {"SerialNumber":null,"N":4}"#,
    );
    check(
        "groupby((rollup(SerialNumber)),aggregate($count as N))",
        r#"(SerialNumber,N) {"SerialNumber":"kitchen","N":2} {"SerialNumber":"office","N":2}"#,
    );
    check("FILTER(Price gt 10)/GroupBy((SerialNumber))/Filter($count gt 2)", "(SerialNumber)");
    check("filter(Price gt 10)/groupby((SerialNumber))/filter($count gt 2)", "(SerialNumber)");
    check("filter($these/$count eq 4)/topcount(1,Price)", "#2");
    check("groupby((Maker/Name),aggregate($count as N))", r#"(Maker(Name),N) {"Maker":{"Name":null},"N":4}"#);
}

/// An article with its maker at hand.
struct Made<'a>(Stored<'a>, Option<&'a [u8]>);

impl<'a> edm::eval::Row<'a> for Made<'a> {
    fn whole(&self) -> Datum<'a> {
        self.0.whole()
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        self.0.dynamic_type()
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        self.0.property(ordinal, property)
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        let maker = self.1.filter(|_| navigation.name == "Maker");
        maker.map_or(Datum::Null, |maker| Stored::new(&MAKER, maker).whole())
    }
}

#[test]
fn groups_are_made_along_relationships() {
    let makers = ["Acme", "Zeta"].map(|name| {
        let mut maker = Record::new(&MAKER);
        maker.set("Name", Value::text(name));
        maker.to_members()
    });
    let articles = articles();
    let apply = "groupby((Maker/Name),aggregate(Price with sum as Total))/orderby(Maker/Name desc)";
    let pipeline = bind(&mut binder(), apply).unwrap();
    let rows = articles
        .iter()
        .enumerate()
        .map(|(at, members)| Datum::row(Made(Stored::new(&ARTICLE, members), makers.get(at % 3).map(Vec::as_slice))));
    let rows = pipeline.run(rows, &env()).unwrap();
    let found = rows.iter().map(|row| String::from_utf8(row.to_members(&pipeline.columns)).unwrap());
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            r#""Maker":{"Name":"Zeta"},"Total":30"#,
            r#""Maker":{"Name":"Acme"},"Total":55.75"#,
            r#""Maker":{"Name":null},"Total":1000"#
        ]
    );
    assert_eq!(pipeline.sequence.reach().along.len(), 1);
}

#[test]
fn rows_are_kept_and_ordered() {
    check("identity", "#0 #1 #2 #3");
    check("filter(Price gt 20)", "#1 #2 #3");
    check("search(rome)", "#1");
    check("identity/orderby(Price desc)/skip(1)/top(2)", "#3 #1");
    check("topcount(2,Price)", "#2 #3");
    check("bottomcount(2,Price)", "#0 #1");
    check("topsum(1001,Price)", "#2 #3");
    check("bottomsum(40,Price)", "#0 #1");
    check("toppercent(50,Price)", "#2");
    check("bottompercent(100,Price)", "#0 #1 #3 #2");
    check("bottomcount(9,Sold)", "#1 #0 #3 #2");
    check("top(0)", "");
}

#[test]
fn rows_are_computed_and_concatenated() {
    check(
        "filter(Name eq 'Mug')/compute(Price mul 2 as Twice,Twice add 1 as Next)",
        r#"(*,Twice,Next) #0{"Twice":31,"Next":32}"#,
    );
    check("compute(toupper(Name) as U)/filter(U eq 'MUG')/aggregate($count as N)", r#"(N) {"N":1}"#);
    check("aggregate(Price with sum as T)/compute(T mul 2 as D)", r#"(T,D) {"T":1085.75,"D":2171.5}"#);
    check("concat(aggregate($count as N),aggregate($count as N))", r#"(N) {"N":4} {"N":4}"#);
    check(
        "top(1)/concat(identity,identity)/concat(aggregate($count as N),aggregate(Price with sum as T))",
        r#"(@Core.AnyStructure) {"N":2} {"T":31}"#,
    );
    check("concat(topcount(1,Price),aggregate(Sold with sum as S))", r#"(@Core.AnyStructure) #2 {"S":10}"#);
    check(
        "top(1)/compute(Price mul 2 as W)/concat(aggregate(W with sum as T),aggregate(W with max as T))",
        r#"(T) {"T":31} {"T":31}"#,
    );
    check("orderby(Price)/top(1)/filter(Price gt 100)/aggregate($count as N)", r#"(N) {"N":0}"#);
}

fn query(text: &str) -> Result<Query, Problem> {
    let options = Options::read(Some(text), &Limits::LENIENT)?;
    query::bind(&MODEL, query::Scope::of(Type::Struct(&ARTICLE)), &options, Applies::Collection)
}

#[test]
fn options_after_it_see_its_result() {
    let apply = "$apply=groupby((SerialNumber),aggregate(Price with sum as Total))";
    let query =
        query(&format!("$select=Total,Half&$filter=Total gt 100 and serialnumber eq 'office' and not (total lt 5)&$orderby=Half desc&$compute=Total div 2 as Half&{apply}")).unwrap();
    assert_eq!(query.context("shop"), "(Total)");
    let pipeline = query.apply.as_ref().unwrap();
    let articles = articles();
    let rows = articles.iter().map(|members| Stored::new(&ARTICLE, members).whole());
    let rows = pipeline.run(rows, &env()).unwrap();
    let condition = query.filter.as_ref().unwrap();
    let kept: Vec<bool> = rows.iter().map(|row| condition.matches(row, &env()).unwrap()).collect();
    assert_eq!(kept, [false, true]);
    assert_eq!(query.order.values(&rows[1], &env()).unwrap(), [Value::Double(515.0)]);
    assert_eq!(made(Metadata::Full, pipeline, &rows[0], |name| name == "Total"), r#""Total":55.75"#);
}

#[test]
fn options_after_it_do_not_see_what_is_gone() {
    let apply = "$apply=groupby((SerialNumber),aggregate(Price with sum as Total))";
    for (option, message) in [
        ("$filter=Price gt 1", "found `Price`, which `$apply` has not left, expected one of `Total`, `SerialNumber`"),
        ("$orderby=$this/Price", "found `Price`, which `$apply` has not left, expected one of `Total`, `SerialNumber`"),
        ("$compute=1 as Total", "found the name `Total`, which is computed already, expected one that is not taken"),
        ("$filter=$count gt 1", "`$count`: found `Article`, expected a list"),
        ("$select=Total,price", "found `Price`, which `$apply` has not left, expected one of `Total`, `SerialNumber`"),
        (
            "$select=Origin/City",
            "found `Origin/City`, which `$apply` has not left, expected one of `Total`, `SerialNumber`",
        ),
        ("$select=Maker", "found `Maker`, which `$apply` has not left, expected one of `Total`, `SerialNumber`"),
        (
            "$select=shop.Bundle/Count",
            "found `Count`, which `$apply` has not left, expected one of `Total`, `SerialNumber`",
        ),
        ("$expand=Maker", "found `Maker`, which `$apply` has not left, expected one of `Total`, `SerialNumber`"),
        ("$expand=*", "a relationship of rows that `$apply` made is not supported yet"),
        ("$skiptoken=x", "found `$skiptoken` beside `$apply`, whose result comes whole; expected one of them"),
        ("$deltatoken=x", "found `$deltatoken` beside `$apply`, whose result comes whole; expected one of them"),
        ("$index", "found `$index` beside `$apply`, whose result comes whole; expected one of them"),
        ("$select=Totals", "Could not find a property named 'Totals' on type 'shop.Article'. Did you mean `Total`?"),
    ] {
        assert_eq!(query(&format!("{apply}&{option}")).unwrap_err().message, message, "{option}");
    }
    // Aliases stand for what they would at their place, and expanded items have rows of their own.
    assert!(query(&format!("{apply}&$filter=@p gt 1&@p=Total")).is_ok());
    assert!(query("$apply=filter(Price gt 1)/compute(Price mul 2 as W)&$expand=Related($filter=Price gt 1)").is_ok());
    assert_eq!(query("$apply=filter(Maker/Name eq 'x')").unwrap().reach().along.len(), 1);
}

#[test]
fn types_are_said_where_json_does_not_show_them() {
    let pipeline = bind(&mut binder(), "aggregate($count as N,Sold with max as M,Name with min as F)").unwrap();
    let articles = articles();
    let rows = pipeline.run(articles.iter().map(|members| Stored::new(&ARTICLE, members).whole()), &env()).unwrap();
    // `$metadata` does not declare them: at minimal metadata too.
    for metadata in [Metadata::Minimal, Metadata::Full] {
        let expected = r##""N@odata.type":"#Decimal","N":4,"M@odata.type":"#Int64","M":4,"F":"Laptop""##;
        assert_eq!(made(metadata, &pipeline, &rows[0], |_| true), expected);
    }
    let mut writer = Writer::with_format(0, Format { ieee754: true, metadata: Metadata::None, ..Format::PLAIN });
    writer.made(&MODEL, &rows[0], &pipeline.columns, |_| true);
    assert_eq!(writer.finish(), br#""N":"4","M":"4","F":"Laptop""#);
}
