//! The settings of `vitae serve`, those of requests also for `vitae dev`: read from a file and the environment, each
//! with its origin, and judged before anything starts.
//!
//! Every setting is one line of a table in [`keys`]; reading, messages and `--print-config` loop over it.

mod issuer;
mod key;
mod keys;
mod read;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use engine::Limits;
use uuid::Uuid;

use crate::app::{Bounds, Known, Network};
use crate::failure::{Failure, Outcome};
use crate::issuers::Trusted;
use crate::logging::Format;
use crate::storage::Database;
use crate::tls::Files;

use self::issuer::Declared;
use self::key::Key;
use self::read::{Reader, Table};
use self::value::{Faults, Origin, Value};

/// All settings, in the form in which they are used.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) data: PathBuf,
    pub(crate) database: Database,
    pub(crate) public_url: Option<Known>,
    pub(crate) allowed_hosts: Vec<Known>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) authorization_uri: Option<String>,
    pub(crate) insecure_http: bool,
    pub(crate) documentation_writes: bool,
    pub(crate) explain: bool,
    pub(crate) public_pages: Option<Uuid>,
    pub(crate) workers: usize,
    pub(crate) cache_mb: usize,
    pub(crate) page_size: usize,
    pub(crate) max_page_size: usize,
    pub(crate) top_is_page_size: bool,
    pub(crate) limits: Limits,
    pub(crate) max_steps: u64,
    pub(crate) memory_mb: usize,
    pub(crate) batch_requests: usize,
    pub(crate) batch_mb: usize,
    pub(crate) items_per_collection: usize,
    pub(crate) idempotency_hours: usize,
    pub(crate) bounds: Bounds,
    pub(crate) log_level: &'static str,
    pub(crate) log_format: Format,
    pub(crate) issuers: Vec<Trusted>,
}

/// Settings as they were found, good or not.
pub(crate) struct Config {
    settings: Settings,
    shown: Vec<Shown>,
    faults: Faults,
    /// Whether the file could be made out at all.
    is_legible: bool,
}

/// A setting as `--print-config` shows it.
struct Shown {
    name: String,
    value: Value,
    origin: Origin,
    doc: &'static str,
}

/// The file that is read where none is named.
const USUAL_FILE: &str = "vitae.toml";

const PAGE_SIZE: &str = "pages.size";

/// The variables of the environment.
type Environment<'e> = dyn Fn(&str) -> Option<String> + 'e;

fn text_of(file: Option<&Path>) -> Outcome<String> {
    let Some(path) = file else { return Ok(String::new()) };
    let unread = |error| Failure::Usage(format!("cannot read the settings `{}`: {error}", path.display()));
    std::fs::read_to_string(path).map_err(unread)
}

impl Config {
    /// Reads the file, the usual one where none is named, and the environment.
    pub(crate) fn read(file: Option<&Path>, environment: &Environment<'_>) -> Outcome<Config> {
        let usual = Path::new(USUAL_FILE);
        let file = file.or_else(|| usual.exists().then_some(usual));
        Ok(Config::of(&text_of(file)?, file, environment))
    }

    /// Could the file be made out at all? Where not, the settings are not those that it meant.
    pub(crate) fn is_legible(&self) -> bool {
        self.is_legible
    }

    /// The same for who needs only some of the settings and lets the faults of others be: a file that says nothing is
    /// no file without them.
    pub(crate) fn legible(self) -> Outcome<Config> {
        match self.is_legible {
            true => Ok(self),
            false => Err(refused(&self.judged().1)),
        }
    }

    /// What `vitae dev` takes of the same: how requests are answered. A file is read where one is named; what else it
    /// says is for `vitae serve`.
    pub(crate) fn read_for_development(file: Option<&Path>, environment: &Environment<'_>) -> Outcome<Config> {
        let text = text_of(file)?;
        let file = file.unwrap_or(Path::new(USUAL_FILE));
        Ok(Config::gather(&text, file, environment, Key::is_of_requests).0.sized())
    }

    fn of(text: &str, file: Option<&Path>, environment: &Environment<'_>) -> Config {
        let name = file.unwrap_or(Path::new(USUAL_FILE));
        let (mut config, issuers) = Config::gather(text, name, environment, |_| true);
        if !config.is_legible {
            // What seems to be missing may be there.
            return config;
        }
        if issuers.is_empty() {
            let place =
                if file.is_none() { "; there is no `vitae.toml` here, name the settings with --config" } else { "" };
            let none = "no token issuer: nobody could sign in; declare one with [[issuers]]";
            config.faults.overall(&format!("{none}{place}"));
        }
        for table in issuers {
            let declared = Declared::read(table, name, &mut config.faults);
            config.shown.extend(declared.shown);
            config.settings.issuers.extend(declared.issuer);
        }
        config.judge();
        config.sized()
    }

    /// The settings that are meant, by themselves; the others have their defaults.
    fn gather(
        text: &str,
        file: &Path,
        environment: &Environment<'_>,
        meant: fn(&Key<Settings>) -> bool,
    ) -> (Config, Vec<Table>) {
        let mut faults = Faults::default();
        let read = Reader::read(text, file, &mut faults);
        let is_legible = read.is_some();
        let (mut found, issuers) = read.unwrap_or_default();
        let mut config = Config { settings: Settings::default(), shown: Vec::new(), faults, is_legible };
        for key in keys::KEYS {
            // The environment goes before the file.
            let in_file = found.remove(key.name);
            let found = meant(key).then(|| config.in_environment(key, environment).or(in_file)).flatten();
            let (value, origin) = found.unwrap_or((key.default.value(), Origin::Default));
            config.set(key, value, origin);
        }
        (config, issuers)
    }

    fn in_environment(
        &mut self,
        key: &'static Key<Settings>,
        environment: &Environment<'_>,
    ) -> Option<(Value, Origin)> {
        let name = key.variable();
        let text = environment(&name)?;
        let origin = Origin::Variable(name);
        match key.default.read(&text) {
            Ok(value) => Some((value, origin)),
            Err(expected) => {
                self.faults.at(&origin, format_args!("`{}` is {expected}, not `{text}`", key.name));
                None
            }
        }
    }

    fn set(&mut self, key: &'static Key<Settings>, value: Value, origin: Origin) {
        if value != Value::Unset
            && let Err(expected) = (key.set)(&mut self.settings, &value)
        {
            self.faults.at(&origin, format_args!("`{}` is {expected}, not {value}", key.name));
        }
        self.shown.push(Shown { name: key.name.to_owned(), value, origin, doc: key.doc });
    }

    fn origin(&self, name: &str) -> Origin {
        let shown = self.shown.iter().find(|shown| shown.name == name);
        shown.map_or(Origin::Default, |shown| shown.origin.clone())
    }

    /// The same, a page being no larger than the largest. Where only that was chosen, pages are as large.
    fn sized(mut self) -> Config {
        let most = self.settings.max_page_size;
        if self.settings.page_size <= most {
            return self;
        }
        match self.origin(PAGE_SIZE) {
            Origin::Default => {
                self.settings.page_size = most;
                let shown = self.shown.iter_mut().find(|shown| shown.name == PAGE_SIZE);
                if let (Some(shown), Ok(most)) = (shown, i64::try_from(most)) {
                    shown.value = Value::Number(most);
                }
            }
            origin => {
                self.faults.at(&origin, format_args!("`{PAGE_SIZE}` is larger than `pages.max`, which is {most}"));
            }
        }
        self
    }

    /// Do the settings say something of it, good or not?
    fn is_said(&self, name: &str) -> bool {
        let shown = self.shown.iter().find(|shown| shown.name == name);
        shown.is_some_and(|shown| shown.value != Value::Unset && shown.value != Value::List(Vec::new()))
    }

    /// What must not be, though each setting by itself could.
    fn judge(&mut self) {
        let mut faults = std::mem::take(&mut self.faults);
        let origin = |name: &str| self.origin(name);
        let settings = &self.settings;
        if settings.certificate.is_some() != settings.key.is_some() {
            let there = if settings.certificate.is_some() { "tls.certificate" } else { "tls.key" };
            faults.at(&origin(there), "`tls.certificate` and `tls.key` go together; set both");
        }
        let encrypted = settings.certificate.is_some() || settings.public_url.as_ref().is_some_and(Known::is_https);
        if !settings.insecure_http && !settings.listen.ip().is_loopback() && !encrypted {
            faults.at(
                &origin("listen"),
                "`listen` takes tokens in clear text from other machines; set `tls.certificate` and `tls.key`, or put a proxy \
                with TLS before it and its https `public_url` here, or set `insecure_http = true`",
            );
        }
        if !self.is_said("public_url") && !self.is_said("allowed_hosts") {
            faults.overall("no `public_url` and no `allowed_hosts`: the service would not know its own name; set one");
        }
        self.faults = faults;
    }

    /// Every setting with its value and where that came from.
    pub(crate) fn print(&self) -> String {
        let mut lines = Vec::new();
        for Shown { name, value, origin, doc } in &self.shown {
            lines.push(format!("# {doc}"));
            match value {
                Value::Unset => lines.push(format!("# {name} is not set")),
                value => lines.push(format!("{name} = {value}  # {origin}")),
            }
        }
        lines.join("\n")
    }

    /// The settings, when there is nothing against them.
    pub(crate) fn accept(self) -> Outcome<Settings> {
        match self.judged() {
            (settings, faults) if faults.is_empty() => Ok(settings),
            (_, faults) => Err(refused(&faults)),
        }
    }

    /// The settings, and everything that is against them.
    pub(crate) fn judged(self) -> (Settings, Vec<String>) {
        let faults = self.faults.lines().into_iter().map(str::to_owned).collect();
        (self.settings, faults)
    }
}

fn refused(faults: &[String]) -> Failure {
    Failure::Usage(faults.join("\nvitae: "))
}

impl Settings {
    /// The files of the certificate, where the service itself speaks TLS.
    pub(crate) fn tls(&self) -> Option<Files> {
        let (certificate, key) = (self.certificate.clone()?, self.key.clone()?);
        Some(Files { certificate, key })
    }
}

impl Default for Settings {
    /// Blank; the defaults that count are those of the table.
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            certificate: None,
            key: None,
            data: PathBuf::new(),
            database: Database::default(),
            public_url: None,
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            authorization_uri: None,
            insecure_http: false,
            documentation_writes: false,
            explain: false,
            public_pages: None,
            workers: 1,
            cache_mb: 1,
            page_size: 1,
            max_page_size: 1,
            top_is_page_size: true,
            limits: Limits::LENIENT,
            max_steps: 0,
            memory_mb: 1,
            batch_requests: 1,
            batch_mb: 1,
            items_per_collection: 1,
            idempotency_hours: 1,
            bounds: Bounds::USUAL,
            log_level: "off",
            log_format: Format::Text,
            issuers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
