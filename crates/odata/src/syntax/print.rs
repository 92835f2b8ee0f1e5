//! Trees to text, decoded: what a parser reads as the same tree again. Who puts it into a URL encodes it.
//!
//! Parentheses stand only where the binding of operators needs them.

mod expr;
mod option;

use std::fmt::{self, Display, Formatter};

/// Writes items with a separator between.
fn joined<T: Display>(f: &mut Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

/// Writes options in parentheses; nothing if there are none.
fn parenthesised<T: Display>(f: &mut Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    f.write_str("(")?;
    joined(f, items, separator)?;
    f.write_str(")")
}
