//! What is particular to the file: opening it, sharing it, damage, failing disks, and the cache under races.

mod batches;
mod chains;
mod flips;
mod sums;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use expect_test::expect_file;
use rusqlite::Connection;
use tempfile::TempDir;

use super::schema::{PAGE_SIZE, beside};
use super::{Options, SqliteStore};
use crate::cache::Cache;
use crate::fixture::{commit, indexed, put, user};
use crate::{Change, Error, Header, Item, Snapshot, Store};

pub(super) fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    (directory, path)
}

pub(super) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &Options::default()).unwrap()
}

fn refusal(path: &Path) -> Error {
    SqliteStore::open(path, &Options::default()).unwrap_err()
}

fn files(directory: &TempDir) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory.path()).unwrap().map(Result::unwrap);
    let read = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

fn big(id: usize, bytes: usize) -> Change {
    let body = Bytes::from(vec![b'x'; bytes]);
    let item = Item { collection: "skills".into(), id: id.to_string().into(), header: Header::default(), body };
    Change::Put { item: Arc::new(item), index: vec![] }
}

#[test]
fn the_schema_is_as_committed() {
    let (_directory, path) = place();
    drop(open(&path));
    let connection = Connection::open(&path).unwrap();
    let mut dump = String::new();
    for pragma in ["application_id", "user_version", "page_size", "journal_mode", "encoding"] {
        let value: rusqlite::types::Value = connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        dump += &format!("-- {pragma} {value:?}\n");
    }
    let mut statement = connection.prepare("SELECT sql || ';\n' FROM sqlite_master ORDER BY name").unwrap();
    let tables = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    dump.extend(tables.map(Result::unwrap));
    expect_file!["schema.golden.sql"].assert_eq(&dump);
}

#[test]
fn a_second_writer_is_refused() {
    let (_directory, path) = place();
    let first = open(&path);
    assert_eq!(refusal(&path), Error::InUse(path.display().to_string()));
    drop(first);
    open(&path);
}

#[test]
fn closing_leaves_one_file_and_the_lock() {
    let (directory, path) = place();
    drop(open(&path));
    let names: Vec<_> = files(&directory).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["store.db", "store.db-lock"]);
}

#[test]
fn a_newer_schema_is_not_touched() {
    let (directory, path) = place();
    drop(open(&path));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 9).unwrap();
    let before = files(&directory);
    let newer = Error::Schema { found: 9, supported: 3 };
    assert_eq!(refusal(&path), newer);
    assert_eq!(SqliteStore::open_read_only(&path).unwrap_err(), newer);
    assert_eq!(files(&directory), before);
}

#[test]
fn other_files_are_not_touched() {
    let (directory, path) = place();
    fs::write(&path, "a letter to grandmother ".repeat(10)).unwrap();
    let before = files(&directory);
    assert!(matches!(refusal(&path), Error::Corrupt(why) if why.contains("is not a SQLite file")));
    assert_eq!(files(&directory), before);
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "application_id", 5).unwrap();
    let before = files(&directory);
    assert!(matches!(refusal(&path), Error::Corrupt(why) if why.contains("another application")));
    assert_eq!(files(&directory), before);
}

#[test]
fn a_place_that_is_not_there_is_named() {
    let (directory, _) = place();
    let path = directory.path().join("missing/store.db");
    assert!(matches!(refusal(&path), Error::Io(why) if why.contains("missing/store.db")));
    assert!(matches!(SqliteStore::open_read_only(&path), Err(Error::Io(_))));
}

#[tokio::test]
async fn where_nothing_can_be_written_a_file_at_rest_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("100 %41? #1.db");
    let store = open(&path);
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let kept = store.snapshot(user(1)).await;
    drop(store);
    // Where a reader would make the log, none can be made.
    std::os::unix::fs::symlink("/missing/log", beside(&path, "-wal")).unwrap();
    let reader = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(reader.snapshot(user(1)).await, kept);
    assert_eq!(reader.verify().await, Ok(vec![]));
    // Who reads so sees nothing of a log, and would take what changes beneath for damage.
    fs::remove_file(beside(&path, "-wal")).unwrap();
    let _server = open(&path);
    assert!(matches!(reader.verify().await, Err(Error::Unavailable(why)) if why.contains("meanwhile")));
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_commits() {
    let (_directory, path) = place();
    let writer = open(&path);
    writer.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let reader = SqliteStore::open_read_only(&path).unwrap();
    for rev in 2..5 {
        assert_eq!(reader.snapshot(user(1)).await, writer.snapshot(user(1)).await);
        assert_eq!(writer.commit(commit(user(1), 1, vec![])).await, Ok(rev));
    }
    assert_eq!(reader.commit(commit(user(1), 1, vec![])).await, Err(Error::ReadOnly));
    assert_eq!(reader.verify().await, Ok(vec![]));
    drop(writer);
    assert_eq!(reader.snapshot(user(1)).await.unwrap().unwrap().rev(), 4);
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let (directory, path) = place();
    let store = open(&path);
    for at in 0..20 {
        store.commit(commit(user(1), at, vec![put("skills", &at.to_string(), at)])).await.unwrap();
    }
    // The files as a killed process leaves them.
    let copy = tempfile::tempdir().unwrap();
    for (name, bytes) in files(&directory) {
        fs::write(copy.path().join(name), bytes).unwrap();
    }
    let reopened = open(&copy.path().join("store.db"));
    assert_eq!(reopened.snapshot(user(1)).await, store.snapshot(user(1)).await);
    assert_eq!(reopened.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn a_full_disk_fails_the_transaction_and_no_more() {
    let (_directory, path) = place();
    let store = open(&path);
    let bound = |pages: i64| {
        store.write(move |batch| {
            let set = |_: &rusqlite::Row<'_>| Ok(());
            Ok(batch.connection().pragma_update_and_check(None, "max_page_count", pages, set)?)
        })
    };
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let before = store.snapshot(user(1)).await;
    bound(1).await.unwrap();
    let (one, other) = tokio::join!(
        store.commit(commit(user(1), 2, vec![put("skills", "b", 2), big(1, 100_000)])),
        store.commit(commit(user(2), 2, vec![big(1, 100_000)])),
    );
    assert!(matches!(one, Err(Error::Unavailable(why)) if why.contains("full")));
    assert!(matches!(other, Err(Error::Unavailable(why)) if why.contains("full")));
    assert_eq!(store.snapshot(user(1)).await, before);
    bound(1_000_000).await.unwrap();
    assert_eq!(store.commit(commit(user(1), 3, vec![big(1, 100_000)])).await, Ok(2));
    assert_eq!(store.snapshot(user(2)).await, Ok(None));
    assert_eq!(store.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn a_failed_request_takes_its_transaction_with_it() {
    let (_directory, path) = place();
    let store = open(&path);
    let broken = Error::Unavailable("broken".to_owned());
    let own = broken.clone();
    // One future queues both before the writer is woken or after; either way the first must not leave a trace.
    let (failed, _) = tokio::join!(
        store.write(move |batch| {
            batch.commit(&commit(user(1), 1, vec![put("skills", "a", 1)]))?;
            Err::<(), _>(own.clone())
        }),
        store.commit(commit(user(2), 1, vec![])),
    );
    assert_eq!(failed, Err(Error::Unavailable(broken.to_string())));
    assert_eq!(store.snapshot(user(1)).await, Ok(None));
    assert_eq!(store.commit(commit(user(1), 1, vec![])).await, Ok(1));
    assert_eq!(store.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn a_refused_commit_leaves_the_store_working() {
    let (_directory, path) = place();
    let store = open(&path);
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let before = store.snapshot(user(1)).await;
    // A violation that shows only when the transaction ends.
    let spoilt = store.write(|batch| {
        batch.commit(&commit(user(1), 2, vec![put("skills", "b", 2)]))?;
        Ok(batch.connection().execute_batch(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO child VALUES (1)",
        )?)
    });
    assert!(matches!(spoilt.await, Err(Error::Unavailable(why)) if why.contains("FOREIGN KEY")));
    assert_eq!(store.snapshot(user(1)).await, before);
    assert_eq!(store.commit(commit(user(1), 3, vec![])).await, Ok(2));
    assert_eq!(store.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn a_damaged_page_is_told() {
    let (_directory, path) = place();
    let store = open(&path);
    for at in 0..100 {
        store.commit(commit(user(1), at, vec![put("skills", &at.to_string(), at)])).await.unwrap();
    }
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    bytes[PAGE_SIZE..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(refusal(&path), Error::Corrupt(_)));
    let store = SqliteStore::open_read_only(&path).unwrap();
    assert!(matches!(store.snapshot(user(1)).await, Err(Error::Corrupt(_))));
    assert_ne!(store.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn rows_that_disagree_are_found() {
    let damage = [
        ("DELETE FROM posting", "lacks an index row `s`"),
        ("INSERT INTO posting SELECT tenant, 'x', token, owner, item, collection, kind FROM posting", "2 index rows"),
        ("UPDATE posting SET item = 'x'", "index row `s` belongs to no item"),
        ("DELETE FROM partition", "belongs to no partition"),
        ("UPDATE partition SET last_time = 0", "is later than its partition"),
        ("UPDATE item SET version = 10000", "has more versions"),
        ("DELETE FROM history WHERE rev = 1", "has no rev 1"),
        ("UPDATE history SET bucket = 5", "has no rev 2"),
        ("UPDATE partition SET rev = 1", "has no rev 1"),
        ("UPDATE history SET prev_at = NULL", "begins with rev 2"),
    ];
    for (sql, finding) in damage {
        let (_directory, path) = place();
        let store = open(&path);
        store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
        store.commit(commit(user(1), 2, vec![])).await.unwrap();
        drop(store);
        Connection::open(&path).unwrap().execute(sql, []).unwrap();
        let findings = SqliteStore::open_read_only(&path).unwrap().verify().await.unwrap();
        assert!(findings.iter().any(|found| found.contains(finding)), "{sql}: {findings:?}");
    }
}

#[tokio::test]
async fn of_each_kind_of_finding_the_first_are_told_and_the_others_counted() {
    let (_directory, path) = place();
    let store = open(&path);
    let items = (0..250).map(|id| indexed("skills", &id.to_string(), &[("s", "t")])).collect();
    store.commit(commit(user(1), 1, items)).await.unwrap();
    drop(store);
    Connection::open(&path).unwrap().execute_batch("UPDATE item SET sum = 5; DELETE FROM posting").unwrap();
    let findings = SqliteStore::open_read_only(&path).unwrap().verify().await.unwrap();
    let told = |what: &str| findings.iter().filter(|finding| finding.contains(what)).count();
    assert_eq!((told("item `skills/"), told("lacks an index row")), (200, 100));
    assert_eq!((told("and 150 more rows with"), told("and 150 more items that lack an index row")), (1, 1));
    assert_eq!(told("has other items"), 1, "what comes behind many of another kind is told too");
}

#[test]
fn a_slow_load_does_not_replace_a_commit() {
    let cache = Cache::new(1 << 20);
    let snapshot = |rev| Some(Arc::new(Snapshot::new(rev, 0, [])));
    let rev = || cache.get(&user(1)).flatten().map(|found: Arc<Snapshot>| found.rev());
    let epoch = cache.epoch(&user(1));
    cache.publish(user(1), Some(snapshot(2)));
    cache.offer(user(1), epoch, &snapshot(1));
    assert_eq!(rev(), Some(2));
    let epoch = cache.epoch(&user(1));
    cache.publish(user(1), None);
    cache.offer(user(1), epoch, &snapshot(2));
    assert_eq!(rev(), None);
    let epoch = cache.epoch(&user(1));
    cache.clear();
    cache.offer(user(1), epoch, &snapshot(2));
    assert_eq!(rev(), None);
    cache.offer(user(1), cache.epoch(&user(1)), &snapshot(3));
    assert_eq!(rev(), Some(3));
}

#[tokio::test]
async fn that_nobody_is_there_is_remembered_until_somebody_is() {
    let (_directory, path) = place();
    let store = open(&path);
    assert_eq!(store.snapshot(user(1)).await, Ok(None));
    let hide = |sql| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    hide("ALTER TABLE partition RENAME TO hidden");
    assert_eq!(store.snapshot(user(1)).await, Ok(None), "without a look into the file");
    assert!(store.snapshot(user(2)).await.is_err());
    hide("ALTER TABLE hidden RENAME TO partition");
    store.commit(commit(user(1), 1, vec![big(1, 10)])).await.unwrap();
    assert_eq!(store.snapshot(user(1)).await.unwrap().unwrap().items("skills").len(), 1);
    store.commit(commit(user(1), 2, vec![Change::Drop])).await.unwrap();
    assert_eq!(store.snapshot(user(1)).await, Ok(None));
}

/// Readers note the last acknowledged rev and then must see at least that.
async fn race(cache_bytes: usize) {
    const COMMITS: u64 = 300;
    let (_directory, path) = place();
    let store = Arc::new(SqliteStore::open(&path, &Options { cache_bytes, ..Options::default() }).unwrap());
    let acknowledged = Arc::new(AtomicU64::new(0));
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..4 {
        let (store, acknowledged) = (Arc::clone(&store), Arc::clone(&acknowledged));
        readers.spawn(async move {
            let mut least = 0;
            while least < COMMITS {
                least = acknowledged.load(Ordering::SeqCst);
                let seen = store.snapshot(user(1)).await.unwrap().map_or(0, |seen| seen.rev());
                assert!(seen >= least, "saw {seen} after {least} was acknowledged");
                if reader == 0 {
                    // Makes room for itself, so that the others load again.
                    store.snapshot(user(2)).await.unwrap();
                }
                tokio::task::yield_now().await;
            }
        });
    }
    store.commit(commit(user(2), 1, vec![big(1, 20_000)])).await.unwrap();
    for number in 1..=COMMITS {
        let at = number.cast_signed();
        let rev = store.commit(commit(user(1), at, vec![big(1, 20_000)])).await.unwrap();
        acknowledged.store(rev, Ordering::SeqCst);
    }
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_less_than_was_acknowledged() {
    race(1 << 20).await;
    race(0).await;
}

#[tokio::test]
async fn the_log_stays_bounded() {
    let (directory, path) = place();
    let options = Options { wal_bytes: 1 << 20, ..Options::default() };
    let store = SqliteStore::open(&path, &options).unwrap();
    for number in 0..400 {
        store.commit(commit(user(1), 1, vec![big(number % 10, 50_000)])).await.unwrap();
    }
    let log = files(&directory).into_iter().find(|(name, _)| name == "store.db-wal").unwrap();
    assert!(log.1.len() < 4 << 20, "the log has {} bytes", log.1.len());
}

#[test]
fn a_header_that_is_gone_is_told_where_a_commit_was_acknowledged_under_it() {
    let (_directory, path) = place();
    let store = open(&path);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.commit(commit(user(1), 1, vec![put("skills", "a", 1)]))).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let copied = copy.path().join("store.db");
    for suffix in ["", "-wal", "-lock"] {
        fs::copy(beside(&path, suffix), beside(&copied, suffix)).unwrap();
    }
    let mut log = fs::read(beside(&copied, "-wal")).unwrap();
    log[..512].fill(0);
    fs::write(beside(&copied, "-wal"), &log).unwrap();
    assert!(refusal(&copied).to_string().contains("header is damaged"));
    assert!(SqliteStore::open_read_only(&copied).is_err());
    // As a power cut leaves the first write of a new run.
    fs::write(beside(&copied, "-lock"), super::wal::Mark { salt: [9; 8], frames: 7 }.form()).unwrap();
    open(&copied);
}
