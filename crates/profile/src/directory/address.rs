//! What of the directory an address means, and may the caller do that there?

use auth::Caller;
use edm::Navigation;
use engine::{Action, Address, Problem, Step};
use uuid::Uuid;

use super::Spot;
use crate::access::{Subject, admit, only_basic};
use crate::model::{GROUP, Relation};
use crate::problems::{no_person, not_offered};
use crate::service::{Service, canonical_id};

impl Service {
    /// The spot that an address means; `None` where it is about people and their profiles themselves.
    pub(crate) async fn spot(
        &self,
        caller: &Caller,
        address: &Address,
        action: Action,
    ) -> Result<Option<Spot>, Problem> {
        match address.steps.as_slice() {
            [Step::Set(set), rest @ ..] if std::ptr::eq(set.ty, &GROUP) => {
                self.spot_of_group(caller, rest, action).map(Some)
            }
            [Step::Set(_), Step::Key(_), Step::Navigation(navigation), rest @ ..]
            | [Step::Singleton(_), Step::Navigation(navigation), rest @ ..] => {
                let Some(relation) = Relation::of(navigation) else { return Ok(None) };
                let person = self.owner(caller, &address.steps).await?.id;
                let spot = self.spot_of_person(caller, person, (relation, navigation), rest, action)?;
                // Scopes are judged before the answer that there is no such person.
                if person.is_nil() { Err(crate::service::nobody_asked_for(&address.steps)) } else { Ok(Some(spot)) }
            }
            _ => Ok(None),
        }
    }

    fn spot_of_group(&self, caller: &Caller, rest: &[Step], action: Action) -> Result<Spot, Problem> {
        let admit = |subject| admit(caller, subject, action, self.settings.app_writes);
        let [Step::Key(key), rest @ ..] = rest else {
            return admit(Subject::Groups).map(|()| Spot::Groups);
        };
        let name = key.as_text().unwrap_or_default();
        let group = canonical_id(name);
        let basic = only_basic(caller, None);
        let spot = match rest {
            [] => Spot::Group(group.unwrap_or_default()),
            [Step::Navigation(members)] if Relation::of(members) == Some(Relation::Members) => {
                Spot::Members { group: group.unwrap_or_default(), basic }
            }
            [Step::Navigation(members), Step::Key(person)] if Relation::of(members) == Some(Relation::Members) => {
                Spot::Member { group: group.unwrap_or_default(), person: id_of(person.as_text()), basic }
            }
            _ => return Err(beyond(rest)),
        };
        admit(if rest.is_empty() { Subject::Groups } else { Subject::Members })?;
        group.map(|_| spot).ok_or_else(|| no_person(name))
    }

    fn spot_of_person(
        &self,
        caller: &Caller,
        person: Uuid,
        (relation, navigation): (Relation, &Navigation),
        rest: &[Step],
        action: Action,
    ) -> Result<Spot, Problem> {
        let admit = |subject| admit(caller, subject, action, self.settings.app_writes);
        match (relation, rest) {
            (Relation::MemberOf, []) => admit(Subject::MemberOf(person)).map(|()| Spot::MemberOf(person)),
            (Relation::MemberOf, [Step::Key(group)]) => {
                admit(Subject::MemberOf(person))?;
                Ok(Spot::Membership(person, id_of(group.as_text())))
            }
            (_, []) => Err(not_offered(&format!("`{}`", navigation.name))),
            _ => Err(beyond(rest)),
        }
    }
}

/// The id that a key means. Nobody and nothing has the nil id.
fn id_of(key: Option<&str>) -> Uuid {
    key.and_then(canonical_id).unwrap_or_default()
}

fn beyond(steps: &[Step]) -> Problem {
    match steps.iter().rev().find_map(|step| if let Step::Navigation(to) = step { Some(to.name) } else { None }) {
        Some(name) => not_offered(&format!("`{name}` at the end of this path")),
        None => not_offered("this address"),
    }
}
