//! Persistence behind one trait, [`Store`].
//!
//! A store keeps *partitions*. A partition is the unit of transaction: its items, its index rows, its audit
//! record and its change record commit together or not at all, and nothing is atomic across partitions.
//! What an item's body means, who asks, and what collections exist is not known here: collections and ids
//! are opaque text, bodies and tokens opaque bytes.
//!
//! Three implementations pass the same conformance suite: [`memory::MemoryStore`], the oracle,
//! [`sqlite::SqliteStore`], the embedded default, and [`postgres::PostgresStore`], for several servers on one
//! database. [`overlay::Overlay`] keeps back changes over any of them, [`seal::Sealer`] binds their chains together,
//! and [`moving::Mover`] brings everything from one to another.

mod cache;
mod chain;
mod change;
mod commit;
mod error;
mod expect;
mod findings;
mod item;
mod key;
mod landings;
mod moment;
mod name;
mod news;
mod pack;
mod scan;
mod snapshot;
mod traits;
mod transfer;

pub mod memory;
pub mod moving;
pub mod overlay;
pub mod postgres;
pub mod seal;
pub mod sqlite;
pub mod testing;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod fixture;

pub use chain::{Hash, Row as HistoryRow};
pub use change::{AuditRow, BUCKETS, ChangePosition, ChangeRow, Op, Touched, bucket_of};
pub use commit::{Change, Commit, IndexRow, Precondition, Record, Salt};
pub use error::{Error, Result};
pub use findings::Findings;
pub use item::{Header, Item};
pub use key::{PartitionKey, PartitionKind};
pub use landings::Landings;
pub use moment::of_one_moment;
pub use name::{Claimed, NameEntry};
pub use scan::{Candidate, Scan};
pub use snapshot::{Items, Snapshot};
pub use traits::{BoxFuture, Store};
pub use transfer::{Name, Portion, Standing, Stored, Transfer, Whole};
