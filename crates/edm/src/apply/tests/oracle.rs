//! Grouping and aggregation as plainly as can be: values are compared one with another, and nothing is shared with what
//! is tested but the writing of values.

use bigdecimal::BigDecimal;

use crate::apply::Method;
use crate::model::{Type, build};
use crate::record::Record;
use crate::testing::ARTICLE;
use crate::value::Value;

pub(super) const CASES: &[(&str, Method)] = &[
    ("Sold", Method::Sum),
    ("Sold", Method::Average),
    ("Sold", Method::Min),
    ("Sold", Method::CountDistinct),
    ("Sold", Method::Count),
    ("Cost", Method::Sum),
    ("Cost", Method::Average),
    ("Cost", Method::Max),
    ("Cost", Method::CountDistinct),
    ("Price", Method::Sum),
    ("Price", Method::Average),
    ("Price", Method::Min),
    ("Price", Method::Max),
    ("Price", Method::CountDistinct),
    ("Name", Method::Min),
    ("Name", Method::Max),
    ("Name", Method::CountDistinct),
    ("Origin/City", Method::Max),
];

fn value(row: &Record, path: &str) -> Value {
    match path.split_once('/') {
        Some((first, rest)) => row.get(first).as_record().map_or(Value::Null, |nested| value(nested, rest)),
        None => row.get(path).clone(),
    }
}

fn ty(path: &str) -> Type {
    match path.split_once('/') {
        Some((_, "City")) => build::STRING,
        _ => ARTICLE.find(path).unwrap().1.ty,
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) => left == right || (left.is_nan() && right.is_nan()),
        _ => left == right,
    }
}

fn text(value: &Value, ty: Type) -> String {
    let mut out = Vec::new();
    value.write(ty, &mut out);
    String::from_utf8(out).unwrap()
}

pub(super) fn grouped(rows: &[Record], paths: &[&str], of: &str, method: Method) -> Vec<String> {
    let mut groups: Vec<(Vec<Value>, Vec<Record>)> = Vec::new();
    for row in rows {
        let values: Vec<Value> = paths.iter().map(|path| value(row, path)).collect();
        let known = groups.iter_mut().find(|(known, _)| known.iter().zip(&values).all(|(one, other)| same(one, other)));
        match known {
            Some((_, members)) => members.push(row.clone()),
            None => groups.push((values, vec![row.clone()])),
        }
    }
    let line = |(values, rows): &(Vec<Value>, Vec<Record>)| {
        let parts = paths.iter().zip(values).map(|(path, value)| {
            let value = text(value, ty(path));
            match path.split_once('/') {
                Some((first, rest)) => format!("\"{first}\":{{\"{rest}\":{value}}}"),
                None => format!("\"{path}\":{value}"),
            }
        });
        format!("{},{}", parts.collect::<Vec<_>>().join(","), aggregated(rows, of, method))
    };
    groups.iter().map(line).collect()
}

pub(super) fn aggregated(rows: &[Record], of: &str, method: Method) -> String {
    let values: Vec<Value> = rows.iter().map(|row| value(row, of)).filter(|value| !value.is_null()).collect();
    let result = match method {
        Method::Count => values.len().to_string(),
        Method::CountDistinct => {
            let first = |at: &usize| values[..*at].iter().all(|earlier| !same(earlier, &values[*at]));
            (0..values.len()).filter(first).count().to_string()
        }
        Method::Min | Method::Max => text(&best(&values, method), ty(of)),
        Method::Sum | Method::Average => total_text(&values, method),
    };
    format!("\"X\":{result}")
}

fn best(values: &[Value], method: Method) -> Value {
    if let Some(nan) = values.iter().find(|value| matches!(value, Value::Double(number) if number.is_nan())) {
        return nan.clone();
    }
    let mut best = Value::Null;
    for value in values {
        let ordering = crate::query::compare(value, &best);
        if best.is_null() || (if method == Method::Min { ordering.is_lt() } else { ordering.is_gt() }) {
            best = value.clone();
        }
    }
    best
}

fn total_text(values: &[Value], method: Method) -> String {
    if values.is_empty() {
        return "null".to_owned();
    }
    if let [Value::Double(_), ..] = values {
        let sum: f64 = values.iter().map(|value| if let Value::Double(number) = value { *number } else { 0.0 }).sum();
        // No sum of these few numbers is rounded.
        let result = if method == Method::Sum { sum } else { sum / values.len() as f64 };
        return text(&Value::Double(result + 0.0), build::DOUBLE);
    }
    let sum: BigDecimal = values.iter().map(exact).sum();
    let result = if method == Method::Sum {
        sum
    } else {
        (sum / BigDecimal::from(values.len() as u64))
            .with_precision_round(std::num::NonZeroU64::new(34).unwrap(), bigdecimal::RoundingMode::HalfEven)
    };
    let plain = result.normalized().to_plain_string();
    if plain == "-0" { "0".to_owned() } else { plain }
}

fn exact(value: &Value) -> BigDecimal {
    match value {
        Value::Integer(number) => BigDecimal::from(*number),
        Value::Decimal(number) => number.clone(),
        _ => 0.into(),
    }
}

pub(super) fn total(rows: &[Record], of: &str) -> BigDecimal {
    rows.iter().map(|row| exact(&value(row, of))).sum()
}

/// How many rows in that order reach the amount.
pub(super) fn until(rows: &[Record], order: &[usize], of: &str, amount: &BigDecimal) -> usize {
    let mut sum = BigDecimal::from(0);
    for (count, at) in order.iter().enumerate() {
        if sum >= *amount {
            return count;
        }
        sum += exact(&value(&rows[*at], of));
    }
    order.len()
}
