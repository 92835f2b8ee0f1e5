//! What addresses mean that were asked for before. An address without options means the same each time, to whoever
//! asks: it is bound against the model alone, before it is known who the caller is or what is there.
//!
//! Holds nothing that was answered, and no address that meant nothing.

use std::fmt;
use std::sync::Arc;

use odata::Address;

use crate::exchange::Request;

/// How many are remembered; about a kilobyte each at most.
const MOST: usize = 4096;
/// Longer ones are seldom asked for again.
const LONGEST: usize = 256;

/// A bounded map from paths to what they mean. Those that are not asked for again go first.
pub(crate) struct KnownPaths(quick_cache::sync::Cache<Box<str>, Arc<Address>>);

impl KnownPaths {
    /// What the path of the request meant before.
    pub(crate) fn get(&self, request: &Request<'_>) -> Option<Arc<Address>> {
        if is_lasting(request) { self.0.get(request.path) } else { None }
    }

    /// Remembers what the path of the request means.
    pub(crate) fn put(&self, request: &Request<'_>, address: &Arc<Address>) {
        if is_lasting(request) {
            self.0.insert(request.path.into(), Arc::clone(address));
        }
    }
}

/// Does the path alone say what is meant, and briefly? Options may hold what stands in a path as an alias.
fn is_lasting(request: &Request<'_>) -> bool {
    request.query.is_none_or(str::is_empty) && request.path.len() <= LONGEST
}

impl Default for KnownPaths {
    fn default() -> Self {
        Self(quick_cache::sync::Cache::new(MOST))
    }
}

impl fmt::Debug for KnownPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownPaths").field("known", &self.0.len()).finish()
    }
}
