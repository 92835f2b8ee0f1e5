//! Functions and actions (OData Protocol 4.01, section 11.5).

use edm::expr::Reach;
use edm::{OperationKind, StructType, Type, Value};
use http::StatusCode;
use odata::address::{self, Place, Step, Tail};
use odata::headers::{Media, Wishes};
use odata::payload::{Reading, raw_value};
use odata::query::{self, Applies, Options, Scope};
use odata::{Address, Kind, Problem, Query};

use crate::collection::Shaping;
use crate::exchange::{Request, Response};
use crate::paging::Plan;
use crate::payload::{self, Home, Page, View};
use crate::reading::{text, with_tag};
use crate::resources::{Action, Call, Entity, Outcome, Resources};
use crate::route::Route;
use crate::rows::Meter;
use crate::service::{Service, no_content, nothing};

/// A call as it is answered.
struct Called<'a> {
    request: &'a Request<'a>,
    address: &'a Address,
    query: Query,
    reach: Reach,
    wishes: Wishes,
    meter: Meter,
}

impl<R: Resources> Service<R> {
    /// Calls the operation that the address names.
    pub(crate) async fn call(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        address: &Address,
    ) -> Result<Response, Problem> {
        let at = address.steps.iter().position(|step| matches!(step, Step::Call(_)));
        let (before, rest) = address.steps.split_at(at.unwrap_or(address.steps.len()));
        let Some((Step::Call(call), after)) = rest.split_first() else {
            return Err(Problem::new(Kind::NotSupported, "this address is not supported"));
        };
        let options = Options::read_beside(request.query, &self.dialect.limits, &call.implicit)?;
        known_options(call, &options)?;
        let action = Action::Call(if call.is_action() { OperationKind::Action } else { OperationKind::Function });
        let place = match call.operation() {
            Some(operation) if after.is_empty() => address::place_of(operation),
            _ => address.place,
        };
        let called = self.called(request, address, place, &options)?;
        let target = self.bound_to(caller, address, before, action).await?;
        let (operation, arguments) = match call.operation() {
            Some(operation) if !call.is_action() => (operation, call.arguments.clone()),
            _ => {
                let read = self.arguments(request, &call.candidates)?;
                (read.operation, read.arguments)
            }
        };
        let made = Call { operation, arguments: &arguments };
        let outcome = self.resources.call(caller, target.as_ref(), &made, &called.reach, &request.exchange).await?;
        let set = address.set(self.resources.model()).map(|set| set.name);
        self.answer_outcome(&called, made.operation.returns.as_ref().map(|returns| returns.ty), set, outcome, after)
    }

    fn called<'a>(
        &self,
        request: &'a Request<'a>,
        address: &'a Address,
        place: Place,
        options: &Options,
    ) -> Result<Called<'a>, Problem> {
        let (ty, applies) = match (place, address.tail) {
            (Place::Collection(ty), Tail::Count) => (Type::Struct(ty), Applies::Count),
            (Place::Collection(ty), _) => (Type::Struct(ty), Applies::Collection),
            (Place::Entity(ty), _) => (Type::Struct(ty), Applies::Entity),
            (Place::Value(ty, true), Tail::Count) => (ty, Applies::Count),
            (Place::Value(ty, true), _) => (ty, Applies::Values),
            (Place::Value(ty, false), _) if ty.structure().is_some() => (ty, Applies::Entity),
            _ => (edm::model::build::STRING, Applies::Property),
        };
        let scope = Scope { ty, rules: self.dialect.rules, limits: self.dialect.limits };
        let query = query::bind(self.resources.model(), scope, options, applies)?;
        self.check_offered(&query, false)?;
        let media = match address.tail {
            Tail::Count => Media::Text,
            Tail::Value => Media::Raw("text/plain"),
            _ => Media::Json,
        };
        if query.positions {
            return Err(query::not_here("$index"));
        }
        let wishes = Wishes::read(request.headers, query.format.as_deref(), media)?;
        let reach = ty.structure().map_or(Reach::NONE, |ty| payload::reach(ty, &query));
        let meter = Meter::new(request.exchange.now, self.dialect.ignore_case, self.dialect.max_steps);
        Ok(Called { request, address, query, reach, wishes, meter })
    }

    /// What a bound operation is called on. The caller may call it, bound or not.
    async fn bound_to(
        &self,
        caller: &R::Caller,
        address: &Address,
        before: &[Step],
        action: Action,
    ) -> Result<Option<R::Target>, Problem> {
        if before.is_empty() {
            return self.resources.authorize(caller, address, action).await.map(|_| None);
        }
        let address = Address { steps: before.to_vec(), tail: Tail::Resource, place: Place::Operation };
        let Some(route) = Route::of(&address) else {
            return Err(Problem::new(
                Kind::NotSupported,
                "calling an operation on the result of another is not supported",
            ));
        };
        let target = self.resources.authorize(caller, &route.resource, action).await?;
        self.pass(caller, &route).await?;
        if let Some(cast) = route.cast.filter(|_| !matches!(route.place, Place::Collection(_))) {
            let entity = self.resources.read(caller, &target, &Reach::NONE).await?;
            if !entity.is_some_and(|entity| entity.row.ty.is_a(cast)) {
                return Err(crate::service::not_of_type(cast));
            }
        }
        Ok(Some(target))
    }

    /// The arguments of an action, from the body.
    fn arguments(
        &self,
        request: &Request<'_>,
        candidates: &[&'static edm::Operation],
    ) -> Result<odata::payload::Call, Problem> {
        let reading = match request.body.is_empty() {
            true => Reading::new(self.resources.model()),
            false => self.reading_of(request.headers)?,
        };
        reading.call(candidates, &request.body)
    }

    fn answer_outcome(
        &self,
        called: &Called<'_>,
        ty: Option<Type>,
        set: Option<&'static str>,
        outcome: Outcome,
        after: &[Step],
    ) -> Result<Response, Problem> {
        let structure = ty.and_then(|ty| ty.structure());
        match (outcome, structure) {
            (Outcome::Nothing, _) | (Outcome::Value(Value::Null), _) => Ok(no_content()),
            (Outcome::Value(value), _) => self.answer_value(called, ty, &value),
            (Outcome::Entity(entity), Some(ty)) => self.answer_one(called, ty, set, &entity, after),
            (Outcome::Entities(entities), Some(ty)) => self.answer_several(called, ty, set, entities, after),
            _ => Err(Problem::new(Kind::Internal, "the operation returned what it does not declare")),
        }
    }

    fn answer_value(&self, called: &Called<'_>, ty: Option<Type>, value: &Value) -> Result<Response, Problem> {
        let Some(ty) = ty else { return Ok(no_content()) };
        let frame = self.frame_with(called.request, &called.wishes, &called.meter);
        match (called.address.tail, value) {
            (Tail::Count, Value::List(items)) => return Ok(text(items.len())),
            (Tail::Value, _) => {
                let raw = raw_value(ty, value, None).ok_or_else(|| nothing("the result has no bare value"))?;
                let mut response = Response::empty(StatusCode::OK);
                response.set("content-type", raw.content_type);
                response.body = raw.body.into();
                return Ok(response);
            }
            _ => {}
        }
        let name = match ty {
            Type::Primitive(primitive) => primitive.name().to_owned(),
            other => format!("{}.{}", frame.model.namespace, other.name()),
        };
        let context = if matches!(value, Value::List(_)) { format!("Collection({name})") } else { name };
        let mut writer = frame.writer(std::iter::empty());
        writer.open();
        writer.context("", &frame.context(&context), &[&called.query.context(frame.model.namespace)]);
        writer.result(frame.model, ty, value);
        writer.close();
        Ok(self.json(StatusCode::OK, called.wishes.format, writer.finish()))
    }

    fn answer_one(
        &self,
        called: &Called<'_>,
        ty: &'static StructType,
        set: Option<&'static str>,
        entity: &Entity,
        after: &[Step],
    ) -> Result<Response, Problem> {
        if !after.is_empty() {
            return Err(Problem::new(Kind::NotSupported, "a path after the result of an operation is not supported"));
        }
        let frame = self.frame_with(called.request, &called.wishes, &called.meter);
        let view = View::new(frame.model, ty, &called.query, &called.reach);
        let (context, suffix) = home(frame.model.namespace, ty, set, false);
        let names = called.query.context(frame.model.namespace);
        let body =
            frame.entity(&context, &[&names, suffix], &Home::collection(set.unwrap_or(ty.name)), &view, entity)?;
        Ok(with_tag(self.json(StatusCode::OK, called.wishes.format, body), &entity.row))
    }

    fn answer_several(
        &self,
        called: &Called<'_>,
        ty: &'static StructType,
        set: Option<&'static str>,
        entities: Vec<Entity>,
        after: &[Step],
    ) -> Result<Response, Problem> {
        let frame = self.frame_with(called.request, &called.wishes, &called.meter);
        let Called { query, reach, meter, address, .. } = called;
        let kept = Shaping { query, reach, meter }.kept(entities)?;
        match (after, address.tail) {
            ([], Tail::Count) => return Ok(text(kept.len())),
            ([], Tail::Resource) => {}
            ([Step::Key(key)], Tail::Resource) => {
                let is_meant = |entity: &&Entity| crate::body::key_values(&entity.row) == key.values;
                let entity = kept.iter().find(is_meant).ok_or_else(|| nothing("the result has no such entity"))?;
                return self.answer_one(called, ty, set, entity, &[]);
            }
            _ => {
                let message = "this path after the result of an operation is not supported";
                return Err(Problem::new(Kind::NotSupported, message));
            }
        }
        let count = query.count.then_some(kept.len());
        let entities = Shaping { query, reach, meter }.first_page(kept, &Plan::whole(query))?;
        let (context, _) = home(frame.model.namespace, ty, set, true);
        let page = Page { cast: "", entities: &entities, count, next: None, delta: None, first: None };
        let body = frame.collection(
            &context,
            &Home::collection(set.unwrap_or(ty.name)),
            &View::new(frame.model, ty, query, reach),
            &page,
        )?;
        Ok(self.json(StatusCode::OK, called.wishes.format, body))
    }
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

/// What is said to a call but is no parameter of it is a mistake.
fn known_options(call: &address::Call, options: &Options) -> Result<(), Problem> {
    let unknown = options.custom().iter().find(|(name, _)| !call.is_action() && !call.takes(name));
    unknown.map_or(Ok(()), |(name, _)| {
        let operation = call.candidates.first().map_or("", |operation| operation.name);
        let message = format!("found the option {}, which is no parameter of `{operation}`", edm::check::brief(name));
        Err(Problem::new(Kind::BadQuery, message).at(name.chars().take(80).collect::<String>()))
    })
}
