//! The protocol: request parts to response parts, over anything that implements [`Resources`].
//!
//! It knows no sockets, no profile and no store. Profile service and test model both run on it.

mod all;
mod applied;
mod batch;
mod body;
mod calls;
mod changes;
mod changing;
mod collection;
mod conditions;
mod deep;
mod each;
mod elsewhere;
mod exchange;
mod explained;
mod home;
mod known_paths;
mod links;
mod media;
mod metadata;
mod method;
mod nested;
mod once;
mod outcome;
mod paging;
mod part;
mod payload;
mod posted;
mod property;
mod reading;
mod resources;
mod route;
mod rows;
mod service;
mod tag;
mod task;
#[cfg(test)]
mod tests;
mod timings;
mod turns;
mod upserting;

pub use exchange::{Exchange, Request, RequestId, Response, Timing};
pub use odata::csdl::Capabilities;
pub use odata::openapi::Info;
pub use odata::syntax::{Limit, Limits, beyond};
pub use odata::{Address, Dialect, Kind, Place, Problem, Step, setting};
pub use once::{Claim, Once};
pub use resources::{
    Action, Basis, Call, Change, Changed, Changes, Content, Entity, Linked, Links, Media, Outcome, Resources, Row,
    Stream, Target, Window,
};
pub use service::Service;
pub use tag::Tag;
pub use turns::{Attempts, Lane, Turns};

/// Reads an entity in payload form as a create would, for services that load data without a request.
pub fn read_entity(
    model: &'static edm::Model,
    ty: &'static edm::StructType,
    body: &[u8],
) -> Result<edm::Patch, Problem> {
    match odata::payload::read(model, ty, body, odata::payload::Intent::Create)? {
        odata::payload::Body::Entity(entity) => Ok(entity.patch),
        odata::payload::Body::Reference(_) => {
            Err(Problem::new(Kind::BadBody, "found only a reference, expected an entity"))
        }
    }
}
