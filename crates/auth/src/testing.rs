//! Ready-made callers and randomness for tests of this and other crates.
//!
//! Nothing here verifies or signs anything; callers made here passed no check.

use crate::caller::{Actor, AppIdentity, Caller, UserIdentity};
use crate::roles::Roles;
use crate::scopes::Scopes;
use uuid::Uuid;

/// A person of a tenant, through an app named `test-app`, with these scopes (by name) and no role.
pub fn person(tenant: Uuid, id: Uuid, scopes: &str) -> Caller {
    let user = UserIdentity { id, name: Some("Test Person".into()), upn: Some("test@fjord.example".into()) };
    Caller { actor: Actor::User(user), ..app(tenant, "test-app", scopes) }
}

/// An app of a tenant for itself, with these application permissions (by name).
pub fn app(tenant: Uuid, id: &str, scopes: &str) -> Caller {
    Caller {
        tenant,
        actor: Actor::App,
        app: AppIdentity { id: id.into(), name: Some("Test App".into()) },
        scopes: Scopes::parse(scopes),
        roles: Roles::EMPLOYEE,
        issued: None,
        expires: i64::MAX,
        issuer: "https://issuer.test".into(),
    }
}

/// The caller with further roles, named and separated by commas.
#[must_use]
pub fn with_roles(caller: Caller, roles: &str) -> Caller {
    let roles = caller.roles.union(Roles::parse(roles));
    Caller { roles, ..caller }
}

/// A repeatable source of bytes (SplitMix64). Predictable, so never for real keys.
pub fn random(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            for (to, from) in chunk.iter_mut().zip(mixed.to_le_bytes()) {
                *to = from;
            }
        }
    }
}
