//! Why an expression has no meaning: what types were found and which are expected.

use std::fmt;

use super::{MAX_DEPTH, Shape};

/// An operator or function applied to what it does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeError {
    /// Operands of these types do not go together.
    Operands {
        /// The operator or function as it is written.
        name: &'static str,
        /// The types found, in words.
        found: String,
        /// The types expected, in words.
        expected: String,
    },
    /// A function with too few or too many arguments.
    Arity {
        /// The function as it is written.
        name: &'static str,
        /// How many arguments there are.
        found: usize,
        /// How many it takes, in words.
        expected: String,
    },
    /// A literal that does not fit the type of what it is compared with.
    Literal {
        /// Its text.
        text: String,
        /// What would fit, in words.
        expected: String,
    },
    /// Meaningful, but not offered here.
    Unsupported(String),
    /// Nested more deeply than an expression may be.
    TooDeep,
}

impl TypeError {
    pub(crate) fn operands(name: &'static str, found: &[Shape], expected: impl Into<String>) -> Self {
        let found: Vec<_> = found.iter().map(|shape| shape.name()).collect();
        TypeError::Operands { name, found: found.join(" and "), expected: expected.into() }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeError::Operands { name, found, expected } => write!(f, "`{name}`: found {found}, expected {expected}"),
            TypeError::Arity { name, found, expected } => {
                let plural = if *found == 1 { "" } else { "s" };
                write!(f, "`{name}`: found {found} argument{plural}, expected {expected}")
            }
            TypeError::Literal { text, expected } => write!(f, "found `{text}`, expected {expected}"),
            TypeError::Unsupported(what) => write!(f, "{what} is not supported"),
            TypeError::TooDeep => write!(f, "the expression is nested more than {MAX_DEPTH} levels deep"),
        }
    }
}

impl std::error::Error for TypeError {}
