//! Stored JSON to typed values: the strict reading of what [`Record::write_members`] wrote.
//!
//! Members are found by name, never by position; one that an older model did not have gets its initial value, one that
//! this model does not have is an error. The leniencies that requests enjoy are not here.

use crate::json::{self, Kind, Node};
use crate::model::{Primitive, StructType, Type};
use crate::record::{Change, Patch, Record};
use crate::value::{Value, enum_number, number_from_text, primitive_from_text};

/// Reads stored members (without braces) as a record. The error says what does not fit, for `vitae check` and logs.
pub fn read_members(ty: &'static StructType, members: &[u8]) -> Result<Record, String> {
    let mut text = Vec::with_capacity(members.len() + 2);
    text.push(b'{');
    text.extend_from_slice(members);
    text.push(b'}');
    let node = json::parse(&text).map_err(|error| error.to_string())?;
    read_record(ty, &node)
}

fn read_record(ty: &'static StructType, node: &Node<'_>) -> Result<Record, String> {
    let Kind::Object(members) = &node.kind else {
        return Err(format!("found {}, expected an object of type `{}`", node.kind.describe(), ty.name));
    };
    let mut changes = Vec::with_capacity(members.len());
    for (name, node) in members {
        let found = ty.find(name).filter(|(_, property)| property.name == name);
        let (ordinal, property) = found.ok_or_else(|| format!("`{}` declares no `{name}`", ty.name))?;
        let value =
            read_property(property.ty, property.collection, node).map_err(|error| format!("{name}: {error}"))?;
        changes.push((ordinal, Change::Set(value)));
    }
    let mut record = Record::new(ty);
    Patch { changes }.apply(&mut record);
    Ok(record)
}

fn read_property(ty: Type, collection: bool, node: &Node<'_>) -> Result<Value, String> {
    match (&node.kind, collection) {
        (Kind::Array(items), true) => {
            Ok(Value::List(items.iter().map(|item| read(ty, item)).collect::<Result<_, _>>()?))
        }
        (other, true) => Err(format!("found {}, expected an array", other.describe())),
        (_, false) => read(ty, node),
    }
}

fn read(ty: Type, node: &Node<'_>) -> Result<Value, String> {
    match (&node.kind, ty) {
        (Kind::Null, _) => Ok(Value::Null),
        (_, Type::Struct(ty)) => Ok(Value::Record(read_record(ty, node)?)),
        (Kind::String(text), Type::Enum(ty)) => {
            let number = enum_number(ty, text).or_else(|| text.parse().ok());
            number.map(Value::Enum).ok_or_else(|| format!("`{text}` is no member of `{}`", ty.name))
        }
        (kind, ty) => ty
            .primitive()
            .and_then(|primitive| primitive_from_json(primitive, node))
            .ok_or_else(|| format!("found {}, expected `{}`", kind.describe(), ty.name())),
    }
}

/// Reads a primitive from the JSON form that OData gives it.
pub fn primitive_from_json(primitive: Primitive, node: &Node<'_>) -> Option<Value> {
    let numeric = primitive.integer_range().is_some()
        || matches!(primitive, Primitive::Double | Primitive::Single | Primitive::Decimal);
    match &node.kind {
        Kind::Bool(value) if primitive == Primitive::Boolean => Some(Value::Boolean(*value)),
        Kind::Number(text) if numeric => number_from_text(primitive, text),
        Kind::String(text) if numeric => match text.as_ref() {
            "INF" | "-INF" | "NaN" => number_from_text(primitive, text),
            _ => None,
        },
        Kind::String(_) if primitive == Primitive::Boolean => None,
        Kind::String(text) => primitive_from_text(primitive, text),
        Kind::Object(_) if primitive.is_geography() => {
            let mut out = Vec::new();
            json::write(&mut out, node);
            Some(Value::Geography(String::from_utf8(out).ok()?.into()))
        }
        _ => None,
    }
}

/// Reads one stored value from its raw JSON.
pub fn read_raw(ty: Type, collection: bool, raw: &[u8]) -> Result<Value, String> {
    let node = json::parse(raw).map_err(|error| error.to_string())?;
    read_property(ty, collection, &node)
}
