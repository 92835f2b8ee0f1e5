//! Items of a profile: read, list, create, change, delete. The same for every collection.

use std::iter;
use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::expr::Reach;
use edm::{Navigation, Patch, StructType, codec};
use engine::{Changed, Entity, Exchange, Kind, Problem, Row, Tag, Window};
use store::{Change, Commit, Item, Precondition, Record, Snapshot};
use tokio::sync::OwnedMutexGuard;

use crate::access::{Look, Viewer, Visible};
use crate::audit::{Activity, Audit};
use crate::guesses::{check_guess, rejection};
use crate::model::PROFILE;
use crate::once::Sent;
use crate::problems::{no_item, no_person};
use crate::rules::{self, PERSON, Writing};
use crate::service::Service;
use crate::target::Owner;

impl Service {
    pub(crate) async fn read_item(
        &self,
        caller: &Caller,
        owner: Owner,
        collection: &Navigation,
        id: &str,
    ) -> Result<Entity, Problem> {
        let look = Look::new(self, caller);
        let snapshot = look.snapshot(owner).await?;
        let item = Self::visible(&look, owner, &snapshot, collection, id).await?;
        Ok(item.row(collection.target).into())
    }

    /// An item of the snapshot; the same problem where there is none and where the caller may not see it.
    async fn visible<'a>(
        look: &Look<'_>,
        owner: Owner,
        snapshot: &'a Snapshot,
        collection: &Navigation,
        id: &str,
    ) -> Result<Visible<'a>, Problem> {
        let item = snapshot.item(collection.name, id);
        let viewer = look.at(owner, snapshot, item.into_iter()).await?;
        item.and_then(|item| viewer.shows(item)).ok_or_else(no_item)
    }

    pub(crate) async fn list_items(
        &self,
        caller: &Caller,
        owner: Owner,
        collection: &Navigation,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        let look = Look::new(self, caller);
        let snapshot = look.snapshot(owner).await?;
        let viewer = look.at(owner, &snapshot, snapshot.items(collection.name)).await?;
        Ok(visible_items(&viewer, &snapshot, collection, window))
    }

    pub(crate) fn profile_row(owner: Owner) -> Row {
        let id: Arc<str> = owner.id.to_string().into();
        let members = Bytes::from(format!("\"id\":\"{id}\""));
        Row { ty: &PROFILE, at: 0, id, tag: None, members, streams: None }
    }

    /// A profile with the collections that the reach asks for.
    pub(crate) async fn read_profile(
        &self,
        look: &Look<'_>,
        snapshot: &Snapshot,
        owner: Owner,
        reach: &Reach,
    ) -> Result<Entity, Problem> {
        let row = Self::profile_row(owner);
        if reach.is_empty() {
            return Ok(row.into());
        }
        let asked = reach.along.iter().flat_map(|(collection, _)| snapshot.items(collection.name));
        let viewer = look.at(owner, snapshot, asked).await?;
        let items =
            |(collection, _): &(&'static Navigation, Reach)| visible_items(&viewer, snapshot, collection, &Window::ALL);
        Ok(Entity { row, related: reach.along.iter().map(items).collect() })
    }

    pub(crate) async fn create_item(
        &self,
        caller: &Caller,
        owner: Owner,
        collection: &'static Navigation,
        patch: Patch,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        let place = (owner, collection);
        let Some(sent) = sent else {
            let made = self.make_item(caller, place, patch, None, exchange).await?;
            // The person was deleted meanwhile.
            return made.ok_or_else(|| no_person(&owner.id.to_string()));
        };
        self.retrying(owner.id, || self.make_item(caller, place, patch.clone(), Some(&sent), exchange)).await
    }

    /// Makes an item, or finds that the request has made it before; `None` when what that depends on changed meanwhile.
    async fn make_item(
        &self,
        caller: &Caller,
        (owner, collection): (Owner, &'static Navigation),
        patch: Patch,
        sent: Option<&Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Option<Row>, Problem> {
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let at = self.effects.change_time(snapshot.last_time());
        if let Some(sent) = sent
            && let Some(row) = self.made_before(caller, (owner, collection), &snapshot, sent, at).await?
        {
            return Ok(Some(row));
        }
        let writing = Writing { caller, entry: entry(&snapshot), owner: owner.id, at };
        let id = self.effects.new_id(owner.id, at);
        let usual = match rules::names_audience(collection.target, &patch) {
            true => None,
            false => self.policy(owner.tenant).await?.of(collection.name).usual,
        };
        let record = rules::new_item(collection.target, patch, id, usual, &writing);
        check_guess(&snapshot, None, &record, collection.name, &writing)?;
        let item = Arc::new(Item {
            collection: collection.name.into(),
            id: id.to_string().into(),
            header: rules::header(&record, None, &writing),
            body: rules::body(&record),
        });
        let audit = Audit::new(caller, Activity::Create, exchange).item(None, Some(&item)).finish();
        let mut commit = self.creation(caller, owner, &snapshot, &item, audit).await?;
        if let Some(sent) = sent {
            sent.noted(Some(&snapshot), &item.id, at).join(&mut commit);
        }
        Ok(self.commit(commit).await?.map(|_| Visible::written(&item).row(collection.target)))
    }

    /// The commit that makes an item of someone who is there.
    async fn creation(
        &self,
        caller: &Caller,
        owner: Owner,
        snapshot: &Snapshot,
        item: &Arc<Item>,
        audit: Record,
    ) -> Result<Commit, Problem> {
        // Full is what looks full to the caller, who else could count what is hidden.
        let viewer = Look::new(self, caller).at(owner, snapshot, iter::empty()).await?;
        let hidden = match viewer.sees_all() {
            true => 0,
            false => snapshot.items(&item.collection).filter(|item| viewer.shows(item).is_none()).count(),
        };
        let most = self.settings.items_per_collection.saturating_add(hidden);
        let expect = vec![
            Precondition::Exists,
            Precondition::AtMost { collection: item.collection.clone(), items: most },
            Precondition::ItemAbsent { collection: item.collection.clone(), id: item.id.clone() },
        ];
        let changes = vec![Change::Put { item: item.clone(), index: Vec::new() }];
        Ok(Commit { partition: owner.partition(), at: item.header.created, expect, changes, audit })
    }

    /// The item that a request made when it came before, as it is now. One that its sender does not see is as good as
    /// gone; then a key is spent, and what an SDK tries again is new.
    async fn made_before(
        &self,
        caller: &Caller,
        (owner, collection): (Owner, &'static Navigation),
        snapshot: &Snapshot,
        sent: &Sent<'_>,
        at: i64,
    ) -> Result<Option<Row>, Problem> {
        let Some(before) = sent.made(snapshot, at)? else { return Ok(None) };
        match Self::visible(&Look::new(self, caller), owner, snapshot, collection, &before.id).await {
            Ok(item) => Ok(Some(item.row(collection.target))),
            Err(problem) if problem.kind != Kind::ItemNotFound => Err(problem),
            Err(_) if before.is_sure => Err(sent.gone()),
            Err(_) => Ok(None),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one request, each of another kind")]
    pub(crate) async fn update_item(
        &self,
        caller: &Caller,
        owner: Owner,
        collection: &'static Navigation,
        id: &str,
        patch: Patch,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let Some(before) = self.current(caller, owner, &snapshot, collection, id, basis).await? else {
            return Ok(Changed::Conflict);
        };
        let at = self.effects.change_time(snapshot.last_time());
        let writing = Writing { caller, entry: entry(&snapshot), owner: owner.id, at };
        let old = codec::read_members(collection.target, &before.body).map_err(|_| damaged())?;
        let record = rules::changed_item(old.clone(), patch, &writing)?;
        check_guess(&snapshot, Some(&old), &record, collection.name, &writing)?;
        let item = Arc::new(Item {
            collection: before.collection.clone(),
            id: before.id.clone(),
            header: rules::header(&record, Some(&before.header), &writing),
            body: rules::body(&record),
        });
        let audit = Audit::new(caller, Activity::Update, exchange).item(Some(before), Some(&item)).finish();
        let changes = vec![Change::Put { item: item.clone(), index: Vec::new() }];
        let commit = Commit { partition: owner.partition(), at, expect: vec![unchanged(before)], changes, audit };
        Ok(self.commit(commit).await?.map(|_| Visible::written(&item).row(collection.target)).into())
    }

    pub(crate) async fn delete_item(
        &self,
        caller: &Caller,
        owner: Owner,
        collection: &'static Navigation,
        id: &str,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let Some(before) = self.current(caller, owner, &snapshot, collection, id, basis).await? else {
            return Ok(Changed::Conflict);
        };
        let at = self.effects.change_time(snapshot.last_time());
        let audit = Audit::new(caller, Activity::Delete, exchange).item(Some(before), None).finish();
        let writing = Writing { caller, entry: &[], owner: owner.id, at };
        let changes = removal(collection.target, before, &writing);
        let commit = Commit { partition: owner.partition(), at, expect: vec![unchanged(before)], changes, audit };
        Ok(self.commit(commit).await?.map(drop).into())
    }

    /// Removes every item of the profile that exists for the caller; the person stays, and what they are related to.
    pub(crate) async fn clear_profile(
        &self,
        caller: &Caller,
        owner: Owner,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, owner).await?;
        let at = self.effects.change_time(snapshot.last_time());
        let writing = Writing { caller, entry: &[], owner: owner.id, at };
        let (mut audit, mut changes) = (Audit::new(caller, Activity::Clear, exchange), Vec::new());
        let viewer = Look::new(self, caller).at(owner, &snapshot, iter::empty()).await?;
        for collection in PROFILE.all_navigation() {
            for item in snapshot.items(collection.name).filter(|item| viewer.shows(item).is_some()) {
                audit = audit.item(Some(item), None);
                changes.extend(removal(collection.target, item, &writing));
            }
        }
        let expect = vec![Precondition::Rev(snapshot.rev())];
        let commit = Commit { partition: owner.partition(), at, expect, changes, audit: audit.finish() };
        Ok(self.commit(commit).await?.map(drop).into())
    }

    /// The item as it is, if it is visible; `None` when it no longer has the version that the change presumes.
    async fn current<'a>(
        &self,
        caller: &Caller,
        owner: Owner,
        snapshot: &'a Snapshot,
        collection: &Navigation,
        id: &str,
        basis: Option<Tag>,
    ) -> Result<Option<&'a Arc<Item>>, Problem> {
        let item = Self::visible(&Look::new(self, caller), owner, snapshot, collection, id).await?.item();
        Ok(Some(item).filter(|item| !is_outdated(item, basis)))
    }

    /// The turn of a change, where changes must be repeatable.
    pub(crate) async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match self.effects.turn() {
            // A group has taken the turn for all its changes.
            Some(turn) if self.group.is_none() => Some(Arc::clone(turn).lock_owned().await),
            _ => None,
        }
    }
}

/// The entry of the person whose data this is, as stored.
pub(crate) fn entry(snapshot: &Snapshot) -> &[u8] {
    snapshot.items(PERSON).first().map_or(&[], |item| &item.body)
}

/// What the viewer sees of a part of a collection.
fn visible_items(viewer: &Viewer<'_>, snapshot: &Snapshot, collection: &Navigation, window: &Window) -> Vec<Entity> {
    let mut items = snapshot.items(collection.name);
    if let Some((at, id)) = &window.after {
        items = items.after(*at, id);
    }
    let most = window.limit.unwrap_or(usize::MAX);
    let mut entities = Vec::with_capacity(items.len().min(most));
    let visible = items.filter_map(|item| viewer.shows(item));
    let shown = visible.skip(window.skip).take(most);
    entities.extend(shown.map(|item| Entity::from(item.row(collection.target))));
    entities
}

/// Removes an item, and remembers it if that rejects it.
fn removal(ty: &'static StructType, item: &Item, writing: &Writing<'_>) -> Vec<Change> {
    let gone = Change::Delete { collection: item.collection.clone(), id: item.id.clone() };
    let record = codec::read_members(ty, &item.body).ok().filter(|_| item.header.unverified_inference);
    [gone].into_iter().chain(record.and_then(|record| rejection(item, &record, writing))).collect()
}

/// Has the item another version by now than a change presumes?
pub(crate) fn is_outdated(item: &Item, basis: Option<Tag>) -> bool {
    basis.is_some_and(|basis| basis != rules::tag(item))
}

pub(crate) fn unchanged(item: &Item) -> Precondition {
    Precondition::Version { collection: item.collection.clone(), id: item.id.clone(), version: item.header.version }
}

pub(crate) fn damaged() -> Problem {
    Problem::new(Kind::Internal, "the stored item is damaged; `vitae check` says more")
}
