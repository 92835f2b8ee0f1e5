//! The one thread that writes. It drains the queue into one transaction, so that many callers share one wait for the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::batch::Batch;
use super::checkpoint::Checkpoints;
use super::marks::Marks;
use crate::cache::Cache;
use crate::{BoxFuture, Error, Result};

/// How many requests one transaction serves: bounds what a slow disk makes the first of them wait.
const BATCH: usize = 256;

/// A request in the queue. Run inside the transaction, it yields the answer to give after it.
type Request = Box<dyn FnOnce(&mut Batch<'_>) -> Answer + Send>;

/// Told whether the transaction went through.
type Answer = Box<dyn FnOnce(Result<()>)>;

#[derive(Debug)]
pub(super) struct Writer {
    // The queue needs no bound of its own: every request in it has a caller who waits.
    queue: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        mut connection: Connection,
        path: &Path,
        cache: Arc<Cache>,
        wal_bytes: usize,
        mut marks: Marks,
    ) -> Result<Self> {
        let checkpoints = Checkpoints::start(&mut connection, path, wal_bytes)?;
        let (queue, requests) = channel();
        let thread = spawn("store-writer", move || run(&connection, &requests, &cache, checkpoints, &mut marks))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues work for the next transaction. The future is ready once that is durable.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let (reply, answer) = oneshot::channel();
        let request: Request = Box::new(move |batch| {
            let outcome = batch.attempt(work);
            Box::new(move |committed| {
                // A caller who went away does not undo the write.
                _ = reply.send(match outcome {
                    // Trying again does not help, as it does those who shared the transaction.
                    Err(damage @ Error::Corrupt(_)) => Err(damage),
                    outcome => committed.and(outcome),
                });
            })
        });
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
    requests: &Receiver<Request>,
    cache: &Cache,
    mut checkpoints: Checkpoints,
    marks: &mut Marks,
) {
    while let Ok(first) = requests.recv() {
        let mut batch = Batch::begin(connection, cache);
        let drained = std::iter::once(first).chain(requests.try_iter()).take(BATCH);
        let answers: Vec<Answer> = drained.map(|request| request(&mut batch)).collect();
        let committed = batch.finish();
        match &committed {
            Ok(()) => marks.note(checkpoints.pages()),
            Err(error) => {
                tracing::warn!(error = %error, requests = answers.len(), "a transaction of the store failed");
            }
        }
        for answer in answers {
            answer(committed.clone());
        }
        checkpoints.after_commit(connection);
    }
    checkpoints.finish(connection);
}
