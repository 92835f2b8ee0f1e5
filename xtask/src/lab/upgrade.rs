//! `lab upgrade`: a server is asked to end while many write, and the next one takes over its data. No answer breaks
//! off, the server ends well, and what was acknowledged is there. A directory of an earlier build is taken over
//! ([`handover`]); on a database servers of two builds take turns ([`rolling`]).

mod builds;
mod handover;
mod held;
mod rolling;

use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::failure::{Failure, Outcome};
use crate::lab::client::Line;
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, write_together};
use crate::lab::site::Site;
use crate::lab::{Below, Bench};

const WRITERS: usize = 8;

/// Writers of which the server has half a request when it is told to end.
const HELD: usize = 4;

/// By the store.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let earlier = builds::earlier(bench)?;
    match bench.below {
        Below::Sqlite if earlier == bench.server => one_after_the_other(bench),
        Below::Sqlite => Ok(format!("{}\n  {}", one_after_the_other(bench)?, handover::run(bench, &earlier)?)),
        Below::Postgres => rolling::run(bench, &earlier),
    }
}

fn one_after_the_other(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let site = Site::new(bench, 3)?;
    let mut server = site.start()?;
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers = Writer::several(HELD + WRITERS, &mut dice, 9_000);
    let (mut total, mut acknowledged, mut broken, mut unclear) = (Verdict::default(), 0, 0, 0);
    let rounds = bench.size(3, 40);
    for _ in 0..rounds {
        let limit = 10 + dice.below(60);
        let door = server.door.clone();
        let (held, busy) = writers.split_at_mut(HELD);
        let watch = |said: &Receiver<Said>| {
            said.iter().take(limit).for_each(drop);
            let told = held::end_amid(server, held, &before.places)?;
            Ok((told, said.iter().collect::<Vec<Said>>()))
        };
        let (told, done) = write_together(&|_| Line::open(&door), busy, &before.places, &|| 1, watch);
        let (told, late) = told?;
        acknowledged += done + told.iter().filter(|said| said.is_yes()).count();
        for said in told.iter().chain(&late).filter(|said| !said.is_yes()) {
            *if *said == Said::BROKEN { &mut broken } else { &mut unclear } += usize::from(!said.again);
        }
        server = site.start()?;
        total.add(before.judge(&server.door, &writers, End::LAST)?);
        writers.iter_mut().try_for_each(|writer| writer.settle(&server.door, &before.places))?;
    }
    server.end()?;
    let (unsound, unanswered) = (site.check()?, total.unanswered);
    let figures = format!(
        "{rounds} ends under load, {acknowledged} writes acknowledged, {broken} answers broken off, {unclear} unclear, \
         {unanswered} done without an answer; {total}; unsound {}",
        unsound.len()
    );
    // What was begun is answered before the end: a write that was done and not answered was cut off, too.
    match broken + unclear + unanswered + total.undecided + unsound.len() {
        0 if total.is_good() => Ok(figures),
        _ => Err(Failure::new(figures)),
    }
}
