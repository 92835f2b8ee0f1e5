//! Where store, profile service and protocol are put together: the only module that names all three.

use std::sync::{Arc, Mutex};

use engine::{Kind, Problem, Request, Response};
use serde_json::Value;
use store::Store;
use uuid::Uuid;

use crate::effects::Effects;
use crate::failure::{Failure, Outcome};

/// A person, as commands and tokens name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) upn: String,
    pub(crate) name: String,
}

/// What a server lets its operator choose.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {}

/// The service below the version roots.
#[derive(Clone)]
pub(crate) struct Api {
    people: Arc<Mutex<Vec<Person>>>,
}

impl Api {
    pub(crate) fn new(_store: Arc<dyn Store>, _effects: Arc<Effects>, _choices: &Choices, _paging_key: [u8; 32]) -> Api {
        Api { people: Arc::default() }
    }

    pub(crate) async fn serve(&self, _caller: &auth::Caller, request: Request<'_>) -> Response {
        Response::problem(&Problem::new(Kind::NotSupported, "not yet"), &request.exchange)
    }

    pub(crate) async fn load(&self, _tenant: Uuid, people: &[Value]) -> Outcome<Vec<Person>> {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let person = |value: &Value| {
            Some(Person {
                id: Uuid::parse_str(&text(value, "id")).ok()?,
                upn: text(value, "userPrincipalName"),
                name: text(value, "displayName"),
            })
        };
        let loaded: Vec<Person> = people.iter().filter_map(person).collect();
        self.people.lock().map_err(|error| Failure::failed("x", error))?.extend(loaded.iter().cloned());
        Ok(loaded)
    }

    pub(crate) async fn person(&self, _tenant: Uuid, name: &str) -> Outcome<Option<Person>> {
        let people = self.people.lock().map_err(|error| Failure::failed("x", error))?;
        Ok(people.iter().find(|person| person.upn == name || person.id.to_string() == name).cloned())
    }

    pub(crate) async fn verify(&self) -> Vec<String> {
        Vec::new()
    }
}
