//! What a commit presumes, counts, clears and drops, and who wins where several race.

use super::*;

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

pub(super) async fn checks_existence(store: Shared) {
    refused(&store, Precondition::Exists).await;
    refused(&store, Precondition::Rev(0)).await;
    refused(&store, version("skills", "a", 1)).await;
    accepted(&store, Precondition::Absent).await;
    refused(&store, Precondition::Absent).await;
    accepted(&store, Precondition::Exists).await;
    refused(&store, Precondition::Rev(1)).await;
    accepted(&store, Precondition::Rev(2)).await;
}

pub(super) async fn checks_items(store: Shared) {
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    refused(&store, version("skills", "a", 2)).await;
    refused(&store, version("skills", "b", 1)).await;
    refused(&store, version("notes", "a", 1)).await;
    refused(&store, item_absent("skills", "a")).await;
    accepted(&store, item_absent("notes", "a")).await;
    accepted(&store, version("skills", "a", 1)).await;
}

pub(super) async fn names_the_first_broken_condition(store: Shared) {
    let expect = vec![Precondition::Absent, item_absent("skills", "a"), Precondition::Exists, Precondition::Rev(9)];
    let outcome = store.commit(expecting(expect, commit(user(1), 1, vec![]))).await;
    assert_eq!(outcome, Err(Error::Conflict(Precondition::Exists)));
}

pub(super) async fn counts_what_will_be_there(store: Shared) {
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

pub(super) async fn clears_all_but_one_collection(store: Shared) {
    let start = vec![indexed("skills", "a", &[("s", "t")]), put("user", "me", 1), put("notes", "n", 1)];
    store.commit(commit(user(1), 1, start)).await.unwrap();
    store.commit(commit(user(1), 2, vec![Change::Clear { keep: "user".into() }])).await.unwrap();
    let snapshot = content(&store, user(1)).await.unwrap();
    assert_eq!(snapshot.collections().map(|name| &**name).collect::<Vec<_>>(), ["user"]);
    assert_eq!(store.scan(whole("s")).await, Ok(vec![]));
    let rows = store.changes(bucket_of(user(1).owner), None, 10).await.unwrap();
    assert_eq!(told(&rows[1]), ["delete notes/n", "delete skills/a"]);
}

pub(super) async fn drops_and_erases(store: Shared) {
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

pub(super) async fn goes_on_after_a_drop(store: Shared) {
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

pub(super) async fn one_of_many_racers_wins(store: Shared) {
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

pub(super) async fn a_full_collection_stays_full(store: Shared) {
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
