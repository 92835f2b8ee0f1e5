//! Casts once more.

use super::numbers::{decimal, double, single, whole};
use crate::eval::tests::Kind;
use crate::model::{Primitive, Type};
use crate::value::{Value, primitive_from_text};

pub(super) fn cast(value: Value, from: Kind, to: Type) -> Value {
    let to = to.primitive().unwrap();
    match (&value, to) {
        (Value::Null, _) => Value::Null,
        (Value::String(_), Primitive::String) => value,
        (_, Primitive::String) => {
            let mut out = Vec::new();
            value.write(from.ty(), &mut out);
            Value::text(String::from_utf8(out).unwrap().replace('"', ""))
        }
        (Value::String(text), Primitive::DateTimeOffset) if !text.to_uppercase().contains('Z') => {
            primitive_from_text(to, &format!("{text}Z")).unwrap_or(Value::Null)
        }
        (Value::String(text), _) => primitive_from_text(to, text).unwrap_or(Value::Null),
        (Value::Enum(number), _) => integer(i128::from(*number), to),
        (_, Primitive::Double) => Value::Double(double(&value)),
        (Value::Double(number), Primitive::Single) => {
            let narrow = *number as f32;
            if narrow.is_infinite() && number.is_finite() { Value::Null } else { Value::Single(narrow) }
        }
        (Value::Decimal(_), Primitive::Single) if single(&value).is_infinite() => Value::Null,
        (_, Primitive::Single) => Value::Single(single(&value)),
        (_, Primitive::Decimal) => decimal(&value).map_or(Value::Null, Value::Decimal),
        _ => {
            let Some(number) = decimal(&value) else { return Value::Null };
            let Value::Decimal(number) = whole("round", &Value::Decimal(number)) else { return Value::Null };
            number.to_plain_string().parse().map_or(Value::Null, |number| integer(number, to))
        }
    }
}

fn integer(number: i128, to: Primitive) -> Value {
    let range = match to {
        Primitive::Byte => 0..=255,
        Primitive::Int32 => -2_147_483_648..=2_147_483_647,
        _ => i128::from(i64::MIN)..=i128::from(i64::MAX),
    };
    if range.contains(&number) { Value::Integer(number as i64) } else { Value::Null }
}

pub(super) fn is_of(value: &Value, from: Kind, to: Type) -> Value {
    match (value, to) {
        (Value::Null, _) => Value::Null,
        (Value::Record(record), Type::Struct(to)) => Value::Boolean(record.ty().name == to.name),
        _ => Value::Boolean(from.ty().name() == to.name()),
    }
}
