//! Writing to the terminal: results to standard output, complaints to standard error.
//!
//! A reader that went away (`vitae token | head -0`) is no reason to fail, so errors of writing are let go.

use std::io::{self, Write};

/// Writes a result, with a line end.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes a complaint, with a line end.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "vitae: {text}");
}

/// Writes a line that is neither result nor complaint, to standard error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Replaces the line under the cursor of standard error, which is a terminal.
pub(crate) fn redraw(text: &str) {
    let mut out = io::stderr().lock();
    let _ = write!(out, "\r\x1b[K{text}").and_then(|()| out.flush());
}
