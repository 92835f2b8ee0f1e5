//! What administrators and trusted apps saw beyond their own audience, until it is written: one record for each
//! request, together once a second. What a process that is killed has not written yet is lost.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use store::{Commit, PartitionKey, Store};
use uuid::Uuid;

use crate::effects::Effects;

/// The most requests in one record of the store.
const MOST: usize = 500;

/// The most requests of a tenant that are kept for a store that is away.
const KEPT: usize = 100_000;

/// What is not written yet, by tenant.
#[derive(Default)]
pub(crate) struct Sightings {
    told: Mutex<BTreeMap<Uuid, Vec<Vec<u8>>>>,
}

impl Sightings {
    /// Keeps what one request saw, unless too much is kept already.
    pub(crate) fn add(&self, tenant: Uuid, told: Vec<u8>) {
        let mut all = self.lock();
        let kept = all.entry(tenant).or_default();
        if kept.len() < KEPT {
            kept.push(told);
        } else {
            tracing::error!(%tenant, "what was seen beyond an audience goes unrecorded: the storage is away too long");
        }
    }

    /// Writes what was kept. What cannot be written is kept for the next time.
    pub(crate) async fn write(&self, store: &dyn Store, effects: &Effects) -> store::Result<()> {
        let kept = std::mem::take(&mut *self.lock());
        let mut outcome = Ok(());
        for (tenant, all) in kept {
            for some in all.chunks(MOST) {
                if outcome.is_ok() {
                    outcome = store.commit(commit(tenant, some, effects)).await.map(drop);
                }
                if outcome.is_err() {
                    self.lock().entry(tenant).or_default().extend_from_slice(some);
                }
            }
        }
        outcome
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uuid, Vec<Vec<u8>>>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn commit(tenant: Uuid, told: &[Vec<u8>], effects: &Effects) -> Commit {
    let at = effects.time();
    let mut audit = profile::sighting::record(told);
    audit.salt = profile::Effects::salt(effects, tenant, at);
    Commit { partition: PartitionKey::log(tenant), at, expect: Vec::new(), changes: Vec::new(), audit }
}

#[cfg(test)]
mod tests {
    use store::memory::MemoryStore;

    use super::*;

    #[test]
    fn keeps_so_much() {
        let (tenant, sightings) = (Uuid::from_u128(7), Sightings::default());
        for _ in 0..KEPT + 2 {
            sightings.add(tenant, Vec::new());
        }
        assert_eq!(sightings.lock()[&tenant].len(), KEPT);
    }

    #[tokio::test]
    async fn writes_each_once() {
        let (store, effects, sightings) = (MemoryStore::default(), Effects::replay(1, 1), Sightings::default());
        let tenant = Uuid::from_u128(7);
        let count = async || {
            let rows = store.audit(PartitionKey::log(tenant), 0, 99).await.unwrap();
            rows.iter().map(|row| String::from_utf8_lossy(&row.what).matches("read").count()).collect::<Vec<_>>()
        };
        sightings.write(&store, &effects).await.unwrap();
        assert_eq!(count().await, [0; 0]);
        for _ in 0..MOST + 2 {
            sightings.add(tenant, b"{\"activity\":\"read\"}".to_vec());
        }
        sightings.write(&store, &effects).await.unwrap();
        sightings.write(&store, &effects).await.unwrap();
        assert_eq!(count().await, [MOST, 2]);
        assert_eq!(store.verify().await, Ok(vec![]));
    }
}
