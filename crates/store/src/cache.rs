//! The hot partitions, bounded by bytes. The writer replaces an entry after its transaction and before its
//! answer, so whoever reads after the answer sees the write; a reader's slower load never overwrites it.
//! Whether an entry is current when others write too is for its user to judge.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quick_cache::{OptionsBuilder, Weighter};
use rustc_hash::FxBuildHasher;

use crate::{PartitionKey, Snapshot};

/// How many partitions share an epoch. More only lessen the loads that are not kept.
const EPOCHS: usize = 64;

/// What it takes to know that there is no such partition.
const ABSENT: usize = 160;

/// What the cache is dimensioned for. Only a hint: bytes are what bounds it.
const TYPICAL_SNAPSHOT: usize = 16 << 10;

/// What each of the parts that are locked apart holds at least. A partition that is larger would be read anew by every
/// request; this has room for one of 10,000 items and more.
const PART: usize = 16 << 20;

/// More parts would not make anybody wait less for another.
const MOST_PARTS: usize = 64;

pub(crate) struct Cache<V: Content = Option<Arc<Snapshot>>> {
    hot: quick_cache::sync::Cache<PartitionKey, V, BySize, FxBuildHasher>,
    /// Counts the commits published to the partitions of a slot. Held while an entry is written, so that "no commit
    /// since the load began" cannot cease to be true before the loaded snapshot is in.
    epochs: [Mutex<u64>; EPOCHS],
}

#[derive(Clone)]
struct BySize;

/// What is known of a partition.
pub(crate) trait Content: Clone {
    /// The bytes that it occupies in memory, roughly.
    fn size(&self) -> usize;
}

impl Content for Arc<Snapshot> {
    fn size(&self) -> usize {
        Snapshot::size(self)
    }
}

/// A partition that may be known not to exist, which those need to know who ask for one that few tenants have.
impl Content for Option<Arc<Snapshot>> {
    fn size(&self) -> usize {
        self.as_ref().map_or(ABSENT, Content::size)
    }
}

impl<V: Content> Weighter<PartitionKey, V> for BySize {
    fn weight(&self, _: &PartitionKey, content: &V) -> u64 {
        content.size() as u64
    }
}

impl<V: Content> Cache<V> {
    pub(crate) fn new(bytes: usize) -> Self {
        let items = (bytes / TYPICAL_SNAPSHOT).max(EPOCHS);
        // There can only be a power of two of them.
        let parts = 1 << (bytes / PART).clamp(1, MOST_PARTS).ilog2();
        let mut options = OptionsBuilder::new();
        let options = options.shards(parts).estimated_items_capacity(items).weight_capacity(bytes as u64).build();
        let hot = match options {
            Ok(options) => quick_cache::sync::Cache::with_options(options, BySize, FxBuildHasher, Default::default()),
            // Not reached: both capacities are given.
            Err(_) => quick_cache::sync::Cache::with(items, bytes as u64, BySize, FxBuildHasher, Default::default()),
        };
        Self { hot, epochs: std::array::from_fn(|_| Mutex::new(0)) }
    }

    pub(crate) fn get(&self, partition: &PartitionKey) -> Option<V> {
        self.hot.get(partition)
    }

    /// As `get`, without counting as a use.
    pub(crate) fn peek(&self, partition: &PartitionKey) -> Option<V> {
        self.hot.peek(partition)
    }

    /// To be noted before a load begins.
    pub(crate) fn epoch(&self, partition: &PartitionKey) -> u64 {
        *self.slot(partition)
    }

    /// Keeps what was loaded, unless a commit was published since the epoch.
    pub(crate) fn offer(&self, partition: PartitionKey, epoch: u64, content: &V) {
        let slot = self.slot(&partition);
        if *slot == epoch {
            self.hot.insert(partition, content.clone());
        }
    }

    /// Replaces what is kept of a partition by what a commit made of it; `None` when that is not known or nothing.
    pub(crate) fn publish(&self, partition: PartitionKey, content: Option<V>) {
        let mut slot = self.slot(&partition);
        *slot = slot.wrapping_add(1);
        match content {
            Some(content) => self.hot.insert(partition, content),
            None => _ = self.hot.remove(&partition),
        }
    }

    /// Forgets everything, loads under way included.
    pub(crate) fn clear(&self) {
        let mut slots: Vec<_> = self.epochs.iter().map(lock).collect();
        slots.iter_mut().for_each(|slot| **slot = slot.wrapping_add(1));
        self.hot.clear();
    }

    fn slot(&self, partition: &PartitionKey) -> MutexGuard<'_, u64> {
        let folded = partition.owner.as_bytes().iter().fold(0, |folded, byte| folded ^ byte);
        let [first, ..] = &self.epochs;
        lock(self.epochs.get(usize::from(folded) % EPOCHS).unwrap_or(first))
    }
}

fn lock(slot: &Mutex<u64>) -> MutexGuard<'_, u64> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<V: Content> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("partitions", &self.hot.len()).field("bytes", &self.hot.weight()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::user;

    #[derive(Clone, Debug, PartialEq)]
    struct Weight(usize);

    impl Content for Weight {
        fn size(&self) -> usize {
            self.0
        }
    }

    #[test]
    fn the_largest_of_partitions_are_kept() {
        // The usual size, one that does not come out even, and the smallest.
        for (bytes, large) in [(64 << 20, 15 << 20), (48 << 20, 15 << 20), (1 << 20, 900 << 10)] {
            let cache = Cache::new(bytes);
            cache.publish(user(1), Some(Weight(large)));
            assert_eq!(cache.get(&user(1)), Some(Weight(large)));
            (2..200).for_each(|number| cache.publish(user(number), Some(Weight(large))));
            assert!(cache.hot.weight() <= bytes as u64);
        }
    }
}
