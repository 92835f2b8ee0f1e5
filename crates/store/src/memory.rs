//! The oracle: a store so simple that it is obviously right, held against the others. One mutex, ordered maps,
//! a copy of the partition for every commit. Not meant to be fast and keeps nothing when it is dropped.

mod transfer;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use uuid::Uuid;

use crate::chain::{self, Hash, Row};
use crate::{
    AuditRow, BoxFuture, Candidate, Change, ChangePosition, ChangeRow, Claimed, Commit, Error, IndexRow, Item,
    NameEntry, Op, PartitionKey, Precondition, Result, Scan, Snapshot, Store, Touched, bucket_of,
};

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    partitions: BTreeMap<PartitionKey, Partition>,
    history: BTreeMap<(PartitionKey, u64), Row>,
    /// Where the rows of history stand in their buckets.
    order: BTreeSet<(u16, ChangePosition)>,
    names: BTreeMap<(Uuid, Arc<str>), NameEntry>,
    secrets: BTreeMap<Arc<str>, [u8; 32]>,
}

/// Collection and id.
type ItemKey = (Arc<str>, Arc<str>);

/// A partition, dropped or not: a dropped one keeps its rev and last time.
#[derive(Clone, Debug, Default)]
struct Partition {
    rev: u64,
    last_time: i64,
    live: bool,
    /// The link of the latest commit.
    head: Option<Hash>,
    items: BTreeMap<ItemKey, (Arc<Item>, Vec<IndexRow>)>,
    /// The same items as readers get them, made anew by every commit.
    snapshot: Option<Arc<Snapshot>>,
}

/// A commit's effect, before it is known whether its preconditions hold.
struct Effect {
    next: Partition,
    touched: Vec<Touched>,
    dropped: bool,
}

impl State {
    fn commit(&mut self, commit: &Commit) -> Result<u64> {
        let before = self.partitions.get(&commit.partition).cloned().unwrap_or_default();
        let mut effect = before.effect(&commit.changes);
        if let Some(broken) = commit.expect.iter().find(|condition| !holds(condition, &before, &effect.next)) {
            return Err(Error::Conflict(broken.clone()));
        }
        if effect.dropped {
            self.erase_history(commit.partition);
        }
        let (partition, at, rev) = (commit.partition, commit.at, effect.next.rev);
        let bucket = bucket_of(partition.owner);
        let change =
            ChangeRow { bucket, at, partition, rev, dropped: effect.dropped, touched: effect.touched, link: None };
        let row = Row::linked(before.head, &change, &commit.audit);
        effect.next.head = row.link;
        self.history.insert((partition, rev), row);
        self.order.insert((bucket, ChangePosition { at, partition, rev }));
        self.partitions.insert(partition, effect.next);
        Ok(rev)
    }

    fn row(&self, place: ChangePosition) -> Option<&Row> {
        self.history.get(&(place.partition, place.rev))
    }

    /// The rows of a partition after a rev.
    fn history_of(&self, partition: PartitionKey, after_rev: u64) -> impl Iterator<Item = &Row> {
        self.history.values().filter(move |row| row.partition == partition && row.rev > after_rev)
    }

    fn erase_history(&mut self, partition: PartitionKey) {
        self.history.range_mut((partition, 0)..=(partition, u64::MAX)).for_each(|(_, row)| row.erase());
    }

    /// The first broken link of a partition.
    fn broken(&self, key: PartitionKey, partition: &Partition) -> Option<String> {
        let mut walk = chain::Walk::new(partition.head);
        let rows = self.history.range((key, 0)..=(key, u64::MAX));
        rows.rev().for_each(|(_, row)| walk.step(row.clone()));
        walk.finish().map(chain::told)
    }

    fn claim(&mut self, key: (Uuid, Arc<str>), stale: Option<NameEntry>, owner: Uuid, at: i64) -> Claimed {
        match self.names.get(&key) {
            Some(held) if held.owner != owner && (held.bound || stale != Some(*held)) => Claimed::Held(*held),
            _ => {
                self.names.insert(key, NameEntry { owner, bound: false, at });
                Claimed::Granted
            }
        }
    }

    fn scan(&self, scan: &Scan) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        for (key, partition) in self.partitions.iter().filter(|(key, _)| key.tenant == scan.tenant) {
            for (item, rows) in partition.items.values() {
                found.extend(rows.iter().filter(|row| row.path == scan.path).map(|row| Candidate {
                    token: row.token.clone(),
                    owner: key.owner,
                    item: Arc::clone(&item.id),
                    collection: Arc::clone(&item.collection),
                    kind: key.kind,
                }));
            }
        }
        found.sort();
        found.dedup();
        found.retain(|candidate| {
            above(&scan.from, &candidate.token)
                && below(&scan.to, &candidate.token)
                && scan.after.as_ref().is_none_or(|after| candidate > after)
        });
        found.truncate(scan.limit);
        found
    }
}

impl Partition {
    fn effect(&self, changes: &[Change]) -> Effect {
        let mut next = Self { rev: self.rev + 1, live: true, ..self.clone() };
        let mut touched = Vec::new();
        let mut dropped = false;
        for change in changes {
            next.live = true;
            match change {
                Change::Put { item, index } => {
                    next.last_time = next.last_time.max(item.header.created).max(item.header.modified);
                    let key = (Arc::clone(&item.collection), Arc::clone(&item.id));
                    touched.push(touch(&key, Op::Put));
                    next.items.insert(key, (Arc::clone(item), index.clone()));
                }
                Change::Delete { collection, id } => {
                    let key = (Arc::clone(collection), Arc::clone(id));
                    touched.push(touch(&key, Op::Delete));
                    next.items.remove(&key);
                }
                Change::Clear { keep } => {
                    let doomed = next.items.keys().filter(|(collection, _)| collection != keep);
                    touched.extend(doomed.map(|key| touch(key, Op::Delete)));
                    next.items.retain(|(collection, _), _| collection == keep);
                }
                Change::Drop => {
                    touched.clear();
                    next.items.clear();
                    (dropped, next.live) = (true, false);
                }
            }
        }
        next.snapshot = next.live.then(|| Arc::new(next.read()));
        Effect { next, touched, dropped }
    }

    fn read(&self) -> Snapshot {
        Snapshot::new(self.rev, self.last_time, self.items.values().map(|(item, _)| Arc::clone(item)))
    }
}

fn touch((collection, id): &ItemKey, op: Op) -> Touched {
    Touched { collection: Arc::clone(collection), id: Arc::clone(id), op }
}

fn holds(condition: &Precondition, before: &Partition, after: &Partition) -> bool {
    let item = |collection: &Arc<str>, id: &Arc<str>| before.items.get(&(Arc::clone(collection), Arc::clone(id)));
    match condition {
        Precondition::Exists => before.live,
        Precondition::Absent => !before.live,
        Precondition::Rev(rev) => before.live && before.rev == *rev,
        Precondition::Version { collection, id, version } => {
            item(collection, id).is_some_and(|(item, _)| item.header.version == *version)
        }
        Precondition::ItemAbsent { collection, id } => item(collection, id).is_none(),
        Precondition::AtMost { collection, items } => {
            after.items.keys().filter(|(other, _)| other == collection).count() <= *items
        }
    }
}

fn above(bound: &Bound<Bytes>, token: &Bytes) -> bool {
    match bound {
        Bound::Included(from) => token >= from,
        Bound::Excluded(from) => token > from,
        Bound::Unbounded => true,
    }
}

fn below(bound: &Bound<Bytes>, token: &Bytes) -> bool {
    match bound {
        Bound::Included(to) => token <= to,
        Bound::Excluded(to) => token < to,
        Bound::Unbounded => true,
    }
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<T: Send + 'static>(&self, work: impl FnOnce(&mut State) -> T + Send) -> BoxFuture<'_, Result<T>> {
        Box::pin(std::future::ready(Ok(work(&mut self.state()))))
    }
}

impl Store for MemoryStore {
    fn snapshot(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Arc<Snapshot>>>> {
        self.answer(|state| state.partitions.get(&partition).and_then(|found| found.snapshot.clone()))
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>> {
        Box::pin(std::future::ready(self.state().commit(&commit)))
    }

    fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> BoxFuture<'_, Result<Claimed>> {
        self.answer(|state| state.claim((tenant, name), None, owner, at))
    }

    fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> BoxFuture<'_, Result<bool>> {
        self.answer(|state| match state.names.get_mut(&(tenant, name)) {
            Some(held) if held.owner == owner => {
                held.bound = true;
                true
            }
            _ => false,
        })
    }

    fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, until: i64) -> BoxFuture<'_, Result<bool>> {
        self.answer(|state| {
            let key = (tenant, name);
            let held = state.names.get(&key).is_some_and(|held| held.owner == owner && held.at <= until);
            if held {
                state.names.remove(&key);
            }
            held
        })
    }

    fn reclaim(
        &self,
        tenant: Uuid,
        name: Arc<str>,
        stale: NameEntry,
        owner: Uuid,
        at: i64,
    ) -> BoxFuture<'_, Result<Claimed>> {
        self.answer(|state| state.claim((tenant, name), Some(stale), owner, at))
    }

    fn lookup(&self, tenant: Uuid, name: Arc<str>) -> BoxFuture<'_, Result<Option<NameEntry>>> {
        self.answer(|state| state.names.get(&(tenant, name)).copied())
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Result<Vec<Candidate>>> {
        self.answer(|state| state.scan(&scan))
    }

    fn changes(
        &self,
        bucket: u16,
        after: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ChangeRow>>> {
        self.answer(|state| {
            let places = state
                .order
                .iter()
                .filter(|(other, place)| *other == bucket && after.is_none_or(|after| *place > after));
            places.take(limit).filter_map(|(_, place)| state.row(*place)).map(Row::change).collect()
        })
    }

    fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.answer(|state| state.history_of(partition, after_rev).take(limit).cloned().map(Row::audit).collect())
    }

    fn records(
        &self,
        tenant: Uuid,
        before: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.answer(|state| {
            let places = state.order.iter().map(|(_, place)| *place).filter(|place| place.partition.tenant == tenant);
            let mut places: Vec<_> = places.filter(|place| before.is_none_or(|before| *place < before)).collect();
            places.sort_by_key(|place| Reverse(*place));
            places.truncate(limit);
            places.into_iter().filter_map(|place| state.row(place)).cloned().map(Row::audit).collect()
        })
    }

    fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<PartitionKey>>> {
        self.answer(|state| {
            let live = state.partitions.iter().filter(|(_, partition)| partition.live).map(|(key, _)| *key);
            live.filter(|key| after.is_none_or(|after| *key > after)).take(limit).collect()
        })
    }

    fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> BoxFuture<'_, Result<[u8; 32]>> {
        self.answer(|state| *state.secrets.entry(name).or_insert(candidate))
    }

    fn erase_all(&self) -> BoxFuture<'_, Result<()>> {
        self.answer(|state| {
            *state = State { secrets: std::mem::take(&mut state.secrets), ..State::default() };
        })
    }

    fn verify(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        self.answer(|state| {
            state.partitions.iter().filter_map(|(key, partition)| state.broken(*key, partition)).collect()
        })
    }
}
