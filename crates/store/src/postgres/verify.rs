//! Comparing the stored rows with each other. Reads everything, so it is for checks, not for requests.

use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::fault::failure;
use super::link::typed;
use super::pool::Pool;
use super::read::code;
use super::row;
use super::sql::Sql;
use crate::chain::{self, Walk};
use crate::findings::TOLD;
use crate::{Findings, PartitionKey, Result, bucket_of};

/// Rows of a chain read at once.
const PAGE: i64 = 200;

/// Rows that contradict each other: what they are called, and a query that yields owner, tenant, kind and what to say of
/// them. All compare rows of one owner only, so that a sharded engine answers them shard by shard.
const CONTRADICTIONS: [(&str, &str); 8] = [
    (
        "items that belong to no partition",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` belongs to no partition'
         FROM item i LEFT JOIN partition p ON p.owner = i.owner AND p.tenant = i.tenant AND p.kind = i.kind AND p.live
         WHERE p.owner IS NULL",
    ),
    (
        "items that are later than their partition",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` is later than its partition'
         FROM item i JOIN partition p ON p.owner = i.owner AND p.tenant = i.tenant AND p.kind = i.kind
         WHERE greatest(i.created, i.modified) > p.last_time",
    ),
    // A group of changes may change an item several times within one rev, but no group has more than 100.
    (
        "items with too many versions",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` has more versions than its partition has changes'
         FROM item i JOIN partition p ON p.owner = i.owner AND p.tenant = i.tenant AND p.kind = i.kind
         WHERE i.version > 100 * p.rev",
    ),
    (
        "index rows that belong to no item",
        "SELECT s.owner, s.tenant, s.kind, 'index row `' || s.path || '` belongs to no item'
         FROM posting s LEFT JOIN item i ON i.owner = s.owner AND i.tenant = s.tenant AND i.kind = s.kind
         AND i.collection = s.collection AND i.id = s.item WHERE i.owner IS NULL",
    ),
    (
        "items with another number of index rows",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` has ' || count(s.item) || ' index rows, not ' || i.postings
         FROM item i LEFT JOIN posting s ON s.owner = i.owner AND s.tenant = i.tenant AND s.kind = i.kind
         AND s.collection = i.collection AND s.item = i.id
         GROUP BY i.owner, i.tenant, i.kind, i.collection, i.id, i.postings HAVING count(s.item) <> i.postings",
    ),
    (
        "histories of another length",
        "SELECT p.owner, p.tenant, p.kind, 'its history has ' || count(h.rev) || ' rows up to rev ' || p.rev
         FROM partition p LEFT JOIN history h ON h.owner = p.owner AND h.tenant = p.tenant AND h.kind = p.kind
         AND h.rev BETWEEN 1 AND p.rev GROUP BY p.owner, p.tenant, p.kind, p.rev HAVING count(h.rev) <> p.rev",
    ),
    (
        "revs beyond their partition",
        "SELECT h.owner, h.tenant, h.kind, 'its history has a rev ' || h.rev || ' that it never came to'
         FROM history h LEFT JOIN partition p ON p.owner = h.owner AND p.tenant = h.tenant AND p.kind = h.kind
         WHERE p.rev IS NULL OR h.rev > p.rev OR h.rev < 1",
    ),
    (
        "revs that another commit made",
        "SELECT p.owner, p.tenant, p.kind, 'its rev ' || p.rev || ' was not made by its last commit'
         FROM partition p JOIN history h ON h.owner = p.owner AND h.tenant = p.tenant AND h.kind = p.kind AND h.rev = p.rev
         WHERE h.stamp <> p.stamp",
    ),
];

/// What contradicts itself. Told only if it does so twice: an engine of many machines has no moment that is the same for
/// all of them, and servers may be writing.
pub(super) async fn verify(pool: &Pool) -> Result<Vec<String>> {
    let findings = look(pool).await?;
    if findings.count() == 0 {
        return Ok(Vec::new());
    }
    Ok(findings.confirmed(&look(pool).await?).into_lines())
}

/// Looks at everything in one transaction, on a connection of its own: it takes as long as it needs.
async fn look(pool: &Pool) -> Result<Findings> {
    let client = pool.connect().await?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client.batch_execute(begin).await.map_err(|error| failure(&error))?;
    let mut findings = Findings::default();
    for (kind, query) in CONTRADICTIONS {
        contradictions(&client, kind, query, &mut findings).await?;
    }
    chains(&client, &mut findings).await?;
    // Whoever waits for the tables is not to wait for the connection to end.
    client.batch_execute("COMMIT").await.map_err(|error| failure(&error))?;
    Ok(findings)
}

/// The first in full, the others by number.
async fn contradictions(client: &Client, kind: &'static str, query: &str, findings: &mut Findings) -> Result<()> {
    // In order, so that of many the second look finds the same.
    let sql = format!("{query} ORDER BY 1, 2, 3, 4 LIMIT {TOLD}");
    let rows = client.query_typed(&sql, &[]).await.map_err(|error| failure(&error))?;
    for found in &rows {
        let (key, what): (_, String) = (row::key(found, 0)?, row::get(found, 3)?);
        findings.add(kind, || of(key, &what));
    }
    if rows.len() == TOLD {
        let sql = format!("SELECT count(*) FROM ({query}) AS found");
        let all = client.query_typed_one(&sql, &[]).await.map_err(|error| failure(&error))?;
        let all = usize::try_from(row::get::<i64>(&all, 0)?).unwrap_or(TOLD);
        findings.add_more(kind, all.saturating_sub(TOLD));
    }
    Ok(())
}

/// The first broken link of each partition, dropped ones too.
async fn chains(client: &Client, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT owner, tenant, kind, head FROM partition ORDER BY owner, tenant, kind";
    for found in client.query_typed(sql, &[]).await.map_err(|error| failure(&error))? {
        let key = row::key(&found, 0)?;
        let mut walk = Walk::new(row::fixed(&found, 3)?);
        let mut below = i64::MAX;
        loop {
            let params: [&(dyn ToSql + Sync); 5] = [&key.owner, &key.tenant, &code(key), &below, &PAGE];
            let rows = client.query_typed(Sql::Verify.text(), &typed(Sql::Verify, &params)).await;
            let rows = rows.map_err(|error| failure(&error))?;
            let Some(last) = rows.last() else { break };
            below = row::get(last, 4)?;
            for found in &rows {
                walk.step(row::history(found)?);
            }
        }
        if let Some(broken) = walk.finish() {
            findings.add("broken histories", || of(key, &chain::told(broken)));
        }
    }
    Ok(())
}

fn of(PartitionKey { owner, tenant, kind }: PartitionKey, what: &str) -> String {
    format!("{kind:?} {owner} of tenant {tenant}, bucket {}: {what}", bucket_of(owner))
}
