//! Log lines, to standard error. They hold no query values, tokens, bodies or anything of a person.

use tracing_subscriber::EnvFilter;

use crate::failure::{Failure, Outcome};

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// The levels, from silent to everything.
pub(crate) const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Begins to log lines of this level and above.
pub(crate) fn start(level: &str, format: Format) -> Outcome {
    let filter =
        EnvFilter::try_new(level).map_err(|error| Failure::Usage(format!("no log level `{level}`: {error}")))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = match format {
        Format::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        Format::Json => builder.json().try_init(),
    };
    begun.map_err(|error| Failure::failed("cannot log", error))
}
