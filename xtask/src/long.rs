//! `cargo xtask fuzz` and `cargo xtask prove`: tests that are brief in the suite, at length.
//!
//! Both run tests of the crates in the usual test build, whose checks of arithmetic are what is wanted here; what makes
//! them long is an environment variable. What is found fails the test, which says where it is kept.

use std::process::Command;

use clap::Parser;

use crate::failure::{Because, Failure, Outcome};
use crate::term;

/// A test that knows how to go on.
struct Test {
    /// What the command line calls it.
    name: &'static str,
    /// What cargo is told to find it.
    cargo: &'static [&'static str],
    /// The name of the test, or the start of it.
    test: &'static str,
}

const FUZZ: &[Test] = &[
    Test { name: "url", cargo: &["-p", "odata", "--test", "fuzz"], test: "urls" },
    Test { name: "expression", cargo: &["-p", "odata", "--test", "fuzz"], test: "expressions" },
    Test { name: "query", cargo: &["-p", "odata", "--test", "fuzz"], test: "queries" },
    Test { name: "body", cargo: &["-p", "odata", "--test", "fuzz"], test: "bodies" },
    Test { name: "batch-json", cargo: &["-p", "odata", "--test", "fuzz"], test: "json_batches" },
    Test { name: "batch-multipart", cargo: &["-p", "odata", "--test", "fuzz"], test: "multipart_batches" },
    Test { name: "headers", cargo: &["-p", "odata", "--test", "fuzz"], test: "headers" },
    Test { name: "service", cargo: &["-p", "profile", "--lib"], test: "tests::fuzz::" },
    Test { name: "shop", cargo: &["-p", "engine", "--example", "reference-service"], test: "service::tests::fuzz::" },
];

const PROOFS: &[Test] = &[
    Test { name: "grammar", cargo: &["-p", "odata", "--test", "abnf"], test: "" },
    Test { name: "evaluator", cargo: &["-p", "edm", "--lib"], test: "eval::tests::differential::" },
    Test { name: "apply", cargo: &["-p", "edm", "--lib"], test: "apply::tests::" },
    Test { name: "laws", cargo: &["-p", "profile", "--lib"], test: "tests::laws::" },
    Test { name: "privacy", cargo: &["-p", "profile", "--lib"], test: "tests::privacy::" },
    Test { name: "simulation", cargo: &["-p", "profile", "--lib"], test: "tests::simulation::" },
];

/// Look for inputs that make a parser or a service fail.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask fuzz")]
struct Fuzz {
    /// Minutes for each target
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Where chance begins; the time of day if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Only this target
    #[arg(value_name = "TARGET", value_parser = names(FUZZ))]
    target: Option<String>,
}

/// Compare with the oracles at length: the grammar's, the evaluator's (a million trees), and the laws of queries, and
/// what hidden items change (nothing), and the simulation of faults.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask prove")]
struct Prove {
    /// The first seed of `simulation` and `privacy`; 1 if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Only this proof
    #[arg(value_name = "PROOF", value_parser = names(PROOFS))]
    proof: Option<String>,
}

fn names(tests: &'static [Test]) -> Vec<&'static str> {
    tests.iter().map(|test| test.name).collect()
}

/// Runs the fuzz targets for minutes.
pub(crate) fn fuzz(args: &[String]) -> Outcome {
    let args = Fuzz::parse_from(std::iter::once("fuzz").chain(args.iter().map(String::as_str)));
    let mut variables = vec![("VITAE_FUZZ_MINUTES", args.minutes.to_string())];
    variables.extend(args.seed.map(|seed| ("VITAE_FUZZ_SEED", seed.to_string())));
    run(FUZZ, args.target.as_deref(), &variables)
}

/// Runs the proofs at length.
pub(crate) fn prove(args: &[String]) -> Outcome {
    let args = Prove::parse_from(std::iter::once("prove").chain(args.iter().map(String::as_str)));
    let mut variables = vec![("VITAE_LONG", "1".to_owned()), ("PROPTEST_CASES", "5000".to_owned())];
    variables.extend(args.seed.map(|seed| ("VITAE_SEED", seed.to_string())));
    run(PROOFS, args.proof.as_deref(), &variables)
}

fn run(tests: &[Test], only: Option<&str>, variables: &[(&str, String)]) -> Outcome {
    let mut failed = Vec::new();
    for Test { name, cargo, test } in tests.iter().filter(|test| only.is_none_or(|only| only == test.name)) {
        term::progress(&format!("{name} …"));
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["test", "--quiet"]).args(*cargo).args(["--", "--nocapture", test]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        if !command.status().or_fail("cannot run cargo")?.success() {
            failed.push(*name);
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(Failure::new(format_args!("failed: {}", failed.join(", ")))),
    }
}
