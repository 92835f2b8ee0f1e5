//! What came of a load.

use std::time::Duration;

use crate::bench::connection::Answer;
use crate::bench::figures::percentile;

/// So many bytes of a wrong answer's body are told.
const TOLD: usize = 400;

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Of each answer of 2xx, sorted.
    pub(super) accepted: Vec<Duration>,
    /// Those of them that were changes.
    pub(super) changes: usize,
    /// Answers 429 and 503 with Retry-After.
    pub(super) refused: [usize; 2],
    /// Every other answer, and the first of them.
    pub(super) wrong: usize,
    pub(super) first_wrong: Option<String>,
    pub(super) broken: usize,
    /// Requests that were due, and of these how many were not sent, for every connection was waiting.
    pub(super) due: u64,
    pub(super) pushed_back: u64,
    /// The accepted that were answered before the load ended.
    pub(super) in_time: usize,
    pub(super) time: Duration,
    /// CPU time of the thread that asked.
    pub(super) busy: Duration,
}

impl Tally {
    /// Accepted requests a second, while the load lasted.
    pub(super) fn goodput(&self) -> f64 {
        self.in_time as f64 / self.time.as_secs_f64()
    }

    /// Milliseconds that so many per hundred of the accepted stayed within.
    pub(super) fn latency(&self, per_hundred: usize) -> f64 {
        percentile(&self.accepted, per_hundred)
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.accepted.extend(other.accepted);
        self.in_time += other.in_time;
        self.changes += other.changes;
        self.refused = [self.refused[0] + other.refused[0], self.refused[1] + other.refused[1]];
        self.wrong += other.wrong;
        self.first_wrong = self.first_wrong.take().or(other.first_wrong);
        self.broken += other.broken;
    }

    /// Counts an answer, and says whether what was asked is done.
    pub(super) fn note(&mut self, answer: &Answer<'_>, is_change: bool, latency: Duration, in_time: bool) -> bool {
        match answer.status {
            200..300 => {
                self.accepted.push(latency);
                self.in_time += usize::from(in_time);
                self.changes += usize::from(is_change);
                return true;
            }
            429 if says_when(answer.head) => self.refused[0] += 1,
            503 if says_when(answer.head) => self.refused[1] += 1,
            _ => {
                self.wrong += 1;
                let told = || [answer.head, answer.body.get(..TOLD).unwrap_or(answer.body)].concat();
                self.first_wrong.get_or_insert_with(|| String::from_utf8_lossy(&told()).into_owned());
            }
        }
        false
    }
}

/// Does a refusal say when to come again?
fn says_when(head: &[u8]) -> bool {
    const FIELD: &[u8] = b"\r\nretry-after: ";
    head.windows(FIELD.len()).any(|part| part.eq_ignore_ascii_case(FIELD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_that_do_not_say_when_to_come_again_are_wrong() {
        let mut tally = Tally::default();
        let done =
            [(201, false), (503, true), (429, true), (503, false), (500, true), (404, false)].map(|(status, again)| {
                let head: &[u8] = if again { b"HTTP/1.1\r\nRetry-After: 1\r\n" } else { b"HTTP/1.1\r\n" };
                tally.note(&Answer { status, head, body: b"" }, true, Duration::ZERO, true)
            });
        assert_eq!((tally.accepted.len(), tally.refused, tally.wrong), (1, [1, 1], 3));
        assert_eq!(done, [true, false, false, false, false, false]);
    }
}
