//! What the recorder wrote: every change to the files of a server, in order. Its form is that of `xtask/lab/disk.c`.

use std::path::{Path, PathBuf};

use crate::failure::{Because, Failure, Outcome};

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) what: What,
    /// Where in the log it ends: moments are told as lengths of the log.
    pub(super) end: u64,
}

/// What happened. Numbers of files are of the real disk; one is given out again once its file is gone.
#[derive(Debug, Clone)]
pub(super) enum What {
    Create { file: u64, path: PathBuf },
    Write { file: u64, offset: usize, data: Vec<u8> },
    Truncate { file: u64, length: usize },
    Sync { file: u64 },
    Rename { from: PathBuf, to: PathBuf },
    Unlink { path: PathBuf },
    Folder { file: u64, path: PathBuf },
}

/// Bytes before names and content.
const HEAD: usize = 32;

/// Reads a log. What a kill left of a last record is left out.
pub(super) fn read(path: &Path) -> Outcome<Vec<Record>> {
    let bytes = std::fs::read(path).or_fail(path.display())?;
    let (mut records, mut rest, mut end) = (Vec::new(), bytes.as_slice(), 0);
    while let Some((what, length)) = record(rest)? {
        end += length as u64;
        records.push(Record { what, end });
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(records)
}

fn record(bytes: &[u8]) -> Outcome<Option<(What, usize)>> {
    let Some(head) = bytes.get(..HEAD) else { return Ok(None) };
    let word =
        |at: usize| head.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_ne_bytes(*four));
    let long =
        |at: usize| head.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |eight| u64::from_ne_bytes(*eight));
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (name, other, data) = (size(word(4)), size(word(24)), size(word(28)));
    let Some(rest) = bytes.get(HEAD..HEAD + name + other + data) else { return Ok(None) };
    let (names, data) = rest.split_at_checked(name + other).unwrap_or_default();
    let (name, other) = names.split_at_checked(name).unwrap_or_default();
    let path = |bytes: &[u8]| PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
    let file = long(8);
    let offset = usize::try_from(long(16)).or_fail("an offset")?;
    let what = match word(0) {
        1 => What::Create { file, path: path(name) },
        2 => What::Write { file, offset, data: data.to_vec() },
        3 => What::Truncate { file, length: offset },
        4 => What::Sync { file },
        5 => What::Rename { from: path(name), to: path(other) },
        6 => What::Unlink { path: path(name) },
        7 => What::Folder { file, path: path(name) },
        kind => return Err(Failure::new(format_args!("the log has a record of kind {kind}"))),
    };
    Ok(Some((what, HEAD + rest.len())))
}
