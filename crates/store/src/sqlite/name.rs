//! Names and secrets.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{Claimed, NameEntry, Result};

pub(super) fn lookup(connection: &Connection, tenant: Uuid, name: &str) -> Result<Option<NameEntry>> {
    let mut statement =
        connection.prepare_cached("SELECT owner, bound, at FROM name WHERE tenant = ?1 AND name = ?2")?;
    let found = statement.query_row(params![tenant.as_bytes(), name], |row| {
        Ok(NameEntry { owner: Uuid::from_bytes(row.get(0)?), bound: row.get(1)?, at: row.get(2)? })
    });
    Ok(found.optional()?)
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
        Some(held) if held.owner == owner && held.bound => return Ok(Claimed::Granted),
        Some(held) if held.owner != owner && (held.bound || stale != Some(held)) => return Ok(Claimed::Held(held)),
        _ => {}
    }
    connection
        .prepare_cached("REPLACE INTO name (tenant, name, owner, bound, at) VALUES (?1, ?2, ?3, 0, ?4)")?
        .execute(params![tenant.as_bytes(), name, owner.as_bytes(), at])?;
    Ok(Claimed::Granted)
}

pub(super) fn bind(connection: &Connection, tenant: Uuid, name: &str, owner: Uuid) -> Result<bool> {
    let sql = "UPDATE name SET bound = 1 WHERE tenant = ?1 AND name = ?2 AND owner = ?3";
    change(connection, sql, tenant, name, owner)
}

pub(super) fn release(connection: &Connection, tenant: Uuid, name: &str, owner: Uuid) -> Result<bool> {
    change(connection, "DELETE FROM name WHERE tenant = ?1 AND name = ?2 AND owner = ?3", tenant, name, owner)
}

fn change(connection: &Connection, sql: &str, tenant: Uuid, name: &str, owner: Uuid) -> Result<bool> {
    let changed = connection.prepare_cached(sql)?.execute(params![tenant.as_bytes(), name, owner.as_bytes()])?;
    Ok(changed > 0)
}

pub(super) fn secret(connection: &Connection, name: &str, candidate: [u8; 32]) -> Result<[u8; 32]> {
    connection
        .prepare_cached("INSERT INTO secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING")?
        .execute(params![name, candidate])?;
    let mut statement = connection.prepare_cached("SELECT value FROM secret WHERE name = ?1")?;
    Ok(statement.query_row(params![name], |row| row.get(0))?)
}
