//! The real binary: as a server that is stopped when a story ends, and as a command that is run to its end.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use super::client::{Reply, Request};
use super::database::database_of;
use super::log::Log;

/// A running server.
pub(crate) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it said until it was ready.
    pub(crate) greeting: String,
    ready: HashMap<String, String>,
    address: String,
    log: Log,
    _place: Option<TempDir>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary, with nothing of the surroundings that could change its mind.
pub(crate) fn vitae() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitae"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VITAE_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    Ended { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Server {
    /// `vitae dev --ephemeral` with further arguments, on a free port. On an empty database, where stories are told
    /// there.
    pub(crate) fn ephemeral(args: &[&str]) -> Server {
        Server::ephemeral_with(&[], args)
    }

    /// The same with variables of the environment.
    pub(crate) fn ephemeral_with(variables: &[(&str, &str)], args: &[&str]) -> Server {
        let place = tempfile::tempdir().expect("a directory for the story");
        let database = database_of(place.path());
        let on = database.iter().flat_map(|url| ["--store", url]);
        let all: Vec<&str> = ["--ephemeral"].into_iter().chain(on).chain(args.iter().copied()).collect();
        let mut server = Server::dev(place.path(), &all, variables);
        server._place = Some(place);
        server
    }

    /// `vitae dev --data PLACE/data` with further arguments, on a free port. The place outlives the server, so that the
    /// next one can go on there.
    pub(crate) fn in_place(place: &Path, args: &[&str]) -> Server {
        let data = Server::data(place);
        let mut all = vec!["--data", data.to_str().expect("a path is text")];
        let database = database_of(place).filter(|_| !args.contains(&"--store"));
        all.extend(database.iter().flat_map(|url| ["--store", url]));
        all.extend(args);
        Server::dev(place, &all, &[])
    }

    /// The data directory of a place.
    pub(crate) fn data(place: &Path) -> PathBuf {
        place.join("data")
    }

    fn dev(place: &Path, args: &[&str], variables: &[(&str, &str)]) -> Server {
        let ready = place.join("ready.env");
        let mut command = vitae();
        command.args(["dev", "--port", "0", "--ready-file"]).arg(&ready).args(args).current_dir(place);
        command.envs(variables.iter().copied());
        Server::start(command, "ready", &ready)
    }

    /// Starts a server and waits until a line of its output begins with `sign`; then the ready file is there.
    pub(crate) fn start(mut command: Command, sign: &str, ready: &Path) -> Server {
        let log = Log::beside(ready, &mut command);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the binary runs");
        let mut output = BufReader::new(child.stdout.take().expect("its output is ours"));
        let mut greeting = String::new();
        loop {
            let start = greeting.len();
            let length = output.read_line(&mut greeting).expect("output is text");
            assert!(length > 0, "the server ended before it was ready: {:?}\n{greeting}", child.wait());
            if greeting.get(start..).is_some_and(|line| line.starts_with(sign)) {
                break;
            }
        }
        let text = std::fs::read_to_string(ready).expect("the ready file is there once the server says so");
        let log = log.without_tokens(&text);
        let ready: HashMap<String, String> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let address = ready["VITAE_URL"].trim_start_matches("http://").to_owned();
        Server { child, output, greeting, ready, address, log, _place: None }
    }

    /// A value of the ready file, such as `VITAE_URL`.
    pub(crate) fn ready(&self, key: &str) -> &str {
        self.ready.get(key).unwrap_or_else(|| panic!("the ready file has no {key}"))
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.text()
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A request without a token.
    pub(crate) fn anyone(&self, method: &str, target: &str) -> Request {
        Request::new(&self.address, method, target)
    }

    /// A request of the administrator.
    pub(crate) fn ada(&self, method: &str, target: &str) -> Request {
        self.anyone(method, target).token(self.ready("VITAE_TOKEN"))
    }

    /// A request of an ordinary employee.
    pub(crate) fn grace(&self, method: &str, target: &str) -> Request {
        self.anyone(method, target).token(self.ready("VITAE_PLAIN_TOKEN"))
    }

    /// A request of an app without a person.
    pub(crate) fn app(&self, method: &str, target: &str) -> Request {
        self.anyone(method, target).token(self.ready("VITAE_APP_TOKEN"))
    }

    /// What the administrator gets.
    pub(crate) fn get(&self, target: &str) -> Reply {
        self.ada("GET", target).send()
    }

    /// Asks the server to end, and says how it did and what it still had to say.
    pub(crate) fn terminate(mut self) -> (ExitStatus, String) {
        self.signal("TERM");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("output is text");
        (self.child.wait().expect("the server ends"), rest)
    }

    /// Ends the server without a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process can be killed");
        self.child.wait().expect("the server ends");
    }

    /// Sends the process a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status();
        assert!(status.expect("`kill` is there").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.log.judge();
    }
}
