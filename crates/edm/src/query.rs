//! A query after binding: every name in it is resolved against a model, nothing in it can fail for being unknown.
//!
//! What it means over stored rows is defined here once, for every store and every protocol.

use std::cmp::Ordering;

use crate::codec::read_raw;
use crate::lazy;
use crate::model::Property;
use crate::value::Value;

/// The way from a row to one of its values, through complex values.
#[derive(Debug, Clone)]
pub struct PropertyPath {
    // INVARIANT: not empty; every step but the last is a single complex value.
    steps: Vec<&'static Property>,
}

impl PartialEq for PropertyPath {
    fn eq(&self, other: &Self) -> bool {
        self.steps.len() == other.steps.len()
            && self.steps.iter().zip(&other.steps).all(|(left, right)| std::ptr::eq(*left, *right))
    }
}

impl PropertyPath {
    /// A path of one or more properties, each declared by the type of the one before.
    pub fn new(first: &'static Property, rest: impl IntoIterator<Item = &'static Property>) -> Self {
        Self { steps: std::iter::once(first).chain(rest).collect() }
    }

    /// The properties along the way.
    pub fn steps(&self) -> &[&'static Property] {
        &self.steps
    }

    /// The raw JSON at the end of the way; `None` when a null or nothing lies on it.
    pub fn raw<'a>(&self, members: &'a [u8]) -> Option<&'a [u8]> {
        let mut steps = self.steps.iter();
        let mut raw = lazy::member(members, steps.next()?.name)?;
        for step in steps {
            raw = lazy::member(lazy::inside(raw)?, step.name)?;
        }
        Some(raw)
    }

    /// The value at the end of the way; null when a null lies on it.
    pub fn value(&self, members: &[u8]) -> Value {
        let (Some(raw), Some(last)) = (self.raw(members), self.steps.last()) else { return Value::Null };
        read_raw(last.ty, last.collection, raw).unwrap_or(Value::Null)
    }
}

/// One key of an order.
#[derive(Debug, Clone)]
pub struct OrderKey {
    /// What is compared.
    pub path: PropertyPath,
    /// Greatest first.
    pub descending: bool,
}

/// How rows are ordered: by the first key, among equals by the second, and so on.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The keys; none means the order in which the service lists.
    pub keys: Vec<OrderKey>,
}

impl Order {
    /// The values by which a row is ordered.
    pub fn values(&self, members: &[u8]) -> Vec<Value> {
        self.keys.iter().map(|key| key.path.value(members)).collect()
    }

    /// Compares two rows by their values.
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
