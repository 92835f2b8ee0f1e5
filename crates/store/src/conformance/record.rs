//! The history: its order, its pages and its links.

use super::*;

pub(super) async fn links_outlive_what_is_erased(store: Shared) {
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

pub(super) async fn links_tell_everything_recorded_apart(store: Shared) {
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

pub(super) async fn records_of_a_tenant_come_newest_first(store: Shared) {
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

pub(super) async fn tells_changes_in_order(store: Shared) {
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

pub(super) async fn audits_page_by_page(store: Shared) {
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
