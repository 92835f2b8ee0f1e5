//! `lab crash`: real servers, many writers, `kill -9` at moments of chance, a start over what is left; again and again
//! over the same data. What was acknowledged is there, what was under way is there wholly or not at all, and nothing
//! else; items, index rows, audit and change records agree (`vitae check`).
//!
//! On a database there are two servers, and it is killed as well: then the servers go on when it is back. A database
//! that acknowledges what it has not made durable must lose writes; else the lab could not tell. A cluster is disturbed
//! instead, by a command of whoever runs it.

use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::PAUSE;
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, in_turn, write_together};
use crate::lab::site::{Running, Site};
use crate::lab::{Below, Bench};
use crate::term;

const WRITERS: usize = 8;

const LONGEST: usize = 40_000;

const PEOPLE: u32 = 5;

/// Kills of a lying database at most.
const LIES: usize = 12;

/// Answers in which servers whose database is back must have begun to write.
const RECOVERY: usize = 2_000;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Servers,
    /// One of several; writers go on at the others.
    Server,
    /// The database; servers and writers go on.
    Database,
    /// A cluster, by its command.
    Cluster,
    /// The database first, then the servers.
    All,
}

impl Blow {
    /// Each in turn.
    fn of_round(round: usize, bench: &Bench) -> Blow {
        let disturbed = bench.cluster.as_ref().map(|cluster| cluster.command.is_some());
        match (bench.below, disturbed, round % 4) {
            (Below::Sqlite, ..) | (_, _, 0) => Blow::Servers,
            (_, _, 2) | (_, Some(false), _) => Blow::Server,
            (_, Some(true), _) => Blow::Cluster,
            (_, None, 1) => Blow::Database,
            (_, None, _) => Blow::All,
        }
    }

    /// Strikes; gives how many answers were neither a yes nor a clear refusal.
    fn strike(self, stage: &mut Stage<'_>, said: &Receiver<Said>, dice: &mut Dice) -> Outcome<usize> {
        let Stage { bench, site, servers, round } = stage;
        let mut unclear = 0;
        match self {
            Blow::Servers => servers.clear(),
            Blow::Server => {
                drop(servers.pop());
                said.iter().take(2 * WRITERS).for_each(drop);
            }
            Blow::Cluster => unclear += disturb(bench, *round, said, dice)?,
            Blow::Database => {
                let engine = site.database()?.engine()?;
                engine.kill().or_fail("the database")?;
                unclear += unclear_among(said.iter().take(1 + dice.below(2 * WRITERS)));
                engine.restart().or_fail("the database")?;
                unclear += go_on(said)?;
            }
            Blow::All => {
                let engine = site.database()?.engine()?;
                engine.kill().or_fail("the database")?;
                servers.clear();
                engine.restart().or_fail("the database")?;
            }
        }
        Ok(unclear)
    }
}

/// What a blow falls on.
struct Stage<'a> {
    bench: &'a Bench,
    site: &'a Site,
    servers: &'a mut Vec<Running>,
    round: usize,
}

/// Lets the cluster be disturbed and sees the servers go on; gives how many answers were unclear.
fn disturb(bench: &Bench, round: usize, said: &Receiver<Said>, dice: &mut Dice) -> Outcome<usize> {
    let none = || Failure::new("no command disturbs the cluster");
    let cluster = bench.cluster.as_ref().ok_or_else(none)?;
    let mut disturbance = cluster.disturb(round, dice)?.ok_or_else(none)?;
    let mut unclear = 0;
    while !disturbance.is_over()? {
        unclear += said.recv_timeout(PAUSE).map_or(0, |said| usize::from(!said.is_clear()));
    }
    Ok(unclear + go_on(said)?)
}

/// Sees servers go on with their database; gives how many answers were unclear.
pub(super) fn go_on(said: &Receiver<Said>) -> Outcome<usize> {
    let (mut yes, mut unclear) = (0, 0);
    for said in said.iter().take(RECOVERY) {
        yes += usize::from(said.is_yes());
        // Some that were under way are answered only now.
        unclear += usize::from(!said.is_clear());
        if yes == WRITERS {
            return Ok(unclear);
        }
    }
    Err(Failure::new("the servers did not go on with their database without a restart"))
}

fn unclear_among(said: impl Iterator<Item = Said>) -> usize {
    said.filter(|said| !said.is_clear()).count()
}

/// What came of all kills.
#[derive(Default)]
struct Course {
    verdict: Verdict,
    acknowledged: usize,
    /// Without cause.
    refused: usize,
    unclear: usize,
    unsound: Vec<String>,
}

/// Runs the rounds.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let site = Site::new(bench, PEOPLE)?;
    let mut servers = Vec::new();
    site.start_up_to(bench.below.servers(), &mut servers)?;
    let first = servers.first().ok_or_else(|| Failure::new("no server"))?;
    let before = Before::look(&first.door, &first.people()?)?;
    let mut writers = Writer::several(WRITERS, &mut dice, LONGEST);
    let mut course = Course::default();
    let rounds = bench.size(4, 200);
    for round in 1..=rounds {
        let mut stage = Stage { bench, site: &site, servers: &mut servers, round };
        course.kill(&mut stage, &before, &mut writers, &mut dice)?;
        let Course { verdict, acknowledged, .. } = &course;
        term::progress(&format!("kill {round} of {rounds}: {acknowledged} writes acknowledged; {verdict}"));
    }
    servers.into_iter().try_for_each(Running::end)?;
    drop(site);
    let Course { verdict, acknowledged, refused, unclear, unsound } = course;
    let mut figures = format!(
        "{rounds} kills, {acknowledged} writes acknowledged, {refused} refused without cause; {verdict}; unsound {}",
        unsound.len()
    );
    if bench.below == Below::Postgres {
        let control = match bench.cluster {
            Some(_) => "none on somebody else's cluster".to_owned(),
            None => control(bench, &mut dice)?,
        };
        figures.push_str(&format!(", unclear answers {unclear}; control: {control}"));
    }
    match refused + unclear + unsound.len() {
        0 if verdict.is_good() => Ok(figures),
        _ => Err(Failure::new(format_args!("{figures}\n  {}", unsound.join("\n  ")))),
    }
}

impl Course {
    /// Lets all write until the blow falls, and looks at what is there afterwards.
    fn kill(&mut self, stage: &mut Stage<'_>, before: &Before, writers: &mut [Writer], dice: &mut Dice) -> Outcome {
        let (bench, site, round) = (stage.bench, stage.site, stage.round);
        // Mostly in full swing, sometimes among the very first writes.
        let limit = if dice.below(4) == 0 { 1 + dice.below(10) } else { 20 + dice.below(bench.size(80, 120)) };
        let doors: Vec<_> = stage.servers.iter().map(|server| server.door.clone()).collect();
        let strike = |said: &Receiver<Said>| {
            // Nothing is wrong so far.
            let refused = said.iter().take(limit).filter(|said| !said.is_yes()).count();
            Blow::of_round(round, bench).strike(stage, said, dice).map(|unclear| (refused, unclear))
        };
        let (struck, done) = write_together(&in_turn(&doors), writers, &before.places, &|| 1, strike);
        let (refused, unclear) = struck?;
        self.refused += refused;
        self.unclear += unclear;
        self.acknowledged += done;
        // Over what the kill left, or beside the servers that come next.
        let early = dice.below(2) == 0;
        let mut found = if early { site.check()? } else { Vec::new() };
        site.start_up_to(bench.below.servers(), stage.servers)?;
        stage.servers.iter().try_for_each(Running::recover)?;
        for server in &*stage.servers {
            self.verdict.add(before.judge(&server.door, writers, End::LAST)?);
        }
        if !early {
            found.extend(site.check()?);
        }
        self.unsound.extend(found.into_iter().map(|what| format!("round {round}: {what}")));
        let server = stage.servers.first().ok_or_else(|| Failure::new("no server"))?;
        writers.iter_mut().try_for_each(|writer| writer.settle(&server.door, &before.places))
    }
}

/// The same with a database that is lying. It writes whole pages soon, so a kill may lose nothing; then there is
/// another.
fn control(bench: &Bench, dice: &mut Dice) -> Outcome<String> {
    let site = Site::new(bench, PEOPLE)?;
    site.database()?.weaken()?;
    let mut servers = vec![site.start()?];
    let people = servers.first().map_or(Ok(Vec::new()), Running::people)?;
    let door = |servers: &[Running]| servers.first().map(|server| server.door.clone());
    let none = || Failure::new("no server");
    let before = Before::look(&door(&servers).ok_or_else(none)?, &people)?;
    for kills in 1..=LIES {
        let mut writers = Writer::several(WRITERS, dice, 600);
        let open = [door(&servers).ok_or_else(none)?];
        let kill = |said: &Receiver<Said>| {
            said.iter().take(20).for_each(drop);
            let mut stage = Stage { bench, site: &site, servers: &mut servers, round: kills };
            Blow::All.strike(&mut stage, said, &mut Dice::new(0))
        };
        write_together(&in_turn(&open), &mut writers, &before.places, &|| 1, kill).0?;
        site.start_up_to(1, &mut servers)?;
        servers.iter().try_for_each(Running::recover)?;
        let lost = before.judge(&door(&servers).ok_or_else(none)?, &writers, End::LAST)?.lost.len();
        if lost > 0 {
            return Ok(format!("with synchronous_commit = off kill {kills} lost {lost} writes"));
        }
    }
    Err(Failure::new("with synchronous_commit = off nothing was lost, so the lab proves nothing"))
}
