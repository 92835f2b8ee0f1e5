//! What a caller is to an owner, as far as it has to be looked up: the tenant's rules, the owner's lists, shared groups.
//!
//! Nothing is looked up for those who see everything, and groups only where they decide about an item, or where one item
//! that is asked for does not exist for the viewer without them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use auth::Caller;
use engine::{Kind, Problem};
use store::{Item, Snapshot};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{Policy, Standing, Viewer, audience};
use crate::model::AUDIENCE_LISTS;
use crate::rules::list_collection;
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
    groups: OnceCell<Arc<[Uuid]>>,
}

/// What one request has seen, at whomever it looked.
#[derive(Default)]
struct Seen {
    /// How many who came along with others.
    along: AtomicUsize,
    /// Is it recorded that the caller may see what their own audiences would not show them?
    told: AtomicBool,
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
        mut items: impl Iterator<Item = &'i Arc<Item>>,
    ) -> Result<Viewer<'a>, Problem> {
        let standing = Standing::of(self.caller, owner.id);
        if standing.sees_all() {
            self.extraordinary(standing, owner, snapshot, items).await?;
            return Ok(self.bare(standing));
        }
        let groups = audience("groupMembers");
        self.looking(standing, owner, snapshot, |viewer| items.any(|item| viewer.would_see(groups, item))).await
    }

    /// The same of one item, if it is there. Whether it is hidden or absent, the same is looked up: how long a 404 takes
    /// tells nothing.
    pub(crate) async fn at_one(
        &self,
        owner: Owner,
        snapshot: &Snapshot,
        item: Option<&Arc<Item>>,
    ) -> Result<Viewer<'a>, Problem> {
        let standing = Standing::of(self.caller, owner.id);
        if standing.sees_all() {
            self.extraordinary(standing, owner, snapshot, item.into_iter()).await?;
            return Ok(self.bare(standing));
        }
        let needs_groups = |viewer: &Viewer<'a>| item.is_none_or(|item| viewer.shows(item).is_none());
        self.looking(standing, owner, snapshot, needs_groups).await
    }

    /// A viewer of that standing, of whom nothing was looked up.
    fn bare(&self, standing: Standing) -> Viewer<'a> {
        let (app, admitted_to) = (&*self.caller.app.id, standing.audiences());
        Viewer { standing, app, admitted_to, policy: None, searching: self.searching }
    }

    /// A viewer to whom not everything exists, who looks for shared groups if without them that is needed.
    async fn looking(
        &self,
        standing: Standing,
        owner: Owner,
        snapshot: &Snapshot,
        needs_groups: impl FnOnce(&Viewer<'a>) -> bool,
    ) -> Result<Viewer<'a>, Problem> {
        let mut viewer = self.bare(standing);
        viewer.policy = Some(Arc::clone(self.policy().await?));
        if let Some(person) = self.caller.user_id() {
            viewer.admitted_to |= on_lists(snapshot, person);
            if needs_groups(&viewer) && self.share_group(person, owner).await? {
                viewer.admitted_to |= audience("groupMembers");
            }
        }
        Ok(viewer)
    }

    async fn policy(&self) -> Result<&Arc<Policy>, Problem> {
        self.policy.get_or_try_init(|| self.service.policy(self.caller.tenant)).await
    }

    async fn share_group(&self, person: Uuid, owner: Owner) -> Result<bool, Problem> {
        let own = self.groups.get_or_try_init(|| self.service.audience_groups(owner.tenant, person)).await?;
        if own.is_empty() {
            return Ok(false);
        }
        let theirs = self.service.audience_groups(owner.tenant, owner.id).await?;
        Ok(theirs.iter().any(|group| own.contains(group)))
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
            let groups = audience("groupMembers");
            let needs_groups = |viewer: &Viewer<'a>| items.iter().any(|item| viewer.would_see(groups, item));
            let viewer = self.looking(otherwise, owner, snapshot, needs_groups).await?;
            sighting::note(owner.id, items.iter().copied().filter(|item| viewer.shows(item).is_none()));
        }
        if standing == Standing::Trusted && !self.seen().told.swap(true, Ordering::Relaxed) {
            let (app, tenant) = (&*self.caller.app.id, self.caller.tenant);
            tracing::info!(app, %tenant, "an app reads every audience (Profile.ReadAllAudiences)");
        }
        Ok(())
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
