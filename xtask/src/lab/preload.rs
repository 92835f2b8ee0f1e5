//! What stands between a server, or a database, and its disk: `xtask/lab/disk.c`, compiled when a lab needs it.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::failure::{Because, Failure, Outcome};

const SOURCE: &str = include_str!("../../lab/disk.c");

/// What a disk is told that does not fail.
pub(super) const WELL: char = '-';

/// A disk that fails as it is told.
pub(super) struct Switch {
    pub(super) library: PathBuf,
    /// The letter that says how.
    pub(super) file: PathBuf,
    _place: TempDir,
}

impl Switch {
    pub(super) fn new() -> Outcome<Switch> {
        // A database runs by another user, who must find it.
        let place = tempfile::Builder::new().prefix("lab-").permissions(Permissions::from_mode(0o755)).tempdir();
        let place = place.or_fail("cannot make a folder")?;
        let switch = Switch { library: compile(place.path())?, file: place.path().join("fault"), _place: place };
        switch.set(WELL)?;
        Ok(switch)
    }

    /// Writes over the letter, for whoever it concerns has the file mapped.
    pub(super) fn set(&self, letter: char) -> Outcome {
        let file = File::options().write(true).create(true).truncate(false).open(&self.file).or_fail("the switch")?;
        let letter = u8::try_from(letter).unwrap_or_default();
        file.write_all_at(&[letter], 0).or_fail("the switch")
    }

    /// The variables that put it before a server whose files are below `root`.
    pub(super) fn before(&self, root: &Path) -> Vec<(&'static str, OsString)> {
        variables(&self.library, root, &[("VITAE_LAB_FAULT", &self.file)])
    }
}

/// The variables that put it before a server whose files are below `root`; it is compiled into `place`.
pub(crate) fn environment(
    place: &Path,
    root: &Path,
    more: &[(&'static str, &Path)],
) -> Outcome<Vec<(&'static str, OsString)>> {
    Ok(variables(&compile(place)?, root, more))
}

fn variables(library: &Path, root: &Path, more: &[(&'static str, &Path)]) -> Vec<(&'static str, OsString)> {
    let own = [("LD_PRELOAD", library), ("VITAE_LAB_ROOT", root)];
    own.into_iter().chain(more.iter().copied()).map(|(name, path)| (name, path.as_os_str().to_owned())).collect()
}

fn compile(place: &Path) -> Outcome<PathBuf> {
    let (source, library) = (place.join("disk.c"), place.join("disk.so"));
    std::fs::write(&source, SOURCE).or_fail(source.display())?;
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source).args(["-ldl", "-lpthread"]);
    match compiler.status().or_fail("cannot run cc")?.success() {
        true => library.canonicalize().or_fail(library.display()),
        false => Err(Failure::new("cc could not compile the disk of the lab")),
    }
}
