//! JSON payloads (OData JSON Format 4.01): bodies to patches, stored members to answers.

mod format;
mod geography;
mod place;
mod read;
mod value;
mod write;

pub use format::{Format, Metadata, Version};
pub use read::{Body, Call, Entity, Intent, Item, Linked, Reading, read};
pub use write::{
    Computed, Instance, Items, Layout, Media, Nested, Projection, Raw, Reason, Writer, escaped, raw_text, raw_value,
};
