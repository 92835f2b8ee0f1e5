//! Time and ids as the whole server sees them: the machine's own, or, for a server that can be replayed, a clock that
//! moves only with changes and ids that follow from a seed.
//!
//! The machine is asked by `clock` and `random` only.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tokio::sync::Mutex;
use uuid::Uuid;

use crate::clock::{TICKS_PER_SECOND, wall};
use crate::random;
use crate::seeded::{self, Purpose};

/// What a stepped clock moves by with each change: 1 ms.
const STEP: i64 = TICKS_PER_SECOND / 1_000;

/// The source of time and ids of a server.
pub(crate) struct Effects {
    source: Source,
    /// The time of the latest change: changes never go back in time, whatever the clock does.
    latest: AtomicI64,
}

enum Source {
    /// The wall clock, shifted by what a test asked for, and random ids.
    Machine { shift: AtomicI64 },
    /// A clock that stands still between changes, and ids that follow from the seed.
    Replay(Replay),
}

struct Replay {
    seed: u64,
    start: i64,
    now: AtomicI64,
    requests: AtomicU64,
    turn: Arc<Mutex<()>>,
}

impl Effects {
    /// The machine's time and randomness.
    pub(crate) fn machine() -> Effects {
        Effects { source: Source::Machine { shift: AtomicI64::new(0) }, latest: AtomicI64::new(0) }
    }

    /// A clock that starts at `start` and moves with changes, and ids that follow from the seed.
    pub(crate) fn replay(seed: u64, start: i64) -> Effects {
        let replay =
            Replay { seed, start, now: AtomicI64::new(start), requests: AtomicU64::new(0), turn: Arc::default() };
        Effects { source: Source::Replay(replay), latest: AtomicI64::new(0) }
    }

    /// Now, in Unix seconds: the measure of tokens.
    pub(crate) fn seconds(&self) -> i64 {
        self.time().div_euclid(TICKS_PER_SECOND)
    }

    /// Now, in 100 ns ticks.
    pub(crate) fn time(&self) -> i64 {
        match &self.source {
            Source::Machine { shift } => wall().saturating_add(shift.load(Ordering::Relaxed)),
            Source::Replay(replay) => replay.now.load(Ordering::Acquire),
        }
    }

    /// The id of a request.
    pub(crate) fn request_id(&self) -> Uuid {
        match &self.source {
            Source::Machine { .. } => random::guid(),
            Source::Replay(replay) => {
                let number = replay.requests.fetch_add(1, Ordering::Relaxed);
                seeded::guid(replay.seed, Purpose::Request, &[&number.to_be_bytes()])
            }
        }
    }

    /// Sets the clock. Changes still get times later than those before.
    pub(crate) fn set(&self, time: i64) {
        match &self.source {
            Source::Machine { shift } => shift.store(time.saturating_sub(wall()), Ordering::Relaxed),
            Source::Replay(replay) => replay.now.store(time, Ordering::Release),
        }
    }

    /// Where the clock stands when it is not the machine's, and by how much it is ahead of the machine's when it is.
    pub(crate) fn deviation(&self) -> (Option<i64>, i64) {
        match &self.source {
            Source::Machine { shift } => (None, shift.load(Ordering::Relaxed)),
            Source::Replay(replay) => (Some(replay.now.load(Ordering::Acquire)), 0),
        }
    }

    /// Goes on over the data of an earlier run: as far ahead of the machine as it was, or, where the clock moves with
    /// changes, no earlier than `latest`.
    pub(crate) fn resume(&self, ahead: i64, latest: i64) {
        match &self.source {
            Source::Machine { shift } => shift.store(ahead, Ordering::Relaxed),
            Source::Replay(replay) => _ = replay.now.fetch_max(latest, Ordering::AcqRel),
        }
    }

    /// Back to the start: clock, counters and the memory of changes.
    pub(crate) fn reset(&self) {
        self.latest.store(0, Ordering::Relaxed);
        match &self.source {
            Source::Machine { shift } => shift.store(0, Ordering::Relaxed),
            Source::Replay(replay) => {
                replay.now.store(replay.start, Ordering::Release);
                replay.requests.store(0, Ordering::Relaxed);
            }
        }
    }
}

impl profile::Effects for Effects {
    fn now(&self) -> i64 {
        self.time()
    }

    fn change_time(&self, floor: i64) -> i64 {
        let now = self.time();
        match &self.source {
            Source::Machine { .. } => {
                let after = |latest: i64| now.max(latest.saturating_add(1)).max(floor.saturating_add(1));
                let before =
                    self.latest.fetch_update(Ordering::AcqRel, Ordering::Acquire, |latest| Some(after(latest)));
                after(before.unwrap_or_else(|latest| latest))
            }
            // Asked again after a conflict, the answer is the same: only what is committed moves the clock.
            Source::Replay(_) => now.max(self.latest.load(Ordering::Acquire)).max(floor).saturating_add(STEP),
        }
    }

    fn committed(&self, at: i64) {
        if let Source::Replay(replay) = &self.source {
            self.latest.fetch_max(at, Ordering::AcqRel);
            replay.now.fetch_max(at, Ordering::AcqRel);
        }
    }

    fn turn(&self) -> Option<&Arc<Mutex<()>>> {
        match &self.source {
            Source::Machine { .. } => None,
            Source::Replay(replay) => Some(&replay.turn),
        }
    }

    fn new_id(&self, owner: Uuid, at: i64) -> Uuid {
        match &self.source {
            Source::Machine { .. } => random::guid(),
            Source::Replay(replay) => seeded::guid(replay.seed, Purpose::Item, &[owner.as_bytes(), &at.to_be_bytes()]),
        }
    }

    fn salt(&self, owner: Uuid, at: i64) -> store::Salt {
        match &self.source {
            Source::Machine { .. } => random::bytes(),
            Source::Replay(replay) => {
                let bytes = seeded::bytes(replay.seed, Purpose::Salt, &[owner.as_bytes(), &at.to_be_bytes()]);
                bytes.first_chunk().copied().unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::Effects as _;

    #[test]
    fn machine_times_strictly_increase() {
        let effects = Effects::machine();
        let mut last = effects.change_time(0);
        for _ in 0..1_000 {
            let next = effects.change_time(0);
            assert!(next > last);
            last = next;
        }
        let floor = last + 1_000_000_000_000;
        assert!(effects.change_time(floor) > floor);
    }

    #[test]
    fn replayed_time_moves_with_commits_only() {
        let effects = Effects::replay(1, 5 * STEP);
        assert_eq!(effects.change_time(0), 6 * STEP);
        assert_eq!(effects.change_time(0), 6 * STEP);
        assert_eq!(effects.time(), 5 * STEP);
        effects.committed(6 * STEP);
        assert_eq!(effects.time(), 6 * STEP);
        assert_eq!(effects.change_time(20 * STEP), 21 * STEP);
    }

    #[test]
    fn a_clock_set_back_does_not_reorder_changes() {
        let effects = Effects::replay(1, 5 * STEP);
        effects.committed(6 * STEP);
        effects.set(0);
        assert_eq!(effects.time(), 0);
        assert_eq!(effects.change_time(0), 7 * STEP);
    }

    #[test]
    fn reset_gives_the_same_again() {
        let effects = Effects::replay(1, STEP);
        let first = (effects.request_id(), effects.change_time(0));
        effects.committed(first.1);
        assert_ne!(first, (effects.request_id(), effects.change_time(0)));
        effects.reset();
        assert_eq!(first, (effects.request_id(), effects.change_time(0)));
    }
}
