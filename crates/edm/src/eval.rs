//! What a bound expression means over a row. This is the only judge of `$filter`, `$orderby`, `$search` and `$compute`:
//! indexes and SQL give candidates, never verdicts.
//!
//! - `eq` and `ne` are two-valued: null equals null and nothing else. The other comparisons are false when one side is
//!   null; of two nulls, `ge` and `le` are true, for they are also equal.
//! - `and`, `or`, `not` are three-valued, from left to right, and stop when the answer is certain. A filter keeps a row
//!   only if it is true.
//! - Functions and arithmetic are null when an argument is, and when the result would leave the range of its type.
//!   Dividing by zero is an error, except of floating numbers and with `divby`.
//! - Strings are compared by code point (or without case, see [`Env`]), their length and positions counted in code
//!   points.
//! - Dates and times have the parts that they have at their own offset; stored ones are in UTC.
//!
//! Nothing panics, and work is bounded by a budget.

mod compare;
mod convert;
mod datum;
mod key;
mod machine;
pub(crate) mod number;
mod order;
mod row;
pub mod search;
mod sequence;
mod stored;
mod temporal;
#[cfg(test)]
mod tests;
mod text;

use std::cell::Cell;
use std::fmt;

use crate::expr::Expr;
use crate::time::DateTimeOffset;

pub(crate) use compare::order;
pub use datum::{Datum, List};
pub(crate) use key::write_key;
pub use order::{Sort, SortKey};
pub use row::{Object, Row, Stored};

/// What evaluation depends on beside expression and row. One serves a whole request: its budget is shared by all rows.
#[derive(Debug)]
pub struct Env {
    now: DateTimeOffset,
    ignore_case: bool,
    limit: u64,
    spent: Cell<u64>,
}

impl Env {
    /// Steps that one request may take unless told otherwise: a second or so.
    pub const DEFAULT_LIMIT: u64 = 20_000_000;

    /// An environment in which `now()` is that instant.
    pub fn new(now: DateTimeOffset) -> Self {
        Self { now, ignore_case: false, limit: Self::DEFAULT_LIMIT, spent: Cell::new(0) }
    }

    /// Strings are compared and ordered without regard to case.
    pub fn ignoring_case(self, ignore_case: bool) -> Self {
        Self { ignore_case, ..self }
    }

    /// At most so many steps; a step is a node evaluated, or some sixty bytes of a string gone through.
    pub fn limited(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// Steps taken so far.
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    pub(crate) fn spend(&self, steps: u64) -> Result<(), EvalError> {
        let spent = self.spent.get().saturating_add(steps);
        self.spent.set(spent);
        if spent > self.limit { Err(EvalError::TooMuchWork { limit: self.limit }) } else { Ok(()) }
    }

    /// Pays for going through so many bytes.
    fn spend_bytes(&self, bytes: usize) -> Result<(), EvalError> {
        self.spend((bytes / 64) as u64)
    }
}

/// Why an expression has no value over a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvalError {
    /// An integer, decimal or duration divided by zero, or a remainder by zero.
    DivisionByZero,
    /// `substring` asked for fewer than no characters.
    NegativeLength,
    /// The budget is used up.
    TooMuchWork {
        /// Steps allowed.
        limit: u64,
    },
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvalError::DivisionByZero => f.write_str("found a division by zero, expected another divisor"),
            EvalError::NegativeLength => f.write_str("found a negative length in `substring`, expected zero or more"),
            EvalError::TooMuchWork { limit } => write!(f, "the query takes more than {limit} steps"),
        }
    }
}

impl std::error::Error for EvalError {}

impl Expr {
    /// The value over a row.
    pub fn eval<'a>(&'a self, row: &dyn Row<'a>, env: &Env) -> Result<Datum<'a>, EvalError> {
        machine::Machine::new(self, row, env).eval(self)
    }

    /// Does a filter keep the row? Only what is true passes.
    pub fn matches<'a>(&'a self, row: &dyn Row<'a>, env: &Env) -> Result<bool, EvalError> {
        Ok(machine::Machine::new(self, row, env).truth(self)? == Some(true))
    }
}
