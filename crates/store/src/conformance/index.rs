//! Ranges of the index.

use super::*;

async fn scanned(store: &Shared, scan: Scan) -> Vec<String> {
    let found = store.scan(scan).await.unwrap();
    let show = |found: &Candidate| {
        let token = String::from_utf8_lossy(&found.token).into_owned();
        format!("{token} {} {}/{}", found.owner.as_u128(), found.collection, found.item)
    };
    found.iter().map(show).collect()
}

pub(super) async fn scans_ranges_in_order(store: Shared) {
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

pub(super) async fn replaces_index_rows(store: Shared) {
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "old"), ("s", "both")])])).await.unwrap();
    store.commit(commit(user(1), 2, vec![indexed("skills", "a", &[("s", "both"), ("s", "new")])])).await.unwrap();
    assert_eq!(scanned(&store, whole("s")).await, ["both 1 skills/a", "new 1 skills/a"]);
    store.commit(commit(user(1), 3, vec![delete("skills", "a"), delete("skills", "a")])).await.unwrap();
    assert_eq!(scanned(&store, whole("s")).await, [""; 0]);
}
