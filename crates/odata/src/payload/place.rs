//! Where in a body: a chain from the innermost value outward, written out only when there is something to blame.

use edm::check::pointer;

/// A place in a body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// The whole.
    Root,
    /// A member of the object there.
    Member(&'a Place<'a>, &'a str),
    /// An item of the array there.
    Item(&'a Place<'a>, usize),
}

/// Longer names are cut in pointers: an answer does not repeat a body.
const MAX_NAME: usize = 200;

impl Place<'_> {
    /// The JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Member(parent, name) => {
                let end = name.char_indices().nth(MAX_NAME).map_or(name.len(), |(end, _)| end);
                pointer(&parent.pointer(), name.get(..end).unwrap_or_default())
            }
            Place::Item(parent, position) => pointer(&parent.pointer(), &position.to_string()),
        }
    }
}
