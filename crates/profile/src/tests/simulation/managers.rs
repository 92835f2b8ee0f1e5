//! Who reports to whom: what a POST says of it is done after the person is made, once, however often it is sent, and
//! nothing that others changed since is undone by it.

use std::collections::BTreeMap;

use fuzz::linear::{self, linearizable};

use super::judge::NEVER;
use super::told::When;

/// What is asked of someone's manager; who that is, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Put(usize),
    Clear,
    /// What was found.
    Read(Option<usize>),
    /// A try of the POST gives them this one, unless they have one.
    Bind(usize),
    /// It notes that nothing is left to do.
    Close,
    /// It answers: all that it says was done.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct State {
    manager: Option<usize>,
    /// Had they got one since they were made?
    bound: bool,
    closed: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    begun: u64,
    ended: u64,
    ask: Ask,
    known: bool,
}

impl Event {
    pub(super) fn new(when: When, ask: Ask, known: bool) -> Self {
        Self { begun: when.begun, ended: when.ended, ask, known }
    }
}

impl linear::Event for Event {
    type State = State;

    fn begun(&self) -> u64 {
        self.begun
    }

    fn answered(&self) -> Option<u64> {
        self.known.then_some(self.ended)
    }

    fn apply(&self, state: State) -> Option<State> {
        match self.ask {
            Ask::Put(manager) => Some(State { manager: Some(manager), bound: true, ..state }),
            Ask::Bind(manager) => Some(State { manager: state.manager.or(Some(manager)), bound: true, ..state }),
            Ask::Clear => Some(State { manager: None, ..state }),
            Ask::Read(found) => (found == state.manager).then_some(state),
            Ask::Close => state.bound.then_some(State { closed: true, ..state }),
            Ask::Done => state.closed.then_some(state),
        }
    }
}

/// A try of a POST that says who someone's manager is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Try {
    pub(super) when: When,
    pub(super) manager: usize,
    /// Was it answered that all is done?
    pub(super) done: bool,
}

/// All that is known of managers.
#[derive(Default)]
pub(super) struct Managers {
    /// By the mark of who is made.
    pub(super) tries: BTreeMap<usize, Vec<Try>>,
    /// By id.
    pub(super) asked: BTreeMap<String, Vec<Event>>,
}

impl Managers {
    /// Looks at one person who was never deleted; says what is wrong.
    pub(super) fn judge(&self, mark: usize, id: &str) -> Option<String> {
        let tries = self.tries.get(&mark).map_or(&[][..], Vec::as_slice);
        // Whoever comes later finds that nothing is left to do; whoever was there by then may not have seen it.
        let whole = tries.iter().filter(|one| one.done).map(|one| one.when.ended).min().unwrap_or(NEVER);
        let mut history = self.asked.get(id).cloned().unwrap_or_default();
        for one in tries {
            if one.when.begun < whole {
                let may = |ask| Event::new(one.when, ask, false);
                history.extend([may(Ask::Bind(one.manager)), may(Ask::Close)]);
            }
            history.extend(one.done.then(|| Event::new(one.when, Ask::Done, true)));
        }
        let fault = linearizable(&history, State::default()).err()?;
        let lines: String = history.iter().map(|event| format!("  {event:?}\n")).collect();
        Some(format!("the manager of {id} is not linearizable: {fault:?}\nof\n{lines}"))
    }
}
