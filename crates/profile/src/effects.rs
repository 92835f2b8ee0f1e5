//! Time and ids as the operations need them: parameters, so that a whole server can be replayed.

use std::sync::Arc;

use store::BoxFuture;
use uuid::Uuid;

/// The source of time and ids.
pub trait Effects: Send + Sync + 'static {
    /// Now, in 100 ns ticks since 1970 UTC.
    fn now(&self) -> i64;

    /// The time of a change about to be made: later than `floor` and than any time given for an earlier change.
    fn change_time(&self, floor: i64) -> i64;

    /// A change of that time is committed; a clock that stands still between changes moves on.
    fn committed(&self, at: i64);

    /// Where changes must happen one after another to be repeatable: the turn to take before asking for a time.
    fn turn(&self) -> Option<&Arc<tokio::sync::Mutex<()>>>;

    /// A new id for something in the partition of `owner`, created at `at`.
    fn new_id(&self, owner: Uuid, at: i64) -> Uuid;

    /// The salt of the record of a change made at `at` in the partition of `owner`: nobody can guess it, and no two are
    /// the same.
    fn salt(&self, owner: Uuid, at: i64) -> store::Salt;

    /// Carries on with work for which nobody may wait: on the runtime, unless who steps through everything by hand
    /// takes it.
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        drop(tokio::spawn(work));
    }
}
