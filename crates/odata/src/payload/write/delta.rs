//! What an answer of changes has beyond a collection (OData JSON Format 4.01 section 15).

use edm::json::write_string;

use super::Writer;

/// Why an entity is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It does not exist.
    Deleted,
    /// It no longer belongs to what is asked for.
    Changed,
}

impl Writer {
    /// `@odata.deltaLink`
    pub fn delta_link(&mut self, link: &str) {
        self.control_text("", "deltaLink", link);
    }

    /// The next item of the list: an entity that is gone, in the shape of 4.0. The context is as
    /// [`escaped`](super::escaped) made it.
    pub fn deleted_entity(&mut self, context: &[u8], reason: Reason, id: &str) {
        self.open_item();
        // It says what the item is, and so is there without metadata too.
        self.control("", "context");
        self.out.extend_from_slice(&[b"\"", context, b"\""].concat());
        self.name("id");
        write_string(&mut self.out, id);
        self.name("reason");
        self.out.extend_from_slice(match reason {
            Reason::Deleted => b"\"deleted\"",
            Reason::Changed => b"\"changed\"",
        });
        self.close();
    }

    /// The next item of the list: an entity that is gone, in the shape of 4.01, with its address and its key as stored
    /// members.
    pub fn removed(&mut self, reason: Reason, id: &str, key: &[u8]) {
        self.open_item();
        self.control("", "removed");
        self.out.extend_from_slice(match reason {
            Reason::Deleted => b"{\"reason\":\"deleted\"}",
            Reason::Changed => b"{\"reason\":\"changed\"}",
        });
        self.reference(id);
        if !key.is_empty() {
            self.separate();
            self.out.extend_from_slice(key);
        }
        self.close();
    }

    /// The next item of the list: a link that was added, or one that is gone.
    pub fn link(&mut self, added: bool, source: &str, relationship: &str, target: &str) {
        self.open_item();
        self.control_text("", "context", if added { "#$link" } else { "#$deletedLink" });
        for (name, value) in [("source", source), ("relationship", relationship), ("target", target)] {
            self.name(name);
            write_string(&mut self.out, value);
        }
        self.close();
    }
}
