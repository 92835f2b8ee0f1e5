//! The embedded store: one SQLite file in WAL mode, one writer thread that commits in groups, read connections
//! used inline, and a cache of hot partitions. Expects to be the only writer of its file, and holds a lock to be sure.

mod apply;
mod batch;
mod checkpoint;
mod expect;
mod history;
mod marks;
mod name;
mod pool;
mod read;
mod row;
mod schema;
mod sound;
mod sum;
mod survey;
#[cfg(test)]
mod tests;
mod transfer;
mod upgrade;
mod verify;
mod wal;
mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use uuid::Uuid;

use self::marks::Marks;
use self::pool::Pool;
use self::survey::Survey;
use self::writer::Writer;
use crate::cache::Cache;
use crate::chain::Row;
use crate::landings::Board;
use crate::{
    AuditRow, BoxFuture, Candidate, ChangePosition, ChangeRow, Claimed, Commit, Error, Landings, NameEntry,
    PartitionKey, Result, Scan, Snapshot, Store,
};

/// The sizes that may be chosen when opening a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The bytes that hot partitions may occupy in memory.
    pub cache_bytes: usize,
    /// The read connections kept open: as many as threads read at once.
    pub readers: usize,
    /// The length of the write-ahead log at which the writer itself sees to it that the log starts over.
    pub wal_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 64 << 20, readers: 4, wal_bytes: 64 << 20 }
    }
}

/// A store in one SQLite file.
///
/// Dropping it finishes the queued writes, folds the log into the file and joins the threads.
#[derive(Debug)]
pub struct SqliteStore {
    // Dropped in this order: the writer's threads end first, the lock is given up last.
    writer: Option<Writer>,
    readers: Pool,
    survey: Option<Survey>,
    cache: Option<Arc<Cache>>,
    board: Arc<Board>,
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens the store in a file, creating it when there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, is no store, is newer than this release, or is in use.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        schema::check_file(path)?;
        let lock = schema::lock(path)?;
        marks::judge(path)?;
        let connection = schema::open_writer(path)?;
        sound::admit(&connection)?;
        let cache = Arc::new(Cache::new(options.cache_bytes));
        let readers = Pool::new(path, options.readers, schema::open_reader)?;
        let marks = Marks::new(path)?;
        let board = Arc::new(Board::default());
        let shared = (Arc::clone(&cache), Arc::clone(&board));
        let writer = Writer::start(connection, path, shared, options.wal_bytes, marks)?;
        let survey = Some(Survey::start(path)?);
        Ok(Self { writer: Some(writer), readers, survey, cache: Some(cache), board, _lock: Some(lock) })
    }

    /// Opens the store for reading, beside a process that may be writing. Nothing is cached.
    ///
    /// # Errors
    /// When the file cannot be opened, is no store, or is newer than this release.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        schema::check_file(path)?;
        marks::judge(path)?;
        let readers = Pool::new(path, Options::default().readers, schema::open_visitor)?;
        readers.with(schema::check_version)?;
        Ok(Self { writer: None, readers, survey: None, cache: None, board: Arc::default(), _lock: None })
    }

    /// Looks through what says what there is, as opening for writing does: rows that were lost from it would not be missed.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when something is not what was written.
    pub fn admit(&self) -> Result<()> {
        self.readers.with(sound::admit)
    }

    /// Reads the history across people.
    fn read_across<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> BoxFuture<'_, Result<T>> {
        match self.survey.as_ref().map_or(Ok(()), Survey::verdict) {
            Ok(()) => self.read(work),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn read<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> BoxFuture<'_, Result<T>> {
        Box::pin(std::future::ready(self.readers.with(work)))
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut batch::Batch<'_>) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T>> {
        match &self.writer {
            Some(writer) => writer.submit(work),
            None => Box::pin(std::future::ready(Err(Error::ReadOnly))),
        }
    }

    fn load(&self, partition: PartitionKey) -> Result<Option<Arc<Snapshot>>> {
        let load = |connection: &Connection| read::snapshot(connection, partition);
        let Some(cache) = &self.cache else {
            return Ok(self.readers.with(load)?.map(Arc::new));
        };
        if let Some(found) = cache.get(&partition) {
            return Ok(found);
        }
        let epoch = cache.epoch(&partition);
        let loaded = self.readers.with(load)?.map(Arc::new);
        cache.offer(partition, epoch, &loaded);
        Ok(loaded)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // The last connection to close folds the log into the file, so readers go before the writer's.
        self.survey = None;
        self.readers.clear();
    }
}

impl Store for SqliteStore {
    fn snapshot(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Arc<Snapshot>>>> {
        Box::pin(std::future::ready(self.load(partition)))
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>> {
        self.write(move |batch| batch.commit(&commit))
    }

    fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> BoxFuture<'_, Result<Claimed>> {
        self.write(move |batch| name::claim(batch.connection(), tenant, &name, None, owner, at))
    }

    fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> BoxFuture<'_, Result<bool>> {
        self.write(move |batch| name::bind(batch.connection(), tenant, &name, owner))
    }

    fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, until: i64) -> BoxFuture<'_, Result<bool>> {
        self.write(move |batch| name::release(batch.connection(), tenant, &name, (owner, until)))
    }

    fn reclaim(
        &self,
        tenant: Uuid,
        name: Arc<str>,
        stale: NameEntry,
        owner: Uuid,
        at: i64,
    ) -> BoxFuture<'_, Result<Claimed>> {
        self.write(move |batch| name::claim(batch.connection(), tenant, &name, Some(stale), owner, at))
    }

    fn lookup(&self, tenant: Uuid, name: Arc<str>) -> BoxFuture<'_, Result<Option<NameEntry>>> {
        self.read(move |connection| name::lookup(connection, tenant, &name))
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Result<Vec<Candidate>>> {
        self.read(move |connection| read::scan(connection, &scan))
    }

    fn changes(
        &self,
        bucket: u16,
        after: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ChangeRow>>> {
        self.read_across(move |connection| history::changes(connection, bucket, after, limit))
    }

    fn landings(&self) -> Option<Arc<Landings>> {
        // Read only, it stands beside the one that writes.
        self.writer.as_ref().map(|_| self.board.watch())
    }

    fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.read(move |connection| {
            let rows = history::rows(connection, partition, after_rev, limit)?;
            Ok(rows.into_iter().map(Row::audit).collect())
        })
    }

    fn records(
        &self,
        tenant: Uuid,
        before: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.read_across(move |connection| history::records(connection, tenant, before, limit))
    }

    fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<PartitionKey>>> {
        self.read(move |connection| read::partitions(connection, after, limit))
    }

    fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> BoxFuture<'_, Result<[u8; 32]>> {
        self.write(move |batch| name::secret(batch.connection(), &name, candidate))
    }

    fn erase_all(&self) -> BoxFuture<'_, Result<()>> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone is not general over the batch's lifetime"
        )]
        self.write(|batch| batch.erase_all())
    }

    fn verify(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        self.read(verify::verify)
    }
}
