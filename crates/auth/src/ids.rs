//! Ids from texts: GUIDs read strictly, and GUIDs made where an issuer has none.
//!
//! Nothing random is made here.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A GUID in its hyphenated form only: other spellings would make two names of one tenant.
pub(crate) fn guid(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// A GUID made of texts: the same for the same texts, and never that of others.
pub(crate) fn derived_id(parts: &[&str]) -> Uuid {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let hash = digest.finalize();
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
