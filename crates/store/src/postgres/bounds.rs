//! What the engine is told to end by itself. Whoever gives up closes the connection, and no engine notices that while a
//! statement waits: for a lock, or for a machine of a cluster. It would keep its process, and each next try would cost it
//! one more, until there is no connection left for anybody.
//!
//! Nothing here ends a COMMIT: the engine stops counting before it begins one. What waits for a standby must not be ended,
//! for it would show then what the standby has not.

use std::time::Duration;

/// What part of the deadline is left for the answer to arrive when a statement was ended.
const MARGIN: u32 = 8;

/// What part of the deadline a change waits for a lock, so that it is known in time that nothing was changed.
const LOCK: u32 = 2;

/// For a session that is nobody else's. Should this side fall silent within a transaction, the engine gives the rows up
/// again.
pub(super) fn session(deadline: Duration) -> String {
    let (statement, idle) = (millis(deadline - deadline / MARGIN), millis(deadline));
    format!("SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {idle}")
}

/// The same for a transaction, which this begins, where the session is others' too.
pub(super) fn begin(deadline: Duration) -> String {
    format!("BEGIN; {}", session(deadline).replace("SET ", "SET LOCAL "))
}

/// For a transaction that changes something.
pub(super) fn locks(deadline: Duration) -> String {
    format!("SET LOCAL lock_timeout = {}", millis(deadline / LOCK))
}

/// As the engine takes it, to which nothing means for ever.
fn millis(time: Duration) -> u128 {
    time.as_millis().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_leaves_time_to_answer() {
        let deadline = Duration::from_secs(5);
        let expected =
            "BEGIN; SET LOCAL statement_timeout = 4375; SET LOCAL idle_in_transaction_session_timeout = 5000";
        assert_eq!(begin(deadline), expected);
        assert_eq!(locks(deadline), "SET LOCAL lock_timeout = 2500");
        assert_eq!(locks(Duration::ZERO), "SET LOCAL lock_timeout = 1");
    }
}
