//! One run: clients, the server's own tasks and the operations of the store, each a step further by chance.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use auth::Caller;
use engine::{Dialect, Exchange, Request};
use fuzz::Dice;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value as Json;
use store::memory::MemoryStore;
use store::{BoxFuture, Store as _};
use uuid::Uuid;

use super::judge::Judge;
use super::script::{About, Known, Sent};
use super::store::{Broken, Fate, Stepped};
use super::told::{Answer, ROOM, When};
use crate::tests::harness::{self, World};
use crate::{Effects, Service, Settings};

const SECOND: i64 = 10_000_000;
/// Steps after which a run has come to no end.
const MOST: u64 = 100_000;

/// Time, ids and tasks of a server; they go on when it starts anew.
#[derive(Default)]
pub(super) struct Hands {
    now: AtomicI64,
    ids: AtomicU64,
    spawned: Mutex<Vec<BoxFuture<'static, ()>>>,
}

impl Effects for Hands {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn change_time(&self, floor: i64) -> i64 {
        self.now.fetch_max(floor, Ordering::SeqCst);
        self.now.fetch_add(SECOND / 100, Ordering::SeqCst) + SECOND / 100
    }

    fn committed(&self, _: i64) {}

    fn turn(&self) -> Option<&Arc<tokio::sync::Mutex<()>>> {
        None
    }

    fn new_id(&self, _: Uuid, _: i64) -> Uuid {
        Uuid::from_u128(0x1_0000 + u128::from(self.ids.fetch_add(1, Ordering::SeqCst)))
    }

    fn salt(&self, owner: Uuid, at: i64) -> store::Salt {
        (owner.as_u128() ^ u128::from(at.cast_unsigned())).to_be_bytes()
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.spawned.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }
}

/// Was a task woken?
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A future that is polled when it was woken, and not before.
struct Task<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    woken: Arc<Woken>,
}

impl<T> Task<T> {
    fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(AtomicBool::new(true))) }
    }

    fn is_ready(&self) -> bool {
        self.woken.0.load(Ordering::SeqCst)
    }

    fn poll(&mut self) -> Option<T> {
        self.woken.0.store(false, Ordering::SeqCst);
        match self.future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&self.woken)))) {
            Poll::Ready(said) => Some(said),
            Poll::Pending => None,
        }
    }
}

/// A request under way.
struct Asked {
    about: About,
    begun: u64,
    task: Task<Answer>,
}

struct Client {
    /// Requests that it will send.
    left: usize,
    /// Does it only read what others are shown?
    other: bool,
    asked: Option<Asked>,
}

/// What happens to a run: one in so many, or never.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    fails: usize,
    silent: usize,
    hangs_up: usize,
    ends: usize,
    wrong: usize,
}

impl Weather {
    fn of(dice: &mut Dice, broken: bool) -> Self {
        let mut often = |least: usize| if dice.below(3) == 0 { 0 } else { least + dice.below(least * 4) };
        let (fails, hangs_up, ends, silent) = (often(8), often(40), often(150), often(12));
        let silent = if dice.below(2) == 0 { silent } else { 0 };
        let quiet = Self { wrong: 10, ..Self::default() };
        if broken { quiet } else { Self { fails, silent, hangs_up, ends, wrong: 0 } }
    }
}

fn happens(dice: &mut Dice, one_in: usize) -> bool {
    one_in > 0 && dice.below(one_in) == 0
}

/// What has come of a run.
pub(super) struct Outcome {
    pub(super) wrong: Vec<String>,
    pub(super) trace: Vec<String>,
    pub(super) answers: usize,
    pub(super) faults: usize,
}

pub(super) struct Run {
    dice: Dice,
    weather: Weather,
    broken: Option<Broken>,
    memory: Arc<MemoryStore>,
    store: Arc<Stepped>,
    hands: Arc<Hands>,
    service: engine::Service<Service>,
    clients: Vec<Client>,
    carried: Vec<Task<()>>,
    judge: Judge,
    known: Known,
    now: u64,
    trace: Vec<String>,
    answers: usize,
    faults: usize,
}

fn server(store: &Arc<Stepped>, hands: &Arc<Hands>) -> engine::Service<Service> {
    let settings = Settings { items_per_collection: ROOM, ..Settings::default() };
    let (store, hands): (Arc<dyn store::Store>, Arc<dyn Effects>) = (store.clone(), hands.clone());
    engine::Service::new(Service::new(store, hands, settings), Dialect::GRAPH, [7; 32])
}

impl Run {
    /// All of a run that follows from a seed.
    pub(super) fn of(seed: u64, broken: Option<Broken>) -> Outcome {
        let mut run = Self::new(seed, broken);
        if run.until_the_end() {
            run.ask_after();
        }
        let mut wrong = run.judge.judge();
        wrong.extend(super::store::at_once(run.memory.verify()).unwrap());
        wrong.extend(super::store::at_once(Service::new(run.memory, run.hands, Settings::default()).verify()));
        Outcome { wrong, trace: run.trace, answers: run.answers, faults: run.faults }
    }

    fn new(seed: u64, broken: Option<Broken>) -> Self {
        let mut dice = Dice::new(seed);
        let weather = Weather::of(&mut dice, broken.is_some());
        let memory: Arc<MemoryStore> = Arc::default();
        World::people(memory.clone());
        let (store, hands) = (Arc::new(Stepped::new(Arc::clone(&memory), broken)), Arc::<Hands>::default());
        // Later than what is there.
        hands.now.store(2_000_000 * SECOND, Ordering::SeqCst);
        let service = server(&store, &hands);
        let client = |number| Client { left: 6 + dice.below(8), other: number == 0, asked: None };
        let clients = (0..5).map(client).collect();
        let trace = vec![format!("{weather:?}")];
        let (judge, known, carried) = (Judge::default(), Known::default(), Vec::new());
        let (now, answers, faults) = (0, 0, 0);
        Self {
            dice,
            weather,
            broken,
            memory,
            store,
            hands,
            service,
            clients,
            carried,
            judge,
            known,
            now,
            trace,
            answers,
            faults,
        }
    }

    /// Steps until nothing is left to do; says whether it came to that.
    fn until_the_end(&mut self) -> bool {
        while self.now < MOST {
            self.now += 1;
            if happens(&mut self.dice, self.weather.ends) {
                self.end();
            }
            if happens(&mut self.dice, self.weather.hangs_up) {
                self.hang_up();
            }
            if !self.step() {
                let waits = self.clients.iter().filter(|client| client.asked.is_some()).count() + self.carried.len();
                if waits > 0 {
                    self.judge.wrong.push(format!("{waits} tasks wait for nothing that is under way"));
                }
                return waits == 0;
            }
        }
        self.judge.wrong.push(format!("no end after {MOST} steps"));
        false
    }

    /// One thing by chance: an operation of the store, a client, or a task of the server. False if there is none.
    fn step(&mut self) -> bool {
        let spawned = std::mem::take(&mut *self.hands.spawned.lock().unwrap_or_else(PoisonError::into_inner));
        self.carried.extend(spawned.into_iter().map(Task::new));
        let is_ready = |client: &Client| client.asked.as_ref().map_or(client.left > 0, |asked| asked.task.is_ready());
        let clients: Vec<_> = (0..self.clients.len()).filter(|at| is_ready(&self.clients[*at])).collect();
        let carried: Vec<_> = (0..self.carried.len()).filter(|at| self.carried[*at].is_ready()).collect();
        let operations = self.store.len();
        let chosen = self.dice.below(clients.len() + carried.len() + operations);
        if let Some(client) = clients.get(chosen) {
            self.step_client(*client);
        } else if let Some(task) = carried.get(chosen - clients.len()) {
            let done = self.carried[*task].poll().is_some();
            self.trace.push(format!("task {task}{}", if done { " ends" } else { "" }));
            if done {
                drop(self.carried.swap_remove(*task));
            }
        } else if operations > 0 {
            self.step_store(chosen - clients.len() - carried.len());
        } else {
            return false;
        }
        true
    }

    fn step_store(&mut self, operation: usize) {
        let (dice, weather) = (&mut self.dice, self.weather);
        let mut is_fault = false;
        let said = self.store.step(operation, |writes| {
            let fate = match () {
                () if happens(dice, weather.wrong) => Fate::Wrong,
                () if happens(dice, weather.fails) => Fate::Refused,
                () if writes && happens(dice, weather.silent) => Fate::Silent,
                () => Fate::Done,
            };
            is_fault = fate != Fate::Done;
            fate
        });
        self.faults += usize::from(is_fault);
        self.trace.push(said);
    }

    fn step_client(&mut self, number: usize) {
        let client = &mut self.clients[number];
        let Some(asked) = &mut client.asked else {
            client.left -= 1;
            let sent = self.known.request(&mut self.dice, &mut self.judge, client.other);
            self.trace.push(format!("client {number}: {} {} {:?} {}", sent.method, sent.path, sent.headers, sent.body));
            let caller = if client.other { harness::grace("User.Read.All") } else { harness::ada() };
            let (about, begun) = (sent.about.clone(), self.now);
            client.asked = Some(Asked { about, begun, task: ask(self.service.clone(), caller, sent) });
            return;
        };
        let Some(answer) = asked.task.poll() else { return };
        self.trace.push(format!("client {number} hears {} {}", answer.status, answer.body));
        self.answers += 1;
        self.hear(number, Some(&answer));
    }

    /// What has come of a client's request.
    fn hear(&mut self, number: usize, answer: Option<&Answer>) {
        let Some(asked) = self.clients[number].asked.take() else { return };
        let when = When { begun: asked.begun, ended: self.now };
        self.judge.hear(&mut self.known, &asked.about, when, answer, self.weather.silent > 0);
    }

    /// A client waits no longer.
    fn hang_up(&mut self) {
        let number = self.dice.below(self.clients.len());
        if self.clients[number].asked.is_some() {
            self.trace.push(format!("client {number} hangs up"));
            self.faults += 1;
            self.hear(number, None);
        }
    }

    /// The server is killed and started anew: what was under way is done or not.
    fn end(&mut self) {
        self.trace.push("the server ends".into());
        self.faults += 1;
        for number in 0..self.clients.len() {
            self.hear(number, None);
        }
        self.carried.clear();
        self.hands.spawned.lock().unwrap_or_else(PoisonError::into_inner).clear();
        while self.store.len() > 0 && self.dice.below(3) > 0 {
            let operation = self.dice.below(self.store.len());
            self.store.step(operation, |_| Fate::Done);
        }
        self.store = Arc::new(Stepped::new(Arc::clone(&self.memory), self.broken));
        self.service = server(&self.store, &self.hands);
    }

    /// When all is quiet, and long after: what is there, who is called what, and is every name that nobody has free?
    fn ask_after(&mut self) {
        self.weather = Weather::default();
        self.hands.now.fetch_add(120 * SECOND, Ordering::SeqCst);
        let all: Vec<_> = self.judge.histories.keys().cloned().collect();
        for sent in super::script::after(&all) {
            self.quietly(sent);
        }
        for number in 0..super::script::NAMES {
            let named = self.quietly(super::script::named(number));
            let name = super::script::name(number);
            let status = if named.status == 200 && named.body["userPrincipalName"] != *name { 0 } else { named.status };
            let sent = self.known.new_with(super::judge::Kind::Person, number, false);
            let made = self.quietly(sent);
            if !matches!((status, made.status), (200, 409) | (404, 201)) {
                self.judge.wrong.push(format!("{name}: found {named:?}, then a POST was answered {made:?}"));
            }
        }
    }

    /// Asks, and lets nothing else happen.
    fn quietly(&mut self, sent: Sent) -> Answer {
        let (about, begun) = (sent.about.clone(), self.now);
        let mut task = ask(self.service.clone(), harness::ada(), sent);
        for _ in 0..MOST {
            self.now += 1;
            if let Some(answer) = task.is_ready().then(|| task.poll()).flatten() {
                let when = When { begun, ended: self.now };
                self.judge.hear(&mut self.known, &about, when, Some(&answer), false);
                return answer;
            }
            self.step();
        }
        panic!("no answer to {about:?}");
    }
}

/// Sends a request.
fn ask(service: engine::Service<Service>, caller: Caller, sent: Sent) -> Task<Answer> {
    Task::new(async move {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        for (name, value) in &sent.headers {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let exchange = Exchange { request_id: "r".into(), client_request_id: "c".into(), now: 0, stopwatch: None };
        let body = if sent.body.is_null() { Default::default() } else { sent.body.to_string().into() };
        let (root, path, is_batch) = ("http://here/beta", sent.path.as_str(), sent.method == Method::POST);
        let request = Request { method: sent.method, root, path, query: None, headers: &headers, body, exchange };
        let response = match is_batch && path == "/$batch" {
            true => service.batch(&caller, request, &["/beta", "/v1.0"]).await,
            false => service.serve(&caller, &request).await,
        };
        let body = serde_json::from_slice(&response.body).unwrap_or(Json::Null);
        Answer { status: response.status.as_u16(), body }
    })
}
