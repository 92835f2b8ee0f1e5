//! A primary that ends or freezes, and a standby that takes over: servers find it without a restart, nothing that was
//! acknowledged is lost, and a primary that comes back is left alone.

use std::time::Duration;

use super::*;
use crate::testing::Replicas;

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
    execute(&replicas.primary.url(), "ALTER ROLE vitae SET statement_timeout = '100ms'").await.unwrap();
    let cut_short = open(&replicas.url(), &hasty()).await;
    standby.freeze().unwrap();
    assert!(matches!(store.commit(adding("b")).await, Err(Error::Unavailable(_))));
    // An engine that ends its wait for the standby says so in a warning only, and shows the change.
    let other = |id| commit(user(2), 1, vec![put("skills", id, 1)]);
    let outcome = cut_short.commit(other("c")).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    standby.thaw().unwrap();
    soon(async || cut_short.commit(other("d")).await).await;
    let kept = soon(async || cut_short.snapshot(user(2)).await).await.unwrap();
    assert!(kept.item("skills", "d").is_some());
}
