//! An open load: requests are due at moments that do not depend on the answers, on many connections. What is due while
//! every connection waits for an answer is pushed back: HTTP/1.1 has no way to ask. Without a rate it is a closed load,
//! as much as the server takes.
//!
//! One thread drives it. Latencies are counted from the moment at which a request was due.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::caller::{Ask, Caller};
use super::tally::Tally;
use crate::bench::connection::{Connection, drive};
use crate::bench::{clock, process};
use crate::failure::{Because, Outcome};

/// A request that is later than this was pushed back.
pub(super) const SLACK: Duration = Duration::from_millis(20);

/// An answer on its way when the time is up may still take so long.
const GRACE: Duration = Duration::from_secs(60);

/// Who asks where, and how often.
#[derive(Clone)]
pub(super) struct Arrivals {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    /// Requests a second.
    pub(super) rate: Option<f64>,
    pub(super) callers: Arc<[Caller]>,
    /// The next request; it goes on from one load to the next.
    pub(super) next: Arc<AtomicUsize>,
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
        drive(time + GRACE, self.ask(time))
    }

    async fn ask(&self, time: Duration) -> Outcome<Tally> {
        let connections = Connection::open_all(self.address, self.connections).await?;
        let (start, busy) = (clock::now(), process::own_cpu()?);
        let schedule = Arc::new(Schedule {
            start,
            end: start + time,
            gap: self.rate.map(|rate| Duration::from_secs_f64(1.0 / rate)),
            taken: AtomicU64::new(0),
            pushed_back: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        for (number, connection) in connections.into_iter().enumerate() {
            tasks.spawn(keep_on(connection, self.clone(), number, Arc::clone(&schedule)));
        }
        let mut total = Tally::default();
        while let Some(tally) = tasks.join_next().await {
            total.add(tally.or_fail("a connection was lost")?);
        }
        total.time = time;
        total.busy = process::own_cpu()?.saturating_sub(busy);
        total.due = schedule.taken.load(Ordering::Relaxed);
        total.pushed_back = schedule.pushed_back.load(Ordering::Relaxed);
        total.accepted.sort_unstable();
        Ok(total)
    }
}

async fn keep_on(mut connection: Connection, load: Arrivals, number: usize, schedule: Arc<Schedule>) -> Tally {
    let mut tally = Tally::default();
    let Some(caller) = load.callers.get(number % load.callers.len().max(1)) else { return tally };
    while let Some(due) = schedule.next() {
        if due > clock::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let ask = caller.ask(load.next.fetch_add(1, Ordering::Relaxed));
        let request = caller.request(&ask);
        if let Ok(answer) = connection.exchange(&request).await {
            let now = clock::now();
            let (is_change, in_time) = (!matches!(ask, Ask::Read), now <= schedule.end);
            let done = tally.note(&answer, is_change, now.saturating_duration_since(due), in_time);
            caller.note(ask, done, answer.body);
            continue;
        }
        // Whether it was done nobody knows, which is a fault of its own.
        tally.broken += 1;
        match Connection::open(load.address).await {
            Ok(another) => connection = another,
            Err(_) => break,
        }
    }
    tally
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
}
