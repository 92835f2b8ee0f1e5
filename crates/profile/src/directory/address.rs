//! What of the directory an address means, and may the caller do that there?
//!
//! An address may go on behind people and groups that it came by: `me/manager/profile`. Each relationship on the way is
//! read, and must be one that the caller may read.

use auth::Caller;
use engine::{Action, Kind, Problem, Step};
use uuid::Uuid;

use super::{Boxed, Spot};
use crate::access::{Subject, admit};
use crate::addresses::{canonical_id, nobody_asked_for};
use crate::model::{GROUP, Relation};
use crate::problems::{no_person, not_offered};
use crate::service::Service;
use crate::target::{Owner, Target};

impl Service {
    /// What of the directory an address means; `None` where it is about people and their profiles themselves.
    pub(crate) async fn place(
        &self,
        caller: &Caller,
        steps: &[Step],
        action: Action,
    ) -> Result<Option<Target>, Problem> {
        match steps {
            [Step::Set(set), rest @ ..] if std::ptr::eq(set.ty, &GROUP) => {
                let [Step::Key(key), rest @ ..] = rest else {
                    self.admit(caller, Subject::Groups, action)?;
                    return Ok(Some(Target::Directory(caller.tenant, Spot::Groups)));
                };
                self.place_of_group(caller, key.as_text().unwrap_or_default(), rest, action).await.map(Some)
            }
            [Step::Set(_), Step::Key(_), rest @ ..] | [Step::Singleton(_), rest @ ..] if follows(rest) => {
                let person = self.owner(caller, steps).await?;
                let place = self.place_of_person(caller, person, rest, action).await;
                match place {
                    Ok(_) if person.id.is_nil() => Err(nobody_asked_for(steps)),
                    Err(problem) if person.id.is_nil() && problem.kind == Kind::ResourceNotFound => {
                        Err(nobody_asked_for(steps))
                    }
                    place => place.map(Some),
                }
            }
            _ => Ok(None),
        }
    }

    /// What follows a person in a path.
    fn place_of_person<'a>(
        &'a self,
        caller: &'a Caller,
        person: Owner,
        rest: &'a [Step],
        action: Action,
    ) -> Boxed<'a, Target> {
        Box::pin(async move {
            let related = match rest {
                [Step::Navigation(navigation), rest @ ..] => Relation::of(navigation).map(|relation| (relation, rest)),
                _ => None,
            };
            let Some((relation, rest)) = related else {
                return self.person_or_profile(caller, person, rest, action);
            };
            let Owner { tenant, id } = person;
            let Some(spot) = spot_of_person(id, relation, rest, action) else {
                return self.place_beyond_person(caller, person, (relation, rest), action).await;
            };
            let subject = match relation {
                _ if action.is_reading() => spot.subject(),
                Relation::MemberOf | Relation::Members => Subject::Members,
                Relation::Photo | Relation::Photos => Subject::Profile(id),
                Relation::Manager | Relation::Reports => Subject::Person(id),
            };
            self.admit(caller, subject, action)?;
            Ok(Target::Directory(tenant, spot))
        })
    }

    /// What follows whoever is at the other end of a person's relationship, which must be theirs to be gone along.
    async fn place_beyond_person(
        &self,
        caller: &Caller,
        person: Owner,
        way: (Relation, &[Step]),
        action: Action,
    ) -> Result<Target, Problem> {
        match way {
            (Relation::Manager, rest) => {
                self.admit(caller, Subject::People, Action::Read)?;
                let (manager, _) = self.manager_of(caller, person).await?;
                self.place_of_person(caller, manager, rest, action).await
            }
            (Relation::Reports, [Step::Key(key), rest @ ..]) => {
                self.admit(caller, Subject::People, Action::Read)?;
                let report = self.report(caller, person, id_of(key.as_text())).await?;
                self.place_of_person(caller, report, rest, action).await
            }
            (Relation::MemberOf, [Step::Key(key), rest @ ..]) => {
                self.admit(caller, Subject::MemberOf(person.id), Action::Read)?;
                let group = key.as_text().unwrap_or_default();
                self.member(caller, (person.tenant, id_of(Some(group))), person.id).await?;
                self.place_of_group(caller, group, rest, action).await
            }
            _ => Err(not_offered("this address")),
        }
    }

    /// What follows a group in a path.
    async fn place_of_group(
        &self,
        caller: &Caller,
        name: &str,
        rest: &[Step],
        action: Action,
    ) -> Result<Target, Problem> {
        let (tenant, group) = (caller.tenant, id_of(Some(name)));
        let spot = match rest {
            [] => Spot::Group(group),
            [Step::Navigation(members), rest @ ..] if Relation::of(members) == Some(Relation::Members) => match rest {
                [] => Spot::Members(group),
                [Step::Key(key)] => Spot::Member(group, id_of(key.as_text())),
                [Step::Key(key), rest @ ..] => {
                    self.admit(caller, Subject::Members, Action::Read)?;
                    let person = self.member(caller, (tenant, group), id_of(key.as_text())).await?;
                    return self.place_of_person(caller, person, rest, action).await;
                }
                _ => return Err(not_offered("this address")),
            },
            _ => return Err(not_offered("this address")),
        };
        self.admit(caller, spot.subject(), action)?;
        // Scopes are judged before the answer that there is no such group.
        if group.is_nil() { Err(no_person(name)) } else { Ok(Target::Directory(tenant, spot)) }
    }

    pub(super) fn admit(&self, caller: &Caller, subject: Subject, action: Action) -> Result<(), Problem> {
        admit(caller, subject, action, self.settings.app_writes)
    }
}

/// Do the steps after a person follow a relationship?
fn follows(rest: &[Step]) -> bool {
    matches!(rest.first(), Some(Step::Navigation(navigation)) if Relation::of(navigation).is_some())
}

/// The id that a key means. Nobody and nothing has the nil id.
fn id_of(key: Option<&str>) -> Uuid {
    key.and_then(canonical_id).unwrap_or_default()
}

/// The spot at the end of a path that goes no further than a relationship of that person, or one entity along it.
fn spot_of_person(id: Uuid, relation: Relation, rest: &[Step], action: Action) -> Option<Spot> {
    Some(match (relation, rest) {
        (Relation::Manager, []) => Spot::Manager(id),
        (Relation::Reports, []) => Spot::Reports(id),
        (Relation::Reports, [Step::Key(key)]) => Spot::Report(id, id_of(key.as_text())),
        (Relation::MemberOf, []) => Spot::MemberOf(id),
        (Relation::MemberOf, [Step::Key(key)]) => Spot::Membership(id, id_of(key.as_text())),
        (Relation::Photo, []) => Spot::Photo { person: id, maybe: action == Action::Update },
        (Relation::Photos, []) => Spot::Photos(id),
        (Relation::Photos, [Step::Key(key)]) => Spot::Size(id, key.as_text().unwrap_or_default().into()),
        _ => return None,
    })
}
