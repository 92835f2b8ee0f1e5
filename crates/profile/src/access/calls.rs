//! May a call be made at all? By the scopes of its token, then by the role of the person, then by who they are.
//!
//! Says nothing of items: each of those is judged on its own afterwards.

use auth::{Actor, Caller, Role, Scope, Scopes};
use engine::{Action, Kind, Problem};
use uuid::Uuid;

use super::Standing;
use crate::settings::AppWrites;

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The profile of this person.
    Profile(Uuid),
    /// Whom this person means by their audiences.
    Lists(Uuid),
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
    /// What the tenant sets about people.
    Settings,
    /// What was done to people, profiles and settings.
    Log,
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
/// One's own groups are part of what shows oneself.
const READ_OWN_GROUPS: Scopes = READ_OWN.union(READ_GROUPS);
const WRITE_GROUPS: Scopes = Scopes::of(&[Scope::UserReadWriteAll, Scope::GroupReadWriteAll]);
const WRITE_MEMBERS: Scopes =
    Scopes::of(&[Scope::UserReadWriteAll, Scope::GroupReadWriteAll, Scope::GroupMemberReadWriteAll]);
const WRITE_OWN: Scopes = Scopes::of(&[Scope::UserReadWrite, Scope::UserReadWriteAll]);
const WRITE_ALL: Scopes = Scopes::of(&[Scope::UserReadWriteAll]);
const READ_SETTINGS: Scopes = Scopes::of(&[Scope::PeopleSettingsReadAll, Scope::PeopleSettingsReadWriteAll]);
const READ_LOG: Scopes = Scopes::of(&[Scope::AuditLogReadAll]);
const WRITE_SETTINGS: Scopes = Scopes::of(&[Scope::PeopleSettingsReadWriteAll]);
/// Scopes beyond the basic properties of other people.
const READ_FULL: Scopes = READ_AS_APP;

/// Somebody must be calling, unless there are public pages.
pub(crate) fn check_known(caller: &Caller, public_pages: bool) -> Result<(), Problem> {
    if caller.actor == Actor::Nobody && !public_pages { Err(nobody()) } else { Ok(()) }
}

/// Is the call admitted at all?
pub(crate) fn admit(caller: &Caller, subject: Subject, action: Action, app_writes: AppWrites) -> Result<(), Problem> {
    let reading = action.is_reading();
    if caller.actor == Actor::Nobody {
        // The one thing that can be public; each item says whether it is.
        return if reading && matches!(subject, Subject::Profile(_)) { Ok(()) } else { Err(nobody()) };
    }
    let own = is_own(caller, subject);
    let wanted = sufficing(caller, subject, action);
    if !caller.scopes.any_of(wanted) {
        return Err(scope_missing(wanted));
    }
    match subject {
        Subject::Profile(_) | Subject::Lists(_) if own => Ok(()),
        Subject::Settings | Subject::Lists(_) if caller.is_delegated() => administering(caller, subject),
        Subject::Log if caller.is_delegated() => auditing(caller),
        Subject::Lists(_) => Err(role_missing("this is the person's own: it takes their token, or an administrator's")),
        _ if reading => Ok(()),
        _ if caller.is_delegated() => administering(caller, subject),
        _ if caller.roles.contains(Role::Guest) => Err(role_missing("this service lets no app of a partner do that")),
        Subject::Profile(_) if app_writes == AppWrites::Documentation => {
            Err(role_missing("this service lets no app write profiles without a person"))
        }
        _ => Ok(()),
    }
}

/// Is it about the caller themselves?
fn is_own(caller: &Caller, subject: Subject) -> bool {
    match subject {
        Subject::Profile(id) | Subject::Lists(id) | Subject::Person(id) | Subject::MemberOf(id) => {
            Standing::of(caller, id) == Standing::Owner
        }
        Subject::People | Subject::Groups | Subject::Members | Subject::Settings | Subject::Log => false,
    }
}

/// The scopes of which one lets such a call in.
pub(crate) fn sufficing(caller: &Caller, subject: Subject, action: Action) -> Scopes {
    wanted(subject, action.is_reading(), is_own(caller, subject), caller.is_delegated())
}

/// The scopes of which one is needed.
fn wanted(subject: Subject, reading: bool, own: bool, delegated: bool) -> Scopes {
    match (subject, reading) {
        (Subject::Log, _) => READ_LOG,
        (Subject::Settings, true) => READ_SETTINGS,
        (Subject::Settings, false) => WRITE_SETTINGS,
        (Subject::MemberOf(_), true) if own => READ_OWN_GROUPS,
        (_, true) if own => READ_OWN,
        (Subject::Groups | Subject::Members | Subject::MemberOf(_), true) => READ_GROUPS,
        (Subject::Groups, false) => WRITE_GROUPS,
        (Subject::Members, false) => WRITE_MEMBERS,
        (Subject::Profile(_) | Subject::Lists(_), true) if !delegated => READ_AS_APP,
        (_, true) => READ_OTHERS,
        (Subject::Profile(_) | Subject::Lists(_), false) if own => WRITE_OWN,
        (_, false) => WRITE_ALL,
    }
}

/// May the caller see of this person only the basic properties? An entry is for the organization, and guests are none
/// of it.
pub(crate) fn only_basic(caller: &Caller, person: Option<Uuid>) -> bool {
    let own = person.is_some() && caller.user_id() == person;
    let is_guest = caller.roles.contains(Role::Guest) && !caller.roles.contains(Role::PeopleAdministrator);
    !own && (is_guest || !caller.scopes.any_of(READ_FULL))
}

/// May the caller know who is in a group that hides that from all who are not? Whoever changes it finds out.
pub(super) fn sees_hidden_members(caller: &Caller) -> bool {
    match caller.actor {
        Actor::User(_) => caller.roles.contains(Role::PeopleAdministrator),
        Actor::App if caller.roles.contains(Role::Guest) => false,
        Actor::App => caller.scopes.contains(Scope::MemberReadHidden) || caller.scopes.any_of(WRITE_MEMBERS),
        Actor::Nobody => false,
    }
}

fn administering(caller: &Caller, subject: Subject) -> Result<(), Problem> {
    if caller.roles.contains(Role::PeopleAdministrator) {
        return Ok(());
    }
    Err(role_missing(match subject {
        Subject::Settings => "what holds for the whole organization needs the role `people administrator`",
        Subject::Lists(_) => {
            "whom others mean by their audiences is shown to them and to the role `people administrator`"
        }
        _ => "changing other people's data needs the role `people administrator`",
    }))
}

fn auditing(caller: &Caller) -> Result<(), Problem> {
    let is_auditor = caller.roles.contains(Role::Auditor);
    if is_auditor { Ok(()) } else { Err(role_missing("reading the audit log needs the role `auditor`")) }
}

fn scope_missing(wanted: Scopes) -> Problem {
    let message = format!("Insufficient privileges to complete the operation. One of these scopes would do: {wanted}");
    Problem { scopes: Some(wanted.to_string().into()), ..Problem::new(Kind::ScopeMissing, message) }
}

fn role_missing(message: &str) -> Problem {
    Problem::new(Kind::RoleMissing, message)
}

fn nobody() -> Problem {
    let message = "without a token only profiles can be read, as far as they are public; this needs a token";
    Problem::new(Kind::Unauthenticated, message)
}
