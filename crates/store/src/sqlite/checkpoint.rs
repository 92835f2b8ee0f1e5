//! Folding the write-ahead log into the file, on a thread and a connection of its own so that commits do not
//! wait for it. Never waits for readers: what one still needs is left for the next time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{row, schema, writer};
use crate::Result;

/// How many pages the log may grow by before the checkpointer is woken. More pages are written in fewer places,
/// because those that change often are written once; but commits wait longer while the disk is busy with them.
const WAKE_PAGES: usize = 3_000;

/// Folds in what can be without waiting for anybody.
const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Folds in everything and empties the log.
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Watches the length of the log from the writer's thread.
pub(super) struct Checkpoints {
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
    /// The pages in the log, told by SQLite at each commit.
    pages: Arc<AtomicUsize>,
    woken_at: usize,
    bound: usize,
    tried_at: usize,
}

impl Checkpoints {
    /// Starts the thread. Takes the place of SQLite's own checkpoints on the connection.
    pub(super) fn start(connection: &mut Connection, path: &Path, wal_bytes: usize) -> Result<Self> {
        let pages = Arc::new(AtomicUsize::new(0));
        let told = Arc::clone(&pages);
        let hook = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            told.store(usize::try_from(pages).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        };
        connection.wal_hook(Some(hook))?;
        connection.pragma_update_and_check(None, "journal_size_limit", row::limit(wal_bytes), |_| Ok(()))?;
        let own = schema::open_checkpointer(path)?;
        let (wake, woken) = sync_channel(1);
        let thread = writer::spawn("store-checkpoint", move || run(&own, &woken))?;
        let bound = wal_bytes / schema::PAGE_SIZE;
        Ok(Self { wake, thread, pages, woken_at: 0, bound, tried_at: 0 })
    }

    /// The pages in the log after the last commit.
    pub(super) fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// To be called by the writer between transactions.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let pages = self.pages();
        if pages < self.woken_at {
            (self.woken_at, self.tried_at) = (0, 0);
        }
        if pages >= self.bound && pages >= self.tried_at + self.bound / 4 {
            // The checkpointer never catches up with a writer that does not pause, so the writer pauses:
            // the little that is left is folded in here, and the next commit begins the log anew.
            self.tried_at = pages;
            checkpoint(connection, PASSIVE);
        } else if pages >= self.woken_at + WAKE_PAGES {
            self.woken_at = pages;
            // Full means that it is awake already.
            _ = self.wake.try_send(());
        }
    }

    /// Ends the thread and empties the log.
    pub(super) fn finish(self, connection: &Connection) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread of the store has ended early");
        }
        checkpoint(connection, TRUNCATE);
    }
}

fn run(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        checkpoint(connection, PASSIVE);
    }
}

fn checkpoint(connection: &Connection, statement: &str) {
    // Not folding in costs space, not data, so a failure is only worth a line: busy is the ordinary case.
    if let Err(error) = connection.query_row(statement, [], |_| Ok(())) {
        tracing::debug!(error = %error, "the log of the store was not folded in");
    }
}
