//! The writer's transaction, which serves many requests. A request whose preconditions fail has written nothing,
//! so the others go on. One that meets damage has the transaction made anew, each request in a savepoint then, and fails
//! alone: savepoints cost nothing where all is sound. Whatever else fails takes the whole transaction with it.

use std::sync::Arc;

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;

use super::apply::{self, Effect};
use super::expect::View;
use super::history::{self, MARK, Place};
use super::row::{self, PartitionRow};
use super::sum;
use crate::cache::Cache;
use crate::chain::Row;
use crate::expect;
use crate::landings::Board;
use crate::news::News;
use crate::{ChangeRow, Commit, Error, PartitionKey, Portion, Result, Snapshot, Standing, bucket_of};

/// What the transactions of a writer share.
pub(super) struct Known {
    pub(super) cache: Arc<Cache>,
    pub(super) board: Arc<Board>,
    /// The damage that was told lately.
    pub(super) damage: News,
}

pub(super) struct Batch<'a> {
    connection: &'a Connection,
    known: &'a Known,
    /// The earliest time of the commits in it.
    earliest: i64,
    /// The partitions written so far and, where it is known, what became of them.
    written: FxHashMap<PartitionKey, Option<Arc<Snapshot>>>,
    erased: bool,
    /// Each request has a savepoint.
    guarded: bool,
    failure: Option<Error>,
}

impl<'a> Batch<'a> {
    pub(super) fn begin(connection: &'a Connection, known: &'a Known) -> Self {
        let failure = execute(connection, "BEGIN IMMEDIATE").err();
        let (written, earliest) = (FxHashMap::default(), i64::MAX);
        Self { connection, known, earliest, written, erased: false, guarded: false, failure }
    }

    /// Undoes all and begins anew, to serve the same requests so that those which meet damage fail alone.
    pub(super) fn guarded(self) -> Self {
        self.roll_back();
        Self { guarded: true, ..Self::begin(self.connection, self.known) }
    }

    /// Has a request met damage for which the others would fail?
    pub(super) fn met_damage(&self) -> bool {
        matches!(self.failure, Some(Error::Corrupt(_)))
    }

    pub(super) fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// Does one request's work, unless the transaction is lost already, which is no fault of this request.
    pub(super) fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if let Some(failure) = &self.failure {
            return Err(Error::Unavailable(failure.to_string()));
        }
        let outcome = if self.guarded { self.apart(work) } else { work(self) };
        match &outcome {
            Ok(_) | Err(Error::Conflict(_)) => {}
            Err(Error::Corrupt(_)) if self.guarded && self.failure.is_none() => {}
            Err(error) => self.failure = Some(error.clone()),
        }
        outcome
    }

    /// Does one request's work, and undoes that alone when it meets damage.
    fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = (self.written.clone(), self.erased);
        self.step("SAVEPOINT request")?;
        let outcome = work(self);
        match &outcome {
            Ok(_) | Err(Error::Conflict(_)) => {}
            Err(error @ Error::Corrupt(what)) => {
                if self.known.damage.is_new(what) {
                    tracing::error!(%error, "a write that met damage in the store is refused");
                }
                self.step("ROLLBACK TO request")?;
                (self.written, self.erased) = before;
            }
            // The transaction is lost, and SQLite may have ended it already: what is told is why.
            Err(_) => return outcome,
        }
        self.step("RELEASE request")?;
        outcome
    }

    /// A step without which the transaction is lost.
    fn step(&mut self, sql: &str) -> Result<()> {
        execute(self.connection, sql).inspect_err(|error| self.failure = Some(error.clone()))
    }

    /// Makes the work durable, then visible; or undoes it.
    pub(super) fn finish(self) -> Result<()> {
        let outcome = match &self.failure {
            None => execute(self.connection, "COMMIT"),
            Some(failure) => Err(failure.clone()),
        };
        match outcome {
            Ok(()) => {
                let Known { cache, board, .. } = self.known;
                if self.erased {
                    cache.clear();
                }
                self.written.into_iter().for_each(|(key, snapshot)| cache.publish(key, snapshot.map(Some)));
                board.note(self.earliest);
                Ok(())
            }
            Err(error) => {
                self.roll_back();
                Err(Error::Unavailable(error.to_string()))
            }
        }
    }

    fn roll_back(&self) {
        // SQLite has rolled back on its own after some errors.
        if !self.connection.is_autocommit()
            && let Err(error) = execute(self.connection, "ROLLBACK")
        {
            tracing::error!(error = %error, "a transaction of the store could not be rolled back");
        }
    }

    /// Checks a commit and writes it.
    pub(super) fn commit(&mut self, commit: &Commit) -> Result<u64> {
        let key = commit.partition;
        let before = row::partition(self.connection, key)?;
        let base = self.base(key, before.as_ref());
        expect::check(&View::new(self.connection, key, before, base.as_deref()), commit)?;
        let totals = before.map_or_else(Default::default, |before| before.totals);
        let effect = apply::changes(self.connection, key, totals, &commit.changes)?;
        let mut after = next(before.as_ref(), &effect, commit.at);
        if let Some(before) = before.filter(|_| effect.dropped) {
            history::erase(self.connection, key, Place { rev: before.rev, at: before.at })?;
        }
        let (bucket, live) = (bucket_of(key.owner), effect.live);
        let change = ChangeRow {
            bucket,
            at: commit.at,
            partition: key,
            rev: after.rev,
            dropped: effect.dropped,
            touched: effect.touched,
            link: None,
        };
        let row = Row::linked(before.and_then(|before| before.head), &change, &commit.audit);
        after.head = row.link;
        history::insert(self.connection, row, before.as_ref())?;
        write_partition(self.connection, key, &after)?;
        let snapshot = base.filter(|_| live);
        let snapshot = snapshot.map(|base| Arc::new(base.apply(after.rev, after.last_time, &commit.changes)));
        self.written.insert(key, snapshot);
        self.earliest = self.earliest.min(commit.at);
        Ok(after.rev)
    }

    /// Writes a step of a partition towards what it is elsewhere.
    pub(super) fn import(&mut self, portion: &Portion) -> Result<()> {
        let Standing { partition: key, rev, last_time, live, head } = portion.standing;
        let before = row::partition(self.connection, key)?;
        portion.check(before.map(|before| before.rev))?;
        if let Some(before) = before.filter(|_| portion.erases()) {
            history::erase(self.connection, key, Place { rev: before.rev, at: before.at })?;
        }
        let mut after = before.unwrap_or_default();
        for record in &portion.records {
            let (rev, at) = (record.rev, record.at);
            history::insert(self.connection, record.clone(), (rev > 1).then_some(&after))?;
            (after.mark_at, after.at) = (mark(Some(&after), rev, at), at);
            self.earliest = self.earliest.min(at);
        }
        if let Some(items) = &portion.items {
            after.totals = apply::replace(self.connection, key, after.totals, items)?;
        }
        write_partition(self.connection, key, &PartitionRow { rev, last_time, live, head, ..after })?;
        self.written.insert(key, None);
        Ok(())
    }

    /// Removes everything but the secrets.
    pub(super) fn erase_all(&mut self) -> Result<()> {
        for table in ["partition", "item", "posting", "history", "name"] {
            self.connection.execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.written.clear();
        self.erased = true;
        Ok(())
    }

    /// What is known of the partition's content without reading it.
    fn base(&self, key: PartitionKey, before: Option<&PartitionRow>) -> Option<Arc<Snapshot>> {
        let Some(before) = before.filter(|before| before.live) else {
            let last_time = before.map_or(0, |before| before.last_time);
            return Some(Arc::new(Snapshot::new(0, last_time, [])));
        };
        let known = match self.written.get(&key) {
            Some(written) => written.clone(),
            None => self.known.cache.peek(&key).flatten(),
        };
        known.filter(|known| known.rev() == before.rev)
    }
}

/// The partition's row after a commit, but for the new head.
fn next(before: Option<&PartitionRow>, effect: &Effect, at: i64) -> PartitionRow {
    let rev = before.map_or(0, |before| before.rev) + 1;
    let last_time = before.map_or(0, |before| before.last_time).max(effect.last_time);
    let (mark_at, live, totals) = (mark(before, rev, at), effect.live, effect.totals);
    PartitionRow { rev, last_time, live, at, mark_at, head: None, totals, sum: None }
}

/// When the last marked rev was made, once the one at `at` is.
fn mark(before: Option<&PartitionRow>, rev: u64, at: i64) -> Option<i64> {
    if rev.is_multiple_of(MARK) { Some(at) } else { before.and_then(|before| before.mark_at) }
}

/// Writes a partition's row with its checksum.
pub(super) fn write_partition(connection: &Connection, key: PartitionKey, row: &PartitionRow) -> Result<()> {
    connection
        .prepare_cached(
            "REPLACE INTO partition (owner, tenant, kind, rev, last_time, live, at, mark_at, head, items, postings, sum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            key.owner.as_bytes(),
            key.tenant.as_bytes(),
            key.kind.code(),
            row.rev.cast_signed(),
            row.last_time,
            row.live,
            row.at,
            row.mark_at,
            row.head,
            row.totals.items.cast_signed(),
            row.totals.postings.cast_signed(),
            sum::partition(key, row),
        ])?;
    Ok(())
}

fn execute(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
