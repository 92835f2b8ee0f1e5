//! The tables, laid out step by step. A step is one idempotent statement, so that a layout that was cut short is
//! taken up again, and servers of the release before go on working in between.

use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::fault::{Fault, failure, judge};
use super::row;
use super::shape::{self, Lack};
use crate::{Error, Result};

/// The newest layout this release knows.
const VERSION: u32 = 1;

/// How often a step is taken again that another was taking.
const TRIES: usize = 5;

/// What brings an empty database to [`VERSION`].
///
/// No sequences, triggers, foreign keys or extensions; every key of a distributed table begins with the owner.
pub(super) const STEPS: [&str; 9] = [
    "CREATE TABLE IF NOT EXISTS layout (one int PRIMARY KEY, version bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS partition (
       owner uuid NOT NULL, tenant uuid NOT NULL, kind smallint NOT NULL,
       rev bigint NOT NULL, last_time bigint NOT NULL, live boolean NOT NULL, stamp uuid NOT NULL, head bytea,
       PRIMARY KEY (owner, tenant, kind))",
    r#"CREATE TABLE IF NOT EXISTS item (
       owner uuid NOT NULL, tenant uuid NOT NULL, kind smallint NOT NULL,
       collection text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,
       version bigint NOT NULL, audience bigint NOT NULL, searchable boolean NOT NULL, unverified boolean NOT NULL,
       confidence double precision, creator_app bytea, creator_user uuid,
       created bigint NOT NULL, modified bigint NOT NULL, revision bigint NOT NULL, beyond boolean NOT NULL,
       body bytea NOT NULL, postings integer NOT NULL,
       PRIMARY KEY (owner, tenant, kind, collection, id))"#,
    r#"CREATE TABLE IF NOT EXISTS posting (
       owner uuid NOT NULL, tenant uuid NOT NULL, kind smallint NOT NULL,
       collection text COLLATE "C" NOT NULL, item text COLLATE "C" NOT NULL,
       path text COLLATE "C" NOT NULL, token bytea NOT NULL,
       PRIMARY KEY (owner, tenant, kind, collection, item, path, token))"#,
    "CREATE INDEX IF NOT EXISTS posting_scan ON posting (tenant, path, token, owner, item, collection, kind)",
    "CREATE TABLE IF NOT EXISTS history (
       owner uuid NOT NULL, tenant uuid NOT NULL, kind smallint NOT NULL, rev bigint NOT NULL,
       at bigint NOT NULL, bucket smallint NOT NULL, dropped boolean NOT NULL, touched bytea NOT NULL, audit bytea,
       stamp uuid NOT NULL, what bytea NOT NULL, salt bytea, digest bytea, link bytea,
       PRIMARY KEY (owner, tenant, kind, rev))",
    "CREATE INDEX IF NOT EXISTS history_changes ON history (bucket, at, owner, tenant, kind, rev)",
    // The key is the tenant's bytes and the name's: one column, because distribution takes one.
    "CREATE TABLE IF NOT EXISTS name (
       key bytea PRIMARY KEY, owner uuid NOT NULL, bound boolean NOT NULL, at bigint NOT NULL)",
    r#"CREATE TABLE IF NOT EXISTS secret (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL)"#,
];

/// Columns that were required at first: rows moved from a file that was begun before there were chains have none.
const LOOSENED: [(&str, &str); 2] = [
    ("digest", "ALTER TABLE history ALTER COLUMN digest DROP NOT NULL"),
    ("link", "ALTER TABLE history ALTER COLUMN link DROP NOT NULL"),
];

/// How the tables are spread by Citus: a person's rows together on one shard, names by name, the small tables everywhere.
pub(super) const DISTRIBUTION: [(&str, &str); 7] = [
    ("partition", "SELECT create_distributed_table('partition', 'owner')"),
    ("item", "SELECT create_distributed_table('item', 'owner', colocate_with => 'partition')"),
    ("posting", "SELECT create_distributed_table('posting', 'owner', colocate_with => 'partition')"),
    ("history", "SELECT create_distributed_table('history', 'owner', colocate_with => 'partition')"),
    ("name", "SELECT create_distributed_table('name', 'key', colocate_with => 'none')"),
    ("layout", "SELECT create_reference_table('layout')"),
    ("secret", "SELECT create_reference_table('secret')"),
];

/// Lays the tables out, or brings them to this release's layout. Says what it did.
pub(super) async fn migrate(client: &Client, distributed: bool) -> Result<Vec<String>> {
    look_around(client).await?;
    let found = version(client).await?;
    admit(found.unwrap_or(VERSION))?;
    let mut told = Vec::new();
    for step in STEPS {
        // Even where the index is there, the step would wait for whoever writes, and all who write for the step.
        match index_of(step) {
            Some(index) if is_there(client, index).await? => {}
            _ => take(client, step).await?,
        }
    }
    for (column, step) in LOOSENED {
        // Even where it changes nothing, the step would wait for whoever reads.
        if is_required(client, column).await? {
            take(client, step).await?;
        }
    }
    complete(client, &mut told).await?;
    if distributed {
        for (table, step) in DISTRIBUTION {
            if distribute(client, table, step).await? {
                told.push(format!("distributed the table `{table}`"));
            }
        }
    }
    told.push(note(client, found).await?);
    if !has_checksums(client).await? {
        let how = "a bit that changes on its disk is not noticed; stop it and run `pg_checksums --enable`";
        told.push(format!("the database keeps no checksums of its pages: {how}"));
    }
    Ok(told)
}

/// Notes that the layout is this release's, and says what it was before.
async fn note(client: &Client, found: Option<u32>) -> Result<String> {
    let set = format!(
        "INSERT INTO layout (one, version) VALUES (1, {VERSION}) ON CONFLICT (one) DO UPDATE SET version = {VERSION}"
    );
    client.batch_execute(&set).await.map_err(|error| failure(&error))?;
    Ok(match found {
        Some(VERSION) => format!("the layout is at version {VERSION}, as before"),
        Some(older) => format!("brought the layout from version {older} to {VERSION}"),
        None => format!("laid out version {VERSION}"),
    })
}

/// Whether PostgreSQL notices damaged pages; other engines, which do not know the setting, have ways of their own.
async fn has_checksums(client: &Client) -> Result<bool> {
    holds(client, "SELECT current_setting('data_checksums', true) IS DISTINCT FROM 'off'", &[]).await
}

/// Takes a step, of which another may just have taken the same.
async fn take(client: &Client, step: &str) -> Result<()> {
    let mut tries = 0;
    loop {
        match client.batch_execute(step).await.map_err(|error| judge(&error)) {
            Err(Fault::Taken) if tries < TRIES => tries += 1,
            outcome => return Ok(outcome?),
        }
    }
}

/// Adds what tables lack that somebody else made, or refuses them.
async fn complete(client: &Client, told: &mut Vec<String>) -> Result<()> {
    for lack in shape::lacking(client).await? {
        if let Some(step) = lack.step() {
            take(client, &step).await?;
            told.push(format!("{}; it was added", lack.told()));
        }
    }
    let lacks = shape::lacking(client).await?;
    let how = "it was not made by `vitae migrate`: add what is missing, or rename the table and run it again";
    if lacks.is_empty() { Ok(()) } else { Err(refused(&lacks, how)) }
}

fn refused<'a>(lacks: impl IntoIterator<Item = &'a Lack>, how: &str) -> Error {
    let lacks: Vec<String> = lacks.into_iter().map(Lack::told).collect();
    Error::Io(format!("the database does not have this layout: {}; {how}", lacks.join("; ")))
}

/// Refuses what this release cannot work with.
pub(super) async fn check(client: &Client) -> Result<()> {
    let Some(found) = version(client).await? else {
        return Err(Error::Io("the database has no tables for this yet; `vitae migrate` lays them out".to_owned()));
    };
    admit(found)?;
    let (fatal, slow): (Vec<Lack>, Vec<Lack>) = shape::lacking(client).await?.into_iter().partition(Lack::is_fatal);
    for lack in slow {
        tracing::warn!("{}", lack.told());
    }
    if fatal.is_empty() { Ok(()) } else { Err(refused(&fatal, "`vitae migrate` adds what can be added")) }
}

fn admit(found: u32) -> Result<()> {
    if found > VERSION { Err(Error::Schema { found, supported: VERSION }) } else { Ok(()) }
}

/// Refuses a schema where somebody else's tables would be taken for these, or new ones would hide those there are.
async fn look_around(client: &Client) -> Result<()> {
    let names: Vec<&str> = DISTRIBUTION.iter().map(|(table, _)| *table).collect();
    let there = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = current_schema() AND c.relname = ANY($1) ORDER BY c.relname";
    let there = client.query_typed(there, &[(&names, Type::TEXT_ARRAY)]).await.map_err(|error| failure(&error))?;
    // Asked last, for whoever else lays tables out meanwhile begins with this one.
    let layout = "SELECT n.nspname::text, coalesce(current_schema()::text, n.nspname::text),
                  (SELECT count(*) = 2 FROM pg_attribute WHERE attrelid = c.oid AND attname IN ('one', 'version'))
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('layout')";
    match client.query_typed_opt(layout, &[]).await.map_err(|error| failure(&error))? {
        Some(layout) if row::get(&layout, 2)? => is_first(&row::text(&layout, 0)?, &row::text(&layout, 1)?),
        Some(_) => Err(foreign("layout")),
        None => match there.first() {
            Some(table) => Err(foreign(&row::text(table, 0)?)),
            None => Ok(()),
        },
    }
}

fn foreign(table: &str) -> Error {
    Error::Io(format!(
        "`{table}` is there and was not laid out by `vitae migrate`; name a database without it, or a schema of its own \
         (`?options=-csearch_path%3DNAME`)"
    ))
}

/// Tables that are found behind the schema where new ones are made.
fn is_first(place: &str, newest: &str) -> Result<()> {
    if place == newest {
        return Ok(());
    }
    Err(Error::Io(format!(
        "the tables are in the schema `{place}`, and new ones would be made in `{newest}` and hide them; let the \
         `search_path` begin with `{place}` (`?options=-csearch_path%3D{place}`)"
    )))
}

async fn version(client: &Client) -> Result<Option<u32>> {
    if !is_there(client, "layout").await? {
        return Ok(None);
    }
    let row = client
        .query_typed_opt("SELECT version FROM layout WHERE one = 1", &[])
        .await
        .map_err(|error| failure(&error))?;
    let Some(row) = row else { return Ok(None) };
    let version: i64 = row.try_get(0).map_err(|error| failure(&error))?;
    u32::try_from(version).map(Some).map_err(|_| Error::Corrupt(format!("the layout has version {version}")))
}

/// The index that a step makes.
fn index_of(step: &str) -> Option<&str> {
    step.strip_prefix("CREATE INDEX IF NOT EXISTS ")?.split(' ').next()
}

async fn is_there(client: &Client, name: &str) -> Result<bool> {
    holds(client, "SELECT to_regclass($1) IS NOT NULL", &[&name]).await
}

async fn is_required(client: &Client, column: &str) -> Result<bool> {
    let sql = "SELECT count(*) > 0 FROM pg_attribute
               WHERE attrelid = to_regclass('history') AND attname = $1 AND attnotnull";
    holds(client, sql, &[&column]).await
}

/// What a query says that yields one truth value, about texts.
async fn holds(client: &Client, sql: &str, about: &[&&str]) -> Result<bool> {
    let about: Vec<(&(dyn ToSql + Sync), Type)> =
        about.iter().map(|text| (*text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    let row = client.query_typed_one(sql, &about).await.map_err(|error| failure(&error))?;
    row.try_get(0).map_err(|error| failure(&error))
}

/// Distributes a table unless it is, or another does so meanwhile. Says whether it did.
async fn distribute(client: &Client, table: &str, step: &str) -> Result<bool> {
    let mut tries = 0;
    loop {
        if is_distributed(client, table).await? {
            return Ok(false);
        }
        match client.batch_execute(step).await.map_err(|error| judge(&error)) {
            Ok(()) => return Ok(true),
            Err(Fault::Taken | Fault::Again(_) | Fault::Locked(_)) if tries < TRIES => tries += 1,
            Err(Fault::Failed(_)) if is_distributed(client, table).await? => return Ok(false),
            Err(fault) => return Err(fault.into()),
        }
    }
}

async fn is_distributed(client: &Client, table: &str) -> Result<bool> {
    let sql = "SELECT count(*) > 0 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1)";
    holds(client, sql, &[&table]).await.map_err(|why| {
        Error::Io(format!("the database cannot distribute tables; is the extension `citus` there? {why}"))
    })
}
