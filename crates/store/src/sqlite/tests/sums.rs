//! What is damaged is not answered: every column of every row that an answer comes from is watched.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use uuid::Uuid;

use super::{open, place, refusal};
use crate::fixture::{TENANT, commit, delete, indexed, item, put, user};
use crate::sqlite::SqliteStore;
use crate::sqlite::sound::admit;
use crate::{Change, Error, Store};

/// Two people, one of them with index rows, a name and a secret.
async fn inhabited(path: &Path) {
    let store = open(path);
    let changes = vec![indexed("skills", "a", &[("s", "t"), ("s", "u")]), put("notes", "b", 2), put("notes", "c", 3)];
    store.commit(commit(user(1), 1, changes)).await.unwrap();
    store.commit(commit(user(1), 2, vec![indexed("skills", "a", &[("s", "u"), ("s", "v")])])).await.unwrap();
    store.commit(commit(user(2), 3, vec![put("skills", "a", 3)])).await.unwrap();
    store.claim(TENANT, "ada".into(), user(1).owner, 4).await.unwrap();
    store.bind(TENANT, "ada".into(), user(1).owner).await.unwrap();
    store.secret("paging".into(), [7; 32]).await.unwrap();
}

fn execute(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn damage<T: std::fmt::Debug>(found: Result<T, Error>, sql: &str) -> String {
    match found {
        Err(Error::Corrupt(what)) => what,
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn a_damaged_item_is_told_when_it_is_read() {
    let columns = [
        "id = 'x'",
        "collection = 'x'",
        "version = 2",
        "audience = 9",
        "searchable = 1",
        "unverified = 1",
        "confidence = 0.5",
        "creator_app = 'x'",
        "creator_user = zeroblob(16)",
        "created = 9",
        "modified = 9",
        "revision = 9",
        "beyond = 1",
        "body = x'00'",
        "postings = x''",
        "sum = 5",
        "sum = NULL",
    ];
    let changes = columns.map(|set| format!("UPDATE item SET {set} WHERE collection = 'notes' AND id = 'b'"));
    let moved = ["owner = zeroblob(16)", "tenant = zeroblob(16)", "kind = 1"];
    let moved = moved.map(|set| format!("UPDATE item SET {set} WHERE collection = 'notes' AND id = 'b'"));
    let lost = ["DELETE FROM item WHERE id = 'b'".to_owned()];
    for sql in changes.into_iter().chain(moved).chain(lost) {
        let (_directory, path) = place();
        inhabited(&path).await;
        execute(&path, &sql);
        let store = open(&path);
        damage(store.snapshot(user(1)).await, &sql);
        assert!(store.snapshot(user(2)).await.is_ok(), "{sql}");
        assert_ne!(store.verify().await, Ok(vec![]), "{sql}");
    }
}

#[tokio::test]
async fn a_damaged_record_is_told_when_it_is_read() {
    let columns = [
        "prev_at = 7",
        "mark_at = 7",
        "dropped = 1",
        "touched = x''",
        "what = x'00'",
        "digest = zeroblob(32)",
        "link = zeroblob(32)",
        "audit = x'00'",
        "salt = zeroblob(16)",
        "sum = NULL",
    ];
    for set in columns {
        let (_directory, path) = place();
        inhabited(&path).await;
        execute(&path, &format!("UPDATE history SET {set} WHERE at = 2"));
        let store = open(&path);
        damage(store.audit(user(1), 0, 9).await, set);
        damage(store.records(TENANT, None, 9).await, set);
        assert_ne!(store.verify().await, Ok(vec![]), "{set}");
    }
}

#[tokio::test]
async fn a_record_that_is_lost_is_told_where_it_would_not_be_missed() {
    for sql in ["UPDATE history SET bucket = 3 WHERE at = 3", "UPDATE history SET rev = 7 WHERE at = 3"] {
        let (_directory, path) = place();
        inhabited(&path).await;
        execute(&path, sql);
        let store = open(&path);
        damage(store.changes(1, None, 9).await, sql);
        damage(store.records(TENANT, None, 9).await, sql);
        assert!(store.audit(user(1), 0, 9).await.is_ok(), "{sql}");
    }
}

#[tokio::test]
async fn what_could_be_missed_is_told_at_the_start() {
    let changes = [
        "UPDATE partition SET owner = zeroblob(16)",
        "UPDATE partition SET tenant = zeroblob(16)",
        "UPDATE partition SET kind = 1",
        "UPDATE partition SET rev = 9",
        "UPDATE partition SET last_time = 9",
        "UPDATE partition SET live = 0",
        "UPDATE partition SET at = 9",
        "UPDATE partition SET mark_at = 9",
        "UPDATE partition SET head = NULL",
        "UPDATE partition SET items = 9",
        "UPDATE partition SET postings = 9",
        "UPDATE partition SET sum = NULL",
        "DELETE FROM posting WHERE token = x'75'",
        "UPDATE posting SET token = x'77' WHERE token = x'75'",
        "UPDATE posting SET path = 'x' WHERE token = x'75'",
        "UPDATE posting SET owner = zeroblob(16) WHERE token = x'75'",
        "UPDATE posting SET item = 'x' WHERE token = x'75'",
        "UPDATE posting SET kind = 1 WHERE token = x'75'",
        "UPDATE name SET owner = zeroblob(16)",
        "UPDATE name SET name = 'bda'",
        "UPDATE name SET tenant = zeroblob(16)",
        "UPDATE name SET bound = 0",
        "UPDATE name SET at = 9",
        "UPDATE name SET sum = NULL",
        "UPDATE secret SET value = zeroblob(32)",
        "UPDATE secret SET name = 'x'",
        "UPDATE secret SET sum = NULL",
    ];
    for sql in changes {
        let sql = sql.replace("UPDATE partition SET", "UPDATE OR REPLACE partition SET");
        let (_directory, path) = place();
        inhabited(&path).await;
        execute(&path, &sql);
        assert!(matches!(refusal(&path), Error::Corrupt(_)), "{sql}");
        let reader = SqliteStore::open_read_only(&path).unwrap();
        damage(reader.admit(), &sql);
        assert_ne!(reader.verify().await, Ok(vec![]), "{sql}");
    }
}

#[tokio::test]
async fn a_damaged_name_is_told_and_not_repeated() {
    let (_directory, path) = place();
    inhabited(&path).await;
    let store = open(&path);
    execute(&path, "UPDATE name SET owner = zeroblob(16)");
    let what = damage(store.lookup(TENANT, "ada".into()).await, "name");
    assert_eq!(what, format!("a name of {} has another checksum than it was written with", Uuid::nil()));
}

#[tokio::test]
async fn totals_follow_what_is_done() {
    let (_directory, path) = place();
    let store = open(&path);
    let steps = [
        vec![indexed("skills", "a", &[("s", "t")]), put("notes", "b", 2)],
        vec![indexed("skills", "a", &[("s", "u")]), put("skills", "a", 2), put("notes", "b", 3)],
        vec![Change::Delete { collection: "notes".into(), id: "b".into() }, indexed("skills", "c", &[("s", "t")])],
        vec![indexed("notes", "d", &[("s", "t")]), Change::Clear { keep: "notes".into() }],
        vec![Change::Drop, indexed("skills", "a", &[("s", "t")])],
        vec![Change::Drop],
        vec![put("skills", "a", 2)],
    ];
    for (at, changes) in (1..).zip(steps) {
        store.commit(commit(user(1), at, changes)).await.unwrap();
        assert_eq!(store.verify().await, Ok(vec![]), "step {at}");
    }
}

/// As schema 2 left it.
fn without_sums(path: &Path) {
    execute(
        path,
        "ALTER TABLE partition DROP COLUMN items; ALTER TABLE partition DROP COLUMN postings;
         ALTER TABLE partition DROP COLUMN sum; ALTER TABLE item DROP COLUMN sum; ALTER TABLE history DROP COLUMN sum;
         ALTER TABLE name DROP COLUMN sum; ALTER TABLE secret DROP COLUMN sum; PRAGMA user_version = 2;",
    );
}

#[tokio::test]
async fn schema_2_opens_and_is_summed_up() {
    let (_directory, path) = place();
    inhabited(&path).await;
    let before = open(&path).snapshot(user(1)).await;
    without_sums(&path);
    let reader = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(reader.admit(), Ok(()));
    assert_eq!(reader.snapshot(user(1)).await, before);
    assert_eq!(reader.verify().await, Ok(vec![]));
    drop(reader);
    let store = open(&path);
    assert_eq!(store.snapshot(user(1)).await, before);
    assert_eq!(store.lookup(TENANT, "ada".into()).await.unwrap().map(|entry| entry.bound), Some(true));
    assert_eq!(store.secret("paging".into(), [0; 32]).await, Ok([7; 32]));
    assert_eq!(store.commit(commit(user(1), 5, vec![indexed("skills", "a", &[("s", "w")])])).await, Ok(3));
    assert_eq!(store.verify().await, Ok(vec![]));
    drop(store);
    let rows = |sql: &str| Connection::open(&path).unwrap().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    for table in ["partition", "item", "history", "name", "secret"] {
        assert_eq!(rows(&format!("SELECT count(*) FROM {table} WHERE sum IS NULL")), 0, "{table}");
    }
}

#[tokio::test]
async fn what_cannot_be_brought_up_to_date_is_left_to_the_earlier_release() {
    for sql in ["DELETE FROM posting WHERE token = x'75'", "DELETE FROM partition", "DELETE FROM item WHERE id = 'a'"] {
        let (_directory, path) = place();
        inhabited(&path).await;
        without_sums(&path);
        execute(&path, sql);
        assert!(matches!(refusal(&path), Error::Corrupt(_)), "{sql}");
        let version = Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0));
        assert_eq!(version, Ok(2), "{sql}");
        assert_ne!(SqliteStore::open_read_only(&path).unwrap().verify().await, Ok(vec![]), "{sql}");
    }
}

#[test]
fn a_file_that_says_it_is_older_is_not_believed() {
    let (_directory, path) = place();
    drop(open(&path));
    execute(&path, "PRAGMA user_version = 2");
    let before = fs::read(&path).unwrap();
    assert!(SqliteStore::open_read_only(&path).is_err());
    refusal(&path);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn every_value_comes_back_as_it_was_written() {
    let numbers = [-0.0, 0.0, 1.0, 0.1, f64::MIN_POSITIVE / 2.0, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for number in numbers {
        let (_directory, path) = place();
        let mut item = (*item("notes", "b", 2, 1)).clone();
        item.header.confidence = Some(number);
        let put = Change::Put { item: item.into(), index: vec![] };
        let store = open(&path);
        store.commit(commit(user(1), 1, vec![put])).await.unwrap();
        drop(store);
        let store = open(&path);
        assert!(store.snapshot(user(1)).await.is_ok(), "{number}");
        assert_eq!(store.verify().await, Ok(vec![]), "{number}");
    }
}

#[tokio::test]
async fn a_write_to_what_is_damaged_says_so_and_others_go_on() {
    let (_directory, path) = place();
    inhabited(&path).await;
    execute(&path, "UPDATE item SET body = x'00' WHERE collection = 'notes' AND id = 'b'");
    let store = open(&path);
    for changes in [vec![put("notes", "b", 3)], vec![delete("notes", "b")], vec![Change::Drop]] {
        let (damaged, other) = (commit(user(1), 9, changes), commit(user(2), 9, vec![put("notes", "b", 3)]));
        let (found, after) = tokio::join!(store.commit(damaged), store.commit(other));
        damage(found.map(drop), "write");
        assert!(after.is_ok(), "{after:?}");
    }
}

/// What a start costs: steps of SQLite's, which are some for each index row, person and name, and none for an item.
#[tokio::test]
async fn a_start_looks_at_index_rows_and_at_no_items() {
    let steps = |items: usize, rows: &'static [(&'static str, &'static str)]| async move {
        let (_directory, path) = place();
        let store = open(&path);
        let items = (0..items).map(|id| indexed("skills", &id.to_string(), rows)).collect();
        store.commit(commit(user(1), 1, items)).await.unwrap();
        drop(store);
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let mut connection = Connection::open(&path).unwrap();
        let count_one = move || counted.fetch_add(1, Ordering::Relaxed) == usize::MAX;
        connection.progress_handler(1, Some(count_one)).unwrap();
        admit(&connection).unwrap();
        count.load(Ordering::Relaxed)
    };
    let four = &[("s", "t"), ("s", "u"), ("s", "v"), ("s", "w")];
    let none = steps(1, &[]).await;
    assert_eq!(steps(2_000, &[]).await, none);
    let (some, twice) = (steps(500, four).await - none, steps(1_000, four).await - none);
    assert!(some.abs_diff(twice / 2) < some / 20, "{some}, {twice}");
}
