//! What stands between a server and its disk: `xtask/lab/disk.c`, compiled when a lab needs it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Because, Failure, Outcome};

const SOURCE: &str = include_str!("../../lab/disk.c");

/// The variables that put it before a server whose files are below `root`; it is compiled into `place`.
pub(crate) fn environment(
    place: &Path,
    root: &Path,
    more: &[(&'static str, &Path)],
) -> Outcome<Vec<(&'static str, OsString)>> {
    let library = compile(place)?;
    let own = [("LD_PRELOAD", library.into_os_string()), ("VITAE_LAB_ROOT", root.as_os_str().to_owned())];
    Ok(own.into_iter().chain(more.iter().map(|(name, path)| (*name, path.as_os_str().to_owned()))).collect())
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
