//! What of the directory an address means.

use std::sync::Arc;

use uuid::Uuid;

use crate::access::Subject;
use crate::target::path;

/// What of the directory an address means, in one tenant.
#[derive(Debug, Clone)]
pub enum Spot {
    /// All groups.
    Groups,
    /// One group.
    Group(Uuid),
    /// The people in a group.
    Members(Uuid),
    /// In a group, this person.
    Member(Uuid, Uuid),
    /// The groups of a person.
    MemberOf(Uuid),
    /// Of a person, this group.
    Membership(Uuid, Uuid),
    /// The manager of a person.
    Manager(Uuid),
    /// Who reports to a person.
    Reports(Uuid),
    /// To a person, this one who reports to them.
    Report(Uuid, Uuid),
    /// The photo of a person; a place for one, if there may be none yet.
    Photo {
        /// Whose.
        person: Uuid,
        /// Is the place enough?
        maybe: bool,
    },
    /// The sizes of a photo.
    Photos(Uuid),
    /// One size of it.
    Size(Uuid, Arc<str>),
}

impl Spot {
    /// Its canonical path below the root.
    pub(crate) fn path(&self) -> String {
        match self {
            Spot::Groups => "groups".into(),
            Spot::Group(group) | Spot::Membership(_, group) => path("groups", *group, &[]),
            Spot::Members(group) => path("groups", *group, &["/members"]),
            Spot::Member(_, person) | Spot::Report(_, person) => path("users", *person, &[]),
            Spot::MemberOf(person) => path("users", *person, &["/memberOf"]),
            Spot::Manager(person) => path("users", *person, &["/manager"]),
            Spot::Reports(person) => path("users", *person, &["/directReports"]),
            Spot::Photo { person, .. } => path("users", *person, &["/photo"]),
            Spot::Photos(person) => path("users", *person, &["/photos"]),
            Spot::Size(person, id) => path("users", *person, &["/photos('", &id.replace('\'', "''"), "')"]),
        }
    }

    /// What reading it is about.
    pub(crate) fn subject(&self) -> Subject {
        match *self {
            Spot::Groups | Spot::Group(_) => Subject::Groups,
            Spot::Members(_) | Spot::Member(..) => Subject::Members,
            Spot::MemberOf(person) | Spot::Membership(person, _) => Subject::MemberOf(person),
            Spot::Manager(_) | Spot::Reports(_) | Spot::Report(..) => Subject::People,
            Spot::Photo { person, .. } | Spot::Photos(person) | Spot::Size(person, _) => Subject::Person(person),
        }
    }

    /// The canonical path of the collection in which what it leads to is at home.
    pub(crate) fn container(&self) -> String {
        match self {
            Spot::Groups | Spot::Group(_) | Spot::MemberOf(_) | Spot::Membership(..) => "groups".into(),
            Spot::Members(_) | Spot::Member(..) | Spot::Manager(_) | Spot::Reports(_) | Spot::Report(..) => {
                "users".into()
            }
            Spot::Photo { .. } | Spot::Photos(_) => self.path(),
            Spot::Size(person, _) => Spot::Photos(*person).path(),
        }
    }
}
