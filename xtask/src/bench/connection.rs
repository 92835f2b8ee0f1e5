//! A connection of a load: one request after the other. One thread drives many of them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::http::Head;
use crate::failure::{Because, Outcome};

/// Of a longer answer only the head and the end are kept.
const KEPT: usize = 64 << 10;

/// Drives a load on this thread; an error where it takes longer than it may.
pub(crate) fn drive<T>(most: Duration, load: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_fail("cannot start")?;
    runtime.block_on(async { tokio::time::timeout(most, load).await.or_fail("a server does not answer")? })
}

/// A kept-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'c> {
    pub(crate) status: u16,
    pub(crate) head: &'c [u8],
    pub(crate) body: &'c [u8],
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(KEPT) })
    }

    /// Connects so many times.
    pub(crate) async fn open_all(address: SocketAddr, count: usize) -> Outcome<Vec<Connection>> {
        let mut all = Vec::with_capacity(count);
        for number in 0..count {
            all.push(Connection::open(address).await.or_fail(format_args!("connection {number}"))?);
        }
        Ok(all)
    }

    /// Sends a request and takes the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.more().await?;
            if let Some(head) = Head::read(&self.buffer) {
                break head;
            }
        };
        let mut left = (head.size + head.length).saturating_sub(self.buffer.len());
        while left > 0 {
            if self.buffer.len() >= KEPT {
                self.buffer.truncate(head.size);
            }
            left = left.saturating_sub(self.more().await?);
        }
        let (head_bytes, body) = self.buffer.split_at_checked(head.size).unwrap_or_default();
        Ok(Answer { status: head.status, head: head_bytes, body })
    }

    async fn more(&mut self) -> io::Result<usize> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}
