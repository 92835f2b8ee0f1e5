//! What programs guess about people: no program confirms a guess, and what its owner rejects is not guessed again.
//!
//! Of a rejection only a hash is kept, as an item of the owner's partition. Who may see a guess says [`crate::access`].

use edm::Record;
use engine::{Kind, Problem};
use store::{Change, Item, Snapshot};

use crate::access::Standing;
use crate::rules::{self, REJECTED, Writing};

/// May the caller write this guess about the owner?
pub(crate) fn check_guess(
    snapshot: &Snapshot,
    before: Option<&Record>,
    after: &Record,
    collection: &str,
    writing: &Writing<'_>,
) -> Result<(), Problem> {
    let standing = Standing::of(writing.caller, writing.owner);
    if standing == Standing::Owner {
        return Ok(());
    }
    // Administrators act for the owner, whom they may have asked.
    if standing != Standing::Administrator && rules::is_confirmed(after) && !before.is_some_and(rules::is_confirmed) {
        let message = "only the owner confirms an inference; expected `userHasVerifiedAccuracy` to be left to them";
        return Err(Problem::new(Kind::BadBody, message).at("/inference/userHasVerifiedAccuracy"));
    }
    let is_guess = rules::derived(after).unverified_inference;
    if is_guess && snapshot.item(REJECTED, &mark(&writing.caller.app.id, collection, after)).is_some() {
        let message = "the owner has rejected this inference of yours; expected one that they have not";
        return Err(Problem::new(Kind::Rejected, message).at("/inference"));
    }
    Ok(())
}

/// What remembers that its owner rejects an item, where removing it means that.
pub(crate) fn rejection(item: &Item, record: &Record, writing: &Writing<'_>) -> Option<Change> {
    let header = &item.header;
    let is_own = header.creator_user == Some(writing.owner);
    let rejects = Standing::of(writing.caller, writing.owner) == Standing::Owner;
    if !(rejects && header.unverified_inference) || is_own {
        return None;
    }
    let id = mark(header.creator_app.as_deref()?, &item.collection, record);
    Some(Change::Put { item: rules::mark(REJECTED, &id, writing), index: Vec::new() })
}

/// The app, the collection and what is guessed, as a hash (FNV-1a of 128 bits).
fn mark(app: &str, collection: &str, record: &Record) -> String {
    let guess = rules::guessed(record);
    let bytes = [app, collection, &guess].into_iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}
