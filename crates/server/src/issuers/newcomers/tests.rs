//! People who come while the store cannot be asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::{Actor, testing};
use engine::Kind;
use store::memory::MemoryStore;
use store::{
    AuditRow, BoxFuture, Candidate, ChangePosition, ChangeRow, Claimed, Commit, Error, NameEntry, PartitionKey, Result,
    Scan, Snapshot, Store,
};
use uuid::Uuid;

use super::welcome;
use crate::effects::Effects;
use crate::wiring::{Api, Choices};

/// A store that cannot answer one question.
struct Failing {
    inner: MemoryStore,
    /// How many are answered before.
    left: AtomicUsize,
}

/// Hands the call on, or fails.
macro_rules! failing {
    ($(fn $name:ident(&self $(, $argument:ident: $ty:ty)*) -> $out:ty;)*) => {
        $(fn $name(&self $(, $argument: $ty)*) -> BoxFuture<'_, Result<$out>> {
            match self.left.fetch_sub(1, Ordering::Relaxed) {
                0 => Box::pin(std::future::ready(Err(Error::Unavailable("away".to_owned())))),
                _ => self.inner.$name($($argument),*),
            }
        })*
    };
}

impl Store for Failing {
    failing! {
        fn snapshot(&self, partition: PartitionKey) -> Option<Arc<Snapshot>>;
        fn commit(&self, commit: Commit) -> u64;
        fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> Claimed;
        fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> bool;
        fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> bool;
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

/// Whoever comes is let in or told to come again, whichever question fails, and is let in the next time.
#[tokio::test]
async fn a_store_that_is_away_is_no_reason_to_be_unknown() {
    let (tenant, id) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut caller = testing::person(tenant, id, "User.Read");
    if let Actor::User(user) = &mut caller.actor {
        user.upn = Some("kari@fjord.example".into());
    }
    let mut refused = 0;
    for answered in 0..12 {
        let store = Arc::new(Failing { inner: MemoryStore::default(), left: AtomicUsize::new(answered) });
        let api = Api::new(store.clone(), Arc::new(Effects::machine()), &Choices::default(), [7; 32]);
        match welcome(&api, &caller).await {
            Ok(()) => {}
            Err(problem) => {
                assert_eq!((problem.kind, problem.retry_after), (Kind::Unavailable, Some(1)), "{problem:?}");
                assert!(!problem.message.contains("kari"), "{problem:?}");
                refused += 1;
                assert_eq!(welcome(&api, &caller).await, Ok(()));
            }
        }
        store.left.store(usize::MAX, Ordering::Relaxed);
        assert_eq!(api.knows(tenant, id).await, Ok(true), "{answered}");
    }
    assert_eq!(refused, 5, "looking, the tenant's rules, the name, the entry, the name for good");
}
