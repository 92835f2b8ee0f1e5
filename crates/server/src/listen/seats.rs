//! Room for connections: as many as the settings and the process's descriptors admit. Who comes when all is taken gets
//! a spare seat for a moment, where probes are answered and others told that it is full; who finds none of these either
//! waits to be accepted. While little is left, idle connections have to go sooner.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

/// Spare seats. With the time that each is taken for, it bounds how long a probe may wait behind others.
const SPARE: usize = 64;

/// For how long one may keep silent on a spare seat while others wait for it: what a connection over a long way takes
/// to ask. A flood of connections that ask nothing is then let in and out by ten times more a second.
const SILENCE: Duration = Duration::from_millis(100);

/// The room there is.
pub(super) struct Seats {
    free: Arc<Semaphore>,
    spare: Arc<Semaphore>,
    /// With fewer free than this, room is scarce.
    few: usize,
    /// How many wait for a seat, be it a spare one.
    waiting: Arc<AtomicU32>,
}

/// Room for one connection.
pub(super) struct Seat {
    place: OwnedSemaphorePermit,
    few: usize,
    spare: bool,
    waiting: Arc<AtomicU32>,
}

impl Seats {
    /// For so many connections, if there are descriptors for them.
    pub(super) fn new(most: u32) -> Seats {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let count = descriptors(&limits);
        // A quarter is for files, the database and whatever else is open; the spare seats are part of it.
        let most = count.map_or(most, |count| most.min(count - count / 4)).max(1);
        let spare = count.map_or(SPARE, |count| SPARE.min(count / 16)).max(1);
        let [free, spare] = [most, spare].map(|count| Arc::new(Semaphore::new(count)));
        Seats { free, spare, few: most / 4, waiting: Arc::default() }
    }

    /// Waits for room, be it a spare seat. There is none any more only when the service has ended.
    pub(super) async fn take(&self) -> Option<Seat> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let (place, spare) = tokio::select! {
            biased;
            place = Arc::clone(&self.free).acquire_owned() => (place, false),
            place = Arc::clone(&self.spare).acquire_owned() => (place, true),
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(Seat { place: place.ok()?, few: self.few, spare, waiting: Arc::clone(&self.waiting) })
    }
}

impl Seat {
    /// Whether it is one for those who found no other: to be left at once.
    pub(super) fn is_spare(&self) -> bool {
        self.spare
    }

    /// Waits until others want a spare seat on which nothing was asked for a while.
    pub(super) async fn is_wanted(&self, has_begun: impl Fn() -> bool) {
        loop {
            sleep(SILENCE).await;
            if !has_begun() && self.waiting.load(Ordering::Relaxed) > 0 {
                return;
            }
        }
    }

    /// Whether others may soon find no room.
    pub(super) fn is_scarce(&self) -> bool {
        self.place.semaphore().available_permits() < self.few
    }
}

/// How many descriptors the process may have, as `/proc` tells.
fn descriptors(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_read() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096     files\n";
        assert_eq!(descriptors(limits), Some(1_024));
        assert_eq!(descriptors("Max open files unlimited unlimited files"), None);
        assert_eq!(descriptors(""), None);
    }

    #[tokio::test]
    async fn room_is_given_back_and_known_to_be_scarce() {
        let seats = Seats::new(8);
        let mut taken = Vec::new();
        for _ in 0..6 {
            taken.push(seats.take().await.unwrap());
        }
        assert!(!taken[0].is_scarce());
        taken.push(seats.take().await.unwrap());
        assert!(taken[0].is_scarce());
        taken.push(seats.take().await.unwrap());
        assert_eq!(seats.free.available_permits(), 0);
        taken.truncate(6);
        assert!(!taken[0].is_scarce());
    }

    #[tokio::test(start_paused = true)]
    async fn spare_seats_are_for_those_who_find_no_other() {
        let seats = Seats::new(1);
        let first = seats.take().await.unwrap();
        let mut spare = Vec::new();
        for _ in 0..SPARE {
            spare.push(seats.take().await.unwrap());
        }
        assert!(!first.is_spare() && spare.iter().all(Seat::is_spare));
        let next = tokio::time::timeout(std::time::Duration::from_secs(9), seats.take());
        assert!(next.await.is_err(), "all is taken");
        spare.pop();
        assert!(seats.take().await.unwrap().is_spare());
        drop(first);
        assert!(!seats.take().await.unwrap().is_spare());
    }

    #[tokio::test(start_paused = true)]
    async fn who_keeps_silent_on_a_spare_seat_leaves_it_to_those_who_wait() {
        let seats = Arc::new(Seats::new(1));
        let _first = seats.take().await.unwrap();
        let mut spare = Vec::new();
        for _ in 0..SPARE {
            spare.push(seats.take().await.unwrap());
        }
        let leaves = async |has_begun: bool| {
            let start = tokio::time::Instant::now();
            let wanted = tokio::time::timeout(Duration::from_secs(9), spare[0].is_wanted(|| has_begun)).await;
            wanted.ok().map(|()| start.elapsed().as_millis())
        };
        assert_eq!(leaves(false).await, None, "nobody waits");
        let others = Arc::clone(&seats);
        let next = tokio::spawn(async move { others.take().await.is_some() });
        assert_eq!(leaves(true).await, None, "who has asked is answered");
        assert!(matches!(leaves(false).await, Some(100..=102)));
        spare.pop();
        assert!(next.await.unwrap());
        assert_eq!(seats.waiting.load(Ordering::Relaxed), 0);
    }
}
