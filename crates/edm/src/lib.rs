//! The typed vocabulary of Vitae: what a model is, what values it admits, how they are stored, and what a query over
//! them means.
//!
//! Everything here is plain data and pure functions. This crate does no I/O, is not async, and knows neither OData text
//! nor annotations, HTTP, storage or people.

pub mod apply;
pub mod check;
pub mod codec;
pub mod eval;
pub mod expr;
pub mod json;
pub mod lazy;
pub mod model;
pub mod nearest;
pub mod query;
pub mod record;
pub mod testing;
pub mod time;
pub mod value;

pub use check::{Fault, Violation};
pub use model::{
    EntitySet, EnumMember, EnumType, Format, Mode, Model, Navigation, Operation, OperationKind, Parameter, Primitive,
    Property, ReturnType, Singleton, StructKind, StructType, Type, TypeDefinition,
};
pub use record::{Change, Patch, Record};
pub use time::{DateTimeOffset, Duration, TimeOfDay};
pub use value::Value;
