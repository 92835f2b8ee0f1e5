//! What was asked of each item and person, what was answered, and whether one copy of it, asked one thing at a time,
//! could have answered the same.

use std::collections::{BTreeMap, BTreeSet};

use fuzz::linear::{self, linearizable};

use super::managers::Managers;

/// Later than everything.
pub(super) const NEVER: u64 = u64::MAX;

/// What is made and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An item: `left` is its name, `right` whether it is for its owner alone.
    Skill,
    /// A person: `left` is their display name, `right` their user principal name.
    Person,
}

/// What something shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    pub(super) left: usize,
    pub(super) right: usize,
    /// `None` where a change was not answered: it may be any.
    pub(super) tag: Option<usize>,
}

/// What a single copy remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum State {
    Never,
    There(Shown),
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Once. `again`: the same may have come before.
    Create {
        left: usize,
        right: usize,
        by: By,
        again: bool,
        /// Who is to be a person's manager.
        manager: Option<usize>,
    },
    /// `other`: by someone who sees what is for all alone.
    Read {
        other: bool,
    },
    Change {
        left: Option<usize>,
        right: Option<usize>,
        tag: Option<usize>,
    },
    Remove {
        tag: Option<usize>,
    },
}

/// By what a POST is known when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Nothing,
    Key,
    /// As an SDK tries: an id of its own.
    Id,
    /// The id by which an app sends all that it does, and which is the name of none.
    OneForAll,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Shown(Shown),
    Removed,
    Absent,
    Modified,
    /// The key has made something that is gone.
    Spent,
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) begun: u64,
    pub(super) ended: u64,
    pub(super) ask: Ask,
    pub(super) told: Told,
}

/// Is a tag the one that is there?
fn fits(tag: Option<usize>, item: Shown) -> bool {
    tag.is_none() || item.tag.is_none() || tag == item.tag
}

fn shows(item: Shown, shown: Shown) -> bool {
    (item.left, item.right) == (shown.left, shown.right) && fits(shown.tag, item)
}

impl linear::Event for Event {
    type State = State;

    fn begun(&self) -> u64 {
        self.begun
    }

    fn answered(&self) -> Option<u64> {
        (self.told != Told::Unknown).then_some(self.ended)
    }

    fn apply(&self, state: State) -> Option<State> {
        match (self.ask, self.told, state) {
            (Ask::Create { left, right, .. }, Told::Shown(shown), State::Never) => {
                ((shown.left, shown.right) == (left, right)).then_some(State::There(shown))
            }
            (Ask::Create { left, right, .. }, Told::Unknown, State::Never) => {
                Some(State::There(Shown { left, right, tag: None }))
            }
            (Ask::Create { again: true, .. } | Ask::Read { other: false }, Told::Shown(shown), State::There(item)) => {
                shows(item, shown).then_some(State::There(shown))
            }
            (Ask::Create { again: true, .. }, Told::Spent, State::Gone) => Some(state),
            (Ask::Read { other: true }, Told::Shown(shown), State::There(item)) => {
                (item.right == 0 && shows(item, shown)).then_some(State::There(shown))
            }
            (Ask::Read { other: true }, Told::Absent, State::There(item)) => (item.right != 0).then_some(state),
            (Ask::Create { .. }, _, _) => None,
            (_, Told::Absent, State::Never | State::Gone) => Some(state),
            (Ask::Change { .. } | Ask::Remove { .. }, told, State::There(item)) => self.changed(told, item),
            _ => None,
        }
    }
}

impl Event {
    fn changed(&self, told: Told, item: Shown) -> Option<State> {
        match (self.ask, told) {
            (Ask::Change { tag: Some(tag), .. } | Ask::Remove { tag: Some(tag) }, Told::Modified) => {
                (item.tag != Some(tag)).then_some(State::There(item))
            }
            (Ask::Remove { tag }, Told::Removed | Told::Unknown) => fits(tag, item).then_some(State::Gone),
            (Ask::Change { left, right, tag }, Told::Shown(_) | Told::Unknown) if fits(tag, item) => {
                let next = Shown { left: left.unwrap_or(item.left), right: right.unwrap_or(item.right), tag: None };
                match told {
                    Told::Shown(shown) => {
                        let is_new = item.tag.is_none() || shown.tag != item.tag;
                        (is_new && shows(next, shown)).then_some(State::There(shown))
                    }
                    _ => Some(State::There(next)),
                }
            }
            _ => None,
        }
    }
}

/// A try to make something, and the id that was answered.
type Tried = (Option<String>, Event);

/// All that is known of what happened.
#[derive(Default)]
pub(super) struct Judge {
    /// By id.
    pub(super) histories: BTreeMap<(Kind, String), Vec<Event>>,
    /// What was sent to make something, by the mark it leaves.
    pub(super) made: BTreeMap<(Kind, usize), Vec<Tried>>,
    /// The ids under which a mark was seen.
    pub(super) seen: BTreeMap<(Kind, usize), BTreeSet<String>>,
    /// What lists have shown, with whose eyes and when.
    lists: Vec<(Event, BTreeMap<String, Shown>)>,
    tags: BTreeMap<String, usize>,
    /// Of each pair of notes whether it was made, if it is known.
    pub(super) pairs: BTreeMap<usize, Option<bool>>,
    /// The pairs of notes that were seen last.
    pub(super) noted: BTreeSet<usize>,
    pub(super) managers: Managers,
    pub(super) wrong: Vec<String>,
}

impl Judge {
    /// A number for a tag.
    pub(super) fn tag(&mut self, text: &str) -> usize {
        let next = self.tags.len();
        *self.tags.entry(text.to_owned()).or_insert(next)
    }

    pub(super) fn saw(&mut self, kind: Kind, mark: usize, id: &str) {
        self.seen.entry((kind, mark)).or_default().insert(id.to_owned());
        self.histories.entry((kind, id.to_owned())).or_default();
    }

    pub(super) fn event(&mut self, kind: Kind, id: &str, event: Event) {
        self.histories.entry((kind, id.to_owned())).or_default().push(event);
    }

    /// A list of all skills.
    pub(super) fn list(&mut self, event: Event, shown: BTreeMap<String, Shown>) {
        self.lists.push((event, shown));
    }

    /// Looks at all of it; says what is wrong.
    pub(super) fn judge(mut self) -> Vec<String> {
        for (mark, made) in &self.pairs {
            if made.is_some_and(|made| made != self.noted.contains(mark)) {
                self.wrong.push(format!("pair {mark} was made: {made:?}, but in the end there are {:?}", self.noted));
            }
        }
        self.judge_marks();
        for ((kind, id), history) in &mut self.histories {
            if *kind == Kind::Skill {
                history.extend(self.lists.iter().map(|(event, shown)| Event {
                    told: shown.get(id).map_or(Told::Absent, |shown| Told::Shown(*shown)),
                    ..*event
                }));
            }
            if let Err(fault) = linearizable(history, State::Never) {
                self.wrong.push(format!("{kind:?} {id} is not linearizable: {fault:?}\nof\n{}", lines(history)));
            }
        }
        self.wrong
    }
}

impl Judge {
    /// What has come of each POST.
    fn judge_marks(&mut self) {
        for ((kind, mark), ids) in &self.seen {
            let made = self.made.get(&(*kind, *mark)).map_or(&[][..], Vec::as_slice);
            if made.is_empty() {
                self.wrong.push(format!("a POST that was refused has made something: {kind:?} {mark}"));
            }
            let is_one = match made.first().map(|(_, event)| event.ask) {
                Some(Ask::Create { by: By::OneForAll, .. }) => true,
                Some(Ask::Create { by: By::Id, .. }) => self.is_one(*kind, ids, made),
                _ => ids.len() == 1,
            };
            if !is_one {
                self.wrong.push(format!("one POST has made several: {kind:?} {mark}: {ids:?}"));
            }
            if let Some(only) = ids.first().filter(|_| *kind == Kind::Person && ids.len() == 1)
                && !self.removals(*kind, only).any(|_| true)
            {
                self.wrong.extend(self.managers.judge(*mark, only));
            }
            for id in ids {
                let own = made.iter().filter(|(told, _)| told.as_ref().is_none_or(|told| told == id));
                self.histories.entry((*kind, id.clone())).or_default().extend(own.map(|(_, event)| event));
            }
        }
    }

    /// When something was asked to be removed.
    fn removals(&self, kind: Kind, id: &str) -> impl Iterator<Item = u64> {
        let history = self.histories.get(&(kind, id.to_owned())).map_or(&[][..], Vec::as_slice);
        history.iter().filter(|event| matches!(event.ask, Ask::Remove { .. })).map(|event| event.begun)
    }

    /// Has a POST that an SDK tried made one thing? It makes another where the one before was removed meanwhile; who
    /// was answered tries no more.
    fn is_one(&self, kind: Kind, ids: &BTreeSet<String>, made: &[Tried]) -> bool {
        let answered = made.iter().find_map(|(told, event)| Some((told.as_ref()?, event.ended)));
        let was_removed = |id: &String, before: u64| self.removals(kind, id).any(|begun| begun < before);
        match answered {
            Some((told, when)) => ids.iter().filter(|id| *id != told).all(|id| was_removed(id, when)),
            None => ids.iter().filter(|id| !was_removed(id, NEVER)).count() <= 1,
        }
    }
}

fn lines(history: &[Event]) -> String {
    history.iter().map(|event| format!("  {event:?}\n")).collect()
}
