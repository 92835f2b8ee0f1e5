//! Stored members to JSON answers.
//!
//! An entity is `{` + annotations + members + `}`. Where the members are answered as they are stored, they are copied;
//! where only some are asked for, their raw values are. No value is parsed either way. What a client may ask for beyond
//! that (`codec`) goes member by member through the model.

mod codec;
mod delta;
mod entity;
mod links;
mod made;
mod single;
mod text;

use edm::json::{write_escaped, write_string};
use edm::{StructType, lazy};

use super::format::{CONTROL, Format, Metadata};
use crate::query::Select;

pub use codec::{Computed, Items, Nested};
pub use delta::Reason;
pub use entity::{Instance, Layout, Media};
pub use text::{Raw, raw_text, raw_value};

/// Which of the stored members are written.
#[derive(Debug, Clone, Copy)]
pub enum Projection<'a> {
    /// All: what is stored is what is sent.
    Stored,
    /// All but those that are only answered on request.
    Usual(&'static StructType),
    /// The selected ones.
    Selected(&'a Select),
}

impl<'a> Projection<'a> {
    /// What an answer holds for a type and selection.
    pub fn of(ty: &'static StructType, select: Option<&'a Select>) -> Self {
        match select {
            Some(select) if select.all => Projection::Stored,
            Some(select) => Projection::Selected(select),
            None if ty.has_on_request() => Projection::Usual(ty),
            None => Projection::Stored,
        }
    }

    fn write(self, out: &mut Vec<u8>, members: &[u8]) {
        match self {
            Projection::Stored => out.extend_from_slice(members),
            Projection::Usual(ty) => {
                let usual = |name: &[u8]| {
                    std::str::from_utf8(name)
                        .ok()
                        .and_then(|name| ty.find(name))
                        .is_some_and(|(_, property)| !property.on_request)
                };
                write_some(out, members, |name| usual(name).then_some(None));
            }
            Projection::Selected(select) => write_some(out, members, |name| select.find(name)),
        }
    }
}

/// Writes the members that `wanted` names, of complex ones possibly only some members.
fn write_some<'a>(out: &mut Vec<u8>, members: &[u8], wanted: impl Fn(&[u8]) -> Option<Option<&'a Select>>) {
    let mut first = true;
    for (name, raw) in lazy::members(members) {
        let Some(nested) = wanted(name) else { continue };
        if !first {
            out.push(b',');
        }
        first = false;
        out.push(b'"');
        out.extend_from_slice(name);
        out.extend_from_slice(b"\":");
        match nested {
            Some(select) => write_nested(out, raw, select),
            None => out.extend_from_slice(raw),
        }
    }
}

/// Narrows a complex value, or each of a list of them.
fn write_nested(out: &mut Vec<u8>, raw: &[u8], select: &Select) {
    if let Some(members) = lazy::inside(raw) {
        out.push(b'{');
        write_some(out, members, |name| select.find(name));
        out.push(b'}');
    } else if let Some(items) = raw.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]")) {
        out.push(b'[');
        for (position, item) in lazy::items(items).enumerate() {
            if position > 0 {
                out.push(b',');
            }
            write_nested(out, item, select);
        }
        out.push(b']');
    } else {
        out.extend_from_slice(raw);
    }
}

/// A text, in parts, as it stands within the quotes of a JSON string.
pub fn escaped(parts: &[&str]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| write_escaped(&mut out, part));
    out
}

fn control(out: &mut Vec<u8>, member: &str, name: &str) {
    out.push(b'"');
    out.extend_from_slice(member.as_bytes());
    out.extend_from_slice(CONTROL.as_bytes());
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes one JSON answer.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    /// Is a comma due before the next member of the innermost object?
    comma: bool,
    format: Format,
}

impl Writer {
    /// An answer of about so many bytes, in the plain form.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::with_format(bytes, Format::PLAIN)
    }

    /// An answer of about so many bytes, in this form.
    pub fn with_format(bytes: usize, format: Format) -> Self {
        Self { out: Vec::with_capacity(bytes), comma: false, format }
    }

    /// The form it is written in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The answer.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Opens an object.
    pub fn open(&mut self) {
        self.out.push(b'{');
        self.comma = false;
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.out.push(b'}');
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// The name of control information of a member, or of the whole when that is empty.
    fn control(&mut self, member: &str, name: &str) {
        self.separate();
        control(&mut self.out, member, name);
    }

    fn control_text(&mut self, member: &str, name: &str, value: &str) {
        self.control(member, name);
        write_string(&mut self.out, value);
    }

    /// `@odata.context`, of the whole or of one member, in parts. The first is as [`escaped`] made it; the others must
    /// need no escapes, as names of the model and what stands for itself in a URL do not. Nothing without metadata.
    pub fn context(&mut self, member: &str, base: &[u8], rest: &[&str]) {
        if !self.format.has(Metadata::Minimal) {
            return;
        }
        self.control(member, "context");
        self.out.push(b'"');
        self.out.extend_from_slice(base);
        rest.iter().for_each(|part| self.out.extend_from_slice(part.as_bytes()));
        self.out.push(b'"');
    }

    /// `@odata.count`, of the whole or of one member; it is an Int64 and written like one.
    pub fn count(&mut self, member: &str, count: usize) {
        self.control(member, "count");
        let quote: &[u8] = if self.format.ieee754 { b"\"" } else { b"" };
        self.out.extend_from_slice(quote);
        self.out.extend_from_slice(count.to_string().as_bytes());
        self.out.extend_from_slice(quote);
    }

    /// `@odata.index`: the position of an item in its collection, from 0. Nothing without metadata.
    pub fn position(&mut self, position: usize) {
        if self.format.has(Metadata::Minimal) {
            self.control("", "index");
            self.out.extend_from_slice(position.to_string().as_bytes());
        }
    }

    /// `@odata.nextLink`
    pub fn next_link(&mut self, link: &str) {
        self.next_link_of("", link);
    }

    /// `@odata.nextLink` of one member.
    pub(crate) fn next_link_of(&mut self, member: &str, link: &str) {
        self.control_text(member, "nextLink", link);
    }

    /// `@odata.etag`: the weak tag with this opaque part, which must be plain ASCII without quotes. Nothing without
    /// metadata.
    pub fn etag(&mut self, opaque: &[u8]) {
        if !self.format.has(Metadata::Minimal) {
            return;
        }
        self.separate();
        // The control information that every entity has, in one piece.
        self.out.extend_from_slice(b"\"@odata.etag\":\"W/\\\"");
        self.out.extend_from_slice(opaque);
        self.out.extend_from_slice(b"\\\"\"");
    }

    /// The stored members, as far as they are wanted, in the plain form; [`Writer::entity`] heeds the others.
    pub fn members(&mut self, projection: Projection<'_>, members: &[u8]) {
        let start = self.out.len();
        self.separate();
        let before = self.out.len();
        projection.write(&mut self.out, members);
        if self.out.len() == before {
            // Nothing was wanted: take the comma back.
            self.comma = before > start;
            self.out.truncate(start);
        }
    }

    /// Opens a list as the value of a member.
    pub fn open_list(&mut self, member: &str) {
        self.name(member);
        self.out.push(b'[');
        self.comma = false;
    }

    /// Opens the next object of a list.
    pub fn open_item(&mut self) {
        self.separate();
        self.open();
    }

    /// Closes the list.
    pub fn close_list(&mut self) {
        self.out.push(b']');
        self.comma = true;
    }

    /// Opens an object as the value of a member.
    pub fn open_member(&mut self, member: &str) {
        self.name(member);
        self.open();
    }

    /// A null as the value of a member; nothing where nulls are left out.
    pub fn null_member(&mut self, member: &str) {
        if self.format.omit_nulls {
            return;
        }
        self.name(member);
        self.out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests;
