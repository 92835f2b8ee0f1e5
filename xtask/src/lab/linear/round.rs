//! What processes ask in a round, and what they note of the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use fuzz::Dice;
use serde_json::{Value, json};

use super::history::{Ask, Event, Shown, Told};
use super::{PROCESSES, REQUESTS};
use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::{Door, Line, Reply};
use crate::lab::ledger::in_turn;

/// The items that are there at a time.
const SLOTS: usize = 3;

/// The id of an item that may be there, with its last known tag.
pub(super) type Slot = Mutex<Option<(String, String)>>;

/// A round: what its processes share.
pub(super) struct Round<'a> {
    /// Who ask are spread over these.
    pub(super) doors: &'a [Door],
    /// Whether what is declined may have been done: so it is while a database dies.
    pub(super) open: bool,
    /// The collection.
    pub(super) place: &'a str,
    pub(super) start: Instant,
    pub(super) slots: [Slot; SLOTS],
    /// Tags, by their number less one: numbers take less room in a search.
    pub(super) tags: Mutex<Vec<String>>,
    pub(super) numbers: &'a AtomicU64,
}

/// What one process saw.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) own: Vec<(String, Event)>,
    pub(super) lists: Vec<(BTreeMap<String, Shown>, Event)>,
    /// Requests that the service declined, which must have done nothing.
    pub(super) declined: usize,
}

impl Round<'_> {
    /// One process: asks until it has enough or the server is gone.
    pub(super) fn ask_on(&self, process: usize, mut dice: Dice, answered: &Sender<()>) -> Outcome<Seen> {
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
        let ask = chosen(choice, number, tag, dice);
        let event = self.perform(process, line, &id, ask, presumed, seen)?;
        if let Some(event) = event {
            self.note(slot, &id, event.told);
        }
        Ok(event.is_none_or(|event| event.told != Told::Unknown))
    }

    /// Keeps in mind what is there now.
    fn note(&self, slot: &Slot, id: &str, told: Told) {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|(own, _)| own != id) {
            return;
        }
        match told {
            Told::Removed | Told::Absent => *slot = None,
            Told::Item(shown) => {
                if let (Some(tag), Some((_, known))) = (self.tag_of(shown.tag), &mut *slot) {
                    *known = tag;
                }
            }
            Told::Modified | Told::Unknown => {}
        }
    }

    fn create(&self, process: usize, line: &mut Line, number: u64, slot: &Slot, seen: &mut Seen) -> Outcome<bool> {
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
        let mut event = Event { process, begun, ended: begun, ask, told: Told::Unknown };
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
        let event = Event { told: Told::Unknown, ..event };
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
    pub(super) fn read_all(&self, seen: &[Seen]) -> Outcome<Seen> {
        let mut last = Seen::default();
        let lines = (0..self.doors.len()).map(in_turn(self.doors)).collect::<std::io::Result<Vec<Line>>>();
        let mut lines = lines.or_fail("cannot connect")?;
        let ids: BTreeSet<&String> = seen.iter().flat_map(|seen| &seen.own).map(|(id, _)| id).collect();
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

/// What is asked of an item that may be there.
fn chosen(choice: usize, number: u64, tag: Option<u64>, dice: &mut Dice) -> Ask {
    let (left, right) = match dice.below(3) {
        0 => (Some(number), None),
        1 => (None, Some(number + 1)),
        _ => (Some(number), Some(number + 1)),
    };
    match choice {
        1..=8 => Ask::Read,
        9..=18 => Ask::Change { left, right, tag },
        _ => Ask::Remove { tag },
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
