//! The directory beside people and their profiles: groups, and where the relationships of people and groups lead.
//!
//! The truth of a relationship is in the partition of the person it is about (docs/adr/0014); here it is found and followed.

mod address;
mod groups;
mod members;
mod reach;
mod roll;

use auth::Caller;
use edm::expr::Reach;
use engine::{Basis, Changed, Content, Entity, Exchange, Problem, Row, Tag, Window};
use uuid::Uuid;

pub(crate) use roll::Roll;

use crate::problems::{not_offered, only_related};
use crate::service::Service;
use crate::target::{Owner, path};

/// What of the directory an address means, in one tenant.
#[derive(Debug, Clone)]
pub enum Spot {
    /// All groups.
    Groups,
    /// One group.
    Group(Uuid),
    /// The people in a group; only their basic properties may be seen, if `basic`.
    Members {
        /// The group.
        group: Uuid,
        /// Only the basic properties may be seen.
        basic: bool,
    },
    /// One person in a group.
    Member {
        /// The group.
        group: Uuid,
        /// Who.
        person: Uuid,
        /// Only the basic properties may be seen.
        basic: bool,
    },
    /// The groups of a person.
    MemberOf(Uuid),
    /// One group of a person.
    Membership(Uuid, Uuid),
}

impl Spot {
    /// Its canonical path below the root.
    pub(crate) fn path(&self) -> String {
        match self {
            Spot::Groups => "groups".into(),
            Spot::Group(group) => path("groups", *group, &[]),
            Spot::Members { group, .. } => path("groups", *group, &["/members"]),
            Spot::Member { person, .. } => path("users", *person, &[]),
            Spot::MemberOf(person) => path("users", *person, &["/memberOf"]),
            Spot::Membership(_, group) => path("groups", *group, &[]),
        }
    }

    /// The person that it leads to, if it leads to one.
    pub(crate) fn person(&self) -> Option<Uuid> {
        match self {
            Spot::Member { person, .. } => Some(*person),
            _ => None,
        }
    }

    /// The canonical path of the collection in which what it leads to is at home.
    pub(crate) fn container(&self) -> String {
        match self {
            Spot::Groups | Spot::Group(_) | Spot::MemberOf(_) | Spot::Membership(..) => "groups".into(),
            Spot::Members { .. } | Spot::Member { .. } => "users".into(),
        }
    }
}

impl Service {
    /// Can something be made there? Only groups: at the ends of relationships is who is there already.
    pub(crate) fn prepare_spot(spot: &Spot) -> Result<(), Problem> {
        match spot {
            Spot::Groups => Ok(()),
            _ => Err(only_related()),
        }
    }

    /// Reads what a spot leads to.
    pub(crate) async fn read_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        reach: &Reach,
    ) -> Result<Option<Entity>, Problem> {
        self.admit_reach(caller, spot.person().unwrap_or_default(), reach)?;
        match spot {
            Spot::Group(group) => self.read_group(caller, tenant, *group, reach).await.map(Some),
            Spot::Member { group, person, basic } => {
                self.read_member(caller, tenant, (*group, *person), *basic, reach).await.map(Some)
            }
            Spot::Membership(person, group) => {
                self.membership(caller, Owner { tenant, id: *person }, *group).await?;
                self.read_group(caller, tenant, *group, reach).await.map(Some)
            }
            Spot::Groups | Spot::Members { .. } | Spot::MemberOf(_) => Err(not_offered("this address")),
        }
    }

    /// Reads a part of what a spot leads to.
    pub(crate) async fn list_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        reach: &Reach,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        self.admit_reach(caller, Uuid::nil(), reach)?;
        match spot {
            Spot::MemberOf(person) => {
                let groups = self.groups_of(caller, Owner { tenant, id: *person }, reach).await?;
                Ok(window.counted(groups).0)
            }
            _ => {
                let (roll, basic) = self.roll(tenant, spot).await?;
                self.list_roll(caller, roll, basic, reach, window).await
            }
        }
    }

    /// The same and how many there are.
    pub(crate) async fn list_spot_counted(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        reach: &Reach,
        window: &Window,
    ) -> Result<(Vec<Entity>, usize), Problem> {
        self.admit_reach(caller, Uuid::nil(), reach)?;
        match spot {
            Spot::MemberOf(person) => {
                let groups = self.groups_of(caller, Owner { tenant, id: *person }, reach).await?;
                Ok(window.counted(groups))
            }
            _ => {
                let (roll, basic) = self.roll(tenant, spot).await?;
                self.list_roll_counted(caller, roll, basic, reach, window).await
            }
        }
    }

    /// How many there are.
    pub(crate) async fn count_spot(&self, caller: &Caller, tenant: Uuid, spot: &Spot) -> Result<usize, Problem> {
        match spot {
            Spot::MemberOf(person) => {
                Ok(self.groups_of(caller, Owner { tenant, id: *person }, &Reach::NONE).await?.len())
            }
            _ => self.count_roll(self.roll(tenant, spot).await?.0).await,
        }
    }

    /// The list that a spot is, of something that exists.
    async fn roll(&self, tenant: Uuid, spot: &Spot) -> Result<(Roll, bool), Problem> {
        match *spot {
            Spot::Groups => Ok((Roll::Groups(tenant), false)),
            Spot::Members { group, basic } => {
                self.group_entry(tenant, group).await?;
                Ok((Roll::Members(tenant, group), basic))
            }
            _ => Err(not_offered("this address")),
        }
    }

    /// Makes a group; nothing else is made in the directory but people.
    pub(crate) async fn create_in_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        content: Content<crate::Target>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        match spot {
            Spot::Groups => self.create_group(caller, tenant, content.patch, exchange).await,
            _ => Err(only_related()),
        }
    }

    /// Changes a group.
    pub(crate) async fn update_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        content: Content<crate::Target>,
        basis: Basis,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        match spot {
            Spot::Group(group) => self.update_group(caller, (tenant, *group), content.patch, basis.tag, exchange).await,
            _ => Err(not_offered("changing this")),
        }
    }

    /// Removes a group.
    pub(crate) async fn delete_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        match spot {
            Spot::Group(group) => self.delete_group(caller, (tenant, *group), basis, exchange).await,
            _ => Err(not_offered("deleting this")),
        }
    }

    /// Relates a person to what a spot is of.
    pub(crate) async fn link_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        person: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        match spot {
            Spot::Members { group, .. } => self.add_member(caller, (tenant, *group), person, exchange).await,
            _ => Err(not_offered("changing this relationship")),
        }
    }

    /// Ends such a relationship.
    pub(crate) async fn unlink_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        person: Option<Owner>,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        match (spot, person) {
            (Spot::Members { group, .. }, Some(person)) => {
                self.remove_member(caller, (tenant, *group), person, exchange).await
            }
            _ => Err(not_offered("changing this relationship")),
        }
    }
}
