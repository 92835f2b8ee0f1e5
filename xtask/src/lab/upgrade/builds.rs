//! The program of an earlier build: one that is named, or one that is built from the repository's history.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::build;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;

/// A change of these lines is one of what is stored; the commit before the last one is an earlier build worth trying.
const STORED: &str = "const VERSION: u32 = ";

/// Where they are.
const STORES: &str = "crates/store/src";

/// The earlier build to upgrade from, which for want of another is the program itself.
pub(super) fn earlier(bench: &Bench) -> Outcome<PathBuf> {
    match &bench.earlier {
        Some(named) if Path::new(named).is_file() => Path::new(named).canonicalize().or_fail(named),
        Some(named) => built(&commit(&["rev-parse", "--verify", "--quiet", &format!("{named}^{{commit}}")], named)?),
        None if bench.long => built(&commit(&["log", "-1", "--format=%H^", "-G", STORED, "--", STORES], STORED)?),
        None => Ok(bench.server.clone()),
    }
}

/// The one commit that a search told.
fn commit(search: &[&str], what: &str) -> Outcome<String> {
    match git(search) {
        Ok(found) if !found.is_empty() => git(&["rev-parse", &found]),
        _ => Err(Failure::new(format_args!("found no file and no commit by `{what}`, expected one to build"))),
    }
}

/// Builds that commit, in a tree of its own. What was built is kept for the next time.
fn built(commit: &str) -> Outcome<PathBuf> {
    let place = build::earlier()?;
    let kept = place.join(format!("vitae-{commit}"));
    if kept.exists() {
        return Ok(kept);
    }
    let tree = place.join("tree");
    let name = tree.to_str().ok_or_else(|| Failure::new("a path is no text"))?;
    // One that was left behind would be in the way.
    let remove = || git(&["worktree", "remove", "--force", "--force", name]);
    let _ = remove();
    git(&["worktree", "add", "--quiet", "--force", "--detach", name, commit])?;
    let built = build::server_of(&tree, &place);
    remove()?;
    std::fs::copy(built?, &kept).or_fail(kept.display())?;
    Ok(kept)
}

fn git(args: &[&str]) -> Outcome<String> {
    let output = Command::new("git").args(args).output().or_fail("cannot run git")?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(Failure::new(format_args!("git: {}", String::from_utf8_lossy(&output.stderr).trim()))),
    }
}
