//! What drives a connection, and what the engine warned of on it.
//!
//! An engine may acknowledge a COMMIT with a warning: that the wait for its standby was cancelled, or that one of its
//! machines did not answer. Such a commit is not yet safe.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::Severity;
use tokio_postgres::{AsyncMessage, Connection};

/// What warns long before transaction numbers run short, at every one that is given: of no change in particular.
const OF_NUMBERS: [&str; 2] = ["GetNewTransactionId", "GetNewMultiXactId"];

/// By which an operator's own programs, such as triggers, warn in PL/pgSQL, PL/Perl (by two names), PL/Python and PL/Tcl.
const OF_PROGRAMS: [&str; 5] = ["exec_stmt_raise", "plperl_util_elog", "do_util_elog", "PLy_output", "pltcl_elog"];

/// How many warnings about changes there were on a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Warnings(Arc<AtomicUsize>);

impl Warnings {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

/// Drives a connection until it ends. What is warned of is counted before the statement that it is about is answered.
pub(super) async fn drive<S, T>(mut connection: Connection<S, T>, warnings: Warnings)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) if is_warning(notice.parsed_severity(), notice.code().code()) => {
                // Its detail may quote values.
                let (warning, code, routine) = (notice.message(), notice.code().code(), notice.routine());
                match Meaning::of(routine) {
                    Meaning::Change => {
                        warnings.0.fetch_add(1, Ordering::Release);
                        let meaning = "the database warned; what was changed meanwhile may not be safe, so it is not \
                                       acknowledged before it was written again";
                        tracing::warn!(warning, code, routine, "{meaning}");
                    }
                    Meaning::Numbers => tracing::warn!(warning, code, routine, "the database warned"),
                    Meaning::Program => tracing::debug!(warning, code, routine, "a program in the database warned"),
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(error = %error, "a connection to the database ended");
                return;
            }
        }
    }
}

/// Class 01 is that of warnings, for engines that do not tell the severity apart from its translation.
fn is_warning(severity: Option<Severity>, code: &str) -> bool {
    severity == Some(Severity::Warning) || code.starts_with("01")
}

/// What is warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Change,
    Numbers,
    Program,
}

impl Meaning {
    /// The routine of the engine that warns is all that tells: texts are translated, codes are the same or a program's
    /// choice, and a trigger may run as late as in COMMIT. What is not known, or without a routine, counts as about a change.
    fn of(routine: Option<&str>) -> Self {
        match routine {
            Some(routine) if OF_NUMBERS.contains(&routine) => Self::Numbers,
            Some(routine) if OF_PROGRAMS.contains(&routine) => Self::Program,
            _ => Self::Change,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_warns_of_a_change_is_told_from_the_rest() {
        let table = [
            // A wait for the standby that was cancelled, in two ways, and a statement out of place.
            (Some(Severity::Warning), "01000", Some("SyncRepWaitForLSN"), true),
            (Some(Severity::Warning), "57P01", Some("SyncRepWaitForLSN"), true),
            (Some(Severity::Warning), "25P01", Some("UserAbortTransactionBlock"), true),
            (None, "01000", None, true),
            // What a sharded engine passes on from one of its machines, or says of it.
            (Some(Severity::Warning), "01000", Some("DefaultCitusNoticeReceiver"), true),
            (Some(Severity::Warning), "01000", Some("FinishRemoteTransactionCommit"), true),
            // Triggers, which may choose their code.
            (Some(Severity::Warning), "01000", Some("exec_stmt_raise"), false),
            (Some(Severity::Warning), "57P01", Some("exec_stmt_raise"), false),
            // At every change of a sound database, weeks before its transaction numbers run out.
            (Some(Severity::Warning), "01000", Some("GetNewTransactionId"), false),
            (Some(Severity::Warning), "01000", Some("GetNewMultiXactId"), false),
            (Some(Severity::Notice), "42P07", Some("transformCreateStmt"), false),
            (None, "00000", None, false),
        ];
        for (severity, code, routine, expected) in table {
            let found = is_warning(severity, code) && Meaning::of(routine) == Meaning::Change;
            assert_eq!(found, expected, "{code} {routine:?}");
        }
    }
}
