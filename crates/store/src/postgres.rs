//! The store on an engine that speaks the PostgreSQL protocol: PostgreSQL itself, or one that spreads the tables over
//! machines. Any number of servers may share it; each keeps hot partitions in memory and uses one only after its rev
//! was found unchanged.
//!
//! What the SQL may contain is limited so that Citus, CockroachDB and YugabyteDB run it too.

mod bounds;
mod doubt;
mod driver;
mod fault;
mod hosts;
mod link;
mod name;
mod plan;
mod pool;
mod read;
mod rest;
mod row;
mod schema;
mod shape;
mod sql;
#[cfg(test)]
mod tests;
mod timeline;
mod tls;
mod told;
mod transfer;
mod verify;
mod write;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_postgres::Config;
use tokio_postgres::config::TargetSessionAttrs;
use uuid::Uuid;

use self::pool::Pool;
use self::row::{Base, Kept};
use self::told::Told;
use crate::cache::Cache;
use crate::moment;
use crate::{
    AuditRow, BoxFuture, Candidate, ChangePosition, ChangeRow, Claimed, Commit, NameEntry, PartitionKey, Result, Scan,
    Snapshot, Store,
};

/// How many partitions may be written at once without a chance of waiting for each other.
const TURNS: usize = 256;

/// What may be chosen when opening a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Tells this server from the others on the same database. Random, another at every start.
    pub writer: Uuid,
    /// The bytes that hot partitions may occupy in memory.
    pub cache_bytes: usize,
    /// For how long a partition in memory may be used once it was found current, though another server may have
    /// changed it since. Nothing unless somebody chose it: what was narrowed is shown for as long.
    pub staleness: Duration,
    /// The connections that readers share.
    pub readers: usize,
    /// The connections for transactions: as many as are under way at once.
    pub writers: usize,
    /// How many callers may use or wait for connections; more are refused at once.
    pub queue: usize,
    /// How long one answer of the database is waited for.
    pub deadline: Duration,
    /// Whether statements are prepared once. Not through a pooler that gives each transaction another connection.
    pub prepare: bool,
    /// A file of certificates to trust instead of the machine's.
    pub authorities: Option<PathBuf>,
}

impl Options {
    /// The defaults, for a server of this name.
    #[must_use]
    pub fn new(writer: Uuid) -> Self {
        Self {
            writer,
            cache_bytes: 64 << 20,
            staleness: Duration::ZERO,
            readers: 4,
            writers: 16,
            queue: 4096,
            deadline: Duration::from_secs(5),
            prepare: true,
            authorities: None,
        }
    }
}

/// A store in a database.
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    cache: Cache<Kept>,
    staleness: Duration,
    opened: Instant,
    turns: [Mutex<()>; TURNS],
    writer: Uuid,
    commits: AtomicU64,
    told: Told,
    runtime: Handle,
}

/// Judges an address without going there.
///
/// # Errors
/// What was expected instead.
pub fn check_url(url: &str) -> std::result::Result<(), String> {
    let expected = "an address such as \"postgres://user@host/name\"";
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(expected.to_owned());
    }
    let config = parse(url).map_err(|error| format!("{expected} ({error})"))?;
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    if count == 0 {
        return Err(format!("{expected}, with a host"));
    }
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(format!(
            "an address with as many `hostaddr` as hosts, not {} and {}",
            addresses.len(),
            hosts.len()
        ));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(format!("an address with one port for all hosts or one for each, not {} and {count}", ports.len()));
    }
    Ok(())
}

/// Reads an address. A certificate is always verified, with the host's name, where TLS is used: that is what `verify-full`
/// asks for, and more than `verify-ca` does. A host that takes writes is always looked for: that is what `primary` asks
/// for as well.
fn parse(url: &str) -> std::result::Result<Config, String> {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let options = options.split('&').map(|option| match option {
        "sslmode=verify-full" | "sslmode=verify-ca" => Ok("sslmode=require"),
        "sslmode=allow" => Err("`sslmode` is `disable`, `prefer`, `require` or `verify-full`, not `allow`".to_owned()),
        other if other.starts_with("sslrootcert=") => Err("`database.ca` stands for `sslrootcert`".to_owned()),
        "target_session_attrs=any" | "target_session_attrs=primary" => Ok("target_session_attrs=read-write"),
        other => match other.strip_prefix("target_session_attrs=") {
            Some("read-write") | None => Ok(other),
            Some(wish) => Err(format!("`target_session_attrs` is `read-write`, for servers write, not `{wish}`")),
        },
    });
    let options: Vec<&str> = options.collect::<std::result::Result<_, _>>()?;
    let config: std::result::Result<Config, _> = format!("{address}?{}", options.join("&")).parse();
    let mut config = config.map_err(|error| match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    })?;
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    Ok(config)
}

/// Lays out the tables in a database, or brings them to this release's layout. With `distributed`, spreads them by
/// Citus. May be repeated at any time, and beside running servers. Says what it did.
///
/// # Errors
/// When the database cannot be reached, is newer than this release, or cannot distribute tables.
pub async fn migrate(url: &str, options: &Options, distributed: bool) -> Result<Vec<String>> {
    let fresh = Pool::new(url, options)?.fresh().await?;
    let mut told = schema::migrate(&fresh.client, distributed).await?;
    told.extend(fresh.barred);
    Ok(told)
}

/// Runs statements on a connection of their own, for tests.
pub(crate) async fn execute(url: &str, sql: &str) -> Result<()> {
    let client = Pool::new(url, &Options::new(Uuid::nil()))?.connect().await?;
    client.batch_execute(sql).await.map_err(|error| fault::failure(&error))
}

impl PostgresStore {
    /// Opens the store in a database that [`migrate`] has laid out.
    ///
    /// # Errors
    /// When the URL is none, the database cannot be reached, has no layout, or is newer than this release.
    pub async fn open(url: &str, options: &Options) -> Result<Self> {
        let pool = Pool::new(url, options)?;
        schema::check(&pool.connect().await?).await?;
        let inner = Inner {
            pool,
            cache: Cache::new(options.cache_bytes),
            staleness: options.staleness,
            opened: Instant::now(),
            turns: std::array::from_fn(|_| Mutex::new(())),
            writer: options.writer,
            commits: AtomicU64::new(0),
            told: Told::default(),
            runtime: Handle::current(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts a write, which goes on whether or not its caller waits.
    fn write<T: Send + 'static, F: Future<Output = Result<T>> + Send + 'static>(
        &self,
        work: impl FnOnce(Arc<Inner>) -> F,
    ) -> BoxFuture<'_, Result<T>> {
        let task = self.inner.runtime.spawn(work(Arc::clone(&self.inner)));
        self.ask(async move { task.await.unwrap_or_else(|_| Err(write::ended())) })
    }

    /// What a caller waits for; the log is told where it fails.
    fn ask<'a, T: 'a>(&'a self, work: impl Future<Output = Result<T>> + Send + 'a) -> BoxFuture<'a, Result<T>> {
        Box::pin(self.inner.told.of(work))
    }
}

impl Inner {
    /// The turns of those who write a partition.
    fn turn(&self, key: PartitionKey) -> &Mutex<()> {
        let [first, ..] = &self.turns;
        let folded = key.owner.as_bytes().iter().fold(0, |folded, byte| folded ^ byte);
        self.turns.get(usize::from(folded) % TURNS).unwrap_or(first)
    }

    /// A mark that no other commit has, of this server or another.
    fn stamp(&self) -> Uuid {
        let (server, start) = self.writer.as_u64_pair();
        Uuid::from_u64_pair(server, start.wrapping_add(self.commits.fetch_add(1, Ordering::Relaxed)))
    }

    /// Whether a partition still is what it was when it was read.
    async fn is_current(&self, key: PartitionKey, known: &Base) -> Result<bool> {
        Ok(read::rev(&self.pool, key).await? == Some((known.rev(), known.stamp)))
    }

    async fn snapshot(&self, key: PartitionKey) -> Result<Option<Arc<Snapshot>>> {
        if let Some(Kept { base: known, found }) = self.cache.get(&key) {
            let now = self.opened.elapsed();
            let since = moment::since().map(|since| since.saturating_duration_since(self.opened));
            if found.is_within(self.staleness, now) || since.is_some_and(|since| found.is_after(since)) {
                return Ok(Some(known.snapshot));
            }
            match read::rev(&self.pool, key).await? {
                None => return Ok(None),
                Some(rev) if rev == (known.rev(), known.stamp) => {
                    found.again(now);
                    return Ok(Some(known.snapshot));
                }
                Some(_) => {}
            }
        }
        let base = self.load(key).await?;
        Ok(base.live.then_some(base.snapshot))
    }

    /// Reads a partition, and keeps what there is.
    async fn load(&self, key: PartitionKey) -> Result<Base> {
        let (epoch, now) = (self.cache.epoch(&key), self.opened.elapsed());
        let base = read::load(&self.pool, key).await?;
        match base.live {
            true => self.cache.offer(key, epoch, &Kept::new(base.clone(), now)),
            false => self.cache.publish(key, None),
        }
        Ok(base)
    }

    async fn erase_all(&self) -> Result<()> {
        // The last changes something even where all else is gone already.
        let sql = "DELETE FROM posting; DELETE FROM item; DELETE FROM history; DELETE FROM partition; DELETE FROM name;
                   UPDATE layout SET version = version";
        self.pool.batch(sql).await?;
        self.cache.clear();
        Ok(())
    }
}

impl Store for PostgresStore {
    fn snapshot(&self, partition: PartitionKey) -> BoxFuture<'_, Result<Option<Arc<Snapshot>>>> {
        self.ask(self.inner.snapshot(partition))
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<u64>> {
        self.write(|inner| async move { inner.commit(&commit).await })
    }

    fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> BoxFuture<'_, Result<Claimed>> {
        self.write(move |inner| async move { name::claim(&inner.pool, tenant, &name, None, owner, at).await })
    }

    fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> BoxFuture<'_, Result<bool>> {
        self.write(move |inner| async move { name::bind(&inner.pool, tenant, &name, owner).await })
    }

    fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, until: i64) -> BoxFuture<'_, Result<bool>> {
        self.write(move |inner| async move { name::release(&inner.pool, tenant, &name, (owner, until)).await })
    }

    fn reclaim(
        &self,
        tenant: Uuid,
        name: Arc<str>,
        stale: NameEntry,
        owner: Uuid,
        at: i64,
    ) -> BoxFuture<'_, Result<Claimed>> {
        self.write(move |inner| async move { name::claim(&inner.pool, tenant, &name, Some(stale), owner, at).await })
    }

    fn lookup(&self, tenant: Uuid, name: Arc<str>) -> BoxFuture<'_, Result<Option<NameEntry>>> {
        self.ask(async move { name::lookup(&self.inner.pool, tenant, &name).await })
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Result<Vec<Candidate>>> {
        self.ask(async move { read::scan(&self.inner.pool, &scan).await })
    }

    fn changes(
        &self,
        bucket: u16,
        after: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ChangeRow>>> {
        self.ask(read::changes(&self.inner.pool, bucket, after, limit))
    }

    fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.ask(read::audit(&self.inner.pool, partition, after_rev, limit))
    }

    fn records(
        &self,
        tenant: Uuid,
        before: Option<ChangePosition>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditRow>>> {
        self.ask(read::records(&self.inner.pool, tenant, before, limit))
    }

    fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> BoxFuture<'_, Result<Vec<PartitionKey>>> {
        self.ask(read::partitions(&self.inner.pool, after, limit))
    }

    fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> BoxFuture<'_, Result<[u8; 32]>> {
        self.ask(async move { name::secret(&self.inner.pool, &name, candidate).await })
    }

    fn ping(&self) -> BoxFuture<'_, Result<()>> {
        // Any machine of a cluster will do: it says whether callers are served at all.
        self.ask(self.inner.pool.ping())
    }

    fn erase_all(&self) -> BoxFuture<'_, Result<()>> {
        self.write(|inner| async move { inner.erase_all().await })
    }

    fn verify(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        self.ask(verify::verify(&self.inner.pool))
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        f.debug_struct("PostgresStore").field("cache", &self.inner.cache).finish_non_exhaustive()
    }
}
