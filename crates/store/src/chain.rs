//! The hash chain of a partition: each commit's link is a hash over the link before and what the commit recorded, so
//! that nothing recorded can be changed, taken out or put in between without breaking a link.
//!
//! What may have to be erased (values, the list of items touched) enters a link only as a salted digest: once values
//! and salt are gone, the digest tells nothing of them, and the chain still verifies. Written once, for every store.
//! That the newest rows are gone is not seen here, but against the seals.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{AuditRow, ChangeRow, Op, PartitionKey, Salt, Touched, bucket_of};

/// A link or a digest.
pub type Hash = [u8; 32];

/// What the first link goes on from.
pub(crate) const START: Hash = [0; 32];

/// What a store keeps of one commit. What it holds is told by [`ChangeRow`] and [`AuditRow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub(crate) partition: PartitionKey,
    pub(crate) rev: u64,
    pub(crate) at: i64,
    pub(crate) dropped: bool,
    pub(crate) touched: Vec<Touched>,
    pub(crate) what: Bytes,
    /// `None` in rows that a release without chains wrote; so are `link` and the salt.
    pub(crate) digest: Option<Hash>,
    pub(crate) link: Option<Hash>,
    /// `None` once erased; so are the values.
    pub(crate) salt: Option<Salt>,
    pub(crate) values: Option<Bytes>,
}

/// Bytes on their way into a hash. Whatever has no fixed length is preceded by its length, so that no two
/// sequences of fields are the same bytes.
struct Feed(Sha256);

impl Feed {
    fn new(domain: &[u8]) -> Self {
        Self(Sha256::new()).field(domain)
    }

    fn fixed(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    fn number(self, number: u64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    fn field(self, bytes: &[u8]) -> Self {
        self.number(bytes.len() as u64).fixed(bytes)
    }

    fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

/// The digest of what may be erased.
pub(crate) fn digest(salt: &Salt, touched: &[Touched], values: &[u8]) -> Hash {
    let mut feed = Feed::new(b"vitae values").fixed(salt).number(touched.len() as u64);
    for one in touched {
        let op: u8 = match one.op {
            Op::Put => 1,
            Op::Delete => 2,
        };
        feed = feed.fixed(&[op]).field(one.collection.as_bytes()).field(one.id.as_bytes());
    }
    feed.field(values).finish()
}

/// The link of a row that goes on from the link before.
fn link(before: Option<Hash>, row: &Row, digest: &Hash) -> Hash {
    Feed::new(b"vitae link")
        .fixed(&before.unwrap_or(START))
        .fixed(row.partition.owner.as_bytes())
        .fixed(row.partition.tenant.as_bytes())
        .number(row.partition.kind.code().cast_unsigned())
        .number(row.rev)
        .number(row.at.cast_unsigned())
        .number(u64::from(row.dropped))
        .field(&row.what)
        .fixed(digest)
        .finish()
}

impl Row {
    /// The row of a new commit, linked to the one before.
    pub(crate) fn linked(before: Option<Hash>, change: &ChangeRow, record: &crate::Record) -> Self {
        let digest = digest(&record.salt, &change.touched, &record.values);
        let mut row = Self {
            partition: change.partition,
            rev: change.rev,
            at: change.at,
            dropped: change.dropped,
            touched: change.touched.clone(),
            what: record.what.clone(),
            digest: Some(digest),
            link: None,
            salt: Some(record.salt),
            values: Some(record.values.clone()),
        };
        row.link = Some(link(before, &row, &digest));
        row
    }

    /// Takes out what must not outlive the partition.
    pub(crate) fn erase(&mut self) {
        self.touched.clear();
        (self.salt, self.values) = (None, None);
    }

    /// The row for readers that follow along.
    pub(crate) fn change(&self) -> ChangeRow {
        ChangeRow {
            bucket: bucket_of(self.partition.owner),
            at: self.at,
            partition: self.partition,
            rev: self.rev,
            dropped: self.dropped,
            touched: self.touched.clone(),
            link: self.link,
        }
    }

    /// The row for readers that look back.
    pub(crate) fn audit(self) -> AuditRow {
        let Self { partition, rev, at, what, values, link, .. } = self;
        AuditRow { partition, rev, at, what, values, link }
    }

    /// What is wrong with the row, given the link before and whether a later row drops the partition, where that is
    /// known.
    fn fault(&self, before: Option<Hash>, dropped_later: Option<bool>) -> Option<&'static str> {
        let (digested, linked) = match (self.digest, self.link) {
            (Some(digest), Some(link)) => (digest, link),
            (None, None) if before.is_none() => return None,
            _ => return Some("has no link, though rows before it have"),
        };
        match (&self.salt, &self.values) {
            (Some(salt), Some(values)) if digest(salt, &self.touched, values) != digested => {
                return Some("records other values than its digest was made of");
            }
            (Some(_), Some(_)) if dropped_later == Some(true) => {
                return Some("still holds values, though the partition was dropped");
            }
            (Some(_), Some(_)) => {}
            (None, None) if dropped_later != Some(false) && self.touched.is_empty() => {}
            _ => return Some("lacks values, though nobody dropped the partition"),
        }
        (link(before, self, &digested) != linked).then_some("does not go on from the link before, or was changed")
    }
}

/// Walks the rows of a partition from the newest to the oldest and finds the first, in their own order, that is broken.
pub(crate) struct Walk {
    newer: Option<Row>,
    /// `None` below a broken row, which may say anything.
    dropped_later: Option<bool>,
    broken: Option<(u64, &'static str)>,
    head: Option<Hash>,
    begun: bool,
}

impl Walk {
    /// Begins, with the head that the partition says it has.
    pub(crate) fn new(head: Option<Hash>) -> Self {
        Self { newer: None, dropped_later: Some(false), broken: None, head, begun: false }
    }

    /// The next older row.
    pub(crate) fn step(&mut self, row: Row) {
        if !self.begun && row.link != self.head {
            self.broken = Some((row.rev, "is the newest, but its partition has another head"));
        }
        self.begun = true;
        self.judge(row.link);
        self.newer = Some(row);
    }

    /// The first broken rev, and what is wrong with it.
    pub(crate) fn finish(mut self) -> Option<(u64, &'static str)> {
        self.judge(None);
        self.broken
    }

    fn judge(&mut self, before: Option<Hash>) {
        let Some(row) = self.newer.take() else { return };
        if let Some(fault) = row.fault(before, self.dropped_later) {
            self.broken = Some((row.rev, fault));
            self.dropped_later = None;
        }
        self.dropped_later = self.dropped_later.map(|dropped| dropped || row.dropped);
    }
}

/// How a broken link is told.
pub(crate) fn told((rev, fault): (u64, &'static str)) -> String {
    format!("the chain of records breaks at rev {rev}, which {fault}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::user;

    fn touched(collection: &str, id: &str) -> Touched {
        Touched { collection: collection.into(), id: id.into(), op: Op::Put }
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let of = |touched: &[Touched], values: &[u8]| digest(&[1; 16], touched, values);
        let base = of(&[touched("ab", "c")], b"d");
        let others = [
            of(&[touched("a", "bc")], b"d"),
            of(&[touched("ab", "cd")], b""),
            of(&[], b"d"),
            of(&[touched("ab", "c"), touched("", "")], b"d"),
            digest(&[2; 16], &[touched("ab", "c")], b"d"),
        ];
        assert!(others.iter().all(|other| *other != base));
    }

    /// Chains outlive releases: what is hashed, and in which order, never changes.
    #[test]
    fn a_link_is_for_ever() {
        let change = ChangeRow {
            bucket: 1,
            at: 5,
            partition: user(1),
            rev: 2,
            dropped: false,
            touched: vec![touched("skills", "a")],
            link: None,
        };
        let record = crate::Record { what: "what".into(), values: "values".into(), salt: [3; 16] };
        let row = Row::linked(Some([9; 32]), &change, &record);
        let hex = |hash: Option<Hash>| hash.unwrap().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let found = format!("{} {}", hex(row.digest), hex(row.link));
        expect_test::expect!["fe12fe402f44d322223c0223d75b43d4074b71a8015d833923db8e77cee492fa ea64f0474422c59ee657e4f3ad4af06d80cebd9f47ad808186be82375c1a84c6"].assert_eq(&found);
    }
}
