//! Names and secrets.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::sum;
use crate::{Claimed, NameEntry, Result};

pub(super) fn lookup(connection: &Connection, tenant: Uuid, name: &str) -> Result<Option<NameEntry>> {
    let mut statement =
        connection.prepare_cached("SELECT owner, bound, at, sum FROM name WHERE tenant = ?1 AND name = ?2")?;
    let found = statement.query_row(params![tenant.as_bytes(), name], |row| {
        Ok((NameEntry { owner: Uuid::from_bytes(row.get(0)?), bound: row.get(1)?, at: row.get(2)? }, row.get(3)?))
    });
    let Some((entry, stored)) = found.optional()? else { return Ok(None) };
    // Names are of people, so the message has the owner's id in their place.
    sum::check(stored, sum::name(tenant, name, &entry), || format!("a name of {}", entry.owner).into())?;
    Ok(Some(entry))
}

/// Writes an entry, in place of an earlier one.
pub(super) fn write(connection: &Connection, tenant: Uuid, name: &str, entry: &NameEntry) -> Result<()> {
    let NameEntry { owner, bound, at } = entry;
    connection
        .prepare_cached("REPLACE INTO name (tenant, name, owner, bound, at, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![tenant.as_bytes(), name, owner.as_bytes(), bound, at, sum::name(tenant, name, entry)])?;
    Ok(())
}

/// Claims a name that is free, the owner's own, or held by the stale entry.
pub(super) fn claim(
    connection: &Connection,
    tenant: Uuid,
    name: &str,
    stale: Option<NameEntry>,
    owner: Uuid,
    at: i64,
) -> Result<Claimed> {
    match lookup(connection, tenant, name)? {
        Some(held) if held.owner != owner && (held.bound || stale != Some(held)) => return Ok(Claimed::Held(held)),
        _ => {}
    }
    write(connection, tenant, name, &NameEntry { owner, bound: false, at })?;
    Ok(Claimed::Granted)
}

pub(super) fn bind(connection: &Connection, tenant: Uuid, name: &str, owner: Uuid) -> Result<bool> {
    let Some(held) = lookup(connection, tenant, name)?.filter(|held| held.owner == owner) else { return Ok(false) };
    write(connection, tenant, name, &NameEntry { bound: true, ..held })?;
    Ok(true)
}

pub(super) fn release(connection: &Connection, tenant: Uuid, name: &str, (owner, until): (Uuid, i64)) -> Result<bool> {
    let sql = "DELETE FROM name WHERE tenant = ?1 AND name = ?2 AND owner = ?3 AND at <= ?4";
    let changed = connection.prepare_cached(sql)?.execute(params![tenant.as_bytes(), name, owner.as_bytes(), until])?;
    Ok(changed > 0)
}

pub(super) fn secret(connection: &Connection, name: &str, candidate: [u8; 32]) -> Result<[u8; 32]> {
    connection
        .prepare_cached("INSERT INTO secret (name, value, sum) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING")?
        .execute(params![name, candidate, sum::secret(name, &candidate)])?;
    let mut statement = connection.prepare_cached("SELECT value, sum FROM secret WHERE name = ?1")?;
    let (value, stored) = statement.query_row(params![name], |row| Ok((row.get(0)?, row.get(1)?)))?;
    sum::check(stored, sum::secret(name, &value), || format!("the secret `{name}`").into())?;
    Ok(value)
}
