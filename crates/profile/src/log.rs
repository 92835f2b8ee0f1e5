//! The audit log as auditors read it: an entry for each thing that was done, made of what the store recorded, the
//! latest first.
//!
//! Read page by page from the store, so that a log of any length takes the memory of one page.

mod entry;
mod told;

use std::collections::HashMap;
use std::sync::Arc;

use auth::Caller;
use edm::Value;
use engine::{Action, Entity, Kind, Problem, Row, Step, Window};
use store::{AuditRow, ChangePosition, PartitionKey, PartitionKind, Snapshot};
use uuid::Uuid;

use self::entry::{Entry, Named};
use self::told::Told;
use crate::access::{Look, Subject, admit};
use crate::problems::{from_store, not_offered};
use crate::rules::{self, PERSON};
use crate::service::Service;
use crate::target::{Owner, Target};

/// The singleton below which the log is, and the collection of its entries.
pub(crate) const ROOT: &str = "auditLogs";
const ENTRIES: &str = "directoryAudits";

/// Rows of the store read at once.
const PAGE: usize = 200;

/// What of the log an address means.
#[derive(Debug, Clone)]
pub enum Entries {
    /// All entries.
    All,
    /// One of them.
    One(Arc<str>),
}

impl Entries {
    /// Its canonical path below the root.
    pub(crate) fn path(&self) -> String {
        match self {
            Entries::All => self.container(),
            Entries::One(id) => format!("{ROOT}/{ENTRIES}('{}')", id.replace('\'', "''")),
        }
    }

    /// The path of the collection.
    pub(crate) fn container(&self) -> String {
        format!("{ROOT}/{ENTRIES}")
    }
}

/// Where an entry stands: a commit, and which of the things it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    commit: ChangePosition,
    part: usize,
}

/// Kinds of partitions in the ids of entries. Never change.
const KINDS: [(PartitionKind, &str); 4] = [
    (PartitionKind::User, "user"),
    (PartitionKind::Group, "group"),
    (PartitionKind::Settings, "settings"),
    (PartitionKind::Log, "log"),
];

impl Place {
    /// The id of the entry: whose partition, which commit, which part.
    fn id(&self) -> String {
        let PartitionKey { owner, kind, .. } = self.commit.partition;
        let name = KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name);
        format!("{name}_{owner}_{}_{}", self.commit.rev, self.part)
    }

    /// The place of an entry of a tenant, but for its time.
    fn of(tenant: Uuid, id: &str) -> Option<Self> {
        let mut parts = id.split('_');
        let (name, owner, rev, part) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (kind, _) = KINDS.iter().find(|(_, known)| *known == name)?;
        let partition = PartitionKey { owner: Uuid::try_parse(owner).ok()?, tenant, kind: *kind };
        let commit = ChangePosition { at: 0, partition, rev: rev.parse().ok()? };
        let place = Self { commit, part: part.parse().ok()? };
        // One spelling only.
        (place.id() == id).then_some(place)
    }
}

impl Service {
    /// What of the log an address means, and may the caller read it?
    pub(crate) fn entries(&self, caller: &Caller, steps: &[Step], action: Action) -> Result<Target, Problem> {
        admit(caller, Subject::Log, action, self.settings.app_writes)?;
        let entries = match steps {
            [_, Step::Navigation(_)] => Entries::All,
            [_, Step::Navigation(_), Step::Key(key)] => Entries::One(key.as_text().unwrap_or_default().into()),
            _ => return Err(not_offered(&format!("`{ROOT}` alone, without `{ENTRIES}`,"))),
        };
        Ok(Target::Log(caller.tenant, entries))
    }

    pub(crate) async fn read_entry(&self, caller: &Caller, tenant: Uuid, id: &str) -> Result<Entity, Problem> {
        let none = || Problem::new(Kind::ItemNotFound, "there is no such entry in the audit log");
        let place = Place::of(tenant, id).ok_or_else(none)?;
        let after = place.commit.rev.checked_sub(1).ok_or_else(none)?;
        let rows = self.store.audit(place.commit.partition, after, 1).await.map_err(|error| from_store(&error))?;
        let row = rows.first().filter(|row| row.rev == place.commit.rev).ok_or_else(none)?;
        let told = told::of(row);
        let told = told.get(place.part).ok_or_else(none)?;
        self.entry(&Look::new(self, caller), row, place.part, told, &mut Directory::default()).await
    }

    pub(crate) async fn list_entries(
        &self,
        caller: &Caller,
        tenant: Uuid,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        let limit = window.limit.unwrap_or(usize::MAX);
        let after = window.after.as_ref().and_then(|(at, id)| Some((*at, Place::of(tenant, id)?)));
        let after = after.map(|(at, place)| Place { commit: ChangePosition { at: time(at), ..place.commit }, ..place });
        let look = Look::new(self, caller);
        let mut log = Pages::from(tenant, after);
        let (mut skip, mut found, mut directory) = (window.skip, Vec::new(), Directory::default());
        while found.len() < limit {
            let Some(rows) = log.next(self, limit.saturating_sub(found.len()).saturating_add(skip)).await? else {
                break;
            };
            for row in &rows {
                for (part, told) in told::of(row).iter().enumerate().filter(|(part, _)| log.is_wanted(row, *part)) {
                    if skip > 0 {
                        skip -= 1;
                    } else if found.len() < limit {
                        found.push(self.entry(&look, row, part, told, &mut directory).await?);
                    }
                }
            }
        }
        Ok(found)
    }

    pub(crate) async fn count_entries(&self, tenant: Uuid) -> Result<usize, Problem> {
        let mut log = Pages::from(tenant, None);
        let mut count = 0;
        while let Some(rows) = log.next(self, PAGE).await? {
            count += rows.iter().map(|row| told::of(row).len()).sum::<usize>();
        }
        Ok(count)
    }

    async fn entry(
        &self,
        look: &Look<'_>,
        row: &AuditRow,
        part: usize,
        told: &Told<'_>,
        directory: &mut Directory,
    ) -> Result<Entity, Problem> {
        let tenant = row.partition.tenant;
        let by = match told.user() {
            Some(user) => Some(directory.named(self, tenant, user).await?),
            None => None,
        };
        let owner = Owner { tenant, id: row.partition.owner };
        let of = directory.named(self, tenant, owner.id).await?;
        let parts = entry::parts(told);
        let snapshot = self.store.snapshot(owner.partition()).await.map_err(|error| from_store(&error))?;
        let snapshot = snapshot.unwrap_or_else(|| Arc::new(Snapshot::new(0, 0, [])));
        let viewer = look.at(owner, &snapshot, parts.iter().flat_map(|part| &part.sides)).await?;
        let id: Arc<str> = Place { commit: row.position(), part }.id().into();
        let entry = Entry { row, id: &id, told, parts: &parts, by: by.as_deref(), owner: owner.id, of: &of };
        let record = entry.record(&viewer);
        let members = record.to_members().into();
        // The latest comes first.
        let at = time(row.at);
        Ok(Row { ty: record.ty(), at, id, tag: None, members, streams: None }.into())
    }
}

/// The place of a time in an order that begins with the latest, and back.
fn time(at: i64) -> i64 {
    at.checked_neg().unwrap_or(i64::MAX)
}

/// The rows of a tenant from a place on, page by page.
struct Pages {
    tenant: Uuid,
    before: Option<ChangePosition>,
    after: Option<Place>,
    ended: bool,
}

impl Pages {
    fn from(tenant: Uuid, after: Option<Place>) -> Self {
        // The commit that holds the last entry of the page before may hold more.
        let before = after.map(|Place { commit, .. }| ChangePosition { rev: commit.rev.saturating_add(1), ..commit });
        Self { tenant, before, after, ended: false }
    }

    async fn next(&mut self, service: &Service, wanted: usize) -> Result<Option<Vec<AuditRow>>, Problem> {
        if self.ended {
            return Ok(None);
        }
        let size = wanted.saturating_add(1).clamp(2, PAGE);
        let rows = service.store.records(self.tenant, self.before, size).await.map_err(|error| from_store(&error))?;
        self.ended = rows.len() < size;
        self.before = rows.last().map(AuditRow::position);
        Ok(Some(rows))
    }

    /// Does the part come after the last entry of the page before?
    fn is_wanted(&self, row: &AuditRow, part: usize) -> bool {
        self.after.is_none_or(|after| row.position() != after.commit || part > after.part)
    }
}

/// How people are called, as far as that was looked up.
#[derive(Default)]
struct Directory(HashMap<Uuid, Arc<Named>>);

impl Directory {
    async fn named(&mut self, service: &Service, tenant: Uuid, id: Uuid) -> Result<Arc<Named>, Problem> {
        if let Some(known) = self.0.get(&id) {
            return Ok(Arc::clone(known));
        }
        let snapshot = service.store.snapshot(Owner { tenant, id }.partition()).await;
        let snapshot = snapshot.map_err(|error| from_store(&error))?;
        let entry = snapshot.as_ref().and_then(|snapshot| snapshot.items(PERSON).first());
        let stored = |name| entry.and_then(|entry| rules::stored(&entry.body, name)).unwrap_or(Value::Null);
        let named = Named { display_name: stored("displayName"), principal_name: stored(rules::PRINCIPAL_NAME) };
        let named = Arc::new(named);
        if self.0.len() < PAGE {
            self.0.insert(id, Arc::clone(&named));
        }
        Ok(named)
    }
}
