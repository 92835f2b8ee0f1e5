//! One partition on its way: brought forward step by step, read back, compared, and then shown.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::{Halt, Mover, Outcome, compare};
use crate::{Error, PartitionKey, Portion, Standing, Whole};

/// Records in one step.
pub(super) const PAGE: usize = 500;

/// How often a partition is begun again that the source changes meanwhile. Then it is left to the next pass.
const ROUNDS: usize = 3;

/// How often a store is asked that is away for a while.
const TRIES: u32 = 6;

/// The pause before it is asked again. It doubles with each.
const PAUSE: Duration = Duration::from_millis(200);

impl Mover {
    /// Brings a partition over, and says in what it then differs from the source.
    pub(super) async fn bring(&self, key: PartitionKey) -> Outcome<Vec<String>> {
        let mut tries = 0;
        loop {
            match self.try_to_bring(key).await {
                Err(Halt::Source(Error::Unavailable(_)) | Halt::Target(Error::Unavailable(_))) if tries < TRIES => {
                    // What was written before is found there.
                    sleep(PAUSE * 2_u32.pow(tries)).await;
                    tries += 1;
                }
                Err(Halt::Target(Error::Conflict(_))) => {
                    return Err(Halt::Foreign(vec![compare::of(key, "was changed in the target meanwhile")]));
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_to_bring(&self, key: PartitionKey) -> Outcome<Vec<String>> {
        for _ in 0..ROUNDS {
            let Some(whole) = self.source.whole(key).await.map_err(Halt::Source)? else { return Ok(Vec::new()) };
            let before = self.target.whole(key).await.map_err(Halt::Target)?.map(|whole| whole.standing);
            // A partition that is live was compared up to there; unless what it recorded is erased since.
            let mut compared = before.filter(|before| before.live).map_or(0, |before| before.rev);
            if before != Some(whole.standing) && self.carry(&whole, before).await? {
                compared = 0;
            }
            let found = compare::differences(&*self.source, &*self.target, &whole, compared).await?;
            if found.is_empty() {
                self.show(&whole).await?;
                return Ok(Vec::new());
            }
            let now = self.source.whole(key).await.map_err(Halt::Source)?;
            if now.is_some_and(|now| now.standing == whole.standing) {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Brings records and items to the target, where the partition does not exist meanwhile. Says whether some of what
    /// was recorded is erased.
    async fn carry(&self, whole: &Whole, before: Option<Standing>) -> Outcome<bool> {
        let goal = whole.standing;
        let mut at = before.map_or(0, |before| before.rev);
        let mut head = before.and_then(|before| before.head);
        let mut erased = false;
        loop {
            let mut records = self.source.history(goal.partition, at, PAGE).await.map_err(Halt::Source)?;
            records.retain(|record| record.rev <= goal.rev);
            let after = at;
            (at, head) = records.last().map_or((at, head), |last| (last.rev, last.link));
            let is_last = at >= goal.rev;
            if at == after && !is_last {
                let what = format!("the history of {} does not lead on from rev {at}", goal.partition.owner);
                return Err(Halt::Source(Error::Corrupt(what)));
            }
            let standing = Standing { rev: at, live: false, head, ..goal };
            let brought = records.len() as u64;
            let portion = Portion { after, standing, records, items: is_last.then(|| whole.items.clone()) };
            erased |= portion.erases();
            self.target.import(portion).await.map_err(Halt::Target)?;
            self.progress.records.fetch_add(brought, Ordering::Relaxed);
            if is_last {
                return Ok(erased);
            }
        }
    }

    /// Lets the partition exist, if it does in the source.
    async fn show(&self, whole: &Whole) -> Outcome {
        let (standing, items) = (whole.standing, &whole.items);
        if standing.live {
            let shown = Portion { after: standing.rev, standing, records: Vec::new(), items: None };
            self.target.import(shown).await.map_err(Halt::Target)?;
        }
        let index_rows: usize = items.iter().map(|stored| stored.index.len()).sum();
        self.progress.partitions.fetch_add(1, Ordering::Relaxed);
        self.progress.items.fetch_add(items.len() as u64, Ordering::Relaxed);
        self.progress.index_rows.fetch_add(index_rows as u64, Ordering::Relaxed);
        Ok(())
    }
}
