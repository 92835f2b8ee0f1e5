//! What the log is told of a database that fails its callers. They learn only that it does. An engine that is away fails
//! each of them, so the same is told once in a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Error, Result};

/// How soon the same is told again.
const AGAIN: Duration = Duration::from_secs(10);

/// How many different things are told in that time.
const MOST: usize = 8;

/// What was told lately.
#[derive(Default)]
pub(super) struct Told(Mutex<Vec<(Instant, String)>>);

impl Told {
    /// Waits for what a caller asked, and tells of a failure that is not the caller's.
    pub(super) async fn of<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let outcome = work.await;
        match &outcome {
            Err(Error::Unavailable(why)) if self.is_news(why) => {
                tracing::warn!(error = why, "the database fails requests");
            }
            Err(Error::Unavailable(_) | Error::Conflict(_) | Error::OutOfGroup(_)) | Ok(_) => {}
            Err(error) => tracing::error!(%error, "what was read from the store is not answered"),
        }
        outcome
    }

    fn is_news(&self, text: &str) -> bool {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        lately.retain(|(at, _)| now.saturating_duration_since(*at) < AGAIN);
        let is_news = lately.len() < MOST && lately.iter().all(|(_, told)| told != text);
        if is_news {
            lately.push((now, text.to_owned()));
        }
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_same_is_told_once_in_a_while_and_not_too_much_at_once() {
        let told = Told::default();
        assert_eq!(["away", "away", "late", "away"].map(|text| told.is_news(text)), [true, false, true, false]);
        tokio::time::advance(AGAIN).await;
        assert!(told.is_news("away"));
        let many = (0..100).filter(|number| told.is_news(&number.to_string())).count();
        assert_eq!(many, MOST - 1);
    }
}
