//! What somebody sees only for a role or right of theirs: noted while a request is answered, to be recorded after it.
//!
//! Who is to be noted, and what of it, `access` decides. When it is written is the server's business.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use auth::{Caller, Role, Scope};
use edm::json::write_string;
use engine::RequestId;
use store::{Item, Record};
use uuid::Uuid;

/// The most items that one record names; of more, only how many.
const MOST: usize = 1_000;

tokio::task_local! {
    static SEEN: RefCell<Seen>;
}

type Name = Arc<str>;

/// The items that were seen: owner, collection, id.
#[derive(Debug, Default)]
pub struct Seen {
    items: BTreeSet<(Uuid, Name, Name)>,
    further: usize,
}

impl Seen {
    /// Was there nothing to note?
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What is recorded of the request: ids alone.
    pub fn told(&self, caller: &Caller, request: &RequestId) -> Vec<u8> {
        let mut out = b"{\"activity\":\"read\"".to_vec();
        let member = |out: &mut Vec<u8>, name: &str, text: &str| {
            out.extend_from_slice(format!(",\"{name}\":").as_bytes());
            write_string(out, text);
        };
        if let Some(user) = caller.user_id() {
            member(&mut out, "user", &user.to_string());
        }
        member(&mut out, "app", &caller.app.id);
        member(&mut out, "request", request);
        if self.further > 0 {
            out.extend_from_slice(format!(",\"further\":{}", self.further).as_bytes());
        }
        out.extend_from_slice(b",\"changes\":[");
        for (at, (owner, collection, id)) in self.items.iter().enumerate() {
            out.extend_from_slice(if at == 0 { b"{\"owner\":" } else { b",{\"owner\":" });
            write_string(&mut out, &owner.to_string());
            member(&mut out, "collection", collection);
            member(&mut out, "id", id);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        out
    }
}

/// May the caller come to see what others of their kind do not?
pub fn may_see_beyond(caller: &Caller) -> bool {
    caller.roles.contains(Role::PeopleAdministrator) || caller.scopes.contains(Scope::ProfileReadAllAudiences)
}

/// Does the work, and says what was seen meanwhile beyond the caller's own audience.
pub async fn noted<T>(work: impl Future<Output = T>) -> (T, Seen) {
    let noting = async {
        let done = work.await;
        (done, SEEN.with(RefCell::take))
    };
    SEEN.scope(RefCell::default(), noting).await
}

/// What several requests saw, in one record.
pub fn record(told: &[Vec<u8>]) -> Record {
    let what = [b"{\"activity\":\"group\",\"records\":[", &told.join(&b',')[..], b"]}"].concat();
    Record { what: what.into(), ..Record::default() }
}

/// Is somebody noting?
pub(crate) fn is_noted() -> bool {
    SEEN.try_with(|_| ()).is_ok()
}

/// Notes items of one owner. Whoever looks at one twice saw it once.
pub(crate) fn note<'i>(owner: Uuid, items: impl Iterator<Item = &'i Arc<Item>>) {
    let noted = SEEN.try_with(|seen| {
        let mut seen = seen.borrow_mut();
        for item in items {
            let name = (owner, Arc::clone(&item.collection), Arc::clone(&item.id));
            if seen.items.len() < MOST {
                seen.items.insert(name);
            } else if !seen.items.contains(&name) {
                seen.further += 1;
            }
        }
    });
    // Nobody is noting.
    noted.unwrap_or_default();
}
