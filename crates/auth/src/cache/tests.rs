//! The bounds of the memory: how many tokens, how many bytes, which go first.

use super::*;
use crate::admission::Lifetime;
use crate::testing;
use std::sync::Arc;
use uuid::Uuid;

fn admitted() -> Admitted {
    let caller = Arc::new(testing::app(Uuid::nil(), "app", ""));
    Admitted { caller, lifetime: Lifetime::until(i64::MAX) }
}

fn fill(cache: &Cache, count: usize, size: usize) {
    for number in 0..count {
        cache.put(format!("{number:0size$}").as_bytes(), 0, admitted());
    }
}

/// INVARIANT of the shard: the order holds exactly the keys, once, and the bytes are those of the tokens.
fn check_shards(cache: &Cache) {
    for shard in &cache.shards {
        let shard = shard.read().unwrap();
        let mut order: Vec<u64> = shard.order.iter().copied().collect();
        let mut keys: Vec<u64> = shard.entries.keys().copied().collect();
        order.sort_unstable();
        keys.sort_unstable();
        assert_eq!(order, keys);
        assert_eq!(shard.bytes, shard.entries.values().map(|entry| entry.token.len()).sum::<usize>());
    }
}

#[test]
fn holds_no_more_than_it_may() {
    let cache = Cache::new(64);
    fill(&cache, 1000, 100);
    fill(&cache, 1000, 100);
    assert_eq!(cache.len(), 64);
    check_shards(&cache);
}

#[test]
fn holds_no_more_bytes_than_it_may() {
    let cache = Cache::new(64);
    fill(&cache, 1000, 8000);
    assert_eq!(cache.len(), 16, "one of 8,000 bytes where four of 2,048 would fit");
    check_shards(&cache);
}

#[test]
fn the_oldest_goes_first() {
    let cache = Cache::new(1);
    let mut previous: Option<String> = None;
    for number in 0..100 {
        let token = format!("{number:0100}");
        cache.put(token.as_bytes(), 0, admitted());
        assert!(cache.get(token.as_bytes(), 0).is_some());
        if let Some(previous) = previous.replace(token.clone()) {
            let same_shard = cache.hash(previous.as_bytes()) >> 60 == cache.hash(token.as_bytes()) >> 60;
            assert_eq!(cache.get(previous.as_bytes(), 0).is_none(), same_shard);
        }
    }
}

#[test]
fn zero_holds_nothing() {
    let cache = Cache::new(0);
    fill(&cache, 10, 100);
    assert_eq!(cache.len(), 0);
}

#[test]
fn the_whole_token_counts() {
    let cache = Cache::new(16);
    let end = "e".repeat(HASHED);
    cache.put(format!("a{end}").as_bytes(), 0, admitted());
    assert!(cache.get(format!("a{end}").as_bytes(), 0).is_some());
    assert!(cache.get(format!("b{end}").as_bytes(), 0).is_none());
    assert!(cache.get(end.as_bytes(), 0).is_none());
    assert!(cache.get(format!("a{end}").as_bytes(), 1).is_none(), "keys have changed since");
    cache.put(format!("a{end}").as_bytes(), 1, admitted());
    assert!(cache.get(format!("a{end}").as_bytes(), 1).is_some());
    check_shards(&cache);
}

#[test]
fn workers_share_it() {
    let cache = Cache::new(64);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                fill(&cache, 500, 100);
                fill(&cache, 500, 7000);
            });
        }
    });
    check_shards(&cache);
}
