//! Order by expressions.

use std::cmp::Ordering;

use super::{Env, EvalError, Row, text};
use crate::expr::Expr;
use crate::query;
use crate::value::Value;

/// One key of an order.
#[derive(Debug, Clone)]
pub struct SortKey {
    /// What is compared.
    pub expr: Expr,
    /// Greatest first, null last.
    pub descending: bool,
}

/// How rows are ordered: by the first key, among equals by the second, and so on. The caller appends what makes rows
/// distinct.
#[derive(Debug, Clone, Default)]
pub struct Sort {
    /// The keys; none means the order in which the service lists.
    pub keys: Vec<SortKey>,
}

impl Sort {
    /// The values by which a row is ordered. They stand for themselves: a page can go on from them when the row is
    /// gone. Without regard to case, strings are folded.
    pub fn values<'a>(&'a self, row: &dyn Row<'a>, env: &Env) -> Result<Vec<Value>, EvalError> {
        self.keys
            .iter()
            .map(|key| match key.expr.eval(row, env)?.to_value() {
                Value::String(text) if env.ignore_case => Ok(Value::text(text::fold(&text))),
                value => Ok(value),
            })
            .collect()
    }

    /// Compares two rows by their values: a total order, nulls first when ascending.
    pub fn compare(&self, left: &[Value], right: &[Value]) -> Ordering {
        let mut pairs = self.keys.iter().zip(left.iter().zip(right));
        let differing = pairs.find_map(|(key, (left, right))| match compare(left, right) {
            Ordering::Equal => None,
            ordering if key.descending => Some(ordering.reverse()),
            ordering => Some(ordering),
        });
        differing.unwrap_or(Ordering::Equal)
    }
}

/// As [`query::compare`], with negative zero equal to zero, and a decimal beside the infinities that `divby` yields.
fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
        (Value::Single(left), Value::Single(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
        (Value::Double(left), Value::Decimal(_)) => left.total_cmp(&0.0),
        (Value::Decimal(_), Value::Double(right)) => 0.0_f64.total_cmp(right),
        _ => query::compare(left, right),
    }
}
