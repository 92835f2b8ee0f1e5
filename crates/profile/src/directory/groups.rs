//! Groups: a partition each, with one entry. Who is in a group is not there (see `members`).

use std::sync::Arc;

use auth::Caller;
use edm::expr::Reach;
use edm::{Patch, codec};
use engine::{Changed, Entity, Exchange, Problem, Row, Tag};
use store::{Change, Commit, Item, PartitionKey, Precondition, Snapshot};
use uuid::Uuid;

use super::Roll;
use crate::access::{Look, Visible};
use crate::audit::{Activity, Audit};
use crate::items::{damaged, is_outdated, unchanged};
use crate::model::GROUP;
use crate::once::{Ground, Sent};
use crate::problems::{from_store, no_person};
use crate::rules::{self, GROUP_ENTRY, Writing};
use crate::service::Service;

/// The partition of a group.
pub(crate) fn group_partition((tenant, group): (Uuid, Uuid)) -> PartitionKey {
    Roll::Groups(tenant).partition(group)
}

impl Service {
    /// The entry of a group and the snapshot it is in; `None` where there is no such group.
    pub(super) async fn find_group(
        &self,
        tenant: Uuid,
        group: Uuid,
    ) -> Result<Option<(Arc<Snapshot>, Arc<Item>)>, Problem> {
        let snapshot =
            self.store.snapshot(group_partition((tenant, group))).await.map_err(|error| from_store(&error))?;
        Ok(snapshot.and_then(|snapshot| {
            let entry = snapshot.items(GROUP_ENTRY).first()?.clone();
            Some((snapshot, entry))
        }))
    }

    /// The same where there must be one.
    pub(super) async fn group_entry(&self, tenant: Uuid, group: Uuid) -> Result<(Arc<Snapshot>, Arc<Item>), Problem> {
        self.find_group(tenant, group).await?.ok_or_else(|| no_person(&group.to_string()))
    }

    /// A group with what the reach asks for along with it.
    pub(crate) async fn group_entity(
        &self,
        look: &Look<'_>,
        tenant: Uuid,
        entry: &Arc<Item>,
        reach: &Reach,
    ) -> Result<Entity, Problem> {
        let group = Uuid::try_parse(&entry.id).map_err(|_| damaged())?;
        let related = self.related_to_group(look, (tenant, group), entry, reach).await?;
        Ok(Entity { row: Visible::entry(entry).row(&GROUP), related })
    }

    pub(super) async fn create_group(
        &self,
        caller: &Caller,
        tenant: Uuid,
        patch: Patch,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        self.retrying(tenant, || self.make_group(caller, tenant, patch.clone(), sent.as_ref(), exchange)).await
    }

    /// Makes a group, or finds that the request has made it before; `None` when one is there meanwhile.
    async fn make_group(
        &self,
        caller: &Caller,
        tenant: Uuid,
        patch: Patch,
        sent: Option<&Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Option<Row>, Problem> {
        let _turn = self.turn().await;
        let at = self.effects.change_time(0);
        let roll = Roll::Groups(tenant);
        let group = match self.ground(sent, roll, at).await? {
            Ground::New(id) => id,
            Ground::Made(group) => return roll.entry_in(&group).map(Some),
        };
        let record = rules::new_group(patch, group, at)?;
        let item = rules::entry(GROUP_ENTRY, &record, None, &Writing { caller, entry: &[], owner: group, at });
        let mut commit = Commit {
            partition: group_partition((tenant, group)),
            at,
            expect: vec![Precondition::Absent],
            changes: vec![put_group(tenant, &item)],
            audit: Audit::new(caller, Activity::Create, exchange).item(None, Some(&item)).finish(),
        };
        if let Some(sent) = sent {
            sent.noted(None, &item.id, at).join(&mut commit);
        }
        Ok(self.commit(commit).await?.map(|_| Visible::written(&item).row(&GROUP)))
    }

    pub(super) async fn update_group(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        patch: Patch,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        let _turn = self.turn().await;
        let (snapshot, before) = self.group_entry(tenant, group).await?;
        if is_outdated(&before, basis) {
            return Ok(Changed::Conflict);
        }
        let old = codec::read_members(&GROUP, &before.body).map_err(|_| damaged())?;
        let record = rules::changed_group(old, patch)?;
        let at = self.effects.change_time(snapshot.last_time());
        let writing = Writing { caller, entry: &[], owner: group, at };
        let item = rules::entry(GROUP_ENTRY, &record, Some(&before), &writing);
        let audit = Audit::new(caller, Activity::Update, exchange).item(Some(&before), Some(&item)).finish();
        let changes = vec![put_group(tenant, &item)];
        let commit = Commit {
            partition: group_partition((tenant, group)),
            at,
            expect: vec![unchanged(&before)],
            changes,
            audit,
        };
        Ok(self.commit(commit).await?.map(|_| Visible::written(&item).row(&GROUP)).into())
    }

    /// Removes a group. What its members' partitions say of it means nothing from then on.
    pub(super) async fn delete_group(
        &self,
        caller: &Caller,
        (tenant, group): (Uuid, Uuid),
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let _turn = self.turn().await;
        let (snapshot, before) = self.group_entry(tenant, group).await?;
        if is_outdated(&before, basis) {
            return Ok(Changed::Conflict);
        }
        let at = self.effects.change_time(snapshot.last_time());
        let audit = Audit::new(caller, Activity::Delete, exchange).item(Some(&before), None).finish();
        let expect = vec![Precondition::Rev(snapshot.rev())];
        let commit =
            Commit { partition: group_partition((tenant, group)), at, expect, changes: vec![Change::Drop], audit };
        Ok(self.commit(commit).await?.map(drop).into())
    }
}

/// Writes an entry with the row by which lists of groups find it.
pub(crate) fn put_group(tenant: Uuid, item: &Arc<Item>) -> Change {
    Change::Put { item: item.clone(), index: vec![Roll::Groups(tenant).row(item.header.created)] }
}
