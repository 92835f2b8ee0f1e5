//! What a transaction on one partition asks for. Does not carry it out.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Item, PartitionKey};

/// One transaction on one partition. It creates the partition when there is none, unless it expects otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The partition.
    pub partition: PartitionKey,
    /// When, in ticks of 100 ns since 1970, UTC. The change record is ordered by it.
    pub at: i64,
    /// What must hold, checked in this order; the first that does not is the error, and nothing is changed.
    pub expect: Vec<Precondition>,
    /// What to change, in this order.
    pub changes: Vec<Change>,
    /// What the commit records of itself.
    pub audit: Record,
}

/// What makes a digest of values untold: 128 random bits.
pub type Salt = [u8; 16];

/// What a commit records of itself, in the same transaction. Opaque here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Who did what to which items: ids alone, for it stays for ever.
    pub what: Bytes,
    /// The values before and after. Erased when the partition is dropped.
    pub values: Bytes,
    /// Drawn for this record, and erased with the values.
    pub salt: Salt,
}

/// A condition of a commit, about the partition before the commit unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// The partition exists.
    Exists,
    /// The partition does not exist.
    Absent,
    /// The partition exists at this rev.
    Rev(u64),
    /// The item exists in this version.
    Version {
        /// The item's collection.
        collection: Arc<str>,
        /// The item's id.
        id: Arc<str>,
        /// The version expected.
        version: u64,
    },
    /// The item does not exist.
    ItemAbsent {
        /// The item's collection.
        collection: Arc<str>,
        /// The item's id.
        id: Arc<str>,
    },
    /// The collection holds at most this many items *after* the commit.
    AtMost {
        /// The collection.
        collection: Arc<str>,
        /// The greatest number of items.
        items: usize,
    },
}

impl fmt::Display for Precondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => write!(f, "the partition exists"),
            Self::Absent => write!(f, "the partition does not exist"),
            Self::Rev(rev) => write!(f, "the partition is at rev {rev}"),
            Self::Version { collection, id, version } => write!(f, "`{collection}/{id}` is in version {version}"),
            Self::ItemAbsent { collection, id } => write!(f, "`{collection}/{id}` does not exist"),
            Self::AtMost { collection, items } => write!(f, "`{collection}` holds at most {items} items"),
        }
    }
}

/// One change of a commit.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Writes the item, replacing an earlier one and its index rows.
    Put {
        /// The item.
        item: Arc<Item>,
        /// The rows by which [`scan`](crate::Store::scan) finds it.
        index: Vec<IndexRow>,
    },
    /// Removes the item and its index rows, if there is one.
    Delete {
        /// The item's collection.
        collection: Arc<str>,
        /// The item's id.
        id: Arc<str>,
    },
    /// Removes every item outside one collection.
    Clear {
        /// The collection that stays.
        keep: Arc<str>,
    },
    /// Removes the partition and everything in it, and erases its earlier audit contents and change lists.
    /// This commit's own audit record stays, and so does its change row, as a tombstone. A later change of
    /// the same commit, or a later commit, creates the partition again; its revs and times go on from where they were.
    Drop,
}

/// One row of the index across partitions: under `path`, the item is found by `token`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexRow {
    /// What is indexed.
    pub path: Arc<str>,
    /// The folded value.
    pub token: Bytes,
}
