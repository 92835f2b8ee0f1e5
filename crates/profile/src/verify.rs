//! What is stored against what the model and the rules say it should be.

use store::{Findings, Header, Item, PartitionKey, PartitionKind};

use crate::model::{AUDIENCE_LISTS, ENTITY, GROUP, MODEL, PEOPLE_ADMIN_SETTINGS, PROFILE, USER};
use crate::once::is_note;
use crate::photos::is_photo;
use crate::rules::{self, ATTEMPTS, GROUP_ENTRY, KEYS, MANAGER, MEMBERSHIP, PERSON, PHOTO, REJECTED, list_collection};
use crate::service::Service;
use edm::codec;

/// Partitions read at a time.
const BATCH: usize = 200;

impl Service {
    /// Reads everything and describes each item that the model does not understand, that is not in canonical form, or
    /// whose header says something else than its body.
    pub async fn verify(&self) -> Vec<String> {
        let mut findings = Findings::default();
        let mut after: Option<PartitionKey> = None;
        loop {
            let partitions = match self.store.partitions(after, BATCH).await {
                Ok(partitions) => partitions,
                Err(error) => return vec![error.to_string()],
            };
            for partition in &partitions {
                self.verify_partition(*partition, &mut findings).await;
            }
            match partitions.last() {
                Some(last) if partitions.len() == BATCH => after = Some(*last),
                _ => return findings.into_lines(),
            }
        }
    }

    async fn verify_partition(&self, partition: PartitionKey, findings: &mut Findings) {
        let (kind, entry) = match partition.kind {
            PartitionKind::User => ("person", Some(PERSON)),
            PartitionKind::Group => ("group", Some(GROUP_ENTRY)),
            PartitionKind::Settings => ("settings of tenant", None),
            // The store's own, and looked through there.
            PartitionKind::Log => return,
        };
        let whose = format!("{kind} {}", partition.owner);
        let snapshot = match self.store.snapshot(partition).await {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return,
            Err(error) => return findings.add("partitions that cannot be read", || format!("{whose}: {error}")),
        };
        if let Some(entries) = entry.map(|entry| snapshot.items(entry).len()).filter(|entries| *entries != 1) {
            findings.add("partitions without one entry", || format!("{whose}: found {entries} entries, expected one"));
        }
        for collection in snapshot.collections() {
            for item in snapshot.items(collection) {
                if let Err(message) = verify_item(partition.kind, item) {
                    let told = || format!("{whose}, {collection} {}: {message}", item.id);
                    findings.add("items that the model does not take", told);
                }
            }
        }
    }
}

fn verify_item(kind: PartitionKind, item: &Item) -> Result<(), String> {
    let ty = match (kind, item.collection.as_ref()) {
        (_, KEYS | ATTEMPTS) if is_note(item) => return Ok(()),
        (_, KEYS | ATTEMPTS) => return Err("the note of a request does not say what was made".into()),
        (PartitionKind::Settings, name) => {
            PEOPLE_ADMIN_SETTINGS.find_navigation(name).ok_or("there is no such setting")?.target
        }
        (_, PERSON) => &USER,
        (_, GROUP_ENTRY) => &GROUP,
        // Nothing but whom or what it names.
        (_, MANAGER | MEMBERSHIP | REJECTED) => &ENTITY,
        (_, PHOTO) if is_photo(item) => return Ok(()),
        (_, PHOTO) => return Err("the photo is no JPEG that is called by its dimensions".into()),
        (_, name) if is_list(name) => &ENTITY,
        (_, name) => PROFILE.find_navigation(name).ok_or("there is no such collection")?.target,
    };
    let record = codec::read_members(ty, &item.body)?;
    if item.header.revision == MODEL.revision && record.to_members() != item.body.as_ref() {
        return Err("the body is not in canonical form".into());
    }
    if record.get("id").as_str() != Some(&*item.id) {
        return Err("the body has another id than the row".into());
    }
    let derived = rules::derived(&record);
    let expected = Header {
        audience: derived.audience,
        searchable: derived.searchable,
        unverified_inference: derived.unverified_inference,
        confidence: derived.confidence,
        beyond_sentinel: derived.beyond_sentinel,
        ..item.header.clone()
    };
    if expected == item.header { Ok(()) } else { Err("the header says something else than the body".into()) }
}

fn is_list(collection: &str) -> bool {
    AUDIENCE_LISTS.all_navigation().any(|list| list_collection(list.name) == collection)
}
