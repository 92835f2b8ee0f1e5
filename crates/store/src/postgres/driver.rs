//! What drives a connection, and what the engine warned of on it.
//!
//! An engine may acknowledge a COMMIT with a warning: that the wait for its standby was cancelled, or that one of its
//! machines did not answer. Such a commit is not yet safe.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{AsyncMessage, Connection};

/// How many warnings there were on a connection.
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
            Ok(AsyncMessage::Notice(notice)) if is_warning(&notice) => {
                warnings.0.fetch_add(1, Ordering::Release);
                // Its detail may quote values.
                tracing::warn!(warning = notice.message(), code = notice.code().code(), "the database warned");
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
fn is_warning(notice: &DbError) -> bool {
    notice.parsed_severity() == Some(Severity::Warning) || notice.code().code().starts_with("01")
}
