//! Looking through the history, on a thread and a connection of its own, when a store is opened. Who reads it by time, across
//! people, would not miss a row that was lost; from when one is known to be, such reads fail.
//!
//! A small store waits for it, a large one is used meanwhile.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{history, schema, sound, writer};
use crate::{Error, Result};

/// Up to this length of the file, opening waits: fractions of a second.
const SMALL: u64 = 64 << 20;

/// Rows read at a time.
const PORTION: usize = 1_000;

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
    if let Some(line) = sound::integrity(connection, Some("history"))?.into_iter().next() {
        return Err(Error::Corrupt(line));
    }
    let mut portion = history::rows_after(connection, None, PORTION)?;
    while let Some(last) = portion.last() {
        portion.iter().try_for_each(history::Node::check)?;
        portion = history::rows_after(connection, Some(last), PORTION)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{look, reader};
    use crate::Error;
    use crate::Store;
    use crate::fixture::{commit, user};
    use crate::sqlite::tests::{open, place};

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
}
