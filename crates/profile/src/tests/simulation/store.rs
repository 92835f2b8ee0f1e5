//! A store whose operations are under way until somebody steps them: first each acts, later it tells. What happens to
//! it in between, and in which order, is for who steps to say. It keeps the contract of `store::Store`, unless it is
//! broken on purpose.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use store::memory::MemoryStore;
use store::{
    AuditRow, BoxFuture, Candidate, Change, ChangePosition, ChangeRow, Claimed, Commit, Error, Header, Item, NameEntry,
    PartitionKey, Precondition, Result, Scan, Snapshot, Store,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::rules::{ATTEMPTS, KEYS};

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    /// It fails before it does anything.
    Refused,
    /// It is done, and its caller hears that it failed.
    Silent,
    /// The store does what it is broken for.
    Wrong,
}

/// What a store is broken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It acknowledges a commit that it does not make.
    Loses,
    /// It does not look at what a commit expects of items.
    Presumes,
    /// It does not look at how many items there are to be.
    Overfills,
    /// It grants a name that somebody has.
    GrantsTwice,
    /// It serves a snapshot from before the latest commit.
    Stale,
    /// It says that it could not, and has.
    Denies,
    /// It makes the first change of a commit only.
    Tears,
    /// It never answers.
    Silent,
    /// It keeps no notes of what requests have made.
    Forgets,
    /// It does not keep that a request is done.
    Reopens,
    /// It tells of each item that it is for everybody.
    Widens,
    /// No store: a server takes requests for later ones than they are.
    Late,
}

type Tell = Box<dyn FnOnce() + Send>;

/// An operation under way.
struct Operation {
    name: &'static str,
    writes: bool,
    act: Option<Box<dyn FnOnce(Fate) -> Tell + Send>>,
    tell: Option<Tell>,
}

/// The store of one run of the server; the memory beneath outlives it.
#[derive(Default)]
pub(super) struct Stepped {
    memory: Arc<MemoryStore>,
    broken: Option<Broken>,
    under_way: Mutex<Vec<Operation>>,
    before: Before,
}

/// What partitions held before their latest commit.
pub(super) type Before = Arc<Mutex<HashMap<PartitionKey, Arc<Snapshot>>>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a future says that needs to wait for nothing.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(said) => said,
        Poll::Pending => panic!("the memory store waits for something"),
    }
}

impl Stepped {
    pub(super) fn new(memory: Arc<MemoryStore>, broken: Option<Broken>, before: Before) -> Self {
        Self { memory, broken, before, ..Self::default() }
    }

    /// How many operations are under way.
    pub(super) fn len(&self) -> usize {
        lock(&self.under_way).len()
    }

    /// Brings an operation a step further; says what was done. `fate` is asked where it acts: for one that writes or
    /// not.
    pub(super) fn step(&self, index: usize, fate: impl FnOnce(bool) -> Fate) -> String {
        let mut operation = lock(&self.under_way).swap_remove(index);
        let name = operation.name;
        let Some(act) = operation.act.take() else {
            operation.tell.take().unwrap()();
            return format!("{name} tells");
        };
        let fate = fate(operation.writes);
        operation.tell = Some(act(fate));
        let is_mute = fate == Fate::Wrong && self.broken == Some(Broken::Silent);
        if !is_mute {
            lock(&self.under_way).push(operation);
        }
        format!("{name} acts: {fate:?}")
    }

    fn start<T: Send + 'static>(
        &self,
        name: &'static str,
        writes: bool,
        work: impl FnOnce(&MemoryStore, bool) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T>> {
        let (tell, told) = oneshot::channel();
        let (memory, denies) = (Arc::clone(&self.memory), self.broken == Some(Broken::Denies));
        let act = move |fate| -> Tell {
            let failed = || Error::Unavailable("as the seed says".into());
            let said = match fate {
                Fate::Refused => Err(failed()),
                Fate::Done => work(&memory, false),
                Fate::Silent => work(&memory, false).and_then(|_| Err(failed())),
                Fate::Wrong if denies && writes => work(&memory, false).and_then(|_| Err(failed())),
                Fate::Wrong => work(&memory, true),
            };
            Box::new(move || drop(tell.send(said)))
        };
        lock(&self.under_way).push(Operation { name, writes, act: Some(Box::new(act)), tell: None });
        Box::pin(async move { told.await.unwrap_or_else(|_| Err(Error::Unavailable("the store is gone".into()))) })
    }
}

/// Commits as the broken store does; the rev it acknowledges.
fn commit_wrongly(memory: &MemoryStore, broken: Option<Broken>, mut commit: Commit) -> Result<u64> {
    match broken {
        Some(Broken::Loses) => {
            let before = at_once(memory.snapshot(commit.partition))?;
            return Ok(before.map_or(1, |before| before.rev() + 1));
        }
        Some(Broken::Presumes) => {
            commit.expect.retain(|one| !matches!(one, Precondition::Version { .. } | Precondition::ItemAbsent { .. }));
        }
        Some(Broken::Overfills) => commit.expect.retain(|one| !matches!(one, Precondition::AtMost { .. })),
        Some(Broken::Tears) => commit.changes.truncate(1),
        Some(Broken::Forgets) => commit.changes.retain(|change| !is_note(change, 1)),
        Some(Broken::Reopens) => commit.changes.retain(|change| !is_note(change, 2)),
        _ => {}
    }
    at_once(memory.commit(commit))
}

/// Is it a note, of that version at least, of what a request has made?
fn is_note(change: &Change, version: u64) -> bool {
    matches!(change, Change::Put { item, .. } if is_noting(item) && item.header.version >= version)
}

fn is_noting(item: &Item) -> bool {
    [KEYS, ATTEMPTS].contains(&&*item.collection)
}

/// The same with every item for everybody.
fn widened(snapshot: &Snapshot) -> Arc<Snapshot> {
    let items = snapshot.collections().flat_map(|name| snapshot.items(name));
    let widen = |item: &Arc<Item>| {
        Arc::new(Item { header: Header { audience: u32::MAX, ..item.header.clone() }, ..item.as_ref().clone() })
    };
    Arc::new(Snapshot::new(snapshot.rev(), snapshot.last_time(), items.map(widen)))
}

impl Store for Stepped {
    fn snapshot(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Arc<Snapshot>>>> {
        let (before, broken) = (Arc::clone(&self.before), self.broken);
        self.start("snapshot", false, move |memory, wrong| {
            let stale = lock(&before).get(&partition).cloned().filter(|_| wrong && broken == Some(Broken::Stale));
            let found = if stale.is_some() { stale } else { at_once(memory.snapshot(partition))? };
            Ok(if wrong && broken == Some(Broken::Widens) { found.map(|found| widened(&found)) } else { found })
        })
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>> {
        let (before, broken) = (Arc::clone(&self.before), self.broken);
        self.start("commit", true, move |memory, wrong| {
            if let Some(now) = at_once(memory.snapshot(commit.partition))? {
                lock(&before).insert(commit.partition, now);
            }
            commit_wrongly(memory, broken.filter(|_| wrong), commit)
        })
    }

    fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> BoxFuture<'_, Result<Claimed>> {
        let broken = self.broken;
        self.start("claim", true, move |memory, wrong| {
            let claimed = at_once(memory.claim(tenant, name, owner, at))?;
            Ok(if wrong && broken == Some(Broken::GrantsTwice) { Claimed::Granted } else { claimed })
        })
    }

    fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> BoxFuture<'_, Result<bool>> {
        self.start("bind", true, move |memory, _| at_once(memory.bind(tenant, name, owner)))
    }

    fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, until: i64) -> BoxFuture<'_, Result<bool>> {
        self.start("release", true, move |memory, _| at_once(memory.release(tenant, name, owner, until)))
    }

    fn reclaim(
        &self,
        tenant: Uuid,
        name: Arc<str>,
        stale: NameEntry,
        owner: Uuid,
        at: i64,
    ) -> BoxFuture<'_, Result<Claimed>> {
        self.start("reclaim", true, move |memory, _| at_once(memory.reclaim(tenant, name, stale, owner, at)))
    }

    fn lookup(&self, tenant: Uuid, name: Arc<str>) -> BoxFuture<'_, Result<Option<NameEntry>>> {
        self.start("lookup", false, move |memory, _| at_once(memory.lookup(tenant, name)))
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Result<Vec<Candidate>>> {
        self.start("scan", false, move |memory, _| at_once(memory.scan(scan)))
    }

    fn changes(
        &self,
        bucket: u16,
        after: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ChangeRow>>> {
        self.start("changes", false, move |memory, _| at_once(memory.changes(bucket, after, limit)))
    }

    fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.start("audit", false, move |memory, _| at_once(memory.audit(partition, after_rev, limit)))
    }

    fn records(
        &self,
        tenant: Uuid,
        before: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.start("records", false, move |memory, _| at_once(memory.records(tenant, before, limit)))
    }

    fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<PartitionKey>>> {
        self.start("partitions", false, move |memory, _| at_once(memory.partitions(after, limit)))
    }

    fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> BoxFuture<'_, Result<[u8; 32]>> {
        self.start("secret", true, move |memory, _| at_once(memory.secret(name, candidate)))
    }

    fn erase_all(&self) -> BoxFuture<'_, Result<()>> {
        self.start("erase_all", true, |memory, _| at_once(memory.erase_all()))
    }

    fn verify(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        self.start("verify", false, |memory, _| at_once(memory.verify()))
    }
}
