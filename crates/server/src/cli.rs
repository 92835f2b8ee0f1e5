//! The command line: what can be asked and how it is explained. Scripts depend on its names and exit codes.
//!
//! Nothing is done here.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::duration::parse_seconds;
use crate::storage::Url;

/// A self-hosted server for people profiles that speaks the Microsoft Graph profile API.
#[derive(Debug, Parser)]
#[command(
    name = "vitae",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  vitae dev                              a server to develop against, with 50 people in it
  vitae token --user grace@fjord.example a token of one of them
  vitae serve --config vitae.toml        a server for an organization
  vitae check --config vitae.toml        are the settings and the data sound?

Exit codes: 0 done, 1 failed, 2 asked wrongly, 3 a check found something, or a copy is not finished."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a server to develop and test against: own people, own tokens, no network
    Dev(Dev),
    /// Run a server for an organization, with its own token issuers
    Serve(Serve),
    /// Print a token of a development server's issuer
    Token(Token),
    /// Look through settings and data for what is wrong; beside a running server too
    Check(Check),
    /// Lay out the tables of a database, or bring them up to date; beside running servers too
    Migrate(Migrate),
    /// Copy everything from one store into another: from a directory to a database, or back; beside a running server
    /// too
    Copy(Copy),
    /// Print the variables by which programs find a development server and trust its https
    Env(Env),
}

/// `vitae dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vitae dev                       keeps its data in ./vitae-data, listens on http://127.0.0.1:8080
  vitae dev --ephemeral --port 0 --ready-file ready.env
                                  for tests: nothing kept, any free port; once `ready.env` exists, source it for
                                  VITAE_URL, VITAE_TENANT_ID, VITAE_AUTHORITY, VITAE_TOKEN, VITAE_USER_ID, VITAE_UPN,
                                  VITAE_PLAIN_TOKEN, VITAE_PLAIN_UPN, VITAE_PLAIN_USER_ID, VITAE_APP_TOKEN,
                                  VITAE_TLS_URL and VITAE_CA
  vitae dev --ephemeral --seed 7 --clock 2030-01-01T00:00:00Z
                                  the same people, ids, times and answers on every run
  VITAE_QUERY_NODES=100 VITAE_PAGES_MAX=50 vitae dev
                                  with limits of one's own; the environment goes before --config

Apps sign in as they do with Entra, at the authority that is printed (https://localhost:8443/{tenant}); no passwords:
  a0000000-0000-4000-8000-000000000001    client id of an app without a secret, answered at any port of localhost
  a0000000-0000-4000-8000-000000000002    of a web app and API; its secret is vitae-dev-secret
  a0000000-0000-4000-8000-000000000003    of a daemon; the same secret

Tests can also ask the running server, without a token:
  POST   /dev/reset               back to the start
  POST   /dev/clock               {\"set\":\"2030-01-01T00:00:00Z\"} or {\"advance\":\"1h30m\"};
                                  kept with the data, until a reset
  POST   /dev/fail                {\"method\":\"GET\",\"path\":\"/beta/me/*\",\"times\":2,\"status\":429,\"retryAfter\":1,\"delayMs\":50};
                                  with \"carriedOut\":true the request is done, and only its answer is lost
  GET    /dev/journal             the last 1,000 requests; DELETE forgets them")]
pub(crate) struct Dev {
    /// Address to listen on
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub(crate) port: u16,
    /// Port for https; 0 takes a free one [default: 8443, or 0 with --port 0]
    #[arg(long, value_name = "N")]
    pub(crate) tls_port: Option<u16>,
    /// Directory for the data; made when absent
    #[arg(long, value_name = "DIR", default_value = "vitae-data")]
    pub(crate) data: PathBuf,
    /// Keep everything in memory and nothing after exit
    #[arg(long, conflicts_with = "data")]
    pub(crate) ephemeral: bool,
    /// Keep the people in this database instead, for tests of stores
    #[arg(long, value_name = "URL", hide = true, value_parser = Url::parse)]
    pub(crate) store: Option<Url>,
    /// How many people to make when there are none
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) people: u32,
    /// Number from which people, and with --clock ids, are made [default: 42]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Let time start here and move 1 ms with each change, never otherwise; over kept data it goes on where it stood,
    /// if that is later
    #[arg(long, value_name = "RFC3339", value_parser = time)]
    pub(crate) clock: Option<i64>,
    /// Load the people and items of a JSON file instead of made ones
    #[arg(long, value_name = "FILE", conflicts_with = "people")]
    pub(crate) fixture: Option<PathBuf>,
    /// Take `pages`, `query`, `batch`, `quotas`, `overload` and `app_writes` from the settings of a `vitae serve`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Write this file once requests are answered: KEY=VALUE lines a shell can source
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

/// `vitae serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vitae serve --config /etc/vitae.toml
  vitae serve --config vitae.toml --print-config     each setting, its value, and where that came from
  VITAE_LISTEN=0.0.0.0:8080 vitae serve              the environment goes before the file

Without --config, `vitae.toml` of the working directory is read if it is there.")]
pub(crate) struct Serve {
    /// The settings, in TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print every setting with its value and origin, and stop
    #[arg(long)]
    pub(crate) print_config: bool,
    /// Write this file once requests are answered
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

/// `vitae token`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vitae token                                                   the signed-in person of ./vitae-data
  vitae token --user grace@fjord.example --scopes \"User.Read\"   one who may only read
  vitae token --app importer --scopes \"User.ReadWrite.All\"      an app for itself
  curl -H \"Authorization: Bearer $(vitae token)\" http://127.0.0.1:8080/beta/me/profile")]
pub(crate) struct Token {
    /// Directory of the development server's data
    #[arg(long, value_name = "DIR", default_value = "vitae-data")]
    pub(crate) data: PathBuf,
    /// User principal name or id of the person to act for [default: the administrator]
    #[arg(long, value_name = "UPN", conflicts_with = "app")]
    pub(crate) user: Option<String>,
    /// Name of the app that acts for itself
    #[arg(long, value_name = "NAME", conflicts_with = "roles")]
    pub(crate) app: Option<String>,
    /// Permissions, separated by spaces [default: those of the person's role]
    #[arg(long, value_name = "SCOPES")]
    pub(crate) scopes: Option<String>,
    /// Roles of the person, separated by commas [default: those the person has]
    #[arg(long, value_name = "ROLES")]
    pub(crate) roles: Option<String>,
    /// How long the token is good
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = lifetime)]
    pub(crate) ttl: i64,
    /// Print a JSON object instead of the bare token
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vitae check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vitae check                       looks through ./vitae-data
  vitae check --data DIR --json     {\"sound\":…,\"findings\":[…]}
  vitae check --config vitae.toml   the settings of `vitae serve` (unknown names, values, addresses, the
                                    environment), its issuers (reach, discovery, keys, clock), and the data they name

Nothing is changed, and nobody is asked but the issuers and the database that the settings name. Each finding says what to
change. Exit code 3 when something was found.")]
pub(crate) struct Check {
    /// Directory of the data
    #[arg(long, value_name = "DIR", default_value = "vitae-data", conflicts_with = "config")]
    pub(crate) data: PathBuf,
    /// Settings of `vitae serve` to look through, with the data they name
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print a JSON object instead of lines
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vitae migrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vitae migrate --config vitae.toml                the database that `store` names
  VITAE_STORE=postgres://vitae@db/people vitae migrate
  vitae migrate --config vitae.toml --distributed  with Citus: everything of one person on one machine

May be repeated at any time. A layout that a newer release made is left as it is.")]
pub(crate) struct Migrate {
    /// Settings of `vitae serve`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Spread the tables over the machines of a Citus cluster
    #[arg(long)]
    pub(crate) distributed: bool,
}

/// `vitae copy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vitae copy --from sqlite:/var/lib/vitae --to postgres://vitae@db/people
                                  once beside the running server (the long part; ends with exit code 3), then again when
                                  it is stopped (only what was changed since; ends with 0)
  vitae copy --from postgres://vitae@db/people --to sqlite:/var/lib/vitae --stopped
                                  back; that nobody writes to a database only you can know, and say with --stopped

A store is `sqlite:` with the data directory of a server, or the address of a database that `vitae migrate` has laid out.
Everything goes along: people with their items, groups, settings, tags, skip tokens, names, keys, and the audit log with its
chains; afterwards `vitae check` finds the copy as sound as the original, and answers from it are the same to the byte.

Each person is read back and compared before it exists in the copy. A copy that was cut short, however that came about, is
run again and goes on where it was; until it is finished no server starts over its target. The target must be empty, or
hold what an earlier copy of the same source brought there; anything else is left untouched, and named.

Exit codes: 0 the target holds everything, 1 failed (run again to go on, unless it says why not), 3 so far so good, but
the source may be changed meanwhile: stop its servers and run the same again.")]
pub(crate) struct Copy {
    /// Where everything is [environment: VITAE_COPY_FROM, which keeps a password off the command line]
    #[arg(long, value_name = "STORE")]
    pub(crate) from: Option<String>,
    /// Where it is to go [environment: VITAE_COPY_TO]
    #[arg(long, value_name = "STORE")]
    pub(crate) to: Option<String>,
    /// All servers of the source are stopped: finish the copy
    #[arg(long)]
    pub(crate) stopped: bool,
    /// Settings of `vitae serve`, for `database.ca` and `database.pgbouncer`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `vitae env`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  eval \"$(vitae env)\"               then curl, Python, Node and Go reach the https of `vitae dev`:
  curl \"$VITAE_TLS_URL/healthz\"

A file `ca-bundle.pem` is written beside the data: the authority of the server with those this machine trusts.")]
pub(crate) struct Env {
    /// Directory of the development server's data
    #[arg(long, value_name = "DIR", default_value = "vitae-data")]
    pub(crate) data: PathBuf,
}

fn time(text: &str) -> Result<i64, &'static str> {
    let time = edm::DateTimeOffset::parse(text).ok_or("expected a time such as 2030-01-01T00:00:00Z")?;
    Ok(time.ticks())
}

fn lifetime(text: &str) -> Result<i64, &'static str> {
    parse_seconds(text).filter(|seconds| *seconds > 0).ok_or("expected a time such as 90s, 1h30m or 7d")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
