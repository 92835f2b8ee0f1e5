//! The items of one collection, in short runs: a change copies the run that it touches and shares the others, so that
//! what it costs hardly depends on how many items there are.

use std::hash::Hasher;
use std::iter::FusedIterator;
use std::slice;
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::Item;

/// Most items of a run. A change copies so many pointers and those to the other runs, of 1,000 items about as many.
const MOST: usize = 32;

#[derive(Clone, Debug, Default)]
pub(super) struct Collection {
    // INVARIANT: ordered by (created, id) throughout; no run is empty, and no two neighbours have together MOST / 2 or
    // fewer.
    runs: Vec<Arc<Run>>,
    len: usize,
    /// Bytes of all items.
    size: usize,
}

/// Neighbours, and beside each the hash of its id: finding an id compares one number per item, which needs no index to
/// be built or kept.
#[derive(Clone, Debug, Default)]
struct Run {
    items: Vec<Arc<Item>>,
    hashes: Vec<u32>,
}

impl Collection {
    pub(super) fn new(mut items: Vec<Arc<Item>>) -> Self {
        items.sort_by(|a, b| order(a).cmp(&order(b)));
        let size = items.iter().map(|item| item.size()).sum();
        let runs = items.chunks(MOST).map(|items| Arc::new(Run::new(items))).collect();
        Self { runs, len: items.len(), size }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn items(&self) -> Items<'_> {
        Items { run: [].iter(), rest: self.runs.iter(), len: self.len }
    }

    pub(super) fn item(&self, id: &str) -> Option<&Arc<Item>> {
        let wanted = hash(id);
        self.runs.iter().find_map(|run| run.items.get(run.position(wanted, id)?))
    }

    pub(super) fn put(&mut self, item: &Arc<Item>) {
        self.remove(&item.id);
        let is_before = |run: &Arc<Run>| run.last().is_some_and(|last| order(last) < order(item));
        // What is newer than all others, as most is, belongs at the end of the last run.
        let place = self.runs.partition_point(is_before).min(self.runs.len().saturating_sub(1));
        match self.runs.get_mut(place).map(Arc::make_mut) {
            None => self.runs.push(Arc::new(Run::new(slice::from_ref(item)))),
            Some(run) => {
                let position = run.put(item);
                if run.items.len() > MOST {
                    // Where items come in order, full runs stay behind.
                    let beyond = run.split_off(if position == MOST { MOST } else { MOST / 2 });
                    self.runs.insert(place + 1, Arc::new(beyond));
                }
            }
        }
        self.len += 1;
        self.size += item.size();
    }

    pub(super) fn remove(&mut self, id: &str) {
        let wanted = hash(id);
        let found = self.runs.iter().enumerate().find_map(|(place, run)| Some((place, run.position(wanted, id)?)));
        let Some((place, position)) = found else { return };
        let Some(run) = self.runs.get_mut(place) else { return };
        let removed = Arc::make_mut(run).remove(position);
        (self.len, self.size) = (self.len - 1, self.size - removed.size());
        self.join(place);
        self.join(place.saturating_sub(1));
    }

    /// Joins a run with the one after it if both are short, lest there be many.
    fn join(&mut self, place: usize) {
        let [run, rest @ ..] = self.runs.get(place..).unwrap_or_default() else { return };
        let after = rest.first().map_or(0, |run| run.items.len());
        if run.items.is_empty() {
            self.runs.remove(place);
        } else if after > 0 && run.items.len() + after <= MOST / 2 {
            let after = self.runs.remove(place + 1);
            if let Some(run) = self.runs.get_mut(place) {
                Arc::make_mut(run).append(&after);
            }
        }
    }
}

/// Equal are those with equal items, however they lie in runs.
impl PartialEq for Collection {
    fn eq(&self, other: &Self) -> bool {
        self.items().eq(other.items())
    }
}

impl Run {
    fn new(items: &[Arc<Item>]) -> Self {
        Self { items: items.to_vec(), hashes: items.iter().map(|item| hash(&item.id)).collect() }
    }

    fn last(&self) -> Option<&Item> {
        self.items.last().map(|item| &**item)
    }

    fn position(&self, wanted: u32, id: &str) -> Option<usize> {
        let same = |(hash, item): (&u32, &Arc<Item>)| *hash == wanted && &*item.id == id;
        self.hashes.iter().zip(&self.items).position(same)
    }

    /// Inserts an item, and says where.
    fn put(&mut self, item: &Arc<Item>) -> usize {
        let position = self.items.partition_point(|other| order(other) < order(item));
        self.items.insert(position, Arc::clone(item));
        self.hashes.insert(position, hash(&item.id));
        position
    }

    fn remove(&mut self, position: usize) -> Arc<Item> {
        self.hashes.remove(position);
        self.items.remove(position)
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self { items: self.items.split_off(at), hashes: self.hashes.split_off(at) }
    }

    fn append(&mut self, after: &Self) {
        self.items.extend_from_slice(&after.items);
        self.hashes.extend_from_slice(&after.hashes);
    }
}

/// Items of a collection, by created time and then id.
#[derive(Clone, Debug, Default)]
pub struct Items<'a> {
    run: slice::Iter<'a, Arc<Item>>,
    rest: slice::Iter<'a, Arc<Run>>,
    len: usize,
}

impl<'a> Items<'a> {
    /// The first of them.
    #[must_use]
    pub fn first(mut self) -> Option<&'a Arc<Item>> {
        self.next()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Those that come after a created time and id.
    #[must_use]
    pub fn after(mut self, at: i64, id: &str) -> Self {
        let is_before = |item: &Arc<Item>| order(item) <= (at, id);
        loop {
            let passed = self.run.as_slice().partition_point(is_before);
            self.run = self.run.as_slice().get(passed..).unwrap_or_default().iter();
            self.len -= passed;
            match self.run.as_slice() {
                [] => match self.rest.next() {
                    Some(run) => self.run = run.items.iter(),
                    None => return self,
                },
                _ => return self,
            }
        }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a Arc<Item>;

    fn next(&mut self) -> Option<&'a Arc<Item>> {
        loop {
            if let Some(item) = self.run.next() {
                self.len -= 1;
                return Some(item);
            }
            self.run = self.rest.next()?.items.iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl ExactSizeIterator for Items<'_> {}

impl FusedIterator for Items<'_> {}

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
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::*;

    use super::*;
    use crate::fixture::item;

    #[test]
    fn ids_of_equal_hash_are_told_apart() {
        let mut seen: HashMap<u32, String> = HashMap::new();
        let (one, other) = (0..)
            .map(|number: u32| number.to_string())
            .find_map(|id| seen.insert(hash(&id), id.clone()).map(|earlier| (earlier, id)))
            .unwrap();
        let collection = Collection::new(vec![item("skills", &one, 1, 1), item("skills", &other, 2, 1)]);
        assert_eq!(collection.item(&one).unwrap().id, one.as_str().into());
        assert_eq!(collection.item(&other).unwrap().id, other.as_str().into());
    }

    #[test]
    fn a_change_shares_all_but_one_run() {
        let ids: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        let all = ids.iter().zip(1..).map(|(id, at)| item("skills", id, at, 1)).collect();
        let before = Collection::new(all);
        for (id, at) in [("500", 501), ("new", 2_000), ("between", 300)] {
            let mut after = before.clone();
            after.put(&item("skills", id, at, 2));
            let shared = after.runs.iter().filter(|run| before.runs.iter().any(|earlier| Arc::ptr_eq(run, earlier)));
            assert_eq!(shared.count(), before.runs.len() - 1, "{id}");
        }
    }

    #[test]
    fn items_that_come_in_order_fill_runs() {
        let mut collection = Collection::default();
        for number in 0..320 {
            collection.put(&item("skills", &number.to_string(), number, 1));
        }
        assert_eq!(collection.runs.len(), 10);
    }

    /// What must hold of the form, and the same items as the model's.
    fn check(collection: &Collection, model: &BTreeMap<String, Arc<Item>>) {
        let mut expect: Vec<_> = model.values().cloned().collect();
        expect.sort_by(|a, b| order(a).cmp(&order(b)));
        let items: Vec<_> = collection.items().cloned().collect();
        assert_eq!(items, expect);
        assert_eq!(collection.items().len(), expect.len());
        assert_eq!(collection.size(), expect.iter().map(|item| item.size()).sum::<usize>());
        assert!(collection.runs.iter().all(|run| (1..=MOST).contains(&run.items.len())));
        assert!(collection.runs.windows(2).all(|two| two[0].items.len() + two[1].items.len() > MOST / 2));
        for (place, item) in expect.iter().enumerate() {
            assert_eq!(collection.item(&item.id), Some(item));
            let later = collection.items().after(item.header.created, &item.id);
            assert_eq!(later.len(), expect.len() - place - 1);
            assert!(later.eq(expect.iter().skip(place + 1)));
        }
        assert_eq!(collection.item("none"), None);
    }

    proptest! {
        #[test]
        fn any_changes_leave_what_a_map_would(
            steps in prop::collection::vec((any::<bool>(), 0..200_u32, 0..50_i64), 0..400),
            start in 0..100_u32,
        ) {
            let mut model: BTreeMap<_, _> =
                (0..start).map(|id| (id.to_string(), item("skills", &id.to_string(), i64::from(id % 7), 1))).collect();
            let mut collection = Collection::new(model.values().cloned().collect());
            for (is_put, id, at) in steps {
                let id = id.to_string();
                if is_put {
                    let item = item("skills", &id, at, 1);
                    collection.put(&item);
                    model.insert(id, item);
                } else {
                    collection.remove(&id);
                    model.remove(&id);
                }
            }
            check(&collection, &model);
        }
    }
}
