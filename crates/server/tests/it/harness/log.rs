//! What a server logs, with everything switched on: kept beside its ready file, and looked through when its story ends.
//!
//! No story may make a server log a token or an address. Values are looked for where a story knows them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The log of one server.
pub(crate) struct Log {
    path: PathBuf,
    secrets: Vec<String>,
}

impl Log {
    /// Has the command log everything into a file of its own.
    pub(crate) fn beside(ready: &Path, command: &mut Command) -> Log {
        let path = ready.with_extension("log");
        let file = File::options().create(true).append(true).open(&path).expect("a log can be written");
        command.stderr(file);
        if command.get_envs().all(|(name, _)| name != "VITAE_LOG_LEVEL") {
            command.env("VITAE_LOG_LEVEL", "trace");
        }
        // The addresses of the people of `vitae dev`, in the spellings of URLs too.
        Log { path, secrets: ["@fjord.example", "%40fjord", "Bearer "].map(str::to_owned).to_vec() }
    }

    /// The tokens of a ready file are not to be found in it: of each the signature, which is nowhere else.
    pub(crate) fn without_tokens(mut self, ready: &str) -> Log {
        let tokens = ready.lines().filter(|line| line.contains("TOKEN=")).filter_map(|line| line.rsplit('.').next());
        self.secrets.extend(tokens.filter(|signature| signature.len() > 20).map(str::to_owned));
        self
    }

    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap_or_default()
    }

    /// Fails the story that made the server log a secret. Of one that failed already, shows the log.
    pub(crate) fn judge(&self) {
        let text = self.text();
        if std::thread::panicking() {
            let start = text.len().saturating_sub(4_000);
            eprintln!("the end of the server's log:\n{}", text.get(start..).unwrap_or(&text));
            return;
        }
        for secret in &self.secrets {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            assert!(line.is_none(), "`{secret}` is in the log: {}", line.unwrap_or_default());
        }
    }
}
