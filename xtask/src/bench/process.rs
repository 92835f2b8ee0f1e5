//! A server that was started to be measured: waiting until it is ready, what it used, ending it.
//!
//! Only the process started here is ever signalled, and it is gone when the value is.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::failure::{Because, Failure, Outcome};

/// A server may take so long to be ready, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The unit of CPU times in `/proc`: every Linux of today counts a hundredth of a second there.
const TICK: Duration = Duration::from_millis(10);

/// A running server.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Starts it. Its standard input stays open as long as this value lives.
    pub(crate) fn start(command: &mut Command) -> Outcome<Process> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().or_fail(format_args!("cannot start {}", command.get_program().display()))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || forward(stdout, &sender));
        }
        Ok(Process { child, lines })
    }

    /// Blocks until it says that it is ready, in a line that begins with `sign`; gives the lines it said before.
    pub(crate) fn ready(&self, sign: &str) -> Outcome<Vec<String>> {
        let mut said = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).or_fail("a server did not get ready")?;
            if line.starts_with(sign) {
                return Ok(said);
            }
            said.push(line);
        }
    }

    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// CPU time used so far, its own and the kernel's for it.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        cpu(self.child.id())
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> Outcome<u64> {
        resident_kib(&self.read("status")?).ok_or_else(|| Failure::new("/proc tells no resident memory"))
    }

    /// Asks it to end, as an operator does, and waits until its output ends.
    pub(crate) fn end(mut self) -> Outcome {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().or_fail("cannot run kill")?;
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(mpsc::RecvTimeoutError::Timeout) => return Err(Failure::new("a server does not end")),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait().or_fail("a server ended oddly")?;
        if status.success() { Ok(()) } else { Err(Failure::new(format_args!("a server ended with {status}"))) }
    }

    fn read(&self, name: &str) -> Outcome<String> {
        let path = format!("/proc/{}/{name}", self.child.id());
        std::fs::read_to_string(&path).or_fail(path)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(stdout: ChildStdout, sender: &mpsc::Sender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        // Reading goes on when nobody listens any more: the server must not fail for a full pipe.
        let _ = sender.send(line);
    }
}

/// CPU time that any process used so far, its own and the kernel's for it.
pub(crate) fn cpu(id: u32) -> Outcome<Duration> {
    cpu_of(&format!("/proc/{id}/stat"))
}

/// CPU time that this thread has used so far.
pub(crate) fn own_cpu() -> Outcome<Duration> {
    cpu_of("/proc/thread-self/stat")
}

fn cpu_of(path: &str) -> Outcome<Duration> {
    let stat = std::fs::read_to_string(path).or_fail(path)?;
    let ticks = cpu_ticks(&stat).ok_or_else(|| Failure::new("/proc tells no CPU time"))?;
    Ok(TICK * ticks)
}

/// utime + stime of `/proc/PID/stat`. The name before them may hold anything, but ends with the last parenthesis.
fn cpu_ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11).map(str::parse::<u32>);
    fields.next()?.ok()?.checked_add(fields.next()?.ok()?)
}

fn resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{cpu_ticks, resident_kib};

    #[test]
    fn proc_is_read() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 10 0 0 0 120 34 0 0 20 0 3 0 99 1 2";
        assert_eq!(cpu_ticks(stat), Some(154));
        assert_eq!(resident_kib("VmHWM:\t 99 kB\nVmRSS:\t   2048 kB\n"), Some(2048));
    }
}
