//! What a service must be able to do for the protocol to serve it.

mod parts;

use std::future::ready;

use edm::expr::Reach;
use edm::{Model, OperationKind, Property};
use odata::openapi::Info;
use odata::{Address, Kind, Problem};

pub use self::parts::{
    Basis, Call, Change, Changed, Changes, Content, Entity, Linked, Links, Media, Outcome, Row, Stream, Window,
};
use crate::exchange::Exchange;
use crate::once::Once;
use crate::tag::Tag;

/// What a request is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read one entity, or something of it.
    Read,
    /// Read a collection.
    List,
    /// Count a collection.
    Count,
    /// Add to a collection.
    Create,
    /// Change an entity, or something of it, its relationships among them.
    Update,
    /// Remove an entity.
    Delete,
    /// Call a function or an action.
    Call(OperationKind),
}

impl Action {
    /// Does it leave everything as it is?
    pub fn is_reading(self) -> bool {
        matches!(self, Action::Read | Action::List | Action::Count | Action::Call(OperationKind::Function))
    }
}

/// A resource that the caller may address, found by [`Resources::authorize`].
pub trait Target: Clone + Send + Sync {
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

    /// What its OpenAPI document says of the service as a whole.
    fn info(&self) -> Info<'static> {
        let Model { container, version, .. } = self.model();
        Info { title: container, description: "", version: version.unwrap_or("1"), servers: &[] }
    }

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

    /// Reads an entity, and what the reach asks for along with it, at one moment; `None` at the end of a relationship
    /// that leads nowhere.
    fn read(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        reach: &Reach,
    ) -> impl Future<Output = Result<Option<Entity>, Problem>> + Send;

    /// Reads a collection, or a part of it.
    fn list(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        reach: &Reach,
        window: &Window,
    ) -> impl Future<Output = Result<Vec<Entity>, Problem>> + Send;

    /// Reads a part of a collection and counts the whole of it, so that the two agree. One that is long should not be
    /// read whole for that.
    fn list_counted(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        reach: &Reach,
        window: &Window,
    ) -> impl Future<Output = Result<(Vec<Entity>, usize), Problem>> + Send {
        async move {
            let all = self.list(caller, target, reach, &Window::ALL).await?;
            Ok(window.counted(all))
        }
    }

    /// Counts a collection.
    fn count(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
    ) -> impl Future<Output = Result<usize, Problem>> + Send;

    /// Why reading the target is answered to the caller as it is, step by step; nothing of what they may not know of.
    fn explain(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
    ) -> impl Future<Output = Result<Vec<String>, Problem>> + Send {
        ready(Ok(Vec::new()))
    }

    /// So many entities at least must be behind what is aggregated of a collection read with that reach; what stands
    /// for fewer is left out. 0: nothing is.
    fn least_aggregated(&self, _target: &Self::Target, _reach: &Reach) -> usize {
        0
    }

    /// Does the service keep the history of some collection? Where it does not, tokens of delta links are refused.
    fn keeps_history(&self) -> bool {
        false
    }

    /// Where the history of a collection ends now; `None` where none is kept.
    fn position(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
    ) -> impl Future<Output = Result<Option<u64>, Problem>> + Send {
        ready(Ok(None))
    }

    /// The changes of a collection after a position, as far as the caller may see them; `None` when they are not known
    /// any more.
    fn changes(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _since: u64,
    ) -> impl Future<Output = Result<Option<Changes>, Problem>> + Send {
        ready(Err(not_offered("asking for changes")))
    }

    /// Adds an entity to the collection that the target is; with [`Dialect::upsert`](odata::Dialect::upsert) also in
    /// the place that it is, with the key of that. Keys that the service makes are a problem then: nothing is there.
    fn create(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        content: Content<Self::Target>,
        exchange: &Exchange,
    ) -> impl Future<Output = Result<Row, Problem>> + Send;

    /// The same for a request that may have been carried out before: what was made then is answered again, as it is
    /// now. A service that remembers nothing makes another.
    fn create_once(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        content: Content<Self::Target>,
        _once: &Once,
        exchange: &Exchange,
    ) -> impl Future<Output = Result<Row, Problem>> + Send {
        self.create(caller, target, content, exchange)
    }

    /// What such a request has made, as it is now, where all that it says was done before: then what it is related to
    /// is not looked for any more. `None` where something may be left to do, or nothing is known of it.
    fn done_once(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _once: &Once,
        _exchange: &Exchange,
    ) -> impl Future<Output = Result<Option<Row>, Problem>> + Send {
        ready(Ok(None))
    }

    /// Changes an entity.
    fn update(
        &self,
        caller: &Self::Caller,
        target: &Self::Target,
        content: Content<Self::Target>,
        basis: Basis,
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

    /// Makes an entity the, or another, end of the relationship that the target is.
    fn link(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _other: &Self::Target,
        _exchange: &Exchange,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        ready(Err(not_offered("changing this relationship")))
    }

    /// Takes an entity, or the only one, off the end of the relationship that the target is.
    fn unlink(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _other: Option<&Self::Target>,
        _exchange: &Exchange,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        ready(Err(not_offered("changing this relationship")))
    }

    /// The stream of a media entity, or of a property of an entity; `None` when it is empty.
    fn media(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _property: Option<&'static Property>,
    ) -> impl Future<Output = Result<Option<Media>, Problem>> + Send {
        ready(Err(not_offered("this stream")))
    }

    /// Replaces or removes such a stream.
    fn set_media(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _property: Option<&'static Property>,
        _media: Option<Media>,
        _basis: Option<Tag>,
        _exchange: &Exchange,
    ) -> impl Future<Output = Result<Changed<Row>, Problem>> + Send {
        ready(Err(not_offered("this stream")))
    }

    /// Adds a media entity of which only the stream is given.
    fn create_media(
        &self,
        _caller: &Self::Caller,
        _target: &Self::Target,
        _media: Media,
        _exchange: &Exchange,
    ) -> impl Future<Output = Result<Row, Problem>> + Send {
        ready(Err(not_offered("this stream")))
    }

    /// A copy of the service that keeps back what it changes and sees it, until [`Resources::finish`]. A group of
    /// requests that succeed or fail together runs on one.
    fn begin(&self, _caller: &Self::Caller) -> impl Future<Output = Result<Self, Problem>> + Send
    where
        Self: Sized,
    {
        ready(Err(not_offered("a group of requests that succeed or fail together")))
    }

    /// Carries out what this copy has kept back, all or nothing. After a conflict the group runs again on a new copy.
    fn finish(&self) -> impl Future<Output = Result<Changed<()>, Problem>> + Send {
        ready(Ok(Changed::Done(())))
    }

    /// Calls a function or action, a bound one on the target.
    fn call(
        &self,
        _caller: &Self::Caller,
        _target: Option<&Self::Target>,
        _call: &Call<'_>,
        _reach: &Reach,
        _exchange: &Exchange,
    ) -> impl Future<Output = Result<Outcome, Problem>> + Send {
        ready(Err(not_offered("this operation")))
    }
}

fn not_offered(what: &str) -> Problem {
    Problem::new(Kind::NotSupported, format!("{what} is not supported by this service"))
}
