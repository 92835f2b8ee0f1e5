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
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Inner;
use super::fault::Fault;
use super::plan::{Plan, call};
use super::pool::{PAUSE, crowded};
use super::read::{self, code};
use super::rest::share;
use super::row::{self, Base, Kept};
use super::sql::Sql;
use crate::expect::{self, Known};
use crate::{Commit, Error, Result};

/// How often a commit is judged again because another server's was first.
const RACES: u32 = 40;

/// How often a commit is tried whose connection failed, or that the engine gave up.
const FAILURES: u32 = 5;

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
            // Once more, to know for sure; or since who had the lock may be done.
            Fault::Late(_) | Fault::Locked(_) => self.failures += FAILURES / 2 + 1,
            Fault::Away(_) | Fault::Failed(_) => return false,
        }
        self.races <= RACES && self.failures < FAILURES
    }

    /// At most [`PAUSE`] before the first new try. It doubles with each, up to sixteen times.
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
            Some(kept) => kept.base,
            None => read::load(&self.pool, key).await?,
        };
        let mut attempt = Attempt::new(self, commit);
        loop {
            let given_up = match expect::check(&Known { live: base.live, snapshot: &base.snapshot }, commit) {
                Err(broken) => match is_fresh || self.is_current(key, &base).await? {
                    true => return Err(broken),
                    false => None,
                },
                Ok(()) => match attempt.make(&base).await {
                    Ok(rev) => return Ok(rev),
                    Err(given_up) => given_up,
                },
            };
            match given_up {
                Some(error) if attempt.open.is_none() => return Err(error),
                _ => base = attempt.reload().await?,
            }
            if let Some(rev) = attempt.settle(&base).await? {
                return Ok(rev);
            }
            if let Some(error) = given_up {
                return Err(error);
            }
            is_fresh = true;
        }
    }
}

/// A commit under way.
struct Attempt<'a> {
    store: &'a Inner,
    commit: &'a Commit,
    /// Tells this commit from every other.
    stamp: Uuid,
    tries: Tries,
    /// Until when it is begun again, or its outcome asked for.
    until: Instant,
    /// The rev that a transaction of unknown outcome would make.
    open: Option<u64>,
}

impl<'a> Attempt<'a> {
    fn new(store: &'a Inner, commit: &'a Commit) -> Self {
        let until = store.pool.until();
        Self { store, commit, stamp: store.stamp(), tries: Tries::default(), until, open: None }
    }

    /// Tries to make the rev after this one. The error is that of a commit that is not to be tried again.
    async fn make(&mut self, base: &Base) -> Result<u64, Option<Error>> {
        let plan = Plan::of(base, self.commit, self.stamp);
        let began = self.store.opened.elapsed();
        let Err(fault) = self.store.pool.transaction(&plan.calls()).await else {
            let after = plan.after(base).map(|base| Kept::new(base, began));
            self.store.cache.publish(self.commit.partition, after);
            return Ok(plan.rev);
        };
        if fault.is_open() {
            self.open = Some(plan.rev);
        }
        if !self.tries.count(&fault) || Instant::now() >= self.until {
            return Err(Some(fault.into()));
        }
        sleep(self.tries.pause(self.stamp)).await;
        Err(None)
    }

    /// Reads the partition anew; over and over, when an outcome depends on it. Whoever is told of a conflict reads what
    /// is kept here.
    async fn reload(&self) -> Result<Base> {
        loop {
            match self.store.load(self.commit.partition).await {
                Err(Error::Unavailable(_)) if self.open.is_some() && Instant::now() < self.until => sleep(PAUSE).await,
                outcome => return outcome,
            }
        }
    }

    /// The rev that was made though it did not seem so, now that the partition was read anew.
    async fn settle(&mut self, base: &Base) -> Result<Option<u64>> {
        // Below it, the rev may still come about.
        let Some(rev) = self.open.filter(|rev| base.rev() >= *rev) else { return Ok(None) };
        let key = self.commit.partition;
        let params: [&(dyn ToSql + Sync); 4] = [&key.owner, &key.tenant, &code(key), &rev.cast_signed()];
        let rows = loop {
            match self.store.pool.query(Sql::WhoWrote, &params).await {
                Err(Error::Unavailable(_)) if Instant::now() < self.until => sleep(PAUSE).await,
                outcome => break outcome?,
            }
        };
        let made = rows.first().map(|found| row::get::<Uuid>(found, 0)).transpose()? == Some(self.stamp);
        self.open = None;
        self.store.cache.publish(key, None);
        if !made {
            return Ok(None);
        }
        self.confirm(rev).await?;
        Ok(Some(rev))
    }

    /// Makes sure that what was found made will stay. An engine that has come back shows what it wrote before it ended,
    /// whether or not its standby had it; another change is acknowledged only when that has both.
    /// Who answers may be another engine than the one that was read, and lack the change.
    async fn confirm(&self, rev: u64) -> Result<()> {
        let confirm = call(Sql::Confirm, self.commit.partition).and(rev.cast_signed()).and(self.stamp);
        match self.store.pool.insist(&[confirm], self.until).await?.first() {
            Some(1..) => Ok(()),
            _ => Err(Error::Unavailable("a failover has undone the change".to_owned())),
        }
    }
}

/// The error of a write that nobody waited for.
pub(super) fn ended() -> Error {
    Error::Unavailable("the writer has ended".to_owned())
}

#[cfg(test)]
mod tests {
    use super::Attempt;
    use crate::Error;
    use crate::fixture::{commit, put, server, user};
    use crate::postgres::PostgresStore;
    use crate::testing::{Place, execute};

    #[tokio::test]
    async fn what_an_engine_lacks_is_not_confirmed_by_it() {
        let place = Place::laid_out().await.unwrap();
        let store = PostgresStore::open(&place.url, &server()).await.unwrap();
        let commit = commit(user(1), 1, vec![put("notes", "a", 1)]);
        let mut attempt = Attempt::new(&store.inner, &commit);
        let base = store.inner.load(user(1)).await.unwrap();
        assert_eq!(attempt.make(&base).await, Ok(1));
        assert_eq!(attempt.confirm(1).await, Ok(()));
        // As after a failover since it was found made: the rev is another's there, or nobody's.
        for undone in ["UPDATE history SET stamp = owner", "DELETE FROM history"] {
            execute(&place.url, undone).await.unwrap();
            let outcome = attempt.confirm(1).await;
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{undone}: {outcome:?}");
        }
    }
}
