//! Bodies of requests: from what they say to what the service is asked to do.

use std::pin::Pin;

use edm::codec::read_raw;
use edm::lazy;
use edm::{StructType, Value};
use http::HeaderMap;
use odata::address::{Key, Place, Step, Tail};
use odata::headers;
use odata::payload::{self, Body, Intent, Reading};
use odata::{Address, Problem};

use crate::resources::{Action, Content, Linked, Links, Media, Resources, Row};
use crate::service::{Service, Understood};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

impl<R: Resources> Service<R> {
    /// How the body of a request is to be read; an error when it is no JSON.
    pub(crate) fn reading(&self, understood: &Understood<'_, R>) -> Result<Reading, Problem> {
        let mut reading = self.reading_of(understood.request.headers)?;
        reading.related = self.dialect.deep_changes;
        reading.binds = self.dialect.binds;
        reading.replace_defaults = self.dialect.put;
        Ok(reading)
    }

    /// The same as far as the headers tell.
    pub(crate) fn reading_of(&self, headers: &HeaderMap) -> Result<Reading, Problem> {
        let wrong = |problem: Problem| Problem { kind: self.dialect.foreign_body, ..problem };
        let mut reading = Reading::new(self.resources.model());
        reading.ieee754 = headers::json_body(headers).map_err(wrong)?.ieee754;
        reading.version = headers::body_version(headers);
        Ok(reading)
    }

    /// The body as an entity, or part of one, of that type.
    pub(crate) fn body(
        &self,
        understood: &Understood<'_, R>,
        ty: &'static StructType,
        intent: Intent,
    ) -> Result<Body, Problem> {
        let mut reading = self.reading(understood)?;
        reading.keyed = understood.route.names_key();
        reading.tells_key = intent == Intent::Update && self.dialect.key_must_fit;
        reading.entity(ty, &understood.request.body, intent)
    }

    /// The same with the entities found that it refers to.
    pub(crate) fn content<'a>(
        &'a self,
        understood: &'a Understood<'_, R>,
        entity: payload::Entity,
    ) -> Boxed<'a, Content<R::Target>> {
        Box::pin(async move {
            let mut links = Vec::with_capacity(entity.links.len());
            for (navigation, linked) in entity.links {
                let mut ends = Vec::new();
                let all = matches!(linked, payload::Linked::New(_)) || !navigation.collection;
                let bodies = match linked {
                    payload::Linked::New(bodies) => bodies,
                    payload::Linked::References(ids) => ids.into_iter().map(Body::Reference).collect(),
                };
                for body in bodies {
                    ends.push(match body {
                        Body::Entity(entity) => Linked::New(self.content(understood, entity).await?),
                        Body::Reference(id) => Linked::Known(self.referred(understood, &id).await?),
                    });
                }
                links.push(Links { navigation, ends, all });
            }
            Ok(Content { ty: entity.ty, patch: entity.patch, links })
        })
    }

    /// The entity that a body or `$id` refers to.
    pub(crate) async fn referred(&self, understood: &Understood<'_, R>, id: &str) -> Result<R::Target, Problem> {
        let address = self.reference(understood, id)?;
        self.resources.authorize(understood.caller, &address, Action::Read).await
    }

    /// The address of that entity.
    pub(crate) fn reference(&self, understood: &Understood<'_, R>, id: &str) -> Result<Address, Problem> {
        odata::address::bind_reference(self.resources.model(), &self.dialect, understood.request.root, id)
    }

    /// A member of the addressed collection, or the one that the address itself names.
    pub(crate) async fn member(&self, understood: &Understood<'_, R>, row: &Row) -> Result<R::Target, Problem> {
        let mut steps = understood.route.resource.steps.clone();
        if !understood.route.names_key() {
            steps.push(Step::Key(Key { names: row.ty.key_properties(), values: key_values(row) }));
        }
        let address = Address { steps, tail: Tail::Resource, place: Place::Entity(row.ty) };
        self.resources.authorize(understood.caller, &address, Action::Read).await
    }

    /// The body as a stream, where a media entity is to be made from one.
    pub(crate) fn media_body(&self, understood: &Understood<'_, R>) -> Option<Media> {
        let request = understood.request;
        if !understood.route.entity_type().has_stream || headers::json_body(request.headers).is_ok() {
            return None;
        }
        Some(media(understood))
    }
}

/// The body as a stream.
pub(crate) fn media<R: Resources>(understood: &Understood<'_, R>) -> Media {
    let request = understood.request;
    let given = request.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Media { content_type: given.unwrap_or("application/octet-stream").to_owned(), bytes: request.body.clone() }
}

/// The values of the key properties, in declared order.
pub(crate) fn key_values(row: &Row) -> Vec<Value> {
    let value = |name: &&'static str| {
        let (_, property) = row.ty.find(name)?;
        read_raw(property.ty, false, lazy::member(&row.members, property.name)?).ok()
    };
    row.ty.key_properties().iter().map(|name| value(name).unwrap_or(Value::Null)).collect()
}
