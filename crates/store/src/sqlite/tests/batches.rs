//! Requests that share a transaction: one that meets damage fails alone, and what fails for another reason takes the others
//! with it, once.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Waker};

use proptest::prelude::*;
use rusqlite::Connection;

use super::{open, place};
use crate::differential::{Step, act, config, steps};
use crate::fixture::{commit, delete, expecting, indexed, item_absent, put, user};
use crate::sqlite::SqliteStore;
use crate::sqlite::schema::{PAGE_SIZE, beside};
use crate::{BoxFuture, Commit, Error, Record, Result, Store};

/// Begins a transaction and stays in it until the sender is dropped. Meanwhile requests queue up behind.
fn hold(store: &SqliteStore) -> (Sender<()>, BoxFuture<'_, Result<()>>) {
    let (release, held) = channel::<()>();
    let first = store.write(move |_| {
        _ = held.recv();
        Ok(())
    });
    (release, first)
}

/// What requests are answered that are served in one transaction, in this order.
async fn together<F: Future + Unpin>(store: &SqliteStore, requests: impl FnOnce() -> Vec<F>) -> Vec<F::Output> {
    let (release, first) = hold(store);
    let mut requests = requests();
    let mut begun = Context::from_waker(Waker::noop());
    for request in &mut requests {
        assert!(Pin::new(&mut *request).poll(&mut begun).is_pending());
    }
    drop(release);
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await);
    }
    _ = first.await;
    answers
}

fn execute(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// Damages whatever of a kind somebody has.
fn damage(path: &Path, table: &str, owner: u128) {
    let owner = user(owner).owner.simple();
    execute(path, &format!("UPDATE {table} SET sum = 5 WHERE owner = x'{owner}'"));
}

#[tokio::test]
async fn records_of_one_transaction_lie_together() {
    let (_directory, path) = place();
    let store = open(&path);
    let audit = Record { values: vec![b'v'; 1_200].into(), ..Record::default() };
    let log = || fs::metadata(beside(&path, "-wal")).unwrap().len() / PAGE_SIZE as u64;
    for round in 1..=12 {
        let before = log();
        let of = |owner| Commit { audit: audit.clone(), ..commit(user(owner), round, vec![]) };
        together(&store, || (1..=64).map(|owner| store.commit(of(owner))).collect()).await;
        // Eleven pages of records, sixteen places of the index, and the people.
        let pages = log() - before;
        assert!(pages < 40, "{pages} pages in round {round}");
    }
}

#[tokio::test]
async fn a_request_that_meets_damage_fails_alone() {
    let (_directory, path) = place();
    let store = open(&path);
    for owner in 1..=3 {
        store.commit(commit(user(owner), 1, vec![put("notes", "b", 1)])).await.unwrap();
    }
    drop(store);
    let store = open(&path);
    damage(&path, "item", 2);
    damage(&path, "partition", 3);
    let requests = || {
        vec![
            store.commit(commit(user(1), 2, vec![put("notes", "c", 2)])),
            // What it wrote before it met the damage is undone.
            store.commit(commit(user(2), 2, vec![put("notes", "a", 2), delete("notes", "b")])),
            store.commit(expecting(vec![item_absent("notes", "c")], commit(user(1), 3, vec![]))),
            store.commit(commit(user(3), 2, vec![])),
            store.commit(commit(user(4), 2, vec![put("notes", "b", 2)])),
            // Of the one that failed nothing is left: this one knows of no `a`.
            store.commit(expecting(vec![item_absent("notes", "a")], commit(user(2), 4, vec![put("notes", "a", 2)]))),
            store.commit(commit(user(4), 3, vec![put("notes", "c", 2)])),
        ]
    };
    let answers = together(&store, requests).await;
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().map_err(ToString::to_string)).collect();
    let is = |at: usize, what: &str| told[at].as_ref().is_err_and(|told| told.contains(what));
    assert!(is(1, "item `notes/b`") && is(3, "another checksum") && is(2, "a precondition"), "{told:?}");
    assert_eq!([told[0].clone(), told[4].clone(), told[5].clone(), told[6].clone()], [Ok(&2), Ok(&1), Ok(&2), Ok(&2)]);
    let items = |owner| {
        let store = &store;
        async move { store.snapshot(user(owner)).await.unwrap().unwrap().items("notes").len() }
    };
    assert_eq!((items(1).await, items(4).await), (2, 2));
    assert!(matches!(store.snapshot(user(2)).await, Err(Error::Corrupt(_))));
}

#[tokio::test]
async fn an_item_that_is_lost_is_damage_when_it_is_written_anew() {
    let (_directory, path) = place();
    let store = open(&path);
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
    drop(store);
    execute(&path, "DELETE FROM item");
    let store = open(&path);
    let requests = || {
        vec![
            store.commit(commit(user(1), 2, vec![indexed("skills", "a", &[("s", "t")])])),
            store.commit(commit(user(2), 2, vec![])),
        ]
    };
    let answers = together(&store, requests).await;
    assert!(matches!(&answers[0], Err(Error::Corrupt(why)) if why.contains("posting")), "{answers:?}");
    assert_eq!(answers[1], Ok(1));
}

#[tokio::test]
async fn a_transaction_that_is_lost_fails_for_all_and_is_not_begun_again_and_again() {
    let (_directory, path) = place();
    let store = open(&path);
    for error in [Error::Unavailable("the disk".to_owned()), Error::Corrupt("the disk".to_owned())] {
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        // As when SQLite has given up the transaction on its own.
        let lost = move |batch: &mut super::super::batch::Batch<'_>| {
            counted.fetch_add(1, Ordering::SeqCst);
            batch.connection().execute_batch("ROLLBACK")?;
            Err::<u64, _>(error.clone())
        };
        let before = commit(user(1), 1, vec![put("notes", "a", 1)]);
        let requests = || vec![store.commit(before), store.write(lost), store.commit(commit(user(2), 1, vec![]))];
        let answers = together(&store, requests).await;
        assert!(answers.iter().all(Result::is_err), "{answers:?}");
        assert!(matches!(answers[0], Err(Error::Unavailable(_))), "{answers:?}");
        assert!(tries.load(Ordering::SeqCst) <= 2);
        assert_eq!(store.snapshot(user(1)).await, Ok(None));
    }
    assert_eq!(store.commit(commit(user(1), 1, vec![])).await, Ok(1));
    assert_eq!(store.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn a_full_disk_beside_damage_is_told_as_such() {
    let (_directory, path) = place();
    let store = open(&path);
    store.commit(commit(user(1), 1, vec![put("notes", "a", 1)])).await.unwrap();
    damage(&path, "partition", 1);
    let lost = |batch: &mut super::super::batch::Batch<'_>| {
        batch.connection().execute_batch("ROLLBACK")?;
        Err::<u64, _>(Error::Unavailable("the disk".to_owned()))
    };
    let answers = together(&store, || vec![store.commit(commit(user(1), 2, vec![])), store.write(lost)]).await;
    assert!(matches!(answers[0], Err(Error::Corrupt(_))), "{answers:?}");
    assert!(matches!(&answers[1], Err(Error::Unavailable(why)) if why.contains("the disk")), "{answers:?}");
}

fn requests() -> impl Strategy<Value = Vec<Step>> {
    steps().prop_map(|steps| {
        steps.into_iter().map(|(step, ..)| step).filter(|step| !matches!(step, Step::Reopen)).collect()
    })
}

/// The table and the owner of what is damaged.
fn damages() -> impl Strategy<Value = Vec<(&'static str, u128)>> {
    let table = prop::sample::select(&["item", "partition", "name"][..]);
    prop::collection::vec((table, prop::sample::select(&[0_u128, 1, 2, 3, 0x11][..])), 1..4)
}

async fn alone_and_together(before: &[Step], damages: &[(&str, u128)], requests: &[Step], steps: &[Step]) {
    let ((_one, alone), (_other, shared)) = (place(), place());
    let store = open(&alone);
    for step in before {
        act(&store, step).await;
    }
    drop(store);
    fs::copy(&alone, &shared).unwrap();
    let stores = [open(&alone), open(&shared)];
    for (table, owner) in damages {
        damage(&alone, table, *owner);
        damage(&shared, table, *owner);
    }
    let mut expected = Vec::new();
    for step in requests {
        expected.push(act(&stores[0], step).await);
    }
    let begun = || requests.iter().map(|step| Box::pin(act(&stores[1], step))).collect();
    assert_eq!(together(&stores[1], begun).await, expected);
    // The caches, too, hold what the files do.
    for step in steps {
        assert_eq!(act(&stores[1], step).await, act(&stores[0], step).await);
    }
    assert_eq!(stores[1].verify().await, stores[0].verify().await);
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn requests_that_share_a_transaction_are_answered_as_one_by_one(
        before in requests(), damages in damages(), requests in requests(), after in requests(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(alone_and_together(&before, &damages, &requests, &after));
    }
}
