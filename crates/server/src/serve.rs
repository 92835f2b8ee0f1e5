//! `vitae serve`: a server for an organization. Its settings are judged before it touches anything.

use std::path::Path;
use std::sync::Arc;

use auth::{Authenticator, Caller};
use store::Store;

use crate::app::{Admission, App, Hosts, Origins};
use crate::cli;
use crate::config::{Config, Settings};
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
use crate::files::{self, Readers};
use crate::issuers::{Keeper, Trusted};
use crate::listen::{self, Door, Stop};
use crate::logging;
use crate::sealing::Sealing;
use crate::tls::Tls;
use crate::wiring::{Api, Choices};
use crate::{random, run_async, storage, term};

/// Tokens remembered as verified.
const KNOWN_TOKENS: usize = 100_000;

/// Runs the server until it is asked to stop, or prints its settings.
pub(crate) fn run(args: &cli::Serve) -> Outcome {
    let config = Config::read(args.config.as_deref(), &|name| std::env::var(name).ok())?;
    if args.print_config {
        term::say(&config.print());
        return config.accept().map(drop);
    }
    let settings = config.accept()?;
    logging::start(settings.log_level, settings.log_format)?;
    run_async(settings.workers, serve(settings, args.ready_file.as_deref()))
}

async fn serve(settings: Settings, ready_file: Option<&Path>) -> Outcome {
    let (_lock, store) = storage::open(&settings).await?;
    let stop = Stop::new()?;
    listen::outlive_hangups()?;
    let tls = settings.tls().map(Tls::watched).transpose()?;
    let listener = listen::bind(settings.listen, "`listen`").await?;
    let address = listener.local_addr().map_err(|error| Failure::failed("no address", error))?;
    let url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    let app = Arc::new(app(settings, store).await?);
    let sealing = Sealing::start(&app, random::guid());
    let serving = tokio::spawn(listen::serve(vec![Door::new(listener, tls)], app, stop));
    if let Some(path) = ready_file {
        files::write_whole(path, &format!("VITAE_URL={url}\n"), Readers::Usual)
            .map_err(|error| Failure::failed(format_args!("cannot write `{}`", path.display()), error))?;
    }
    term::say(&format!("vitae {} listens on {url}", env!("CARGO_PKG_VERSION")));
    let served = serving.await;
    sealing.finish().await;
    served.map_err(|error| Failure::failed("the server broke off", error))
}

async fn app(settings: Settings, store: Arc<dyn Store>) -> Outcome<App> {
    let effects = Arc::new(Effects::machine());
    let kept = store.secret("paging".into(), random::secret()).await;
    let key = kept.map_err(|error| Failure::failed("cannot keep the key of skip tokens", error))?;
    let public = settings.public_pages.map(|tenant| Arc::new(Caller::nobody(tenant)));
    let choices = Choices::of(&settings);
    let first_issuer = settings.issuers.first().map(|trusted| trusted.issuer.name.to_string());
    let (authenticator, keeper) = trust(settings.issuers)?;
    let hosts = settings.public_url.into_iter().chain(settings.allowed_hosts).collect();
    Ok(App {
        api: Api::new(Arc::clone(&store), Arc::clone(&effects), &choices, key),
        authenticator,
        public,
        keeper: Some(keeper),
        effects,
        store,
        hosts: Hosts::new(hosts, settings.trusted_proxies),
        origins: Origins::Listed(settings.cors_origins),
        admission: Admission::new(settings.bounds),
        batch_body: settings.batch_mb << 20,
        authorization_uri: settings.authorization_uri.or(first_issuer).unwrap_or_default(),
        hooks: None,
        draining: false.into(),
    })
}

/// The judge of tokens, and whoever keeps its keys current.
fn trust(issuers: Vec<Trusted>) -> Outcome<(Arc<Authenticator>, Keeper)> {
    let (mut declared, mut remotes) = (Vec::with_capacity(issuers.len()), Vec::new());
    for Trusted { issuer, remote } in issuers {
        remotes.extend(remote.map(|remote| (Arc::clone(&issuer.name), remote)));
        declared.push(issuer);
    }
    let unusable = |error: &dyn std::fmt::Display| Failure::Usage(format!("the issuers cannot be used: {error}"));
    let authenticator = Arc::new(Authenticator::new(declared, KNOWN_TOKENS).map_err(|error| unusable(&error))?);
    let keeper = Keeper::new(remotes, &authenticator).map_err(|error| unusable(&error))?;
    keeper.start();
    Ok((authenticator, keeper))
}
