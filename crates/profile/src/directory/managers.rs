//! Who reports to whom. Each person's partition names their manager; who reports to someone is an index.

use std::sync::Arc;

use auth::Caller;
use edm::expr::Reach;
use engine::{Entity, Exchange, Kind, Problem};
use store::{Change, Item, Snapshot};
use uuid::Uuid;

use super::Roll;
use super::members::created;
use crate::access::{Look, only_basic};
use crate::audit::{Activity, Audit};
use crate::items::damaged;
use crate::problems::{from_store, no_person};
use crate::rules::{MANAGER, PERSON, Writing};
use crate::service::Service;
use crate::target::Owner;

/// How many managers may be above one another.
const LEVELS: usize = 1000;

impl Service {
    /// The manager of a person who was read already; nobody, if they were deleted.
    pub(super) async fn manager_in(
        &self,
        tenant: Uuid,
        snapshot: &Snapshot,
    ) -> Result<Option<(Owner, Arc<Snapshot>)>, Problem> {
        let Some(item) = snapshot.items(MANAGER).first() else { return Ok(None) };
        let manager = Owner { tenant, id: Uuid::try_parse(&item.id).map_err(|_| damaged())? };
        let found = self.store.snapshot(manager.partition()).await.map_err(|error| from_store(&error))?;
        Ok(found.filter(|found| !found.items(PERSON).is_empty()).map(|found| (manager, found)))
    }

    /// The manager of a person, who must have one.
    pub(super) async fn manager_of(&self, caller: &Caller, person: Owner) -> Result<(Owner, Arc<Snapshot>), Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        self.manager_in(person.tenant, &snapshot).await?.ok_or_else(|| no_person("manager"))
    }

    /// A manager as the caller may see them.
    pub(super) async fn manager_entity(
        &self,
        look: &Look<'_>,
        (manager, snapshot): (Owner, Arc<Snapshot>),
        reach: &Reach,
    ) -> Result<Entity, Problem> {
        look.at_one_more()?;
        self.entity_of(look, &snapshot, manager, only_basic(look.caller(), Some(manager.id)), reach).await
    }

    /// Someone who must report to a person.
    pub(super) async fn report(&self, caller: &Caller, manager: Owner, id: Uuid) -> Result<Owner, Problem> {
        let report = Owner { id, ..manager };
        let snapshot = self.snapshot(caller, report).await?;
        match snapshot.item(MANAGER, &manager.id.to_string()) {
            Some(_) => Ok(report),
            None => Err(no_person(&id.to_string())),
        }
    }

    /// Gives a person a manager instead of any other.
    pub(super) async fn set_manager(
        &self,
        caller: &Caller,
        person: Owner,
        manager: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        self.check_above(caller, person, manager).await?;
        self.retrying(person.id, || self.report_to(caller, person, manager, exchange)).await
    }

    /// Has a person report to someone who may be above them; `None` where they had changed meanwhile.
    async fn report_to(
        &self,
        caller: &Caller,
        person: Owner,
        manager: Owner,
        exchange: &Exchange,
    ) -> Result<Option<()>, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        let before = snapshot.items(MANAGER).first();
        if before.is_some_and(|before| *before.id == *manager.id.to_string()) {
            return Ok(Some(()));
        }
        let mut commit = self.beginning(person, &snapshot);
        let roll = Roll::Reports(person.tenant, manager.id);
        let item = roll.link(&Writing { caller, entry: &[], owner: person.id, at: commit.at });
        let audit = Audit::new(caller, Activity::Update, exchange);
        if let Some(before) = before {
            commit.changes.push(Change::Delete { collection: before.collection.clone(), id: before.id.clone() });
        }
        commit.audit = audit.item(before.map(|before| &**before), Some(&item)).finish();
        let index = vec![roll.row(created(&snapshot))];
        commit.changes.push(Change::Put { item, index });
        Ok(self.commit(commit).await?.map(drop))
    }

    /// Leaves a person without the manager they have; if one is named, without that one.
    pub(super) async fn clear_manager(
        &self,
        caller: &Caller,
        person: Owner,
        manager: Option<Owner>,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        let is_meant = |before: &&Arc<Item>| manager.is_none_or(|manager| *before.id == *manager.id.to_string());
        let leave = || async {
            let snapshot = self.snapshot(caller, person).await?;
            let before = snapshot.items(MANAGER).first().filter(is_meant).ok_or_else(|| no_person("manager"))?;
            self.unrelate(caller, (person, &snapshot), before, exchange).await
        };
        self.retrying(person.id, leave).await.map(drop)
    }

    /// Nobody is above themselves. Two changes at the same time could still make it so; whoever follows managers
    /// further than asked for bounds the way.
    async fn check_above(&self, caller: &Caller, person: Owner, manager: Owner) -> Result<(), Problem> {
        let wrong = |found: &str| {
            let message = format!("found {found}, expected someone above `{}`", person.id);
            Err(Problem::new(Kind::BadBody, message).at("/@odata.id"))
        };
        if person.id == manager.id {
            return wrong("the person themselves");
        }
        let mut above = Some((manager, self.snapshot(caller, manager).await?));
        for _ in 0..LEVELS {
            let Some((_, snapshot)) = above else { return Ok(()) };
            above = self.manager_in(person.tenant, &snapshot).await?;
            if above.as_ref().is_some_and(|(above, _)| above.id == person.id) {
                return wrong("someone who reports to the person");
            }
        }
        wrong("someone with a thousand managers above them")
    }
}
