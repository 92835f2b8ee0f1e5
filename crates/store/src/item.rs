//! An item: a body of opaque bytes behind a small fixed header. Does not know how either came about.

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

/// What is known of an item without reading its body. Times are in ticks of 100 ns since 1970, UTC.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Counts the item's changes, beginning with 1.
    pub version: u64,
    /// The audiences that may see the item, as a mask.
    pub audience: u32,
    /// Whether search may find the item.
    pub searchable: bool,
    /// Whether the item was inferred and nobody confirmed it.
    pub unverified_inference: bool,
    /// How sure the inference is.
    pub confidence: Option<f64>,
    /// The application that created the item.
    pub creator_app: Option<Arc<str>>,
    /// The user who created the item.
    pub creator_user: Option<Uuid>,
    /// When the item was created.
    pub created: i64,
    /// When the item was last modified.
    pub modified: i64,
    /// The revision of the model that wrote the body.
    pub revision: u32,
    /// Whether the body holds an enum member beyond the sentinel.
    pub beyond_sentinel: bool,
}

/// One stored item, addressed by collection and id within its partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The collection.
    pub collection: Arc<str>,
    /// The id, unique within the collection.
    pub id: Arc<str>,
    /// What is known without reading the body.
    pub header: Header,
    /// The body.
    pub body: Bytes,
}

/// What an item costs beside its texts and body: the structures, two counters, the slot in its collection.
const ITEM_OVERHEAD: usize = size_of::<Item>() + 64;

impl Item {
    /// The bytes that the item occupies in memory, roughly.
    pub(crate) fn size(&self) -> usize {
        let creator = self.header.creator_app.as_ref().map_or(0, |app| app.len());
        ITEM_OVERHEAD + self.collection.len() + self.id.len() + creator + self.body.len()
    }
}
