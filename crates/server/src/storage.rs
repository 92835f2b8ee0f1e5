//! Where the data of a service is kept: in a file of its directory or in a database that several servers share.
//!
//! A database remembers whether it was first used by a service or by a development server, and is refused to the other:
//! anyone can have a development server's tokens.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use store::postgres::{self, PostgresStore};
use store::sqlite::{self, SqliteStore};
use store::{Store, Transfer};

use crate::config::Settings;
use crate::data_dir::{DataDir, Lock};
use crate::failure::{Failure, Outcome};
use crate::random;

/// How a database is reached.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    /// Its address; none when the data is in a file.
    pub(crate) url: Option<Url>,
    /// Whether a pooler is between that gives each transaction another connection.
    pub(crate) pooler: bool,
    /// A file of certificates to trust instead of the machine's.
    pub(crate) authorities: Option<PathBuf>,
    /// How long an answer is waited for.
    pub(crate) deadline: Duration,
    /// For how long what another server may have changed is shown as it was.
    pub(crate) staleness: Duration,
    /// How many transactions are under way at once.
    pub(crate) writers: usize,
    /// How many connections readers share.
    pub(crate) readers: usize,
}

/// An address that may hold a password, which it does not show.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url(String);

/// The secret that says by whom a database is used.
pub(crate) const PURPOSE: &str = "purpose";

/// By whom a database is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claimant {
    Service,
    Development,
}

impl Claimant {
    fn mark(self) -> [u8; 32] {
        match self {
            Claimant::Service => [1; 32],
            Claimant::Development => [2; 32],
        }
    }

    /// Why it does not use a database that the other does.
    pub(crate) fn refused(self, url: &Url) -> Failure {
        let (of, not) = match self {
            Claimant::Service => {
                ("vitae dev", "anyone can have tokens of such a server, so a service does not go on with it")
            }
            Claimant::Development => ("vitae serve", "which `vitae dev` would let anyone with its own tokens into"),
        };
        Failure::Failed(format!("the data in `{url}` is of `{of}`, {not}; name another database"))
    }

    /// Who noted this.
    pub(crate) fn of(mark: [u8; 32]) -> Option<Claimant> {
        [Claimant::Service, Claimant::Development].into_iter().find(|claimant| claimant.mark() == mark)
    }
}

impl Url {
    /// An address as `store` names it, or what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Url, String> {
        postgres::check_url(text).map(|()| Url(text.to_owned()))
    }

    /// The address with its password.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// The text without its password, if it is an address with one, or was meant to be.
pub(crate) fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return without_form(text) };
    let shown = match rest.rsplit_once('@') {
        // Either is in a password.
        Some((before, _)) if before.contains('?') => return format!("{scheme}://***"),
        Some((user, host)) => {
            let hidden = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:***"));
            format!("{scheme}://{hidden}@{host}")
        }
        // Without a host what would be its port is the password.
        None => match rest.split_once(':') {
            Some((user, _)) if !has_ports(rest) => return format!("{scheme}://{user}:***"),
            _ => text.to_owned(),
        },
    };
    let Some((address, options)) = shown.split_once('?') else { return shown };
    let hide = |option: &str| match option.split_once('=') {
        Some((name, _)) if name.to_lowercase().contains("password") => format!("{name}=***"),
        Some(_) => option.to_owned(),
        // The rest of one with this sign in it.
        None => "***".to_owned(),
    };
    let options: Vec<String> = options.split('&').map(hide).collect();
    format!("{address}?{}", options.join("&"))
}

/// Is whatever stands for a port of the hosts one?
fn has_ports(rest: &str) -> bool {
    let hosts = rest.split(['/', '?']).next().unwrap_or_default().split(',');
    let mut ports = hosts.filter(|host| !host.ends_with(']')).filter_map(|host| host.rsplit_once(':'));
    ports.all(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The same of what has not the form of an address: `host=… password=…`, or `user:password@host`.
fn without_form(text: &str) -> String {
    let names = text.match_indices('=').map(|(at, _)| text.get(..at).unwrap_or_default().trim_end());
    let mut named = names.filter(|name| name.to_ascii_lowercase().ends_with("password"));
    match (named.next(), text.split_once(':'), text.rsplit_once('@')) {
        // What follows may have blanks in it.
        (Some(before), ..) => format!("{before}=***"),
        (None, Some((before, _)), Some((_, host))) => format!("{before}:***@{host}"),
        _ => text.to_owned(),
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Default for Database {
    fn default() -> Self {
        let usual = postgres::Options::new(uuid::Uuid::nil());
        Self {
            url: None,
            pooler: false,
            authorities: None,
            deadline: usual.deadline,
            staleness: usual.staleness,
            writers: usual.writers,
            readers: usual.readers,
        }
    }
}

impl Database {
    fn options(&self, cache_bytes: usize) -> postgres::Options {
        postgres::Options {
            cache_bytes,
            deadline: self.deadline,
            staleness: self.staleness,
            writers: self.writers,
            readers: self.readers,
            prepare: !self.pooler,
            authorities: self.authorities.clone(),
            ..postgres::Options::new(random::guid())
        }
    }

    /// Opens the store in it.
    pub(crate) async fn open(&self, url: &Url, cache_bytes: usize) -> Outcome<Arc<dyn Transfer>> {
        let store = PostgresStore::open(&url.0, &self.options(cache_bytes)).await;
        let store = store.map_err(|error| Failure::failed(format_args!("cannot open `{url}`"), error))?;
        Ok(Arc::new(store))
    }

    /// Lays out its tables, and says what was done.
    pub(crate) async fn migrate(&self, url: &Url, distributed: bool) -> Outcome<Vec<String>> {
        let told = postgres::migrate(&url.0, &self.options(0), distributed).await;
        told.map_err(|error| Failure::failed(format_args!("cannot lay out `{url}`"), error))
    }
}

/// Opens the store of a service, and takes the lock of its directory where it is a file.
pub(crate) async fn open(settings: &Settings) -> Outcome<(Option<Lock>, Arc<dyn Store>)> {
    let cache_bytes = settings.cache_mb << 20;
    if let Some(url) = &settings.database.url {
        let store = settings.database.open(url, cache_bytes).await?;
        claim(&*store, Claimant::Service, url).await?;
        return Ok((None, complete(store, url).await?));
    }
    let directory = DataDir::create(&settings.data)?;
    let lock = directory.lock()?;
    if directory.is_of_development() {
        return Err(Failure::Failed(directory.of_development()));
    }
    let path = directory.store();
    let options = sqlite::Options { cache_bytes, readers: settings.workers, ..sqlite::Options::default() };
    let store = SqliteStore::open(&path, &options)
        .map_err(|error| Failure::failed(format_args!("cannot open `{}`", path.display()), error))?;
    Ok((Some(lock), complete(Arc::new(store), &path.display()).await?))
}

/// The store, unless it lacks what is still to be copied there.
pub(crate) async fn complete(store: Arc<dyn Transfer>, place: &dyn fmt::Display) -> Outcome<Arc<dyn Store>> {
    let unfinished = store::moving::is_unfinished(&*store).await;
    match unfinished.map_err(|error| Failure::failed(format_args!("cannot read `{place}`"), error))? {
        true => Err(Failure::Failed(format!("`{place}`: {UNFINISHED}"))),
        false => Ok(store),
    }
}

/// What is said of a store that lacks what is still to be copied there.
pub(crate) const UNFINISHED: &str = "a copy into it was begun and not finished; run `vitae copy` again to its end";

/// Opens the store of a directory for reading, beside a server that may be running.
pub(crate) async fn look_into(directory: &DataDir) -> Result<Arc<dyn Transfer>, store::Error> {
    match directory.database() {
        Some(address) => {
            let options = Database::default().options(0);
            Ok(Arc::new(PostgresStore::open(&address, &options).await?))
        }
        None => Ok(Arc::new(SqliteStore::open_read_only(&directory.store())?)),
    }
}

/// Notes for what a database is used, or refuses it when that is something else.
pub(crate) async fn claim(store: &dyn Store, claimant: Claimant, url: &Url) -> Outcome {
    let found = store.secret(PURPOSE.into(), claimant.mark()).await;
    let found = found.map_err(|error| Failure::failed(format_args!("cannot write to `{url}`"), error))?;
    if found == claimant.mark() {
        return Ok(());
    }
    Err(claimant.refused(url))
}

/// For what a database is used; nothing is noted.
pub(crate) async fn claimant(store: &dyn Transfer, url: &Url) -> Outcome<Option<Claimant>> {
    let secrets = store.secrets().await;
    let secrets = secrets.map_err(|error| Failure::failed(format_args!("cannot read `{url}`"), error))?;
    Ok(secrets.get(PURPOSE).copied().and_then(Claimant::of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (text, shown) in [
            ("sqlite", "sqlite"),
            ("postgres://db/people", "postgres://db/people"),
            ("postgres://vitae@db/people", "postgres://vitae@db/people"),
            (
                "postgres://vitae:se:c/r@et@db:5432/people?sslmode=require",
                "postgres://vitae:***@db:5432/people?sslmode=require",
            ),
            ("postgres://db/x?password=a&application_name=b", "postgres://db/x?password=***&application_name=b"),
            ("postgres://u:p@db/x?password=a", "postgres://u:***@db/x?password=***"),
            ("postgres://db/x?password=a&b", "postgres://db/x?password=***&***"),
            ("postgres://db:5432/x?user=u&password=a@b", "postgres://***"),
            ("postgres://u:se?cret@db/x", "postgres://***"),
            ("vitae:secret@db/people", "vitae:***@db/people"),
            ("host=db password=secret user=vitae", "host=db password=***"),
            ("HOST=db PASSWORD = 'se cret'", "HOST=db PASSWORD=***"),
            ("postgres://u:secret/x?application_name=b", "postgres://u:***"),
            ("postgres://u:se/cret", "postgres://u:***"),
            ("postgres://[::1]:5432,db:1,other/x", "postgres://[::1]:5432,db:1,other/x"),
            ("/srv/password-store", "/srv/password-store"),
            ("sqlite:/var/lib/vitae", "sqlite:/var/lib/vitae"),
        ] {
            assert_eq!(without_password(text), shown);
            assert_eq!(format!("{:?}", Url(text.to_owned())), shown);
        }
    }
}
