//! The tables, and opening a file: is it a store, of a version we read, and ours alone to write?
//! Refuses before touching anything.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{row, sound, upgrade};
use crate::{Error, Result};

/// The newest schema that this release reads and the one that it writes.
pub(super) const VERSION: u32 = 3;

/// Marks the file as a store: "VTAE".
const APPLICATION: u32 = 0x5654_4145;

/// A commit dirties a few pages at random places and writes each of them twice, so they are small; but a row longer
/// than a quarter of a page takes a page of its own for the rest, and most items and records have one to two kilobytes.
/// A file keeps the size that it was made with.
pub(super) const PAGE_SIZE: usize = 8192;

/// How long to wait for another connection's lock. Connections of one store do not wait for each other beyond moments.
const BUSY: Duration = Duration::from_secs(5);

/// The tables. Each row has a checksum, `sum`, that is null only while a file is brought up to date; see
/// [`sum`](super::sum). Keys begin with the owner, so that everything of one owner lies together; the two that do not,
/// `posting` and `history`, are ranges read across owners. Rows of the history are never moved: they lie in the order in
/// which they were written, apart from their index. In files that an earlier release made they lie in the order of it, and
/// stay so; all statements are meant for both.
const TABLES: &str = "
CREATE TABLE partition (
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  live INTEGER NOT NULL,
  at INTEGER NOT NULL, -- of the commit that made rev
  mark_at INTEGER, -- of the commit that made the last marked rev
  head BLOB, -- the newest link of the chain; null before the first
  items INTEGER, -- the checksums of its items, added up
  postings INTEGER, -- those of its rows in posting
  sum INTEGER,
  PRIMARY KEY (owner, tenant, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  audience INTEGER NOT NULL,
  searchable INTEGER NOT NULL,
  unverified INTEGER NOT NULL,
  confidence REAL,
  creator_app TEXT,
  creator_user BLOB,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  beyond INTEGER NOT NULL,
  body BLOB NOT NULL,
  postings BLOB, -- the item's rows in posting, to remove them by
  sum INTEGER,
  PRIMARY KEY (owner, tenant, kind, collection, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE posting (
  tenant BLOB NOT NULL,
  path TEXT NOT NULL,
  token BLOB NOT NULL,
  owner BLOB NOT NULL,
  item TEXT NOT NULL,
  collection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  PRIMARY KEY (tenant, path, token, owner, item, collection, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE history (
  bucket INTEGER NOT NULL,
  at INTEGER NOT NULL,
  owner BLOB NOT NULL,
  tenant BLOB NOT NULL,
  kind INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  touched BLOB NOT NULL,
  audit BLOB, -- the values; null once erased
  prev_at INTEGER, -- of the commit that made rev - 1
  mark_at INTEGER, -- of the commit that made the last marked rev below rev
  what BLOB, -- this and what follows is null in rows of schema 1
  salt BLOB, -- null once erased
  digest BLOB,
  link BLOB,
  sum INTEGER
) STRICT;
CREATE UNIQUE INDEX history_place ON history (bucket, at, owner, tenant, kind, rev);
CREATE TABLE name (
  tenant BLOB NOT NULL,
  name TEXT NOT NULL,
  owner BLOB NOT NULL,
  bound INTEGER NOT NULL,
  at INTEGER NOT NULL,
  sum INTEGER,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE secret (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL,
  sum INTEGER
) STRICT, WITHOUT ROWID;
";

/// Judges a file by its first bytes, which opening it as a database might already change.
pub(super) fn check_file(path: &Path) -> Result<()> {
    let mut header = [0; 100];
    match File::open(path).and_then(|mut file| file.read_exact(&mut header)) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        // SQLite makes a store of an empty file and calls anything else of this length damaged.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
        Err(error) => return Err(io_error(path, &error)),
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(Error::Corrupt(format!("`{}` is not a SQLite file", path.display())));
    }
    let number =
        |at: usize| header.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
    judge(number(68).unwrap_or_default(), number(60).unwrap_or_default())
}

/// Judges an open database, whose log may hold news that the first bytes of the file do not show.
pub(super) fn check_version(connection: &Connection) -> Result<()> {
    judge(pragma(connection, "application_id")?, pragma(connection, "user_version")?)
}

fn judge(application: u32, version: u32) -> Result<()> {
    match (application, version) {
        (APPLICATION, version) if version > VERSION => Err(Error::Schema { found: version, supported: VERSION }),
        (APPLICATION, _) | (0, 0) => Ok(()),
        _ => Err(Error::Corrupt("it is a database of another application".to_owned())),
    }
}

/// Takes the lock of a store. It is held as long as the file is open, and the system gives it up when a process dies.
pub(super) fn lock(path: &Path) -> Result<File> {
    let lock = beside(path, "-lock");
    let file = File::options().create(true).truncate(false).write(true).open(&lock);
    let file = file.map_err(|error| io_error(&lock, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(io_error(&lock, &error)),
    }
}

/// Opens the connection that writes, and creates the tables in a new file.
pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    check_version(&connection)?;
    let setup = || -> rusqlite::Result<()> {
        connection.pragma_update(None, "page_size", row::limit(PAGE_SIZE))?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        // The pages that people who write now write to; what is not there is read from the file again for each commit.
        connection.pragma_update(None, "cache_size", -32_768)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(())
    };
    setup().map_err(Error::from)?;
    create(&connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    prepare_reader(open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// The same for who has not the lock, and may be the only one to have the file open.
pub(super) fn open_visitor(path: &Path) -> Result<Connection> {
    let is_at_rest = !beside(path, "-wal").exists();
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    prepare_reader(match pragma(&connection, "user_version") {
        Err(error @ Error::Unavailable(_)) if is_at_rest => open_at_rest(path).ok_or(error)?,
        _ => connection,
    })
}

fn prepare_reader(connection: Connection) -> Result<Connection> {
    connection.pragma_update(None, "cache_size", -1024).map_err(Error::from)?;
    upgrade::show_as_if(&connection, pragma(&connection, "user_version")?)?;
    Ok(connection)
}

/// Opens a file that no server has open, where nothing can be written beside it: on a medium for reading, or by a user
/// who may only read. Elsewhere even a reader makes the files of the log, by which it learns of a server.
fn open_at_rest(path: &Path) -> Option<Connection> {
    let name = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = open(Path::new(&format!("file:{name}?immutable=1")), flags).ok()?;
    pragma(&connection, "user_version").ok().map(|_| connection)
}

/// Opens a connection that only checkpoints.
pub(super) fn open_checkpointer(path: &Path) -> Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = connection.map_err(|error| Error::Io(format!("cannot open `{}`: {error}", path.display())))?;
    connection.busy_timeout(BUSY).map_err(Error::from)?;
    connection.pragma_update(None, "temp_store", "memory").map_err(Error::from)?;
    // Otherwise a statement with a limit is planned anew for each limit, at the price of a small query.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(Error::from)?;
    Ok(connection)
}

fn create(connection: &Connection) -> Result<()> {
    let version = pragma(connection, "user_version")?;
    if version == VERSION {
        return Ok(());
    }
    let transaction = connection.unchecked_transaction()?;
    match version {
        0 => transaction.execute_batch(TABLES)?,
        older => {
            upgrade::run(&transaction, older)?;
            // Refused afterwards, it could not be opened by the earlier release either.
            sound::judge(&transaction)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

fn pragma(connection: &Connection, name: &str) -> Result<u32> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(Error::from)
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn io_error(path: &Path, error: &std::io::Error) -> Error {
    Error::Io(format!("cannot open `{}`: {error}", path.display()))
}
