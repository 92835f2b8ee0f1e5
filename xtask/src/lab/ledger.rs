//! Those who write, what they were promised, and what of it is there afterwards. Labs that end servers share it.
//!
//! Each writer has items of its own, so what an item may be follows from its writer alone: the last state that was
//! acknowledged before the end, or a later one that was asked for before it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use fuzz::Dice;
use serde_json::{Value, json};

use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::{Door, Line, PAUSE, Reply};

/// Of each person these collections are written.
const COLLECTIONS: [&str; 2] = ["interests", "publications"];

/// With more items than this a writer rather removes.
const ENOUGH: usize = 30;

/// Where an end came: it orders requests, acknowledgements and ends.
pub(crate) type Moment = u64;

/// What ended, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing did: a refused write has done nothing.
    None,
    /// The server, at that moment. A write that was refused because it could not be finished may be found done.
    Server(Moment),
}

impl End {
    /// The server, when all was over.
    pub(crate) const LAST: End = End::Server(Moment::MAX);

    fn moment(self) -> Moment {
        match self {
            End::None => Moment::MAX,
            End::Server(moment) => moment,
        }
    }
}

/// The items of the collections, by path.
pub(crate) type Found = BTreeMap<String, BTreeMap<String, Value>>;

/// A state that an item was to have.
#[derive(Debug, Clone)]
struct Step {
    /// What it is called then; nothing where it was to go.
    title: Option<String>,
    begun: Moment,
    answer: Answer,
}

/// What was said to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Nothing,
    Yes(Moment),
    No,
}

/// One item.
#[derive(Debug, Clone)]
struct Story {
    place: String,
    /// Known once its creation was answered.
    id: Option<String>,
    steps: Vec<Step>,
}

/// One who writes.
pub(crate) struct Writer {
    name: String,
    dice: Dice,
    sequence: u64,
    stories: Vec<Story>,
    /// The longest text.
    longest: usize,
}

/// What the collections held before anyone wrote.
pub(crate) struct Before {
    pub(crate) places: Vec<String>,
    found: Found,
}

/// What a look at everything found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Items there.
    pub(crate) items: usize,
    /// Acknowledged states that had to be there.
    pub(crate) acknowledged: usize,
    /// What was acknowledged and is not there.
    pub(crate) lost: Vec<String>,
    /// What is there and was not written, or not then.
    pub(crate) phantom: Vec<String>,
    /// What is there in part.
    pub(crate) torn: Vec<String>,
    /// Writes that were refused and are there, where that is allowed.
    pub(crate) undecided: usize,
    /// Writes that were not answered and are there.
    pub(crate) unanswered: usize,
}

impl Verdict {
    /// Is all as promised?
    pub(crate) fn is_good(&self) -> bool {
        self.lost.is_empty() && self.phantom.is_empty() && self.torn.is_empty()
    }

    pub(crate) fn add(&mut self, other: Verdict) {
        self.items += other.items;
        self.acknowledged += other.acknowledged;
        self.lost.extend(other.lost);
        self.phantom.extend(other.phantom);
        self.torn.extend(other.torn);
        self.undecided += other.undecided;
        self.unanswered += other.unanswered;
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { acknowledged, lost, phantom, torn, undecided, .. } = self;
        let counts = (lost.len(), phantom.len(), torn.len());
        write!(
            f,
            "{acknowledged} acknowledged writes looked for: lost {}, phantom {}, torn {}",
            counts.0, counts.1, counts.2
        )?;
        if *undecided > 0 {
            write!(f, ", refused but found done {undecided}")?;
        }
        lost.iter().chain(phantom).chain(torn).take(5).try_for_each(|what| write!(f, "\n  {what}"))
    }
}

impl Before {
    /// Looks at the collections of these people.
    pub(crate) fn look(door: &Door, people: &[String]) -> Outcome<Before> {
        let places =
            people.iter().flat_map(|person| COLLECTIONS.map(|name| format!("/beta/users/{person}/profile/{name}")));
        let places: Vec<String> = places.collect();
        Ok(Before { found: read(door, &places)?, places })
    }

    /// Compares what is there after an end at that moment with what was promised until then.
    pub(crate) fn judge(&self, door: &Door, writers: &[Writer], end: End) -> Outcome<Verdict> {
        let mut found = read(door, &self.places)?;
        let mut verdict = Verdict::default();
        for (place, before) in &self.found {
            let there = found.entry(place.clone()).or_default();
            verdict.items += there.len();
            for (id, item) in before {
                if there.remove(id).as_ref() != Some(item) {
                    verdict.lost.push(format!("{place}/{id}, which nobody wrote to, is not as it was"));
                }
            }
            let torn = there.iter().filter(|(_, item)| !is_whole(item));
            verdict.torn.extend(torn.map(|(id, item)| format!("{place}/{id}: {item}")));
        }
        for story in writers.iter().flat_map(|writer| &writer.stories) {
            story.judge(&mut found, end, &mut verdict);
        }
        let left = found.iter().flat_map(|(place, items)| items.keys().map(move |id| format!("{place}/{id}")));
        verdict.phantom.extend(left.map(|path| format!("{path} was written by nobody")));
        Ok(verdict)
    }
}

impl Story {
    /// The last write that was not refused.
    fn last(&self) -> Option<&Step> {
        self.steps.iter().rfind(|step| step.answer != Answer::No)
    }

    fn judge(&self, found: &mut Found, end: End, verdict: &mut Verdict) {
        let at = end.moment();
        let possible = |step: &&Step| step.answer != Answer::No || end != End::None;
        let steps: Vec<&Step> = self.steps.iter().filter(possible).collect();
        let last = steps.iter().rposition(|step| matches!(step.answer, Answer::Yes(moment) if moment <= at));
        verdict.acknowledged += usize::from(last.is_some());
        let there = self.take(found);
        let title = there.as_ref().and_then(|item| item.get("displayName")?.as_str());
        let nothing = last.is_none().then_some(None);
        let begun = steps.iter().skip(last.unwrap_or_default()).filter(|step| step.begun <= at);
        let begun: Vec<&&Step> = begun.collect();
        verdict.undecided += begun
            .iter()
            .filter(|step| step.answer == Answer::No && step.title.as_deref() == title && title.is_some())
            .count();
        let unanswered = begun.last().is_some_and(|step| {
            // What is not there has gone only if it was: then its id is known.
            step.answer == Answer::Nothing && step.title.as_deref() == title && (title.is_some() || self.id.is_some())
        });
        verdict.unanswered += usize::from(unanswered);
        let begun = begun.iter().map(|step| step.title.as_deref());
        let allowed: Vec<Option<&str>> = nothing.into_iter().chain(begun).collect();
        if !allowed.contains(&title) {
            let id = self.id.as_deref().unwrap_or("?");
            let what = format!("{}/{id}: found {title:?}, expected one of {allowed:?}", self.place);
            let known = |step: &&Step| matches!(step.answer, Answer::Yes(moment) if moment <= at);
            let old = title.is_none() || self.steps.iter().filter(known).any(|step| step.title.as_deref() == title);
            if old { &mut verdict.lost } else { &mut verdict.phantom }.push(what);
        }
    }

    /// Takes the item out of what was found: by its id, or by its first title where no id was told.
    fn take(&self, found: &mut Found) -> Option<Value> {
        let items = found.get_mut(&self.place)?;
        if let Some(id) = &self.id {
            return items.remove(id);
        }
        let title = self.steps.first()?.title.as_deref()?;
        let id =
            items.iter().find(|(_, item)| item.get("displayName").and_then(Value::as_str) == Some(title))?.0.clone();
        items.remove(&id)
    }
}

impl Writer {
    /// One with a name of its own, who writes texts up to that length.
    pub(crate) fn new(name: String, seed: u64, longest: usize) -> Writer {
        Writer { name, dice: Dice::new(seed), sequence: 0, stories: Vec::new(), longest }
    }

    /// So many, each with chance of its own.
    pub(crate) fn several(count: usize, dice: &mut Dice, longest: usize) -> Vec<Writer> {
        (0..count).map(|number| Writer::new(format!("w{number}"), dice.below(usize::MAX) as u64, longest)).collect()
    }

    /// Writes once. `now` tells the moment; after an error it is unknown whether it was done.
    pub(crate) fn write(&mut self, line: &mut Line, places: &[String], now: &dyn Fn() -> Moment) -> io::Result<Reply> {
        let choice = self.dice.below(10);
        // What was to go may have gone, even where that was refused.
        let stays = |step: Option<&Step>| step.is_some_and(|step| step.title.is_some());
        let alive = |story: &Story| story.id.is_some() && stays(story.last()) && stays(story.steps.last());
        let own: Vec<usize> = (0..self.stories.len()).filter(|at| self.stories.get(*at).is_some_and(alive)).collect();
        let place = places.get(self.dice.below(places.len())).cloned().unwrap_or_default();
        let picked = own.get(self.dice.below(own.len())).copied();
        let (title, body) = self.body();
        let (at, method, title, status) = match picked {
            Some(at) if choice > 7 || own.len() > ENOUGH => (at, "DELETE", None, 204),
            Some(at) if choice > 3 => (at, "PATCH", Some(title), 200),
            _ => {
                self.stories.push(Story { place, id: None, steps: Vec::new() });
                (self.stories.len() - 1, "POST", Some(title), 201)
            }
        };
        let Some(story) = self.stories.get_mut(at) else { return Err(io::ErrorKind::NotFound.into()) };
        let path = match &story.id {
            Some(id) => format!("{}/{id}", story.place),
            None => story.place.clone(),
        };
        let body = title.is_some().then_some(body);
        story.steps.push(Step { title, begun: now(), answer: Answer::Nothing });
        let reply = line.ask(method, &path, &[], body.as_ref())?;
        if let Some(step) = story.steps.last_mut() {
            step.answer = if reply.status == status { Answer::Yes(now()) } else { Answer::No };
        }
        if reply.status == 201 {
            story.id = reply.json().get("id").and_then(Value::as_str).map(str::to_owned);
        }
        Ok(reply)
    }

    /// A text and a title that tells whether the text is whole.
    fn body(&mut self) -> (String, Value) {
        self.sequence += 1;
        let length = if self.dice.below(8) == 0 { self.longest } else { self.dice.below(600) };
        let letter = |dice: &mut Dice| char::from(b'a' + u8::try_from(dice.below(26)).unwrap_or_default());
        let letters: String = (0..length).map(|_| letter(&mut self.dice)).collect();
        let title = format!("lab {} {} {:016x}", self.name, self.sequence, checksum(&letters));
        let body = json!({ "displayName": title, "description": letters });
        (title, body)
    }

    /// Takes what is there after an end as what was promised, so that the writer may go on.
    pub(crate) fn settle(&mut self, door: &Door, places: &[String]) -> Outcome {
        let mut found = read(door, places)?;
        self.stories.retain_mut(|story| {
            let Some(item) = story.take(&mut found) else { return false };
            let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
            story.id = text("id");
            story.steps = vec![Step { title: text("displayName"), begun: 0, answer: Answer::Yes(0) }];
            true
        });
        Ok(())
    }
}

/// What a writer was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// Whether it was told when to come again.
    pub(crate) again: bool,
}

impl Said {
    /// An answer that began and broke off.
    pub(crate) const BROKEN: Said = Said { status: 0, again: false };

    pub(crate) fn of(reply: &Reply) -> Said {
        Said { status: reply.status, again: reply.header("retry-after").is_some() }
    }

    /// Was it done, or refused in a way that says what to do?
    pub(crate) fn is_clear(self) -> bool {
        self.is_yes() || self.again
    }

    /// Was it done?
    pub(crate) fn is_yes(self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Connections to servers in turn.
pub(crate) fn in_turn(doors: &[Door]) -> impl Fn(usize) -> io::Result<Line> + Sync {
    move |number| doors.get(number % doors.len()).map_or(Err(io::ErrorKind::NotFound.into()), Line::open)
}

/// Lets all write at once, each on a connection of its own, until that breaks or `watch` has seen enough of what is
/// said. `open` makes the connection of the writer of that number. Gives what `watch` does, and how many writes were
/// acknowledged.
pub(crate) fn write_together<T>(
    open: &(dyn Fn(usize) -> io::Result<Line> + Sync),
    writers: &mut [Writer],
    places: &[String],
    now: &(dyn Fn() -> Moment + Sync),
    watch: impl FnOnce(&Receiver<Said>) -> T,
) -> (T, usize) {
    let (enough, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (enough, acknowledged) = (&enough, &acknowledged);
    let seen = std::thread::scope(|scope| {
        let (say, all_said) = channel();
        for (number, writer) in writers.iter_mut().enumerate() {
            let say = say.clone();
            scope.spawn(move || {
                // The server may be gone before all are connected.
                let Ok(mut line) = open(number) else { return };
                while !enough.load(Ordering::Relaxed) {
                    let said = match writer.write(&mut line, places, now) {
                        Ok(reply) => Said::of(&reply),
                        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Said::BROKEN,
                        Err(_) => break,
                    };
                    acknowledged.fetch_add(usize::from(said.is_yes()), Ordering::Relaxed);
                    let _ = say.send(said);
                    match said {
                        Said::BROKEN => break,
                        Said { again: true, .. } => std::thread::park_timeout(PAUSE),
                        _ => {}
                    }
                }
            });
        }
        drop(say);
        let seen = watch(&all_said);
        enough.store(true, Ordering::Relaxed);
        seen
    });
    (seen, acknowledged.load(Ordering::Relaxed))
}

/// FNV-1a.
fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

fn is_whole(item: &Value) -> bool {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    text("displayName").ends_with(&format!(" {:016x}", checksum(text("description"))))
}

fn read(door: &Door, places: &[String]) -> Outcome<Found> {
    let mut line = Line::open(door).or_fail("cannot connect")?;
    let mut found = Found::new();
    for place in places {
        let reply = line.ask("GET", &format!("{place}?$top=999"), &[], None).or_fail(place)?;
        let list = reply.json();
        let items = list.get("value").and_then(Value::as_array);
        let items = items.ok_or_else(|| Failure::new(format_args!("{place}: no list: {}", reply.told())))?;
        let items = items.iter().filter_map(|item| Some((item.get("id")?.as_str()?.to_owned(), item.clone())));
        found.insert(place.clone(), items.collect());
    }
    Ok(found)
}
