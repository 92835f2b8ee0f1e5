//! Handing everything to another store, and taking it from one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::row::{self, PARTITION_COLUMNS, PartitionRow};
use super::{SqliteStore, history, name, read, sum};
use crate::chain::Row;
use crate::{BoxFuture, Name, NameEntry, PartitionKey, Portion, Result, Standing, Stored, Transfer, Whole, pack};

impl Transfer for SqliteStore {
    fn standings(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<Standing>>> {
        self.read(move |connection| standings(connection, after, limit))
    }

    fn whole(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Whole>>> {
        self.read(move |connection| whole(connection, partition))
    }

    fn history(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Row>>> {
        self.read(move |connection| history::rows(connection, partition, after_rev, limit))
    }

    fn import(&self, portion: Portion) -> BoxFuture<'_, Result<()>> {
        self.write(move |batch| batch.import(&portion))
    }

    fn names(&self, after: Option<Name>, limit: usize) -> BoxFuture<'_, Result<Vec<(Name, NameEntry)>>> {
        self.read(move |connection| names(connection, after, limit))
    }

    fn set_names(&self, names: Vec<(Name, Option<NameEntry>)>) -> BoxFuture<'_, Result<()>> {
        self.write(move |batch| set_names(batch.connection(), &names))
    }

    fn secrets(&self) -> BoxFuture<'_, Result<BTreeMap<Arc<str>, [u8; 32]>>> {
        self.read(secrets)
    }

    fn set_secret(&self, name: Arc<str>, value: Option<[u8; 32]>) -> BoxFuture<'_, Result<()>> {
        self.write(move |batch| {
            batch.connection().execute("DELETE FROM secret WHERE name = ?1", params![name])?;
            value.map_or(Ok(()), |value| name::secret(batch.connection(), &name, value).map(drop))
        })
    }
}

fn standings(connection: &Connection, after: Option<PartitionKey>, limit: usize) -> Result<Vec<Standing>> {
    // Below every row, since no kind is negative.
    let (owner, tenant, kind) = after.map_or(([0; 16], [0; 16], -1), |after| {
        (after.owner.into_bytes(), after.tenant.into_bytes(), after.kind.code())
    });
    let mut statement = connection.prepare_cached(&format!(
        "SELECT owner, tenant, kind, {PARTITION_COLUMNS} FROM partition
         WHERE (owner, tenant, kind) > (?1, ?2, ?3) ORDER BY owner, tenant, kind LIMIT ?4"
    ))?;
    let mut rows = statement.query(params![owner, tenant, kind, row::limit(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key = row::key(row, 0)?;
        found.push(standing(key, &row::read_partition(row, 3)?.checked(key)?));
    }
    Ok(found)
}

fn standing(partition: PartitionKey, row: &PartitionRow) -> Standing {
    Standing { partition, rev: row.rev, last_time: row.last_time, live: row.live, head: row.head }
}

/// The partition's row and its items, read in one transaction.
fn whole(connection: &Connection, key: PartitionKey) -> Result<Option<Whole>> {
    let transaction = connection.unchecked_transaction()?;
    let Some(found) = row::partition(&transaction, key)? else { return Ok(None) };
    let mut items: Vec<Stored> = Vec::new();
    read::items_of(&transaction, key, &found, |row| {
        let index = pack::unpack_postings(row.postings.as_deref())?;
        items.push(Stored { item: Arc::new(row.item), index });
        Ok(())
    })?;
    items.sort_by(|a, b| (&a.item.collection, &a.item.id).cmp(&(&b.item.collection, &b.item.id)));
    Ok(Some(Whole { standing: standing(key, &found), items }))
}

fn names(connection: &Connection, after: Option<Name>, limit: usize) -> Result<Vec<(Name, NameEntry)>> {
    // No name is empty.
    let (tenant, name) = after.unwrap_or((Uuid::nil(), "".into()));
    let mut statement = connection.prepare_cached(
        "SELECT tenant, name FROM name WHERE (tenant, name) > (?1, ?2) ORDER BY tenant, name LIMIT ?3",
    )?;
    let mut rows = statement.query(params![tenant.as_bytes(), name, row::limit(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (tenant, name): (Uuid, Arc<str>) = (row::uuid(row, 0)?, row.get(1)?);
        // Checks what it finds.
        let entry = name::lookup(connection, tenant, &name)?;
        found.extend(entry.map(|entry| ((tenant, name), entry)));
    }
    Ok(found)
}

fn set_names(connection: &Connection, names: &[(Name, Option<NameEntry>)]) -> Result<()> {
    for ((tenant, name), entry) in names {
        match entry {
            Some(entry) => name::write(connection, *tenant, name, entry)?,
            None => {
                let sql = "DELETE FROM name WHERE tenant = ?1 AND name = ?2";
                connection.prepare_cached(sql)?.execute(params![tenant.as_bytes(), name])?;
            }
        }
    }
    Ok(())
}

fn secrets(connection: &Connection) -> Result<BTreeMap<Arc<str>, [u8; 32]>> {
    let mut statement = connection.prepare("SELECT name, value, sum FROM secret")?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (name, value): (Arc<str>, [u8; 32]) = (row.get(0)?, row.get(1)?);
        sum::check(row.get(2)?, sum::secret(&name, &value), || format!("the secret `{name}`").into())?;
        found.insert(name, value);
    }
    Ok(found)
}
