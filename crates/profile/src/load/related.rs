//! Groups of a fixture, and what its people say of their managers and groups.

use auth::{Actor, Caller};
use engine::Problem;
use serde_json::{Map, Value as Json};
use store::{Commit, Precondition};
use uuid::Uuid;

use super::{exchange, given_id, read, themselves, told};
use crate::audit::{Activity, Audit};
use crate::directory::{Roll, group_partition, put_group};
use crate::model::GROUP;
use crate::rules::{self, GROUP_ENTRY, Writing};
use crate::service::Service;
use crate::target::Owner;

/// The members of a person that say so, by id: they may be loaded before those they name.
pub(super) const MEMBERS: [&str; 2] = ["manager", "memberOf"];

/// The lists that a person is on.
pub(super) fn rolls(tenant: Uuid, person: &Map<String, Json>) -> Result<Vec<Roll>, String> {
    let [manager, groups] = MEMBERS.map(|name| person.get(name));
    let manager = manager.map(|manager| id(manager, "/manager").map(|id| Roll::Reports(tenant, id)));
    let mut rolls: Vec<Roll> = manager.transpose()?.into_iter().collect();
    let groups = groups.map(|groups| groups.as_array().ok_or("/memberOf: expected a list of ids")).transpose()?;
    for (place, group) in groups.into_iter().flatten().enumerate() {
        let place = format!("/memberOf/{place}");
        let roll = Roll::Members(tenant, id(group, &place)?);
        if rolls.contains(&roll) {
            return Err(format!("{place}: the list has the group already"));
        }
        rolls.push(roll);
    }
    Ok(rolls)
}

fn id(value: &Json, place: &str) -> Result<Uuid, String> {
    let id = value.as_str().and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(|| format!("{place}: found {value}, expected an id"))
}

impl Service {
    /// Loads groups, each what a POST takes; an id may be given. Who is in them is told by the people.
    pub async fn load_groups(&self, tenant: Uuid, groups: &[Json]) -> Result<(), String> {
        let _turn = self.turn().await;
        for (place, group) in groups.iter().enumerate() {
            let commit = self.prepare_group(tenant, group).map_err(|why| format!("group {place}: {why}"))?;
            let taken = || format!("group {place}: /id: there is a group with this id already");
            let failed = |problem: Problem| format!("group {place}: {}", problem.message);
            self.commit(commit).await.map_err(failed)?.ok_or_else(taken)?;
        }
        Ok(())
    }

    fn prepare_group(&self, tenant: Uuid, group: &Json) -> Result<Commit, String> {
        let at = self.effects.change_time(0);
        let id = given_id(group, "")?.unwrap_or_else(|| self.effects.new_id(tenant, at));
        let record = rules::new_group(read(&GROUP, group, "")?, id, at).map_err(|problem| told(&problem, ""))?;
        // Nobody in particular made it.
        let caller = Caller { actor: Actor::App, ..themselves(Owner { tenant, id }, "", "") };
        let item = rules::entry(GROUP_ENTRY, &record, None, &Writing { caller: &caller, entry: &[], owner: id, at });
        let audit = Audit::new(&caller, Activity::Load, &exchange(at)).finish();
        let (partition, changes) = (group_partition((tenant, id)), vec![put_group(tenant, &item)]);
        Ok(Commit { partition, at, expect: vec![Precondition::Absent], changes, audit })
    }
}
