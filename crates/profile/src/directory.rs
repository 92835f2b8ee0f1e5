//! The directory beside people and their profiles: groups, photos, and where the relationships of people and groups
//! lead.
//!
//! The truth of a relationship is in the partition of the person it is about (docs/adr/0014); here it is found and
//! followed.

mod address;
mod bind;
mod groups;
mod managers;
mod members;
mod reach;
mod roll;
mod spot;

use std::pin::Pin;

use auth::Caller;
use edm::Patch;
use edm::expr::Reach;
use engine::{Changed, Entity, Exchange, Media, Problem, Row, Tag, Window};
use uuid::Uuid;

pub(crate) use groups::{group_partition, put_group};
pub(crate) use members::memberships;
pub(crate) use roll::Roll;
pub use spot::Spot;

use crate::access::{Look, only_basic};
use crate::once::Sent;
use crate::problems::{elsewhere, no_person, not_a_group, not_a_person, not_offered, only_a_file, only_related};
use crate::service::Service;
use crate::target::{Owner, Target};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

impl Service {
    /// Can something be made there? Only groups: at the ends of relationships is who is there already.
    pub(crate) fn prepare_spot(spot: &Spot) -> Result<(), Problem> {
        match spot {
            Spot::Groups => Ok(()),
            Spot::Photo { .. } | Spot::Photos(_) | Spot::Size(..) => Err(only_a_file("GET, HEAD")),
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
    ) -> Result<Entity, Problem> {
        let person = |id| Owner { tenant, id };
        match *spot {
            Spot::Photo { person: id, maybe: true } => {
                self.read_place_of_photo(caller, person(id)).await.map(Entity::from)
            }
            Spot::Photo { person: id, .. } => self.read_photo(caller, person(id)).await.map(Entity::from),
            Spot::Size(id, ref size) => self.read_photo_of_size(caller, person(id), size).await.map(Entity::from),
            Spot::Group(group) => self.read_group(caller, (tenant, group), reach).await,
            Spot::Membership(id, group) => {
                self.member(caller, (tenant, group), id).await.map_err(|_| no_person(&group.to_string()))?;
                self.read_group(caller, (tenant, group), reach).await
            }
            Spot::Member(group, id) => {
                let member = self.member(caller, (tenant, group), id).await?;
                self.read_related(caller, member, reach).await
            }
            Spot::Report(id, report) => {
                let report = self.report(caller, person(id), report).await?;
                self.read_related(caller, report, reach).await
            }
            Spot::Manager(id) => {
                let (manager, _) = self.manager_of(caller, person(id)).await?;
                self.read_related(caller, manager, reach).await
            }
            Spot::Groups | Spot::Members(_) | Spot::MemberOf(_) | Spot::Reports(_) | Spot::Photos(_) => {
                Err(not_offered("this address"))
            }
        }
    }

    async fn read_group(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        reach: &Reach,
    ) -> Result<Entity, Problem> {
        self.admit_reach(caller, Uuid::nil(), reach)?;
        let (_, entry) = self.group_entry(tenant, group).await?;
        self.group_entity(&Look::new(self, caller), tenant, &entry, reach).await
    }

    /// A person at the end of a relationship.
    async fn read_related(&self, caller: &Caller, person: Owner, reach: &Reach) -> Result<Entity, Problem> {
        self.admit_reach(caller, person.id, reach)?;
        let snapshot = self.snapshot(caller, person).await?;
        let look = Look::new(self, caller);
        self.entity_of(&look, &snapshot, person, only_basic(caller, Some(person.id)), reach).await
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
        match self.roll(caller, tenant, spot).await? {
            Some(roll) => self.list_roll(caller, roll, only_basic(caller, None), reach, window).await,
            None => Ok(window.counted(self.kept(caller, tenant, spot, reach).await?).0),
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
        match self.roll(caller, tenant, spot).await? {
            Some(roll) => self.list_roll_counted(caller, roll, only_basic(caller, None), reach, window).await,
            None => Ok(window.counted(self.kept(caller, tenant, spot, reach).await?)),
        }
    }

    /// How many there are.
    pub(crate) async fn count_spot(&self, caller: &Caller, tenant: Uuid, spot: &Spot) -> Result<usize, Problem> {
        match self.roll(caller, tenant, spot).await? {
            Some(roll) => self.count_roll(roll).await,
            None => Ok(self.kept(caller, tenant, spot, &Reach::NONE).await?.len()),
        }
    }

    /// The list that a spot is, of something that exists; `None` where no index keeps it.
    async fn roll(&self, caller: &Caller, tenant: Uuid, spot: &Spot) -> Result<Option<Roll>, Problem> {
        match *spot {
            Spot::Groups => Ok(Some(Roll::Groups(tenant))),
            Spot::Members(group) => {
                let (_, entry) = self.group_entry(tenant, group).await?;
                let look = Look::new(self, caller);
                self.members_told(&look, (tenant, group), &entry).await.map(Some)
            }
            Spot::Reports(id) => {
                self.snapshot(caller, Owner { tenant, id }).await.map(|_| Some(Roll::Reports(tenant, id)))
            }
            _ => Ok(None),
        }
    }

    /// What a person's own data lists.
    async fn kept(&self, caller: &Caller, tenant: Uuid, spot: &Spot, reach: &Reach) -> Result<Vec<Entity>, Problem> {
        match *spot {
            Spot::MemberOf(id) => self.groups_of(caller, Owner { tenant, id }, reach).await,
            Spot::Photos(id) => self.list_sizes(caller, Owner { tenant, id }).await,
            _ => Err(not_offered("this address")),
        }
    }

    /// Makes a group; nothing else is made in the directory but people.
    pub(crate) async fn create_in_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        patch: Patch,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        match spot {
            Spot::Groups => self.create_group(caller, tenant, patch, sent, exchange).await,
            _ => Err(only_related()),
        }
    }

    /// Changes a group.
    pub(crate) async fn update_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        patch: Patch,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        match spot {
            Spot::Group(group) => self.update_group(caller, (tenant, *group), patch, basis, exchange).await,
            Spot::Photo { .. } => Err(only_a_file("GET, HEAD, DELETE")),
            Spot::Photos(_) | Spot::Size(..) => Err(only_a_file("GET, HEAD")),
            _ => Err(elsewhere()),
        }
    }

    /// Removes a group or a photo.
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
            Spot::Photo { person, .. } => {
                let person = Owner { tenant, id: *person };
                self.set_photo(caller, person, None, basis, exchange).await.map(|changed| changed.map(drop))
            }
            Spot::Photos(_) | Spot::Size(..) => Err(only_a_file("GET, HEAD")),
            _ => Err(elsewhere()),
        }
    }

    /// Makes something else the, or another, end of the relationship that a spot is.
    pub(crate) async fn link_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        other: &Target,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let person = |id| Owner { tenant, id };
        match *spot {
            Spot::Members(group) => {
                let member = self.person_at(caller, other).await?;
                self.add_member(caller, (tenant, group), member, exchange).await
            }
            Spot::MemberOf(id) => self.add_member(caller, (tenant, group_at(other)?), person(id), exchange).await,
            Spot::Manager(id) => {
                let manager = self.person_at(caller, other).await?;
                self.set_manager(caller, person(id), manager, exchange).await
            }
            Spot::Reports(id) => {
                let report = self.person_at(caller, other).await?;
                self.set_manager(caller, report, person(id), exchange).await
            }
            _ => Err(not_offered("changing this relationship")),
        }
    }

    /// Takes something off the end of the relationship that a spot is.
    pub(crate) async fn unlink_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        other: Option<&Target>,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let person = |id| Owner { tenant, id };
        match (spot, other) {
            (Spot::Manager(id), None) => self.clear_manager(caller, person(*id), None, exchange).await,
            (Spot::Manager(id), Some(other)) => {
                let manager = self.person_at(caller, other).await?;
                self.clear_manager(caller, person(*id), Some(manager), exchange).await
            }
            (Spot::Members(group), Some(other)) => {
                let member = self.person_at(caller, other).await?;
                self.remove_member(caller, (tenant, *group), member, exchange).await
            }
            (Spot::MemberOf(id), Some(other)) => {
                self.remove_member(caller, (tenant, group_at(other)?), person(*id), exchange).await
            }
            (Spot::Reports(id), Some(other)) => {
                let report = self.person_at(caller, other).await?;
                self.clear_manager(caller, report, Some(person(*id)), exchange).await
            }
            _ => Err(not_offered("changing this relationship")),
        }
    }

    /// The file of a photo.
    pub(crate) async fn media_of_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
    ) -> Result<Option<Media>, Problem> {
        match spot {
            Spot::Photo { person, .. } => self.photo_file(caller, Owner { tenant, id: *person }, None).await.map(Some),
            Spot::Size(person, size) => {
                self.photo_file(caller, Owner { tenant, id: *person }, Some(size)).await.map(Some)
            }
            _ => Err(not_offered("this stream")),
        }
    }

    /// Replaces or removes it.
    pub(crate) async fn set_media_of_spot(
        &self,
        caller: &Caller,
        tenant: Uuid,
        spot: &Spot,
        media: Option<Media>,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        match spot {
            Spot::Photo { person, .. } => {
                self.set_photo(caller, Owner { tenant, id: *person }, media, basis, exchange).await
            }
            Spot::Size(..) => Err(only_a_file("GET, HEAD")),
            _ => Err(not_offered("this stream")),
        }
    }

    /// The person that a reference means, on whichever way.
    pub(crate) async fn person_at(&self, caller: &Caller, target: &Target) -> Result<Owner, Problem> {
        match *target {
            Target::Person { owner, .. } => Ok(owner),
            Target::Listed(owner, _, id) => Ok(Owner { id, ..owner }),
            Target::Directory(tenant, Spot::Member(_, id) | Spot::Report(_, id)) => Ok(Owner { tenant, id }),
            Target::Directory(tenant, Spot::Manager(id)) => {
                self.manager_of(caller, Owner { tenant, id }).await.map(|(manager, _)| manager)
            }
            _ => Err(not_a_person()),
        }
    }
}

/// The group that a reference means.
fn group_at(target: &Target) -> Result<Uuid, Problem> {
    match *target {
        Target::Directory(_, Spot::Group(group) | Spot::Membership(_, group)) => Ok(group),
        _ => Err(not_a_group()),
    }
}
