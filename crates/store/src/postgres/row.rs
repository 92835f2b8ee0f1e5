//! Rows to values.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio_postgres::Row;
use tokio_postgres::types::FromSqlOwned;
use uuid::Uuid;

use crate::cache::Content;
use crate::chain::{self, Hash};
use crate::{Error, Header, Item, PartitionKey, PartitionKind, Result, Snapshot, pack};

/// A partition as it was read, dropped or not.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) live: bool,
    pub(super) snapshot: Arc<Snapshot>,
    /// Of the commit that made this rev; nil where nothing was ever committed. Where commits were lost with a machine,
    /// a rev may be made twice, its stamp never.
    pub(super) stamp: Uuid,
    /// The newest link of the chain.
    pub(super) head: Option<Hash>,
}

/// A partition in memory.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) base: Base,
    pub(super) found: Found,
}

/// When a partition was last found current, in microseconds since the store was opened. Shared by all who hold it.
#[derive(Clone, Debug)]
pub(super) struct Found(Arc<AtomicU64>);

impl Kept {
    /// One that was read by a question asked then.
    pub(super) fn new(base: Base, asked: Duration) -> Self {
        Self { base, found: Found(Arc::new(AtomicU64::new(micros(asked)))) }
    }
}

impl Content for Kept {
    fn size(&self) -> usize {
        self.base.snapshot.size()
    }
}

impl Found {
    /// Notes that it still was, by a question asked then.
    pub(super) fn again(&self, asked: Duration) {
        self.0.fetch_max(micros(asked), Ordering::Relaxed);
    }

    /// Is that after then?
    pub(super) fn is_after(&self, then: Duration) -> bool {
        self.0.load(Ordering::Relaxed) > micros(then)
    }

    /// Is that less than so long ago?
    pub(super) fn is_within(&self, staleness: Duration, now: Duration) -> bool {
        micros(now).saturating_sub(self.0.load(Ordering::Relaxed)) < micros(staleness)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Base {
    /// What is known of a partition that has no row.
    pub(super) fn nothing() -> Self {
        Self { live: false, snapshot: Arc::new(Snapshot::new(0, 0, [])), stamp: Uuid::nil(), head: None }
    }

    pub(super) fn rev(&self) -> u64 {
        self.snapshot.rev()
    }
}

/// One column.
pub(super) fn get<T: FromSqlOwned>(row: &Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(|error| Error::Corrupt(error.to_string()))
}

pub(super) fn unsigned(row: &Row, column: usize) -> Result<u64> {
    Ok(get::<i64>(row, column)?.cast_unsigned())
}

fn small(row: &Row, column: usize) -> Result<u32> {
    u32::try_from(get::<i64>(row, column)?).map_err(|error| Error::Corrupt(error.to_string()))
}

pub(super) fn bytes(row: &Row, column: usize) -> Result<Bytes> {
    let bytes: &[u8] = row.try_get(column).map_err(|error| Error::Corrupt(error.to_string()))?;
    Ok(Bytes::copy_from_slice(bytes))
}

pub(super) fn text(row: &Row, column: usize) -> Result<Arc<str>> {
    let text: &str = row.try_get(column).map_err(|error| Error::Corrupt(error.to_string()))?;
    Ok(Arc::from(text))
}

pub(super) fn kind(row: &Row, column: usize) -> Result<PartitionKind> {
    let code = i64::from(get::<i16>(row, column)?);
    PartitionKind::from_code(code).ok_or_else(|| Error::Corrupt(format!("there is no partition kind {code}")))
}

/// The key in three columns: owner, tenant, kind.
pub(super) fn key(row: &Row, first: usize) -> Result<PartitionKey> {
    Ok(PartitionKey { owner: get(row, first)?, tenant: get(row, first + 1)?, kind: kind(row, first + 2)? })
}

/// A value of so many bytes, where there is one.
pub(super) fn fixed<const N: usize>(row: &Row, column: usize) -> Result<Option<[u8; N]>> {
    let bytes: Option<&[u8]> = row.try_get(column).map_err(|error| Error::Corrupt(error.to_string()))?;
    bytes.map(<[u8; N]>::try_from).transpose().map_err(|_| Error::Corrupt(format!("a value has not {N} bytes")))
}

/// A row of the history.
pub(super) fn history(row: &Row) -> Result<chain::Row> {
    let values: Option<Vec<u8>> = get(row, 11)?;
    Ok(chain::Row {
        at: get(row, 0)?,
        partition: key(row, 1)?,
        rev: unsigned(row, 4)?,
        dropped: get(row, 5)?,
        touched: pack::unpack_touched(&bytes(row, 6)?)?,
        what: bytes(row, 7)?,
        digest: fixed(row, 8)?,
        link: fixed(row, 9)?,
        salt: fixed(row, 10)?,
        values: values.map(Into::into),
    })
}

/// A partition from the rows of `Load`: its own columns lead each row, an item's follow.
pub(super) fn base(rows: &[Row]) -> Result<Base> {
    let Some(first) = rows.first() else { return Ok(Base::nothing()) };
    let mut items: Vec<Arc<Item>> = Vec::with_capacity(rows.len());
    for row in rows {
        if get::<Option<String>>(row, 5)?.is_some() {
            let item = item(row, items.last().map(|last| &last.collection))?;
            items.push(Arc::new(item));
        }
    }
    let snapshot = Snapshot::new(unsigned(first, 0)?, get(first, 1)?, items);
    Ok(Base { live: get(first, 2)?, snapshot: Arc::new(snapshot), stamp: get(first, 3)?, head: fixed(first, 4)? })
}

fn item(row: &Row, last_collection: Option<&Arc<str>>) -> Result<Item> {
    let collection: &str = row.try_get(5).map_err(|error| Error::Corrupt(error.to_string()))?;
    let collection = match last_collection {
        Some(last) if **last == *collection => Arc::clone(last),
        _ => Arc::from(collection),
    };
    let creator_app: Option<Vec<u8>> = get(row, 12)?;
    let creator_app = creator_app.map(String::from_utf8).transpose();
    let header = Header {
        version: unsigned(row, 7)?,
        audience: small(row, 8)?,
        searchable: get(row, 9)?,
        unverified_inference: get(row, 10)?,
        confidence: get(row, 11)?,
        creator_app: creator_app.map_err(|error| Error::Corrupt(error.to_string()))?.map(Arc::from),
        creator_user: get(row, 13)?,
        created: get(row, 14)?,
        modified: get(row, 15)?,
        revision: small(row, 16)?,
        beyond_sentinel: get(row, 17)?,
    };
    Ok(Item { collection, id: text(row, 6)?, header, body: bytes(row, 18)? })
}
