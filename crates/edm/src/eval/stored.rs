//! Single values out of stored JSON, without reading what is around them. Bytes that do not fit the type are null here;
//! `vitae check` finds them.

use std::borrow::Cow;

use super::datum::Datum;
use super::row::Object;
use crate::json::{self, Kind};
use crate::lazy;
use crate::model::{EnumType, Primitive, Property, Type};
use crate::value::{enum_number, primitive_from_text};

/// The value of a property. One that an older model did not have holds its initial value, as on the codec's path.
pub(super) fn read_property<'a>(property: &'static Property, raw: Option<&'a [u8]>) -> Datum<'a> {
    match raw {
        None => property.initial().into(),
        Some(b"null") => Datum::Null,
        Some(raw) if property.collection => list(property.ty, raw),
        Some(raw) => read(property.ty, raw),
    }
}

fn list(ty: Type, raw: &[u8]) -> Datum<'_> {
    let inside = raw.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    inside.map_or(Datum::Null, |inside| Datum::stored_list(inside, ty))
}

/// A single value.
pub(super) fn read(ty: Type, raw: &[u8]) -> Datum<'_> {
    if raw == b"null" {
        return Datum::Null;
    }
    let value = match ty {
        Type::Struct(ty) => lazy::inside(raw).map(|members| Datum::Object(Object::Stored(members, ty))),
        Type::Enum(ty) => member(ty, raw),
        Type::Primitive(primitive) => read_primitive(primitive, raw),
        Type::Definition(definition) => read_primitive(definition.underlying, raw),
    };
    value.unwrap_or(Datum::Null)
}

fn read_primitive(primitive: Primitive, raw: &[u8]) -> Option<Datum<'_>> {
    match primitive {
        Primitive::String => string(raw).map(Datum::String),
        Primitive::Boolean => match raw {
            b"true" => Some(Datum::Boolean(true)),
            b"false" => Some(Datum::Boolean(false)),
            _ => None,
        },
        Primitive::Stream => None,
        _ if primitive.is_geography() => std::str::from_utf8(raw).ok().map(|json| Datum::Geography(json.into())),
        // Numbers stand bare, everything else (infinities too) in quotes.
        _ => {
            let text = std::str::from_utf8(quoted(raw).unwrap_or(raw)).ok()?;
            if primitive.integer_range().is_some() {
                return text.parse().ok().map(Datum::Integer);
            }
            primitive_from_text(primitive, text).map(Datum::from)
        }
    }
}

fn quoted(raw: &[u8]) -> Option<&[u8]> {
    raw.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// The text of a string, borrowed unless something in it is escaped.
fn string(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inside = quoted(raw)?;
    if !inside.contains(&b'\\') {
        return std::str::from_utf8(inside).ok().map(Cow::Borrowed);
    }
    match json::parse(raw).ok()?.kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}

fn member<'a>(ty: &'static EnumType, raw: &[u8]) -> Option<Datum<'a>> {
    let text = quoted(raw)?;
    let exact = ty.members.iter().find(|member| member.name.as_bytes() == text);
    let number = exact.map(|member| member.value).or_else(|| {
        let text = std::str::from_utf8(text).ok()?;
        enum_number(ty, text).or_else(|| text.parse().ok())
    });
    number.map(Datum::Enum)
}
