//! Answers that are no entities: one property or result, references, a number.

use edm::{Model, Type, lazy};

use super::super::format::{Metadata, type_tag};
use super::Writer;
use super::codec::{Codec, Items, Nested};
use crate::query::Select;

impl Writer {
    /// The value of an addressed property or the result of an operation, into the object that is open, after its
    /// context, count and next link: a complex value as its members, anything else as `value` (OData JSON Format 4.01
    /// sections 11 and 12). A null is answered without a body, not here.
    ///
    /// The options of the address have been carried out on it; its count goes before.
    pub fn value(
        &mut self,
        model: &'static Model,
        ty: Type,
        items: &Items,
        select: Option<&Select>,
        nested: Option<&dyn Nested>,
    ) {
        let codec = Codec { format: self.format, model, nested, types: &items.types };
        let raw = items.raw.as_slice();
        if let (Type::Struct(inner), Some(members)) = (ty, lazy::inside(raw)) {
            return self.through(|object| codec.object(object, inner, select, members));
        }
        let collection = raw.starts_with(b"[");
        if codec.names_type(ty, collection, raw) {
            self.control_text("", "type", &type_tag(codec.model, ty, collection));
        }
        self.name("value");
        codec.value(&mut self.out, ty, select, raw);
    }

    /// `@odata.id`, which makes the open object a reference to an entity; it is the content of one, and there without
    /// metadata too.
    pub fn reference(&mut self, id: &str) {
        self.control_text("", "id", id);
    }

    /// `@odata.type` of the open object, for entities written by other means. Nothing without metadata.
    pub fn type_of(&mut self, model: &'static Model, ty: &'static edm::StructType) {
        if self.format.has(Metadata::Minimal) {
            self.control_text("", "type", &type_tag(model, Type::Struct(ty), false));
        }
    }
}
