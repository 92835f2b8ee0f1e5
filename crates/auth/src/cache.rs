//! Callers of tokens that were verified before, found by the whole token.
//!
//! Holds verified tokens only, and judges no time: whoever finds a caller checks its lifetime again.

use crate::admission::Admitted;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock};

/// Locks are per shard, so that workers seldom wait for one another.
const SHARDS: usize = 16;
/// What an entry may take on average, in bytes of token; above it a shard drops old entries early.
const MEAN_TOKEN: usize = 2048;
/// How much of a token's end is hashed. It lies within the signature, which nobody without the key can choose.
const HASHED: usize = 32;

/// A bounded map from token to caller. The oldest entries go first.
pub(crate) struct Cache {
    /// Keyed with a secret of this process, so that nobody can compute which tokens collide.
    hasher: RandomState,
    shards: Vec<RwLock<Shard>>,
    /// Entries a shard may hold.
    capacity: usize,
}

#[derive(Default)]
struct Shard {
    /// By the keyed hash; the fast hasher only spreads what is already random.
    entries: FxHashMap<u64, Entry>,
    /// INVARIANT: holds every key of `entries`, once, in order of arrival.
    order: VecDeque<u64>,
    /// The bytes of all tokens held.
    bytes: usize,
}

struct Entry {
    token: Box<[u8]>,
    generation: u64,
    admitted: Admitted,
}

impl Cache {
    /// A cache of about `capacity` tokens; none at all for zero.
    pub(crate) fn new(capacity: usize) -> Cache {
        Cache {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            capacity: capacity.div_ceil(SHARDS),
        }
    }

    /// What was admitted for exactly this token in this generation of keys.
    pub(crate) fn get(&self, token: &[u8], generation: u64) -> Option<Admitted> {
        let hash = self.hash(token);
        let shard = self.shard(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.entries.get(&hash)?;
        // The comparison may stop early: only one who holds the token's last bytes gets here at all.
        (entry.generation == generation && *entry.token == *token).then(|| entry.admitted.clone())
    }

    /// Remembers what was admitted. `generation` is the one read before the token was verified.
    pub(crate) fn put(&self, token: &[u8], generation: u64, admitted: Admitted) {
        let hash = self.hash(token);
        if let Some(shard) = self.shard(hash) {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.put(hash, Entry { token: token.into(), generation, admitted }, self.capacity);
        }
    }

    fn hash(&self, token: &[u8]) -> u64 {
        self.hasher.hash_one(token.last_chunk::<HASHED>().map_or(token, |end| end))
    }

    fn shard(&self, hash: u64) -> Option<&RwLock<Shard>> {
        // The upper bits choose the shard; the map inside uses the others.
        self.shards.get((hash >> 60) as usize % SHARDS)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().unwrap().entries.len()).sum()
    }
}

impl Shard {
    fn put(&mut self, hash: u64, entry: Entry, capacity: usize) {
        let size = entry.token.len();
        if capacity == 0 || size > capacity.saturating_mul(MEAN_TOKEN) {
            return;
        }
        self.drop_entry(hash);
        while self.entries.len() >= capacity || self.bytes + size > capacity.saturating_mul(MEAN_TOKEN) {
            let Some(oldest) = self.order.front().copied() else {
                break;
            };
            self.drop_entry(oldest);
        }
        self.bytes += size;
        self.order.push_back(hash);
        self.entries.insert(hash, entry);
    }

    fn drop_entry(&mut self, hash: u64) {
        let Some(entry) = self.entries.remove(&hash) else {
            return;
        };
        self.bytes -= entry.token.len();
        // The oldest is dropped most, and it stands in front.
        if let Some(position) = self.order.iter().position(|held| *held == hash) {
            self.order.remove(position);
        }
    }
}

#[cfg(test)]
mod tests;
