//! How a task ends when it does not end well: one message for the terminal.
//!
//! Nobody tells failures apart, so they have no kinds.

use std::fmt;

/// Why a task could not be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(String);

/// The result of a task or of a part of one.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with its message.
    pub(crate) fn new(message: impl fmt::Display) -> Failure {
        Failure(message.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Saying what could not be done where only a cause is known.
pub(crate) trait Because<T> {
    /// The value, or a failure that names what was tried before the cause.
    fn or_fail(self, what: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> Because<T> for Result<T, E> {
    fn or_fail(self, what: impl fmt::Display) -> Outcome<T> {
        self.map_err(|cause| Failure(format!("{what}: {cause}")))
    }
}
