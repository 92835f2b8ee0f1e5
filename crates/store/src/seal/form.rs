//! How seals and the row of the sealers are written. Numbers are big end first.

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Error, Hash, PartitionKey, PartitionKind, Result};

/// What a seal begins with, which no text does.
const MARK: &[u8] = b"\0seal\x01";

/// How far a chain has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) partition: PartitionKey,
    pub(super) rev: u64,
    pub(super) link: Hash,
}

/// The bytes of a leaf: kind, owner, rev, link. The tenant is that of the log.
const LEAF: usize = 1 + 16 + 8 + 32;

impl Leaf {
    fn form(&self) -> Vec<u8> {
        let kind = u8::try_from(self.partition.kind.code()).unwrap_or(u8::MAX);
        [&[kind][..], self.partition.owner.as_bytes(), &self.rev.to_be_bytes(), &self.link].concat()
    }

    fn read(tenant: Uuid, mut bytes: &[u8]) -> Option<Self> {
        let kind = PartitionKind::from_code(bytes.try_get_u8().ok()?.into())?;
        let owner = Uuid::from_u128(bytes.try_get_u128().ok()?);
        let rev = bytes.try_get_u64().ok()?;
        let link = bytes.try_into().ok()?;
        Some(Self { partition: PartitionKey { owner, tenant, kind }, rev, link })
    }
}

/// Is what a commit recorded a seal?
#[must_use]
pub fn is_seal(what: &[u8]) -> bool {
    what.starts_with(MARK)
}

/// What the commit of a seal records: the root and the leaves it is made of.
pub(super) fn seal(leaves: &[Leaf]) -> Bytes {
    let mut what = MARK.to_vec();
    what.extend_from_slice(&root(leaves.iter().map(Leaf::form)));
    leaves.iter().for_each(|leaf| what.extend_from_slice(&leaf.form()));
    what.into()
}

/// The leaves of a seal; the error says what is wrong with it.
pub(super) fn unseal(tenant: Uuid, what: &[u8]) -> std::result::Result<Vec<Leaf>, &'static str> {
    let rest = what.strip_prefix(MARK).ok_or("is no seal")?;
    let (said, leaves) = rest.split_first_chunk::<32>().ok_or("has no root")?;
    let leaves = leaves.chunks(LEAF);
    if root(leaves.clone().map(<[u8]>::to_vec)) != *said {
        return Err("has another root than its links give");
    }
    leaves.map(|leaf| Leaf::read(tenant, leaf)).collect::<Option<_>>().ok_or("names what is no partition")
}

/// The root of a Merkle tree (RFC 9162, 2.1.1): what stands alone at the end of a row moves up as it is.
fn root(leaves: impl Iterator<Item = Vec<u8>>) -> Hash {
    let hash = |parts: &[&[u8]]| -> Hash { parts.iter().fold(Sha256::new(), Digest::chain_update).finalize().into() };
    let mut row: Vec<Hash> = leaves.map(|leaf| hash(&[&[0], &leaf])).collect();
    while row.len() > 1 {
        let pairs = row.chunks(2).map(|pair| match pair {
            [left, right] => hash(&[&[1], left, right]),
            alone => alone.concat().try_into().unwrap_or_default(),
        });
        row = pairs.collect();
    }
    row.first().copied().unwrap_or_else(|| hash(&[]))
}

/// The row of the sealers of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// Who sealed last.
    pub(super) holder: Uuid,
    /// Until when others leave it to them.
    pub(super) lease: i64,
    /// Up to which time changes were read and sealed.
    pub(super) read: i64,
}

impl Progress {
    /// Is a change of that time sealed, however late it landed?
    pub(super) fn covers(&self, at: i64) -> bool {
        at < self.read.saturating_sub(super::OVERLAP)
    }

    pub(super) fn form(&self) -> Bytes {
        let mut bytes = self.holder.as_bytes().to_vec();
        bytes.extend_from_slice(&self.lease.to_be_bytes());
        bytes.extend_from_slice(&self.read.to_be_bytes());
        bytes.into()
    }

    pub(super) fn read(mut bytes: &[u8]) -> Result<Self> {
        let mut take = || -> Option<Self> {
            let holder = Uuid::from_u128(bytes.try_get_u128().ok()?);
            let lease = bytes.try_get_i64().ok()?;
            Some(Self { holder, lease, read: bytes.try_get_i64().ok()? })
        };
        take().ok_or_else(|| Error::Corrupt("the row of the sealers cannot be read".to_owned()))
    }
}
