//! The data directory of an earlier build is taken over by this one, after an end under load and after `kill -9`; then
//! the earlier build is started over it again. That works, or is refused by name and changes nothing. What this build
//! has done until it ended was answered, unless it was killed; an earlier build may have promised less.

use std::path::Path;
use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::Line;
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, write_together};
use crate::lab::site::{Running, Site};

const WRITERS: usize = 8;

/// What a build says of data that is too new for it.
const TOO_NEW: &str = "this release reads up to";

/// What came of all directories.
#[derive(Default)]
struct Course {
    acknowledged: usize,
    unclear: usize,
    refused: usize,
    /// Writes that were done without an answer, or refused, though the server was free to finish them.
    cut_off: usize,
    verdict: Verdict,
    unsound: Vec<String>,
}

/// Each time with a new directory, for it is brought up to date but once.
pub(super) fn run(bench: &Bench, earlier: &Path) -> Outcome<String> {
    let (mut dice, mut course) = (Dice::new(bench.seed), Course::default());
    let rounds = bench.size(2, 12);
    for round in 0..rounds {
        course.hand_over(bench, earlier, round % 2 == 1, &mut dice)?;
    }
    let Course { acknowledged, unclear, refused, cut_off, verdict, unsound } = course;
    let figures = format!(
        "{rounds} directories of an earlier build taken over, half of them after kill -9, {acknowledged} writes \
         acknowledged, {unclear} unclear, {cut_off} done without an answer; back again: {} worked, {refused} refused by name; {verdict}; unsound {}",
        rounds - refused,
        unsound.len()
    );
    match unclear + cut_off + unsound.len() {
        0 if verdict.is_good() => Ok(figures),
        _ => Err(Failure::new(format_args!("{figures}\n  {}", unsound.join("\n  ")))),
    }
}

impl Course {
    fn hand_over(&mut self, bench: &Bench, earlier: &Path, killed: bool, dice: &mut Dice) -> Outcome {
        let site = Site::new(&bench.with(earlier), 3)?;
        let server = site.start()?;
        let before = Before::look(&server.door, &server.people()?)?;
        let mut writers = Writer::several(WRITERS, dice, 9_000);
        self.write(server, &mut writers, &before, killed, dice)?;
        // Before it is brought up to date, and after.
        self.unsound.extend(site.check_by(&bench.server)?);
        let server = site.start_of(&bench.server)?;
        self.settle(&server, &before, &mut writers, false)?;
        self.write(server, &mut writers, &before, killed, dice)?;
        let mut finished = !killed;
        match site.start_of(earlier) {
            Ok(server) => {
                self.settle(&server, &before, &mut writers, finished)?;
                self.write(server, &mut writers, &before, killed, dice)?;
                finished = false;
            }
            Err(failure) if failure.to_string().contains(TOO_NEW) => self.refused += 1,
            Err(failure) => return Err(failure).or_fail("back again"),
        }
        let server = site.start_of(&bench.server)?;
        self.settle(&server, &before, &mut writers, finished)?;
        server.end()?;
        self.unsound.extend(site.check_by(&bench.server)?);
        Ok(())
    }

    /// Lets all write until the server ends.
    fn write(
        &mut self,
        server: Running,
        writers: &mut [Writer],
        before: &Before,
        killed: bool,
        dice: &mut Dice,
    ) -> Outcome {
        let (door, limit) = (server.door.clone(), 10 + dice.below(90));
        let watch = |said: &Receiver<Said>| {
            let unclear = said.iter().take(limit).filter(|said| !said.is_yes()).count();
            if killed {
                server.kill();
                return Ok(unclear);
            }
            server.end().map(|()| unclear)
        };
        let (unclear, done) = write_together(&|_| Line::open(&door), writers, &before.places, &|| 1, watch);
        self.acknowledged += done;
        self.unclear += unclear?;
        Ok(())
    }

    /// Looks at what is there, from which the writers go on. Had the server before `finished` what had begun, nothing
    /// is there that was not answered.
    fn settle(&mut self, server: &Running, before: &Before, writers: &mut [Writer], finished: bool) -> Outcome {
        let verdict = before.judge(&server.door, writers, End::LAST)?;
        self.cut_off += if finished { verdict.unanswered + verdict.undecided } else { 0 };
        self.verdict.add(verdict);
        writers.iter_mut().try_for_each(|writer| writer.settle(&server.door, &before.places))
    }
}
