//! Getting the programs to measure: cargo's release builds, and going over to this program's own.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Because, Failure, Outcome};

/// Builds `vitae` and this program in release and becomes the latter; returns only when that fails.
pub(crate) fn run_in_release(args: &[String]) -> Outcome {
    let program = std::env::current_exe().or_fail("cannot find this program")?;
    let target = program.parent().and_then(Path::parent).ok_or_else(|| Failure::new("this program has no folder"))?;
    // One at a time: built together, each would get the features that the other asks of their common dependencies.
    for package in ["server", "xtask"] {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--release", "--quiet", "--package", package, "--target-dir"]).arg(target);
        let status = cargo.status().or_fail("cannot run cargo")?;
        if !status.success() {
            return Err(Failure::new(format_args!("cargo could not build `{package}`")));
        }
    }
    let error = Command::new(target.join("release/xtask")).args(["bench", "--built"]).args(args).exec();
    Err(error).or_fail("cannot go over to the release build")
}

/// A program that lies beside this one.
pub(crate) fn sibling(name: &str) -> Outcome<PathBuf> {
    let program = std::env::current_exe().or_fail("cannot find this program")?;
    Ok(program.with_file_name(name))
}
