//! Who lives in a development server: made people, or those of a fixture file.
//!
//! The form of a fixture is described in `demo`.

mod related;

use std::collections::BTreeMap;
use std::path::Path;

use auth::Roles;
use serde_json::Value;
use uuid::Uuid;

use crate::data_dir::DevNote;
use crate::demo;
use crate::failure::{Failure, Outcome};
use crate::seeded::{self, Purpose};
use crate::token::role;
use crate::wiring::{Api, Person};

/// The people signed in where nothing else is said.
const SIGNED_IN: &str = "ada@fjord.example";
const ORDINARY: &str = "grace@fjord.example";

/// How many people are loaded at a time: what is held of them meanwhile is many times what is kept.
const PORTION: usize = 32;

/// Where the people come from.
#[derive(Debug)]
pub(super) enum Source {
    /// Made from a seed.
    Made { count: usize, seed: u64 },
    /// From a file.
    Fixture { people: Vec<Value>, groups: Vec<Value> },
}

impl Source {
    /// The people of a fixture file.
    pub(super) fn fixture(path: &Path, seed: u64) -> Outcome<Source> {
        let trouble =
            |why: &dyn std::fmt::Display| Failure::failed(format_args!("the fixture `{}`", path.display()), why);
        let text = std::fs::read(path).map_err(|error| trouble(&error))?;
        let mut fixture: Value = serde_json::from_slice(&text).map_err(|error| trouble(&error))?;
        let Some(Value::Array(people)) = fixture.get_mut("people").map(Value::take) else {
            return Err(trouble(&"expected a JSON object with a list `people`"));
        };
        for (place, person) in people.iter().enumerate() {
            roles_given(person).map_err(|why| trouble(&format!("{}: {why}", profile::label(place, person))))?;
        }
        let groups = match fixture.get_mut("groups").map(Value::take) {
            None => Vec::new(),
            Some(Value::Array(groups)) => groups,
            Some(_) => return Err(trouble(&"/groups: expected a list")),
        };
        let people = people.into_iter().map(|person| with_id(person, seed, "userPrincipalName")).collect();
        let groups = groups.into_iter().map(|group| with_id(group, seed, "displayName")).collect();
        let (people, groups) = related::resolved(people, groups).map_err(|why| trouble(&why))?;
        Ok(Source::Fixture { people, groups })
    }

    /// The seed of made people.
    pub(super) fn seed(&self) -> Option<u64> {
        match self {
            Source::Made { seed, .. } => Some(*seed),
            Source::Fixture { .. } => None,
        }
    }

    fn portions(&self) -> Box<dyn Iterator<Item = Vec<Value>> + Send + '_> {
        match self {
            Source::Made { count, seed } => {
                let mut people = demo::people(*count, *seed);
                Box::new(std::iter::from_fn(move || {
                    let portion: Vec<Value> = people.by_ref().take(PORTION).collect();
                    (!portion.is_empty()).then_some(portion)
                }))
            }
            Source::Fixture { people, .. } => Box::new(people.chunks(PORTION).map(<[Value]>::to_vec)),
        }
    }

    fn groups(&self) -> Vec<Value> {
        match self {
            Source::Made { seed, .. } => demo::groups(*seed),
            Source::Fixture { groups, .. } => groups.clone(),
        }
    }

    /// Loads everyone into an empty store and notes who they are.
    pub(super) async fn load(&self, api: &Api, tenant: Uuid) -> Outcome<DevNote> {
        let mut note = DevNote { tenant, seed: self.seed(), ..DevNote::default() };
        let mut first: Vec<Person> = Vec::new();
        let mut place = 0;
        for portion in self.portions() {
            let loaded = api.load(tenant, &portion, place).await?;
            place += portion.len();
            note.roles.extend(roles(&portion, &loaded));
            let remembered = first.len();
            let wanted =
                |person: &Person| [SIGNED_IN, ORDINARY].iter().any(|upn| upn.eq_ignore_ascii_case(&person.upn));
            first.extend(
                loaded
                    .into_iter()
                    .enumerate()
                    .filter(|(at, person)| remembered + at < 2 || wanted(person))
                    .map(|(_, person)| person),
            );
        }
        api.load_groups(tenant, &self.groups()).await?;
        let named = |upn: &str| first.iter().find(|person| person.upn.eq_ignore_ascii_case(upn));
        note.signed_in = named(SIGNED_IN).or(first.first()).map(|person| person.id);
        note.ordinary = named(ORDINARY).or(first.get(1)).or(first.first()).map(|person| person.id);
        Ok(note)
    }
}

/// The roles that people of a fixture have, of those who have any.
fn roles(people: &[Value], loaded: &[Person]) -> BTreeMap<Uuid, String> {
    let given = people.iter().map(|person| roles_given(person).unwrap_or_default());
    let with_roles = given.zip(loaded).map(|(roles, loaded)| (loaded.id, roles));
    with_roles.filter(|(_, roles)| *roles != Roles::EMPLOYEE).map(|(id, roles)| (id, roles.to_string())).collect()
}

/// The roles of a person of a fixture, or what is wrong with them.
fn roles_given(person: &Value) -> Result<Roles, String> {
    let names = match person.get("roles") {
        None => return Ok(Roles::EMPLOYEE),
        Some(roles) => roles.as_array().ok_or("/roles: expected a list of names")?,
    };
    let given = names
        .iter()
        .enumerate()
        .map(|(place, name)| role(name.as_str().unwrap_or_default()).map_err(|why| format!("/roles/{place}: {why}")));
    given.collect()
}

/// The person or group with an id that follows from the name, so that a reset brings the same back and tokens stay
/// good.
fn with_id(mut one: Value, seed: u64, name: &str) -> Value {
    let name = one.get(name).and_then(Value::as_str).map(str::to_lowercase);
    if let (Some(members), Some(name)) = (one.as_object_mut(), name) {
        let id = seeded::guid(seed, Purpose::Item, &[name.as_bytes()]);
        members.entry("id").or_insert_with(|| id.to_string().into());
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn roles_are_known_names() {
        let given = |roles: Value| roles_given(&json!({ "roles": roles })).map(|roles| roles.to_string());
        assert_eq!(given(json!(["auditor", "People Administrator"])), Ok("peopleAdministrator,auditor".to_owned()));
        assert_eq!(roles_given(&json!({})), Ok(Roles::EMPLOYEE));
        assert_eq!(given(json!("auditor")), Err("/roles: expected a list of names".to_owned()));
        let unknown = "/roles/1: no role is called `boss`; expected peopleAdministrator, auditor or guest";
        assert_eq!(given(json!(["guest", "boss"])), Err(unknown.to_owned()));
    }

    #[test]
    fn people_without_id_get_one_that_lasts() {
        let kari = json!({ "userPrincipalName": "Kari@fjord.example" });
        let name = "userPrincipalName";
        let first = with_id(kari.clone(), 1, name);
        assert_eq!(first, with_id(kari.clone(), 1, name));
        assert_ne!(first, with_id(kari, 2, name));
        let own = json!({ "id": "x", "userPrincipalName": "a" });
        assert_eq!(with_id(own.clone(), 1, name), own);
    }
}
