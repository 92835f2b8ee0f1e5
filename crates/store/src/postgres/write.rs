//! Carrying out commits. All statements of one go out together, in one round trip; the row that records the commit
//! goes first, and its primary key lets only one writer make each rev of a partition.
//!
//! Nothing is locked while a caller thinks: preconditions are judged on the partition as it was read, and when
//! another writer was first the commit is judged again on what is there now.
//!
//! A connection may fail when a transaction was sent and not answered. Then the history tells: the rev that it would
//! have made carries its stamp, another's stamp, or is not there. In the last case it may still come about, and so
//! the same rev is tried again, which the primary key lets happen once.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::Inner;
use super::fault::Fault;
use super::plan::Plan;
use super::pool::crowded;
use super::read::{self, code};
use super::rest::share;
use super::row::{self, Base};
use super::sql::Sql;
use crate::expect::{self, Known};
use crate::{Commit, Error, PartitionKey, Result};

/// How often a commit is judged again because another server's was first.
const RACES: u32 = 40;

/// How often a commit is tried whose connection failed, or that the engine gave up.
const FAILURES: u32 = 5;

/// The longest pause before the first new try. It doubles with each, up to sixteen times.
const PAUSE: Duration = Duration::from_millis(8);

/// How often a commit was tried in vain.
#[derive(Default)]
struct Tries {
    races: u32,
    failures: u32,
}

impl Tries {
    /// Counts a fault, and says whether the commit may be tried again.
    fn count(&mut self, fault: &Fault) -> bool {
        match fault {
            Fault::Taken => self.races += 1,
            Fault::Again(_) | Fault::Lost(_) => self.failures += 1,
            // Once more, to know for sure.
            Fault::Late(_) => self.failures += FAILURES / 2 + 1,
            Fault::Away(_) | Fault::Failed(_) => return false,
        }
        self.races <= RACES && self.failures < FAILURES
    }

    fn pause(&self, stamp: Uuid) -> Duration {
        let tries = self.races + self.failures;
        share(PAUSE * 2_u32.pow(tries.min(4)), stamp, tries)
    }
}

impl Inner {
    /// Carries out a commit and returns the partition's new rev.
    pub(super) async fn commit(&self, commit: &Commit) -> Result<u64> {
        let key = commit.partition;
        let _place = self.pool.enter()?;
        // Commits of one partition take turns here, so that only those of other servers can be in the way.
        let _turn = timeout(self.pool.deadline(), self.turn(key).lock()).await.map_err(|_| crowded())?;
        let known = self.cache.get(&key);
        let mut is_fresh = known.is_none();
        let mut base = match known {
            Some(base) => base,
            None => read::load(&self.pool, key).await?,
        };
        let stamp = self.stamp();
        let mut tries = Tries::default();
        // The rev that a transaction of unknown outcome would make.
        let mut open = None;
        loop {
            let mut failed = None;
            match expect::check(&Known { live: base.live, snapshot: &base.snapshot }, commit) {
                Err(broken) if is_fresh => return Err(broken),
                Err(_) => {}
                Ok(()) => {
                    let plan = Plan::of(&base, commit, stamp);
                    let Err(fault) = self.send(&plan).await else {
                        self.cache.publish(key, plan.after(&base));
                        return Ok(plan.rev);
                    };
                    if fault.is_open() {
                        open = Some(plan.rev);
                    }
                    match tries.count(&fault) {
                        true => sleep(tries.pause(stamp)).await,
                        false => failed = Some(fault),
                    }
                }
            }
            if open.is_none()
                && let Some(fault) = failed
            {
                return Err(fault.into());
            }
            base = self.reload(key, open.is_some()).await?;
            is_fresh = true;
            if let Some(rev) = open
                && base.rev() >= rev
            {
                if self.is_made(key, rev, stamp).await? {
                    self.cache.publish(key, None);
                    return Ok(rev);
                }
                open = None;
            }
            if let Some(fault) = failed {
                return Err(fault.into());
            }
        }
    }

    async fn send(&self, plan: &Plan<'_>) -> Result<(), Fault> {
        let exclusive = self.pool.exclusive().await?;
        let outcome = exclusive.link.transaction(&plan.calls()).await;
        exclusive.give_back();
        outcome
    }

    /// Reads the partition anew; with patience, when an outcome depends on it.
    async fn reload(&self, key: PartitionKey, patient: bool) -> Result<Base> {
        let until = Instant::now() + self.pool.deadline();
        loop {
            match read::load(&self.pool, key).await {
                Err(Error::Unavailable(_)) if patient && Instant::now() < until => sleep(PAUSE).await,
                outcome => return outcome,
            }
        }
    }

    /// Whether a rev that exists was made by the commit of this stamp.
    async fn is_made(&self, key: PartitionKey, rev: u64, stamp: Uuid) -> Result<bool> {
        let rows = self.pool.query(Sql::WhoWrote, &[&key.owner, &key.tenant, &code(key), &rev.cast_signed()]).await?;
        rows.first().map_or(Ok(false), |found| Ok(row::get::<Uuid>(found, 0)? == stamp))
    }
}

/// The error of a write that nobody waited for.
pub(super) fn ended() -> Error {
    Error::Unavailable("the writer has ended".to_owned())
}
