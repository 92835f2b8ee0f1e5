//! The protocol: request parts to response parts, over anything that implements [`Resources`].
//!
//! It knows no sockets, no profile and no store. Profile service and test model both run on it.

mod exchange;
mod resources;

pub use exchange::{Exchange, Request, Response, Timing};
pub use odata::{Dialect, Kind, Problem};
pub use resources::Resources;
