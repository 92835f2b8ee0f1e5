//! The connections: a few that every reader shares, and some that a writer has for itself while its transaction
//! lasts. A connection that failed is replaced when the next caller wants one; when none can be made, callers are
//! told so at once until it is time to try again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row};

use super::Options;
use super::doubt::Doubt;
use super::fault::Fault;
use super::hosts::{Fresh, Hosts};
use super::link::{Link, Params, late};
use super::plan::Call;
use super::rest::Rest;
use super::sql::Sql;
use super::tls::{self, Connector};
use crate::{BoxFuture, Error, Result};

/// How often a read is tried at least before it fails, each time on another connection.
const TRIES: usize = 3;

/// For how many deadlines a change is begun again, or its outcome asked for.
const PATIENCE: u32 = 3;

/// How long to wait before asking again.
pub(super) const PAUSE: Duration = Duration::from_millis(8);

/// How long a connection is silent before the system asks whether its other end is there.
const SILENCE: Duration = Duration::from_secs(15);

pub(super) struct Pool {
    hosts: Hosts,
    tls: Connector,
    options: Options,
    shared: Vec<tokio::sync::Mutex<Option<Arc<Link>>>>,
    turn: AtomicUsize,
    idle: Mutex<Vec<Link>>,
    writers: Semaphore,
    /// How many of those may be used by who reads.
    aside: Semaphore,
    callers: Semaphore,
    rest: Rest,
    doubt: Arc<Doubt>,
}

/// A connection of one writer's own. It goes back to the others only by [`Exclusive::give_back`].
pub(super) struct Exclusive<'a> {
    pub(super) link: Link,
    pool: &'a Pool,
    _permit: SemaphorePermit<'a>,
}

/// Who else may use the connection meanwhile.
#[derive(Clone, Copy)]
enum Beside {
    /// Those who read. What is left in line there is done when those before it are through, be it after the same was done
    /// elsewhere and all that came of it: that must not matter.
    Others,
    Nobody,
}

impl Exclusive<'_> {
    /// Returns the connection, no transaction being open on it.
    pub(super) fn give_back(self) {
        if self.pool.is_usable(&self.link) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.link);
        }
    }
}

impl Pool {
    pub(super) fn new(url: &str, options: &Options) -> Result<Self> {
        let mut config: Config =
            super::parse(url).map_err(|error| Error::Io(format!("the URL of the database: {error}")))?;
        if config.get_application_name().is_none() {
            config.application_name("vitae");
        }
        config.connect_timeout(options.deadline).tcp_user_timeout(options.deadline * 2);
        config.keepalives_idle(SILENCE).keepalives_interval(SILENCE / 3).keepalives_retries(2);
        let is_encrypted = config.get_ssl_mode() != SslMode::Disable;
        Ok(Self {
            hosts: Hosts::new(&config),
            tls: tls::connector(is_encrypted, options.authorities.as_deref())?,
            shared: (0..options.readers.max(1)).map(|_| tokio::sync::Mutex::new(None)).collect(),
            turn: AtomicUsize::new(0),
            idle: Mutex::new(Vec::new()),
            writers: Semaphore::new(options.writers.max(1)),
            aside: Semaphore::new((options.writers / 2).max(1)),
            callers: Semaphore::new(options.queue.max(1)),
            rest: Rest::new(options.writer),
            doubt: Arc::new(Doubt::new()),
            options: options.clone(),
        })
    }

    /// How long one answer of the database is waited for.
    pub(super) fn deadline(&self) -> Duration {
        self.options.deadline
    }

    /// A connection outside the pool, for layouts and checks. Its statements may take as long as they need.
    pub(super) async fn connect(&self) -> Result<Client> {
        Ok(self.fresh().await?.client)
    }

    /// The same with what is known of it.
    pub(super) async fn fresh(&self) -> Result<Fresh> {
        Ok(self.hosts.connect(&self.tls, self.options.deadline).await?)
    }

    /// A place among the callers that may be under way at once.
    pub(super) fn enter(&self) -> Result<SemaphorePermit<'_>> {
        self.callers.try_acquire().map_err(|_| crowded())
    }

    /// Rows of a statement that only reads. Shares a connection with other callers.
    pub(super) async fn query(&self, sql: Sql, params: &Params<'_>) -> Result<Vec<Row>> {
        self.repeat(Beside::Others, |link| Box::pin(async move { link.query(sql, params).await })).await
    }

    /// How many rows a call changed that may be repeated. If another try may have carried it out before, it has to
    /// change something again: an engine that has come back shows what its standby may lack, and acknowledges what
    /// changes nothing at once.
    pub(super) async fn execute(&self, call: &Call) -> Result<u64> {
        let calls = std::slice::from_ref(call);
        let work = |link: Arc<Link>| -> BoxFuture<'_, _> { Box::pin(async move { link.transaction(calls).await }) };
        Ok(self.repeat(Beside::Nobody, work).await?.first().copied().unwrap_or_default())
    }

    /// Rows of a query that is not among the prepared ones, and only reads.
    pub(super) async fn ad_hoc(&self, sql: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>> {
        self.repeat(Beside::Others, |link| Box::pin(async move { link.ad_hoc(sql, params).await })).await
    }

    /// Statements without parameters that may be repeated, as for [`Pool::execute`]. They succeed or fail together.
    pub(super) async fn batch(&self, sql: &str) -> Result<()> {
        self.repeat(Beside::Nobody, |link| Box::pin(async move { link.batch(sql).await })).await
    }

    /// Asks for nothing, as those who read do.
    pub(super) async fn ping(&self) -> Result<()> {
        self.repeat(Beside::Others, |link| Box::pin(async move { link.batch("").await })).await
    }

    /// Carries out all calls or none, and says how many rows each changed. When it fails, they may still have been
    /// carried out.
    pub(super) async fn transaction(&self, calls: &[Call]) -> Result<Vec<u64>, Fault> {
        let exclusive = self.exclusive().await?;
        let outcome = exclusive.link.transaction(calls).await;
        exclusive.give_back();
        outcome
    }

    /// The same, and where it is not known whether they were, over and over as by [`Pool::insist`].
    pub(super) async fn complete(&self, calls: &[Call]) -> Result<Vec<u64>> {
        match self.transaction(calls).await {
            Ok(changed) => Ok(changed),
            // Nothing was sent, or nothing will come of it.
            Err(fault @ (Fault::Away(_) | Fault::Locked(_) | Fault::Failed(_))) => Err(fault.into()),
            Err(_) => self.insist(calls, self.until()).await,
        }
    }

    /// Carries out all calls, over and over until it is known that they were. They have to change something each time, as for
    /// [`Pool::execute`].
    pub(super) async fn insist(&self, calls: &[Call], until: Instant) -> Result<Vec<u64>> {
        loop {
            match self.transaction(calls).await {
                Err(Fault::Failed(error)) => return Err(error),
                Err(fault) if Instant::now() >= until => return Err(fault.into()),
                Err(_) => sleep(PAUSE).await,
                Ok(changed) => return Ok(changed),
            }
        }
    }

    /// Until when a change that begins now is begun again, or its outcome asked for.
    pub(super) fn until(&self) -> Instant {
        Instant::now() + self.options.deadline * PATIENCE
    }

    /// Does something that may be repeated.
    async fn repeat<'a, T>(
        &self,
        beside: Beside,
        work: impl Fn(Arc<Link>) -> BoxFuture<'a, Result<T, Fault>>,
    ) -> Result<T> {
        let _place = self.enter()?;
        let mut last = Fault::Away("there is no connection to the database".to_owned());
        for _ in 0..self.shared.len().max(TRIES) {
            let outcome = match beside {
                Beside::Others => self.shared(&work).await,
                Beside::Nobody => self.alone(&work).await,
            };
            match outcome {
                // Another connection may still stand.
                Err(fault @ (Fault::Lost(_) | Fault::Away(_) | Fault::Again(_))) => last = fault,
                // The time for it is over.
                outcome => return Ok(outcome?),
            }
        }
        Err(last.into())
    }

    /// On a shared connection, unless somebody keeps it waiting there.
    async fn shared<'a, T>(&self, work: &impl Fn(Arc<Link>) -> BoxFuture<'a, Result<T, Fault>>) -> Result<T, Fault> {
        let link = self.link().await?;
        let outcome = link.in_line(work(Arc::clone(&link))).await;
        if !link.is_usable() {
            self.forget(&link);
        }
        drop(link);
        match outcome {
            Some(outcome) => outcome,
            None => self.aside(work).await,
        }
    }

    /// On a connection of the writers, of which those who read have half at most: the others are for changes, however many
    /// ask for what a machine has that stands still.
    async fn aside<'a, T>(&self, work: &impl Fn(Arc<Link>) -> BoxFuture<'a, Result<T, Fault>>) -> Result<T, Fault> {
        let aside = async {
            let _place = self.aside.acquire().await.map_err(|_| Fault::Failed(crowded()))?;
            self.alone(work).await
        };
        let deadline = self.options.deadline;
        tokio::time::timeout(deadline, aside).await.unwrap_or_else(|_| Err(late(deadline)))
    }

    /// Lets a shared connection end with those who still wait on it, rather than when its place is wanted.
    fn forget(&self, link: &Arc<Link>) {
        for slot in &self.shared {
            if let Ok(mut slot) = slot.try_lock() {
                slot.take_if(|there| Arc::ptr_eq(there, link));
            }
        }
    }

    /// On a connection that nobody else uses meanwhile.
    pub(super) async fn alone<'a, T>(
        &self,
        work: &impl Fn(Arc<Link>) -> BoxFuture<'a, Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let deadline = self.options.deadline;
        let alone = async {
            let Exclusive { link, pool, _permit } = self.exclusive().await?;
            let link = Arc::new(link);
            let outcome = work(Arc::clone(&link)).await;
            if let Some(link) = Arc::into_inner(link) {
                Exclusive { link, pool, _permit }.give_back();
            }
            outcome
        };
        tokio::time::timeout(deadline, alone).await.unwrap_or_else(|_| Err(late(deadline)))
    }

    /// One of the shared connections, in turn.
    async fn link(&self) -> Result<Arc<Link>, Fault> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.shared.len();
        let Some(slot) = self.shared.get(turn) else { return Err(Fault::Away("there is no connection".to_owned())) };
        // Held while connecting: the others who came to this place wait for the one attempt.
        let mut slot = slot.lock().await;
        if let Some(link) = slot.as_ref().filter(|link| self.is_usable(link)) {
            return Ok(Arc::clone(link));
        }
        let link = Arc::new(self.open().await?);
        *slot = Some(Arc::clone(&link));
        Ok(link)
    }

    /// A connection for one transaction. Waits for one while others have them all.
    pub(super) async fn exclusive(&self) -> Result<Exclusive<'_>, Fault> {
        let crowded = || Fault::Failed(crowded());
        let permit = tokio::time::timeout(self.options.deadline, self.writers.acquire()).await;
        let permit = permit.map_err(|_| crowded())?.map_err(|_| crowded())?;
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let link = loop {
            match idle() {
                Some(link) if self.is_usable(&link) => break link,
                Some(_) => {}
                None => break self.open().await?,
            }
        };
        Ok(Exclusive { link, pool: self, _permit: permit })
    }

    fn is_usable(&self, link: &Link) -> bool {
        link.is_usable() && self.hosts.is_current(link.timeline)
    }

    async fn open(&self) -> Result<Link, Fault> {
        self.rest.is_over()?;
        let Options { prepare, deadline, .. } = self.options;
        let opened = Link::open(&self.hosts, &self.tls, prepare, deadline, &self.doubt).await;
        let opened = opened.map_err(Fault::on_connecting);
        self.rest.note(opened.as_ref().err());
        opened
    }
}

/// The error of a caller for whom there is no place.
pub(super) fn crowded() -> Error {
    Error::Unavailable("too many requests wait for the database".to_owned())
}
