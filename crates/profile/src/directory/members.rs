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
use crate::problems::{busy, from_store, no_person};
use crate::rules::{self, MEMBERSHIP, PERSON, Writing};
use crate::service::Service;
use crate::target::Owner;

/// How often a change is tried again when the person changed meanwhile.
pub(super) const ATTEMPTS: usize = 16;

impl Service {
    /// The groups flagged as audiences in which a person is, by id. None for who is not there.
    pub(crate) async fn audience_groups(&self, tenant: Uuid, person: Uuid) -> Result<Arc<[Uuid]>, Problem> {
        let owner = Owner { tenant, id: person };
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        let mut flagged = Vec::new();
        for group in snapshot.iter().flat_map(|snapshot| memberships(snapshot)) {
            let found = self.find_group(tenant, group).await?;
            if found.is_some_and(|(_, entry)| rules::is_audience_group(&entry.body)) {
                flagged.push(group);
            }
        }
        flagged.sort_unstable();
        Ok(flagged.into())
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

    /// The same of a person who was read already. A group that was deleted is none of theirs.
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
            if let Some((_, entry)) = self.find_group(tenant, group).await? {
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
        self.group_entry(tenant, group).await?;
        let person = Owner { tenant, id };
        let snapshot = self.snapshot(caller, person).await?;
        match snapshot.item(MEMBERSHIP, &group.to_string()) {
            Some(_) => Ok(person),
            None => Err(no_person(&id.to_string())),
        }
    }

    pub(super) async fn add_member(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        person: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        self.group_entry(tenant, group).await?;
        for _ in 0..ATTEMPTS {
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
            commit.expect.push(Precondition::AtMost {
                collection: MEMBERSHIP.into(),
                items: self.settings.items_per_collection,
            });
            commit.changes.push(Change::Put { index: vec![roll.row(created(&snapshot))], item });
            if self.commit(commit).await?.is_some() {
                return Ok(());
            }
        }
        Err(busy())
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
        for _ in 0..ATTEMPTS {
            let snapshot = self.snapshot(caller, person).await?;
            let absent = || no_person(&person.id.to_string());
            let before = snapshot.item(MEMBERSHIP, &group.to_string()).ok_or_else(absent)?;
            let mut commit = self.beginning(person, &snapshot);
            commit.audit = Audit::new(caller, Activity::Update, exchange).item(Some(before), None).finish();
            commit.changes.push(Change::Delete { collection: before.collection.clone(), id: before.id.clone() });
            if self.commit(commit).await?.is_some() {
                return Ok(());
            }
        }
        Err(busy())
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
fn memberships(snapshot: &Snapshot) -> impl Iterator<Item = Uuid> {
    snapshot.items(MEMBERSHIP).iter().filter_map(|item| Uuid::try_parse(&item.id).ok())
}

/// When the person was created, by which lists order them.
pub(super) fn created(snapshot: &Snapshot) -> i64 {
    snapshot.items(PERSON).first().map_or(0, |item| item.header.created)
}
