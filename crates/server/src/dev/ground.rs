//! What a development server stands on: a store, keys, and people who are let in where there are none.

use std::path::Path;
use std::sync::Arc;

use auth::dev::DevIssuer;
use store::Store;
use store::memory::MemoryStore;
use store::sqlite::{Options, SqliteStore};

use super::people::Source;
use crate::cli;
use crate::data_dir::{DataDir, DevNote, Lock};
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
use crate::random;
use crate::seeded::{self, Purpose};
use crate::storage::{self, Claimant, Database, Url};
use crate::wiring::Api;

/// The seed where none is given.
const SEED: u64 = 42;

/// Partitions looked at together.
const PORTION: usize = 1_000;

/// What a server stands on.
pub(super) struct Ground {
    pub(super) directory: Option<DataDir>,
    _lock: Option<Lock>,
    pub(super) store: Arc<dyn Store>,
    pub(super) issuer: DevIssuer,
    /// What the last run noted.
    note: Option<DevNote>,
}

impl Ground {
    pub(super) async fn lay(args: &cli::Dev) -> Outcome<Ground> {
        if args.ephemeral {
            let issuer = DevIssuer::generate(&mut random::fill);
            return Ok(Ground {
                directory: None,
                _lock: None,
                store: match &args.store {
                    Some(url) => database(url).await?,
                    None => Arc::new(MemoryStore::default()),
                },
                issuer,
                note: None,
            });
        }
        let directory = DataDir::create(&args.data)?;
        let lock = directory.lock()?;
        if directory.is_of_service() {
            return Err(foreign(&directory));
        }
        let issuer = directory.issuer()?;
        let note = directory.note()?;
        let store = match &args.store {
            Some(url) => {
                directory.write_database(url.text())?;
                database(url).await?
            }
            None => file(&directory.store()).await?,
        };
        Ok(Ground { directory: Some(directory), _lock: Some(lock), store, issuer, note })
    }

    /// The seed that was asked for, else the one of the people who are there.
    pub(super) fn seed(&self, args: &cli::Dev) -> u64 {
        let noted = self.note.as_ref().and_then(|note| note.seed);
        args.seed.or(noted).unwrap_or(SEED)
    }

    /// Lets people in where there are none.
    pub(super) async fn inhabit(&self, seed: u64, source: &Source, api: &Api, effects: &Effects) -> Outcome<DevNote> {
        let trouble = |error: store::Error| Failure::failed("cannot read the store", error);
        let tenant = seeded::guid(seed, Purpose::Tenant, &[]);
        let Some(directory) = &self.directory else { return source.load(api, tenant).await };
        let empty = self.store.partitions(None, 1).await.map_err(trouble)?.is_empty();
        let note = match &self.note {
            Some(note) if !note.loading && !empty => {
                effects.resume(note.shift, self.latest(note, effects).await.map_err(trouble)?);
                note.clone()
            }
            None if !empty => return Err(unnoted(directory)),
            _ => {
                directory.write_note(&DevNote { tenant, loading: true, ..DevNote::default() })?;
                self.store.erase_all().await.map_err(trouble)?;
                source.load(api, tenant).await?
            }
        };
        keep(directory, note.clone(), effects)?;
        Ok(note)
    }

    /// When an earlier run stopped, for a clock that moves with changes: it must neither go back nor give ids out
    /// twice.
    async fn latest(&self, note: &DevNote, effects: &Effects) -> Result<i64, store::Error> {
        let mut latest = note.clock.unwrap_or(i64::MIN);
        if effects.deviation().0.is_none() {
            return Ok(latest);
        }
        let mut after = None;
        loop {
            let partitions = self.store.partitions(after, PORTION).await?;
            let Some(last) = partitions.last() else { return Ok(latest) };
            after = Some(*last);
            for partition in partitions {
                let snapshot = self.store.snapshot(partition).await?;
                latest = snapshot.map_or(latest, |snapshot| latest.max(snapshot.last_time()));
            }
        }
    }
}

async fn file(path: &Path) -> Outcome<Arc<dyn Store>> {
    let store = SqliteStore::open(path, &Options::default())
        .map_err(|error| Failure::failed(format_args!("cannot open `{}`", path.display()), error))?;
    storage::complete(Arc::new(store), &path.display()).await
}

/// The store in a database, which is laid out if need be.
async fn database(url: &Url) -> Outcome<Arc<dyn Store>> {
    let database = Database::default();
    database.migrate(url, false).await?;
    let store = database.open(url, Options::default().cache_bytes).await?;
    storage::claim(&*store, Claimant::Development, url).await?;
    storage::complete(store, url).await
}

fn foreign(directory: &DataDir) -> Failure {
    Failure::Failed(format!(
        "the data in `{}` was not made by `vitae dev`, which would let anyone with its own tokens in; name another directory with --data",
        directory.path().display()
    ))
}

/// The key says that they are of a development server, but of whom and of when nothing does.
fn unnoted(directory: &DataDir) -> Failure {
    Failure::Failed(format!(
        "the data in `{}` lacks `dev.json`, which says whose it is; where it was copied from another store, put `dev.json` \
        and `issuer.json` of the development server there beside it",
        directory.path().display()
    ))
}

/// Notes who is there and how the clock stands.
pub(super) fn keep(directory: &DataDir, mut note: DevNote, effects: &Effects) -> Outcome {
    (note.clock, note.shift) = effects.deviation();
    directory.write_note(&note)
}
