//! What a service must be able to do for the protocol to serve it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use edm::{Model, Navigation, Patch};
use odata::{Address, Problem};

use crate::exchange::Exchange;

/// What a request is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read one entity.
    Read,
    /// Read a collection.
    List,
    /// Count a collection.
    Count,
    /// Add to a collection.
    Create,
    /// Change an entity.
    Update,
    /// Remove an entity.
    Delete,
}

/// The version of an entity, as its ETag shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(pub u64);

impl Tag {
    /// The opaque part of the entity tag: sixteen hexadecimal digits.
    pub fn digits(self) -> [u8; 16] {
        let mut digits = [0; 16];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            let low = (rest & 0xF) as u8;
            *digit = if low < 10 { b'0' + low } else { b'a' + (low - 10) };
            rest >>= 4;
        }
        digits
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

/// One entity that the caller may see.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its place in the default order, before the id.
    pub at: i64,
    /// Its id: key, and tie-breaker of every order.
    pub id: Arc<str>,
    /// Its version, where it has an ETag.
    pub tag: Option<Tag>,
    /// Its canonical members, without braces.
    pub members: Bytes,
}

/// An entity with the collections asked for along with it.
#[derive(Debug, Clone)]
pub struct Entity {
    /// The entity.
    pub row: Row,
    /// One collection per navigation property asked for, in the same order, each in default order.
    pub related: Vec<Vec<Row>>,
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
}

/// What became of a change that presumed a version.
#[derive(Debug, Clone)]
pub enum Changed<T> {
    /// It is done.
    Done(T),
    /// The entity had changed meanwhile: nothing is done, read again.
    Conflict,
}

/// A resource that the caller may address, found by [`Resources::authorize`].
pub trait Target: Send + Sync {
    /// Its canonical path below the root: `users('…')/profile`.
    fn path(&self) -> String;

    /// The canonical path of the collection it is in or is; its own where it is in none.
    fn container(&self) -> String;
}

/// The data behind a service. Problems come out ready to be answered; what does not exist, or not for this caller, is
/// one too.
pub trait Resources: Send + Sync + 'static {
    /// Who is asking.
    type Caller: Send + Sync;

    /// A resource as the service knows it.
    type Target: Target;

    /// The model that is served.
    fn model(&self) -> &'static Model;

    /// Bytes that are equal for equal callers: what one caller was given, no other can use.
    fn caller_key(&self, caller: &Self::Caller) -> Vec<u8>;

    /// May the caller do this there at all (scope, then role)? Finds the resource, but does not say whether it exists.
    fn authorize(
        &self,
        caller: &Self::Caller,
        address: &Address,
        action: Action,
    ) -> impl Future<Output = Result<Self::Target, Problem>> + Send;

    /// Can something be created there?
    fn prepare(&self, caller: &Self::Caller, target: &Self::Target)
    -> impl Future<Output = Result<(), Problem>> + Send;

    /// Reads an entity, and collections within it, at one moment.
    fn read(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        related: &[&'static Navigation],
    ) -> impl Future<Output = Result<Entity, Problem>> + Send;

    /// Reads a collection, or a part of it.
    fn list(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        window: &Window,
    ) -> impl Future<Output = Result<Vec<Row>, Problem>> + Send;

    /// Counts a collection.
    fn count(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
    ) -> impl Future<Output = Result<usize, Problem>> + Send;

    /// Adds an entity.
    fn create(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        patch: Patch,
        exchange: &Exchange,
    ) -> impl Future<Output = Result<Row, Problem>> + Send;

    /// Changes an entity that has this version.
    fn update(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        patch: Patch,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> impl Future<Output = Result<Changed<Row>, Problem>> + Send;

    /// Removes an entity, if a version is given only at that version.
    fn delete(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> impl Future<Output = Result<Changed<()>, Problem>> + Send;
}
