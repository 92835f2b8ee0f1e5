//! Names and secrets.

use uuid::Uuid;

use super::plan::Call;
use super::pool::Pool;
use super::row;
use super::sql::Sql;
use crate::{Claimed, Error, NameEntry, Result};

/// How often a claim is tried that finds the name taken and then free.
const TRIES: usize = 5;

/// Whose claim nobody sees: it is given up in the transaction that makes it.
const NOBODY: Uuid = Uuid::max();

pub(super) async fn lookup(pool: &Pool, tenant: Uuid, name: &str) -> Result<Option<NameEntry>> {
    let rows = pool.query(Sql::Lookup, &[&key(tenant, name)]).await?;
    let entry =
        |found| Ok(NameEntry { owner: row::get(found, 0)?, bound: row::get(found, 1)?, at: row::get(found, 2)? });
    rows.first().map(entry).transpose()
}

/// Claims a name that is free, the owner's own, or held by the stale entry.
pub(super) async fn claim(
    pool: &Pool,
    tenant: Uuid,
    name: &str,
    stale: Option<NameEntry>,
    owner: Uuid,
    at: i64,
) -> Result<Claimed> {
    let call = |sql| Call::new(sql).and(key(tenant, name)).and(owner).and(at);
    let takeover = stale.filter(|stale| !stale.bound).map(|stale| call(Sql::Takeover).and(stale.owner).and(stale.at));
    let claim = call(Sql::Claim);
    for _ in 0..TRIES {
        for call in takeover.iter().chain([&claim]) {
            if pool.execute(call).await? > 0 {
                return Ok(Claimed::Granted);
            }
        }
        match lookup(pool, tenant, name).await? {
            // It is the owner's own since.
            Some(held) if held.owner == owner => {}
            Some(held) => return Ok(Claimed::Held(held)),
            None => {}
        }
    }
    Err(Error::Unavailable("the name is claimed and given up over and over".to_owned()))
}

pub(super) async fn bind(pool: &Pool, tenant: Uuid, name: &str, owner: Uuid) -> Result<bool> {
    Ok(pool.execute(&Call::new(Sql::Bind).and(key(tenant, name)).and(owner)).await? > 0)
}

/// Gives a name up. Where an earlier try may have done so, this one has nothing to remove, and so would be acknowledged
/// before any standby has the change; therefore it makes a claim and gives that up as well.
pub(super) async fn release(pool: &Pool, tenant: Uuid, name: &str, (owner, until): (Uuid, i64)) -> Result<bool> {
    let call = |sql| Call::new(sql).and(key(tenant, name));
    let claim = call(Sql::Claim).and(NOBODY).and(0_i64);
    let _place = pool.enter()?;
    let calls = [call(Sql::Release).and(owner).and(until), claim, call(Sql::Release).and(NOBODY).and(0_i64)];
    let changed = pool.complete(&calls).await?;
    Ok(changed.first().is_some_and(|rows| *rows > 0))
}

/// The secret, or the candidate where there is none. It is looked for before anything is written: its table is on every
/// machine of a cluster, and writing to it wants all of them.
pub(super) async fn secret(pool: &Pool, name: &str, candidate: [u8; 32]) -> Result<[u8; 32]> {
    if let Some(kept) = kept(pool, name).await? {
        return Ok(kept);
    }
    pool.execute(&Call::new(Sql::KeepSecret).and(name.to_owned()).and(candidate.to_vec())).await?;
    kept(pool, name).await?.ok_or_else(|| Error::Unavailable(format!("the secret `{name}` was removed meanwhile")))
}

async fn kept(pool: &Pool, name: &str) -> Result<Option<[u8; 32]>> {
    let rows = pool.query(Sql::Secret, &[&name]).await?;
    let Some(found) = rows.first() else { return Ok(None) };
    row::fixed(found, 0)?.map(Some).ok_or_else(|| Error::Corrupt(format!("the secret `{name}` is not one")))
}

/// A name in the one column of its table.
pub(super) fn key(tenant: Uuid, name: &str) -> Vec<u8> {
    [tenant.as_bytes(), name.as_bytes()].concat()
}
