//! The machine's clocks: the only module that asks what time it is.
//!
//! What the time means to the service, and whether it is the machine's at all, is decided by `effects`.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Ticks of 100 ns in a second.
pub(crate) const TICKS_PER_SECOND: i64 = 10_000_000;

/// The time of day, in ticks since 1970 UTC; 0 before that.
#[expect(clippy::disallowed_methods, reason = "the one place where the time of day is read")]
pub(crate) fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(TICKS_PER_SECOND).saturating_add(i64::from(since.subsec_nanos() / 100))
}

/// Nanoseconds since the first call: for durations, unmoved when somebody sets the clock.
#[expect(clippy::disallowed_methods, reason = "the one place where durations are measured")]
pub(crate) fn stopwatch() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed();
    passed.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(passed.subsec_nanos()))
}
