//! Preconditions. Judged on the known snapshot of the partition where there is one, else by point reads and counts.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::row::PartitionRow;
use crate::{Change, Commit, Error, PartitionKey, Precondition, Result, Snapshot};

/// A partition before a commit.
pub(super) struct View<'a> {
    connection: &'a Connection,
    key: PartitionKey,
    row: Option<PartitionRow>,
    base: Option<&'a Snapshot>,
}

impl<'a> View<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        key: PartitionKey,
        row: Option<PartitionRow>,
        base: Option<&'a Snapshot>,
    ) -> Self {
        Self { connection, key, row: row.filter(|row| row.live), base }
    }

    /// The first precondition that does not hold is the error.
    pub(super) fn check(&self, commit: &Commit) -> Result<()> {
        for condition in &commit.expect {
            if !self.holds(condition, &commit.changes)? {
                return Err(Error::Conflict(condition.clone()));
            }
        }
        Ok(())
    }

    fn holds(&self, condition: &Precondition, changes: &[Change]) -> Result<bool> {
        Ok(match condition {
            Precondition::Exists => self.row.is_some(),
            Precondition::Absent => self.row.is_none(),
            Precondition::Rev(rev) => self.row.is_some_and(|row| row.rev == *rev),
            Precondition::Version { collection, id, version } => self.version(collection, id)? == Some(*version),
            Precondition::ItemAbsent { collection, id } => self.version(collection, id)?.is_none(),
            Precondition::AtMost { collection, items } => self.count_after(collection, changes)? <= *items,
        })
    }

    fn version(&self, collection: &str, id: &str) -> Result<Option<u64>> {
        if let Some(base) = self.base {
            return Ok(base.item(collection, id).map(|item| item.header.version));
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT version FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3 AND collection = ?4 AND id = ?5",
        )?;
        let (owner, tenant) = (self.key.owner.as_bytes(), self.key.tenant.as_bytes());
        let found = statement
            .query_row(params![owner, tenant, self.key.kind.code(), collection, id], |row| row.get::<_, i64>(0));
        Ok(found.optional()?.map(i64::cast_unsigned))
    }

    fn count(&self, collection: &str) -> Result<usize> {
        if let Some(base) = self.base {
            return Ok(base.items(collection).len());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3 AND collection = ?4",
        )?;
        let (owner, tenant) = (self.key.owner.as_bytes(), self.key.tenant.as_bytes());
        let count: i64 =
            statement.query_row(params![owner, tenant, self.key.kind.code(), collection], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// How many items a collection will hold.
    fn count_after(&self, collection: &str, changes: &[Change]) -> Result<usize> {
        // For each item touched, whether it is there in the end.
        let mut there: HashMap<&str, bool> = HashMap::new();
        let mut emptied = false;
        for change in changes {
            match change {
                Change::Put { item, .. } if &*item.collection == collection => _ = there.insert(&item.id, true),
                Change::Delete { collection: from, id } if &**from == collection => _ = there.insert(id, false),
                Change::Clear { keep } if &**keep == collection => {}
                Change::Clear { .. } | Change::Drop => {
                    there.clear();
                    emptied = true;
                }
                Change::Put { .. } | Change::Delete { .. } => {}
            }
        }
        let mut count = if emptied { 0 } else { self.count(collection)? };
        for (id, stays) in there {
            let was = !emptied && self.version(collection, id)?.is_some();
            match (was, stays) {
                (false, true) => count += 1,
                (true, false) => count = count.saturating_sub(1),
                (true, true) | (false, false) => {}
            }
        }
        Ok(count)
    }
}
