//! The seals of a store against its partitions. Reads everything, so it is for checks, not for requests.

use super::form::{self, Leaf};
use crate::{Findings, PartitionKey, PartitionKind, Result, Store};

/// Rows read at once.
const PAGE: usize = 100;

/// What is found.
const DIFFERING: &str = "seals that differ";

/// Compares every seal with the partitions it names, and describes every disagreement.
///
/// That the chains themselves hold is [`Store::verify`]'s business.
///
/// # Errors
/// Those of the store.
pub async fn verify(store: &dyn Store) -> Result<Vec<String>> {
    let mut findings = Findings::default();
    let mut after = None;
    loop {
        let keys = store.partitions(after, PAGE).await?;
        for key in keys.iter().filter(|key| key.kind == PartitionKind::Log) {
            of_tenant(store, *key, &mut findings).await?;
        }
        match keys.last() {
            Some(last) if keys.len() == PAGE => after = Some(*last),
            _ => return Ok(findings.into_lines()),
        }
    }
}

async fn of_tenant(store: &dyn Store, log: PartitionKey, findings: &mut Findings) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = store.audit(log, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.rev;
        for row in rows.iter().filter(|row| form::is_seal(&row.what)) {
            let seal = format!("the seal of rev {} of tenant {}", row.rev, log.tenant);
            match form::unseal(log.tenant, &row.what) {
                Ok(leaves) => {
                    for leaf in leaves {
                        if let Some(what) = differs(store, &leaf).await? {
                            findings.add(DIFFERING, || format!("{seal} {what}"));
                        }
                    }
                }
                Err(what) => findings.add(DIFFERING, || format!("{seal} {what}")),
            }
        }
    }
}

/// What the partition says otherwise than its leaf.
async fn differs(store: &dyn Store, leaf: &Leaf) -> Result<Option<String>> {
    let Leaf { partition: PartitionKey { owner, kind, .. }, rev, link } = leaf;
    let row = store.audit(leaf.partition, rev.saturating_sub(1), 1).await?;
    let of = format!("has a link of rev {rev} of {kind:?} {owner}");
    Ok(match row.first() {
        Some(row) if row.rev == *rev && row.link == Some(*link) => None,
        Some(row) if row.rev == *rev => Some(format!("{of}, which has another link now")),
        _ => Some(format!("{of}, which is missing")),
    })
}
