//! Connections that read. A reader takes one, or opens one when all are taken, so nobody waits for a connection.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::schema;
use crate::{Error, Result};

#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// How many idle connections are kept.
    keep: usize,
}

impl Pool {
    /// A pool whose first connection is open, so that a file that cannot be read shows at once.
    pub(super) fn new(path: &Path, keep: usize) -> Result<Self> {
        let first = schema::open_reader(path)?;
        Ok(Self { path: path.to_owned(), idle: Mutex::new(vec![first]), keep: keep.max(1) })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)?,
        };
        let outcome = work(&connection);
        if let Err(error @ Error::Corrupt(_)) = &outcome {
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
