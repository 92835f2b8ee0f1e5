//! One request, stage by stage.

mod understanding;

use std::hash::Hash;
use std::sync::Arc;

use bytes::Bytes;
use edm::StructType;
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderValue, Method, StatusCode};
use odata::headers::{self, Version, Wishes};
use odata::payload::Format;
use odata::{Address, Dialect, Kind, Place, Problem, Step, url};

use crate::all;
use crate::calls::{self, Led, not_offered};
use crate::conditions::meet;
use crate::exchange::{Request, Response};
use crate::home::Home;
use crate::known_paths::KnownPaths;
use crate::metadata::{Document, Metadata};
use crate::payload::Frame;
use crate::posted::Posted;
use crate::resources::{Entity, Resources, Target};
use crate::route::Route;
use crate::rows::Meter;
use crate::task::{self, Task};
use crate::timings::Timings;
use crate::turns::{Attempts, Turns};

pub(crate) use self::understanding::{Heard, Understood, check_whole};

/// A service: its data, its choices, and its key: of skip tokens, and of what requests are known by when they come
/// again.
#[derive(Debug, Clone)]
pub struct Service<R> {
    pub(crate) resources: R,
    pub(crate) dialect: Dialect,
    pub(crate) paging_key: [u8; 32],
    /// Of changes that race with others; none where changes are kept back until all are settled at once.
    turns: Option<Arc<Turns>>,
    json: HeaderValue,
    metadata: Arc<Metadata>,
    known_paths: Arc<KnownPaths>,
}

/// Where a path leads.
enum Located {
    At(Arc<Address>),
    /// To what the service says of itself.
    Document(Document),
}

impl<R: Resources> Service<R> {
    /// A service over these resources.
    pub fn new(resources: R, dialect: Dialect, paging_key: [u8; 32]) -> Self {
        let json = HeaderValue::from_static(dialect.json);
        let metadata = Arc::new(Metadata::new(resources.model(), dialect.clone(), resources.info()));
        Self {
            resources,
            dialect,
            paging_key,
            turns: Some(Arc::default()),
            json,
            metadata,
            known_paths: Arc::default(),
        }
    }

    /// Answers a request for what the service says of itself, to anyone; `None` where the request asks for anything
    /// else, for which a caller must be known.
    pub fn describe(&self, request: &Request<'_>) -> Option<Response> {
        let is_asking = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&request.method);
        let document = Document::at(request.path).filter(|_| is_asking)?;
        let answer = self.metadata.answer(document, request);
        Some(answer.unwrap_or_else(|problem| Response::problem(&problem, &request.exchange)))
    }

    /// The data behind the service.
    pub fn resources(&self) -> &R {
        &self.resources
    }

    /// The same service over a copy of its data that keeps back what is changed; `None` if it is one already, which
    /// is settled together with what came before.
    pub(crate) async fn stage(&self, caller: &R::Caller) -> Result<Option<Self>, Problem> {
        match self.turns {
            None => Ok(None),
            Some(_) => self.resources.begin(caller).await.map(|resources| Some(self.over(resources))),
        }
    }

    fn over(&self, resources: R) -> Self {
        Self {
            resources,
            dialect: self.dialect.clone(),
            paging_key: self.paging_key,
            turns: None,
            json: self.json.clone(),
            metadata: Arc::clone(&self.metadata),
            known_paths: Arc::clone(&self.known_paths),
        }
    }

    /// The attempts of a change of that. Where it is known what an address leads to, it is the canonical path: `me` is
    /// another for each caller, who must not wait for each other.
    pub(crate) fn attempts(&self, what: &(impl Hash + ?Sized)) -> Attempts<'_> {
        Attempts::new(self.turns.as_ref().map(|turns| turns.lane(what)))
    }

    /// The choices of the service.
    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Answers a request.
    pub async fn serve(&self, caller: &R::Caller, request: &Request<'_>) -> Response {
        let mut timings = Timings::start(request);
        let answer = match Posted::is_meant(request) {
            false => self.answer(caller, request, &mut timings).await,
            true => Box::pin(self.answer_posted(caller, request, &mut timings)).await,
        };
        let mut response = answer.unwrap_or_else(|problem| Response::problem(&problem, &request.exchange));
        if headers::answer_version(request.headers) == Version::V401 {
            response.set_static("odata-version", "4.01");
        }
        response.headers.entry(VARY).or_insert(HeaderValue::from_static(headers::VARY));
        response.timings = timings.stages;
        response
    }

    /// The same where the path ends with `$query`.
    async fn answer_posted(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        timings: &mut Timings,
    ) -> Result<Response, Problem> {
        match Posted::read(request, &self.dialect.limits)? {
            Some(posted) => self.answer(caller, &posted.request(request), timings).await,
            None => self.answer(caller, request, timings).await,
        }
    }

    /// The stages, in order: parse, bind, authorize, then read or change, and write the payload.
    async fn answer(
        &self,
        caller: &R::Caller,
        request: &Request<'_>,
        timings: &mut Timings,
    ) -> Result<Response, Problem> {
        let (address, identified) = match self.locate(request, timings)? {
            Located::At(address) => self.stands_for(request, address)?,
            Located::Document(document) => return self.metadata.answer(document, request),
        };
        if request.method == Method::OPTIONS {
            return task::offered_by(&address, &self.dialect);
        }
        let mut task = task::task(&address, &request.method, &self.dialect)?;
        if let Place::All(ty) = address.place {
            return Box::pin(self.all(caller, request, ty)).await;
        }
        let arguments = calls::implicit(&address);
        let mut address = address;
        // Each turn calls one operation of the path.
        while address.steps.iter().any(|step| matches!(step, Step::Call(_))) {
            match Box::pin(self.call(caller, request, &address)).await? {
                Led::Answer(response) => return Ok(response),
                Led::On(further) => address = Arc::new(further),
            }
            task = task::task(&address, &request.method, &self.dialect)?;
        }
        let Some(mut route) = Route::of(&address) else { return Err(not_offered("this address")) };
        (route.identified, route.arguments) = (identified, arguments);
        let heard = self.hear(request, &address, route, task)?;
        timings.mark("bind");
        let understood = self.understand(caller, request, &address, heard, task, timings).await?;
        let response = self.carry_out(task, &understood).await;
        timings.mark("answer");
        match understood.wishes.prefer.explain && self.dialect.explains {
            // Boxed, for it is rare and would make the future of every request larger.
            true => Box::pin(self.explained(&understood, response?)).await,
            false => response,
        }
    }

    /// Parses and binds the path, unless it is known.
    fn locate(&self, request: &Request<'_>, timings: &mut Timings) -> Result<Located, Problem> {
        if let Some(known) = self.known_paths.get(request) {
            return Ok(Located::At(known));
        }
        let segments = url::path::parse(request.path)?;
        if let Some(document) = Document::of(&segments) {
            return Ok(Located::Document(document));
        }
        timings.mark("parse");
        let option = |name: &str| odata::address::option(request.query, name);
        let address = Arc::new(odata::address::bind(self.resources.model(), &self.dialect, &segments, &option)?);
        self.known_paths.put(request, &address);
        Ok(Located::At(address))
    }

    /// The address that one stands for which names no place of its own; says whether `$id` gave it.
    fn stands_for(&self, request: &Request<'_>, address: Arc<Address>) -> Result<(Arc<Address>, bool), Problem> {
        Ok(match address.place {
            Place::EntityById(cast) => (self.identified_by(request, cast)?.into(), true),
            Place::All(Some(ty)) => (all::only_set(self.resources.model(), ty).map_or(address, Arc::new), false),
            _ => (address, false),
        })
    }

    /// `$entity?$id=…`: the address of the entity that the option names, as a derived type if a cast follows.
    fn identified_by(&self, request: &Request<'_>, cast: Option<&'static StructType>) -> Result<Address, Problem> {
        let missing = || Problem::new(Kind::BadQuery, "found no `$id`, expected the URL of an entity").at("$id");
        let id = odata::address::option(request.query, "$id").or_else(|| odata::address::option(request.query, "id"));
        let model = self.resources.model();
        let mut address = odata::address::bind_reference(model, &self.dialect, request.root, &id.ok_or_else(missing)?)
            .map_err(|problem| Problem { kind: Kind::BadQuery, ..problem }.at("$id"))?;
        if let Some(cast) = cast {
            address.steps.push(Step::Cast(cast));
            address.place = Place::Entity(cast);
        }
        Ok(address)
    }

    async fn carry_out(&self, task: Task, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        match task {
            Task::Read => self.read(understood).await,
            Task::List => self.list(understood).await,
            Task::Count => self.count(understood).await,
            // Boxed: their futures are larger, and the future of every request has room for the largest.
            _ => Box::pin(self.carry_out_other(task, understood)).await,
        }
    }

    /// What is asked less often than reading.
    async fn carry_out_other(&self, task: Task, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        match task {
            Task::Read | Task::List | Task::Count | Task::Call(_) => {
                Err(Problem::new(Kind::NotSupported, "calling this here is not supported"))
            }
            Task::References => self.references(understood).await,
            Task::Create => self.create(understood).await,
            Task::Update => self.update(understood).await,
            Task::Delete => self.delete(understood).await,
            Task::UpdateEach | Task::DeleteEach => self.change_each(task, understood).await,
            Task::Link => self.link(understood).await,
            Task::Unlink => self.unlink(understood).await,
            Task::ReadProperty | Task::CountProperty | Task::ReadRaw => self.read_property(task, understood).await,
            Task::SetProperty | Task::Append | Task::Remove | Task::ClearProperty => {
                self.change_property(task, understood).await
            }
            Task::ReadMedia => self.read_media(understood).await,
            Task::SetMedia | Task::ClearMedia => self.change_media(task, understood).await,
        }
    }

    /// The entity that is addressed, of the type and under the conditions that the address says; `None` at the end of a
    /// relationship that leads nowhere.
    pub(crate) async fn entity(&self, understood: &Understood<'_, R>) -> Result<Option<Entity>, Problem> {
        let Understood { caller, target, meter, heard, .. } = understood;
        let Heard { route, condition, reach, .. } = &**heard;
        let Some(entity) = self.resources.read(caller, target, reach).await? else { return Ok(None) };
        let ty = route.entity_type();
        if !entity.row.ty.is_a(ty) {
            return Err(not_of_type(ty));
        }
        if let Some(condition) = condition {
            meet(condition, &entity, reach, meter)?;
        }
        Ok(Some(entity))
    }

    /// The same where there must be one.
    pub(crate) async fn some_entity(&self, understood: &Understood<'_, R>) -> Result<Entity, Problem> {
        self.entity(understood).await?.ok_or_else(|| nothing("the relationship leads to nothing"))
    }

    /// What answers to a request are written by.
    pub(crate) fn frame<'f>(&self, understood: &'f Understood<'_, R>) -> Frame<'f> {
        self.frame_with(understood.request, &understood.wishes, &understood.meter)
    }

    /// The same for a request that is not about entities of an address.
    pub(crate) fn frame_with<'f>(&self, request: &Request<'f>, wishes: &Wishes, meter: &'f Meter) -> Frame<'f> {
        Frame {
            model: self.resources.model(),
            root: request.root,
            format: wishes.format,
            inner_contexts: self.dialect.inner_contexts,
            ids: self.dialect.ids,
            meter,
        }
    }

    /// Where the addressed entities are at home.
    pub(crate) fn home(&self, understood: &Understood<'_, R>) -> Home<'static> {
        match understood.route.is_the_only_one() {
            true => Home::alone(understood.target.path()),
            false => Home::collection(understood.target.container()),
        }
    }

    /// A JSON answer.
    pub(crate) fn json(&self, status: StatusCode, format: Format, body: Vec<u8>) -> Response {
        let mut response = Response::empty(status);
        response.body = Bytes::from(body);
        if format.is_usual() {
            response.headers.insert(CONTENT_TYPE, self.json.clone());
        } else {
            response.set("content-type", self.dialect.json_type(format));
        }
        response
    }
}

pub(crate) fn not_of_type(ty: &StructType) -> Problem {
    nothing(&format!("the entity is not of the type `{}`", ty.name))
}

pub(crate) fn nothing(message: &str) -> Problem {
    Problem::new(Kind::ItemNotFound, message)
}

/// The answer where there is nothing to answer.
pub(crate) fn no_content() -> Response {
    Response::empty(StatusCode::NO_CONTENT)
}
