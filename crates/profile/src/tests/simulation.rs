//! Everything above the store, stepped by hand: clients who send, hang up and send again, as SDKs do when a proxy gives
//! up, two servers whose clocks differ, their tasks, operations of their stores over the same data that fail before
//! they act or after, and servers that end and start anew. In which order all that happens follows from a seed, without
//! a runtime, a clock or a thread, so that a seed that fails does so again.
//!
//! Three hundred seeds in the suite; `cargo xtask prove simulation [--seed N]` tries twenty thousand, from N on. The
//! faults are those that `store::Store` allows; SQLite and PostgreSQL are tried elsewhere (docs/reliability.md).

mod judge;
mod managers;
mod run;
mod script;
mod server;
mod store;
mod told;

use std::time::Instant;

use run::Run;
use store::Broken;

/// Lines of what happened that are told of a seed that fails.
const TOLD: usize = 400;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tells how fast it was, and judges nothing by it")]
fn whatever_happens_nothing_is_lost_torn_or_shown() {
    let (first, long) = (number("VITAE_SEED"), std::env::var_os("VITAE_LONG").is_some());
    let seeds = number("VITAE_SEEDS").unwrap_or(if long { 20_000 } else { 300 });
    let start = Instant::now();
    let (mut answers, mut faults, mut steps) = (0, 0, 0);
    for seed in first.unwrap_or(1)..first.unwrap_or(1) + seeds {
        let run = Run::of(seed, None);
        if !run.wrong.is_empty() {
            let told = run.trace.len().saturating_sub(TOLD);
            let (trace, wrong) = (run.trace[told..].join("\n"), run.wrong.join("\n"));
            panic!("{trace}\n\n{wrong}\nagain: cargo xtask prove simulation --seed {seed}");
        }
        (answers, faults, steps) = (answers + run.answers, faults + run.faults, steps + run.trace.len());
    }
    let pace = seeds * 60_000 / u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    println!("{seeds} seeds, {steps} steps, {answers} answers, {faults} faults; {pace} seeds a minute");
    assert!(answers > faults && faults > 0, "the seeds prove nothing: {answers} {faults}");
}

#[test]
fn a_seed_is_the_same_again() {
    for seed in 1..10 {
        assert_eq!(Run::of(seed, None).trace, Run::of(seed, None).trace, "seed {seed}");
    }
}

#[test]
fn what_is_broken_is_found() {
    use Broken::*;
    let store = [Loses, Presumes, Overfills, GrantsTwice, Stale, Denies, Tears, Silent, Forgets, Reopens, Widens];
    for broken in store.into_iter().chain([Late]) {
        let found = (1..=300).find(|seed| !Run::of(*seed, Some(broken)).wrong.is_empty());
        println!("{broken:?}: seed {found:?}");
        assert!(found.is_some(), "{broken:?}");
    }
}
