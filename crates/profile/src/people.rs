//! People: entries of the directory and the names by which they are found.

use std::ops::Bound;
use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::{Patch, Record, Value, codec, lazy};
use engine::{Changed, Entity, Exchange, Kind, Problem, Row, Tag, Window};
use store::{Candidate, Change, Claimed, Commit, Item, PartitionKind, Precondition, Scan, Snapshot};
use tokio::sync::MutexGuard;
use uuid::Uuid;

use crate::audit::{Activity, Audit};
use crate::items::{damaged, entry, row, unchanged};
use crate::model::{PROFILE, USER};
use crate::problems::{from_store, no_person};
use crate::rules::{self, PERSON, PRINCIPAL_NAME, Writing, created_token, folded, principal_name};
use crate::service::Service;
use crate::target::Owner;

/// What `User.ReadBasic.All` shows of another person.
const BASIC: &[&str] = &["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"];
/// An unbound claim older than this (in ticks of 100 ns) was left behind by a crash.
const STALE: i64 = 60 * 10_000_000;
/// Candidates read at a time.
const BATCH: usize = 500;

impl Service {
    /// The entry of the person whose data this is.
    pub(crate) fn person_of(snapshot: &Snapshot) -> Result<Record, Problem> {
        let item = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        codec::read_members(&USER, &item.body).map_err(|_| damaged())
    }

    pub(crate) async fn read_person(&self, caller: &Caller, owner: Owner, basic: bool) -> Result<Entity, Problem> {
        let snapshot = self.snapshot(caller, owner).await?;
        let item = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        Ok(Entity { row: person_row(item, basic), related: Vec::new() })
    }

    pub(crate) async fn list_people(&self, tenant: Uuid, basic: bool, window: &Window) -> Result<Vec<Row>, Problem> {
        let limit = window.limit.unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        // Those who are left out need not be read.
        let mut skip = window.skip;
        let mut after = window.after.as_ref().and_then(|(at, id)| {
            Some(Candidate {
                token: created_token(*at),
                owner: Uuid::try_parse(id).ok()?,
                item: id.clone(),
                collection: PERSON.into(),
                kind: PartitionKind::User,
            })
        });
        while rows.len() < limit {
            let wanted = BATCH.min(limit - rows.len()).max(BATCH.min(skip));
            let candidates = self.scan_people(tenant, after, wanted).await?;
            for candidate in candidates.iter().skip(skip).take(limit - rows.len()) {
                rows.extend(self.listed(Owner { tenant, id: candidate.owner }, basic).await?);
            }
            skip = skip.saturating_sub(candidates.len());
            if candidates.len() < wanted {
                break;
            }
            after = candidates.into_iter().next_back();
        }
        Ok(rows)
    }

    /// A person of the list; someone deleted meanwhile is nobody.
    async fn listed(&self, owner: Owner, basic: bool) -> Result<Option<Row>, Problem> {
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        Ok(snapshot.and_then(|snapshot| snapshot.items(PERSON).first().map(|item| person_row(item, basic))))
    }

    pub(crate) async fn count_people(&self, tenant: Uuid) -> Result<usize, Problem> {
        let (mut count, mut after) = (0, None);
        loop {
            let candidates = self.scan_people(tenant, after, 10 * BATCH).await?;
            count += candidates.len();
            if candidates.len() < 10 * BATCH {
                return Ok(count);
            }
            after = candidates.into_iter().next_back();
        }
    }

    async fn scan_people(
        &self,
        tenant: Uuid,
        after: Option<Candidate>,
        limit: usize,
    ) -> Result<Vec<Candidate>, Problem> {
        let scan = Scan { tenant, path: PERSON.into(), from: Bound::Unbounded, to: Bound::Unbounded, after, limit };
        self.store.scan(scan).await.map_err(|error| from_store(&error))
    }

    pub(crate) async fn create_person(
        &self,
        caller: &Caller,
        tenant: Uuid,
        patch: Patch,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        let _turn = self.turn().await;
        let at = self.effects.change_time(0);
        let owner = Owner { tenant, id: self.effects.new_id(tenant, at) };
        let record = rules::new_person(patch, owner.id, at)?;
        let writing = Writing { caller, entry: &[], owner: owner.id, at };
        let item = person_item(&record, owner, None, &writing);
        self.take_name(owner, principal_name(&record), at).await?;
        let audit = Audit::new(caller, Activity::Create, exchange).item(None, Some(&item)).finish();
        let commit = Commit {
            partition: owner.partition(),
            at,
            expect: vec![Precondition::Absent],
            changes: vec![put_person(&item)],
            audit,
        };
        if self.commit(commit).await?.is_none() {
            return Err(Problem::new(Kind::Internal, "the new id is taken"));
        }
        self.bind_name(owner, principal_name(&record)).await?;
        Ok(row(&USER, &item))
    }

    /// Who has that user principal name. A name that a change cut short left behind is nobody's.
    pub(crate) async fn named(&self, tenant: Uuid, name: &str) -> Result<Option<Uuid>, Problem> {
        let entry = self.store.lookup(tenant, folded(name)).await.map_err(|error| from_store(&error))?;
        let Some(entry) = entry else { return Ok(None) };
        let called = self.is_called(Owner { tenant, id: entry.owner }, name).await?;
        Ok(called.then_some(entry.owner))
    }

    /// Is there this person, and do they have this name? The person's own entry decides, not who holds the name.
    async fn is_called(&self, owner: Owner, name: &str) -> Result<bool, Problem> {
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        let own = snapshot.as_deref().and_then(|snapshot| rules::stored(entry(snapshot), PRINCIPAL_NAME));
        Ok(own.is_some_and(|own| own.as_str().is_some_and(|own| folded(own) == folded(name))))
    }

    /// Claims a user principal name for its owner. One whose holder is not called so, or no longer, is taken over.
    pub(crate) async fn take_name(&self, owner: Owner, name: &str, at: i64) -> Result<(), Problem> {
        let (store, key) = (&self.store, folded(name));
        let taken = || {
            Problem::new(Kind::NameExists, format!("another person has the userPrincipalName `{name}`"))
                .at("/userPrincipalName")
        };
        let claimed = store.claim(owner.tenant, key.clone(), owner.id, at).await.map_err(|error| from_store(&error))?;
        let Claimed::Held(held) = claimed else { return Ok(()) };
        let called = self.is_called(Owner { tenant: owner.tenant, id: held.owner }, name).await?;
        // Its holder may be about to be called so.
        let under_way = !held.bound && at - held.at < STALE;
        if called || under_way {
            return Err(taken());
        }
        let claimed = if held.bound {
            // Left by a deletion or a change of name that was cut short.
            store.release(owner.tenant, key.clone(), held.owner).await.map_err(|error| from_store(&error))?;
            store.claim(owner.tenant, key, owner.id, at).await
        } else {
            store.reclaim(owner.tenant, key, held, owner.id, at).await
        };
        match claimed.map_err(|error| from_store(&error))? {
            Claimed::Granted => Ok(()),
            Claimed::Held(_) => Err(taken()),
        }
    }

    pub(crate) async fn bind_name(&self, owner: Owner, name: &str) -> Result<(), Problem> {
        self.store.bind(owner.tenant, folded(name), owner.id).await.map_err(|error| from_store(&error)).map(|_| ())
    }

    async fn release_name(&self, owner: Owner, name: &str) -> Result<(), Problem> {
        self.store.release(owner.tenant, folded(name), owner.id).await.map_err(|error| from_store(&error)).map(|_| ())
    }

    /// Changes of names happen one after another: the names of one that ends must not be those of one that begins.
    async fn turn_of_names(
        &self,
        caller: &Caller,
        owner: Owner,
        patch: &Patch,
    ) -> Result<Option<MutexGuard<'_, ()>>, Problem> {
        let Some(edm::Change::Set(name)) = patch.get(&USER, PRINCIPAL_NAME) else { return Ok(None) };
        let snapshot = self.snapshot(caller, owner).await?;
        match rules::stored(entry(&snapshot), PRINCIPAL_NAME).as_ref() == Some(name) {
            true => Ok(None),
            false => Ok(Some(self.names.lock().await)),
        }
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
        let _turn = self.turn().await;
        let turn_of_names = self.turn_of_names(caller, owner, &patch).await?;
        let snapshot = self.snapshot(caller, owner).await?;
        let before = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        if basis.is_some_and(|basis| basis != rules::tag(before)) {
            return Ok(Changed::Conflict);
        }
        let old = Self::person_of(&snapshot)?;
        let record = rules::changed_person(old.clone(), patch)?;
        let at = self.effects.change_time(snapshot.last_time());
        let writing = Writing { caller, entry: &[], owner: owner.id, at };
        let item = person_item(&record, owner, Some(before), &writing);
        let (old_name, new_name) = (principal_name(&old), principal_name(&record));
        let renamed = old_name != new_name;
        let moved = folded(old_name) != folded(new_name);
        if moved {
            if turn_of_names.is_none() {
                return Ok(Changed::Conflict);
            }
            // The person may hold it still, from a change that was cut short; only a claim made anew counts as under way.
            self.release_name(owner, new_name).await?;
            self.take_name(owner, new_name, at).await?;
        }
        let mut audit = Audit::new(caller, Activity::Update, exchange).item(Some(before), Some(&item));
        let mut changes = vec![put_person(&item)];
        if renamed {
            for (account, renamed) in renamed_items(&snapshot, new_name, &writing) {
                audit = audit.item(Some(&account), Some(&renamed));
                changes.push(Change::Put { item: renamed, index: Vec::new() });
            }
        }
        let expect = if renamed { Precondition::Rev(snapshot.rev()) } else { unchanged(before) };
        let commit = Commit { partition: owner.partition(), at, expect: vec![expect], changes, audit: audit.finish() };
        let done = self.commit(commit).await;
        if moved {
            match &done {
                Ok(Some(_)) => {
                    self.bind_name(owner, new_name).await?;
                    self.release_name(owner, old_name).await?;
                }
                // Whoever was quicker may have given the person the same name.
                Ok(None) if !self.is_called(owner, new_name).await? => self.release_name(owner, new_name).await?,
                Ok(None) => {}
                // Whether it is done is not known; a claim that nobody needs gets old.
                Err(_) => {}
            }
        }
        Ok(done?.map_or(Changed::Conflict, |_| Changed::Done(person_row(&item, basic))))
    }

    /// Removes a person and everything of theirs; what they did elsewhere stays in others' records.
    pub(crate) async fn delete_person(
        &self,
        caller: &Caller,
        owner: Owner,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let before = snapshot.items(PERSON).first().ok_or_else(damaged)?;
        if basis.is_some_and(|basis| basis != rules::tag(before)) {
            return Ok(Changed::Conflict);
        }
        let name = Self::person_of(&snapshot)?;
        let at = self.effects.change_time(snapshot.last_time());
        // The record says who was deleted by id alone: their values are gone with them.
        let audit = Audit::new(caller, Activity::Delete, exchange).finish();
        let expect = vec![Precondition::Rev(snapshot.rev())];
        let commit = Commit { partition: owner.partition(), at, expect, changes: vec![Change::Drop], audit };
        if self.commit(commit).await?.is_none() {
            return Ok(Changed::Conflict);
        }
        self.release_name(owner, principal_name(&name)).await?;
        Ok(Changed::Done(()))
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
}

/// The items that show the user principal name, before and after it changed.
fn renamed_items(snapshot: &Snapshot, name: &str, writing: &Writing<'_>) -> Vec<(Arc<Item>, Arc<Item>)> {
    let collections = PROFILE.all_navigation().filter(|navigation| navigation.target.find(PRINCIPAL_NAME).is_some());
    let items =
        collections.flat_map(|collection| snapshot.items(collection.name).iter().map(move |item| (collection, item)));
    let renamed = items.filter_map(|(collection, item)| {
        let mut record = codec::read_members(collection.target, &item.body).ok()?;
        rules::name_owner(&mut record, Value::text(name));
        let header =
            store::Header { modified: item.header.modified, ..rules::header(&record, Some(&item.header), writing) };
        let body = record.to_members().into();
        Some((item.clone(), Arc::new(Item { header, body, ..item.as_ref().clone() })))
    });
    renamed.collect()
}

/// The entry of a person as it is stored.
pub(crate) fn person_item(
    record: &Record,
    owner: Owner,
    before: Option<&Arc<Item>>,
    writing: &Writing<'_>,
) -> Arc<Item> {
    Arc::new(Item {
        collection: PERSON.into(),
        id: owner.id.to_string().into(),
        header: rules::header(record, before.map(|item| &item.header), writing),
        body: record.to_members().into(),
    })
}

/// Writes an entry with the row by which lists of people find it.
pub(crate) fn put_person(item: &Arc<Item>) -> Change {
    Change::Put { item: item.clone(), index: vec![rules::person_index(item.header.created)] }
}

fn person_row(item: &Arc<Item>, basic: bool) -> Row {
    let full = row(&USER, item);
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
    Row { members: Bytes::from(members), ..full }
}
