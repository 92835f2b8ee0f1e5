//! A primary that ends or freezes, and a standby that takes over: servers find it without a restart, nothing that was
//! acknowledged is lost, and a primary that comes back is left alone.

use std::time::Duration;

use super::*;
use crate::testing::Replicas;
use crate::{NameEntry, Transfer};

fn hasty() -> Options {
    Options { deadline: Duration::from_millis(800), ..server() }
}

async fn replicas() -> (Replicas, Arc<PostgresStore>) {
    let replicas = Replicas::start(true).await.unwrap();
    migrate(&replicas.url(), &server(), false).await.unwrap();
    let store = open(&replicas.url(), &hasty()).await;
    store.commit(adding("a")).await.unwrap();
    (replicas, store)
}

fn adding(id: &str) -> crate::Commit {
    commit(user(1), 1, vec![indexed("skills", id, &[("s", id)])])
}

/// Ends every wait for the standby after a moment, until it is aborted.
fn canceling(replicas: &Replicas) -> tokio::task::JoinHandle<()> {
    let url = replicas.primary.url();
    tokio::spawn(async move {
        loop {
            let waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
            execute(&url, waiting).await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
}

/// Tries until the store answers.
async fn soon<T>(work: impl AsyncFn() -> crate::Result<T>) -> T {
    loop {
        match work().await {
            Err(Error::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            outcome => return outcome.unwrap(),
        }
    }
}

async fn seen(store: &PostgresStore) -> Vec<String> {
    soon(async || store.snapshot(user(1)).await).await.map(|seen| ids(&seen, "skills")).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_over_is_found_again_and_again() {
    let (mut replicas, store) = replicas().await;
    for (number, id) in ["b", "c"].into_iter().enumerate() {
        replicas.primary.kill().unwrap();
        assert!(matches!(store.commit(adding("lost")).await, Err(Error::Unavailable(_))));
        let old = replicas.promote().unwrap();
        assert_eq!(soon(async || store.commit(adding(id)).await).await, number as u64 + 2);
        replicas.replace(old, true).await.unwrap();
    }
    assert_eq!(seen(&store).await, ["a", "b", "c"]);
    assert_eq!(store.verify().await, Ok(vec![]));
    // Whoever comes now passes by the standby, which is named first or second.
    assert_eq!(seen(&*open(&replicas.url(), &server()).await).await, ["a", "b", "c"]);
    let standby = replicas.standby.as_ref().unwrap().url();
    let refused = PostgresStore::open(&standby, &server()).await.unwrap_err().to_string();
    assert!(refused.contains("the one that takes writes"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_froze_and_comes_back_is_left_alone() {
    let (mut replicas, store) = replicas().await;
    let idle = open(&replicas.url(), &hasty()).await;
    assert_eq!(seen(&idle).await, ["a"]);
    replicas.primary.freeze().unwrap();
    let old = replicas.promote().unwrap();
    assert_eq!(soon(async || store.commit(adding("b")).await).await, 2);
    old.thaw().unwrap();
    // It takes writes, but a write to it is not acknowledged; who has seen the new one, or comes anew, does not go there.
    for _ in 0..40 {
        assert_eq!(seen(&store).await, ["a", "b"]);
    }
    assert_eq!(seen(&*open(&replicas.url(), &hasty()).await).await, ["a", "b"]);
    assert_eq!(soon(async || store.commit(adding("c")).await).await, 3);
    // Who noticed nothing learns of it by writing.
    let (_, made) = (idle.commit(adding("d")).await, soon(async || idle.commit(adding("d")).await).await);
    assert!(made >= 4, "{made}");
    assert_eq!(seen(&idle).await, ["a", "b", "c", "d"]);
    assert_eq!(seen(&store).await, ["a", "b", "c", "d"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_standby_has_not_is_not_acknowledged() {
    let (replicas, store) = replicas().await;
    let standby = replicas.standby.as_ref().unwrap();
    standby.freeze().unwrap();
    assert!(matches!(store.commit(adding("b")).await, Err(Error::Unavailable(_))));
    // Nothing that is told to the engine ends that.
    let waiting = "SELECT 1 / count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
    execute(&replicas.primary.url(), waiting).await.unwrap();
    // An engine that ends its wait for the standby says so in a warning only, and shows the change.
    let canceling = canceling(&replicas);
    let other = |id| commit(user(2), 1, vec![put("skills", id, 1)]);
    let outcome = store.commit(other("c")).await;
    assert!(matches!(&outcome, Err(Error::Unavailable(why)) if why.contains("warned")), "{outcome:?}");
    standby.thaw().unwrap();
    canceling.abort();
    soon(async || store.commit(other("d")).await).await;
    let kept = soon(async || store.snapshot(user(2)).await).await.unwrap();
    assert!(kept.item("skills", "d").is_some());
}

/// What is repeated may find nothing left to do, since an engine that has ended its wait for the standby shows the change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_standby_has_not_is_not_acknowledged_when_repeated() {
    let (replicas, store) = replicas().await;
    let [tenant, ada, bob] = [7, 1, 2].map(Uuid::from_u128);
    for name in ["claimed", "held", "stale"] {
        store.claim(tenant, name.into(), ada, 1).await.unwrap();
    }
    store.set_secret("old".into(), Some([1; 32])).await.unwrap();
    replicas.standby.as_ref().unwrap().freeze().unwrap();
    let canceling = canceling(&replicas);
    let stale = NameEntry { owner: ada, bound: false, at: 1 };
    for round in 0..2 {
        let (claim, bind, release, reclaim, keep, set, unset) = tokio::join!(
            store.claim(tenant, "free".into(), ada, 1),
            store.bind(tenant, "claimed".into(), ada),
            store.release(tenant, "held".into(), ada, i64::MAX),
            store.reclaim(tenant, "stale".into(), stale, bob, 2),
            store.secret(format!("new {round}").into(), [1; 32]),
            store.set_secret("newer".into(), Some([1; 32])),
            store.set_secret("old".into(), None),
        );
        let (claim, bind, release) = (claim.map(drop), bind.map(drop), release.map(drop));
        let outcomes = [claim, bind, release, reclaim.map(drop), keep.map(drop), set, unset];
        for (number, outcome) in outcomes.into_iter().enumerate() {
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{number} in round {round}: {outcome:?}");
        }
    }
    let outcome = store.erase_all().await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    canceling.abort();
}

#[tokio::test]
async fn who_may_not_ask_for_the_timeline_is_told_what_to_do() {
    let engine = crate::testing::engine().unwrap();
    for statement in ["CREATE ROLE \"bar\"\"red\" LOGIN", "CREATE DATABASE guarded OWNER \"bar\"\"red\""] {
        execute(&engine.url(), statement).await.unwrap();
    }
    let own = engine.url().replace("/postgres?", "/guarded?");
    execute(&own, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC").await.unwrap();
    let url = own.replace("vitae@", "bar%22red@");
    let told = async || {
        let told = migrate(&url, &server(), false).await.unwrap();
        told.into_iter().find(|line| line.contains("may not ask for its timeline"))
    };
    let line = told().await.unwrap();
    let store = open(&url, &server()).await;
    assert_eq!(store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await, Ok(1));
    execute(&own, line.split('`').nth(1).unwrap()).await.unwrap();
    assert_eq!(told().await, None);
}
