//! Stories over the whole pipeline below HTTP: protocol, rules, access, and the memory store.

mod access;
mod batches;
mod collections;
mod fuzz;
mod groups;
mod harness;
mod laws;
mod managers;
mod metadata;
mod peers;
mod people;
mod photos;
mod reach;
mod values;
