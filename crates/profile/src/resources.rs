//! The operations of the service as the protocol calls them: each finds out what it is about and hands on.

use auth::Caller;
use edm::expr::Reach;
use edm::{Model, Property};
use engine::{
    Action, Address, Basis, Changed, Content, Entity, Exchange, Info, Media, Once, Problem, Resources, Row, Tag, Window,
};
use uuid::Uuid;

use crate::access::Look;
use crate::directory::Roll;
use crate::log::Entries;
use crate::model::{MODEL, PROFILE};
use crate::problems::not_offered;
use crate::service::{INFO, Service};
use crate::target::Target;
use crate::tenant::Place;

/// Of fewer people nothing that is in their profiles is told together.
const LEAST_PEOPLE: usize = 5;

/// Does a reach lead into profiles?
fn asks_profiles(reach: &Reach) -> bool {
    reach.along.iter().any(|(navigation, within)| std::ptr::eq(navigation.target, &PROFILE) || asks_profiles(within))
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

    fn authorize(
        &self,
        caller: &Caller,
        address: &Address,
        action: Action,
    ) -> impl Future<Output = Result<Target, Problem>> + Send {
        self.locate(caller, address, action)
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
                let look = Look::new(self, caller);
                let snapshot = look.snapshot(*owner).await?;
                self.entity_of(&look, &snapshot, *owner, *basic, reach).await
            }
            Target::Directory(tenant, spot) => self.read_spot(caller, *tenant, spot, reach).await,
            Target::Profile(owner) => {
                let look = Look::new(self, caller);
                let snapshot = look.snapshot(*owner).await?;
                self.read_profile(&look, &snapshot, *owner, reach).await
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
        let sent = self.sent(once, !content.links.is_empty(), exchange);
        self.make(caller, target, content, Some(sent), exchange).await
    }

    async fn done_once(
        &self,
        _: &Caller,
        target: &Target,
        once: &Once,
        exchange: &Exchange,
    ) -> Result<Option<Row>, Problem> {
        self.made_whole(target, once, exchange).await
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
