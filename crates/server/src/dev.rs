//! `vitae dev`: a server to develop and test against, with people, tokens and hooks of its own.

mod authority;
mod faults;
mod ground;
mod hooks;
mod journal;
mod people;
mod signin;
mod tokens;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use auth::Authenticator;
use auth::dev::{CLIENT, DevIssuer};
use store::Store;
use tokio::net::TcpListener;
use uuid::Uuid;

use self::ground::Ground;
use self::people::Source;
use self::signin::SignIn;
use self::tokens::Announcement;
use crate::app::{Admission, App, Bounds, Hosts, Most, Origins};
use crate::cli;
use crate::config::{Config, Settings};
use crate::data_dir::{DataDir, DevNote};
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
use crate::files::{self, Readers};
use crate::listen::{self, Door, Stop};
use crate::logging::{self, Format};
use crate::sealing::Sealing;
use crate::seeded::{self, Purpose};
use crate::tls::Tls;
use crate::wiring::{Api, Choices, Person};
use crate::{random, run_async, term};

pub(crate) use authority::{Authority, CERTIFICATE};
pub(crate) use hooks::{Hooks, Passage};
pub(crate) use tokens::{Mint, READING, roles_of, usual_scopes};

/// Threads that serve.
const WORKERS: usize = 2;

/// Tokens remembered as verified.
const KNOWN_TOKENS: usize = 10_000;

/// Runs the server until it is asked to stop.
pub(crate) fn run(args: &cli::Dev) -> Outcome {
    if args.ephemeral && args.tls_port.is_some() && args.ready_file.is_none() {
        let why = "--tls-port with --ephemeral needs --ready-file, beside which the authority is written";
        return Err(Failure::Usage(why.to_owned()));
    }
    let level = std::env::var("VITAE_LOG_LEVEL");
    logging::start(level.as_deref().unwrap_or("warn"), Format::Text)?;
    let config = Config::read_for_development(args.config.as_deref(), &|name| std::env::var(name).ok())?;
    run_async(WORKERS, serve(args, config.accept()?))
}

async fn serve(args: &cli::Dev, settings: Settings) -> Outcome {
    if let Some(path) = &args.ready_file {
        forget(path)?;
    }
    let ground = Ground::lay(args).await?;
    let seed = ground.seed(args);
    let source = source(args, seed)?;
    let stop = Stop::new()?;
    let listener = listen::bind(SocketAddr::new(args.host, args.port), "--port").await?;
    let address = listener.local_addr().map_err(|error| Failure::failed("no address", error))?;
    let https = Https::open(args, &ground).await?;
    let effects = Arc::new(effects(args, seed));
    let key = paging_key(args, &*ground.store).await?;
    let mut choices = Choices::of(&settings);
    choices.dialect.explains = true;
    let api = Api::new(Arc::clone(&ground.store), Arc::clone(&effects), &choices, key);
    let note = ground.inhabit(seed, &source, &api, &effects).await?;
    let authority = https.as_ref().map_or_else(|| url(address), |https| https.url.clone());
    let app = app(args, &ground, source, api, effects, &note, &authority)?;
    let app = Arc::new(App { batch_body: settings.batch_mb << 20, admission: Admission::new(settings.bounds), ..app });
    let mut announcement = announce(&app, &ground.issuer, &note, address).await?;
    let mut doors = vec![Door::new(listener, None)];
    if let Some(https) = https {
        announcement.https = Some((https.url.clone(), https.authority));
        doors.push(Door::new(https.listener, Some(https.tls)));
    }
    if let Some(directory) = &ground.directory {
        write_addresses(directory, &announcement)?;
    }
    let sealing = Sealing::start(&app, Uuid::nil());
    let serving = tokio::spawn(listen::serve(doors, app, stop));
    if let Some(path) = &args.ready_file {
        files::write_whole(path, &announcement.ready_file(), Readers::Owner)
            .map_err(|error| Failure::failed(format_args!("cannot write `{}`", path.display()), error))?;
    }
    greet(args, &announcement, &note);
    let served = serving.await;
    sealing.finish().await;
    served.map_err(|error| Failure::failed("the server broke off", error))
}

/// The port for https where http has its usual one.
const TLS_PORT: u16 = 8443;

/// The way in by https, beside the one by http.
struct Https {
    listener: TcpListener,
    tls: Arc<Tls>,
    url: String,
    /// The certificate to be trusted.
    authority: PathBuf,
}

impl Https {
    /// Opens it, where clients can find the authority: in the data directory or beside the ready file.
    async fn open(args: &cli::Dev, ground: &Ground) -> Outcome<Option<Https>> {
        let authority = match (&ground.directory, &args.ready_file) {
            (Some(directory), _) => Authority::kept(&absolute(directory.path())?)?,
            (None, Some(ready)) => Authority::passing(absolute(ready)?.with_extension(CERTIFICATE))?,
            (None, None) => return Ok(None),
        };
        let port = args.tls_port.unwrap_or(if args.port == 0 { 0 } else { TLS_PORT });
        let listener = match listen::bind(SocketAddr::new(args.host, port), "--tls-port").await {
            Ok(listener) => listener,
            // Nobody asked for it.
            Err(failure) if args.tls_port.is_none() => {
                tracing::warn!("no https: {}", failure.message().unwrap_or_default());
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        };
        let address = listener.local_addr().map_err(|error| Failure::failed("no address", error))?;
        let certificate = authority.certificate.clone();
        let url = format!("https://localhost:{}", address.port());
        Ok(Some(Https { listener, tls: authority.certify()?, url, authority: certificate }))
    }
}

fn absolute(path: &Path) -> Outcome<PathBuf> {
    std::path::absolute(path).map_err(|error| Failure::failed(format_args!("no place `{}`", path.display()), error))
}

fn source(args: &cli::Dev, seed: u64) -> Outcome<Source> {
    match &args.fixture {
        Some(path) => Source::fixture(path, seed),
        None => Ok(Source::Made { count: usize::try_from(args.people).unwrap_or(usize::MAX), seed }),
    }
}

fn effects(args: &cli::Dev, seed: u64) -> Effects {
    match args.clock {
        Some(start) => Effects::replay(seed, start),
        None => Effects::machine(),
    }
}

/// The key of skip tokens. Only where nothing is kept may it follow from a seed that was asked for.
async fn paging_key(args: &cli::Dev, store: &dyn Store) -> Outcome<[u8; 32]> {
    if let (true, Some(seed)) = (args.ephemeral, args.seed) {
        return Ok(seeded::bytes(seed, Purpose::Paging, &[]));
    }
    let kept = store.secret("paging".into(), random::secret()).await;
    kept.map_err(|error| Failure::failed("cannot keep the key of skip tokens", error))
}

fn app(
    args: &cli::Dev,
    ground: &Ground,
    source: Source,
    api: Api,
    effects: Arc<Effects>,
    note: &DevNote,
    authority: &str,
) -> Outcome<App> {
    let issuer = ground.issuer.as_issuer().map_err(|error| Failure::failed("the issuer's key", error))?;
    let authenticator =
        Authenticator::new(vec![issuer], KNOWN_TOKENS).map_err(|error| Failure::failed("the issuer", error))?;
    let signin = SignIn::new(ground.issuer.clone(), note.tenant, note.roles.clone());
    Ok(App {
        api,
        authenticator: authenticator.into(),
        public: None,
        keeper: None,
        effects,
        store: Arc::clone(&ground.store),
        hosts: Hosts::loopback(args.host),
        origins: Origins::ThisMachine,
        admission: Admission::new(Bounds::USUAL),
        batch_body: Most::USUAL.bytes,
        authorization_uri: format!("{authority}/{}/oauth2/v2.0/authorize", note.tenant),
        hooks: Some(Hooks::new(note.tenant, source, ground.directory.clone(), signin)),
        draining: false.into(),
    })
}

async fn announce(app: &App, issuer: &DevIssuer, note: &DevNote, address: SocketAddr) -> Outcome<Announcement> {
    let mint = Mint { issuer, tenant: note.tenant, now: app.effects.seconds(), ttl: tokens::DAY };
    let mut people = Vec::new();
    for id in [note.signed_in, note.ordinary] {
        let person = match id {
            Some(id) => app.api.person(note.tenant, &id.to_string()).await?,
            None => None,
        };
        people.push(person.map(|person: Person| {
            let roles = roles_of(note, person.id);
            let token = mint.person(&person, usual_scopes(roles), roles);
            (person, token)
        }));
    }
    let ordinary = people.pop().flatten();
    let signed_in = people.pop().flatten();
    Ok(Announcement {
        url: url(address),
        tenant: note.tenant,
        https: None,
        signed_in,
        ordinary,
        app_token: mint.app("Vitae App", READING),
    })
}

/// The URL by which this machine reaches the address.
fn url(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{port}"),
        IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{port}"),
        _ => format!("http://{address}"),
    }
}

fn greet(args: &cli::Dev, announcement: &Announcement, note: &DevNote) {
    let url = &announcement.url;
    let kept = match args.ephemeral {
        true => "in memory, gone after exit".to_owned(),
        false => format!("in {}", args.data.display()),
    };
    let mut lines = vec![
        format!("vitae {} for development: anyone on this machine can get a token", env!("CARGO_PKG_VERSION")),
        format!("  url     {url}"),
    ];
    if let Some((url, authority)) = &announcement.https {
        lines.push(format!("  https   {url}, vouched for by {}", authority.display()));
    }
    lines.push(format!("  sign in {}, app {} ({})", announcement.authority(), CLIENT.id, CLIENT.name));
    lines.push(format!("  data    {kept}"));
    if let Some(seed) = args.seed.filter(|seed| note.seed.is_some_and(|made| made != *seed)) {
        lines.push(format!(
            "  note    the people were made from another seed than {seed} and stay; POST /dev/reset makes them anew"
        ));
    }
    if let Some((person, token)) = &announcement.signed_in {
        lines.push(format!("  you     {} ({}), token good for 24 h:", person.upn, roles_of(note, person.id)));
        lines.push(format!("\n{token}\n"));
        lines.push(format!("curl -H 'Authorization: Bearer {token}' {url}/beta/me/profile\n"));
    }
    lines.push("ready; ctrl-c stops".to_owned());
    term::say(&lines.join("\n"));
}

/// Leaves the addresses for `vitae env`.
fn write_addresses(directory: &DataDir, announcement: &Announcement) -> Outcome {
    let (authority, tenant) = (announcement.authority(), announcement.tenant.to_string());
    let mut variables = vec![
        ("VITAE_URL", announcement.url.as_str()),
        ("VITAE_TENANT_ID", tenant.as_str()),
        ("VITAE_AUTHORITY", authority.as_str()),
    ];
    variables.extend(announcement.https.iter().map(|(url, _)| ("VITAE_TLS_URL", url.as_str())));
    directory.write_addresses(&variables)
}

/// Removes what an earlier run left: who waits for the file must not find the old one.
fn forget(path: &Path) -> Outcome {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::failed(format_args!("cannot replace `{}`", path.display()), error))
        }
        _ => Ok(()),
    }
}
