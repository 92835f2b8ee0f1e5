//! The two ends of a copy: where they are, whether anybody else is using them, and whom they are for.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use store::Transfer;
use store::moving::Halt;
use store::sqlite::{Options, SqliteStore};

use crate::data_dir::{DataDir, Lock};
use crate::failure::{Failure, Outcome};
use crate::storage::{self, Claimant, Database, Url};
use crate::term;

/// What `sqlite:` begins.
const SCHEME: &str = "sqlite:";

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a data directory.
    Directory(PathBuf),
    /// In a database.
    Database(Url),
}

impl Place {
    /// A store as it is named, or what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Place, String> {
        match text.strip_prefix(SCHEME) {
            Some("") => Err("no directory; expected one such as \"sqlite:/var/lib/vitae\"".to_owned()),
            Some(path) => Ok(Place::Directory(path.into())),
            None => Url::parse(text)
                .map(Place::Database)
                .map_err(|address| format!("expected \"sqlite:\" with a data directory, or {address}")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Directory(path) => write!(f, "{SCHEME}{}", path.display()),
            Place::Database(url) => write!(f, "{url}"),
        }
    }
}

/// Where everything is.
pub(super) struct Source {
    pub(super) place: Place,
    pub(super) store: Arc<dyn Transfer>,
    /// Nobody writes to it.
    pub(super) is_still: bool,
    claimant: Option<Claimant>,
    _lock: Option<Lock>,
}

impl Source {
    /// Opens it for reading. A directory that no server uses is kept from them meanwhile.
    pub(super) async fn open(place: Place, database: &Database, stopped: bool) -> Outcome<Source> {
        match &place {
            Place::Directory(path) => {
                let directory = data_of(path)?;
                if !directory.is_made()? {
                    return Err(Failure::Failed(format!("there is no data in `{}`", path.display())));
                }
                let lock = if stopped { Some(directory.lock()?) } else { directory.lock_if_free()? };
                let file = directory.store();
                // What is missing there would be missing here, and nobody would be told.
                let store = SqliteStore::open_read_only(&file).and_then(|store| store.admit().map(|()| store));
                let store =
                    store.map_err(|error| Failure::failed(format_args!("cannot read `{}`", file.display()), error))?;
                let claimant = Some(claimant_of(&directory));
                Ok(Source { place, store: Arc::new(store), is_still: lock.is_some(), claimant, _lock: lock })
            }
            Place::Database(url) => {
                let store = database.open(url, 0).await?;
                let claimant = storage::claimant(&*store, url).await?;
                Ok(Source { place, store, is_still: stopped, claimant, _lock: None })
            }
        }
    }

    /// What is to be done once all was copied that there was.
    pub(super) fn what_is_left(&self) -> String {
        match &self.place {
            Place::Directory(_) => format!(
                "a server is running on `{}` and may have changed it meanwhile: stop it, and run the same again to finish",
                self.place
            ),
            Place::Database(_) => format!(
                "servers may be running on `{}`: stop them, and run the same again with --stopped to finish",
                self.place
            ),
        }
    }
}

/// Where everything is to go.
pub(super) struct Target {
    pub(super) place: Place,
    pub(super) store: Arc<dyn Transfer>,
    _lock: Option<Lock>,
}

impl Target {
    /// Opens it for writing, if it is for the same use as the source.
    pub(super) async fn open(place: Place, database: &Database, source: &Source) -> Outcome<Target> {
        match &place {
            Place::Directory(path) => {
                let directory = data_of(path)?;
                let is_made = directory.is_made()?;
                let directory = DataDir::create(directory.path())?;
                let lock = directory.lock()?;
                if is_made || directory.is_of_development() {
                    agree(&place, source, Some(claimant_of(&directory)))?;
                }
                if source.claimant == Some(Claimant::Development) {
                    // Its key says from now on whose the directory is.
                    directory.issuer()?;
                }
                let file = directory.store();
                let options = Options { cache_bytes: 0, ..Options::default() };
                let store = SqliteStore::open(&file, &options);
                let store =
                    store.map_err(|error| Failure::failed(format_args!("cannot open `{}`", file.display()), error))?;
                Ok(Target { place, store: Arc::new(store), _lock: Some(lock) })
            }
            Place::Database(url) => {
                let store = database.open(url, 0).await?;
                agree(&place, source, storage::claimant(&*store, url).await?)?;
                Ok(Target { place, store, _lock: None })
            }
        }
    }

    /// Notes for whom it is from now on.
    pub(super) async fn dedicate(&self, source: &Source) -> Outcome {
        match (&self.place, source.claimant) {
            (Place::Database(url), Some(claimant)) => storage::claim(&*self.store, claimant, url).await,
            _ => Ok(()),
        }
    }

    /// Says why the copy does not go on.
    pub(super) fn explain(&self, halt: Halt) -> Failure {
        let place = &self.place;
        match halt {
            Halt::Foreign(found) => {
                found.iter().for_each(|one| term::say(one));
                Failure::Failed(format!(
                    "`{place}` holds what is not from this source; nothing of that was changed. Name an empty store"
                ))
            }
            Halt::Differs(found) => {
                found.iter().for_each(|one| term::say(one));
                Failure::Failed(format!("`{place}` does not hold what was copied there, see above; do not use it"))
            }
            Halt::Same => Failure::Usage(format!("--from and --to name one store, `{place}`; expected two")),
            Halt::Stopped => Failure::Failed("stopped; run the same again to go on".to_owned()),
            halt @ (Halt::Source(_) | Halt::Target(_)) => {
                Failure::Failed(format!("{halt}; what was copied stays, run the same again to go on"))
            }
            Halt::Unfinished => Failure::Failed(format!("{halt}; finish that one first")),
        }
    }
}

/// The directory that has its data in a file.
fn data_of(path: &std::path::Path) -> Outcome<DataDir> {
    if path.is_file() {
        let path = path.display();
        return Err(Failure::Usage(format!("`{path}` is a file; expected the data directory that it is in")));
    }
    let directory = DataDir::named(path);
    match directory.database() {
        Some(address) => Err(Failure::Usage(format!(
            "the data of `{}` is in a database; name that instead: {}",
            path.display(),
            storage::without_password(&address)
        ))),
        None => Ok(directory),
    }
}

fn claimant_of(directory: &DataDir) -> Claimant {
    if directory.is_of_development() { Claimant::Development } else { Claimant::Service }
}

/// Data of a development server, whose tokens anyone can have, does not get into a service, nor the other way round.
fn agree(place: &Place, source: &Source, theirs: Option<Claimant>) -> Outcome {
    let name = |claimant| match claimant {
        Claimant::Service => "vitae serve",
        Claimant::Development => "vitae dev",
    };
    match (source.claimant, theirs) {
        (Some(own), Some(theirs)) if own != theirs => Err(Failure::Failed(format!(
            "`{}` is of `{}`, but `{place}` of `{}`; name another store",
            source.place,
            name(own),
            name(theirs)
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        for (text, expected) in [
            ("sqlite:/var/lib/vitae", "sqlite:/var/lib/vitae"),
            ("sqlite:data", "sqlite:data"),
            ("postgres://vitae:secret@db/people", "postgres://vitae:***@db/people"),
            ("sqlite:", "no directory; expected one such as \"sqlite:/var/lib/vitae\""),
            ("/var/lib/vitae", EXPECTED),
            ("mysql://db", EXPECTED),
            (
                "postgres://",
                "expected \"sqlite:\" with a data directory, or an address such as \"postgres://user@host/name\", with a host",
            ),
        ] {
            let found = Place::parse(text).map_or_else(|why| why, |place| place.to_string());
            assert_eq!(found, expected, "{text}");
        }
    }

    const EXPECTED: &str =
        "expected \"sqlite:\" with a data directory, or an address such as \"postgres://user@host/name\"";
}
