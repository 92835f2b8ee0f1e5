//! Whom a person means by the audiences `family` and `contacts`: lists of people that only they keep.
//!
//! One item a listed person, in the keeper's partition, beside the profile. Nobody learns that they are on a list.

use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::Navigation;
use edm::expr::Reach;
use engine::{Entity, Exchange, Problem, Row};
use store::{Change, Commit, Precondition};
use uuid::Uuid;

use crate::access::{Look, only_basic};
use crate::audit::{Activity, Audit};
use crate::directory::Roll;
use crate::items::damaged;
use crate::model::AUDIENCE_LISTS;
use crate::problems::{no_item, no_person};
use crate::rules::{self, Writing, list_collection};
use crate::service::Service;
use crate::target::Owner;

impl Service {
    /// The lists themselves, of which nothing is told but that they are there.
    pub(crate) fn lists_row() -> Row {
        Row { ty: &AUDIENCE_LISTS, at: 0, id: "".into(), tag: None, members: Bytes::new(), streams: None }
    }

    /// Those on a list, as the caller may see people; who was deleted is on it no longer.
    pub(crate) async fn list_listed(
        &self,
        caller: &Caller,
        owner: Owner,
        list: &Navigation,
    ) -> Result<Vec<Entity>, Problem> {
        let snapshot = self.snapshot(caller, owner).await?;
        let look = Look::new(self, caller);
        let (mut people, items) = (Vec::new(), snapshot.items(list_collection(list.name)));
        let viewer = look.at(owner, &snapshot, items.clone()).await?;
        for item in items.filter_map(|item| viewer.shows(item)) {
            let id = Uuid::try_parse(&item.id).map_err(|_| damaged())?;
            let (roll, basic) = (Roll::People(owner.tenant), only_basic(caller, Some(id)));
            people.extend(self.listed(&look, (roll, id), basic, &Reach::NONE).await?);
        }
        people.sort_by(|left, right| (left.row.at, &left.row.id).cmp(&(right.row.at, &right.row.id)));
        Ok(people)
    }

    /// Someone on a list.
    pub(crate) async fn read_listed(
        &self,
        caller: &Caller,
        owner: Owner,
        list: &Navigation,
        person: Uuid,
    ) -> Result<Entity, Problem> {
        let listed = self.list_listed(caller, owner, list).await?;
        let id = person.to_string();
        listed.into_iter().find(|entity| *entity.row.id == *id).ok_or_else(no_item)
    }

    /// Puts someone on a list. Once is enough.
    pub(crate) async fn put_on_list(
        &self,
        caller: &Caller,
        (owner, list): (Owner, &Navigation),
        person: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        self.snapshot(caller, person).await?;
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let (collection, id): (Arc<str>, Arc<str>) = (list_collection(list.name).into(), person.id.to_string().into());
        if snapshot.item(&collection, &id).is_some() {
            return Ok(());
        }
        let at = self.effects.change_time(snapshot.last_time());
        let item = rules::mark(&collection, &id, &Writing { caller, entry: &[], owner: owner.id, at });
        let expect =
            vec![Precondition::Exists, Precondition::AtMost { collection, items: self.settings.items_per_collection }];
        let audit = Audit::new(caller, Activity::Create, exchange).item(None, Some(&item)).finish();
        let changes = vec![Change::Put { item, index: Vec::new() }];
        let done = self.commit(Commit { partition: owner.partition(), at, expect, changes, audit }).await?;
        // Only its keeper's end refuses it.
        done.map(drop).ok_or_else(|| no_person(&owner.id.to_string()))
    }

    /// Takes someone off a list; a problem where they are not on it.
    pub(crate) async fn take_off_list(
        &self,
        caller: &Caller,
        (owner, list): (Owner, &Navigation),
        person: Owner,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let item = snapshot.item(list_collection(list.name), &person.id.to_string()).ok_or_else(no_item)?;
        let at = self.effects.change_time(snapshot.last_time());
        let audit = Audit::new(caller, Activity::Delete, exchange).item(Some(item), None).finish();
        let changes = vec![Change::Delete { collection: item.collection.clone(), id: item.id.clone() }];
        let expect = vec![Precondition::Exists];
        let done = self.commit(Commit { partition: owner.partition(), at, expect, changes, audit }).await?;
        // Only its keeper's end refuses it.
        done.map(drop).ok_or_else(|| no_person(&owner.id.to_string()))
    }
}
