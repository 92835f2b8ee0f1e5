//! Reading partitions, the index and the record.

use std::cmp::Reverse;
use std::ops::Bound;

use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::pool::Pool;
use super::row::{self, Base};
use super::sql::Sql;
use crate::{AuditRow, BUCKETS, Candidate, ChangePosition, ChangeRow, PartitionKey, Result, Scan, chain, pack};

/// The rev and the stamp of a partition that exists.
pub(super) async fn rev(pool: &Pool, key: PartitionKey) -> Result<Option<(u64, Uuid)>> {
    let rows = pool.query(Sql::Rev, &[&key.owner, &key.tenant, &code(key)]).await?;
    let Some(found) = rows.first() else { return Ok(None) };
    let live: bool = row::get(found, 1)?;
    live.then(|| Ok((row::unsigned(found, 0)?, row::get(found, 2)?))).transpose()
}

/// The whole of a partition, at one moment.
pub(super) async fn load(pool: &Pool, key: PartitionKey) -> Result<Base> {
    row::base(&pool.query(Sql::Load, &[&key.owner, &key.tenant, &code(key)]).await?)
}

/// The change rows of a bucket.
pub(super) async fn changes(
    pool: &Pool,
    bucket: u16,
    after: Option<ChangePosition>,
    limit: usize,
) -> Result<Vec<ChangeRow>> {
    let (at, partition, rev) =
        after.map_or((i64::MIN, None, 0), |ChangePosition { at, partition, rev }| (at, Some(partition), rev));
    let (owner, tenant, kind) = below(partition);
    let wanted = bucket.cast_signed();
    let params: [&(dyn ToSql + Sync); 7] = [&wanted, &at, &owner, &tenant, &kind, &rev.cast_signed(), &rows(limit)];
    let found = pool.query(Sql::Changes, &params).await?;
    let change = |found: &tokio_postgres::Row| {
        Ok(ChangeRow {
            bucket,
            at: row::get(found, 0)?,
            partition: row::key(found, 1)?,
            rev: row::unsigned(found, 4)?,
            dropped: row::get(found, 5)?,
            touched: pack::unpack_touched(&row::bytes(found, 6)?)?,
            link: row::fixed(found, 7)?,
        })
    };
    found.iter().map(change).collect()
}

/// The rows of a partition's history after a rev.
pub(super) async fn history(pool: &Pool, key: PartitionKey, after_rev: u64, limit: usize) -> Result<Vec<chain::Row>> {
    let Ok(after_rev) = i64::try_from(after_rev) else { return Ok(Vec::new()) };
    let params: [&(dyn ToSql + Sync); 5] = [&key.owner, &key.tenant, &code(key), &after_rev, &rows(limit)];
    let found = pool.query(Sql::Audit, &params).await?;
    found.iter().map(row::history).collect()
}

/// The audit rows of a partition after a rev.
pub(super) async fn audit(pool: &Pool, key: PartitionKey, after_rev: u64, limit: usize) -> Result<Vec<AuditRow>> {
    Ok(history(pool, key, after_rev, limit).await?.into_iter().map(chain::Row::audit).collect())
}

/// The audit rows of a tenant before a place, newest first. Each bucket is asked, for an index by tenant and time would
/// cost every commit one more random page.
pub(super) async fn records(
    pool: &Pool,
    tenant: Uuid,
    before: Option<ChangePosition>,
    limit: usize,
) -> Result<Vec<AuditRow>> {
    let (at, (owner, key_tenant, kind), rev) = match before {
        Some(ChangePosition { at, partition, rev }) => (at, (partition.owner, partition.tenant, code(partition)), rev),
        // Above every row, since no kind is so great.
        None => (i64::MAX, (Uuid::max(), Uuid::max(), i16::MAX), 0),
    };
    let mut all = Vec::new();
    for bucket in 0..BUCKETS {
        let (bucket, rev, limit) = (bucket.cast_signed(), rev.cast_signed(), rows(limit));
        let params: [&(dyn ToSql + Sync); 8] = [&bucket, &at, &owner, &key_tenant, &kind, &rev, &tenant, &limit];
        for found in pool.query(Sql::Records, &params).await? {
            all.push(row::history(&found)?.audit());
        }
    }
    all.sort_by_key(|row: &AuditRow| Reverse(row.position()));
    all.truncate(limit);
    Ok(all)
}

/// The partitions that exist, by key.
pub(super) async fn partitions(pool: &Pool, after: Option<PartitionKey>, limit: usize) -> Result<Vec<PartitionKey>> {
    let (owner, tenant, kind) = below(after);
    let found = pool.query(Sql::Partitions, &[&owner, &tenant, &kind, &rows(limit)]).await?;
    found.iter().map(|found| row::key(found, 0)).collect()
}

/// The candidates of a range of the index.
pub(super) async fn scan(pool: &Pool, scan: &Scan) -> Result<Vec<Candidate>> {
    let query = Query::of(scan);
    let params: Vec<(&(dyn ToSql + Sync), Type)> =
        query.params.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect();
    let found = pool.ad_hoc(&query.sql, &params).await?;
    let candidate = |found: &tokio_postgres::Row| {
        Ok(Candidate {
            token: row::bytes(found, 0)?,
            owner: row::get(found, 1)?,
            item: row::text(found, 2)?,
            collection: row::text(found, 3)?,
            kind: row::kind(found, 4)?,
        })
    };
    found.iter().map(candidate).collect()
}

/// The statement of a scan, whose ends may be open.
struct Query {
    sql: String,
    params: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Query {
    fn of(scan: &Scan) -> Self {
        let sql = "SELECT token, owner, item, collection, kind FROM posting WHERE tenant = ".to_owned();
        let mut query = Self { sql, params: Vec::new() };
        query.bind(scan.tenant, Type::UUID);
        query.and("path = ", scan.path.to_string(), Type::TEXT);
        match &scan.from {
            Bound::Included(from) => query.and("token >= ", from.to_vec(), Type::BYTEA),
            Bound::Excluded(from) => query.and("token > ", from.to_vec(), Type::BYTEA),
            Bound::Unbounded => {}
        }
        match &scan.to {
            Bound::Included(to) => query.and("token <= ", to.to_vec(), Type::BYTEA),
            Bound::Excluded(to) => query.and("token < ", to.to_vec(), Type::BYTEA),
            Bound::Unbounded => {}
        }
        if let Some(after) = &scan.after {
            query.and("token >= ", after.token.to_vec(), Type::BYTEA);
            query.and("(token, owner, item, collection, kind) > (", after.token.to_vec(), Type::BYTEA);
            query.then(after.owner, Type::UUID);
            query.then(after.item.to_string(), Type::TEXT);
            query.then(after.collection.to_string(), Type::TEXT);
            query.then(small(after.kind.code()), Type::INT2);
            query.sql.push(')');
        }
        query.sql.push_str(" ORDER BY token, owner, item, collection, kind LIMIT ");
        query.bind(rows(scan.limit), Type::INT8);
        query
    }

    fn and(&mut self, text: &str, value: impl ToSql + Sync + Send + 'static, kind: Type) {
        self.sql.push_str(" AND ");
        self.sql.push_str(text);
        self.bind(value, kind);
    }

    fn then(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) {
        self.sql.push_str(", ");
        self.bind(value, kind);
    }

    fn bind(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) {
        self.params.push((Box::new(value), kind));
        self.sql.push_str(&format!("${}", self.params.len()));
    }
}

/// What comes before all that is wanted: a key, or where there is none what is below every row, since no kind is negative.
pub(super) fn below(after: Option<PartitionKey>) -> (Uuid, Uuid, i16) {
    after.map_or((Uuid::nil(), Uuid::nil(), -1), |after| (after.owner, after.tenant, code(after)))
}

/// The kind of a partition as a column holds it.
pub(super) fn code(key: PartitionKey) -> i16 {
    small(key.kind.code())
}

fn small(code: i64) -> i16 {
    i16::try_from(code).unwrap_or(i16::MAX)
}

/// A limit as SQL takes it.
pub(super) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
