//! The order of values, defined once for every store and every protocol. What the rest of a query means is in
//! [`eval`](crate::eval).

use std::cmp::Ordering;

use crate::value::Value;

/// The order of values: null first, false before true, numbers by size, strings by code point, enum members by number,
/// instants by time. Values of different or unordered kinds are equal.
pub fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::Integer(left), Value::Integer(right)) | (Value::Enum(left), Value::Enum(right)) => left.cmp(right),
        // Zero has two signs and one place; what is not a number has a place all the same, so that sorting ends.
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right).unwrap_or_else(|| left.total_cmp(right)),
        (Value::Single(left), Value::Single(right)) => left.partial_cmp(right).unwrap_or_else(|| left.total_cmp(right)),
        (Value::Decimal(left), Value::Decimal(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Guid(left), Value::Guid(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::DateTimeOffset(left), Value::DateTimeOffset(right)) => left.cmp(right),
        (Value::TimeOfDay(left), Value::TimeOfDay(right)) => left.cmp(right),
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}
