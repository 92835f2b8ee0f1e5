//! `lab failover`: a primary and the standby that it waits for at each commit. Under load the primary is killed or
//! frozen at moments of chance, the standby is promoted, and the servers go on with it without a restart; a primary
//! that comes back on its own while it still believes to be one is left alone. Then the old one is made a new standby,
//! and so on.
//!
//! Nothing that was acknowledged is lost. A primary that does not wait for its standby must lose writes with it; else
//! the lab could not tell.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use fuzz::Dice;
use store::testing::{Engine, Replicas};

use crate::bench::clock;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::crash::go_on;
use crate::lab::database::{Beneath, wait};
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, in_turn, write_together};
use crate::lab::site::{Running, Site};

const WRITERS: usize = 8;

const LONGEST: usize = 9_000;

const PEOPLE: u32 = 5;

const SERVERS: usize = 2;

/// What becomes of the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Killed,
    /// It goes on once the other was promoted.
    Frozen,
    /// It is started again once the other was promoted.
    Restarted,
}

impl Fate {
    /// Each in turn.
    fn of_round(round: usize) -> Fate {
        match round % 3 {
            1 => Fate::Killed,
            2 => Fate::Frozen,
            _ => Fate::Restarted,
        }
    }
}

/// What a failover came to.
#[derive(Default)]
struct Course {
    /// Answers that were neither a yes nor a clear refusal.
    unclear: usize,
    /// From the promotion to the first acknowledgement.
    longest: Duration,
}

/// Runs the rounds.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let mut stage = Stage::new(bench, true, &mut dice)?;
    let (mut total, mut acknowledged, mut course, mut unsound) = (Verdict::default(), 0, Course::default(), Vec::new());
    let rounds = bench.size(3, 30);
    for round in 1..=rounds {
        let fate = Fate::of_round(round);
        let (old, done) = stage.fail_over(fate, &mut dice, &mut course)?;
        acknowledged += done;
        total.add(stage.judge(End::LAST)?);
        unsound.extend(stage.site.check()?.into_iter().map(|what| format!("round {round}: {what}")));
        wait(stage.replicas.replace(old, true))?.or_fail("a new standby")?;
        stage.settle()?;
    }
    stage.servers.into_iter().try_for_each(Running::end)?;
    let figures = format!(
        "{rounds} failovers, {acknowledged} writes acknowledged; {total}; unsound {}, unclear answers {}; writes accepted at most \
         {} ms after a promotion; control: {}",
        unsound.len(),
        course.unclear,
        course.longest.as_millis(),
        control(bench, &mut dice)?
    );
    match total.is_good() && unsound.is_empty() && course.unclear == 0 {
        true => Ok(figures),
        false => Err(Failure::new(format_args!("{figures}\n  {}", unsound.join("\n  ")))),
    }
}

/// Engines, servers on them, and who writes.
struct Stage {
    replicas: Replicas,
    site: Site,
    servers: Vec<Running>,
    before: Before,
    writers: Vec<Writer>,
}

impl Stage {
    fn new(bench: &Bench, synchronous: bool, dice: &mut Dice) -> Outcome<Stage> {
        let replicas = wait(Replicas::start(synchronous))?.or_fail("cannot start PostgreSQL twice")?;
        let site = Site::over(bench, PEOPLE, Some(Beneath::At(replicas.url())))?;
        let mut servers = Vec::new();
        site.start_up_to(SERVERS, &mut servers)?;
        let first = servers.first().ok_or_else(|| Failure::new("no server"))?;
        let before = Before::look(&first.door, &first.people()?)?;
        let writers = Writer::several(WRITERS, dice, LONGEST);
        Ok(Stage { replicas, site, servers, before, writers })
    }

    /// Gives the old primary, and how many writes were acknowledged.
    fn fail_over(&mut self, fate: Fate, dice: &mut Dice, course: &mut Course) -> Outcome<(Engine, usize)> {
        let Stage { replicas, servers, before, writers, .. } = self;
        let doors: Vec<_> = servers.iter().map(|server| server.door.clone()).collect();
        let watch = |said: &Receiver<Said>| {
            said.iter().take(1 + dice.below(100)).for_each(drop);
            match fate {
                Fate::Frozen => replicas.primary.freeze(),
                Fate::Killed | Fate::Restarted => replicas.primary.kill(),
            }
            .or_fail("the primary")?;
            course.look(said.iter().take(dice.below(2 * WRITERS)));
            let old = replicas.promote().or_fail("the standby")?;
            let promoted = clock::now();
            // What was said before tells nothing of the new one.
            course.look(said.try_iter());
            let first = said.iter().find(|said| {
                course.unclear += usize::from(!said.is_clear());
                said.is_yes()
            });
            first.ok_or_else(|| Failure::new("nobody wrote any more"))?;
            course.longest = course.longest.max(promoted.elapsed());
            match fate {
                Fate::Killed => {}
                Fate::Frozen => old.thaw().or_fail("the old primary")?,
                Fate::Restarted => old.restart().or_fail("the old primary")?,
            }
            course.unclear += go_on(said)?;
            course.look(said.iter().take(4 * WRITERS));
            Ok(old)
        };
        let (old, acknowledged) = write_together(&in_turn(&doors), writers, &before.places, &|| 1, watch);
        Ok((old?, acknowledged))
    }

    /// What is there after such an end, at each server.
    fn judge(&self, end: End) -> Outcome<Verdict> {
        let mut verdict = Verdict::default();
        for server in &self.servers {
            server.recover()?;
            verdict.add(self.before.judge(&server.door, &self.writers, end)?);
        }
        Ok(verdict)
    }

    fn settle(&mut self) -> Outcome {
        let server = self.servers.first().ok_or_else(|| Failure::new("no server"))?;
        self.writers.iter_mut().try_for_each(|writer| writer.settle(&server.door, &self.before.places))
    }
}

impl Course {
    fn look(&mut self, said: impl Iterator<Item = Said>) {
        self.unclear += said.filter(|said| !said.is_clear()).count();
    }
}

/// The same without waiting for a standby, which is away while there are writes.
fn control(bench: &Bench, dice: &mut Dice) -> Outcome<String> {
    let mut stage = Stage::new(bench, false, dice)?;
    let standby = stage.replicas.standby.as_ref().ok_or_else(|| Failure::new("no standby"))?;
    standby.kill().or_fail("the standby")?;
    let (end, acknowledged) = stage.fail_over_late(dice)?;
    let verdict = stage.judge(end)?;
    match verdict.lost.len() {
        0 => Err(Failure::new(format_args!(
            "of {acknowledged} writes a primary that waits for no standby lost nothing, so the lab proves nothing: {verdict}"
        ))),
        lost => Ok(format!(
            "of {acknowledged} writes a primary that waits for no standby lost {lost}, read back at both servers"
        )),
    }
}

impl Stage {
    /// The standby comes back only when the primary has gone. What is refused from then on was not even tried, and
    /// excuses nothing.
    fn fail_over_late(&mut self, dice: &mut Dice) -> Outcome<(End, usize)> {
        let Stage { replicas, servers, before, writers, .. } = self;
        let doors: Vec<_> = servers.iter().map(|server| server.door.clone()).collect();
        let moments = AtomicU64::new(1);
        let now = || moments.fetch_add(1, Ordering::Relaxed);
        let watch = |said: &Receiver<Said>| {
            said.iter().filter(|said| said.is_yes()).take(20 + dice.below(20)).for_each(drop);
            let end = now();
            replicas.primary.kill().or_fail("the primary").map(|()| End::Server(end))
        };
        let (end, acknowledged) = write_together(&in_turn(&doors), writers, &before.places, &now, watch);
        let standby = replicas.standby.as_ref().ok_or_else(|| Failure::new("no standby"))?;
        standby.restart().or_fail("the standby")?;
        replicas.promote().or_fail("the standby")?;
        Ok((end?, acknowledged))
    }
}
