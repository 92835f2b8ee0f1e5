//! Values that follow from a seed: the same on every machine, different for every purpose.
//!
//! Whoever knows the seed can compute them, so nothing here serves as a key, but for skip tokens of a server that
//! keeps nothing.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a value is for; equal facts give unrelated values for different purposes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Tenant,
    App,
    Item,
    Request,
    Salt,
    Paging,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::Tenant => b"vitae tenant",
            Purpose::App => b"vitae app",
            Purpose::Item => b"vitae item",
            Purpose::Request => b"vitae request",
            Purpose::Salt => b"vitae salt",
            Purpose::Paging => b"vitae paging",
        }
    }
}

/// 32 bytes that follow from the seed, the purpose and the facts.
pub(crate) fn bytes(seed: u64, purpose: Purpose, facts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(purpose.label());
    digest.update(seed.to_be_bytes());
    for fact in facts {
        // The length keeps neighbouring facts apart.
        digest.update(fact.len().to_be_bytes());
        digest.update(fact);
    }
    digest.finalize().into()
}

/// A GUID of the random form (version 4) that follows from the same.
pub(crate) fn guid(seed: u64, purpose: Purpose, facts: &[&[u8]]) -> Uuid {
    let bytes = bytes(seed, purpose, facts);
    uuid::Builder::from_random_bytes(bytes.first_chunk().copied().unwrap_or_default()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_from_seed_purpose_and_facts() {
        let id = guid(42, Purpose::Item, &[b"ab", b"c"]);
        assert_eq!(id, guid(42, Purpose::Item, &[b"ab", b"c"]));
        assert_eq!(id.get_version_num(), 4);
        for other in [
            guid(43, Purpose::Item, &[b"ab", b"c"]),
            guid(42, Purpose::Request, &[b"ab", b"c"]),
            guid(42, Purpose::Item, &[b"a", b"bc"]),
        ] {
            assert_ne!(id, other);
        }
    }
}
