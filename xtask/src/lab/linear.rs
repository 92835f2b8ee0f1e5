//! `lab linear`: many change, read and delete few items at once, and what they were answered must be what a single copy
//! of each item could have answered. In every third round a server is killed meanwhile and started again. On a database
//! those who ask are spread over two servers, and every sixth round it is the database that is killed; a cluster is
//! disturbed then by a command of whoever runs it.
//!
//! A list counts as a read of every item. That it shows all of them as of one moment is not judged.

mod broken;
mod history;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use fuzz::Dice;
use fuzz::linear::{Fault, linearizable};
use serde_json::{Value, json};

use self::history::{Ask, Event, Shown, Told};
use crate::bench::clock;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::{Door, Line, Reply};
use crate::lab::disturb::Disturbance;
use crate::lab::ledger::in_turn;
use crate::lab::site::{Running, Site};
use crate::lab::{Below, Bench};

/// Who ask at once.
const PROCESSES: usize = 8;

/// The items that are there at a time.
const SLOTS: usize = 3;

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

/// A round: what its processes share.
struct Round<'a> {
    /// Who ask are spread over these.
    doors: &'a [Door],
    /// Whether what is declined may have been done: so it is while a database dies.
    open: bool,
    /// The collection.
    place: &'a str,
    start: Instant,
    /// The ids of items that may be there, with their last known tag.
    slots: [Mutex<Option<(String, String)>>; SLOTS],
    /// Tags, by their number less one: numbers take less room in a search.
    tags: Mutex<Vec<String>>,
    numbers: &'a AtomicU64,
}

/// What one process saw.
#[derive(Default)]
struct Seen {
    own: Vec<(String, Event)>,
    lists: Vec<(BTreeMap<String, Shown>, Event)>,
    /// Requests that the service declined, which must have done nothing.
    declined: usize,
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

impl Round<'_> {
    /// One process: asks until it has enough or the server is gone.
    fn ask_on(&self, process: usize, mut dice: Dice, answered: &Sender<()>) -> Outcome<Seen> {
        let mut seen = Seen::default();
        let Ok(mut line) = in_turn(self.doors)(process) else { return Ok(seen) };
        for _ in 0..REQUESTS {
            if !self.step(process, &mut line, &mut dice, &mut seen)? {
                break;
            }
            let _ = answered.send(());
        }
        Ok(seen)
    }

    /// Asks one thing. Says whether the server is still there.
    fn step(&self, process: usize, line: &mut Line, dice: &mut Dice, seen: &mut Seen) -> Outcome<bool> {
        let choice = dice.below(20);
        if choice == 0 {
            return self.list(process, line, seen);
        }
        let number = self.numbers.fetch_add(2, Ordering::Relaxed);
        let Some(slot) = self.slots.get(dice.below(SLOTS)) else { return Ok(true) };
        let known = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((id, tag)) = known else { return self.create(process, line, number, slot, seen) };
        let presumed = Some(tag.as_str()).filter(|_| dice.below(2) == 0);
        let tag = presumed.map(|tag| self.number_of(tag));
        let (left, right) = match dice.below(3) {
            0 => (Some(number), None),
            1 => (None, Some(number + 1)),
            _ => (Some(number), Some(number + 1)),
        };
        let ask = match choice {
            1..=8 => Ask::Read,
            9..=18 => Ask::Change { left, right, tag },
            _ => Ask::Remove { tag },
        };
        let event = self.perform(process, line, &id, ask, presumed, seen)?;
        match event {
            Some(Event { told: Told::Unknown, .. }) => return Ok(false),
            Some(Event { told: Told::Removed | Told::Absent, .. }) => {
                let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
                if slot.as_ref().is_some_and(|(own, _)| *own == id) {
                    *slot = None;
                }
            }
            _ => {}
        }
        if let Some(Told::Item(shown)) = event.map(|event| event.told)
            && let Some(tag) = self.tag_of(shown.tag)
            && let Some((own, known)) = &mut *slot.lock().unwrap_or_else(PoisonError::into_inner)
            && *own == id
        {
            *known = tag;
        }
        Ok(true)
    }

    fn create(
        &self,
        process: usize,
        line: &mut Line,
        number: u64,
        slot: &Mutex<Option<(String, String)>>,
        seen: &mut Seen,
    ) -> Outcome<bool> {
        let begun = self.now();
        let Ok(reply) = line.ask("POST", self.place, &[], Some(&body(Some(number), Some(number + 1)))) else {
            return Ok(false);
        };
        let ended = self.now();
        if declined(&reply, seen) {
            return Ok(!self.open);
        }
        let item = reply.json();
        let (201, Some((id, shown))) = (reply.status, self.shown(&item)) else { return Err(unexpected(&reply)) };
        let ask = Ask::Create { left: number, right: number + 1 };
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((id.clone(), text(&item, "@odata.etag")));
        seen.own.push((id, Event { process, begun, ended, ask, told: Told::Item(shown) }));
        Ok(true)
    }

    /// Asks something of an item; nothing where the service declined.
    fn perform(
        &self,
        process: usize,
        line: &mut Line,
        id: &str,
        ask: Ask,
        presumed: Option<&str>,
        seen: &mut Seen,
    ) -> Outcome<Option<Event>> {
        let path = format!("{}/{id}", self.place);
        let (method, content) = match ask {
            Ask::Change { left, right, .. } => ("PATCH", Some(body(left, right))),
            Ask::Remove { .. } => ("DELETE", None),
            _ => ("GET", None),
        };
        let condition = presumed.filter(|_| ask != Ask::Read).map(|tag| ("If-Match", tag));
        let begun = self.now();
        let reply = line.ask(method, &path, condition.as_slice(), content.as_ref());
        let mut event = Event { process, begun, ended: u64::MAX, ask, told: Told::Unknown };
        if let Ok(reply) = reply {
            event.ended = self.now();
            match declined(&reply, seen) {
                true if self.open => return Ok(Some(self.unknown(id, event, seen))),
                true => return Ok(None),
                false => {}
            }
            event.told = match (reply.status, self.shown(&reply.json())) {
                (200, Some((_, shown))) => Told::Item(shown),
                (204, _) => Told::Removed,
                (404, _) => Told::Absent,
                (412, _) => Told::Modified,
                _ => return Err(unexpected(&reply)),
            };
        }
        seen.own.push((id.to_owned(), event));
        Ok(Some(event))
    }

    /// Notes that nobody knows whether it was done.
    fn unknown(&self, id: &str, event: Event, seen: &mut Seen) -> Event {
        let event = Event { ended: u64::MAX, told: Told::Unknown, ..event };
        seen.own.push((id.to_owned(), event));
        event
    }

    fn list(&self, process: usize, line: &mut Line, seen: &mut Seen) -> Outcome<bool> {
        let begun = self.now();
        let Ok(reply) = line.ask("GET", &format!("{}?$top=999", self.place), &[], None) else { return Ok(false) };
        let ended = self.now();
        if declined(&reply, seen) {
            return Ok(!self.open);
        }
        let list = reply.json();
        let items = list.get("value").and_then(Value::as_array).ok_or_else(|| unexpected(&reply))?;
        let items = items.iter().filter_map(|item| self.shown(item)).collect();
        seen.lists.push((items, Event { process, begun, ended, ask: Ask::Read, told: Told::Absent }));
        Ok(true)
    }

    /// At the end, one after the other, of each server what another was asked before.
    fn read_all(&self, seen: &[Seen]) -> Outcome<Seen> {
        let mut last = Seen::default();
        let lines = (0..self.doors.len()).map(in_turn(self.doors)).collect::<std::io::Result<Vec<Line>>>();
        let mut lines = lines.or_fail("cannot connect")?;
        let ids: std::collections::BTreeSet<&String> =
            seen.iter().flat_map(|seen| &seen.own).map(|(id, _)| id).collect();
        for id in ids {
            for line in &mut lines {
                self.perform(PROCESSES, line, id, Ask::Read, None, &mut last)?;
            }
            lines.rotate_left(1);
            if let Some(line) = lines.first_mut() {
                self.perform(PROCESSES, line, id, Ask::Remove { tag: None }, None, &mut last)?;
            }
        }
        for line in &mut lines {
            self.list(PROCESSES, line, &mut last)?;
        }
        Ok(last)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX - 1)
    }

    /// The id of an item and what it shows, if the numbers in it are such as are written here.
    fn shown(&self, item: &Value) -> Option<(String, Shown)> {
        let number = |name: &str| text(item, name).parse().ok();
        let (left, right) = (number("displayName")?, number("description")?);
        let tag = self.number_of(&text(item, "@odata.etag"));
        Some((text(item, "id"), Shown { left, right, tag }))
    }

    fn number_of(&self, tag: &str) -> u64 {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        let at = tags.iter().position(|known| known == tag).unwrap_or_else(|| {
            tags.push(tag.to_owned());
            tags.len() - 1
        });
        at as u64 + 1
    }

    fn tag_of(&self, number: u64) -> Option<String> {
        let tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        tags.get(usize::try_from(number.checked_sub(1)?).ok()?).cloned()
    }
}

fn text(item: &Value, name: &str) -> String {
    item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn body(left: Option<u64>, right: Option<u64>) -> Value {
    let mut body = json!({});
    for (name, number) in [("displayName", left), ("description", right)] {
        if let (Some(number), Some(members)) = (number, body.as_object_mut()) {
            members.insert(name.to_owned(), number.to_string().into());
        }
    }
    body
}

/// A 503 says that nothing was done; were that untrue, the history would show it.
fn declined(reply: &Reply, seen: &mut Seen) -> bool {
    let declined = reply.status == 503 && reply.header("retry-after").is_some();
    seen.declined += usize::from(declined);
    declined
}

fn unexpected(reply: &Reply) -> Failure {
    Failure::new(format_args!("an answer that no request asked for: {}", reply.told()))
}
