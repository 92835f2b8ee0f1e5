//! Looking through the history, on a thread and a connection of its own, when a store is opened. Who reads it by time, across
//! people, would not miss a row that was lost; from when one is known to be, such reads fail.
//!
//! A small store waits for it, a large one is used meanwhile.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use rusqlite::{Connection, InterruptHandle};

use super::{history, schema, sound, writer};
use crate::{Error, Result};

/// Up to this length of the file, opening waits: fractions of a second.
const SMALL: u64 = 64 << 20;

/// Rows read at a time.
const PORTION: usize = 1_000;

/// A look that is under way or done.
pub(super) struct Survey {
    damage: Arc<OnceLock<Error>>,
    ended: Arc<AtomicBool>,
    interrupt: InterruptHandle,
    thread: Option<JoinHandle<()>>,
}

impl Survey {
    pub(super) fn start(path: &Path) -> Result<Self> {
        let connection = schema::open_reader(path)?;
        let interrupt = connection.get_interrupt_handle();
        let (damage, ended) = (Arc::new(OnceLock::new()), Arc::new(AtomicBool::new(false)));
        let (found, stop) = (Arc::clone(&damage), Arc::clone(&ended));
        let thread = writer::spawn("store-survey", move || match look(&connection, &stop) {
            Err(error @ Error::Corrupt(_)) => {
                tracing::error!(%error, "the history is damaged: it is no longer read across people");
                _ = found.set(error);
            }
            Err(error) => tracing::debug!(%error, "the history was not looked through"),
            Ok(()) => {}
        })?;
        let mut survey = Self { damage, ended, interrupt, thread: Some(thread) };
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
        self.interrupt.interrupt();
        self.wait();
    }
}

impl std::fmt::Debug for Survey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Survey").field("damage", &self.damage).finish_non_exhaustive()
    }
}

fn look(connection: &Connection, stop: &AtomicBool) -> Result<()> {
    if let Some(line) = sound::integrity(connection, Some("history"))?.into_iter().next() {
        return Err(Error::Corrupt(line));
    }
    let mut portion = history::rows_after(connection, None, PORTION)?;
    while let (false, Some(last)) = (stop.load(Ordering::Relaxed), portion.last()) {
        portion.iter().try_for_each(history::Node::check)?;
        portion = history::rows_after(connection, Some(last), PORTION)?;
    }
    Ok(())
}
