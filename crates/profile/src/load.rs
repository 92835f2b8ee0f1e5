//! Loading people with their profiles from a fixture: the same bodies, checks and rules as over the wire, one
//! transaction a person.

use std::sync::Arc;

use auth::{Actor, AppIdentity, Caller, Roles, Scopes, UserIdentity};
use edm::{Model, Navigation, StructType};
use engine::{Exchange, Problem};
use serde_json::Value as Json;
use store::{Change, Commit, Item, Precondition};
use uuid::Uuid;

use crate::audit::{Activity, Audit};
use crate::model::{MODEL, PROFILE, USER};
use crate::people::{person_item, put_person};
use crate::rules::{self, Writing};
use crate::service::Service;
use crate::target::Owner;

/// A person of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: Uuid,
    /// The name with which they sign in.
    pub upn: String,
    /// How they are called.
    pub display_name: String,
}

impl Service {
    /// Loads people in fixture form: the members of a user, and under `profile` their items by collection. Ids may be
    /// given; `roles` are the caller's to keep. The error names the person and every mistake.
    pub async fn load_people(&self, tenant: Uuid, people: &[Json]) -> Result<Vec<Person>, String> {
        let mut loaded = Vec::with_capacity(people.len());
        for (position, person) in people.iter().enumerate() {
            let named = person.get("userPrincipalName").and_then(Json::as_str);
            let called =
                named.map_or_else(|| format!("person {position}"), |name| format!("person {position} (`{name}`)"));
            loaded.push(self.load_person(tenant, person).await.map_err(|message| format!("{called}: {message}"))?);
        }
        Ok(loaded)
    }

    /// The person of that id or user principal name.
    pub async fn person(&self, tenant: Uuid, name: &str) -> Result<Option<Person>, String> {
        let record = self.find_person(tenant, name).await.map_err(|problem| problem.message)?;
        Ok(record.map(|record| Person {
            id: record.get("id").as_str().and_then(|id| Uuid::try_parse(id).ok()).unwrap_or_default(),
            upn: rules::principal_name(&record).to_owned(),
            display_name: rules::display_name(&record).to_owned(),
        }))
    }

    async fn load_person(&self, tenant: Uuid, person: &Json) -> Result<Person, String> {
        let Json::Object(members) = person else { return Err("expected an object".into()) };
        let mut entry = members.clone();
        let profile = entry.remove("profile");
        entry.remove("roles");
        let _turn = self.turn().await;
        let at = self.effects.change_time(0);
        let given = given_id(&Json::Object(entry.clone()))?;
        let owner = Owner { tenant, id: given.unwrap_or_else(|| self.effects.new_id(tenant, at)) };
        let record = rules::new_person(read(&MODEL, &USER, &Json::Object(entry))?, owner.id, at)
            .map_err(|problem| told(&problem))?;
        let (upn, display_name) = (rules::principal_name(&record), rules::display_name(&record));
        let caller = themselves(owner, upn, display_name);
        let entry = person_item(&record, owner, None, &Writing { caller: &caller, entry: &[], owner: owner.id, at });
        let mut changes = vec![put_person(&entry)];
        for (collection, item) in items_of(profile.as_ref())? {
            // A tick each: creation times strictly increase within a person's data.
            let at = at + i64::try_from(changes.len()).unwrap_or(0);
            let writing = Writing { caller: &caller, entry: &entry.body, owner: owner.id, at };
            let item = self.item(collection, item, &writing);
            changes.push(Change::Put { item: item?, index: Vec::new() });
        }
        self.take_name(owner, upn, at).await.map_err(|problem| problem.message)?;
        let exchange =
            Exchange { request_id: "load".into(), client_request_id: "load".into(), now: at, stopwatch: None };
        let audit = Audit::new(&caller, Activity::Load, &exchange).finish();
        let commit = Commit { partition: owner.partition(), at, expect: vec![Precondition::Absent], changes, audit };
        let committed = self.commit(commit).await.map_err(|problem| problem.message)?;
        committed.ok_or_else(|| format!("there is a person with the id `{}` already", owner.id))?;
        self.bind_name(owner, upn).await.map_err(|problem| problem.message)?;
        Ok(Person { id: owner.id, upn: upn.to_owned(), display_name: display_name.to_owned() })
    }

    fn item(&self, collection: &'static Navigation, body: &Json, writing: &Writing<'_>) -> Result<Arc<Item>, String> {
        let said = |message: String| format!("{}: {message}", collection.name);
        let id = given_id(body).map_err(said)?.unwrap_or_else(|| self.effects.new_id(writing.owner, writing.at));
        let patch = read(&MODEL, collection.target, body).map_err(said)?;
        let record = rules::new_item(collection.target, patch, id, writing);
        Ok(Arc::new(Item {
            collection: collection.name.into(),
            id: id.to_string().into(),
            header: rules::header(&record, None, writing),
            body: record.to_members().into(),
        }))
    }
}

/// What a person loads is as if they had entered it.
fn themselves(owner: Owner, upn: &str, display_name: &str) -> Caller {
    let user = UserIdentity { id: owner.id, name: Some(display_name.into()), upn: Some(upn.into()) };
    Caller {
        tenant: owner.tenant,
        actor: Actor::User(user),
        app: AppIdentity { id: "vitae".into(), name: Some("Vitae".into()) },
        scopes: Scopes::NONE,
        roles: Roles::EMPLOYEE,
        issued: None,
        expires: 0,
        issuer: "vitae".into(),
    }
}

fn items_of(profile: Option<&Json>) -> Result<Vec<(&'static Navigation, &Json)>, String> {
    let mut items = Vec::new();
    let Some(profile) = profile else { return Ok(items) };
    let Json::Object(collections) = profile else { return Err("profile: expected an object of collections".into()) };
    for (name, list) in collections {
        let collection =
            PROFILE.find_navigation(name).ok_or_else(|| format!("profile: there is no collection `{name}`"))?;
        let Json::Array(list) = list else { return Err(format!("profile: expected a list for `{name}`")) };
        items.extend(list.iter().map(|item| (collection, item)));
    }
    Ok(items)
}

fn given_id(body: &Json) -> Result<Option<Uuid>, String> {
    match body.get("id") {
        None => Ok(None),
        Some(id) => {
            let id = id.as_str().and_then(|text| Uuid::try_parse(text).ok());
            id.map(Some).ok_or_else(|| "found an `id` that is no GUID".into())
        }
    }
}

fn read(model: &'static Model, ty: &'static StructType, body: &Json) -> Result<edm::Patch, String> {
    engine::read_entity(model, ty, body.to_string().as_bytes()).map_err(|problem| told(&problem))
}

/// Every mistake in one line.
fn told(problem: &Problem) -> String {
    if problem.details.is_empty() {
        return problem.message.clone();
    }
    let mistakes = problem.details.iter().map(|detail| format!("{}: {}", detail.target, detail.message));
    mistakes.collect::<Vec<_>>().join("; ")
}
