//! Small makers of store values for the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tempfile::TempDir;
use uuid::Uuid;

use crate::memory::MemoryStore;
use crate::postgres::{self, PostgresStore};
use crate::sqlite::{Options, SqliteStore};
use crate::testing::Place;
use crate::{
    Change, Commit, Header, IndexRow, Item, PartitionKey, PartitionKind, Precondition, Record, Store, Transfer,
};

/// A store and what must outlive it.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    /// The same, as what it can be moved from and to.
    pub(crate) transfer: Arc<dyn Transfer>,
    _directory: Option<TempDir>,
    _place: Option<Place>,
}

impl Opened {
    fn new(store: Arc<impl Transfer>) -> Self {
        Self { store: store.clone(), transfer: store, _directory: None, _place: None }
    }
}

pub(crate) async fn memory() -> Opened {
    Opened::new(Arc::new(MemoryStore::default()))
}

pub(crate) async fn sqlite() -> Opened {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("store.db"), &Options::default()).unwrap();
    Opened { _directory: Some(directory), ..Opened::new(Arc::new(store)) }
}

pub(crate) async fn postgres() -> Opened {
    let place = Place::laid_out().await.unwrap();
    let store = PostgresStore::open(&place.url, &server()).await.unwrap();
    Opened { _place: Some(place), ..Opened::new(Arc::new(store)) }
}

/// Over tables that are distributed, as far as a plain engine can do that.
pub(crate) async fn sharded() -> Opened {
    let place = Place::sharded().await.unwrap();
    let store = PostgresStore::open(&place.url, &server()).await.unwrap();
    Opened { _place: Some(place), ..Opened::new(Arc::new(store)) }
}

/// Through a pooler that may give each transaction another connection.
pub(crate) async fn pooled() -> Opened {
    let place = Place::pooled().await.unwrap();
    let options = postgres::Options { prepare: false, ..server() };
    let store = PostgresStore::open(&place.url, &options).await.unwrap();
    Opened { _place: Some(place), ..Opened::new(Arc::new(store)) }
}

/// The options of a server that is started now.
pub(crate) fn server() -> postgres::Options {
    static STARTED: AtomicU64 = AtomicU64::new(1);
    let writer = Uuid::from_u64_pair(STARTED.fetch_add(1, Ordering::Relaxed), 0);
    postgres::Options { readers: 2, writers: 4, ..postgres::Options::new(writer) }
}

pub(crate) const TENANT: Uuid = Uuid::from_u128(7);

pub(crate) fn user(owner: u128) -> PartitionKey {
    PartitionKey { tenant: TENANT, kind: PartitionKind::User, owner: Uuid::from_u128(owner) }
}

pub(crate) fn commit(partition: PartitionKey, at: i64, changes: Vec<Change>) -> Commit {
    Commit { partition, at, expect: Vec::new(), changes, audit: record(&format!("audit at {at}")) }
}

/// A record that says `text` of itself; its values and its salt follow from that.
pub(crate) fn record(text: &str) -> Record {
    let salt = std::array::from_fn(|at| text.as_bytes().get(at).copied().unwrap_or_default());
    Record { what: Bytes::from(text.to_owned()), values: Bytes::from(format!("values of {text}")), salt }
}

pub(crate) fn expecting(expect: Vec<Precondition>, commit: Commit) -> Commit {
    Commit { expect, ..commit }
}

pub(crate) fn item(collection: &str, id: &str, created: i64, version: u64) -> Arc<Item> {
    let header = Header { version, created, modified: created, ..Header::default() };
    let body = Bytes::from(format!("body of {collection}/{id} v{version}"));
    Arc::new(Item { collection: collection.into(), id: id.into(), header, body })
}

pub(crate) fn put(collection: &str, id: &str, created: i64) -> Change {
    Change::Put { item: item(collection, id, created, 1), index: Vec::new() }
}

pub(crate) fn indexed(collection: &str, id: &str, rows: &[(&str, &str)]) -> Change {
    let row = |(path, token): &(&str, &str)| IndexRow { path: (*path).into(), token: token.as_bytes().to_vec().into() };
    Change::Put { item: item(collection, id, 1, 1), index: rows.iter().map(row).collect() }
}

pub(crate) fn delete(collection: &str, id: &str) -> Change {
    Change::Delete { collection: collection.into(), id: id.into() }
}

pub(crate) fn version(collection: &str, id: &str, version: u64) -> Precondition {
    Precondition::Version { collection: collection.into(), id: id.into(), version }
}

pub(crate) fn item_absent(collection: &str, id: &str) -> Precondition {
    Precondition::ItemAbsent { collection: collection.into(), id: id.into() }
}

pub(crate) fn at_most(collection: &str, items: usize) -> Precondition {
    Precondition::AtMost { collection: collection.into(), items }
}
