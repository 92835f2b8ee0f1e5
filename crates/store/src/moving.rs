//! Moving everything from one store into another, whatever the two are: partition by partition, beside writers of the
//! source, and as often as it takes.
//!
//! A partition goes over in steps that each leave a sound chain of records, is read back and compared with the source,
//! and only then exists in the target. So whatever ends a move, the next one sees from the target alone what is left to
//! do. Nothing of others is overwritten: the target's chain must be a part of the source's, partition by partition.
//!
//! Where a store is, and whether the source is still written to, is known to the caller.

mod compare;
mod listing;
mod names;
mod partition;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::task::JoinSet;

use self::listing::{Pair, Pairs};
use crate::{Error, PartitionKey, Standing, Transfer};

/// The secret that a target has until it is complete.
const MARK: &str = "copy";

/// The secret by which it is tried, before a target is marked, whether that is the source. It means nothing to anybody
/// else: where a process is killed that very moment, it may stay until the next move.
const TRIAL: &str = "copy-trial";

/// How many partitions are on their way at once.
const AT_ONCE: usize = 8;

/// How many findings are told.
const FINDINGS: usize = 20;

/// Whether a move into this store was begun and not finished. Then nobody should serve from it.
///
/// # Errors
/// Those of the store.
pub async fn is_unfinished(store: &dyn Transfer) -> Result<bool, Error> {
    Ok(store.secrets().await?.contains_key(MARK))
}

/// Why a move does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// The source cannot be read.
    #[error("the source: {0}")]
    Source(Error),
    /// The target cannot be read or written.
    #[error("the target: {0}")]
    Target(Error),
    /// The source is itself the target of a move that was not finished.
    #[error("a copy into the source was begun and not finished")]
    Unfinished,
    /// Both are one store, which the addresses did not tell. Nothing was changed.
    #[error("the source and the target are the same store")]
    Same,
    /// The target holds what is not from the source. Nothing was changed.
    #[error("the target holds data that is not from this source")]
    Foreign(Vec<String>),
    /// What was read back from the target is not what the source holds.
    #[error("the target differs from the source")]
    Differs(Vec<String>),
    /// It was asked to stop.
    #[error("stopped")]
    Stopped,
}

/// The result of a part of a move.
pub type Outcome<T = ()> = Result<T, Halt>;

/// What has been brought over so far.
#[derive(Debug, Default)]
pub struct Progress {
    partitions: AtomicU64,
    items: AtomicU64,
    index_rows: AtomicU64,
    records: AtomicU64,
    names: AtomicU64,
    stop: AtomicBool,
}

/// The same at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Partitions: people, groups, settings and logs of tenants.
    pub partitions: u64,
    /// Their items.
    pub items: u64,
    /// The index rows of these.
    pub index_rows: u64,
    /// The records of what was changed.
    pub records: u64,
    /// Names given or freed.
    pub names: u64,
}

impl Progress {
    /// What has been brought over until now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Figures {
            partitions: of(&self.partitions),
            items: of(&self.items),
            index_rows: of(&self.index_rows),
            records: of(&self.records),
            names: of(&self.names),
        }
    }

    /// Asks the move to stop after what is on its way.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What a pass has to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The partitions of the source, dropped ones too.
    pub partitions: u64,
    /// Those in which the target is not where the source is.
    pub behind: u64,
    /// These, and those of which it cannot be seen whether they were compared.
    pub todo: Vec<PartitionKey>,
}

/// A move from one store into another.
pub struct Mover {
    source: Arc<dyn Transfer>,
    target: Arc<dyn Transfer>,
    apart: &'static [&'static str],
    progress: Progress,
}

impl Mover {
    /// Nothing is done yet. The secrets `apart` say something of their store and stay where they are.
    pub fn new(source: Arc<dyn Transfer>, target: Arc<dyn Transfer>, apart: &'static [&'static str]) -> Self {
        Self { source, target, apart, progress: Progress::default() }
    }

    /// How far it has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Compares how far the partitions of both have come, and changes nothing.
    ///
    /// # Errors
    /// [`Halt::Foreign`] when the target may not be written.
    pub async fn survey(&self) -> Outcome<Survey> {
        if is_unfinished(&*self.source).await.map_err(Halt::Source)? {
            return Err(Halt::Unfinished);
        }
        let mut survey = Survey::default();
        let mut foreign = self.judge_secrets().await?;
        let mut pairs = Pairs::<Standing>::of(&*self.source, &*self.target);
        while let Some(pair) = pairs.next().await? {
            foreign.extend(self.judge(&mut survey, pair).await?);
            if foreign.len() >= FINDINGS {
                break;
            }
        }
        if foreign.is_empty() {
            self.judge_names(&mut foreign).await?;
        }
        if foreign.is_empty() { Ok(survey) } else { Err(Halt::Foreign(foreign)) }
    }

    /// Brings over what a survey has found, and the names and secrets.
    ///
    /// # Errors
    /// [`Halt::Same`] when there is only one store; [`Halt::Differs`] when something was not read back as it was sent,
    /// the rest having been brought over.
    pub async fn pass(self: &Arc<Self>, survey: &Survey) -> Outcome {
        self.mark().await?;
        for (name, value) in self.secrets().await? {
            self.target.set_secret(name, Some(value)).await.map_err(Halt::Target)?;
        }
        let mut differences = Vec::new();
        let mut under_way = JoinSet::new();
        for key in &survey.todo {
            if self.progress.is_stopping() {
                break;
            }
            if under_way.len() >= AT_ONCE {
                note(&mut differences, under_way.join_next().await)?;
            }
            let (mover, key) = (Arc::clone(self), *key);
            under_way.spawn(async move { mover.bring(key).await });
        }
        while !under_way.is_empty() {
            note(&mut differences, under_way.join_next().await)?;
        }
        if self.progress.is_stopping() {
            return Err(Halt::Stopped);
        }
        self.bring_names().await?;
        if differences.is_empty() { Ok(()) } else { Err(Halt::Differs(differences)) }
    }

    /// Finishes the move, if both are the same. Otherwise says in how many partitions and names they are not.
    ///
    /// # Errors
    /// Those of the stores.
    pub async fn finish(&self) -> Outcome<u64> {
        let left = self.survey().await?.behind + self.names_left().await?;
        if left == 0 {
            self.target.set_secret(MARK.into(), None).await.map_err(Halt::Target)?;
        }
        Ok(left)
    }

    /// Notes in the target that it is not complete, unless that is the source by another name.
    async fn mark(&self) -> Outcome {
        if is_unfinished(&*self.target).await.map_err(Halt::Target)? {
            // The source was not, when it was surveyed.
            return Ok(());
        }
        // A source that is marked would be neither served nor copied any more.
        match self.is_one_store().await? {
            true => Err(Halt::Same),
            false => self.target.set_secret(MARK.into(), Some([1; 32])).await.map_err(Halt::Target),
        }
    }

    /// Whether what is written to the target is read from the source.
    async fn is_one_store(&self) -> Outcome<bool> {
        let mut value = self.trial().await?.unwrap_or_default();
        // Unlike what an earlier move may have left there.
        value.iter_mut().take(1).for_each(|byte| *byte = byte.wrapping_add(1));
        self.target.set_secret(TRIAL.into(), Some(value)).await.map_err(Halt::Target)?;
        let seen = self.trial().await;
        self.target.set_secret(TRIAL.into(), None).await.map_err(Halt::Target)?;
        Ok(seen? == Some(value))
    }

    async fn trial(&self) -> Outcome<Option<[u8; 32]>> {
        Ok(self.source.secrets().await.map_err(Halt::Source)?.get(TRIAL).copied())
    }

    /// What the source has that goes along.
    async fn secrets(&self) -> Outcome<BTreeMap<Arc<str>, [u8; 32]>> {
        let mut secrets = self.source.secrets().await.map_err(Halt::Source)?;
        secrets.retain(|name, _| !self.is_apart(name));
        Ok(secrets)
    }

    fn is_apart(&self, name: &str) -> bool {
        [MARK, TRIAL].contains(&name) || self.apart.contains(&name)
    }

    async fn judge_secrets(&self) -> Outcome<Vec<String>> {
        let own = self.secrets().await?;
        let theirs = self.target.secrets().await.map_err(Halt::Target)?;
        let foreign = theirs.iter().filter(|(name, value)| !self.is_apart(name) && own.get(*name) != Some(*value));
        Ok(foreign.map(|(name, _)| format!("it has a key `{name}` of its own")).collect())
    }

    /// Says what is foreign of a partition of the target.
    async fn judge(&self, survey: &mut Survey, (source, target): Pair<Standing>) -> Outcome<Option<String>> {
        survey.partitions += u64::from(source.is_some());
        let (source, target) = match (source, target) {
            (Some(source), Some(target)) => (source, target),
            (Some(source), None) => {
                survey.behind += 1;
                survey.todo.push(source.partition);
                return Ok(None);
            }
            (None, Some(target)) => return Ok(Some(compare::of(target.partition, "is not in the source"))),
            (None, None) => return Ok(None),
        };
        let is_behind = source != target;
        survey.behind += u64::from(is_behind);
        if is_behind || !source.live {
            survey.todo.push(source.partition);
        }
        if target.rev > source.rev {
            let what = format!("is at rev {}, the source only at {}", target.rev, source.rev);
            return Ok(Some(compare::of(target.partition, &what)));
        }
        let is_foreign = is_behind && !self.goes_on_from(&target).await?;
        let what = format!("has another history up to rev {} than the source", target.rev);
        Ok(is_foreign.then(|| compare::of(target.partition, &what)))
    }

    /// Whether the source's chain goes on from where the target's ends.
    async fn goes_on_from(&self, target: &Standing) -> Outcome<bool> {
        let (key, before) = (target.partition, target.rev.saturating_sub(1));
        let own = self.source.history(key, before, 1).await.map_err(Halt::Source)?;
        let theirs = self.target.history(key, before, 1).await.map_err(Halt::Target)?;
        let (Some(own), Some(theirs)) = (own.first(), theirs.first()) else { return Ok(false) };
        // Rows without links are told apart by the rest of what stays.
        Ok((own.rev, own.at, own.dropped, &own.what, own.link)
            == (theirs.rev, theirs.at, theirs.dropped, &theirs.what, theirs.link))
    }
}

/// Notes how a partition fared.
fn note(differences: &mut Vec<String>, ended: Option<Result<Outcome<Vec<String>>, tokio::task::JoinError>>) -> Outcome {
    let gone = |error: tokio::task::JoinError| Halt::Target(Error::Unavailable(error.to_string()));
    let found = ended.unwrap_or_else(|| Ok(Ok(Vec::new()))).map_err(gone)??;
    differences.extend(found.into_iter().take(FINDINGS.saturating_sub(differences.len())));
    Ok(())
}
