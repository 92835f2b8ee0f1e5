//! What the requests of a connection have in common, and since when there has been something to do for them.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Wake, Waker};

use super::idle::Activity;
use super::seats::Seat;
use crate::app::{App, Way};
use crate::clock::stopwatch;

/// A connection, to all that is done on it.
pub(super) struct Line {
    pub(super) app: Arc<App>,
    peer: IpAddr,
    encrypted: bool,
    pub(super) activity: Activity,
    pub(super) seat: Seat,
    /// When there was something to do on it, as yet undone; 0 when there is nothing.
    woken: AtomicU64,
    /// How many requests of all connections had been begun then.
    begun: AtomicU64,
    /// The same of what is being done.
    since: [AtomicU64; 2],
}

impl Line {
    pub(super) fn new(app: Arc<App>, peer: IpAddr, encrypted: bool, seat: Seat) -> Line {
        let line = Line {
            app,
            peer,
            encrypted,
            activity: Activity::default(),
            seat,
            woken: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            since: Default::default(),
        };
        line.ring();
        line
    }

    /// Something came. The first time counts, for a clock costs more than a look.
    fn ring(&self) {
        if self.woken.load(Ordering::Relaxed) == 0 {
            self.begun.store(self.app.admission.begun(), Ordering::Relaxed);
            self.woken.store(stopwatch(), Ordering::Relaxed);
        }
    }

    /// Nothing has come so far that waits for us.
    pub(super) fn forget(&self) {
        self.woken.store(0, Ordering::Relaxed);
    }

    /// What came up to now is being done.
    pub(super) fn turn(&self) {
        // Where nothing rang, it comes now.
        self.ring();
        let [since, begun] = &self.since;
        begun.store(self.begun.load(Ordering::Relaxed), Ordering::Relaxed);
        since.store(self.woken.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// What a request that begins now has in common with the others.
    pub(super) fn way(&self) -> Way {
        let [since, begun] = self.since.each_ref().map(|at| at.load(Ordering::Relaxed));
        Way { peer: self.peer, encrypted: self.encrypted, spare: self.seat.is_spare(), since, begun }
    }
}

/// The bell before the task of a connection.
pub(super) struct Bell {
    line: Arc<Line>,
    /// What wakes the task, and what rings and then wakes it.
    hung: Option<(Waker, Waker)>,
}

impl Bell {
    /// One that hangs before no task yet.
    pub(super) fn new(line: &Arc<Line>) -> Bell {
        Bell { line: Arc::clone(line), hung: None }
    }

    /// What rings and then wakes the task.
    pub(super) fn before(&mut self, task: &Waker) -> &Waker {
        if self.hung.as_ref().is_some_and(|(known, _)| !known.will_wake(task)) {
            self.hung = None;
        }
        let (_, ringing) = self.hung.get_or_insert_with(|| {
            let ring = Ring { line: Arc::clone(&self.line), task: task.clone() };
            (task.clone(), Waker::from(Arc::new(ring)))
        });
        ringing
    }
}

/// Wakes a connection's task and notes when: from then on whatever came waits for a thread.
struct Ring {
    line: Arc<Line>,
    task: Waker,
}

impl Wake for Ring {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.line.ring();
        self.task.wake_by_ref();
    }
}

/// A request under way.
pub(super) struct UnderWay(Arc<Line>);

impl UnderWay {
    pub(super) fn begin(line: &Arc<Line>) -> UnderWay {
        line.activity.begun.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(line))
    }
}

impl AsRef<App> for UnderWay {
    fn as_ref(&self) -> &App {
        &self.0.app
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.activity.ended.fetch_add(1, Ordering::Relaxed);
    }
}
