//! The roles a person can have in a tenant, and how claims name them.
//!
//! What a role permits is not said here, and roles of apps (application permissions) are scopes, not these.

use std::fmt;

/// A role of a person. Everyone without `Guest` is also an employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sees and changes everyone's profile in the tenant.
    PeopleAdministrator,
    /// Reads the audit log.
    Auditor,
    /// Belongs to the tenant without being a member of the organization.
    Guest,
}

/// Every role, its own name, and the ids of the Entra role templates that mean it (sent in `wids`).
/// Entra has no template that means just "reads this audit log"; configuration can name one.
const TABLE: [(Role, &str, &[&str]); 3] = [
    (Role::PeopleAdministrator, "peopleAdministrator", &["024906de-61e5-49c8-8572-40335f1e0e10"]),
    (Role::Auditor, "auditor", &[]),
    // Guest User and Restricted Guest User.
    (Role::Guest, "guest", &["10dae51f-b6af-4016-8d66-8c2a99b929b3", "2af84b1e-32c8-42b7-82bc-daa82404023b"]),
];

impl Role {
    /// The role's own name.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(role, ..)| *role == self).map_or("", |(_, name, _)| name)
    }

    /// The role a claim means: by name, without regard to case, spaces, `-` and `_`, or by Entra template id.
    pub fn from_name(text: &str) -> Option<Role> {
        let known = |(_, name, templates): &&(Role, &str, &[&str])| {
            same_name(name, text) || templates.iter().any(|id| id.eq_ignore_ascii_case(text))
        };
        TABLE.iter().find(known).map(|(role, ..)| *role)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

fn same_name(a: &str, b: &str) -> bool {
    let fold = |text: &str| {
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).map(|c| c.to_ascii_lowercase()).collect::<String>()
    };
    fold(a) == fold(b)
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The roles of one person; the default is a plain employee.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// A member of the organization with no further role.
    pub const EMPLOYEE: Roles = Roles(0);

    /// The set with one more role.
    #[must_use]
    pub fn with(self, role: Role) -> Roles {
        Roles(self.0 | role.bit())
    }

    /// The roles of both sets.
    #[must_use]
    pub fn union(self, other: Roles) -> Roles {
        Roles(self.0 | other.0)
    }

    /// The known names in a text that separates them by commas. Unknown names are ignored.
    pub fn parse(text: &str) -> Roles {
        text.split(',').filter_map(Role::from_name).collect()
    }

    /// Whether the person has the role.
    pub fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// The roles, in declared order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        TABLE.iter().map(|(role, ..)| *role).filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Roles {
        roles.into_iter().fold(Roles::EMPLOYEE, Roles::with)
    }
}

/// The names, separated by commas; `employee` when there is none.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("employee");
        }
        for (position, role) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(",")?;
            }
            f.write_str(role.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roles({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_templates() {
        for spelling in [
            "peopleAdministrator",
            "People Administrator",
            "people-administrator",
            "024906DE-61e5-49c8-8572-40335f1e0e10",
        ] {
            assert_eq!(Role::from_name(spelling), Some(Role::PeopleAdministrator), "{spelling}");
        }
        assert_eq!(Role::from_name("administrator"), None);
        assert_eq!(Role::from_name(""), None);
    }

    #[test]
    fn prints_what_it_parses() {
        let roles = Roles::parse("auditor, people administrator,nobody");
        assert_eq!(roles.to_string(), "peopleAdministrator,auditor");
        assert_eq!(Roles::EMPLOYEE.to_string(), "employee");
    }
}
