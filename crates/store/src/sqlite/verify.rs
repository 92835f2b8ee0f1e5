//! Comparing the stored rows with each other. Reads everything, so it is for checks, not for requests.

use rusqlite::{Connection, params};

use super::history::{self, MARK, Place};
use super::sound::OTHER_SUM;
use super::sum::{self, NOT_SUMMED};
use super::{read, row, sound};
use crate::chain::{self, Walk};
use crate::pack;
use crate::{Findings, PartitionKey, Result, bucket_of};

/// Rows that contradict each other: what they are called, and a query that yields owner, tenant, kind and what to say of them.
const CONTRADICTIONS: [(&str, &str); 4] = [
    (
        "items that belong to no partition",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` belongs to no partition'
         FROM item i LEFT JOIN partition p ON p.owner = i.owner AND p.tenant = i.tenant AND p.kind = i.kind AND p.live
         WHERE p.owner IS NULL",
    ),
    (
        "items that are later than their partition",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` is later than its partition'
         FROM item i JOIN partition p USING (owner, tenant, kind) WHERE max(i.created, i.modified) > p.last_time",
    ),
    // A group of changes may change an item several times within one rev, but no group has more than 100.
    (
        "items with too many versions",
        "SELECT i.owner, i.tenant, i.kind, 'item `' || i.collection || '/' || i.id || '` has more versions than its partition has changes'
         FROM item i JOIN partition p USING (owner, tenant, kind) WHERE i.version > 100 * p.rev",
    ),
    (
        "index rows that belong to no item",
        "SELECT s.owner, s.tenant, s.kind, 'index row `' || s.path || '` belongs to no item'
         FROM posting s LEFT JOIN item i ON i.owner = s.owner AND i.tenant = s.tenant AND i.kind = s.kind
         AND i.collection = s.collection AND i.id = s.item WHERE i.owner IS NULL",
    ),
];

pub(super) fn verify(connection: &Connection) -> Result<Vec<String>> {
    let mut findings = Findings::default();
    sound::structure(connection, None, &mut findings)?;
    if findings.count() > 0 {
        // Damaged tables cannot be read reliably, so what else they say is of no use.
        return Ok(findings.into_lines());
    }
    let transaction = connection.unchecked_transaction()?;
    for (kind, query) in CONTRADICTIONS {
        let mut statement = transaction.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (key, what): (_, String) = (row::key(row, 0)?, row.get(3)?);
            findings.add(kind, || of(key, &what));
        }
    }
    sums(&transaction, &mut findings)?;
    postings(&transaction, &mut findings)?;
    histories(&transaction, &mut findings)?;
    Ok(findings.into_lines())
}

/// Every row has its checksum, and every partition the items that it was written with.
fn sums(connection: &Connection, findings: &mut Findings) -> Result<()> {
    let keys = sound::small_tables(connection, findings)?;
    for (key, partition) in keys {
        let total = read::each_item(connection, key, |found| {
            let sum = found.checked(key);
            Ok(sum.unwrap_or_else(|error| {
                findings.add(OTHER_SUM, || error.to_string());
                0
            }))
        })?;
        if total != partition.totals.items && partition.sum != Some(NOT_SUMMED) {
            findings.add("partitions with other items", || {
                format!("{} has other items than it was written with", sum::named(key))
            });
        }
    }
    Ok(())
}

/// Every index row that an item lists exists, and no item has more than it lists.
fn postings(connection: &Connection, findings: &mut Findings) -> Result<()> {
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
                findings.add("items that lack an index row", || {
                    of(key, &format!("item `{collection}/{id}` lacks an index row `{}`", posting.path))
                });
            }
        }
    }
    let stored: i64 = connection.query_row("SELECT count(*) FROM posting", [], |row| row.get(0))?;
    if stored > listed {
        findings.add("faults of the index", || format!("there are {stored} index rows, but items list {listed}"));
    }
    Ok(())
}

/// What histories are called that do not hold.
const BROKEN: &str = "broken histories";

/// Every rev of every partition has its row, in its bucket, and there are no others; and their chain holds.
fn histories(connection: &Connection, findings: &mut Findings) -> Result<()> {
    let mut statement = connection.prepare("SELECT owner, tenant, kind FROM partition")?;
    let mut rows = statement.query([])?;
    let mut reached = 0;
    while let Some(row) = rows.next()? {
        reached += history_of(connection, row::key(row, 0)?, findings)?;
    }
    let stored: i64 = connection.query_row("SELECT count(*) FROM history", [], |row| row.get(0))?;
    if stored != reached {
        findings.add(BROKEN, || format!("there are {stored} history rows, but partitions reach {reached}"));
    }
    Ok(())
}

/// Says how many rows the partition reaches.
fn history_of(connection: &Connection, key: PartitionKey, findings: &mut Findings) -> Result<i64> {
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
                    findings.add("marks that lead elsewhere", || {
                        of(key, &format!("the mark of rev {first}, or of one after it, leads elsewhere"))
                    });
                }
                if let Err(error) = node.check() {
                    findings.add(OTHER_SUM, || error.to_string());
                }
                walk.step(node.row);
            }
            Err(error) => {
                findings.add(BROKEN, || of(key, &error.to_string()));
                return Ok(reached);
            }
        }
    }
    if first != 1 {
        findings.add(BROKEN, || of(key, &format!("the history begins with rev {first}")));
    } else if let Some(broken) = walk.finish() {
        findings.add(BROKEN, || of(key, &chain::told(broken)));
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

fn of(PartitionKey { owner, tenant, kind }: PartitionKey, what: &str) -> String {
    format!("{kind:?} {owner} of tenant {tenant}, bucket {}: {what}", bucket_of(owner))
}
