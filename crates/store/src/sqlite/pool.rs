//! Connections that read. A reader takes one, or opens one when all are taken, so nobody waits for a connection.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::schema::beside;
use crate::news::News;
use crate::{Error, Result};

/// How a connection is opened.
type Opening = fn(&Path) -> Result<Connection>;

#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    open: Opening,
    /// No log was there, nor could one be made: what is written to the file from now on is not seen as a whole.
    is_at_rest: bool,
    idle: Mutex<Vec<Connection>>,
    /// How many idle connections are kept.
    keep: usize,
    /// The damage that was told lately.
    damage: News,
}

impl Pool {
    /// A pool whose first connection is open, so that a file that cannot be read shows at once.
    pub(super) fn new(path: &Path, keep: usize, open: Opening) -> Result<Self> {
        let first = open(path)?;
        Ok(Self {
            path: path.to_owned(),
            open,
            is_at_rest: !beside(path, "-wal").exists(),
            idle: Mutex::new(vec![first]),
            keep: keep.max(1),
            damage: News::of_damage(),
        })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => (self.open)(&self.path)?,
        };
        let outcome = work(&connection);
        if self.is_at_rest && beside(&self.path, "-wal").exists() {
            return Err(Error::Unavailable("a server has opened the store meanwhile; try again".to_owned()));
        }
        if let Err(error @ Error::Corrupt(what)) = &outcome
            && self.damage.is_new(what)
        {
            tracing::error!(%error, "what was read from the store is not answered");
        }
        let mut idle = self.idle();
        if idle.len() < self.keep {
            idle.push(connection);
        }
        outcome
    }

    pub(super) fn clear(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;
    use crate::sqlite::schema::open_reader;
    use crate::sqlite::{Options, SqliteStore};

    /// Counts what is told.
    #[derive(Clone, Default)]
    struct Ear(Arc<AtomicUsize>);

    impl Subscriber for Ear {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() == tracing::Level::ERROR
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn damage_that_is_met_again_and_again_is_told_once() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("store");
        drop(SqliteStore::open(&path, &Options::default()).unwrap());
        let pool = Pool::new(&path, 1, open_reader).unwrap();
        let ear = Ear::default();
        let meet = |what: &str| pool.with(|_| Err::<(), _>(Error::Corrupt(what.to_owned())));
        tracing::subscriber::with_default(ear.clone(), || {
            for what in ["one", "one", "another", "one", "another"] {
                assert_eq!(meet(what), Err(Error::Corrupt(what.to_owned())));
            }
        });
        assert_eq!(ear.0.load(Ordering::Relaxed), 2);
    }
}
