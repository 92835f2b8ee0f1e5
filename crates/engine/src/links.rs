//! Changing relationships by `$ref` (OData Protocol 4.01, section 11.4.6).

use odata::address::{Key, Place, Step, Tail};
use odata::{Address, Kind, Problem};

use crate::exchange::Response;
use crate::resources::{Action, Resources};
use crate::service::{Heard, Service, Understood, no_content};

impl<R: Resources> Service<R> {
    pub(crate) async fn link(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, .. } = understood;
        let id = self.reading(understood)?.reference(&request.body)?;
        let other = self.referred(understood, &id).await?;
        presumed(understood)?;
        self.resources.link(caller, target, &other, &request.exchange).await?;
        Ok(no_content())
    }

    pub(crate) async fn unlink(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, heard, .. } = understood;
        let Heard { query, route, .. } = &**heard;
        let exchange = &request.exchange;
        presumed(understood)?;
        match (route.resource.steps.as_slice(), &query.id) {
            ([before @ .., Step::Navigation(navigation), Step::Key(key)], None) => {
                let mut steps = before.to_vec();
                steps.push(Step::Navigation(navigation));
                let address = Address { steps, tail: Tail::Ref, place: Place::Collection(navigation.target) };
                let from = self.resources.authorize(caller, &address, Action::Update).await?;
                let other = self.by_key(understood, key).await?;
                self.resources.unlink(caller, &from, Some(&other), exchange).await?;
            }
            ([.., Step::Navigation(navigation)], None) if navigation.collection => {
                let message = "found no entity to take out, expected its key in the path or its URL as `$id`";
                return Err(Problem::new(Kind::BadQuery, message).at("$id"));
            }
            (_, Some(id)) => {
                let other = self.referred(understood, id).await?;
                self.resources.unlink(caller, target, Some(&other), exchange).await?;
            }
            (_, None) => self.resources.unlink(caller, target, None, exchange).await?,
        }
        Ok(no_content())
    }

    /// The entity of that key at the end of the addressed relationship, where it is at home.
    async fn by_key(&self, understood: &Understood<'_, R>, key: &Key) -> Result<R::Target, Problem> {
        let set = understood.route.resource.set(self.resources.model());
        let steps = match set {
            Some(set) => vec![Step::Set(set), Step::Key(key.clone())],
            None => understood.route.resource.steps.clone(),
        };
        let address = Address { steps, tail: Tail::Resource, place: Place::Entity(understood.route.ty) };
        self.resources.authorize(understood.caller, &address, Action::Read).await
    }
}

/// Is the relationship what the request presumes? It is there and has no tag, whatever that of the entity it begins at.
fn presumed<R: Resources>(understood: &Understood<'_, R>) -> Result<(), Problem> {
    understood.wishes.conditions.judge(None, false).map(drop)
}
