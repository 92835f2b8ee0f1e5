//! Answers that fail or come late because a test asked for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::{Kind, Problem};
use serde::Deserialize;

/// What a test asks for: the next so many matching answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wish {
    #[serde(default = "any")]
    method: String,
    #[serde(default = "any")]
    path: String,
    #[serde(default = "once")]
    times: u32,
    status: Option<u16>,
    retry_after: Option<u32>,
    delay_ms: Option<u64>,
    /// Is the request carried out before it is answered so?
    #[serde(default)]
    carried_out: bool,
}

fn any() -> String {
    "*".to_owned()
}

fn once() -> u32 {
    1
}

/// The longest delay that makes sense to ask for.
const LONGEST_DELAY: u64 = 600_000;

/// What becomes of one answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// How late it comes.
    pub(super) delay: Option<Duration>,
    /// What is answered instead.
    pub(super) problem: Option<Problem>,
    /// Is that all, or is the request carried out besides?
    pub(super) carried_out: bool,
}

/// The wishes that are still open.
#[derive(Debug, Default)]
pub(super) struct Faults {
    wishes: Mutex<Vec<Wish>>,
    /// How many there are, so that an ordinary request takes no lock.
    open: AtomicUsize,
}

impl Faults {
    /// Adds a wish, if it makes sense.
    pub(super) fn add(&self, wish: Wish) -> Result<(), String> {
        if !matches!(wish.status, None | Some(429 | 503)) {
            return Err("`status` is 429 or 503, or absent for answers that are only late".to_owned());
        }
        if wish.status.is_none() && (wish.delay_ms.is_none() || wish.retry_after.is_some()) {
            return Err(
                "`status` (429 or 503) or `delayMs` is needed, and `retryAfter` goes with a `status`".to_owned()
            );
        }
        if wish.carried_out && wish.status.is_none() {
            return Err("`carriedOut` goes with a `status`".to_owned());
        }
        if wish.delay_ms.is_some_and(|delay| delay > LONGEST_DELAY) {
            return Err(format!("`delayMs` is at most {LONGEST_DELAY}"));
        }
        self.with(|wishes| wishes.push(wish));
        Ok(())
    }

    /// Forgets all wishes.
    pub(super) fn clear(&self) {
        self.with(Vec::clear);
    }

    /// What becomes of the answer to this request. The oldest wish that matches is used up by one.
    pub(super) fn next(&self, method: &str, path: &str) -> Fate {
        if self.open.load(Ordering::Acquire) == 0 {
            return Fate::default();
        }
        self.with(|wishes| {
            let found = wishes.iter_mut().find(|wish| wish.matches(method, path));
            let fate = found.map(|wish| {
                wish.times = wish.times.saturating_sub(1);
                wish.fate()
            });
            wishes.retain(|wish| wish.times > 0);
            fate.unwrap_or_default()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Wish>) -> T) -> T {
        let mut wishes = self.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut wishes);
        self.open.store(wishes.len(), Ordering::Release);
        result
    }
}

impl Wish {
    fn matches(&self, method: &str, path: &str) -> bool {
        self.times > 0 && (self.method == "*" || self.method.eq_ignore_ascii_case(method)) && fits(&self.path, path)
    }

    fn fate(&self) -> Fate {
        let problem = self.status.map(|status| {
            let (kind, message) = match status {
                429 => (Kind::TooManyRequests, "Please retry again later."),
                _ => (Kind::Unavailable, "The service is temporarily unavailable. Please retry again later."),
            };
            Problem { retry_after: self.retry_after, ..Problem::new(kind, message) }
        });
        Fate { delay: self.delay_ms.map(Duration::from_millis), problem, carried_out: self.carried_out }
    }
}

/// Whether the text is the pattern, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, mut rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    // Each middle piece at its first place leaves the most for those after it; the last must end the text.
    while let Some((piece, after)) = rest.split_once('*') {
        let Some((_, left)) = text.split_once(piece) else { return false };
        (text, rest) = (left, after);
    }
    text.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text) in [
            ("*", "/x"),
            ("/beta/me", "/beta/me"),
            ("/beta/*", "/beta/"),
            ("/beta/*/skills", "/beta/me/profile/skills"),
            ("*/profile/*", "/beta/me/profile/skills/1"),
            ("/a*b*b", "/axbxb"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "/x"), ("/beta", "/beta/me"), ("/a*b*b", "/axb"), ("/beta/*/skills", "/beta/skills")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn the_next_n_and_no_more() {
        let faults = Faults::default();
        let wish = r#"{"method":"get","path":"/beta/*","times":2,"status":429,"retryAfter":7}"#;
        faults.add(serde_json::from_str(wish).unwrap()).unwrap();
        assert_eq!(faults.next("POST", "/beta/me"), Fate::default());
        for _ in 0..2 {
            assert_eq!(faults.next("GET", "/beta/me").problem.unwrap().retry_after, Some(7));
        }
        assert_eq!(faults.next("GET", "/beta/me"), Fate::default());
        assert_eq!(faults.open.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        let faults = Faults::default();
        for wish in [
            "{}",
            r#"{"status":200}"#,
            r#"{"delayMs":1,"carriedOut":true}"#,
            r#"{"delayMs":600001}"#,
            r#"{"retryAfter":1,"delayMs":1}"#,
        ] {
            assert!(faults.add(serde_json::from_str(wish).unwrap()).is_err(), "{wish}");
        }
    }
}
