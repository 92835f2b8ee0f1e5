//! Stories over HTTP: each starts the real binary, acts as a client, and looks at what comes back.

mod commands;
mod door;
mod harness;
mod hooks;
mod replay;
mod settings;
