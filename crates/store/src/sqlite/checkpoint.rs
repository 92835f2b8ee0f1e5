//! Folding the write-ahead log into the file, on a thread and a connection of its own so that commits do not
//! wait for it. Never waits for readers: what one still needs is left for the next time.

mod plan;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use self::plan::{Plan, Step};
use super::{row, schema, writer};
use crate::Result;

/// Folds in what can be without waiting for anybody.
const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Folds in everything and empties the log.
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Watches the length of the log from the writer's thread.
pub(super) struct Checkpoints {
    /// Carries the log that is to be folded in.
    wake: SyncSender<u64>,
    thread: JoinHandle<()>,
    /// The pages in the log, told by SQLite at each commit.
    pages: Arc<AtomicUsize>,
    folded: Arc<Mutex<Folded>>,
    plan: Plan,
}

/// What has been folded in.
#[derive(Default)]
struct Folded {
    /// Of which log.
    run: u64,
    pages: usize,
    /// The thread was woken and has not told yet how far it has come.
    is_at_work: bool,
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
        let folded = Arc::new(Mutex::default());
        let tell = Arc::clone(&folded);
        let thread = writer::spawn("store-checkpoint", move || run(&own, &woken, &tell))?;
        let plan = Plan::new(wal_bytes / schema::PAGE_SIZE);
        Ok(Self { wake, thread, pages, folded, plan })
    }

    /// The pages in the log after the last commit.
    pub(super) fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// To be called by the writer between transactions.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        self.plan.grown_to(self.pages());
        let run = self.plan.run();
        let mut folded = lock(&self.folded);
        let pages = if folded.run == run { folded.pages } else { 0 };
        match self.plan.step(pages, folded.is_at_work) {
            Step::Nothing => {}
            Step::Wake => folded.is_at_work = self.wake.try_send(run).is_ok(),
            Step::Fold => {
                drop(folded);
                checkpoint(connection, PASSIVE);
            }
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

fn run(connection: &Connection, woken: &Receiver<u64>, folded: &Mutex<Folded>) {
    while let Ok(run) = woken.recv() {
        let pages = checkpoint(connection, PASSIVE);
        *lock(folded) = Folded { run, pages, is_at_work: false };
    }
}

fn lock(folded: &Mutex<Folded>) -> MutexGuard<'_, Folded> {
    folded.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says how many pages of the log are folded in, where that is known.
fn checkpoint(connection: &Connection, statement: &str) -> usize {
    let folded = connection.query_row(statement, [], |row| row.get::<_, i64>(2));
    // Not folding in costs space, not data, so a failure is only worth a line: busy is the ordinary case.
    let folded = folded.inspect_err(|error| tracing::debug!(%error, "the log of the store was not folded in"));
    usize::try_from(folded.unwrap_or_default()).unwrap_or_default()
}
