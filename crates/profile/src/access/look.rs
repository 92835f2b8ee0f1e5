//! What a caller is to an owner, as far as it has to be looked up: the tenant's rules, the owner's lists, shared groups.
//!
//! Nothing is looked up for those who see everything, and groups only where they decide about an item.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::Caller;
use engine::{Kind, Problem};
use store::{Item, Snapshot};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{Policy, Standing, Viewer, audience};
use crate::model::AUDIENCE_LISTS;
use crate::rules::list_collection;
use crate::service::Service;
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
    /// How many of these were seen.
    along: Arc<AtomicUsize>,
    policy: OnceCell<Arc<Policy>>,
    groups: OnceCell<Arc<[Uuid]>>,
}

impl<'a> Look<'a> {
    /// At one person.
    pub(crate) fn new(service: &'a Service, caller: &'a Caller) -> Self {
        Self {
            service,
            caller,
            searching: false,
            further: false,
            along: Arc::default(),
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
        let (policy, groups, along) = (self.policy.clone(), self.groups.clone(), Arc::clone(&self.along));
        Self { searching: searching || self.searching, further: true, along, policy, groups, ..*self }
    }

    /// One more is looked at. Each may bring others along, and these others again.
    pub(crate) fn at_one_more(&self) -> Result<(), Problem> {
        if self.further && self.along.fetch_add(1, Ordering::Relaxed) >= MOST_ALONG {
            let message = format!(
                "found more than {MOST_ALONG} people and groups related to those that are asked for, expected fewer at \
                 once; each list has an address of its own"
            );
            return Err(Problem::new(Kind::BadQuery, message));
        }
        Ok(())
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
        let admitted_to = standing.audiences();
        let mut viewer =
            Viewer { standing, app: &self.caller.app.id, admitted_to, policy: None, searching: self.searching };
        if standing.sees_all() {
            self.extraordinary(standing, owner);
            return Ok(viewer);
        }
        viewer.policy = Some(Arc::clone(self.policy().await?));
        if let Some(person) = self.caller.user_id() {
            viewer.admitted_to |= on_lists(snapshot, person);
            let groups = audience("groupMembers");
            if items.any(|item| viewer.would_see(groups, item)) && self.share_group(person, owner).await? {
                viewer.admitted_to |= groups;
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

    /// Where someone sees items only for a role or right of theirs. An app is logged, by ids alone.
    fn extraordinary(&self, standing: Standing, owner: Owner) {
        if standing == Standing::Trusted {
            let (app, tenant, owner) = (&*self.caller.app.id, owner.tenant, owner.id);
            tracing::info!(app, %tenant, %owner, "an app reads every audience (Profile.ReadAllAudiences)");
        }
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
