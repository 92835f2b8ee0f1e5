//! What Vitae adds to the round trip of one read of a database: the bare driver, the store and the whole service, in
//! turns, with as many under way at once, over one PostgreSQL.
//!
//! The bare driver does what the store does at best: a prepared statement by primary key over a few shared connections.
//! All share the cores, the load of the service too, which therefore sleeps when it has nothing to do, as the others
//! do.

mod cost;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;
use store::postgres::{Options, PostgresStore};
use store::{PartitionKey, PartitionKind, Store};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use self::cost::{Cost, Meter};
use crate::bench::figures::{median, percentile};
use crate::bench::load::{Load, Tally};
use crate::bench::{clock, http, production};
use crate::failure::{Because, Failure, Outcome};
use crate::lab::site::{Running, Site};
use crate::lab::{Below, Bench, client};
use crate::term;

/// Reads under way at once.
const AT_ONCE: usize = 64;

const WARM_UP: Duration = Duration::from_millis(300);

/// What each of the three showed: medians over the turns.
pub(crate) struct PointReads {
    pub(crate) bare: Figures,
    pub(crate) store: Figures,
    pub(crate) service: Figures,
    /// Partitions that the database looked for at each read through the service.
    pub(crate) trips: f64,
}

/// Reads a second, and their latencies in milliseconds.
pub(crate) struct Figures {
    pub(crate) rate: f64,
    pub(crate) mean: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Microseconds of CPU a read.
    pub(crate) cost: Cost<f64>,
}

/// One turn of one of them.
struct Turn {
    tally: Tally,
    cost: Cost<f64>,
}

/// Measures.
pub(crate) fn measure(vitae: &Path, time: Duration, rounds: u64) -> Outcome<PointReads> {
    term::progress("pgread …");
    let bench =
        Bench { server: vitae.to_owned(), earlier: None, below: Below::Postgres, cluster: None, seed: 1, long: false };
    let site = Site::new(&bench, 1)?;
    let made = site.start()?;
    let item = item(&made)?;
    made.end()?;
    // Now that who asks is there, nobody need be looked for at each request.
    site.database()?.close_doors(site.folder())?;
    let server = site.start()?;
    let ways = Ways::to(&item, &site.database()?.url(), &server)?;
    let reads = ways.in_turns(time, rounds, server.process.id())?;
    server.end()?;
    Ok(reads)
}

/// The three ways to one item.
struct Ways {
    runtime: Runtime,
    key: PartitionKey,
    bare: Bare,
    store: Arc<PostgresStore>,
    service: Load,
}

impl Ways {
    fn to(item: &Item, database: &str, server: &Running) -> Outcome<Ways> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.or_fail("cannot start")?;
        let key = item.key;
        let bare = runtime.block_on(Bare::connect(database, key))?;
        let options = Options::new(Uuid::from_u128(1));
        let store = Arc::new(runtime.block_on(PostgresStore::open(database, &options)).or_fail("the store")?);
        Ok(Ways { runtime, key, bare, store, service: item.load(server) })
    }

    /// Each way for that time, so many rounds, after a moment to warm up.
    fn in_turns(&self, time: Duration, rounds: u64, server: u32) -> Outcome<PointReads> {
        for warm in [self.through_bare(WARM_UP)?, self.through_store(WARM_UP)?, self.service.run(WARM_UP)?] {
            sound(&warm)?;
        }
        let meter = Meter { server, database: self.runtime.block_on(self.bare.connections())? };
        let (mut bare, mut store, mut service, mut trips) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            bare.push(turn(&meter, || self.through_bare(time))?);
            store.push(turn(&meter, || self.through_store(time))?);
            let before = self.lookups()?;
            let turn = turn(&meter, || self.service.run(time))?;
            trips.push((self.lookups()? - before) / turn.tally.latencies.len().max(1) as f64);
            service.push(turn);
        }
        Ok(PointReads { bare: medians(bare), store: medians(store), service: medians(service), trips: median(trips) })
    }

    fn through_bare(&self, time: Duration) -> Outcome<Tally> {
        let subject = |number| Bare { number, ..self.bare.clone() };
        self.runtime.block_on(together(time, subject, |bare| async move { bare.read().await }))
    }

    fn through_store(&self, time: Duration) -> Outcome<Tally> {
        let key = self.key;
        let read = move |store: Arc<PostgresStore>| async move { matches!(store.snapshot(key).await, Ok(Some(_))) };
        self.runtime.block_on(together(time, |_| Arc::clone(&self.store), read))
    }

    fn lookups(&self) -> Outcome<f64> {
        self.runtime.block_on(self.bare.lookups())
    }
}

impl PointReads {
    /// Lines for people.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("point reads through PostgreSQL, {AT_ONCE} at once\n");
        let rows = [("bare driver", &self.bare), ("store", &self.store), ("GET item", &self.service)];
        for (name, figures) in rows {
            let Figures { rate, mean, p50, p99, cost } = figures;
            let (times, mean_times) = (self.bare.rate / rate, mean / self.bare.mean);
            text.push_str(&format!(
                "  {name:<12} {rate:>8.0} /s  mean {mean:.2} ms, p50 {p50:.2}, p99 {p99:.2}; round trip {mean_times:.2}×, \
                 rate 1/{times:.2}\n  {:<12} {}\n",
                "",
                cost.text(),
            ));
        }
        text.push_str(&format!("  {:.2} round trips for each GET; goal: at most 2×", self.trips));
        text
    }
}

/// An item of the one who asks.
struct Item {
    /// Of their partition.
    key: PartitionKey,
    path: String,
}

impl Item {
    fn load(&self, server: &Running) -> Load {
        let door = &server.door;
        let requests: Arc<[Bytes]> = [http::request("GET", &self.path, &door.host, &door.token, "")].into();
        Load {
            address: door.address,
            connections: AT_ONCE,
            requests,
            next: Arc::default(),
            status: 200,
            is_restless: false,
        }
    }
}

fn item(server: &Running) -> Outcome<Item> {
    let mut line = client::Line::open(&server.door).or_fail("cannot connect")?;
    let me = line.ask("GET", "/beta/me?$select=id", &[], None).or_fail("who asks")?.json();
    let owner = me.get("id").and_then(|id| id.as_str()?.parse().ok()).ok_or_else(|| Failure::new("nobody asks"))?;
    let body = json!({ "displayName": "Chess", "description": "World domination, one pawn at a time" });
    let made = line.ask("POST", "/beta/me/profile/interests", &[], Some(&body)).or_fail("an item")?.json();
    let id = made.get("id").and_then(|id| id.as_str()).ok_or_else(|| Failure::new("no item"))?;
    let path = format!("/beta/me/profile/interests/{id}");
    let tenant = production::tenant(&server.door.token)?;
    Ok(Item { key: PartitionKey { owner, tenant, kind: PartitionKind::User }, path })
}

/// The driver alone, as many connections as the store shares among readers.
#[derive(Clone)]
struct Bare {
    clients: Arc<[(Client, Statement)]>,
    /// Tells which connection is read by.
    number: usize,
    key: PartitionKey,
}

impl Bare {
    async fn connect(url: &str, key: PartitionKey) -> Outcome<Bare> {
        let mut clients = Vec::new();
        for _ in 0..Options::new(Uuid::nil()).readers {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.or_fail("the database")?;
            tokio::spawn(connection);
            let sql = "SELECT rev, live, stamp FROM partition WHERE owner = $1 AND tenant = $2 AND kind = $3";
            let statement = client.prepare(sql).await.or_fail("the database")?;
            clients.push((client, statement));
        }
        Ok(Bare { clients: clients.into(), number: 0, key })
    }

    /// Reads one row. Says whether it is there.
    async fn read(self) -> bool {
        let Some((client, statement)) = self.clients.get(self.number % self.clients.len()) else { return false };
        let row = client.query_opt(statement, &[&self.key.owner, &self.key.tenant, &0_i16]).await;
        row.is_ok_and(|row| row.is_some_and(|row| row.try_get::<_, i64>(0).is_ok()))
    }

    /// The processes of the database: each connection has one.
    async fn connections(&self) -> Outcome<Vec<u32>> {
        let (client, _) = self.clients.first().ok_or_else(|| Failure::new("no connection"))?;
        let rows = client
            .query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'", &[])
            .await
            .or_fail("the database")?;
        let id = |row: &tokio_postgres::Row| row.try_get::<_, i32>(0).map(i32::cast_unsigned).or_fail("the database");
        rows.iter().map(id).collect()
    }

    /// How often the database has looked for a partition.
    async fn lookups(&self) -> Outcome<f64> {
        let (client, _) = self.clients.first().ok_or_else(|| Failure::new("no connection"))?;
        let sql = "SELECT idx_scan::float8 FROM pg_stat_user_tables WHERE relname = 'partition'";
        // The database adds up what its connections did about once a second.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let row = client.query_one(sql, &[]).await.or_fail("the database")?;
        row.try_get(0).or_fail("the database")
    }
}

/// Reads with so many at once for a time; `read` says whether it succeeded.
async fn together<S, F: Future<Output = bool> + Send + 'static>(
    time: Duration,
    subject: impl Fn(usize) -> S,
    read: impl Fn(S) -> F + Clone + Send + Sync + 'static,
) -> Outcome<Tally>
where
    S: Clone + Send + 'static,
{
    let start = clock::now();
    let mut tasks = JoinSet::new();
    for number in 0..AT_ONCE {
        tasks.spawn(keep_on(subject(number), read.clone(), start + time));
    }
    let mut total = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        let tally = tally.or_fail("a reader was lost")?;
        total.wrong += tally.wrong;
        total.latencies.extend(tally.latencies);
    }
    total.elapsed = start.elapsed();
    Ok(total)
}

async fn keep_on<S: Clone, F: Future<Output = bool>>(subject: S, read: impl Fn(S) -> F, until: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut begun = clock::now();
    while begun < until {
        let good = read(subject.clone()).await;
        let now = clock::now();
        match good {
            true => tally.latencies.push(now - begun),
            false => tally.wrong += 1,
        }
        begun = now;
    }
    tally
}

fn sound(tally: &Tally) -> Outcome {
    match tally.wrong {
        0 if !tally.latencies.is_empty() => Ok(()),
        wrong => Err(Failure::new(format_args!("{wrong} reads failed; the figures are worthless"))),
    }
}

fn turn(meter: &Meter, run: impl FnOnce() -> Outcome<Tally>) -> Outcome<Turn> {
    let before = meter.read()?;
    let tally = run()?;
    sound(&tally)?;
    let cost = meter.read()?.each(before, tally.latencies.len());
    Ok(Turn { tally, cost })
}

fn medians(turns: Vec<Turn>) -> Figures {
    let costs: Vec<_> = turns.iter().map(|turn| turn.cost).collect();
    let turns: Vec<Tally> = turns
        .into_iter()
        .map(|Turn { mut tally, .. }| {
            tally.latencies.sort_unstable();
            tally
        })
        .collect();
    let of = |figure: &dyn Fn(&Tally) -> f64| median(turns.iter().map(figure));
    Figures {
        rate: of(&|tally| tally.latencies.len() as f64 / tally.elapsed.as_secs_f64()),
        mean: of(&|tally| {
            let sum: Duration = tally.latencies.iter().sum();
            sum.as_secs_f64() * 1e3 / tally.latencies.len().max(1) as f64
        }),
        p50: of(&|tally| percentile(&tally.latencies, 50)),
        p99: of(&|tally| percentile(&tally.latencies, 99)),
        cost: Cost::median(&costs),
    }
}
