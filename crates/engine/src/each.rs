//! `/$each`: what is done to every entity of a collection, all of them or none (OData Protocol 4.01, sections 11.4.13
//! and 11.4.14; URL Conventions, section 4.14).

use edm::expr::Reach;
use edm::{Operation, OperationKind, StructType, Value};
use http::StatusCode;
use odata::address::{self, Key, Place, Step};
use odata::headers::{Applied, Conditions};
use odata::payload::{Body, Intent};
use odata::query::Options;
use odata::syntax::beyond;
use odata::{Address, Kind, Problem, Query, setting};

use crate::calls::Way;
use crate::collection::Shaping;
use crate::exchange::{Request, Response};
use crate::payload::{Page, View};
use crate::reading::{Pieces, applied, as_presumed, condition};
use crate::resources::{Action, Basis, Call, Changed, Entity, Outcome, Resources, Row, Target};
use crate::route::Route;
use crate::service::{Heard, Service, Understood, no_content};
use crate::task::Task;
use crate::turns::contention;

impl<R: Resources> Service<R> {
    /// Changes or removes the entities.
    pub(crate) async fn change_each(&self, task: Task, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let mut attempts = self.attempts(&understood.target.path());
        loop {
            attempts.next().await?;
            let staged = self.stage(understood.caller).await?;
            let changed = staged.as_ref().unwrap_or(self).change_all(task, understood).await?;
            if attempts.done(settled(staged.as_ref()).await?).is_some() {
                return self.changed_each(task, understood, changed).await;
            }
        }
    }

    async fn change_all(&self, task: Task, understood: &Understood<'_, R>) -> Result<Vec<Row>, Problem> {
        let Understood { caller, request, target, meter, heard, .. } = understood;
        let Heard { query, reach, route, .. } = &**heard;
        let entities = self.few(caller, (target, reach, route.cast), Shaping::new(query, reach, meter)).await?;
        if entities.len().saturating_mul(request.body.len()) > self.dialect.max_held {
            let message = beyond(setting::HELD, self.dialect.max_held >> 20, "megabytes of changes");
            return Err(Problem::new(Kind::BadQuery, format!("{message}; choose fewer by `/$filter`")).at("$each"));
        }
        let mut changed = Vec::with_capacity(entities.len());
        for Entity { row, .. } in entities {
            condition(understood, &row, false)?;
            let member = self.one_of(caller, &route.resource.steps, &row, task.action()).await?;
            let done = match task {
                Task::DeleteEach => {
                    let deleted = self.resources.delete(caller, &member, row.tag, &request.exchange).await;
                    deleted.map(|done| done.map(|()| row))
                }
                _ => {
                    let Body::Entity(body) = self.body(understood, row.ty, Intent::Update)? else {
                        let message = "found only a reference, expected members to change";
                        return Err(Problem::new(Kind::BadBody, message).at("/@odata.id"));
                    };
                    let content = self.content(understood, body).await?;
                    let basis = Basis { tag: row.tag, replace: false };
                    self.resources.update(caller, &member, content, basis, &request.exchange).await
                }
            };
            match done? {
                Changed::Done(row) => changed.push(row),
                Changed::Conflict => return Err(contention()),
            }
        }
        Ok(changed)
    }

    async fn changed_each(
        &self,
        task: Task,
        understood: &Understood<'_, R>,
        rows: Vec<Row>,
    ) -> Result<Response, Problem> {
        let Understood { caller, target, heard, .. } = understood;
        let Heard { query, reach, route, wishes, .. } = &**heard;
        let prefer = &wishes.prefer;
        if task == Task::DeleteEach || prefer.representation == Some(false) {
            let given = prefer.representation.filter(|_| task != Task::DeleteEach);
            return Ok(applied(no_content(), &Applied::new().representation(given)));
        }
        let mut entities = Vec::with_capacity(rows.len());
        for row in rows {
            let entity = match reach.is_empty() {
                true => None,
                false => {
                    let member = self.one_of(caller, &route.resource.steps, &row, Action::Read).await?;
                    self.resources.read(caller, &member, reach).await?
                }
            };
            entities.push(entity.unwrap_or_else(|| row.into()));
        }
        let frame = self.frame(understood);
        let cast = route.cast_text(frame.model.namespace);
        let page = Page { cast: &cast, entities: &entities, count: None, next: None, delta: None, first: None };
        let view = View::of(frame.model, route, query, reach);
        let body = frame.collection(&target.container(), &self.home(understood), &view, &page)?;
        let response = self.json(StatusCode::OK, wishes.format, body);
        Ok(applied(response, &Applied::new().representation(prefer.representation).omit(prefer.omit)))
    }

    /// Calls an action on each of the entities; what it returns is answered as a collection.
    pub(crate) async fn call_each(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        way: &Way<'_>,
        options: &Options,
    ) -> Result<Response, Problem> {
        let called = self.called(caller, request, way, options).await?;
        let made = self.arguments(request, &way.call.candidates)?;
        let conditions = Conditions::read(request.headers)?;
        let call = Call { operation: made.operation, arguments: &made.arguments };
        let mut attempts = self.attempts(request.path);
        loop {
            attempts.next().await?;
            let staged = self.stage(caller).await?;
            let service = staged.as_ref().unwrap_or(self);
            let mut outcomes = Vec::new();
            let entities = service.called_on(caller, request, way, options).await?;
            entities.iter().try_for_each(|(_, row)| as_presumed(&conditions, row, false).map(drop))?;
            for (steps, row) in &entities {
                let member = service.one_of(caller, steps, row, Action::Call(OperationKind::Action)).await?;
                let done = service.resources.call(caller, Some(&member), &call, &called.reach, &request.exchange);
                outcomes.push(done.await?);
            }
            if attempts.done(settled(staged.as_ref()).await?).is_some() {
                let ty = made.operation.returns.as_ref().map(|returns| returns.ty);
                return self.answer_outcome(&called, ty, together(made.operation, outcomes));
            }
        }
    }

    /// The entities on which an action is called, and the steps to their collection.
    async fn called_on(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        way: &Way<'_>,
        options: &Options,
    ) -> Result<Vec<(Vec<Step>, Row)>, Problem> {
        let address = Address::of(way.before.to_vec());
        let Some(route) = Route::of(&address) else { return Err(crate::calls::not_offered("this address")) };
        let ty = route.entity_type();
        let meter = self.meter(request);
        let filter = self.conditions(edm::Type::Struct(ty), &route.filters, options)?;
        let query = Query { filter, ..Query::default() };
        let reach = query.reach();
        let action = Action::Call(OperationKind::Action);
        let target = self.resources.authorize(caller, &route.resource, action).await?;
        self.pass(caller, &route, options, &meter).await?;
        let kept = self.few(caller, (&target, &reach, route.cast), Shaping::new(&query, &reach, &meter)).await?;
        Ok(kept.into_iter().map(|entity| (route.resource.steps.clone(), entity.row)).collect())
    }

    /// A member of the collection that the steps lead to.
    async fn one_of(
        &self,
        caller: &R::Caller,
        steps: &[Step],
        row: &Row,
        action: Action,
    ) -> Result<R::Target, Problem> {
        let key = Key { names: row.ty.key_properties(), values: crate::body::key_values(row) };
        let address = Address::of([steps, &[Step::Key(key)]].concat());
        self.resources.authorize(caller, &address, action).await
    }

    /// The entities that are found. One request changes no more than one page could show.
    async fn few(
        &self,
        caller: &R::Caller,
        (target, reach, cast): (&R::Target, &Reach, Option<&'static StructType>),
        shaping: Shaping<'_>,
    ) -> Result<Vec<Entity>, Problem> {
        let most = self.dialect.max_page_size;
        let (mut found, mut pieces) = (Vec::new(), Pieces::all());
        while let Some(entities) = self.piece_of(caller, target, reach, cast, &mut pieces).await? {
            found.append(&mut shaping.kept(entities)?);
            if found.len() > most {
                break;
            }
        }
        if found.len() <= most {
            return Ok(found);
        }
        let message = format!("{}, in one change; choose fewer by `/$filter`", beyond(setting::PAGE, most, "entities"));
        Err(Problem::new(Kind::BadQuery, message).at("$each"))
    }
}

/// Is what was kept back done? Not if others came first.
pub(crate) async fn settled<R: Resources>(staged: Option<&Service<R>>) -> Result<Changed<()>, Problem> {
    match staged {
        Some(staged) => staged.resources.finish().await,
        None => Ok(Changed::Done(())),
    }
}

/// What several calls of an operation returned.
fn together(operation: &Operation, outcomes: Vec<Outcome>) -> Outcome {
    let mut entities = Vec::new();
    let mut values = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Entity(entity) => entities.push(*entity),
            Outcome::Entities(more) => entities.extend(more),
            Outcome::Value(Value::List(more)) => values.extend(more),
            Outcome::Value(value) => values.push(value),
        }
    }
    match address::place_of(operation) {
        Place::Nothing => Outcome::Nothing,
        Place::Value(..) => Outcome::Value(Value::List(values)),
        _ => Outcome::Entities(entities),
    }
}
