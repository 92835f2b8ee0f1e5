//! Two stores listed side by side, a page at a time.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::{Halt, Outcome};
use crate::{BoxFuture, Name, NameEntry, PartitionKey, Result, Standing, Transfer};

/// Entries read at once.
const PAGE: usize = 1_000;

/// What a store lists in the order of its keys.
pub(super) trait Listed: Sized + Send {
    type Key: Ord + Clone + Send;

    fn key(&self) -> Self::Key;

    fn page(store: &dyn Transfer, after: Option<Self::Key>) -> BoxFuture<'_, Result<Vec<Self>>>;
}

impl Listed for Standing {
    type Key = PartitionKey;

    fn key(&self) -> PartitionKey {
        self.partition
    }

    fn page(store: &dyn Transfer, after: Option<PartitionKey>) -> BoxFuture<'_, Result<Vec<Self>>> {
        store.standings(after, PAGE)
    }
}

impl Listed for (Name, NameEntry) {
    type Key = Name;

    fn key(&self) -> Name {
        self.0.clone()
    }

    fn page(store: &dyn Transfer, after: Option<Name>) -> BoxFuture<'_, Result<Vec<Self>>> {
        store.names(after, PAGE)
    }
}

/// The entries of one store.
struct Listing<'a, T: Listed> {
    store: &'a dyn Transfer,
    page: VecDeque<T>,
    after: Option<T::Key>,
    ended: bool,
}

impl<'a, T: Listed> Listing<'a, T> {
    fn of(store: &'a dyn Transfer) -> Self {
        Self { store, page: VecDeque::new(), after: None, ended: false }
    }

    async fn next_key(&mut self) -> Result<Option<T::Key>> {
        if self.page.is_empty() && !self.ended {
            self.page = T::page(self.store, self.after.take()).await?.into();
            self.ended = self.page.len() < PAGE;
            self.after = self.page.back().map(T::key);
        }
        Ok(self.page.front().map(T::key))
    }
}

/// What the source and the target have under a key.
pub(super) type Pair<T> = (Option<T>, Option<T>);

/// The entries of the source and of the target, those of the same key together.
pub(super) struct Pairs<'a, T: Listed> {
    source: Listing<'a, T>,
    target: Listing<'a, T>,
}

impl<'a, T: Listed> Pairs<'a, T> {
    pub(super) fn of(source: &'a dyn Transfer, target: &'a dyn Transfer) -> Self {
        Self { source: Listing::of(source), target: Listing::of(target) }
    }

    pub(super) async fn next(&mut self) -> Outcome<Option<Pair<T>>> {
        let source = self.source.next_key().await.map_err(Halt::Source)?;
        let order = match (source, self.target.next_key().await.map_err(Halt::Target)?) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(source), Some(target)) => source.cmp(&target),
        };
        let source = if order.is_le() { self.source.page.pop_front() } else { None };
        let target = if order.is_ge() { self.target.page.pop_front() } else { None };
        Ok(Some((source, target)))
    }
}
