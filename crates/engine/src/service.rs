//! One request, stage by stage.

use bytes::Bytes;
use edm::expr::Reach;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use odata::headers::{self, Condition, Media, Version, Wishes};
use odata::payload::{Body, Intent};
use odata::url::query::Given;
use odata::{Address, Dialect, Kind, Place, Problem, Query, options, payload, url};

use crate::collection;
use crate::exchange::{Request, Response, Timing};
use crate::method;
use crate::paging::{Binding, Plan, next_query};
use crate::payload::{Frame, Related, offered, related};
use crate::resources::{Action, Basis, Changed, Content, Entity, Resources, Row, Target};

/// How often a change is tried again when the entity changed meanwhile.
const MAX_ATTEMPTS: usize = 64;

/// A service: its data, its choices, and the key of its skip tokens.
#[derive(Debug, Clone)]
pub struct Service<R> {
    resources: R,
    dialect: Dialect,
    paging_key: [u8; 32],
    json: HeaderValue,
}

/// A request that is understood: what is said, what is meant, and that the caller may do it.
struct Understood<'a, R: Resources> {
    caller: &'a R::Caller,
    request: &'a Request<'a>,
    address: Address,
    ty: &'static edm::StructType,
    given: Vec<Given>,
    query: Query,
    wishes: Wishes,
    target: R::Target,
}

impl<R: Resources> Service<R> {
    /// A service over these resources.
    pub fn new(resources: R, dialect: Dialect, paging_key: [u8; 32]) -> Self {
        let json = HeaderValue::from_static(dialect.json);
        Self { resources, dialect, paging_key, json }
    }

    /// The data behind the service.
    pub fn resources(&self) -> &R {
        &self.resources
    }

    /// Answers a request.
    pub async fn serve(&self, caller: &R::Caller, request: Request<'_>) -> Response {
        let mut timings = Timings::start(&request);
        let answer = self.answer(caller, &request, &mut timings).await;
        let mut response = answer.unwrap_or_else(|problem| Response::problem(&problem, &request.exchange));
        if headers::answer_version(request.headers) == Version::V401 {
            response.set_static("odata-version", "4.01");
        }
        response.timings = timings.stages;
        response
    }

    /// The stages, in order: parse, bind, authorize, then read or change, and write the payload.
    async fn answer(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        timings: &mut Timings,
    ) -> Result<Response, Problem> {
        let segments = url::path::parse(request.path)?;
        timings.mark("parse");
        let option = |name: &str| odata::address::option(request.query, name);
        let address = odata::address::bind(self.resources.model(), &self.dialect, &segments, &option)?;
        let action = method::action(&address, &request.method, &self.dialect)?;
        let given = url::query::parse(request.query)?;
        let (Place::Collection(ty) | Place::Entity(ty)) = address.place else {
            return Err(Problem::new(Kind::NotSupported, "this address is not supported yet"));
        };
        let query = options::bind(self.resources.model(), ty, &given, method::applies(action))?;
        offered(action, &query)?;
        let media = if action == Action::Count { Media::Text } else { Media::Json };
        let wishes = headers::wishes(request.headers, media)?;
        let first = Plan::first(&query, &wishes, &self.dialect)?;
        timings.mark("bind");
        let target = self.resources.authorize(caller, &address, action).await?;
        timings.mark("authorize");
        let understood = Understood { caller, request, address, ty, given, query, wishes, target };
        let response = match action {
            Action::Read => self.read(&understood).await,
            Action::List => self.list(&understood, first).await,
            Action::Count => self.count(&understood).await,
            Action::Create => self.create(&understood).await,
            Action::Update => self.update(&understood).await,
            Action::Delete => self.delete(&understood).await,
            Action::Call(_) => Err(Problem::new(Kind::NotSupported, "operations are not supported yet")),
        };
        timings.mark("answer");
        response
    }

    async fn read(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let related = related(understood.ty, &understood.query);
        let entity = self.entity(understood, &related).await?;
        match condition(understood, &entity.row, true)? {
            Condition::Holds => Ok(self.answer_entity(understood, StatusCode::OK, &entity, &related)),
            Condition::NotModified => Ok(with_tag(Response::empty(StatusCode::NOT_MODIFIED), &entity.row)),
        }
    }

    async fn list(&self, understood: &Understood<'_, R>, first: Plan) -> Result<Response, Problem> {
        let Understood { caller, request, query, wishes, target, .. } = understood;
        let plan = match &query.skip_token {
            Some(token) => self.binding(understood, |binding| binding.plan(token))?.within(wishes.max_page_size),
            None => first,
        };
        let window = collection::window(&query.order, &plan);
        let rows = self.resources.list(caller, target, &Reach::NONE, &window).await?;
        let rows = rows.into_iter().map(|entity| entity.row).collect();
        let count = match query.count {
            true => Some(self.resources.count(caller, target).await?),
            false => None,
        };
        let (rows, next) = collection::page(rows, &query.order, &plan);
        let next = next.map(|plan| {
            let query = next_query(request.query, &self.binding(understood, |binding| binding.token(&plan)));
            format!("{}/{}?{query}", request.root, request.path.trim_start_matches('/'))
        });
        let frame = Frame { root: request.root, ty: understood.ty, query };
        let body = frame.collection(&target.container(), &rows, count, next.as_deref());
        let mut response = self.json(StatusCode::OK, body);
        if let Some(size) = wishes.max_page_size {
            response.set("preference-applied", format!("maxpagesize={size}"));
        }
        Ok(response)
    }

    /// What the skip tokens of a request are bound to.
    fn binding<T>(&self, understood: &Understood<'_, R>, with: impl FnOnce(Binding<'_>) -> T) -> T {
        let caller = self.resources.caller_key(understood.caller);
        let path = understood.target.path();
        with(Binding { key: &self.paging_key, caller: &caller, path: &path, given: &understood.given })
    }

    async fn count(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let count = self.resources.count(understood.caller, &understood.target).await?;
        let mut response = Response::empty(StatusCode::OK);
        response.body = count.to_string().into();
        response.set_static("content-type", "text/plain;charset=utf-8");
        Ok(response)
    }

    async fn create(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, ty, .. } = understood;
        self.resources.prepare(caller, target).await?;
        let patch = match self.body(understood, Intent::Create)? {
            Body::Entity(patch) => patch,
            Body::Reference(_) => return Err(reference(&understood.address)),
        };
        let content = Content { ty, patch, links: Vec::new() };
        let row = self.resources.create(caller, target, content, &request.exchange).await?;
        let location = format!("{}/{}{}", request.root, target.container(), url::path::key(ty, &row.id));
        let entity = Entity { row, related: Vec::new() };
        let mut response = self.answer_entity(understood, StatusCode::CREATED, &entity, &[]);
        response.set("location", location);
        Ok(response)
    }

    async fn update(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, ty, .. } = understood;
        let related = related(understood.ty, &understood.query);
        let replace = request.method == Method::PUT;
        let intent = if replace { Intent::Replace } else { Intent::Update };
        let mut patch = None;
        for _ in 0..MAX_ATTEMPTS {
            let mut entity = self.entity(understood, &related).await?;
            let patch = match &patch {
                Some(patch) => patch,
                None => match self.body(understood, intent)? {
                    Body::Entity(read) => patch.insert(read),
                    Body::Reference(_) => {
                        let message = "found only a reference, expected members to change";
                        return Err(Problem::new(Kind::BadBody, message).at("/@odata.id"));
                    }
                },
            };
            condition(understood, &entity.row, false)?;
            let basis = Basis { tag: entity.row.tag, replace };
            let content = Content { ty, patch: patch.clone(), links: Vec::new() };
            let changed = self.resources.update(caller, target, content, basis, &request.exchange).await?;
            if let Changed::Done(row) = changed {
                entity.row = row;
                return Ok(self.answer_entity(understood, StatusCode::OK, &entity, &related));
            }
        }
        Err(contention())
    }

    async fn delete(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, wishes, .. } = understood;
        for _ in 0..MAX_ATTEMPTS {
            let row = self.resources.read(caller, target, &Reach::NONE).await?.ok_or_else(nothing)?.row;
            condition(understood, &row, false)?;
            // Without a condition any version may go.
            let basis = row.tag.filter(|_| !wishes.conditions.is_empty());
            if let Changed::Done(()) = self.resources.delete(caller, target, basis, &request.exchange).await? {
                return Ok(Response::empty(StatusCode::NO_CONTENT));
            }
        }
        Err(contention())
    }

    async fn entity(&self, understood: &Understood<'_, R>, related: &[Related<'_>]) -> Result<Entity, Problem> {
        let along = related.iter().map(|related| (related.navigation, Reach::NONE)).collect();
        self.resources.read(understood.caller, &understood.target, &Reach { along }).await?.ok_or_else(nothing)
    }

    fn body(&self, understood: &Understood<'_, R>, intent: Intent) -> Result<Body, Problem> {
        headers::json_body(understood.request.headers)?;
        payload::read(self.resources.model(), understood.ty, &understood.request.body, intent)
    }

    fn answer_entity(
        &self,
        understood: &Understood<'_, R>,
        status: StatusCode,
        entity: &Entity,
        related: &[Related<'_>],
    ) -> Response {
        let Understood { request, address, ty, query, target, .. } = understood;
        let frame = Frame { root: request.root, ty, query };
        let body = frame.entity(address, target, entity, related);
        with_tag(self.json(status, body), &entity.row)
    }

    fn json(&self, status: StatusCode, body: Vec<u8>) -> Response {
        let mut response = Response::empty(status);
        response.body = Bytes::from(body);
        response.headers.insert(CONTENT_TYPE, self.json.clone());
        response
    }
}

fn condition<R: Resources>(understood: &Understood<'_, R>, row: &Row, reading: bool) -> Result<Condition, Problem> {
    let conditions = &understood.wishes.conditions;
    if conditions.is_empty() {
        return Ok(Condition::Holds);
    }
    let tag = row.tag.map(|tag| tag.to_string());
    conditions.judge(tag.as_deref(), reading)
}

fn with_tag(mut response: Response, row: &Row) -> Response {
    if let Some(tag) = row.tag {
        let mut value = *b"W/\"0123456789abcdef\"";
        if let Some(digits) = value.get_mut(3..19) {
            digits.copy_from_slice(&tag.digits());
        }
        response.set_bytes("etag", &value);
    }
    response
}

fn reference(address: &Address) -> Problem {
    let message = match address.tail {
        odata::Tail::Ref => {
            "found only a reference; the collection contains its entities and takes none from elsewhere, expected an entity to create"
        }
        _ => "found only a reference, expected an entity to create",
    };
    Problem::new(Kind::BadBody, message).at("/@odata.id")
}

fn nothing() -> Problem {
    Problem::new(Kind::ItemNotFound, "the relationship leads to nothing")
}

fn contention() -> Problem {
    let mut problem = Problem::new(Kind::Unavailable, "too many others are changing the same resource; try again");
    problem.retry_after = Some(1);
    problem
}

/// The time each stage takes, where a stopwatch is given.
struct Timings {
    stopwatch: Option<fn() -> u64>,
    last: u64,
    stages: Vec<Timing>,
}

impl Timings {
    fn start(request: &Request<'_>) -> Self {
        let stopwatch = request.exchange.stopwatch;
        Self {
            stopwatch,
            last: stopwatch.map_or(0, |now| now()),
            stages: Vec::with_capacity(if stopwatch.is_some() { 4 } else { 0 }),
        }
    }

    fn mark(&mut self, stage: &'static str) {
        let Some(now) = self.stopwatch.map(|now| now()) else { return };
        self.stages.push(Timing { stage, nanos: now.saturating_sub(self.last) });
        self.last = now;
    }
}
