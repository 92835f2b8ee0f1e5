//! When an issuer's keys are fetched: in the background, when a token names an unknown key, again after a failure, and
//! how long keys outlive an issuer that does not answer.
//!
//! Only arithmetic on seconds; nothing is fetched, and no clock is read.

/// The first pause after a failure; each further failure doubles it.
const FIRST_PAUSE: u64 = 15;
/// The longest pause after failures.
const LONGEST_PAUSE: u64 = 600;

/// How often an issuer is asked for its keys, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks in the background: how long a withdrawn key can still be used.
    pub refresh: u64,
    /// Between two looks because a token names an unknown key.
    pub window: u64,
    /// How long keys are used while the issuer does not answer.
    pub keep: u64,
}

impl Default for Pace {
    /// A day, five minutes, three days.
    fn default() -> Pace {
        Pace { refresh: 86_400, window: 300, keep: 3 * 86_400 }
    }
}

/// The looks taken so far at one issuer, and what follows for the next. Times are seconds of a clock that only goes
/// forward.
#[derive(Debug, Clone)]
pub struct Schedule {
    pace: Pace,
    attempts: u64,
    /// Since the latest success.
    failures: u32,
    latest: Option<u64>,
    success: Option<u64>,
    /// The latest look for an unknown key.
    looked: Option<u64>,
}

impl Schedule {
    /// Nothing fetched yet.
    pub fn new(pace: Pace) -> Schedule {
        Schedule { pace, attempts: 0, failures: 0, latest: None, success: None, looked: None }
    }

    /// How many looks have ended.
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// Whether keys were fetched before, and the issuer has answered ever since.
    pub fn is_well(&self) -> bool {
        self.success.is_some() && self.failures == 0
    }

    /// How long to wait from `now` for the next look in the background.
    pub fn pause(&self, now: u64) -> u64 {
        let Some(latest) = self.latest else {
            return 0;
        };
        let pause = match self.failures {
            0 => self.pace.refresh,
            // Past the largest shift the pause is the longest one anyway.
            failures => (FIRST_PAUSE << (failures - 1).min(16)).min(LONGEST_PAUSE).min(self.pace.refresh),
        };
        latest.saturating_add(pause).saturating_sub(now)
    }

    /// Whether a token with an unknown key is a reason to look now. If it is, the next one is not for a while.
    pub fn take_look(&mut self, now: u64) -> bool {
        if self.wait(now) > 0 {
            return false;
        }
        self.looked = Some(now);
        true
    }

    /// How long an unknown key will not be a reason to look.
    pub fn wait(&self, now: u64) -> u64 {
        self.looked.map_or(0, |looked| looked.saturating_add(self.pace.window).saturating_sub(now))
    }

    /// Notes that keys were fetched.
    pub fn succeeded(&mut self, now: u64) {
        self.attempts += 1;
        self.failures = 0;
        self.latest = Some(now);
        self.success = Some(now);
    }

    /// Notes that no keys were to be had; says whether the old ones may no longer be used.
    pub fn failed(&mut self, now: u64) -> bool {
        self.attempts += 1;
        self.failures = self.failures.saturating_add(1);
        self.latest = Some(now);
        self.success.is_none_or(|success| now.saturating_sub(success) >= self.pace.keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Schedule {
        Schedule::new(Pace { refresh: 1000, window: 100, keep: 2000 })
    }

    #[test]
    fn the_background_looks_at_once_then_at_its_pace() {
        let mut schedule = schedule();
        assert_eq!((schedule.pause(5), schedule.is_well()), (0, false));
        schedule.succeeded(5);
        assert_eq!((schedule.pause(5), schedule.pause(900), schedule.pause(2000)), (1000, 105, 0));
        assert!(schedule.is_well());
    }

    #[test]
    fn failures_space_out_and_end_with_a_success() {
        let mut schedule = schedule();
        let pauses: Vec<u64> = (0..80)
            .map(|_| {
                schedule.failed(0);
                schedule.pause(0)
            })
            .collect();
        assert_eq!(pauses[..8], [15, 30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(pauses.last(), Some(&600));
        schedule.succeeded(0);
        assert_eq!(schedule.pause(0), 1000);
        let mut hasty = Schedule::new(Pace { refresh: 5, ..Pace::default() });
        hasty.failed(0);
        assert_eq!(hasty.pause(0), 5, "never later than without the failure");
    }

    #[test]
    fn an_unknown_key_is_a_reason_once_in_a_window() {
        let mut schedule = schedule();
        schedule.succeeded(0);
        assert!(schedule.take_look(10));
        assert!(!schedule.take_look(10));
        assert_eq!(schedule.wait(60), 50);
        assert!(!schedule.take_look(109));
        assert!(schedule.take_look(110));
    }

    #[test]
    fn old_keys_last_for_a_while() {
        let mut schedule = schedule();
        assert!(schedule.failed(0), "there never were any");
        schedule.succeeded(10);
        assert!(!schedule.failed(2009));
        assert!(schedule.failed(2010));
    }
}
