//! One run: clients, the server's own tasks and the operations of the store, each a step further by chance.

use std::sync::Arc;

use fuzz::Dice;
use store::Store as _;
use store::memory::MemoryStore;

use super::judge::{By, Judge, Kind};
use super::script::{self, Known, Sent};
use super::server::{Clock, SECOND, Server, Task};
use super::store::{Before, Broken, Fate, Stepped, at_once};
use super::told::{Answer, When};
use crate::tests::harness::{self, World};
use crate::{Service, Settings};

/// How many servers there are, and by how much the clock of each is ahead of the one before.
const SERVERS: usize = 2;
const AHEAD: i64 = SECOND / 5;
/// Steps after which a run has come to no end.
const MOST: u64 = 100_000;

/// A request under way.
struct Asked {
    sent: Sent,
    server: usize,
    begun: u64,
    task: Task<Answer>,
}

struct Client {
    /// Requests that it will send.
    left: usize,
    /// Does it only read what others are shown?
    other: bool,
    asked: Option<Asked>,
    /// What it sends once more.
    again: Option<Sent>,
}

/// What happens to a run: one in so many, or never.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    fails: usize,
    silent: usize,
    hangs_up: usize,
    /// A proxy in between waits no longer; the server goes on.
    gives_up: usize,
    ends: usize,
    wrong: usize,
}

impl Weather {
    fn of(dice: &mut Dice, broken: Option<Broken>) -> Self {
        let mut often = |least: usize| if dice.below(3) == 0 { 0 } else { least + dice.below(least * 4) };
        let (fails, hangs_up, ends, silent, gives_up) = (often(8), often(40), often(150), often(12), often(20));
        let silent = if dice.below(2) == 0 { silent } else { 0 };
        match broken {
            None => Self { fails, silent, hangs_up, gives_up, ends, wrong: 0 },
            Some(Broken::Late) => Self { gives_up: 20, ..Self::default() },
            // What comes of it takes several requests of the same person's.
            Some(Broken::Reopens) => Self { wrong: 1, ..Self::default() },
            Some(_) => Self { wrong: 10, ..Self::default() },
        }
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
    before: Before,
    clock: Arc<Clock>,
    servers: Vec<Server>,
    clients: Vec<Client>,
    /// Tasks of servers.
    carried: Vec<(usize, Task<()>)>,
    judge: Judge,
    known: Known,
    now: u64,
    trace: Vec<String>,
    answers: usize,
    faults: usize,
}

impl Run {
    /// All of a run that follows from a seed.
    pub(super) fn of(seed: u64, broken: Option<Broken>) -> Outcome {
        let mut run = Self::new(seed, broken);
        if run.until_the_end() {
            run.ask_after();
        }
        let mut wrong = run.judge.judge();
        wrong.extend(at_once(run.memory.verify()).unwrap());
        let hands = Arc::clone(&run.servers[0].hands);
        wrong.extend(at_once(Service::new(run.memory, hands, Settings::default()).verify()));
        Outcome { wrong, trace: run.trace, answers: run.answers, faults: run.faults }
    }

    fn new(seed: u64, broken: Option<Broken>) -> Self {
        let mut dice = Dice::new(seed);
        let weather = Weather::of(&mut dice, broken);
        let memory: Arc<MemoryStore> = Arc::default();
        World::people(memory.clone());
        let client = |number| Client { left: 6 + dice.below(8), other: number == 0, asked: None, again: None };
        let clients = (0..5).map(client).collect();
        let clock = Arc::<Clock>::default();
        // Later than what is there.
        clock.pass(2_000_000 * SECOND);
        let mut run = Self {
            dice,
            weather,
            broken,
            memory,
            before: Before::default(),
            clock,
            servers: Vec::new(),
            clients,
            carried: Vec::new(),
            judge: Judge::default(),
            known: Known::default(),
            now: 0,
            trace: vec![format!("{weather:?}")],
            answers: 0,
            faults: 0,
        };
        run.servers = (0..SERVERS).map(|number| run.server(number)).collect();
        run
    }

    fn server(&self, number: usize) -> Server {
        let store = Stepped::new(Arc::clone(&self.memory), self.broken, Arc::clone(&self.before));
        Server::start(store, &self.clock, AHEAD * i64::try_from(number).unwrap_or_default())
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
            if happens(&mut self.dice, self.weather.gives_up) {
                self.give_up();
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

    /// One thing by chance: an operation of a store, a client, or a task of a server. False if there is none.
    fn step(&mut self) -> bool {
        for (number, server) in self.servers.iter().enumerate() {
            self.carried.extend(server.hands.spawned().into_iter().map(|work| (number, Task::new(work))));
        }
        let is_ready = |client: &Client| match &client.asked {
            Some(asked) => asked.task.is_ready(),
            None => client.left > 0 || client.again.is_some(),
        };
        let clients: Vec<_> = (0..self.clients.len()).filter(|at| is_ready(&self.clients[*at])).collect();
        let carried: Vec<_> = (0..self.carried.len()).filter(|at| self.carried[*at].1.is_ready()).collect();
        let operations: Vec<_> =
            (0..SERVERS).flat_map(|server| (0..self.servers[server].store.len()).map(move |at| (server, at))).collect();
        let chosen = self.dice.below(clients.len() + carried.len() + operations.len());
        if let Some(client) = clients.get(chosen) {
            self.step_client(*client);
        } else if let Some(task) = carried.get(chosen - clients.len()) {
            let done = self.carried[*task].1.poll().is_some();
            self.trace.push(format!("task {task}{}", if done { " ends" } else { "" }));
            if done {
                drop(self.carried.swap_remove(*task));
            }
        } else if let Some((server, operation)) = operations.get(chosen - clients.len() - carried.len()) {
            self.step_store(*server, *operation);
        } else {
            return false;
        }
        true
    }

    fn step_store(&mut self, server: usize, operation: usize) {
        let (dice, weather) = (&mut self.dice, self.weather);
        let mut is_fault = false;
        let said = self.servers[server].store.step(operation, |writes| {
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
            let sent = match client.again.take() {
                Some(again) => {
                    // SDKs wait before they do.
                    self.clock.pass(SECOND);
                    again
                }
                None => {
                    client.left -= 1;
                    self.known.request(&mut self.dice, &mut self.judge, client.other)
                }
            };
            let server = self.dice.below(SERVERS);
            self.trace.push(format!(
                "client {number} to {server}: {} {} {:?} {}",
                sent.method, sent.path, sent.headers, sent.body
            ));
            let caller = if client.other { harness::grace("User.Read.All") } else { harness::ada() };
            let late = if self.broken == Some(Broken::Late) { 60 * SECOND } else { 0 };
            let task = self.servers[server].ask(caller, sent.clone(), late);
            client.asked = Some(Asked { sent, server, begun: self.now, task });
            return;
        };
        let Some(answer) = asked.task.poll() else { return };
        self.trace.push(format!("client {number} hears {} {}", answer.status, answer.body));
        self.answers += 1;
        let asked = self.hear(number, Some(&answer));
        self.clients[number].again = asked.filter(|_| answer.status == 503).and_then(|asked| asked.sent.again());
    }

    /// What has come of a client's request.
    fn hear(&mut self, number: usize, answer: Option<&Answer>) -> Option<Asked> {
        let asked = self.clients[number].asked.take()?;
        let when = When { begun: asked.begun, ended: self.now };
        self.judge.hear(&mut self.known, &asked.sent.about, when, answer, self.weather.silent > 0);
        Some(asked)
    }

    /// A client waits no longer, and the server does not go on for nobody.
    fn hang_up(&mut self) {
        let number = self.dice.below(self.clients.len());
        if self.hear(number, None).is_some() {
            self.trace.push(format!("client {number} hangs up"));
            self.faults += 1;
        }
    }

    /// A proxy answers instead of the server, which goes on: an SDK tries again.
    fn give_up(&mut self) {
        let number = self.dice.below(self.clients.len());
        if let Some(asked) = self.hear(number, None) {
            self.trace.push(format!("client {number} is told 504"));
            self.faults += 1;
            self.clients[number].again = asked.sent.again();
            self.carried.push((asked.server, asked.task.unheard()));
        }
    }

    /// A server is killed and started anew: what was under way there is done or not.
    fn end(&mut self) {
        let number = self.dice.below(SERVERS);
        self.trace.push(format!("server {number} ends"));
        self.faults += 1;
        for client in 0..self.clients.len() {
            if self.clients[client].asked.as_ref().is_some_and(|asked| asked.server == number) {
                self.hear(client, None);
            }
        }
        self.carried.retain(|(server, _)| *server != number);
        let store = Arc::clone(&self.servers[number].store);
        while store.len() > 0 && self.dice.below(3) > 0 {
            store.step(self.dice.below(store.len()), |_| Fate::Done);
        }
        self.servers[number] = self.server(number);
    }

    /// When all is quiet, and long after: what is there, who is called what, and is every name that nobody has free?
    fn ask_after(&mut self) {
        self.weather = Weather::default();
        self.clock.pass(120 * SECOND);
        let all: Vec<_> = self.judge.histories.keys().cloned().collect();
        for sent in script::after(&all) {
            self.quietly(sent);
        }
        for number in 0..script::NAMES {
            let named = self.quietly(script::named(number));
            let name = script::name(number);
            let status = if named.status == 200 && named.body["userPrincipalName"] != *name { 0 } else { named.status };
            let sent = self.known.new_with(Kind::Person, number, By::Nothing, None);
            let made = self.quietly(sent);
            if !matches!((status, made.status), (200, 409) | (404, 201)) {
                self.judge.wrong.push(format!("{name}: found {named:?}, then a POST was answered {made:?}"));
            }
        }
    }

    /// Asks, and lets nothing else happen.
    fn quietly(&mut self, sent: Sent) -> Answer {
        let (about, begun) = (sent.about.clone(), self.now);
        let mut task = self.servers[self.dice.below(SERVERS)].ask(harness::ada(), sent, 0);
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
