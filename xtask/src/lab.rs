//! `cargo xtask lab`: the fault laboratory. What is promised of Vitae when things go wrong, tried out on the real
//! binary.
//!
//! Each lab prints what it did and found, and fails on a violation. All of chance follows from one seed, which is told.
//! Figures are counts; nothing is judged by the time it took, since the machine may be busy, but for the long form of
//! `overload`.

pub(crate) mod client;
mod crash;
mod crowd;
mod database;
mod disturb;
mod failover;
mod faults;
mod flips;
mod ledger;
mod linear;
mod overload;
mod powerloss;
mod preload;
pub(crate) mod site;
mod upgrade;

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};

use self::disturb::Cluster;
use crate::bench::build;
use crate::failure::{Because, Failure, Outcome};
use crate::term;

/// Try what is promised under faults: concurrent writers, kills, power cuts, full disks, overload.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask lab",
    after_help = "\
Examples:
  cargo xtask lab                     every lab in its short form
  cargo xtask lab linear --long       one lab at length
  cargo xtask lab --store postgres    what several servers on one database promise
  cargo xtask lab powerloss --seed 7  the same moments again
  cargo xtask lab upgrade --earlier HEAD~9   from what was built then
  cargo xtask lab crash --store postgres://lab@db/test --disturb 'docker pause w1; sleep 7; docker unpause w1'
                                      on a cluster at hand, of which a part stands still now and then

Linux only; loopback addresses only. Needs `cc` for the labs that stand between the server and its disk, and Debian's
`postgresql`, of which each lab starts one of its own."
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
    /// Only this store below the service, else each in turn: `sqlite`, `postgres`, or the URL of a cluster to use
    /// instead of a PostgreSQL of the lab's own; its user may make schemas
    #[arg(long, value_name = "STORE", value_parser = Store::parse)]
    store: Option<Store>,
    /// What the shell runs at moments of chance to disturb the cluster; it leaves the cluster whole when it ends
    #[arg(long, value_name = "COMMAND", requires = "store")]
    disturb: Option<String>,
    /// What `upgrade` goes on from: a program, or a commit to build it of; with `--long` it finds one
    #[arg(long, value_name = "FILE|COMMIT")]
    earlier: Option<String>,
}

/// Which store is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Store {
    Below(Below),
    Cluster(String),
}

impl Store {
    fn parse(text: &str) -> Result<Store, String> {
        match Below::from_str(text, false) {
            Ok(below) => Ok(Store::Below(below)),
            Err(_) if text.contains("://") => {
                let expected = |expected| format!("expected \"postgres\", {expected}");
                store::postgres::check_url(text).map_err(expected).map(|()| Store::Cluster(text.to_owned()))
            }
            Err(_) => Err("expected \"sqlite\", \"postgres\" or the URL of a cluster".to_owned()),
        }
    }

    fn below(&self) -> Below {
        match self {
            Store::Below(below) => *below,
            Store::Cluster(_) => Below::Postgres,
        }
    }
}

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Below {
    /// One file in the data directory
    Sqlite,
    /// A database that servers share
    Postgres,
}

impl Below {
    /// How many servers there are beside each other.
    pub(crate) fn servers(self) -> usize {
        match self {
            Below::Sqlite => 1,
            Below::Postgres => 2,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Below::Sqlite => "sqlite",
            Below::Postgres => "postgres",
        }
    }
}

/// What a lab is given.
pub(crate) struct Bench {
    /// The program to try.
    pub(crate) server: PathBuf,
    /// The program of an earlier build, or the commit that it is built of.
    pub(crate) earlier: Option<String>,
    pub(crate) below: Below,
    /// A cluster to run on instead of a database of the lab's own.
    pub(crate) cluster: Option<Cluster>,
    pub(crate) seed: u64,
    pub(crate) long: bool,
}

impl Bench {
    /// One of two sizes.
    pub(crate) fn size<T>(&self, short: T, long: T) -> T {
        if self.long { long } else { short }
    }

    /// The same with another program.
    fn with(&self, program: &Path) -> Bench {
        Bench { server: program.to_owned(), earlier: None, cluster: self.cluster.clone(), ..*self }
    }
}

struct Lab {
    name: &'static str,
    on: &'static [Below],
    /// Whether it needs nothing of a database but that it is there.
    on_clusters: bool,
    run: fn(&Bench) -> Outcome<String>,
}

/// What happens between a server and its own files concerns only those.
const FILES: &[Below] = &[Below::Sqlite];

/// What happens between engines concerns only those.
const DATABASES: &[Below] = &[Below::Postgres];

const EACH: &[Below] = &[Below::Sqlite, Below::Postgres];

const LABS: &[Lab] = &[
    Lab { name: "linear", on: EACH, on_clusters: true, run: linear::run },
    Lab { name: "powerloss", on: FILES, on_clusters: false, run: powerloss::run },
    Lab { name: "crash", on: EACH, on_clusters: true, run: crash::run },
    Lab { name: "failover", on: DATABASES, on_clusters: false, run: failover::run },
    Lab { name: "faults", on: EACH, on_clusters: false, run: faults::run },
    Lab { name: "upgrade", on: EACH, on_clusters: true, run: upgrade::run },
    Lab { name: "overload", on: FILES, on_clusters: false, run: overload::run },
    Lab { name: "flips", on: FILES, on_clusters: false, run: flips::run },
];

fn names() -> Vec<&'static str> {
    LABS.iter().map(|lab| lab.name).collect()
}

/// The labs to run, each with what is below the service.
fn chosen(names: &[String], only: Option<Below>, on_a_cluster: bool) -> Vec<(&'static Lab, Below)> {
    let named = |lab: &&Lab| names.is_empty() || names.iter().any(|name| name == lab.name);
    let labs = LABS.iter().filter(named).filter(|lab| !on_a_cluster || lab.on_clusters);
    let each = labs.flat_map(|lab| lab.on.iter().map(move |below| (lab, *below)));
    each.filter(|(_, below)| only.is_none_or(|only| only == *below)).collect()
}

/// Runs one lab or all of them; all run even when one finds something.
pub(crate) fn run(args: &[String]) -> Outcome {
    let args = Args::parse_from(std::iter::once("lab").chain(args.iter().map(String::as_str)));
    let server = match args.server {
        // Servers are started in folders of their own.
        Some(server) => server.canonicalize().or_fail(server.display())?,
        None => build::server(args.release)?,
    };
    let (only, cluster) = match args.store {
        Some(Store::Cluster(url)) => (Some(Below::Postgres), Some(Cluster { url, command: args.disturb })),
        _ if args.disturb.is_some() => return Err(Failure::new("--disturb wants the URL of a cluster as --store")),
        store => (store.map(|store| store.below()), None),
    };
    let each = chosen(&args.labs, only, cluster.is_some());
    if each.is_empty() {
        return Err(Failure::new("none of these labs is for that store"));
    }
    let (earlier, below, seed, long) = (args.earlier, Below::Sqlite, args.seed, args.long);
    let mut bench = Bench { server, earlier, below, cluster, seed, long };
    let mut violated = Vec::new();
    for (lab, below) in each {
        let place = if bench.cluster.is_some() { "a cluster" } else { below.name() };
        let name = format!("{} on {place}", lab.name);
        term::progress(&format!("{name} …"));
        bench.below = below;
        match (lab.run)(&bench) {
            Ok(figures) => term::say(&format!("{name}, seed {}: {figures}", bench.seed)),
            Err(failure) => {
                term::complain(&format!("{name}, seed {}: {failure}", bench.seed));
                violated.push(name);
            }
        }
    }
    match violated.as_slice() {
        [] => Ok(()),
        violated => Err(Failure::new(format_args!("violated: {}", violated.join(", ")))),
    }
}
