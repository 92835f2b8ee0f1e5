//! `cargo xtask lab`: the fault laboratory. What is promised of Vitae when things go wrong, tried out on the real binary.
//!
//! Each lab prints what it did and found, and fails on a violation. All of chance follows from one seed, which is told.
//! Figures are counts; nothing is judged by the time it took, since the machine may be busy, but for the long form of
//! `overload`.

mod client;
mod crash;
mod faults;
mod flips;
mod ledger;
mod linear;
mod overload;
mod powerloss;
mod preload;
mod site;
mod upgrade;

use std::path::PathBuf;

use clap::Parser;

use crate::bench::build;
use crate::failure::{Failure, Outcome};
use crate::term;

/// Try what is promised under faults: concurrent writers, kills, power cuts, full disks, overload.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask lab",
    after_help = "\
Examples:
  cargo xtask lab                     every lab in its short form
  cargo xtask lab linear --long       one lab at length
  cargo xtask lab powerloss --seed 7  the same moments again

Linux only; loopback addresses only. Needs `cc` for the labs that stand between the server and its disk."
)]
struct Args {
    /// Only these labs
    #[arg(value_name = "LAB", value_parser = names())]
    labs: Vec<String>,
    /// Minutes instead of seconds
    #[arg(long)]
    long: bool,
    /// Where chance begins; the same number, the same choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The program to try instead of building one
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Try the release build
    #[arg(long, conflicts_with = "server")]
    release: bool,
    /// The store below the service
    #[arg(long, value_enum, default_value_t = site::Below::Sqlite)]
    store: site::Below,
}

/// What a lab is given.
pub(crate) struct Bench {
    /// The program to try.
    pub(crate) server: PathBuf,
    pub(crate) below: site::Below,
    pub(crate) seed: u64,
    pub(crate) long: bool,
}

impl Bench {
    /// One of two sizes.
    pub(crate) fn size<T>(&self, short: T, long: T) -> T {
        if self.long { long } else { short }
    }
}

struct Lab {
    name: &'static str,
    run: fn(&Bench) -> Outcome<String>,
}

const LABS: &[Lab] = &[
    Lab { name: "linear", run: linear::run },
    Lab { name: "powerloss", run: powerloss::run },
    Lab { name: "crash", run: crash::run },
    Lab { name: "faults", run: faults::run },
    Lab { name: "upgrade", run: upgrade::run },
    Lab { name: "overload", run: overload::run },
    Lab { name: "flips", run: flips::run },
];

fn names() -> Vec<&'static str> {
    LABS.iter().map(|lab| lab.name).collect()
}

/// Runs one lab or all of them; all run even when one finds something.
pub(crate) fn run(args: &[String]) -> Outcome {
    let args = Args::parse_from(std::iter::once("lab").chain(args.iter().map(String::as_str)));
    let server = match args.server {
        Some(server) => server,
        None => build::server(args.release)?,
    };
    let bench = Bench { server, below: args.store, seed: args.seed, long: args.long };
    let mut violated = Vec::new();
    for lab in LABS.iter().filter(|lab| args.labs.is_empty() || args.labs.iter().any(|only| only == lab.name)) {
        term::progress(&format!("{} …", lab.name));
        match (lab.run)(&bench) {
            Ok(figures) => term::say(&format!("{}, seed {}: {figures}", lab.name, bench.seed)),
            Err(failure) => {
                term::complain(&format!("{}, seed {}: {failure}", lab.name, bench.seed));
                violated.push(lab.name);
            }
        }
    }
    match violated.as_slice() {
        [] => Ok(()),
        violated => Err(Failure::new(format_args!("violated: {}", violated.join(", ")))),
    }
}
