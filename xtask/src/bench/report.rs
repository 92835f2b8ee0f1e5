//! The figures as a table for people and as JSON for machines, each beside its goal.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::bench::case::{Goal, RESIDENT_GOAL, START_GOAL};
use crate::bench::rounds::{Figures, Measured};
use crate::bench::start::Start;

/// A server under load that has less of its core is disturbed, or waits for the disk.
const QUIET: f64 = 0.9;

/// All that was measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) pinned: bool,
    pub(crate) measured: Vec<Measured>,
    pub(crate) start: Option<Start>,
    /// KiB that Vitae holds after all load.
    pub(crate) resident_after_load: Option<u64>,
}

impl Report {
    /// Answers that were not the expected ones.
    pub(crate) fn wrong_answers(&self) -> u64 {
        self.measured.iter().map(|measured| measured.wrong).sum()
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        if !self.measured.is_empty() {
            let pins = if self.pinned { "servers on core 0, load on core 1" } else { "not pinned: figures are noisy" };
            let _ = writeln!(
                out,
                "medians of the turns; {pins}; a share is the bare server's part that Vitae reaches, per round"
            );
            let _ = writeln!(
                out,
                "\n{:<25}{:<7}{:>9}{:>9}{:>6}{:>9}{:>9}   {:<24}{:<11}goal",
                "", "", "req/s", "CPU µs", "busy", "p50 ms", "p99 ms", "share (range)", "CPU share"
            );
        }
        for measured in &self.measured {
            let (low, high) = measured.share_range;
            let share = format!("{} ({}–{})", percent(measured.share), percent(low), percent(high));
            let title = measured.case.title;
            let _ = writeln!(
                out,
                "{title:<25}vitae  {}   {share:<24}{:<11}{}",
                row(&measured.vitae),
                percent(measured.cpu_share),
                self.goal(measured)
            );
            let _ = writeln!(out, "{:<25}bare   {}", "", row(&measured.bare));
        }
        if self.measured.iter().any(|measured| measured.vitae.busy.min(measured.bare.busy) < QUIET) {
            let _ =
                writeln!(out, "\nbusy below {}: the core was not the server's alone; trust CPU shares", percent(QUIET));
        }
        self.starting(&mut out);
        out.trim_end().to_owned()
    }

    fn goal(&self, measured: &Measured) -> String {
        match measured.case.goal {
            Goal::Share(share) => format!("≥ {} {}", percent(share), mark(measured.share >= share)),
            Goal::Rate(rate, p99) => {
                let met = measured.vitae.rate >= rate && measured.vitae.p99 <= p99;
                format!("≥ {rate}/s, p99 ≤ {p99} ms {}", mark(met))
            }
            Goal::More(than, most) => match self.measured.iter().find(|other| other.case.name == than) {
                Some(other) => {
                    let more = measured.vitae.cpu - other.vitae.cpu;
                    format!("{more:.1} µs CPU more, ≤ {most} µs {}", mark(more <= most))
                }
                None => format!("≤ {most} µs CPU more than {than}, which was not measured"),
            },
            Goal::None => "–".to_owned(),
        }
    }

    fn starting(&self, out: &mut String) {
        if let Some(start) = &self.start {
            let met = mark(start.again <= START_GOAL);
            let _ =
                writeln!(out, "\nspawn to first 200, people there   {:>7.1} ms   ≤ {START_GOAL} ms {met}", start.again);
            let _ = writeln!(out, "spawn to first 200, new folder     {:>7.1} ms", start.fresh);
            let (met, goal) = (mark(start.resident <= RESIDENT_GOAL), mib(RESIDENT_GOAL));
            let _ = writeln!(
                out,
                "resident after start               {:>7.1} MiB  ≤ {goal} MiB {met}",
                mib(start.resident)
            );
        }
        if let Some(resident) = self.resident_after_load {
            let _ = writeln!(out, "resident after load, 500 people    {:>7.1} MiB", mib(resident));
        }
    }

    /// For machines.
    pub(crate) fn json(&self) -> Value {
        let cases: serde_json::Map<String, Value> = self
            .measured
            .iter()
            .map(|m| {
                let (low, high) = m.share_range;
                let value = json!({
                    "vitae": figures(&m.vitae), "bare": figures(&m.bare), "share": m.share,
                    "shareLow": low, "shareHigh": high, "cpuShare": m.cpu_share, "wrongAnswers": m.wrong,
                });
                (m.case.name.to_owned(), value)
            })
            .collect();
        let start = self
            .start
            .as_ref()
            .map(|start| json!({ "freshMs": start.fresh, "againMs": start.again, "residentKib": start.resident }));
        json!({ "pinned": self.pinned, "cases": cases, "start": start, "residentAfterLoadKib": self.resident_after_load })
    }
}

fn row(figures: &Figures) -> String {
    let Figures { rate, cpu, busy, p50, p99 } = *figures;
    format!("{rate:>9.0}{cpu:>9.1}{:>6}{p50:>9.2}{p99:>9.2}", percent(busy))
}

fn figures(figures: &Figures) -> Value {
    let Figures { rate, cpu, busy, p50, p99 } = *figures;
    json!({ "requestsPerSecond": rate, "cpuMicros": cpu, "busy": busy, "p50Ms": p50, "p99Ms": p99 })
}

fn mark(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
