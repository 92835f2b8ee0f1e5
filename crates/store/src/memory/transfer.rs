//! Handing everything to another store, and taking it from one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{MemoryStore, Partition, State};
use crate::chain::Row;
use crate::{
    BoxFuture, ChangePosition, Name, NameEntry, PartitionKey, Portion, Result, Standing, Stored, Transfer, Whole,
    bucket_of,
};

impl Transfer for MemoryStore {
    fn standings(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<Standing>>> {
        self.answer(|state| {
            let all = state.partitions.iter().filter(|(key, _)| after.is_none_or(|after| **key > after));
            all.take(limit).map(|(key, partition)| partition.standing(*key)).collect()
        })
    }

    fn whole(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Whole>>> {
        self.answer(|state| {
            state.partitions.get(&partition).map(|found| {
                let items = found.items.values().map(|(item, index)| {
                    let mut index = index.clone();
                    index.sort();
                    index.dedup();
                    Stored { item: Arc::clone(item), index }
                });
                Whole { standing: found.standing(partition), items: items.collect() }
            })
        })
    }

    fn history(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Row>>> {
        self.answer(|state| state.history_of(partition, after_rev).take(limit).cloned().collect())
    }

    fn import(&self, portion: Portion) -> BoxFuture<'_, Result<()>> {
        Box::pin(std::future::ready(self.state().import(portion)))
    }

    fn names(&self, after: Option<Name>, limit: usize) -> BoxFuture<'_, Result<Vec<(Name, NameEntry)>>> {
        self.answer(|state| {
            let names = state.names.iter().filter(|(name, _)| after.as_ref().is_none_or(|after| *name > after));
            names.take(limit).map(|(name, entry)| (name.clone(), *entry)).collect()
        })
    }

    fn set_names(&self, names: Vec<(Name, Option<NameEntry>)>) -> BoxFuture<'_, Result<()>> {
        self.answer(|state| {
            for (name, entry) in names {
                match entry {
                    Some(entry) => _ = state.names.insert(name, entry),
                    None => _ = state.names.remove(&name),
                }
            }
        })
    }

    fn secrets(&self) -> BoxFuture<'_, Result<BTreeMap<Arc<str>, [u8; 32]>>> {
        self.answer(|state| state.secrets.clone())
    }

    fn set_secret(&self, name: Arc<str>, value: Option<[u8; 32]>) -> BoxFuture<'_, Result<()>> {
        self.answer(|state| match value {
            Some(value) => _ = state.secrets.insert(name, value),
            None => _ = state.secrets.remove(&name),
        })
    }
}

impl State {
    fn import(&mut self, portion: Portion) -> Result<()> {
        let key = portion.standing.partition;
        portion.check(self.partitions.get(&key).map(|before| before.rev))?;
        if portion.erases() {
            self.erase_history(key);
        }
        for row in portion.records {
            self.order.insert((bucket_of(key.owner), ChangePosition { at: row.at, partition: key, rev: row.rev }));
            self.history.insert((key, row.rev), row);
        }
        let partition = self.partitions.entry(key).or_default();
        if let Some(items) = portion.items {
            let place = |item: &crate::Item| (Arc::clone(&item.collection), Arc::clone(&item.id));
            partition.items = items.into_iter().map(|Stored { item, index }| (place(&item), (item, index))).collect();
        }
        let Standing { rev, last_time, live, head, .. } = portion.standing;
        (partition.rev, partition.last_time, partition.live, partition.head) = (rev, last_time, live, head);
        partition.snapshot = live.then(|| Arc::new(partition.read()));
        Ok(())
    }
}

impl Partition {
    fn standing(&self, partition: PartitionKey) -> Standing {
        Standing { partition, rev: self.rev, last_time: self.last_time, live: self.live, head: self.head }
    }
}
