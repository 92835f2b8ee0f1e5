//! Who is let in while many ask: bounds on what is under way, and on how long a request may have waited to be begun
//! (docs/adr/0020-admission.md).
//!
//! Each look is a few atomic operations and takes no lock. Connections are bounded where they are accepted.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use auth::{Actor, Caller};
use engine::{Kind, Problem};

use super::refusal::Refusal;

/// The settings, by name.
pub(crate) const WAIT: &str = "overload.wait_ms";
pub(crate) const REQUESTS: &str = "overload.requests";
pub(crate) const CHANGES: &str = "overload.changes";
pub(crate) const PER_CALLER: &str = "overload.per_caller";
pub(crate) const CONNECTIONS: &str = "overload.connections";

/// How much is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Milliseconds that a request may wait for a thread.
    pub(crate) wait_ms: u32,
    /// Requests under way.
    pub(crate) requests: u32,
    /// Those of them that may change something.
    pub(crate) changes: u32,
    /// Requests of one caller, from the token to the last byte of the answer.
    pub(crate) per_caller: u32,
    /// Open connections.
    pub(crate) connections: u32,
}

impl Bounds {
    /// What counts when nothing is set. The store takes 256 changes into one transaction: with as many under way, each
    /// waits for the running one and its own.
    pub(crate) const USUAL: Bounds =
        Bounds { wait_ms: 500, requests: 512, changes: 256, per_caller: 128, connections: 4_096 };
}

/// With fewer requests than this before it, one that waited long did so because a machine stood still or one request is
/// heavy. That is no queue, and refusing would shorten nothing.
const QUEUE: u64 = 64;

/// The counters of callers are two to this power. Two callers may share one, which only chance can bring about, for the
/// key is secret.
const COUNTER_BITS: u32 = 12;

/// How long a refusal is held back. To tell it costs a good part of what a small answer costs: a client that is told at
/// once and asks again at once would leave no time for anything but refusing it.
pub(super) const HOLD: Duration = Duration::from_millis(500);

/// The same for who found no room for a connection, which holds one of few spare seats meanwhile.
pub(super) const HOLD_OF_SPARE: Duration = Duration::from_millis(100);

/// How long a probe on such a seat waits for the store, so that it is told before the seat is taken from it.
pub(super) const PATIENCE_ON_SPARE: Duration = Duration::from_millis(500);

/// The bounds, and how much is under way.
pub(crate) struct Admission {
    bounds: Bounds,
    /// Requests begun so far.
    begun: AtomicU64,
    requests: AtomicU32,
    changes: AtomicU32,
    callers: Box<[AtomicU32]>,
    /// Secret, so that nobody can choose ids that share a counter.
    key: RandomState,
}

/// How a request came to be begun.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waited {
    /// Nanoseconds since it came; 0 where that does not matter.
    pub(crate) nanos: u64,
    /// Requests that were begun since.
    pub(crate) ahead: u64,
}

/// A request among those under way, until dropped.
pub(crate) struct Place<'a> {
    requests: &'a AtomicU32,
    changes: Option<&'a AtomicU32>,
}

/// A request among those of its caller, until dropped.
pub(crate) struct Share {
    admission: Arc<Admission>,
    counter: usize,
}

impl Admission {
    /// With nothing under way.
    pub(crate) fn new(bounds: Bounds) -> Arc<Admission> {
        let callers = (0..1 << COUNTER_BITS).map(|_| AtomicU32::new(0)).collect();
        let (requests, changes) = (AtomicU32::new(0), AtomicU32::new(0));
        Arc::new(Admission { bounds, begun: AtomicU64::new(0), requests, changes, callers, key: RandomState::new() })
    }

    /// How many requests were begun so far.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// Begins one more, which came when so many had been begun, and `waited` so many nanoseconds since. That is asked
    /// only where there was a queue, for it takes a look at the clock.
    pub(super) fn begin(&self, begun: u64, waited: impl FnOnce() -> u64) -> Waited {
        let ahead = self.begun.fetch_add(1, Ordering::Relaxed).saturating_sub(begun);
        Waited { nanos: if ahead < QUEUE { 0 } else { waited() }, ahead }
    }

    /// How many connections may be open.
    pub(crate) fn connections(&self) -> u32 {
        self.bounds.connections
    }

    /// Refuses whoever has no connection but a spare one.
    pub(super) fn no_seat(&self) -> Refusal {
        busy(Kind::Unavailable, "too many connections are open", self.bounds.connections, CONNECTIONS)
    }

    /// Refuses what has waited too long, or would find no place, before more is spent on it.
    pub(super) fn look(&self, waited: Waited, is_change: bool) -> Result<(), Refusal> {
        let (millis, most) = (waited.nanos / 1_000_000, self.bounds.wait_ms);
        if millis > u64::from(most) && waited.ahead >= QUEUE {
            return Err(busy(Kind::Unavailable, &format!("the request waited {millis} ms for its turn"), most, WAIT));
        }
        if self.requests.load(Ordering::Relaxed) >= self.bounds.requests {
            return Err(self.full(false));
        }
        if is_change && self.changes.load(Ordering::Relaxed) >= self.bounds.changes {
            return Err(self.full(true));
        }
        Ok(())
    }

    /// Takes a place among the requests under way.
    pub(super) fn enter(&self, is_change: bool) -> Result<Place<'_>, Refusal> {
        if !taken(&self.requests, self.bounds.requests) {
            return Err(self.full(false));
        }
        // From here on the place is given back on every way out.
        let mut place = Place { requests: &self.requests, changes: None };
        if is_change {
            if !taken(&self.changes, self.bounds.changes) {
                return Err(self.full(true));
            }
            place.changes = Some(&self.changes);
        }
        Ok(place)
    }

    /// Takes a place among the requests of a caller. Who is known to be nobody is told apart by address.
    pub(super) fn share(self: &Arc<Self>, caller: &Caller, peer: IpAddr) -> Result<Share, Refusal> {
        let counter = self.counter(caller, peer);
        let most = self.bounds.per_caller;
        match self.callers.get(counter) {
            Some(own) if !taken(own, most) => {
                Err(busy(Kind::TooManyRequests, "the caller has too many requests under way", most, PER_CALLER))
            }
            _ => Ok(Share { admission: Arc::clone(self), counter }),
        }
    }

    /// The counter of a caller.
    fn counter(&self, caller: &Caller, peer: IpAddr) -> usize {
        let tenant = caller.tenant.as_u128();
        let mixed = match &caller.actor {
            Actor::User(user) => self.key.hash_one((tenant, user.id.as_u128())),
            Actor::App => self.key.hash_one((tenant, &*caller.app.id)),
            Actor::Nobody => self.key.hash_one(match peer {
                IpAddr::V4(address) => (tenant, u128::from(address.to_bits())),
                // The rest is the client's own to choose.
                IpAddr::V6(address) => (tenant, address.to_bits() >> 64),
            }),
        };
        usize::try_from(mixed >> (u64::BITS - COUNTER_BITS)).unwrap_or_default()
    }

    fn full(&self, of_changes: bool) -> Refusal {
        let (what, most, setting) = match of_changes {
            true => ("too many changes are under way", self.bounds.changes, CHANGES),
            false => ("too many requests are under way", self.bounds.requests, REQUESTS),
        };
        busy(Kind::Unavailable, what, most, setting)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.requests.fetch_sub(1, Ordering::Relaxed);
        if let Some(changes) = self.changes {
            changes.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some(own) = self.admission.callers.get(self.counter) {
            own.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Counts one more, unless there are as many as there may be. The count is over it for no longer than a refusal takes.
fn taken(count: &AtomicU32, most: u32) -> bool {
    let is_free = count.fetch_add(1, Ordering::Relaxed) < most;
    if !is_free {
        count.fetch_sub(1, Ordering::Relaxed);
    }
    is_free
}

fn busy(kind: Kind, what: &str, most: u32, setting: &str) -> Refusal {
    let message = format!("{what}; the setting `{setting}` admits {most}; nothing was done, try again later");
    Refusal::from(Problem::new(kind, message).again_after(1)).held()
}

#[cfg(test)]
mod tests;
