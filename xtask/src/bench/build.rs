//! Getting the programs to measure: cargo's release builds, and going over to this program's own.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Because, Failure, Outcome};

/// Builds `vitae` and this program in release and becomes the latter; returns only when that fails.
pub(crate) fn run_in_release(args: &[String]) -> Outcome {
    let program = std::env::current_exe().or_fail("cannot find this program")?;
    let target = target(&program)?;
    // One at a time: built together, each would get the features that the other asks of their common dependencies.
    for package in ["server", "xtask"] {
        build(package, true, target)?;
    }
    let error = Command::new(target.join("release/xtask")).args(["bench", "--built"]).args(args).exec();
    Err(error).or_fail("cannot go over to the release build")
}

/// Builds `vitae`, in release or as the tests use it, and says where it is.
pub(crate) fn server(release: bool) -> Outcome<PathBuf> {
    let program = std::env::current_exe().or_fail("cannot find this program")?;
    let target = target(&program)?;
    build("server", release, target)?;
    Ok(target.join(if release { "release/vitae" } else { "debug/vitae" }))
}

/// Where earlier builds are kept, apart from this one.
pub(crate) fn earlier() -> Outcome<PathBuf> {
    let program = std::env::current_exe().or_fail("cannot find this program")?;
    Ok(target(&program)?.join("earlier"))
}

/// Builds the `vitae` of another tree and says where it is.
pub(crate) fn server_of(tree: &Path, target: &Path) -> Outcome<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--package", "server", "--target-dir"]).arg(target).current_dir(tree);
    match cargo.status().or_fail("cannot run cargo")?.success() {
        true => Ok(target.join("debug/vitae")),
        false => Err(Failure::new("cargo could not build the earlier `vitae`")),
    }
}

/// The target directory in which this program was built.
fn target(program: &Path) -> Outcome<&Path> {
    program.parent().and_then(Path::parent).ok_or_else(|| Failure::new("this program has no folder"))
}

fn build(package: &str, release: bool, target: &Path) -> Outcome {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", package, "--target-dir"]).arg(target);
    cargo.args(release.then_some("--release"));
    match cargo.status().or_fail("cannot run cargo")?.success() {
        true => Ok(()),
        false => Err(Failure::new(format_args!("cargo could not build `{package}`"))),
    }
}

/// A program that lies beside this one.
pub(crate) fn sibling(name: &str) -> Outcome<PathBuf> {
    let program = std::env::current_exe().or_fail("cannot find this program")?;
    Ok(program.with_file_name(name))
}
