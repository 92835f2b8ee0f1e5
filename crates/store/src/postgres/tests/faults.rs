//! Connections that are cut at the worst moment, freeze or cannot be made, and an engine that is killed.

use std::time::Duration;

use super::*;
use crate::fixture::item_absent;
use crate::postgres::fault::Fault;
use crate::testing::{Engine, Mood, Proxy, until};

/// Short, for engines that do not answer: it is waited for.
const DEADLINE: Duration = Duration::from_millis(400);

/// Where nothing keeps silent: only what fails waits for it, however slow the machine is.
const UNHURRIED: Duration = Duration::from_mins(2);

fn hasty() -> Options {
    Options { deadline: DEADLINE, ..server() }
}

/// An engine of the test's own, for clusters cannot be cut off; a place in it; and a server that comes through a proxy.
async fn beyond_a_proxy(deadline: Duration) -> (Place, Proxy, Arc<PostgresStore>) {
    let engine = crate::testing::engine().unwrap();
    let place = Place::on(&engine.url()).await.unwrap();
    migrate(&place.url, &server(), false).await.unwrap();
    let proxy = Proxy::before(engine.port()).unwrap();
    let store = open(&proxy.url(&place.url), &Options { deadline, ..server() }).await;
    (place, proxy, store)
}

/// A new item, as one POST makes it.
fn post(id: &str) -> crate::Commit {
    expecting(vec![item_absent("skills", id)], commit(user(1), 1, vec![indexed("skills", id, &[("s", id)])]))
}

/// What another server sees of the partition.
async fn seen(place: &Place) -> Vec<String> {
    let store = open(&place.url, &server()).await;
    assert_eq!(store.verify().await, Ok(vec![]));
    store.snapshot(user(1)).await.unwrap().map(|snapshot| ids(&snapshot, "skills")).unwrap_or_default()
}

#[tokio::test]
async fn a_write_cut_off_from_its_answer_is_made_once() {
    let (place, proxy, store) = beyond_a_proxy(UNHURRIED).await;
    for (number, mood) in [Mood::CutAnswer, Mood::CutRequest, Mood::CutBeforeCommit].into_iter().enumerate() {
        for times in 1..4 {
            proxy.set(mood, times);
            let id = format!("{number}{times}");
            let rev = number as u64 * 3 + times as u64;
            assert_eq!(store.commit(post(&id)).await, Ok(rev), "{mood:?} {times} times");
            assert!(seen(&place).await.contains(&id));
        }
    }
    assert_eq!(store.audit(user(1), 0, 99).await.unwrap().len(), 9);
}

#[tokio::test]
async fn cut_off_too_often_it_fails_and_leaves_nothing() {
    let (place, proxy, store) = beyond_a_proxy(UNHURRIED).await;
    store.commit(post("a")).await.unwrap();
    proxy.set(Mood::CutBeforeCommit, usize::MAX);
    assert!(matches!(store.commit(post("b")).await, Err(Error::Unavailable(_))));
    assert_eq!(seen(&place).await, ["a"]);
    proxy.set(Mood::Fair, usize::MAX);
    assert_eq!(store.commit(post("b")).await, Ok(2));
    assert_eq!(seen(&place).await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_survive_random_cuts() {
    let (place, proxy, store) = beyond_a_proxy(UNHURRIED).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            let mut made = Vec::new();
            for number in 0..10 {
                let id = format!("{writer}-{number}");
                // Refused is fine with so many cuts; a conflict would say that what was refused stands.
                while let Err(error) = store.commit(post(&id)).await {
                    assert!(matches!(error, Error::Unavailable(_)), "{error}");
                }
                made.push(id);
            }
            made
        });
    }
    let moods = [Mood::CutAnswer, Mood::CutRequest, Mood::CutBeforeCommit];
    let mut turn = 0;
    let mut made = Vec::new();
    while !writers.is_empty() {
        turn += 1;
        proxy.set(moods[turn % 3], 1);
        tokio::select! {
            Some(done) = writers.join_next() => made.extend(done.unwrap()),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    proxy.set(Mood::Fair, usize::MAX);
    let mut seen = seen(&place).await;
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
    assert_eq!(store.snapshot(user(1)).await.unwrap().unwrap().rev(), 80);
}

#[tokio::test]
async fn a_frozen_engine_freezes_nobody() {
    let (place, proxy, store) = beyond_a_proxy(DEADLINE).await;
    store.commit(post("a")).await.unwrap();
    store.snapshot(user(1)).await.unwrap();
    proxy.set(Mood::Frozen, usize::MAX);
    let begun = tokio::time::Instant::now();
    let (read, write, ping) = tokio::join!(store.snapshot(user(1)), store.commit(post("b")), store.ping());
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
    assert!(matches!(write, Err(Error::Unavailable(_))), "{write:?}");
    assert!(matches!(ping, Err(Error::Unavailable(_))), "{ping:?}");
    assert!(begun.elapsed() < DEADLINE * 6, "{:?}", begun.elapsed());
    proxy.set(Mood::Fair, usize::MAX);
    recovers(&store).await;
    store.commit(post("c")).await.unwrap();
    assert!(seen(&place).await.starts_with(&["a".to_owned()]));
}

/// Connections that carry nothing any more are found out together, not one deadline after the other.
#[tokio::test]
async fn a_line_gone_half_open_is_waited_for_once() {
    let (place, proxy, store) = beyond_a_proxy(DEADLINE).await;
    let commit_of = |owner| store.commit(commit(user(owner), 1, vec![put("skills", "a", 1)]));
    let made = tokio::join!(commit_of(1), commit_of(2), commit_of(3), commit_of(4));
    assert_eq!(made, (Ok(1), Ok(1), Ok(1), Ok(1)));
    for _ in 0..hasty().readers {
        store.ping().await.unwrap();
    }
    proxy.abandon();
    assert!(matches!(store.ping().await, Err(Error::Unavailable(_))));
    for _ in 0..2 * hasty().readers {
        assert_eq!(store.ping().await, Ok(()));
    }
    // Those of the writers as well, of which one commit would try two.
    assert_eq!(store.commit(post("b")).await, Ok(2));
    assert_eq!(seen(&place).await, ["a", "b"]);
}

/// An engine that ends a statement itself has answered, so the other connections are used on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_engine_cut_short_raises_no_doubt() {
    let place = Place::laid_out().await.unwrap();
    let url = format!("{}&application_name=cut_short", place.url);
    let store = open(&url, &Options { readers: 4, ..hasty() }).await;
    for _ in 0..4 {
        store.ping().await.unwrap();
    }
    let of_the_store = "SELECT pid FROM pg_stat_activity WHERE application_name = 'cut_short' AND state = 'idle'";
    execute(&place.url, &format!("CREATE TABLE known AS {of_the_store}")).await.unwrap();
    let locking = store.inner.pool.connect().await.unwrap();
    locking.batch_execute("BEGIN; LOCK TABLE partition").await.unwrap();
    assert!(matches!(store.snapshot(user(1)).await, Err(Error::Unavailable(why)) if why.contains("57014")));
    for _ in 0..8 {
        store.ping().await.unwrap();
    }
    let all_but_one = format!("SELECT 1 / (count(*) >= 3)::int FROM known WHERE pid IN ({of_the_store})");
    execute(&place.url, &all_but_one).await.unwrap();
}

#[tokio::test]
async fn a_transaction_frozen_in_the_middle_gives_the_rows_up() {
    let (place, proxy, store) = beyond_a_proxy(DEADLINE).await;
    store.commit(post("a")).await.unwrap();
    proxy.set(Mood::FrozenBeforeCommit, 1);
    assert_eq!(store.commit(post("b")).await, Ok(2));
    assert_eq!(seen(&place).await, ["a", "b"]);
}

#[tokio::test]
async fn without_an_engine_callers_are_told_at_once() {
    let (place, proxy, store) = beyond_a_proxy(UNHURRIED).await;
    store.ping().await.unwrap();
    proxy.set(Mood::Refusing, usize::MAX);
    let other = PostgresStore::open(&proxy.url(&place.url), &server()).await;
    assert!(matches!(other.unwrap_err(), Error::Unavailable(_)));
    // The connections that are there go on working.
    store.ping().await.unwrap();
    assert!(matches!(store.commit(post("a")).await, Err(Error::Unavailable(_))));
    assert!(matches!(store.release(Uuid::nil(), "ada".into(), Uuid::nil(), 1).await, Err(Error::Unavailable(_))));
    proxy.set(Mood::Fair, usize::MAX);
    // It is not tried again at once, but soon.
    let rev = loop {
        match store.commit(post("a")).await {
            Err(Error::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            outcome => break outcome,
        }
    };
    assert_eq!(rev, Ok(1));
}

/// Waits until the store answers again.
async fn recovers(store: &PostgresStore) {
    while store.ping().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_engine_is_waited_for_by_nobody_and_found_again() {
    let engine = Arc::new(Engine::start().unwrap());
    let place = Place::on(&engine.url()).await.unwrap();
    migrate(&place.url, &server(), false).await.unwrap();
    let store = open(&place.url, &hasty()).await;
    store.commit(post("a")).await.unwrap();
    engine.kill().unwrap();
    let begun = tokio::time::Instant::now();
    for _ in 0..20 {
        assert!(matches!(store.snapshot(user(1)).await, Err(Error::Unavailable(_))));
        assert!(matches!(store.commit(post("b")).await, Err(Error::Unavailable(_))));
    }
    assert!(begun.elapsed() < DEADLINE * 4, "{:?}", begun.elapsed());
    engine.restart().unwrap();
    recovers(&store).await;
    assert_eq!(store.commit(post("b")).await, Ok(2));
    assert_eq!(seen(&place).await, ["a", "b"]);
}

/// Waits until no connection is driven any more.
async fn unconnected() {
    let end = tokio::time::Instant::now() + Duration::from_secs(10);
    while tokio::runtime::Handle::current().metrics().num_alive_tasks() > 0 {
        assert!(tokio::time::Instant::now() < end, "a connection is left");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An engine that does not end what it was told to would keep it for as long as that takes.
#[tokio::test]
async fn a_connection_ends_with_the_only_one_who_waited_on_it() {
    let place = Place::laid_out().await.unwrap();
    let store = open(&place.url, &hasty()).await;
    unconnected().await;
    let long = store.inner.pool.alone(&|link| {
        Box::pin(async move {
            link.batch("SET statement_timeout = 0").await?;
            link.ad_hoc("SELECT pg_sleep(60)", &[]).await
        })
    });
    assert!(matches!(long.await, Err(Fault::Late(_))));
    unconnected().await;
}

/// Who goes before it in line may be slow; what was sent after that would be done when all else is forgotten.
#[tokio::test]
async fn nothing_is_erased_later_than_it_was_said_to_be() {
    let place = Place::laid_out().await.unwrap();
    let deadline = Duration::from_secs(4);
    let store = open(&place.url, &Options { readers: 1, deadline, ..server() }).await;
    store.ping().await.unwrap();
    let slow = store.inner.pool.ad_hoc("SELECT pg_sleep(1.5)", &[]);
    let rest = async {
        store.erase_all().await.unwrap();
        store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    };
    let (slow, ()) = tokio::join!(slow, rest);
    slow.unwrap();
    // Whatever was left in line is under way by now, or done.
    until(
        &place.url,
        "SELECT 1 / (count(*) = 0)::int FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DELETE%'",
    )
    .await
    .unwrap();
    assert_eq!(seen(&place).await, ["a"]);
}
