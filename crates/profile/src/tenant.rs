//! What a tenant sets about people (`/admin/people`): one partition, each setting an item of it.
//!
//! Which there are says the model; what may be said in them, the rules. A setting of which there is one exists always:
//! with its initial values until somebody changes it, and after it was deleted.

use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::{Navigation, Patch, Record, StructType, Value, codec};
use engine::{Changed, Exchange, Problem, Row, Tag};
use store::{Change, Commit, Item, PartitionKey, PartitionKind, Precondition, Snapshot};
use uuid::Uuid;

use crate::access::{Policy, Visible};
use crate::audit::{Activity, Audit};
use crate::items::{damaged, is_outdated, unchanged};
use crate::model::{ADMIN, PEOPLE_ADMIN_SETTINGS};
use crate::once::Sent;
use crate::problems::{from_store, no_item};
use crate::rules::{self, Writing};
use crate::service::Service;

/// A place among the settings of a tenant.
#[derive(Debug, Clone)]
pub enum Place {
    /// The root.
    Admin,
    /// All that is set about people.
    People,
    /// A setting of which there is one.
    One(&'static Navigation),
    /// Settings of a kind.
    Many(&'static Navigation),
    /// One of those.
    Entry(&'static Navigation, Arc<str>),
}

impl Place {
    /// Its path below the root.
    pub(crate) fn path(&self) -> String {
        match self {
            Place::Admin => "admin".into(),
            Place::People => "admin/people".into(),
            Place::One(navigation) | Place::Many(navigation) => ["admin/people/", navigation.name].concat(),
            Place::Entry(navigation, id) => {
                ["admin/people/", navigation.name, "('", &id.replace('\'', "''"), "')"].concat()
            }
        }
    }

    /// The collection and id under which it is kept, where it is a setting.
    pub(crate) fn setting(&self, tenant: Uuid) -> Option<(&'static Navigation, Arc<str>)> {
        match self {
            Place::One(navigation) => Some((navigation, tenant.to_string().into())),
            Place::Entry(navigation, id) => Some((navigation, id.clone())),
            Place::Admin | Place::People | Place::Many(_) => None,
        }
    }

    /// The path of the collection that it is in or is.
    pub(crate) fn container(&self) -> String {
        match self {
            Place::Entry(navigation, _) => Place::Many(navigation).path(),
            _ => self.path(),
        }
    }
}

/// Where the settings of a tenant are.
fn partition(tenant: Uuid) -> PartitionKey {
    PartitionKey { owner: tenant, tenant, kind: PartitionKind::Settings }
}

impl Service {
    /// What the tenant decided about the collections of profiles.
    pub(crate) async fn policy(&self, tenant: Uuid) -> Result<Arc<Policy>, Problem> {
        let settings = self.settings_of(tenant).await?;
        Ok(Arc::new(settings.as_deref().map(Policy::of_tenant).unwrap_or_default()))
    }

    async fn settings_of(&self, tenant: Uuid) -> Result<Option<Arc<Snapshot>>, Problem> {
        self.store.snapshot(partition(tenant)).await.map_err(|error| from_store(&error))
    }

    pub(crate) async fn read_setting(&self, tenant: Uuid, place: &Place) -> Result<Row, Problem> {
        let of_all = |ty, id: &str, members: &str| Row {
            ty,
            at: 0,
            id: id.into(),
            tag: None,
            members: Bytes::copy_from_slice(members.as_bytes()),
            streams: None,
        };
        let settings = self.settings_of(tenant).await?;
        match place {
            Place::Admin => Ok(of_all(&ADMIN, "", "")),
            Place::People => {
                let id = tenant.to_string();
                Ok(of_all(&PEOPLE_ADMIN_SETTINGS, &id, &format!("\"id\":\"{id}\"")))
            }
            Place::One(navigation) => match found(settings.as_deref(), navigation, &tenant.to_string()) {
                Some(item) => Ok(Visible::entry(item).row(navigation.target)),
                None => Ok(Row { tag: None, ..initial(navigation.target, tenant) }),
            },
            Place::Entry(navigation, id) => {
                let item = found(settings.as_deref(), navigation, id).ok_or_else(no_item)?;
                Ok(Visible::entry(item).row(navigation.target))
            }
            Place::Many(_) => Err(no_item()),
        }
    }

    pub(crate) async fn list_settings(&self, tenant: Uuid, navigation: &Navigation) -> Result<Vec<Row>, Problem> {
        let settings = self.settings_of(tenant).await?;
        let items = settings.as_deref().map(|settings| settings.items(navigation.name)).unwrap_or_default();
        Ok(items.map(|item| Visible::entry(item).row(navigation.target)).collect())
    }

    /// The id of the entry with that alternate key; the key itself where there is none.
    pub(crate) async fn setting_named(
        &self,
        tenant: Uuid,
        navigation: &Navigation,
        key: &str,
    ) -> Result<Arc<str>, Problem> {
        let settings = self.settings_of(tenant).await?;
        let named = settings.as_deref().and_then(|settings| same_name(settings, navigation, &Value::text(key), None));
        Ok(named.map_or_else(|| key.into(), |item| item.id.clone()))
    }

    pub(crate) async fn create_setting(
        &self,
        caller: &Caller,
        tenant: Uuid,
        navigation: &'static Navigation,
        patch: Patch,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        let _turn = self.turn().await;
        self.retrying(tenant, || self.make_setting(caller, (tenant, navigation), &patch, sent, exchange)).await
    }

    /// Makes a setting, or finds that the request has made it before; `None` when the settings changed meanwhile.
    async fn make_setting(
        &self,
        caller: &Caller,
        (tenant, navigation): (Uuid, &'static Navigation),
        patch: &Patch,
        sent: Option<Sent<'_>>,
        exchange: &Exchange,
    ) -> Result<Option<Row>, Problem> {
        let settings = self.settings_of(tenant).await?;
        let at = self.effects.change_time(settings.as_ref().map_or(0, |settings| settings.last_time()));
        if let Some((sent, settings)) = sent.zip(settings.as_deref())
            && let Some(before) = sent.made(settings, at)?
        {
            match found(Some(settings), navigation, &before.id) {
                Some(item) => return Ok(Some(Visible::entry(item).row(navigation.target))),
                None if before.is_sure => return Err(sent.gone()),
                None => {}
            }
        }
        let mut record = Record::new(navigation.target);
        patch.clone().apply(&mut record);
        let id = match rules::told_apart_by(navigation.target) {
            Some((name, true)) => record.get(name).clone(),
            _ => Value::text(self.effects.new_id(tenant, at).to_string()),
        };
        record.set("id", id);
        let kept = Kept { caller, tenant, settings: settings.as_deref(), at };
        let item = kept.item(navigation, &record, None)?;
        let expect = settings.as_ref().map_or(Precondition::Absent, |found| Precondition::Rev(found.rev()));
        let mut commit = kept.put(&item, None, Activity::Create, expect, exchange);
        if let Some(sent) = sent {
            sent.noted(settings.as_deref(), &item.id, at).join(&mut commit);
        }
        Ok(self.commit(commit).await?.map(|_| Visible::written(&item).row(navigation.target)))
    }

    pub(crate) async fn update_setting(
        &self,
        caller: &Caller,
        (tenant, navigation, id): (Uuid, &'static Navigation, &str),
        patch: Patch,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        let _turn = self.turn().await;
        let settings = self.settings_of(tenant).await?;
        let before = found(settings.as_deref(), navigation, id);
        if basis.is_some() && basis != before.map(|item| rules::tag(item)) {
            return Ok(Changed::Conflict);
        }
        let mut record = match before {
            Some(item) => codec::read_members(navigation.target, &item.body).map_err(|_| damaged())?,
            None if navigation.collection => return Err(no_item()),
            None => initial_record(navigation.target, tenant),
        };
        patch.apply(&mut record);
        let at = self.effects.change_time(settings.as_ref().map_or(0, |settings| settings.last_time()));
        let kept = Kept { caller, tenant, settings: settings.as_deref(), at };
        let item = kept.item(navigation, &record, before)?;
        // The whole, for a name must be alone among all.
        let expect = settings.as_ref().map_or(Precondition::Absent, |found| Precondition::Rev(found.rev()));
        let commit = kept.put(&item, before, Activity::Update, expect, exchange);
        Ok(self.commit(commit).await?.map(|_| Visible::written(&item).row(navigation.target)).into())
    }

    /// Removes a setting; of one of which there is one, what was changed.
    pub(crate) async fn delete_setting(
        &self,
        caller: &Caller,
        (tenant, navigation, id): (Uuid, &'static Navigation, &str),
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let _turn = self.turn().await;
        let settings = self.settings_of(tenant).await?;
        let Some(before) = found(settings.as_deref(), navigation, id) else {
            return if navigation.collection { Err(no_item()) } else { Ok(Changed::Done(())) };
        };
        if is_outdated(before, basis) {
            return Ok(Changed::Conflict);
        }
        let at = self.effects.change_time(settings.as_ref().map_or(0, |settings| settings.last_time()));
        let commit = Commit {
            partition: partition(tenant),
            at,
            expect: vec![unchanged(before)],
            changes: vec![Change::Delete { collection: before.collection.clone(), id: before.id.clone() }],
            audit: Audit::new(caller, Activity::Delete, exchange).item(Some(before), None).finish(),
        };
        Ok(self.commit(commit).await?.map(drop).into())
    }

    /// Removes all settings: everything is as at first.
    pub(crate) async fn clear_settings(
        &self,
        caller: &Caller,
        tenant: Uuid,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        let _turn = self.turn().await;
        let Some(settings) = self.settings_of(tenant).await? else { return Ok(Changed::Done(())) };
        let at = self.effects.change_time(settings.last_time());
        // What is noted of requests is no setting.
        let collections = || settings.collections().filter(|collection| !rules::is_private(collection));
        let items = || collections().flat_map(|collection| settings.items(collection));
        let audit =
            items().fold(Audit::new(caller, Activity::Clear, exchange), |audit, item| audit.item(Some(item), None));
        let gone = |item: &Arc<Item>| Change::Delete { collection: item.collection.clone(), id: item.id.clone() };
        let commit = Commit {
            partition: partition(tenant),
            at,
            expect: vec![Precondition::Rev(settings.rev())],
            changes: items().map(gone).collect(),
            audit: audit.finish(),
        };
        Ok(self.commit(commit).await?.map(drop).into())
    }
}

/// The circumstances in which a setting is written.
struct Kept<'a> {
    caller: &'a Caller,
    tenant: Uuid,
    settings: Option<&'a Snapshot>,
    at: i64,
}

impl Kept<'_> {
    /// The setting as it is stored, if it can be.
    fn item(&self, navigation: &Navigation, record: &Record, before: Option<&Arc<Item>>) -> Result<Arc<Item>, Problem> {
        rules::check_setting(record)?;
        if let Some((name, _)) = rules::told_apart_by(navigation.target)
            && let Some(settings) = self.settings
            && same_name(settings, navigation, record.get(name), before).is_some()
        {
            return Err(rules::setting_exists(navigation.target, record.get(name)));
        }
        let writing = Writing { caller: self.caller, entry: &[], owner: self.tenant, at: self.at };
        Ok(Arc::new(Item {
            collection: navigation.name.into(),
            id: record.get("id").as_str().unwrap_or_default().into(),
            header: rules::header(record, before.map(|item| &item.header), &writing),
            body: rules::body(record),
        }))
    }

    fn put(
        &self,
        item: &Arc<Item>,
        before: Option<&Arc<Item>>,
        activity: Activity,
        expect: Precondition,
        exchange: &Exchange,
    ) -> Commit {
        let audit = Audit::new(self.caller, activity, exchange);
        Commit {
            partition: partition(self.tenant),
            at: self.at,
            expect: vec![expect],
            changes: vec![Change::Put { item: item.clone(), index: Vec::new() }],
            audit: audit.item(before.map(|item| &**item), Some(item)).finish(),
        }
    }
}

fn found<'a>(settings: Option<&'a Snapshot>, navigation: &Navigation, id: &str) -> Option<&'a Arc<Item>> {
    settings.and_then(|settings| settings.item(navigation.name, id))
}

/// Another entry that is told by the same value.
fn same_name<'a>(
    settings: &'a Snapshot,
    navigation: &Navigation,
    value: &Value,
    itself: Option<&Arc<Item>>,
) -> Option<&'a Arc<Item>> {
    let (name, _) = rules::told_apart_by(navigation.target)?;
    let mut others = settings.items(navigation.name).filter(|item| itself.is_none_or(|own| own.id != item.id));
    others.find(|item| {
        let record = codec::read_members(navigation.target, &item.body);
        record.is_ok_and(|record| record.get(name) == value)
    })
}

fn initial_record(ty: &'static StructType, tenant: Uuid) -> Record {
    let mut record = Record::new(ty);
    record.set("id", Value::text(tenant.to_string()));
    record
}

/// A setting that nobody has changed.
fn initial(ty: &'static StructType, tenant: Uuid) -> Row {
    let members = rules::body(&initial_record(ty, tenant));
    Row { ty, at: 0, id: tenant.to_string().into(), tag: None, members, streams: None }
}
