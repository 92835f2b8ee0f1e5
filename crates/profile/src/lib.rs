//! What this service is about: the model of people and their profiles, its rules, who may see and do what, and the
//! operations on them as [`engine::Resources`].
//!
//! It knows no sockets, no URL text and no SQL.

mod access;
mod addresses;
mod audit;
mod directory;
mod effects;
mod group;
mod guesses;
mod items;
mod lists;
mod load;
mod log;
mod making;
pub mod model;
mod once;
mod people;
mod photos;
mod problems;
mod resources;
mod retrying;
mod rules;
mod service;
mod settings;
pub mod sighting;
pub mod stranger;
mod target;
mod tenant;
mod verify;

#[cfg(test)]
mod tests;

pub use directory::Spot;
pub use effects::Effects;
pub use load::{Person, label};
pub use service::{DIALECT, Service};
pub use settings::{AppWrites, ITEMS_SETTING, KEYS_SETTING, Settings};
pub use target::Target;
pub use tenant::Place;
