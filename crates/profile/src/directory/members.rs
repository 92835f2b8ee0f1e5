//! Who is in which group. Each person's partition says in which groups they are; the members of a group are an index.

use std::sync::Arc;

use auth::Caller;
use edm::expr::Reach;
use engine::{Entity, Exchange, Kind, Problem};
use store::{Change, Commit, Item, Precondition, Snapshot};
use uuid::Uuid;

use super::Roll;
use crate::access::Look;
use crate::audit::{Activity, Audit};
use crate::items::damaged;
use crate::problems::{from_store, no_person};
use crate::rules::{self, MEMBERSHIP, PERSON, Writing};
use crate::service::Service;
use crate::target::Owner;

impl Service {
    /// The groups in which a caller is by what is recorded of them, sorted. None for who is not there, and for apps.
    pub(crate) async fn groups_of_caller(&self, tenant: Uuid, person: Option<Uuid>) -> Result<Arc<[Uuid]>, Problem> {
        let Some(id) = person else { return Ok(Arc::default()) };
        let snapshot =
            self.store.snapshot(Owner { tenant, id }.partition()).await.map_err(|error| from_store(&error))?;
        let mut groups: Vec<_> = snapshot.iter().flat_map(|snapshot| memberships(snapshot)).collect();
        groups.sort_unstable();
        Ok(groups.into())
    }

    /// Is there this group, and is it flagged as an audience?
    pub(crate) async fn is_audience(&self, tenant: Uuid, group: Uuid) -> Result<bool, Problem> {
        let found = self.find_group(tenant, group).await?;
        Ok(found.is_some_and(|(_, entry)| rules::is_audience_group(&entry.body)))
    }

    /// The members of a group, as far as the caller may know who they are.
    pub(super) async fn members_told(
        &self,
        look: &Look<'_>,
        (tenant, group): (Uuid, Uuid),
        entry: &Item,
    ) -> Result<Roll, Problem> {
        let told = look.knows_members(group, entry).await?;
        // Nobody is in the group of the nil id.
        Ok(Roll::Members(tenant, if told { group } else { Uuid::nil() }))
    }

    /// The groups of a person in default order.
    pub(super) async fn groups_of(
        &self,
        caller: &Caller,
        person: Owner,
        reach: &Reach,
    ) -> Result<Vec<Entity>, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        self.groups_in(&Look::new(self, caller), person.tenant, &snapshot, reach).await
    }

    /// The same of a person who was read already. A group that was deleted is none of theirs, and one that hides its
    /// members is named to those who may know them.
    pub(super) async fn groups_in(
        &self,
        look: &Look<'_>,
        tenant: Uuid,
        snapshot: &Snapshot,
        reach: &Reach,
    ) -> Result<Vec<Entity>, Problem> {
        let mut groups = Vec::new();
        for group in memberships(snapshot) {
            look.at_one_more()?;
            if let Some((_, entry)) = self.find_group(tenant, group).await?
                && look.knows_members(group, &entry).await?
            {
                groups.push(self.group_entity(look, tenant, &entry, reach).await?);
            }
        }
        groups.sort_by(|left, right| (left.row.at, &left.row.id).cmp(&(right.row.at, &right.row.id)));
        Ok(groups)
    }

    /// Someone who must be in a group, which must be there.
    pub(super) async fn member(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        id: Uuid,
    ) -> Result<Owner, Problem> {
        let (_, entry) = self.group_entry(tenant, group).await?;
        let is_told = Look::new(self, caller).knows_members(group, &entry).await?;
        let person = Owner { tenant, id };
        let snapshot = self.snapshot(caller, person).await?;
        match snapshot.item(MEMBERSHIP, &group.to_string()).filter(|_| is_told) {
            Some(_) => Ok(person),
            None => Err(no_person(&id.to_string())),
        }
    }

    pub(super) async fn add_member(
        &self,
        caller: &Caller,
        group: (Uuid, Uuid),
        person: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        self.group_entry(group.0, group.1).await?;
        self.retrying(person.id, || self.join(caller, group, person, exchange)).await.map(drop)
    }

    /// Puts someone into a group that is there; `None` where they had changed meanwhile.
    async fn join(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        person: Owner,
        exchange: &Exchange,
    ) -> Result<Option<u64>, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        if snapshot.item(MEMBERSHIP, &group.to_string()).is_some() {
            let message = format!("found `{}`, expected someone who is not in the group already", person.id);
            return Err(Problem::new(Kind::BadBody, message).at("/@odata.id"));
        }
        let mut commit = self.beginning(person, &snapshot);
        let mut audit = Audit::new(caller, Activity::Update, exchange);
        // Groups that were deleted make room.
        for gone in self.gone(tenant, &snapshot).await? {
            audit = audit.item(Some(&gone), None);
            commit.changes.push(Change::Delete { collection: gone.collection.clone(), id: gone.id.clone() });
        }
        let writing = Writing { caller, entry: &[], owner: person.id, at: commit.at };
        let roll = Roll::Members(tenant, group);
        let item = roll.link(&writing);
        commit.audit = audit.item(None, Some(&item)).finish();
        let items = self.settings.items_per_collection;
        commit.expect.push(Precondition::AtMost { collection: MEMBERSHIP.into(), items });
        commit.changes.push(Change::Put { index: vec![roll.row(created(&snapshot))], item });
        self.commit(commit).await
    }

    pub(super) async fn remove_member(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        person: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        self.group_entry(tenant, group).await?;
        let group = group.to_string();
        let leave = || async {
            let snapshot = self.snapshot(caller, person).await?;
            let absent = || no_person(&person.id.to_string());
            let before = snapshot.item(MEMBERSHIP, &group).ok_or_else(absent)?;
            self.unrelate(caller, (person, &snapshot), before, exchange).await
        };
        self.retrying(person.id, leave).await.map(drop)
    }

    /// Takes out what says of a person whom or what they are related to; `None` where they had changed meanwhile.
    pub(super) async fn unrelate(
        &self,
        caller: &Caller,
        (person, snapshot): (Owner, &Snapshot),
        before: &Item,
        exchange: &Exchange,
    ) -> Result<Option<u64>, Problem> {
        let mut commit = self.beginning(person, snapshot);
        commit.audit = Audit::new(caller, Activity::Update, exchange).item(Some(before), None).finish();
        commit.changes.push(Change::Delete { collection: before.collection.clone(), id: before.id.clone() });
        self.commit(commit).await
    }

    /// A change of what a person is related to, of nothing yet.
    pub(super) fn beginning(&self, person: Owner, snapshot: &Snapshot) -> Commit {
        let at = self.effects.change_time(snapshot.last_time());
        let expect = vec![Precondition::Rev(snapshot.rev())];
        Commit { partition: person.partition(), at, expect, changes: Vec::new(), audit: store::Record::default() }
    }

    /// What the person's data says of groups that are there no longer.
    async fn gone(&self, tenant: Uuid, snapshot: &Snapshot) -> Result<Vec<Arc<Item>>, Problem> {
        let mut gone = Vec::new();
        for item in snapshot.items(MEMBERSHIP) {
            let group = Uuid::try_parse(&item.id).map_err(|_| damaged())?;
            if self.find_group(tenant, group).await?.is_none() {
                gone.push(item.clone());
            }
        }
        Ok(gone)
    }
}

/// The groups that a person's data names.
pub(crate) fn memberships(snapshot: &Snapshot) -> impl Iterator<Item = Uuid> {
    snapshot.items(MEMBERSHIP).filter_map(|item| Uuid::try_parse(&item.id).ok())
}

/// When the person was created, by which lists order them.
pub(super) fn created(snapshot: &Snapshot) -> i64 {
    snapshot.items(PERSON).first().map_or(0, |item| item.header.created)
}
