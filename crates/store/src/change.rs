//! The record of what commits changed: change rows for readers that follow along, audit rows for readers that look
//! back.

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::PartitionKey;
use crate::chain::Hash;

/// How many buckets change rows are spread over.
pub const BUCKETS: u16 = 16;

/// The bucket of an owner's change rows: the exclusive or of the owner's bytes, reduced. Never changes.
#[must_use]
pub fn bucket_of(owner: Uuid) -> u16 {
    let folded = owner.as_bytes().iter().fold(0, |folded, byte| folded ^ byte);
    u16::from(folded) % BUCKETS
}

/// A place in a bucket. The order of the fields is the order of the rows.
///
/// A commit with an earlier time can land after one with a later time was read, so a reader that must miss
/// nothing reads an overlap again and drops the `(partition, rev)` it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChangePosition {
    /// When the commit was made.
    pub at: i64,
    /// The partition.
    pub partition: PartitionKey,
    /// The partition's rev after the commit.
    pub rev: u64,
}

/// What one commit touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// The bucket.
    pub bucket: u16,
    /// When the commit was made.
    pub at: i64,
    /// The partition.
    pub partition: PartitionKey,
    /// The partition's rev after the commit.
    pub rev: u64,
    /// Whether the partition was dropped, before anything in `touched`.
    pub dropped: bool,
    /// The items, in the order of the changes. Emptied when a later commit drops the partition.
    pub touched: Vec<Touched>,
    /// The commit's link in the partition's chain; `None` where a release without chains wrote it.
    pub link: Option<Hash>,
}

impl ChangeRow {
    /// Where the row stands, to go on after it.
    #[must_use]
    pub fn position(&self) -> ChangePosition {
        ChangePosition { at: self.at, partition: self.partition, rev: self.rev }
    }
}

/// One item that a commit touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The item's collection.
    pub collection: Arc<str>,
    /// The item's id.
    pub id: Arc<str>,
    /// What was done to it.
    pub op: Op,
}

/// What was done to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// It was written.
    Put,
    /// It was removed.
    Delete,
}

/// The audit record of one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The partition.
    pub partition: PartitionKey,
    /// The partition's rev after the commit.
    pub rev: u64,
    /// When the commit was made.
    pub at: i64,
    /// Who did what to which items. Empty where a release without chains wrote it: then the values hold it too.
    pub what: Bytes,
    /// The values before and after; `None` once a later commit dropped the partition.
    pub values: Option<Bytes>,
    /// The commit's link in the partition's chain; `None` where a release without chains wrote it.
    pub link: Option<Hash>,
}

impl AuditRow {
    /// Where the row stands among the records of a tenant, to go on before it.
    #[must_use]
    pub fn position(&self) -> ChangePosition {
        ChangePosition { at: self.at, partition: self.partition, rev: self.rev }
    }
}
