//! One row per commit, serving two readers: its change row and its audit record.
//!
//! Rows are appended, and found by an index over (bucket, time), which commits append to at sixteen places whatever their
//! partitions; an order by partition would cost every commit one more random page. A partition's own rows form a list instead:
//! each row names the time of the row before it and of the last *marked* row below it, whose rev is a multiple of
//! [`MARK`], and the partition's row names the newest. Marks let an audit skip to its page.

use std::ops::Range;

use bytes::Bytes;
use rusqlite::{Connection, Row as SqlRow, Rows, Statement, params};
use uuid::Uuid;

use super::row::{self, PartitionRow};
use super::sum;
use crate::chain::{self, Row};
use crate::{AuditRow, ChangePosition, ChangeRow, Error, PartitionKey, Result, bucket_of};
use crate::{BUCKETS, pack};

/// Every how many revs a row is marked.
pub(super) const MARK: u64 = 64;

/// The row of a partition's rev.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) rev: u64,
    pub(super) at: i64,
}

/// A row in the list of its partition.
pub(super) struct Node {
    pub(super) row: Row,
    pub(super) prev_at: Option<i64>,
    pub(super) mark_at: Option<i64>,
    /// The checksum as it is stored.
    sum: Option<i64>,
}

/// The columns that [`read`] takes, in its order; salt and values, of which no checksum is made, where they are wanted.
macro_rules! columns {
    () => {
        columns!("salt", "audit")
    };
    ($salt:literal, $audit:literal) => {
        concat!(
            "at, owner, tenant, kind, rev, dropped, touched, what, digest, link, ",
            $salt,
            ", ",
            $audit,
            ", prev_at, mark_at, sum, bucket"
        )
    };
}

/// The row, unchecked.
pub(super) fn read(row: &SqlRow<'_>) -> Result<Node> {
    let blob = |column: usize| -> Result<Option<Bytes>> { Ok(row.get::<_, Option<Vec<u8>>>(column)?.map(Bytes::from)) };
    let (prev_at, mark_at, sum) = (row.get(12)?, row.get(13)?, row.get(14)?);
    let found = Row {
        at: row.get(0)?,
        partition: row::key(row, 1)?,
        rev: row.get::<_, i64>(4)?.cast_unsigned(),
        dropped: row.get(5)?,
        touched: pack::unpack_touched(&row::bytes(row, 6)?)?,
        what: blob(7)?.unwrap_or_default(),
        digest: row.get(8)?,
        link: row.get(9)?,
        salt: row.get(10)?,
        values: blob(11)?,
    };
    let node = Node { row: found, prev_at, mark_at, sum };
    if row.get::<_, u16>(15)? != bucket_of(node.row.partition.owner) {
        return Err(node.damaged("is in another bucket than its owner's"));
    }
    Ok(node)
}

/// Writes the row of a commit upon the partition as it was before.
pub(super) fn insert(connection: &Connection, row: Row, before: Option<&PartitionRow>) -> Result<()> {
    let (prev_at, mark_at) = (before.map(|before| before.at), before.and_then(|before| before.mark_at));
    let node = Node { row, prev_at, mark_at, sum: None };
    let (row, key) = (&node.row, node.row.partition);
    connection
        .prepare_cached(
            "INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            bucket_of(key.owner),
            row.at,
            key.owner.as_bytes(),
            key.tenant.as_bytes(),
            key.kind.code(),
            row.rev.cast_signed(),
            row.dropped,
            pack::touched(&row.touched),
            row.values.as_deref(),
            node.prev_at,
            node.mark_at,
            &row.what[..],
            row.salt,
            row.digest,
            row.link,
            sum::history(&node),
        ])?;
    Ok(())
}

/// Erases what a partition's rows up to this one hold.
pub(super) fn erase(connection: &Connection, key: PartitionKey, newest: Place) -> Result<()> {
    let mut next = Some(newest);
    while let Some(place) = next {
        let mut found = node(connection, key, place)?.checked()?;
        if found.row.values.is_none() {
            // An earlier drop has erased this row and those before it.
            break;
        }
        found.row.erase();
        connection
            .prepare_cached(&format!("UPDATE history SET touched = x'', audit = NULL, salt = NULL, sum = ?7 {AT}"))?
            .execute(params![
                bucket_of(key.owner),
                place.at,
                key.owner.as_bytes(),
                key.tenant.as_bytes(),
                key.kind.code(),
                place.rev.cast_signed(),
                sum::history(&found),
            ])?;
        next = found.prev(place);
    }
    Ok(())
}

/// The row of a key, in the first six parameters.
const AT: &str = "WHERE bucket = ?1 AND at = ?2 AND owner = ?3 AND tenant = ?4 AND kind = ?5 AND rev = ?6";

/// The rows of these buckets after this one in the order of the index, unchecked.
pub(super) fn rows_after(
    connection: &Connection,
    buckets: &Range<u16>,
    after: Option<&Node>,
    limit: usize,
) -> Result<Vec<Node>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM history WHERE (bucket, at, owner, tenant, kind, rev) > (?1, ?2, ?3, ?4, ?5, ?6) AND bucket < ?7
         ORDER BY bucket, at, owner, tenant, kind, rev LIMIT ?8"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let (end, limit) = (buckets.end, row::limit(limit));
    let found = match after.map(|after| &after.row) {
        // Before every row, since no owner is so short.
        None => {
            statement.query_and_then(params![buckets.start, i64::MIN, [0_u8; 0], [0_u8; 0], 0, 0, end, limit], read)?
        }
        Some(Row { partition: key, at, rev, .. }) => {
            let (owner, tenant) = (key.owner.as_bytes(), key.tenant.as_bytes());
            let place =
                params![bucket_of(key.owner), at, owner, tenant, key.kind.code(), rev.cast_signed(), end, limit];
            statement.query_and_then(place, read)?
        }
    };
    found.collect()
}

/// Writes the checksum of a row.
pub(super) fn write_sum(connection: &Connection, node: &Node) -> Result<()> {
    let (row, key) = (&node.row, node.row.partition);
    connection.prepare_cached(&format!("UPDATE history SET sum = ?7 {AT}"))?.execute(params![
        bucket_of(key.owner),
        row.at,
        key.owner.as_bytes(),
        key.tenant.as_bytes(),
        key.kind.code(),
        row.rev.cast_signed(),
        sum::history(node),
    ])?;
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
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        columns!("NULL", "NULL"),
        " FROM history WHERE bucket = ?1 AND (at, owner, tenant, kind, rev) > (?2, ?3, ?4, ?5, ?6)
         ORDER BY at, owner, tenant, kind, rev LIMIT ?7"
    ))?;
    let mut rows = statement.query(params![bucket, at, owner, tenant, kind, rev, row::limit(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?.checked()?.row.change());
    }
    Ok(found)
}

/// The rows of a partition after a rev.
pub(super) fn rows(connection: &Connection, key: PartitionKey, after_rev: u64, limit: usize) -> Result<Vec<Row>> {
    let transaction = connection.unchecked_transaction()?;
    let Some(partition) = row::partition(&transaction, key)? else { return Ok(Vec::new()) };
    let newest = after_rev.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
    let mut next = Some(Place { rev: partition.rev, at: partition.at });
    let mut found = Vec::new();
    while let Some(place) = next.filter(|place| place.rev > after_rev) {
        let node = node(&transaction, key, place)?.checked()?;
        if place.rev > newest {
            next = node.towards(place, newest);
        } else {
            next = node.prev(place);
            found.push(node.with_values()?);
        }
    }
    found.reverse();
    Ok(found)
}

/// The audit rows of a tenant before a place, newest first: the buckets side by side, of which each is read only as far
/// as the page needs.
pub(super) fn records(
    connection: &Connection,
    tenant: Uuid,
    before: Option<ChangePosition>,
    limit: usize,
) -> Result<Vec<AuditRow>> {
    let transaction = connection.unchecked_transaction()?;
    let prepare = || transaction.prepare_cached(OF_TENANT);
    let mut statements = (0..BUCKETS).map(|_| prepare()).collect::<rusqlite::Result<Vec<_>>>()?;
    let mut streams = Vec::new();
    for (bucket, statement) in (0..BUCKETS).zip(&mut statements) {
        streams.push(Stream::open(statement, bucket, tenant, before)?);
    }
    let mut found = Vec::new();
    while found.len() < limit {
        let newest = streams.iter_mut().filter(|stream| stream.next.is_some()).max_by_key(|stream| stream.position());
        let Some(newest) = newest else { break };
        found.extend(newest.take()?.map(Row::audit));
    }
    Ok(found)
}

const OF_TENANT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM history WHERE bucket = ?1 AND (at, owner, tenant, kind, rev) < (?2, ?3, ?4, ?5, ?6) AND tenant = ?7
      ORDER BY at DESC, owner DESC, tenant DESC, kind DESC, rev DESC"
);

/// The rows of one bucket, newest first.
struct Stream<'a> {
    rows: Rows<'a>,
    next: Option<Row>,
}

impl<'a> Stream<'a> {
    fn open(
        statement: &'a mut Statement<'_>,
        bucket: u16,
        tenant: Uuid,
        before: Option<ChangePosition>,
    ) -> Result<Self> {
        let (at, owner, key_tenant, kind, rev) = match before {
            Some(ChangePosition { at, partition: key, rev }) => {
                (at, key.owner.into_bytes(), key.tenant.into_bytes(), key.kind.code(), rev.cast_signed())
            }
            // Above every row, since no kind is so great.
            None => (i64::MAX, [0xff; 16], [0xff; 16], i64::MAX, 0),
        };
        let rows = statement.query(params![bucket, at, owner, key_tenant, kind, rev, tenant.as_bytes()])?;
        let mut stream = Self { rows, next: None };
        stream.take()?;
        Ok(stream)
    }

    fn position(&self) -> Option<ChangePosition> {
        self.next.as_ref().map(|row| ChangePosition { at: row.at, partition: row.partition, rev: row.rev })
    }

    fn take(&mut self) -> Result<Option<Row>> {
        let next = self.rows.next()?.map(|row| read(row)?.with_values()).transpose()?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

impl Node {
    /// The row, if it is what was written; but for what its digest is of.
    fn checked(self) -> Result<Self> {
        self.check()?;
        Ok(self)
    }

    pub(super) fn check(&self) -> Result<()> {
        sum::check(self.sum, sum::history(self), || self.named().into())
    }

    /// The row with its values, if all of it is what was written. Values that a release without chains wrote have no digest.
    fn with_values(self) -> Result<Row> {
        let node = self.checked()?;
        let row = &node.row;
        match (&row.digest, &row.salt, &row.values) {
            (Some(digest), Some(salt), Some(values)) if chain::digest(salt, &row.touched, values) != *digest => {
                Err(node.damaged("has other values than its digest was made of"))
            }
            _ => Ok(node.row),
        }
    }

    fn named(&self) -> String {
        format!("the record of rev {} of {}", self.row.rev, sum::named(self.row.partition))
    }

    fn damaged(&self, how: &str) -> Error {
        Error::Corrupt(format!("{} {how}", self.named()))
    }

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

/// Reads the row at a place, which its partition says is there; unchecked.
pub(super) fn node(connection: &Connection, key: PartitionKey, place: Place) -> Result<Node> {
    let mut statement = connection.prepare_cached(&format!("SELECT {} FROM history {AT}", columns!()))?;
    let (owner, tenant) = (key.owner.as_bytes(), key.tenant.as_bytes());
    let mut rows = statement.query(params![
        bucket_of(key.owner),
        place.at,
        owner,
        tenant,
        key.kind.code(),
        place.rev.cast_signed()
    ])?;
    match rows.next()? {
        Some(row) => read(row),
        None => Err(Error::Corrupt(format!("the history of {} has no rev {}", key.owner, place.rev))),
    }
}
