//! Looking through the history, on a thread and a connection of its own, when a store is opened. Who reads it by time, across
//! people, would not miss a row that was lost; from when one is known to be, such reads fail.
//!
//! A small store waits for it, a large one is used meanwhile. It is done in portions, each at a moment of its own: who read all
//! of a large store at one moment would keep its log from starting over for as long.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use rusqlite::Connection;
use uuid::Uuid;

use super::history::{self, Node};
use super::{row, schema, writer};
use crate::{BUCKETS, Error, PartitionKey, Result, bucket_of};

/// Up to this length of the file, opening waits: fractions of a second.
const SMALL: u64 = 64 << 20;

/// Rows read at a time.
const PORTION: usize = 1_000;

/// Partitions whose revs are kept in mind at a time, some megabytes. Of more than that the buckets are looked at one by one,
/// each with another pass over the partitions.
const MANY: i64 = 100_000;

/// After how many steps of SQLite's, which may be a page each, it is asked whether to go on.
const STEPS: i32 = 500;

/// A look that is under way or done.
pub(super) struct Survey {
    damage: Arc<OnceLock<Error>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Survey {
    pub(super) fn start(path: &Path) -> Result<Self> {
        let (damage, ended) = (Arc::new(OnceLock::new()), Arc::new(AtomicBool::new(false)));
        let connection = reader(path, &ended)?;
        let found = Arc::clone(&damage);
        let thread = writer::spawn("store-survey", move || match look(&connection) {
            Err(error @ Error::Corrupt(_)) => {
                tracing::error!(%error, "the history is damaged: it is no longer read across people");
                _ = found.set(error);
            }
            Err(error) => tracing::debug!(%error, "the history was not looked through"),
            Ok(()) => {}
        })?;
        let mut survey = Self { damage, ended, thread: Some(thread) };
        if std::fs::metadata(path).is_ok_and(|file| file.len() <= SMALL) {
            survey.wait();
        }
        Ok(survey)
    }

    /// Whether rows may be missing.
    pub(super) fn verdict(&self) -> Result<()> {
        self.damage.get().cloned().map_or(Ok(()), Err)
    }

    fn wait(&mut self) {
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that looks through the history has ended early");
        }
    }
}

impl Drop for Survey {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.wait();
    }
}

impl std::fmt::Debug for Survey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Survey").field("damage", &self.damage).finish_non_exhaustive()
    }
}

/// A connection whose statements fail once it has ended, be it under way or not begun: an interrupt would be lost between two.
fn reader(path: &Path, ended: &Arc<AtomicBool>) -> Result<Connection> {
    let mut connection = schema::open_reader(path)?;
    let ended = Arc::clone(ended);
    connection.progress_handler(STEPS, Some(move || ended.load(Ordering::Relaxed)))?;
    Ok(connection)
}

fn look(connection: &Connection) -> Result<()> {
    match look_through(connection, PORTION, || ()) {
        // All of it at one moment: everything may have been erased between two portions.
        Err(Error::Corrupt(_)) => look_through(&*connection.unchecked_transaction()?, PORTION, || ()),
        outcome => outcome,
    }
}

/// Looks at each row, and for each that partitions have made, so many at a time. `between` is called between portions.
fn look_through(connection: &Connection, at_a_time: usize, mut between: impl FnMut()) -> Result<()> {
    let people: i64 = connection.query_row("SELECT count(*) FROM partition", [], |row| row.get(0))?;
    let share = (i64::from(BUCKETS) * MANY / people.max(1)).clamp(1, i64::from(BUCKETS));
    let share = u16::try_from(share).unwrap_or(BUCKETS);
    for first in (0..BUCKETS).step_by(share.into()) {
        let buckets = first..(first + share).min(BUCKETS);
        let mut due = due(connection, &buckets)?;
        between();
        let mut portion = history::rows_after(connection, &buckets, None, at_a_time)?;
        while !portion.is_empty() {
            portion.iter().try_for_each(|node| take(&mut due, node))?;
            if !portion.is_sorted_by(|one, next| place(one) < place(next)) {
                return Err(Error::Corrupt("the rows of the history are out of order".to_owned()));
            }
            between();
            portion = history::rows_after(connection, &buckets, portion.last(), at_a_time)?;
        }
        if let Some((key, Due { rev, left })) = due.into_iter().find(|(_, due)| due.left != 0) {
            let PartitionKey { owner, tenant, kind } = key;
            let who = format!("{kind:?} {owner} of tenant {tenant}");
            return Err(Error::Corrupt(format!("{who}: of the history up to rev {rev}, {left} rows are missing")));
        }
    }
    Ok(())
}

/// The rows of a partition that must be there.
struct Due {
    /// The newest.
    rev: u64,
    /// How many were not met yet.
    left: u64,
}

/// What partitions of these buckets have made so far; each rev is a row.
fn due(connection: &Connection, buckets: &Range<u16>) -> Result<HashMap<PartitionKey, Due>> {
    let mut statement = connection.prepare_cached("SELECT owner, tenant, kind, rev FROM partition")?;
    let mut rows = statement.query([])?;
    let mut due = HashMap::new();
    while let Some(row) = rows.next()? {
        let key = row::key(row, 0)?;
        if buckets.contains(&bucket_of(key.owner)) {
            let rev = row.get::<_, i64>(3)?.cast_unsigned();
            due.insert(key, Due { rev, left: rev });
        }
    }
    Ok(due)
}

/// Where a row is in the order of the index.
fn place(node: &Node) -> (u16, i64, Uuid, Uuid, i64, u64) {
    let PartitionKey { owner, tenant, kind } = node.row.partition;
    (bucket_of(owner), node.row.at, owner, tenant, kind.code(), node.row.rev)
}

/// Meets a row. One that was made since is nobody's loss.
fn take(due: &mut HashMap<PartitionKey, Due>, node: &Node) -> Result<()> {
    node.check()?;
    if let Some(due) = due.get_mut(&node.row.partition).filter(|due| node.row.rev <= due.rev) {
        due.left = due.left.saturating_sub(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rusqlite::Connection;
    use tokio::runtime::Handle;

    use super::{look, look_through, reader};
    use crate::fixture::{commit, user};
    use crate::sqlite::tests::{open, place};
    use crate::{Change, Error, Store};

    #[tokio::test]
    async fn a_look_ends_though_it_was_ended_before_its_first_statement() {
        let (_directory, path) = place();
        let store = open(&path);
        for at in 0..200 {
            store.commit(commit(user(1), at, vec![])).await.unwrap();
        }
        let ended = Arc::new(AtomicBool::new(false));
        let connection = reader(&path, &ended).unwrap();
        assert_eq!(look(&connection), Ok(()));
        ended.store(true, Ordering::Relaxed);
        assert!(matches!(look(&connection), Err(Error::Unavailable(why)) if why.contains("interrupted")));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn between_portions_the_log_starts_over_and_nobody_is_missed() {
        let (_directory, path) = place();
        let store = open(&path);
        let mut at = 0_i64;
        let mut write = |changes: Vec<Change>| {
            at += 1;
            let commit = commit(user(u128::from(at.unsigned_abs()) % 7), at, changes);
            tokio::task::block_in_place(|| Handle::current().block_on(store.commit(commit))).unwrap();
        };
        (0..40).for_each(|_| write(vec![]));
        let folding = Connection::open(&path).unwrap();
        let mut portions = 0;
        let outcome = look_through(&reader(&path, &Arc::new(AtomicBool::new(false))).unwrap(), 10, || {
            portions += 1;
            write(vec![Change::Drop]);
            let left: i64 = folding.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
            assert_eq!(left, 0, "somebody reads the log");
        });
        assert_eq!(outcome, Ok(()));
        assert!(portions > 2);
    }

    #[tokio::test]
    async fn a_row_that_is_gone_is_missed() {
        let (_directory, path) = place();
        let store = open(&path);
        for at in 0..20 {
            store.commit(commit(user(1), at, vec![])).await.unwrap();
        }
        drop(store);
        let connection = Connection::open(&path).unwrap();
        assert_eq!(look(&connection), Ok(()));
        connection.execute("DELETE FROM history WHERE rev = 7", []).unwrap();
        let found = look(&connection).unwrap_err().to_string();
        assert!(found.contains("of the history up to rev 20, 1 rows are missing"), "{found}");
        assert!(matches!(open(&path).records(user(1).tenant, None, 9).await, Err(Error::Corrupt(_))));
    }
}
