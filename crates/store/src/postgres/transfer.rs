//! Handing everything to another store, and taking it from one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio_postgres::Row as SqlRow;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::plan::{self, Call, call};
use super::read::{self, code};
use super::row::{self, Base};
use super::sql::Sql;
use super::{Inner, PostgresStore, name};
use crate::chain::Row;
use crate::{
    BoxFuture, Error, IndexRow, Name, NameEntry, PartitionKey, Portion, Result, Standing, Stored, Transfer, Whole,
};

/// How often a partition is read that is changed meanwhile.
const TRIES: usize = 20;

impl Transfer for PostgresStore {
    fn standings(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<Standing>>> {
        Box::pin(self.inner.standings(after, limit))
    }

    fn whole(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Whole>>> {
        Box::pin(self.inner.whole(partition))
    }

    fn history(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Row>>> {
        Box::pin(read::history(&self.inner.pool, partition, after_rev, limit))
    }

    fn import(&self, portion: Portion) -> BoxFuture<'_, Result<()>> {
        self.write(|inner| async move { inner.import(&portion).await })
    }

    fn names(&self, after: Option<Name>, limit: usize) -> BoxFuture<'_, Result<Vec<(Name, NameEntry)>>> {
        Box::pin(self.inner.names(after, limit))
    }

    fn set_names(&self, names: Vec<(Name, Option<NameEntry>)>) -> BoxFuture<'_, Result<()>> {
        self.write(|inner| async move { inner.set_names(&names).await })
    }

    fn secrets(&self) -> BoxFuture<'_, Result<BTreeMap<Arc<str>, [u8; 32]>>> {
        Box::pin(self.inner.secrets())
    }

    fn set_secret(&self, name: Arc<str>, value: Option<[u8; 32]>) -> BoxFuture<'_, Result<()>> {
        self.write(|inner| async move { inner.set_secret(&name, value).await })
    }
}

impl Inner {
    async fn standings(&self, after: Option<PartitionKey>, limit: usize) -> Result<Vec<Standing>> {
        let sql = "SELECT owner, tenant, kind, rev, last_time, live, head FROM partition
                   WHERE (owner, tenant, kind) > ($1, $2, $3) ORDER BY owner, tenant, kind LIMIT $4";
        let (owner, tenant, kind) = read::below(after);
        let limit = read::rows(limit);
        let params: [(&(dyn ToSql + Sync), Type); 4] =
            [(&owner, Type::UUID), (&tenant, Type::UUID), (&kind, Type::INT2), (&limit, Type::INT8)];
        let found = self.pool.ad_hoc(sql, &params).await?;
        let standing = |found: &SqlRow| {
            Ok(Standing {
                partition: row::key(found, 0)?,
                rev: row::unsigned(found, 3)?,
                last_time: row::get(found, 4)?,
                live: row::get(found, 5)?,
                head: row::fixed(found, 6)?,
            })
        };
        found.iter().map(standing).collect()
    }

    /// Items and index rows are read one after the other, and again if the partition was changed in between.
    async fn whole(&self, key: PartitionKey) -> Result<Option<Whole>> {
        for _ in 0..TRIES {
            let base = read::load(&self.pool, key).await?;
            if base.rev() == 0 {
                return Ok(None);
            }
            let mut index = self.index(key).await?;
            if self.place(key).await? == Some((base.rev(), base.stamp)) {
                return Ok(Some(of(key, &base, &mut index)));
            }
        }
        Err(Error::Unavailable("the partition is changed over and over".to_owned()))
    }

    /// The rev and the stamp of a partition, dropped or not.
    async fn place(&self, key: PartitionKey) -> Result<Option<(u64, Uuid)>> {
        let rows = self.pool.query(Sql::Rev, &[&key.owner, &key.tenant, &code(key)]).await?;
        rows.first().map(|found| Ok((row::unsigned(found, 0)?, row::get(found, 2)?))).transpose()
    }

    async fn index(&self, key: PartitionKey) -> Result<Index> {
        let sql = "SELECT collection, item, path, token FROM posting WHERE owner = $1 AND tenant = $2 AND kind = $3
                   ORDER BY collection, item, path, token";
        let kind = code(key);
        let params: [(&(dyn ToSql + Sync), Type); 3] =
            [(&key.owner, Type::UUID), (&key.tenant, Type::UUID), (&kind, Type::INT2)];
        let mut index = Index::new();
        for found in self.pool.ad_hoc(sql, &params).await? {
            let place = (row::text(&found, 0)?, row::text(&found, 1)?);
            let posting = IndexRow { path: row::text(&found, 2)?, token: row::bytes(&found, 3)? };
            index.entry(place).or_default().push(posting);
        }
        Ok(index)
    }

    async fn import(&self, portion: &Portion) -> Result<()> {
        let key = portion.standing.partition;
        let before = self.place(key).await?;
        portion.check(before.map(|(rev, _)| rev))?;
        // A partition and the record of its rev have the same.
        let stamp = match (portion.records.is_empty(), before) {
            (true, Some((_, stamp))) => stamp,
            _ => self.stamp(),
        };
        let mut calls: Vec<Call> = portion.records.iter().map(|row| plan::record(row, stamp)).collect();
        if let Some((rev, before)) = before {
            calls.push(call(Sql::Guard, key).and(before));
            if portion.erases() {
                calls.push(call(Sql::EraseHistory, key).and(rev.cast_signed().saturating_add(1)).and(Vec::<u8>::new()));
            }
        }
        if let Some(items) = &portion.items {
            calls.extend([call(Sql::ClearItems, key), call(Sql::ClearPostings, key)]);
            calls.extend(items.iter().flat_map(|stored| plan::write(key, &stored.item, &stored.index)));
        }
        calls.push(plan::advance(&portion.standing, stamp));
        self.pool.transaction(&calls).await?;
        self.cache.publish(key, None);
        Ok(())
    }

    async fn names(&self, after: Option<Name>, limit: usize) -> Result<Vec<(Name, NameEntry)>> {
        let sql = "SELECT key, owner, bound, at FROM name WHERE key > $1 ORDER BY key LIMIT $2";
        let after = after.map_or(Vec::new(), |(tenant, name)| name::key(tenant, &name));
        let limit = read::rows(limit);
        let found = self.pool.ad_hoc(sql, &[(&after, Type::BYTEA), (&limit, Type::INT8)]).await?;
        let entry = |found: &SqlRow| {
            let key = row::bytes(found, 0)?;
            let name = key
                .split_first_chunk()
                .and_then(|(tenant, name)| Some((Uuid::from_bytes(*tenant), std::str::from_utf8(name).ok()?.into())));
            let name = name.ok_or_else(|| Error::Corrupt("a name is not one".to_owned()))?;
            Ok((name, NameEntry { owner: row::get(found, 1)?, bound: row::get(found, 2)?, at: row::get(found, 3)? }))
        };
        found.iter().map(entry).collect()
    }

    async fn set_names(&self, names: &[(Name, Option<NameEntry>)]) -> Result<()> {
        let mut calls = Vec::with_capacity(names.len());
        for ((tenant, name), entry) in names {
            let key = name::key(*tenant, name);
            match entry {
                Some(NameEntry { owner, bound, at }) => {
                    calls.push(Call::new(Sql::SetName).and(key).and(*owner).and(*bound).and(*at));
                }
                None => {
                    let held = name::lookup(&self.pool, *tenant, name).await?;
                    calls.extend(held.map(|held| Call::new(Sql::Release).and(key).and(held.owner).and(held.at)));
                }
            }
        }
        self.pool.transaction(&calls).await?;
        Ok(())
    }

    async fn secrets(&self) -> Result<BTreeMap<Arc<str>, [u8; 32]>> {
        let found = self.pool.ad_hoc("SELECT name, value FROM secret", &[]).await?;
        let secret = |found: &SqlRow| {
            let value = row::fixed(found, 1)?.ok_or_else(|| Error::Corrupt("a secret is not one".to_owned()))?;
            Ok((row::text(found, 0)?, value))
        };
        found.iter().map(secret).collect()
    }

    async fn set_secret(&self, name: &str, value: Option<[u8; 32]>) -> Result<()> {
        if let Some(value) = value {
            let set = Call::new(Sql::SetSecret).and(name.to_owned()).and(value.to_vec());
            return self.pool.execute(&set).await.map(drop);
        }
        // As `name::release` does, so that there is something to remove.
        let there = Call::new(Sql::KeepSecret).and(name.to_owned()).and(Vec::<u8>::new());
        let gone = Call::new(Sql::DropSecret).and(name.to_owned());
        let _place = self.pool.enter()?;
        self.pool.complete(&[there, gone]).await.map(drop)
    }
}

/// The index rows of each item, by collection and id.
type Index = HashMap<(Arc<str>, Arc<str>), Vec<IndexRow>>;

fn of(key: PartitionKey, base: &Base, index: &mut Index) -> Whole {
    let (rev, last_time) = (base.rev(), base.snapshot.last_time());
    let standing = Standing { partition: key, rev, last_time, live: base.live, head: base.head };
    let items = base.snapshot.collections().flat_map(|collection| base.snapshot.items(collection));
    let mut items: Vec<Stored> = items
        .map(|item| {
            let place = (Arc::clone(&item.collection), Arc::clone(&item.id));
            Stored { item: Arc::clone(item), index: index.remove(&place).unwrap_or_default() }
        })
        .collect();
    items.sort_by(|a, b| (&a.item.collection, &a.item.id).cmp(&(&b.item.collection, &b.item.id)));
    Whole { standing, items }
}
