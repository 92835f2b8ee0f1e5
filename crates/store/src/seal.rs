//! Seals: the newest links of the partitions of a tenant, bound together in the tenant's own chain.
//!
//! A partition's chain does not show that its newest rows were taken away. So a [`Sealer`] writes down, again and
//! again, how far each chain has come since: one commit to the tenant's log with a Merkle root over those links. What
//! is not yet sealed can be told changed within its partition, but not told missing.
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
    BUCKETS, Change, ChangePosition, ChangeRow, Commit, Error, Header, Item, Landings, PartitionKey, PartitionKind,
    Precondition, Record, Result, Store,
};

const SECOND: i64 = 10_000_000;

/// How long others leave the work to whoever sealed last.
const LEASE: i64 = 3 * SECOND;

/// How far back changes are read again, unless the store tells what has landed: a commit may land after one with a later
/// time was read, above all where the clocks of several servers differ. One that comes later still is sealed with the next
/// change of its partition.
const OVERLAP: i64 = 5 * SECOND;

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
    /// The latest time read; `None` before the first look.
    read: Option<i64>,
    /// What tells how far to look back, where the store can.
    landings: Option<Arc<Landings>>,
    /// From which time on changes are to be read.
    due: i64,
    /// What was read of the part that is read again.
    seen: HashSet<ChangePosition>,
    /// How far each tenant was sealed when this sealer last looked.
    sealed: HashMap<Uuid, Progress>,
    /// The newest link of each partition that was read and is not known to be sealed.
    pending: BTreeMap<Uuid, BTreeMap<PartitionKey, New>>,
}

/// A link that is not sealed yet, and when it was made.
struct New {
    leaf: Leaf,
    at: i64,
}

impl Sealer {
    /// A sealer called `holder`, which tells it from others over the same store.
    pub fn new(store: Arc<dyn Store>, holder: Uuid) -> Self {
        let (seen, sealed, pending) = (HashSet::new(), HashMap::new(), BTreeMap::new());
        Self { store, holder, read: None, landings: None, due: i64::MIN, seen, sealed, pending }
    }

    /// Seals what is new unless another sealer is at work, and says how many links that were.
    ///
    /// # Errors
    /// Those of the store. Nothing is lost: what was not sealed is still new the next time.
    pub async fn step(&mut self, now: i64) -> Result<usize> {
        self.work(now, now.saturating_add(LEASE)).await
    }

    /// The same, and lets others go on at once.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish(&mut self, now: i64) -> Result<usize> {
        self.work(now, now).await
    }

    async fn work(&mut self, now: i64, lease: i64) -> Result<usize> {
        if self.read.is_none() || !self.stands().await? {
            self.begin().await?;
        }
        self.gather().await?;
        let tenants: Vec<Uuid> = self.pending.keys().copied().collect();
        let mut count = 0;
        for tenant in tenants {
            count += self.seal(tenant, now, lease).await?;
        }
        Ok(count)
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

    /// Finds the tenants and from where on they are not sealed.
    async fn begin(&mut self) -> Result<()> {
        *self = Self::new(Arc::clone(&self.store), self.holder);
        self.landings = self.store.landings();
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
        let mut read = None;
        for tenant in tenants {
            let progress = self.progress(tenant).await?.map(|(progress, _)| progress);
            let own = progress.as_ref().map_or(i64::MIN, |progress| progress.read);
            read = Some(read.map_or(own, |read: i64| read.min(own)));
            self.sealed.extend(progress.map(|progress| (tenant, progress)));
        }
        self.read = Some(read.unwrap_or(i64::MIN));
        Ok(())
    }

    /// What a tenant's row says, and its version.
    async fn progress(&self, tenant: Uuid) -> Result<Option<(Progress, u64)>> {
        let Some(log) = self.store.snapshot(PartitionKey::log(tenant)).await? else { return Ok(None) };
        let Some(item) = log.item(COLLECTION, STATE) else { return Ok(None) };
        Progress::read(&item.body).map(|progress| Some((progress, item.header.version)))
    }

    /// Reads what was changed since the last time.
    async fn gather(&mut self) -> Result<()> {
        let before = self.read.unwrap_or(i64::MIN);
        let landed = self.landings.as_ref().map_or(i64::MIN, |landings| landings.take());
        // Still due if reading fails.
        self.due = self.due.min(landed);
        if self.due == i64::MAX {
            return Ok(());
        }
        let back = self.due.max(before.saturating_sub(OVERLAP));
        let mut latest = before;
        for bucket in 0..BUCKETS {
            let mut from = Some(start(back));
            loop {
                let rows = self.store.changes(bucket, from, PAGE).await?;
                for row in &rows {
                    latest = latest.max(row.at);
                    self.take(row);
                }
                match rows.last() {
                    Some(last) if rows.len() == PAGE => from = Some(last.position()),
                    _ => break,
                }
                tokio::task::yield_now().await;
            }
        }
        self.seen.retain(|place| place.at >= latest.saturating_sub(OVERLAP));
        self.read = Some(latest);
        self.due = i64::MAX;
        Ok(())
    }

    fn take(&mut self, row: &ChangeRow) {
        let key = row.partition;
        // The log is the chain that seals are in; and what was written before there were chains has no link.
        let Some(link) = row.link.filter(|_| key.kind != PartitionKind::Log) else { return };
        if self.sealed.get(&key.tenant).is_some_and(|progress| progress.covers(row.at)) {
            return;
        }
        if self.seen.insert(row.position()) {
            let new = New { leaf: Leaf { partition: key, rev: row.rev, link }, at: row.at };
            let newest = self.pending.entry(key.tenant).or_default().entry(key);
            let newest = newest.or_insert_with(|| New { leaf: new.leaf.clone(), at: new.at });
            if newest.leaf.rev < new.leaf.rev {
                *newest = new;
            }
        }
    }

    /// Writes the seals of a tenant, unless another sealer is at work; says how many links are in them.
    async fn seal(&mut self, tenant: Uuid, now: i64, lease: i64) -> Result<usize> {
        let mut stored = self.progress(tenant).await?;
        if let Some((progress, _)) = stored.as_ref().filter(|(progress, _)| progress.holder != self.holder) {
            // What another has sealed meanwhile is not new any more.
            if let Some(pending) = self.pending.get_mut(&tenant) {
                pending.retain(|_, new| !progress.covers(new.at));
            }
            if progress.lease > now {
                return Ok(0);
            }
        }
        let leaves: Vec<Leaf> =
            self.pending.get(&tenant).into_iter().flat_map(BTreeMap::values).map(|new| new.leaf.clone()).collect();
        let mut chunks = leaves.chunks(LEAVES).peekable();
        while let Some(chunk) = chunks.next() {
            let before = stored.as_ref().map_or(i64::MIN, |(progress, _)| progress.read);
            // Only with the last of them is everything sealed up to there.
            let read = if chunks.peek().is_none() { self.read.unwrap_or(before) } else { before };
            let progress = Progress { holder: self.holder, lease, read };
            match self.store.commit(commit(tenant, chunk, &progress, stored.as_ref(), now)).await {
                Ok(_) => _ = self.sealed.insert(tenant, progress),
                Err(Error::Conflict(_)) => return Ok(0),
                Err(error) => return Err(error),
            }
            stored = self.progress(tenant).await?;
        }
        self.pending.remove(&tenant);
        Ok(leaves.len())
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
fn commit(tenant: Uuid, leaves: &[Leaf], progress: &Progress, before: Option<&(Progress, u64)>, now: i64) -> Commit {
    let (collection, id): (Arc<str>, Arc<str>) = (COLLECTION.into(), STATE.into());
    let version = before.map(|(_, version)| *version);
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
