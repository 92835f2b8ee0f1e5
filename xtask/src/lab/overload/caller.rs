//! One of those who ask: for an item of theirs, and for changes, by turns new items and the removal of these, so that a
//! request costs the same however many were answered before it. What was answered says what must be there in the end.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::bench::http;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::{Door, Line};

/// One in so many requests is a change.
pub(super) const CHANGE: usize = 5;

/// What is written, in turn.
const COLLECTIONS: [&str; 4] = ["skills", "interests", "notes", "publications"];

/// With more of their own items than this, they remove one.
const OWN: usize = 4;

pub(super) struct Caller {
    door: Door,
    read: Bytes,
    makes: Vec<Bytes>,
    /// Items that they had, each by its collection and id, as all items here.
    before: BTreeSet<String>,
    /// Items that they made and did not remove, by the answers.
    made: Mutex<Vec<String>>,
}

/// What is asked.
pub(super) enum Ask {
    Read,
    /// A new item of one of the collections.
    Make(usize),
    Remove(String),
}

impl Caller {
    /// Looks at what they have.
    pub(super) fn new(door: &Door) -> Outcome<Caller> {
        let mut line = Line::open(door).or_fail("cannot connect")?;
        let body = json!({ "displayName": "Rush" });
        let read = line.ask("POST", "/beta/me/profile/skills", &[], Some(&body)).or_fail("an item")?;
        let read = id(&read.body).ok_or_else(|| Failure::new("an item was not made"))?;
        let request = |method, path: &str, body: &str| http::request(method, path, &door.host, &door.token, body);
        let make = |collection: &&str| {
            let body = match *collection {
                "notes" => json!({ "detail": { "contentType": "text", "content": "Rush" } }),
                _ => body.clone(),
            };
            request("POST", &format!("/beta/me/profile/{collection}"), &body.to_string())
        };
        Ok(Caller {
            door: door.clone(),
            read: request("GET", &format!("/beta/me/profile/skills/{read}"), ""),
            makes: COLLECTIONS.iter().map(make).collect(),
            before: items(door)?,
            made: Mutex::default(),
        })
    }

    /// What they ask in that turn. An item that is to be removed is none of theirs until it is answered for.
    pub(super) fn ask(&self, turn: usize) -> Ask {
        if !turn.is_multiple_of(CHANGE) {
            return Ask::Read;
        }
        let mut made = self.made();
        let surplus = if made.len() > OWN { made.pop() } else { None };
        surplus.map_or(Ask::Make(turn / CHANGE % COLLECTIONS.len()), Ask::Remove)
    }

    /// The same as it is sent.
    pub(super) fn request(&self, ask: &Ask) -> Bytes {
        match ask {
            Ask::Read => self.read.clone(),
            Ask::Make(collection) => self.makes.get(*collection).unwrap_or(&self.read).clone(),
            Ask::Remove(item) => {
                let path = format!("/beta/me/profile/{item}");
                http::request("DELETE", &path, &self.door.host, &self.door.token, "")
            }
        }
    }

    /// Notes what was answered: done, with the item that was made, or not done.
    pub(super) fn note(&self, ask: Ask, done: bool, body: &[u8]) {
        match ask {
            Ask::Make(collection) if done => {
                let collection = COLLECTIONS.get(collection).copied().unwrap_or_default();
                self.made().push(format!("{collection}/{}", id(body).unwrap_or_default()));
            }
            Ask::Remove(item) if !done => self.made().push(item),
            _ => {}
        }
    }

    /// How what they have differs from what was answered.
    pub(super) fn faults(&self) -> Outcome<Vec<String>> {
        let found = items(&self.door)?;
        let expected: BTreeSet<String> = self.before.iter().chain(&*self.made()).cloned().collect();
        let gone = expected
            .difference(&found)
            .map(|item| format!("{item} is not there, but it was acknowledged, or its removal was refused"));
        let beyond = found
            .difference(&expected)
            .map(|item| format!("{item} is there, but it was refused, or its removal was acknowledged"));
        Ok(gone.chain(beyond).collect())
    }

    fn made(&self) -> MutexGuard<'_, Vec<String>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The items that somebody has.
fn items(door: &Door) -> Outcome<BTreeSet<String>> {
    let mut line = Line::open(door).or_fail("cannot connect")?;
    let mut found = BTreeSet::new();
    for collection in COLLECTIONS {
        let path = format!("/beta/me/profile/{collection}?$select=id&$top=999");
        let reply = line.ask("GET", &path, &[], None).or_fail("a list")?;
        let list = reply.json();
        let list = list.get("value").and_then(Value::as_array);
        let list = list.ok_or_else(|| Failure::new(format_args!("{path}: {}", reply.told())))?;
        let ids = list.iter().filter_map(|item| item.get("id")?.as_str());
        found.extend(ids.map(|id| format!("{collection}/{id}")));
    }
    Ok(found)
}

fn id(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body.get("id")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(made: &[&str]) -> Caller {
        let door = Door { address: ([127, 0, 0, 1], 9).into(), host: "h".to_owned(), token: "t".to_owned() };
        let made = Mutex::new(made.iter().map(|&item| item.to_owned()).collect());
        Caller { door, read: Bytes::new(), makes: Vec::new(), before: BTreeSet::new(), made }
    }

    #[test]
    fn only_what_is_done_changes_what_must_be_there() {
        let caller = caller(&["skills/a"]);
        caller.note(Ask::Make(1), true, br#"{"id":"b"}"#);
        caller.note(Ask::Make(1), false, br#"{"id":"c"}"#);
        caller.note(Ask::Remove("notes/d".to_owned()), false, b"");
        caller.note(Ask::Remove("notes/e".to_owned()), true, b"");
        assert_eq!(*caller.made(), ["skills/a", "interests/b", "notes/d"]);
    }

    #[test]
    fn who_has_many_removes_one() {
        let caller = caller(&["a", "b", "c", "d", "e"]);
        assert!(matches!(caller.ask(1), Ask::Read));
        assert!(matches!(caller.ask(CHANGE), Ask::Remove(item) if item == "e"));
        assert!(matches!(caller.ask(CHANGE), Ask::Make(1)));
    }
}
