//! What stories need: a running server, a client for it, and the binary's other commands.
//!
//! Nothing waits for time to pass: a server says on its standard output that it is ready.

mod client;
mod database;
mod dice;
mod issuer;
mod line;
mod log;
mod server;
mod sign;

pub(crate) use client::{Reply, Request, exchange};
pub(crate) use database::{damage, database, is_file, laid_out, statements};
pub(crate) use dice::Dice;
pub(crate) use issuer::TestIssuer;
pub(crate) use line::Line;
pub(crate) use server::{Ended, Server, run, vitae};
pub(crate) use sign::{Signer, ec, merge, unsigned};
