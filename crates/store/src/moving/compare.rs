//! Reading back what was brought over, and naming what is not the same. Values are not told.

use std::cmp::Ordering;

use super::partition::PAGE;
use super::{FINDINGS, Halt, Outcome};
use crate::{PartitionKey, Standing, Stored, Transfer, Whole};

/// In what a partition of the target is not what the source has: all its items, and its records after a rev.
pub(super) async fn differences(
    source: &dyn Transfer,
    target: &dyn Transfer,
    whole: &Whole,
    after: u64,
) -> Outcome<Vec<String>> {
    let key = whole.standing.partition;
    let Some(found) = target.whole(key).await.map_err(Halt::Target)? else {
        return Ok(vec![of(key, "is not there")]);
    };
    let mut differing = Vec::new();
    // It is shown only after this.
    if (Standing { live: whole.standing.live, ..found.standing }) != whole.standing {
        differing.push("is not where the source is".to_owned());
    }
    items(&whole.items, &found.items, &mut differing);
    let mut at = after;
    while at < whole.standing.rev && differing.len() < FINDINGS {
        let own = source.history(key, at, PAGE).await.map_err(Halt::Source)?;
        let theirs = target.history(key, at, PAGE).await.map_err(Halt::Target)?;
        let until = at.saturating_add(PAGE as u64).min(whole.standing.rev);
        for (index, rev) in (at.saturating_add(1)..=until).enumerate() {
            let (sent, found) = (own.get(index), theirs.get(index));
            if sent != found || sent.is_none_or(|sent| sent.rev != rev) {
                differing.push(format!("record of rev {rev} differs"));
            }
        }
        at = until;
    }
    differing.truncate(FINDINGS);
    Ok(differing.iter().map(|what| of(key, what)).collect())
}

/// Walks two lists of items, both by collection and id.
fn items(own: &[Stored], theirs: &[Stored], differing: &mut Vec<String>) {
    let place = |stored: &Stored| (stored.item.collection.clone(), stored.item.id.clone());
    let (mut own, mut theirs) = (own.iter().peekable(), theirs.iter().peekable());
    loop {
        let order = match (own.peek(), theirs.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(own), Some(theirs)) => place(own).cmp(&place(theirs)),
        };
        let sent = if order.is_le() { own.next() } else { None };
        let found = if order.is_ge() { theirs.next() } else { None };
        let Some(what) = difference(sent, found) else { continue };
        if let Some((collection, id)) = sent.or(found).map(place) {
            differing.push(format!("item `{collection}/{id}` {what}"));
        }
    }
}

fn difference(sent: Option<&Stored>, found: Option<&Stored>) -> Option<&'static str> {
    let (Some(sent), Some(found)) = (sent, found) else {
        return Some(if sent.is_some() { "is missing" } else { "is not in the source" });
    };
    match () {
        () if sent.item.body != found.item.body => Some("has another body"),
        () if sent.item.header != found.item.header => Some("has another header"),
        () if sent.index != found.index => Some("has other index rows"),
        () if sent != found => Some("differs"),
        () => None,
    }
}

/// Says something of a partition.
pub(super) fn of(PartitionKey { owner, tenant, kind }: PartitionKey, what: &str) -> String {
    format!("{kind:?} {owner} of tenant {tenant}: {what}")
}
