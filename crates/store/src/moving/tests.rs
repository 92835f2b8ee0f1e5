//! Moves between all stores: what comes of them, what is refused, and what is left when one is cut short.

mod doubts;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::test_runner::TestRunner;

use super::{Figures, Halt, Mover, Survey, compare, is_unfinished};
use crate::differential::{self, Step, act, config, steps};
use crate::fixture::{self, TENANT, commit, indexed, item, put, user};
use crate::sqlite::SqliteStore;
use crate::{Change, NameEntry, PartitionKey, Portion, Standing, Transfer};

type Shared = Arc<dyn Transfer>;

const APART: &[&str] = &["purpose"];

fn mover(source: &Shared, target: &Shared) -> Arc<Mover> {
    Arc::new(Mover::new(source.clone(), target.clone(), APART))
}

/// A whole move; the target is found to be the source.
async fn moved(source: &Shared, target: &Shared) -> Figures {
    let mover = mover(source, target);
    let survey = mover.survey().await.unwrap();
    mover.pass(&survey).await.unwrap();
    assert!(is_unfinished(&**target).await.unwrap());
    assert_eq!(mover.finish().await, Ok(0));
    assert!(!is_unfinished(&**target).await.unwrap());
    same(source, target).await;
    mover.progress().figures()
}

/// Both hold the same, to the last row.
async fn same(source: &Shared, target: &Shared) {
    let standings = source.standings(None, usize::MAX).await.unwrap();
    assert_eq!(target.standings(None, usize::MAX).await.unwrap(), standings);
    for Standing { partition, .. } in standings {
        assert_eq!(target.whole(partition).await, source.whole(partition).await);
        let rows = source.history(partition, 0, usize::MAX).await;
        assert_eq!(target.history(partition, 0, usize::MAX).await, rows);
    }
    assert_eq!(target.names(None, usize::MAX).await, source.names(None, usize::MAX).await);
    let mut secrets = target.secrets().await.unwrap();
    secrets.remove("purpose");
    assert_eq!(secrets, source.secrets().await.unwrap());
    assert_eq!(target.verify().await, source.verify().await);
}

async fn refused(source: &Shared, target: &Shared) -> Vec<String> {
    match mover(source, target).survey().await {
        Err(Halt::Foreign(found)) => found,
        other => panic!("{other:?}"),
    }
}

/// People with items, index rows and names, one of whom is gone, and one who came back.
async fn inhabited(store: &Shared) {
    for owner in 1..=4 {
        let tokens = [("skills", "a"), ("skills", "b"), ("notes", "a")];
        store
            .commit(commit(user(owner), 1, vec![indexed("skills", "a", &tokens), put("notes", "n", 5)]))
            .await
            .unwrap();
        store.commit(commit(user(owner), 2, vec![put("skills", "b", 2)])).await.unwrap();
    }
    store.commit(commit(user(3), 3, vec![Change::Drop])).await.unwrap();
    store.commit(commit(user(4), 3, vec![Change::Drop])).await.unwrap();
    store.commit(commit(user(4), 4, vec![put("skills", "c", 2)])).await.unwrap();
    for (name, owner) in [("ada", 1), ("bob", 2)] {
        store.claim(TENANT, name.into(), user(owner).owner, 7).await.unwrap();
    }
    store.bind(TENANT, "ada".into(), user(1).owner).await.unwrap();
    store.secret("paging".into(), [9; 32]).await.unwrap();
}

async fn comes_over_whole(source: Shared, target: Shared) {
    inhabited(&source).await;
    target.secret("purpose".into(), [1; 32]).await.unwrap();
    let figures = moved(&source, &target).await;
    assert_eq!(figures, Figures { partitions: 4, items: 7, index_rows: 6, records: 11, names: 2 });
    // Nothing is left to do.
    let survey = mover(&source, &target).survey().await.unwrap();
    assert_eq!(survey, Survey { partitions: 4, behind: 0, todo: vec![user(3)] });
}

async fn takes_what_was_changed_since(source: Shared, target: Shared) {
    inhabited(&source).await;
    moved(&source, &target).await;
    source.commit(commit(user(1), 9, vec![put("skills", "new", 9), fixture::delete("skills", "a")])).await.unwrap();
    source.commit(commit(user(2), 9, vec![Change::Drop])).await.unwrap();
    source.commit(commit(user(3), 9, vec![put("skills", "back", 9)])).await.unwrap();
    source.commit(commit(user(5), 9, vec![])).await.unwrap();
    source.release(TENANT, "ada".into(), user(1).owner, i64::MAX).await.unwrap();
    source.claim(TENANT, "eve".into(), user(5).owner, 9).await.unwrap();
    let survey = mover(&source, &target).survey().await.unwrap();
    assert_eq!((survey.behind, survey.todo), (4, vec![user(1), user(2), user(3), user(5)]));
    let figures = moved(&source, &target).await;
    assert_eq!(figures, Figures { partitions: 4, items: 4, index_rows: 0, records: 4, names: 2 });
    // The target goes on by itself, and cannot be overwritten from then on.
    assert_eq!(target.commit(commit(user(2), 10, vec![put("skills", "x", 1)])).await, Ok(4));
    assert_eq!(target.verify().await, Ok(vec![]));
    assert_eq!(refused(&source, &target).await, [of(user(2), "is at rev 4, the source only at 3")]);
}

async fn long_histories_come_in_steps(source: Shared, target: Shared) {
    for at in 1..=5 {
        source.commit(commit(user(1), at, vec![put("skills", "a", at)])).await.unwrap();
    }
    moved(&source, &target).await;
    // The drop is in another step than what it erased, and than what was erased in the target already.
    for at in 6..=1_150 {
        let changes = if at == 900 { vec![Change::Drop] } else { vec![put("skills", "a", at % 7)] };
        source.commit(commit(user(1), at, changes)).await.unwrap();
    }
    moved(&source, &target).await;
    assert_eq!(target.verify().await, Ok(vec![]));
    for after in [0, 3, 63, 64, 128, 899, 1_149, 1_150] {
        assert_eq!(target.audit(user(1), after, 70).await, source.audit(user(1), after, 70).await);
    }
    // The list of records goes on.
    target.commit(commit(user(1), 1_151, vec![Change::Drop])).await.unwrap();
    assert_eq!(target.verify().await, Ok(vec![]));
}

async fn others_are_not_overwritten(source: Shared, target: Shared) {
    inhabited(&source).await;
    let theirs = |text: &str| crate::Commit { audit: fixture::record(text), ..commit(user(2), 1, vec![]) };
    // One who is there under the same id, one who is nowhere else, and a key.
    target.commit(theirs("theirs")).await.unwrap();
    target.commit(commit(user(70), 1, vec![])).await.unwrap();
    target.secret("paging".into(), [1; 32]).await.unwrap();
    target.claim(TENANT, "zoe".into(), user(70).owner, 1).await.unwrap();
    target.bind(TENANT, "zoe".into(), user(70).owner).await.unwrap();
    let before = target.whole(user(2)).await;
    let expected = [
        "it has a key `paging` of its own".to_owned(),
        of(user(2), "has another history up to rev 1 than the source"),
        of(user(70), "is not in the source"),
    ];
    assert_eq!(refused(&source, &target).await, expected);
    assert_eq!(target.whole(user(2)).await, before);
    assert!(!is_unfinished(&*target).await.unwrap());
    target.erase_all().await.unwrap();
    target.set_secret("paging".into(), None).await.unwrap();
    target.set_names(vec![((TENANT, "zoe".into()), Some(bound(70)))]).await.unwrap();
    let found = format!("a name of {} in tenant {TENANT} is not in the source", user(70).owner);
    assert_eq!(refused(&source, &target).await, [found]);
    target.set_names(vec![((TENANT, "zoe".into()), None)]).await.unwrap();
    moved(&source, &target).await;
}

async fn goes_on_where_it_was_cut(source: Shared, target: Shared) {
    inhabited(&source).await;
    // All that a cut can leave: a partition in the middle of its history, one that was not compared yet (and has an
    // item that is not right), and one that was dropped in the source when half of it was there.
    target.set_secret("copy".into(), Some([1; 32])).await.unwrap();
    for (key, rev) in [(user(1), 1), (user(2), 2), (user(4), 1)] {
        let records = source.history(key, 0, rev).await.unwrap();
        let standing = source.whole(key).await.unwrap().unwrap().standing;
        let head = records.last().unwrap().link;
        let standing = Standing { rev: rev as u64, live: false, head, ..standing };
        let wrong = crate::Stored { item: item("skills", "wrong", 1, 1), index: vec![] };
        let items = (rev == 2).then(|| vec![wrong]);
        target.import(Portion { after: 0, standing, records, items }).await.unwrap();
        assert_eq!(target.snapshot(key).await, Ok(None));
    }
    let figures = moved(&source, &target).await;
    assert_eq!((figures.partitions, figures.records), (4, 7));
}

async fn stops_when_asked(source: Shared, target: Shared) {
    inhabited(&source).await;
    let mover = mover(&source, &target);
    mover.progress().stop();
    let survey = mover.survey().await.unwrap();
    assert_eq!(mover.pass(&survey).await, Err(Halt::Stopped));
    // A target that is not finished is no source.
    let again = self::mover(&target, &source);
    assert_eq!(again.survey().await, Err(Halt::Unfinished));
    moved(&source, &target).await;
}

async fn writers_beside_lose_nothing(source: Shared, target: Shared) {
    inhabited(&source).await;
    let done = Arc::new(AtomicBool::new(false));
    let (writing, ended) = (source.clone(), done.clone());
    let writer = tokio::spawn(async move {
        for at in 10..400 {
            let owner = u128::try_from(at % 9).unwrap() + 1;
            let changes = if at % 23 == 0 { vec![Change::Drop] } else { vec![indexed("skills", "w", &[("a", "b")])] };
            writing.commit(commit(user(owner), at, changes)).await.unwrap();
            writing.claim(TENANT, format!("name {at}").into(), user(owner).owner, at).await.unwrap();
            tokio::task::yield_now().await;
        }
        ended.store(true, Ordering::Relaxed);
    });
    let mut passes = 0;
    loop {
        let is_last = done.load(Ordering::Relaxed);
        let mover = mover(&source, &target);
        let survey = mover.survey().await.unwrap();
        assert_eq!(mover.pass(&survey).await, Ok(()));
        passes += 1;
        // A store in memory never waits.
        tokio::task::yield_now().await;
        if is_last {
            assert_eq!(mover.finish().await, Ok(0));
            break;
        }
    }
    writer.await.unwrap();
    assert!(passes > 1);
    same(&source, &target).await;
}

fn bound(owner: u128) -> NameEntry {
    NameEntry { owner: user(owner).owner, bound: true, at: 1 }
}

fn of(partition: PartitionKey, what: &str) -> String {
    compare::of(partition, what)
}

macro_rules! run_between_stores {
    ($($case:ident)*) => {
        run_between_stores! { @ sqlite_to_postgres: sqlite postgres $($case)* }
        run_between_stores! { @ sqlite_to_pooled: sqlite pooled $($case)* }
        run_between_stores! { @ postgres_to_sqlite: postgres sqlite $($case)* }
        run_between_stores! { @ memory_to_memory: memory memory $($case)* }
    };
    (@ $module:ident: $source:ident $target:ident $($case:ident)*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $case() {
                    let (source, target) = (crate::fixture::$source().await, crate::fixture::$target().await);
                    super::$case(source.transfer.clone(), target.transfer.clone()).await;
                }
            )*
        }
    };
}

run_between_stores! {
    comes_over_whole
    takes_what_was_changed_since
    long_histories_come_in_steps
    others_are_not_overwritten
    goes_on_where_it_was_cut
    stops_when_asked
    writers_beside_lose_nothing
}

/// Rows of a release without chains come along as they are.
#[tokio::test]
async fn what_is_not_chained_comes_over_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../sqlite/schema.1.sql")).unwrap();
    drop(old);
    let source: Shared = Arc::new(SqliteStore::open_read_only(&path).unwrap());
    let (other, back) = (fixture::postgres().await, fixture::sqlite().await);
    moved(&source, &other.transfer).await;
    moved(&other.transfer, &back.transfer).await;
    let key = source.standings(None, 1).await.unwrap()[0].partition;
    for store in [&other.transfer, &back.transfer] {
        store.commit(commit(key, 100, vec![put("skills", "new", 1)])).await.unwrap();
        assert_eq!(store.verify().await, Ok(vec![]));
    }
}

/// Random histories go from store to store, and again after more of them, and then go on in each.
#[test]
fn random_histories_come_over() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = TestRunner::new(config(8)).run(&(steps(), steps(), steps()), |(first, second, third)| {
        runtime.block_on(async {
            let opened =
                [fixture::memory().await, fixture::sqlite().await, fixture::postgres().await, fixture::memory().await];
            let stores: Vec<Shared> = opened.iter().map(|opened| opened.transfer.clone()).collect();
            // Names are made permanent for people alone: one of nobody in the target would be another source's.
            for owner in 0..3 {
                stores[0].commit(commit(user(owner), 0, vec![])).await.unwrap();
            }
            for steps in [&first, &second] {
                for (step, ..) in steps.iter().filter(|(step, ..)| !matches!(step, Step::EraseAll)) {
                    act(&*stores[0], step).await;
                }
                for pair in stores.windows(2) {
                    moved(&pair[0], &pair[1]).await;
                }
            }
            for (step, scan, after, limit) in &third {
                let answer = act(&*stores[0], step).await;
                for store in &stores[1..] {
                    assert_eq!(act(&**store, step).await, answer);
                    differential::compare(&*stores[0], &**store, scan, *after, *limit).await;
                }
            }
        });
        Ok(())
    });
    outcome.unwrap();
}
