//! Members that `$metadata` does not declare, and the rows that `$apply` makes of them and of declared ones.
//!
//! Of what is not declared a reader knows the type by its annotation alone, hence it is there at minimal metadata too
//! where JSON does not show it (OData JSON Format 4.01 section 4.6.3).

use edm::apply::{Column, Content, PathStep, Row};
use edm::{Model, Type, Value, lazy};

use super::super::format::{Metadata, type_tag};
use super::Writer;
use super::codec::{Codec, Computed, Object};

impl Writer {
    /// Members of no entity: computed for a row that a transformation made up.
    pub fn computed(&mut self, model: &'static Model, values: &[Computed<'_>]) {
        let codec = Codec { format: self.format, model, nested: None, types: &[] };
        self.through(|object| codec.computed(object, None, values));
    }

    /// The members of such a row that `keep` leaves; of a given row, those that were added.
    pub fn made(&mut self, model: &'static Model, row: &Row<'_>, columns: &[Column], keep: impl Fn(&str) -> bool) {
        let codec = Codec { format: self.format, model, nested: None, types: &[] };
        self.through(|object| {
            for content in row.contents(columns).iter().filter(|content| keep(content.name())) {
                codec.content(object, content);
            }
        });
    }
}

impl Codec<'_> {
    fn content(self, object: &mut Object<'_>, content: &Content<'_, '_>) {
        let mut raw = Vec::new();
        match content {
            Content::Declared(step, _) => {
                content.write(&mut raw);
                let (ty, collection) = match step {
                    PathStep::Property(_, property) => (property.ty, property.collection),
                    PathStep::Follow(navigation) => (Type::Struct(navigation.target), navigation.collection),
                };
                self.typed(object, step.name(), ty, collection, None, &raw);
            }
            Content::Nested(step, contents) => {
                object.name(step.name().as_bytes());
                object.out.push(b'{');
                let mut inner = Object { out: object.out, comma: false };
                for content in contents {
                    self.content(&mut inner, content);
                }
                object.out.push(b'}');
            }
            Content::Column(column, _) => {
                content.write(&mut raw);
                self.dynamic(object, &column.name, column.shape.ty(), column.shape.is_list(), &raw);
            }
        }
    }

    /// A value of the answer's own making.
    pub(super) fn made(self, object: &mut Object<'_>, computed: &Computed<'_>) {
        let mut raw = Vec::new();
        computed.value.write(computed.ty, &mut raw);
        self.dynamic(object, computed.name, Some(computed.ty), matches!(computed.value, Value::List(_)), &raw);
    }

    pub(super) fn dynamic(self, object: &mut Object<'_>, name: &str, ty: Option<Type>, collection: bool, raw: &[u8]) {
        // Without a type it is null.
        let Some(ty) = ty.filter(|_| raw != b"null" && self.format.metadata == Metadata::Minimal) else {
            return self.typed(object, name, ty.unwrap_or(edm::model::build::STRING), collection, None, raw);
        };
        match (ty, lazy::inside(raw)) {
            // An object names its own.
            (Type::Struct(inner), Some(members)) => {
                object.name(name.as_bytes());
                object.out.push(b'{');
                let mut within = Object { out: object.out, comma: false };
                within.control("", "type", &type_tag(self.model, ty, false));
                self.members(&mut within, inner, None, members);
                object.out.push(b'}');
            }
            _ => {
                if self.hides_type(ty, collection, raw) {
                    object.control(name, "type", &type_tag(self.model, ty, collection));
                }
                self.typed(object, name, ty, collection, None, raw);
            }
        }
    }
}
