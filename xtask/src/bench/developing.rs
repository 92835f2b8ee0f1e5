//! `vitae dev`: it makes the people, vouches for who asks, and is what a newcomer starts.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::process::Process;
use crate::bench::scene::Server;
use crate::failure::{Because, Failure, Outcome};

/// The data directory within a folder.
pub(crate) fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Starts it by a command that lacks only arguments, and waits for it. Gives a token of the signed-in administrator
/// too.
pub(crate) fn start(mut command: Command, folder: &Path, more: &[&str]) -> Outcome<(Server, String)> {
    let ready: PathBuf = folder.join("ready");
    command.args(["dev", "--port", "0", "--data"]).arg(data(folder)).arg("--ready-file").arg(&ready).args(more);
    let process = Process::start(&mut command)?;
    process.ready("ready")?;
    let text = std::fs::read_to_string(&ready).or_fail(ready.display())?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let url = value("VITAE_URL").ok_or_else(|| Failure::new("vitae told no address"))?;
    let token = value("VITAE_TOKEN").ok_or_else(|| Failure::new("vitae told no token"))?.to_owned();
    Ok((Server::at(process, url)?, token))
}
