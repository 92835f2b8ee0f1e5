//! Checksums of rows: whether what is read is what was written. They find accidents of disks and memory, not changes
//! that somebody made; for those there are chains ([`crate::chain`]).
//!
//! A CRC-32 finds every change of one, two or three bits, and every one within 32 bits, of a row of usual length, and all
//! but one in 2^32 of the others. The rows of one partition are summed up once more, in the partition's row, so that a row
//! that is gone is found as well.

use std::borrow::Cow;

use crc32fast::Hasher;
use uuid::Uuid;

use super::history::Node;
use super::row::{ItemRow, PartitionRow};
use crate::{Error, NameEntry, PartitionKey, Result, bucket_of, pack};

/// The checksum of a row.
pub(super) type Sum = u32;

/// What rows of a file of an older schema have in place of a checksum, for connections that must not change them.
pub(super) const NOT_SUMMED: i64 = -1;

/// What a partition has of each kind: their checksums, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) items: u64,
    pub(super) postings: u64,
}

/// Compares a stored checksum with the one that the row has.
pub(super) fn check(stored: Option<i64>, sum: Sum, row: impl FnOnce() -> Cow<'static, str>) -> Result<()> {
    match stored {
        Some(stored) if stored == i64::from(sum) || stored == NOT_SUMMED => Ok(()),
        _ => Err(Error::Corrupt(format!("{} has another checksum than it was written with", row()))),
    }
}

/// What a partition is called in what is found. Ids alone: this gets into logs.
pub(super) fn named(PartitionKey { owner, tenant, kind }: PartitionKey) -> String {
    format!("{kind:?} {owner} of tenant {tenant}")
}

/// The fields of a row on their way into its checksum. Whatever has no fixed length is preceded by its length.
struct Feed(Hasher);

impl Feed {
    /// Of a row of that table.
    fn new(table: &str) -> Self {
        Self(Hasher::new()).bytes(table.as_bytes())
    }

    fn fixed(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    fn number(self, number: i64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    fn id(self, id: &Uuid) -> Self {
        self.fixed(id.as_bytes())
    }

    fn key(self, key: PartitionKey) -> Self {
        self.id(&key.owner).id(&key.tenant).number(key.kind.code())
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        self.fixed(&(bytes.len() as u64).to_be_bytes()).fixed(bytes)
    }

    fn optional<T>(self, value: Option<T>, feed: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => feed(self.fixed(&[1]), value),
            None => self.fixed(&[0]),
        }
    }

    fn finish(self) -> Sum {
        self.0.finalize()
    }
}

/// Of an item, with the list of its index rows.
pub(super) fn item(key: PartitionKey, row: &ItemRow) -> Sum {
    let ItemRow { item, postings, .. } = row;
    let header = &item.header;
    Feed::new("item")
        .key(key)
        .bytes(item.collection.as_bytes())
        .bytes(item.id.as_bytes())
        .number(header.version.cast_signed())
        .number(header.audience.into())
        .fixed(&[header.searchable.into(), header.unverified_inference.into()])
        .optional(header.confidence.and_then(kept), |feed, confidence| feed.fixed(&confidence.to_be_bytes()))
        .optional(header.creator_app.as_deref(), |feed, app| feed.bytes(app.as_bytes()))
        .optional(header.creator_user.as_ref(), Feed::id)
        .number(header.created)
        .number(header.modified)
        .number(header.revision.into())
        .fixed(&[header.beyond_sentinel.into()])
        .bytes(&item.body)
        .optional(postings.as_deref(), Feed::bytes)
        .finish()
}

/// What SQLite keeps of a number: it has no NaN, and one zero.
fn kept(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number + 0.0)
}

/// Of an index row, which is kept in the partition's total alone.
pub(super) fn posting(key: PartitionKey, (collection, id): (&str, &str), path: &str, token: &[u8]) -> Sum {
    Feed::new("posting")
        .key(key)
        .bytes(collection.as_bytes())
        .bytes(id.as_bytes())
        .bytes(path.as_bytes())
        .bytes(token)
        .finish()
}

/// Of a partition's own row.
pub(super) fn partition(key: PartitionKey, row: &PartitionRow) -> Sum {
    Feed::new("partition")
        .key(key)
        .number(row.rev.cast_signed())
        .number(row.last_time)
        .fixed(&[row.live.into()])
        .number(row.at)
        .optional(row.mark_at, Feed::number)
        .optional(row.head, |feed, head| feed.fixed(&head))
        .number(row.totals.items.cast_signed())
        .number(row.totals.postings.cast_signed())
        .finish()
}

/// Of a row of the history, but for values and salt, which its digest is of.
pub(super) fn history(node: &Node) -> Sum {
    let row = &node.row;
    Feed::new("history")
        .number(bucket_of(row.partition.owner).into())
        .number(row.at)
        .key(row.partition)
        .number(row.rev.cast_signed())
        .fixed(&[row.dropped.into()])
        .bytes(&pack::touched(&row.touched))
        .optional(node.prev_at, Feed::number)
        .optional(node.mark_at, Feed::number)
        .bytes(&row.what)
        .optional(row.digest, |feed, digest| feed.fixed(&digest))
        .optional(row.link, |feed, link| feed.fixed(&link))
        .finish()
}

/// Of a name.
pub(super) fn name(tenant: Uuid, name: &str, entry: &NameEntry) -> Sum {
    Feed::new("name")
        .id(&tenant)
        .bytes(name.as_bytes())
        .id(&entry.owner)
        .fixed(&[entry.bound.into()])
        .number(entry.at)
        .finish()
}

/// Of a secret.
pub(super) fn secret(name: &str, value: &[u8; 32]) -> Sum {
    Feed::new("secret").bytes(name.as_bytes()).fixed(value).finish()
}
