//! Casts (OData URL Conventions 4.01, section 5.1.1.10): what cannot be represented in the other type is null.

use std::borrow::Cow;

use super::datum::Datum;
use super::number::{Number, to_integer};
use crate::expr::Shape;
use crate::model::{EnumType, Primitive, Type};
use crate::time::DateTimeOffset;
use crate::value::{enum_number, primitive_from_text};

/// A value as one of type `to`.
pub(super) fn cast<'a>(value: &Datum<'a>, from: Shape, to: Type) -> Datum<'a> {
    if let Datum::List(items) = value {
        return Datum::list(items.iter().map(|item| cast(&item, from.item(), to)).collect::<Vec<_>>());
    }
    let cast = match to {
        Type::Struct(_) => (is_of(value, from, to) == Some(true)).then(|| value.clone()),
        Type::Enum(ty) => to_enum(value, from, ty),
        Type::Primitive(primitive) => to_primitive(value, from, primitive),
        Type::Definition(definition) => to_primitive(value, from, definition.underlying),
    };
    cast.unwrap_or(Datum::Null)
}

fn to_enum<'a>(value: &Datum<'a>, from: Shape, to: &'static EnumType) -> Option<Datum<'a>> {
    match value {
        Datum::String(text) => enum_number(to, text).map(Datum::Enum),
        Datum::Integer(number) => {
            let fits = if to.is_flags { in_range(*number, to.underlying) } else { to.numbered(*number).is_some() };
            fits.then_some(Datum::Enum(*number))
        }
        Datum::Enum(number) => {
            matches!(from.ty(), Some(Type::Enum(from)) if std::ptr::eq(from, to)).then_some(Datum::Enum(*number))
        }
        _ => None,
    }
}

fn to_primitive<'a>(value: &Datum<'a>, from: Shape, to: Primitive) -> Option<Datum<'a>> {
    if to == Primitive::String {
        return to_text(value, from);
    }
    match value {
        Datum::String(text) => from_text(text, to),
        Datum::Enum(number) => in_range(*number, to).then_some(Datum::Integer(*number)),
        _ => match Number::of(value) {
            Some(number) => to_number(number, to),
            None if from.ty()?.primitive()? == to => Some(value.clone()),
            None => of_instant(value, to),
        },
    }
}

/// The date or the time of day of an instant.
fn of_instant<'a>(value: &Datum<'_>, to: Primitive) -> Option<Datum<'a>> {
    let Datum::DateTimeOffset(instant) = value else { return None };
    let (date, time) = instant.local()?;
    match to {
        Primitive::Date => Some(Datum::Date(date)),
        Primitive::TimeOfDay => Some(Datum::TimeOfDay(time)),
        _ => None,
    }
}

fn in_range(number: i64, to: Primitive) -> bool {
    to.integer_range().is_some_and(|(least, greatest)| (least..=greatest).contains(&number))
}

fn to_number<'a>(number: Number<'_>, to: Primitive) -> Option<Datum<'a>> {
    match to {
        Primitive::Double => Some(Datum::Double(number.to_double())),
        Primitive::Single => {
            let single = number.to_single();
            // What is finite and becomes infinite does not fit.
            (single.is_finite() || !number.to_double().is_finite()).then_some(Datum::Single(single))
        }
        Primitive::Decimal => Some(Datum::Decimal(Cow::Owned(number.into_decimal()?.into_owned()))),
        _ => to_integer(number).filter(|number| in_range(*number, to)).map(Datum::Integer),
    }
}

fn from_text<'a>(text: &str, to: Primitive) -> Option<Datum<'a>> {
    if to == Primitive::DateTimeOffset {
        // Without an offset it is taken for UTC.
        let instant = DateTimeOffset::parse(text).or_else(|| DateTimeOffset::parse(&format!("{text}Z")));
        return instant.map(Datum::DateTimeOffset);
    }
    primitive_from_text(to, text).map(Datum::from)
}

/// The text of a value as it stands in a payload.
fn to_text<'a>(value: &Datum<'a>, from: Shape) -> Option<Datum<'a>> {
    match value {
        Datum::String(_) => Some(value.clone()),
        Datum::Null | Datum::Object(_) | Datum::List(_) | Datum::Geography(_) => None,
        _ => {
            let mut out = Vec::new();
            value.to_value().write(from.ty()?, &mut out);
            let text = String::from_utf8(out).ok()?;
            Some(Datum::text(text.trim_matches('"')))
        }
    }
}

/// Is the value of that type or one derived from it, or a primitive of one that holds all its values? Unknown for null.
pub(super) fn is_of(value: &Datum<'_>, from: Shape, to: Type) -> Option<bool> {
    if value.is_null() {
        return None;
    }
    Some(match (value, to, from.ty()?) {
        (Datum::Object(object), Type::Struct(to), _) => super::Row::dynamic_type(object).is_some_and(|ty| ty.is_a(to)),
        (_, Type::Enum(to), Type::Enum(from)) => std::ptr::eq(to, from),
        (_, to, from) => match (from.primitive(), to.primitive()) {
            (Some(from), Some(to)) => from == to || widens(from, to),
            _ => false,
        },
    })
}

fn widens(from: Primitive, to: Primitive) -> bool {
    match (from.integer_range(), to.integer_range()) {
        (Some((least, greatest)), Some((lowest, highest))) => lowest <= least && greatest <= highest,
        (Some(_), None) => to == Primitive::Decimal,
        _ => from == Primitive::Single && to == Primitive::Double,
    }
}
