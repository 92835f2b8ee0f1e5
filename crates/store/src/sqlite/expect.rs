//! What preconditions ask of a partition: its known snapshot where there is one, else point reads and counts.

use rusqlite::{Connection, OptionalExtension, params};

use super::row::PartitionRow;
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
}
