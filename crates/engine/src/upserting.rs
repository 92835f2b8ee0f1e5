//! Changes of entities that are not there yet (OData Protocol 4.01, section 11.4.4).

use std::ops::ControlFlow;

use edm::Mode;
use odata::{Kind, Problem, Step};

use crate::exchange::Response;
use crate::resources::{Action, Entity, Resources};
use crate::service::{Heard, Service, Understood};

impl<R: Resources> Service<R> {
    /// The entity that a change is about, or the answer where it was made instead.
    pub(crate) async fn found_or_made(
        &self,
        understood: &Understood<'_, R>,
    ) -> Result<ControlFlow<Response, Entity>, Problem> {
        let problem = match self.some_entity(understood).await {
            Err(problem) if self.may_insert(understood, &problem) => problem,
            found => return found.map(ControlFlow::Continue),
        };
        match self.insert(understood).await {
            // Someone else was faster: then it is a change after all.
            Err(taken) if taken.kind == Kind::NameExists => {
                let found = self.some_entity(understood).await;
                found.map(ControlFlow::Continue).map_err(|again| if again == problem { taken } else { again })
            }
            inserted => inserted.map(ControlFlow::Break),
        }
    }

    /// Is there nothing where the change leads, and can it be made there (OData Protocol 4.01, section 11.4.4)? Not
    /// where the request presumes that there is something, where the service makes the keys, nor where an entity is its
    /// stream first of all.
    fn may_insert(&self, understood: &Understood<'_, R>, problem: &Problem) -> bool {
        let Heard { route, wishes, .. } = &*understood.heard;
        let insertable = match route.resource.steps.as_slice() {
            [Step::Set(set), Step::Key(_)] => set.capabilities.insertable,
            [.., Step::Key(_)] => true,
            _ => false,
        };
        let ty = route.entity_type();
        let made_here = |name: &&str| ty.find(name).is_some_and(|(_, key)| key.mode == Mode::Computed);
        self.dialect.upsert
            && problem.kind == Kind::ItemNotFound
            && insertable
            && route.filters.is_empty()
            && !ty.has_stream
            && !ty.key_properties().iter().any(made_here)
            && !wishes.conditions.presume_existence()
    }

    /// Makes the entity that a change addresses.
    async fn insert(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, heard, .. } = understood;
        let Heard { route, .. } = &**heard;
        let target = self.resources.authorize(caller, &route.resource, Action::Create).await?;
        self.create_at(understood, &target).await
    }
}
