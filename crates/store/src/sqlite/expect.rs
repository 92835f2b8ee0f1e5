//! What preconditions ask of a partition: its known snapshot where there is one, else point reads and counts.

use rusqlite::{Connection, params};

use super::row::{self, PartitionRow};
use crate::expect::Before;
use crate::{PartitionKey, Result, Snapshot};

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
}

impl Before for View<'_> {
    fn rev(&self) -> Option<u64> {
        self.row.map(|row| row.rev)
    }

    fn version(&self, collection: &str, id: &str) -> Result<Option<u64>> {
        if let Some(base) = self.base {
            return Ok(base.item(collection, id).map(|item| item.header.version));
        }
        let found = row::find_item(self.connection, self.key, (collection, id))?;
        Ok(found.map(|(found, _)| found.item.header.version))
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
}
