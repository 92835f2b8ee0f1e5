//! How long Vitae takes from being spawned to its first good answer, and how much memory it then holds.
//!
//! Defaults only: the people that `vitae dev` makes on its own. There is nothing bare to compare with.

use std::path::Path;
use std::process::Command;

use crate::bench::figures::median;
use crate::bench::{clock, developing, http, scene};
use crate::failure::Outcome;
use crate::term;

/// Starts of each kind; the median counts.
const TIMES: usize = 5;

/// What starting showed; times in milliseconds, memory in KiB.
pub(crate) struct Start {
    /// In a new folder: the people are made first.
    pub(crate) fresh: f64,
    /// With the people there already.
    pub(crate) again: f64,
    /// After the first good answer of a start with the people there already.
    pub(crate) resident: u64,
}

/// Starts Vitae a few times.
pub(crate) fn measure(vitae: &Path) -> Outcome<Start> {
    term::progress("start …");
    let mut fresh = Vec::new();
    let mut again = Vec::new();
    let mut resident = 0;
    for _ in 0..TIMES {
        let folder = scene::folder()?;
        fresh.push(start(vitae, folder.path())?.0);
        let (time, memory) = start(vitae, folder.path())?;
        again.push(time);
        resident = resident.max(memory);
    }
    Ok(Start { fresh: median(fresh), again: median(again), resident })
}

fn start(vitae: &Path, folder: &Path) -> Outcome<(f64, u64)> {
    let spawned = clock::now();
    let (server, token) = developing::start(Command::new(vitae), folder, &[])?;
    let request = http::request("GET", "/beta/me", &server.host, &token, "");
    http::exchange(server.address, &request)?.json(200)?;
    let time = spawned.elapsed().as_secs_f64() * 1e3;
    let resident = server.process.resident()?;
    server.process.end()?;
    Ok((time, resident))
}
