//! The requests of a batch one after another, and what each finds of those before it.

use bytes::Bytes;
use edm::check::brief;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, ETAG, HOST, IF_MATCH, IF_NONE_MATCH, LOCATION, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use odata::batch::{Answer, Part, reference};
use odata::bind::Binder;
use odata::headers::Repeat;
use odata::{Kind, Problem};

use super::condition::{self, Outcome};
use super::place::Place;
use crate::exchange::{Exchange, Request, Response};
use crate::resources::Resources;
use crate::rows::Meter;
use crate::service::Service;

static ENTITY_ID: HeaderName = HeaderName::from_static("odata-entityid");
/// Headers of the batch that hold for its requests, unless they say otherwise.
static INHERITED: [HeaderName; 3] =
    [HeaderName::from_static("odata-maxversion"), HeaderName::from_static("odata-version"), ACCEPT_LANGUAGE];

/// A batch on its way.
pub(super) struct Run<'a, C> {
    caller: &'a C,
    request: &'a Request<'a>,
    roots: &'a [&'a str],
    parts: &'a [Part],
    /// By what the batch is known when it comes again.
    repeat: Option<Repeat<'a>>,
    /// Of the first parts, in order.
    done: Vec<Done>,
}

/// What became of a part.
struct Done {
    response: Response,
    /// The URL of what it made, changed or read.
    resource: Option<String>,
}

impl Done {
    fn has_failed(&self) -> bool {
        self.response.status.is_client_error() || self.response.status.is_server_error()
    }
}

impl<'a, C: Send + Sync> Run<'a, C> {
    pub(super) fn new(
        caller: &'a C,
        request: &'a Request<'a>,
        roots: &'a [&'a str],
        parts: &'a [Part],
        repeat: Option<Repeat<'a>>,
    ) -> Self {
        Self { caller, request, roots, parts, repeat, done: Vec::with_capacity(parts.len()) }
    }

    /// Runs everything. With `stop`, nothing runs after a failure; then what has not run is answered too if `complete`.
    pub(super) async fn all<R: Resources<Caller = C>>(&mut self, service: &Service<R>, stop: bool, complete: bool) {
        let parts = self.parts;
        for set in parts.chunk_by(|one, other| one.group.is_some() && one.group == other.group) {
            if stop && self.done.iter().any(Done::has_failed) {
                match complete {
                    true => self.fail(set, &dependent("an earlier request has failed")),
                    false => return,
                }
                continue;
            }
            match set {
                [part] if part.group.is_none() => {
                    let done = self.one(service, part).await;
                    self.done.push(done);
                }
                _ => self.group(service, set).await,
            }
        }
    }

    /// The answers so far, each with its request's name.
    pub(super) fn answers(self) -> Vec<Answer> {
        let answer = |(part, done): (&Part, Done)| {
            let Response { status, mut headers, body, .. } = done.response;
            headers.remove(VARY);
            headers.entry("odata-version").or_insert(HeaderValue::from_static("4.0"));
            Answer { id: part.id.clone(), group: part.group.clone(), status, headers, body }
        };
        self.parts.iter().zip(self.done).map(answer).collect()
    }

    /// Runs requests that succeed or fail together.
    async fn group<R: Resources<Caller = C>>(&mut self, service: &Service<R>, set: &[Part]) {
        let start = self.done.len();
        // On which of the group's requests the others depend is of no matter: all of them must succeed.
        let mut unconditional = set.iter().filter(|part| part.condition.is_none());
        let outside =
            unconditional.find_map(|part| self.missing(part, &|name| !set.iter().any(|own| own.is_called(name))));
        if let Some(problem) = outside {
            return self.fail(set, &problem);
        }
        // By its sender, too: `me` is another for each.
        let sender = self.request.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let mut attempts = service.attempts(&(sender, set.first().map(|part| &part.url)));
        loop {
            if let Err(problem) = attempts.next().await {
                return self.fail(set, &problem);
            }
            let staged = match service.stage(self.caller).await {
                Ok(Some(staged)) => staged,
                // No batch stands within another.
                Ok(None) => return,
                Err(problem) => return self.fail(set, &problem),
            };
            for part in set {
                let done = self.one(&staged, part).await;
                let failed = done.has_failed();
                self.done.push(done);
                if failed {
                    return self.undo(set, start);
                }
            }
            match staged.resources().finish().await.map(|changed| attempts.done(changed)) {
                Ok(Some(())) => return,
                Ok(None) => self.done.truncate(start),
                Err(problem) => {
                    self.done.truncate(start);
                    return self.fail(set, &problem);
                }
            }
        }
    }

    /// After the last request of a group that has run failed, none has had an effect.
    fn undo(&mut self, set: &[Part], start: usize) {
        let failed = self.done.pop();
        let before = self.done.len().saturating_sub(start);
        self.done.truncate(start);
        let named = set.get(before).and_then(|part| part.id.as_deref());
        let name = named.map_or_else(|| format!("number {}", before + 1), brief);
        let problem = dependent(&format!("the request {name} of the same group has failed"));
        self.fail(set.get(..before).unwrap_or_default(), &problem);
        self.done.extend(failed);
        self.fail(set.get(before + 1..).unwrap_or_default(), &problem);
    }

    fn fail(&mut self, set: &[Part], problem: &Problem) {
        let response = Response::problem(problem, &self.request.exchange);
        self.done.extend(set.iter().map(|_| Done { response: response.clone(), resource: None }));
    }

    async fn one<R: Resources<Caller = C>>(&self, service: &Service<R>, part: &Part) -> Done {
        let ready = self.may_run(service, part).and_then(|()| Ok((self.place(part)?, self.headers(part)?)));
        let (place, headers) = match ready {
            Ok(ready) => ready,
            Err(problem) => {
                return Done { response: Response::problem(&problem, &self.request.exchange), resource: None };
            }
        };
        let is_head = part.method == Method::HEAD;
        let request = Request {
            // HEAD is GET without the body, which is left out at the end.
            method: if is_head { Method::GET } else { part.method.clone() },
            root: &place.root,
            path: &place.path,
            query: place.query.as_deref(),
            headers: &headers,
            body: part.body.clone(),
            exchange: Exchange { stopwatch: None, ..self.request.exchange.clone() },
        };
        let mut response = service.serve(self.caller, &request).await;
        if is_head {
            response.body = Bytes::new();
        }
        let made = [&LOCATION, &ENTITY_ID].into_iter().find_map(|name| response.headers.get(name)?.to_str().ok());
        let resource = made.map_or_else(|| place.resource(), str::to_owned);
        Done { response, resource: Some(resource) }
    }

    /// Has all happened that the request depends on? Its condition, where it has one, decides instead.
    fn may_run<R: Resources<Caller = C>>(&self, service: &Service<R>, part: &Part) -> Result<(), Problem> {
        if part.id.is_some() && self.parts.iter().take(self.done.len()).any(|earlier| earlier.id == part.id) {
            let id = brief(part.id.as_deref().unwrap_or_default());
            return Err(Problem::new(Kind::BadBody, format!("found the id {id} a second time, expected another")));
        }
        let Some(condition) = &part.condition else {
            return self.missing(part, &|_| true).map_or(Ok(()), Err);
        };
        let dialect = service.dialect();
        let binder = || Binder::new(service.resources().model(), dialect.rules, dialect.limits);
        let meter = Meter::new(self.request.exchange.now, dialect.ignore_case, dialect.max_steps);
        let earlier = |id: &str| {
            let done = self.done_of(id)?;
            Some(Outcome { succeeded: done.response.status.is_success(), body: &done.response.body })
        };
        match condition::holds(binder, condition, &earlier, &meter)? {
            true => Ok(()),
            false => Err(Problem::new(Kind::FailedDependency, "the condition of the request is not true").at("if")),
        }
    }

    /// What became of the earlier request of that id.
    fn done_of(&self, id: &str) -> Option<&Done> {
        let is_meant = |part: &Part| part.id.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(id));
        self.parts.iter().zip(&self.done).find(|(part, _)| is_meant(part)).map(|(_, done)| done)
    }

    /// Where the request goes.
    fn place(&self, part: &Part) -> Result<Place, Problem> {
        let url = match reference(&part.url) {
            Some((id, rest)) => self.resource(id)? + rest,
            None => part.url.clone(),
        };
        let place = Place::of(&url, self.request.root, self.roots)?;
        match place.is_batch() {
            true => {
                Err(Problem::new(Kind::BadQuery, "found a batch within a batch, expected another request").at("url"))
            }
            false => Ok(place),
        }
    }

    /// The URL of what an earlier request of that id made, changed or read.
    fn resource(&self, id: &str) -> Result<String, Problem> {
        let Some(done) = self.done_of(id) else {
            let message = format!("found `${id}` in the URL, expected the id of an earlier request");
            return Err(Problem::new(Kind::BadQuery, message).at("url"));
        };
        match &done.resource {
            Some(url) if !done.has_failed() => Ok(url.clone()),
            _ => Err(dependent(&format!("the request {} has failed", brief(id)))),
        }
    }

    /// The dependency of a request, among those that count, that has not succeeded.
    fn missing(&self, part: &Part, counts: &dyn Fn(&str) -> bool) -> Option<Problem> {
        let failed = |name: &&String| {
            let mut named = self.parts.iter().zip(&self.done).filter(|(part, _)| part.is_called(name));
            named.any(|(_, done)| done.has_failed())
        };
        let name = part.depends_on.iter().filter(|name| counts(name)).find(failed)?;
        Some(dependent(&format!("the request {} has failed", brief(name))))
    }

    /// The request's own headers. Whose it is says the batch alone.
    fn headers(&self, part: &Part) -> Result<HeaderMap, Problem> {
        let mut headers = part.headers.clone();
        headers.remove(AUTHORIZATION);
        headers.remove(HOST);
        for (name, place) in [(IF_MATCH, "If-Match"), (IF_NONE_MATCH, "If-None-Match")] {
            let value = headers.get(&name).and_then(|value| value.to_str().ok());
            if let Some(id) = value.and_then(|value| value.trim().strip_prefix('$')) {
                let tag = self.tag(id).map_err(|problem| problem.at(place))?;
                headers.insert(name, tag);
            }
        }
        if let Some(repeat) = self.repeat.filter(|_| part.method == Method::POST) {
            repeat.mark_part(self.done.len(), &mut headers);
        }
        for name in &INHERITED {
            if let Some(value) = self.request.headers.get(name) {
                headers.entry(name).or_insert_with(|| value.clone());
            }
        }
        Ok(headers)
    }

    /// The entity tag that an earlier request was answered with (OData Protocol 4.01, section 11.7.5).
    fn tag(&self, id: &str) -> Result<HeaderValue, Problem> {
        let Some(done) = self.done_of(id) else {
            let message = format!("found {}, expected the id of an earlier request", brief(&format!("${id}")));
            return Err(Problem::new(Kind::BadHeader, message));
        };
        match done.response.headers.get(ETAG) {
            _ if done.has_failed() => Err(dependent(&format!("the request {} has failed", brief(id)))),
            Some(tag) => Ok(tag.clone()),
            None => {
                let message = format!("the answer to the request {} has no entity tag, expected one", brief(id));
                Err(Problem::new(Kind::BadHeader, message))
            }
        }
    }
}

fn dependent(what: &str) -> Problem {
    Problem::new(Kind::FailedDependency, format!("{what}, and this one with it"))
}
