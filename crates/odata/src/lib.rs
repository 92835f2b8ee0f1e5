//! OData v4.01 text in both directions: resource paths and query options to bound queries, JSON bodies to patches,
//! records to payloads, problems to error bodies.
//!
//! No I/O, no storage, no callers, and no knowledge of which collections exist: that is the model's.

pub mod address;
pub mod applied;
pub mod batch;
pub mod bind;
pub mod csdl;
pub mod dialect;
pub mod headers;
pub mod openapi;
pub mod payload;
pub mod problem;
pub mod query;
pub mod service_document;
pub mod syntax;
pub mod url;

pub use address::{Address, Place, Step, Tail};
pub use dialect::{Dialect, setting};
pub use problem::{Detail, Kind, Problem};
pub use query::{Expand, Query, Select};
