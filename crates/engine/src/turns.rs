//! Who changes what others change meanwhile: tries again, and takes turns with those who do so too. If all of them
//! tried at once, each change that came about would make all others read and judge in vain, and some of them over and
//! over until they give up.
//!
//! Nobody waits where there is no race. Who comes while there is one waits as well, but not for ever one after the
//! other: after some in whose turns nobody lost, all go on at once, for the race may be over. Whether a change may come
//! about is decided where the data are. Other servers over the same data have their own turns.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};

use odata::{Kind, Problem};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::resources::Changed;

/// How often a change is tried when others come between.
const MAX_ATTEMPTS: usize = 64;

/// How many have turns who have not lost, before those who wait are let go all at once.
const SERIES: usize = 64;

/// How many races are told apart at least; two that are not only wait for each other.
const LANES: usize = 64;

/// The turns of all races.
#[derive(Debug)]
pub struct Turns([Lane; LANES]);

/// The turn of the races for some resources.
#[derive(Debug)]
pub struct Lane {
    /// One, which nobody takes to see whether it is there.
    turn: Semaphore,
    /// How many turns ended without a change.
    vain: AtomicUsize,
    /// How many had turns who had not lost, since somebody had.
    unharmed: AtomicUsize,
}

impl Lane {
    fn new() -> Self {
        Self { turn: Semaphore::new(1), vain: AtomicUsize::new(0), unharmed: AtomicUsize::new(0) }
    }

    /// Is there a race still, as far as can be told by whoever has the turn?
    fn is_raced_for(&self, has_lost: bool) -> bool {
        if has_lost {
            self.unharmed.store(0, Ordering::Relaxed);
            return true;
        }
        let unharmed = self.unharmed.load(Ordering::Relaxed);
        self.unharmed.store(unharmed.saturating_add(1), Ordering::Relaxed);
        unharmed < SERIES
    }
}

/// The attempts of one change.
#[derive(Debug)]
pub struct Attempts<'a> {
    lane: Option<&'a Lane>,
    turn: Option<SemaphorePermit<'a>>,
    made: usize,
}

/// Others were quicker, each time that a change was tried.
pub(crate) fn contention() -> Problem {
    Problem::new(Kind::Unavailable, "too many others are changing the same resource; try again").again_after(1)
}

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Lane::new()))
    }
}

impl Turns {
    /// The turns of those who change that.
    pub fn lane(&self, what: &(impl Hash + ?Sized)) -> &Lane {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let Self(lanes @ [first, ..]) = self;
        let place = usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default();
        lanes.get(place).unwrap_or(first)
    }
}

impl<'a> Attempts<'a> {
    /// Without a lane where there is no race.
    pub fn new(lane: Option<&'a Lane>) -> Self {
        Self { lane, turn: None, made: 0 }
    }

    /// Begins the next one: at once if it is the first and nobody has a turn, else when it is this one's.
    ///
    /// # Errors
    /// When there were enough.
    pub async fn next(&mut self) -> Result<(), Problem> {
        if self.made == MAX_ATTEMPTS {
            return Err(contention());
        }
        self.made += 1;
        let has_lost = self.made > 1;
        let is_racing = |lane: &&Lane| self.turn.is_none() && (has_lost || lane.turn.available_permits() == 0);
        if let Some(lane) = self.lane.filter(is_racing) {
            let vain = lane.vain.load(Ordering::Acquire);
            let turn = lane.turn.acquire().await.ok();
            // Where whoever had it came to nothing, as with a store that does not answer, those who wait shall not find
            // that out one after the other.
            self.turn = turn.filter(|_| lane.is_raced_for(has_lost) && lane.vain.load(Ordering::Acquire) == vain);
        }
        Ok(())
    }

    /// What came of it, if no other was in between.
    pub fn done<T>(&mut self, changed: Changed<T>) -> Option<T> {
        match changed {
            Changed::Done(done) => {
                self.turn = None;
                Some(done)
            }
            Changed::Conflict => None,
        }
    }
}

impl Drop for Attempts<'_> {
    fn drop(&mut self) {
        if let (Some(lane), Some(_)) = (self.lane, &self.turn) {
            lane.vain.fetch_add(1, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// Lets the others go on.
    async fn pause() {
        let mut has_paused = false;
        poll_fn(|_| match std::mem::replace(&mut has_paused, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// Steps all on in turn until they are through.
    fn run<F: Future>(tasks: impl IntoIterator<Item = F>) -> Vec<F::Output> {
        let mut context = Context::from_waker(Waker::noop());
        let mut tasks: Vec<_> = tasks.into_iter().map(|task| (Box::pin(task), None)).collect();
        while tasks.iter().any(|(_, output)| output.is_none()) {
            for (task, output) in tasks.iter_mut().filter(|(_, output)| output.is_none()) {
                if let Poll::Ready(done) = task.as_mut().poll(&mut context) {
                    *output = Some(done);
                }
            }
        }
        tasks.into_iter().filter_map(|(_, output)| output).collect()
    }

    /// The most attempts that one of many needed who change the same over and over.
    fn most_attempts(clients: usize, lane: Option<&Lane>) -> usize {
        let version = Cell::new(0);
        let client = async || {
            let mut most = 0;
            for _ in 0..30 {
                let mut attempts = Attempts::new(lane);
                while attempts.next().await.is_ok() {
                    let seen = version.get();
                    pause().await;
                    let changed = if version.get() == seen { Changed::Done(()) } else { Changed::Conflict };
                    if attempts.done(changed).is_some() {
                        version.set(seen + 1);
                        break;
                    }
                }
                most = most.max(attempts.made);
            }
            most
        };
        run((0..clients).map(|_| client())).into_iter().max().unwrap_or_default()
    }

    #[test]
    fn who_has_lost_comes_next() {
        let turns = Turns::default();
        assert_eq!(most_attempts(1, Some(turns.lane("a"))), 1);
        assert_eq!(most_attempts(50, Some(turns.lane("a"))), 3);
        assert_eq!(most_attempts(50, None), MAX_ATTEMPTS);
    }

    /// Attempts that have come to a further one, after the first was lost, or to the first.
    async fn begun(lane: &Lane, has_lost: bool) -> Attempts<'_> {
        let mut attempts = Attempts::new(Some(lane));
        if has_lost {
            attempts.made = 1;
        }
        attempts.next().await.unwrap();
        attempts
    }

    /// How many of five get through at once when the one before them has gone on, with a change or without. They may
    /// have lost, or so many before them had not.
    fn through(unharmed: Option<usize>, is_done: bool) -> usize {
        let turns = Turns::default();
        let lane = turns.lane("a");
        let have_lost = unharmed.is_none();
        let mut context = Context::from_waker(Waker::noop());
        let mut first = run([begun(lane, true)]).remove(0);
        let mut others: Vec<_> = (0..5).map(|_| Box::pin(begun(lane, have_lost))).collect();
        assert!(others.iter_mut().all(|other| other.as_mut().poll(&mut context).is_pending()));
        lane.unharmed.store(unharmed.unwrap_or_default(), Ordering::Relaxed);
        if is_done {
            first.done(Changed::Done(()));
        }
        drop(first);
        let through: Vec<_> = others.iter_mut().map(|other| other.as_mut().poll(&mut context)).collect();
        through.iter().filter(|one| one.is_ready()).count()
    }

    #[test]
    fn those_who_wait_change_one_by_one() {
        assert_eq!(through(None, true), 1);
        assert_eq!(through(Some(0), true), 1);
        assert_eq!(through(Some(SERIES - 1), true), 1);
    }

    #[test]
    fn nobody_waits_for_ever_where_nobody_loses() {
        assert_eq!(through(Some(SERIES), true), 5);
    }

    #[test]
    fn nobody_waits_for_what_comes_to_nothing() {
        assert_eq!(through(None, false), 5);
        assert_eq!(through(Some(0), false), 5);
    }
}
