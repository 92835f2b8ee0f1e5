//! Expressions over the test model: which rows they keep, and what is said of those that do not bind.

use edm::eval::{Env, Stored};
use edm::expr::Rules;
use edm::testing::{ARTICLE, MODEL};
use edm::{DateTimeOffset, Record, Value};
use expect_test::{Expect, expect};

use super::Binder;
use crate::syntax::Limits;

fn binder() -> Binder<'static> {
    Binder::new(&MODEL, Rules::default(), Limits::LENIENT)
}

/// A lamp with two tags, of which nothing is known but what is set here.
fn lamp() -> Vec<u8> {
    let mut lamp = Record::new(&ARTICLE);
    for (name, value) in [
        ("Name", Value::text("Lamp")),
        ("Price", Value::Double(9.5)),
        ("Sold", Value::Integer(7)),
        ("Tags", Value::List(vec![Value::text("warm"), Value::text("light")])),
        ("Sizes", Value::List(vec![Value::Integer(1), Value::Null])),
    ] {
        assert!(lamp.set(name, value), "{name}");
    }
    lamp.to_members()
}

#[track_caller]
fn check(filter: &str, kept: bool) {
    let expr = binder()
        .filter(edm::Type::Struct(&ARTICLE), filter)
        .unwrap_or_else(|problem| panic!("{filter}: {}", problem.message));
    let lamp = lamp();
    let found = expr.matches(&Stored::new(&ARTICLE, &lamp), &Env::new(DateTimeOffset::from_ticks(0))).unwrap();
    assert_eq!(found, kept, "{filter}");
}

#[track_caller]
fn check_err(filter: &str, expect: &Expect) {
    let problem = binder().filter(edm::Type::Struct(&ARTICLE), filter).map(|expr| expr.nodes()).unwrap_err();
    let target = problem.target.unwrap_or_default();
    expect.assert_eq(&format!("{} {} at {target}: {}", problem.kind.status(), problem.kind.code(), problem.message));
}

#[test]
fn names_become_values() {
    check("Name eq 'Lamp'", true);
    check("name eq 'Lamp' and PRICE lt 10", true);
    check("$it/Name eq 'Lamp'", true);
    check("Description eq null", true);
    check("Origin/Place/Latitude eq null", true);
    check("Origin/City ne null", false);
    check("not contains(Description,'x')", false);
    check("Stock in ('Store','Online') or Name in ('Lamp',null)", true);
    check("Sold in (1,7.0,null) and not (Price in (9,10.5))", true);
    check("Condition eq 'New' and Condition eq shop.Condition'New'", true);
    check("round(Price) add Sold eq 17 and -Sold eq -7", true);
    check("case(Sold gt 5:'many',true:'few') eq 'many'", true);
    check("isof(Name,Edm.String) and cast(Sold,Edm.String) eq '7'", true);
}

#[test]
fn lambdas_have_scopes_of_their_own() {
    check("Tags/any(t:t eq 'warm')", true);
    check("Tags/any(Name:Name eq 'Lamp')", false);
    check("Tags/any(t:startswith(t,'l') and Name eq 'Lamp')", true);
    check("Tags/all(t:length(t) gt 3)", true);
    check("Tags/any(t:Sizes/any(s:s eq null and t eq 'light'))", true);
    check("Depots/any() or Tags/any()", true);
    check("Tags/$count eq 2 and Sizes/$count($filter=$this ne null) eq 1", true);
    check("Depots/any(d:d/City eq 'Oslo')", false);
}

#[test]
fn what_does_not_bind_is_said() {
    check_err(
        "Nmae eq 'x'",
        &expect![
            "400 RequestBroker--ParseUri at $filter: Could not find a property named 'Nmae' on type 'shop.Article'. Did you mean `Name`?"
        ],
    );
    check_err("Name", &expect!["400 BadRequest at $filter: found a value of type `Edm.String`, expected a condition"]);
    check_err("Tags", &expect!["400 BadRequest at $filter: found a list, expected a condition"]);
    check_err(
        "geo.length(Route) gt 1",
        &expect!["501 notSupported at $filter: the function `geo.length` is not supported yet"],
    );
    check_err(
        "geo.length(Nothing) gt 1",
        &expect!["501 notSupported at $filter: the function `geo.length` is not supported yet"],
    );
    check_err(
        "Name/City eq 'x'",
        &expect!["400 BadRequest at $filter: found `City` after `Edm.String`, which has no properties"],
    );
    check_err(
        "Name eq 'x' and",
        &expect![
            "400 BadRequest at $filter: invalid $filter: found the end at column 16, expected a blank after the operator"
        ],
    );
    check_err(
        "Name eq 5",
        &expect![
            "400 BadRequest at $filter: `eq`: found `Edm.String` and `Edm.Int64`, expected two operands of comparable types"
        ],
    );
}
