//! What every store must do. Each case is a function over a fresh store; the list at the end runs each on every store.

mod commits;
mod index;
mod names;
mod record;

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use self::commits::*;
use self::index::*;
use self::names::*;
use self::record::*;
use crate::fixture::{TENANT, at_most, commit, delete, expecting, indexed, item, item_absent, put, user, version};
use crate::{
    AuditRow, BUCKETS, Candidate, Change, ChangeRow, Claimed, Commit, Error, Header, Item, NameEntry, Op, PartitionKey,
    PartitionKind, Precondition, Record, Scan, Snapshot, Store, bucket_of,
};

type Shared = Arc<dyn Store>;

async fn ids(store: &Shared, partition: PartitionKey, collection: &str) -> Vec<String> {
    let snapshot = store.snapshot(partition).await.unwrap().unwrap();
    snapshot.items(collection).map(|item| item.id.to_string()).collect()
}

async fn content(store: &Shared, partition: PartitionKey) -> Option<Arc<Snapshot>> {
    store.snapshot(partition).await.unwrap()
}

async fn reads_nothing_where_nothing_is(store: Shared) {
    assert_eq!(content(&store, user(1)).await, None);
    assert_eq!(store.partitions(None, 10).await, Ok(vec![]));
    assert_eq!(store.audit(user(1), 0, 10).await, Ok(vec![]));
    assert_eq!(store.changes(0, None, 10).await, Ok(vec![]));
    assert_eq!(store.lookup(TENANT, "ada".into()).await, Ok(None));
    assert_eq!(store.verify().await, Ok(vec![]));
}

async fn keeps_every_field(store: Shared) {
    let full = Header {
        version: u64::MAX,
        audience: u32::MAX,
        searchable: true,
        unverified_inference: true,
        confidence: Some(0.25),
        creator_app: Some("app \u{0} ü".into()),
        creator_user: Some(Uuid::from_u128(u128::MAX)),
        created: i64::MIN,
        modified: i64::MAX,
        revision: u32::MAX,
        beyond_sentinel: true,
    };
    let bodies = [(full, Bytes::from_static(&[0, 255, 39])), (Header::default(), Bytes::new())];
    for (number, (header, body)) in bodies.into_iter().enumerate() {
        let (collection, id) = ("skills".into(), number.to_string().into());
        let item = Arc::new(Item { collection, id, header, body });
        let put = Change::Put { item: Arc::clone(&item), index: vec![] };
        store.commit(commit(user(1), 1, vec![put])).await.unwrap();
        let snapshot = content(&store, user(1)).await.unwrap();
        assert_eq!(snapshot.item("skills", &number.to_string()), Some(&item));
    }
}

async fn orders_by_created_then_id(store: Shared) {
    let puts = vec![put("skills", "b", 5), put("skills", "a", 5), put("skills", "z", 1), put("notes", "n", 9)];
    assert_eq!(store.commit(commit(user(1), 1, puts)).await, Ok(1));
    assert_eq!(ids(&store, user(1), "skills").await, ["z", "a", "b"]);
    assert_eq!(store.commit(commit(user(1), 2, vec![put("skills", "c", 3), put("skills", "z", 7)])).await, Ok(2));
    assert_eq!(ids(&store, user(1), "skills").await, ["c", "a", "b", "z"]);
    let snapshot = content(&store, user(1)).await.unwrap();
    assert_eq!((snapshot.rev(), snapshot.last_time()), (2, 9));
    assert_eq!(snapshot.collections().map(|name| &**name).collect::<Vec<_>>(), ["notes", "skills"]);
    assert_eq!(snapshot.item("skills", "n"), None);
}

async fn a_snapshot_never_changes(store: Shared) {
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let earlier = content(&store, user(1)).await.unwrap();
    store.commit(commit(user(1), 2, vec![put("skills", "b", 2), delete("skills", "a")])).await.unwrap();
    assert!(earlier.items("skills").eq(&[item("skills", "a", 1, 1)]));
    assert_eq!(ids(&store, user(1), "skills").await, ["b"]);
}

async fn times_never_go_back(store: Shared) {
    store.commit(commit(user(1), 1, vec![put("skills", "a", 100)])).await.unwrap();
    store.commit(commit(user(1), 2, vec![delete("skills", "a"), put("skills", "b", 5)])).await.unwrap();
    assert_eq!(content(&store, user(1)).await.unwrap().last_time(), 100);
}

/// A row's rev, what it says, and a star where its values are there.
fn recorded(row: &AuditRow) -> String {
    let what = String::from_utf8_lossy(&row.what);
    let values = row.values.as_ref().map(|values| *values == format!("values of {what}"));
    assert_ne!(values, Some(false), "{row:?}");
    format!("{}: {what}{}", row.rev, if values.is_some() { " *" } else { "" })
}

async fn keeps_partitions_apart(store: Shared) {
    let group = PartitionKey { kind: PartitionKind::Group, ..user(1) };
    let elsewhere = PartitionKey { tenant: Uuid::from_u128(8), ..user(1) };
    for (number, partition) in [user(1), group, elsewhere].into_iter().enumerate() {
        store.commit(commit(partition, 1, vec![put("skills", &number.to_string(), 1)])).await.unwrap();
    }
    assert_eq!(ids(&store, group, "skills").await, ["1"]);
    store.commit(commit(user(1), 2, vec![Change::Drop])).await.unwrap();
    assert_eq!(store.partitions(None, 10).await, Ok(vec![group, elsewhere]));
    assert_eq!(store.partitions(None, 1).await, Ok(vec![group]));
    assert_eq!(store.partitions(Some(group), 10).await, Ok(vec![elsewhere]));
    assert_eq!(store.audit(elsewhere, 0, 10).await.unwrap().len(), 1);
}

fn whole(path: &str) -> Scan {
    Scan {
        tenant: TENANT,
        path: path.into(),
        from: Bound::Unbounded,
        to: Bound::Unbounded,
        after: None,
        limit: usize::MAX,
    }
}

fn told(row: &ChangeRow) -> Vec<String> {
    let show = |op: Op| if op == Op::Put { "put" } else { "delete" };
    row.touched.iter().map(|one| format!("{} {}/{}", show(one.op), one.collection, one.id)).collect()
}

async fn erases_all_but_secrets(store: Shared) {
    store.secret("tokens".into(), [1; 32]).await.unwrap();
    store.claim(TENANT, "n".into(), Uuid::from_u128(1), 5).await.unwrap();
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
    content(&store, user(1)).await.unwrap();
    store.erase_all().await.unwrap();
    assert_eq!(store.scan(whole("s")).await, Ok(vec![]));
    reads_nothing_where_nothing_is(Arc::clone(&store)).await;
    assert_eq!(store.lookup(TENANT, "n".into()).await, Ok(None));
    assert_eq!(store.secret("tokens".into(), [2; 32]).await, Ok([1; 32]));
    assert_eq!(store.commit(commit(user(1), 1, vec![])).await, Ok(1));
}

macro_rules! run_on_every_store {
    ($($case:ident)*) => {
        run_on_every_store! { @ memory: $($case)* }
        run_on_every_store! { @ sqlite: $($case)* }
        run_on_every_store! { @ postgres: $($case)* }
        run_on_every_store! { @ pooled: $($case)* }
        run_on_every_store! { @ sharded: $($case)* }
    };
    (@ $store:ident: $($case:ident)*) => {
        mod $store {
            $(
                #[tokio::test]
                async fn $case() {
                    let opened = crate::fixture::$store().await;
                    super::$case(std::sync::Arc::clone(&opened.store)).await;
                }
            )*
        }
    };
}

run_on_every_store! {
    reads_nothing_where_nothing_is
    keeps_every_field
    orders_by_created_then_id
    a_snapshot_never_changes
    times_never_go_back
    checks_existence
    checks_items
    names_the_first_broken_condition
    counts_what_will_be_there
    clears_all_but_one_collection
    drops_and_erases
    goes_on_after_a_drop
    keeps_partitions_apart
    scans_ranges_in_order
    replaces_index_rows
    tells_changes_in_order
    audits_page_by_page
    links_outlive_what_is_erased
    links_tell_everything_recorded_apart
    records_of_a_tenant_come_newest_first
    grants_a_name_once
    takes_over_a_stale_claim
    keeps_the_first_secret
    erases_all_but_secrets
    one_of_many_racers_wins
    a_full_collection_stays_full
}
