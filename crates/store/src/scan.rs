//! Looking items up across partitions by index row. Yields candidates, never verdicts.

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::PartitionKind;

/// A range of the index of one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The tenant.
    pub tenant: Uuid,
    /// What is indexed.
    pub path: Arc<str>,
    /// Where the tokens begin.
    pub from: Bound<Bytes>,
    /// Where the tokens end.
    pub to: Bound<Bytes>,
    /// The last candidate of the page before.
    pub after: Option<Candidate>,
    /// The greatest number of candidates.
    pub limit: usize,
}

/// An item that an index row points at. The order of the fields is the order of a scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The token under which it was found.
    pub token: Bytes,
    /// The owner of its partition.
    pub owner: Uuid,
    /// Its id.
    pub item: Arc<str>,
    /// Its collection.
    pub collection: Arc<str>,
    /// The kind of its partition.
    pub kind: PartitionKind,
}
