//! Random operation sequences, done to the oracle and to a store, which is closed and opened again in between. After
//! every step both must answer everything alike. A store that several servers share is opened by two, which act in
//! turn.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use crate::fixture::{TENANT, server, user};
use crate::memory::MemoryStore;
use crate::postgres::{self, PostgresStore};
use crate::sqlite::{self, SqliteStore};
use crate::testing::{Place, execute};
use crate::{
    BoxFuture, Change, Commit, Header, IndexRow, Item, NameEntry, PartitionKey, PartitionKind, Precondition, Record,
    Scan, Store, bucket_of,
};

const COLLECTIONS: [&str; 3] = ["notes", "skills", "user"];
const NAMES: [&str; 2] = ["ada", "bob"];

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Commit(Commit),
    /// With an entry: takes over instead of claiming.
    Claim(Arc<str>, Uuid, i64, Option<NameEntry>),
    Bind(Arc<str>, Uuid),
    Release(Arc<str>, Uuid),
    Secret([u8; 32]),
    EraseAll,
    Reopen,
}

fn partitions() -> Vec<PartitionKey> {
    let group = PartitionKey { kind: PartitionKind::Group, ..user(1) };
    vec![user(1), group, user(0x11), user(3)]
}

fn collection() -> impl Strategy<Value = Arc<str>> {
    prop::sample::select(&COLLECTIONS[..]).prop_map(Arc::from)
}

fn id() -> impl Strategy<Value = Arc<str>> {
    prop::sample::select(&["", "a", "b", "c'", "ü"][..]).prop_map(Arc::from)
}

fn token() -> impl Strategy<Value = Bytes> {
    vec(0_u8..3, 0..3).prop_map(Bytes::from)
}

fn index_row() -> impl Strategy<Value = IndexRow> {
    (collection(), token()).prop_map(|(path, token)| IndexRow { path, token })
}

prop_compose! {
    fn item()(
        collection in collection(),
        id in id(),
        version in 0_u64..2,
        confidence in prop::option::of(0.0..1.0),
        creator_app in prop::option::of(id()),
        (created, modified) in (-3_i64..9, -3_i64..9),
        body in vec(any::<u8>(), 0..40),
    ) -> Arc<Item> {
        let header = Header { version, confidence, creator_app, created, modified, ..Header::default() };
        Arc::new(Item { collection, id, header, body: body.into() })
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        10 => (item(), vec(index_row(), 0..4)).prop_map(|(item, index)| Change::Put { item, index }),
        4 => (collection(), id()).prop_map(|(collection, id)| Change::Delete { collection, id }),
        1 => collection().prop_map(|keep| Change::Clear { keep }),
        1 => Just(Change::Drop),
    ]
}

fn precondition() -> impl Strategy<Value = Precondition> {
    prop_oneof![
        3 => Just(Precondition::Exists),
        1 => Just(Precondition::Absent),
        1 => (0_u64..6).prop_map(Precondition::Rev),
        2 => (collection(), id(), 0_u64..2).prop_map(|(collection, id, version)| Precondition::Version { collection, id, version }),
        3 => (collection(), id()).prop_map(|(collection, id)| Precondition::ItemAbsent { collection, id }),
        5 => (collection(), 0_usize..4).prop_map(|(collection, items)| Precondition::AtMost { collection, items }),
    ]
}

prop_compose! {
    fn commit()(
        partition in prop::sample::select(partitions()),
        at in 0_i64..20,
        expect in prop_oneof![3 => Just(Vec::new()), 2 => vec(precondition(), 1..3)],
        changes in vec(change(), 0..5),
        (what, values, salt) in (vec(any::<u8>(), 0..3), vec(any::<u8>(), 0..3), any::<[u8; 16]>()),
    ) -> Commit {
        Commit { partition, at, expect, changes, audit: Record { what: what.into(), values: values.into(), salt } }
    }
}

fn owner() -> impl Strategy<Value = Uuid> {
    (0_u128..3).prop_map(Uuid::from_u128)
}

fn name() -> impl Strategy<Value = Arc<str>> {
    prop::sample::select(&NAMES[..]).prop_map(Arc::from)
}

fn step() -> impl Strategy<Value = Step> {
    let entry = (owner(), any::<bool>(), 0_i64..3).prop_map(|(owner, bound, at)| NameEntry { owner, bound, at });
    prop_oneof![
        20 => commit().prop_map(Step::Commit),
        3 => (name(), owner(), 0_i64..3, prop::option::of(entry)).prop_map(|(name, owner, at, stale)| Step::Claim(name, owner, at, stale)),
        1 => (name(), owner()).prop_map(|(name, owner)| Step::Bind(name, owner)),
        1 => (name(), owner()).prop_map(|(name, owner)| Step::Release(name, owner)),
        1 => any::<[u8; 32]>().prop_map(Step::Secret),
        1 => Just(Step::EraseAll),
        2 => Just(Step::Reopen),
    ]
}

fn scan() -> impl Strategy<Value = Scan> {
    let bound =
        || prop_oneof![token().prop_map(Bound::Included), token().prop_map(Bound::Excluded), Just(Bound::Unbounded)];
    (collection(), bound(), bound()).prop_map(|(path, from, to)| Scan {
        tenant: TENANT,
        path,
        from,
        to,
        after: None,
        limit: 99,
    })
}

/// What a store answers to a step, as text.
pub(crate) async fn act(store: &dyn Store, step: &Step) -> String {
    match step.clone() {
        Step::Commit(commit) => format!("{:?}", store.commit(commit).await),
        Step::Claim(name, owner, at, None) => format!("{:?}", store.claim(TENANT, name, owner, at).await),
        Step::Claim(name, owner, at, Some(stale)) => {
            format!("{:?}", store.reclaim(TENANT, name, stale, owner, at).await)
        }
        Step::Bind(name, owner) => format!("{:?}", store.bind(TENANT, name, owner).await),
        Step::Release(name, owner) => format!("{:?}", store.release(TENANT, name, owner, i64::MAX).await),
        Step::Secret(candidate) => format!("{:?}", store.secret("secret".into(), candidate).await),
        Step::EraseAll => format!("{:?}", store.erase_all().await),
        Step::Reopen => String::new(),
    }
}

pub(crate) async fn compare(oracle: &dyn Store, store: &dyn Store, scan: &Scan, after: u64, limit: usize) {
    for partition in partitions() {
        // Twice, so that what was loaded and what was kept are both seen.
        for _ in 0..2 {
            assert_eq!(store.snapshot(partition).await, oracle.snapshot(partition).await);
        }
        assert_eq!(store.audit(partition, after, limit).await, oracle.audit(partition, after, limit).await);
        let next = Some(partition);
        assert_eq!(store.partitions(next, limit).await, oracle.partitions(next, limit).await);
    }
    // Those that have rows, and one that has none.
    let buckets: BTreeSet<u16> = partitions().iter().map(|partition| bucket_of(partition.owner)).chain([5]).collect();
    for bucket in buckets {
        let all = oracle.changes(bucket, None, usize::MAX).await.unwrap();
        assert_eq!(store.changes(bucket, None, usize::MAX).await.unwrap(), all);
        for row in all.iter().step_by(3) {
            let after = Some(row.position());
            assert_eq!(store.changes(bucket, after, limit).await, oracle.changes(bucket, after, limit).await);
        }
    }
    let records = oracle.records(TENANT, None, usize::MAX).await.unwrap();
    assert_eq!(store.records(TENANT, None, usize::MAX).await.unwrap(), records);
    for row in records.iter().step_by(3) {
        let before = Some(row.position());
        assert_eq!(store.records(TENANT, before, limit).await, oracle.records(TENANT, before, limit).await);
    }
    for name in NAMES {
        assert_eq!(store.lookup(TENANT, name.into()).await, oracle.lookup(TENANT, name.into()).await);
    }
    let all = oracle.scan(scan.clone()).await.unwrap();
    assert_eq!(store.scan(scan.clone()).await.unwrap(), all);
    for candidate in all {
        let rest = Scan { after: Some(candidate), limit, ..scan.clone() };
        assert_eq!(store.scan(rest.clone()).await, oracle.scan(rest).await);
    }
}

/// Opens the store, by as many servers as it may have.
type Opening<'a> = Box<dyn Fn() -> BoxFuture<'a, Vec<Box<dyn Store>>> + 'a>;

async fn play(open: Opening<'_>, steps: Vec<(Step, Scan, u64, usize)>) {
    let oracle = MemoryStore::default();
    let mut servers = open().await;
    for (number, (step, scan, after, limit)) in steps.into_iter().enumerate() {
        if matches!(step, Step::Reopen) {
            drop(servers);
            servers = open().await;
        }
        let acting = &*servers[number % servers.len()];
        assert_eq!(act(acting, &step).await, act(&oracle, &step).await, "{step:?}");
        // Every second time the one that acted.
        let reading = &*servers[number / 2 % servers.len()];
        compare(&oracle, reading, &scan, after, limit).await;
    }
    assert_eq!(oracle.verify().await, Ok(vec![]));
    assert_eq!(servers[0].verify().await, Ok(vec![]));
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<(Step, Scan, u64, usize)>> {
    vec((step(), scan(), 0_u64..9, 0_usize..5), 1..40)
}

fn cache_bytes() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![0_usize, 16 << 10, 1 << 20])
}

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn sqlite_answers_like_memory(cache_bytes in cache_bytes(), steps in steps()) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        let options = sqlite::Options { cache_bytes, ..sqlite::Options::default() };
        let open = || -> Vec<Box<dyn Store>> { vec![Box::new(SqliteStore::open(&path, &options).unwrap())] };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(play(Box::new(|| Box::pin(std::future::ready(open()))), steps));
    }
}

async fn servers(place: &Place, cache_bytes: usize, prepare: bool) -> Vec<Box<dyn Store>> {
    let mut servers: Vec<Box<dyn Store>> = Vec::new();
    for _ in 0..2 {
        let options = postgres::Options { cache_bytes, prepare, ..server() };
        servers.push(Box::new(PostgresStore::open(&place.url, &options).await.unwrap()));
    }
    servers
}

#[test]
fn postgres_answers_like_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = runtime.block_on(Place::laid_out()).unwrap();
    let sequences = (cache_bytes(), any::<bool>(), steps());
    let outcome = TestRunner::new(config(10)).run(&sequences, |(cache_bytes, prepare, steps)| {
        runtime.block_on(async {
            servers(&place, 0, false).await[0].erase_all().await.unwrap();
            execute(&place.url, "DELETE FROM secret").await.unwrap();
            play(Box::new(|| Box::pin(servers(&place, cache_bytes, prepare))), steps).await;
        });
        Ok(())
    });
    outcome.unwrap();
}
