//! Reading partitions and the index.

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::row::{self, ITEM_COLUMNS, ItemRow, PARTITION_COLUMNS, PartitionRow};
use super::sum::{self, NOT_SUMMED, Sum};
use crate::{Candidate, Error, Item, PartitionKey, Result, Scan, Snapshot};

/// Loads a partition. Its row and its items are read in one transaction, hence at one rev.
pub(super) fn snapshot(connection: &Connection, key: PartitionKey) -> Result<Option<Snapshot>> {
    let transaction = connection.unchecked_transaction()?;
    let Some(partition) = row::partition(&transaction, key)?.filter(|found| found.live) else { return Ok(None) };
    let mut items: Vec<Arc<Item>> = Vec::new();
    items_of(&transaction, key, &partition, |found| {
        items.push(Arc::new(found.item));
        Ok(())
    })?;
    Ok(Some(Snapshot::new(partition.rev, partition.last_time, items)))
}

/// Reads the items of a partition, if they are what was written, one by one and together.
pub(super) fn items_of(
    connection: &Connection,
    key: PartitionKey,
    partition: &PartitionRow,
    mut take: impl FnMut(ItemRow) -> Result<()>,
) -> Result<()> {
    let total = each_item(connection, key, |found| {
        let sum = found.checked(key)?;
        take(found)?;
        Ok(sum)
    })?;
    if total != partition.totals.items && partition.sum != Some(NOT_SUMMED) {
        let what = format!("{} has other items than it was written with", sum::named(key));
        return Err(Error::Corrupt(what));
    }
    Ok(())
}

/// Reads the items of a partition, and adds up the checksums that `take` says they have.
pub(super) fn each_item(
    connection: &Connection,
    key: PartitionKey,
    mut take: impl FnMut(ItemRow) -> Result<Sum>,
) -> Result<u64> {
    let sql = format!("SELECT {ITEM_COLUMNS} FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![key.owner.as_bytes(), key.tenant.as_bytes(), key.kind.code()])?;
    let (mut total, mut collection) = (0_u64, None);
    while let Some(row) = rows.next()? {
        let found = row::item(row, collection.as_ref())?;
        collection = Some(Arc::clone(&found.item.collection));
        total = total.wrapping_add(take(found)?.into());
    }
    Ok(total)
}

/// The partitions that exist, by key.
pub(super) fn partitions(
    connection: &Connection,
    after: Option<PartitionKey>,
    limit: usize,
) -> Result<Vec<PartitionKey>> {
    let (owner, tenant, kind) = match after {
        Some(after) => (after.owner.into_bytes(), after.tenant.into_bytes(), after.kind.code()),
        // Below every row, since no kind is negative.
        None => ([0; 16], [0; 16], -1),
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT owner, tenant, kind, {PARTITION_COLUMNS} FROM partition WHERE (owner, tenant, kind) > (?1, ?2, ?3)
         ORDER BY owner, tenant, kind"
    ))?;
    let mut rows = statement.query(params![owner, tenant, kind])?;
    let mut keys = Vec::new();
    while let (true, Some(row)) = (keys.len() < limit, rows.next()?) {
        let key = row::key(row, 0)?;
        if row::read_partition(row, 3)?.checked(key)?.live {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// The candidates of a range of the index.
pub(super) fn scan(connection: &Connection, scan: &Scan) -> Result<Vec<Candidate>> {
    let mut values = vec![blob(scan.tenant.as_bytes()), Value::Text(scan.path.to_string())];
    let mut sql = "SELECT token, owner, item, collection, kind FROM posting WHERE tenant = ? AND path = ?".to_owned();
    lower_end(scan, &mut sql, &mut values);
    match &scan.to {
        Bound::Included(to) => condition(&mut sql, &mut values, " AND token <= ?", to),
        Bound::Excluded(to) => condition(&mut sql, &mut values, " AND token < ?", to),
        Bound::Unbounded => {}
    }
    sql.push_str(" ORDER BY token, owner, item, collection, kind LIMIT ?");
    values.push(Value::Integer(row::limit(scan.limit)));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Candidate {
            token: row::bytes(row, 0)?,
            owner: row::uuid(row, 1)?,
            item: row.get(2)?,
            collection: row.get(3)?,
            kind: row::kind(row, 4)?,
        });
    }
    Ok(found)
}

/// The page before and the range each set a lower end. Only the higher is asked for, because SQLite seeks to
/// one and would step over everything below the other.
fn lower_end(scan: &Scan, sql: &mut String, values: &mut Vec<Value>) {
    let within = |token: &Bytes| match &scan.from {
        Bound::Included(from) => token >= from,
        Bound::Excluded(from) => token > from,
        Bound::Unbounded => true,
    };
    match (&scan.after, &scan.from) {
        (Some(after), _) if within(&after.token) => {
            sql.push_str(" AND (token, owner, item, collection, kind) > (?, ?, ?, ?, ?)");
            values.extend([
                blob(&after.token),
                blob(after.owner.as_bytes()),
                Value::Text(after.item.to_string()),
                Value::Text(after.collection.to_string()),
                Value::Integer(after.kind.code()),
            ]);
        }
        (_, Bound::Included(from)) => condition(sql, values, " AND token >= ?", from),
        (_, Bound::Excluded(from)) => condition(sql, values, " AND token > ?", from),
        (_, Bound::Unbounded) => {}
    }
}

fn condition(sql: &mut String, values: &mut Vec<Value>, text: &str, token: &Bytes) {
    sql.push_str(text);
    values.push(blob(token));
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}
