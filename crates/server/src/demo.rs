//! The demo tenant: the people of Fjord Engineering, a company that does not exist, made from a number.
//!
//! Equal seeds give equal people, ids and items, on every machine; the first k people are the same however many are
//! asked for. Nothing here knows the store or the server: the result is a *fixture*, the same form that
//! `--fixture FILE` takes.
//!
//! # The fixture format
//!
//! A JSON object with the member `people`, and perhaps `groups`. A person is what `POST /users` takes, with a profile
//! inside:
//!
//! ```json
//! {
//!   "people": [
//!     {
//!       "userPrincipalName": "kari@fjord.example",
//!       "displayName": "Kari Moen",
//!       "department": "Energy Systems",
//!       "roles": ["auditor"],
//!       "manager": "ada@fjord.example",
//!       "profile": {
//!         "skills": [{ "displayName": "Rust", "proficiency": "expert" }],
//!         "languages": [{ "tag": "nb-NO", "reading": "nativeOrBilingual" }]
//!       }
//!     }
//!   ],
//!   "groups": [
//!     { "displayName": "Harbour Project", "isAudienceGroup": true, "members": ["kari@fjord.example"] }
//!   ]
//! }
//! ```
//!
//! - Required: `userPrincipalName` and `displayName`. Every other writable member of a user may stand beside them.
//! - `roles` is any of `peopleAdministrator`, `auditor`, `guest`; absent means an ordinary employee.
//! - `manager` names someone else by id or `userPrincipalName`; whoever is not in the fixture is nobody's manager.
//! - A group is what `POST /groups` takes; `members` names people the same way. A person's `memberOf`, a list of the
//!   ids of groups, says the same from the other end.
//! - `profile` holds lists of items by the name of the collection, each item being what a POST to that collection
//!   takes. Absent members get the defaults they would get there; times and authors are the server's.
//! - `id`, of a person, a group or an item, is a GUID. It is optional: what has none gets one.
//!
//! # Who is in it
//!
//! Person 0 is always `ada@fjord.example`, the people administrator, with something in every collection; person 1 is
//! always `grace@fjord.example`, an ordinary employee. Person 8 is an auditor, 17 a guest, 29 a newcomer with an almost
//! empty page. Everyone but the chief executive has a manager, and there are three groups, of which one is an audience.
//! References between people (managers, colleagues, sponsors) lead to others of the tenant as soon as it has ten. Phone
//! numbers cannot be dialled, and every web address is below a domain reserved for examples.

mod ada;
mod contact;
mod dice;
mod directory;
mod groups;
mod learning;
mod life;
mod page;
mod person;
mod personal;
#[cfg(test)]
mod tests;
mod text;
mod vocabulary;
mod work;

use serde_json::Value;

/// The people of a tenant, each made when asked for: fifty thousand need no more memory than one.
pub(crate) struct People {
    tenant: person::Tenant,
    next: usize,
    count: usize,
}

/// The first `count` people of a seed, as persons of the fixture format.
pub(crate) fn people(count: usize, seed: u64) -> People {
    People { tenant: person::Tenant::new(seed), next: 0, count }
}

/// The groups of a seed, as groups of the fixture format.
pub(crate) fn groups(seed: u64) -> Vec<Value> {
    groups::groups(seed)
}

impl Iterator for People {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let index = (self.next < self.count).then_some(self.next)?;
        self.next += 1;
        page::person(&self.tenant, index)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for People {}
