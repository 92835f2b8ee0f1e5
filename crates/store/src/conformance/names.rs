//! Names and secrets.

use super::*;

pub(super) async fn grants_a_name_once(store: Shared) {
    let (ada, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let claim = |owner, at| store.claim(TENANT, "ada".into(), owner, at);
    assert_eq!(claim(ada, 5).await, Ok(Claimed::Granted));
    assert_eq!(claim(bob, 6).await, Ok(Claimed::Held(NameEntry { owner: ada, bound: false, at: 5 })));
    assert_eq!(claim(ada, 7).await, Ok(Claimed::Granted));
    assert_eq!(store.bind(TENANT, "ada".into(), bob).await, Ok(false));
    assert_eq!(store.bind(TENANT, "ada".into(), ada).await, Ok(true));
    assert_eq!(store.bind(TENANT, "ada".into(), ada).await, Ok(true));
    let entry = |bound, at| Ok(Some(NameEntry { owner: ada, bound, at }));
    assert_eq!(store.lookup(TENANT, "ada".into()).await, entry(true, 7));
    assert_eq!(claim(ada, 9).await, Ok(Claimed::Granted));
    assert_eq!(store.lookup(TENANT, "ada".into()).await, entry(false, 9));
    assert_eq!(store.claim(Uuid::from_u128(8), "ada".into(), bob, 1).await, Ok(Claimed::Granted));
    let release = |owner, until| store.release(TENANT, "ada".into(), owner, until);
    assert_eq!(release(bob, i64::MAX).await, Ok(false));
    // It was claimed later.
    assert_eq!(release(ada, 8).await, Ok(false));
    assert_eq!(store.lookup(TENANT, "ada".into()).await, entry(false, 9));
    assert_eq!(release(ada, 9).await, Ok(true));
    assert_eq!(release(ada, 9).await, Ok(false));
    assert_eq!(claim(bob, 9).await, Ok(Claimed::Granted));
}

pub(super) async fn takes_over_a_stale_claim(store: Shared) {
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

pub(super) async fn keeps_the_first_secret(store: Shared) {
    assert_eq!(store.secret("tokens".into(), [1; 32]).await, Ok([1; 32]));
    assert_eq!(store.secret("tokens".into(), [2; 32]).await, Ok([1; 32]));
    assert_eq!(store.secret("other".into(), [2; 32]).await, Ok([2; 32]));
}
