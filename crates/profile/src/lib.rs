//! What this service is about: the model of people and their profiles, its rules, who may see and do what, and the
//! operations on them as [`engine::Resources`].
//!
//! It knows no sockets, no URL text and no SQL.

pub mod effects;
pub mod model;

pub use effects::Effects;
