//! A data directory: which files it has, who may write it, and what a development server notes in it.
//!
//! What is in the store is not known here.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use auth::dev::DevIssuer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::failure::{Failure, Outcome};
use crate::files::{self, Readers};
use crate::random;

/// A directory that holds the data of a server.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    path: PathBuf,
}

/// The right to write a data directory, given up when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// What `vitae dev` notes for its next run and for `vitae token`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DevNote {
    /// The tenant of everyone in the directory.
    pub(crate) tenant: Uuid,
    /// The seed the people were made from; none for people of a fixture file.
    pub(crate) seed: Option<u64>,
    /// The person who is signed in, and another, ordinary one.
    pub(crate) signed_in: Option<Uuid>,
    pub(crate) ordinary: Option<Uuid>,
    /// The roles of those who have any.
    pub(crate) roles: BTreeMap<Uuid, String>,
    /// Set while people are being loaded: a start that was cut short is done again.
    pub(crate) loading: bool,
    /// Where the clock was last set, in ticks, when it is not the machine's.
    pub(crate) clock: Option<i64>,
    /// How far it is ahead of the machine's, in ticks, when it is.
    pub(crate) shift: i64,
}

/// The note as it is written.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    note: DevNote,
    /// The beginning of a SHA-256 of the note; none where an older release wrote it.
    #[serde(default)]
    sum: Option<String>,
}

impl DevNote {
    /// Tells whether the note is what was written: also by an earlier release, which knew fewer fields.
    fn sum(&self) -> serde_json::Result<String> {
        // Every field, in this order, null or not. A new one comes last, with a `skip_serializing_if` for the value
        // that a note without it has: then the sums of earlier notes stay what they are.
        let Self { tenant: _, seed: _, signed_in: _, ordinary: _, roles: _, loading: _, clock: _, shift: _ } = self;
        let digest = Sha256::digest(serde_json::to_vec(self)?);
        Ok(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }
}

impl DataDir {
    /// The directory, made when it is not there.
    pub(crate) fn create(path: &Path) -> Outcome<DataDir> {
        files::private_directory(path).map_err(|error| {
            Failure::failed(format_args!("cannot make the data directory `{}`", path.display()), unwritten(&error))
        })?;
        Ok(DataDir { path: path.to_owned() })
    }

    /// The directory, which may not be there yet.
    pub(crate) fn named(path: &Path) -> DataDir {
        DataDir { path: path.to_owned() }
    }

    /// The directory, which must be there and hold a store.
    pub(crate) fn existing(path: &Path) -> Outcome<DataDir> {
        let directory = DataDir::named(path);
        match directory.is_made()? {
            true => Ok(directory),
            false => Err(Failure::Failed(format!(
                "no data in `{}`: start `vitae dev --data {0}` first, or name another directory with --data",
                path.display()
            ))),
        }
    }

    /// Whether it is there and holds a store, or names a database.
    pub(crate) fn is_made(&self) -> Outcome<bool> {
        let trouble = |error| Failure::failed(format_args!("cannot look into `{}`", self.path.display()), error);
        Ok(self.store().try_exists().map_err(trouble)? || self.database_file().exists())
    }

    /// What is in the way of making it, so far as can be told without trying.
    pub(crate) fn obstacle(&self) -> Option<String> {
        let there = self.path.ancestors().find(|above| above.as_os_str().is_empty() || above.exists())?;
        let place = if there.as_os_str().is_empty() { Path::new(".") } else { there };
        let what = match fs::metadata(place) {
            Ok(found) if !found.is_dir() => "is no directory".to_owned(),
            Ok(found) if found.permissions().readonly() => "cannot be written".to_owned(),
            Ok(_) => return None,
            Err(error) => format!("cannot be looked at: {error}"),
        };
        Some(format!(
            "the data directory `{}` cannot be made: `{}` {what}; set `data` to another directory",
            self.path.display(),
            place.display()
        ))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join("vitae.db")
    }

    /// The address of the database that has the store instead of a file.
    pub(crate) fn database(&self) -> Option<String> {
        fs::read_to_string(self.database_file()).ok()
    }

    /// Notes the address of the database, which may hold a password.
    pub(crate) fn write_database(&self, address: &str) -> Outcome {
        let path = self.database_file();
        files::write_whole(&path, address, Readers::Owner)
            .map_err(|error| Failure::failed(format_args!("cannot write `{}`", path.display()), error))
    }

    /// Whether it is a development server's: its key is the first thing one makes.
    pub(crate) fn is_of_development(&self) -> bool {
        self.issuer_file().exists()
    }

    /// Whether it is `vitae serve`'s: it has data, and no key that anyone can have a token of.
    pub(crate) fn is_of_service(&self) -> bool {
        !self.is_of_development() && self.store().exists()
    }

    /// Why a service must not serve what a development server made.
    pub(crate) fn of_development(&self) -> String {
        format!("the data in `{}` was made by `vitae dev`; set `data` to another directory", self.path.display())
    }

    /// Takes the right to write it, or says which process has it.
    pub(crate) fn lock(&self) -> Outcome<Lock> {
        self.take_lock()?.map_err(|mut file| self.in_use(&mut file))
    }

    /// Takes the right to write it, unless another process has it.
    pub(crate) fn lock_if_free(&self) -> Outcome<Option<Lock>> {
        self.take_lock().map(Result::ok)
    }

    /// The file, where another process has the lock.
    fn take_lock(&self) -> Outcome<Result<Lock, File>> {
        let path = self.path.join("lock");
        let trouble =
            |error: io::Error| Failure::failed(format_args!("cannot lock `{}`", path.display()), unwritten(&error));
        let mut options = File::options();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(trouble)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Err(file)),
            Err(TryLockError::Error(error)) => return Err(trouble(error)),
        }
        let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        note.map_err(trouble)?;
        Ok(Ok(Lock { _file: file }))
    }

    fn in_use(&self, file: &mut File) -> Failure {
        let mut holder = String::new();
        let read = file.read_to_string(&mut holder).is_ok();
        let holder = match holder.trim() {
            pid if read && !pid.is_empty() => format!("process {pid}"),
            _ => "another process".to_owned(),
        };
        Failure::Failed(format!(
            "the data directory `{}` is in use by {holder}; stop it, or name another directory",
            self.path.display()
        ))
    }

    /// The development issuer, made on first use.
    pub(crate) fn issuer(&self) -> Outcome<DevIssuer> {
        let path = self.issuer_file();
        if self.is_of_development() {
            return self.existing_issuer();
        }
        let issuer = DevIssuer::generate(&mut random::fill);
        files::write_whole(&path, &issuer.to_json(), Readers::Owner)
            .map_err(|error| Failure::failed(format_args!("cannot write `{}`", path.display()), error))?;
        Ok(issuer)
    }

    /// The development issuer that is there.
    pub(crate) fn existing_issuer(&self) -> Outcome<DevIssuer> {
        let path = self.issuer_file();
        let text = fs::read_to_string(&path).map_err(|error| {
            Failure::failed(format_args!("no development issuer, cannot read `{}`", path.display()), error)
        })?;
        DevIssuer::from_json(&text)
            .map_err(|error| Failure::failed(format_args!("`{}` holds no issuer key", path.display()), error))
    }

    /// The note of the last development server, if there is one.
    pub(crate) fn note(&self) -> Outcome<Option<DevNote>> {
        let path = self.note_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::failed(format_args!("cannot read `{}`", path.display()), error)),
        };
        let damaged =
            |error: &dyn std::fmt::Display| Failure::failed(format_args!("`{}` is damaged", path.display()), error);
        let Kept { note, sum } = serde_json::from_str(&text).map_err(|error| damaged(&error))?;
        let expected = note.sum().map_err(|error| damaged(&error))?;
        match sum {
            Some(sum) if sum != expected => Err(damaged(&"it has another checksum than it was written with")),
            _ => Ok(Some(note)),
        }
    }

    /// Replaces the note.
    pub(crate) fn write_note(&self, note: &DevNote) -> Outcome {
        let path = self.note_file();
        let trouble =
            |error: &dyn std::fmt::Display| Failure::failed(format_args!("cannot write `{}`", path.display()), error);
        let sum = note.sum().map_err(|error| trouble(&error))?;
        let kept = Kept { note: note.clone(), sum: Some(sum) };
        let text = serde_json::to_string_pretty(&kept).map_err(|error| trouble(&error))?;
        files::write_whole(&path, &text, Readers::Usual).map_err(|error| trouble(&error))
    }

    /// Notes under which addresses its server was last found.
    pub(crate) fn write_addresses(&self, addresses: &[(&str, &str)]) -> Outcome {
        let path = self.address_file();
        let text: String = addresses.iter().map(|(name, url)| format!("{name}={url}\n")).collect();
        files::write_whole(&path, &text, Readers::Usual)
            .map_err(|error| Failure::failed(format_args!("cannot write `{}`", path.display()), error))
    }

    /// Those addresses, each with the variable it belongs into; none when there was no server yet.
    pub(crate) fn addresses(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.address_file()).unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, url)| (name.to_owned(), url.to_owned())).collect()
    }

    fn address_file(&self) -> PathBuf {
        self.path.join("urls.env")
    }

    fn database_file(&self) -> PathBuf {
        self.path.join("database.url")
    }

    fn issuer_file(&self) -> PathBuf {
        self.path.join("issuer.json")
    }

    fn note_file(&self) -> PathBuf {
        self.path.join("dev.json")
    }
}

/// Why nothing can be written where the data is, and what is to be done about it.
fn unwritten(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("{error}; whoever runs the server must be able to write there: let them, or name another directory")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_lock_names_the_holder() {
        let place = tempfile::tempdir().unwrap();
        let directory = DataDir::create(&place.path().join("data")).unwrap();
        let lock = directory.lock().unwrap();
        let Err(Failure::Failed(message)) = directory.lock() else { panic!("locked twice") };
        assert!(message.contains(&format!("in use by process {}", std::process::id())), "{message}");
        drop(lock);
        directory.lock().unwrap();
    }

    #[test]
    fn whoever_cannot_write_is_told_so() {
        for (kind, is_told) in [
            (io::ErrorKind::PermissionDenied, true),
            (io::ErrorKind::ReadOnlyFilesystem, true),
            (io::ErrorKind::NotADirectory, false),
        ] {
            let told = unwritten(&kind.into());
            assert_eq!(told.contains("must be able to write there"), is_told, "{told}");
        }
    }

    #[test]
    fn the_key_is_kept_and_for_its_owner_only() {
        let place = tempfile::tempdir().unwrap();
        let directory = DataDir::create(place.path()).unwrap();
        let issuer = directory.issuer().unwrap();
        assert_eq!(directory.issuer().unwrap().kid(), issuer.kid());
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(directory.issuer_file()).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn notes_are_read_back() {
        let place = tempfile::tempdir().unwrap();
        let directory = DataDir::create(place.path()).unwrap();
        assert_eq!(directory.note().unwrap(), None);
        let roles = BTreeMap::from([(Uuid::from_u128(7), "auditor".to_owned())]);
        let note = DevNote { tenant: Uuid::from_u128(1), seed: Some(42), roles, ..DevNote::default() };
        directory.write_note(&note).unwrap();
        assert_eq!(directory.note().unwrap(), Some(note.clone()));
        // As a release without checksums wrote it.
        fs::write(directory.note_file(), serde_json::to_string(&note).unwrap()).unwrap();
        assert_eq!(directory.note().unwrap(), Some(note));
    }

    #[test]
    fn notes_of_earlier_releases_keep_their_sums() {
        let place = tempfile::tempdir().unwrap();
        let directory = DataDir::create(place.path()).unwrap();
        let text = r#"{"tenant":"00000000-0000-0000-0000-000000000001","seed":42,
            "signed_in":"00000000-0000-0000-0000-000000000002","ordinary":null,
            "roles":{"00000000-0000-0000-0000-000000000007":"auditor"},"loading":false,"clock":null,"shift":7,
            "sum":"6eacc16518452c21"}"#;
        fs::write(directory.note_file(), text).unwrap();
        let note = DevNote {
            tenant: Uuid::from_u128(1),
            seed: Some(42),
            signed_in: Some(Uuid::from_u128(2)),
            roles: BTreeMap::from([(Uuid::from_u128(7), "auditor".to_owned())]),
            shift: 7,
            ..DevNote::default()
        };
        assert_eq!(directory.note().unwrap(), Some(note));
    }

    #[test]
    fn a_changed_note_is_told_or_says_the_same() {
        let place = tempfile::tempdir().unwrap();
        let directory = DataDir::create(place.path()).unwrap();
        let roles = BTreeMap::from([(Uuid::from_u128(7), "auditor".to_owned())]);
        let note = DevNote { tenant: Uuid::from_u128(1), seed: Some(42), roles, shift: 7, ..DevNote::default() };
        directory.write_note(&note).unwrap();
        let whole = fs::read(directory.note_file()).unwrap();
        let mut told = 0;
        for at in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            fs::write(directory.note_file(), bytes).unwrap();
            match directory.note() {
                Ok(found) => assert_eq!(found, Some(note.clone()), "bit {at}"),
                Err(_) => told += 1,
            }
        }
        assert!(told > whole.len() * 4, "{told} of {} bits", whole.len() * 8);
    }
}
