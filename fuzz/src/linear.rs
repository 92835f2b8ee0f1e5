//! Is a history of one thing linearizable: is there an order of its requests, each somewhere between being sent and
//! being answered, in which a single copy of the thing answers as was answered?
//!
//! Wing and Gong's search with Lowe's memory: a set of requests done and the state they led to is looked at once.
//! Things are judged alone, since a history is linearizable if that of each is (Herlihy and Wing's locality). What a
//! single copy would answer is for the caller to say.

use std::collections::HashSet;
use std::hash::Hash;

/// States that are looked at before the search is given up; histories here need some thousands.
const MOST: usize = 2_000_000;

/// A request and its answer. Times are of one clock.
pub trait Event: Copy {
    /// What a single copy remembers.
    type State: Copy + Eq + Hash;

    /// When it was sent.
    fn begun(&self) -> u64;

    /// When it was answered, where it is known how it ended. What is not known need not have happened.
    fn answered(&self) -> Option<u64>;

    /// The state after it, if in that state it is answered as it was.
    fn apply(&self, state: Self::State) -> Option<Self::State>;
}

/// Why no order was found.
#[derive(Debug)]
pub enum Fault<E> {
    /// There is none.
    Broken {
        /// How much of the history could be put in order.
        done: usize,
        /// What could not be done after that.
        left: Vec<E>,
    },
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

/// Finds an order that begins with that state.
///
/// # Errors
/// When there is none, or none was found in time.
pub fn linearizable<E: Event>(history: &[E], start: E::State) -> Result<(), Fault<E>> {
    let mut events = history.to_vec();
    events.sort_by_key(Event::begun);
    let mut seen = HashSet::new();
    let mut open: Vec<(Done, E::State)> = vec![(Done::default(), start)];
    let mut furthest = Done::default();
    while let Some((done, state)) = open.pop() {
        let left = || events.iter().enumerate().filter(|(index, _)| !done.has(*index));
        // Whatever is not answered need not have happened.
        let Some(horizon) = left().filter_map(|(_, event)| event.answered()).min() else { return Ok(()) };
        if seen.len() > MOST {
            return Err(Fault::Undecided);
        }
        // Nothing that began after another one's answer can come before it.
        for (index, event) in left().take_while(|(_, event)| event.begun() <= horizon) {
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
