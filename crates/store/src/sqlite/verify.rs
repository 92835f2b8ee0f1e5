//! Comparing the stored rows with each other. Reads everything, so it is for checks, not for requests.

use rusqlite::{Connection, params};

use super::history::{self, MARK, Place};
use super::sum::{self, NOT_SUMMED};
use super::{read, row, sound};
use crate::chain::{self, Walk};
use crate::pack;
use crate::{PartitionKey, Result, bucket_of};

/// How many findings are told in full: one cause can break every row.
const FINDINGS: usize = 100;

/// Rows that contradict each other, each query yielding owner, tenant, kind and what to say of them.
const CONTRADICTIONS: [&str; 4] = [
    "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` belongs to no partition'
     FROM item i LEFT JOIN partition p ON p.owner = i.owner AND p.tenant = i.tenant AND p.kind = i.kind AND p.live
     WHERE p.owner IS NULL",
    "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` is later than its partition'
     FROM item i JOIN partition p USING (owner, tenant, kind) WHERE max(i.created, i.modified) > p.last_time",
    // A group of changes may change an item several times within one rev, but no group has more than 100.
    "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` has more versions than its partition has changes'
     FROM item i JOIN partition p USING (owner, tenant, kind) WHERE i.version > 100 * p.rev",
    "SELECT s.owner, s.tenant, s.kind, 'index row `' || s.path || '` belongs to no item'
     FROM posting s LEFT JOIN item i ON i.owner = s.owner AND i.tenant = s.tenant AND i.kind = s.kind
     AND i.collection = s.collection AND i.id = s.item WHERE i.owner IS NULL",
];

pub(super) fn verify(connection: &Connection) -> Result<Vec<String>> {
    let mut findings = sound::integrity(connection, None)?;
    if !findings.is_empty() {
        // Damaged tables cannot be read reliably, so what else they say is of no use.
        return Ok(findings);
    }
    let transaction = connection.unchecked_transaction()?;
    for query in CONTRADICTIONS {
        let mut statement = transaction.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let what: String = row.get(3)?;
            report(&mut findings, row::key(row, 0)?, &what);
        }
    }
    sums(&transaction, &mut findings)?;
    postings(&transaction, &mut findings)?;
    histories(&transaction, &mut findings)?;
    if findings.len() > FINDINGS {
        let more = findings.len() - FINDINGS;
        findings.truncate(FINDINGS);
        findings.push(format!("and {more} more"));
    }
    Ok(findings)
}

/// Every row has its checksum, and every partition the items that it was written with.
fn sums(connection: &Connection, findings: &mut Vec<String>) -> Result<()> {
    let keys = sound::small_tables(connection, findings)?;
    for (key, partition) in keys {
        let total = read::each_item(connection, key, |found| {
            let sum = found.checked(key);
            findings.extend(sum.as_ref().err().map(ToString::to_string));
            Ok(sum.unwrap_or_default())
        })?;
        if total != partition.totals.items && partition.sum != Some(NOT_SUMMED) {
            findings.push(format!("{} has other items than it was written with", sum::named(key)));
        }
    }
    Ok(())
}

/// Every index row that an item lists exists, and no item has more than it lists.
fn postings(connection: &Connection, findings: &mut Vec<String>) -> Result<()> {
    let mut statement = connection
        .prepare("SELECT owner, tenant, kind, collection, id, postings FROM item WHERE postings IS NOT NULL")?;
    let mut exists = connection.prepare(
        "SELECT EXISTS (SELECT 1 FROM posting WHERE tenant = ?1 AND path = ?2 AND token = ?3 AND owner = ?4
         AND item = ?5 AND collection = ?6 AND kind = ?7)",
    )?;
    let mut listed = 0;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = row::key(row, 0)?;
        let (collection, id): (String, String) = (row.get(3)?, row.get(4)?);
        for posting in pack::unpack_postings(Some(&row::bytes(row, 5)?))? {
            let (tenant, owner) = (key.tenant.as_bytes(), key.owner.as_bytes());
            let row = params![tenant, posting.path, &posting.token[..], owner, id, collection, key.kind.code()];
            let found: bool = exists.query_row(row, |row| row.get(0))?;
            listed += 1;
            if !found {
                report(findings, key, &format!("item `{collection}/{id}` lacks an index row `{}`", posting.path));
            }
        }
    }
    let stored: i64 = connection.query_row("SELECT count(*) FROM posting", [], |row| row.get(0))?;
    if stored > listed {
        findings.push(format!("there are {stored} index rows, but items list {listed}"));
    }
    Ok(())
}

/// Every rev of every partition has its row, in its bucket, and there are no others; and their chain holds.
fn histories(connection: &Connection, findings: &mut Vec<String>) -> Result<()> {
    let mut statement = connection.prepare("SELECT owner, tenant, kind FROM partition")?;
    let mut rows = statement.query([])?;
    let mut reached = 0;
    while let Some(row) = rows.next()? {
        reached += history_of(connection, row::key(row, 0)?, findings)?;
    }
    let stored: i64 = connection.query_row("SELECT count(*) FROM history", [], |row| row.get(0))?;
    if stored != reached {
        findings.push(format!("there are {stored} history rows, but partitions reach {reached}"));
    }
    Ok(())
}

/// Says how many rows the partition reaches.
fn history_of(connection: &Connection, key: PartitionKey, findings: &mut Vec<String>) -> Result<i64> {
    let Some(partition) = row::partition_as_it_is(connection, key)? else { return Ok(0) };
    let mut next = Some(Place { rev: partition.rev, at: partition.at });
    let (mut reached, mut first) = (0, 0);
    let mut walk = Walk::new(partition.head);
    let mut marks = Marks { rev: partition.rev / MARK * MARK, at: partition.mark_at };
    while let Some(place) = next {
        match history::node(connection, key, place) {
            Ok(node) => {
                (reached, first) = (reached + 1, place.rev);
                next = node.prev(place);
                if !marks.lead(place, node.mark_at) {
                    report(findings, key, &format!("the mark of rev {first}, or of one after it, leads elsewhere"));
                }
                findings.extend(node.check().err().map(|error| error.to_string()));
                walk.step(node.row);
            }
            Err(error) => {
                report(findings, key, &error.to_string());
                return Ok(reached);
            }
        }
    }
    if first != 1 {
        report(findings, key, &format!("the history begins with rev {first}"));
    } else if let Some(broken) = walk.finish() {
        report(findings, key, &chain::told(broken));
    }
    Ok(reached)
}

/// The marked row that the rows above it say comes next.
struct Marks {
    rev: u64,
    at: Option<i64>,
}

impl Marks {
    /// Does the next older row agree?
    fn lead(&mut self, place: Place, mark_at: Option<i64>) -> bool {
        let reached = place.rev != self.rev || self.at == Some(place.at);
        if place.rev == self.rev {
            *self = Self { rev: place.rev.saturating_sub(1) / MARK * MARK, at: mark_at };
        }
        reached && mark_at == self.at && (self.rev > 0 || mark_at.is_none())
    }
}

fn report(findings: &mut Vec<String>, key: PartitionKey, what: &str) {
    let PartitionKey { owner, tenant, kind } = key;
    findings.push(format!("{kind:?} {owner} of tenant {tenant}, bucket {}: {what}", bucket_of(owner)));
}
