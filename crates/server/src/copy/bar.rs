//! How far a copy has come: a bar on a terminal, a line now and then elsewhere. Both on standard error.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use store::moving::Figures;

use crate::clock::stopwatch;
use crate::term;

/// The width of the bar.
const WIDTH: usize = 24;

/// What is shown of so much work.
pub(super) struct Bar {
    total: u64,
    started: u64,
    is_terminal: bool,
}

impl Bar {
    /// Nothing is shown yet.
    pub(super) fn new(total: usize) -> Bar {
        Bar { total: total as u64, started: stopwatch(), is_terminal: stderr().is_terminal() }
    }

    /// How often it is worth showing.
    pub(super) fn period(&self) -> Duration {
        if self.is_terminal { Duration::from_millis(200) } else { Duration::from_secs(10) }
    }

    /// Shows how far it has come.
    pub(super) fn show(&mut self, figures: &Figures) {
        let seconds = Duration::from_nanos(stopwatch().saturating_sub(self.started)).as_secs_f64();
        let text = line(self.total, figures, seconds);
        if self.is_terminal {
            term::redraw(&format!("{} {text}", bar(self.total, figures.partitions)));
        } else {
            term::tell(&text);
        }
    }

    /// Takes it off the terminal.
    pub(super) fn clear(&mut self) {
        if self.is_terminal {
            term::redraw("");
        }
    }
}

/// What was brought over, in words.
pub(super) fn counted(figures: &Figures) -> String {
    let Figures { partitions, items, index_rows, records, names } = figures;
    format!("{partitions} partitions with {items} items, {index_rows} index rows, {records} records, {names} names")
}

fn bar(total: u64, done: u64) -> String {
    let share = usize::try_from(share(total, done)).unwrap_or_default();
    let filled = share * WIDTH / 100;
    format!("[{}{}]", "#".repeat(filled), "-".repeat(WIDTH.saturating_sub(filled)))
}

/// Of a hundred.
fn share(total: u64, done: u64) -> u64 {
    (done.saturating_mul(100)).checked_div(total).unwrap_or(100).min(100)
}

fn line(total: u64, figures: &Figures, seconds: f64) -> String {
    let done = figures.partitions;
    let text = format!("{} %, {done} of {total}, {} items", share(total, done), figures.items);
    if done == 0 || seconds <= 0.0 {
        return text;
    }
    #[expect(clippy::cast_precision_loss, reason = "for the eye")]
    let (rate, left) = (done as f64 / seconds, total.saturating_sub(done) as f64);
    format!("{text}, {rate:.0}/s, {:.0} s left", left / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fills() {
        let figures = |partitions| Figures { partitions, items: 7, ..Figures::default() };
        for (total, done, expected) in [
            (0, 0, "[########################] 100 %, 0 of 0, 7 items"),
            (200, 0, "[------------------------] 0 %, 0 of 200, 7 items"),
            (200, 100, "[############------------] 50 %, 100 of 200, 7 items, 50/s, 2 s left"),
            (3, 3, "[########################] 100 %, 3 of 3, 7 items, 2/s, 0 s left"),
        ] {
            let shown = format!("{} {}", bar(total, done), line(total, &figures(done), 2.0));
            assert_eq!(shown, expected);
        }
    }
}
