//! The machine's randomness: the only module that draws from it.
//!
//! Draws come from the operating system, a page at a time, for a call to it costs more than an id is worth.

use std::cell::RefCell;

use uuid::Uuid;

const PAGE: usize = 1024;

struct Page {
    bytes: [u8; PAGE],
    used: usize,
}

thread_local! {
    static PAGE_OF_THREAD: RefCell<Page> = const { RefCell::new(Page { bytes: [0; PAGE], used: PAGE }) };
}

/// Fills the bytes from the operating system. For keys.
#[expect(clippy::disallowed_methods, reason = "the one place where randomness is drawn")]
pub(crate) fn fill(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // Ids and keys that repeat are worse than no service, and no request can bring this about.
        std::process::abort();
    }
}

/// A new secret of 32 bytes.
pub(crate) fn secret() -> [u8; 32] {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    bytes
}

/// 16 random bytes.
pub(crate) fn bytes() -> [u8; 16] {
    PAGE_OF_THREAD.with_borrow_mut(|page| {
        if page.used >= PAGE {
            fill(&mut page.bytes);
            page.used = 0;
        }
        let bytes = page.bytes.get(page.used..).and_then(|rest| rest.first_chunk()).copied();
        page.used += size_of::<Uuid>();
        bytes.unwrap_or_default()
    })
}

/// A random GUID (version 4).
pub(crate) fn guid() -> Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_differ_and_say_they_are_random() {
        let many: std::collections::HashSet<Uuid> = (0..1_000).map(|_| guid()).collect();
        assert_eq!(many.len(), 1_000);
        assert!(many.iter().all(|id| id.get_version_num() == 4));
    }
}
