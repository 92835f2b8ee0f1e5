//! The write-ahead log, read before SQLite does. SQLite ends its recovery at the first frame that is not in order and
//! takes what is behind it for the rest of a write that was cut short; so damage in the middle of the log would drop
//! acknowledged commits silently. Whether it is that is told by a [`Mark`]: how far the log had come when a commit was
//! acknowledged.
//!
//! Formats: <https://www.sqlite.org/fileformat2.html>, section 4. Nothing is changed here.

use std::io::{ErrorKind, Read};

/// The bytes of the log's header.
const HEADER: usize = 32;

/// Where its salt is.
pub(super) const SALT: u64 = 16;

/// The bytes before the page in each frame.
const FRAME: usize = 24;

/// What the log begins with, but for the last bit, which tells the order of bytes in checksums.
const MAGIC: u32 = 0x377f_0682;

/// The largest page there may be.
const LARGEST_PAGE: u32 = 65_536;

/// Said of a log without a header that it had.
pub(super) const HEADER_DAMAGED: &str = "its header is damaged";

/// Tells one run of the log from the next: it begins anew once all of it is in the file.
pub(super) type Salt = [u8; 8];

/// How far the log had come when a commit was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) salt: Salt,
    /// The frames in it.
    pub(super) frames: u32,
}

/// The bytes of a mark as it is kept.
const MARK: usize = 16;

impl Mark {
    /// As it is kept: the salt, the frames and a checksum of both.
    pub(super) fn form(self) -> [u8; MARK] {
        let mut form = [0; MARK];
        let fields = self.salt.into_iter().chain(self.frames.to_be_bytes());
        let sum = crc32fast::hash(&fields.clone().collect::<Vec<u8>>());
        form.iter_mut().zip(fields.chain(sum.to_be_bytes())).for_each(|(place, byte)| *place = byte);
        form
    }

    /// The mark of these bytes. One that is damaged, or not there, says nothing.
    pub(super) fn read(form: &[u8]) -> Option<Self> {
        let (salt, rest) = form.split_first_chunk()?;
        let frames = u32::from_be_bytes(*rest.first_chunk()?);
        let mark = Self { salt: *salt, frames };
        (mark.form() == form).then_some(mark)
    }
}

/// What a log is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Log {
    /// There is none, or it holds nothing yet.
    Empty,
    /// Its header is zeros: it never got to the disk, or is gone since.
    Blank,
    /// Its header cannot be read, though something follows it.
    NoHeader,
    /// It is in order up to the last of so many frames that ends a transaction.
    Frames {
        /// Of this run.
        salt: Salt,
        /// The frames that SQLite will take.
        committed: u32,
    },
}

impl Log {
    /// What is wrong with the log, given the last mark. Without one, only that its header is damaged can be told.
    pub(super) fn fault(self, mark: Option<Mark>) -> Option<String> {
        match (self, mark) {
            (Log::NoHeader, _) => Some(HEADER_DAMAGED.to_owned()),
            (Log::Frames { salt, committed }, Some(mark)) if salt == mark.salt && committed < mark.frames => {
                let frames = mark.frames;
                Some(format!(
                    "it is in order up to frame {committed}, and {frames} frames were written and acknowledged"
                ))
            }
            _ => None,
        }
    }
}

/// The running checksum of the log.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Checksum {
    sums: (u32, u32),
    big_end_first: bool,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |four: &[u8; 4]| match self.big_end_first {
            true => u32::from_be_bytes(*four),
            false => u32::from_le_bytes(*four),
        };
        let (mut one, mut two) = self.sums;
        for [first, second] in bytes.as_chunks::<4>().0.as_chunks::<2>().0 {
            one = one.wrapping_add(word(first)).wrapping_add(two);
            two = two.wrapping_add(word(second)).wrapping_add(one);
        }
        self.sums = (one, two);
    }

    fn is(self, stored: Option<(u32, u32)>) -> bool {
        stored == Some(self.sums)
    }
}

/// Reads a log as SQLite would recover it.
///
/// # Errors
/// Those of reading.
pub(super) fn read(mut log: impl Read) -> std::io::Result<Log> {
    let mut header = [0; HEADER];
    if !fill(&mut log, &mut header)? {
        return Ok(Log::Empty);
    }
    if header == [0; HEADER] {
        return Ok(Log::Blank);
    }
    let Some((page, mut checksum)) = begin(&header) else {
        let mut frame = [0; FRAME];
        return Ok(if fill(&mut log, &mut frame)? { Log::NoHeader } else { Log::Empty });
    };
    let salt = chunk(&header, 16).unwrap_or_default();
    let mut frame = vec![0; FRAME + page];
    let (mut frames, mut committed) = (0_u32, 0);
    while fill(&mut log, &mut frame)? {
        let Some((head, content)) = frame.split_at_checked(FRAME) else { break };
        checksum.add(head.get(..8).unwrap_or_default());
        checksum.add(content);
        if chunk(head, 8) != Some(salt) || !checksum.is(number(head, 16).zip(number(head, 20))) {
            break;
        }
        frames = frames.saturating_add(1);
        // The pages of the file after the transaction, in its last frame only.
        if number(head, 4).is_some_and(|pages| pages > 0) {
            committed = frames;
        }
    }
    Ok(Log::Frames { salt, committed })
}

/// Whether some frame is of this run, wherever it is. Then the header of the run was on the disk before.
///
/// # Errors
/// Those of reading.
pub(super) fn holds(mut log: impl Read, salt: Salt) -> std::io::Result<bool> {
    let (mut portion, mut kept) = (vec![0; 1 << 16], Vec::new());
    loop {
        let count = log.read(&mut portion)?;
        kept.extend_from_slice(portion.get(..count).unwrap_or_default());
        if count == 0 || kept.windows(salt.len()).any(|bytes| bytes == salt) {
            return Ok(count > 0);
        }
        kept.drain(..kept.len().saturating_sub(salt.len()));
    }
}

/// The size of pages and the checksum so far, unless the header is damaged.
fn begin(header: &[u8; HEADER]) -> Option<(usize, Checksum)> {
    let magic = number(header, 0).filter(|magic| magic & !1 == MAGIC)?;
    let page = number(header, 8).filter(|page| page.is_power_of_two() && (512..=LARGEST_PAGE).contains(page))?;
    let mut checksum = Checksum { sums: (0, 0), big_end_first: magic & 1 == 1 };
    checksum.add(header.get(..24)?);
    checksum.is(number(header, 24).zip(number(header, 28))).then_some((usize::try_from(page).ok()?, checksum))
}

/// Fills the buffer; not where the log ends before.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    chunk(bytes, at).map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests;
