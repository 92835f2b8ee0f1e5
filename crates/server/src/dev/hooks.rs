//! What a development server has beside the protocol: what tests can ask of it (start over, set the clock, fail, and
//! tell what it was asked), and the way to its sign-in.
//!
//! The tests' part needs no token, so only this machine may ask, and no page of another origin.

use engine::{Kind, Problem, Response};
use http::header::ORIGIN;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard};
use uuid::Uuid;

use super::faults::Faults;
use super::ground;
use super::journal::Journal;
use super::people::Source;
use super::signin::{SignIn, Way};
use crate::app::{App, Arrival, Most, Origin, Refusal, gather, is_loopback};
use crate::clock::TICKS_PER_SECOND;
use crate::data_dir::DataDir;
use crate::duration::parse_seconds;
use crate::failure::{Failure, Outcome};

/// The hooks of one server.
pub(crate) struct Hooks {
    /// Requests go through it together, a reset alone.
    gate: RwLock<()>,
    faults: Faults,
    journal: Journal,
    tenant: Uuid,
    people: Source,
    /// Where notes are kept; nowhere for a server that keeps nothing.
    directory: Option<DataDir>,
    signin: SignIn,
}

/// Whether a request goes on.
pub(crate) enum Passage<'a> {
    /// It does; no reset happens meanwhile. With a problem that is answered instead of what came of it.
    Open(RwLockReadGuard<'a, ()>, Option<Problem>),
    /// It was answered.
    Answered(Response),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockWish {
    set: Option<String>,
    advance: Option<Value>,
}

impl Hooks {
    pub(super) fn new(tenant: Uuid, people: Source, directory: Option<DataDir>, signin: SignIn) -> Hooks {
        Hooks {
            gate: RwLock::new(()),
            faults: Faults::default(),
            journal: Journal::default(),
            tenant,
            people,
            directory,
            signin,
        }
    }

    /// Answers what is meant for the hooks or the sign-in, lets a test's wish come true, or lets the request pass.
    pub(crate) async fn before(
        &self,
        app: &App,
        arrival: &Arrival<'_>,
        origin: Origin<'_>,
        body: &mut Incoming,
    ) -> Result<Passage<'_>, Refusal> {
        let path = arrival.head.uri.path();
        if path == "/.well-known/jwks.json" {
            return Ok(Passage::Answered(answer_text(self.signin.keys().await)));
        }
        if let Some(name) = path.strip_prefix("/dev/") {
            return self.ask(app, arrival, name, body).await.map(Passage::Answered);
        }
        let fate = self.faults.next(arrival.head.method.as_str(), path);
        if let Some(delay) = fate.delay {
            tokio::time::sleep(delay).await;
        }
        let instead = match fate.problem {
            Some(problem) if !fate.carried_out => return Err(problem.into()),
            instead => instead,
        };
        let open = self.gate.read().await;
        match Way::to(path) {
            // Boxed: its future is larger than that of the requests that matter.
            Some(way) => Box::pin(self.signin.answer(app, arrival, origin, way, body)).await.map(Passage::Answered),
            None => Ok(Passage::Open(open, instead)),
        }
    }

    /// Writes the request into the journal.
    pub(crate) fn after(&self, arrival: &Arrival<'_>, status: StatusCode) {
        let path = arrival.head.uri.path();
        if !path.starts_with("/dev/") && path != "/healthz" && path != "/readyz" {
            self.journal.add(&arrival.head.method, &arrival.head.uri, status, arrival.ids.id);
        }
    }

    async fn ask(
        &self,
        app: &App,
        arrival: &Arrival<'_>,
        name: &str,
        body: &mut Incoming,
    ) -> Result<Response, Refusal> {
        let head = arrival.head;
        let foreign = head.headers.get(ORIGIN).is_some_and(|origin| !app.origins.allow(origin));
        if foreign || !is_loopback(head) {
            let message =
                "the test hooks answer only to localhost, 127.0.0.1 or [::1], and to no page of another origin";
            return Err(Refusal::new(Kind::BadHeader, message).at("host"));
        }
        let body = gather(&head.headers, body, Most::USUAL).await?;
        match (name, &head.method) {
            ("reset", &Method::POST) => self.reset(app).await,
            ("clock", &Method::GET) => Ok(clock(app)),
            ("clock", &Method::POST) => self.set_clock(app, parse(&body, CLOCK)?),
            ("fail", &Method::POST) => self.faults.add(parse(&body, FAULT)?).map(|()| done()).map_err(bad_body),
            ("fail", &Method::DELETE) => {
                self.faults.clear();
                Ok(done())
            }
            ("journal", &Method::GET) => Ok(answer(&self.journal.to_json())),
            ("journal", &Method::DELETE) => {
                self.journal.clear();
                Ok(done())
            }
            _ => Err(Refusal::new(
                Kind::ResourceNotFound,
                "no such hook; expected POST /dev/reset, GET or POST /dev/clock, POST or DELETE /dev/fail, GET or DELETE /dev/journal",
            )),
        }
    }

    async fn reset(&self, app: &App) -> Result<Response, Refusal> {
        let _alone = self.gate.write().await;
        self.fill(app).await.map_err(|failure| {
            let message = failure.message().unwrap_or_default().to_owned();
            tracing::error!(message, "the reset failed");
            Refusal::new(Kind::Internal, message)
        })?;
        self.faults.clear();
        self.journal.clear();
        Ok(done())
    }

    async fn fill(&self, app: &App) -> Outcome {
        let trouble = |error: store::Error| Failure::failed("cannot empty the store", error);
        app.store.erase_all().await.map_err(trouble)?;
        app.effects.reset();
        let note = self.people.load(&app.api, self.tenant).await?;
        self.signin.reset(note.roles.clone());
        match &self.directory {
            Some(directory) => ground::keep(directory, note, &app.effects),
            None => Ok(()),
        }
    }

    fn set_clock(&self, app: &App, wish: ClockWish) -> Result<Response, Refusal> {
        let time = match (wish.set, wish.advance) {
            (Some(text), None) => edm::DateTimeOffset::parse(&text)
                .map(|time| time.ticks())
                .ok_or_else(|| bad_body(format!("`set` is a time such as 2030-01-01T00:00:00Z, not `{text}`")))?,
            (None, Some(length)) => seconds(&length)
                .and_then(|seconds| app.effects.time().checked_add(seconds.checked_mul(TICKS_PER_SECOND)?))
                .filter(|time| *time <= LAST)
                .ok_or_else(|| {
                    bad_body(format!("`advance` is a length such as \"1h30m\", or a number of seconds, not {length}"))
                })?,
            _ => return Err(bad_body(format!("expected {CLOCK}"))),
        };
        app.effects.set(time);
        if let Some(directory) = &self.directory {
            let noted =
                directory.note().and_then(|note| ground::keep(directory, note.unwrap_or_default(), &app.effects));
            noted.map_err(|failure| Refusal::new(Kind::Internal, failure.message().unwrap_or_default()))?;
        }
        Ok(clock(app))
    }
}

/// What `POST /dev/clock` is told.
const CLOCK: &str = "either {\"set\":\"2030-01-01T00:00:00Z\"} or {\"advance\":\"1h30m\"}";

/// What `POST /dev/fail` is told.
const FAULT: &str =
    "an object such as {\"method\":\"GET\",\"path\":\"/beta/me/*\",\"times\":2,\"status\":429,\"retryAfter\":1}";

/// The last moment of the year 9999.
const LAST: i64 = 253_402_300_799 * TICKS_PER_SECOND;

fn seconds(length: &Value) -> Option<i64> {
    match length {
        Value::String(text) => parse_seconds(text),
        other => other.as_i64().filter(|seconds| *seconds >= 0),
    }
}

fn clock(app: &App) -> Response {
    answer(&json!({ "now": edm::DateTimeOffset::from_ticks(app.effects.time()).to_string() }))
}

fn parse<T: DeserializeOwned>(body: &[u8], expected: &str) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| bad_body(format!("{error}; expected {expected}")))
}

fn bad_body(message: impl Into<String>) -> Refusal {
    Refusal::new(Kind::BadBody, message)
}

fn done() -> Response {
    Response::empty(StatusCode::NO_CONTENT)
}

fn answer(value: &Value) -> Response {
    answer_text(value.to_string())
}

fn answer_text(text: String) -> Response {
    let mut response = Response::empty(StatusCode::OK);
    response.set("content-type", "application/json");
    response.body = text.into();
    response
}
