//! Those who have what a database has little of: its connections, its locks. They speak its protocol as far as that
//! takes.

use std::io::{Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};

/// What a client says first: the length, the protocol's version, and who it is.
const HELLO: &[u8] = b"\0\0\0\x26\0\x03\0\0user\0vitae\0database\0postgres\0\0";

/// The messages that matter.
const ERROR: u8 = b'E';
const READY: u8 = b'Z';
const QUERY: u8 = b'Q';

/// Takes more locks than there are. Those that there were stay with the session.
const LOCK_ALL: &str = "SELECT count(got) FROM (SELECT pg_advisory_lock(generate_series(1, 10000000)) AS got) AS locks";

/// How often locks are taken: each time those that others gave back meanwhile.
const TIMES: usize = 8;

/// A connection, if there is one left.
pub(super) fn enter(port: u16) -> Result<Option<TcpStream>> {
    let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    line.write_all(HELLO)?;
    Ok(is_done(&mut line)?.then_some(line))
}

/// Takes all locks that are left.
pub(super) fn lock_all(line: &mut TcpStream) -> Result<()> {
    for _ in 0..TIMES {
        let length = u32::try_from(LOCK_ALL.len() + 5).unwrap_or_default();
        line.write_all(&[&[QUERY], &length.to_be_bytes()[..], LOCK_ALL.as_bytes(), b"\0"].concat())?;
        is_done(line)?;
    }
    Ok(())
}

/// Reads an answer to its end, or to the error with which a connection ends, and says whether there was none.
fn is_done(line: &mut TcpStream) -> Result<bool> {
    let mut done = true;
    loop {
        let (mut kind, mut length) = ([0], [0; 4]);
        match line.read_exact(&mut kind) {
            Err(_) if !done => return Ok(false),
            read => read?,
        }
        line.read_exact(&mut length)?;
        let rest = u64::from(u32::from_be_bytes(length)).saturating_sub(4);
        std::io::copy(&mut line.take(rest), &mut std::io::sink())?;
        match kind {
            [ERROR] => done = false,
            [READY] => return Ok(done),
            _ => {}
        }
    }
}
