//! A value while it is reckoned with: borrowed from the row or the expression wherever that is possible.

use std::borrow::Cow;
use std::rc::Rc;

use bigdecimal::BigDecimal;
use jiff::civil::Date;
use uuid::Uuid;

use super::row::{Object, Row};
use super::stored;
use crate::lazy;
use crate::model::Type;
use crate::time::{DateTimeOffset, Duration, TimeOfDay};
use crate::value::Value;

/// A value of any kind.
#[derive(Clone)]
#[expect(missing_docs, reason = "one variant per kind of value, as in `Value`")]
pub enum Datum<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Single(f32),
    Double(f64),
    Decimal(Cow<'a, BigDecimal>),
    String(Cow<'a, str>),
    Guid(Uuid),
    Date(Date),
    DateTimeOffset(DateTimeOffset),
    TimeOfDay(TimeOfDay),
    Duration(Duration),
    Binary(Cow<'a, [u8]>),
    Enum(i64),
    Geography(Cow<'a, str>),
    Object(Object<'a>),
    List(List<'a>),
}

/// A list whose items are read when they are asked for.
#[derive(Clone)]
pub struct List<'a>(Source<'a>);

#[derive(Clone)]
enum Source<'a> {
    /// Raw JSON between brackets, and the type of each item.
    Stored(&'a [u8], Type),
    Values(&'a [Value]),
    Reckoned(Rc<[Datum<'a>]>),
}

impl<'a> Datum<'a> {
    /// A text come by through reckoning.
    pub fn text(text: impl Into<String>) -> Self {
        Datum::String(Cow::Owned(text.into()))
    }

    /// An entity or complex value of the service's own making.
    pub fn row(row: impl Row<'a> + 'a) -> Self {
        Datum::Object(Object::Row(Rc::new(row)))
    }

    /// A list of such values.
    pub fn list(items: impl Into<Rc<[Datum<'a>]>>) -> Self {
        Datum::List(List(Source::Reckoned(items.into())))
    }

    pub(super) fn stored_list(raw: &'a [u8], ty: Type) -> Self {
        Datum::List(List(Source::Stored(raw, ty)))
    }

    /// Is it null?
    pub fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Datum::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The value on its own, as it is kept in an order key or written as a computed property.
    pub fn to_value(&self) -> Value {
        match self {
            Datum::Null => Value::Null,
            Datum::Boolean(value) => Value::Boolean(*value),
            Datum::Integer(value) => Value::Integer(*value),
            Datum::Single(value) => Value::Single(*value),
            Datum::Double(value) => Value::Double(*value),
            Datum::Decimal(value) => Value::Decimal(value.clone().into_owned()),
            Datum::String(text) => Value::text(text.as_ref()),
            Datum::Guid(id) => Value::Guid(*id),
            Datum::Date(date) => Value::Date(*date),
            Datum::DateTimeOffset(instant) => Value::DateTimeOffset(*instant),
            Datum::TimeOfDay(time) => Value::TimeOfDay(*time),
            Datum::Duration(duration) => Value::Duration(*duration),
            Datum::Binary(bytes) => Value::Binary(bytes.as_ref().into()),
            Datum::Enum(number) => Value::Enum(*number),
            Datum::Geography(json) => Value::Geography(json.as_ref().into()),
            Datum::Object(object) => object.to_value(),
            Datum::List(list) => Value::List(list.iter().map(|item| item.to_value()).collect()),
        }
    }
}

impl<'a> From<&'a Value> for Datum<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Datum::Null,
            Value::Boolean(value) => Datum::Boolean(*value),
            Value::Integer(value) => Datum::Integer(*value),
            Value::Single(value) => Datum::Single(*value),
            Value::Double(value) => Datum::Double(*value),
            Value::Decimal(value) => Datum::Decimal(Cow::Borrowed(value)),
            Value::String(text) => Datum::String(Cow::Borrowed(text)),
            Value::Guid(id) => Datum::Guid(*id),
            Value::Date(date) => Datum::Date(*date),
            Value::DateTimeOffset(instant) => Datum::DateTimeOffset(*instant),
            Value::TimeOfDay(time) => Datum::TimeOfDay(*time),
            Value::Duration(duration) => Datum::Duration(*duration),
            Value::Binary(bytes) => Datum::Binary(Cow::Borrowed(bytes)),
            Value::Enum(number) => Datum::Enum(*number),
            Value::Geography(json) => Datum::Geography(Cow::Borrowed(json)),
            Value::Record(record) => Datum::Object(Object::Record(record)),
            Value::List(items) => Datum::List(List(Source::Values(items))),
        }
    }
}

impl<'a> From<Value> for Datum<'a> {
    fn from(value: Value) -> Self {
        match value {
            Value::Decimal(value) => Datum::Decimal(Cow::Owned(value)),
            Value::String(text) => Datum::text(text),
            Value::Binary(bytes) => Datum::Binary(Cow::Owned(bytes.into())),
            Value::Geography(json) => Datum::Geography(Cow::Owned(json.into())),
            Value::Record(record) => Datum::Object(Object::Owned(Rc::new(record))),
            Value::List(items) => Datum::list(items.into_iter().map(Datum::from).collect::<Vec<_>>()),
            Value::Null => Datum::Null,
            Value::Boolean(value) => Datum::Boolean(value),
            Value::Integer(value) => Datum::Integer(value),
            Value::Single(value) => Datum::Single(value),
            Value::Double(value) => Datum::Double(value),
            Value::Guid(id) => Datum::Guid(id),
            Value::Date(date) => Datum::Date(date),
            Value::DateTimeOffset(instant) => Datum::DateTimeOffset(instant),
            Value::TimeOfDay(time) => Datum::TimeOfDay(time),
            Value::Duration(duration) => Datum::Duration(duration),
            Value::Enum(number) => Datum::Enum(number),
        }
    }
}

impl<'a> List<'a> {
    /// The items in order.
    pub fn iter(&self) -> Box<dyn Iterator<Item = Datum<'a>> + 'a> {
        match &self.0 {
            Source::Stored(raw, ty) => {
                let ty = *ty;
                Box::new(lazy::items(raw).map(move |raw| stored::read(ty, raw)))
            }
            Source::Values(values) => Box::new(values.iter().map(Datum::from)),
            Source::Reckoned(items) => {
                let items = Rc::clone(items);
                Box::new((0..items.len()).filter_map(move |at| items.get(at).cloned()))
            }
        }
    }
}
