//! The mark of the last acknowledged commit, kept in the file of the lock, and the judgement of a log by it.
//!
//! It is written once the commit is on the disk and not waited for: a killed server leaves it exact, and a power cut an
//! earlier one, by which less can be told.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::schema::{beside, io_error};
use super::wal::{self, HEADER_DAMAGED, Log, Mark, Salt};
use crate::{Error, Result};

/// Read at once of a log.
const BUFFER: usize = 1 << 20;

/// Writes marks.
#[derive(Debug)]
pub(super) struct Marks {
    file: File,
    path: PathBuf,
    log: Option<File>,
    last: Option<Mark>,
}

impl Marks {
    /// Into the file of the lock of the store at that path, which is there.
    pub(super) fn new(path: &Path) -> Result<Self> {
        let lock = beside(path, "-lock");
        let file = File::options().write(true).open(&lock).map_err(|error| io_error(&lock, &error))?;
        Ok(Self { file, path: beside(path, "-wal"), log: None, last: None })
    }

    /// Notes that a commit is on the disk, with which the log has so many frames.
    pub(super) fn note(&mut self, frames: usize) {
        // Without a mark less can be told later; that is no reason to refuse what is done.
        if let Err(error) = self.write(frames) {
            tracing::debug!(%error, "the mark of the log was not written");
        }
    }

    fn write(&mut self, frames: usize) -> std::io::Result<()> {
        let mark = Mark { salt: self.salt()?, frames: u32::try_from(frames).unwrap_or(u32::MAX) };
        if frames > 0 && self.last != Some(mark) {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&mark.form())?;
            self.last = Some(mark);
        }
        Ok(())
    }

    /// Of the run that the log is in.
    fn salt(&mut self) -> std::io::Result<Salt> {
        let log = match &mut self.log {
            Some(log) => log,
            none => none.insert(File::open(&self.path)?),
        };
        let mut salt = Salt::default();
        log.seek(SeekFrom::Start(wal::SALT))?;
        log.read_exact(&mut salt)?;
        Ok(salt)
    }
}

/// Refuses a store whose log is damaged where it was acknowledged. Told only if it is so twice: a server may be writing.
pub(super) fn judge(path: &Path) -> Result<()> {
    let mark = mark(path)?;
    let Some(_) = fault(path, mark)? else { return Ok(()) };
    let Some(fault) = fault(path, mark)? else { return Ok(()) };
    let log = beside(path, "-wal");
    Err(Error::Corrupt(format!(
        "what was written last is lost, for the log `{}` is damaged: {fault}; put the latest sound copy in its place, or \
         see \"What to do about damage\" in docs/reliability.md",
        log.display()
    )))
}

fn mark(path: &Path) -> Result<Option<Mark>> {
    match std::fs::read(beside(path, "-lock")) {
        Ok(form) => Ok(Mark::read(&form)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, &error)),
    }
}

fn fault(path: &Path, mark: Option<Mark>) -> Result<Option<String>> {
    let blank = match read(path, Log::Empty, wal::read)? {
        Log::Blank => mark,
        log => return Ok(log.fault(mark)),
    };
    let is_damaged = blank.map_or(Ok(false), |mark| read(path, false, |log| wal::holds(log, mark.salt)))?;
    Ok(is_damaged.then(|| HEADER_DAMAGED.to_owned()))
}

/// Reads the log, where there is one.
fn read<T>(path: &Path, none: T, read: impl FnOnce(BufReader<File>) -> std::io::Result<T>) -> Result<T> {
    let path = beside(path, "-wal");
    match File::open(&path) {
        Ok(log) => read(BufReader::with_capacity(BUFFER, log)).map_err(|error| io_error(&path, &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(none),
        Err(error) => Err(io_error(&path, &error)),
    }
}
