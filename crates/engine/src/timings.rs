//! How long the stages of a request take.

use crate::exchange::{Request, Timing};

/// The time each stage takes, where a stopwatch is given.
pub(crate) struct Timings {
    stopwatch: Option<fn() -> u64>,
    last: u64,
    pub(crate) stages: Vec<Timing>,
}

impl Timings {
    pub(crate) fn start(request: &Request<'_>) -> Self {
        let stopwatch = request.exchange.stopwatch;
        Self {
            stopwatch,
            last: stopwatch.map_or(0, |now| now()),
            stages: Vec::with_capacity(if stopwatch.is_some() { 4 } else { 0 }),
        }
    }

    pub(crate) fn mark(&mut self, stage: &'static str) {
        let Some(now) = self.stopwatch.map(|now| now()) else { return };
        self.stages.push(Timing { stage, nanos: now.saturating_sub(self.last) });
        self.last = now;
    }
}
