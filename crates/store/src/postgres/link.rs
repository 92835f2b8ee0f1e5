//! One connection: its statements, its transactions, and what becomes of an error. Every wait on it has an end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::task::{AbortHandle, yield_now};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row};

use super::bounds;
use super::doubt::Doubt;
use super::driver::{Warnings, drive};
use super::fault::{Fault, judge};
use super::hosts::{Fresh, Hosts};
use super::plan::Call;
use super::sql::{STATEMENTS, Sql};
use super::timeline::Timeline;
use super::tls;
use crate::BoxFuture;

/// For which part of a deadline those in line wait while nobody is answered.
const SHARE: u32 = 8;

/// What is sent with others in one piece.
type Step<'a, T> = BoxFuture<'a, Result<T, tokio_postgres::Error>>;

/// Parameters of a statement.
pub(super) type Params<'a> = [&'a (dyn ToSql + Sync)];

/// A connection with its prepared statements, if it may prepare any.
pub(super) struct Link {
    client: Client,
    driver: AbortHandle,
    warnings: Warnings,
    /// As [`Fresh`] has it.
    pub(super) timeline: Option<Timeline>,
    prepared: Vec<tokio_postgres::Statement>,
    deadline: Duration,
    lost: AtomicBool,
    /// How many answers the engine owes, also to callers who wait no more.
    owed: AtomicUsize,
    /// When the engine was last heard, by the clock of the doubt.
    heard: AtomicU64,
    /// How many were in line for its answers so far, and up to which of them it has answered.
    lined: AtomicU64,
    served: AtomicU64,
    /// Held by whoever sends a piece that nothing of others may get into.
    sending: Mutex<()>,
    doubt: Arc<Doubt>,
}

impl Link {
    /// Connects, and prepares the statements unless a pooler between forbids that.
    pub(super) async fn open(
        hosts: &Hosts,
        tls: &tls::Connector,
        prepare: bool,
        deadline: Duration,
        doubt: &Arc<Doubt>,
    ) -> Result<Self, Fault> {
        let Fresh { client, driver, warnings, timeline, .. } = hosts.connect(tls, deadline).await?;
        let (heard, doubt) = (AtomicU64::new(doubt.now()), Arc::clone(doubt));
        let (lost, lined, served) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        // Those of the statements, until they are there.
        let (owed, prepared) = (AtomicUsize::new(1), Vec::new());
        let mut link = Self {
            client,
            driver,
            warnings,
            timeline,
            prepared,
            deadline,
            lost,
            owed,
            heard,
            lined,
            served,
            sending: Mutex::default(),
            doubt,
        };
        if prepare {
            link.prepared = within(deadline, link.prepare()).await?;
        }
        link.owed = AtomicUsize::new(0);
        Ok(link)
    }

    /// Prepares every statement. The session is bounded first, since this waits for locks as well.
    async fn prepare(&self) -> Result<Vec<tokio_postgres::Statement>, tokio_postgres::Error> {
        let bounded = async { self.plain(&bounds::session(self.deadline)).await.map(|()| None) };
        let mut steps: Vec<Step<'_, Option<tokio_postgres::Statement>>> = vec![Box::pin(bounded)];
        for statement in &STATEMENTS {
            let prepared = self.client.prepare_typed(statement.text, statement.types);
            steps.push(Box::pin(async move { prepared.await.map(Some) }));
        }
        let prepared: Result<Vec<_>, _> = pipelined(&self.sending, steps).await.into_iter().collect();
        Ok(prepared?.into_iter().flatten().collect())
    }

    /// May the connection be used on?
    pub(super) fn is_usable(&self) -> bool {
        let is_doubted = self.doubt.is_about(self.heard.load(Ordering::Relaxed));
        !is_doubted && !self.lost.load(Ordering::Relaxed) && !self.client.is_closed()
    }

    /// Does something beside others who use the connection. Nothing, if it is kept waiting by one before it: the engine
    /// answers in order, and a machine of a cluster that stands still must keep waiting only those who ask for what it
    /// has. Nobody joins them then.
    pub(super) async fn in_line<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Option<Result<T, Fault>> {
        let mut work = pin!(work);
        let place = self.lined.fetch_add(1, Ordering::Relaxed);
        loop {
            let heard = self.heard.load(Ordering::Relaxed);
            if let Ok(outcome) = timeout(self.deadline / SHARE, &mut work).await {
                self.served.fetch_max(place + 1, Ordering::Relaxed);
                return Some(outcome);
            }
            if self.heard.load(Ordering::Relaxed) != heard {
                continue;
            }
            if self.served.load(Ordering::Relaxed) >= place {
                return Some(work.await);
            }
            self.lost.store(true, Ordering::Relaxed);
            return None;
        }
    }

    pub(super) async fn query(&self, sql: Sql, params: &Params<'_>) -> Result<Vec<Row>, Fault> {
        match self.prepared.get(sql as usize) {
            Some(statement) => self.within(self.client.query(statement, params)).await,
            None => self.ad_hoc(sql.text(), &typed(sql, params)).await,
        }
    }

    /// Carries out all calls or none, in one round trip, and says how many rows each changed. When it fails, they may
    /// still have been carried out.
    pub(super) async fn transaction(&self, calls: &[Call]) -> Result<Vec<u64>, Fault> {
        let begin = format!("{}; {}", self.begin(), bounds::locks(self.deadline));
        let aside = |sql| async move { self.plain(sql).await.map(|()| 0) };
        let mut steps: Vec<Step<'_, u64>> = Vec::with_capacity(calls.len() + 2);
        steps.push(Box::pin(aside(&begin)));
        for call in calls {
            steps.push(Box::pin(async move { self.run(call.sql, &call.params()).await }));
        }
        // After a failure the engine refuses what follows and takes the COMMIT for a ROLLBACK.
        steps.push(Box::pin(aside("COMMIT")));
        let all = async { pipelined(&self.sending, steps).await.into_iter().collect::<Result<Vec<u64>, _>>() };
        let changed = self.without_warning(self.within(all)).await?;
        Ok(changed.into_iter().skip(1).take(calls.len()).collect())
    }

    /// What was done with a warning may be gone with a machine.
    async fn without_warning<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let before = self.warnings.count();
        let done = work.await?;
        if self.warnings.count() == before {
            return Ok(done);
        }
        self.lost.store(true, Ordering::Relaxed);
        Err(Fault::Lost(
            "the database warned that a change may not be safe; the log of this server, and its own, say why"
                .to_owned(),
        ))
    }

    pub(super) async fn batch(&self, sql: &str) -> Result<(), Fault> {
        self.without_warning(self.within(self.plain(sql))).await
    }

    /// A query that is not among the prepared ones.
    pub(super) async fn ad_hoc(&self, sql: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, Fault> {
        let query = self.client.query_typed(sql, params);
        if self.is_own() {
            return self.within(query).await;
        }
        let begin = self.begin();
        let aside = |sql| async move { self.plain(sql).await.map(|()| Vec::new()) };
        let steps: [Step<'_, Vec<Row>>; 3] = [Box::pin(aside(&begin)), Box::pin(query), Box::pin(aside("COMMIT"))];
        let all = async { pipelined(&self.sending, steps).await.into_iter().collect::<Result<Vec<_>, _>>() };
        Ok(self.within(all).await?.into_iter().flatten().collect())
    }

    /// Is the session nobody else's? Then it is bounded itself.
    fn is_own(&self) -> bool {
        !self.prepared.is_empty()
    }

    /// Begins a transaction that is bounded.
    fn begin(&self) -> String {
        if self.is_own() { "BEGIN".to_owned() } else { bounds::begin(self.deadline) }
    }

    /// Carries out what has neither parameters nor rows.
    async fn plain(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    async fn run(&self, sql: Sql, params: &Params<'_>) -> Result<u64, tokio_postgres::Error> {
        match self.prepared.get(sql as usize) {
            Some(statement) => self.client.execute(statement, params).await,
            None => self.client.execute_typed(sql.text(), &typed(sql, params)).await,
        }
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Fault> {
        let asked = self.doubt.now();
        self.owed.fetch_add(1, Ordering::Relaxed);
        let Ok(answer) = timeout(self.deadline, work).await else {
            self.lost.store(true, Ordering::Relaxed);
            self.doubt.raise(asked);
            return Err(late(self.deadline));
        };
        self.owed.fetch_sub(1, Ordering::Relaxed);
        self.heard.store(self.doubt.now(), Ordering::Relaxed);
        let outcome = answer.map_err(|error| judge(&error));
        if outcome.as_ref().is_err_and(Fault::is_open) {
            self.lost.store(true, Ordering::Relaxed);
        }
        outcome
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if !self.is_usable() || self.owed.load(Ordering::Relaxed) > 0 {
            // Otherwise its driver would wait for answers that may never come.
            self.driver.abort();
        }
    }
}

/// Connects to the one host of these settings. The task that drives the connection ends with the client.
pub(super) async fn connect(
    config: &Config,
    tls: &tls::Connector,
    deadline: Duration,
) -> Result<(Client, AbortHandle, Warnings), Fault> {
    let (client, connection) = within(deadline, config.connect(tls.clone())).await?;
    let warnings = Warnings::default();
    let driver = tokio::spawn(unhurried(Box::pin(drive(connection, warnings.clone()))));
    Ok((client, driver.abort_handle(), warnings))
}

/// Drives a connection, but each time lets whoever else can go on do so first. What they ask then goes out in one piece,
/// and what was answered meanwhile comes in as one. Each piece costs both sides a call of the system, and often a change
/// of threads, which is more than the statement itself.
async fn unhurried<C: Future + Unpin>(mut connection: C) -> C::Output {
    let mut has_waited = false;
    poll_fn(move |context| {
        has_waited = !has_waited;
        if has_waited {
            // The runtime wakes this task again when the others are through and the sockets were looked at.
            let _ = pin!(yield_now()).poll(context);
            return Poll::Pending;
        }
        Pin::new(&mut connection).poll(context)
    })
    .await
}

pub(super) async fn within<T>(
    deadline: Duration,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Fault> {
    let answer = timeout(deadline, work).await.map_err(|_| late(deadline))?;
    answer.map_err(|error| judge(&error))
}

pub(super) fn late(deadline: Duration) -> Fault {
    Fault::Late(format!("the database did not answer within {} ms", deadline.as_millis()))
}

/// Waits for all. What each sends when it is first polled goes out in their order, and none waits for the one before.
/// Who shares the connection does not get in between: a transaction would begin, or end, within theirs.
async fn pipelined<F: Future>(sending: &Mutex<()>, work: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<Pin<Box<F>>> = work.into_iter().map(Box::pin).collect();
    let mut outcomes: Vec<Option<F::Output>> = all.iter().map(|_| None).collect();
    poll_fn(|context| {
        let _alone = sending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut done = true;
        for (one, outcome) in all.iter_mut().zip(&mut outcomes).filter(|(_, outcome)| outcome.is_none()) {
            match one.as_mut().poll(context) {
                Poll::Ready(found) => *outcome = Some(found),
                Poll::Pending => done = false,
            }
        }
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outcomes.into_iter().flatten().collect()
}

/// The parameters of a statement with their types: so it goes in one round trip and leaves nothing prepared behind.
pub(super) fn typed<'a>(sql: Sql, params: &Params<'a>) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().copied().zip(sql.types().iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio::task::JoinSet;

    use super::*;
    use crate::testing::engine;

    /// How much was asked of a connection each time it was driven, with so many callers who ask once.
    async fn pieces(callers: usize) -> Vec<usize> {
        let (asks, mut asked) = mpsc::unbounded_channel();
        let mut pieces = Vec::new();
        let connection = poll_fn(move |context| {
            let mut piece = 0;
            let end = loop {
                match asked.poll_recv(context) {
                    Poll::Ready(Some(())) => piece += 1,
                    Poll::Ready(None) => break true,
                    Poll::Pending => break false,
                }
            };
            pieces.extend((piece > 0).then_some(piece));
            if end { Poll::Ready(std::mem::take(&mut pieces)) } else { Poll::Pending }
        });
        let driver = tokio::spawn(unhurried(Box::pin(connection)));
        for _ in 0..callers {
            let asks = asks.clone();
            tokio::spawn(async move { asks.send(()) });
        }
        drop(asks);
        driver.await.unwrap()
    }

    /// On one thread, which goes on with whom a caller woke before it lets the next caller ask.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_is_asked_at_once_goes_out_in_one_piece() {
        for callers in [1, 20] {
            assert_eq!(tokio::spawn(pieces(callers)).await.unwrap(), [callers]);
        }
    }

    /// Else a transaction would begin within another's, and fail or end with that. The engine warns of it.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn transactions_on_a_shared_connection_do_not_mix() {
        let hosts = Hosts::new(&crate::postgres::parse(&engine().unwrap().url()).unwrap());
        let (tls, deadline) = (tls::connector(false, None).unwrap(), Duration::from_mins(1));
        let link = Arc::new(Link::open(&hosts, &tls, false, deadline, &Arc::new(Doubt::new())).await.unwrap());
        let mut readers = JoinSet::new();
        for _ in 0..16 {
            let link = Arc::clone(&link);
            readers.spawn(async move {
                for _ in 0..200 {
                    assert_eq!(link.ad_hoc("SELECT 1", &[]).await.unwrap().len(), 1);
                }
            });
        }
        while let Some(reader) = readers.join_next().await {
            reader.unwrap();
        }
        assert_eq!(link.warnings.count(), 0);
    }
}
