//! Names that are unique within a tenant. They span partitions, so they are claimed before the partition is
//! written and bound after it; each step is idempotent, and a claim left by a crash can be taken over.

use uuid::Uuid;

/// Who holds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameEntry {
    /// The holder.
    pub owner: Uuid,
    /// Whether the holder's partition was written: a bound name is never taken over.
    pub bound: bool,
    /// When the name was last claimed, in ticks of 100 ns since 1970, UTC.
    pub at: i64,
}

/// The answer to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The name belongs to the caller's owner, now or already.
    Granted,
    /// Somebody else holds the name.
    Held(NameEntry),
}
