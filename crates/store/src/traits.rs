//! The contract of a store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use uuid::Uuid;

use crate::{
    AuditRow, Candidate, ChangePosition, ChangeRow, Claimed, Commit, Landings, NameEntry, PartitionKey, Result, Scan,
    Snapshot,
};

/// A future of a store operation.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place that keeps partitions.
///
/// A write is acknowledged only when it is durable, and whoever reads after the acknowledgement sees it. A write is
/// under way once its method has returned: dropping the future does not call it back. A read may already be done then.
pub trait Store: Send + Sync + 'static {
    /// The content of a partition, or `None` when there is no such partition.
    fn snapshot(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Arc<Snapshot>>>>;

    /// Carries out a transaction on one partition and returns the partition's new rev.
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>>;

    /// Claims a name for an owner. Granted also when the owner holds it already; then that is a claim made anew, which
    /// has to be made permanent again. At no moment in between is the name free.
    fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> BoxFuture<'_, Result<Claimed>>;

    /// Makes the owner's claim permanent. Says whether the owner holds the name.
    fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> BoxFuture<'_, Result<bool>>;

    /// Gives up a name, bound or not, that the owner claimed at that time or before. Says whether the owner held it.
    /// What was claimed later is another change's.
    fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, until: i64) -> BoxFuture<'_, Result<bool>>;

    /// Takes over an unbound claim that a crash left behind, if its entry is still the one given; a free name is
    /// granted too.
    fn reclaim(
        &self,
        tenant: Uuid,
        name: Arc<str>,
        stale: NameEntry,
        owner: Uuid,
        at: i64,
    ) -> BoxFuture<'_, Result<Claimed>>;

    /// Who holds a name.
    fn lookup(&self, tenant: Uuid, name: Arc<str>) -> BoxFuture<'_, Result<Option<NameEntry>>>;

    /// The items in a range of the index, in the order of [`Candidate`].
    fn scan(&self, scan: Scan) -> BoxFuture<'_, Result<Vec<Candidate>>>;

    /// The change rows of a bucket, in the order of [`ChangePosition`].
    fn changes(
        &self,
        bucket: u16,
        after: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ChangeRow>>>;

    /// Tells from now on which times have landed; `None` when others may write too.
    fn landings(&self) -> Option<Arc<Landings>> {
        None
    }

    /// The audit rows of a partition, dropped or not, whose rev is greater than `after_rev`, by rev.
    fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<AuditRow>>>;

    /// The audit rows of a tenant that stand before a place, newest first: in descending order of [`ChangePosition`].
    fn records(
        &self,
        tenant: Uuid,
        before: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditRow>>>;

    /// The partitions that exist, in the order of their keys.
    fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<PartitionKey>>>;

    /// The secret of that name; the first caller's candidate becomes it.
    fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> BoxFuture<'_, Result<[u8; 32]>>;

    /// Can the store answer now? An error says why it cannot.
    fn ping(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.partitions(None, 1).await.map(drop) })
    }

    /// Removes everything but the secrets. For the development server's reset.
    fn erase_all(&self) -> BoxFuture<'_, Result<()>>;

    /// Compares the stored rows with each other, verifies the chains, and describes every disagreement; of a chain, the
    /// first broken link.
    fn verify(&self) -> BoxFuture<'_, Result<Vec<String>>>;
}
