//! What functions answer and actions change, called as the engine does, without an address.

use edm::{Operation, Value};

use super::{Arguments, Bound, Given, call, price};
use crate::model::SHOP;
use crate::seed;
use crate::store::{Change, State};

const NOW: i64 = 17_000_000_000_000_000;

fn shop() -> State {
    let mut state = State::default();
    seed::fill(&mut state, NOW).unwrap();
    state
}

/// The overload with these parameters.
fn operation(name: &str, arguments: &[(&str, Value)]) -> &'static Operation {
    let fits = |operation: &&&Operation| {
        let names = operation.parameters.iter().skip(usize::from(operation.bound)).map(|parameter| parameter.name);
        operation.name == name && names.eq(arguments.iter().map(|(name, _)| *name))
    };
    SHOP.operations.iter().find(fits).unwrap_or_else(|| panic!("no overload of {name} takes {arguments:?}"))
}

/// Calls an operation, a bound one on that product or on all; says what it gave.
fn call_on(state: &mut State, on: &str, name: &str, arguments: &[(&str, Value)]) -> String {
    let operation = operation(name, arguments);
    let bound = match on {
        "" => Bound::Nothing,
        "*" => Bound::Many(state.items("Products").cloned().collect()),
        product => Bound::One(state.find_by("Products", &["Name"], &[Value::text(product)]).unwrap().clone()),
    };
    let arguments = Arguments(arguments.iter().map(|(name, value)| (*name, value)).collect());
    match call(&mut Change { state, now: NOW }, operation, bound, &arguments) {
        Ok(Given::Nothing) => String::new(),
        Ok(Given::Row(item)) => item.record.get("Name").as_str().unwrap().to_owned(),
        Ok(Given::Rows(items)) => {
            let names = items.iter().map(|item| item.record.get("Name").as_str().unwrap().to_owned());
            names.collect::<Vec<_>>().join(", ")
        }
        Ok(Given::Value(value)) => match value {
            // As many digits as the examples show; the last bits are the machine's.
            Value::Double(number) => format!("{number:.6}"),
            value => {
                let mut out = Vec::new();
                value.write(operation.returns.as_ref().unwrap().ty, &mut out);
                String::from_utf8(out).unwrap()
            }
        },
        Err(problem) => format!("{}: {}", problem.kind.status(), problem.message),
    }
}

fn check(on: &str, name: &str, arguments: &[(&str, Value)], expected: &str) {
    assert_eq!(call_on(&mut shop(), on, name, arguments), expected, "{name} on `{on}` with {arguments:?}");
}

fn number(number: f64) -> Value {
    Value::Double(number)
}

#[test]
fn functions_over_all_products() {
    let all = "Premium Laptop Pro, Laptop, Smartphone, Office Chair, Gaming Mouse Ultra, Wireless Mouse, Coffee Mug";
    check("", "GetTopProducts", &[], all);
    check("", "GetTopProducts", &[("count", Value::Integer(3))], "Premium Laptop Pro, Laptop, Smartphone");
    check("", "GetTopProducts", &[("count", Value::Integer(0))], "");
    let refused = "400: found -1, expected a count of zero or more";
    check("", "GetTopProducts", &[("count", Value::Integer(-1))], refused);
    let kitchen = [("count", Value::Integer(5)), ("category", Value::text("Kitchen"))];
    check("", "GetTopProducts", &kitchen, "Coffee Mug");
    let laptops = [("name", Value::text("Laptop")), ("maxPrice", number(1000.0))];
    check("", "FindProducts", &laptops, "Laptop");
    check("*", "GetAveragePrice", &[], "606.491429");
    let stats = r#"{"totalProducts":7,"averagePrice":606.4914285714285,"maxPrice":1999.99,"minPrice":15.5}"#;
    check("", "GetProductStats", &[], stats);
}

#[test]
fn functions_of_their_arguments_alone() {
    check("", "Calculate", &[("value", Value::Integer(5))], "10");
    check("", "Calculate", &[("a", Value::Integer(3)), ("b", Value::Integer(7))], "10");
    let refused = "400: the result is no Edm.Int64, expected smaller numbers";
    check("", "Calculate", &[("value", Value::Integer(i64::MAX))], refused);
    check("", "Convert", &[("input", Value::text("hello"))], r#""String: hello""#);
    check("", "Convert", &[("number", Value::Integer(5))], r#""Number: 5""#);
}

#[test]
fn functions_of_a_product() {
    check("Laptop", "GetTotalPrice", &[("taxRate", number(0.08))], "1079.989200");
    let related = "Wireless Mouse, Smartphone, Premium Laptop Pro, Gaming Mouse Ultra";
    check("Laptop", "GetRelatedProducts", &[], related);
    check("Coffee Mug", "GetRelatedProducts", &[], "");
    check("Laptop", "CalculatePrice", &[("discount", number(10.0))], "899.991000");
    check("Laptop", "CalculatePrice", &[("discount", number(10.0)), ("tax", number(5.0))], "944.990550");
    let info = r#""Product: Laptop (Price: 999.99) in json format""#;
    check("Laptop", "GetInfo", &[("format", Value::text("json"))], info);
}

/// Price, status and version of a product after a call.
fn after(on: &str, name: &str, arguments: &[(&str, Value)], product: &str, expected: &str) {
    let mut state = shop();
    call_on(&mut state, on, name, arguments);
    let item = state.find_by("Products", &["Name"], &[Value::text(product)]).unwrap();
    let Value::Enum(status) = item.record.get("Status") else { panic!("a product has a status") };
    let written = format!("{:.3} {status} {}", price(item), item.tag().unwrap().0);
    assert_eq!(written, expected, "{product} after {name} with {arguments:?}");
}

#[test]
fn actions_change_what_they_say() {
    let ten = ("percentage", number(10.0));
    check("Laptop", "ApplyDiscount", std::slice::from_ref(&ten), "Laptop");
    check("Laptop", "CalculateDiscount", std::slice::from_ref(&ten), "899.991000");
    after("Laptop", "ApplyDiscount", std::slice::from_ref(&ten), "Laptop", "899.991 9 2");
    after("Laptop", "CalculateDiscount", std::slice::from_ref(&ten), "Laptop", "999.990 9 1");
    after("Laptop", "IncreasePrice", &[("amount", number(0.5))], "Laptop", "1000.490 9 2");
    after("Office Chair", "Activate", &[], "Office Chair", "249.990 1 2");
    after("*", "MarkAllAsReviewed", &[], "Laptop", "999.990 9 1");
    after("", "ResetProducts", &[], "Laptop", "999.990 9 1");
    after("", "Process", std::slice::from_ref(&ten), "Coffee Mug", "13.950 1 2");
    let dear = [ten, ("minPrice", number(500.0))];
    after("", "Process", &dear, "Coffee Mug", "15.500 1 1");
    after("", "Process", &dear, "Laptop", "899.991 9 2");
}

#[test]
fn prices_and_everything_else_can_be_put_back() {
    let mut state = shop();
    call_on(&mut state, "", "Process", &[("percentage", number(50.0))]);
    let reset = r#"{"message":"Prices reset successfully","updatedCount":7}"#;
    assert_eq!(call_on(&mut state, "", "ResetAllPrices", &[]), reset);
    assert_eq!(call_on(&mut state, "*", "GetAveragePrice", &[]), "606.491429");
    let before: Vec<_> = state.items("Products").map(|item| item.id.clone()).collect();
    assert!(call_on(&mut state, "", "Reseed", &[]).contains("beginning"));
    let after: Vec<_> = state.items("Products").map(|item| item.id.clone()).collect();
    assert_eq!(before.len(), after.len());
    assert!(before.iter().all(|id| !after.contains(id)), "an id was given twice");
}
