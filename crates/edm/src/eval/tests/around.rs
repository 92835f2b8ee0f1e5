//! What is around the table: rows of every kind, bounds, order, search.

use std::rc::Rc;

use crate::eval::search::{Phrase, Search, words};
use crate::eval::{Datum, Env, EvalError, Row, Sort, SortKey, Stored};
use crate::expr::notation::parse;
use crate::expr::{Expr, Rules, Variable};
use crate::model::{Navigation, Property, StructType, Type};
use crate::record::Record;
use crate::testing::{ARTICLE, BUNDLE, MAKER};
use crate::value::Value;

use super::differential::now;
use super::meaning::example;

#[test]
fn a_derived_row_is_what_it_is() {
    let bundle = Record::new(&BUNDLE);
    for (text, expected) in [("isof($it,Bundle)", true), ("cast($it,Bundle)/Count eq 2", true)] {
        let expr = parse(text).unwrap();
        assert_eq!(expr.matches(&&bundle, &Env::new(now())), Ok(expected), "{text}");
    }
}

#[test]
fn members_that_a_row_lacks_hold_their_initial_values() {
    let expr = parse("Version eq 1 and Description eq null and Tags/$count eq 0 and Name eq 'x'").unwrap();
    assert!(expr.matches(&Stored::new(&ARTICLE, br#""Name":"x""#), &Env::new(now())).unwrap());
}

#[test]
fn bytes_that_are_no_row_are_null_and_never_panic() {
    let expr = parse("Price eq null and Condition eq null and Tags/$count eq 0 and Origin/City eq null").unwrap();
    for bytes in [
        &br#""Price":"x","Condition":3,"Tags":{},"Origin":[]"#[..],
        b"\"Price\":\xff,\"Condition\":\"\xff\",\"Tags\":7,\"Origin\":{\"City\":\"\xff\"}",
        br#""Price":[,"Condition":"#,
    ] {
        let _ = expr.eval(&Stored::new(&ARTICLE, bytes), &Env::new(now()));
    }
    assert!(
        expr.matches(&Stored::new(&ARTICLE, br#""Price":"x","Condition":"3x","Tags":7,"Origin":3"#), &Env::new(now()))
            .unwrap()
    );
}

#[test]
fn work_is_bounded() {
    let expr = parse("Tags/any(a:Tags/any(b:Tags/any(c:Tags/any(d:Tags/any(e:e ne e and a ne b)))))").unwrap();
    let row = example();
    let env = Env::new(now()).limited(500);
    assert_eq!(expr.matches(&&row, &env), Err(EvalError::TooMuchWork { limit: 500 }));
    assert_eq!(EvalError::TooMuchWork { limit: 500 }.to_string(), "the query takes more than 500 steps");
    let env = Env::new(now());
    assert_eq!(expr.matches(&&row, &env), Ok(false));
    assert!(env.spent() > 500);
}

/// A row that knows its relationships, as a service makes them.
struct Related {
    article: Record,
    maker: Record,
}

impl<'a> Row<'a> for Rc<Related> {
    fn whole(&self) -> Datum<'a> {
        Datum::row(Rc::clone(self))
    }
    fn dynamic_type(&self) -> Option<&'static StructType> {
        Some(self.article.ty())
    }
    fn property(&self, ordinal: usize, _property: &'static Property) -> Datum<'a> {
        self.article.value(ordinal).clone().into()
    }
    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        match navigation.name {
            "Maker" => self.maker.clone().into_datum(),
            "Related" => Datum::list(vec![self.article.clone().into_datum()]),
            _ => Datum::Null,
        }
    }
}

impl Record {
    fn into_datum<'a>(self) -> Datum<'a> {
        Value::Record(self).into()
    }
}

#[test]
fn relationships_are_followed_by_the_service() {
    let mut maker = Record::new(&MAKER);
    maker.set("Name", Value::text("Ada"));
    let row = Rc::new(Related { article: example(), maker });
    for (text, expected) in [
        ("Maker/Name eq 'Ada'", true),
        ("Maker ne null", true),
        ("Related/any(r:r/Rating eq Rating)", true),
        ("Related/$count eq 1", true),
        ("Related/any(r:r eq $it)", true),
        ("Related/any(r:cast($it,Article)/Maker/Name eq 'Ada' and cast(r,Article)/Maker eq null)", true),
        ("Blurbs/any()", false),
        ("Blurbs/all(b:false)", true),
    ] {
        assert_eq!(parse(text).unwrap().matches(&row, &Env::new(now())), Ok(expected), "{text}");
    }
    assert_eq!(parse("Maker eq null").unwrap().matches(&&example(), &Env::new(now())), Ok(true));
}

#[test]
fn a_primitive_item_may_be_the_row() {
    let tag = Expr::row(crate::model::build::STRING);
    let expr = Expr::binary(
        crate::expr::Binary::Compare(crate::expr::Comparison::Eq),
        tag,
        Expr::literal(Value::text("red"), crate::model::build::STRING),
        &Rules::default(),
    );
    assert_eq!(expr.unwrap().matches(&Datum::text("red"), &Env::new(now())), Ok(true));
}

fn sorted(keys: &[(&str, bool)], rows: &[Record], env: &Env) -> Vec<usize> {
    let keys = keys.iter().map(|(text, descending)| SortKey { expr: parse(text).unwrap(), descending: *descending });
    let sort = Sort { keys: keys.collect() };
    let mut order: Vec<_> = rows.iter().map(|row| sort.values(&row, env).unwrap()).enumerate().collect();
    order.sort_by(|left, right| sort.compare(&left.1, &right.1));
    order.into_iter().map(|(at, _)| at).collect()
}

#[test]
fn null_comes_first_and_last_when_descending() {
    let row = |name: &str, cost: &str| {
        let mut row = Record::new(&ARTICLE);
        row.set("Name", Value::text(name));
        row.set("Cost", cost.parse().map_or(Value::Null, Value::Decimal));
        row
    };
    let rows = [row("b", "2"), row("a", ""), row("B", "1.0"), row("ab", "1")];
    let env = Env::new(now());
    assert_eq!(sorted(&[("Cost", false), ("Name", false)], &rows, &env), [1, 2, 3, 0]);
    assert_eq!(sorted(&[("Cost", true), ("Name", false)], &rows, &env), [0, 2, 3, 1]);
    assert_eq!(sorted(&[("length(Name)", true), ("Name", true)], &rows, &env), [3, 0, 1, 2]);
    assert_eq!(sorted(&[("Name", false)], &rows, &Env::new(now()).ignoring_case(true)), [1, 3, 0, 2]);
    assert_eq!(sorted(&[("Name eq 'a'", false)], &rows, &env), [0, 2, 3, 1]);
    assert_eq!(sorted(&[("1 divby (2 sub Cost)", false)], &rows, &env), [1, 2, 3, 0]);
}

#[test]
fn search_finds_words_whatever_their_case_and_form() {
    for (text, expected) in [
        ("Senior C++/C# dev, node.js", &["senior", "c++", "c#", "dev", "node", "js"][..]),
        ("ﬁne ＡＢＣ Straße İstanbul", &["fine", "abc", "strasse", "i\u{307}stanbul"]),
        ("日本語 data", &["日", "本", "語", "data"]),
        ("e\u{301}te\u{301}", &["été"]),
        ("# + ++", &[]),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
    let mut row = example();
    row.set("Name", Value::text("Fresh Whole MILK, 日本語"));
    let members = row.to_members();
    let phrase = |text| Search::Phrase(Phrase::new(text));
    let named = |name, text| {
        let (ordinal, property) = ARTICLE.find(name).unwrap();
        Search::Member(ordinal, property, Phrase::new(text))
    };
    for (search, expected) in [
        (phrase("milk"), true),
        (phrase("mil"), false),
        (phrase("whole milk"), true),
        (phrase("milk whole"), false),
        (phrase("本語"), true),
        (phrase("ålesund"), true),
        (phrase("green"), true),
        (phrase("milk green"), false),
        (phrase(""), false),
        (Search::And(vec![phrase("milk"), phrase("green")]), true),
        (Search::Or(vec![phrase("beer"), phrase("green")]), true),
        (Search::And(vec![phrase("milk"), Search::Not(Box::new(phrase("beer")))]), true),
        (Search::Not(Box::new(phrase("milk"))), false),
        (named("Name", "milk"), true),
        (named("Name", "whole mi"), true),
        (named("Name", "who milk"), false),
        (named("Name", "green"), false),
        (named("Tags", "gre"), true),
        (named("Price", "1"), false),
        (named("Name", ""), false),
    ] {
        let found = search.matches(&Stored::new(&ARTICLE, &members).whole(), &Env::new(now()));
        assert_eq!(found, Ok(expected), "{search:?}");
    }
    let depots = Expr::row(Type::Struct(&ARTICLE)).property(ARTICLE.find("Depots").unwrap()).unwrap();
    let count = Expr::count(Expr::search(depots, phrase("Ålesund")).unwrap()).unwrap();
    let found = count.eval(&Stored::new(&ARTICLE, &members), &Env::new(now())).unwrap();
    assert_eq!(found.to_value(), Value::Integer(1));
}

#[test]
fn an_unbound_variable_is_null() {
    let tags = parse("Tags").unwrap();
    let stray = Expr::variable(Variable::new(40_000, &tags));
    assert!(stray.eval(&&example(), &Env::new(now())).unwrap().is_null());
}
