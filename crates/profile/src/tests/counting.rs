//! A store that counts what is asked of it, and can lose a person at the worst moment.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use store::memory::MemoryStore;
use store::{
    AuditRow, BoxFuture, Candidate, Change, ChangePosition, ChangeRow, Claimed, Commit, NameEntry, PartitionKey,
    Record, Result, Scan, Snapshot, Store,
};
use tokio::task::yield_now;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct Counting {
    inner: MemoryStore,
    asked: AtomicUsize,
    /// Is dropped before the next commit.
    doomed: Mutex<Option<PartitionKey>>,
}

impl Counting {
    /// How often something was asked of it.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Drops this partition once somebody is about to commit something.
    pub(super) fn doom(&self, partition: PartitionKey) {
        *self.doomed.lock().unwrap() = Some(partition);
    }
}

/// Hands the call on, and counts it.
macro_rules! counted {
    ($(fn $name:ident(&self $(, $argument:ident: $ty:ty)*) -> $out:ty;)*) => {
        $(fn $name(&self $(, $argument: $ty)*) -> BoxFuture<'_, Result<$out>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                // A while later, as a store does that is elsewhere.
                yield_now().await;
                self.inner.$name($($argument),*).await
            })
        })*
    };
}

impl Store for Counting {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let doomed = self.doomed.lock().unwrap().take();
        Box::pin(async move {
            if let Some(partition) = doomed {
                let (at, changes) = (commit.at, vec![Change::Drop]);
                let drop = Commit { partition, at, expect: Vec::new(), changes, audit: Record::default() };
                self.inner.commit(drop).await?;
            }
            self.inner.commit(commit).await
        })
    }

    counted! {
        fn snapshot(&self, partition: PartitionKey) -> Option<Arc<Snapshot>>;
        fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> Claimed;
        fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> bool;
        fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, until: i64) -> bool;
        fn reclaim(&self, tenant: Uuid, name: Arc<str>, stale: NameEntry, owner: Uuid, at: i64) -> Claimed;
        fn lookup(&self, tenant: Uuid, name: Arc<str>) -> Option<NameEntry>;
        fn scan(&self, scan: Scan) -> Vec<Candidate>;
        fn changes(&self, bucket: u16, after: Option<ChangePosition>, limit: usize) -> Vec<ChangeRow>;
        fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> Vec<AuditRow>;
        fn records(&self, tenant: Uuid, before: Option<ChangePosition>, limit: usize) -> Vec<AuditRow>;
        fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> Vec<PartitionKey>;
        fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> [u8; 32];
        fn erase_all(&self) -> ();
        fn verify(&self) -> Vec<String>;
    }
}
