//! A primary and the standby that follows it, on two ports that stay while the engines behind them change.

use std::io::{Error, Result};

use super::engine::Engine;
use super::keeper::free_port;
use super::{execute, until};

/// Two engines, one of which takes writes.
#[derive(Debug)]
pub struct Replicas {
    /// The one that takes writes, as far as the one who leads them knows.
    pub primary: Engine,
    /// The one that follows; none where it was promoted.
    pub standby: Option<Engine>,
    ports: [u16; 2],
}

impl Replicas {
    /// A primary that acknowledges a commit when its standby has it, or with `synchronous` false, before.
    ///
    /// # Errors
    /// When the programs are not installed or do not start.
    pub async fn start(synchronous: bool) -> Result<Self> {
        let primary = Engine::start()?;
        let ports = [primary.port(), free_port()?];
        let mut replicas = Self { primary, standby: None, ports };
        replicas.follow(ports[1], synchronous).await?;
        Ok(replicas)
    }

    /// The URL of the database, naming both.
    #[must_use]
    pub fn url(&self) -> String {
        let [one, other] = self.ports;
        let options = "sslmode=disable&target_session_attrs=read-write";
        format!("postgres://vitae@127.0.0.1:{one},127.0.0.1:{other}/postgres?{options}")
    }

    /// Lets the standby take over. Gives the old primary, which has not been told.
    ///
    /// # Errors
    /// When there is no standby, or it cannot be promoted.
    pub fn promote(&mut self) -> Result<Engine> {
        let standby = self.standby.take().ok_or_else(|| Error::other("there is no standby"))?;
        standby.promote()?;
        Ok(std::mem::replace(&mut self.primary, standby))
    }

    /// Ends an old primary and has a new standby in its place.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn replace(&mut self, old: Engine, synchronous: bool) -> Result<()> {
        let port = old.port();
        old.kill()?;
        drop(old);
        self.follow(port, synchronous).await
    }

    async fn follow(&mut self, port: u16, synchronous: bool) -> Result<()> {
        let standby = Engine::following(&self.primary, port)?;
        let url = self.primary.url();
        if synchronous {
            execute(&url, "ALTER SYSTEM SET synchronous_standby_names = '*'").await?;
            execute(&url, "SELECT pg_reload_conf()").await?;
        }
        let state = if synchronous { "sync" } else { "async" };
        let follows = "FROM pg_stat_replication WHERE state = 'streaming' AND sync_state =";
        until(&url, &format!("SELECT 1 / count(*) {follows} '{state}'")).await?;
        self.standby = Some(standby);
        Ok(())
    }
}
