//! Writing the changes of a commit to the items and the index. Preconditions have been checked.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::read;
use super::row::{self, ItemRow};
use super::sum::{self, Sum, Totals};
use crate::pack;
use crate::{Change, IndexRow, Item, Op, PartitionKey, Result, Stored, Touched};

/// What the changes did.
pub(super) struct Effect {
    pub(super) touched: Vec<Touched>,
    /// The partition was dropped at some point.
    pub(super) dropped: bool,
    /// The partition exists in the end.
    pub(super) live: bool,
    /// The greatest time written; 0 when there is none.
    pub(super) last_time: i64,
    pub(super) totals: Totals,
}

/// Carries them out on a partition that has this much before.
pub(super) fn changes(
    connection: &Connection,
    key: PartitionKey,
    before: Totals,
    changes: &[Change],
) -> Result<Effect> {
    let mut effect = Effect { touched: Vec::new(), dropped: false, live: true, last_time: 0, totals: before };
    let mut partition = Partition { connection, key, totals: before };
    for change in changes {
        effect.live = true;
        match change {
            Change::Put { item, index } => {
                partition.put(item, index)?;
                effect.last_time = effect.last_time.max(item.header.created).max(item.header.modified);
                effect.touch(&item.collection, &item.id, Op::Put);
            }
            Change::Delete { collection, id } => {
                partition.delete(collection, id)?;
                effect.touch(collection, id, Op::Delete);
            }
            Change::Clear { keep } => {
                for (collection, id) in partition.clear(Some(keep))? {
                    effect.touch(&collection, &id, Op::Delete);
                }
            }
            Change::Drop => {
                partition.clear(None)?;
                effect.touched.clear();
                (effect.dropped, effect.live) = (true, false);
            }
        }
    }
    effect.totals = partition.totals;
    Ok(effect)
}

/// Puts these items in place of all that the partition has, and says what it has then.
pub(super) fn replace(connection: &Connection, key: PartitionKey, before: Totals, items: &[Stored]) -> Result<Totals> {
    let mut partition = Partition { connection, key, totals: before };
    partition.clear(None)?;
    items.iter().try_for_each(|stored| partition.put(&stored.item, &stored.index))?;
    Ok(partition.totals)
}

impl Effect {
    fn touch(&mut self, collection: &Arc<str>, id: &Arc<str>, op: Op) {
        self.touched.push(Touched { collection: Arc::clone(collection), id: Arc::clone(id), op });
    }
}

/// The rows of one partition.
struct Partition<'a> {
    connection: &'a Connection,
    key: PartitionKey,
    totals: Totals,
}

/// Where an item and its index rows stand.
type Place<'a> = (&'a str, &'a str);

impl Partition<'_> {
    fn put(&mut self, item: &Item, index: &[IndexRow]) -> Result<()> {
        let place: Place<'_> = (&item.collection, &item.id);
        let mut rows = index.to_vec();
        rows.sort();
        rows.dedup();
        let row = ItemRow::new(item.clone(), &rows);
        let sum = sum::item(self.key, &row);
        // Most items are new: writing first spares them a look-up.
        let mut earlier = Vec::new();
        if !self.write(INSERT, &row, sum)? {
            if let Some((found, sum)) = row::find_item(self.connection, self.key, place)? {
                earlier = pack::unpack_postings(found.postings.as_deref())?;
                self.totals.items = self.totals.items.wrapping_sub(sum.into());
            }
            self.write(REPLACE, &row, sum)?;
        }
        self.totals.items = self.totals.items.wrapping_add(sum.into());
        for row in earlier.iter().filter(|row| !rows.contains(row)) {
            self.unpost(place, row)?;
        }
        for row in rows.iter().filter(|row| !earlier.contains(row)) {
            self.post(place, row)?;
        }
        Ok(())
    }

    fn delete(&mut self, collection: &str, id: &str) -> Result<()> {
        let place = (collection, id);
        let Some((found, sum)) = row::find_item(self.connection, self.key, place)? else { return Ok(()) };
        self.totals.items = self.totals.items.wrapping_sub(sum.into());
        let rows = pack::unpack_postings(found.postings.as_deref())?;
        rows.iter().try_for_each(|row| self.unpost(place, row))?;
        self.connection
            .prepare_cached(
                "DELETE FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3 AND collection = ?4 AND id = ?5",
            )?
            .execute(params![self.owner(), self.tenant(), self.kind(), collection, id])?;
        Ok(())
    }

    /// Removes all items but those of one collection, and says which.
    fn clear(&mut self, keep: Option<&str>) -> Result<Vec<(Arc<str>, Arc<str>)>> {
        let mut removed = Vec::new();
        let kept = read::each_item(self.connection, self.key, |found| {
            let sum = found.checked(self.key)?;
            if keep == Some(&*found.item.collection) {
                return Ok(sum);
            }
            removed.push((found.item.collection, found.item.id, pack::unpack_postings(found.postings.as_deref())?));
            Ok(0)
        })?;
        self.totals.items = kept;
        let place = |(collection, id, rows): (Arc<str>, Arc<str>, Vec<IndexRow>)| {
            rows.iter().try_for_each(|row| self.unpost((&collection, &id), row))?;
            Ok((collection, id))
        };
        let removed = removed.into_iter().map(place).collect::<Result<_>>()?;
        self.connection
            .prepare_cached("DELETE FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3 AND collection IS NOT ?4")?
            .execute(params![self.owner(), self.tenant(), self.kind(), keep])?;
        Ok(removed)
    }

    /// Says whether the row was written.
    fn write(&self, sql: &str, row: &ItemRow, sum: Sum) -> Result<bool> {
        let (item, header) = (&row.item, &row.item.header);
        let written = self.connection.prepare_cached(sql)?.execute(params![
            self.owner(),
            self.tenant(),
            self.kind(),
            item.collection,
            item.id,
            header.version.cast_signed(),
            header.audience,
            header.searchable,
            header.unverified_inference,
            header.confidence,
            header.creator_app,
            header.creator_user.as_ref().map(uuid::Uuid::as_bytes),
            header.created,
            header.modified,
            header.revision,
            header.beyond_sentinel,
            &item.body[..],
            row.postings,
            sum,
        ])?;
        Ok(written > 0)
    }

    fn post(&mut self, place: Place<'_>, row: &IndexRow) -> Result<()> {
        let sum = sum::posting(self.key, place, &row.path, &row.token);
        self.totals.postings = self.totals.postings.wrapping_add(sum.into());
        self.posting("INSERT INTO posting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", place, row)
    }

    fn unpost(&mut self, place: Place<'_>, row: &IndexRow) -> Result<()> {
        let sum = sum::posting(self.key, place, &row.path, &row.token);
        self.totals.postings = self.totals.postings.wrapping_sub(sum.into());
        let sql = "DELETE FROM posting WHERE tenant = ?1 AND path = ?2 AND token = ?3 AND owner = ?4 AND item = ?5
                   AND collection = ?6 AND kind = ?7";
        self.posting(sql, place, row)
    }

    fn posting(&self, sql: &str, (collection, id): Place<'_>, row: &IndexRow) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let (tenant, owner, kind) = (self.tenant(), self.owner(), self.kind());
        statement.execute(params![tenant, row.path, &row.token[..], owner, id, collection, kind])?;
        Ok(())
    }

    fn owner(&self) -> &[u8; 16] {
        self.key.owner.as_bytes()
    }

    fn tenant(&self) -> &[u8; 16] {
        self.key.tenant.as_bytes()
    }

    fn kind(&self) -> i64 {
        self.key.kind.code()
    }
}

const INSERT: &str = "INSERT INTO item VALUES
  (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
  ON CONFLICT (owner, tenant, kind, collection, id) DO NOTHING";

const REPLACE: &str = "REPLACE INTO item VALUES
  (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
