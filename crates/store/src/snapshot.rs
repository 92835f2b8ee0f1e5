//! The immutable content of a partition. A change makes a new snapshot that shares what it did not touch.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

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

/// The items of one collection, and beside each the hash of its id: finding an id compares one number per
/// item in one run of memory, which needs no index to be built or kept for the 1,000 items there may be.
#[derive(Clone, Debug, Default, PartialEq)]
struct Collection {
    // INVARIANT: ordered by (created, id), one hash per item.
    items: Vec<Arc<Item>>,
    hashes: Vec<u32>,
}

impl Snapshot {
    /// A snapshot of these items, which may come in any order, each (collection, id) once.
    #[must_use]
    pub fn new(rev: u64, last_time: i64, items: impl IntoIterator<Item = Arc<Item>>) -> Self {
        let mut groups: BTreeMap<Arc<str>, Vec<Arc<Item>>> = BTreeMap::new();
        let mut size = SNAPSHOT_OVERHEAD;
        for item in items {
            size += item.size();
            match groups.get_mut(&item.collection) {
                Some(group) => group.push(item),
                None => _ = groups.insert(Arc::clone(&item.collection), vec![item]),
            }
        }
        let collections = groups.into_iter().map(|(name, items)| (name, Arc::new(Collection::new(items)))).collect();
        Self { rev, last_time, size, collections }
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
    pub fn items(&self, collection: &str) -> &[Arc<Item>] {
        self.collections.get(collection).map_or(&[], |found| &found.items)
    }

    /// One item.
    #[must_use]
    pub fn item(&self, collection: &str, id: &str) -> Option<&Arc<Item>> {
        let found = self.collections.get(collection)?;
        found.items.get(found.position(id)?)
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
        next.size = next.collections.values().map(|found| found.size()).sum::<usize>() + SNAPSHOT_OVERHEAD;
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
        let Some(found) = self.collections.get_mut(collection) else { return };
        let Some(position) = found.position(id) else { return };
        Arc::make_mut(found).remove(position);
        if found.items.is_empty() {
            self.collections.remove(collection);
        }
    }
}

impl Collection {
    fn new(mut items: Vec<Arc<Item>>) -> Self {
        items.sort_by(|a, b| order(a).cmp(&order(b)));
        let hashes = items.iter().map(|item| hash(&item.id)).collect();
        Self { items, hashes }
    }

    fn position(&self, id: &str) -> Option<usize> {
        let wanted = hash(id);
        let same = |(hash, item): (&u32, &Arc<Item>)| *hash == wanted && &*item.id == id;
        self.hashes.iter().zip(&self.items).position(same)
    }

    fn put(&mut self, item: &Arc<Item>) {
        if let Some(earlier) = self.position(&item.id) {
            self.remove(earlier);
        }
        let place = self.items.partition_point(|other| order(other) < order(item));
        self.items.insert(place, Arc::clone(item));
        self.hashes.insert(place, hash(&item.id));
    }

    fn remove(&mut self, position: usize) {
        self.items.remove(position);
        self.hashes.remove(position);
    }

    fn size(&self) -> usize {
        self.items.iter().map(|item| item.size()).sum()
    }
}

/// The default order of a collection.
fn order(item: &Item) -> (i64, &str) {
    (item.header.created, &item.id)
}

#[expect(clippy::cast_possible_truncation, reason = "half of the hash tells 1,000 ids apart")]
fn hash(id: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(id.as_bytes());
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::fixture::{delete, item, put};

    #[test]
    fn ids_of_equal_hash_are_told_apart() {
        let mut seen: HashMap<u32, String> = HashMap::new();
        let (one, other) = (0..)
            .map(|number: u32| number.to_string())
            .find_map(|id| seen.insert(hash(&id), id.clone()).map(|earlier| (earlier, id)))
            .unwrap();
        let snapshot = Snapshot::new(1, 1, [item("skills", &one, 1, 1), item("skills", &other, 2, 1)]);
        assert_eq!(snapshot.item("skills", &one).unwrap().id, one.as_str().into());
        assert_eq!(snapshot.item("skills", &other).unwrap().id, other.as_str().into());
    }

    #[test]
    fn an_untouched_collection_is_shared() {
        let before = Snapshot::new(1, 1, [item("skills", "a", 1, 1), item("notes", "a", 1, 1)]);
        let after = before.apply(2, 2, &[put("notes", "b", 2), delete("notes", "a")]);
        assert!(Arc::ptr_eq(&before.collections["skills"], &after.collections["skills"]));
        assert_eq!(after, Snapshot::new(2, 2, [item("skills", "a", 1, 1), item("notes", "b", 2, 1)]));
    }
}
