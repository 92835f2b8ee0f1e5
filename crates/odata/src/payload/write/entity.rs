//! One entity: its control information, its members, and at full metadata where everything about it is.

use edm::{Model, Navigation, Property, StructType, Type};

use super::super::format::{Metadata, type_tag};
use super::codec::{Codec, Computed, Nested, Object};
use super::{Projection, Writer};
use crate::query::Select;

/// How every entity of an answer is written.
#[derive(Clone, Copy)]
pub struct Layout<'a> {
    model: &'static Model,
    declared: &'static StructType,
    select: Option<&'a Select>,
    projection: Projection<'a>,
    expanded: &'a [&'static Navigation],
    nested: Option<&'a dyn Nested>,
    mixed: bool,
}

impl<'a> Layout<'a> {
    /// Entities that the context says to be of type `declared`, narrowed by a selection.
    pub fn new(model: &'static Model, declared: &'static StructType, select: Option<&'a Select>) -> Self {
        let projection = Projection::of(declared, select);
        Self { model, declared, select, projection, expanded: &[], nested: None, mixed: false }
    }

    /// Names what the caller writes into each entity itself; their links it writes with [`Writer::expanded`].
    #[must_use]
    pub fn expanding(self, expanded: &'a [&'static Navigation]) -> Self {
        Self { expanded, ..self }
    }

    /// Has each name its type, although the context tells it: clients take them for entities of several types.
    #[must_use]
    pub fn mixed(self, mixed: bool) -> Self {
        Self { mixed, ..self }
    }

    /// Has options nested in the selection carried out.
    #[must_use]
    pub fn nesting(self, nested: &'a dyn Nested) -> Self {
        Self { nested: Some(nested), ..self }
    }
}

/// One entity and what there is to say of it.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'a> {
    /// What it is; possibly derived from what the context says.
    pub ty: &'static StructType,
    /// Its stored members.
    pub members: &'a [u8],
    /// The opaque part of its weak tag.
    pub etag: Option<&'a [u8]>,
    /// Its canonical address, absolute: needed at full metadata; said at minimal metadata where it is known.
    pub id: Option<&'a str>,
    /// What was reckoned for this answer.
    pub computed: &'a [Computed<'a>],
    /// Its streams.
    pub media: &'a [Media<'a>],
}

impl<'a> Instance<'a> {
    /// An entity of which nothing is known but what is stored.
    pub fn stored(ty: &'static StructType, members: &'a [u8]) -> Self {
        Self { ty, members, etag: None, id: None, computed: &[], media: &[] }
    }
}

/// What a stream of an entity holds.
#[derive(Debug, Clone, Copy)]
pub struct Media<'a> {
    /// The stream property; `None` for the representation of a media entity.
    pub property: Option<&'static Property>,
    /// Its content type.
    pub content_type: &'a str,
    /// Its own tag, as in a header, if it has one.
    pub etag: Option<&'a str>,
}

impl Writer {
    /// Writes all there is to say of an entity into the object that is open, after its context.
    pub fn entity(&mut self, layout: &Layout<'_>, instance: &Instance<'_>) {
        let derived = !std::ptr::eq(layout.declared, instance.ty);
        let full = self.format.has(Metadata::Full);
        if full || ((derived || layout.mixed) && self.format.has(Metadata::Minimal)) {
            let tag = type_tag(layout.model, Type::Struct(instance.ty), false);
            self.control_text("", "type", &tag);
        }
        if let (true, Some(id)) = (self.format.has(Metadata::Minimal), instance.id) {
            self.control_text("", "id", id);
        }
        if let Some(etag) = instance.etag {
            self.etag(etag);
        }
        let edit = match instance.id {
            Some(id) if full => {
                let cast =
                    if derived { format!("/{}.{}", layout.model.namespace, instance.ty.name) } else { String::new() };
                Some([id, &cast].concat())
            }
            _ => None,
        };
        if let Some(edit) = &edit {
            self.control_text("", "editLink", edit);
        }
        if instance.ty.has_stream {
            self.media_of(None, instance.media, edit.as_deref());
        }
        self.body(layout, instance, derived);
        if let Some(edit) = &edit {
            self.links(layout, instance, edit);
        }
    }

    fn body(&mut self, layout: &Layout<'_>, instance: &Instance<'_>, derived: bool) {
        let codec = Codec { format: self.format, model: layout.model, nested: layout.nested, types: &[] };
        if self.format.is_spliceable() && (layout.nested.is_none() || layout.select.is_none()) {
            let projection = if derived { Projection::of(instance.ty, layout.select) } else { layout.projection };
            self.members(projection, instance.members);
        } else {
            self.through(|object| codec.members(object, instance.ty, layout.select, instance.members));
        }
        if !instance.computed.is_empty() {
            self.through(|object| codec.computed(object, layout.select, instance.computed));
        }
        // At full metadata every stream is named, known or not.
        if !self.format.has(Metadata::Full) || instance.id.is_none() {
            for media in instance.media.iter().filter(|media| media.property.is_some_and(|of| layout.shows(of))) {
                self.media_of(media.property, instance.media, None);
            }
        }
    }

    pub(super) fn through(&mut self, write: impl FnOnce(&mut Object<'_>)) {
        let mut object = Object { out: &mut self.out, comma: self.comma };
        write(&mut object);
        self.comma = object.comma;
    }
}

impl Layout<'_> {
    pub(super) fn model(&self) -> &'static Model {
        self.model
    }

    /// Does the type that the context says have the navigation property already?
    pub(super) fn declares(&self, navigation: &'static Navigation) -> bool {
        self.declared.all_navigation().any(|known| std::ptr::eq(known, navigation))
    }

    /// Is what there is to say of a stream wanted?
    pub(super) fn shows(&self, stream: &'static Property) -> bool {
        self.select.is_none_or(|select| select.find(stream.name.as_bytes()).is_some())
    }

    /// Is the navigation property answered as a link: selected, or nothing selected, and not written out?
    pub(super) fn links_to(&self, navigation: &'static Navigation) -> bool {
        let is = |known: &&'static Navigation| std::ptr::eq(*known, navigation);
        let selected = self.select.is_none_or(|select| select.all || select.navigation.iter().any(is));
        selected && !self.expanded.iter().any(is)
    }
}
