//! Rows to values and SQLite's errors to ours.

use std::sync::Arc;

use bytes::Bytes;
use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::chain::Hash;
use crate::{Error, Header, Item, PartitionKey, PartitionKind, Result};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let damaged = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => {
                matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            }
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
#[derive(Clone, Copy, Debug)]
pub(super) struct PartitionRow {
    pub(super) rev: u64,
    pub(super) last_time: i64,
    pub(super) live: bool,
    pub(super) at: i64,
    pub(super) mark_at: Option<i64>,
    /// The newest link of the chain.
    pub(super) head: Option<Hash>,
}

pub(super) fn partition(connection: &Connection, key: PartitionKey) -> Result<Option<PartitionRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT rev, last_time, live, at, mark_at, head FROM partition WHERE owner = ?1 AND tenant = ?2 AND kind = ?3",
    )?;
    let found = statement.query_row(params![key.owner.as_bytes(), key.tenant.as_bytes(), key.kind.code()], |row| {
        Ok(PartitionRow {
            rev: row.get::<_, i64>(0)?.cast_unsigned(),
            last_time: row.get(1)?,
            live: row.get(2)?,
            at: row.get(3)?,
            mark_at: row.get(4)?,
            head: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

/// The columns that [`item`] reads, in its order.
pub(super) const ITEM_COLUMNS: &str = "collection, id, version, audience, searchable, unverified, confidence, \
     creator_app, creator_user, created, modified, revision, beyond, body";

/// The item of a row. A collection like the one before shares its text.
pub(super) fn item(row: &Row<'_>, last_collection: Option<&Arc<str>>) -> Result<Item> {
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
    Ok(Item { collection, id: row.get(1)?, header, body: bytes(row, 13)? })
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
