//! How a command ends when it does not end well: a message for the terminal and an exit code that scripts depend on.

use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It could not be done (exit code 1).
    Failed(String),
    /// It was asked wrongly: arguments or settings (exit code 2).
    Usage(String),
    /// It was done, and found something, or something is left to do (exit code 3). What that is has been said.
    Found,
}

/// The result of a command or of a part of one.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// What could not be done, and why.
    pub(crate) fn failed(what: impl fmt::Display, why: impl fmt::Display) -> Failure {
        Failure::Failed(format!("{what}: {why}"))
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Failed(_) => ExitCode::from(1),
            Failure::Usage(_) => ExitCode::from(2),
            Failure::Found => ExitCode::from(3),
        }
    }

    /// What the terminal shows; nothing where all has been said.
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Failure::Failed(message) | Failure::Usage(message) => Some(message),
            Failure::Found => None,
        }
    }
}
