//! The server under test: where it lies, how it is started, ended, killed and looked through. It may be started again
//! and again over the same data.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;
use serde_json::Value;
use tempfile::TempDir;

use crate::bench::developing;
use crate::bench::process::Process;
use crate::bench::scene;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::{Door, Line};

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Below {
    /// One file in the data directory
    Sqlite,
}

/// A place with data, and how a server is started there.
pub(crate) struct Site {
    program: PathBuf,
    folder: PathBuf,
    /// Options of `vitae dev`.
    pub(crate) options: Vec<String>,
    /// Variables of the server.
    pub(crate) environment: Vec<(&'static str, OsString)>,
    /// Bounds that `prlimit` sets, such as `--nofile=64`.
    pub(crate) limits: Vec<String>,
    /// The folder goes with the site, unless it is somebody else's.
    _own: Option<TempDir>,
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) door: Door,
}

impl Site {
    /// A new place for a server with so many people.
    pub(crate) fn new(bench: &Bench, people: u32) -> Outcome<Site> {
        let folder = scene::folder()?;
        let mut site = Site::at(&bench.server, folder.path(), people)?;
        match bench.below {
            Below::Sqlite => {}
        }
        site._own = Some(folder);
        Ok(site)
    }

    /// A place that is there already.
    pub(crate) fn at(program: &Path, folder: &Path, people: u32) -> Outcome<Site> {
        Ok(Site {
            program: program.to_owned(),
            folder: folder.canonicalize().or_fail(folder.display())?,
            options: vec!["--people".to_owned(), people.to_string()],
            environment: Vec::new(),
            limits: Vec::new(),
            _own: None,
        })
    }

    /// The folder that the server may write in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its data directory.
    pub(crate) fn data(&self) -> PathBuf {
        developing::data(&self.folder)
    }

    /// Starts a server and waits for it.
    pub(crate) fn start(&self) -> Outcome<Running> {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        let (server, token) = developing::start(self.command()?, &self.folder, &options)?;
        Ok(Running { door: Door { address: server.address, host: server.host, token }, process: server.process })
    }

    /// The program with its surroundings, but without arguments. What it logs goes to a file.
    fn command(&self) -> Outcome<Command> {
        let mut command = match self.limits.as_slice() {
            [] => Command::new(&self.program),
            limits => {
                let mut command = Command::new("prlimit");
                command.args(limits).arg(&self.program);
                command
            }
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VITAE_")) {
            command.env_remove(name);
        }
        let log = File::options().create(true).append(true).open(self.log()).or_fail("the server's log")?;
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).stderr(Stdio::from(log));
        Ok(command)
    }

    /// Where the server's log is.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// What `vitae check` finds, or why it cannot look.
    pub(crate) fn check(&self) -> Outcome<Vec<String>> {
        let mut command = Command::new(&self.program);
        let output = command.args(["check", "--json", "--data"]).arg(self.data()).stdin(Stdio::null()).output();
        let output = output.or_fail("cannot run vitae check")?;
        let Ok(found) = serde_json::from_slice::<Value>(&output.stdout) else {
            return Ok(vec![format!("vitae check: {}", String::from_utf8_lossy(&output.stderr).trim())]);
        };
        let findings = found.get("findings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(findings.iter().map(|finding| finding.as_str().unwrap_or_default().to_owned()).collect())
    }
}

impl Running {
    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Asks it to end and waits until it has.
    pub(crate) fn end(self) -> Outcome {
        self.process.end()
    }

    /// The ids of the people there.
    pub(crate) fn people(&self) -> Outcome<Vec<String>> {
        let mut line = Line::open(&self.door).or_fail("cannot connect")?;
        let reply = line.ask("GET", "/beta/users?$select=id&$top=999", &[], None).or_fail("no list of people")?;
        let reply = reply.json();
        let people = reply.get("value").and_then(Value::as_array).ok_or_else(|| Failure::new("no list of people"))?;
        Ok(people.iter().filter_map(|person| Some(person.get("id")?.as_str()?.to_owned())).collect())
    }
}
