//! What was said: OData text to trees, before any model is asked.
//!
//! | module | reads |
//! |---|---|
//! | `text` | percent-encoding, once |
//! | `lex`, `literal`, `geo`, `chars` | characters to tokens |
//! | `expr`, `member`, `value` | expressions, paths and values within them |
//! | `options`, `select`, `search`, `apply` | query options |
//! | `path` | resource paths |
//! | `url` | a path and its options, where one decides about the other |
//! | `context`, `prefer` | context URLs, preferences |
//!
//! Each states its grammar at its head, in ABNF (RFC 5234) over decoded text; `BWS` is any number of blanks and tabs,
//! `RWS` at least one. Together they are the grammar of OData 4.01 but for what names mean: `tree` holds what was
//! said, and `print` (their `Display`) says it again. Every parser keeps to [`Limits`], reads in linear time and cannot
//! overflow the stack; a fault is an [`Error`] with the column, what was found there and what was expected.

mod apply;
mod chars;
pub mod context;
mod error;
mod expr;
mod function;
mod geo;
mod lex;
mod limits;
pub mod literal;
mod member;
mod option_values;
pub mod options;
mod parser;
pub mod path;
pub mod prefer;
mod print;
mod search;
mod select;
mod text;
pub mod tree;
pub mod url;
mod value;

pub use chars::is_identifier;
pub use error::{Error, Fault, Span};
pub use limits::{Limit, Limits, beyond};
pub use text::Text;

use parser::Parser;

/// Reads an expression, the whole of the text.
pub fn expression(text: &Text, limits: &Limits) -> Result<tree::Expr, Error> {
    let mut parser = Parser::new(text, limits)?;
    let expr = parser.expression()?;
    parser.finish(expr, "an operator")
}

/// Reads a search expression, the whole of the text.
pub fn search(text: &Text, limits: &Limits) -> Result<tree::Search, Error> {
    let mut parser = Parser::new(text, limits)?;
    let search = parser.search()?;
    parser.finish(search, "a blank and another word")
}

#[cfg(test)]
mod tests;
