//! Which connections are doubted: when one did not answer in time, the line may be gone for all of them, so those that
//! nothing was heard on since are used no more. Otherwise each would be waited for in turn.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

/// What the connections of a pool know of each other. Moments are microseconds since it was made.
pub(super) struct Doubt {
    began: Instant,
    since: AtomicU64,
}

impl Doubt {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), since: AtomicU64::new(0) }
    }

    pub(super) fn now(&self) -> u64 {
        // The first moment comes after the beginning, where nothing is doubted.
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Notes that what was asked at that moment was not answered in time.
    pub(super) fn raise(&self, asked: u64) {
        self.since.fetch_max(asked, Ordering::Relaxed);
    }

    /// Was nothing heard since, on a connection that was last heard at that moment?
    pub(super) fn is_about(&self, heard: u64) -> bool {
        heard <= self.since.load(Ordering::Relaxed)
    }
}
