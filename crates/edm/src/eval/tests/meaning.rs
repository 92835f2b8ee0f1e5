//! The table of meanings, row by row, in examples.

use crate::eval::{Env, EvalError, Stored};
use crate::expr::Rules;
use crate::expr::notation::{parse, parse_with};
use crate::record::Record;
use crate::testing::{ADDRESS, ARTICLE, PLACE};
use crate::time::{DateTimeOffset, Duration, TimeOfDay, parse_date};
use crate::value::Value;

use super::differential::now;

/// One row for all examples.
pub(super) fn example() -> Record {
    let mut place = Record::new(&PLACE);
    place.set("Names", Value::List(vec![Value::text("here"), Value::text("there")]));
    let mut address = Record::new(&ADDRESS);
    address.set("City", Value::text("Ålesund"));
    address.set("Place", Value::Record(place));
    let mut row = Record::new(&ARTICLE);
    for (name, value) in [
        ("Name", Value::text("Milk \"𝔘\" ß")),
        ("Price", Value::Double(2.5)),
        ("Cost", Value::Decimal("2.50".parse().unwrap())),
        ("Weight", Value::Single(0.1)),
        ("Rating", Value::Integer(5)),
        ("Quantity", Value::Integer(-7)),
        ("Sold", Value::Integer(i64::MAX)),
        ("Stock", Value::Enum(5)),
        ("Condition", Value::Enum(1)),
        ("CreatedAt", Value::DateTimeOffset(DateTimeOffset::parse("2019-12-31T23:30:15.25Z").unwrap())),
        ("Released", Value::Date(parse_date("2020-02-29").unwrap())),
        ("Opens", Value::TimeOfDay(TimeOfDay::parse("07:59:58.5").unwrap())),
        ("Lead", Value::Duration(Duration::parse("P1DT1S").unwrap())),
        ("Tags", Value::List(["red", "green", "red"].into_iter().map(Value::text).collect())),
        ("Sizes", Value::List(vec![Value::Integer(4), Value::Null, Value::Integer(1)])),
        ("Conditions", Value::List(vec![Value::Enum(0), Value::Enum(7)])),
        ("Origin", Value::Record(address.clone())),
        ("Depots", Value::List(vec![Value::Record(address), Value::Record(Record::new(&ADDRESS))])),
    ] {
        assert!(row.set(name, value), "{name}");
    }
    row
}

pub(super) fn evaluate(text: &str, env: &Env) -> Result<Value, EvalError> {
    let expr = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let members = example().to_members();
    expr.eval(&Stored::new(&ARTICLE, &members), env).map(|value| value.to_value())
}

/// Each text has the same value as the one beside it.
pub(super) fn check(pairs: &[(&str, &str)]) {
    let env = Env::new(now());
    for (text, expected) in pairs {
        let (found, expected_value) = (evaluate(text, &env), evaluate(expected, &env));
        assert_eq!(found, expected_value, "{text}, expected {expected}");
    }
}

#[test]
fn null_equals_null_and_is_beside_any_order() {
    check(&[
        ("null eq null", "true"),
        ("null ne null", "false"),
        ("Description eq null", "true"),
        ("Description ne 'x'", "true"),
        ("Description eq 'x'", "false"),
        ("Description gt 'x'", "false"),
        ("not (Description gt 'x')", "true"),
        ("Description le 'x'", "false"),
        ("Description ge null", "true"),
        ("null le null", "true"),
        ("null gt null", "false"),
    ]);
}

#[test]
fn logic_has_three_values() {
    check(&[
        ("null and false", "false"),
        ("null and true", "null"),
        ("null or true", "true"),
        ("null or false", "null"),
        ("not IsHeavy", "null"),
        ("IsHeavy or IsHeavy", "null"),
        ("not contains(Description,'x')", "null"),
        ("indexof(Description,'x') eq -1", "false"),
        ("false and 1 div 0 eq 1", "false"),
        ("true or 1 div 0 eq 1", "true"),
    ]);
}

#[test]
fn numbers_follow_their_types() {
    check(&[
        ("5 div 2", "2"),
        ("-5 div 2", "-2"),
        ("5 divby 2", "2.5"),
        ("-5 mod 3", "-2"),
        ("5 mod -3", "2"),
        ("5.5d mod 2", "1.5d"),
        ("1 div 0.0d", "INF"),
        ("1 divby 0", "INF"),
        ("(1 divby 0) gt 99.5", "true"),
        ("Sold add 1", "null"),
        ("Sold div -1", "-9223372036854775807"),
        ("-(Sold)", "-9223372036854775807"),
        ("NaN eq NaN", "false"),
        ("NaN ne NaN", "true"),
        ("NaN ge NaN", "false"),
        ("INF gt 1", "true"),
        ("INF eq INF", "true"),
        ("-INF lt -1.5", "true"),
        ("Price eq Cost", "true"),
        ("Weight eq 0.1", "true"),
        ("Weight eq 0.1d", "false"),
        ("Cost eq 2.5", "true"),
        ("Rating add 250", "255"),
        ("round(-2.5)", "-3."),
        ("round(2.5d)", "3d"),
        ("floor(-2.5d)", "-3d"),
        ("ceiling(2.1)", "3."),
        ("floor(Quantity)", "-7"),
    ]);
    let env = Env::new(now());
    for text in ["1 div 0", "1.5 div 0", "1.5 mod 0", "1.5d mod 0", "Lead div 0"] {
        assert_eq!(evaluate(text, &env), Err(EvalError::DivisionByZero), "{text}");
    }
    assert_eq!(evaluate("Lead divby 0", &env), Ok(Value::Null));
}

#[test]
fn decimals_keep_bounded_digits() {
    let long = format!("{}.{}", "9".repeat(45), "9".repeat(45));
    let chain = vec![long.as_str(); 20].join(" mul ");
    assert_eq!(evaluate(&chain, &Env::new(now())), Ok(Value::Null));
    let Ok(Value::Decimal(product)) = evaluate(&format!("{long} mul {long}"), &Env::new(now())) else { panic!() };
    // Seventy-six nines, rounded up.
    assert_eq!(product.to_plain_string(), format!("1{}", "0".repeat(90)));
    check(&[
        ("1.0 div 3", "0.3333333333333333333333333333333333"),
        ("1 divby 8", "0.125"),
        ("cast(0.0 mul 0.5,Edm.String)", "'0'"),
        ("cast(1.50 sub 0.5,Edm.String)", "'1'"),
        ("cast(Cost,Edm.String)", "'2.50'"),
    ]);
}

#[test]
fn strings_are_counted_in_code_points() {
    check(&[
        ("length(Name)", "10"),
        ("indexof(Name,'ß')", "9"),
        ("indexof(Name,'')", "0"),
        ("substring(Name,5,3)", "'\"𝔘\"'"),
        ("substring(Name,9)", "'ß'"),
        ("substring(Name,-1)", "'ß'"),
        ("substring(Name,-3,1)", "'\"'"),
        ("substring(Name,-99,4)", "'Milk'"),
        ("substring(Name,99)", "''"),
        ("substring(Name,0,99)", "Name"),
        ("substring(Name,0,0)", "''"),
        ("substring(Name,null)", "null"),
        ("toupper('straße ς')", "'STRASSE Σ'"),
        ("tolower('ÅLESUND')", "'ålesund'"),
        ("trim('\u{2003} a\t')", "'a'"),
        ("concat(Name,null)", "null"),
        ("'a' lt 'B'", "false"),
        ("startswith(Name,'milk')", "false"),
        ("contains(Name,'\"𝔘\"')", "true"),
        ("endswith(Name,'ß')", "true"),
        ("matchespattern(Name,'^M.*ß$')", "true"),
        ("matchespattern(Name,'^m','i')", "true"),
        (r"matchespattern(Name,'^\w+$')", "false"),
        (r"matchespattern('a.b','^[a.]\.[^\d]$')", "true"),
        ("matchespattern(null,'a')", "null"),
        ("matchespattern(Name,null)", "null"),
        ("matchespattern('b]','^[^a]]$')", "true"),
        (r"matchespattern('x\ny','x.y')", "false"),
    ]);
    assert_eq!(evaluate("substring(Name,1,-1)", &Env::new(now())), Err(EvalError::NegativeLength));
}

#[test]
fn case_is_ignored_where_the_service_says_so() {
    let env = Env::new(now()).ignoring_case(true);
    for text in [
        "startswith(Name,'milk')",
        "Origin/City eq 'ÅLESUND'",
        "'a' lt 'B'",
        "'STRASSE' eq 'straße'",
        "indexof('Straße x','SSE') eq 4",
        "indexof('Straße x','X') eq 7",
        "'RED' in Tags",
        "hassubset(Tags,['Green'])",
        "contains(Name,'ILK')",
    ] {
        assert_eq!(evaluate(text, &env), Ok(Value::Boolean(true)), "{text}");
    }
}

#[test]
fn times_have_the_parts_of_their_own_offset() {
    check(&[
        ("year(CreatedAt)", "2019"),
        ("year(at'2020-01-01T00:30:00+02:00')", "2020"),
        ("at'2020-01-01T00:30:00+02:00' eq at'2019-12-31T22:30:00Z'", "true"),
        ("hour(at'2020-01-01T00:30:00+02:00')", "0"),
        ("date(at'2020-01-01T00:30:00+02:00')", "date'2020-01-01'"),
        ("time(at'2020-01-01T00:30:00+02:00')", "time'00:30:00'"),
        ("totaloffsetminutes(at'2020-01-01T00:30:00-13:30')", "-810"),
        ("second(CreatedAt)", "15"),
        ("fractionalseconds(CreatedAt)", "0.25"),
        ("fractionalseconds(Opens)", "0.5"),
        ("minute(Opens)", "59"),
        ("month(Released)", "2"),
        ("day(Released)", "29"),
        ("totalseconds(Lead)", "86401."),
        ("totalseconds('-PT0.5S')", "-0.5"),
        ("now()", "at'2020-02-29T12:00:00.5Z'"),
        ("mindatetime() lt CreatedAt and maxdatetime() gt CreatedAt", "true"),
    ]);
}

#[test]
fn dates_move_by_durations() {
    check(&[
        ("Released add duration'PT23H'", "Released"),
        ("Released sub duration'PT1S'", "date'2020-02-28'"),
        ("Released add duration'P1D'", "date'2020-03-01'"),
        ("CreatedAt add duration'PT30M'", "at'2020-01-01T00:00:15.25Z'"),
        ("CreatedAt sub at'2019-12-31T00:00:00Z'", "duration'PT23H30M15.25S'"),
        ("Released sub date'2019-02-28'", "duration'P366D'"),
        ("maxdatetime() add duration'PT1S'", "null"),
        ("Lead mul 2", "duration'P2DT2S'"),
        ("Lead div 2", "duration'PT12H0.5S'"),
        ("0.5 mul Lead", "duration'PT12H0.5S'"),
        ("-Lead", "duration'-P1DT1S'"),
        ("Lead mul 1e300d", "null"),
        ("Lead eq 'P1DT1S'", "true"),
    ]);
    let expr = parse_with(
        "CreatedAt lt date'2020-01-01' and CreatedAt ge date'2019-12-31'",
        &Rules { dates_as_instants: true },
    );
    assert!(expr.unwrap().matches(&&example(), &Env::new(now())).unwrap());
}

#[test]
fn lists_and_lambdas() {
    check(&[
        ("Tags/any(t:t eq 'red')", "true"),
        ("Tags/all(t:t eq 'red')", "false"),
        ("Tags/$filter(t:t eq 'blue')/any()", "false"),
        ("Tags/$filter(t:t eq 'blue')/all(t:false)", "true"),
        ("Origin/Place/Names/any(n:n eq 'there')", "true"),
        ("Sizes/any(s:s eq null)", "true"),
        ("Sizes/all(s:s gt 0)", "false"),
        ("Sizes/any(s:-s gt 0)", "false"),
        ("Sizes/all(s:-s lt 0)", "false"),
        ("Depots/any(d:Tags/any() and d/City eq null)", "true"),
        ("Tags/any(t:IsHeavy)", "false"),
        ("Tags/all(t:IsHeavy)", "false"),
        ("Sizes/$count", "3"),
        ("Tags/$filter(t:t eq 'red')/$count", "2"),
        ("Depots/any(d:d/Place/Names/any(n:n eq 'here' and d/City eq $it/Origin/City))", "true"),
        ("Depots/any(d:d/City eq null)", "true"),
        ("Depots/any(d:d/Place/Names/any())", "true"),
        ("Depots/all(d:d/Place/Names/any())", "false"),
        ("Origin eq Origin", "true"),
        ("Depots/any(d:d eq Origin)", "true"),
        ("Depots/$filter(d:d ne Origin)/$count", "1"),
        ("Tags eq ['red','green','red']", "true"),
        ("Tags eq ['green','red','red']", "false"),
        ("concat(Tags,['blue'])", "['red','green','red','blue']"),
        ("contains(Tags,['green','red'])", "true"),
        ("contains(Tags,['red','red'])", "false"),
        ("indexof(Tags,['green'])", "1"),
        ("startswith(Tags,['red'])", "true"),
        ("endswith(Tags,[])", "true"),
        ("length(Tags)", "3"),
        ("substring(Tags,1)", "['green','red']"),
        ("substring(Tags,-1,1)", "['red']"),
        ("hassubset([4,1,3],[1,3,4])", "true"),
        ("hassubset([1,2],[1,1,2])", "false"),
        ("hassubset(Tags,['red','red'])", "true"),
        ("hassubsequence([4,1,3,1],[1,1])", "true"),
        ("hassubsequence([4,1,3],[3,1])", "false"),
    ]);
}

#[test]
fn membership_is_by_equality() {
    check(&[
        ("Name in ()", "false"),
        ("'' in ('')", "true"),
        ("Description in (null)", "true"),
        ("Description in ('a',null)", "true"),
        ("Description in ('a')", "false"),
        ("Rating in (1,5.0,7)", "true"),
        ("Condition in ('New','Used')", "true"),
        ("'green' in Tags", "true"),
        ("null in Sizes", "true"),
        ("null in Tags", "false"),
        ("NaN in (NaN)", "false"),
        ("0.1d in (1.5f,0.1)", "true"),
        ("'used' in (Condition,null)", "true"),
    ]);
}

#[test]
fn enumerations_are_numbers_with_names() {
    check(&[
        ("Condition eq 'used'", "true"),
        ("Condition eq 1", "true"),
        ("Condition gt 'New'", "true"),
        ("Stock has 'Store'", "true"),
        ("Stock has 'Store,Online'", "false"),
        ("Stock has 5", "true"),
        ("Condition has 'Used'", "true"),
        ("Condition has 'New'", "false"),
        ("null has Stock'Store'", "null"),
        ("Stock has null", "null"),
    ]);
}

#[test]
fn casts_fail_to_null() {
    check(&[
        ("cast(Quantity,Edm.String)", "'-7'"),
        ("cast(Price,Edm.String)", "'2.5'"),
        ("cast(Condition,Edm.String)", "'Used'"),
        ("cast(Stock,Edm.Int32)", "5"),
        ("cast(CreatedAt,Edm.String)", "'2019-12-31T23:30:15.25Z'"),
        ("cast('5',Edm.Int32)", "5"),
        ("cast('x',Edm.Int32)", "null"),
        ("cast(2.5,Edm.Int32)", "3"),
        ("cast(300,Edm.Byte)", "null"),
        ("cast(1e300d,Edm.Single)", "null"),
        ("cast(NaN,Edm.Decimal)", "null"),
        ("cast('used',Condition)", "Condition'Used'"),
        ("cast(5,Condition)", "null"),
        ("cast(6,Stock)", "Stock'Online,Partner'"),
        ("cast('2020-01-01T00:00:00',Edm.DateTimeOffset)", "at'2020-01-01T00:00:00Z'"),
        ("cast('2020-01-01',Edm.Date)", "date'2020-01-01'"),
        ("cast(CreatedAt,Edm.Date)", "date'2019-12-31'"),
        ("cast(CreatedAt,Edm.TimeOfDay)", "time'23:30:15.25'"),
        ("cast(CreatedAt,Edm.Duration)", "null"),
        ("cast(true,Edm.Int32)", "null"),
        ("cast(Sizes,Edm.String)", "['4',null,'1']"),
        ("cast(null,Edm.Int32)", "null"),
        ("isof($it,Article)", "true"),
        ("isof($it,Bundle)", "false"),
        ("cast($it,Bundle)/Count", "null"),
        ("isof($it,Thing)", "true"),
        ("isof(Rating,Edm.Int32)", "true"),
        ("isof(Sold,Edm.Int32)", "false"),
        ("isof(Name,Edm.String)", "true"),
        ("isof(Description,Edm.String)", "null"),
        ("case(Rating gt 9:'high',Rating gt 3:'fair')", "'fair'"),
        ("case(Description eq 'x':1,IsHeavy:2)", "null"),
        ("case(false:1,true:1.5) div 2", "0.75"),
        ("case(true:1,false:1.5) div 2", "0.5"),
    ]);
}
