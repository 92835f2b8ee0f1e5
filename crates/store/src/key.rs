//! The address of a partition. Says nothing about what the partition holds.

use uuid::Uuid;

/// Whose data a partition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartitionKind {
    /// One person.
    User,
    /// One group.
    Group,
    /// The settings of one tenant.
    Settings,
    /// What is recorded of one tenant as a whole: its chain holds the seals of all others.
    Log,
}

impl PartitionKind {
    /// The number by which stored rows name the kind. Never changes.
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::User => 0,
            Self::Group => 1,
            Self::Settings => 2,
            Self::Log => 3,
        }
    }

    /// The kind of a stored number.
    pub(crate) const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::User),
            1 => Some(Self::Group),
            2 => Some(Self::Settings),
            3 => Some(Self::Log),
            _ => None,
        }
    }
}

/// The address of one partition: the unit of transaction.
///
/// Ordered by owner, tenant and kind: the owner leads, as in every primary key, because it is the column by
/// which a distributed store shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionKey {
    /// The user, the group, or the tenant itself.
    pub owner: Uuid,
    /// The tenant.
    pub tenant: Uuid,
    /// What the owner is.
    pub kind: PartitionKind,
}

impl PartitionKey {
    /// The log of a tenant.
    #[must_use]
    pub const fn log(tenant: Uuid) -> Self {
        Self { owner: tenant, tenant, kind: PartitionKind::Log }
    }
}
