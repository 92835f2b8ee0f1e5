//! What must be there after a kill, compared with what is.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::Keeper;
use super::writer::{Doubt, Owned, Writer};

/// The path of a collection.
pub(crate) type Place = String;

/// The collections, and what was in them before anyone wrote.
pub(crate) struct Ledger {
    places: Vec<Place>,
    before: BTreeMap<Place, BTreeMap<String, Value>>,
}

/// What one look at everything found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Items looked at.
    items: usize,
    /// Writes under way that turned out to have happened, and not.
    happened: usize,
    dropped: usize,
    /// Whatever is not as it must be.
    pub(crate) wrong: Vec<String>,
    pub(crate) acknowledged: usize,
}

impl Verdict {
    pub(crate) fn add(&mut self, other: Verdict, acknowledged: usize) {
        self.items += other.items;
        self.happened += other.happened;
        self.dropped += other.dropped;
        self.wrong.extend(other.wrong);
        self.acknowledged += acknowledged;
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { items, happened, dropped, wrong, .. } = self;
        write!(f, "{items} items read, under way {happened} done and {dropped} not, wrong {}", wrong.len())
    }
}

/// FNV-1a.
pub(crate) fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

fn whole(item: &Value) -> bool {
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    text("displayName").ends_with(&format!(" {:016x}", checksum(text("description"))))
}

impl Ledger {
    pub(crate) fn new(places: &[Place], keeper: &Keeper<'_>) -> Ledger {
        let before = places.iter().map(|place| (place.clone(), read(place, keeper))).collect();
        Ledger { places: places.to_vec(), before }
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Reads everything, says what is wrong, and lets the writers know how their last writes ended.
    pub(crate) fn judge(&self, writers: &mut [Writer], keeper: &Keeper<'_>) -> Verdict {
        let mut found = BTreeMap::new();
        let mut verdict = Verdict::default();
        for place in &self.places {
            let mut there = read(place, keeper);
            verdict.items += there.len();
            for (id, before) in &self.before[place] {
                if there.remove(id).as_ref() != Some(before) {
                    verdict.wrong.push(format!("nobody touched it, and it is not as before: {place}/{id}"));
                }
            }
            for (id, item) in there {
                if !whole(&item) {
                    verdict.wrong.push(format!("torn: {place}/{id} {item}"));
                }
                found.insert(id, (place.clone(), item));
            }
        }
        for writer in writers {
            self.settle(writer, &mut found, &mut verdict);
        }
        let phantoms = found.into_iter().map(|(id, (place, item))| format!("phantom: {place}/{id} {item}"));
        verdict.wrong.extend(phantoms);
        verdict
    }

    fn settle(&self, writer: &mut Writer, found: &mut BTreeMap<String, (Place, Value)>, verdict: &mut Verdict) {
        let doubt = writer.doubt.take();
        let mut happened = false;
        writer.items.retain_mut(|owned| {
            let now = found.remove(&owned.id).filter(|(place, _)| *place == owned.place).map(|(_, item)| item);
            match (now, &doubt) {
                (Some(item), _) if item == owned.state => true,
                (Some(item), Some(Doubt::Change { id, title }))
                    if *id == owned.id && item["displayName"] == **title =>
                {
                    happened = true;
                    owned.state = item;
                    true
                }
                (None, Some(Doubt::Delete { id })) if *id == owned.id => {
                    happened = true;
                    false
                }
                (now, _) => {
                    let Owned { place, id, state } = owned;
                    verdict.wrong.push(format!("lost: {place}/{id}, acknowledged {state}, found {now:?}"));
                    true
                }
            }
        });
        if let Some(Doubt::Create { place, title }) = &doubt {
            let made = found.iter().find(|(_, (at, item))| at == place && item["displayName"] == **title);
            if let Some(id) = made.map(|(id, _)| id.clone()) {
                let (place, state) = found.remove(&id).unwrap();
                writer.items.push(Owned { place, id, state });
                happened = true;
            }
        }
        if doubt.is_some() {
            *if happened { &mut verdict.happened } else { &mut verdict.dropped } += 1;
        }
    }
}

fn read(place: &str, keeper: &Keeper<'_>) -> BTreeMap<String, Value> {
    let items = keeper.list(&format!("{place}?$top=999")).into_iter();
    items.map(|item| (item["id"].as_str().unwrap().to_owned(), item)).collect()
}
