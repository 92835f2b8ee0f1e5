//! JSON payloads (OData JSON Format 4.01): bodies to patches, stored members to answers.

mod place;
mod read;
mod value;
mod write;

pub use read::{Body, Intent, read};
pub use write::{Projection, Writer, escaped};
