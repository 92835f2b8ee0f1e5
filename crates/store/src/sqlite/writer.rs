//! The one thread that writes. It drains the queue into one transaction, so that many callers share one wait for the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::batch::{Batch, Known};
use super::checkpoint::Checkpoints;
use super::marks::Marks;
use crate::cache::Cache;
use crate::landings::Board;
use crate::news::News;
use crate::{BoxFuture, Error, Result};

/// How many requests one transaction serves: bounds what a slow disk makes the first of them wait.
const BATCH: usize = 256;

/// A request in the queue, with the answer that it has come to.
trait Request: Send {
    /// Does the work inside the transaction; again, when that is made anew.
    fn serve(&mut self, batch: &mut Batch<'_>);

    /// Answers once it is known whether the transaction went through.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Task<T, W> {
    work: W,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, W: Fn(&mut Batch<'_>) -> Result<T> + Send> Request for Task<T, W> {
    fn serve(&mut self, batch: &mut Batch<'_>) {
        self.outcome = Some(batch.attempt(&self.work));
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let answer = match self.outcome {
            // Trying again does not help.
            Some(Err(damage @ Error::Corrupt(_))) => Err(damage),
            Some(outcome) => committed.and(outcome),
            None => return,
        };
        // A caller who went away does not undo the write.
        _ = self.reply.send(answer);
    }
}

#[derive(Debug)]
pub(super) struct Writer {
    // The queue needs no bound of its own: every request in it has a caller who waits.
    queue: Option<Sender<Box<dyn Request>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        mut connection: Connection,
        path: &Path,
        (cache, board): (Arc<Cache>, Arc<Board>),
        wal_bytes: usize,
        mut marks: Marks,
    ) -> Result<Self> {
        let checkpoints = Checkpoints::start(&mut connection, path, wal_bytes)?;
        let (queue, requests) = channel();
        let known = Known { cache, board, damage: News::of_damage() };
        let thread = spawn("store-writer", move || run(&connection, &requests, &known, checkpoints, &mut marks))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues work for the next transaction, which may do it twice: what the first time did is undone then. The future is
    /// ready once it is durable.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Batch<'_>) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let (reply, answer) = oneshot::channel();
        let request = Box::new(Task { work, outcome: None, reply });
        let queued = self.queue.as_ref().is_some_and(|queue| queue.send(request).is_ok());
        Box::pin(async move {
            let gone = || Error::Unavailable("the writer has ended".to_owned());
            if queued { answer.await.map_err(|_| gone())? } else { Err(gone()) }
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer thread of the store has ended early");
        }
    }
}

/// Starts a named thread.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|error| Error::Io(format!("cannot start a thread: {error}")))
}

fn run(
    connection: &Connection,
    requests: &Receiver<Box<dyn Request>>,
    known: &Known,
    mut checkpoints: Checkpoints,
    marks: &mut Marks,
) {
    while let Ok(first) = requests.recv() {
        let drained = std::iter::once(first).chain(requests.try_iter()).take(BATCH);
        let (served, committed) = transact(connection, known, drained);
        match &committed {
            Ok(()) => marks.note(checkpoints.pages()),
            Err(error) => {
                tracing::warn!(error = %error, requests = served.len(), "a transaction of the store failed");
            }
        }
        for request in served {
            request.answer(committed.clone());
        }
        checkpoints.after_commit(connection);
    }
    checkpoints.finish(connection);
}

/// Serves the requests in one transaction, and begins a second one if one of them fails for damage.
fn transact(
    connection: &Connection,
    known: &Known,
    requests: impl Iterator<Item = Box<dyn Request>>,
) -> (Vec<Box<dyn Request>>, Result<()>) {
    let mut batch = Batch::begin(connection, known);
    let serve = |mut request: Box<dyn Request>| {
        request.serve(&mut batch);
        request
    };
    let mut served: Vec<_> = requests.map(serve).collect();
    if served.len() > 1 && batch.met_damage() {
        batch = batch.guarded();
        served.iter_mut().for_each(|request| request.serve(&mut batch));
    }
    (served, batch.finish())
}
