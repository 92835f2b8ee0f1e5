//! Calls: the arguments of functions and actions, and which overload they fit.

use edm::model::build::{INT64, action, parameter};
use edm::testing::MODEL;
use edm::{Operation, Parameter, Value};
use expect_test::expect;

use super::super::Call;
use super::related::RELATED;
use super::single::check;
use crate::problem::Problem;

pub(super) fn overloads(name: &str) -> Vec<&'static Operation> {
    MODEL.operations.iter().copied().filter(|operation| operation.name == name).collect()
}

fn call(name: &str, body: &str) -> Result<Call, Problem> {
    RELATED.call(&overloads(name), body.as_bytes())
}

#[test]
fn calls() {
    let lines = [
        ("Raise", r#"{"amount":10}"#),
        ("Raise", r#"{"AMOUNT":1.5,"@mine.note":1}"#),
        ("Raise", r#"{"amount":"10"}"#),
        ("Raise", r#"{"amount":null}"#),
        ("Raise", r#"{"amont":1,"article":{}}"#),
        ("Raise", r#"{"amount":1,"Amount":2}"#),
        ("Raise", ""),
        ("Raise", "[1]"),
        ("Retire", ""),
        ("Retire", " {} "),
        ("Retire", r#"{"x":1}"#),
        ("Reset", ""),
        ("Reset", r#"{"makers":["a"]}"#),
        ("Reset", r#"{"makers":"a"}"#),
        ("Reset", r#"{"maker":["a"]}"#),
        ("Discounted", r#"{"percent":1}"#),
        ("Discounted", r#"{"rate":1,"percent":2}"#),
        ("Discounted", r#"{"rate":1}"#),
        ("Nothing", r#"{"rate":1}"#),
    ];
    let lines: Vec<_> = lines.iter().map(|(name, body)| (*body, call(name, body))).collect();
    let show = |call: &Call| {
        let arguments = call.arguments.iter().map(|(parameter, value)| format!("{}={value:?}", parameter.name));
        format!("{}({})", call.operation.name, arguments.collect::<Vec<_>>().join(", "))
    };
    check(
        &lines,
        show,
        &expect![[r#"
            {"amount":10}
              Raise(amount=Double(10.0))
            {"AMOUNT":1.5,"@mine.note":1}
              Raise(amount=Double(1.5))
            {"amount":"10"}
              400 BadRequest
                BadRequest /amount: found the string `10`, expected a number
            {"amount":null}
              400 BadRequest
                BadRequest /amount: null is not a valid value for the property `amount`; `amount` is not nullable
            {"amont":1,"article":{}}
              400 RequestBodyRead
                RequestBodyRead /amont: `Raise` has no parameter `amont`, expected one of `amount`; did you mean `amount`?
                RequestBodyRead /article: `Raise` has no parameter `article`, expected one of `amount`
                BadRequest /amount: found no `amount`, expected one
            {"amount":1,"Amount":2}
              400 BadRequest
                BadRequest /Amount: found `Amount` a second time

              400 BadRequest
                BadRequest /amount: found no `amount`, expected one
            [1]
              400 BadRequest
                -: found an array, expected an object with the parameters

              Retire()
             {} 
              Retire()
            {"x":1}
              400 RequestBodyRead
                RequestBodyRead /x: `Retire` has no parameter `x`, expected none

              Reset()
            {"makers":["a"]}
              Reset(makers=List([String("a")]))
            {"makers":"a"}
              400 BadRequest
                BadRequest /makers: found `a`, expected an array of `Edm.String`
            {"maker":["a"]}
              400 BadRequest
                -: found the parameters `maker`, `Reset` expects () or (makers)
            {"percent":1}
              Discounted(percent=Double(1.0))
            {"rate":1,"percent":2}
              Discounted(percent=Double(2.0), rate=Double(1.0))
            {"rate":1}
              400 BadRequest
                -: found the parameters `rate`, `Discounted` expects (percent) or (percent, rate)
            {"rate":1}
              400 BadRequest
                -: found a call of an operation that is not declared
        "#]],
    );
}

static WIDE: Operation = action("Move", &[STEPS, OPTIONAL], None, "");
static NARROW: Operation = action("Move", &[STEPS], None, "");
const STEPS: Parameter = parameter("steps", INT64);
const OPTIONAL: Parameter = Parameter { optional: true, ..parameter("speed", INT64) };

#[test]
fn optional_parameters_do_not_make_calls_ambiguous() {
    let chosen = |body: &[u8]| {
        let call = RELATED.call(&[&WIDE, &NARROW], body).unwrap();
        (call.operation.parameters.len(), call.arguments.len())
    };
    assert_eq!(chosen(br#"{"steps":1}"#), (1, 1));
    assert_eq!(chosen(br#"{"steps":1,"speed":2}"#), (2, 2));
    let alone = RELATED.call(&[&WIDE], br#"{"steps":1}"#).unwrap();
    assert_eq!(alone.arguments.last().map(|(_, value)| value), Some(&Value::Null));
}
