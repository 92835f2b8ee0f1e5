//! The `vitae` binary.
fn main() {}
