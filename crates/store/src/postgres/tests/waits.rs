//! What waits for a lock longer than anybody waits for it: the engine ends it by itself, and nothing comes of it later.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::*;
use crate::fixture::TENANT;
use crate::testing::{SHARDS, until};
use crate::{NameEntry, Transfer};

/// How many reads are given up. One after the other they would wait for longer than anybody does.
const MANY: usize = 60;

/// A place, the store of a server in it, and one who locks what is there until it is dropped or rolls back.
struct Beside {
    _place: Place,
    url: String,
    store: Arc<PostgresStore>,
    locking: Client,
}

impl Beside {
    async fn new(place: Place, prepare: bool, lock: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let url = format!("{}&application_name=waits{}", place.url, NUMBER.fetch_add(1, Ordering::Relaxed));
        let deadline = Duration::from_millis(800);
        let store = open(&url, &Options { prepare, deadline, ..server() }).await;
        for owner in [1, 2] {
            store.commit(adding(owner, "a")).await.unwrap();
            store.claim(TENANT, owner.to_string().into(), Uuid::from_u128(owner), 1).await.unwrap();
        }
        store.set_secret("kept".into(), Some([1; 32])).await.unwrap();
        let locking = store.inner.pool.connect().await.unwrap();
        locking.batch_execute(lock).await.unwrap();
        Self { _place: place, url, store, locking }
    }

    /// Waits until nobody waits for the lock, which is still there.
    async fn nobody_waits(&self) {
        let waiting = "SELECT 1 / (count(*) = 0)::int FROM pg_stat_activity
                       WHERE application_name = current_setting('application_name') AND wait_event_type = 'Lock'";
        until(&self.url, waiting).await.unwrap();
        let held = "SELECT 1 / count(*) FROM pg_stat_activity
                    WHERE application_name = current_setting('application_name') AND state = 'idle in transaction'";
        execute(&self.url, held).await.unwrap();
    }
}

fn adding(owner: u128, id: &str) -> crate::Commit {
    commit(user(owner), 1, vec![indexed("skills", id, &[("s", id)])])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_that_were_given_up_leave_nobody_waiting() {
    // Where the table itself is locked, no statement could be prepared on a new connection.
    let shards = (0..SHARDS).map(|number| format!("name_shard{number}")).collect::<Vec<_>>().join(", ");
    let (sharded, pooled) = (Place::sharded().await.unwrap(), Place::pooled().await.unwrap());
    for (place, prepare, locked) in [(sharded, true, &*shards), (pooled, false, "name")] {
        let beside = Beside::new(place, prepare, &format!("BEGIN; LOCK TABLE {locked}")).await;
        let mut reads = JoinSet::new();
        for _ in 0..MANY {
            let store = Arc::clone(&beside.store);
            reads.spawn(async move { store.lookup(TENANT, "1".into()).await });
        }
        while let Some(read) = reads.join_next().await {
            let read = read.unwrap();
            assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
        }
        beside.nobody_waits().await;
        beside.store.commit(adding(1, "b")).await.unwrap();
        beside.locking.batch_execute("ROLLBACK").await.unwrap();
        assert!(beside.store.lookup(TENANT, "1".into()).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_that_were_given_up_leave_nobody_waiting_and_are_not_made() {
    for (place, prepare) in [(Place::laid_out().await.unwrap(), true), (Place::pooled().await.unwrap(), false)] {
        let [ada, bob] = [1, 2].map(Uuid::from_u128);
        let lock = format!(
            "BEGIN; UPDATE partition SET rev = rev WHERE owner = '{}'; UPDATE name SET at = at WHERE owner = '{ada}';
             UPDATE secret SET value = value",
            user(1).owner
        );
        let beside = Beside::new(place, prepare, &lock).await;
        let store = &beside.store;
        for _ in 0..3 {
            let (commit, bind, release, reclaim, set, unset) = tokio::join!(
                store.commit(adding(1, "b")),
                store.bind(TENANT, "1".into(), ada),
                store.release(TENANT, "1".into(), ada, i64::MAX),
                store.reclaim(TENANT, "1".into(), NameEntry { owner: ada, bound: false, at: 1 }, bob, 2),
                store.set_secret("kept".into(), Some([2; 32])),
                store.set_secret("kept".into(), None),
            );
            let outcomes = [commit.map(drop), bind.map(drop), release.map(drop), reclaim.map(drop), set, unset];
            for (number, outcome) in outcomes.into_iter().enumerate() {
                assert!(matches!(outcome, Err(Error::Unavailable(_))), "{number}: {outcome:?}");
            }
        }
        beside.nobody_waits().await;
        store.commit(adding(2, "b")).await.unwrap();
        beside.locking.batch_execute("ROLLBACK").await.unwrap();
        let held = store.lookup(TENANT, "1".into()).await.unwrap();
        assert_eq!(held, Some(NameEntry { owner: ada, bound: false, at: 1 }));
        assert_eq!(store.secret("kept".into(), [3; 32]).await, Ok([1; 32]));
        assert_eq!(ids(&store.snapshot(user(1)).await.unwrap().unwrap(), "skills"), ["a"]);
        assert_eq!(store.verify().await, Ok(vec![]));
        assert_eq!(store.commit(adding(1, "b")).await, Ok(2));
    }
}
