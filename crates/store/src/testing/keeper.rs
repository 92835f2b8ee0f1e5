//! A program that runs beside the tests: by an unprivileged user, in a folder of its own, under a shell script that
//! ends it and removes the folder when the pipe to the script closes. The system closes it whenever the test program
//! ends.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The user without rights, by whom programs are run when the tests are the superuser's: servers refuse that one.
const NOBODY: u32 = 65534;

/// A script that runs, takes orders, and says `ready` when one is carried out.
#[derive(Debug)]
pub(super) struct Keeper {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _child: Child,
}

/// A new folder for a program.
pub(super) struct Home {
    folder: PathBuf,
    is_superuser: bool,
}

impl Home {
    pub(super) fn new() -> Result<Self> {
        let folder = new_folder()?;
        let home = Self { folder, is_superuser: std::fs::metadata("/proc/self")?.uid() == 0 };
        home.hand_over(&home.folder)?;
        Ok(home)
    }

    /// A file in it that only the program's user may read.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(text.as_bytes())?;
        self.hand_over(&path)?;
        Ok(path)
    }

    /// Runs the script with the folder and these arguments, and waits until it says that it is ready.
    pub(super) fn keep<'a>(&self, script: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> Result<Keeper> {
        let mut command = Command::new("sh");
        command.args(["-c", script, "keeper"]).arg(&self.folder).args(arguments);
        command.current_dir(&self.folder).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        if self.is_superuser {
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = command.spawn()?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::other("the keeper of a program has no pipes"));
        };
        let mut keeper = Keeper { orders, answers: BufReader::new(answers), _child: child };
        keeper.await_answer().map_err(|error| {
            let log = std::fs::read_to_string(self.folder.join("keeper.log")).unwrap_or_default();
            Error::other(format!("{error}: {log}"))
        })?;
        Ok(keeper)
    }

    fn hand_over(&self, path: &std::path::Path) -> Result<()> {
        if self.is_superuser { chown(path, Some(NOBODY), Some(NOBODY)) } else { Ok(()) }
    }
}

impl Keeper {
    /// Gives an order, one line, and waits until it is carried out.
    pub(super) fn order(&mut self, order: &str) -> Result<()> {
        self.orders.write_all(order.as_bytes())?;
        self.await_answer()
    }

    fn await_answer(&mut self) -> Result<()> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        match line.trim_end() {
            "ready" => Ok(()),
            other => Err(Error::other(format!("the program could not be started (`{other}`)"))),
        }
    }
}

/// A port that is free now; should another program take it first, the one meant for it says so.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A new directory for temporary files that only this process knows.
fn new_folder() -> Result<PathBuf> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("vitae-engine-{}-{number}", std::process::id()));
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            outcome => return outcome.map(|()| folder),
        }
    }
}
