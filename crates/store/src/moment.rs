//! Reads that may all be of one moment, so that a store that others write to as well is not asked twice for the same.

use tokio::time::Instant;

tokio::task_local! {
    static SINCE: Instant;
}

/// Does work of which each read may be of any moment since it began: who answers one request need not see what was
/// changed while it was under way. Not for what changes something, which goes by what is there now.
pub async fn of_one_moment<T>(work: impl Future<Output = T>) -> T {
    SINCE.scope(Instant::now(), work).await
}

/// Since when what was read may be used again.
pub(crate) fn since() -> Option<Instant> {
    SINCE.try_with(|since| *since).ok()
}
