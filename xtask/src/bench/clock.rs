//! Reading the time: the one place where measuring asks the machine's clock.

use std::time::Instant;

/// Now.
#[expect(clippy::disallowed_methods, reason = "measuring is about the machine's time, and nothing is decided by it")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
