//! Judging the preconditions of a commit. Where a partition's rows come from is not known here.

use std::collections::HashMap;

use crate::{Change, Commit, Error, Precondition, Result, Snapshot};

/// A partition before a commit, as far as preconditions ask.
pub(crate) trait Before {
    /// The rev, or `None` when there is no such partition.
    fn rev(&self) -> Option<u64>;

    /// The version of an item, or `None` when there is no such item.
    fn version(&self, collection: &str, id: &str) -> Result<Option<u64>>;

    /// How many items a collection holds.
    fn count(&self, collection: &str) -> Result<usize>;
}

/// A partition of which everything is known. The snapshot of a partition that does not exist is empty.
pub(crate) struct Known<'a> {
    pub(crate) live: bool,
    pub(crate) snapshot: &'a Snapshot,
}

impl Before for Known<'_> {
    fn rev(&self) -> Option<u64> {
        self.live.then(|| self.snapshot.rev())
    }

    fn version(&self, collection: &str, id: &str) -> Result<Option<u64>> {
        Ok(self.snapshot.item(collection, id).map(|item| item.header.version))
    }

    fn count(&self, collection: &str) -> Result<usize> {
        Ok(self.snapshot.items(collection).len())
    }
}

/// The first precondition that does not hold is the error.
pub(crate) fn check(before: &impl Before, commit: &Commit) -> Result<()> {
    for condition in &commit.expect {
        if !holds(before, condition, &commit.changes)? {
            return Err(Error::Conflict(condition.clone()));
        }
    }
    Ok(())
}

fn holds(before: &impl Before, condition: &Precondition, changes: &[Change]) -> Result<bool> {
    Ok(match condition {
        Precondition::Exists => before.rev().is_some(),
        Precondition::Absent => before.rev().is_none(),
        Precondition::Rev(rev) => before.rev() == Some(*rev),
        Precondition::Version { collection, id, version } => before.version(collection, id)? == Some(*version),
        Precondition::ItemAbsent { collection, id } => before.version(collection, id)?.is_none(),
        Precondition::AtMost { collection, items } => count_after(before, collection, changes)? <= *items,
    })
}

/// How many items a collection will hold.
fn count_after(before: &impl Before, collection: &str, changes: &[Change]) -> Result<usize> {
    // For each item touched, whether it is there in the end.
    let mut there: HashMap<&str, bool> = HashMap::new();
    let mut emptied = false;
    for change in changes {
        match change {
            Change::Put { item, .. } if &*item.collection == collection => _ = there.insert(&item.id, true),
            Change::Delete { collection: from, id } if &**from == collection => _ = there.insert(id, false),
            Change::Clear { keep } if &**keep == collection => {}
            Change::Clear { .. } | Change::Drop => {
                there.clear();
                emptied = true;
            }
            Change::Put { .. } | Change::Delete { .. } => {}
        }
    }
    let mut count = if emptied { 0 } else { before.count(collection)? };
    for (id, stays) in there {
        let was = !emptied && before.version(collection, id)?.is_some();
        match (was, stays) {
            (false, true) => count += 1,
            (true, false) => count = count.saturating_sub(1),
            (true, true) | (false, false) => {}
        }
    }
    Ok(count)
}
