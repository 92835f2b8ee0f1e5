//! What answers tell the judge.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::judge::{Ask, Event, Judge, Kind, Shown, Told};
use super::managers::{self, Try};
use super::script::{About, Known, MANAGERS, NAMES, name};

/// Most items in a collection here.
pub(super) const ROOM: usize = 5;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Json,
}

/// When something was asked and answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub(super) begun: u64,
    pub(super) ended: u64,
}

fn text<'a>(body: &'a Json, member: &str) -> &'a str {
    body[member].as_str().unwrap_or_default()
}

impl Judge {
    /// What a body shows, remembered; its id and what it says.
    fn look(&mut self, known: &mut Known, kind: Kind, body: &Json) -> (String, Shown) {
        let (id, tag) = (text(body, "id").to_owned(), text(body, "@odata.etag"));
        let mark = match kind {
            Kind::Skill => text(body, "webUrl").rsplit('/').next().unwrap_or_default(),
            Kind::Person => text(body, "jobTitle"),
        };
        let right = match kind {
            Kind::Skill => usize::from(text(body, "allowedAudiences") == "me"),
            Kind::Person => (0..NAMES).find(|one| name(*one) == text(body, "userPrincipalName")).unwrap_or(NAMES),
        };
        let left = text(body, "displayName").parse().unwrap_or(usize::MAX);
        self.saw(kind, mark.parse().unwrap_or(usize::MAX), &id);
        known.things.retain(|(_, other, _)| *other != id);
        known.things.push((kind, id.clone(), tag.to_owned()));
        (id, Shown { left, right, tag: Some(self.tag(tag)) })
    }

    /// Takes an answer in, or that there was none; `open` says that a failed change may have been made.
    pub(super) fn hear(&mut self, known: &mut Known, about: &About, when: When, answer: Option<&Answer>, open: bool) {
        // Whoever is made is there before their manager is; what fails then, or finds them gone, leaves that done.
        let relates = matches!(about, About::New(_, _, Ask::Create { manager: Some(_), .. }));
        let is_open = |status| (status == 503 && (open || relates)) || (status == 404 && relates);
        let answer = answer.filter(|answer| !is_open(answer.status));
        let status = answer.map_or(0, |answer| answer.status);
        if !matches!(status, 0 | 200..=204 | 400 | 404 | 409 | 412 | 503) {
            self.wrong.push(format!("found {answer:?} to {about:?}"));
        }
        let body = answer.map_or(&Json::Null, |answer| &answer.body);
        match about {
            About::New(kind, mark, ask) => self.hear_new(known, (*kind, *mark, *ask), when, status, body),
            About::Manager(id, ask) => self.hear_manager(id, *ask, when, status, body),
            About::One(kind, id, ask) => self.hear_one(known, (*kind, id, *ask), when, status, body),
            About::Skills { other } if status == 200 => self.hear_skills(known, *other, when, body),
            About::Count if status == 200 && body.as_u64().is_none_or(|count| count > ROOM as u64) => {
                self.wrong.push(format!("found {body} skills where there is room for {ROOM}"));
            }
            About::Pair(mark) => self.hear_pair(*mark, status, body),
            About::Notes if status == 200 => self.hear_notes(body),
            // Who has a name when it is looked up may have another when they are read.
            About::Named if status == 200 => {
                let (id, shown) = self.look(known, Kind::Person, body);
                self.event(Kind::Person, &id, event(when, Ask::Read { other: false }, Told::Shown(shown)));
            }
            About::People if status == 200 => self.hear_people(known, body),
            _ => {}
        }
    }

    fn hear_new(
        &mut self,
        known: &mut Known,
        (kind, mark, ask): (Kind, usize, Ask),
        when: When,
        status: u16,
        body: &Json,
    ) {
        let (id, told) = match status {
            0 => (None, Told::Unknown),
            201 => {
                let (id, shown) = self.look(known, kind, body);
                if !self.seen.get(&(kind, mark)).is_some_and(|ids| ids.contains(&id)) {
                    self.wrong.push(format!("a POST was answered with what another has made: {mark} {body}"));
                }
                (Some(id), Told::Shown(shown))
            }
            409 if body["error"]["code"] == "idempotencyKeySpent" => (None, Told::Spent),
            _ => return,
        };
        if let Ask::Create { manager: Some(manager), .. } = ask {
            let done = status == 201;
            self.managers.tries.entry(mark).or_default().push(Try { when, manager, done });
        }
        self.made.entry((kind, mark)).or_default().push((id, event(when, ask, told)));
    }

    fn hear_manager(&mut self, id: &str, ask: managers::Ask, when: When, status: u16, body: &Json) {
        let found = MANAGERS.iter().position(|one| text(body, "id") == one.to_string());
        let (ask, known) = match (ask, status) {
            (managers::Ask::Read(_), 200) => (managers::Ask::Read(found), true),
            (managers::Ask::Read(_) | managers::Ask::Clear, 404) => (managers::Ask::Read(None), true),
            (managers::Ask::Put(_) | managers::Ask::Clear, 204) => (ask, true),
            (managers::Ask::Put(_) | managers::Ask::Clear, 0) => (ask, false),
            _ => return,
        };
        self.managers.asked.entry(id.to_owned()).or_default().push(managers::Event::new(when, ask, known));
    }

    fn hear_one(
        &mut self,
        known: &mut Known,
        (kind, id, ask): (Kind, &str, Ask),
        when: When,
        status: u16,
        body: &Json,
    ) {
        let told = match (status, ask) {
            (0, Ask::Read { .. }) => return,
            (0, _) => Told::Unknown,
            (200, _) => Told::Shown(self.look(known, kind, body).1),
            (204, _) => Told::Removed,
            (404, _) => Told::Absent,
            (412, _) => Told::Modified,
            _ => return,
        };
        self.event(kind, id, event(when, ask, told));
    }

    fn hear_skills(&mut self, known: &mut Known, other: bool, when: When, body: &Json) {
        let items = body["value"].as_array().map_or(&[][..], Vec::as_slice);
        let shown: BTreeMap<_, _> = items.iter().map(|item| self.look(known, Kind::Skill, item)).collect();
        if items.len() > ROOM || shown.len() != items.len() {
            self.wrong.push(format!(
                "found {} skills, {} of them different, room for {ROOM}",
                items.len(),
                shown.len()
            ));
        }
        self.list(event(when, Ask::Read { other }, Told::Absent), shown);
    }

    /// Nobody is called as somebody else. Each is some moment of theirs, so that this holds only where all is quiet.
    fn hear_people(&mut self, known: &mut Known, body: &Json) {
        let mut names = BTreeSet::new();
        for person in body["value"].as_array().into_iter().flatten() {
            let called = text(person, "userPrincipalName");
            if !names.insert(called.to_owned()) {
                self.wrong.push(format!("two people are called {called}: {body}"));
            }
            if called.starts_with('n') {
                self.look(known, Kind::Person, person);
            }
        }
    }

    fn hear_pair(&mut self, mark: usize, status: u16, body: &Json) {
        let statuses: Vec<_> =
            body["responses"].as_array().into_iter().flatten().filter_map(|one| one["status"].as_u64()).collect();
        if status == 0 || statuses.contains(&503) {
            self.pairs.entry(mark).or_insert(None);
            return;
        }
        let is_made = statuses == [201, 201];
        if !is_made && statuses.contains(&201) {
            self.wrong.push(format!("half of a group was made: {body}"));
        }
        self.pairs.insert(mark, Some(is_made));
    }

    /// Of each pair both are there or none, and in the end those that were made.
    fn hear_notes(&mut self, body: &Json) {
        let mut marks: BTreeMap<usize, usize> = BTreeMap::new();
        for note in body["value"].as_array().into_iter().flatten() {
            *marks.entry(text(note, "displayName").parse().unwrap_or(usize::MAX)).or_default() += 1;
        }
        if marks.values().any(|count| *count != 2) || marks.len() * 2 > ROOM {
            self.wrong.push(format!("found notes that were made in pairs, {ROOM} at most: {marks:?}"));
        }
        self.noted = marks.into_keys().collect::<BTreeSet<_>>();
    }
}

fn event(when: When, ask: Ask, told: Told) -> Event {
    Event { begun: when.begun, ended: when.ended, ask, told }
}
