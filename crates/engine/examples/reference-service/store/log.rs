//! What happened to the rows of sets whose changes clients may ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Item;

/// The last change of each row. A position in the log is a number that only grows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    /// By place of the row.
    entries: BTreeMap<i64, Entry>,
    position: u64,
    /// What happened before is forgotten.
    start: u64,
}

/// The last change of a row.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) table: &'static str,
    /// As it was when it changed.
    pub(crate) item: Arc<Item>,
    pub(crate) removed: bool,
}

impl Log {
    /// Where the log ends now.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The rows of a table that changed after a position, each once, in the order of their last changes; `None` where
    /// that is not known, or not yet.
    pub(crate) fn since(&self, table: &str, position: u64) -> Option<Vec<&Entry>> {
        if !(self.start..=self.position).contains(&position) {
            return None;
        }
        let mut entries: Vec<&Entry> =
            self.entries.values().filter(|entry| entry.table == table && entry.position > position).collect();
        entries.sort_by_key(|entry| entry.position);
        Some(entries)
    }
}

impl Log {
    pub(super) fn note(&mut self, table: &'static str, item: &Arc<Item>, removed: bool) {
        self.position += 1;
        self.entries.insert(item.at, Entry { position: self.position, table, item: Arc::clone(item), removed });
    }

    /// Positions given before lead nowhere afterwards; they are still less than those to come.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.start = self.position;
    }
}
