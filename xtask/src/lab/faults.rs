//! `lab faults`: the machine below the server fails while it is written to, and gets well again. Every answer has a
//! clear status, the server goes on without a restart, and nothing that was acknowledged is lost.

mod database;
mod disk;
mod machine;
mod trials;

use crate::failure::{Failure, Outcome};
use crate::lab::{Below, Bench};

/// Tries one kind of fault and says what came of it.
type Kind = fn(&Bench) -> Outcome<String>;

/// Each kind by itself.
const KINDS: &[(&str, Kind)] = &[("disk", disk::run), ("machine", machine::run)];

const OF_A_DATABASE: &[(&str, Kind)] = &[("database", database::run), ("machine", machine::run)];

/// Runs all kinds; one that finds something does not keep the others from it.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let (mut figures, mut violated) = (String::new(), false);
    let kinds = match bench.below {
        Below::Sqlite => KINDS,
        Below::Postgres => OF_A_DATABASE,
    };
    for (name, run) in kinds {
        let told = match run(bench) {
            Ok(told) => told,
            Err(failure) => {
                violated = true;
                format!("VIOLATED: {failure}")
            }
        };
        figures.push_str(&format!("\n  {name}: {told}"));
    }
    if violated { Err(Failure::new(figures)) } else { Ok(figures) }
}
