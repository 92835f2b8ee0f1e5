//! What an operation returned, as an answer: narrowed by what follows in the path, then by query options.

use edm::expr::Reach;
use edm::{StructType, Type, Value, lazy};
use http::StatusCode;
use odata::address::{Key, Place, Step, Tail};
use odata::headers::{Media, Wishes};
use odata::payload::raw_value;
use odata::query::{self, Applies, Options, Scope};
use odata::{Kind, Problem, Query};

use crate::calls::Way;
use crate::collection::Shaping;
use crate::elsewhere;
use crate::exchange::{Request, Response};
use crate::home::Home;
use crate::nested::{self, NestedLists};
use crate::paging::Plan;
use crate::part::{self, Part};
use crate::payload::{self, Page, View};
use crate::reading::{applied, followed, text, with_tag};
use crate::resources::{Entity, Outcome, Resources};
use crate::route::cast_text;
use crate::rows::Meter;
use crate::service::{Service, check_whole, no_content, not_of_type, nothing};

/// What a path says of that which an operation returns.
pub(crate) struct Narrowing<'a> {
    /// Only what is of this type.
    pub(crate) cast: Option<&'static StructType>,
    /// Only what meets these conditions.
    pub(crate) filters: Vec<&'a str>,
    /// Of that the one with this key.
    pub(crate) key: Option<&'a Key>,
    /// What lies within a complex value.
    pub(crate) properties: Vec<Part>,
}

impl<'a> Narrowing<'a> {
    pub(crate) fn of(steps: &'a [Step]) -> Self {
        let mut narrowing = Self { cast: None, filters: Vec::new(), key: None, properties: Vec::new() };
        for step in steps {
            match step {
                // Complex values have no types of their own yet.
                Step::Cast(ty) if narrowing.properties.is_empty() => narrowing.cast = Some(ty),
                Step::Filter(text) => narrowing.filters.push(text),
                Step::Key(key) => narrowing.key = Some(key),
                _ => Part::go(&mut narrowing.properties, step),
            }
        }
        narrowing
    }
}

/// A call as it is answered.
pub(crate) struct Called<'a> {
    request: &'a Request<'a>,
    tail: Tail,
    set: Option<&'static str>,
    narrowing: Narrowing<'a>,
    query: Query,
    pub(crate) reach: Reach,
    wishes: Wishes,
    pub(crate) meter: Meter,
}

impl<R: Resources> Service<R> {
    /// What is asked of that which an operation returns.
    pub(crate) async fn called<'a>(
        &self,
        caller: &R::Caller,
        request: &'a Request<'a>,
        way: &Way<'a>,
        options: &Options,
    ) -> Result<Called<'a>, Problem> {
        let (tail, narrowing) = (way.address.tail, Narrowing::of(way.own));
        let (ty, applies) = subject(way.place(), tail);
        let scope = Scope { ty, rules: self.dialect.rules, limits: self.dialect.limits };
        let mut query = query::bind(self.resources.model(), scope, options, applies)?;
        self.check_offered(&query, false)?;
        check_whole(&query, "what an operation returns")?;
        query.filter = self.both(self.conditions(ty, &narrowing.filters, options)?, query.filter.take())?;
        let media = match tail {
            Tail::Count => Media::Text,
            Tail::Value => Media::Raw("text/plain"),
            _ => Media::Json,
        };
        if query.positions {
            return Err(query::not_here("$index", &applies.taken()));
        }
        let wishes = Wishes::read(request.headers, query.format.as_deref(), media)?;
        let reach = ty.structure().map_or(Reach::NONE, |ty| payload::reach(ty, &query));
        let set = way.set.map(|set| set.name);
        let mut meter = self.meter(request);
        meter.supply(elsewhere::find(self, caller, &query).await?);
        Ok(Called { request, tail, set, narrowing, query, reach, wishes, meter })
    }

    pub(crate) fn answer_outcome(
        &self,
        called: &Called<'_>,
        ty: Option<Type>,
        outcome: Outcome,
    ) -> Result<Response, Problem> {
        let structure = ty.and_then(|ty| ty.structure());
        let response = match (outcome, ty, structure) {
            (Outcome::Nothing, ..) | (Outcome::Value(Value::Null), ..) => Ok(no_content()),
            (Outcome::Value(value), Some(ty), _) => self.answer_value(called, ty, &value),
            (Outcome::Entity(entity), _, Some(ty)) => self.answer_one(called, ty, &entity),
            (Outcome::Entities(entities), _, Some(ty)) => self.answer_several(called, ty, entities),
            _ => Err(Problem::new(Kind::Internal, "the operation returned what it does not declare")),
        }?;
        match called.tail {
            Tail::Resource | Tail::Each if response.status == StatusCode::OK => {
                Ok(applied(response, &followed(&called.wishes)))
            }
            _ => Ok(response),
        }
    }

    /// A value, or something within it.
    fn answer_value(&self, called: &Called<'_>, ty: Type, value: &Value) -> Result<Response, Problem> {
        let mut raw = Vec::new();
        value.write(ty, &mut raw);
        let (ty, raw) = match called.narrowing.properties.as_slice() {
            [] => (ty, raw),
            [.., last] => {
                let inside = lazy::inside(&raw).ok_or_else(|| nothing("the result has no properties"))?;
                (last.property.ty, part::value_at(inside, &called.narrowing.properties)?)
            }
        };
        match called.tail {
            Tail::Count => {
                let query = Query { count: true, ..called.query.clone() };
                let count = nested::list(&query, ty, &raw, &called.meter, called.meter.around())?.count;
                return Ok(text(count.unwrap_or(0)));
            }
            _ if raw == b"null" => return Ok(no_content()),
            Tail::Value => return bare(ty, &raw),
            _ => {}
        }
        self.write_value(called, ty, &raw)
    }

    fn write_value(&self, called: &Called<'_>, ty: Type, raw: &[u8]) -> Result<Response, Problem> {
        let query = &called.query;
        let is_list = raw.starts_with(b"[");
        let frame = self.frame_with(called.request, &called.wishes, &called.meter);
        let namespace = frame.model.namespace;
        let context = type_context(namespace, ty, is_list);
        let mut writer = frame.writer(std::iter::empty());
        writer.open();
        writer.context("", &frame.context(&context), &[&query.context(namespace)]);
        let lists = NestedLists::new(query.select.as_ref(), &called.meter);
        let nested = lists.any().then_some(&lists as &dyn odata::payload::Nested);
        let items = nested::list(query, ty, raw, &called.meter, called.meter.around())?;
        if let Some(count) = items.count {
            writer.count("", count);
        }
        writer.value(frame.model, ty, &items, query.select.as_ref(), nested);
        writer.close();
        let body = writer.finish();
        lists.finish()?;
        Ok(self.json(StatusCode::OK, called.wishes.format, body))
    }

    fn answer_one(&self, called: &Called<'_>, ty: &'static StructType, entity: &Entity) -> Result<Response, Problem> {
        let Called { narrowing, set, query, reach, .. } = called;
        let shown = narrowing.cast.unwrap_or(ty);
        if !entity.row.ty.is_a(shown) {
            return Err(not_of_type(shown));
        }
        let frame = self.frame_with(called.request, &called.wishes, &called.meter);
        let view = View::new(frame.model, shown, query, reach);
        let (context, suffix) = home(frame.model.namespace, shown, *set, false);
        let cast = self.cast_text(called, ty);
        let names = query.context(frame.model.namespace);
        let home = Home::collection(set.unwrap_or(ty.name));
        let body = frame.entity(&context, &[&cast, &names, suffix], &home, &view, entity)?;
        Ok(with_tag(self.json(StatusCode::OK, called.wishes.format, body), &entity.row))
    }

    fn answer_several(
        &self,
        called: &Called<'_>,
        ty: &'static StructType,
        mut entities: Vec<Entity>,
    ) -> Result<Response, Problem> {
        let Called { query, reach, meter, narrowing, set, .. } = called;
        let frame = self.frame_with(called.request, &called.wishes, &called.meter);
        let shown = narrowing.cast.unwrap_or(ty);
        entities.retain(|entity| entity.row.ty.is_a(shown));
        let shaping = Shaping::new(query, reach, meter);
        let kept = shaping.kept(entities)?;
        if called.tail == Tail::Count {
            return Ok(text(kept.len()));
        }
        if let Some(key) = narrowing.key {
            let is_meant = |entity: &&Entity| crate::body::key_values(&entity.row) == key.values;
            let entity = kept.iter().find(is_meant).ok_or_else(|| nothing("the result has no such entity"))?;
            return self.answer_one(called, ty, entity);
        }
        let count = query.count.then_some(kept.len());
        let entities = shaping.first_page(kept, &Plan::whole(query))?;
        let (context, _) = home(frame.model.namespace, shown, *set, true);
        let cast = self.cast_text(called, ty);
        let page = Page { cast: &cast, entities: &entities, count, next: None, delta: None, first: None };
        let home = Home::collection(set.unwrap_or(ty.name));
        let body = match called.tail {
            Tail::Ref => frame.references(&home, &page),
            _ => frame.collection(&context, &home, &View::new(frame.model, shown, query, reach), &page)?,
        };
        Ok(self.json(StatusCode::OK, called.wishes.format, body))
    }

    /// What stands behind the set, if the path narrows it.
    fn cast_text(&self, called: &Called<'_>, ty: &'static StructType) -> String {
        cast_text(self.resources.model().namespace, ty, called.narrowing.cast.filter(|_| called.set.is_some()))
    }

    /// What expressions of the request may cost.
    pub(crate) fn meter(&self, request: &Request<'_>) -> Meter {
        Meter::new(request.exchange.now, self.dialect.ignore_case, self.dialect.max_steps)
    }
}

/// What query options are about, and which there may be.
fn subject(place: Place, tail: Tail) -> (Type, Applies) {
    let (ty, is_list) = match place {
        Place::Collection(ty) => (Type::Struct(ty), true),
        Place::Entity(ty) => (Type::Struct(ty), false),
        Place::Value(ty, is_list) => (ty, is_list),
        Place::Property(property) => (property.ty, property.collection),
        Place::Item(property) => (property.ty, false),
        _ => (edm::model::build::STRING, false),
    };
    let applies = match (tail, is_list, ty.structure()) {
        (Tail::Count, ..) => Applies::Count,
        (Tail::Ref, true, _) => Applies::References,
        (_, true, Some(_)) => Applies::Collection,
        (_, true, None) => Applies::Values,
        (_, false, Some(_)) => Applies::Entity,
        (_, false, None) => Applies::Property,
    };
    (ty, applies)
}

/// The context of values that are in no set: their type.
pub(crate) fn type_context(namespace: &str, ty: Type, is_list: bool) -> String {
    let name = match ty {
        Type::Primitive(primitive) => primitive.name().to_owned(),
        other => format!("{namespace}.{}", other.name()),
    };
    if is_list { format!("Collection({name})") } else { name }
}

/// `/$value`
fn bare(ty: Type, raw: &[u8]) -> Result<Response, Problem> {
    let value = edm::codec::read_raw(ty, false, raw).ok();
    let raw = value.and_then(|value| raw_value(ty, &value, None));
    let raw = raw.ok_or_else(|| nothing("the result has no bare value"))?;
    let mut response = Response::empty(StatusCode::OK);
    response.set("content-type", raw.content_type);
    response.body = raw.body.into();
    Ok(response)
}

/// The context of what an operation returns: the set it belongs to, else its type.
fn home(
    namespace: &str,
    ty: &'static StructType,
    set: Option<&'static str>,
    collection: bool,
) -> (String, &'static str) {
    match (set, collection) {
        (Some(set), true) => (set.to_owned(), ""),
        (Some(set), false) => (set.to_owned(), "/$entity"),
        (None, true) => (format!("Collection({namespace}.{})", ty.name), ""),
        (None, false) => (format!("{namespace}.{}", ty.name), ""),
    }
}
