//! People who come while the store cannot be asked, or is slow.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth::{Actor, Caller, testing};
use engine::Kind;
use store::memory::MemoryStore;
use store::{
    AuditRow, BoxFuture, Candidate, ChangePosition, ChangeRow, Claimed, Commit, Error, NameEntry, PartitionKey,
    PartitionKind, Result, Scan, Snapshot, Store,
};
use uuid::Uuid;

use super::welcome;
use crate::effects::Effects;
use crate::wiring::{Api, Choices};

const TENANT: Uuid = Uuid::from_u128(1);
const KARI: Uuid = Uuid::from_u128(2);
const UPN: &str = "kari@fjord.example";

/// What becomes of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// It is refused.
    Away,
    /// Nothing, for ever.
    Stuck,
    /// It is done, but not answered.
    Silent,
}

/// A store that cannot answer one question.
struct Failing {
    inner: MemoryStore,
    fault: Fault,
    /// How many are answered before.
    left: AtomicUsize,
}

/// Hands the call on, or fails.
macro_rules! failing {
    ($(fn $name:ident(&self $(, $argument:ident: $ty:ty)*) -> $out:ty;)*) => {
        $(fn $name(&self $(, $argument: $ty)*) -> BoxFuture<'_, Result<$out>> {
            match (self.left.fetch_sub(1, Ordering::Relaxed), self.fault) {
                (0, Fault::Away) => Box::pin(ready(Err(Error::Unavailable("away".to_owned())))),
                (0, Fault::Stuck) => Box::pin(pending()),
                (0, Fault::Silent) => {
                    let done = self.inner.$name($($argument),*);
                    Box::pin(async move {
                        drop(done.await);
                        pending().await
                    })
                }
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

/// A store with a fault after so many answers, and the service over it.
fn faulty(answered: usize, fault: Fault) -> (Arc<Failing>, Api) {
    let store = Arc::new(Failing { inner: MemoryStore::default(), fault, left: AtomicUsize::new(answered) });
    let api = Api::new(store.clone(), Arc::new(Effects::machine()), &Choices::default(), [7; 32]);
    (store, api)
}

/// Someone whom the issuer calls by that name.
fn called(id: Uuid, upn: &str) -> Caller {
    let mut caller = testing::person(TENANT, id, "User.Read");
    if let Actor::User(user) = &mut caller.actor {
        user.upn = Some(upn.into());
    }
    caller
}

/// Whoever comes is let in or told to come again, whichever question fails, and is let in the next time.
#[tokio::test]
async fn a_store_that_is_away_is_no_reason_to_be_unknown() {
    let caller = called(KARI, UPN);
    let mut refused = 0;
    for answered in 0..12 {
        let (store, api) = faulty(answered, Fault::Away);
        match welcome(&api, &caller).await {
            Ok(lack) => assert_eq!(lack, None),
            Err(problem) => {
                assert_eq!((problem.kind, problem.retry_after), (Kind::Unavailable, Some(1)), "{problem:?}");
                assert!(!problem.message.contains("kari"), "{problem:?}");
                refused += 1;
                assert_eq!(welcome(&api, &caller).await, Ok(None));
            }
        }
        store.left.store(usize::MAX, Ordering::Relaxed);
        assert_eq!(api.knows(TENANT, KARI).await, Ok(true), "{answered}");
    }
    assert_eq!(refused, 5, "looking, the tenant's rules, the name, the entry, the name for good");
}

/// Whoever hangs up while a question takes long, whichever and be it done or not, is let in the next time, once, and
/// nobody else gets their name.
#[tokio::test(start_paused = true)]
async fn who_hangs_up_on_a_slow_store_is_let_in_the_next_time() {
    let (caller, namesake) = (called(KARI, UPN), called(Uuid::from_u128(3), "KARI@fjord.example"));
    let mut waited = 0;
    for (fault, answered) in [Fault::Stuck, Fault::Silent].into_iter().flat_map(|fault| (0..8).map(move |n| (fault, n)))
    {
        let (store, api) = faulty(answered, fault);
        waited += usize::from(tokio::time::timeout(Duration::from_secs(60), welcome(&api, &caller)).await.is_err());
        store.left.store(usize::MAX, Ordering::Relaxed);
        let step = format!("{fault:?} after {answered}");
        assert_eq!(welcome(&api, &caller).await, Ok(None), "{step}");
        let lack = welcome(&api, &namesake).await.unwrap().unwrap();
        assert!(lack.contains("another person has"), "{step}: {lack}");
        assert_eq!(api.knows(TENANT, Uuid::from_u128(3)).await, Ok(false), "{step}");
        let found = api.person(TENANT, UPN).await.ok().flatten();
        assert_eq!(found.map(|person| person.id), Some(KARI), "{step}");
        let key = PartitionKey { tenant: TENANT, kind: PartitionKind::User, owner: KARI };
        assert_eq!(store.audit(key, 0, 9).await.unwrap().len(), 1, "{step}");
        assert_eq!(api.verify().await, Vec::<String>::new(), "{step}");
    }
    assert_eq!(waited, 10, "the same five questions, done and not");
}

/// Several requests of one newcomer at once, none of which finds them: all are let in, and they are entered once.
#[tokio::test]
async fn who_comes_several_times_at_once_is_entered_once() {
    let (store, api) = faulty(usize::MAX, Fault::Away);
    let caller = called(KARI, UPN);
    let come = || welcome(&api, &caller);
    assert_eq!(tokio::join!(come(), come(), come()), (Ok(None), Ok(None), Ok(None)));
    let key = PartitionKey { tenant: TENANT, kind: PartitionKind::User, owner: KARI };
    assert_eq!(store.audit(key, 0, 9).await.unwrap().len(), 1);
}
