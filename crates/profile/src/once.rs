//! POSTs that come again: what one has made is noted beside it, in the same commit, and told when it comes again
//! (docs/adr/0019).
//!
//! A note is an item of the partition in a collection that no address leads to, so that it goes when the person goes.
//! It says by digests which request it was, and of what was made the id. Where a partition is made, its id follows from
//! the request, so that there is a place to look.

use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::codec::read_raw;
use edm::json::write_string;
use edm::lazy;
use edm::model::build::STRING;
use engine::{Claim, Exchange, Kind, Once, Problem};
use store::{Change, Commit, Header, Item, PartitionKey, Precondition, Snapshot};
use uuid::{Builder, Uuid};

use crate::audit::{Activity, Audit};
use crate::directory::Roll;
use crate::items::unchanged;
use crate::problems::from_store;
use crate::rules::{ATTEMPTS, KEYS};
use crate::service::Service;

/// For how long (in ticks of 100 ns) a request without a key is known by what an SDK sends. They give up before.
const ATTEMPT_KEPT: i64 = 10 * 60 * 10_000_000;
/// SDKs wait for a second at least before they try again. A further try that made something so much later than a first
/// try arrived may be that one's own, though the clocks of two servers differ by less than this either way.
const APART: i64 = 5_000_000;
/// Most notes of a kind in one partition; the oldest make room.
const MOST_KEYS: usize = 256;
const MOST_ATTEMPTS: usize = 64;
/// Partitions in which the same request may have made something, one after the other.
const PLACES: u8 = 8;

/// A request that may have come before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent<'a> {
    once: &'a Once,
    /// Does it relate what it makes to others, which are changes of their own?
    relates: bool,
    /// When it arrived at the service.
    arrived: i64,
    /// For how long keys are known, in ticks.
    keys_kept: i64,
}

/// What is written beside what a request makes.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    pub(crate) changes: Vec<Change>,
    /// What must hold of the notes before.
    pub(crate) expect: Option<Precondition>,
}

impl Noted {
    /// Makes it part of the commit. What must hold of the notes comes first: a request that lost to itself is carried
    /// out already, and whatever else does not hold any more is none of its affair.
    pub(crate) fn join(self, commit: &mut Commit) {
        commit.changes.extend(self.changes);
        commit.expect.splice(0..0, self.expect);
    }
}

/// What a request has made before.
pub(crate) struct Before {
    pub(crate) id: Arc<str>,
    /// Can it be nothing but this request that made it? Then it makes nothing else, though that is gone.
    pub(crate) is_sure: bool,
}

/// Where a request that makes a partition makes it.
pub(crate) enum Ground {
    /// Here, where nothing is yet.
    New(Uuid),
    /// It has done so before.
    Made(Arc<Snapshot>),
}

/// What is noted of a request.
struct Note<'a> {
    item: &'a Item,
    said: Box<str>,
    made: Arc<str>,
    /// Was it a further try of an SDK that made it?
    again: bool,
    /// Did several requests go by the same id? Then it is the name of none.
    several: bool,
    /// May something be left to do, though it is made?
    open: bool,
}

impl<'a> Note<'a> {
    fn of(item: &'a Item) -> Option<Self> {
        let text = |name| read_raw(STRING, false, lazy::member(&item.body, name)?).ok();
        let is = |name| lazy::member(&item.body, name) == Some(b"true");
        let (said, made) = (text("said")?.as_str()?.into(), text("made")?.as_str()?.into());
        Some(Self { item, said, made, again: is("again"), several: is("several"), open: is("open") })
    }
}

/// A note as it is stored.
fn body(said: &str, made: &str, [again, several, open]: [bool; 3]) -> Bytes {
    let mut body = Vec::with_capacity(112);
    body.extend_from_slice(b"\"said\":");
    write_string(&mut body, said);
    body.extend_from_slice(b",\"made\":");
    write_string(&mut body, made);
    for (is, member) in [(again, ",\"again\":true"), (several, ",\"several\":true"), (open, ",\"open\":true")] {
        body.extend_from_slice(if is { member.as_bytes() } else { b"" });
    }
    body.into()
}

/// A key is to make one request come about once.
fn another() -> Problem {
    let message = "found a key that came with another request before, expected a new one for each request, or the same \
                   request again: to the same address, with the same content";
    Problem::new(Kind::KeyReused, message).at("Idempotency-Key")
}

/// Is it a note, as it is stored?
pub(crate) fn is_note(item: &Item) -> bool {
    Note::of(item).is_some()
}

impl<'a> Sent<'a> {
    pub(crate) fn has_key(&self) -> bool {
        self.once.claim == Claim::Key
    }

    fn collection(&self) -> &'static str {
        if self.has_key() { KEYS } else { ATTEMPTS }
    }

    /// For how long notes of a collection count.
    fn kept(&self, collection: &str) -> i64 {
        if collection == KEYS { self.keys_kept } else { ATTEMPT_KEPT }
    }

    /// Does a note no longer count at that time?
    fn is_forgotten(&self, note: &Item, at: i64) -> bool {
        at.saturating_sub(note.header.created) > self.kept(&note.collection)
    }

    fn note<'s>(&self, notes: &'s Snapshot) -> Option<Note<'s>> {
        notes.item(self.collection(), &self.once.name).and_then(|item| Note::of(item))
    }

    /// What a request has made exists no longer for its sender.
    pub(crate) fn gone(&self) -> Problem {
        let (what, header) = match self.has_key() {
            true => ("the request with this key", "Idempotency-Key"),
            false => ("another try of this request", "client-request-id"),
        };
        let message = format!(
            "{what} was carried out before, and what it made is there no longer; expected another `{header}` for a new \
             request"
        );
        Problem::new(Kind::KeySpent, message).at(header)
    }

    /// Did it arrive before that was made, as further tries may have done by then?
    fn is_overtaken(&self, made: i64) -> bool {
        self.arrived < made.saturating_sub(APART)
    }

    /// What the request has made here before; a problem where its key is another request's.
    pub(crate) fn made(&self, notes: &Snapshot, at: i64) -> Result<Option<Before>, Problem> {
        let known = self.note(notes).filter(|note| !self.is_forgotten(note.item, at));
        let Some(note) = known else { return Ok(None) };
        let is_same = *note.said == *self.once.said;
        let is_meant = match self.once.claim {
            Claim::Key if !is_same => return Err(another()),
            Claim::Key => true,
            Claim::Again => is_same && !note.several,
            // Its own further try has overtaken it.
            Claim::First => is_same && !note.several && note.again && self.is_overtaken(note.item.header.created),
        };
        let is_sure = self.has_key() || self.is_overtaken(note.item.header.created);
        Ok(is_meant.then_some(Before { id: note.made, is_sure }))
    }

    /// Notes that the request makes the item of that id: the changes, and what they presume of the notes before.
    pub(crate) fn noted(&self, notes: Option<&Snapshot>, made: &str, at: i64) -> Noted {
        let before = notes.and_then(|notes| self.note(notes));
        let known = before.as_ref().filter(|note| !self.is_forgotten(note.item, at));
        let several = known.is_some_and(|note| self.is_another(note));
        // Who gives all their requests one id pays for that once, and not with each.
        if several && known.is_some_and(|note| note.several && at - note.item.header.created < ATTEMPT_KEPT / 2) {
            return Noted::default();
        }
        let (collection, id): (Arc<str>, Arc<str>) = (self.collection().into(), (*self.once.name).into());
        let version = before.map(|note| note.item.header.version);
        let expect = match version {
            None => Precondition::ItemAbsent { collection: collection.clone(), id: id.clone() },
            Some(version) => Precondition::Version { collection: collection.clone(), id: id.clone(), version },
        };
        let version = version.unwrap_or(0) + 1;
        let header = Header { version, created: at, modified: at, ..Header::default() };
        let body = body(&self.once.said, made, [self.once.claim == Claim::Again, several, self.relates]);
        let note = Change::Put { item: Arc::new(Item { collection, id, header, body }), index: Vec::new() };
        let mut changes = self.swept(notes, at);
        changes.push(note);
        Noted { changes, expect: Some(expect) }
    }

    /// May something be left to do of what the request says, though what it makes is there?
    pub(crate) fn is_open(&self, notes: &Snapshot) -> bool {
        self.note(notes).is_some_and(|note| note.open)
    }

    /// Notes that nothing is: the change, and what it presumes; nothing where it is not this request that made the
    /// item.
    fn closed(&self, notes: &Snapshot, made: &str) -> Option<(Precondition, Change)> {
        let note = self.note(notes).filter(|note| note.open && *note.said == *self.once.said && *note.made == *made)?;
        let header = Header { version: note.item.header.version + 1, ..note.item.header.clone() };
        let body = body(&note.said, made, [note.again, note.several, false]);
        let item = Item { header, body, ..note.item.clone() };
        Some((unchanged(note.item), Change::Put { item: Arc::new(item), index: Vec::new() }))
    }

    /// Does the request show that others go by the same id? A key is the name of one.
    fn is_another(&self, note: &Note<'_>) -> bool {
        !self.has_key() && (note.several || self.once.claim == Claim::First || *note.said != *self.once.said)
    }

    /// Removes notes that are forgotten, and the oldest of too many.
    fn swept(&self, notes: Option<&Snapshot>, at: i64) -> Vec<Change> {
        let mut gone = Vec::new();
        for (collection, most) in [(KEYS, MOST_KEYS), (ATTEMPTS, MOST_ATTEMPTS)] {
            let items = notes.map(|notes| notes.items(collection)).unwrap_or_default();
            // Oldest first: room for one more.
            let beyond = items.len().saturating_sub(most - 1);
            let old = items.enumerate().take_while(|(place, item)| *place < beyond || self.is_forgotten(item, at));
            let own = |item: &Item| collection == self.collection() && *item.id == *self.once.name;
            let removed = old
                .filter(|(_, item)| !own(item))
                .map(|(_, item)| Change::Delete { collection: item.collection.clone(), id: item.id.clone() });
            gone.extend(removed);
        }
        gone
    }
}

impl Service {
    /// The request of an exchange. `relates`: what it makes is then related to others.
    pub(crate) fn sent<'a>(&self, once: &'a Once, relates: bool, exchange: &Exchange) -> Sent<'a> {
        Sent { once, relates, arrived: exchange.now, keys_kept: self.settings.keys_kept }
    }

    /// Notes that all is done which a request says of what it has made in a partition.
    pub(crate) async fn close(
        &self,
        caller: &Caller,
        sent: &Sent<'_>,
        (partition, made): (PartitionKey, &str),
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let _turn = self.turn().await;
        let snapshot = self.store.snapshot(partition).await.map_err(|error| from_store(&error))?;
        let Some(snapshot) = snapshot else { return Ok(()) };
        let Some((expect, change)) = sent.closed(&snapshot, made) else { return Ok(()) };
        let at = self.effects.change_time(snapshot.last_time());
        let audit = Audit::new(caller, Activity::Note, exchange).finish();
        // Who was quicker is the same request, or shows that its name is that of none.
        self.commit(Commit { partition, at, expect: vec![expect], changes: vec![change], audit }).await.map(drop)
    }

    /// Where a request makes a partition that stands on that list, or has made it before.
    pub(crate) async fn ground(&self, sent: Option<&Sent<'_>>, roll: Roll, at: i64) -> Result<Ground, Problem> {
        let Some(sent) = sent else { return Ok(Ground::New(self.effects.new_id(roll.tenant(), at))) };
        let mut made = Vec::new();
        for id in (0..PLACES).map(|number| Builder::from_random_bytes(sent.once.id(number)).into_uuid()) {
            let key = roll.partition(id);
            // Before it is read: what is made meanwhile has not gone.
            let begun = self.begun_at(key).await?;
            let Some(found) = self.store.snapshot(key).await.map_err(|error| from_store(&error))? else {
                match begun {
                    // Nothing was ever here.
                    None => {
                        return Ok(match <[_; 1]>::try_from(made) {
                            Ok([only]) => Ground::Made(only),
                            // Several are as good as none: which of them is meant, nobody can tell.
                            Err(_) => Ground::New(id),
                        });
                    }
                    Some(begun) if sent.has_key() && at.saturating_sub(begun) <= sent.keys_kept => {
                        return Err(sent.gone());
                    }
                    Some(begun) if !sent.has_key() && sent.is_overtaken(begun) => return Err(sent.gone()),
                    Some(_) => continue,
                }
            };
            match sent.made(&found, at)? {
                Some(_) if sent.has_key() => return Ok(Ground::Made(found)),
                Some(_) => made.push(found),
                None => {}
            }
        }
        Ok(Ground::New(self.effects.new_id(roll.tenant(), at)))
    }

    /// When something was first made in a partition, be it there still or not.
    async fn begun_at(&self, partition: PartitionKey) -> Result<Option<i64>, Problem> {
        let rows = self.store.audit(partition, 0, 1).await.map_err(|error| from_store(&error))?;
        Ok(rows.first().map(|row| row.at))
    }
}

#[cfg(test)]
mod tests {
    use store::Store;

    use super::*;

    const MINUTE: i64 = 60 * 10_000_000;

    /// What a snapshot holds after the first request was carried out at minute 1, and what then is said of the second.
    fn check(first: (Claim, &str), second: (Claim, &str, i64), expect: Result<bool, Kind>) {
        let once = |claim, said: &str| Once { name: "n".into(), said: said.into(), claim };
        let one = once(first.0, first.1);
        let noted = Sent { once: &one, relates: false, arrived: 0, keys_kept: 60 * MINUTE }.noted(None, "made", MINUTE);
        let items = noted.changes.into_iter().filter_map(|change| match change {
            Change::Put { item, .. } => Some(item),
            _ => None,
        });
        let notes = Snapshot::new(1, MINUTE, items);
        let other = once(second.0, second.1);
        let sent = Sent { once: &other, relates: false, arrived: second.2, keys_kept: 60 * MINUTE };
        let found = sent.made(&notes, second.2.max(MINUTE)).map(|made| made.is_some()).map_err(|problem| problem.kind);
        assert_eq!(found, expect, "{first:?} {second:?}");
    }

    /// The second of two equal requests at once finds the collection full of what the first has made.
    #[test]
    fn who_lost_to_themselves_is_not_told_of_the_quota() {
        let once = Once { name: "n".into(), said: "a".into(), claim: Claim::Key };
        let commit = |id: &str| {
            let (collection, header) = (Arc::from("skills"), Header { version: 1, ..Header::default() });
            let item = Arc::new(Item { collection, id: id.into(), header, body: Bytes::new() });
            let mut commit = Commit {
                partition: PartitionKey { owner: Uuid::nil(), tenant: Uuid::nil(), kind: store::PartitionKind::User },
                at: MINUTE,
                expect: vec![Precondition::AtMost { collection: item.collection.clone(), items: 1 }],
                changes: vec![Change::Put { item, index: Vec::new() }],
                audit: store::Record::default(),
            };
            Sent { once: &once, relates: false, arrived: 0, keys_kept: 60 * MINUTE }
                .noted(None, id, MINUTE)
                .join(&mut commit);
            commit
        };
        let store = store::memory::MemoryStore::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.commit(commit("first"))).unwrap();
        let refused = runtime.block_on(store.commit(commit("second"))).unwrap_err();
        assert!(matches!(refused, store::Error::Conflict(Precondition::ItemAbsent { .. })), "{refused:?}");
    }

    #[test]
    fn which_requests_are_one() {
        use Claim::{Again, First, Key};
        check((Key, "a"), (Key, "a", 2 * MINUTE), Ok(true));
        check((Key, "a"), (Key, "a", 61 * MINUTE), Ok(true));
        check((Key, "a"), (Key, "a", 62 * MINUTE), Ok(false));
        check((Key, "a"), (Key, "b", 2 * MINUTE), Err(Kind::KeyReused));
        check((First, "a"), (Again, "a", 2 * MINUTE), Ok(true));
        check((First, "a"), (Again, "a", 12 * MINUTE), Ok(false));
        check((First, "a"), (Again, "b", 2 * MINUTE), Ok(false));
        check((First, "a"), (First, "a", 2 * MINUTE), Ok(false));
        // A first try that began before its own further try had come through.
        check((Again, "a"), (First, "a", 0), Ok(true));
        check((Again, "a"), (First, "a", MINUTE), Ok(false));
        // One that came so shortly before that the clocks of two servers cannot tell.
        check((Again, "a"), (First, "a", MINUTE - APART), Ok(false));
        check((Again, "a"), (First, "a", MINUTE - APART - 1), Ok(true));
        check((Again, "a"), (First, "b", 0), Ok(false));
        // Two first tries are two requests, at once or not.
        check((First, "a"), (First, "a", 0), Ok(false));
        // What a key made is no business of those that go by an id.
        check((Key, "a"), (Again, "a", 2 * MINUTE), Ok(false));
    }
}
