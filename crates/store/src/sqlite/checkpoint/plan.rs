//! When the log is folded in, and by whom. Decides, and does nothing.
//!
//! The log starts over only when all of it is folded in, and beside a writer that does not pause the checkpointer never
//! comes to that: the writer folds in the rest, while its callers wait. So that they wait for little, the checkpointer goes
//! on until little is left.

/// How many pages the log may grow by before the checkpointer is woken. More pages are written in fewer places,
/// because those that change often are written once; but commits wait longer while the disk is busy with them.
const WAKE_PAGES: usize = 5_000;

/// So many pages the writer folds in itself: a few large transactions. Fewer would let a busy log grow on.
const LITTLE: usize = 750;

/// What is to be done after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// The checkpointer folds in what there is.
    Wake,
    /// The writer does it.
    Fold,
}

/// How far the log and the folding have come, in pages.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The length at which the writer does what has to be done, be it little or not.
    bound: usize,
    /// The length after the last commit.
    pages: usize,
    /// How often the log has started over.
    run: u64,
    /// The lengths at which the one was woken last, and the other last folded.
    woken_at: usize,
    tried_at: usize,
}

impl Plan {
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, ..Self::default() }
    }

    /// Which log it is, of those that have begun.
    pub(super) fn run(&self) -> u64 {
        self.run
    }

    /// Notes the length of the log after a commit.
    pub(super) fn grown_to(&mut self, pages: usize) {
        if pages < self.pages {
            (self.run, self.woken_at, self.tried_at) = (self.run + 1, 0, 0);
        }
        self.pages = pages;
    }

    /// What to do when so many pages of this log are folded in, and the checkpointer is at work on more or is not.
    pub(super) fn step(&mut self, folded: usize, is_at_work: bool) -> Step {
        if is_at_work {
            // SQLite would turn the writer away. What is due is done as soon as the other is through, before it is woken
            // again.
            return Step::Nothing;
        }
        let (pages, left) = (self.pages, self.pages.saturating_sub(folded));
        let is_long = pages >= WAKE_PAGES;
        if pages >= self.bound && pages >= self.tried_at + self.bound / 4
            || is_long && left <= LITTLE && pages >= self.tried_at + LITTLE
        {
            self.tried_at = pages;
            Step::Fold
        // What a reader still needs cannot be folded in: no need to try at every commit.
        } else if is_long && left > LITTLE && pages >= self.woken_at + LITTLE {
            self.woken_at = pages;
            Step::Wake
        } else {
            Step::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: usize = 8_192;

    /// Sixty-four POSTs that a transaction serves.
    const GROUP: usize = 280;

    /// What came of so many transactions beside a checkpointer that needs the time of so many for what it is woken for.
    /// Readers need what comes after so many pages.
    fn longest(transactions: usize, pass: usize, needed_after: usize) -> (usize, usize, usize) {
        let mut plan = Plan::new(BOUND);
        let (mut pages, mut folded, mut busy) = (0, 0, None);
        let (mut longest, mut most, mut woken) = (0, 0, 0);
        for now in 0..transactions {
            pages = if folded == pages { GROUP } else { pages + GROUP };
            folded = if pages == GROUP { 0 } else { folded };
            if let Some((_, to)) = busy.take_if(|(done, _)| *done <= now) {
                folded = to;
            }
            plan.grown_to(pages);
            match plan.step(folded, busy.is_some()) {
                Step::Nothing => {}
                Step::Wake => {
                    woken += 1;
                    busy = Some((now + pass, pages.min(needed_after)));
                }
                // It would be turned away.
                Step::Fold if busy.is_some() => {}
                Step::Fold => {
                    most = most.max(pages.min(needed_after).saturating_sub(folded));
                    folded = pages.min(needed_after).max(folded);
                }
            }
            longest = longest.max(pages);
        }
        (longest, most, woken)
    }

    #[test]
    fn the_writer_folds_in_little() {
        for pass in 1..=2 {
            let (longest, most, _) = longest(1_000, pass, usize::MAX);
            assert!(longest < WAKE_PAGES + 1_000 && most <= LITTLE, "{pass}: {most} pages of {longest}");
        }
    }

    #[test]
    fn a_log_is_bounded_though_the_checkpointer_cannot_follow() {
        for pass in 1..=100 {
            let (longest, _, _) = longest(3_000, pass, usize::MAX);
            assert!(longest < BOUND + (pass + 2) * GROUP, "{pass}: {longest}");
        }
    }

    #[test]
    fn a_reader_costs_no_try_at_each_commit() {
        let (longest, most, woken) = longest(1_000, 1, 1_000);
        assert_eq!((longest, most), (1_000 * GROUP, 0));
        assert!(woken < longest / LITTLE, "{woken}");
    }
}
