//! What clients ask, by chance.

use fuzz::Dice;
use http::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::judge::{Ask, By, Judge, Kind};
use super::managers;
use crate::tests::harness::{ADA, GRACE};

/// User principal names that people take from each other.
pub(super) const NAMES: usize = 3;
/// Who may be somebody's manager.
pub(super) const MANAGERS: [Uuid; 2] = [ADA, GRACE];
/// Tries of an SDK after the first.
const TRIES: usize = 3;

/// What a request is about.
#[derive(Debug, Clone)]
pub(super) enum About {
    /// Something new, with the mark it leaves.
    New(Kind, usize, Ask),
    One(Kind, String, Ask),
    /// The manager of a person.
    Manager(String, managers::Ask),
    Skills {
        other: bool,
    },
    Count,
    /// Two notes that are made together or not at all.
    Pair(usize),
    Notes,
    /// Who has a name.
    Named,
    People,
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) about: About,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Json,
    /// How often it was sent before, by an SDK.
    attempt: usize,
}

impl Sent {
    /// The same as an SDK sends it once more, if it does.
    pub(super) fn again(&self) -> Option<Self> {
        let About::New(kind, mark, Ask::Create { left, right, by: by @ (By::Id | By::OneForAll), manager, .. }) =
            self.about
        else {
            return None;
        };
        let about = About::New(kind, mark, Ask::Create { left, right, by, again: true, manager });
        let attempt = self.attempt + 1;
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| *name != "retry-attempt");
        headers.push(("retry-attempt", attempt.to_string()));
        (attempt <= TRIES).then(|| Self { about, headers, attempt, ..self.clone() })
    }
}

/// What clients know: what they saw, and what they have sent with a key.
#[derive(Default)]
pub(super) struct Known {
    /// Kind, id and tag.
    pub(super) things: Vec<(Kind, String, String)>,
    keyed: Vec<Sent>,
    marks: usize,
}

pub(super) fn path(kind: Kind) -> String {
    match kind {
        Kind::Skill => format!("users/{ADA}/profile/skills"),
        Kind::Person => "users".to_owned(),
    }
}

pub(super) fn name(number: usize) -> String {
    format!("n{number}@fjord.example")
}

/// The members that say so; a new thing bears its mark for ever.
fn members(kind: Kind, left: Option<usize>, right: Option<usize>, mark: Option<usize>) -> Json {
    let mut body = json!({});
    if let Some(left) = left {
        body["displayName"] = json!(left.to_string());
    }
    match (kind, right) {
        (Kind::Skill, Some(right)) => body["allowedAudiences"] = json!(if right == 0 { "organization" } else { "me" }),
        (Kind::Person, Some(right)) => body["userPrincipalName"] = json!(name(right)),
        (_, None) => {}
    }
    match (kind, mark) {
        (Kind::Skill, Some(mark)) => body["webUrl"] = json!(format!("https://mark.example/{mark}")),
        (Kind::Person, Some(mark)) => body["jobTitle"] = json!(mark.to_string()),
        (_, None) => {}
    }
    body
}

fn get(about: About, path: String) -> Sent {
    Sent { about, method: Method::GET, path, headers: Vec::new(), body: Json::Null, attempt: 0 }
}

impl Known {
    /// A request by chance. `other`: of someone who only reads.
    pub(super) fn request(&mut self, dice: &mut Dice, judge: &mut Judge, other: bool) -> Sent {
        let skills = || get(About::Skills { other }, path(Kind::Skill));
        match dice.below(if other { 2 } else { 24 }) {
            0 => skills(),
            1 if !other => get(About::Count, format!("{}/$count", path(Kind::Skill))),
            2..5 => self.new_one(dice, Kind::Skill),
            5..8 => self.new_one(dice, Kind::Person),
            8 => named(dice.below(NAMES)),
            9 => self.pair(),
            10 => get(About::Notes, format!("users/{ADA}/profile/notes")),
            11..14 => self.repeated(dice).unwrap_or_else(|| self.new_one(dice, Kind::Skill)),
            _ => self.old_one(dice, judge, other).unwrap_or_else(skills),
        }
    }

    /// What was sent with a key, half of the time something that says who someone's manager is.
    fn repeated(&self, dice: &mut Dice) -> Option<Sent> {
        let relates = |sent: &&Sent| matches!(sent.about, About::New(_, _, Ask::Create { manager: Some(_), .. }));
        let related: Vec<_> = self.keyed.iter().filter(relates).collect();
        let some = related.get(dice.below(related.len() * 2)).copied();
        some.or_else(|| self.keyed.get(dice.below(self.keyed.len()))).cloned()
    }

    fn mark(&mut self) -> usize {
        self.marks += 1;
        self.marks
    }

    fn new_one(&mut self, dice: &mut Dice, kind: Kind) -> Sent {
        let right = dice.below(if kind == Kind::Skill { 2 } else { NAMES });
        let by = [By::Nothing, By::Key, By::Key, By::Id, By::Id, By::OneForAll][dice.below(6)];
        let manager = (kind == Kind::Person && dice.below(2) == 0).then(|| dice.below(MANAGERS.len()));
        self.new_with(kind, right, by, manager)
    }

    /// Makes something; the same may come again where it says by what it is known.
    pub(super) fn new_with(&mut self, kind: Kind, right: usize, by: By, manager: Option<usize>) -> Sent {
        let mark = self.mark();
        let again = by == By::Key;
        let about = About::New(kind, mark, Ask::Create { left: mark, right, by, again, manager });
        let mut body = members(kind, Some(mark), Some(right), Some(mark));
        if let Some(manager) = manager {
            body["manager@odata.bind"] = json!(reference(manager));
        }
        let mut sent = Sent { about, method: Method::POST, path: path(kind), headers: Vec::new(), body, attempt: 0 };
        match by {
            By::Nothing => {}
            By::Key => sent.headers.push(("idempotency-key", mark.to_string())),
            By::Id => sent.headers.push(("client-request-id", mark.to_string())),
            By::OneForAll => sent.headers.push(("client-request-id", "app".to_owned())),
        }
        if again {
            self.keyed.push(sent.clone());
        }
        sent
    }

    /// Two notes in one group.
    fn pair(&mut self) -> Sent {
        let mark = self.mark();
        let note = |id: usize| {
            json!({"id": id.to_string(), "atomicityGroup": "g", "method": "POST",
                "url": format!("/users/{ADA}/profile/notes"), "headers": {"content-type": "application/json"},
                "body": {"displayName": mark.to_string()}})
        };
        let body = json!({"requests": [note(1), note(2)]});
        Sent {
            about: About::Pair(mark),
            method: Method::POST,
            path: "/$batch".into(),
            headers: Vec::new(),
            body,
            attempt: 0,
        }
    }

    fn old_one(&mut self, dice: &mut Dice, judge: &mut Judge, other: bool) -> Option<Sent> {
        let things: Vec<_> = self.things.iter().filter(|(kind, ..)| !other || *kind == Kind::Skill).collect();
        let recent = things.len().min(5);
        let (kind, id, tag) = things.get(things.len() - recent + dice.below(recent)).map(|one| (*one).clone())?;
        if kind == Kind::Person && dice.below(3) == 0 {
            return Some(of_manager(dice, id));
        }
        let presumed = (dice.below(2) == 0).then_some(tag);
        let tag = presumed.as_deref().map(|tag| judge.tag(tag));
        let right = Some(dice.below(if kind == Kind::Skill { 2 } else { NAMES }));
        let ask = match dice.below(if other { 1 } else { 8 }) {
            0 | 1 => Ask::Read { other },
            2 => Ask::Remove { tag },
            3 | 4 => Ask::Change { left: Some(self.mark()), right: None, tag },
            5 => Ask::Change { left: Some(self.mark()), right, tag },
            _ => Ask::Change { left: None, right, tag },
        };
        let path = format!("{}/{id}", path(kind));
        let (method, body) = match ask {
            Ask::Change { left, right, .. } => (Method::PATCH, members(kind, left, right, None)),
            Ask::Remove { .. } => (Method::DELETE, Json::Null),
            _ => return Some(get(About::One(kind, id, ask), path)),
        };
        let headers = presumed.map(|tag| ("if-match", tag)).into_iter().collect();
        Some(Sent { about: About::One(kind, id, ask), method, path, headers, body, attempt: 0 })
    }
}

fn reference(manager: usize) -> String {
    format!("http://here/beta/users/{}", MANAGERS[manager])
}

/// Something of someone's manager.
fn of_manager(dice: &mut Dice, id: String) -> Sent {
    let (path, manager) = (format!("users/{id}/manager"), dice.below(MANAGERS.len()));
    let (ask, method, body) = match dice.below(4) {
        0 => return manager_of(id),
        1 => (managers::Ask::Put(manager), Method::PUT, json!({"@odata.id": reference(manager)})),
        _ => (managers::Ask::Clear, Method::DELETE, Json::Null),
    };
    Sent { about: About::Manager(id, ask), method, path: format!("{path}/$ref"), headers: Vec::new(), body, attempt: 0 }
}

fn manager_of(id: String) -> Sent {
    let path = format!("users/{id}/manager");
    get(About::Manager(id, managers::Ask::Read(None)), path)
}

/// Who has a name.
pub(super) fn named(number: usize) -> Sent {
    get(About::Named, format!("users/{}", name(number)))
}

/// What is asked in the end: everything that is known, each by itself, and the lists.
pub(super) fn after(all: &[(Kind, String)]) -> Vec<Sent> {
    let one = |(kind, id): &(Kind, String)| {
        get(About::One(*kind, id.clone(), Ask::Read { other: false }), format!("{}/{id}", path(*kind)))
    };
    let lists = [
        get(About::Skills { other: false }, path(Kind::Skill)),
        get(About::Notes, format!("users/{ADA}/profile/notes")),
        get(About::People, path(Kind::Person)),
    ];
    let people = all.iter().filter(|(kind, _)| *kind == Kind::Person).map(|(_, id)| manager_of(id.clone()));
    lists.into_iter().chain(all.iter().map(one)).chain(people).collect()
}
