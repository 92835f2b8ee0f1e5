//! Values as bytes that are the same exactly when the values are: what groups are made by and distinct values counted.
//!
//! As `eq` has it: null equals null, numbers are equal whatever their kind, zero has no sign, entities are their keys,
//! strings are folded where case does not matter. But NaN is one value here, so that grouping ends in one group.

use super::datum::Datum;
use super::number::Number;
use super::row::{Object, Row as _};
use super::{Env, EvalError, text};
use crate::model::StructKind;

/// Appends the bytes of a value; no other value's begin with them.
pub(crate) fn write_key(value: &Datum<'_>, env: &Env, out: &mut Vec<u8>) -> Result<(), EvalError> {
    env.spend(1)?;
    match value {
        Datum::Null => out.push(b'0'),
        Datum::String(content) => {
            env.spend_bytes(content.len())?;
            match env.ignore_case {
                true => sized(b's', text::fold(content).as_bytes(), out),
                false => sized(b's', content.as_bytes(), out),
            }
        }
        Datum::Binary(bytes) => {
            env.spend_bytes(bytes.len())?;
            sized(b'b', bytes, out);
        }
        Datum::Geography(json) => sized(b'g', json.as_bytes(), out),
        Datum::List(items) => {
            out.push(b'[');
            for item in items.iter() {
                write_key(&item, env, out)?;
            }
            out.push(b']');
        }
        Datum::Object(object) => members(object, env, out)?,
        Datum::Enum(number) => sized(b'e', &number.to_be_bytes(), out),
        Datum::DateTimeOffset(instant) => match instant.since(&crate::time::DateTimeOffset::from_ticks(0)) {
            // Equal instants may be written at different offsets.
            Some(duration) => sized(b't', &duration.nanos().to_be_bytes(), out),
            None => sized(b't', instant.to_string().as_bytes(), out),
        },
        other => match Number::of(other) {
            Some(number) => numeric(number, out),
            None => sized(b'v', format!("{:?}", other.to_value()).as_bytes(), out),
        },
    }
    Ok(())
}

fn sized(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(&bytes.len().to_be_bytes());
    out.extend_from_slice(bytes);
}

/// By the exact value: a column may hold several kinds of numbers.
fn numeric(number: Number<'_>, out: &mut Vec<u8>) {
    if let Number::Integer(value) = number {
        return sized(b'n', value.to_string().as_bytes(), out);
    }
    let double = number.to_double();
    match number.into_decimal() {
        Some(decimal) => {
            let plain = decimal.normalized();
            let (digits, scale) = plain.as_bigint_and_exponent();
            let whole = scale <= 0 && scale > -20;
            let text = if whole { plain.to_plain_string() } else { format!("{digits}e{scale}") };
            sized(b'n', text.as_bytes(), out);
        }
        None => sized(b'n', double.to_string().as_bytes(), out),
    }
}

fn members(object: &Object<'_>, env: &Env, out: &mut Vec<u8>) -> Result<(), EvalError> {
    out.push(b'{');
    let Some(ty) = object.dynamic_type() else { return Ok(()) };
    let keys = if ty.kind == StructKind::Entity { ty.key_properties() } else { &[] };
    for (ordinal, property) in ty.all_properties() {
        if keys.is_empty() || keys.contains(&property.name) {
            write_key(&object.property(ordinal, property), env, out)?;
        }
    }
    // Complex values are equal only if they are of the same type.
    sized(b'}', if keys.is_empty() { ty.name.as_bytes() } else { b"" }, out);
    Ok(())
}
