//! The resources of this service: who and what an address leads to once `me` and user principal names are resolved.

use std::sync::Arc;

use edm::Navigation;
use store::{PartitionKey, PartitionKind};
use uuid::Uuid;

use crate::directory::Spot;
use crate::log::Entries;
use crate::tenant::Place;

/// A person, by the only name that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The tenant.
    pub tenant: Uuid,
    /// The person's id in it.
    pub id: Uuid,
}

impl Owner {
    /// Where the person's data is.
    pub fn partition(self) -> PartitionKey {
        PartitionKey { owner: self.id, tenant: self.tenant, kind: PartitionKind::User }
    }

    /// `users('…')` and what follows.
    fn path(self, rest: &[&str]) -> String {
        path("users", self.id, rest)
    }
}

/// `set('…')` and what follows.
pub(crate) fn path(set: &str, id: Uuid, rest: &[&str]) -> String {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let id = &*id.hyphenated().encode_lower(&mut text);
    let start = [set, "('", id, "')"];
    let parts = || start.iter().chain(rest);
    let mut path = String::with_capacity(parts().map(|part| part.len()).sum());
    parts().for_each(|part| path.push_str(part));
    path
}

/// A resource of this service.
#[derive(Debug, Clone)]
pub enum Target {
    /// All people of a tenant.
    People {
        /// The tenant.
        tenant: Uuid,
        /// Only the basic properties may be seen.
        basic: bool,
    },
    /// One person.
    Person {
        /// Who.
        owner: Owner,
        /// Only the basic properties may be seen.
        basic: bool,
    },
    /// One person's profile.
    Profile(Owner),
    /// One collection of a profile.
    Collection(Owner, &'static Navigation),
    /// One item of a collection.
    Item(Owner, &'static Navigation, Arc<str>),
    /// Whom a person means by their audiences.
    Lists(Owner),
    /// One of those lists.
    List(Owner, &'static Navigation),
    /// Someone on it.
    Listed(Owner, &'static Navigation, Uuid),
    /// A place in the directory of a tenant.
    Directory(Uuid, Spot),
    /// Something that the tenant sets.
    Setting(Uuid, Place),
    /// The audit log of a tenant.
    Log(Uuid, Entries),
}

impl engine::Target for Target {
    fn path(&self) -> String {
        match self {
            Target::People { .. } => "users".into(),
            Target::Person { owner, .. } => owner.path(&[]),
            Target::Profile(owner) => owner.path(&["/profile"]),
            Target::Collection(owner, navigation) => owner.path(&["/profile/", navigation.name]),
            Target::Item(owner, navigation, id) => {
                owner.path(&["/profile/", navigation.name, "('", &id.replace('\'', "''"), "')"])
            }
            Target::Directory(_, spot) => spot.path(),
            Target::Lists(owner) => owner.path(&["/audienceLists"]),
            Target::List(owner, list) => owner.path(&["/audienceLists/", list.name]),
            Target::Listed(_, _, id) => path("users", *id, &[]),
            Target::Setting(_, place) => place.path(),
            Target::Log(_, entries) => entries.path(),
        }
    }

    fn container(&self) -> String {
        match self {
            Target::Person { .. } | Target::List(..) | Target::Listed(..) => "users".into(),
            Target::Setting(_, place) => place.container(),
            Target::Item(owner, navigation, _) => owner.path(&["/profile/", navigation.name]),
            Target::Directory(_, spot) => spot.container(),
            Target::Log(_, entries) => entries.container(),
            Target::People { .. } | Target::Profile(_) | Target::Collection(..) | Target::Lists(_) => self.path(),
        }
    }
}
