//! People: entries of the directory.

mod names;

use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::expr::Reach;
use edm::{Patch, Record, Value, codec, lazy};
use engine::{Changed, Entity, Exchange, Kind, Problem, Row, Tag};
use store::{Change, Commit, Item, Precondition, Snapshot};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::access::{Look, Visible};
use crate::audit::{Activity, Audit};
use crate::directory::Roll;
use crate::items::{damaged, is_outdated, unchanged};
use crate::model::{PROFILE, USER};
use crate::once::{Ground, Sent};
use crate::problems::{from_store, no_person};
use crate::rules::{self, PERSON, PRINCIPAL_NAME, Writing, folded, principal_name};
use crate::service::Service;
use crate::target::Owner;

/// What `User.ReadBasic.All` shows of another person.
const BASIC: &[&str] = &["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"];

impl Service {
    /// The entry of the person whose data this is.
    pub(crate) fn person_of(snapshot: &Snapshot) -> Result<Record, Problem> {
        let item = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        codec::read_members(&USER, &item.body).map_err(|_| damaged())
    }

    /// A person with what the reach asks for along with them, as the caller may see it.
    pub(crate) async fn entity_of(
        &self,
        look: &Look<'_>,
        snapshot: &Snapshot,
        owner: Owner,
        basic: bool,
        reach: &Reach,
    ) -> Result<Entity, Problem> {
        let item = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        let related = self.related_to_person(look, snapshot, owner, reach).await?;
        Ok(Entity { row: person_row(item, basic), related })
    }

    pub(crate) async fn create_person(
        &self,
        caller: &Caller,
        tenant: Uuid,
        patch: Patch,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        self.retrying(tenant, || self.make_person(caller, tenant, patch.clone(), sent.as_ref(), exchange)).await
    }

    /// Makes a person, or finds that the request has made them before; `None` when someone is there meanwhile.
    async fn make_person(
        &self,
        caller: &Caller,
        tenant: Uuid,
        patch: Patch,
        sent: Option<&Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Option<Row>, Problem> {
        let turn = self.turn().await;
        let at = self.effects.change_time(0);
        let roll = Roll::People(tenant);
        let id = match self.ground(sent, roll, at).await? {
            Ground::New(id) => id,
            Ground::Made(person) => return roll.entry_in(&person).map(Some),
        };
        let owner = Owner { tenant, id };
        let record = rules::new_person(patch, owner.id, at)?;
        let writing = Writing { caller, entry: &[], owner: owner.id, at };
        let item = rules::entry(PERSON, &record, None, &writing);
        let audit = Audit::new(caller, Activity::Create, exchange).item(None, Some(&item)).finish();
        let mut commit = Commit {
            partition: owner.partition(),
            at,
            expect: vec![Precondition::Absent],
            changes: vec![put_person(tenant, &item)],
            audit,
        };
        if let Some(sent) = sent {
            sent.noted(None, &item.id, at).join(&mut commit);
        }
        let (service, name) = (self.clone(), principal_name(&record).to_owned());
        let entered = self
            .to_the_end(async move {
                let _turn = turn;
                service.enter(owner, &name, commit).await
            })
            .await?;
        Ok(entered.then(|| Visible::written(&item).row(&USER)))
    }

    /// Writes a person who is not there yet, under a name of their own; says whether that was so.
    async fn enter(&self, owner: Owner, name: &str, commit: Commit) -> Result<bool, Problem> {
        let at = commit.at;
        self.take_name(owner, name, at).await?;
        if self.commit(commit).await?.is_none() {
            // The same request, come twice, may have entered them under that name.
            if !self.is_called(owner, name).await? {
                self.release_name(owner, name, at).await?;
            }
            return Ok(false);
        }
        self.left(self.bind_name(owner, name).await)?;
        Ok(true)
    }

    pub(crate) async fn update_person(
        &self,
        caller: &Caller,
        owner: Owner,
        basic: bool,
        patch: Patch,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        let turn = self.turn().await;
        let turn_of_names = self.turn_of_names(caller, owner, &patch).await?;
        let snapshot = self.snapshot(caller, owner).await?;
        let before = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        if is_outdated(before, basis) {
            return Ok(Changed::Conflict);
        }
        let Rewriting { item, names, commit } = self.rewriting(caller, owner, &snapshot, before, patch, exchange)?;
        let done = match names {
            None => self.commit(commit).await?,
            Some((old, new)) => {
                let Some(turn_of_names) = turn_of_names else { return Ok(Changed::Conflict) };
                let service = self.clone();
                self.to_the_end(async move {
                    let _turn = turn;
                    service.rename(owner, &old, &new, commit, &turn_of_names).await
                })
                .await?
            }
        };
        Ok(done.map(|_| person_row(&item, basic)).into())
    }

    /// What a change of a person writes: their entry, and what else shows their name.
    fn rewriting(
        &self,
        caller: &Caller,
        owner: Owner,
        snapshot: &Snapshot,
        before: &Arc<Item>,
        patch: Patch,
        exchange: &Exchange,
    ) -> Result<Rewriting, Problem> {
        let old = Self::person_of(snapshot)?;
        let record = rules::changed_person(old.clone(), patch)?;
        let at = self.effects.change_time(snapshot.last_time());
        let writing = Writing { caller, entry: &[], owner: owner.id, at };
        let item = rules::entry(PERSON, &record, Some(before), &writing);
        let (old_name, new_name) = (principal_name(&old), principal_name(&record));
        let mut audit = Audit::new(caller, Activity::Update, exchange).item(Some(before), Some(&item));
        let mut changes = vec![put_person(owner.tenant, &item)];
        let mut expect = unchanged(before);
        if old_name != new_name {
            expect = Precondition::Rev(snapshot.rev());
            for (account, renamed) in renamed_items(snapshot, new_name, &writing) {
                audit = audit.item(Some(&account), Some(&renamed));
                changes.push(Change::Put { item: renamed, index: Vec::new() });
            }
        }
        let names = (folded(old_name) != folded(new_name)).then(|| (old_name.to_owned(), new_name.to_owned()));
        let commit = Commit { partition: owner.partition(), at, expect: vec![expect], changes, audit: audit.finish() };
        Ok(Rewriting { item, names, commit })
    }

    /// Removes a person and everything of theirs; what they did elsewhere stays in others' records.
    pub(crate) async fn delete_person(
        &self,
        caller: &Caller,
        owner: Owner,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let before = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        if is_outdated(before, basis) {
            return Ok(Changed::Conflict);
        }
        let name = Self::person_of(&snapshot)?;
        let at = self.effects.change_time(snapshot.last_time());
        // The record says who was deleted by id alone: their values are gone with them.
        let audit = Audit::new(caller, Activity::Delete, exchange).finish();
        let expect = vec![Precondition::Rev(snapshot.rev())];
        let commit = Commit { partition: owner.partition(), at, expect, changes: vec![Change::Drop], audit };
        let (service, name) = (self.clone(), principal_name(&name).to_owned());
        self.to_the_end(async move {
            let _turn = turn;
            if service.commit(commit).await?.is_none() {
                return Ok(Changed::Conflict);
            }
            service.left(service.release_name(owner, &name, at).await)?;
            Ok(Changed::Done(()))
        })
        .await
    }

    /// The id and entry of a person by id or user principal name.
    pub(crate) async fn find_person(&self, tenant: Uuid, name: &str) -> Result<Option<Record>, Problem> {
        let id = match Uuid::try_parse(name) {
            Ok(id) => Some(id),
            Err(_) => self.named(tenant, name).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let snapshot =
            self.store.snapshot(Owner { tenant, id }.partition()).await.map_err(|error| from_store(&error))?;
        snapshot.as_deref().map(Self::person_of).transpose().map_err(|_| no_person(name))
    }

    /// Does all of a change that takes several writes, though nobody may wait for it any more: a client that hangs up
    /// must not leave half of it.
    async fn to_the_end<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        let (tell, told) = oneshot::channel();
        self.effects.spawn(Box::pin(async move { drop(tell.send(change.await)) }));
        told.await.map_err(|_| Problem::new(Kind::Internal, "a change has ended early; the log says why"))?
    }
}

/// A change of a person, ready to be made.
struct Rewriting {
    /// Their entry from then on.
    item: Arc<Item>,
    /// The name by which they were found, and the one by which they will be, where these differ.
    names: Option<(String, String)>,
    commit: Commit,
}

/// The items that show the user principal name, before and after it changed.
fn renamed_items(snapshot: &Snapshot, name: &str, writing: &Writing<'_>) -> Vec<(Arc<Item>, Arc<Item>)> {
    let collections = PROFILE.all_navigation().filter(|navigation| navigation.target.find(PRINCIPAL_NAME).is_some());
    let items = collections.flat_map(|collection| snapshot.items(collection.name).map(move |item| (collection, item)));
    let renamed = items.filter_map(|(collection, item)| {
        let mut record = codec::read_members(collection.target, &item.body).ok()?;
        rules::name_owner(&mut record, Value::text(name));
        let header =
            store::Header { modified: item.header.modified, ..rules::header(&record, Some(&item.header), writing) };
        let body = rules::body(&record);
        Some((item.clone(), Arc::new(Item { header, body, ..item.as_ref().clone() })))
    });
    renamed.collect()
}

/// Writes an entry with the row by which lists of people find it.
pub(crate) fn put_person(tenant: Uuid, item: &Arc<Item>) -> Change {
    Change::Put { item: item.clone(), index: vec![Roll::People(tenant).row(item.header.created)] }
}

fn person_row(item: &Arc<Item>, basic: bool) -> Row {
    let full = Visible::entry(item).row(&USER);
    if !basic {
        return full;
    }
    let mut members = Vec::new();
    for (name, raw) in lazy::members(&item.body).filter(|(name, _)| BASIC.iter().any(|basic| basic.as_bytes() == *name))
    {
        if !members.is_empty() {
            members.push(b',');
        }
        members.push(b'"');
        members.extend_from_slice(name);
        members.extend_from_slice(b"\":");
        members.extend_from_slice(raw);
    }
    // That something else of theirs changed is not theirs to know either.
    let tag = Some(rules::tag_of(&members));
    Row { members: Bytes::from(members), tag, ..full }
}
