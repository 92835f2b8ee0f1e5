//! Random rows, random trees, and the oracle beside the evaluator. `VITAE_LONG=1` makes a million of twenty thousand.

use super::Kind;
use super::bind::bind;
use super::oracle::{Fail, Oracle};
use super::rows::{Dice, row};
use super::trees::Trees;
use crate::eval::{Env, EvalError, Row, Stored};
use crate::record::Record;
use crate::testing::ARTICLE;
use crate::time::DateTimeOffset;
use crate::value::Value;

pub(super) fn now() -> DateTimeOffset {
    DateTimeOffset::parse("2020-02-29T12:00:00.5Z").unwrap()
}

fn over<'a>(expr: &'a crate::expr::Expr, row: &dyn Row<'a>) -> Result<Value, EvalError> {
    expr.eval(row, &Env::new(now())).map(|value| value.to_value())
}

/// Exactly the same: NaN is NaN, offsets count, negative zero is another than zero.
fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) => {
            left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
        }
        (Value::Single(left), Value::Single(right)) => {
            left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
        }
        (Value::DateTimeOffset(left), Value::DateTimeOffset(right)) => {
            left == right && left.offset_minutes() == right.offset_minutes()
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| identical(left, right))
        }
        (Value::Record(left), Value::Record(right)) => {
            left.members().zip(right.members()).all(|((_, left), (_, right))| identical(left, right))
        }
        _ => left == right,
    }
}

fn agree(found: &Result<Value, EvalError>, expected: &Result<Value, Fail>) -> bool {
    match (found, expected) {
        (Ok(found), Ok(expected)) => identical(found, expected),
        (Err(EvalError::DivisionByZero), Err(Fail::Zero)) => true,
        (Err(EvalError::NegativeLength), Err(Fail::Negative)) => true,
        _ => false,
    }
}

const ROOTS: &[Kind] = &[
    Kind::Bool,
    Kind::Bool,
    Kind::Bool,
    Kind::Int,
    Kind::Dec,
    Kind::Single,
    Kind::Double,
    Kind::Text,
    Kind::Instant,
    Kind::Day,
    Kind::Clock,
    Kind::Span,
    Kind::Texts,
    Kind::Ints,
];

#[test]
fn evaluator_and_oracle_never_differ() {
    let rounds = if std::env::var_os("VITAE_LONG").is_some() { 1_000_000 } else { 20_000 };
    let (mut nulls, mut errors, mut trues, mut falses) = (0, 0, 0, 0);
    for seed in 0..rounds {
        let mut dice = Dice::new(seed);
        let record: Record = row(&mut dice);
        let kind = dice.pick(ROOTS);
        let depth = 1 + dice.depth(5);
        let tree = Trees::new(&mut dice).tree(kind, depth);
        let expected = Oracle::new(&record, now()).value(&tree);
        let expr = bind(&tree);
        let members = record.to_members();
        for (form, found) in
            [("stored", over(&expr, &Stored::new(&ARTICLE, &members))), ("record", over(&expr, &&record))]
        {
            assert!(
                agree(&found, &expected),
                "seed {seed}, {form}: {tree}\nfound {found:?}\nexpected {expected:?}\nover {}",
                String::from_utf8_lossy(&members)
            );
        }
        match expected {
            Err(_) => errors += 1,
            Ok(Value::Null) => nulls += 1,
            Ok(Value::Boolean(true)) => trues += 1,
            Ok(Value::Boolean(false)) => falses += 1,
            Ok(_) => {}
        }
    }
    // The trees say something: neither all null nor all false.
    assert!(nulls * 20 > rounds && trues * 20 > rounds && falses * 20 > rounds && errors * 1000 > rounds);
    assert!(nulls * 2 < rounds && errors * 10 < rounds, "{nulls} {errors} {trues} {falses}");
}
