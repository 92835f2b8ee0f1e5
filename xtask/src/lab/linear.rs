//! `lab linear`: many change, read and delete few items at once, and what they were answered must be what a single copy
//! of each item could have answered. In every third round a server is killed meanwhile and started again. On a database
//! those who ask are spread over two servers, and every sixth round it is the database that is killed; a cluster is
//! disturbed then by a command of whoever runs it.
//!
//! A list counts as a read of every item. That it shows all of them as of one moment is not judged.

mod broken;
mod history;
mod round;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, channel};

use fuzz::Dice;
use fuzz::linear::{Fault, linearizable};

use self::history::{Event, Told};
use self::round::{Round, Seen};
use crate::bench::clock;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::Door;
use crate::lab::disturb::Disturbance;
use crate::lab::site::{Running, Site};
use crate::lab::{Below, Bench};

/// Who ask at once.
const PROCESSES: usize = 8;

/// Requests of each process in a round.
const REQUESTS: usize = 40;

/// What concerns one item; lists concern each.
type Histories = BTreeMap<String, Vec<Event>>;

/// What is killed in a round, and after how many answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kill {
    None,
    Server(usize),
    Database(usize),
    /// A cluster, by its command.
    Cluster(usize),
}

/// Runs the rounds.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let tested = broken::test(bench.seed)?;
    let site = Site::new(bench, 2)?;
    let mut dice = Dice::new(bench.seed);
    let mut servers = Vec::new();
    site.start_up_to(bench.below.servers(), &mut servers)?;
    let people = servers.first().map_or(Ok(Vec::new()), Running::people)?;
    let person = people.first().ok_or_else(|| Failure::new("nobody is there"))?;
    let place = format!("/beta/users/{person}/profile/interests");
    let numbers = AtomicU64::new(1);
    let (mut items, mut events, mut declined, mut kills) = (0, 0, 0, 0);
    let rounds = bench.size(6, 150);
    for number in 1..=rounds {
        let kill = Kill::of_round(number, bench, &mut dice);
        kills += usize::from(kill != Kill::None);
        let stage = Stage { bench, site: &site, number };
        let (histories, refused) = round(&stage, &mut servers, &place, &numbers, &mut dice, kill)?;
        site.start_up_to(bench.below.servers(), &mut servers)?;
        declined += refused;
        for (id, history) in &histories {
            items += 1;
            events += history.len();
            linearizable(history, None).map_err(|fault| Failure::new(told(number, id, history, &fault)))?;
        }
    }
    let count = servers.len();
    servers.into_iter().try_for_each(Running::end)?;
    Ok(format!(
        "{tested}; {rounds} rounds of {PROCESSES} processes at {count} servers, {kills} with a kill: {items} items with {events} answers \
         linearizable, {declined} requests declined, violations 0"
    ))
}

fn told(round: usize, id: &str, history: &[Event], fault: &Fault<Event>) -> String {
    let Fault::Broken { done, left } = fault else {
        return format!("round {round}, item {id}: {} answers, too many orders to try", history.len());
    };
    let line = |event: &Event| {
        let Event { process, begun, ended, ask, told } = event;
        format!("\n  process {process}, {begun} to {ended} ns: {ask:?}, {told:?}")
    };
    let lines: String = left.iter().take(20).map(line).collect();
    format!("round {round}, item {id}: {done} of {} answers have an order, none goes on with{lines}", history.len())
}

/// What a round is played on, and its number.
struct Stage<'a> {
    bench: &'a Bench,
    site: &'a Site,
    number: usize,
}

impl Kill {
    fn of_round(number: usize, bench: &Bench, dice: &mut Dice) -> Kill {
        let mut answers = || 1 + dice.below(PROCESSES * REQUESTS * 3 / 4);
        let disturbed = bench.cluster.as_ref().map(|cluster| cluster.command.is_some());
        match (number % 6, bench.below) {
            (0 | 2 | 4, Below::Postgres) if disturbed == Some(true) => Kill::Cluster(answers()),
            (0, Below::Postgres) if disturbed.is_none() => Kill::Database(answers()),
            (0 | 3, _) => Kill::Server(answers()),
            _ => Kill::None,
        }
    }

    /// Kills when that many answers have come.
    fn strike(self, stage: &Stage<'_>, servers: &mut Vec<Running>, answers: &Receiver<()>, dice: &mut Dice) -> Outcome {
        let Stage { bench, site, .. } = stage;
        match self {
            Kill::Cluster(after) => {
                answers.iter().take(after).for_each(drop);
                let cluster = bench.cluster.as_ref().map_or(Ok(None), |cluster| cluster.disturb(stage.number, dice))?;
                cluster.map_or(Ok(()), Disturbance::end)?;
            }
            Kill::None => {}
            Kill::Server(after) => {
                answers.iter().take(after).for_each(drop);
                drop(servers.pop());
            }
            Kill::Database(after) => {
                answers.iter().take(after).for_each(drop);
                let engine = site.database()?.engine()?;
                engine.kill().and_then(|()| engine.restart()).or_fail("the database")?;
            }
        }
        Ok(())
    }
}

/// Lets all ask at once; gives what was seen of each item, and how many requests were declined.
fn round(
    stage: &Stage<'_>,
    servers: &mut Vec<Running>,
    place: &str,
    numbers: &AtomicU64,
    dice: &mut Dice,
    kill: Kill,
) -> Outcome<(Histories, usize)> {
    let doors: Vec<Door> = servers.iter().map(|server| server.door.clone()).collect();
    let (open, start) = (matches!(kill, Kill::Database(_) | Kill::Cluster(_)), clock::now());
    let (slots, tags) = (Default::default(), Mutex::default());
    let round = Round { doors: &doors, open, place, start, slots, tags, numbers };
    let seeds: Vec<u64> = (0..PROCESSES).map(|_| dice.below(usize::MAX) as u64).collect();
    let (struck, seen) = std::thread::scope(|scope| {
        let (round, (answer, answers)) = (&round, channel());
        let processes = seeds.iter().enumerate().map(|(process, seed)| {
            let answer = answer.clone();
            scope.spawn(move || round.ask_on(process, Dice::new(*seed), &answer))
        });
        let processes: Vec<_> = processes.collect();
        drop(answer);
        let struck = kill.strike(stage, servers, &answers, dice);
        let lost = || Err(Failure::new("a process was lost"));
        let seen = processes.into_iter().map(|process| process.join().unwrap_or_else(|_| lost()));
        (struck, seen.collect::<Outcome<Vec<Seen>>>())
    });
    struck?;
    let mut seen = seen?;
    if servers.is_empty() {
        servers.push(stage.site.start()?);
    }
    servers.iter().try_for_each(Running::recover)?;
    let doors: Vec<Door> = servers.iter().map(|server| server.door.clone()).collect();
    seen.push(Round { doors: &doors, open: false, ..round }.read_all(&seen)?);
    let declined = seen.iter().map(|seen| seen.declined).sum();
    Ok((histories(seen)?, declined))
}

/// Sorts what was seen by item.
fn histories(seen: Vec<Seen>) -> Outcome<Histories> {
    let mut histories = Histories::new();
    let (own, lists): (Vec<_>, Vec<_>) = seen.into_iter().map(|seen| (seen.own, seen.lists)).unzip();
    for (id, event) in own.into_iter().flatten() {
        histories.entry(id).or_default().push(event);
    }
    for (mut list, event) in lists.into_iter().flatten() {
        for (id, history) in &mut histories {
            let told = list.remove(id).map_or(Told::Absent, Told::Item);
            history.push(Event { told, ..event });
        }
        // A creation that was not answered leaves an item that nobody knows.
    }
    Ok(histories)
}
