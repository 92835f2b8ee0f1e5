//! Seals: the newest links of the partitions of a tenant, bound together in the tenant's own chain.
//!
//! A partition's chain does not show that its newest rows were taken away. So a [`Sealer`] writes down, again and again,
//! how far each chain has come since: one commit to the tenant's log with a Merkle root over those links. What is not
//! yet sealed can be told changed within its partition, but not told missing.
//!
//! Of several sealers over one store one works: whoever seals writes a row that says until when nobody else should, and
//! the row is compared and swapped in the seal's own commit, so that no two ever go on from the same seal. What time it
//! is, and when to work, is said by the caller.

mod form;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

pub use self::form::is_seal;
use self::form::{Leaf, Progress};
pub use self::verify::verify;
use crate::{
    BUCKETS, Change, ChangePosition, ChangeRow, Commit, Error, Header, Item, PartitionKey, PartitionKind, Precondition,
    Record, Result, Store,
};

const SECOND: i64 = 10_000_000;

/// How long others leave the work to whoever sealed last.
const LEASE: i64 = 3 * SECOND;

/// How far back changes are read again: a commit may land after one with a later time was read. One that takes longer is
/// sealed with the next change of its partition.
const OVERLAP: i64 = 2 * SECOND;

/// Change rows read at once.
const PAGE: usize = 1_000;

/// The most links in one seal.
const LEAVES: usize = 10_000;

/// Where the row of the sealers is, in the tenant's log.
const COLLECTION: &str = "seal";
const STATE: &str = "progress";

/// Seals what is new, whenever it is asked to.
pub struct Sealer {
    store: Arc<dyn Store>,
    holder: Uuid,
    /// The latest time read in each bucket; `None` before the first look.
    read: Option<Vec<i64>>,
    /// What the tenants' own rows say, as they were when the sealer began.
    sealed: HashMap<Uuid, Progress>,
    /// What was read of the part that is read again.
    seen: HashSet<ChangePosition>,
}

/// The newest link of each partition of a tenant.
type Leaves = BTreeMap<PartitionKey, Leaf>;

impl Sealer {
    /// A sealer called `holder`, which tells it from others over the same store.
    pub fn new(store: Arc<dyn Store>, holder: Uuid) -> Self {
        Self { store, holder, read: None, sealed: HashMap::new(), seen: HashSet::new() }
    }

    /// Seals what is new, and says how many partitions that concerned.
    ///
    /// # Errors
    /// Those of the store. Nothing is lost: what was not sealed is new the next time too.
    pub async fn step(&mut self, now: i64) -> Result<usize> {
        let outcome = self.work(now, now.saturating_add(LEASE)).await;
        if !matches!(outcome, Ok(Some(_))) {
            // Somebody else seals, or nobody can: what was read must be read again.
            self.forget();
        }
        outcome.map(Option::unwrap_or_default)
    }

    /// The same, and lets others go on at once.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish(&mut self, now: i64) -> Result<usize> {
        self.work(now, now).await.map(Option::unwrap_or_default)
    }

    fn forget(&mut self) {
        self.read = None;
        self.sealed.clear();
        self.seen.clear();
    }

    /// `None` when another sealer is at work.
    async fn work(&mut self, now: i64, lease: i64) -> Result<Option<usize>> {
        let before = match self.read.clone() {
            Some(read) if self.stands().await? => read,
            _ => self.recover().await?,
        };
        let mut after = before.clone();
        let tenants = self.gather(&before, &mut after).await?;
        let mut count = 0;
        for (tenant, leaves) in tenants {
            if !self.seal(tenant, &leaves, &after, now, lease).await? {
                return Ok(None);
            }
            count += leaves.len();
        }
        self.seen.retain(|place| {
            after
                .get(usize::from(crate::bucket_of(place.partition.owner)))
                .is_none_or(|at| place.at > at.saturating_sub(OVERLAP))
        });
        self.read = Some(after);
        Ok(Some(count))
    }

    /// Are the seals still there that this sealer went on from? A development server may have erased everything.
    async fn stands(&self) -> Result<bool> {
        for tenant in self.sealed.keys() {
            if self.progress(*tenant).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Finds the tenants and how far each is sealed.
    async fn recover(&mut self) -> Result<Vec<i64>> {
        self.forget();
        let mut tenants = HashSet::new();
        let mut after = None;
        loop {
            let keys = self.store.partitions(after, PAGE).await?;
            tenants.extend(keys.iter().map(|key| key.tenant));
            match keys.last() {
                Some(last) if keys.len() == PAGE => after = Some(*last),
                _ => break,
            }
        }
        let mut start: Option<Vec<i64>> = None;
        let mut from_the_beginning = tenants.is_empty();
        for tenant in tenants {
            match self.progress(tenant).await? {
                Some((progress, _)) => {
                    let least = start.get_or_insert_with(|| progress.read.clone());
                    least.iter_mut().zip(&progress.read).for_each(|(least, read)| *least = (*least).min(*read));
                    self.sealed.insert(tenant, progress);
                }
                None => from_the_beginning = true,
            }
        }
        let beginning = || vec![i64::MIN; usize::from(BUCKETS)];
        Ok(start.filter(|_| !from_the_beginning).unwrap_or_else(beginning))
    }

    /// What a tenant's row says, and its version.
    async fn progress(&self, tenant: Uuid) -> Result<Option<(Progress, u64)>> {
        let Some(log) = self.store.snapshot(PartitionKey::log(tenant)).await? else { return Ok(None) };
        let Some(item) = log.item(COLLECTION, STATE) else { return Ok(None) };
        let progress = Progress::read(&item.body);
        progress.map(|progress| Some((progress, item.header.version)))
    }

    /// The newest links that were not seen before, by tenant. Moves the times on.
    async fn gather(&mut self, before: &[i64], after: &mut [i64]) -> Result<BTreeMap<Uuid, Leaves>> {
        let mut found: BTreeMap<Uuid, Leaves> = BTreeMap::new();
        for ((bucket, before), after) in (0..BUCKETS).zip(before).zip(after) {
            let mut from = Some(start(before.saturating_sub(OVERLAP)));
            loop {
                let rows = self.store.changes(bucket, from, PAGE).await?;
                for row in &rows {
                    *after = (*after).max(row.at);
                    self.take(row, &mut found);
                }
                match rows.last() {
                    Some(last) if rows.len() == PAGE => from = Some(last.position()),
                    _ => break,
                }
                tokio::task::yield_now().await;
            }
        }
        Ok(found)
    }

    fn take(&mut self, row: &ChangeRow, found: &mut BTreeMap<Uuid, Leaves>) {
        let key = row.partition;
        // The log is the chain that seals are in; and what was written before there were chains has no link.
        let Some(link) = row.link.filter(|_| key.kind != PartitionKind::Log) else { return };
        let sealed = self.sealed.get(&key.tenant).and_then(|progress| progress.read.get(usize::from(row.bucket)));
        if sealed.is_some_and(|sealed| row.at <= sealed.saturating_sub(OVERLAP)) || !self.seen.insert(row.position()) {
            return;
        }
        let leaf = Leaf { partition: key, rev: row.rev, link };
        let newest = found.entry(key.tenant).or_default().entry(key).or_insert_with(|| leaf.clone());
        if newest.rev < leaf.rev {
            *newest = leaf;
        }
    }

    /// Writes the seals of a tenant; `false` when another sealer is at work.
    async fn seal(&mut self, tenant: Uuid, leaves: &Leaves, read: &[i64], now: i64, lease: i64) -> Result<bool> {
        let leaves: Vec<&Leaf> = leaves.values().collect();
        let mut chunks = leaves.chunks(LEAVES).peekable();
        while let Some(chunk) = chunks.next() {
            let stored = self.progress(tenant).await?;
            let before = match &stored {
                Some((progress, _)) if progress.holder != self.holder && progress.lease > now => return Ok(false),
                Some((progress, _)) => progress.read.clone(),
                None => vec![i64::MIN; usize::from(BUCKETS)],
            };
            // Only with the last of them is everything sealed up to there.
            let read = if chunks.peek().is_none() { read.to_vec() } else { before };
            let progress = Progress { holder: self.holder, lease, read };
            let commit = commit(tenant, chunk, &progress, stored.map(|(_, version)| version), now);
            match self.store.commit(commit).await {
                Ok(_) => _ = self.sealed.insert(tenant, progress),
                Err(Error::Conflict(_)) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// The place before everything of that time.
fn start(at: i64) -> ChangePosition {
    ChangePosition {
        at,
        partition: PartitionKey { owner: Uuid::nil(), tenant: Uuid::nil(), kind: PartitionKind::User },
        rev: 0,
    }
}

/// The commit of one seal, by whoever went on from that version of the row.
fn commit(tenant: Uuid, leaves: &[&Leaf], progress: &Progress, version: Option<u64>, now: i64) -> Commit {
    let (collection, id): (Arc<str>, Arc<str>) = (COLLECTION.into(), STATE.into());
    let expect = match version {
        Some(version) => Precondition::Version { collection: collection.clone(), id: id.clone(), version },
        None => Precondition::ItemAbsent { collection: collection.clone(), id: id.clone() },
    };
    let version = version.unwrap_or_default().saturating_add(1);
    let header = Header { version, created: now, modified: now, ..Header::default() };
    let item = Arc::new(Item { collection, id, header, body: progress.form() });
    // There is nothing to hide in a seal, and nothing to erase.
    let audit = Record { what: form::seal(leaves), values: Bytes::new(), salt: [0; 16] };
    let changes = vec![Change::Put { item, index: Vec::new() }];
    Commit { partition: PartitionKey::log(tenant), at: now, expect: vec![expect], changes, audit }
}
