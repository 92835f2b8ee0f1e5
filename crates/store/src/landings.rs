//! Which times have landed: the earliest time of the commits since somebody last asked.
//!
//! A commit's time is given before it lands, so who follows the changes by time must look back; by this they know how far.
//! Only a store that alone writes its data can say so.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What one reader is told.
#[derive(Debug)]
pub struct Landings(AtomicI64);

impl Landings {
    /// The earliest time of the commits that have landed since the last call; `i64::MAX` when there were none. To be asked
    /// before the changes are read: what lands meanwhile is told the next time, whether it was read or not.
    pub fn take(&self) -> i64 {
        self.0.swap(i64::MAX, Ordering::AcqRel)
    }
}

/// All who are told.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<Vec<Weak<Landings>>>);

impl Board {
    /// Tells one more, of what lands from now on.
    pub(crate) fn watch(&self) -> Arc<Landings> {
        let landings = Arc::new(Landings(AtomicI64::new(i64::MAX)));
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|one| one.strong_count() > 0);
        watched.push(Arc::downgrade(&landings));
        landings
    }

    /// Commits of that time and later can be read now.
    pub(crate) fn note(&self, earliest: i64) {
        let watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.iter().filter_map(Weak::upgrade).for_each(|one| _ = one.0.fetch_min(earliest, Ordering::AcqRel));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_the_earliest_once() {
        let board = Board::default();
        board.note(1);
        let (one, other) = (board.watch(), board.watch());
        assert_eq!(one.take(), i64::MAX);
        [7, 5, 9].into_iter().for_each(|at| board.note(at));
        assert_eq!((one.take(), one.take()), (5, i64::MAX));
        board.note(8);
        assert_eq!((one.take(), other.take()), (8, 5));
    }
}
