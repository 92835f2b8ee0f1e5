//! What is worth telling once in a while, though it happens with every request: a database that is away, a row that is
//! damaged and asked for in a loop. What it is told to is the caller's business.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What was told lately. It keeps so many texts at most; what is new beyond those is not told until one of them is old.
#[derive(Debug)]
pub(crate) struct News {
    /// How soon the same is told again.
    again: Duration,
    most: usize,
    lately: Mutex<Vec<(Instant, String)>>,
}

impl News {
    /// Of a store that cannot answer: nearly the same for all requests, and over soon.
    pub(crate) fn of_absence() -> Self {
        Self::new(Duration::from_secs(10), 8)
    }

    /// Of rows that are damaged: each is its own news, and stays so until it is mended.
    pub(crate) fn of_damage() -> Self {
        Self::new(Duration::from_mins(10), 64)
    }

    fn new(again: Duration, most: usize) -> Self {
        Self { again, most, lately: Mutex::default() }
    }

    /// Is it to be told? Then it counts as told.
    pub(crate) fn is_new(&self, text: &str) -> bool {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        lately.retain(|(at, _)| now.saturating_duration_since(*at) < self.again);
        let is_new = lately.len() < self.most && lately.iter().all(|(_, told)| told != text);
        if is_new {
            lately.push((now, text.to_owned()));
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_same_is_told_once_in_a_while_and_not_too_much_at_once() {
        for news in [News::of_absence(), News::of_damage()] {
            assert_eq!(["away", "away", "late", "away"].map(|text| news.is_new(text)), [true, false, true, false]);
            tokio::time::advance(news.again).await;
            assert!(news.is_new("away"));
            let many = (0..100).filter(|number| news.is_new(&number.to_string())).count();
            assert_eq!(many, news.most - 1);
        }
    }
}
