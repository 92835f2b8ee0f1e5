//! For tests of every crate: a PostgreSQL of the test's own, and empty places in it for stores.
//!
//! The engine is Debian's, run by an unprivileged user from a temporary directory. One serves a test program, and it
//! ends with the program however that ends. With `VITAE_TEST_CLUSTER_URL` the places are schemas in that cluster
//! instead, and what is laid out there is distributed where the cluster can do that. Its user needs the right to make
//! schemas.

mod engine;
mod keeper;
mod pooler;
mod proxy;
mod replicas;
mod shards;

use std::io::{Error, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::postgres::{self, Options, migrate};

pub use engine::Engine;
pub use pooler::Pooler;
pub use proxy::{DELAY, Mood, Proxy};
pub use replicas::Replicas;
pub use shards::{SHARDS, shards};

/// The variable that names a cluster to test on.
pub const CLUSTER: &str = "VITAE_TEST_CLUSTER_URL";

/// An empty place for a store. What it holds on a cluster is removed with it.
#[derive(Debug)]
pub struct Place {
    /// The URL of the place.
    pub url: String,
    schema: String,
    cluster: Option<Cluster>,
}

/// A cluster that somebody else runs.
#[derive(Debug)]
struct Cluster {
    url: String,
    is_distributed: bool,
}

/// The engine of this test program, started when first asked for.
///
/// # Errors
/// When it cannot be started.
pub fn engine() -> Result<&'static Engine> {
    static ENGINE: OnceLock<std::result::Result<Engine, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| Engine::start().map_err(|error| error.to_string()));
    engine.as_ref().map_err(|error| Error::other(error.clone()))
}

impl Place {
    /// A new place, in the cluster if one is named, else in the program's own engine.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn new() -> Result<Self> {
        match std::env::var(CLUSTER) {
            Ok(url) => {
                let named = |error: Error| Error::other(format!("{error}; the cluster is that of `{CLUSTER}`"));
                Self::in_cluster(&url).await.map_err(named)
            }
            Err(_) => Self::on(&engine()?.url()).await,
        }
    }

    /// A new place in a certain engine.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn on(url: &str) -> Result<Self> {
        let schema = unique();
        execute(url, &format!("CREATE SCHEMA {schema}")).await?;
        Ok(Self { url: with_options(url, &format!("-csearch_path={schema}")), schema, cluster: None })
    }

    /// A new place in a cluster that somebody else runs.
    ///
    /// # Errors
    /// When it cannot be made. What is missing is said.
    pub async fn in_cluster(url: &str) -> Result<Self> {
        postgres::check_url(url)
            .map_err(|expected| Error::other(format!("the URL of the cluster: expected {expected}")))?;
        let failed = |error: Error| {
            Error::other(format!("no schema in the cluster: {error}; its user needs `GRANT CREATE ON DATABASE`"))
        };
        let mut place = Self::on(url).await.map_err(failed)?;
        let is_distributed = execute(url, DISTRIBUTES).await.is_ok();
        if is_distributed {
            // Shards are files; a test has few rows.
            place.url = with_options(&place.url, &format!("-ccitus.shard_count={SHARDS}"));
        }
        place.cluster = Some(Cluster { url: url.to_owned(), is_distributed });
        Ok(place)
    }

    /// Whether tables in it are to be distributed.
    #[must_use]
    pub fn is_distributed(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.is_distributed)
    }

    /// A new place with the tables in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn laid_out() -> Result<Self> {
        let place = Self::new().await?;
        let options = Options::new(uuid::Uuid::nil());
        migrate(&place.url, &options, place.is_distributed()).await.map_err(Error::other)?;
        Ok(place)
    }
}

/// Fails where there is no Citus.
const DISTRIBUTES: &str = "SELECT 1 / (to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL)::int";

/// For how long something is tried that depends on others.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// The URL with settings of the session beside those that it has.
fn with_options(url: &str, more: &str) -> String {
    let more = more.replace('=', "%3D");
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let (own, mut rest): (Vec<&str>, Vec<&str>) =
        options.split('&').filter(|option| !option.is_empty()).partition(|option| option.starts_with("options="));
    let own: Vec<&str> = own.iter().filter_map(|option| option.strip_prefix("options=")).collect();
    let all = format!("options={}", own.into_iter().chain([&*more]).collect::<Vec<_>>().join("%20"));
    rest.push(&all);
    format!("{address}?{}", rest.join("&"))
}

impl Place {
    /// A new place with the tables in it, to be reached through a pooler: a database of its own, for what a pooler
    /// forwards chooses no schema.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn pooled() -> Result<Self> {
        static POOLER: OnceLock<std::result::Result<Pooler, String>> = OnceLock::new();
        let engine = engine()?;
        let pooler = POOLER.get_or_init(|| Pooler::before(engine).map_err(|error| error.to_string()));
        let pooler = pooler.as_ref().map_err(|error| Error::other(error.clone()))?;
        let name = unique();
        execute(&engine.url(), &format!("CREATE DATABASE {name}")).await?;
        let url = pooler.url(&engine.url()).replace("/postgres?", &format!("/{name}?"));
        let options = Options { prepare: false, ..Options::new(uuid::Uuid::nil()) };
        migrate(&url, &options, false).await.map_err(Error::other)?;
        Ok(Self { url, schema: name, cluster: None })
    }
}

/// A name that nobody else has in this program's engine, nor in a cluster that others test on as well.
#[expect(
    clippy::disallowed_methods,
    reason = "machines that test on one cluster may give their processes equal numbers"
)]
fn unique() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("vitae_test_{:x}_{}_{number}", now.as_nanos(), std::process::id())
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(cluster) = self.cluster.take() else { return };
        let sql = format!("DROP SCHEMA {} CASCADE", self.schema);
        let work = move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // Servers that were killed may hold it for a moment.
            runtime.block_on(until(&with_options(&cluster.url, "-clock_timeout=2000"), &sql))
        };
        // A test's own runtime cannot be waited on here.
        _ = std::thread::spawn(work).join();
    }
}

/// Runs statements on a connection of their own, encrypted where the URL wants that.
///
/// # Errors
/// When the engine refuses them or is not there.
pub async fn execute(url: &str, sql: &str) -> Result<()> {
    postgres::execute(url, sql).await.map_err(Error::other)
}

/// Runs a statement until it succeeds.
///
/// # Errors
/// When it does not within `PATIENCE`.
pub async fn until(url: &str, sql: &str) -> Result<()> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match execute(url, sql).await {
            Err(_) if tokio::time::Instant::now() < end => tokio::time::sleep(PATIENCE / 200).await,
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_says_stays() {
        for (url, expected) in [
            ("postgres://h/d", "postgres://h/d?options=-ca%3D1"),
            ("postgres://h/d?sslmode=require", "postgres://h/d?sslmode=require&options=-ca%3D1"),
            (
                "postgres://h/d?options=-cb%3D2&sslmode=require",
                "postgres://h/d?sslmode=require&options=-cb%3D2%20-ca%3D1",
            ),
        ] {
            assert_eq!(with_options(url, "-ca=1"), expected);
        }
    }

    #[tokio::test]
    async fn a_cluster_that_cannot_be_used_says_what_is_missing() {
        let engine = engine().unwrap();
        execute(&engine.url(), "CREATE ROLE poor LOGIN").await.unwrap();
        for (url, expected) in [
            (engine.url().replace("vitae@", "poor@"), "GRANT CREATE ON DATABASE"),
            ("mysql://db".to_owned(), "an address such as"),
        ] {
            let refused = Place::in_cluster(&url).await.unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_place_in_a_cluster_wants_no_superuser_and_leaves_nothing() {
        let engine = engine().unwrap();
        let there = "CREATE ROLE guest LOGIN; CREATE DATABASE shared OWNER guest";
        for statement in there.split("; ") {
            execute(&engine.url(), statement).await.unwrap();
        }
        let url = engine.url().replace("vitae@", "guest@").replace("/postgres?", "/shared?");
        let places = tokio::join!(Place::in_cluster(&url), Place::in_cluster(&url));
        for place in [places.0.unwrap(), places.1.unwrap()] {
            assert!(!place.is_distributed());
            migrate(&place.url, &Options::new(uuid::Uuid::nil()), place.is_distributed()).await.unwrap();
        }
        let left = "SELECT 1 / (count(*) = 0)::int FROM pg_namespace WHERE nspname LIKE 'vitae_test%'";
        execute(&url, left).await.unwrap();
    }
}
