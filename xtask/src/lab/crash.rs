//! `lab crash`: a real server, many writers, `kill -9` at moments of chance, a start over what is left; again and again on
//! one data directory. What was acknowledged is there, what was under way is there wholly or not at all, and nothing else;
//! items, index rows, audit and change records agree (`vitae check`).

use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::failure::{Failure, Outcome};
use crate::lab::Bench;
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, write_together};
use crate::lab::site::Site;

const WRITERS: usize = 8;

const LONGEST: usize = 40_000;

const PEOPLE: u32 = 5;

/// Runs the rounds.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let site = Site::new(bench, PEOPLE)?;
    let mut server = site.start()?;
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers: Vec<Writer> =
        (0..WRITERS).map(|number| Writer::new(format!("w{number}"), dice.below(usize::MAX) as u64, LONGEST)).collect();
    let (mut total, mut acknowledged, mut unsound) = (Verdict::default(), 0, Vec::new());
    let rounds = bench.size(4, 60);
    for round in 1..=rounds {
        // Mostly in full swing, sometimes among the very first writes.
        let limit = if dice.below(4) == 0 { 1 + dice.below(10) } else { 20 + dice.below(bench.size(80, 400)) };
        let door = server.door.clone();
        let kill = |said: &Receiver<Said>| {
            said.iter().take(limit).for_each(drop);
            server.kill();
        };
        acknowledged += write_together(&door, &mut writers, &before.places, &|| 1, kill).1;
        // Over what the kill left, or beside the server that comes next.
        let early = dice.below(2) == 0;
        let mut found = if early { site.check()? } else { Vec::new() };
        server = site.start()?;
        total.add(before.judge(&server.door, &writers, End::LAST)?);
        if !early {
            found.extend(site.check()?);
        }
        unsound.extend(found.into_iter().map(|what| format!("round {round}: {what}")));
        writers.iter_mut().try_for_each(|writer| writer.settle(&server.door, &before.places))?;
    }
    server.end()?;
    let figures = format!("{rounds} kills, {acknowledged} writes acknowledged; {total}; unsound {}", unsound.len());
    if !total.is_good() || !unsound.is_empty() {
        let unsound: String = unsound.iter().take(5).map(|what| format!("\n  {what}")).collect();
        return Err(Failure::new(format_args!("{figures}{unsound}")));
    }
    Ok(figures)
}
