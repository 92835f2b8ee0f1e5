//! Creating, changing and deleting entities (OData Protocol 4.01, section 11.4).

use std::ops::ControlFlow;

use edm::Value;
use http::{Method, StatusCode};
use odata::headers::{Applied, Version, body_version};
use odata::payload::{Body, Intent};
use odata::{Address, Kind, Problem, Tail};

use crate::body::key_values;
use crate::deep::Shape;
use crate::exchange::Response;
use crate::reading::{applied, condition, with_tag};
use crate::resources::{Basis, Content, Entity, Resources, Row, Target as _};
use crate::service::{Heard, Service, Understood, no_content};

impl<R: Resources> Service<R> {
    pub(crate) async fn create(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, .. } = understood;
        self.resources.prepare(caller, target).await?;
        match self.media_body(understood) {
            Some(media) => {
                presumed(understood)?;
                let row = self.resources.create_media(caller, target, media, &request.exchange).await?;
                self.created(understood, row, None).await
            }
            None => self.create_at(understood, target).await,
        }
    }

    /// Makes what the body says in the collection, or in the place, that the target is.
    pub(crate) async fn create_at(
        &self,
        understood: &Understood<'_, R>,
        target: &R::Target,
    ) -> Result<Response, Problem> {
        let Understood { caller, request, heard, .. } = understood;
        let Heard { route, query, .. } = &**heard;
        let Body::Entity(entity) = self.body(understood, route.entity_type(), Intent::Create)? else {
            return Err(reference(understood.address));
        };
        let deep = (!entity.links.is_empty()).then(|| Shape::of(route.entity_type(), query, &entity));
        let once = self.once(understood, target);
        // What it is related to may be gone, and matters only where something is left to do.
        let done = match &once {
            Some(once) if deep.is_some() => self.resources.done_once(caller, target, once, &request.exchange).await?,
            _ => None,
        };
        if let Some(row) = done {
            presumed(understood)?;
            return self.created(understood, row, deep).await;
        }
        let content = self.content(understood, entity).await?;
        presumed(understood)?;
        let row = match once {
            None => self.resources.create(caller, target, content, &request.exchange).await?,
            Some(once) => self.resources.create_once(caller, target, content, &once, &request.exchange).await?,
        };
        self.created(understood, row, deep).await
    }

    /// The answer after an entity was made.
    async fn created(
        &self,
        understood: &Understood<'_, R>,
        row: Row,
        deep: Option<Shape>,
    ) -> Result<Response, Problem> {
        let address = format!("{}/{}", understood.request.root, self.home(understood).path_of(&row));
        let mut response = match understood.wishes.prefer.representation {
            Some(false) => self.identified(understood, &address, &row),
            given => {
                let usual = (&understood.query, &understood.reach);
                let (query, reach) = deep.as_ref().map_or(usual, |deep| (&deep.query, &deep.reach));
                let entity = self.complete(understood, row, reach).await?;
                let response = self.answer_shaped(understood, StatusCode::CREATED, &entity, query, reach)?;
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
        let mut change = None;
        let mut attempts = self.attempts(&understood.target.path());
        loop {
            attempts.next().await?;
            let mut entity = match self.found_or_made(understood).await? {
                ControlFlow::Continue(entity) => entity,
                ControlFlow::Break(made) => return Ok(made),
            };
            let (content, tag) = match &change {
                Some(change) => change,
                None => change.insert(self.change(understood, &entity.row, intent).await?),
            };
            condition(understood, &entity.row, false)?;
            check_tag(&entity.row, tag.as_deref())?;
            let basis = Basis { tag: entity.row.tag, replace };
            let changed = self.resources.update(caller, target, content.clone(), basis, &request.exchange).await?;
            if let Some(row) = attempts.done(changed) {
                let linked = !content.links.is_empty();
                entity.row = row;
                return self.updated(understood, entity, linked).await;
            }
        }
    }

    /// What the body of a change says, and the tag that it presumes.
    async fn change(
        &self,
        understood: &Understood<'_, R>,
        row: &Row,
        intent: Intent,
    ) -> Result<(Content<R::Target>, Option<String>), Problem> {
        let Body::Entity(read) = self.body(understood, row.ty, intent)? else {
            let message = "found only a reference, expected members to change";
            return Err(Problem::new(Kind::BadBody, message).at("/@odata.id"));
        };
        check_key(row, &read.key)?;
        let counts = body_version(understood.request.headers) == Some(Version::V401);
        let tag = read.etag.clone().filter(|_| counts);
        Ok((self.content(understood, read).await?, tag))
    }

    async fn updated(&self, understood: &Understood<'_, R>, entity: Entity, linked: bool) -> Result<Response, Problem> {
        let prefer = &understood.wishes.prefer;
        let shaped = understood.query.select.is_some() || !understood.query.expand.is_empty();
        let usual = understood.request.method != Method::PUT || self.dialect.answers_replaced;
        if !prefer.representation.unwrap_or(usual || shaped) {
            let response = with_tag(no_content(), &entity.row);
            return Ok(applied(response, &Applied::new().representation(prefer.representation)));
        }
        // What is shown along with it may have changed too.
        let entity = if linked && !understood.reach.is_empty() { self.some_entity(understood).await? } else { entity };
        let response = self.answer_entity(understood, StatusCode::OK, &entity)?;
        Ok(applied(response, &Applied::new().representation(prefer.representation).omit(prefer.omit)))
    }

    pub(crate) async fn delete(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, heard, .. } = understood;
        let Heard { wishes, .. } = &**heard;
        let mut attempts = self.attempts(&target.path());
        loop {
            attempts.next().await?;
            let row = self.some_entity(understood).await?.row;
            condition(understood, &row, false)?;
            // Without a condition any version may go.
            let basis = row.tag.filter(|_| !wishes.conditions.is_empty());
            let deleted = self.resources.delete(caller, target, basis, &request.exchange).await?;
            if attempts.done(deleted).is_some() {
                return Ok(no_content());
            }
        }
    }
}

/// The key of an entity does not change.
fn check_key(row: &Row, named: &[(&'static str, Value)]) -> Result<(), Problem> {
    let own = || row.ty.key_properties().iter().zip(key_values(row));
    let other = |(name, value): &&(&str, Value)| !own().any(|(known, own)| known == name && own == *value);
    match named.iter().find(other) {
        Some((name, _)) => {
            let message = format!("found another `{name}` than that of the address, expected the same or none");
            Err(Problem::new(Kind::BadBody, message).at(format!("/{name}")))
        }
        None => Ok(()),
    }
}

/// The tag within a body of version 4.01 is a condition too (OData Protocol 4.01, section 11.4.3).
fn check_tag(row: &Row, given: Option<&str>) -> Result<(), Problem> {
    let own = row.tag.map(|tag| format!("W/\"{tag}\""));
    match given {
        Some(given) if given != "*" && Some(given) != own.as_deref() => {
            let message =
                "the resource is not what `@odata.etag` in the body presumes; read it again and repeat the change";
            Err(Problem::new(Kind::Modified, message).at("/@odata.etag"))
        }
        _ => Ok(()),
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

/// A POST presumes of the collection (RFC 9110, section 13.1): it exists, and has no tag.
fn presumed<R: Resources>(understood: &Understood<'_, R>) -> Result<(), Problem> {
    if understood.request.method == Method::POST {
        understood.wishes.conditions.judge(None, false)?;
    }
    Ok(())
}
