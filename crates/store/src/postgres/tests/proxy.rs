//! A relay between a store and its engine that fails as told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What becomes of what the store sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mood {
    /// It is passed on, and so are the answers.
    Fair,
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

const MOODS: [Mood; 7] = [
    Mood::Fair,
    Mood::CutAnswer,
    Mood::CutRequest,
    Mood::CutBeforeCommit,
    Mood::Frozen,
    Mood::FrozenBeforeCommit,
    Mood::Refusing,
];

pub(super) struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    engine: u16,
    mood: AtomicU8,
    /// How many more transactions the mood is for.
    times: AtomicUsize,
    changed: Notify,
}

impl State {
    fn mood(&self) -> Mood {
        MOODS[usize::from(self.mood.load(Ordering::SeqCst))]
    }

    /// The mood for a transaction. Falls back to fair when it was had as often as wanted.
    fn spend(&self) -> Mood {
        let mood = self.mood();
        if self.times.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.set(Mood::Fair, usize::MAX);
        }
        mood
    }

    fn set(&self, mood: Mood, times: usize) {
        self.times.store(times, Ordering::SeqCst);
        self.mood.store(mood as u8, Ordering::SeqCst);
        self.changed.notify_waiters();
    }
}

impl Proxy {
    pub(super) async fn before(engine: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (times, changed) = (AtomicUsize::new(usize::MAX), Notify::new());
        let state = Arc::new(State { engine, mood: AtomicU8::new(0), times, changed });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(relay(socket, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    /// The URL of a place, through here.
    pub(super) fn url(&self, direct: &str) -> String {
        direct.replace(&format!(":{}/", self.state.engine), &format!(":{}/", self.port))
    }

    /// How the next transactions fare, as many as told.
    pub(super) fn set(&self, mood: Mood, times: usize) {
        self.state.set(mood, times);
    }
}

async fn relay(mut store: TcpStream, state: Arc<State>) -> Option<()> {
    if state.mood() == Mood::Refusing {
        return None;
    }
    let mut engine = TcpStream::connect(("127.0.0.1", state.engine)).await.ok()?;
    let (mut sent, mut answered) = ([0; 1 << 16], [0; 1 << 16]);
    let mut is_cut = false;
    loop {
        while state.mood() == Mood::Frozen {
            state.changed.notified().await;
        }
        tokio::select! {
            read = store.read(&mut sent) => {
                let bytes = &sent[..read.ok().filter(|length| *length > 0)?];
                let commit = bytes.windows(6).position(|window| window == b"COMMIT");
                match commit.map(|at| (at, state.spend())) {
                    Some((_, Mood::CutRequest)) => return None,
                    Some((_, Mood::CutAnswer)) => {
                        engine.write_all(bytes).await.ok()?;
                        is_cut = true;
                    }
                    // The message begins with its letter and length.
                    Some((at, mood @ (Mood::CutBeforeCommit | Mood::FrozenBeforeCommit))) => {
                        engine.write_all(&bytes[..at - 5]).await.ok()?;
                        if mood == Mood::CutBeforeCommit {
                            return None;
                        }
                        std::future::pending::<()>().await;
                    }
                    _ => engine.write_all(bytes).await.ok()?,
                }
            }
            read = engine.read(&mut answered) => {
                let bytes = &answered[..read.ok().filter(|length| *length > 0)?];
                if !is_cut {
                    store.write_all(bytes).await.ok()?;
                } else if bytes.windows(7).any(|window| window == b"COMMIT\0") {
                    return None;
                }
            }
        }
    }
}
