//! The server under test: where it lies, how it is started, ended, killed and looked through. It may be started again
//! and again over the same data.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use store::testing::Proxy;
use tempfile::TempDir;

use crate::bench::developing;
use crate::bench::process::Process;
use crate::bench::production::SETTINGS;
use crate::bench::scene::{self, Server};
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::{Door, Line, PAUSE};
use crate::lab::database::{Beneath, Database};

/// How often a server is asked whether it is ready again; it ends only a lab that would hang.
const ASKED: usize = 1_200;

/// A place with data, and how a server is started there.
pub(crate) struct Site {
    program: PathBuf,
    folder: PathBuf,
    /// What servers share that are beside each other.
    database: Option<Database>,
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
        Site::over(bench, people, Beneath::of(bench)?)
    }

    /// The same on a certain database.
    pub(crate) fn over(bench: &Bench, people: u32, beneath: Option<Beneath>) -> Outcome<Site> {
        let folder = scene::folder()?;
        let mut site = Site::at(&bench.server, folder.path(), people)?;
        site._own = Some(folder);
        if let Some(beneath) = beneath {
            let (made, token) = site.start_developing(&bench.server)?;
            site.database = Some(Database::new(site.folder(), &made, token, beneath)?);
            made.process.end()?;
            site.migrate(&bench.server)?;
            site.start()?.inhabit(people)?;
        }
        Ok(site)
    }

    /// A place that is there already.
    pub(crate) fn at(program: &Path, folder: &Path, people: u32) -> Outcome<Site> {
        Ok(Site {
            program: program.to_owned(),
            folder: folder.canonicalize().or_fail(folder.display())?,
            database: None,
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

    /// The database of a site that has one.
    pub(crate) fn database(&self) -> Outcome<&Database> {
        self.database.as_ref().ok_or_else(|| Failure::new("there is no database"))
    }

    /// Starts a server and waits for it.
    pub(crate) fn start(&self) -> Outcome<Running> {
        self.start_of(&self.program)
    }

    /// The same with another build.
    pub(crate) fn start_of(&self, program: &Path) -> Outcome<Running> {
        let started = match &self.database {
            None => self.start_developing(program),
            Some(database) => self
                .command(program)
                .and_then(|command| Ok((database.serve(command, &self.folder)?, database.token.clone()))),
        };
        let (server, token) = started.map_err(|failure| Failure::new(format_args!("{failure}\n{}", self.said())))?;
        Ok(Running::new(server, token))
    }

    /// The same, reaching the database through a relay.
    pub(crate) fn start_through(&self, proxy: &Proxy) -> Outcome<Running> {
        let database = self.database()?;
        let mut command = self.command(&self.program)?;
        command.env("VITAE_STORE", proxy.url(&database.url()));
        Ok(Running::new(database.serve(command, &self.folder)?, database.token.clone()))
    }

    fn start_developing(&self, program: &Path) -> Outcome<(Server, String)> {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        developing::start(self.command(program)?, &self.folder, &options)
    }

    /// Starts as many as are still wanted.
    pub(crate) fn start_up_to(&self, count: usize, servers: &mut Vec<Running>) -> Outcome {
        while servers.len() < count {
            servers.push(self.start()?);
        }
        Ok(())
    }

    /// Lays out the database as that program does.
    pub(crate) fn migrate(&self, program: &Path) -> Outcome {
        let mut command = self.command(program)?;
        let distributed = self.database.as_ref().is_some_and(Database::is_distributed).then_some("--distributed");
        command
            .args(["migrate", "--config", SETTINGS])
            .args(distributed)
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        match command.status().or_fail("cannot run vitae migrate")?.success() {
            true => Ok(()),
            false => Err(Failure::new(format_args!("vitae migrate failed:\n{}", self.said()))),
        }
    }

    /// The last lines of what was logged.
    pub(crate) fn said(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(5)).copied().collect::<Vec<_>>().join("\n")
    }

    /// A program with its surroundings, but without arguments. What it logs goes to a file.
    fn command(&self, program: &Path) -> Outcome<Command> {
        let mut command = match self.limits.as_slice() {
            [] => Command::new(program),
            limits => {
                let mut command = Command::new("prlimit");
                command.args(limits).arg(program);
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
        self.check_by(&self.program)
    }

    /// The same by another build.
    pub(crate) fn check_by(&self, program: &Path) -> Outcome<Vec<String>> {
        let mut command = Command::new(program);
        command.args(["check", "--json"]).current_dir(&self.folder).stdin(Stdio::null());
        match &self.database {
            Some(_) => command.args(["--config", SETTINGS]),
            None => command.arg("--data").arg(self.data()),
        };
        let output = command.output().or_fail("cannot run vitae check")?;
        let Ok(found) = serde_json::from_slice::<Value>(&output.stdout) else {
            return Ok(vec![format!("vitae check: {}", String::from_utf8_lossy(&output.stderr).trim())]);
        };
        let findings = found.get("findings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(findings.iter().map(|finding| finding.as_str().unwrap_or_default().to_owned()).collect())
    }
}

impl Running {
    fn new(server: Server, token: String) -> Running {
        Running { door: Door { address: server.address, host: server.host, token }, process: server.process }
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Asks it to end and waits until it has.
    pub(crate) fn end(self) -> Outcome {
        self.process.end()
    }

    /// Waits until it says that it can serve.
    pub(crate) fn recover(&self) -> Outcome {
        let ready = || Line::open(&self.door)?.ask("GET", "/readyz", &[], None);
        for _ in 0..ASKED {
            if ready().is_ok_and(|reply| reply.status == 200) {
                return Ok(());
            }
            std::thread::park_timeout(PAUSE);
        }
        Err(Failure::new("a server did not get ready again without a restart"))
    }

    /// Makes people where there are none.
    fn inhabit(self, people: u32) -> Outcome {
        let mut line = Line::open(&self.door).or_fail("cannot connect")?;
        for number in 0..people {
            let name = format!("lab{number}");
            let person = json!({
                "accountEnabled": true, "displayName": name, "mailNickname": name,
                "userPrincipalName": format!("{name}@fjord.example"), "passwordProfile": { "password": "dropped" },
            });
            let reply = line.ask("POST", "/beta/users", &[], Some(&person)).or_fail("a new person")?;
            if reply.status != 201 {
                return Err(Failure::new(format_args!("a new person: {}", reply.told())));
            }
        }
        self.end()
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
