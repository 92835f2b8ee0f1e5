//! What a service and the protocol hand each other: entities, what bodies say of them, parts of collections, outcomes.

use std::sync::Arc;

use bytes::Bytes;
use edm::{Navigation, Operation, Parameter, Patch, Property, StructType, Value};

use crate::tag::Tag;

/// One entity that the caller may see.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its type, which may be derived from that of the collection it is in.
    pub ty: &'static StructType,
    /// Its place in the default order, before the id.
    pub at: i64,
    /// Its id: key, and tie-breaker of every order.
    pub id: Arc<str>,
    /// Its version, where it has an ETag.
    pub tag: Option<Tag>,
    /// Its canonical members, without braces.
    pub members: Bytes,
    /// What its streams hold, as far as that is told with it.
    pub streams: Option<Arc<[Stream]>>,
}

/// What a stream of an entity holds.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The stream property; `None` for what a media entity represents.
    pub property: Option<&'static Property>,
    /// The media type.
    pub content_type: String,
}

/// An entity with the entities asked for along with it.
#[derive(Debug, Clone)]
pub struct Entity {
    /// The entity.
    pub row: Row,
    /// What each navigation property of the [`Reach`](edm::expr::Reach) leads to, in the same order, each in default
    /// order; at most one where it leads to one.
    pub related: Vec<Vec<Entity>>,
}

impl From<Row> for Entity {
    fn from(row: Row) -> Self {
        Self { row, related: Vec::new() }
    }
}

/// What a body says of an entity.
#[derive(Debug, Clone)]
pub struct Content<T> {
    /// The type, which may be derived from that of the collection.
    pub ty: &'static StructType,
    /// Its properties.
    pub patch: Patch,
    /// Its relationships, each at most once.
    pub links: Vec<Links<T>>,
}

/// What a body says of one relationship.
#[derive(Debug, Clone)]
pub struct Links<T> {
    /// Which.
    pub navigation: &'static Navigation,
    /// Entities at the other end.
    pub ends: Vec<Linked<T>>,
    /// Are they all there are (none: the relationship leads nowhere), rather than more?
    pub all: bool,
}

/// An entity at the other end of a relationship that a body names.
#[derive(Debug, Clone)]
pub enum Linked<T> {
    /// One to be made.
    New(Content<T>),
    /// One that exists.
    Known(T),
}

/// On what a change depends and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The version that the entity must have.
    pub tag: Option<Tag>,
    /// Properties that are not mentioned get their initial values (`PUT`) rather than stay (`PATCH`).
    pub replace: bool,
}

/// A stream and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The media type.
    pub content_type: String,
    /// The octets.
    pub bytes: Bytes,
}

/// A call of a function or action.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Which.
    pub operation: &'static Operation,
    /// What it is given, without the binding parameter.
    pub arguments: &'a [(&'static Parameter, Value)],
}

/// What a call gave.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing.
    Nothing,
    /// A primitive or complex value, or a list of them.
    Value(Value),
    /// One entity.
    Entity(Box<Entity>),
    /// Entities, in their order.
    Entities(Vec<Entity>),
}

/// Which part of a collection, in default order.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Only what comes after this place.
    pub after: Option<(i64, Arc<str>)>,
    /// Of that, not the first so many.
    pub skip: usize,
    /// At most so many.
    pub limit: Option<usize>,
}

impl Window {
    /// Everything.
    pub const ALL: Window = Window { after: None, skip: 0, limit: None };

    /// The part of a whole collection, which comes in default order, and how many entities the whole has.
    pub fn counted(&self, mut entities: Vec<Entity>) -> (Vec<Entity>, usize) {
        let count = entities.len();
        let after = self.after.as_ref().map_or(0, |(at, id)| {
            entities.partition_point(|Entity { row, .. }| (row.at, row.id.as_ref()) <= (*at, id.as_ref()))
        });
        entities.drain(..after.saturating_add(self.skip).min(entities.len()));
        entities.truncate(self.limit.unwrap_or(usize::MAX));
        (entities, count)
    }
}

/// What became of a member of a collection.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its place in the history of the collection.
    pub at: u64,
    /// The entity as it is, or as it was before it was removed.
    pub row: Row,
    /// Is it there no longer?
    pub removed: bool,
}

/// What became of a collection since some time.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The last change of each member, in their order.
    pub list: Vec<Change>,
    /// Where the history ends.
    pub position: u64,
}

/// What became of a change that presumed a version.
#[derive(Debug, Clone)]
pub enum Changed<T> {
    /// It is done.
    Done(T),
    /// The entity had changed meanwhile: nothing is done, read again.
    Conflict,
}

impl<T> Changed<T> {
    /// The same, where what is done is told otherwise.
    pub fn map<U>(self, tell: impl FnOnce(T) -> U) -> Changed<U> {
        match self {
            Changed::Done(done) => Changed::Done(tell(done)),
            Changed::Conflict => Changed::Conflict,
        }
    }
}

/// `None` is a conflict.
impl<T> From<Option<T>> for Changed<T> {
    fn from(done: Option<T>) -> Self {
        done.map_or(Changed::Conflict, Changed::Done)
    }
}
