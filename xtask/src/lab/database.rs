//! The database of a lab: a PostgreSQL of its own, which can be killed and frozen, or a place in a cluster that
//! somebody else runs; and what servers need to share it.

use std::fs::File;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use store::testing::{Engine, Place, execute};

use crate::bench::production::{self, SETTINGS};
use crate::bench::scene::Server;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::PAUSE;
use crate::lab::{Below, Bench, crowd};

/// How long servers wait for an answer of the database, in milliseconds. Short, for many are waited for in vain.
const TIMEOUT: u32 = 1_000;

/// How often a database is asked whether it is there again; it ends only a lab that would hang.
const ASKED: usize = 600;

const NEWCOMERS: &str = "create_people = true\n";

/// What is below a database.
pub(crate) enum Beneath {
    /// An engine of the lab's own.
    Own(Engine),
    /// A place in a cluster. It goes when the lab does.
    Cluster(Place),
    /// Engines that the lab leads itself.
    At(String),
}

/// A database and what servers need that stand on it.
pub(crate) struct Database {
    beneath: Beneath,
    /// The token of an administrator.
    pub(crate) token: String,
    starts: AtomicUsize,
}

impl Beneath {
    /// What a lab is to run on; nothing for a file.
    pub(crate) fn of(bench: &Bench) -> Outcome<Option<Beneath>> {
        match (bench.below, &bench.cluster) {
            (Below::Sqlite, _) => Ok(None),
            (Below::Postgres, None) => Ok(Some(Beneath::Own(Engine::start().or_fail("cannot start PostgreSQL")?))),
            (Below::Postgres, Some(cluster)) => {
                let place = wait(Place::in_cluster(&cluster.url))?.or_fail("no place in the cluster")?;
                Ok(Some(Beneath::Cluster(place)))
            }
        }
    }

    fn url(&self) -> String {
        match self {
            Beneath::Own(engine) => engine.url(),
            Beneath::Cluster(place) => place.url.clone(),
            Beneath::At(url) => url.clone(),
        }
    }
}

/// Waits for something that the lab's own thread has to do with a database.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_fail("cannot start")?;
    Ok(runtime.block_on(work))
}

impl Database {
    /// An empty database, and settings for servers on it that trust a development server's token.
    pub(crate) fn new(folder: &Path, made: &Server, token: String, beneath: Beneath) -> Outcome<Database> {
        let data = format!("store = '{}'\ndatabase.timeout_ms = {TIMEOUT}", beneath.url());
        production::settle(made, &token, folder, &data)?;
        // Nobody is there; who asks comes by asking. The issuer is what the settings end with.
        let mut settings = File::options().append(true).open(folder.join(SETTINGS)).or_fail(SETTINGS)?;
        settings.write_all(NEWCOMERS.as_bytes()).or_fail(SETTINGS)?;
        Ok(Database { beneath, token, starts: AtomicUsize::new(0) })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        self.beneath.url()
    }

    /// Whether its tables are to be spread over machines.
    pub(crate) fn is_distributed(&self) -> bool {
        matches!(&self.beneath, Beneath::Cluster(place) if place.is_distributed())
    }

    /// The engine that the lab may do with as it likes.
    pub(crate) fn engine(&self) -> Outcome<&Engine> {
        match &self.beneath {
            Beneath::Own(engine) => Ok(engine),
            _ => Err(Failure::new("this needs a PostgreSQL of the lab's own, not one that somebody else runs")),
        }
    }

    /// Lets nobody else in by asking; for servers that start from now on.
    pub(crate) fn close_doors(&self, folder: &Path) -> Outcome {
        let file = folder.join(SETTINGS);
        let text = std::fs::read_to_string(&file).or_fail(SETTINGS)?;
        std::fs::write(&file, text.replace(NEWCOMERS, "")).or_fail(SETTINGS)
    }

    /// Has it acknowledge what it has not made durable.
    pub(crate) fn weaken(&self) -> Outcome {
        self.alter(&[
            "SET synchronous_commit = off",
            "SET wal_writer_delay = '10s'",
            "SET wal_writer_flush_after = '1GB'",
        ])
    }

    /// Has it refuse to be written, as a standby does, or take writes again.
    pub(crate) fn keep_from_writing(&self, kept: bool) -> Outcome {
        self.alter(&[if kept {
            "SET default_transaction_read_only = on"
        } else {
            "RESET default_transaction_read_only"
        }])
    }

    fn alter(&self, changes: &[&str]) -> Outcome {
        let url = format!("{}&options=-c%20default_transaction_read_only%3Doff", self.engine()?.url());
        for change in changes {
            wait(execute(&url, &format!("ALTER SYSTEM {change}")))?.or_fail(change)?;
        }
        wait(execute(&url, "SELECT pg_reload_conf()"))?.or_fail("the database")
    }

    /// Has it begin a new file of its log, so that it needs no other for a while.
    pub(crate) fn begin_log(&self) -> Outcome {
        for step in ["SELECT pg_switch_wal()", "CHECKPOINT"] {
            wait(execute(&self.url(), step))?.or_fail("the database")?;
        }
        Ok(())
    }

    /// Waits until it answers, and starts it again where it has ended by itself.
    pub(crate) fn revive(&self) -> Outcome {
        for _ in 0..ASKED {
            self.engine()?.revive().or_fail("the database")?;
            if wait(execute(&self.url(), "SELECT 1"))?.is_ok() {
                return Ok(());
            }
            std::thread::park_timeout(PAUSE);
        }
        Err(Failure::new("the database does not answer any more"))
    }

    /// Takes all connections that it has left, for as long as the value lives.
    pub(crate) fn crowd(&self) -> Outcome<Vec<TcpStream>> {
        let mut crowd = Vec::new();
        while let Some(line) = crowd::enter(self.engine()?.port()).or_fail("the database")? {
            crowd.push(line);
        }
        Ok(crowd)
    }

    /// Takes all locks that it has, for as long as the value lives.
    pub(crate) fn lock_all(&self) -> Outcome<TcpStream> {
        let line = crowd::enter(self.engine()?.port()).or_fail("the database")?;
        let mut line = line.ok_or_else(|| Failure::new("the database has no room"))?;
        crowd::lock_all(&mut line).or_fail("the database")?;
        Ok(line)
    }

    /// Starts a server on it by a command that lacks only arguments.
    pub(crate) fn serve(&self, command: Command, folder: &Path) -> Outcome<Server> {
        let number = self.starts.fetch_add(1, Ordering::Relaxed);
        production::serve(command, folder, &format!("served-{number}.env"))
    }
}
