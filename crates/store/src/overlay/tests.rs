//! What an overlay keeps back, against the same commits made one by one.

use proptest::collection::vec;
use proptest::prelude::*;

use bytes::Bytes;

use super::*;
use crate::BUCKETS;
use crate::fixture::{
    TENANT, commit, delete, expecting, indexed, item_absent, memory, postgres, put, sqlite, user, version,
};

fn join(records: &[Record]) -> Record {
    let joined = |part: fn(&Record) -> &Bytes| records.iter().map(part).cloned().collect::<Vec<_>>().join(&b'+').into();
    Record { what: joined(|record| &record.what), values: joined(|record| &record.values), salt: [1; 16] }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn ids(snapshot: Option<Arc<Snapshot>>) -> Vec<String> {
    snapshot
        .into_iter()
        .flat_map(|found| found.items("skills").cloned().collect::<Vec<_>>())
        .map(|item| item.id.to_string())
        .collect()
}

#[tokio::test]
async fn nobody_sees_half() {
    for opened in [memory().await, sqlite().await, postgres().await] {
        let base = Arc::clone(&opened.store);
        base.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
        let overlay = Overlay::new(Arc::clone(&base), join);
        assert_eq!(overlay.commit(commit(user(1), 2, vec![put("skills", "b", 2)])).await, Ok(2));
        let second = expecting(
            vec![version("skills", "a", 1), Precondition::Rev(2)],
            commit(user(1), 3, vec![delete("skills", "a")]),
        );
        assert_eq!(overlay.commit(second).await, Ok(3));
        assert_eq!(ids(overlay.snapshot(user(1)).await.unwrap()), ["b"]);
        assert_eq!(ids(base.snapshot(user(1)).await.unwrap()), ["a"]);
        assert_eq!(overlay.finish().await, Ok(Some((2, 3))));
        assert_eq!(ids(base.snapshot(user(1)).await.unwrap()), ["b"]);
        let audit = base.audit(user(1), 1, 9).await.unwrap();
        let recorded = |row: &AuditRow| (row.what.clone(), row.values.clone().unwrap());
        let both = ("audit at 2+audit at 3".into(), "values of audit at 2+values of audit at 3".into());
        assert_eq!(audit.iter().map(recorded).collect::<Vec<_>>(), [both]);
        assert_eq!(overlay.finish().await, Ok(None));
        assert_eq!(base.verify().await, Ok(vec![]));
    }
}

#[test]
fn a_change_in_between_is_a_conflict() {
    wait(async {
        let base = memory().await.store;
        base.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
        let overlay = Overlay::new(Arc::clone(&base), join);
        overlay.commit(commit(user(1), 2, vec![put("skills", "b", 2)])).await.unwrap();
        base.commit(commit(user(1), 3, vec![])).await.unwrap();
        assert_eq!(overlay.finish().await, Err(Error::Conflict(Precondition::Rev(1))));
        let created = Overlay::new(Arc::clone(&base), join);
        created.commit(commit(user(2), 2, vec![])).await.unwrap();
        base.commit(commit(user(2), 3, vec![])).await.unwrap();
        assert_eq!(created.finish().await, Err(Error::Conflict(Precondition::Absent)));
        assert_eq!(ids(base.snapshot(user(1)).await.unwrap()), ["a"]);
    });
}

#[test]
fn a_broken_condition_keeps_nothing_back() {
    wait(async {
        let overlay = Overlay::new(memory().await.store, join);
        let absent = || expecting(vec![item_absent("skills", "a")], commit(user(1), 1, vec![put("skills", "a", 1)]));
        overlay.commit(absent()).await.unwrap();
        assert_eq!(overlay.commit(absent()).await, Err(Error::Conflict(item_absent("skills", "a"))));
        assert_eq!(overlay.finish().await, Ok(Some((1, 1))));
    });
}

#[test]
fn refuses_what_spans_partitions() {
    wait(async {
        let overlay = Overlay::new(memory().await.store, join);
        overlay.commit(commit(user(1), 1, vec![])).await.unwrap();
        let refusals = [
            overlay.commit(commit(user(2), 1, vec![])).await.unwrap_err(),
            overlay.claim(TENANT, "ada".into(), Uuid::nil(), 1).await.unwrap_err(),
            overlay.release(TENANT, "ada".into(), Uuid::nil(), 1).await.unwrap_err(),
            overlay.erase_all().await.unwrap_err(),
        ];
        assert!(refusals.iter().all(|error| matches!(error, Error::OutOfGroup(_))), "{refusals:?}");
    });
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let id = || prop::sample::select(&["a", "b", "c"][..]);
    let collection = || prop::sample::select(&["notes", "skills"][..]);
    let change = prop_oneof![
        6 => (collection(), id(), 0_i64..9).prop_map(|(collection, id, at)| put(collection, id, at)),
        2 => (collection(), id()).prop_map(|(collection, id)| indexed(collection, id, &[("x", id)])),
        3 => (collection(), id()).prop_map(|(collection, id)| delete(collection, id)),
        1 => collection().prop_map(|keep| Change::Clear { keep: keep.into() }),
        1 => Just(Change::Drop),
    ];
    vec(change, 0..4)
}

fn conditions() -> impl Strategy<Value = Vec<Precondition>> {
    let condition = prop_oneof![
        Just(Precondition::Exists),
        Just(Precondition::Absent),
        (1_u64..5).prop_map(Precondition::Rev),
        Just(version("skills", "a", 1)),
        Just(item_absent("skills", "a")),
        (0_usize..3).prop_map(|items| crate::fixture::at_most("skills", items)),
    ];
    vec(condition, 0..2)
}

/// Items, size, and last time; the rev counts commits, of which there are fewer.
fn content(snapshot: Option<Arc<Snapshot>>) -> Option<Snapshot> {
    snapshot.map(|found| found.apply(0, found.last_time(), &[]))
}

async fn compare(direct: &dyn Store, grouped: &dyn Store) {
    assert_eq!(content(direct.snapshot(user(1)).await.unwrap()), content(grouped.snapshot(user(1)).await.unwrap()));
    assert_eq!(direct.partitions(None, 9).await, grouped.partitions(None, 9).await);
    let scan = Scan {
        tenant: TENANT,
        path: "x".into(),
        from: std::ops::Bound::Unbounded,
        to: std::ops::Bound::Unbounded,
        after: None,
        limit: 99,
    };
    assert_eq!(direct.scan(scan.clone()).await, grouped.scan(scan).await);
    let said = |rows: Vec<AuditRow>| -> Vec<Vec<u8>> {
        let texts = rows.into_iter().filter_map(|row| row.values);
        texts.flat_map(|text| text.split(|byte| *byte == b'+').map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
    };
    assert_eq!(said(direct.audit(user(1), 0, 99).await.unwrap()), said(grouped.audit(user(1), 0, 99).await.unwrap()));
    for bucket in 0..BUCKETS {
        let touched = |rows: Vec<ChangeRow>| rows.into_iter().flat_map(|row| row.touched).collect::<Vec<_>>();
        let (left, right) = (direct.changes(bucket, None, 99).await, grouped.changes(bucket, None, 99).await);
        assert_eq!(touched(left.unwrap()), touched(right.unwrap()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_if_committed_one_by_one(
        before in prop::option::of(changes()),
        commits in vec((conditions(), changes()), 1..5),
    ) {
        wait(async {
            let (direct, grouped) = (memory().await.store, memory().await.store);
            for store in [&direct, &grouped] {
                if let Some(changes) = &before {
                    store.commit(commit(user(1), 0, changes.clone())).await.unwrap();
                }
            }
            // A dropped partition goes on with its revs; an overlay does not know them, and nobody asks.
            let known = direct.snapshot(user(1)).await.unwrap().is_some() || before.is_none();
            let overlay = Overlay::new(Arc::clone(&grouped), join);
            for (at, (expect, changes)) in (1..).zip(commits) {
                let commit = expecting(expect, commit(user(1), at, changes));
                let asks = commit.expect.iter().any(|condition| matches!(condition, Precondition::Rev(_)));
                if asks && !known {
                    continue;
                }
                let done = direct.commit(commit.clone()).await;
                let staged = overlay.commit(commit).await;
                assert_eq!(done.is_ok(), staged.is_ok(), "{done:?} {staged:?}");
                if known {
                    assert_eq!(direct.snapshot(user(1)).await, overlay.snapshot(user(1)).await);
                }
            }
            overlay.finish().await.unwrap();
            compare(direct.as_ref(), grouped.as_ref()).await;
        });
    }
}
