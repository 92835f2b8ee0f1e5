//! Loading people with their profiles from a fixture: the same bodies, checks and rules as over the wire, one
//! transaction a person.

mod related;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use auth::{Actor, AppIdentity, Caller, Roles, Scopes, UserIdentity};
use edm::{Navigation, StructType};
use engine::{Exchange, Kind, Problem};
use serde_json::Value as Json;
use store::{Change, Commit, Item, Precondition};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::access::Policy;
use crate::audit::{Activity, Audit};
use crate::items::entry;
use crate::model::{MODEL, PROFILE, USER};
use crate::people::put_person;
use crate::problems::from_store;
use crate::rules::{self, PERSON, Writing};
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

/// A person read and checked, ready to be written.
struct Prepared {
    /// Which of the fixture it is, for what goes wrong later.
    label: String,
    person: Person,
    owner: Owner,
    commit: Commit,
}

impl Service {
    /// Loads people in fixture form: the members of a user, and under `profile` their items by collection. Ids may be
    /// given; `roles` are the caller's to keep. The error names the person, counted from `first`, and every mistake;
    /// when people cannot be read, nobody is loaded.
    pub async fn load_people(&self, tenant: Uuid, people: &[Json], first: usize) -> Result<Vec<Person>, Problem> {
        let _turn = self.turn().await;
        let policy = self.policy(tenant).await?;
        let prepared = self.prepare_people(tenant, &policy, people, first);
        let prepared = prepared.map_err(|message| Problem::new(Kind::BadBody, message))?;
        self.write_people(prepared).await
    }

    /// Reads and checks everyone, on as many threads as there are processors. Times are given out beforehand, so that
    /// people are listed in the order of the fixture.
    fn prepare_people(
        &self,
        tenant: Uuid,
        policy: &Policy,
        people: &[Json],
        first: usize,
    ) -> Result<Vec<Prepared>, String> {
        let next_time = || {
            let at = self.effects.change_time(0);
            // Each person is one change; a clock that stands still between changes moves on for the next.
            self.effects.committed(at);
            at
        };
        let timed: Vec<(String, &Json, i64)> =
            people.iter().zip(first..).map(|(person, place)| (label(place, person), person, next_time())).collect();
        let prepare = |(label, person, at): &(String, &Json, i64)| {
            self.prepare_person((tenant, policy), label, person, *at).map_err(|error| format!("{label}: {error}"))
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = timed.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let shares: Vec<_> = timed
                .chunks(share)
                .map(|share| scope.spawn(move || share.iter().map(prepare).collect::<Result<Vec<_>, _>>()))
                .collect();
            let mut prepared = Vec::with_capacity(timed.len());
            for share in shares {
                prepared.extend(share.join().map_err(|_| "a thread that reads people has ended early")??);
            }
            Ok(prepared)
        })
        .and_then(|prepared| told_apart(&prepared).map(|()| prepared))
    }

    /// The person of that id or user principal name.
    pub async fn person(&self, tenant: Uuid, name: &str) -> Result<Option<Person>, Problem> {
        let record = self.find_person(tenant, name).await?;
        Ok(record.map(|record| Person {
            id: record.get("id").as_str().and_then(|id| Uuid::try_parse(id).ok()).unwrap_or_default(),
            upn: rules::principal_name(&record).to_owned(),
            display_name: rules::display_name(&record).to_owned(),
        }))
    }

    /// Is there a person of that id?
    pub async fn has_person(&self, tenant: Uuid, id: Uuid) -> Result<bool, Problem> {
        let found = self.store.snapshot(Owner { tenant, id }.partition()).await.map_err(|error| from_store(&error))?;
        Ok(found.is_some_and(|found| !entry(&found).is_empty()))
    }

    /// Everyone's names, then everyone's data, then the names for good: in each wave the store takes many writes into
    /// one disk write.
    async fn write_people(&self, prepared: Vec<Prepared>) -> Result<Vec<Person>, Problem> {
        let people: Vec<Person> = prepared.iter().map(|prepared| prepared.person.clone()).collect();
        let holder = |prepared: &Prepared| (prepared.label.clone(), (prepared.owner, prepared.person.upn.clone()));
        let holders: Vec<_> = prepared.iter().map(holder).collect();
        let claims = holders
            .iter()
            .zip(&prepared)
            .map(|((label, (owner, upn)), prepared)| (label.clone(), (*owner, upn.clone(), prepared.commit.at)));
        self.wave(claims.collect(), |service, (owner, upn, at): (Owner, String, i64)| async move {
            service.take_name(owner, &upn, at).await
        })
        .await?;
        let commits = prepared.into_iter().map(|prepared| (prepared.label, prepared.commit)).collect();
        self.wave(commits, |service, commit: Commit| async move {
            let taken = format!(
                "/id: there is a person with the id `{}` already (one that is not given may follow from the name)",
                commit.partition.owner
            );
            service.commit(commit).await?.map(|_| ()).ok_or_else(|| Problem::new(Kind::NameExists, taken))
        })
        .await?;
        self.wave(holders, |service, (owner, upn)| async move { service.bind_name(owner, &upn).await }).await?;
        Ok(people)
    }

    /// Does the same for all at once, and waits for all. Each comes with how it is called where it fails.
    async fn wave<T, F>(&self, all: Vec<(String, T)>, each: impl Fn(Service, T) -> F) -> Result<(), Problem>
    where
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for (label, one) in all {
            let done = each(self.clone(), one);
            let called =
                move |problem: Problem| Problem { message: format!("{label}: {}", problem.message), ..problem };
            tasks.spawn(async move { done.await.map_err(called) });
        }
        let mut failed = None;
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => failed = failed.or(Some(problem)),
                Err(error) => failed = failed.or(Some(Problem::new(Kind::Internal, error.to_string()))),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn prepare_person(
        &self,
        (tenant, policy): (Uuid, &Policy),
        label: &str,
        person: &Json,
        at: i64,
    ) -> Result<Prepared, String> {
        let Json::Object(members) = person else { return Err("expected an object".into()) };
        let beside = ["profile", "roles"].into_iter().chain(related::MEMBERS);
        let entry = members.iter().filter(|(name, _)| !beside.clone().any(|beside| *name == beside));
        let entry = Json::Object(entry.map(|(name, value)| (name.clone(), value.clone())).collect());
        let owner = Owner { tenant, id: given_id(&entry, "")?.unwrap_or_else(|| self.effects.new_id(tenant, at)) };
        let record = rules::new_person(read(&USER, &entry, "")?, owner.id, at).map_err(|problem| told(&problem, ""))?;
        let (upn, display_name) = (rules::principal_name(&record).to_owned(), rules::display_name(&record).to_owned());
        let caller = themselves(owner, &upn, &display_name);
        let entry = rules::entry(PERSON, &record, None, &Writing { caller: &caller, entry: &[], owner: owner.id, at });
        let mut changes = vec![put_person(tenant, &entry)];
        let mut ids = HashSet::new();
        for (collection, place, item) in self.items_of(members.get("profile"))? {
            // A tick each: creation times strictly increase within a person's data.
            let at = at + i64::try_from(changes.len()).unwrap_or(0);
            let writing = Writing { caller: &caller, entry: &entry.body, owner: owner.id, at };
            let item = self.prepare_item(collection, item, &place, policy, &writing)?;
            if !ids.insert((collection.name, Arc::clone(&item.id))) {
                return Err(format!("{place}/id: another item of the list has it already"));
            }
            changes.push(Change::Put { item, index: Vec::new() });
        }
        for roll in related::rolls(tenant, members)? {
            let at = at + i64::try_from(changes.len()).unwrap_or(0);
            let item = roll.link(&Writing { caller: &caller, entry: &entry.body, owner: owner.id, at });
            changes.push(Change::Put { item, index: vec![roll.row(entry.header.created)] });
        }
        let audit = Audit::new(&caller, Activity::Load, &exchange(at)).finish();
        let commit = Commit { partition: owner.partition(), at, expect: vec![Precondition::Absent], changes, audit };
        Ok(Prepared { label: label.to_owned(), person: Person { id: owner.id, upn, display_name }, owner, commit })
    }

    fn prepare_item(
        &self,
        collection: &'static Navigation,
        body: &Json,
        place: &str,
        policy: &Policy,
        writing: &Writing<'_>,
    ) -> Result<Arc<Item>, String> {
        let id = given_id(body, place)?.unwrap_or_else(|| self.effects.new_id(writing.owner, writing.at));
        let patch = read(collection.target, body, place)?;
        let record = rules::new_item(collection.target, patch, id, policy.of(collection.name).usual, writing);
        Ok(Arc::new(Item {
            collection: collection.name.into(),
            id: id.to_string().into(),
            header: rules::header(&record, None, writing),
            body: rules::body(&record),
        }))
    }

    /// The items of a profile, each with its place in the fixture.
    fn items_of<'a>(&self, profile: Option<&'a Json>) -> Result<Vec<(&'static Navigation, String, &'a Json)>, String> {
        let mut items = Vec::new();
        let Some(profile) = profile else { return Ok(items) };
        let Json::Object(collections) = profile else {
            return Err("/profile: expected an object of collections".into());
        };
        for (name, list) in collections {
            let place = format!("/profile/{name}");
            let collection =
                PROFILE.find_navigation(name).ok_or_else(|| format!("{place}: there is no such collection"))?;
            let Json::Array(list) = list else { return Err(format!("{place}: expected a list")) };
            let quota = self.settings.items_per_collection;
            if list.len() > quota {
                return Err(format!("{place}: found {} items, expected at most {quota}", list.len()));
            }
            items.extend(list.iter().enumerate().map(|(at, item)| (collection, format!("{place}/{at}"), item)));
        }
        Ok(items)
    }
}

/// How a person of a fixture is called: by their place in it, and by what else tells them apart.
pub fn label(place: usize, person: &Json) -> String {
    let told = |member: &str| person.get(member).and_then(Json::as_str);
    match told("userPrincipalName").or_else(|| told("id")).or_else(|| told("displayName")) {
        Some(name) => format!("person {place} (`{name}`)"),
        None => format!("person {place}"),
    }
}

/// No two people of a fixture have the same name or id.
fn told_apart(prepared: &[Prepared]) -> Result<(), String> {
    let (mut names, mut ids) = (HashMap::new(), HashMap::new());
    for Prepared { person, label, .. } in prepared {
        let name = names.insert(rules::folded(&person.upn), label).map(|before| ("userPrincipalName", before));
        if let Some((member, before)) = name.or_else(|| ids.insert(person.id, label).map(|before| ("id", before))) {
            return Err(format!("{label}: /{member}: {before} has it already"));
        }
    }
    Ok(())
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

/// The request that loading is, for the record.
fn exchange(at: i64) -> Exchange {
    Exchange { request_id: "load".into(), client_request_id: "load".into(), now: at, stopwatch: None }
}

fn given_id(body: &Json, place: &str) -> Result<Option<Uuid>, String> {
    match body.get("id") {
        None => Ok(None),
        Some(id) => {
            let id = id.as_str().and_then(|text| Uuid::try_parse(text).ok());
            id.map(Some).ok_or_else(|| format!("{place}/id: found an `id` that is no GUID"))
        }
    }
}

fn read(ty: &'static StructType, body: &Json, place: &str) -> Result<edm::Patch, String> {
    engine::read_entity(&MODEL, ty, body.to_string().as_bytes()).map_err(|problem| told(&problem, place))
}

/// Every mistake in one line, each with its place in the person.
fn told(problem: &Problem, place: &str) -> String {
    if problem.details.is_empty() {
        return if place.is_empty() { problem.message.clone() } else { format!("{place}: {}", problem.message) };
    }
    let mistakes = problem.details.iter().map(|detail| format!("{place}{}: {}", detail.target, detail.message));
    mistakes.collect::<Vec<_>>().join("; ")
}
