//! A connection that is kept open, for stories of many requests; it may break off, which is no failure of the story.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::client::{Reply, Request};

/// An open connection to a server.
pub(crate) struct Line {
    stream: BufReader<TcpStream>,
}

impl Line {
    /// Connects to `127.0.0.1:PORT`.
    pub(crate) fn open(address: &str) -> io::Result<Line> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Line { stream: BufReader::new(stream) })
    }

    /// Sends a request and takes the answer; an error when the line breaks off before the answer's end. No HEAD: the
    /// length it announces is not that of what comes.
    pub(crate) fn ask(&mut self, request: &Request) -> io::Result<Reply> {
        self.stream.get_mut().write_all(&request.to_bytes("keep-alive"))?;
        let mut answer = Vec::new();
        let mut length = 0;
        loop {
            let start = answer.len();
            if self.stream.read_until(b'\n', &mut answer)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = String::from_utf8_lossy(&answer[start..]).to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let start = answer.len();
        answer.resize(start + length, 0);
        self.stream.read_exact(&mut answer[start..])?;
        Ok(Reply::parse(&answer))
    }
}
