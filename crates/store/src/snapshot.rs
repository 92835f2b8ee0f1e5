//! The immutable content of a partition. A change makes a new snapshot that shares what it did not touch.

mod collection;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::collection::Items;

use self::collection::Collection;
use crate::{Change, Item};

/// What a snapshot costs beside its items.
const SNAPSHOT_OVERHEAD: usize = 256;

/// The content of a partition at one rev.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    rev: u64,
    last_time: i64,
    size: usize,
    // INVARIANT: no collection is empty.
    collections: BTreeMap<Arc<str>, Arc<Collection>>,
}

impl Snapshot {
    /// A snapshot of these items, which may come in any order, each (collection, id) once.
    #[must_use]
    pub fn new(rev: u64, last_time: i64, items: impl IntoIterator<Item = Arc<Item>>) -> Self {
        let mut groups: BTreeMap<Arc<str>, Vec<Arc<Item>>> = BTreeMap::new();
        for item in items {
            match groups.get_mut(&item.collection) {
                Some(group) => group.push(item),
                None => _ = groups.insert(Arc::clone(&item.collection), vec![item]),
            }
        }
        let collections = groups.into_iter().map(|(name, items)| (name, Arc::new(Collection::new(items)))).collect();
        Self { rev, last_time, size: size(&collections), collections }
    }

    /// The number of commits that the partition has seen.
    #[must_use]
    pub fn rev(&self) -> u64 {
        self.rev
    }

    /// The greatest created or modified time ever written, of removed items too; 0 when there was none.
    #[must_use]
    pub fn last_time(&self) -> i64 {
        self.last_time
    }

    /// The bytes that the snapshot occupies in memory, roughly.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The items of a collection, by created time and then id.
    #[must_use]
    pub fn items(&self, collection: &str) -> Items<'_> {
        self.collections.get(collection).map(|found| found.items()).unwrap_or_default()
    }

    /// One item.
    #[must_use]
    pub fn item(&self, collection: &str, id: &str) -> Option<&Arc<Item>> {
        self.collections.get(collection)?.item(id)
    }

    /// The collections that hold an item, by name.
    pub fn collections(&self) -> impl Iterator<Item = &Arc<str>> {
        self.collections.keys()
    }

    /// The snapshot after these changes.
    pub(crate) fn apply(&self, rev: u64, last_time: i64, changes: &[Change]) -> Self {
        let mut next = Self { rev, last_time, ..self.clone() };
        for change in changes {
            match change {
                Change::Put { item, .. } => next.put(item),
                Change::Delete { collection, id } => next.delete(collection, id),
                Change::Clear { keep } => next.collections.retain(|name, _| name == keep),
                Change::Drop => next.collections.clear(),
            }
        }
        next.size = size(&next.collections);
        next
    }

    fn put(&mut self, item: &Arc<Item>) {
        match self.collections.get_mut(&item.collection) {
            Some(found) => Arc::make_mut(found).put(item),
            None => {
                let only = Collection::new(vec![Arc::clone(item)]);
                self.collections.insert(Arc::clone(&item.collection), Arc::new(only));
            }
        }
    }

    fn delete(&mut self, collection: &str, id: &str) {
        let Some(found) = self.collections.get_mut(collection).filter(|found| found.item(id).is_some()) else { return };
        let found = Arc::make_mut(found);
        found.remove(id);
        if found.items().is_empty() {
            self.collections.remove(collection);
        }
    }
}

fn size(collections: &BTreeMap<Arc<str>, Arc<Collection>>) -> usize {
    collections.values().map(|found| found.size()).sum::<usize>() + SNAPSHOT_OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{delete, item, put};

    #[test]
    fn an_untouched_collection_is_shared() {
        let before = Snapshot::new(1, 1, [item("skills", "a", 1, 1), item("notes", "a", 1, 1)]);
        let after = before.apply(2, 2, &[put("notes", "b", 2), delete("notes", "a")]);
        assert!(Arc::ptr_eq(&before.collections["skills"], &after.collections["skills"]));
        assert_eq!(after, Snapshot::new(2, 2, [item("skills", "a", 1, 1), item("notes", "b", 2, 1)]));
    }
}
