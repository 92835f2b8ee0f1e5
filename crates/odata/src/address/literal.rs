//! The text of keys and arguments to values of a type. Which forms are literals is `syntax::literal`'s to say, what a
//! text is worth `edm`'s.
//!
//! Read beyond the grammar: a quoted text for any primitive, and durations and binaries without their prefix.

use std::borrow::Cow;

use edm::value::{enum_number, primitive_from_text};
use edm::{Parameter, Primitive, Type, Value, codec};

use super::bind::Binder;
use super::geography;
use crate::url::path::Argument;

impl Binder<'_> {
    /// The value of a parameter; `None` when it does not fit.
    pub(super) fn argument(&self, parameter: &Parameter, argument: &Argument) -> Option<Value> {
        let Some(alias) = argument.alias() else { return self.literal(parameter, argument) };
        match (self.options)(alias) {
            Some(text) => self.text(parameter, &text),
            // An alias without a value is null.
            None => parameter.nullable.then_some(Value::Null),
        }
    }

    /// The value that the text of a query option is to a parameter: a literal, or JSON.
    pub(super) fn text(&self, parameter: &Parameter, text: &str) -> Option<Value> {
        if text.trim_start().starts_with(['[', '{', '"']) {
            return codec::read_raw(parameter.ty, parameter.collection, text.as_bytes()).ok();
        }
        let argument = Argument::of(text)?;
        // No alias stands for another: there is no circle to fall into.
        if argument.alias().is_some() { None } else { self.literal(parameter, &argument) }
    }

    fn literal(&self, parameter: &Parameter, argument: &Argument) -> Option<Value> {
        match is_null(argument) {
            true => (parameter.nullable && !parameter.collection).then_some(Value::Null),
            false if parameter.collection => None,
            false => self.of_type(parameter.ty, argument),
        }
    }

    /// The value of a property that is part of a key: never null.
    pub(super) fn value(&self, ty: Type, argument: &Argument) -> Option<Value> {
        match argument.alias() {
            Some(alias) => {
                let argument = Argument::of(&(self.options)(alias)?)?;
                if argument.alias().is_some() { None } else { self.of_type(ty, &argument) }
            }
            None => self.of_type(ty, argument),
        }
    }

    /// A key that is a whole segment: without quotes and prefixes.
    #[expect(clippy::unused_self, reason = "called like its siblings")]
    pub(super) fn plain(&self, ty: Type, text: &str) -> Option<Value> {
        match ty {
            Type::Enum(ty) => enum_number(ty, text).map(Value::Enum),
            ty => primitive_from_text(ty.primitive()?, text),
        }
    }

    fn of_type(&self, ty: Type, argument: &Argument) -> Option<Value> {
        let Argument { prefix, text, quoted, .. } = argument;
        if let Type::Enum(ty) = ty {
            let fits = match prefix {
                Some(prefix) => self.model.enumeration(prefix).is_some_and(|named| std::ptr::eq(named, ty)),
                None => *quoted || text.parse::<i64>().is_ok(),
            };
            return fits.then(|| enum_number(ty, text).map(Value::Enum)).flatten();
        }
        let primitive = ty.primitive()?;
        let fits = match prefix.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None => *quoted || primitive != Primitive::String,
            Some("duration") => primitive == Primitive::Duration,
            Some("binary") => primitive == Primitive::Binary,
            Some("geography") => primitive.is_geography(),
            Some(_) => false,
        };
        if !fits {
            return None;
        }
        if primitive.is_geography() {
            return prefix.as_ref().and_then(|_| geography::value(primitive, text));
        }
        primitive_from_text(primitive, &as_read(primitive, text))
    }
}

/// The text as `edm` reads it: words without case, and the plus sign of an offset that became a blank on the way.
fn as_read(primitive: Primitive, text: &str) -> Cow<'_, str> {
    match primitive {
        Primitive::Boolean => text.to_ascii_lowercase().into(),
        Primitive::DateTimeOffset if text.contains(' ') => text.replace(' ', "+").into(),
        _ => text.into(),
    }
}

fn is_null(argument: &Argument) -> bool {
    !argument.quoted && argument.text == "null"
}
