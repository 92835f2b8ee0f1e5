//! Room for connections: as many as the settings and the process's descriptors admit. Who comes when all is taken waits to
//! be accepted; while little is left, idle connections have to go sooner.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The room there is.
pub(super) struct Seats {
    free: Arc<Semaphore>,
    /// With fewer free than this, room is scarce.
    few: usize,
}

/// Room for one connection.
pub(super) struct Seat {
    place: OwnedSemaphorePermit,
    few: usize,
}

impl Seats {
    /// For so many connections, if there are descriptors for them.
    pub(super) fn new(most: u32) -> Seats {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        // A quarter is for files, the database and whatever else is open.
        let most = descriptors(&limits).map_or(most, |count| most.min(count - count / 4)).max(1);
        Seats { free: Arc::new(Semaphore::new(most)), few: most / 4 }
    }

    /// Waits for room. There is none any more only when the service has ended.
    pub(super) async fn take(&self) -> Option<Seat> {
        let place = Arc::clone(&self.free).acquire_owned().await.ok()?;
        Some(Seat { place, few: self.few })
    }
}

impl Seat {
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
}
