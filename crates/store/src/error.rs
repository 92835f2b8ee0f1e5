//! What can go wrong in a store. Knows no HTTP, and "not found" is not among it: that is `None`.

use crate::Precondition;

/// The result of a store operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed store operation. It changed nothing that a reader can see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A precondition of a commit did not hold.
    #[error("a precondition does not hold: {0}")]
    Conflict(Precondition),
    /// The store cannot answer now; trying again may help. Should the machine fail next, the write may yet be found
    /// done.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What cannot be kept back to be committed with others. Trying again does not help.
    #[error("a group of changes that commit together cannot contain {0}")]
    OutOfGroup(String),
    /// What is stored is damaged or is not a store.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// The data was written by a newer release. Nothing was touched.
    #[error("the data has schema {found}, this release reads up to {supported}")]
    Schema {
        /// The schema version of the data.
        found: u32,
        /// The newest schema version understood.
        supported: u32,
    },
    /// Another process has the store open for writing.
    #[error("`{0}` is in use by another process")]
    InUse(String),
    /// The store was opened for reading only.
    #[error("the store was opened for reading only")]
    ReadOnly,
    /// A file could not be opened, created or locked.
    #[error("{0}")]
    Io(String),
}
