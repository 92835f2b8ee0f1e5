//! Servers of an earlier build and of this one beside each other over one database, behind a balancer, under load: the
//! layout is brought up to date beside running servers, servers are replaced one at a time, forth, back and forth
//! again. No request fails that asking again does not mend.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::failure::{Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::{Balancer, Line};
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, write_together};
use crate::lab::site::{Running, Site};

const WRITERS: usize = 8;

/// Answers that are waited for after each step.
const ANSWERS: usize = 24;

/// Rolls.
pub(super) fn run(bench: &Bench, earlier: &Path) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let site = Site::new(&bench.with(earlier), 3)?;
    let mut stage = Stage { site: &site, balancer: Arc::default(), servers: Vec::new(), steps: 0 };
    site.start_up_to(bench.below.servers(), &mut stage.servers)?;
    stage.tell();
    let server = stage.servers.first().ok_or_else(|| Failure::new("no server"))?;
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers = Writer::several(WRITERS, &mut dice, 9_000);
    let balancer = Arc::clone(&stage.balancer);
    let rounds = bench.size(1, 8);
    let roll = |said: &Receiver<Said>| stage.roll(earlier, &bench.server, rounds, said);
    let (refused, acknowledged) =
        write_together(&|_| Line::behind(&balancer), &mut writers, &before.places, &|| 1, roll);
    let (refused, mut verdict) = (refused?, Verdict::default());
    for server in &stage.servers {
        verdict.add(before.judge(&server.door, &writers, End::None)?);
    }
    let steps = stage.steps;
    stage.servers.into_iter().try_for_each(Running::end)?;
    let mut unsound = site.check_by(&bench.server)?;
    // What the newer one has written is in order for the older one too, beside which it runs.
    unsound.extend(site.check()?);
    let (passed_on, failed) = (balancer.passed_on.load(Ordering::Relaxed), balancer.failed.load(Ordering::Relaxed));
    let builds = if earlier == bench.server { "one build" } else { "two builds" };
    let figures = format!(
        "{steps} steps with {builds}, {acknowledged} writes acknowledged, {passed_on} asked again elsewhere, {failed} failed, \
         {refused} refused; {verdict}; unsound {}",
        unsound.len()
    );
    match failed + refused + unsound.len() {
        0 if verdict.is_good() => Ok(figures),
        _ => Err(Failure::new(format_args!("{figures}\n  {}", unsound.join("\n  ")))),
    }
}

/// The servers, and who knows them.
struct Stage<'a> {
    site: &'a Site,
    balancer: Arc<Balancer>,
    servers: Vec<Running>,
    steps: usize,
}

impl Stage<'_> {
    /// Gives how many requests were refused.
    fn roll(&mut self, earlier: &Path, later: &Path, rounds: usize, said: &Receiver<Said>) -> Outcome<usize> {
        let mut refused = self.watch(said);
        for _ in 0..rounds {
            self.site.migrate(later)?;
            refused += self.watch(said);
            // One that starts late finds a layout newer than itself.
            for program in [earlier, later, later, earlier, later] {
                self.replace(program)?;
                refused += self.watch(said);
            }
            self.site.migrate(later)?;
            refused += self.watch(said);
            self.replace(later)?;
            refused += self.watch(said);
        }
        Ok(refused)
    }

    /// Puts a new server in the place of the oldest, which is asked no more and then ended.
    fn replace(&mut self, program: &Path) -> Outcome {
        self.servers.push(self.site.start_of(program)?);
        let oldest = self.servers.remove(0);
        self.tell();
        oldest.end()
    }

    fn tell(&self) {
        self.balancer.ask_these(self.servers.iter().map(|server| &server.door));
    }

    fn watch(&mut self, said: &Receiver<Said>) -> usize {
        self.steps += 1;
        said.iter().take(ANSWERS).filter(|said| !said.is_yes()).count()
    }
}
