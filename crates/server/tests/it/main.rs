//! Stories over HTTP: each starts the real binary, acts as a client, and looks at what comes back.

#![cfg(test)]

mod audit;
mod commands;
mod concurrent;
mod copy;
mod crash;
mod door;
mod durable;
mod encrypted;
mod gone;
mod harness;
mod hooks;
mod hostile;
mod older;
mod overload;
mod related;
mod replay;
mod settings;
mod shared;
mod signin;
mod trust;
mod wire;
