//! What is sealed, by whom, and what a seal shows. Time is stepped by hand.

use std::path::Path;

use rusqlite::Connection;

use super::*;
use crate::fixture::{Opened, TENANT, commit, memory, postgres, put, sqlite, user};
use crate::sqlite::{Options, SqliteStore};

const HERE: Uuid = Uuid::from_u128(0xaa);
const THERE: Uuid = Uuid::from_u128(0xbb);

async fn every() -> [Opened; 3] {
    [memory().await, sqlite().await, postgres().await]
}

async fn change(store: &dyn Store, owner: u128, at: i64) {
    store.commit(commit(user(owner), at, vec![put("skills", "a", at)])).await.unwrap();
}

/// What the seals of a tenant name, as `owner@rev`, each seal on its own.
async fn sealed(store: &dyn Store, tenant: Uuid) -> Vec<Vec<String>> {
    let rows = store.audit(PartitionKey::log(tenant), 0, usize::MAX).await.unwrap();
    let leaves = rows.iter().map(|row| form::unseal(tenant, &row.what).unwrap());
    leaves
        .map(|leaves| leaves.iter().map(|leaf| format!("{}@{}", leaf.partition.owner.as_u128(), leaf.rev)).collect())
        .collect()
}

#[tokio::test]
async fn what_is_new_is_sealed_once() {
    for Opened { store, .. } in &every().await {
        let mut sealer = Sealer::new(Arc::clone(store), HERE);
        assert_eq!(sealer.step(SECOND).await, Ok(0));
        for (owner, at) in [(1, 1), (2, 2), (1, 3)] {
            change(store.as_ref(), owner, at).await;
        }
        assert_eq!(sealer.step(SECOND).await, Ok(2));
        assert_eq!(sealer.step(2 * SECOND).await, Ok(0));
        // A later commit with an earlier time.
        change(store.as_ref(), 3, 2).await;
        change(store.as_ref(), 1, 60 * SECOND).await;
        assert_eq!(sealer.step(60 * SECOND).await, Ok(2));
        assert_eq!(sealer.step(61 * SECOND).await, Ok(0));
        assert_eq!(sealed(store.as_ref(), TENANT).await, [vec!["1@2", "2@1"], vec!["1@3", "3@1"]]);
        assert_eq!(store.verify().await, Ok(vec![]));
        assert_eq!(verify(store.as_ref()).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn what_was_read_is_read_again_only_for_what_landed_late() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, &Options::default()).unwrap());
    let mut sealer = Sealer::new(Arc::clone(&store), HERE);
    for at in 1..=4 {
        change(store.as_ref(), 1, at * SECOND / 4).await;
    }
    assert_eq!(sealer.step(SECOND).await, Ok(1));
    // Whoever reads this row fails.
    let damage = "UPDATE history SET sum = sum + 1 WHERE kind = 0 AND rev = 3";
    Connection::open(&path).unwrap().execute(damage, []).unwrap();
    change(store.as_ref(), 1, SECOND + 1).await;
    assert_eq!(sealer.step(SECOND + 2).await, Ok(1));
    change(store.as_ref(), 1, SECOND / 2 + 1).await;
    for _ in 0..2 {
        // Not forgotten because of the failure.
        assert!(matches!(sealer.step(SECOND + 3).await, Err(Error::Corrupt(_))));
    }
    // One that has just begun knows of no landings.
    assert!(Sealer::new(store, HERE).step(SECOND + 4).await.is_err());
}

#[tokio::test]
async fn tenants_have_logs_of_their_own() {
    let Opened { store, .. } = memory().await;
    let elsewhere = PartitionKey { tenant: Uuid::from_u128(8), ..user(1) };
    store.commit(commit(elsewhere, 1, vec![])).await.unwrap();
    change(store.as_ref(), 2, 1).await;
    let mut sealer = Sealer::new(Arc::clone(&store), HERE);
    assert_eq!(sealer.step(SECOND).await, Ok(2));
    assert_eq!(sealed(store.as_ref(), elsewhere.tenant).await, [["1@1"]]);
    assert_eq!(sealed(store.as_ref(), TENANT).await, [["2@1"]]);
}

#[tokio::test]
async fn goes_on_where_the_last_seal_ended() {
    for Opened { store, .. } in &every().await {
        change(store.as_ref(), 1, SECOND).await;
        change(store.as_ref(), 2, 40 * SECOND).await;
        Sealer::new(Arc::clone(store), HERE).step(40 * SECOND).await.unwrap();
        change(store.as_ref(), 3, 41 * SECOND).await;
        // Killed. What was changed within the overlap is sealed once more, which does no harm.
        let mut next = Sealer::new(Arc::clone(store), HERE);
        assert_eq!(next.step(50 * SECOND).await, Ok(2));
        assert_eq!(next.step(51 * SECOND).await, Ok(0));
        assert_eq!(sealed(store.as_ref(), TENANT).await, [["1@1", "2@1"], ["2@1", "3@1"]]);
    }
}

#[tokio::test]
async fn one_of_several_seals() {
    for Opened { store, .. } in &every().await {
        let mut here = Sealer::new(Arc::clone(store), HERE);
        let mut there = Sealer::new(Arc::clone(store), THERE);
        change(store.as_ref(), 1, 1).await;
        assert_eq!(here.step(SECOND).await, Ok(1));
        change(store.as_ref(), 2, SECOND).await;
        assert_eq!(there.step(2 * SECOND).await, Ok(0));
        assert_eq!(here.step(2 * SECOND).await, Ok(1));
        // The one that worked is gone.
        change(store.as_ref(), 3, 3 * SECOND).await;
        assert_eq!(there.step(4 * SECOND).await, Ok(0));
        assert!(there.step(2 * SECOND + LEASE).await.unwrap() > 0);
        change(store.as_ref(), 4, 5 * SECOND).await;
        assert_eq!(here.step(6 * SECOND).await, Ok(0));
        // The one that works ends in good order.
        assert_eq!(there.finish(6 * SECOND).await, Ok(1));
        change(store.as_ref(), 5, 6 * SECOND).await;
        assert!(here.step(6 * SECOND).await.unwrap() > 0);
        let all = sealed(store.as_ref(), TENANT).await.concat();
        assert!((1..=5).all(|owner| all.contains(&format!("{owner}@1"))), "{all:?}");
        assert_eq!(verify(store.as_ref()).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_store_that_was_emptied_is_sealed_anew() {
    let Opened { store, .. } = memory().await;
    let mut sealer = Sealer::new(Arc::clone(&store), HERE);
    change(store.as_ref(), 1, 90 * SECOND).await;
    assert_eq!(sealer.step(90 * SECOND).await, Ok(1));
    store.erase_all().await.unwrap();
    change(store.as_ref(), 1, 1).await;
    assert_eq!(sealer.step(SECOND).await, Ok(1));
}

#[tokio::test]
async fn erasing_breaks_no_seal() {
    for Opened { store, .. } in &every().await {
        let mut sealer = Sealer::new(Arc::clone(store), HERE);
        for (at, changes) in (1..).zip([vec![put("skills", "a", 1)], vec![Change::Drop], vec![put("skills", "a", 1)]]) {
            store.commit(commit(user(1), at, changes)).await.unwrap();
            assert_eq!(sealer.step(at * SECOND).await, Ok(1));
        }
        assert_eq!(verify(store.as_ref()).await, Ok(vec![]));
        assert_eq!(store.verify().await, Ok(vec![]));
    }
}

async fn damaged(sql: &str) -> (Vec<String>, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let open = |path: &Path| SqliteStore::open(path, &Options::default()).unwrap();
    let store: Arc<dyn Store> = Arc::new(open(&path));
    change(store.as_ref(), 1, 1).await;
    change(store.as_ref(), 1, 2).await;
    let mut sealer = Sealer::new(Arc::clone(&store), HERE);
    sealer.step(SECOND).await.unwrap();
    change(store.as_ref(), 1, 3).await;
    drop(sealer);
    drop(store);
    let file = Connection::open(&path).unwrap();
    file.execute_batch(sql).unwrap();
    // Whoever tampers with rows can make their checksums anew; to have none is simpler.
    file.execute_batch("UPDATE partition SET sum = -1; UPDATE history SET sum = -1").unwrap();
    drop(file);
    let store = open(&path);
    (store.verify().await.unwrap(), verify(&store).await.unwrap())
}

/// Takes rows of the person away so that the rest looks whole.
const CUT: &str = "DELETE FROM history WHERE kind = 0 AND rev > KEPT;
    UPDATE partition SET (rev, at, head) = (SELECT rev, at, link FROM history WHERE kind = 0 AND rev = KEPT) WHERE kind = 0;";

#[tokio::test]
async fn rows_cut_off_are_missed() {
    // What is not sealed yet can go unseen.
    assert_eq!(damaged(&CUT.replace("KEPT", "2")).await, (vec![], vec![]));
    let (chains, seals) = damaged(&CUT.replace("KEPT", "1")).await;
    assert_eq!(chains, [""; 0]);
    let what = "has a link of rev 2 of User 00000000-0000-0000-0000-000000000001, which is missing";
    assert_eq!(seals, [format!("the seal of rev 1 of tenant {TENANT} {what}")]);
}

#[tokio::test]
async fn links_made_anew_are_seen() {
    let (_, seals) = damaged("UPDATE history SET link = zeroblob(32) WHERE kind = 0 AND rev = 2").await;
    assert!(seals[0].ends_with("which has another link now"), "{seals:?}");
    let (chains, seals) = damaged("UPDATE history SET what = substr(what, 1, 60) WHERE kind = 3").await;
    assert!(chains[0].contains("breaks at rev 1"), "{chains:?}");
    assert!(seals[0].ends_with("has another root than its links give"), "{seals:?}");
}

#[test]
fn seals_are_told_from_text() {
    let leaf = Leaf { partition: user(1), rev: 9, link: [7; 32] };
    for count in 0..9 {
        let what = form::seal(&vec![leaf.clone(); count]);
        assert!(is_seal(&what));
        assert_eq!(form::unseal(TENANT, &what), Ok(vec![leaf.clone(); count]));
    }
    assert!(!is_seal(b"{\"activity\":\"create\"}") && !is_seal(b""));
    let whole = form::seal(&[leaf.clone(), leaf]);
    for length in 0..whole.len() {
        assert!(form::unseal(TENANT, &whole[..length]).is_err());
    }
}
