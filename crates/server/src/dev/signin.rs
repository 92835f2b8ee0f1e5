//! The sign-in of a development server: the endpoints of an issuer in the addresses that Entra's have, and the pages a
//! person sees.
//!
//! Who gets which token is decided in `auth::dev`; how pages look, in `page`.

mod discovery;
mod endpoint;
mod login;
mod page;
mod people;
mod token;

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use auth::Roles;
use auth::dev::{Desk, DevIssuer, Facts, Fault, Form, Member, TokenUser, Wrong};
use engine::Response;
use http::header::{CACHE_CONTROL, COOKIE};
use http::{HeaderValue, Method, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) use self::endpoint::Way;
use self::endpoint::{Endpoint, Tenant};
use super::tokens::roles_in;
use crate::app::{App, Arrival, Most, Origin, Refusal, gather};
use crate::clock::TICKS_PER_SECOND;
use crate::failure::Outcome;
use crate::random;

/// The cookie of a session.
const COOKIE_NAME: &str = "vitae_dev_session";

/// The sign-in of one server.
pub(super) struct SignIn {
    desk: Desk,
    /// The roles of those who have any.
    roles: RwLock<BTreeMap<Uuid, String>>,
}

/// A request to it.
struct Call<'a> {
    app: &'a App,
    arrival: &'a Arrival<'a>,
    facts: Facts<'a>,
    /// The parameters of its address and its body.
    form: Form,
}

impl SignIn {
    pub(super) fn new(issuer: DevIssuer, tenant: Uuid, roles: BTreeMap<Uuid, String>) -> SignIn {
        SignIn { desk: Desk::new(issuer, tenant, random::fill), roles: RwLock::new(roles) }
    }

    /// Forgets what was given out, and who was who.
    pub(super) fn reset(&self, roles: BTreeMap<Uuid, String>) {
        self.desk.clear();
        *self.roles.write().unwrap_or_else(PoisonError::into_inner) = roles;
    }

    /// The public keys.
    pub(super) async fn keys(&self) -> String {
        self.prepared().await;
        self.desk.jwks()
    }

    /// Waits, where nobody else does, until tokens can be signed that others check.
    async fn prepared(&self) {
        if let Err(error) = tokio::task::spawn_blocking(self.desk.preparation()).await {
            tracing::error!(%error, "the key of tokens that others check could not be made");
        }
    }

    /// Answers what is meant for it.
    pub(super) async fn answer(
        &self,
        app: &App,
        arrival: &Arrival<'_>,
        origin: Origin<'_>,
        way: Way<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Refusal> {
        let head = arrival.head;
        let body = gather(&head.headers, body, Most::USUAL).await?;
        let text = if head.method == Method::POST { &*body } else { head.uri.query().unwrap_or_default().as_bytes() };
        let origin = origin.root("");
        let facts = Facts { origin: &origin, now: arrival.now.div_euclid(TICKS_PER_SECOND) };
        let answered = match Form::parse(text).and_then(|form| self.admit(way, &head.method).map(|()| form)) {
            Ok(form) => self.serve(&Call { app, arrival, facts, form }, way).await?,
            Err(fault) => Err(fault),
        };
        Ok(answered.unwrap_or_else(|fault| match way.endpoint.is_page() {
            true => page::fault(&fault, arrival),
            false => failed(&fault, arrival),
        }))
    }

    /// Whether there is such a tenant and the endpoint is asked in its way.
    fn admit(&self, way: Way<'_>, method: &Method) -> Result<(), Fault> {
        if let Tenant::Named(name) = way.tenant
            && !name.eq_ignore_ascii_case(&self.desk.tenant().to_string())
        {
            let message =
                format!("there is no such tenant here; expected {}, common or organizations", self.desk.tenant());
            return Err(Fault::new(Wrong::Tenant, message));
        }
        let methods = way.endpoint.methods();
        if methods.contains(method) {
            return Ok(());
        }
        let expected: Vec<&str> = methods.iter().map(Method::as_str).collect();
        Err(Fault::new(Wrong::Method, format!("the endpoint only accepts {}; found {method}", expected.join(", "))))
    }

    async fn serve(&self, call: &Call<'_>, way: Way<'_>) -> Result<Result<Response, Fault>, Refusal> {
        Ok(match way.endpoint {
            Endpoint::Discovery => {
                // Whoever reads this asks for keys or tokens next.
                drop(tokio::task::spawn_blocking(self.desk.preparation()));
                Ok(answer(StatusCode::OK, &self.discovery(way.tenant, call.facts.origin)))
            }
            Endpoint::Instance => self.instance(call),
            Endpoint::Keys => Ok(answer_text(StatusCode::OK, self.keys().await)),
            Endpoint::Token => self.token(call).await,
            Endpoint::DeviceCode => self.device_code(call),
            Endpoint::Authorize => self.authorize(call).await,
            Endpoint::Device => self.device(call).await,
            Endpoint::Logout => Ok(self.logout(call)),
            Endpoint::UserInfo => Ok(answer(StatusCode::OK, &self.user_info(call).await?)),
        })
    }

    /// The person with this id or name, if they are still there.
    async fn member(&self, app: &App, name: &str) -> Outcome<Option<Member>> {
        let found = app.api.person(self.desk.tenant(), name).await?;
        Ok(found.map(|person| {
            let roles = self.roles_of(person.id);
            Member { user: TokenUser { id: person.id, upn: person.upn, name: person.name }, roles }
        }))
    }

    /// The same where a store that cannot be read is no different from one without that person.
    async fn present(&self, app: &App, name: &str) -> Option<Member> {
        self.member(app, name).await.unwrap_or_else(|failure| {
            tracing::error!(message = failure.message().unwrap_or_default(), "a person could not be read");
            None
        })
    }

    fn roles_of(&self, id: Uuid) -> Roles {
        roles_in(&self.roles.read().unwrap_or_else(PoisonError::into_inner), id)
    }
}

impl Call<'_> {
    /// The secret of the browser's session.
    fn session(&self) -> Option<&str> {
        let cookies = self.arrival.head.headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        cookies
            .flat_map(|header| header.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
    }
}

/// How a failure is told in a body, in all detail.
fn failed(fault: &Fault, arrival: &Arrival<'_>) -> Response {
    let (trace, correlation) = ids(arrival);
    let body = json!({
        "error": fault.error(),
        "error_description": description(fault, arrival),
        "error_codes": [fault.number()],
        "timestamp": timestamp(arrival),
        "trace_id": trace,
        "correlation_id": correlation,
    });
    answer(StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::BAD_REQUEST), &body)
}

/// How a failure is told in one text.
fn description(fault: &Fault, arrival: &Arrival<'_>) -> String {
    let (trace, correlation) = ids(arrival);
    format!("{fault} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}", timestamp(arrival))
}

fn ids<'a>(arrival: &'a Arrival<'_>) -> (&'a str, &'a str) {
    let text = |value: &'a HeaderValue| value.to_str().unwrap_or_default();
    (text(&arrival.ids.request), text(&arrival.ids.client))
}

fn timestamp(arrival: &Arrival<'_>) -> String {
    let time = edm::DateTimeOffset::from_ticks(arrival.now).to_string();
    format!("{}Z", time.get(..19).unwrap_or_default().replace('T', " "))
}

fn answer(status: StatusCode, value: &Value) -> Response {
    answer_text(status, value.to_string())
}

fn answer_text(status: StatusCode, text: String) -> Response {
    let mut response = Response::empty(status);
    response.set("content-type", "application/json; charset=utf-8");
    response.headers.insert(CACHE_CONTROL, NO_STORE);
    response.body = text.into();
    response
}

/// Nothing of a sign-in is to be found later.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
