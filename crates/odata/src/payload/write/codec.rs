//! Members one by one, with their types: numbers as strings, nulls left out, types named, lists narrowed.
//!
//! It works on raw stored members; no value is read into the vocabulary.

use edm::{Model, Primitive, Property, StructType, Type, Value, lazy};

use super::super::format::{Format, Metadata, type_tag};
use super::control;
use crate::query::{Select, Selected};

/// A value after the options nested in `$select` were carried out on it.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// The remaining items, or the object, as stored JSON with its brackets or braces.
    pub raw: Vec<u8>,
    /// `$count`: how many there were before `$skip` and `$top`.
    pub count: Option<usize>,
    /// Where the rest of them is.
    pub next: Option<String>,
    /// The types of the members that were computed in each.
    pub types: Vec<(String, Type)>,
}

/// Carries out the options nested in `$select` on a value (`Tags($filter=…;$top=…)`, `Origin($compute=…)`).
pub trait Nested {
    /// What becomes of the stored value of a selected property that has options; `None` when it stays as it is. Members
    /// computed in it are appended to each object; they are written where they are selected.
    fn items(&self, selected: &Selected, raw: &[u8]) -> Option<Items>;
}

/// A value that was reckoned for the answer and stands after the declared members.
#[derive(Debug, Clone, Copy)]
pub struct Computed<'a> {
    /// The name it is answered under; an identifier.
    pub name: &'a str,
    /// Type of the value, or of each item of a list. Of a null it does not matter.
    pub ty: Type,
    /// The value.
    pub value: &'a Value,
}

/// What all members of an answer are written by.
#[derive(Clone, Copy)]
pub(super) struct Codec<'a> {
    pub(super) format: Format,
    pub(super) model: &'static Model,
    pub(super) nested: Option<&'a dyn Nested>,
    /// The types of members that are not declared.
    pub(super) types: &'a [(String, Type)],
}

/// A place to write members to; knows whether a comma is due.
pub(super) struct Object<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) comma: bool,
}

impl Object<'_> {
    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }

    pub(super) fn name(&mut self, name: &[u8]) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name);
        self.out.extend_from_slice(b"\":");
    }

    pub(super) fn control(&mut self, member: &str, name: &str, value: &str) {
        self.separate();
        control(self.out, member, name);
        edm::json::write_string(self.out, value);
    }
}

impl Codec<'_> {
    /// Writes the stored members of a value of type `ty` that are wanted.
    pub(super) fn members(
        self,
        object: &mut Object<'_>,
        ty: &'static StructType,
        select: Option<&Select>,
        members: &[u8],
    ) {
        let mut expected = 0;
        for (name, raw) in lazy::members(members) {
            // Stored in wire order: the next one is nearly always the one that is declared next.
            let declared = ty.property(expected).filter(|property| property.name.as_bytes() == name);
            let found = match declared {
                Some(property) => Some((expected, property)),
                None => std::str::from_utf8(name).ok().and_then(|name| ty.find(name)),
            };
            expected = found.map_or(expected, |(ordinal, _)| ordinal + 1);
            let selected = select.and_then(|select| select.selected(name));
            let wanted = match (select, selected, found) {
                (_, Some(_), _) => true,
                (Some(select), None, found) => select.all || (found.is_none() && is_computed(select, name)),
                (None, None, found) => !found.is_some_and(|(_, property)| property.on_request),
            };
            match found {
                _ if !wanted => {}
                Some((_, property)) => self.member(object, property, selected, raw),
                None => match self.types.iter().find(|(known, _)| known.as_bytes() == name) {
                    Some((known, ty)) => self.dynamic(object, known, Some(*ty), raw.starts_with(b"["), raw),
                    None => {
                        object.name(name);
                        object.out.extend_from_slice(raw);
                    }
                },
            }
        }
    }

    fn member(self, object: &mut Object<'_>, property: &'static Property, selected: Option<&Selected>, raw: &[u8]) {
        let items = match (self.nested, selected) {
            (Some(nested), Some(selected)) if selected.query.is_some() => nested.items(selected, raw),
            _ => None,
        };
        let raw = items.as_ref().map_or(raw, |items| &items.raw);
        if let Some(items) = &items {
            if let Some(count) = items.count {
                object.separate();
                control(object.out, property.name, "count");
                let count = count.to_string();
                self.number(object.out, edm::model::build::INT64, count.as_bytes());
            }
            if let Some(next) = &items.next {
                object.control(property.name, "nextLink", next);
            }
        }
        let select = selected.and_then(|selected| selected.nested.as_ref());
        let types = items.as_ref().map_or(self.types, |items| &items.types);
        Codec { types, ..self }.typed(object, property.name, property.ty, property.collection, select, raw);
    }

    /// A member with, where needed, its type.
    pub(super) fn typed(
        self,
        object: &mut Object<'_>,
        name: &str,
        ty: Type,
        collection: bool,
        select: Option<&Select>,
        raw: &[u8],
    ) {
        if self.format.omit_nulls && raw == b"null" {
            return;
        }
        if self.names_type(ty, collection, raw) {
            object.control(name, "type", &type_tag(self.model, ty, collection));
        }
        object.name(name.as_bytes());
        self.value(object.out, ty, select, raw);
    }

    /// Values of the answer's own making, as far as they are wanted.
    pub(super) fn computed(self, object: &mut Object<'_>, select: Option<&Select>, values: &[Computed<'_>]) {
        let wanted = |name: &str| select.is_none_or(|select| select.all || is_computed(select, name.as_bytes()));
        for computed in values.iter().filter(|computed| wanted(computed.name)) {
            self.made(object, computed);
        }
    }

    /// Is the type said of a declared value?
    pub(super) fn names_type(self, ty: Type, collection: bool, raw: &[u8]) -> bool {
        self.format.metadata == Metadata::Full && self.hides_type(ty, collection, raw)
    }

    /// Does the JSON of the value not tell its type? An object names its own.
    pub(super) fn hides_type(self, ty: Type, collection: bool, raw: &[u8]) -> bool {
        raw != b"null" && (collection || !tells_type(ty, raw))
    }

    /// Writes a value, or each of a list.
    pub(super) fn value(self, out: &mut Vec<u8>, ty: Type, select: Option<&Select>, raw: &[u8]) {
        if let Some(items) = raw.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]")) {
            out.push(b'[');
            for (position, item) in lazy::items(items).enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                self.single(out, ty, select, item);
            }
            return out.push(b']');
        }
        self.single(out, ty, select, raw);
    }

    fn single(self, out: &mut Vec<u8>, ty: Type, select: Option<&Select>, raw: &[u8]) {
        match (ty, lazy::inside(raw)) {
            (Type::Struct(inner), Some(members)) => {
                out.push(b'{');
                self.object(&mut Object { out, comma: false }, inner, select, members);
                out.push(b'}');
            }
            _ => self.number(out, ty, raw),
        }
    }

    /// The members of a complex value with, where needed, its type.
    pub(super) fn object(
        self,
        object: &mut Object<'_>,
        ty: &'static StructType,
        select: Option<&Select>,
        members: &[u8],
    ) {
        if self.format.metadata == Metadata::Full {
            object.control("", "type", &type_tag(self.model, Type::Struct(ty), false));
        }
        self.members(object, ty, select, members);
    }

    fn number(self, out: &mut Vec<u8>, ty: Type, raw: &[u8]) {
        let wide = self.format.ieee754 && matches!(ty.primitive(), Some(Primitive::Int64 | Primitive::Decimal));
        let quote: &[u8] = if wide && !raw.starts_with(b"\"") && raw != b"null" { b"\"" } else { b"" };
        out.extend_from_slice(quote);
        out.extend_from_slice(raw);
        out.extend_from_slice(quote);
    }
}

fn is_computed(select: &Select, name: &[u8]) -> bool {
    select.computed.iter().any(|computed| computed.as_bytes() == name)
}

/// Is that what a reader takes the JSON for (OData JSON Format 4.01 section 4.6.3)?
fn tells_type(ty: Type, raw: &[u8]) -> bool {
    match ty {
        Type::Struct(_) | Type::Primitive(Primitive::String | Primitive::Boolean) => true,
        // INF and its like are strings.
        Type::Primitive(Primitive::Double) => !raw.starts_with(b"\""),
        _ => false,
    }
}
