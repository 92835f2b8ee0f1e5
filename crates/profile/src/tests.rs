//! Stories over the whole pipeline below HTTP: protocol, rules, access, and the memory store.

mod access;
mod batches;
mod collections;
mod counting;
mod fuzz;
mod groups;
mod harness;
mod hidden;
mod items;
mod laws;
mod lists;
mod log;
mod managers;
mod matrix;
mod metadata;
mod once;
mod peers;
mod people;
mod photos;
mod privacy;
mod reach;
mod settings;
mod simulation;
mod surfaces;
mod values;
