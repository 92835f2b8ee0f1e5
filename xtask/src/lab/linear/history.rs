//! What was asked of one item and what was answered, and what a single copy of the item, asked one thing at a time,
//! would have answered: the model that histories are compared with.
//!
//! An item has two properties that are changed alone or together, so that a change that undoes another one's shows.

use fuzz::linear;

/// What an item shows: two numbers that tell which request wrote them, and its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    pub(super) left: u64,
    pub(super) right: u64,
    pub(super) tag: u64,
}

/// The tag of an item whose last change was not answered: it may be any.
pub(super) const ANY: u64 = 0;

/// An item, or that there is none.
pub(super) type State = Option<Shown>;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Create {
        left: u64,
        right: u64,
    },
    Read,
    /// Of the parts that are given, if the item still has that tag.
    Change {
        left: Option<u64>,
        right: Option<u64>,
        tag: Option<u64>,
    },
    Remove {
        tag: Option<u64>,
    },
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The item as it is, or as it is from now on.
    Item(Shown),
    Removed,
    Absent,
    /// The item no longer has the presumed tag.
    Modified,
    /// Nothing: the connection broke. What was asked may happen at any time from then on, or never.
    Unknown,
}

/// A request and its answer. Times are of one clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    /// Who asked, for whoever reads a history.
    pub(super) process: usize,
    pub(super) begun: u64,
    /// Means nothing where there was no answer.
    pub(super) ended: u64,
    pub(super) ask: Ask,
    pub(super) told: Told,
}

impl linear::Event for Event {
    type State = State;

    fn begun(&self) -> u64 {
        self.begun
    }

    fn answered(&self) -> Option<u64> {
        (self.told != Told::Unknown).then_some(self.ended)
    }

    fn apply(&self, state: State) -> Option<State> {
        match (self.ask, self.told, state) {
            (Ask::Create { left, right }, Told::Item(shown), None) => {
                ((shown.left, shown.right) == (left, right)).then_some(Some(shown))
            }
            (Ask::Read, Told::Item(shown), Some(item)) => shows(item, shown).then_some(Some(shown)),
            (Ask::Read | Ask::Change { .. } | Ask::Remove { .. }, Told::Absent, None) => Some(None),
            (Ask::Change { tag: Some(tag), .. } | Ask::Remove { tag: Some(tag) }, Told::Modified, Some(item)) => {
                (item.tag == ANY || item.tag != tag).then_some(state)
            }
            (Ask::Change { left, right, tag }, told, Some(item)) => {
                let (left, right) = (left.unwrap_or(item.left), right.unwrap_or(item.right));
                let next = match told {
                    Told::Item(shown) if (shown.left, shown.right) == (left, right) && shown.tag != item.tag => shown,
                    Told::Unknown => Shown { left, right, tag: ANY },
                    _ => return None,
                };
                presumed(tag, item).then_some(Some(next))
            }
            (Ask::Remove { tag }, Told::Removed | Told::Unknown, Some(item)) => presumed(tag, item).then_some(None),
            _ => None,
        }
    }
}

fn shows(item: Shown, shown: Shown) -> bool {
    (item.left, item.right) == (shown.left, shown.right) && (item.tag == ANY || item.tag == shown.tag)
}

fn presumed(tag: Option<u64>, item: Shown) -> bool {
    tag.is_none_or(|tag| item.tag == ANY || tag == item.tag)
}
