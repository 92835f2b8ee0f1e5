//! What goes together and what does not, and what is said of it.

use expect_test::{Expect, expect};

use super::notation::{parse, parse_with};
use super::{Binary, Expr, Function, MAX_DEPTH, Rules, TypeError, Unary};
use crate::model::build;
use crate::value::Value;

fn check(text: &str, shape: &Expect) {
    shape.assert_eq(&parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).shape().name());
}

fn check_err(text: &str, message: &Expect) {
    message.assert_eq(&parse(text).map(|expr| expr.shape().name()).unwrap_err().to_string());
}

#[test]
fn numbers_are_promoted_to_the_higher_rank() {
    check("Quantity add 1", &expect!["`Edm.Int64`"]);
    check("Quantity add 1.5", &expect!["`Edm.Decimal`"]);
    check("Cost mul Weight", &expect!["`Edm.Single`"]);
    check("Weight sub Price", &expect!["`Edm.Double`"]);
    check("Quantity divby 2", &expect!["`Edm.Decimal`"]);
    check("Quantity add null", &expect!["`Edm.Int64`"]);
    check("null add null", &expect!["`null`"]);
    check("case(true:1,true:Price)", &expect!["`Edm.Double`"]);
    check("round(Quantity)", &expect!["`Edm.Int16`"]);
}

#[test]
fn dates_and_durations_go_together_as_listed() {
    check("Released add Lead", &expect!["`ReleaseDate`"]);
    check("CreatedAt sub CreatedAt", &expect!["`Edm.Duration`"]);
    check("CreatedAt sub 'PT1H'", &expect!["`Edm.DateTimeOffset`"]);
    check("Lead mul 2.5", &expect!["`LeadTime`"]);
    check("2 mul Lead", &expect!["`LeadTime`"]);
    check("-Lead", &expect!["`LeadTime`"]);
    check_err(
        "Lead add CreatedAt",
        &expect![
            "`add`: found `LeadTime` and `Edm.DateTimeOffset`, expected two numbers, two durations, or a date or instant and a duration"
        ],
    );
    check_err("Lead mod 2", &expect!["`mod`: found `LeadTime` and `Edm.Int64`, expected two numbers"]);
    check_err(
        "Opens add Lead",
        &expect![
            "`add`: found `OpeningTime` and `LeadTime`, expected two numbers, two durations, or a date or instant and a duration"
        ],
    );
}

#[test]
fn strings_and_numbers_do_not_mix() {
    check_err(
        "Name eq 1",
        &expect!["`eq`: found `Edm.String` and `Edm.Int64`, expected two operands of comparable types"],
    );
    check_err(
        "Quantity eq '1'",
        &expect!["`eq`: found `Edm.Int16` and `Edm.String`, expected two operands of comparable types"],
    );
    check_err(
        "Name add 1",
        &expect![
            "`add`: found `Edm.String` and `Edm.Int64`, expected two numbers, two durations, or a date or instant and a duration"
        ],
    );
    check_err("not Name", &expect!["`not`: found `Edm.String`, expected `Edm.Boolean`"]);
    check_err(
        "true and Quantity",
        &expect!["`and`: found `Edm.Boolean` and `Edm.Int16`, expected `Edm.Boolean` on both sides"],
    );
    check_err(
        "Data gt Data",
        &expect!["`gt`: found `Edm.Binary` and `Edm.Binary`, expected operands that have an order"],
    );
    check_err(
        "Position eq Position",
        &expect![
            "`eq`: found `Edm.GeographyPoint` and `Edm.GeographyPoint`, expected two operands of comparable types"
        ],
    );
    check("Position eq null", &expect!["`Edm.Boolean`"]);
    check_err(
        "Tags eq 'a'",
        &expect!["`eq`: found `Collection(Edm.String)` and `Edm.String`, expected two operands of comparable types"],
    );
    check_err(
        "CreatedAt ge date'2020-01-01'",
        &expect!["`ge`: found `Edm.DateTimeOffset` and `Edm.Date`, expected two operands of comparable types"],
    );
}

#[test]
fn a_date_literal_is_an_instant_where_the_dialect_says_so() {
    let rules = Rules { dates_as_instants: true };
    for text in
        ["CreatedAt ge date'2020-01-01'", "date'2020-01-01' lt CreatedAt", "CreatedAt in (date'2020-01-01',null)"]
    {
        assert!(parse_with(text, &rules).is_ok(), "{text}");
    }
    assert!(parse_with("CreatedAt ge Released", &rules).is_err());
}

#[test]
fn enumerations_take_names_and_numbers() {
    for text in [
        "Condition eq 'used'",
        "'Used' eq Condition",
        "Condition eq 1",
        "Condition in ('New',null,7)",
        "Condition in (null)",
        "Condition gt 'New'",
        "Stock has 'Store,Online'",
        "Stock eq 'Later'",
        "Conditions/any(c:c eq 'Broken')",
        "'Used' in Conditions",
        "hassubset(Conditions,['New'])",
    ] {
        assert!(parse(text).is_ok(), "{text}: {}", parse(text).unwrap_err());
    }
    check_err(
        "Condition eq 'Usd'",
        &expect!["found `Usd`, expected one of `New`, `Used`, `Broken`; did you mean `Used`?"],
    );
    check_err("Condition in ('New',5)", &expect!["found `5`, expected one of `New`, `Used`, `Broken`"]);
    check_err(
        "Quantity in (1,'a')",
        &expect!["`in`: found `Edm.Int16` and `Edm.String`, expected values of comparable types"],
    );
    check_err("Condition eq 5", &expect!["found `5`, expected one of `New`, `Used`, `Broken`"]);
    check_err(
        "Condition eq Name",
        &expect!["`eq`: found `Condition` and `Edm.String`, expected two operands of comparable types"],
    );
    check_err(
        "Stock has Condition'New'",
        &expect!["`has`: found `Stock` and `Condition`, expected an enumeration and one of its values"],
    );
    check_err("Lead eq 'soon'", &expect!["found `soon`, expected a duration such as `PT1H30M`"]);
}

#[test]
fn functions_say_what_they_take() {
    check_err("contains(Name)", &expect!["`contains`: found 1 argument, expected 2"]);
    check_err("substring(Name)", &expect!["`substring`: found 1 argument, expected 2 or 3"]);
    check_err(
        "contains(Name,1)",
        &expect![
            "`contains`: found `Edm.String` and `Edm.Int64`, expected `Edm.String` and `Edm.String`, or a list and a list"
        ],
    );
    check_err("year(Opens)", &expect!["`year`: found `OpeningTime`, expected `Edm.Date`, or `Edm.DateTimeOffset`"]);
    check_err(
        "contains(Tags,Sizes)",
        &expect![
            "`contains`: found `Collection(Edm.String)` and `Collection(Edm.Int32)`, expected two operands of comparable types"
        ],
    );
    check_err("Name/any()", &expect!["`any`: found `Edm.String`, expected a list"]);
    check_err("Tags/any(t:t)", &expect!["`any`: found `Edm.String`, expected a condition (`Edm.Boolean`)"]);
    check_err("Name/City", &expect!["`/`: found `Edm.String`, expected a single value with properties before it"]);
    check_err(
        "Depots/City",
        &expect!["`/`: found `Collection(Address)`, expected a single value with properties before it"],
    );
    check_err(
        "case(1:2)",
        &expect!["`case`: found `Edm.Int64`, expected a condition (`Edm.Boolean`) before each colon"],
    );
    check_err(
        "cast(Origin,Place)",
        &expect!["`cast`: found `Address`, expected a value of a type that `Place` extends or that extends it"],
    );
    check_err("cast(Position,Edm.String)", &expect!["a cast of geography values is not supported"]);
    check("concat(null,Tags)", &expect!["`Collection(Edm.String)`"]);
    check("length(null)", &expect!["`Edm.Int32`"]);
}

#[test]
fn every_function_is_found_by_its_name_in_any_case() {
    let names: Vec<_> = Function::names().collect();
    assert_eq!(names.len(), 30);
    for name in names {
        assert_eq!(Function::named(&name.to_uppercase()).unwrap().name(), name);
    }
    assert_eq!(Function::named("geo.distance"), None);
    assert_eq!(Binary::named("DIVBY").unwrap().name(), "divby");
}

#[test]
fn patterns_that_need_more_than_linear_time_are_refused() {
    check_err("matchespattern(Name,'(?=a)')", &expect!["look-around in a pattern is not supported"]);
    check_err("matchespattern(Name,'(?<!a)b')", &expect!["look-around in a pattern is not supported"]);
    check_err(r"matchespattern(Name,'(a)\1')", &expect!["a back-reference in a pattern is not supported"]);
    check_err("matchespattern(Name,Description)", &expect!["a pattern that is not a literal is not supported"]);
    check_err("matchespattern(Name,'(')", &expect!["found `(`, expected a regular expression of ECMAScript"]);
    check_err("matchespattern(Name,'a','q')", &expect!["found `q`, expected ECMAScript's flags, each at most once"]);
    check_err("matchespattern(Name,'((a{99}){99}){99}')", &expect!["so large a pattern is not supported"]);
    let long = format!("matchespattern(Name,'{}')", "a".repeat(501));
    check_err(&long, &expect!["a pattern of more than 500 characters is not supported"]);
}

#[test]
fn chains_are_wide_and_nesting_has_an_end() {
    let long = vec!["Rating eq 1"; 1_000].join(" or ");
    let chain = parse(&long).unwrap();
    assert_eq!(chain.nodes(), 999 + 1_000 * 4);
    let mut deep = Expr::literal(Value::Boolean(true), build::BOOLEAN);
    let mut levels = 1;
    let error = loop {
        match Expr::unary(Unary::Not, deep) {
            Ok(deeper) => deep = deeper,
            Err(error) => break error,
        }
        levels += 1;
    };
    assert_eq!(levels, MAX_DEPTH);
    assert_eq!(error, TypeError::TooDeep);
    assert_eq!(error.to_string(), format!("the expression is nested more than {MAX_DEPTH} levels deep"));
}

proptest::proptest! {
    #[test]
    fn no_pattern_panics(pattern in r"[a-c\\\[\](){}|*+?.^$\-&~:=!<>dwsbBk1u0-9é]{0,12}", flags in "[imsug]{0,2}") {
        if let Ok(pattern) = super::Pattern::new(&pattern, &flags) {
            pattern.matches("abc é\n1");
        }
    }
}
