//! Keeping server and load apart: the servers on the first core, the load on the second.
//!
//! `taskset` does it, because the system calls are out of reach without `unsafe`. Without it, or with one core, all
//! run where they like, and figures are noisier.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// Where servers and load run.
pub(crate) struct Pins {
    possible: bool,
}

impl Pins {
    /// Looks whether pinning is possible.
    pub(crate) fn find() -> Pins {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Pins { possible: cores > 1 && quiet(Command::new("taskset").args(["-c", "0", "true"])) }
    }

    /// The command that runs a server, on its core if that is possible.
    pub(crate) fn server(&self, program: impl AsRef<OsStr>) -> Command {
        if !self.possible {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        command
    }

    /// Moves this process, which makes the load, to its core. Says whether all is pinned.
    pub(crate) fn hold(&self) -> bool {
        let own = std::process::id().to_string();
        self.possible && quiet(Command::new("taskset").args(["-a", "-c", "-p", "1", &own]))
    }
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
