//! One bit of a store's files is another: what is read is what it was before, or an error.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{files, open, place};
use crate::fixture::{TENANT, commit, indexed, put, user};
use crate::sqlite::{Options, SqliteStore};
use crate::{BUCKETS, Change, Result, Scan, Store};

const PEOPLE: u128 = 12;

/// Several pages of every table, the latest of it in the log.
async fn inhabit(path: &Path) -> SqliteStore {
    let write = async |store: &SqliteStore, at: i64| {
        for owner in 1..=PEOPLE {
            let id = format!("item-{at}");
            let changes =
                vec![put("notes", &id, at), indexed("skills", &id, &[("s", &id), ("t", &format!("{owner}"))])];
            store.commit(commit(user(owner), at, changes)).await.unwrap();
        }
    };
    let store = open(path);
    for at in 1..8 {
        write(&store, at).await;
    }
    for owner in 1..=PEOPLE {
        let name: Arc<str> = format!("name-{owner}").into();
        store.claim(TENANT, name.clone(), user(owner).owner, 1).await.unwrap();
        store.bind(TENANT, name, user(owner).owner).await.unwrap();
    }
    store.commit(commit(user(3), 9, vec![Change::Drop])).await.unwrap();
    drop(store);
    let store = open(path);
    write(&store, 10).await;
    write(&store, 11).await;
    store
}

/// All that can be read, told as text.
async fn readings(store: &SqliteStore) -> Vec<(String, Result<String>)> {
    fn told<T: std::fmt::Debug>(found: Result<T>) -> Result<String> {
        found.map(|found| format!("{found:?}"))
    }
    let mut all = Vec::new();
    for owner in 1..=PEOPLE {
        all.push((format!("snapshot {owner}"), told(store.snapshot(user(owner)).await)));
        all.push((format!("audit {owner}"), told(store.audit(user(owner), 0, 99).await)));
        let name = format!("name-{owner}");
        all.push((name.clone(), told(store.lookup(TENANT, name.into()).await)));
    }
    for path in ["s", "t"] {
        let (from, to) = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        let scan = Scan { tenant: TENANT, path: path.into(), from, to, after: None, limit: 999 };
        all.push((format!("scan {path}"), told(store.scan(scan).await)));
    }
    for bucket in 0..BUCKETS {
        all.push((format!("changes {bucket}"), told(store.changes(bucket, None, 999).await)));
    }
    all.push(("records".to_owned(), told(store.records(TENANT, None, 999).await)));
    all.push(("partitions".to_owned(), told(store.partitions(None, 999).await)));
    all
}

/// Numbers that look random, the same at each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Flips bits of one file of those, one after the other, and says how many were told of. A silent one fails.
async fn flip(whole: &[(String, Vec<u8>)], file: &str, before: &[(String, Result<String>)], bits: usize) -> usize {
    let mut numbers = Numbers(7);
    let content = &whole.iter().find(|(name, _)| name == file).unwrap().1;
    let mut told = 0;
    for bit in 0..bits {
        // Spread over the file, and rather where there is something.
        let spread = content.len() * bit / bits;
        let at =
            (0..9).map(|_| spread + numbers.below(content.len() / bits + 1)).find(|at| content.get(*at) > Some(&0));
        let at = at.unwrap_or(spread);
        let mut damaged = content.clone();
        damaged[at] ^= 1 << numbers.below(8);
        let copy = TempDir::new().unwrap();
        for (name, bytes) in whole.iter().filter(|(name, _)| !name.ends_with("-shm")) {
            fs::write(copy.path().join(name), if name == file { &damaged } else { bytes }).unwrap();
        }
        let Ok(store) = SqliteStore::open(&copy.path().join("store.db"), &Options::default()) else {
            told += 1;
            continue;
        };
        let mut is_told = false;
        for ((what, before), (_, after)) in before.iter().zip(readings(&store).await) {
            is_told |= after.is_err();
            assert!(after.is_err() || after == *before, "{file}, byte {at}: {what} is not what it was");
        }
        told += usize::from(is_told);
    }
    told
}

#[tokio::test]
async fn a_flipped_bit_is_told_or_changes_nothing() {
    let (directory, path) = place();
    let store = inhabit(&path).await;
    let before = readings(&store).await;
    let killed = files(&directory);
    drop(store);
    let ended = files(&directory);
    for (whole, file, bits, least) in
        [(&killed, "store.db-wal", 100, 70), (&ended, "store.db", 400, 130), (&killed, "store.db-lock", 16, 0)]
    {
        let told = flip(whole, file, &before, bits).await;
        assert!(told >= least, "{file}: only {told} of {bits} were told of");
    }
}
