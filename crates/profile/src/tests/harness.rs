//! A service over the memory store with a clock that moves by a second a change, and callers who send requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use auth::{Actor, Caller, testing};
use engine::{Dialect, Exchange, Request, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value as Json, json};
use store::memory::MemoryStore;
use uuid::Uuid;

use crate::{DIALECT, Effects, Service, Settings};

pub(super) const TENANT: Uuid = Uuid::from_u128(0x7e00);
pub(super) const ADA: Uuid = Uuid::from_u128(0xada);
pub(super) const GRACE: Uuid = Uuid::from_u128(0x93ace);
const SECOND: i64 = 10_000_000;

struct Steps {
    now: AtomicI64,
    ids: AtomicU64,
    turn: Option<Arc<tokio::sync::Mutex<()>>>,
}

impl Effects for Steps {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn change_time(&self, floor: i64) -> i64 {
        self.now.fetch_max(floor, Ordering::SeqCst);
        self.now.fetch_add(SECOND, Ordering::SeqCst) + SECOND
    }

    fn committed(&self, _: i64) {}

    fn turn(&self) -> Option<&Arc<tokio::sync::Mutex<()>>> {
        self.turn.as_ref()
    }

    fn new_id(&self, _: Uuid, _: i64) -> Uuid {
        Uuid::from_u128(0x1000 + u128::from(self.ids.fetch_add(1, Ordering::SeqCst)))
    }

    fn salt(&self, owner: Uuid, at: i64) -> store::Salt {
        (owner.as_u128() ^ u128::from(at.cast_unsigned())).to_be_bytes()
    }
}

/// A service with two people: Ada, who administers, and Grace.
pub(super) struct World {
    pub(super) service: engine::Service<Service>,
    runtime: tokio::runtime::Runtime,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Json,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        Self::made(settings, None, [7; 32])
    }

    /// One in which changes happen one after another.
    pub(super) fn in_turns() -> Self {
        Self::made(Settings::default(), Some(Arc::default()), [7; 32])
    }

    /// One whose service has this key.
    pub(super) fn keyed(key: [u8; 32]) -> Self {
        Self::made(Settings::default(), None, key)
    }

    fn made(settings: Settings, turn: Option<Arc<tokio::sync::Mutex<()>>>, key: [u8; 32]) -> Self {
        let steps = Steps { now: AtomicI64::new(0), ids: AtomicU64::new(0), turn };
        let people = Service::new(Arc::new(MemoryStore::default()), Arc::new(steps), settings);
        let service = engine::Service::new(people, Dialect { explains: true, ..DIALECT }, key);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = Self { service, runtime };
        world.enter();
        world
    }

    /// Both people, in a store that is empty.
    pub(super) fn people(store: Arc<dyn store::Store>) {
        Self::over(store, Settings::default()).enter();
    }

    fn enter(&self) {
        let people = [
            json!({"id": ADA, "userPrincipalName": "ada@fjord.example", "displayName": "Ada"}),
            json!({"id": GRACE, "userPrincipalName": "Grace@fjord.example", "displayName": "Grace"}),
        ];
        self.load(&people).unwrap();
    }

    /// A service over a store that is there already, with its clock and ids far from what is in it.
    pub(super) fn over(store: Arc<dyn store::Store>, settings: Settings) -> Self {
        let steps = Steps { now: AtomicI64::new(1_000_000 * SECOND), ids: AtomicU64::new(1 << 32), turn: None };
        let people = Service::new(store, Arc::new(steps), settings);
        let service = engine::Service::new(people, DIALECT, [7; 32]);
        Self { service, runtime: tokio::runtime::Builder::new_current_thread().build().unwrap() }
    }

    pub(super) fn load(&self, people: &[Json]) -> Result<Vec<crate::Person>, String> {
        let loaded = self.runtime.block_on(self.service.resources().load_people(TENANT, people, 0));
        loaded.map_err(|problem| problem.message)
    }

    /// The store, for what a crash leaves behind.
    pub(super) fn store(&self) -> &dyn store::Store {
        self.service.resources().store.as_ref()
    }

    pub(super) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Lets so many seconds pass.
    pub(super) fn sleep(&self, seconds: i64) {
        let effects = &self.service.resources().effects;
        effects.change_time(effects.now() + (seconds - 1) * SECOND);
    }

    /// The exchange of a request that arrives now.
    pub(super) fn exchange(&self) -> Exchange {
        let now = self.service.resources().effects.now();
        Exchange { request_id: "r".into(), client_request_id: "c".into(), now, stopwatch: None }
    }

    pub(super) fn findings(&self) -> Vec<String> {
        self.runtime.block_on(self.service.resources().verify())
    }

    pub(super) fn send(
        &self,
        caller: &Caller,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.send_in(self.exchange(), caller, method, url, headers, body)
    }

    /// The same in an exchange that may have begun before.
    pub(super) fn send_in(
        &self,
        exchange: Exchange,
        caller: &Caller,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (url, None),
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        if !body.is_empty() && !map.contains_key("content-type") {
            map.insert("content-type", HeaderValue::from_static("application/json"));
        }
        let root = "http://here/beta";
        let request = Request { method, root, path, query, headers: &map, body: body.to_owned().into(), exchange };
        let Response { status, headers, body, .. } = self.runtime.block_on(self.service.serve(caller, &request));
        let body = if body.is_empty() { Json::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: status.as_u16(), headers, body }
    }

    pub(super) fn get(&self, caller: &Caller, url: &str) -> Answer {
        self.send(caller, Method::GET, url, &[], "")
    }

    /// The status of an answer whose body may be anything.
    pub(super) fn get_raw(&self, caller: &Caller, url: &str) -> u16 {
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
        let exchange = self.exchange();
        let (headers, body, root) = (&HeaderMap::new(), Default::default(), "http://here/beta");
        let request = Request { method: Method::GET, root, path, query, headers, body, exchange };
        self.wait(self.service.serve(caller, &request)).status.as_u16()
    }

    pub(super) fn post(&self, caller: &Caller, url: &str, body: &Json) -> Answer {
        self.send(caller, Method::POST, url, &[], &body.to_string())
    }

    pub(super) fn patch(&self, caller: &Caller, url: &str, body: &Json) -> Answer {
        self.send(caller, Method::PATCH, url, &[], &body.to_string())
    }

    pub(super) fn delete(&self, caller: &Caller, url: &str) -> Answer {
        self.send(caller, Method::DELETE, url, &[], "")
    }
}

impl Answer {
    /// The body, if the status is the one expected.
    #[track_caller]
    pub(super) fn ok(self, status: u16) -> Json {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The code and message of an error of that status.
    #[track_caller]
    pub(super) fn error(self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.body["error"]["code"].as_str()), (status, Some(code)), "{:#}", self.body);
        self.body["error"]["message"].as_str().unwrap().to_owned()
    }
}

/// Ada with every right.
pub(super) fn ada() -> Caller {
    let mut caller = testing::person(TENANT, ADA, "User.ReadWrite.All");
    // The token does not say how she is called; the directory does.
    if let Actor::User(user) = &mut caller.actor {
        user.name = None;
    }
    testing::with_roles(caller, "people administrator")
}

/// Grace with these scopes and no role.
pub(super) fn grace(scopes: &str) -> Caller {
    testing::person(TENANT, GRACE, scopes)
}

/// An app without a person.
pub(super) fn app(id: &str, scopes: &str) -> Caller {
    let caller = testing::app(TENANT, id, scopes);
    assert_eq!(caller.actor, Actor::App);
    caller
}
