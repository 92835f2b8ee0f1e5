//! Where a database file has what answers show. Of bits anywhere most are nobody's, so that none of them did harm would
//! not prove that anything watches.

use std::ops::Range;

use fuzz::Dice;
use serde_json::Value;
use uuid::Uuid;

use super::Answers;

/// Of a letter these bits may be others without making it something else than ASCII.
const OF_LETTERS: usize = 5;

/// Bytes of an item's row behind its id: version, audience, times and what is between them.
const HEADER: usize = 24;

/// How the row of a partition begins: its header's length with a byte for each of twelve columns, then those of the
/// owner and the tenant.
const PARTITION: &[u8] = &[13, 44, 44];

/// The length of that header.
const TYPES: usize = 13;

/// The byte there that says whether the partition exists, and SQLite's words for 0 and 1.
const LIVE: usize = 6;
const TRUE: u8 = 9;

/// Bytes of which the lowest bits are to be others.
struct Aim {
    bytes: Range<usize>,
    bits: usize,
}

/// So many bits, of each kind of place in turn; none where there is no such place.
pub(super) fn bits(content: &[u8], answers: &Answers, count: usize, dice: &mut Dice) -> Vec<(usize, usize)> {
    let kinds = [titles(content, answers), headers(content, answers), names(content, answers), lives(content, answers)];
    let kinds: Vec<Vec<Aim>> = kinds.into_iter().filter(|aims| !aims.is_empty()).collect();
    let picked = kinds.iter().cycle().take(if kinds.is_empty() { 0 } else { count });
    let bit = |aims: &Vec<Aim>| {
        let Aim { bytes, bits } = aims.get(dice.below(aims.len()))?;
        Some((bytes.start + dice.below(bytes.len()), dice.below(*bits)))
    };
    picked.filter_map(bit).collect()
}

/// What items are called.
fn titles(content: &[u8], answers: &Answers) -> Vec<Aim> {
    let texts = items(answers).filter_map(|(_, item)| item.get("displayName")?.as_str());
    texts.flat_map(|text| found(content, text.as_bytes())).map(|bytes| Aim { bytes, bits: OF_LETTERS }).collect()
}

/// What rows of items have behind collection and id.
fn headers(content: &[u8], answers: &Answers) -> Vec<Aim> {
    let keys =
        items(answers).filter_map(|(collection, item)| Some(format!("{collection}{}", item.get("id")?.as_str()?)));
    let keys = keys.flat_map(|key| found(content, key.as_bytes()));
    keys.map(|key| Aim { bytes: key.end..content.len().min(key.end + HEADER), bits: 8 }).collect()
}

/// Names of people, with whose they are.
fn names(content: &[u8], answers: &Answers) -> Vec<Aim> {
    let keys = people(answers).map(|(id, name)| [name.to_lowercase().as_bytes(), id.as_bytes()].concat());
    keys.flat_map(|key| found(content, &key)).map(|bytes| Aim { bytes, bits: OF_LETTERS }).collect()
}

/// Whether somebody is there.
fn lives(content: &[u8], answers: &Answers) -> Vec<Aim> {
    let owners = people(answers).flat_map(|(id, _)| found(content, id.as_bytes()));
    let live = owners.filter_map(|owner| {
        let row = owner.start.checked_sub(TYPES)?;
        let at = row + LIVE;
        let is_one = content.get(row..)?.starts_with(PARTITION) && content.get(at) == Some(&TRUE);
        is_one.then_some(Aim { bytes: at..at + 1, bits: 1 })
    });
    live.collect()
}

/// The items of all profiles, with their collections.
fn items(answers: &Answers) -> impl Iterator<Item = (&str, &Value)> {
    let profiles = answers.values().filter_map(|answer| answer.get("said")?.as_object()).flatten();
    profiles.flat_map(|(name, items)| items.as_array().into_iter().flatten().map(move |item| (name.as_str(), item)))
}

/// Everybody, by id and name.
fn people(answers: &Answers) -> impl Iterator<Item = (Uuid, &str)> {
    let listed = items(answers).filter(|(name, _)| *name == "value");
    listed.filter_map(|(_, person)| {
        Some((person.get("id")?.as_str()?.parse().ok()?, person.get("userPrincipalName")?.as_str()?))
    })
}

/// Where these bytes are.
fn found(content: &[u8], bytes: &[u8]) -> Vec<Range<usize>> {
    let at = content.windows(bytes.len().max(1)).enumerate().filter(|(_, window)| *window == bytes);
    at.map(|(at, _)| at..at + bytes.len()).collect()
}
