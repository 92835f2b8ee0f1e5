//! Creating, changing and deleting entities (OData Protocol 4.01, section 11.4).

use http::{Method, StatusCode};
use odata::headers::Applied;
use odata::payload::{Body, Intent};
use odata::{Address, Kind, Problem, Tail};

use crate::exchange::Response;
use crate::reading::{applied, condition, with_tag};
use crate::resources::{Basis, Changed, Content, Entity, Resources, Row};
use crate::service::{Service, Understood, no_content};

/// How often a change is tried again when the entity changed meanwhile.
pub(crate) const MAX_ATTEMPTS: usize = 64;

impl<R: Resources> Service<R> {
    pub(crate) async fn create(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, wishes, .. } = understood;
        self.resources.prepare(caller, target).await?;
        // The collection is what is presumed of here (RFC 9110, section 13.1): it exists, and has no tag.
        let presumed = || wishes.conditions.judge(None, false);
        let row = match self.media_body(understood) {
            Some(media) => {
                presumed()?;
                self.resources.create_media(caller, target, media, &request.exchange).await?
            }
            None => {
                let ty = understood.route.entity_type();
                let content = match self.body(understood, ty, Intent::Create)? {
                    Body::Entity(entity) => self.content(understood, entity).await?,
                    Body::Reference(_) => return Err(reference(understood.address)),
                };
                presumed()?;
                self.resources.create(caller, target, content, &request.exchange).await?
            }
        };
        let address = format!("{}/{}", request.root, self.home(understood).path_of(&row));
        let mut response = match understood.wishes.prefer.representation {
            Some(false) => self.identified(understood, &address, &row),
            given => {
                let entity = self.complete(understood, row).await?;
                let response = self.answer_entity(understood, StatusCode::CREATED, &entity)?;
                applied(response, &Applied::new().representation(given).omit(understood.wishes.prefer.omit))
            }
        };
        response.set("location", address);
        Ok(response)
    }

    /// Nothing, but which entity it is about.
    fn identified(&self, understood: &Understood<'_, R>, address: &str, row: &Row) -> Response {
        let mut response = with_tag(no_content(), row);
        response.set("odata-entityid", address);
        applied(response, &Applied::new().representation(understood.wishes.prefer.representation))
    }

    pub(crate) async fn update(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, .. } = understood;
        let replace = request.method == Method::PUT;
        let intent = if replace { Intent::Replace } else { Intent::Update };
        let mut content: Option<Content<R::Target>> = None;
        for _ in 0..MAX_ATTEMPTS {
            let mut entity = self.some_entity(understood).await?;
            let content = match &content {
                Some(content) => content,
                None => match self.body(understood, entity.row.ty, intent)? {
                    Body::Entity(read) => content.insert(self.content(understood, read).await?),
                    Body::Reference(_) => {
                        let message = "found only a reference, expected members to change";
                        return Err(Problem::new(Kind::BadBody, message).at("/@odata.id"));
                    }
                },
            };
            condition(understood, &entity.row, false)?;
            let basis = Basis { tag: entity.row.tag, replace };
            let changed = self.resources.update(caller, target, content.clone(), basis, &request.exchange).await?;
            if let Changed::Done(row) = changed {
                let linked = !content.links.is_empty();
                entity.row = row;
                return self.updated(understood, entity, linked).await;
            }
        }
        Err(contention())
    }

    async fn updated(&self, understood: &Understood<'_, R>, entity: Entity, linked: bool) -> Result<Response, Problem> {
        let prefer = &understood.wishes.prefer;
        if prefer.representation == Some(false) {
            let response = with_tag(no_content(), &entity.row);
            return Ok(applied(response, &Applied::new().representation(prefer.representation)));
        }
        // What is shown along with it may have changed too.
        let entity = if linked && !understood.reach.is_empty() { self.some_entity(understood).await? } else { entity };
        let response = self.answer_entity(understood, StatusCode::OK, &entity)?;
        Ok(applied(response, &Applied::new().representation(prefer.representation).omit(prefer.omit)))
    }

    pub(crate) async fn delete(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, wishes, .. } = understood;
        for _ in 0..MAX_ATTEMPTS {
            let row = self.some_entity(understood).await?.row;
            condition(understood, &row, false)?;
            // Without a condition any version may go.
            let basis = row.tag.filter(|_| !wishes.conditions.is_empty());
            if let Changed::Done(()) = self.resources.delete(caller, target, basis, &request.exchange).await? {
                return Ok(no_content());
            }
        }
        Err(contention())
    }
}

fn reference(address: &Address) -> Problem {
    let message = match address.tail {
        Tail::Ref => {
            "found only a reference; the collection contains its entities and takes none from elsewhere, expected an entity to create"
        }
        _ => "found only a reference, expected an entity to create",
    };
    Problem::new(Kind::BadBody, message).at("/@odata.id")
}

pub(crate) fn contention() -> Problem {
    let mut problem = Problem::new(Kind::Unavailable, "too many others are changing the same resource; try again");
    problem.retry_after = Some(1);
    problem
}
