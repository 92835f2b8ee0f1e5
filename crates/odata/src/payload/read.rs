//! Request bodies to patches: every member is looked up, converted and checked, and all that is wrong is told at once.
//!
//! Names match without case and superseded type names are understood; members that the service computes are skipped
//! unvalidated, for clients send back what they read. What a reference leads to, and whether an entity may become what
//! a body says, the caller finds out.

mod call;
mod delta;
mod entity;
mod members;
mod property;
mod reference;

use edm::json::{self, Kind as Json, Node};
use edm::{Model, Navigation, Patch, StructType, Value};

use super::format::Version;
use super::place::Place;
use super::value::Reader;
use crate::problem::{Kind, Problem};

pub use call::Call;
pub use delta::Item;

/// More values than this are no entity.
const MAX_VALUES: usize = 50_000;

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A new entity: what is absent gets its initial value.
    Create,
    /// A change: what is absent stays.
    Update,
    /// A whole new state: what is absent and can be set gets its initial value again.
    Replace,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// An entity or part of one.
    Entity(Entity),
    /// Nothing but a reference (`@odata.id`) to an entity elsewhere.
    Reference(String),
}

/// An entity or part of one, as a body says it.
#[derive(Debug, Clone)]
pub struct Entity {
    /// What it is: the expected type, or one derived from it that the body names.
    pub ty: &'static StructType,
    /// Its properties; positions are those of `ty`.
    pub patch: Patch,
    /// What it is related to, in the order of the body, each relationship at most once.
    pub links: Vec<(&'static Navigation, Linked)>,
    /// The key properties that it names, where that is asked for: they change nothing.
    pub key: Vec<(&'static str, Value)>,
    /// `@odata.etag` as it stands there: a precondition in a change of version 4.01, nothing in one of 4.0.
    pub etag: Option<String>,
}

/// What a body says of one relationship.
#[derive(Debug, Clone, PartialEq)]
pub enum Linked {
    /// All that is at the other end, new entities and references to others; nothing for a single end that is null.
    New(Vec<Body>),
    /// Addresses of existing entities (`@odata.bind`), of several ones in addition to those that are related already.
    References(Vec<String>),
}

impl PartialEq for Entity {
    fn eq(&self, other: &Self) -> bool {
        let same = |(left, right): (&(&Navigation, Linked), &(&Navigation, Linked))| {
            std::ptr::eq(left.0, right.0) && left.1 == right.1
        };
        std::ptr::eq(self.ty, other.ty)
            && self.patch == other.patch
            && self.key == other.key
            && self.etag == other.etag
            && self.links.len() == other.links.len()
            && self.links.iter().zip(&other.links).all(same)
    }
}

/// How bodies are read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The model of the service.
    pub model: &'static Model,
    /// `IEEE754Compatible=true` in the content type: Int64 and Decimal may be strings.
    pub ieee754: bool,
    /// May an entity say what it is related to? Where it may not, doing so is a mistake.
    pub related: bool,
    /// May it at least name what exists (`@odata.bind`)?
    pub binds: bool,
    /// May a replacement leave out what a new entity must name? It gets its initial value then.
    pub replace_defaults: bool,
    /// Does the address say the key? A new entity need not name it then.
    pub keyed: bool,
    /// Is the key that a body names told?
    pub tells_key: bool,
    /// The version that the body says it follows.
    pub version: Option<Version>,
}

/// Reads the body of a create or update of an entity of type `ty` that says nothing of others.
pub fn read(model: &'static Model, ty: &'static StructType, body: &[u8], intent: Intent) -> Result<Body, Problem> {
    Reading::new(model).entity(ty, body, intent)
}

impl Reading {
    /// Plain numbers, nothing related.
    pub const fn new(model: &'static Model) -> Self {
        Self {
            model,
            ieee754: false,
            related: false,
            binds: false,
            replace_defaults: false,
            keyed: false,
            tells_key: false,
            version: None,
        }
    }

    /// Reads the body of a create or update. `ty` is what is expected: of a new entity the type of its collection, of
    /// one that exists its own.
    pub fn entity(self, ty: &'static StructType, body: &[u8], intent: Intent) -> Result<Body, Problem> {
        let node = parse(body)?;
        let members = object(&node, || format!("an object of type `{}`", ty.name))?;
        if let Some(id) = reference::id(members) {
            return Ok(Body::Reference(id.to_owned()));
        }
        let mut reader = Reader::new(self, intent);
        let given = if self.keyed { ty.key_properties() } else { &[] };
        let mut entity = reader.entity(ty, members, &Place::Root, given);
        if self.tells_key {
            entity.key = reader.key(entity.ty, members, &Place::Root);
        }
        reader.finish(entity).map(Body::Entity)
    }
}

pub(super) type Members<'a> = [(std::borrow::Cow<'a, str>, Node<'a>)];

fn parse(body: &[u8]) -> Result<Node<'_>, Problem> {
    json::parse_within(body, MAX_VALUES).map_err(|error| {
        let message = format!("Unable to read JSON request payload: {error}.");
        Problem::new(Kind::BadBody, message).at(format!("line {}, column {}", error.line, error.column))
    })
}

/// The members of a body that must be an object.
fn object<'n, 't>(node: &'n Node<'t>, expected: impl FnOnce() -> String) -> Result<&'n Members<'t>, Problem> {
    match &node.kind {
        Json::Object(members) => Ok(members),
        other => {
            let message = format!("found {}, expected {}", other.describe(), expected());
            Err(Problem::new(Kind::BadBody, message))
        }
    }
}

impl Reader {
    fn new(reading: Reading, intent: Intent) -> Self {
        Self { reading, intent, violations: Vec::new() }
    }

    /// What was read, unless something was wrong.
    fn finish<T>(self, read: T) -> Result<T, Problem> {
        match self.violations.is_empty() {
            true => Ok(read),
            false => Err(Problem::violations(self.violations)),
        }
    }
}

#[cfg(test)]
mod tests;
