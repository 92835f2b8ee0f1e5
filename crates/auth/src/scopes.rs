//! Permission names, declared once, and a compact set of them.
//!
//! Which operation asks for which permission is not said here.

use std::fmt;

/// A permission a token can carry, delegated or application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read one's own data.
    UserRead,
    /// Read and write one's own data.
    UserReadWrite,
    /// Read everyone's basic properties.
    UserReadBasicAll,
    /// Read everyone's full data.
    UserReadAll,
    /// Read and write everyone's full data.
    UserReadWriteAll,
    /// Read the tenant's people settings.
    PeopleSettingsReadAll,
    /// Read and write the tenant's people settings.
    PeopleSettingsReadWriteAll,
    /// Read all groups.
    GroupReadAll,
    /// Read and write all groups.
    GroupReadWriteAll,
    /// Read group memberships.
    GroupMemberReadAll,
    /// Read and write group memberships.
    GroupMemberReadWriteAll,
    /// Read the audit log.
    AuditLogReadAll,
    /// An app sees items of every audience; an extension of Vitae, and logged.
    ProfileReadAllAudiences,
    /// An app reads who is in groups that hide it.
    MemberReadHidden,
}

/// Every permission and its spelling in tokens. The order is that of the enum, and of output.
const TABLE: [(Scope, &str); 14] = [
    (Scope::UserRead, "User.Read"),
    (Scope::UserReadWrite, "User.ReadWrite"),
    (Scope::UserReadBasicAll, "User.ReadBasic.All"),
    (Scope::UserReadAll, "User.Read.All"),
    (Scope::UserReadWriteAll, "User.ReadWrite.All"),
    (Scope::PeopleSettingsReadAll, "PeopleSettings.Read.All"),
    (Scope::PeopleSettingsReadWriteAll, "PeopleSettings.ReadWrite.All"),
    (Scope::GroupReadAll, "Group.Read.All"),
    (Scope::GroupReadWriteAll, "Group.ReadWrite.All"),
    (Scope::GroupMemberReadAll, "GroupMember.Read.All"),
    (Scope::GroupMemberReadWriteAll, "GroupMember.ReadWrite.All"),
    (Scope::AuditLogReadAll, "AuditLog.Read.All"),
    (Scope::ProfileReadAllAudiences, "Profile.ReadAllAudiences"),
    (Scope::MemberReadHidden, "Member.Read.Hidden"),
];

impl Scope {
    /// The spelling in tokens and messages.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(scope, _)| *scope == self).map_or("", |(_, name)| name)
    }

    /// The permission with exactly this name.
    pub fn from_name(name: &str) -> Option<Scope> {
        TABLE.iter().find(|(_, known)| *known == name).map(|(scope, _)| *scope)
    }

    /// Every permission, in declared order.
    pub fn all() -> impl Iterator<Item = Scope> {
        TABLE.iter().map(|(scope, _)| *scope)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u32);

impl Scopes {
    /// No permission at all.
    pub const NONE: Scopes = Scopes(0);

    /// The set of these permissions; usable in constants.
    pub const fn of(scopes: &[Scope]) -> Scopes {
        let mut bits = 0;
        let mut rest = scopes;
        while let [first, tail @ ..] = rest {
            bits |= first.bit();
            rest = tail;
        }
        Scopes(bits)
    }

    /// The known names among those in `text`, which separates them by white space. Unknown names are ignored.
    pub fn parse(text: &str) -> Scopes {
        text.split_whitespace().filter_map(Scope::from_name).collect()
    }

    /// The set with one more permission.
    #[must_use]
    pub fn with(self, scope: Scope) -> Scopes {
        Scopes(self.0 | scope.bit())
    }

    /// The permissions of both sets; usable in constants.
    #[must_use]
    pub const fn union(self, other: Scopes) -> Scopes {
        Scopes(self.0 | other.0)
    }

    /// Whether the permission is in the set.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether at least one of `wanted` is in the set; false when `wanted` is empty.
    pub fn any_of(self, wanted: Scopes) -> bool {
        self.0 & wanted.0 != 0
    }

    /// Whether no permission is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permissions in the set, in declared order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::all().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Scopes {
        scopes.into_iter().fold(Scopes::NONE, Scopes::with)
    }
}

/// The names, separated by spaces, in declared order.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_one_name_and_one_bit() {
        for (position, scope) in Scope::all().enumerate() {
            assert_eq!(scope.bit(), 1 << position, "{scope}");
            assert_eq!(Scope::from_name(scope.name()), Some(scope));
        }
        assert_eq!(Scope::all().collect::<Scopes>().iter().count(), TABLE.len());
    }

    #[test]
    fn parses_and_prints() {
        let scopes = Scopes::parse("  User.ReadWrite.All\tUser.Read user.read Mail.Send ");
        assert_eq!(scopes.to_string(), "User.Read User.ReadWrite.All");
        assert_eq!(format!("{scopes:?}"), "Scopes(User.Read User.ReadWrite.All)");
        assert!(scopes.contains(Scope::UserRead) && !scopes.contains(Scope::UserReadAll));
    }

    #[test]
    fn any_of_nothing_is_false() {
        const ALL: Scopes = Scopes::of(&[Scope::UserRead, Scope::UserReadAll]);
        assert!(!ALL.any_of(Scopes::NONE) && !Scopes::NONE.any_of(ALL));
        assert!(ALL.any_of(Scopes::of(&[Scope::UserReadAll, Scope::AuditLogReadAll])));
        assert!(Scopes::NONE.is_empty());
    }
}
