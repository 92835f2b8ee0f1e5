//! The operations of the service as the protocol calls them: each finds out what it is about and hands on.

use std::sync::Arc;

use auth::Caller;
use edm::expr::Reach;
use edm::{Model, Property};
use engine::{
    Action, Address, Basis, Capabilities, Changed, Content, Dialect, Entity, Exchange, Info, Kind, Media, Once,
    Problem, Resources, Row, Step, Tag, Window,
};
use store::{Commit, Precondition, Snapshot, Store};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::access::{Look, Subject, admit, check_known, only_basic};
use crate::directory::{Roll, Spot};
use crate::effects::Effects;
use crate::group::Group;
use crate::log::{self, Entries};
use crate::model::{AUDIENCE_LISTS, MODEL, PROFILE};
use crate::once::{Ground, Sent};
use crate::problems::{from_store, no_person, not_offered, unknown_caller};
use crate::rules::PERSON;
use crate::settings::{ITEMS_SETTING, Settings};
use crate::target::{Owner, Target};
use crate::tenant::Place;

/// People and their profiles, over a store.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) effects: Arc<dyn Effects>,
    pub(crate) settings: Arc<Settings>,
    /// The turn of changes of names.
    pub(crate) names: Arc<Mutex<()>>,
    /// Where changes are kept back; `store` is its overlay then.
    pub(crate) group: Option<Arc<Group>>,
}

impl Service {
    /// The service over this store.
    pub fn new(store: Arc<dyn Store>, effects: Arc<dyn Effects>, settings: Settings) -> Self {
        Self { store, effects, settings: Arc::new(settings), names: Arc::default(), group: None }
    }

    /// The person's data; a problem when there is no such person.
    pub(crate) async fn snapshot(&self, caller: &Caller, owner: Owner) -> Result<Arc<Snapshot>, Problem> {
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        // A partition without its person is what a deleted one leaves until it is swept.
        snapshot.filter(|snapshot| !snapshot.items(PERSON).is_empty()).ok_or_else(|| match caller.user_id() {
            Some(id) if id == owner.id => unknown_caller(&id.to_string()),
            _ => no_person(&owner.id.to_string()),
        })
    }

    /// Carries out a commit: `Ok(None)` when the partition had changed meanwhile.
    pub(crate) async fn commit(&self, mut commit: Commit) -> Result<Option<u64>, Problem> {
        let at = commit.at;
        commit.audit.salt = self.effects.salt(commit.partition.owner, at);
        match self.store.commit(commit).await {
            Ok(rev) => {
                if self.group.is_none() {
                    self.effects.committed(at);
                }
                Ok(Some(rev))
            }
            // What bounded it may include what the caller does not see.
            Err(store::Error::Conflict(Precondition::AtMost { collection, .. })) => {
                let message = format!(
                    "the collection `{collection}` holds {} items already, as many as the setting `{ITEMS_SETTING}` admits",
                    self.settings.items_per_collection
                );
                Err(Problem::new(Kind::QuotaReached, message))
            }
            Err(store::Error::Conflict(_)) => Ok(None),
            Err(error) => Err(from_store(&error)),
        }
    }

    /// Who an address means, before it is known whether they exist: `me`, an id, or a user principal name.
    pub(crate) async fn owner(&self, caller: &Caller, steps: &[Step]) -> Result<Owner, Problem> {
        let tenant = caller.tenant;
        let name = match steps.first() {
            Some(Step::Singleton(_)) => {
                let id = caller.user_id().ok_or_else(|| {
                    Problem::new(Kind::NeedsPerson, "/me request is only valid with delegated authentication flow.")
                })?;
                return Ok(Owner { tenant, id });
            }
            _ => match steps.get(1) {
                Some(Step::Key(key)) => key.as_text().unwrap_or_default(),
                _ => return Err(no_person("")),
            },
        };
        if let Some(id) = canonical_id(name) {
            return Ok(Owner { tenant, id });
        }
        // Nobody has the nil id: scopes are still judged before the answer that there is no such person.
        Ok(Owner { tenant, id: self.named(tenant, name).await?.unwrap_or_default() })
    }
}

impl Service {
    /// Which setting an address below `/admin` means.
    async fn setting_place(&self, caller: &Caller, steps: &[Step]) -> Result<Place, Problem> {
        match steps.get(1..).unwrap_or_default() {
            [] => Ok(Place::Admin),
            [Step::Navigation(_)] => Ok(Place::People),
            [Step::Navigation(_), Step::Navigation(one)] if !one.collection => Ok(Place::One(one)),
            [Step::Navigation(_), Step::Navigation(many)] => Ok(Place::Many(many)),
            [Step::Navigation(_), Step::Navigation(many), Step::Key(key)] => {
                let text = key.as_text().unwrap_or_default();
                let id = match key.names == many.target.key_properties() {
                    true => text.into(),
                    false => self.setting_named(caller.tenant, many, text).await?,
                };
                Ok(Place::Entry(many, id))
            }
            _ => Err(not_offered("this address")),
        }
    }
}

/// An id in the one spelling that ids have, with hyphens and in small letters; other spellings name nothing.
pub(crate) fn canonical_id(text: &str) -> Option<Uuid> {
    let small = text.bytes().fold(true, |small, byte| small & !byte.is_ascii_uppercase());
    let canonical = small && text.len() == uuid::fmt::Hyphenated::LENGTH;
    canonical.then(|| Uuid::try_parse(text).ok()).flatten()
}

/// There is nobody of the name or id under which a request asked for someone.
pub(crate) fn nobody_asked_for(steps: &[Step]) -> Problem {
    let key = |step: &Step| if let Step::Key(key) = step { key.as_text().map(str::to_owned) } else { None };
    no_person(&steps.iter().find_map(key).unwrap_or_default())
}

/// Of fewer people nothing that is in their profiles is told together.
const LEAST_PEOPLE: usize = 5;

/// Does a reach lead into profiles?
fn asks_profiles(reach: &Reach) -> bool {
    reach.along.iter().any(|(navigation, within)| std::ptr::eq(navigation.target, &PROFILE) || asks_profiles(within))
}

/// How the service speaks before anything is set: as Graph does, and POSTs with a key make one thing.
pub const DIALECT: Dialect =
    Dialect { capabilities: Capabilities { repeatable: true, ..Dialect::GRAPH.capabilities }, ..Dialect::GRAPH };

/// What the service says of itself as a whole.
pub(crate) const INFO: Info<'static> = Info {
    title: "Vitae",
    description: "Profiles of the people of an organization.",
    version: env!("CARGO_PKG_VERSION"),
    servers: &["/v1.0", "/beta"],
};

impl Service {
    /// What the steps after a person mean, of which none follows a relationship.
    pub(crate) fn person_or_profile(
        &self,
        caller: &Caller,
        owner: Owner,
        rest: &[Step],
        action: Action,
    ) -> Result<Target, Problem> {
        let target = match rest {
            [] => Target::Person { owner, basic: only_basic(caller, Some(owner.id)) },
            [Step::Navigation(profile)] if std::ptr::eq(profile.target, &PROFILE) => Target::Profile(owner),
            [Step::Navigation(_), Step::Navigation(collection)] if collection.inline => {
                Target::Collection(owner, collection)
            }
            [Step::Navigation(_), Step::Navigation(collection), Step::Key(key)] if collection.inline => {
                Target::Item(owner, collection, key.as_text().unwrap_or_default().into())
            }
            [Step::Navigation(lists)] if std::ptr::eq(lists.target, &AUDIENCE_LISTS) => Target::Lists(owner),
            [Step::Navigation(lists), Step::Navigation(list)] if std::ptr::eq(lists.target, &AUDIENCE_LISTS) => {
                Target::List(owner, list)
            }
            [Step::Navigation(lists), Step::Navigation(list), Step::Key(key)]
                if std::ptr::eq(lists.target, &AUDIENCE_LISTS) =>
            {
                Target::Listed(owner, list, key.as_text().and_then(canonical_id).unwrap_or_default())
            }
            [Step::Navigation(other), ..] => return Err(not_offered(&format!("`{}`", other.name))),
            _ => return Err(not_offered("this address")),
        };
        let subject = match target {
            Target::Person { .. } => Subject::Person(owner.id),
            Target::Lists(_) | Target::List(..) | Target::Listed(..) => Subject::Lists(owner.id),
            _ => Subject::Profile(owner.id),
        };
        admit(caller, subject, action, self.settings.app_writes)?;
        Ok(target)
    }
}

/// The list of those whose partition it is, where what is made there has one of its own.
fn entered_in(target: &Target) -> Option<Roll> {
    match target {
        Target::People { tenant, .. } => Some(Roll::People(*tenant)),
        Target::Directory(tenant, Spot::Groups) => Some(Roll::Groups(*tenant)),
        _ => None,
    }
}

impl Service {
    /// Makes what a request says, or finds what it made when it came before.
    async fn make(
        &self,
        caller: &Caller,
        target: &Target,
        content: Content<Target>,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        let Content { patch, links, .. } = content;
        self.check_links(caller, &links).await?;
        let row = match target {
            Target::People { tenant, .. } => self.create_person(caller, *tenant, patch, sent, exchange).await,
            Target::Directory(tenant, spot) => self.create_in_spot(caller, *tenant, spot, patch, sent, exchange).await,
            Target::Collection(owner, collection) => {
                self.create_item(caller, *owner, collection, patch, sent, exchange).await
            }
            Target::Setting(tenant, Place::Many(navigation)) => {
                self.create_setting(caller, *tenant, navigation, patch, sent, exchange).await
            }
            _ => Err(not_offered("creating here")),
        }?;
        // Also where it was made before: that may have been cut short.
        self.bind(caller, &row.id, &links, sent.map(|_| row.at), exchange).await?;
        if let Some((sent, roll)) = sent.zip(entered_in(target)).filter(|_| !links.is_empty()) {
            let partition = roll.partition(Uuid::try_parse(&row.id).unwrap_or_default());
            self.close(caller, &sent, (partition, &row.id), exchange).await?;
        }
        Ok(row)
    }
}

impl Resources for Service {
    type Caller = Caller;
    type Target = Target;

    fn model(&self) -> &'static Model {
        &MODEL
    }

    fn info(&self) -> Info<'static> {
        INFO
    }

    fn least_aggregated(&self, target: &Target, reach: &Reach) -> usize {
        match target {
            Target::People { .. } | Target::Directory(..) if asks_profiles(reach) => LEAST_PEOPLE,
            _ => 0,
        }
    }

    async fn explain(&self, caller: &Caller, target: &Target) -> Result<Vec<String>, Problem> {
        self.why(caller, target).await
    }

    fn caller_key(&self, caller: &Caller) -> Vec<u8> {
        let mut key = caller.tenant.as_bytes().to_vec();
        key.extend_from_slice(caller.user_id().unwrap_or_default().as_bytes());
        key.extend_from_slice(caller.app.id.as_bytes());
        key
    }

    async fn authorize(&self, caller: &Caller, address: &Address, action: Action) -> Result<Target, Problem> {
        check_known(caller, self.settings.public_pages)?;
        let steps = address.steps.as_slice();
        let root = match steps.first() {
            Some(Step::Set(set)) => set.name,
            Some(Step::Singleton(singleton)) => singleton.member_of.unwrap_or(singleton.name),
            _ => return Err(not_offered("this address")),
        };
        if root == log::ROOT {
            return self.entries(caller, steps, action);
        }
        if root == "admin" {
            let place = self.setting_place(caller, steps).await?;
            admit(caller, Subject::Settings, action, self.settings.app_writes)?;
            return Ok(Target::Setting(caller.tenant, place));
        }
        if let Some(place) = self.place(caller, steps, action).await? {
            return Ok(place);
        }
        if root != "users" {
            return Err(not_offered(&format!("`{root}`")));
        }
        if let [Step::Set(_)] = steps {
            admit(caller, Subject::People, action, self.settings.app_writes)?;
            return Ok(Target::People { tenant: caller.tenant, basic: only_basic(caller, None) });
        }
        let owner = self.owner(caller, steps).await?;
        let rest = steps.get(if matches!(steps.first(), Some(Step::Set(_))) { 2.. } else { 1.. }).unwrap_or_default();
        let target = self.person_or_profile(caller, owner, rest, action)?;
        // Nobody has the nil id: scopes were judged first.
        let is_there = self.may_know_of(caller, owner).await? && !owner.id.is_nil();
        if is_there { Ok(target) } else { Err(nobody_asked_for(steps)) }
    }

    async fn begin(&self, _: &Caller) -> Result<Self, Problem> {
        self.group().await
    }

    async fn finish(&self) -> Result<Changed<()>, Problem> {
        self.finish_group().await
    }

    async fn prepare(&self, caller: &Caller, target: &Target) -> Result<(), Problem> {
        match target {
            Target::Collection(owner, _) => self.snapshot(caller, *owner).await.map(|_| ()),
            Target::Directory(_, spot) => Self::prepare_spot(spot),
            _ => Ok(()),
        }
    }

    async fn read(&self, caller: &Caller, target: &Target, reach: &Reach) -> Result<Option<Entity>, Problem> {
        let entity = match target {
            Target::Person { owner, basic } => {
                self.admit_reach(caller, owner.id, reach)?;
                let snapshot = self.snapshot(caller, *owner).await?;
                self.entity_of(&Look::new(self, caller), &snapshot, *owner, *basic, reach).await
            }
            Target::Directory(tenant, spot) => return self.read_spot(caller, *tenant, spot, reach).await,
            Target::Profile(owner) => {
                let snapshot = self.snapshot(caller, *owner).await?;
                self.read_profile(&Look::new(self, caller), &snapshot, *owner, reach).await
            }
            Target::Item(owner, collection, id) => self.read_item(caller, *owner, collection, id).await,
            _ if !reach.is_empty() => Err(not_offered("reading more than the entity here")),
            Target::Lists(owner) => self.snapshot(caller, *owner).await.map(|_| Self::lists_row().into()),
            Target::Listed(owner, list, id) => self.read_listed(caller, *owner, list, *id).await,
            Target::Setting(tenant, place) => self.read_setting(*tenant, place).await.map(Entity::from),
            Target::Log(tenant, Entries::One(id)) => self.read_entry(caller, *tenant, id).await,
            Target::People { .. } | Target::Collection(..) | Target::List(..) | Target::Log(..) => {
                Err(not_offered("this address"))
            }
        };
        entity.map(Some)
    }

    async fn list(
        &self,
        caller: &Caller,
        target: &Target,
        reach: &Reach,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        match target {
            Target::People { tenant, basic } => {
                self.admit_reach(caller, Uuid::nil(), reach)?;
                self.list_roll(caller, Roll::People(*tenant), *basic, reach, window).await
            }
            Target::Directory(tenant, spot) => self.list_spot(caller, *tenant, spot, reach, window).await,
            Target::Log(tenant, Entries::All) => self.list_entries(caller, *tenant, window).await,
            _ if !reach.is_empty() => Err(not_offered("reading more than the entities here")),
            Target::Collection(owner, collection) => self.list_items(caller, *owner, collection, window).await,
            Target::List(owner, list) => Ok(window.counted(self.list_listed(caller, *owner, list).await?).0),
            Target::Setting(tenant, Place::Many(navigation)) => {
                let rows = self.list_settings(*tenant, navigation).await?;
                Ok(window.counted(rows.into_iter().map(Entity::from).collect()).0)
            }
            _ => Err(not_offered("this address")),
        }
    }

    async fn list_counted(
        &self,
        caller: &Caller,
        target: &Target,
        reach: &Reach,
        window: &Window,
    ) -> Result<(Vec<Entity>, usize), Problem> {
        match target {
            Target::People { tenant, basic } => {
                self.admit_reach(caller, Uuid::nil(), reach)?;
                self.list_roll_counted(caller, Roll::People(*tenant), *basic, reach, window).await
            }
            Target::Directory(tenant, spot) => self.list_spot_counted(caller, *tenant, spot, reach, window).await,
            Target::Log(tenant, Entries::All) => {
                Ok((self.list_entries(caller, *tenant, window).await?, self.count_entries(*tenant).await?))
            }
            _ => Ok(window.counted(self.list(caller, target, reach, &Window::ALL).await?)),
        }
    }

    async fn count(&self, caller: &Caller, target: &Target) -> Result<usize, Problem> {
        match target {
            Target::People { tenant, .. } => self.count_roll(Roll::People(*tenant)).await,
            Target::Directory(tenant, spot) => self.count_spot(caller, *tenant, spot).await,
            Target::Log(tenant, Entries::All) => self.count_entries(*tenant).await,
            _ => Ok(self.list(caller, target, &Reach::NONE, &Window::ALL).await?.len()),
        }
    }

    async fn create(
        &self,
        caller: &Caller,
        target: &Target,
        content: Content<Target>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        self.make(caller, target, content, None, exchange).await
    }

    async fn create_once(
        &self,
        caller: &Caller,
        target: &Target,
        content: Content<Target>,
        once: &Once,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        let sent = self.sent(once, !content.links.is_empty());
        self.make(caller, target, content, Some(sent), exchange).await
    }

    async fn done_once(&self, _: &Caller, target: &Target, once: &Once) -> Result<Option<Row>, Problem> {
        let Some(roll) = entered_in(target) else { return Ok(None) };
        let sent = self.sent(once, true);
        match self.ground(Some(&sent), roll, self.effects.now()).await? {
            Ground::Made(found) if !sent.is_open(&found) => roll.entry_in(&found).map(Some),
            _ => Ok(None),
        }
    }

    async fn update(
        &self,
        caller: &Caller,
        target: &Target,
        content: Content<Target>,
        basis: Basis,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        let (Content { patch, links, .. }, basis) = (content, basis.tag);
        self.check_links(caller, &links).await?;
        let changed = match target {
            Target::Directory(tenant, spot) => self.update_spot(caller, *tenant, spot, patch, basis, exchange).await,
            Target::Person { owner, basic } => self.update_person(caller, *owner, *basic, patch, basis, exchange).await,
            // A profile has no members of its own that could change.
            Target::Profile(owner) => Ok(Changed::Done(Self::profile_row(*owner))),
            Target::Item(owner, collection, id) => {
                self.update_item(caller, *owner, collection, id, patch, basis, exchange).await
            }
            // Nor has the root of what is set about people.
            Target::Setting(tenant, place @ Place::People) => {
                self.read_setting(*tenant, place).await.map(Changed::Done)
            }
            Target::Setting(tenant, place) => {
                let Some((navigation, id)) = place.setting(*tenant) else { return Err(not_offered("changing this")) };
                self.update_setting(caller, (*tenant, navigation, &id), patch, basis, exchange).await
            }
            _ => Err(not_offered("changing this")),
        }?;
        if let Changed::Done(row) = &changed {
            self.bind(caller, &row.id, &links, None, exchange).await?;
        }
        Ok(changed)
    }

    async fn delete(
        &self,
        caller: &Caller,
        target: &Target,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        match target {
            Target::Person { owner, .. } => self.delete_person(caller, *owner, basis, exchange).await,
            Target::Profile(owner) => self.clear_profile(caller, *owner, exchange).await,
            Target::Item(owner, collection, id) => {
                self.delete_item(caller, *owner, collection, id, basis, exchange).await
            }
            Target::Directory(tenant, spot) => self.delete_spot(caller, *tenant, spot, basis, exchange).await,
            Target::Setting(tenant, Place::People) => self.clear_settings(caller, *tenant, exchange).await,
            Target::Setting(tenant, place) => {
                let Some((navigation, id)) = place.setting(*tenant) else { return Err(not_offered("deleting this")) };
                self.delete_setting(caller, (*tenant, navigation, &id), basis, exchange).await
            }
            _ => Err(not_offered("deleting this")),
        }
    }

    async fn link(&self, caller: &Caller, target: &Target, other: &Target, exchange: &Exchange) -> Result<(), Problem> {
        match target {
            Target::Directory(tenant, spot) => self.link_spot(caller, *tenant, spot, other, exchange).await,
            Target::List(owner, list) => {
                let person = self.person_at(caller, other).await?;
                self.put_on_list(caller, (*owner, list), person, exchange).await
            }
            _ => Err(not_offered("changing this relationship")),
        }
    }

    async fn unlink(
        &self,
        caller: &Caller,
        target: &Target,
        other: Option<&Target>,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        match (target, other) {
            (Target::Directory(tenant, spot), other) => self.unlink_spot(caller, *tenant, spot, other, exchange).await,
            (Target::List(owner, list), Some(other)) => {
                let person = self.person_at(caller, other).await?;
                self.take_off_list(caller, (*owner, list), person, exchange).await
            }
            _ => Err(not_offered("changing this relationship")),
        }
    }

    async fn media(
        &self,
        caller: &Caller,
        target: &Target,
        _: Option<&'static Property>,
    ) -> Result<Option<Media>, Problem> {
        match target {
            Target::Directory(tenant, spot) => self.media_of_spot(caller, *tenant, spot).await,
            _ => Err(not_offered("this stream")),
        }
    }

    async fn set_media(
        &self,
        caller: &Caller,
        target: &Target,
        _: Option<&'static Property>,
        media: Option<Media>,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        match target {
            Target::Directory(tenant, spot) => {
                self.set_media_of_spot(caller, *tenant, spot, media, basis, exchange).await
            }
            _ => Err(not_offered("this stream")),
        }
    }
}
