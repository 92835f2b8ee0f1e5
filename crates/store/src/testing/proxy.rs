//! A relay between a store and its engine that fails as told. It knows a transaction by its COMMIT.

use std::io::{Read, Result, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What becomes of what the store sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It is passed on, and so are the answers.
    Fair,
    /// As `Fair`, but each piece takes [`DELAY`] more either way.
    Slow,
    /// A transaction is passed on, its answer is not: the connection ends after the engine has committed.
    CutAnswer,
    /// A transaction is not passed on: the connection ends.
    CutRequest,
    /// A transaction is passed on up to its COMMIT, then the connection ends.
    CutBeforeCommit,
    /// Nothing is passed on either way, and nothing ends.
    Frozen,
    /// As `CutBeforeCommit`, but nothing ends.
    FrozenBeforeCommit,
    /// Connections end as soon as they are made.
    Refusing,
}

/// How long a piece takes through a slow relay.
pub const DELAY: Duration = Duration::from_millis(10);

/// A relay on a port of its own. It ends with the program.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    engine: u16,
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug)]
struct Now {
    mood: Mood,
    /// How many more transactions the mood is for.
    times: usize,
    /// How often all connections were abandoned.
    abandoned: usize,
    /// How many pieces the store has sent.
    sent: usize,
}

impl Proxy {
    /// A relay to the engine at that port.
    ///
    /// # Errors
    /// When no port is free.
    pub fn before(engine: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let now = Now { mood: Mood::Fair, times: usize::MAX, abandoned: 0, sent: 0 };
        let state = Arc::new(State { engine, now: Mutex::new(now), changed: Condvar::new() });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for store in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A connection that cannot be made is refused by being dropped.
                thread::spawn(move || Line::open(store, state).map(|line| line.requests()));
            }
        });
        Ok(Self { port, state })
    }

    /// The URL of a place, through here.
    #[must_use]
    pub fn url(&self, direct: &str) -> String {
        direct.replace(&format!(":{}/", self.state.engine), &format!(":{}/", self.port))
    }

    /// How the next transactions fare, as many as told.
    pub fn set(&self, mood: Mood, times: usize) {
        let mut now = self.state.now();
        (now.mood, now.times) = (mood, times);
        drop(now);
        self.state.changed.notify_all();
    }

    /// How many pieces the store has sent. What it asks at once goes out in one on each connection.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.state.now().sent
    }

    /// Leaves all connections that there are half open: they never end and carry nothing any more.
    pub fn abandon(&self) {
        self.state.now().abandoned += 1;
        self.state.changed.notify_all();
    }
}

impl State {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mood for a transaction. Falls back to fair when it was had as often as wanted.
    fn spend(&self) -> Mood {
        let mut now = self.now();
        let mood = now.mood;
        now.times = now.times.saturating_sub(1);
        if now.times == 0 {
            (now.mood, now.times) = (Mood::Fair, usize::MAX);
        }
        mood
    }

    /// Waits as the mood wants it. Says how often all were abandoned.
    fn pass(&self) -> usize {
        let mut now = self.now();
        if now.mood == Mood::Slow {
            let waited = self.changed.wait_timeout(now, DELAY);
            now = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        while now.mood == Mood::Frozen {
            now = self.changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        now.abandoned
    }
}

/// A connection of a store, and the one to the engine that goes with it.
struct Line {
    store: TcpStream,
    engine: TcpStream,
    state: Arc<State>,
    /// What [`State::pass`] says while the connection is not abandoned.
    age: usize,
    /// The next answer of a transaction is not passed on.
    is_cut: AtomicBool,
    /// It carries nothing any more.
    is_dead: AtomicBool,
}

impl Line {
    fn open(store: TcpStream, state: Arc<State>) -> Option<Arc<Self>> {
        let Now { mood, abandoned: age, .. } = *state.now();
        if mood == Mood::Refusing {
            return None;
        }
        let engine = TcpStream::connect((Ipv4Addr::LOCALHOST, state.engine)).ok()?;
        store.set_nodelay(true).and(engine.set_nodelay(true)).ok()?;
        let line = Arc::new(Self { store, engine, state, age, is_cut: false.into(), is_dead: false.into() });
        let answering = Arc::clone(&line);
        thread::spawn(move || answering.answers());
        Some(line)
    }

    fn requests(self: &Arc<Self>) {
        each_piece(&self.store, |bytes| self.request(bytes));
        self.end();
    }

    fn answers(self: &Arc<Self>) {
        each_piece(&self.engine, |bytes| self.answer(bytes));
        self.end();
    }

    fn end(self: &Arc<Self>) {
        if self.is_abandoned() {
            // Neither side is told that the other has gone.
            return std::mem::forget(Arc::clone(self));
        }
        // Either may have ended already.
        let _ = self.store.shutdown(Shutdown::Both);
        let _ = self.engine.shutdown(Shutdown::Both);
    }

    fn is_abandoned(&self) -> bool {
        self.is_dead.load(Ordering::SeqCst) || self.state.pass() != self.age
    }

    /// Passes on what the store sent. Nothing when the connection is to end.
    fn request(&self, bytes: &[u8]) -> Option<()> {
        if self.is_abandoned() {
            return Some(());
        }
        self.state.now().sent += 1;
        let commit = bytes.windows(6).position(|window| window == b"COMMIT");
        match commit.map(|at| (at, self.state.spend())) {
            Some((_, Mood::CutRequest)) => return None,
            Some((_, Mood::CutAnswer)) => self.is_cut.store(true, Ordering::SeqCst),
            Some((at, mood @ (Mood::CutBeforeCommit | Mood::FrozenBeforeCommit))) => {
                // The message begins with its letter and length.
                (&self.engine).write_all(bytes.get(..at.checked_sub(5)?)?).ok()?;
                self.is_dead.store(mood == Mood::FrozenBeforeCommit, Ordering::SeqCst);
                return (mood == Mood::FrozenBeforeCommit).then_some(());
            }
            _ => {}
        }
        (&self.engine).write_all(bytes).ok()
    }

    /// Passes on what the engine answered. Nothing when the connection is to end.
    fn answer(&self, bytes: &[u8]) -> Option<()> {
        if self.is_abandoned() {
            return Some(());
        }
        if !self.is_cut.load(Ordering::SeqCst) {
            return (&self.store).write_all(bytes).ok();
        }
        let is_committed = bytes.windows(7).any(|window| window == b"COMMIT\0");
        (!is_committed).then_some(())
    }
}

/// Reads until the other end closes or a piece cannot be dealt with.
fn each_piece(mut stream: &TcpStream, mut pass: impl FnMut(&[u8]) -> Option<()>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        if buffer.get(..length).and_then(&mut pass).is_none() {
            return;
        }
    }
}
