//! Files of older schemas: brought up to date, or shown as if they were.

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::batch::write_partition;
use super::row::{self, ITEM_COLUMNS, PARTITION_COLUMNS};
use super::sum::Totals;
use super::{history, name, sum};
use crate::{BUCKETS, Error, NameEntry, PartitionKey, Result, pack};

/// From schema 1, whose rows have no chain. It begins with the partition's next commit.
const FROM_1: &str = "
ALTER TABLE partition ADD COLUMN head BLOB;
ALTER TABLE history ADD COLUMN what BLOB;
ALTER TABLE history ADD COLUMN salt BLOB;
ALTER TABLE history ADD COLUMN digest BLOB;
ALTER TABLE history ADD COLUMN link BLOB;
";

/// From schema 2, whose rows have no checksums.
const FROM_2: &str = "
ALTER TABLE partition ADD COLUMN items INTEGER;
ALTER TABLE partition ADD COLUMN postings INTEGER;
ALTER TABLE partition ADD COLUMN sum INTEGER;
ALTER TABLE item ADD COLUMN sum INTEGER;
ALTER TABLE history ADD COLUMN sum INTEGER;
ALTER TABLE name ADD COLUMN sum INTEGER;
ALTER TABLE secret ADD COLUMN sum INTEGER;
";

/// Shows tables of schema 1 as those of schema 2, to a connection that must not change them.
const AS_IF_FROM_1: &str = "
CREATE TEMP VIEW partition AS SELECT *, NULL AS head, 0 AS items, 0 AS postings, -1 AS sum FROM main.partition;
CREATE TEMP VIEW history AS SELECT *, NULL AS what, NULL AS salt, NULL AS digest, NULL AS link, -1 AS sum
  FROM main.history;
";

const AS_IF_FROM_2: &str = "
CREATE TEMP VIEW partition AS SELECT *, 0 AS items, 0 AS postings, -1 AS sum FROM main.partition;
CREATE TEMP VIEW history AS SELECT *, -1 AS sum FROM main.history;
";

/// What did not change with schema 2.
const AS_IF_OLDER: &str = "
CREATE TEMP VIEW item AS SELECT *, -1 AS sum FROM main.item;
CREATE TEMP VIEW name AS SELECT *, -1 AS sum FROM main.name;
CREATE TEMP VIEW secret AS SELECT *, -1 AS sum FROM main.secret;
";

/// Shows tables of an older schema as they will be, to a connection that must not change them.
pub(super) fn show_as_if(connection: &Connection, version: u32) -> Result<()> {
    let own = match version {
        1 => AS_IF_FROM_1,
        2 => AS_IF_FROM_2,
        _ => return Ok(()),
    };
    let summed = "SELECT count(*) FROM pragma_table_info('item') WHERE name = 'sum'";
    if connection.query_row(summed, [], |row| row.get::<_, i64>(0))? > 0 {
        return Err(Error::Corrupt(format!(
            "it says that it has schema {version}, but it has the tables of a newer one"
        )));
    }
    Ok(connection.execute_batch(&format!("{own}{AS_IF_OLDER}"))?)
}

/// Brings the tables up to date, within a transaction. Reads and writes every row.
pub(super) fn run(connection: &Connection, version: u32) -> Result<()> {
    tracing::info!(from = version, "the data is brought up to date, which is done once and takes a while");
    if version == 1 {
        connection.execute_batch(FROM_1)?;
    }
    connection.execute_batch(FROM_2)?;
    partitions(connection)?;
    histories(connection)?;
    names(connection)?;
    secrets(connection)
}

fn partitions(connection: &Connection) -> Result<()> {
    let sql = format!("SELECT owner, tenant, kind, {PARTITION_COLUMNS} FROM partition");
    let mut statement = connection.prepare(&sql)?;
    let found =
        statement.query_and_then([], |row| Ok::<_, Error>((row::key(row, 0)?, row::read_partition(row, 3)?)))?;
    for (key, mut partition) in found.collect::<Result<Vec<_>>>()? {
        partition.totals = items(connection, key)?;
        write_partition(connection, key, &partition)?;
    }
    Ok(())
}

/// Sums up the items of a partition.
fn items(connection: &Connection, key: PartitionKey) -> Result<Totals> {
    let (owner, tenant, kind) = (key.owner.as_bytes(), key.tenant.as_bytes(), key.kind.code());
    let sql = format!("SELECT {ITEM_COLUMNS} FROM item WHERE owner = ?1 AND tenant = ?2 AND kind = ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_and_then(params![owner, tenant, kind], |row| row::item(row, None))?;
    let mut totals = Totals::default();
    for found in found.collect::<Result<Vec<_>>>()? {
        let (collection, id) = (&found.item.collection, &found.item.id);
        for posting in pack::unpack_postings(found.postings.as_deref())? {
            let sum = sum::posting(key, (collection, id), &posting.path, &posting.token);
            totals.postings = totals.postings.wrapping_add(sum.into());
        }
        let sum = sum::item(key, &found);
        totals.items = totals.items.wrapping_add(sum.into());
        connection
            .prepare_cached(
                "UPDATE item SET sum = ?6 WHERE owner = ?1 AND tenant = ?2 AND kind = ?3 AND collection = ?4 AND id = ?5",
            )?
            .execute(params![owner, tenant, kind, collection, id, sum])?;
    }
    Ok(totals)
}

/// Rows of the history rewritten at a time, which bounds what is kept in memory.
const PORTION: usize = 1_000;

fn histories(connection: &Connection) -> Result<()> {
    let mut portion = history::rows_after(connection, &(0..BUCKETS), None, PORTION)?;
    while let Some(last) = portion.last() {
        portion.iter().try_for_each(|node| history::write_sum(connection, node))?;
        portion = history::rows_after(connection, &(0..BUCKETS), Some(last), PORTION)?;
    }
    Ok(())
}

fn names(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT tenant, name, owner, bound, at FROM name")?;
    let found = statement.query_map([], |row| {
        let entry = NameEntry { owner: Uuid::from_bytes(row.get(2)?), bound: row.get(3)?, at: row.get(4)? };
        Ok((Uuid::from_bytes(row.get(0)?), row.get::<_, String>(1)?, entry))
    })?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    found.iter().try_for_each(|(tenant, text, entry)| name::write(connection, *tenant, text, entry))
}

fn secrets(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT name, value FROM secret")?;
    let found = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    for (name, value) in found.collect::<rusqlite::Result<Vec<_>>>()? {
        let set = "UPDATE secret SET sum = ?2 WHERE name = ?1";
        connection.execute(set, params![name, sum::secret(&name, &value)])?;
    }
    Ok(())
}
