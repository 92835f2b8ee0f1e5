//! The seals of a store against its partitions. Reads everything, so it is for checks, not for requests.

use super::form::{self, Leaf};
use crate::{PartitionKey, PartitionKind, Result, Store};

/// Rows read at once.
const PAGE: usize = 100;

/// Describes every partition whose chain is not what a seal says it was; of each tenant the first so many.
const FINDINGS: usize = 20;

/// Compares every seal with the partitions it names, and describes every disagreement.
///
/// That the chains themselves hold is [`Store::verify`]'s business.
///
/// # Errors
/// Those of the store.
pub async fn verify(store: &dyn Store) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut after = None;
    loop {
        let keys = store.partitions(after, PAGE).await?;
        for key in keys.iter().filter(|key| key.kind == PartitionKind::Log) {
            findings.extend(of_tenant(store, *key).await?);
        }
        match keys.last() {
            Some(last) if keys.len() == PAGE => after = Some(*last),
            _ => return Ok(findings),
        }
    }
}

async fn of_tenant(store: &dyn Store, log: PartitionKey) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut after = 0;
    while findings.len() < FINDINGS {
        let rows = store.audit(log, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.rev;
        for row in rows.iter().filter(|row| form::is_seal(&row.what)) {
            let seal = format!("the seal of rev {} of tenant {}", row.rev, log.tenant);
            match form::unseal(log.tenant, &row.what) {
                Ok(leaves) => {
                    for leaf in leaves {
                        findings.extend(differs(store, &leaf).await?.map(|what| format!("{seal} {what}")));
                    }
                }
                Err(what) => findings.push(format!("{seal} {what}")),
            }
        }
    }
    findings.truncate(FINDINGS);
    Ok(findings)
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
