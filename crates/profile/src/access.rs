//! Who may see and do what. The whole of it: what is not allowed here is not allowed.
//!
//! A call must first be admitted by scope, then by role, and then each item is judged on its own by its header.
//! Groups, own lists and tenant ceilings are not judged yet: until then their audiences admit nobody but the owner.

use auth::{Caller, Role, Scope, Scopes};
use engine::{Action, Kind, Problem};
use store::Header;
use uuid::Uuid;

use crate::model::ALLOWED_AUDIENCES;
use crate::settings::AppWrites;

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The profile of this person.
    Profile(Uuid),
    /// This person's entry in the directory.
    Person(Uuid),
    /// The directory.
    People,
    /// The groups.
    Groups,
    /// Who is in which group.
    Members,
    /// The groups in which this person is.
    MemberOf(Uuid),
}

const READ_OWN: Scopes = Scopes::of(&[
    Scope::UserRead,
    Scope::UserReadWrite,
    Scope::UserReadBasicAll,
    Scope::UserReadAll,
    Scope::UserReadWriteAll,
]);
const READ_OTHERS: Scopes = Scopes::of(&[Scope::UserReadBasicAll, Scope::UserReadAll, Scope::UserReadWriteAll]);
const READ_AS_APP: Scopes = Scopes::of(&[Scope::UserReadAll, Scope::UserReadWriteAll]);
/// Those that Graph names for groups; those that show everyone's full data do too.
const READ_GROUPS: Scopes = Scopes::of(&[
    Scope::UserReadAll,
    Scope::UserReadWriteAll,
    Scope::GroupReadAll,
    Scope::GroupReadWriteAll,
    Scope::GroupMemberReadAll,
    Scope::GroupMemberReadWriteAll,
]);
const WRITE_GROUPS: Scopes = Scopes::of(&[Scope::UserReadWriteAll, Scope::GroupReadWriteAll]);
const WRITE_MEMBERS: Scopes =
    Scopes::of(&[Scope::UserReadWriteAll, Scope::GroupReadWriteAll, Scope::GroupMemberReadWriteAll]);
const WRITE_OWN: Scopes = Scopes::of(&[Scope::UserReadWrite, Scope::UserReadWriteAll]);
const WRITE_ALL: Scopes = Scopes::of(&[Scope::UserReadWriteAll]);
/// Scopes beyond the basic properties of other people.
const READ_FULL: Scopes = READ_AS_APP;

/// Is the call admitted at all?
pub(crate) fn admit(caller: &Caller, subject: Subject, action: Action, app_writes: AppWrites) -> Result<(), Problem> {
    let reading = action.is_reading();
    let own = match subject {
        Subject::Profile(id) | Subject::Person(id) | Subject::MemberOf(id) => caller.user_id() == Some(id),
        Subject::People | Subject::Groups | Subject::Members => false,
    };
    let directory = !matches!(subject, Subject::Profile(_));
    let wanted = match (reading, caller.is_delegated()) {
        (true, true) if own => READ_OWN,
        (true, _) if matches!(subject, Subject::Groups | Subject::Members | Subject::MemberOf(_)) => READ_GROUPS,
        (false, _) if subject == Subject::Groups => WRITE_GROUPS,
        (false, _) if subject == Subject::Members => WRITE_MEMBERS,
        (true, true) => READ_OTHERS,
        (true, false) if directory => READ_OTHERS,
        (true, false) => READ_AS_APP,
        (false, true) if own && !directory => WRITE_OWN,
        (false, _) => WRITE_ALL,
    };
    if !caller.scopes.any_of(wanted) {
        return Err(scope_missing(wanted));
    }
    if reading || (own && !directory) {
        return Ok(());
    }
    if caller.is_delegated() {
        return if is_administrator(caller) {
            Ok(())
        } else {
            Err(role_missing("changing other people's data needs the role `people administrator`"))
        };
    }
    match app_writes {
        AppWrites::Documentation if !directory => {
            Err(role_missing("this service lets no app write profiles without a person"))
        }
        _ => Ok(()),
    }
}

/// May the caller see of this person only the basic properties?
pub(crate) fn only_basic(caller: &Caller, person: Option<Uuid>) -> bool {
    let own = person.is_some() && caller.user_id() == person;
    !own && !caller.scopes.any_of(READ_FULL)
}

fn scope_missing(wanted: Scopes) -> Problem {
    let message = format!("Insufficient privileges to complete the operation. One of these scopes would do: {wanted}");
    Problem { scopes: Some(wanted.to_string()), ..Problem::new(Kind::ScopeMissing, message) }
}

fn role_missing(message: &str) -> Problem {
    Problem::new(Kind::RoleMissing, message)
}

fn is_administrator(caller: &Caller) -> bool {
    caller.is_delegated() && caller.roles.contains(Role::PeopleAdministrator)
}

/// How someone stands to the owner of an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Viewer<'a> {
    /// The owner.
    Owner,
    /// Someone who administers people: sees everything in the tenant.
    Administrator,
    /// A member of the tenant.
    Member,
    /// A guest of the tenant.
    Guest,
    /// An app without a person; `all` when it may read every audience.
    App {
        /// Its client id.
        id: &'a str,
        /// May it read every audience?
        all: bool,
    },
}

impl<'a> Viewer<'a> {
    /// The caller, as seen from this owner. Both are of one tenant: another tenant's partition is never opened.
    pub(crate) fn of(caller: &'a Caller, owner: Uuid) -> Self {
        match caller.user_id() {
            Some(id) if id == owner => Viewer::Owner,
            Some(_) if is_administrator(caller) => Viewer::Administrator,
            Some(_) if caller.roles.contains(Role::Guest) => Viewer::Guest,
            Some(_) => Viewer::Member,
            None => Viewer::App { id: &caller.app.id, all: caller.scopes.contains(Scope::ProfileReadAllAudiences) },
        }
    }

    /// Does the item exist for this viewer? Judged from the header alone.
    pub(crate) fn sees(&self, item: &Header) -> bool {
        match self {
            Viewer::Owner | Viewer::Administrator | Viewer::App { all: true, .. } => true,
            Viewer::App { id, .. } if item.creator_app.as_deref() == Some(id) => {
                // What the app made for itself, and what it inferred.
                item.creator_user.is_none() || self.admitted(item.audience)
            }
            // An inference that nobody confirmed is between the owner and the app that made it.
            _ => !item.unverified_inference && self.admitted(item.audience),
        }
    }

    fn admitted(&self, mask: u32) -> bool {
        let wider = audience("federatedOrganizations") | audience("everyone");
        match self {
            Viewer::Owner | Viewer::Administrator => true,
            Viewer::Member | Viewer::App { .. } => mask & (audience("organization") | wider) != 0,
            Viewer::Guest => mask & wider != 0,
        }
    }
}

/// The bit of an audience.
pub(crate) fn audience(name: &str) -> u32 {
    ALLOWED_AUDIENCES.member(name).and_then(|member| u32::try_from(member.value).ok()).unwrap_or(0)
}
