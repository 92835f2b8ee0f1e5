//! What a caller is to an owner, as far as it has to be looked up: the tenant's rules, the owner's lists, shared
//! groups.
//!
//! Nothing is looked up for those who see everything. For everybody else it is the same whatever the owner has, so that
//! how long an answer takes tells nothing of what is hidden.

use std::collections::BTreeMap;
use std::iter;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use auth::{Actor, Caller};
use engine::{Kind, Problem};
use store::{Item, Snapshot};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::calls::sees_hidden_members;
use super::{Policy, Standing, Viewer, audience};
use crate::directory::memberships;
use crate::model::{AUDIENCE_LISTS, PROFILE};
use crate::problems::from_store;
use crate::rules::{self, list_collection};
use crate::service::Service;
use crate::sighting;
use crate::target::Owner;

/// How many people and groups one reading may bring along with those it is about.
const MOST_ALONG: usize = 50_000;

/// The eyes of one request. What they found out about the caller and the tenant they keep for the next owner.
pub(crate) struct Look<'a> {
    service: &'a Service,
    caller: &'a Caller,
    searching: bool,
    /// Is it at those who come along with others?
    further: bool,
    /// What the request has seen so far.
    seen: OnceLock<Arc<Seen>>,
    policy: OnceCell<Arc<Policy>>,
    /// The groups in which the caller is, sorted.
    groups: OnceCell<Arc<[Uuid]>>,
}

/// What one request has seen, at whomever it looked.
#[derive(Default)]
struct Seen {
    /// How many who came along with others.
    along: AtomicUsize,
    /// Is it recorded that the caller may see what their own audiences would not show them?
    told: AtomicBool,
    /// Which groups of the caller that others share are audiences.
    flagged: Mutex<BTreeMap<Uuid, bool>>,
}

impl<'a> Look<'a> {
    /// At one person.
    pub(crate) fn new(service: &'a Service, caller: &'a Caller) -> Self {
        Self {
            service,
            caller,
            searching: false,
            further: false,
            seen: OnceLock::new(),
            policy: OnceCell::new(),
            groups: OnceCell::new(),
        }
    }

    /// For people: what its owner keeps out of searches is not seen.
    pub(crate) fn searching(service: &'a Service, caller: &'a Caller) -> Self {
        Self { searching: true, ..Self::new(service, caller) }
    }

    /// At those who come along with others, or for them; at so many in all.
    pub(crate) fn further(&self, searching: bool) -> Self {
        let (policy, groups, seen) = (self.policy.clone(), self.groups.clone(), Arc::clone(self.seen()).into());
        Self { searching: searching || self.searching, further: true, seen, policy, groups, ..*self }
    }

    /// One more is looked at. Each may bring others along, and these others again.
    pub(crate) fn at_one_more(&self) -> Result<(), Problem> {
        if self.further && self.seen().along.fetch_add(1, Ordering::Relaxed) >= MOST_ALONG {
            let message = format!(
                "found more than {MOST_ALONG} people and groups related to those that are asked for, expected fewer at \
                 once; each list has an address of its own"
            );
            return Err(Problem::new(Kind::BadQuery, message));
        }
        Ok(())
    }

    fn seen(&self) -> &Arc<Seen> {
        self.seen.get_or_init(Arc::default)
    }

    /// Who is looking.
    pub(crate) fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// The caller as this owner's data sees them, who is about to look at these items.
    pub(crate) async fn at<'i>(
        &self,
        owner: Owner,
        snapshot: &Snapshot,
        items: impl Iterator<Item = &'i Arc<Item>>,
    ) -> Result<Viewer<'a>, Problem> {
        let standing = Standing::of(self.caller, owner.id);
        if standing.sees_all() {
            self.extraordinary(standing, owner, snapshot, items).await?;
            return Ok(self.bare(standing));
        }
        self.looking(standing, snapshot).await
    }

    /// A viewer of that standing, of whom nothing was looked up.
    fn bare(&self, standing: Standing) -> Viewer<'a> {
        let (app, admitted_to) = (&*self.caller.app.id, standing.audiences());
        Viewer { standing, app, admitted_to, policy: None, searching: self.searching }
    }

    /// A viewer to whom not everything exists. What is looked up does not depend on the owner's items.
    async fn looking(&self, standing: Standing, snapshot: &Snapshot) -> Result<Viewer<'a>, Problem> {
        let mut viewer = self.bare(standing);
        viewer.policy = Some(Arc::clone(self.policy().await?));
        if let Some(person) = self.caller.user_id() {
            viewer.admitted_to |= on_lists(snapshot, person);
            if self.shares_group(snapshot).await? {
                viewer.admitted_to |= audience("groupMembers");
            }
        }
        Ok(viewer)
    }

    /// The person's data, for looking at it. What else that takes of everybody's is read beside it, not after it.
    pub(crate) async fn snapshot(&self, owner: Owner) -> Result<Arc<Snapshot>, Problem> {
        let snapshot = self.service.snapshot(self.caller, owner);
        if Standing::of(self.caller, owner.id).sees_all() {
            return snapshot.await;
        }
        let groups = async {
            if self.caller.user_id().is_some() {
                _ = self.groups().await;
            }
        };
        // Where one of these fails, whoever needs it asks again.
        tokio::join!(snapshot, self.policy(), groups).0
    }

    async fn policy(&self) -> Result<&Arc<Policy>, Problem> {
        self.policy.get_or_try_init(|| self.service.policy(self.caller.tenant)).await
    }

    /// May the caller know who is in the group of this entry? Some hide that from all who are not.
    pub(crate) async fn knows_members(&self, group: Uuid, entry: &Item) -> Result<bool, Problem> {
        let told = !rules::hides_members(&entry.body) || sees_hidden_members(self.caller);
        Ok(told || self.groups().await?.binary_search(&group).is_ok())
    }

    async fn groups(&self) -> Result<&Arc<[Uuid]>, Problem> {
        let person = self.caller.user_id();
        self.groups.get_or_try_init(|| self.service.groups_of_caller(self.caller.tenant, person)).await
    }

    /// Is a group of the caller's, in which the owner is too, an audience?
    async fn shares_group(&self, owner: &Snapshot) -> Result<bool, Problem> {
        let own = self.groups().await?;
        for group in memberships(owner).filter(|group| own.binary_search(group).is_ok()) {
            if self.is_audience(group).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn is_audience(&self, group: Uuid) -> Result<bool, Problem> {
        let flagged = || self.seen().flagged.lock().unwrap_or_else(PoisonError::into_inner);
        let known = flagged().get(&group).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.service.is_audience(self.caller.tenant, group).await?;
        flagged().insert(group, found);
        Ok(found)
    }

    /// Where someone may see items only for a role or right of theirs: those they would not see else are noted, to be
    /// recorded (see [`sighting`]). An app is logged besides, once a request, by ids alone.
    async fn extraordinary<'i>(
        &self,
        standing: Standing,
        owner: Owner,
        snapshot: &Snapshot,
        items: impl Iterator<Item = &'i Arc<Item>>,
    ) -> Result<(), Problem> {
        let otherwise = match standing {
            Standing::Administrator => Some(Standing::Member),
            Standing::Trusted => Some(Standing::App),
            _ => None,
        };
        if let Some(otherwise) = otherwise.filter(|_| sighting::is_noted()) {
            let items: Vec<_> = items.collect();
            let (viewer, plain) = (self.bare(standing), self.looking(otherwise, snapshot).await?);
            let beyond = |item: &&Arc<Item>| viewer.shows(item).is_some() && plain.shows(item).is_none();
            sighting::note(owner.id, items.into_iter().filter(beyond));
        }
        if standing == Standing::Trusted && !self.seen().told.swap(true, Ordering::Relaxed) {
            let (app, tenant) = (&*self.caller.app.id, self.caller.tenant);
            tracing::info!(app, %tenant, "an app reads every audience (Profile.ReadAllAudiences)");
        }
        Ok(())
    }
}

impl Service {
    /// May the caller know that there is this person? Without a token one may of those who show something to everyone.
    pub(crate) async fn may_know_of(&self, caller: &Caller, owner: Owner) -> Result<bool, Problem> {
        if caller.actor != Actor::Nobody {
            return Ok(true);
        }
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        let snapshot = snapshot.unwrap_or_else(|| Arc::new(Snapshot::new(0, 0, [])));
        let viewer = Look::new(self, caller).at(owner, &snapshot, iter::empty()).await?;
        let mut items = PROFILE.all_navigation().flat_map(|collection| snapshot.items(collection.name));
        Ok(items.any(|item| viewer.shows(item).is_some()))
    }
}

/// The audiences of the owner's lists that this person is on.
fn on_lists(snapshot: &Snapshot, person: Uuid) -> u32 {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let person = &*person.hyphenated().encode_lower(&mut text);
    let lists = AUDIENCE_LISTS.all_navigation();
    let listed = lists.filter(|list| snapshot.item(list_collection(list.name), person).is_some());
    listed.fold(0, |audiences, list| audiences | audience(list.name))
}
