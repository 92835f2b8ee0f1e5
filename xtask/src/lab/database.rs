//! The database of a lab: a PostgreSQL of its own, which can be killed and frozen, and what servers need to share it.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use store::testing::Engine;

use crate::bench::production;
use crate::bench::scene::Server;
use crate::failure::{Because, Outcome};

/// How long servers wait for an answer of the database, in milliseconds. Short, for many are waited for in vain.
const TIMEOUT: u32 = 1_000;

/// A database and what servers need that stand on it.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    /// The token of an administrator.
    pub(crate) token: String,
    starts: AtomicUsize,
}

impl Database {
    /// An empty database, and settings for servers on it that trust a development server's token.
    pub(crate) fn new(folder: &Path, made: &Server, token: String) -> Outcome<Database> {
        let engine = Engine::start().or_fail("cannot start PostgreSQL")?;
        let data = format!("store = '{}'\ndatabase.timeout_ms = {TIMEOUT}", engine.url());
        production::settle(made, &token, folder, &data)?;
        Ok(Database { engine, token, starts: AtomicUsize::new(0) })
    }

    /// Starts a server on it by a command that lacks only arguments.
    pub(crate) fn serve(&self, command: Command, folder: &Path) -> Outcome<Server> {
        let number = self.starts.fetch_add(1, Ordering::Relaxed);
        production::serve(command, folder, &format!("served-{number}.env"))
    }
}
