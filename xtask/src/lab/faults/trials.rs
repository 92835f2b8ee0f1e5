//! The faults of a database and of the line to it, and what may come of each.

use store::testing::Mood;

/// A fault.
pub(super) struct Trial {
    pub(super) name: &'static str,
    pub(super) fault: Fault,
    /// Whether a write that was refused may have been done: where the database fell silent after it was told all of it.
    pub(super) open: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The database stands still.
    Frozen,
    Killed,
    /// The line fails for a transaction, again and again.
    Moments(Mood),
    /// The line is as it is.
    Lasting(Mood),
    /// The connections there are carry nothing any more; new ones do.
    HalfOpen,
    /// They carry nothing any more, and new ones are refused.
    Gone,
    /// They carry nothing any more, and the database has no room for new ones.
    Crowded,
    /// The database is as a standby: it answers, but is not to be written.
    ReadOnly,
    /// Its disk has no room for more than it has; its log goes on for a while.
    Full,
    /// Its disk takes nothing at all, so that it ends itself.
    Unwritable,
    /// Others have all of its locks.
    Locked,
}

impl Fault {
    /// Whether the server that is tried and the other one can serve, where that is certain.
    pub(super) fn serves(self) -> Option<[bool; 2]> {
        match self {
            Fault::Frozen | Fault::Killed | Fault::Unwritable => Some([false, false]),
            Fault::Gone | Fault::Crowded | Fault::Lasting(Mood::Frozen) => Some([false, true]),
            Fault::ReadOnly | Fault::Full | Fault::Lasting(_) => Some([true, true]),
            // Some of the connections may be of no use, and new ones want a lock.
            Fault::HalfOpen | Fault::Locked | Fault::Moments(_) => None,
        }
    }

    /// Whether it comes about at an uncertain moment, from which on writes are refused.
    pub(super) fn is_slow(self) -> bool {
        matches!(self, Fault::ReadOnly | Fault::Full | Fault::Locked)
    }
}

pub(super) const TRIALS: [Trial; 15] = [
    Trial { name: "cut before COMMIT", fault: Fault::Moments(Mood::CutBeforeCommit), open: false },
    Trial { name: "cut after COMMIT", fault: Fault::Moments(Mood::CutAnswer), open: false },
    Trial { name: "cut at once", fault: Fault::Moments(Mood::CutRequest), open: false },
    Trial { name: "silent before COMMIT", fault: Fault::Moments(Mood::FrozenBeforeCommit), open: false },
    Trial { name: "slow line", fault: Fault::Lasting(Mood::Slow), open: false },
    Trial { name: "half-open line", fault: Fault::HalfOpen, open: true },
    Trial { name: "line gone", fault: Fault::Gone, open: true },
    Trial { name: "crowded database", fault: Fault::Crowded, open: true },
    Trial { name: "read-only database", fault: Fault::ReadOnly, open: false },
    Trial { name: "full database", fault: Fault::Full, open: false },
    Trial { name: "unwritable database", fault: Fault::Unwritable, open: true },
    Trial { name: "database without locks", fault: Fault::Locked, open: false },
    Trial { name: "frozen line", fault: Fault::Lasting(Mood::Frozen), open: true },
    Trial { name: "frozen database", fault: Fault::Frozen, open: true },
    Trial { name: "killed database", fault: Fault::Killed, open: true },
];
