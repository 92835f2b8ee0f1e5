//! Rows to values and SQLite's errors to ours.

use std::sync::Arc;

use bytes::Bytes;
use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use uuid::Uuid;

use super::sum::{self, Sum, Totals};
use crate::chain::Hash;
use crate::{Error, Header, IndexRow, Item, PartitionKey, PartitionKind, Result, pack};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let damaged = match &error {
            // No rows of a sound store stand in the way of others.
            rusqlite::Error::SqliteFailure(failure, _) => matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation
            ),
            // A column that is not there, not of its type or not of its range.
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => true,
            _ => false,
        };
        let text = error.to_string();
        if damaged { Self::Corrupt(text) } else { Self::Unavailable(text) }
    }
}

/// What is kept of a partition itself, dropped or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PartitionRow {
    pub(super) rev: u64,
    pub(super) last_time: i64,
    pub(super) live: bool,
    pub(super) at: i64,
    pub(super) mark_at: Option<i64>,
    /// The newest link of the chain.
    pub(super) head: Option<Hash>,
    pub(super) totals: Totals,
    /// The checksum as it is stored.
    pub(super) sum: Option<i64>,
}

impl PartitionRow {
    /// The row, if it is what was written.
    pub(super) fn checked(self, key: PartitionKey) -> Result<Self> {
        sum::check(self.sum, sum::partition(key, &self), || sum::named(key).into())?;
        Ok(self)
    }
}

/// The columns that [`read_partition`] reads, in its order.
pub(super) const PARTITION_COLUMNS: &str = "rev, last_time, live, at, mark_at, head, items, postings, sum";

/// The partition whose columns begin there, unchecked.
pub(super) fn read_partition(row: &Row<'_>, first: usize) -> rusqlite::Result<PartitionRow> {
    let total =
        |column: usize| row.get::<_, Option<i64>>(column).map(|total| total.unwrap_or_default().cast_unsigned());
    Ok(PartitionRow {
        rev: row.get::<_, i64>(first)?.cast_unsigned(),
        last_time: row.get(first + 1)?,
        live: row.get(first + 2)?,
        at: row.get(first + 3)?,
        mark_at: row.get(first + 4)?,
        head: row.get(first + 5)?,
        totals: Totals { items: total(first + 6)?, postings: total(first + 7)? },
        sum: row.get(first + 8)?,
    })
}

/// A partition, if its row is what was written.
pub(super) fn partition(connection: &Connection, key: PartitionKey) -> Result<Option<PartitionRow>> {
    partition_as_it_is(connection, key)?.map(|found| found.checked(key)).transpose()
}

/// A partition, unchecked.
pub(super) fn partition_as_it_is(connection: &Connection, key: PartitionKey) -> Result<Option<PartitionRow>> {
    let sql = format!("SELECT {PARTITION_COLUMNS} FROM partition WHERE owner = ?1 AND tenant = ?2 AND kind = ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement
        .query_row(params![key.owner.as_bytes(), key.tenant.as_bytes(), key.kind.code()], |row| read_partition(row, 0));
    Ok(found.optional()?)
}

/// An item as its row has it.
pub(super) struct ItemRow {
    pub(super) item: Item,
    /// Its index rows, packed.
    pub(super) postings: Option<Vec<u8>>,
    /// The checksum as it is stored.
    pub(super) sum: Option<i64>,
}

impl ItemRow {
    /// A row to be written.
    pub(super) fn new(item: Item, index: &[IndexRow]) -> Self {
        Self { item, postings: pack::postings(index), sum: None }
    }

    /// The checksum, if the row is what was written.
    pub(super) fn checked(&self, key: PartitionKey) -> Result<Sum> {
        let computed = sum::item(key, self);
        let Item { collection, id, .. } = &self.item;
        sum::check(self.sum, computed, || format!("item `{collection}/{id}` of {}", sum::named(key)).into())?;
        Ok(computed)
    }
}

/// The columns that [`item`] reads, in its order.
pub(super) const ITEM_COLUMNS: &str = "collection, id, version, audience, searchable, unverified, confidence, \
     creator_app, creator_user, created, modified, revision, beyond, body, postings, sum";

/// The item of a row, unchecked. A collection like the one before shares its text.
pub(super) fn item(row: &Row<'_>, last_collection: Option<&Arc<str>>) -> Result<ItemRow> {
    let collection: &str = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    let collection = match last_collection {
        Some(last) if **last == *collection => Arc::clone(last),
        _ => Arc::from(collection),
    };
    let header = Header {
        version: row.get::<_, i64>(2)?.cast_unsigned(),
        audience: row.get(3)?,
        searchable: row.get(4)?,
        unverified_inference: row.get(5)?,
        confidence: row.get(6)?,
        creator_app: row.get(7)?,
        creator_user: row.get::<_, Option<[u8; 16]>>(8)?.map(Uuid::from_bytes),
        created: row.get(9)?,
        modified: row.get(10)?,
        revision: row.get(11)?,
        beyond_sentinel: row.get(12)?,
    };
    let item = Item { collection, id: row.get(1)?, header, body: bytes(row, 13)? };
    Ok(ItemRow { item, postings: row.get(14)?, sum: row.get(15)? })
}

/// One item, with its checksum.
pub(super) fn find_item(
    connection: &Connection,
    key: PartitionKey,
    (collection, id): (&str, &str),
) -> Result<Option<(ItemRow, Sum)>> {
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3 AND collection = ?4 AND id = ?5"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let (owner, tenant) = (key.owner.as_bytes(), key.tenant.as_bytes());
    let mut rows = statement.query(params![owner, tenant, key.kind.code(), collection, id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let found = item(row, None)?;
    let sum = found.checked(key)?;
    Ok(Some((found, sum)))
}

pub(super) fn bytes(row: &Row<'_>, column: usize) -> Result<Bytes> {
    Ok(Bytes::copy_from_slice(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?))
}

pub(super) fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid> {
    Ok(Uuid::from_bytes(get(row, column)?))
}

pub(super) fn kind(row: &Row<'_>, column: usize) -> Result<PartitionKind> {
    let code = get(row, column)?;
    PartitionKind::from_code(code).ok_or_else(|| Error::Corrupt(format!("there is no partition kind {code}")))
}

/// The key in three columns: owner, tenant, kind.
pub(super) fn key(row: &Row<'_>, first: usize) -> Result<PartitionKey> {
    Ok(PartitionKey { owner: uuid(row, first)?, tenant: uuid(row, first + 1)?, kind: kind(row, first + 2)? })
}

fn get<T: FromSql>(row: &Row<'_>, column: usize) -> Result<T> {
    Ok(row.get(column)?)
}

/// A limit as SQLite takes it.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
