//! Where store, profile service and protocol are put together: the only module that names all three.

use std::pin::{Pin, pin};
use std::sync::Arc;

use engine::{Dialect, Exchange, Problem, Request, Response};
use profile::AppWrites;
use serde_json::Value;
use store::Store;
use uuid::Uuid;

use crate::clock::TICKS_PER_SECOND;
use crate::config::Settings;
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
use crate::sightings::Sightings;

/// A person, as commands and tokens name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) upn: String,
    pub(crate) name: String,
}

impl From<profile::Person> for Person {
    fn from(person: profile::Person) -> Self {
        Self { id: person.id, upn: person.upn, name: person.display_name }
    }
}

/// What a server lets its operator choose.
#[derive(Debug, Clone)]
pub(crate) struct Choices {
    pub(crate) settings: profile::Settings,
    pub(crate) dialect: Dialect,
}

impl Choices {
    /// Those that the settings say.
    pub(crate) fn of(settings: &Settings) -> Self {
        let app_writes =
            if settings.documentation_writes { AppWrites::Documentation } else { AppWrites::PermissionsData };
        Self {
            settings: profile::Settings {
                app_writes,
                items_per_collection: settings.items_per_collection,
                keys_kept: hours(settings.idempotency_hours),
                public_pages: settings.public_pages.is_some(),
            },
            dialect: Dialect {
                page_size: settings.page_size,
                max_page_size: settings.max_page_size,
                top_is_page_size: settings.top_is_page_size,
                limits: settings.limits,
                max_steps: settings.max_steps,
                max_held: settings.memory_mb << 20,
                batch_limit: settings.batch_requests,
                explains: settings.explain,
                ..profile::DIALECT
            },
        }
    }
}

/// So many hours in ticks.
fn hours(hours: usize) -> i64 {
    i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(3600 * TICKS_PER_SECOND)
}

impl Default for Choices {
    fn default() -> Self {
        Self { settings: profile::Settings::default(), dialect: profile::DIALECT }
    }
}

/// The service below the version roots.
#[derive(Clone)]
pub(crate) struct Api {
    service: Arc<engine::Service<profile::Service>>,
    sightings: Arc<Sightings>,
}

impl Api {
    pub(crate) fn new(store: Arc<dyn Store>, effects: Arc<Effects>, choices: &Choices, paging_key: [u8; 32]) -> Api {
        let people = profile::Service::new(store, effects, choices.settings.clone());
        Api {
            service: Arc::new(engine::Service::new(people, choices.dialect.clone(), paging_key)),
            sightings: Arc::default(),
        }
    }

    /// What the service says of itself, where that is asked for.
    pub(crate) fn describe(&self, request: &Request<'_>) -> Option<Response> {
        self.service.describe(request)
    }

    pub(crate) async fn serve(&self, caller: &auth::Caller, request: &Request<'_>) -> Response {
        let mut answer = pin!(self.service.serve(caller, request));
        match profile::sighting::may_see_beyond(caller) {
            true => self.noting(caller, &request.exchange, answer.as_mut()).await,
            false => answer.await,
        }
    }

    pub(crate) async fn batch(&self, caller: &auth::Caller, request: Request<'_>, roots: &[&str]) -> Response {
        let exchange = request.exchange.clone();
        self.noting(caller, &exchange, pin!(self.service.batch(caller, request, roots))).await
    }

    /// What was seen and is not written yet.
    pub(crate) fn sightings(&self) -> Arc<Sightings> {
        Arc::clone(&self.sightings)
    }

    /// Answers, and keeps what the caller saw beyond their own audience. The answer comes pinned, for it is large and
    /// moved from hand to hand here.
    async fn noting(
        &self,
        caller: &auth::Caller,
        exchange: &Exchange,
        answer: Pin<&mut impl Future<Output = Response>>,
    ) -> Response {
        let (response, seen) = profile::sighting::noted(answer).await;
        if !seen.is_empty() {
            self.sightings.add(caller.tenant, seen.told(caller, &exchange.request_id));
        }
        response
    }

    /// Loads people, who are counted from `first` where one of them is at fault.
    pub(crate) async fn load(&self, tenant: Uuid, people: &[Value], first: usize) -> Outcome<Vec<Person>> {
        let loaded = self.service.resources().load_people(tenant, people, first).await;
        let loaded = loaded.map_err(|problem| Failure::failed("the people cannot be loaded", problem.message))?;
        Ok(loaded.into_iter().map(Person::from).collect())
    }

    /// Loads groups; who is in them is told by the people.
    pub(crate) async fn load_groups(&self, tenant: Uuid, groups: &[Value]) -> Outcome<()> {
        let loaded = self.service.resources().load_groups(tenant, groups).await;
        loaded.map_err(|message| Failure::failed("the groups cannot be loaded", message))
    }

    pub(crate) async fn person(&self, tenant: Uuid, name: &str) -> Outcome<Option<Person>> {
        let found = self.service.resources().person(tenant, name).await;
        let found = found.map_err(|problem| Failure::failed("the person cannot be read", problem.message))?;
        Ok(found.map(Person::from))
    }

    /// Is there this person? Whose data is there no longer is not.
    pub(crate) async fn knows(&self, tenant: Uuid, id: Uuid) -> Result<bool, Problem> {
        self.service.resources().has_person(tenant, id).await
    }

    /// Enters a person.
    pub(crate) async fn enter(&self, tenant: Uuid, person: &Value) -> Result<(), Problem> {
        self.service.resources().load_people(tenant, std::slice::from_ref(person), 0).await.map(drop)
    }

    pub(crate) async fn verify(&self) -> Vec<String> {
        self.service.resources().verify().await
    }
}
