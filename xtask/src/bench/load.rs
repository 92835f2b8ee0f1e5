//! The load: so many kept-alive connections, each sending its next request when it has the last answer.
//!
//! One thread on one core drives all of them. Bodies are counted, not kept: what they say is checked elsewhere.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bench::clock;
use crate::bench::http::Head;
use crate::failure::{Because, Outcome};

/// An answer on its way when the time is up may still take so long.
const GRACE: Duration = Duration::from_secs(15);

/// What to send where.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    /// Sent in turn, over all connections together.
    pub(crate) requests: Arc<[Bytes]>,
    /// The next of them: kept from one turn to the next.
    pub(crate) next: Arc<AtomicUsize>,
    /// The status that every answer must have.
    pub(crate) status: u16,
    /// The thread of the load never sleeps: for one that has a core of its own.
    pub(crate) is_restless: bool,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Answers with another status, and connections that broke.
    pub(crate) wrong: u64,
    pub(crate) elapsed: Duration,
    /// Of each good answer, from sending to its last byte.
    pub(crate) latencies: Vec<Duration>,
}

impl Load {
    /// Keeps the load up for a time.
    pub(crate) fn run(&self, time: Duration) -> Outcome<Tally> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_fail("cannot start")?;
        runtime.block_on(async {
            let whole = tokio::time::timeout(time + GRACE, self.drive(time)).await;
            whole.or_fail("a server does not answer")?
        })
    }

    async fn drive(&self, time: Duration) -> Outcome<Tally> {
        let mut streams = Vec::new();
        for _ in 0..self.connections {
            let stream = TcpStream::connect(self.address).await.or_fail("cannot connect")?;
            stream.set_nodelay(true).or_fail("cannot connect")?;
            streams.push(stream);
        }
        let start = clock::now();
        let mut tasks = JoinSet::new();
        for stream in streams {
            tasks
                .spawn(Connection { stream, buffer: Vec::with_capacity(64 << 10) }.keep_on(self.clone(), start + time));
        }
        let spinning = self.is_restless.then(|| tokio::spawn(spin()));
        let mut total = Tally::default();
        while let Some(tally) = tasks.join_next().await {
            let tally = tally.or_fail("a connection was lost")?;
            total.wrong += tally.wrong;
            total.latencies.extend(tally.latencies);
        }
        total.elapsed = start.elapsed();
        if let Some(spinning) = spinning {
            spinning.abort();
        }
        Ok(total)
    }
}

/// Keeps this thread from sleeping. Waking it would be work of the server's core at almost every answer, most of all
/// for the server that is slower, and none of it would be there with clients on other machines.
async fn spin() {
    loop {
        tokio::task::yield_now().await;
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn keep_on(mut self, load: Load, until: Instant) -> Tally {
        let mut tally = Tally::default();
        let mut sent = clock::now();
        while sent < until {
            let turn = load.next.fetch_add(1, Ordering::Relaxed) % load.requests.len().max(1);
            let Some(request) = load.requests.get(turn) else { break };
            let status = self.exchange(request).await;
            let now = clock::now();
            match status {
                Ok(status) if status == load.status => tally.latencies.push(now - sent),
                Ok(_) => tally.wrong += 1,
                Err(_) => {
                    tally.wrong += 1;
                    break;
                }
            }
            sent = now;
        }
        tally
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
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
            self.buffer.clear();
            left = left.saturating_sub(self.more().await?);
        }
        Ok(head.status)
    }

    async fn more(&mut self) -> io::Result<usize> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests;
