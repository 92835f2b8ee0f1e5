//! What is wrong with a text: where, what was found there, what was expected instead.

use std::borrow::Cow;
use std::fmt;

use super::limits::{Limit, beyond};
use crate::problem::{Kind, Problem};

/// A stretch of text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From the start of this one to the end of the other.
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }
}

/// Why a text is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Something stands where something else has to.
    Unexpected {
        /// What stands there; empty at the end of the text.
        found: String,
        /// What should.
        expected: Cow<'static, str>,
    },
    /// The text asks for more than is admitted.
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is admitted.
        most: usize,
        /// Which limit that is.
        limit: Limit,
    },
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub fault: Fault,
    /// Where, in bytes of the decoded text.
    pub span: Span,
    /// Where, in characters from 1.
    pub column: usize,
    /// What the column counts in: the name of a query option, `the path`; unknown to the innermost parsers.
    pub place: Option<Cow<'static, str>>,
}

impl Error {
    /// Something unexpected in that stretch of the text.
    pub fn unexpected(text: &str, span: Span, expected: impl Into<Cow<'static, str>>) -> Self {
        let found = text.get(span.start..span.end).unwrap_or_default();
        let found = match found.char_indices().nth(MOST_QUOTED) {
            Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()),
            None => found.to_owned(),
        };
        Self::new(Fault::Unexpected { found, expected: expected.into() }, text, span)
    }

    /// A limit that is passed in that stretch of the text.
    pub fn limit(text: &str, span: Span, what: &'static str, most: usize, limit: Limit) -> Self {
        Self::new(Fault::Limit { what, most, limit }, text, span)
    }

    /// The same, said of that place unless a nearer one is known.
    pub fn within(mut self, place: impl Into<Cow<'static, str>>) -> Self {
        self.place.get_or_insert_with(|| place.into());
        self
    }

    fn new(fault: Fault, text: &str, span: Span) -> Self {
        let column = text.get(..span.start).map_or(0, |before| before.chars().count()) + 1;
        Self { fault, span, column, place: None }
    }
}

/// The place of what is wrong with a query string as a whole.
pub(crate) const QUERY: &str = "the query";

/// Most characters of the text that a message repeats.
const MOST_QUOTED: usize = 40;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Unexpected { found, .. } if found.is_empty() => f.write_str("found the end")?,
            Fault::Unexpected { found, .. } => write!(f, "found `{found}`")?,
            Fault::Limit { what, most, limit } => write!(f, "{},", beyond(limit.setting(), most, what))?,
        }
        write!(f, " at column {}", self.column)?;
        if let Some(place) = &self.place {
            write!(f, " of {place}")?;
        }
        match &self.fault {
            Fault::Unexpected { expected, .. } => write!(f, ", expected {expected}"),
            Fault::Limit { .. } => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if error.place.as_deref() == Some(QUERY) && matches!(error.fault, Fault::Limit { limit: Limit::Length, .. }) {
            return Problem::new(Kind::UriTooLong, error.to_string());
        }
        let place =
            error.place.as_deref().and_then(|place| place.strip_prefix('`')?.strip_suffix('`')).map(str::to_owned);
        match place {
            Some(option) if option.starts_with('$') => {
                let what = if option == "$compute" { "compute expression format" } else { &option };
                let message = format!("invalid {what}: {}", Error { place: None, ..error });
                Problem::new(Kind::BadQuery, message).at(option)
            }
            Some(place) => Problem::new(Kind::BadQuery, error.to_string()).at(place),
            None => Problem::new(Kind::BadQuery, error.to_string()),
        }
    }
}
