//! Who may see what of a person. What is not allowed here is not allowed.
//!
//! An item leaves the service only as [`Visible`], which [`Viewer::shows`] makes of what is stored; the two ways round
//! it, for what one wrote and for what has no audience, are few, and a test knows them all (`tests/surfaces`). To the
//! owner everything exists. To others an item exists when *both* its own audience and the ceiling that the tenant set
//! over its collection admit them; the two are asked one after the other, for together they would be another audience.
//! Hidden and absent are one: nothing that is counted, ordered or told apart has seen more than this lets through.
//!
//! Whether a call may be made at all is judged before, in [`calls`]; what a viewer is to an owner is looked up in
//! [`look`]. What is told here in code is told in words in `docs/privacy.md`.

mod calls;
mod explain;
mod look;
mod policy;

use std::ops::Deref;
use std::sync::Arc;

use auth::{Actor, Caller, Role, Scope};
use engine::Row;
use store::{Header, Item};
use uuid::Uuid;

use crate::model::ALLOWED_AUDIENCES;
use crate::rules;

pub(crate) use calls::{Subject, admit, check_known, only_basic};
pub(crate) use look::Look;
pub(crate) use policy::{Policy, Rule};

/// An item that its viewer may see. Whoever holds one need not ask again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visible<'a>(&'a Arc<Item>);

impl<'a> Visible<'a> {
    /// What the caller has just written: who changes an item was shown it before, who makes one knows it.
    pub(crate) fn written(item: &'a Arc<Item>) -> Self {
        Self(item)
    }

    /// What has no audience, such as someone's entry in the directory or a setting: the call as a whole was admitted to
    /// it.
    pub(crate) fn entry(item: &'a Arc<Item>) -> Self {
        Self(item)
    }

    /// The item as the protocol answers it.
    pub(crate) fn row(self, ty: &'static edm::StructType) -> Row {
        let Item { header, id, body, .. } = self.0.as_ref();
        Row {
            ty,
            at: header.created,
            id: id.clone(),
            tag: Some(rules::tag(self.0)),
            members: body.clone(),
            streams: None,
        }
    }

    /// The same, for as long as what is stored is held.
    pub(crate) fn item(self) -> &'a Arc<Item> {
        self.0
    }
}

impl Deref for Visible<'_> {
    type Target = Item;

    fn deref(&self) -> &Item {
        self.0
    }
}

/// How a caller stands to the owner of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is theirs.
    Owner,
    /// Administers people: sees everything in the tenant.
    Administrator,
    /// An app that may read every audience.
    Trusted,
    /// An app without a person: sees what the organization sees, and what it made itself.
    App,
    /// A member of the tenant.
    Member,
    /// A guest of the tenant, or someone whose token a partner issued.
    Guest,
    /// Nobody in particular, where there are public pages.
    Anyone,
}

impl Standing {
    /// Of this caller to this owner. Both are of one tenant: another's partition is never opened.
    pub(crate) fn of(caller: &Caller, owner: Uuid) -> Self {
        let is_guest = caller.roles.contains(Role::Guest);
        match &caller.actor {
            Actor::User(user) if user.id == owner => Standing::Owner,
            Actor::User(_) if caller.roles.contains(Role::PeopleAdministrator) => Standing::Administrator,
            Actor::User(_) | Actor::App if is_guest => Standing::Guest,
            Actor::App if caller.scopes.contains(Scope::ProfileReadAllAudiences) => Standing::Trusted,
            Actor::User(_) => Standing::Member,
            Actor::App => Standing::App,
            Actor::Nobody => Standing::Anyone,
        }
    }

    /// Is nothing hidden from them?
    pub(crate) fn sees_all(self) -> bool {
        matches!(self, Standing::Owner | Standing::Administrator | Standing::Trusted)
    }

    /// The audiences that admit them, whoever the owner is.
    fn audiences(self) -> u32 {
        let (organization, beyond) = (audience("organization"), audience("federatedOrganizations"));
        match self {
            Standing::Owner | Standing::Administrator | Standing::Trusted => u32::MAX,
            Standing::Member | Standing::App => organization | beyond | audience("everyone"),
            Standing::Guest => beyond | audience("everyone"),
            Standing::Anyone => audience("everyone"),
        }
    }
}

/// A caller, as seen from one owner.
#[derive(Debug, Clone)]
pub(crate) struct Viewer<'a> {
    standing: Standing,
    /// The app that calls, and made what it made.
    app: &'a str,
    /// Every audience that admits them: those of their standing, the owner's lists they are on, `groupMembers` if they
    /// share a group.
    admitted_to: u32,
    /// What the tenant decided, where it matters.
    policy: Option<Arc<Policy>>,
    /// Does the caller look for people, rather than at one of them?
    searching: bool,
}

impl Viewer<'_> {
    /// The item, if it exists for this viewer. Judged from the header alone.
    pub(crate) fn shows<'i>(&self, item: &'i Arc<Item>) -> Option<Visible<'i>> {
        self.sees(&item.collection, &item.header).then_some(Visible(item))
    }

    /// Is nothing hidden from the viewer?
    pub(crate) fn sees_all(&self) -> bool {
        self.standing.sees_all()
    }

    /// The rule of the whole service.
    fn sees(&self, collection: &str, item: &Header) -> bool {
        if self.searching && !item.searchable {
            return false;
        }
        if self.standing.sees_all() || self.made(item) {
            return true;
        }
        if rules::is_private(collection) {
            return false;
        }
        let rule = self.policy.as_deref().map_or(&Rule::OPEN, |policy| policy.of(collection));
        (!item.unverified_inference || self.told_of_guesses(item, rule))
            && self.admits(item.audience)
            && rule.ceiling.is_none_or(|ceiling| self.admits(ceiling))
    }

    /// Does any bit of the mask admit the viewer? `me`, which has none, admits nobody.
    fn admits(&self, mask: u32) -> bool {
        mask & self.admitted_to != 0
    }

    /// Is it an app, and did it make the item on its own account?
    fn made(&self, item: &Header) -> bool {
        self.standing == Standing::App && item.creator_user.is_none() && self.is_from(item)
    }

    /// An inference that nobody confirmed is between the owner and the app that made it, unless it is sure enough.
    fn told_of_guesses(&self, item: &Header, rule: &Rule) -> bool {
        let sure = rule.confidence.zip(item.confidence).is_some_and(|(least, sure)| sure >= least);
        sure || (self.standing == Standing::App && self.is_from(item))
    }

    fn is_from(&self, item: &Header) -> bool {
        item.creator_app.as_deref() == Some(self.app)
    }
}

/// The bit of an audience.
pub(crate) fn audience(name: &str) -> u32 {
    ALLOWED_AUDIENCES.member(name).and_then(|member| u32::try_from(member.value).ok()).unwrap_or(0)
}
