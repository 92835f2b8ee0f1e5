//! An open load: requests are due at moments that do not depend on the answers, on many connections. What is due while
//! every connection waits for an answer is pushed back: HTTP/1.1 has no way to ask. Without a rate it is a closed load, as
//! much as the server takes.
//!
//! One thread drives it. Latencies are counted from the moment at which a request was due.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bench::clock;
use crate::bench::figures::percentile;
use crate::bench::http::Head;
use crate::failure::{Because, Outcome};

/// A request that is later than this was pushed back.
const SLACK: Duration = Duration::from_millis(20);

/// An answer on its way when the time is up may still take so long.
const GRACE: Duration = Duration::from_secs(60);

/// One in so many requests is a change.
pub(super) const CHANGE: u64 = 5;

/// The requests of one caller.
pub(super) struct Caller {
    pub(super) read: Bytes,
    pub(super) changes: Vec<Bytes>,
}

/// Who asks where, and how often.
#[derive(Clone)]
pub(super) struct Arrivals {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    /// Requests a second.
    pub(super) rate: Option<f64>,
    pub(super) callers: Arc<[Caller]>,
    /// The next request; it goes on from one load to the next.
    pub(super) next: Arc<AtomicU64>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Of each answer of 2xx, sorted.
    accepted: Vec<Duration>,
    pub(super) changes: usize,
    /// Answers 429 and 503 with Retry-After.
    pub(super) refused: [usize; 2],
    /// Every other answer, and the first of them.
    pub(super) wrong: usize,
    pub(super) first_wrong: Option<String>,
    pub(super) broken: usize,
    pub(super) pushed_back: u64,
    /// The accepted that were answered before the load ended.
    in_time: usize,
    time: Duration,
}

impl Tally {
    /// Accepted requests.
    pub(super) fn accepted(&self) -> usize {
        self.accepted.len()
    }

    /// The same a second, while the load lasted.
    pub(super) fn goodput(&self) -> f64 {
        self.in_time as f64 / self.time.as_secs_f64()
    }

    /// Milliseconds that so many per hundred of the accepted stayed within.
    pub(super) fn latency(&self, per_hundred: usize) -> f64 {
        percentile(&self.accepted, per_hundred)
    }

    fn add(&mut self, other: Tally) {
        self.accepted.extend(other.accepted);
        self.in_time += other.in_time;
        self.changes += other.changes;
        self.refused = [self.refused[0] + other.refused[0], self.refused[1] + other.refused[1]];
        self.wrong += other.wrong;
        self.first_wrong = self.first_wrong.take().or(other.first_wrong);
        self.broken += other.broken;
    }

    fn note(&mut self, answer: &Answered, is_change: bool, latency: Duration, in_time: bool) {
        match (answer.status, answer.again) {
            (200..300, _) => {
                self.accepted.push(latency);
                self.in_time += usize::from(in_time);
                self.changes += usize::from(is_change);
            }
            (429, true) => self.refused[0] += 1,
            (503, true) => self.refused[1] += 1,
            _ => {
                self.wrong += 1;
                self.first_wrong.get_or_insert_with(|| answer.head.clone());
            }
        }
    }
}

/// When requests are due.
struct Schedule {
    start: Instant,
    end: Instant,
    gap: Option<Duration>,
    taken: AtomicU64,
    pushed_back: AtomicU64,
}

impl Schedule {
    /// The moment of the next request that is not long past.
    fn next(&self) -> Option<Instant> {
        let now = clock::now();
        let due = match self.gap {
            None => now,
            Some(gap) => loop {
                let turn = self.taken.fetch_add(1, Ordering::Relaxed);
                let due = self.start + gap.mul_f64(turn as f64);
                let late = now.saturating_duration_since(due + SLACK);
                if late.is_zero() {
                    break due;
                }
                let missed = u64::try_from(late.as_nanos() / gap.as_nanos().max(1)).unwrap_or_default();
                self.taken.fetch_add(missed, Ordering::Relaxed);
                self.pushed_back.fetch_add(missed + 1, Ordering::Relaxed);
            },
        };
        (due < self.end).then_some(due)
    }
}

impl Arrivals {
    /// Keeps the load up for a time.
    pub(super) fn run(&self, time: Duration) -> Outcome<Tally> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_fail("cannot start")?;
        runtime.block_on(async {
            let whole = tokio::time::timeout(time + GRACE, self.drive(time)).await;
            whole.or_fail("a server does not answer")?
        })
    }

    async fn drive(&self, time: Duration) -> Outcome<Tally> {
        let mut connections = Vec::new();
        for number in 0..self.connections {
            connections.push(Connection::open(self.address).await.or_fail(format_args!("connection {number}"))?);
        }
        let start = clock::now();
        let schedule = Arc::new(Schedule {
            start,
            end: start + time,
            gap: self.rate.map(|rate| Duration::from_secs_f64(1.0 / rate)),
            taken: AtomicU64::new(0),
            pushed_back: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        for (number, connection) in connections.into_iter().enumerate() {
            tasks.spawn(connection.keep_on(self.clone(), number, Arc::clone(&schedule)));
        }
        let mut total = Tally::default();
        while let Some(tally) = tasks.join_next().await {
            total.add(tally.or_fail("a connection was lost")?);
        }
        total.time = time;
        total.pushed_back = schedule.pushed_back.load(Ordering::Relaxed);
        total.accepted.sort_unstable();
        Ok(total)
    }
}

struct Answered {
    status: u16,
    again: bool,
    head: String,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(8 << 10) })
    }

    async fn keep_on(mut self, load: Arrivals, number: usize, schedule: Arc<Schedule>) -> Tally {
        let mut tally = Tally::default();
        let Some(caller) = load.callers.get(number % load.callers.len().max(1)) else { return tally };
        while let Some(due) = schedule.next() {
            tokio::time::sleep_until(due.into()).await;
            let turn = load.next.fetch_add(1, Ordering::Relaxed);
            let is_change = turn.is_multiple_of(CHANGE);
            let changes = caller.changes.len().max(1);
            let change = usize::try_from(turn / CHANGE).ok().and_then(|turn| caller.changes.get(turn % changes));
            let request = change.filter(|_| is_change).unwrap_or(&caller.read);
            match self.exchange(request).await {
                Ok(answer) => {
                    let now = clock::now();
                    tally.note(&answer, is_change, now.saturating_duration_since(due), now <= schedule.end);
                }
                Err(_) => {
                    tally.broken += 1;
                    match Connection::open(load.address).await {
                        Ok(connection) => self = connection,
                        Err(_) => break,
                    }
                }
            }
        }
        tally
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<Answered> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.more().await?;
            if let Some(head) = Head::read(&self.buffer) {
                break head;
            }
        };
        while self.buffer.len() < head.size + head.length {
            self.more().await?;
        }
        let text = String::from_utf8_lossy(self.buffer.get(..head.size).unwrap_or_default()).to_ascii_lowercase();
        let again = text.contains("\r\nretry-after: ");
        Ok(Answered { status: head.status, again, head: if again { String::new() } else { text } })
    }

    async fn more(&mut self) -> io::Result<usize> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_due_is_pushed_back() {
        let now = clock::now();
        let (start, end) = (now - Duration::from_secs(1), now + Duration::from_secs(60));
        let gap = Some(Duration::from_millis(100));
        let schedule = Schedule { start, end, gap, taken: AtomicU64::new(0), pushed_back: AtomicU64::new(0) };
        let due = schedule.next().unwrap();
        assert!(due + SLACK >= now, "{:?}", now - due);
        assert_eq!(schedule.pushed_back.load(Ordering::Relaxed), schedule.taken.load(Ordering::Relaxed) - 1);
        assert!(schedule.pushed_back.load(Ordering::Relaxed) >= 9);
    }

    #[test]
    fn refusals_that_do_not_say_when_to_come_again_are_wrong() {
        let mut tally = Tally::default();
        for (status, again) in [(201, false), (503, true), (429, true), (503, false), (500, true), (404, false)] {
            tally.note(&Answered { status, again, head: String::new() }, true, SLACK, true);
        }
        assert_eq!((tally.accepted.len(), tally.refused, tally.wrong), (1, [1, 1], 3));
    }
}
