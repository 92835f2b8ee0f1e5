//! One row per commit, serving two readers: its change row and its audit record.
//!
//! Rows are clustered by (bucket, time), so commits append at sixteen places whatever their partitions; a second
//! order by partition would cost every commit one more random page. A partition's own rows form a list instead:
//! each row names the time of the row before it and of the last *marked* row below it, whose rev is a multiple of
//! [`MARK`], and the partition's row names the newest. Marks let an audit skip to its page.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};

use super::row::{self, PartitionRow};
use crate::pack;
use crate::{AuditRow, ChangePosition, ChangeRow, Error, PartitionKey, Result, bucket_of};

/// Every how many revs a row is marked.
pub(super) const MARK: u64 = 64;

/// The row of a partition's rev.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) rev: u64,
    pub(super) at: i64,
}

/// A row seen from its partition.
pub(super) struct Link {
    pub(super) prev_at: Option<i64>,
    pub(super) mark_at: Option<i64>,
    pub(super) audit: Option<Bytes>,
}

/// Writes the row of a commit upon the partition as it was before.
pub(super) fn insert(
    connection: &Connection,
    row: &ChangeRow,
    before: Option<&PartitionRow>,
    audit: &[u8],
) -> Result<()> {
    let key = row.partition;
    connection.prepare_cached("INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?.execute(
        params![
            row.bucket,
            row.at,
            key.owner.as_bytes(),
            key.tenant.as_bytes(),
            key.kind.code(),
            row.rev.cast_signed(),
            row.dropped,
            pack::touched(&row.touched),
            audit,
            before.map(|before| before.at),
            before.and_then(|before| before.mark_at),
        ],
    )?;
    Ok(())
}

/// Erases what a partition's rows up to this one hold.
pub(super) fn erase(connection: &Connection, key: PartitionKey, newest: Place) -> Result<()> {
    let mut next = Some(newest);
    while let Some(place) = next {
        let found = link(connection, key, place)?;
        if found.audit.is_none() {
            // An earlier drop has erased this row and those before it.
            break;
        }
        connection
            .prepare_cached(
                "UPDATE history SET touched = x'', audit = NULL
                 WHERE bucket = ?1 AND at = ?2 AND owner = ?3 AND tenant = ?4 AND kind = ?5 AND rev = ?6",
            )?
            .execute(params![
                bucket_of(key.owner),
                place.at,
                key.owner.as_bytes(),
                key.tenant.as_bytes(),
                key.kind.code(),
                place.rev.cast_signed()
            ])?;
        next = found.prev(place);
    }
    Ok(())
}

/// The change rows of a bucket.
pub(super) fn changes(
    connection: &Connection,
    bucket: u16,
    after: Option<ChangePosition>,
    limit: usize,
) -> Result<Vec<ChangeRow>> {
    let (at, owner, tenant, kind, rev) = match after {
        Some(ChangePosition { at, partition: key, rev }) => {
            (at, key.owner.into_bytes(), key.tenant.into_bytes(), key.kind.code(), rev.cast_signed())
        }
        // Below every row, since no kind is negative.
        None => (i64::MIN, [0; 16], [0; 16], -1, 0),
    };
    let mut statement = connection.prepare_cached(
        "SELECT at, owner, tenant, kind, rev, dropped, touched FROM history
         WHERE bucket = ?1 AND (at, owner, tenant, kind, rev) > (?2, ?3, ?4, ?5, ?6)
         ORDER BY at, owner, tenant, kind, rev LIMIT ?7",
    )?;
    let mut rows = statement.query(params![bucket, at, owner, tenant, kind, rev, row::limit(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(ChangeRow {
            bucket,
            at: row.get(0)?,
            partition: row::key(row, 1)?,
            rev: row.get::<_, i64>(4)?.cast_unsigned(),
            dropped: row.get(5)?,
            touched: pack::unpack_touched(&row::bytes(row, 6)?)?,
        });
    }
    Ok(found)
}

/// The audit rows of a partition after a rev.
pub(super) fn audit(connection: &Connection, key: PartitionKey, after_rev: u64, limit: usize) -> Result<Vec<AuditRow>> {
    let transaction = connection.unchecked_transaction()?;
    let Some(partition) = row::partition(&transaction, key)? else { return Ok(Vec::new()) };
    let newest = after_rev.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
    let mut next = Some(Place { rev: partition.rev, at: partition.at });
    let mut found = Vec::new();
    while let Some(place) = next.filter(|place| place.rev > after_rev) {
        let link = link(&transaction, key, place)?;
        if place.rev > newest {
            next = link.towards(place, newest);
        } else {
            next = link.prev(place);
            found.push(AuditRow { rev: place.rev, at: place.at, content: link.audit });
        }
    }
    found.reverse();
    Ok(found)
}

impl Link {
    /// The row before.
    pub(super) fn prev(&self, place: Place) -> Option<Place> {
        Some(Place { rev: place.rev.checked_sub(1)?, at: self.prev_at? })
    }

    /// A row nearer to a lower rev, and not below it.
    fn towards(&self, place: Place, rev: u64) -> Option<Place> {
        let marked = place.rev.checked_sub(1)? / MARK * MARK;
        match self.mark_at {
            Some(at) if marked >= rev => Some(Place { rev: marked, at }),
            _ => self.prev(place),
        }
    }
}

/// Reads the row at a place, which its partition says is there.
pub(super) fn link(connection: &Connection, key: PartitionKey, place: Place) -> Result<Link> {
    let mut statement = connection.prepare_cached(
        "SELECT prev_at, mark_at, audit FROM history
         WHERE bucket = ?1 AND at = ?2 AND owner = ?3 AND tenant = ?4 AND kind = ?5 AND rev = ?6",
    )?;
    let (owner, tenant) = (key.owner.as_bytes(), key.tenant.as_bytes());
    let found = statement
        .query_row(
            params![bucket_of(key.owner), place.at, owner, tenant, key.kind.code(), place.rev.cast_signed()],
            |row| {
                let audit: Option<Vec<u8>> = row.get(2)?;
                Ok(Link { prev_at: row.get(0)?, mark_at: row.get(1)?, audit: audit.map(Bytes::from) })
            },
        )
        .optional()?;
    found.ok_or_else(|| Error::Corrupt(format!("the history of {} has no rev {}", key.owner, place.rev)))
}
