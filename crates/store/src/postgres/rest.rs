//! Pauses: between attempts to connect, and between attempts to write. Each is a random share of what it could be at
//! most, so that servers that failed together do not come back together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::fault::Fault;

/// The longest pause after the first failure. It doubles with each, up to [`LONGEST`].
const PAUSE: Duration = Duration::from_millis(50);

const LONGEST: Duration = Duration::from_secs(1);

/// Whether it is time to connect. After a failure nobody tries for a while, and callers need not wait.
pub(super) struct Rest {
    server: Uuid,
    failing: Mutex<Option<Failing>>,
}

struct Failing {
    failures: u32,
    until: Instant,
    fault: Fault,
}

impl Rest {
    pub(super) fn new(server: Uuid) -> Self {
        Self { server, failing: Mutex::new(None) }
    }

    /// The failure that is being rested from.
    pub(super) fn is_over(&self) -> Result<(), Fault> {
        match &*self.failing.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(failing) if Instant::now() < failing.until => Err(failing.fault.clone()),
            _ => Ok(()),
        }
    }

    /// Notes how an attempt to connect ended.
    pub(super) fn note(&self, fault: Option<&Fault>) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = failing.as_ref().map_or(0, |failing| failing.failures).saturating_add(1);
        *failing = fault.map(|fault| {
            let longest = (PAUSE * 2_u32.saturating_pow(failures.min(8))).min(LONGEST);
            let until = Instant::now() + share(longest, self.server, failures);
            Failing { failures, until, fault: fault.clone() }
        });
    }
}

/// Between a half and the whole of a pause, as chance has it for this mark and number of tries.
pub(super) fn share(longest: Duration, mark: Uuid, tries: u32) -> Duration {
    let (high, low) = mark.as_u64_pair();
    let mixed = (high ^ low.rotate_left(31) ^ u64::from(tries)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let byte = u32::try_from((mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 56).unwrap_or_default();
    longest * (256 + byte) / 512
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_rested_from() {
        let rest = Rest::new(Uuid::from_u128(1));
        let fault = Fault::Away("gone".to_owned());
        assert_eq!(rest.is_over(), Ok(()));
        for _ in 0..20 {
            rest.note(Some(&fault));
            assert_eq!(rest.is_over(), Err(fault.clone()));
            tokio::time::advance(LONGEST).await;
            assert_eq!(rest.is_over(), Ok(()));
        }
        rest.note(Some(&fault));
        rest.note(None);
        assert_eq!(rest.is_over(), Ok(()));
    }

    #[test]
    fn shares_differ_and_are_bounded() {
        let shares: std::collections::HashSet<Duration> =
            (0..100).map(|number| share(LONGEST, Uuid::from_u128(number << 64), 1)).collect();
        assert!(shares.len() > 50, "{shares:?}");
        assert!(shares.iter().all(|share| (LONGEST / 2..=LONGEST).contains(share)));
    }
}
