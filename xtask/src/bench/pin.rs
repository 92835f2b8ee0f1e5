//! Keeping server and load apart: the servers on the first core, the load on the second.
//!
//! `taskset` does it, because the system calls are out of reach without `unsafe`. Without it, or with one core, all
//! run where they like, and figures are noisier.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// Where servers and load run.
pub(crate) struct Pins {
    possible: bool,
    cores: usize,
}

impl Pins {
    /// Looks whether pinning is possible.
    pub(crate) fn find() -> Pins {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Pins { possible: cores > 1 && quiet(Command::new("taskset").args(["-c", "0", "true"])), cores }
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
        self.move_to("1", std::process::id())
    }

    /// Moves a server that runs already to its core.
    pub(crate) fn hold_server(&self, id: u32) -> bool {
        self.move_to("0", id)
    }

    /// Lets this process run anywhere again.
    pub(crate) fn release(&self) {
        self.move_to(&format!("0-{}", self.cores.saturating_sub(1)), std::process::id());
    }

    fn move_to(&self, cores: &str, id: u32) -> bool {
        self.possible && quiet(Command::new("taskset").args(["-a", "-c", "-p", cores, &id.to_string()]))
    }
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
