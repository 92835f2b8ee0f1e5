//! What stories need: a running server, a client for it, and the binary's other commands.
//!
//! Nothing waits for time to pass: a server says on its standard output that it is ready.

mod client;
mod server;

pub(crate) use client::{Reply, Request};
pub(crate) use server::{Command, Ended, Server, run, vitae};
