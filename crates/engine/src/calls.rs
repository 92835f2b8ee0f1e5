//! Functions and actions (OData Protocol 4.01, section 11.5): what is called, on what, with what.
//!
//! A path that goes on behind an entity which a function returns is followed from where that entity is at home, like
//! any other. What is returned in no set can only be answered as it is.

use edm::expr::{Expr, Reach};
use edm::{EntitySet, OperationKind, Type};
use odata::address::{self, Key, Place, Step, Tail};
use odata::headers::Conditions;
use odata::payload::Reading;
use odata::query::Options;
use odata::{Address, Kind, Problem};

use crate::body::key_values;
use crate::conditions::meet;
use crate::each::settled;
use crate::exchange::{Request, Response};
use crate::outcome::Narrowing;
use crate::reading::as_presumed;
use crate::resources::{Action, Call, Entity, Outcome, Resources, Target as _};
use crate::route::Route;
use crate::rows::Meter;
use crate::service::{Service, not_of_type, nothing};

/// Where a call led.
pub(crate) enum Led {
    /// To an answer.
    Answer(Response),
    /// To an entity behind which the path goes on.
    On(Address),
}

/// An address taken apart at the first operation in it.
pub(crate) struct Way<'a> {
    pub(crate) address: &'a Address,
    /// What the operation is called on.
    pub(crate) before: &'a [Step],
    pub(crate) call: &'a address::Call,
    /// What follows of that which the operation returns.
    pub(crate) own: &'a [Step],
    /// What follows behind one of the entities that it returns.
    onward: &'a [Step],
    /// The set that what it returns is of.
    pub(crate) set: Option<&'static EntitySet>,
}

impl<'a> Way<'a> {
    fn of(model: &edm::Model, address: &'a Address) -> Result<Self, Problem> {
        let at = address.steps.iter().position(|step| matches!(step, Step::Call(_)));
        let (before, rest) = address.steps.split_at(at.unwrap_or(address.steps.len()));
        let Some((Step::Call(call), after)) = rest.split_first() else { return Err(not_offered("this address")) };
        let of_entities = matches!(returned(call), Some(Place::Entity(_) | Place::Collection(_)));
        let leads_on = |step: &Step| match step {
            Step::Navigation(_) | Step::Property(_) => of_entities,
            Step::Call(_) => true,
            _ => false,
        };
        let (own, onward) = after.split_at(after.iter().position(leads_on).unwrap_or(after.len()));
        if !onward.is_empty() && !of_entities {
            return Err(not_offered("calling an operation on a value that another returned"));
        }
        let set = Address::of([before, &[Step::Call(call.clone())]].concat()).set(model);
        Ok(Self { address, before, call, own, onward, set })
    }

    /// What the operation returns, and of that what the path says, if only one operation is meant.
    pub(crate) fn place(&self) -> Place {
        match (self.own, returned(self.call)) {
            ([], Some(place)) => place,
            _ => self.address.place,
        }
    }

    /// Is what is addressed to be found elsewhere?
    fn goes_on(&self) -> bool {
        let is_one = matches!(self.place(), Place::Entity(_));
        !self.onward.is_empty() || (is_one && matches!(self.address.tail, Tail::Value | Tail::Ref))
    }
}

fn returned(call: &address::Call) -> Option<Place> {
    call.operation().map(address::place_of)
}

impl<R: Resources> Service<R> {
    /// Calls the first operation that the address names.
    pub(crate) async fn call(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        address: &Address,
    ) -> Result<Led, Problem> {
        let options = Options::read_beside(request.query, &self.dialect.limits, &implicit(address))?;
        known_options(address, &options)?;
        let way = Way::of(self.resources.model(), address)?;
        if address.tail == Tail::Each {
            return self.call_each(caller, request, &way, &options).await.map(Led::Answer);
        }
        if way.goes_on() {
            return self.lead_on(caller, request, &way, &options).await.map(Led::On);
        }
        let called = self.called(caller, request, &way, &options).await?;
        let (ty, outcome) = self.make(caller, request, &way, &options, &called.reach, &called.meter).await?;
        self.answer_outcome(&called, ty, outcome).map(Led::Answer)
    }

    /// Calls the operation; says what it declares to return, and what it returned.
    async fn make(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        way: &Way<'_>,
        options: &Options,
        reach: &Reach,
        meter: &Meter,
    ) -> Result<(Option<Type>, Outcome), Problem> {
        let target = self.bound_to(caller, way, options, meter).await?;
        let (operation, outcome) = match way.call.operation() {
            Some(operation) if !way.call.is_action() => {
                let made = Call { operation, arguments: &way.call.arguments };
                (operation, self.resources.call(caller, target.as_ref(), &made, reach, &request.exchange).await?)
            }
            _ => {
                let read = self.arguments(request, &way.call.candidates)?;
                let made = Call { operation: read.operation, arguments: &read.arguments };
                (read.operation, self.act(caller, request, way, target.as_ref(), &made, reach).await?)
            }
        };
        Ok((operation.returns.as_ref().map(|returns| returns.ty), outcome))
    }

    /// Calls an action. What the request presumes is looked at, and the action carried out, as one, unless the service
    /// keeps nothing back: then someone may come in between.
    async fn act(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        way: &Way<'_>,
        target: Option<&R::Target>,
        made: &Call<'_>,
        reach: &Reach,
    ) -> Result<Outcome, Problem> {
        let conditions = Conditions::read(request.headers)?;
        let Some(on) = target.filter(|_| !conditions.is_empty()) else {
            // What is called on nothing has no tag.
            conditions.judge(None, false)?;
            return self.resources.call(caller, target, made, reach, &request.exchange).await;
        };
        let mut attempts = self.attempts(&on.path());
        loop {
            attempts.next().await?;
            let staged = match self.stage(caller).await {
                Err(problem) if problem.kind == Kind::NotSupported => None,
                staged => staged?,
            };
            let service = staged.as_ref().unwrap_or(self);
            service.presumed(caller, &conditions, way, on).await?;
            let outcome = service.resources.call(caller, target, made, reach, &request.exchange).await?;
            if attempts.done(settled(staged.as_ref()).await?).is_some() {
                return Ok(outcome);
            }
        }
    }

    /// Is what an action is called on what the request presumes (OData Protocol 4.01, section 11.5.5.1)? A collection
    /// is there and has no tag.
    async fn presumed(
        &self,
        caller: &R::Caller,
        conditions: &Conditions,
        way: &Way<'_>,
        target: &R::Target,
    ) -> Result<(), Problem> {
        let before = Address::of(way.before.to_vec());
        match Route::of(&before).map(|route| route.place) {
            Some(Place::Entity(_)) => match self.resources.read(caller, target, &Reach::default()).await? {
                Some(entity) => as_presumed(conditions, &entity.row, false).map(drop),
                // The call says so.
                None => Ok(()),
            },
            _ => conditions.judge(None, false).map(drop),
        }
    }

    /// The rest of the path from the entity on that the path so far leads to.
    async fn lead_on(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        way: &Way<'_>,
        options: &Options,
    ) -> Result<Address, Problem> {
        let narrowing = Narrowing::of(way.own);
        let ty = match returned(way.call) {
            Some(Place::Entity(ty) | Place::Collection(ty)) => narrowing.cast.unwrap_or(ty),
            _ => return Err(not_offered("this address")),
        };
        let Some(set) = way.set else {
            return Err(not_offered("a path behind what an operation returns that is in no set"));
        };
        let condition = self.conditions(Type::Struct(ty), &narrowing.filters, options)?;
        let reach = condition.as_ref().map(Expr::reach).unwrap_or_default();
        let meter = self.meter(request);
        let (_, outcome) = self.make(caller, request, way, options, &reach, &meter).await?;
        let entity = one_of(outcome, narrowing.key)?;
        if !entity.row.ty.is_a(ty) {
            return Err(not_of_type(ty));
        }
        if let Some(condition) = &condition {
            meet(condition, &entity, &reach, &meter)?;
        }
        let key = Key { names: entity.row.ty.key_properties(), values: key_values(&entity.row) };
        let cast = narrowing.cast.map(Step::Cast);
        let steps = [Step::Set(set), Step::Key(key)].into_iter().chain(cast).chain(way.onward.iter().cloned());
        Ok(Address { tail: way.address.tail, ..Address::of(steps.collect()) })
    }

    /// What a bound operation is called on. The caller may call it, bound or not.
    async fn bound_to(
        &self,
        caller: &R::Caller,
        way: &Way<'_>,
        options: &Options,
        meter: &Meter,
    ) -> Result<Option<R::Target>, Problem> {
        let action = Action::Call(if way.call.is_action() { OperationKind::Action } else { OperationKind::Function });
        if way.before.is_empty() {
            let itself = Address::of(vec![Step::Call(way.call.clone())]);
            return self.resources.authorize(caller, &itself, action).await.map(|_| None);
        }
        let address = Address { place: Place::Operation, ..Address::of(way.before.to_vec()) };
        let Some(route) = Route::of(&address) else { return Err(not_offered("this address")) };
        if !route.properties.is_empty() {
            return Err(not_offered("calling an operation on a property"));
        }
        if let Place::Collection(_) = route.place {
            if !route.filters.is_empty() {
                return Err(not_offered("calling an operation on part of a collection"));
            }
            // The resource knows what is of a derived type.
            let target = self.resources.authorize(caller, &address, action).await?;
            self.pass(caller, &route, options, meter).await?;
            return Ok(Some(target));
        }
        let target = self.resources.authorize(caller, &route.resource, action).await?;
        self.pass(caller, &route, options, meter).await?;
        self.pass_last(caller, &target, &route, options, meter).await?;
        Ok(Some(target))
    }

    /// Is the entity itself what the address says of it?
    async fn pass_last(
        &self,
        caller: &R::Caller,
        target: &R::Target,
        route: &Route<'_>,
        options: &Options,
        meter: &Meter,
    ) -> Result<(), Problem> {
        let condition = self.conditions(Type::Struct(route.entity_type()), &route.filters, options)?;
        if route.cast.is_none() && condition.is_none() {
            return Ok(());
        }
        let reach = condition.as_ref().map(Expr::reach).unwrap_or_default();
        let entity = self.resources.read(caller, target, &reach).await?;
        let entity = entity.filter(|entity| entity.row.ty.is_a(route.entity_type()));
        let entity = entity.ok_or_else(|| not_of_type(route.entity_type()))?;
        condition.map_or(Ok(()), |condition| meet(&condition, &entity, &reach, meter))
    }

    /// The arguments of an action, from the body.
    pub(crate) fn arguments(
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
}

/// The entity that was returned, or the one of those returned that has the key.
fn one_of(outcome: Outcome, key: Option<&Key>) -> Result<Entity, Problem> {
    match (outcome, key) {
        (Outcome::Entity(entity), _) => Ok(*entity),
        (Outcome::Entities(entities), Some(key)) => {
            let mut fitting = entities.into_iter().filter(|entity| key_values(&entity.row) == key.values);
            fitting.next().ok_or_else(|| nothing("the result has no such entity"))
        }
        (Outcome::Entities(_), None) => Err(not_offered("calling an operation on a collection that another returned")),
        _ => Err(nothing("the operation returned nothing")),
    }
}

/// The names of plain options that are arguments of calls in the address.
pub(crate) fn implicit(address: &Address) -> Vec<&'static str> {
    calls(address).flat_map(|call| call.implicit.iter().copied()).collect()
}

fn calls(address: &Address) -> impl Iterator<Item = &address::Call> {
    address.steps.iter().filter_map(|step| match step {
        Step::Call(call) => Some(call),
        _ => None,
    })
}

/// What is said to a call but is no parameter of it is a mistake.
fn known_options(address: &Address, options: &Options) -> Result<(), Problem> {
    let takes = |name: &str| calls(address).any(|call| call.is_action() || call.takes(name));
    let unknown = options.custom().iter().find(|(name, _)| !takes(name));
    unknown.map_or(Ok(()), |(name, _)| {
        let operation = calls(address).flat_map(|call| &call.candidates).next().map_or("", |operation| operation.name);
        let message = format!("found the option {}, which is no parameter of `{operation}`", edm::check::brief(name));
        Err(Problem::new(Kind::BadQuery, message).at(name.chars().take(80).collect::<String>()))
    })
}

pub(crate) fn not_offered(what: &str) -> Problem {
    Problem::new(Kind::NotSupported, format!("{what} is not supported"))
}
