//! Changes of one partition that are kept back until they are all made: several commits become one, or none.
//!
//! Whoever reads through the overlay sees what it keeps, nobody else does. It belongs to one group of requests that
//! run one after another. What spans partitions stays outside: names are refused, and scans, change rows and audit
//! rows are those of the store below.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::{
    AuditRow, BoxFuture, Candidate, Change, ChangePosition, ChangeRow, Claimed, Commit, Error, NameEntry, PartitionKey,
    Precondition, Record, Result, Scan, Snapshot, Store,
};

/// How the records of the commits become that of the one.
pub type Combine = fn(&[Record]) -> Record;

/// A store whose changes are kept back.
pub struct Overlay {
    base: Arc<dyn Store>,
    combine: Combine,
    staged: Mutex<Option<Staged>>,
}

/// The one partition that was changed.
#[derive(Clone)]
struct Staged {
    partition: PartitionKey,
    /// What the first change found.
    basis: Precondition,
    /// The content so far, of a dropped partition too.
    content: Arc<Snapshot>,
    live: bool,
    at: i64,
    changes: Vec<Change>,
    audits: Vec<Record>,
}

impl Overlay {
    /// Nothing is kept back yet.
    pub fn new(base: Arc<dyn Store>, combine: Combine) -> Self {
        Self { base, combine, staged: Mutex::new(None) }
    }

    /// Carries out everything kept back as one commit and returns the partition's new rev and the commit's time;
    /// `None` when nothing was changed. [`Error::Conflict`] when the partition has changed since the first change
    /// was kept back: then all must be done again, over a new overlay.
    pub async fn finish(&self) -> Result<Option<(u64, i64)>> {
        let Some(staged) = self.staged().take() else { return Ok(None) };
        let audit = match staged.audits.as_slice() {
            [only] => only.clone(),
            several => (self.combine)(several),
        };
        let (partition, at) = (staged.partition, staged.at);
        let commit = Commit { partition, at, expect: vec![staged.basis], changes: staged.changes, audit };
        self.base.commit(commit).await.map(|rev| Some((rev, at)))
    }

    fn staged(&self) -> MutexGuard<'_, Option<Staged>> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept back, or would be if the partition were changed now.
    async fn begun(&self, partition: PartitionKey) -> Result<Staged> {
        if let Some(staged) = self.staged().clone() {
            return match staged.partition == partition {
                true => Ok(staged),
                false => Err(Error::OutOfGroup("changes of more than one partition".to_owned())),
            };
        }
        let found = self.base.snapshot(partition).await?;
        let basis = found.as_ref().map_or(Precondition::Absent, |content| Precondition::Rev(content.rev()));
        let live = found.is_some();
        let content = found.unwrap_or_else(|| Arc::new(Snapshot::new(0, 0, [])));
        Ok(Staged { partition, basis, content, live, at: i64::MIN, changes: Vec::new(), audits: Vec::new() })
    }

    async fn stage(&self, commit: Commit) -> Result<u64> {
        let before = self.begun(commit.partition).await?;
        let after = before.after(&commit);
        if let Some(broken) = commit.expect.into_iter().find(|condition| !before.holds(condition, &after.content)) {
            return Err(Error::Conflict(broken));
        }
        let rev = after.content.rev();
        *self.staged() = Some(after);
        Ok(rev)
    }
}

impl Staged {
    fn after(&self, commit: &Commit) -> Self {
        let rev = self.content.rev().saturating_add(1);
        let written = commit.changes.iter().filter_map(|change| match change {
            Change::Put { item, .. } => Some(item.header.created.max(item.header.modified)),
            Change::Delete { .. } | Change::Clear { .. } | Change::Drop => None,
        });
        let last_time = written.fold(self.content.last_time(), i64::max);
        let mut after = self.clone();
        after.content = Arc::new(self.content.apply(rev, last_time, &commit.changes));
        after.live = !matches!(commit.changes.last(), Some(Change::Drop));
        after.at = self.at.max(commit.at);
        after.changes.extend(commit.changes.iter().cloned());
        if !self.live && commit.changes.is_empty() {
            // A commit without changes makes the partition too. In one with others it takes a change that does nothing.
            after.changes.push(Change::Clear { keep: "".into() });
        }
        if commit.changes.iter().any(|change| matches!(change, Change::Drop)) {
            // Dropping erases the contents of earlier records, those kept back among them.
            after.audits.clear();
        }
        after.audits.push(commit.audit.clone());
        after
    }

    fn holds(&self, condition: &Precondition, after: &Snapshot) -> bool {
        let item = |collection: &str, id: &str| self.content.item(collection, id);
        match condition {
            Precondition::Exists => self.live,
            Precondition::Absent => !self.live,
            Precondition::Rev(rev) => self.live && self.content.rev() == *rev,
            Precondition::Version { collection, id, version } => {
                item(collection, id).is_some_and(|item| item.header.version == *version)
            }
            Precondition::ItemAbsent { collection, id } => item(collection, id).is_none(),
            Precondition::AtMost { collection, items } => after.items(collection).len() <= *items,
        }
    }
}

fn refused<T: Send + 'static>(what: &str) -> BoxFuture<'static, Result<T>> {
    Box::pin(std::future::ready(Err(Error::OutOfGroup(what.to_owned()))))
}

/// What a change of names is called where it is refused.
const NAMES: &str = "changes of names, which are not part of any partition";

impl Store for Overlay {
    fn snapshot(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Arc<Snapshot>>>> {
        match self.staged().as_ref().filter(|staged| staged.partition == partition) {
            Some(staged) => Box::pin(std::future::ready(Ok(staged.live.then(|| Arc::clone(&staged.content))))),
            None => self.base.snapshot(partition),
        }
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>> {
        Box::pin(self.stage(commit))
    }

    fn claim(&self, _: Uuid, _: Arc<str>, _: Uuid, _: i64) -> BoxFuture<'_, Result<Claimed>> {
        refused(NAMES)
    }

    fn bind(&self, _: Uuid, _: Arc<str>, _: Uuid) -> BoxFuture<'_, Result<bool>> {
        refused(NAMES)
    }

    fn release(&self, _: Uuid, _: Arc<str>, _: Uuid, _: i64) -> BoxFuture<'_, Result<bool>> {
        refused(NAMES)
    }

    fn reclaim(&self, _: Uuid, _: Arc<str>, _: NameEntry, _: Uuid, _: i64) -> BoxFuture<'_, Result<Claimed>> {
        refused(NAMES)
    }

    fn lookup(&self, tenant: Uuid, name: Arc<str>) -> BoxFuture<'_, Result<Option<NameEntry>>> {
        self.base.lookup(tenant, name)
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Result<Vec<Candidate>>> {
        self.base.scan(scan)
    }

    fn changes(
        &self,
        bucket: u16,
        after: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ChangeRow>>> {
        self.base.changes(bucket, after, limit)
    }

    fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.base.audit(partition, after_rev, limit)
    }

    fn records(
        &self,
        tenant: Uuid,
        before: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.base.records(tenant, before, limit)
    }

    fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<PartitionKey>>> {
        self.base.partitions(after, limit)
    }

    fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> BoxFuture<'_, Result<[u8; 32]>> {
        self.base.secret(name, candidate)
    }

    fn erase_all(&self) -> BoxFuture<'_, Result<()>> {
        refused("erasing everything")
    }

    fn verify(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        self.base.verify()
    }
}

#[cfg(test)]
mod tests;
