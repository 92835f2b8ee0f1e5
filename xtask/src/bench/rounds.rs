//! Turns and their medians: vitae, bare, vitae, bare …, because what disturbs one turn mostly disturbs its neighbour.

use std::time::Duration;

use crate::bench::case::Case;
use crate::bench::figures::{median, percentile};
use crate::bench::load::Load;
use crate::bench::scene::{Scene, Server};
use crate::failure::Outcome;

/// The turn of each server that is not counted: caches, connections and allocators get warm.
const WARM_UP: Duration = Duration::from_millis(300);

/// What one turn showed.
#[derive(Debug, Clone, Copy)]
struct Turn {
    rate: f64,
    /// Microseconds of CPU per request.
    cpu: f64,
    /// The share of the time in which the server had a core.
    busy: f64,
    p50: f64,
    p99: f64,
    wrong: u64,
}

/// Medians over a server's turns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) rate: f64,
    pub(crate) cpu: f64,
    pub(crate) busy: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// What a case showed.
pub(crate) struct Measured {
    pub(crate) case: &'static Case,
    pub(crate) vitae: Figures,
    pub(crate) bare: Figures,
    /// Median over the rounds of Vitae's requests per second over the bare server's.
    pub(crate) share: f64,
    /// The smallest and the largest of these.
    pub(crate) share_range: (f64, f64),
    /// Median over the rounds of the bare server's CPU per request over Vitae's.
    pub(crate) cpu_share: f64,
    pub(crate) wrong: u64,
}

/// Measures a case.
pub(crate) fn measure(case: &'static Case, scene: &Scene, time: Duration, rounds: u64) -> Outcome<Measured> {
    let loads = [&scene.vitae, &scene.bare].map(|server| (server, scene.load(case, server)));
    let [(vitae, vitae_load), (bare, bare_load)] = &loads;
    let mut wrong = vitae_load.run(WARM_UP)?.wrong + bare_load.run(WARM_UP)?.wrong;
    let mut turns = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        turns.0.push(turn(vitae, vitae_load, time)?);
        turns.1.push(turn(bare, bare_load, time)?);
    }
    wrong += turns.0.iter().chain(&turns.1).map(|turn| turn.wrong).sum::<u64>();
    let pairs = || turns.0.iter().zip(&turns.1);
    let shares = || pairs().map(|(vitae, bare)| vitae.rate / bare.rate);
    Ok(Measured {
        case,
        vitae: medians(&turns.0),
        bare: medians(&turns.1),
        share: median(shares()),
        share_range: (shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max)),
        cpu_share: median(pairs().map(|(vitae, bare)| bare.cpu / vitae.cpu)),
        wrong,
    })
}

fn turn(server: &Server, load: &Load, time: Duration) -> Outcome<Turn> {
    let before = server.process.cpu()?;
    let mut tally = load.run(time)?;
    let cpu = (server.process.cpu()? - before).as_secs_f64();
    tally.latencies.sort_unstable();
    let (elapsed, answers) = (tally.elapsed.as_secs_f64(), tally.latencies.len().max(1) as f64);
    Ok(Turn {
        rate: answers / elapsed,
        cpu: cpu * 1e6 / answers,
        busy: cpu / elapsed,
        p50: percentile(&tally.latencies, 50),
        p99: percentile(&tally.latencies, 99),
        wrong: tally.wrong,
    })
}

fn medians(turns: &[Turn]) -> Figures {
    let of = |figure: fn(&Turn) -> f64| median(turns.iter().map(figure));
    Figures { rate: of(|t| t.rate), cpu: of(|t| t.cpu), busy: of(|t| t.busy), p50: of(|t| t.p50), p99: of(|t| t.p99) }
}
