//! Through a pooler that may give each transaction another connection. The conformance suite runs there too.

use super::*;

fn pooled() -> Options {
    Options { prepare: false, ..server() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_race_through_a_pooler_lose_nothing() {
    let place = Place::pooled().await.unwrap();
    let servers = [open(&place.url, &pooled()).await, open(&place.url, &pooled()).await];
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..60_u128 {
        let store = Arc::clone(&servers[usize::from(number % 2 == 0)]);
        let id = number.to_string();
        writers.spawn(async move {
            store.commit(commit(user(number % 5), 1, vec![indexed("skills", &id, &[("s", &id)])])).await.unwrap();
            assert!(store.snapshot(user(number % 5)).await.unwrap().unwrap().item("skills", &id).is_some());
        });
    }
    writers.join_all().await;
    assert_eq!(servers[0].verify().await, Ok(vec![]));
    assert_eq!(migrate(&place.url, &pooled(), false).await.unwrap()[0], "the layout is at version 1, as before");
}
