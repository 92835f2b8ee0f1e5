//! `cargo xtask bench`: Vitae's release build beside a bare axum server answering bodies of equal size, in the same
//! run, on the same cores, under the same load. Only ratios of one run are worth quoting: machines and hours differ.
//!
//! It judges no budget: the figures and the goals stand side by side. It fails when any answer was wrong.

pub(crate) mod build;
mod case;
pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod developing;
pub(crate) mod figures;
pub(crate) mod http;
mod load;
mod pgread;
pub(crate) mod pin;
pub(crate) mod process;
pub(crate) mod production;
mod report;
mod rounds;
pub(crate) mod scene;
mod start;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::bench::case::CASES;
use crate::bench::report::Report;
use crate::failure::{Because, Failure, Outcome};
use crate::term;

/// Measure the release server beside a bare one: requests per second, CPU per request, latency, start, memory.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask bench",
    after_help = "\
Examples:
  cargo xtask bench                          everything, two release builds, then two minutes
  cargo xtask bench --only item --seconds 5  one case, longer turns
  cargo xtask bench --json figures.json      the figures for a machine too

Cases: item, ten, filter, profile, post1, post64, start, pgread. Linux only; both servers listen on the loopback address."
)]
struct Args {
    /// Seconds of load in each turn of each server
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Turns of each server; they alternate and the median counts
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u64).range(1..=25))]
    rounds: u64,
    /// Only these cases, with commas between
    #[arg(long, value_name = "NAME", value_parser = names(), value_delimiter = ',')]
    only: Vec<String>,
    /// Write the figures here as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Both programs are built and this is the release build of this one
    #[arg(long, hide = true)]
    built: bool,
}

impl Args {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// The names of the measurements that compare nothing with the bare server.
const START: &str = "start";
const PGREAD: &str = "pgread";

fn names() -> Vec<&'static str> {
    CASES.iter().map(|case| case.name).chain([START, PGREAD]).collect()
}

/// Builds, measures, reports.
pub(crate) fn run(args: &[String]) -> Outcome {
    let parsed = Args::parse_from(std::iter::once("bench").chain(args.iter().map(String::as_str)));
    if !parsed.built {
        // A load generator without optimisation would measure itself.
        return build::run_in_release(args);
    }
    let vitae = build::sibling("vitae")?;
    let mut report = Report::default();
    if parsed.wants(START) {
        report.start = Some(start::measure(&vitae)?);
    }
    if parsed.wants(PGREAD) {
        let reads = pgread::measure(&vitae, Duration::from_secs(parsed.seconds), parsed.rounds)?;
        term::say(&reads.table());
    }
    let cases: Vec<_> = CASES.iter().filter(|case| parsed.wants(case.name)).collect();
    if !cases.is_empty() {
        let turn = Duration::from_secs(parsed.seconds);
        let pins = pin::Pins::find();
        report.pinned = pins.hold();
        let scene = scene::Scene::set(&vitae, &pins)?;
        for case in cases {
            term::progress(&format!("{} …", case.title));
            report.measured.push(rounds::measure(case, &scene, turn, parsed.rounds)?);
        }
        report.resident_after_load = Some(scene.vitae.process.resident()?);
    }
    term::say(&report.table());
    if let Some(path) = &parsed.json {
        std::fs::write(path, report.json().to_string()).or_fail(path.display())?;
    }
    match report.wrong_answers() {
        0 => Ok(()),
        count => {
            Err(Failure::new(format_args!("{count} answers were not the expected ones; the figures are worthless")))
        }
    }
}
