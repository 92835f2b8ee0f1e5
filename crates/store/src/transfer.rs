//! What one store hands to another, so that the other becomes the same. How the whole is moved, and that nothing else
//! is overwritten by it, is the matter of [`moving`](crate::moving).

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::chain::{Hash, Row};
use crate::{BoxFuture, Error, IndexRow, Item, NameEntry, PartitionKey, Precondition, Result, Store};

/// How far a partition has come, dropped or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The partition.
    pub partition: PartitionKey,
    /// The number of commits that it has seen.
    pub rev: u64,
    /// The greatest created or modified time ever written.
    pub last_time: i64,
    /// Whether it exists; one that was dropped does not.
    pub live: bool,
    /// The newest link of its chain.
    pub head: Option<Hash>,
}

/// An item as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The item.
    pub item: Arc<Item>,
    /// The rows by which scans find it, in order, each once.
    pub index: Vec<IndexRow>,
}

/// What a partition is at one moment, its records apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// How far it has come.
    pub standing: Standing,
    /// Its items, by collection and id.
    pub items: Vec<Stored>,
}

/// A step of a partition towards what it is in another store.
#[derive(Clone, Debug, PartialEq)]
pub struct Portion {
    /// The rev that the step goes on from; 0 where the partition is not known yet.
    pub after: u64,
    /// What the partition is after the step.
    pub standing: Standing,
    /// The records of the revs between, in order.
    pub records: Vec<Row>,
    /// All items, in place of those that are there. Without, these stay.
    pub items: Option<Vec<Stored>>,
}

impl Portion {
    /// The step is one, and the partition is where it goes on from.
    pub(crate) fn check(&self, rev: Option<u64>) -> Result<()> {
        let mut last = self.after;
        for record in &self.records {
            last = last.saturating_add(1);
            if record.rev != last || record.partition != self.standing.partition {
                return Err(Error::Corrupt(format!(
                    "the history of {} skips rev {last}",
                    self.standing.partition.owner
                )));
            }
        }
        if last != self.standing.rev {
            return Err(Error::Corrupt(format!("the history of {} ends at rev {last}", self.standing.partition.owner)));
        }
        if rev.unwrap_or_default() != self.after {
            return Err(Error::Conflict(Precondition::Rev(self.after)));
        }
        Ok(())
    }

    /// Whether what was recorded before is erased: by a drop among the records, or by one that is still to come.
    pub(crate) fn erases(&self) -> bool {
        self.records.iter().any(|record| record.dropped || record.values.is_none())
    }
}

/// A name of a tenant.
pub type Name = (Uuid, Arc<str>);

/// A store that can be made from another, and another from it. Nothing is judged here: what is written replaces what is
/// there.
pub trait Transfer: Store {
    /// The partitions in the order of their keys, those that were dropped too.
    fn standings(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<Standing>>>;

    /// What a partition is, or `None` where there never was one.
    fn whole(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Whole>>>;

    /// The records of a partition after a rev, by rev.
    fn history(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Row>>>;

    /// Carries out a step, in one transaction. [`Error::Conflict`] when the partition is not where the step goes on
    /// from.
    fn import(&self, portion: Portion) -> BoxFuture<'_, Result<()>>;

    /// The names that are held, by tenant and name.
    fn names(&self, after: Option<Name>, limit: usize) -> BoxFuture<'_, Result<Vec<(Name, NameEntry)>>>;

    /// Gives names to others, or frees those without an entry.
    fn set_names(&self, names: Vec<(Name, Option<NameEntry>)>) -> BoxFuture<'_, Result<()>>;

    /// Every secret.
    fn secrets(&self) -> BoxFuture<'_, Result<BTreeMap<Arc<str>, [u8; 32]>>>;

    /// Replaces a secret, or removes it.
    fn set_secret(&self, name: Arc<str>, value: Option<[u8; 32]>) -> BoxFuture<'_, Result<()>>;
}
