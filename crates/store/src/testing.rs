//! For tests of every crate: a PostgreSQL of the test's own, and empty places in it for stores.
//!
//! The engine is Debian's, run by an unprivileged user from a temporary directory. One serves a test program, and it
//! ends with the program however that ends. With `VITAE_TEST_CLUSTER_URL` the places are in that cluster instead, and
//! what is laid out there is distributed.

mod engine;
mod keeper;
mod pooler;
mod proxy;

use std::io::{Error, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::postgres::{Options, migrate};

pub use engine::Engine;
pub use pooler::Pooler;
pub use proxy::{DELAY, Mood, Proxy};

/// The variable that names a cluster to test on.
pub const CLUSTER: &str = "VITAE_TEST_CLUSTER_URL";

/// An empty place for a store. What it holds on a cluster is removed with it.
#[derive(Debug)]
pub struct Place {
    /// The URL of the place.
    pub url: String,
    schema: String,
    cluster: Option<String>,
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
            Ok(cluster) => Self::on(&cluster, Some(cluster.clone())).await,
            Err(_) => Self::on(&engine()?.url(), None).await,
        }
    }

    /// A new place in a certain engine.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn on(url: &str, cluster: Option<String>) -> Result<Self> {
        let schema = unique();
        execute(url, &format!("CREATE SCHEMA {schema}")).await?;
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}options=-csearch_path%3D{schema}");
        Ok(Self { url, schema, cluster })
    }

    /// A new place with the tables in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn laid_out() -> Result<Self> {
        let place = Self::new().await?;
        let options = Options::new(uuid::Uuid::nil());
        migrate(&place.url, &options, place.cluster.is_some()).await.map_err(Error::other)?;
        Ok(place)
    }
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

/// A name that nobody else has in this program's engine, nor in a cluster.
fn unique() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("vitae_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(cluster) = self.cluster.take() else { return };
        let sql = format!("DROP SCHEMA {} CASCADE", self.schema);
        let work = move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(execute(&cluster, &sql))
        };
        // A test's own runtime cannot be waited on here.
        _ = std::thread::spawn(work).join();
    }
}

/// Runs statements on a connection of their own.
///
/// # Errors
/// When the engine refuses them or is not there.
pub async fn execute(url: &str, sql: &str) -> Result<()> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.map_err(Error::other)?;
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.map_err(Error::other)?;
    drop(client);
    _ = driver.await;
    Ok(())
}
