//! Is a history of one item linearizable: is there an order of its requests, each somewhere between being sent and being
//! answered, in which a single copy of the item answers as was answered?
//!
//! Wing and Gong's search with Lowe's memory: a set of requests done and the state they led to is looked at once. Items
//! are judged alone, since a history is linearizable if that of each item is (Herlihy and Wing's locality).

use std::collections::HashSet;

use super::history::{Event, State};

/// States that are looked at before the search is given up; histories here need some thousands.
const MOST: usize = 2_000_000;

/// Why no order was found.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is none. What could not be done after most of the history was.
    Broken { done: usize, left: Vec<Event> },
    /// There were too many to try.
    Undecided,
}

/// Which requests are done, a bit each.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Done {
    bits: Vec<u64>,
    count: usize,
}

impl Done {
    fn has(&self, index: usize) -> bool {
        self.bits.get(index / 64).is_some_and(|bits| bits >> (index % 64) & 1 == 1)
    }

    fn with(&self, index: usize) -> Done {
        let mut next = self.clone();
        next.bits.resize(next.bits.len().max(index / 64 + 1), 0);
        if let Some(bits) = next.bits.get_mut(index / 64) {
            *bits |= 1 << (index % 64);
        }
        next.count += 1;
        next
    }
}

/// Finds an order, beginning with no item.
pub(super) fn linearizable(history: &[Event]) -> Result<(), Fault> {
    let mut events = history.to_vec();
    events.sort_by_key(|event| event.begun);
    let mut seen = HashSet::new();
    let mut open: Vec<(Done, State)> = vec![(Done::default(), None)];
    let mut furthest = Done::default();
    while let Some((done, state)) = open.pop() {
        let left = || events.iter().enumerate().filter(|(index, _)| !done.has(*index));
        // Whatever is not answered need not have happened.
        let Some(horizon) = left().filter(|(_, event)| event.is_answered()).map(|(_, event)| event.ended).min() else {
            return Ok(());
        };
        if seen.len() > MOST {
            return Err(Fault::Undecided);
        }
        // Nothing that began after another one's answer can come before it.
        for (index, event) in left().take_while(|(_, event)| event.begun <= horizon) {
            let Some(next) = event.apply(state) else { continue };
            let then = done.with(index);
            if seen.insert((then.clone(), next)) {
                open.push((then, next));
            }
        }
        if done.count > furthest.count {
            furthest = done;
        }
    }
    let left = events.iter().enumerate().filter(|(index, _)| !furthest.has(*index)).map(|(_, event)| *event);
    Err(Fault::Broken { done: furthest.count, left: left.collect() })
}
