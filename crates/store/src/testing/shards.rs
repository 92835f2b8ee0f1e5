//! A cluster that is none: a database of the program's own engine with stand-ins for the functions of Citus
//! (`shards.sql`), and a user there who may make schemas and nothing else.

use std::io::Result;

use tokio::sync::OnceCell;

use super::{Place, engine, execute};
use crate::postgres::{Options, migrate};

const STAND_INS: &str = include_str!("shards.sql");

/// The database and its user.
const NAME: &str = "shards";

/// How many shards a table has.
pub const SHARDS: u32 = 4;

/// The URL of the cluster that is none.
///
/// # Errors
/// When it cannot be made.
pub async fn shards() -> Result<&'static str> {
    static MADE: OnceCell<String> = OnceCell::const_new();
    let make = async || -> Result<String> {
        let url = engine()?.url();
        execute(&url, &format!("CREATE DATABASE {NAME}")).await?;
        execute(&url, &format!("CREATE ROLE {NAME} LOGIN; GRANT CREATE ON DATABASE {NAME} TO {NAME}")).await?;
        let there = url.replace("/postgres?", &format!("/{NAME}?"));
        execute(&there, STAND_INS).await?;
        Ok(there.replace("vitae@", &format!("{NAME}@")))
    };
    MADE.get_or_try_init(make).await.map(String::as_str)
}

impl Place {
    /// A new place in it with the tables, distributed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn sharded() -> Result<Self> {
        let place = Self::in_cluster(shards().await?).await?;
        migrate(&place.url, &Options::new(uuid::Uuid::nil()), true).await.map_err(std::io::Error::other)?;
        Ok(place)
    }
}
