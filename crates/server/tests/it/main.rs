//! Stories over HTTP: each starts the real binary, acts as a client, and looks at what comes back.

#![cfg(test)]

mod commands;
mod crash;
mod door;
mod harness;
mod hooks;
mod replay;
mod settings;
