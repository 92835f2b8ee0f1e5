//! Stored members to JSON answers.
//!
//! An entity is `{` + annotations + members + `}`. Where the members are answered as they are stored, they are copied;
//! where only some are asked for, their raw values are. No value is parsed either way.

use edm::json::write_string;
use edm::{StructType, lazy};

use crate::options::Select;

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

/// A text as it stands within the quotes of a JSON string.
pub fn escaped(text: &str) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    write_string(&mut quoted, text);
    quoted.pop();
    quoted.drain(..1);
    quoted
}

/// Writes one JSON answer.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    /// Is a comma due before the next member of the innermost object?
    comma: bool,
}

impl Writer {
    /// An answer of about so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), comma: false }
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

    fn name(&mut self, prefix: &str, annotation: &str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(prefix.as_bytes());
        self.out.extend_from_slice(annotation.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// `@odata.context`, of the whole or of one member, in parts. The first is as [`escaped`] made it; the others must
    /// need no escapes, as names of the model and what stands for itself in a URL do not.
    pub fn context(&mut self, member: &str, base: &[u8], rest: &[&str]) {
        self.name(member, "@odata.context");
        self.out.push(b'"');
        self.out.extend_from_slice(base);
        rest.iter().for_each(|part| self.out.extend_from_slice(part.as_bytes()));
        self.out.push(b'"');
    }

    /// `@odata.count`, of the whole or of one member.
    pub fn count(&mut self, member: &str, count: usize) {
        self.name(member, "@odata.count");
        self.out.extend_from_slice(count.to_string().as_bytes());
    }

    /// `@odata.nextLink`
    pub fn next_link(&mut self, link: &str) {
        self.name("", "@odata.nextLink");
        write_string(&mut self.out, link);
    }

    /// `@odata.etag`: the weak tag with this opaque part, which must be plain ASCII without quotes.
    pub fn etag(&mut self, opaque: &[u8]) {
        self.name("", "@odata.etag");
        self.out.extend_from_slice(b"\"W/\\\"");
        self.out.extend_from_slice(opaque);
        self.out.extend_from_slice(b"\\\"\"");
    }

    /// The stored members, as far as they are wanted.
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
        self.name(member, "");
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
        self.name(member, "");
        self.open();
    }

    /// A null as the value of a member.
    pub fn null_member(&mut self, member: &str) {
        self.name(member, "");
        self.out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests;
