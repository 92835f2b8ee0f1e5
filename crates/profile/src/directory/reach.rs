//! What requests ask for along with people and groups: profiles, and the people and groups they are related to.

use auth::Caller;
use edm::Navigation;
use edm::expr::Reach;
use engine::{Action, Entity, Problem, Window};
use store::{Item, Snapshot};
use uuid::Uuid;

use super::{Boxed, Roll};
use crate::access::{Look, Subject, admit, only_basic};
use crate::model::{PROFILE, Relation};
use crate::photos::{photo_row, sizes_of};
use crate::problems::not_offered;
use crate::service::Service;
use crate::target::Owner;

impl Service {
    /// May the caller read along what the reach asks for? Of a profile each item is judged on its own.
    pub(crate) fn admit_reach(&self, caller: &Caller, person: Uuid, reach: &Reach) -> Result<(), Problem> {
        reach.along.iter().try_for_each(|(navigation, within)| {
            let subject = match Relation::of(navigation) {
                None if std::ptr::eq(navigation.target, &PROFILE) => return self.admit_profile(caller, person),
                None => return Err(beyond(navigation)),
                Some(Relation::MemberOf) => Subject::MemberOf(person),
                Some(Relation::Members) => Subject::Members,
                Some(Relation::Photo | Relation::Photos) => Subject::Person(person),
                Some(Relation::Manager | Relation::Reports) => Subject::People,
            };
            admit(caller, subject, Action::Read, self.settings.app_writes)?;
            // Nobody has the nil id: what is asked of others is asked of everybody.
            self.admit_reach(caller, Uuid::nil(), within)
        })
    }

    fn admit_profile(&self, caller: &Caller, person: Uuid) -> Result<(), Problem> {
        admit(caller, Subject::Profile(person), Action::Read, self.settings.app_writes)
    }

    /// What a reach asks for along with a person.
    pub(crate) fn related_to_person<'a>(
        &'a self,
        look: &'a Look<'_>,
        snapshot: &'a Snapshot,
        owner: Owner,
        reach: &'a Reach,
    ) -> Boxed<'a, Vec<Vec<Entity>>> {
        Box::pin(async move {
            let further = look.further(true);
            let mut related = Vec::with_capacity(reach.along.len());
            for (navigation, within) in &reach.along {
                related.push(match Relation::of(navigation) {
                    None => vec![self.read_profile(look, snapshot, owner, within).await?],
                    Some(Relation::MemberOf) => self.groups_in(&further, owner.tenant, snapshot, within).await?,
                    Some(Relation::Manager) => match self.manager_in(owner.tenant, snapshot).await? {
                        Some(manager) => vec![self.manager_entity(&look.further(false), manager, within).await?],
                        None => Vec::new(),
                    },
                    Some(Relation::Photo) => photo_row(snapshot).map(Entity::from).into_iter().collect(),
                    Some(Relation::Photos) => sizes_of(snapshot),
                    Some(Relation::Reports) => {
                        let (roll, basic) = (Roll::Reports(owner.tenant, owner.id), only_basic(look.caller(), None));
                        self.list_seen(&further, roll, basic, within, &Window::ALL).await?
                    }
                    Some(Relation::Members) => return Err(beyond(navigation)),
                });
            }
            Ok(related)
        })
    }

    /// What a reach asks for along with a group.
    pub(super) fn related_to_group<'a>(
        &'a self,
        look: &'a Look<'_>,
        group: (Uuid, Uuid),
        entry: &'a Item,
        reach: &'a Reach,
    ) -> Boxed<'a, Vec<Vec<Entity>>> {
        Box::pin(async move {
            let further = look.further(true);
            let mut related = Vec::with_capacity(reach.along.len());
            for (navigation, within) in &reach.along {
                related.push(match Relation::of(navigation) {
                    Some(Relation::Members) => {
                        let basic = only_basic(look.caller(), None);
                        let roll = self.members_told(look, group, entry).await?;
                        self.list_seen(&further, roll, basic, within, &Window::ALL).await?
                    }
                    _ => return Err(beyond(navigation)),
                });
            }
            Ok(related)
        })
    }
}

fn beyond(navigation: &Navigation) -> Problem {
    not_offered(&format!("`{}`", navigation.name))
}
