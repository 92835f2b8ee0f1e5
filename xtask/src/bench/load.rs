//! The load: so many kept-alive connections, each sending its next request when it has the last answer.
//!
//! One thread on one core drives all of them. Bodies are counted, not kept: what they say is checked elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::bench::clock;
use crate::bench::connection::{Connection, drive};
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
        drive(time + GRACE, self.ask(time))
    }

    async fn ask(&self, time: Duration) -> Outcome<Tally> {
        let connections = Connection::open_all(self.address, self.connections).await?;
        let start = clock::now();
        let mut tasks = JoinSet::new();
        for connection in connections {
            tasks.spawn(keep_on(connection, self.clone(), start + time));
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

async fn keep_on(mut connection: Connection, load: Load, until: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut sent = clock::now();
    while sent < until {
        let turn = load.next.fetch_add(1, Ordering::Relaxed) % load.requests.len().max(1);
        let Some(request) = load.requests.get(turn) else { break };
        let status = connection.exchange(request).await.map(|answer| answer.status);
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

#[cfg(test)]
mod tests;
