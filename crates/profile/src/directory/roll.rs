//! Lists that an index keeps: of people or groups, in the default order, perhaps only those related to one of them.
//!
//! The index says who may be on a list; whether they are is told by their own data.

use std::ops::Bound;
use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::expr::Reach;
use engine::{Entity, Problem, Row, Window};
use store::{Candidate, IndexRow, Item, PartitionKey, PartitionKind, Scan, Snapshot};
use uuid::Uuid;

use crate::access::{Look, Visible};
use crate::items::damaged;
use crate::model::{GROUP, USER};
use crate::problems::from_store;
use crate::rules::{self, GROUP_ENTRY, MANAGER, MEMBERSHIP, PERSON, Writing, created_token};
use crate::service::Service;
use crate::target::Owner;

/// Candidates read at a time.
const BATCH: usize = 500;
/// The same where most are only counted.
const COUNTED: usize = 5_000;

/// A list of people or groups of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Roll {
    /// Everybody.
    People(Uuid),
    /// Every group.
    Groups(Uuid),
    /// The people in a group.
    Members(Uuid, Uuid),
    /// Who reports to a person.
    Reports(Uuid, Uuid),
}

impl Roll {
    /// Whose the list is.
    pub(crate) fn tenant(self) -> Uuid {
        match self {
            Roll::People(tenant) | Roll::Groups(tenant) | Roll::Members(tenant, _) | Roll::Reports(tenant, _) => tenant,
        }
    }

    /// The path of the index and the collection of the items that stand in it.
    fn name(self) -> &'static str {
        match self {
            Roll::People(_) => PERSON,
            Roll::Groups(_) => GROUP_ENTRY,
            Roll::Members(..) => MEMBERSHIP,
            Roll::Reports(..) => MANAGER,
        }
    }

    /// To what those on the list are related; their tokens begin with it, and it is the id of the item that says so.
    fn of(self) -> Option<Uuid> {
        match self {
            Roll::People(_) | Roll::Groups(_) => None,
            Roll::Members(_, of) | Roll::Reports(_, of) => Some(of),
        }
    }

    /// What the partitions are.
    fn kind(self) -> PartitionKind {
        match self {
            Roll::Groups(_) => PartitionKind::Group,
            Roll::People(_) | Roll::Members(..) | Roll::Reports(..) => PartitionKind::User,
        }
    }

    /// The partition of someone or something on the list.
    pub(crate) fn partition(self, owner: Uuid) -> PartitionKey {
        PartitionKey { owner, tenant: self.tenant(), kind: self.kind() }
    }

    /// The collection in which each partition keeps its entry.
    fn entry(self) -> &'static str {
        match self.kind() {
            PartitionKind::Group => GROUP_ENTRY,
            _ => PERSON,
        }
    }

    /// Who or what a partition on the list is about, in full.
    pub(crate) fn entry_in(self, snapshot: &Snapshot) -> Result<Row, Problem> {
        let item = snapshot.items(self.entry()).first().ok_or_else(damaged)?;
        let ty = if self.kind() == PartitionKind::Group { &GROUP } else { &USER };
        Ok(Visible::entry(item).row(ty))
    }

    /// Is this one on the list?
    fn holds(self, snapshot: &Snapshot) -> bool {
        self.of().is_none_or(|of| snapshot.item(self.name(), &of.to_string()).is_some())
    }

    fn token(self, rest: &[u8]) -> Bytes {
        let mut token = self.of().map_or_else(Vec::new, |of| of.as_bytes().to_vec());
        token.extend_from_slice(rest);
        token.into()
    }

    /// The row by which the list finds a partition that was created then.
    pub(crate) fn row(self, created: i64) -> IndexRow {
        IndexRow { path: self.name().into(), token: self.token(&created_token(created)) }
    }

    /// What a person's data says who is on the list: the id of what they are related to, and nothing else.
    pub(crate) fn link(self, writing: &Writing<'_>) -> Arc<Item> {
        rules::mark(self.name(), &self.of().unwrap_or_default().to_string(), writing)
    }

    /// The next on the list.
    pub(crate) fn scan(self, after: Option<Candidate>, limit: usize) -> Scan {
        let (from, to) = match self.of() {
            None => (Bound::Unbounded, Bound::Unbounded),
            Some(_) => (Bound::Included(self.token(&[])), Bound::Included(self.token(&[u8::MAX; size_of::<i64>()]))),
        };
        Scan { tenant: self.tenant(), path: self.name().into(), from, to, after, limit }
    }

    /// The last on the list before a window.
    pub(crate) fn before(self, window: &Window) -> Option<Candidate> {
        let (at, id) = window.after.as_ref()?;
        Some(Candidate {
            token: self.token(&created_token(*at)),
            owner: Uuid::try_parse(id).ok()?,
            item: self.of().map_or_else(|| id.clone(), |of| Arc::from(of.to_string())),
            collection: self.name().into(),
            kind: self.kind(),
        })
    }
}

impl Service {
    /// A part of a list, each person or group read from one snapshot of theirs.
    pub(crate) async fn list_roll(
        &self,
        caller: &Caller,
        roll: Roll,
        basic: bool,
        reach: &Reach,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        self.list_seen(&Look::searching(self, caller), roll, basic, reach, window).await
    }

    /// The same with eyes that have seen others before.
    pub(super) async fn list_seen(
        &self,
        look: &Look<'_>,
        roll: Roll,
        basic: bool,
        reach: &Reach,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        let (limit, mut rows) = (window.limit.unwrap_or(usize::MAX), Vec::new());
        // Those who are left out need not be read.
        let mut skip = window.skip;
        let mut walk = self.walk(roll, roll.before(window));
        while rows.len() < limit {
            let wanted = BATCH.min(limit - rows.len()).max(BATCH.min(skip));
            let Some(candidates) = walk.next(wanted).await? else { break };
            for candidate in candidates.iter().skip(skip).take(limit - rows.len()) {
                rows.extend(self.listed(look, (roll, candidate.owner), basic, reach).await?);
            }
            skip = skip.saturating_sub(candidates.len());
        }
        Ok(rows)
    }

    /// The same and how many there are on it, seen in one pass: whoever comes or goes meanwhile is in both or neither.
    pub(crate) async fn list_roll_counted(
        &self,
        caller: &Caller,
        roll: Roll,
        basic: bool,
        reach: &Reach,
        window: &Window,
    ) -> Result<(Vec<Entity>, usize), Problem> {
        let (limit, before) = (window.limit.unwrap_or(usize::MAX), roll.before(window));
        let look = Look::searching(self, caller);
        let (mut rows, mut count, mut skip) = (Vec::new(), 0, window.skip);
        let mut walk = self.walk(roll, None);
        while let Some(candidates) = walk.next(COUNTED).await? {
            count += candidates.len();
            for candidate in candidates.iter().filter(|candidate| Some(*candidate) > before.as_ref()) {
                if skip > 0 {
                    skip -= 1;
                } else if rows.len() < limit {
                    let row = self.listed(&look, (roll, candidate.owner), basic, reach).await?;
                    count -= usize::from(row.is_none());
                    rows.extend(row);
                }
            }
        }
        Ok((rows, count))
    }

    /// Someone or something of a list; what was deleted or is related no longer is not on it.
    pub(crate) async fn listed(
        &self,
        look: &Look<'_>,
        (roll, id): (Roll, Uuid),
        basic: bool,
        reach: &Reach,
    ) -> Result<Option<Entity>, Problem> {
        look.at_one_more()?;
        let partition = roll.partition(id);
        let snapshot = self.store.snapshot(partition).await.map_err(|error| from_store(&error))?;
        let Some(snapshot) = snapshot.filter(|snapshot| roll.holds(snapshot)) else { return Ok(None) };
        match (partition.kind, snapshot.items(roll.entry()).first()) {
            (PartitionKind::Group, Some(entry)) => {
                self.group_entity(look, partition.tenant, entry, reach).await.map(Some)
            }
            (_, Some(_)) => {
                let owner = Owner { tenant: partition.tenant, id };
                self.entity_of(look, &snapshot, owner, basic, reach).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    pub(crate) async fn count_roll(&self, roll: Roll) -> Result<usize, Problem> {
        let (mut count, mut walk) = (0, self.walk(roll, None));
        while let Some(candidates) = walk.next(COUNTED).await? {
            count += candidates.len();
        }
        Ok(count)
    }

    fn walk(&self, roll: Roll, after: Option<Candidate>) -> Walk<'_> {
        Walk { service: self, roll, after, ended: false }
    }
}

/// On the way through a list.
struct Walk<'s> {
    service: &'s Service,
    roll: Roll,
    /// The last one seen.
    after: Option<Candidate>,
    ended: bool,
}

impl Walk<'_> {
    /// The next so many, or fewer at the end; `None` after it.
    async fn next(&mut self, wanted: usize) -> Result<Option<Vec<Candidate>>, Problem> {
        if self.ended {
            return Ok(None);
        }
        let scan = self.roll.scan(self.after.take(), wanted);
        let candidates = self.service.store.scan(scan).await.map_err(|error| from_store(&error))?;
        self.ended = candidates.len() < wanted;
        self.after = candidates.last().cloned();
        Ok(Some(candidates))
    }
}
