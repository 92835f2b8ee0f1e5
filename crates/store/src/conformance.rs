//! What every store must do. Each case is a function over a fresh store; the list at the end runs each on every store.

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

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

async fn refused(store: &Shared, expect: Precondition) {
    let before = content(store, user(1)).await;
    let change = vec![put("skills", "new", 99), Change::Drop];
    let outcome = store.commit(expecting(vec![expect.clone()], commit(user(1), 50, change))).await;
    assert_eq!(outcome, Err(Error::Conflict(expect)));
    assert_eq!(content(store, user(1)).await, before);
}

async fn accepted(store: &Shared, expect: Precondition) {
    store.commit(expecting(vec![expect], commit(user(1), 50, vec![]))).await.unwrap();
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

async fn checks_existence(store: Shared) {
    refused(&store, Precondition::Exists).await;
    refused(&store, Precondition::Rev(0)).await;
    refused(&store, version("skills", "a", 1)).await;
    accepted(&store, Precondition::Absent).await;
    refused(&store, Precondition::Absent).await;
    accepted(&store, Precondition::Exists).await;
    refused(&store, Precondition::Rev(1)).await;
    accepted(&store, Precondition::Rev(2)).await;
}

async fn checks_items(store: Shared) {
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    refused(&store, version("skills", "a", 2)).await;
    refused(&store, version("skills", "b", 1)).await;
    refused(&store, version("notes", "a", 1)).await;
    refused(&store, item_absent("skills", "a")).await;
    accepted(&store, item_absent("notes", "a")).await;
    accepted(&store, version("skills", "a", 1)).await;
}

async fn names_the_first_broken_condition(store: Shared) {
    let expect = vec![Precondition::Absent, item_absent("skills", "a"), Precondition::Exists, Precondition::Rev(9)];
    let outcome = store.commit(expecting(expect, commit(user(1), 1, vec![]))).await;
    assert_eq!(outcome, Err(Error::Conflict(Precondition::Exists)));
}

async fn counts_what_will_be_there(store: Shared) {
    let start = vec![put("skills", "a", 1), put("skills", "b", 1), put("notes", "n", 1)];
    store.commit(commit(user(1), 1, start)).await.unwrap();
    let clear = || Change::Clear { keep: "notes".into() };
    let tries = [
        (2, vec![put("skills", "a", 2)]),
        (3, vec![put("skills", "c", 1), put("skills", "c", 2)]),
        (2, vec![delete("skills", "a"), put("skills", "d", 1)]),
        (2, vec![delete("skills", "x"), put("skills", "e", 1), delete("skills", "e")]),
        (1, vec![put("skills", "f", 1), clear(), put("skills", "b", 1)]),
        (2, vec![Change::Clear { keep: "skills".into() }]),
        (0, vec![Change::Drop]),
        (1, vec![Change::Drop, put("skills", "g", 1), put("other", "g", 1)]),
    ];
    for (number, (after, changes)) in tries.into_iter().enumerate() {
        let partition = user(100 + number as u128);
        store.commit(commit(partition, 1, vec![put("skills", "a", 1), put("skills", "b", 1)])).await.unwrap();
        if after > 0 {
            let tight = expecting(vec![at_most("skills", after - 1)], commit(partition, 2, changes.clone()));
            assert_eq!(store.commit(tight).await, Err(Error::Conflict(at_most("skills", after - 1))), "{changes:?}");
        }
        let fitting = expecting(vec![at_most("skills", after)], commit(partition, 2, changes.clone()));
        assert_eq!(store.commit(fitting).await, Ok(2), "{changes:?}");
    }
}

async fn clears_all_but_one_collection(store: Shared) {
    let start = vec![indexed("skills", "a", &[("s", "t")]), put("user", "me", 1), put("notes", "n", 1)];
    store.commit(commit(user(1), 1, start)).await.unwrap();
    store.commit(commit(user(1), 2, vec![Change::Clear { keep: "user".into() }])).await.unwrap();
    let snapshot = content(&store, user(1)).await.unwrap();
    assert_eq!(snapshot.collections().map(|name| &**name).collect::<Vec<_>>(), ["user"]);
    assert_eq!(store.scan(whole("s")).await, Ok(vec![]));
    let rows = store.changes(bucket_of(user(1).owner), None, 10).await.unwrap();
    assert_eq!(told(&rows[1]), ["delete notes/n", "delete skills/a"]);
}

async fn drops_and_erases(store: Shared) {
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
    store.commit(commit(user(1), 2, vec![put("skills", "b", 70)])).await.unwrap();
    assert_eq!(store.commit(commit(user(1), 3, vec![delete("skills", "a"), Change::Drop])).await, Ok(3));
    assert_eq!(content(&store, user(1)).await, None);
    assert_eq!(store.partitions(None, 10).await, Ok(vec![]));
    assert_eq!(store.scan(whole("s")).await, Ok(vec![]));
    let audited = store.audit(user(1), 0, 10).await.unwrap();
    assert_eq!(audited.iter().map(recorded).collect::<Vec<_>>(), ["1: audit at 1", "2: audit at 2", "3: audit at 3 *"]);
    let rows = store.changes(bucket_of(user(1).owner), None, 10).await.unwrap();
    assert!(rows.iter().all(|row| row.touched.is_empty()));
    assert_eq!(rows.iter().map(|row| row.dropped).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(store.verify().await, Ok(vec![]));
}

/// A row's rev, what it says, and a star where its values are there.
fn recorded(row: &AuditRow) -> String {
    let what = String::from_utf8_lossy(&row.what);
    let values = row.values.as_ref().map(|values| *values == format!("values of {what}"));
    assert_ne!(values, Some(false), "{row:?}");
    format!("{}: {what}{}", row.rev, if values.is_some() { " *" } else { "" })
}

async fn links_outlive_what_is_erased(store: Shared) {
    let links = async || -> Vec<_> {
        let rows = store.audit(user(1), 0, 99).await.unwrap();
        rows.into_iter().map(|row| row.link.unwrap()).collect()
    };
    let changes =
        [vec![put("skills", "a", 1)], vec![], vec![Change::Drop], vec![put("skills", "a", 1)], vec![Change::Drop]];
    let mut before = Vec::new();
    for (at, changes) in (1..).zip(changes) {
        store.commit(commit(user(1), at, changes)).await.unwrap();
        let after = links().await;
        assert_eq!(after[..before.len()], before);
        assert!(!before.contains(after.last().unwrap()));
        assert_eq!(store.verify().await, Ok(vec![]));
        before = after;
    }
    let changes = store.changes(bucket_of(user(1).owner), None, 99).await.unwrap();
    assert_eq!(changes.into_iter().map(|row| row.link.unwrap()).collect::<Vec<_>>(), before);
}

async fn links_tell_everything_recorded_apart(store: Shared) {
    let base = commit(user(1), 1, vec![put("skills", "a", 1)]);
    let group = PartitionKey { kind: PartitionKind::Group, ..user(1) };
    let elsewhere = PartitionKey { tenant: Uuid::from_u128(8), ..user(1) };
    let others = [
        Commit { partition: user(2), ..base.clone() },
        Commit { partition: group, ..base.clone() },
        Commit { partition: elsewhere, ..base.clone() },
        Commit { at: 2, ..base.clone() },
        Commit { changes: vec![put("skills", "b", 1)], ..base.clone() },
        Commit { changes: vec![delete("skills", "a")], ..base.clone() },
        Commit { changes: vec![Change::Drop], ..base.clone() },
        Commit { audit: Record { what: "other".into(), ..base.audit.clone() }, ..base.clone() },
        Commit { audit: Record { values: "other".into(), ..base.audit.clone() }, ..base.clone() },
        Commit { audit: Record { salt: [9; 16], ..base.audit.clone() }, ..base.clone() },
    ];
    let mut links = Vec::new();
    for commit in std::iter::once(base).chain(others) {
        store.erase_all().await.unwrap();
        let partition = commit.partition;
        store.commit(commit).await.unwrap();
        links.push(store.audit(partition, 0, 1).await.unwrap()[0].link.unwrap());
    }
    let count = links.len();
    links.sort_unstable();
    links.dedup();
    assert_eq!(links.len(), count);
}

async fn records_of_a_tenant_come_newest_first(store: Shared) {
    let elsewhere = PartitionKey { tenant: Uuid::from_u128(8), ..user(1) };
    let group = PartitionKey { kind: PartitionKind::Group, ..user(5) };
    for (partition, at) in [(user(1), 5), (elsewhere, 6), (group, 7), (user(2), 1), (user(1), 4), (user(2), 7)] {
        store.commit(commit(partition, at, vec![])).await.unwrap();
    }
    let all = store.records(TENANT, None, 99).await.unwrap();
    let places: Vec<_> = all.iter().map(|row| (row.at, row.partition, row.rev)).collect();
    let expected = [(7, group, 1), (7, user(2), 2), (5, user(1), 1), (4, user(1), 2), (1, user(2), 1)];
    assert_eq!(places, expected);
    assert_eq!(recorded(&all[3]), "2: audit at 4 *");
    assert_eq!(store.records(elsewhere.tenant, None, 99).await.unwrap().len(), 1);
    assert_eq!(store.records(TENANT, None, 0).await, Ok(vec![]));
    for (number, row) in all.iter().enumerate() {
        let rest = store.records(TENANT, Some(row.position()), 2).await.unwrap();
        assert_eq!(rest, all[number + 1..(number + 3).min(all.len())]);
    }
}

async fn goes_on_after_a_drop(store: Shared) {
    store.commit(commit(user(1), 1, vec![put("skills", "a", 70)])).await.unwrap();
    store.commit(commit(user(1), 2, vec![Change::Drop])).await.unwrap();
    refused(&store, Precondition::Rev(2)).await;
    let again = expecting(vec![Precondition::Absent], commit(user(1), 3, vec![put("skills", "b", 5)]));
    assert_eq!(store.commit(again).await, Ok(3));
    let snapshot = content(&store, user(1)).await.unwrap();
    assert_eq!((snapshot.rev(), snapshot.last_time(), snapshot.items("skills").len()), (3, 70, 1));
    let replaced = vec![put("notes", "gone", 1), Change::Drop, put("notes", "stays", 1)];
    assert_eq!(store.commit(commit(user(1), 4, replaced)).await, Ok(4));
    assert_eq!(ids(&store, user(1), "notes").await, ["stays"]);
    assert_eq!(ids(&store, user(1), "skills").await, [""; 0]);
    let rows = store.changes(bucket_of(user(1).owner), None, 10).await.unwrap();
    assert_eq!((told(&rows[3]), rows[3].dropped), (vec!["put notes/stays".to_owned()], true));
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

async fn scanned(store: &Shared, scan: Scan) -> Vec<String> {
    let found = store.scan(scan).await.unwrap();
    let show = |found: &Candidate| {
        let token = String::from_utf8_lossy(&found.token).into_owned();
        format!("{token} {} {}/{}", found.owner.as_u128(), found.collection, found.item)
    };
    found.iter().map(show).collect()
}

async fn scans_ranges_in_order(store: Shared) {
    store
        .commit(commit(user(2), 1, vec![indexed("skills", "a", &[("s", "go"), ("s", "rust"), ("t", "x")])]))
        .await
        .unwrap();
    let twice = indexed("skills", "b", &[("s", "rust"), ("s", "rust")]);
    store.commit(commit(user(1), 1, vec![twice, indexed("notes", "c", &[("s", "c")])])).await.unwrap();
    let all = ["c 1 notes/c", "go 2 skills/a", "rust 1 skills/b", "rust 2 skills/a"];
    assert_eq!(scanned(&store, whole("s")).await, all);
    let (included, excluded) = (|text| Bound::Included(Bytes::from(text)), |text| Bound::Excluded(Bytes::from(text)));
    let range = |from, to| Scan { from, to, ..whole("s") };
    assert_eq!(scanned(&store, range(included("go"), included("rust"))).await, all[1..]);
    assert_eq!(scanned(&store, range(included("go"), excluded("rust"))).await, all[1..2]);
    assert_eq!(scanned(&store, range(excluded("go"), Bound::Unbounded)).await, all[2..]);
    assert_eq!(scanned(&store, Scan { tenant: Uuid::from_u128(8), ..whole("s") }).await, [""; 0]);
    let found = store.scan(whole("s")).await.unwrap();
    for (number, candidate) in found.iter().enumerate() {
        let rest = Scan { after: Some(candidate.clone()), limit: 2, ..whole("s") };
        let end = (number + 3).min(all.len());
        assert_eq!(scanned(&store, rest).await, all[number + 1..end]);
    }
    let below = Scan { after: Some(found[0].clone()), ..range(included("rust"), Bound::Unbounded) };
    assert_eq!(scanned(&store, below).await, all[2..]);
    let beside = Scan { after: Some(found[2].clone()), ..range(excluded("rust"), Bound::Unbounded) };
    assert_eq!(scanned(&store, beside).await, [""; 0]);
}

async fn replaces_index_rows(store: Shared) {
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "old"), ("s", "both")])])).await.unwrap();
    store.commit(commit(user(1), 2, vec![indexed("skills", "a", &[("s", "both"), ("s", "new")])])).await.unwrap();
    assert_eq!(scanned(&store, whole("s")).await, ["both 1 skills/a", "new 1 skills/a"]);
    store.commit(commit(user(1), 3, vec![delete("skills", "a"), delete("skills", "a")])).await.unwrap();
    assert_eq!(scanned(&store, whole("s")).await, [""; 0]);
}

fn told(row: &ChangeRow) -> Vec<String> {
    let show = |op: Op| if op == Op::Put { "put" } else { "delete" };
    row.touched.iter().map(|one| format!("{} {}/{}", show(one.op), one.collection, one.id)).collect()
}

async fn tells_changes_in_order(store: Shared) {
    // Two owners of one bucket, and commits whose times are out of order.
    let (one, other) = (user(0x01), user(0x11));
    assert_eq!(bucket_of(one.owner), bucket_of(other.owner));
    for (partition, at) in [(one, 30), (other, 10), (one, 20), (other, 20)] {
        store.commit(commit(partition, at, vec![put("skills", "a", 1), delete("skills", "b")])).await.unwrap();
    }
    let bucket = bucket_of(one.owner);
    let rows = store.changes(bucket, None, 10).await.unwrap();
    let places: Vec<_> = rows.iter().map(|row| (row.at, row.partition, row.rev)).collect();
    assert_eq!(places, [(10, other, 1), (20, one, 2), (20, other, 2), (30, one, 1)]);
    assert_eq!(told(&rows[0]), ["put skills/a", "delete skills/b"]);
    for (number, row) in rows.iter().enumerate() {
        let rest = store.changes(bucket, Some(row.position()), 2).await.unwrap();
        assert_eq!(rest, rows[number + 1..(number + 3).min(4)]);
    }
    for empty in (0..BUCKETS).filter(|other| *other != bucket) {
        assert_eq!(store.changes(empty, None, 10).await, Ok(vec![]));
    }
}

async fn audits_page_by_page(store: Shared) {
    for at in 0..200 {
        // Times that go down and up: the order is that of the revs.
        store.commit(commit(user(1), (at * 37) % 200, vec![])).await.unwrap();
    }
    let all = store.audit(user(1), 0, usize::MAX).await.unwrap();
    assert_eq!(all.iter().map(|row| row.rev).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    assert_eq!(recorded(&all[5]), "6: audit at 185 *");
    for after in [0, 1, 62, 63, 64, 65, 126, 127, 128, 129, 191, 192, 193, 199, 200, 201, u64::MAX] {
        for limit in [0, 1, 2, 63, 64, 65, 500] {
            let page = store.audit(user(1), after, limit).await.unwrap();
            let from = usize::try_from(after).unwrap().min(200);
            assert_eq!(page, all[from..(from + limit).min(200)], "after {after}, limit {limit}");
        }
    }
}

async fn grants_a_name_once(store: Shared) {
    let (ada, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let claim = |owner, at| store.claim(TENANT, "ada".into(), owner, at);
    assert_eq!(claim(ada, 5).await, Ok(Claimed::Granted));
    assert_eq!(claim(bob, 6).await, Ok(Claimed::Held(NameEntry { owner: ada, bound: false, at: 5 })));
    assert_eq!(claim(ada, 7).await, Ok(Claimed::Granted));
    assert_eq!(store.bind(TENANT, "ada".into(), bob).await, Ok(false));
    assert_eq!(store.bind(TENANT, "ada".into(), ada).await, Ok(true));
    assert_eq!(store.bind(TENANT, "ada".into(), ada).await, Ok(true));
    assert_eq!(claim(ada, 9).await, Ok(Claimed::Granted));
    let bound = NameEntry { owner: ada, bound: true, at: 7 };
    assert_eq!(store.lookup(TENANT, "ada".into()).await, Ok(Some(bound)));
    assert_eq!(store.claim(Uuid::from_u128(8), "ada".into(), bob, 1).await, Ok(Claimed::Granted));
    assert_eq!(store.release(TENANT, "ada".into(), bob).await, Ok(false));
    assert_eq!(store.release(TENANT, "ada".into(), ada).await, Ok(true));
    assert_eq!(store.release(TENANT, "ada".into(), ada).await, Ok(false));
    assert_eq!(claim(bob, 9).await, Ok(Claimed::Granted));
}

async fn takes_over_a_stale_claim(store: Shared) {
    let (ada, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let reclaim = |stale, at| store.reclaim(TENANT, "n".into(), stale, bob, at);
    store.claim(TENANT, "n".into(), ada, 5).await.unwrap();
    let stale = NameEntry { owner: ada, bound: false, at: 5 };
    // The holder came back in between.
    store.claim(TENANT, "n".into(), ada, 6).await.unwrap();
    let renewed = NameEntry { at: 6, ..stale };
    assert_eq!(reclaim(stale, 9).await, Ok(Claimed::Held(renewed)));
    assert_eq!(reclaim(renewed, 9).await, Ok(Claimed::Granted));
    assert_eq!(reclaim(renewed, 10).await, Ok(Claimed::Granted));
    store.bind(TENANT, "n".into(), bob).await.unwrap();
    let bound = NameEntry { owner: bob, bound: true, at: 10 };
    let late = store.reclaim(TENANT, "n".into(), bound, ada, 11).await;
    assert_eq!(late, Ok(Claimed::Held(bound)));
}

async fn keeps_the_first_secret(store: Shared) {
    assert_eq!(store.secret("tokens".into(), [1; 32]).await, Ok([1; 32]));
    assert_eq!(store.secret("tokens".into(), [2; 32]).await, Ok([1; 32]));
    assert_eq!(store.secret("other".into(), [2; 32]).await, Ok([2; 32]));
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

async fn one_of_many_racers_wins(store: Shared) {
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let mut racers = tokio::task::JoinSet::new();
    for racer in 0..40 {
        let change = Change::Put { item: item("skills", "a", 1, 2), index: vec![] };
        let racing = expecting(vec![version("skills", "a", 1)], commit(user(1), racer, vec![change]));
        let (store, own) = (Arc::clone(&store), user(1000 + u128::from(racer.unsigned_abs())));
        racers.spawn(async move {
            // A bystander in the same transaction is not disturbed by those who lose.
            let bystander = store.commit(commit(own, 1, vec![put("skills", "a", 1)]));
            let (won, stood_by) = tokio::join!(store.commit(racing), bystander);
            assert_eq!(stood_by, Ok(1));
            won
        });
    }
    let outcomes = racers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(content(&store, user(1)).await.unwrap().rev(), 2);
    assert_eq!(store.partitions(None, 100).await.unwrap().len(), 41);
}

async fn a_full_collection_stays_full(store: Shared) {
    let mut racers = tokio::task::JoinSet::new();
    for racer in 0..40 {
        let change = put("skills", &racer.to_string(), racer);
        let racing = expecting(vec![at_most("skills", 10)], commit(user(1), racer, vec![change]));
        let store = Arc::clone(&store);
        racers.spawn(async move { store.commit(racing).await });
    }
    let mut revs: Vec<_> = racers.join_all().await.into_iter().filter_map(Result::ok).collect();
    revs.sort_unstable();
    assert_eq!(revs, (1..=10).collect::<Vec<_>>());
    assert_eq!(ids(&store, user(1), "skills").await.len(), 10);
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
