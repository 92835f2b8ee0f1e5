//! Writing to the terminal: results to standard output, complaints and progress to standard error.
//!
//! A reader that went away is no reason to fail, so errors of writing are let go.

use std::io::{self, IsTerminal, Write};

/// Writes a result, with a line end.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes a complaint, with a line end.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Tells a person who waits what is under way; a file or a pipe is not told.
pub(crate) fn progress(text: &str) {
    if io::stderr().is_terminal() {
        complain(text);
    }
}
