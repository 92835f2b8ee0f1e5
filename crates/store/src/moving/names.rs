//! Names on their way: they belong to no partition, and are taken over as they are at the moment.

use super::listing::{Pair, Pairs};
use super::{FINDINGS, Halt, MARK, Mover, Outcome};
use crate::{Name, NameEntry, PartitionKey, PartitionKind};

/// A name with whoever holds it.
type Held = (Name, NameEntry);

/// Names set in one transaction.
const BATCH: usize = 500;

impl Mover {
    /// Makes the target's names those of the source.
    pub(super) async fn bring_names(&self) -> Outcome {
        let mut pairs = Pairs::<Held>::of(&*self.source, &*self.target);
        let mut batch = Vec::new();
        loop {
            let pair = pairs.next().await?;
            let ended = pair.is_none();
            batch.extend(pair.and_then(changed));
            if batch.len() >= BATCH || (ended && !batch.is_empty()) {
                let count = batch.len() as u64;
                self.target.set_names(std::mem::take(&mut batch)).await.map_err(Halt::Target)?;
                self.progress.names.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// In how many names the two differ.
    pub(super) async fn names_left(&self) -> Outcome<u64> {
        let mut pairs = Pairs::<Held>::of(&*self.source, &*self.target);
        let mut left = 0;
        while let Some(pair) = pairs.next().await? {
            left += u64::from(changed(pair).is_some());
        }
        Ok(left)
    }

    /// Names of the target whose holders the source does not know. What a move that is not finished has brought over
    /// is its own, whatever became of it in the source.
    pub(super) async fn judge_names(&self, foreign: &mut Vec<String>) -> Outcome {
        if self.target.secrets().await.map_err(Halt::Target)?.contains_key(MARK) {
            return Ok(());
        }
        let mut pairs = Pairs::<Held>::of(&*self.source, &*self.target);
        while let Some(pair) = pairs.next().await? {
            let (None, Some(((tenant, _), entry))) = pair else { continue };
            let owner = PartitionKey { owner: entry.owner, tenant, kind: PartitionKind::User };
            let known = self.source.history(owner, 0, 1).await.map_err(Halt::Source)?;
            if entry.bound && known.is_empty() && foreign.len() < FINDINGS {
                foreign.push(format!("a name of {} in tenant {tenant} is not in the source", entry.owner));
            }
        }
        Ok(())
    }
}

/// What the target has to be told.
fn changed(pair: Pair<Held>) -> Option<(Name, Option<NameEntry>)> {
    match pair {
        (Some((_, source)), Some((_, target))) if source == target => None,
        (Some((name, entry)), _) => Some((name, Some(entry))),
        (None, Some((name, _))) => Some((name, None)),
        (None, None) => None,
    }
}
