//! What is looked through before a store is used: the tables that say what there is and where. A row that was lost from
//! one of them would not be missed by whoever reads; items and history are summed up by what is looked through here, or
//! linked to it, and are judged when they are read.

use rusqlite::Connection;
use uuid::Uuid;

use super::row::{self, PARTITION_COLUMNS, PartitionRow};
use super::sum::{self, NOT_SUMMED};
use crate::{Error, Findings, NameEntry, PartitionKey, Result};

/// Refuses a store in which something could be missed.
pub(super) fn admit(connection: &Connection) -> Result<()> {
    judge(&*connection.unchecked_transaction()?)
}

/// The same, within a transaction.
pub(super) fn judge(transaction: &Connection) -> Result<()> {
    let mut findings = Findings::default();
    for table in ["partition", "posting", "name", "secret"] {
        structure(transaction, Some(table), &mut findings)?;
    }
    if findings.count() == 0 {
        small_tables(transaction, &mut findings)?;
    }
    let more = findings.count().saturating_sub(1);
    match findings.into_lines().into_iter().next() {
        None => Ok(()),
        Some(first) if more == 0 => Err(Error::Corrupt(first)),
        Some(first) => Err(Error::Corrupt(format!("{first} (and {more} more)"))),
    }
}

/// Tells of what SQLite finds wrong with the structure of a table, or of the file.
pub(super) fn structure(connection: &Connection, table: Option<&str>, findings: &mut Findings) -> Result<()> {
    integrity(connection, table)?.into_iter().for_each(|line| findings.add("faults of the structure", || line));
    Ok(())
}

/// What SQLite finds wrong with the structure of a table, or of the file.
pub(super) fn integrity(connection: &Connection, table: Option<&str>) -> Result<Vec<String>> {
    let table = table.map_or(String::new(), |table| format!("({table})"));
    let mut statement = connection.prepare(&format!("PRAGMA main.integrity_check{table}"))?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines = lines.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// What rows are called that are not what was written.
pub(super) const OTHER_SUM: &str = "rows with another checksum";

/// The partitions, dropped ones too. Tells of every row of theirs, of names, of secrets and of the index that is not what
/// was written.
pub(super) fn small_tables(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<Vec<(PartitionKey, PartitionRow)>> {
    let sql = format!("SELECT owner, tenant, kind, {PARTITION_COLUMNS} FROM partition");
    let mut statement = connection.prepare(&sql)?;
    let found =
        statement.query_and_then([], |row| Ok::<_, Error>((row::key(row, 0)?, row::read_partition(row, 3)?)))?;
    let partitions = found.collect::<Result<Vec<_>>>()?;
    let mut told = |outcome: Result<()>| {
        outcome.unwrap_or_else(|error| findings.add(OTHER_SUM, || error.to_string()));
    };
    partitions.iter().for_each(|(key, row)| told(row.checked(*key).map(drop)));
    names(connection, &mut told)?;
    secrets(connection, &mut told)?;
    let summed = partitions.iter().all(|(_, row)| row.sum != Some(NOT_SUMMED));
    let total = partitions.iter().fold(0_u64, |total, (_, row)| total.wrapping_add(row.totals.postings));
    if summed && total != postings(connection)? {
        findings.add("faults of the index", || "the index has other rows than it was written with".to_owned());
    }
    Ok(partitions)
}

fn names(connection: &Connection, told: &mut impl FnMut(Result<()>)) -> Result<()> {
    let mut statement = connection.prepare("SELECT tenant, name, owner, bound, at, sum FROM name")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (tenant, text): (_, String) = (row::uuid(row, 0)?, row.get(1)?);
        let entry = NameEntry { owner: Uuid::from_bytes(row.get(2)?), bound: row.get(3)?, at: row.get(4)? };
        told(sum::check(row.get(5)?, sum::name(tenant, &text, &entry), || format!("a name of {}", entry.owner).into()));
    }
    Ok(())
}

fn secrets(connection: &Connection, told: &mut impl FnMut(Result<()>)) -> Result<()> {
    let mut statement = connection.prepare("SELECT name, value, sum FROM secret")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        told(sum::check(row.get(2)?, sum::secret(&name, &row.get(1)?), || format!("the secret `{name}`").into()));
    }
    Ok(())
}

/// The checksums of the index rows, added up. There are several for each item, and a start waits for this: nothing is
/// copied out of the rows.
fn postings(connection: &Connection) -> Result<u64> {
    let mut statement = connection.prepare("SELECT owner, tenant, kind, collection, item, path, token FROM posting")?;
    let mut rows = statement.query([])?;
    let mut total = 0_u64;
    while let Some(row) = rows.next()? {
        let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        let token = row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?;
        let sum = sum::posting(row::key(row, 0)?, (text(3)?, text(4)?), text(5)?, token);
        total = total.wrapping_add(sum.into());
    }
    Ok(total)
}
