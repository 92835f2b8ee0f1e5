//! What the log is told of a database that fails its callers. They learn only that it does. An engine that is away fails
//! each of them, and a damaged row whoever asks for it, so the same is told once in a while.

use crate::news::News;
use crate::{Error, Result};

/// What was told lately.
pub(super) struct Told {
    absence: News,
    damage: News,
}

impl Default for Told {
    fn default() -> Self {
        Self { absence: News::of_absence(), damage: News::of_damage() }
    }
}

impl Told {
    /// Waits for what a caller asked, and tells of a failure that is not the caller's.
    pub(super) async fn of<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let outcome = work.await;
        match &outcome {
            Err(Error::Unavailable(why)) if self.absence.is_new(why) => {
                tracing::warn!(error = why, "the database fails requests");
            }
            Err(Error::Unavailable(_) | Error::Conflict(_) | Error::OutOfGroup(_)) | Ok(_) => {}
            Err(error) if self.damage.is_new(&error.to_string()) => {
                tracing::error!(%error, "what was read from the store is not answered");
            }
            Err(_) => {}
        }
        outcome
    }
}
