//! Every setting, once: name, default, description, and what it becomes.

use std::path::PathBuf;
use std::time::Duration;

use engine::{Limit, setting};
use uuid::Uuid;

use super::Settings;
use super::key::{Default, Key};
use super::value::Value;
use crate::app::{BATCH_BODY, Bounds, CHANGES, CONNECTIONS, Known, Network, PER_CALLER, REQUESTS, WAIT};
use crate::logging::{Format, LEVELS};
use crate::storage::Url;

const fn key(
    name: &'static str,
    default: Default,
    doc: &'static str,
    set: fn(&mut Settings, &Value) -> Result<(), String>,
) -> Key<Settings> {
    Key { name, default, doc, set }
}

/// The settings, in the order in which they are shown.
pub(super) static KEYS: &[Key<Settings>] = &[
    key("listen", Default::Text("127.0.0.1:8080"), "address and port to listen on", |settings, value| {
        settings.listen = value.text()?.parse().map_err(|_| "an address and port such as \"127.0.0.1:8080\"")?;
        Ok(())
    }),
    key(
        "tls.certificate",
        Default::NoText,
        "PEM file of the certificate with those that vouch for it",
        |settings, value| {
            settings.certificate = Some(PathBuf::from(value.text()?));
            Ok(())
        },
    ),
    key("tls.key", Default::NoText, "PEM file of the certificate's private key", |settings, value| {
        settings.key = Some(PathBuf::from(value.text()?));
        Ok(())
    }),
    key("data", Default::Text("vitae-data"), "directory of the data", |settings, value| {
        settings.data = PathBuf::from(value.text()?);
        Ok(())
    }),
    key(
        "store",
        Default::Text("sqlite"),
        "where people are kept: \"sqlite\", in the data directory, or a database, \"postgres://user@host/name\"",
        |settings, value| {
            settings.database.url = match value.text()? {
                "sqlite" => None,
                text => Some(Url::parse(text).map_err(|address| format!("\"sqlite\" or {address}"))?),
            };
            Ok(())
        },
    ),
    key(
        "database.pgbouncer",
        Default::Switch(false),
        "whether a pooler such as pgbouncer is before the database",
        |settings, value| {
            settings.database.pooler = value.switch()?;
            Ok(())
        },
    ),
    key(
        "database.ca",
        Default::NoText,
        "PEM file of the authorities to trust for the database, instead of the machine's",
        |settings, value| {
            settings.database.authorities = Some(PathBuf::from(value.text()?));
            Ok(())
        },
    ),
    key(
        "database.timeout_ms",
        Default::Number(5_000),
        "how long an answer of the database is waited for, in milliseconds",
        |settings, value| {
            let milliseconds = value.number(100, 60_000)?;
            settings.database.deadline = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX));
            Ok(())
        },
    ),
    key(
        "database.staleness_ms",
        Default::Number(0),
        "for how long a server may show what another has changed or hidden as it was, in milliseconds",
        |settings, value| {
            let milliseconds = value.number(0, 60_000)?;
            settings.database.staleness = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX));
            Ok(())
        },
    ),
    key(
        "database.writers",
        Default::Number(16),
        "connections for changes: as many are under way at once",
        |settings, value| {
            settings.database.writers = value.number(1, 1_000)?;
            Ok(())
        },
    ),
    key("database.readers", Default::Number(4), "connections that all readers share", |settings, value| {
        settings.database.readers = value.number(1, 1_000)?;
        Ok(())
    }),
    key(
        "public_url",
        Default::NoText,
        "origin under which clients find the service, such as https://people.example",
        |settings, value| {
            let known = Known::parse(value.text()?).filter(|known| known.scheme().is_some());
            settings.public_url = Some(known.ok_or("an origin such as \"https://people.example\", without a path")?);
            Ok(())
        },
    ),
    key(
        "allowed_hosts",
        Default::List(&[]),
        "further hosts that are answered, such as \"inside:8080\" or \"https://other.example\"",
        |settings, value| {
            settings.allowed_hosts = value.each("hosts such as \"inside:8080\"", Known::parse)?;
            Ok(())
        },
    ),
    key(
        "trusted_proxies",
        Default::List(&[]),
        "addresses of proxies whose Forwarded headers count",
        |settings, value| {
            settings.trusted_proxies = value.each("addresses such as \"10.0.0.0/8\"", Network::parse)?;
            Ok(())
        },
    ),
    key("cors_origins", Default::List(&[]), "origins whose pages may call the service", |settings, value| {
        settings.cors_origins = value.each("origins such as \"https://app.example\"", origin)?;
        Ok(())
    }),
    key(
        "authorization_uri",
        Default::NoText,
        "where a client without a token is told to get one; the first issuer when unset",
        |settings, value| {
            let text = value.text()?;
            let address =
                text.parse::<hyper::Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("https" | "http")));
            let expected = || "an address such as \"https://login.example/authorize\"".to_owned();
            settings.authorization_uri = Some(address.map(|_| text.to_owned()).ok_or_else(expected)?);
            Ok(())
        },
    ),
    key("insecure_http", Default::Switch(false), "take tokens in clear text from other machines", |settings, value| {
        settings.insecure_http = value.switch()?;
        Ok(())
    }),
    key(
        "app_writes",
        Default::Text("permissions-data"),
        "whether apps without a person may write: as the \"permissions-data\" says, or the \"documentation\"",
        |settings, value| {
            settings.documentation_writes = value.one_of(&[("permissions-data", false), ("documentation", true)])?;
            Ok(())
        },
    ),
    key(
        "explain",
        Default::Switch(false),
        "whether answers say why they are what they are, to clients that send `Prefer: explain`",
        |settings, value| {
            settings.explain = value.switch()?;
            Ok(())
        },
    ),
    key(
        "public_pages",
        Default::NoText,
        "the tenant whose profiles anyone may read without a token, as far as items are for `everyone`",
        |settings, value| {
            settings.public_pages = Some(Uuid::try_parse(value.text()?).map_err(|_| "the GUID of a tenant")?);
            Ok(())
        },
    ),
    key("workers", Default::Number(2), "threads that serve", |settings, value| {
        settings.workers = value.number(1, 256)?;
        Ok(())
    }),
    key("cache_mb", Default::Number(64), "megabytes for the profiles in use", |settings, value| {
        settings.cache_mb = value.number(1, 1 << 20)?;
        Ok(())
    }),
    key("pages.size", Default::Number(100), "items on a page when the client does not say", |settings, value| {
        settings.page_size = value.number(1, 999)?;
        Ok(())
    }),
    key(setting::PAGE, Default::Number(999), "most items on a page", |settings, value| {
        settings.max_page_size = value.number(1, 999)?;
        Ok(())
    }),
    key(
        "pages.top_is_page_size",
        Default::Switch(true),
        "whether $top is the size of each page, as in Graph, or a limit, as in OData",
        |settings, value| {
            settings.top_is_page_size = value.switch()?;
            Ok(())
        },
    ),
    key(Limit::Length.setting(), Default::Number(16_384), "most bytes of a query", |settings, value| {
        settings.limits.length = value.number(256, 1 << 20)?;
        Ok(())
    }),
    key(
        Limit::Nodes.setting(),
        Default::Number(2_000),
        "most parts of one expression: names, values, operators",
        |settings, value| {
            settings.limits.nodes = value.number(10, 100_000)?;
            Ok(())
        },
    ),
    key(Limit::Depth.setting(), Default::Number(100), "most levels of nesting in a query", |settings, value| {
        settings.limits.depth = value.number(5, 100)?;
        Ok(())
    }),
    key(Limit::Lambdas.setting(), Default::Number(8), "most `any` and `all` within each other", |settings, value| {
        settings.limits.lambdas = value.number(0, 100)?;
        Ok(())
    }),
    key(
        Limit::Items.setting(),
        Default::Number(1_000),
        "most items in a list such as that of `in`",
        |settings, value| {
            settings.limits.items = value.number(1, 100_000)?;
            Ok(())
        },
    ),
    key(Limit::Expands.setting(), Default::Number(4), "most levels of $expand within each other", |settings, value| {
        settings.limits.expands = value.number(0, 20)?;
        Ok(())
    }),
    key(Limit::Expanded.setting(), Default::Number(200), "most items of $expand in all", |settings, value| {
        settings.limits.expanded = value.number(0, 10_000)?;
        Ok(())
    }),
    key(Limit::Keys.setting(), Default::Number(16), "most keys of an order", |settings, value| {
        settings.limits.keys = value.number(1, 100)?;
        Ok(())
    }),
    key(
        setting::STEPS,
        Default::Number(20_000_000),
        "most steps that the expressions of one request may take",
        |settings, value| {
            settings.max_steps = u64::try_from(value.number(1_000, 2_000_000_000)?).unwrap_or(u64::MAX);
            Ok(())
        },
    ),
    key(
        setting::HELD,
        Default::Number(64),
        "most megabytes of entities that `$apply`, or `$root`, may hold",
        |settings, value| {
            settings.memory_mb = value.number(1, 1 << 20)?;
            Ok(())
        },
    ),
    key(setting::BATCH, Default::Number(20), "most requests in a batch", |settings, value| {
        settings.batch_requests = value.number(1, 100)?;
        Ok(())
    }),
    key(BATCH_BODY, Default::Number(4), "most megabytes in the body of a batch", |settings, value| {
        settings.batch_mb = value.number(1, 64)?;
        Ok(())
    }),
    key(
        profile::ITEMS_SETTING,
        Default::Number(1_000),
        "most items in one collection of a profile",
        |settings, value| {
            settings.items_per_collection = value.number(1, 10_000)?;
            Ok(())
        },
    ),
    key(
        profile::KEYS_SETTING,
        Default::Number(24),
        "for how many hours it is known what a request with an Idempotency-Key has made",
        |settings, value| {
            settings.idempotency_hours = value.number(1, 720)?;
            Ok(())
        },
    ),
    key(
        WAIT,
        usual(Bounds::USUAL.wait_ms),
        "how long a request may wait for a thread before it is refused, in milliseconds",
        |settings, value| {
            settings.bounds.wait_ms = bound(value, 10, 60_000)?;
            Ok(())
        },
    ),
    key(REQUESTS, usual(Bounds::USUAL.requests), "most requests under way", |settings, value| {
        settings.bounds.requests = bound(value, 1, 1 << 20)?;
        Ok(())
    }),
    key(CHANGES, usual(Bounds::USUAL.changes), "most changes under way, batches included", |settings, value| {
        settings.bounds.changes = bound(value, 1, 1 << 20)?;
        Ok(())
    }),
    key(PER_CALLER, usual(Bounds::USUAL.per_caller), "most requests of one caller under way", |settings, value| {
        settings.bounds.per_caller = bound(value, 1, 1 << 20)?;
        Ok(())
    }),
    key(CONNECTIONS, usual(Bounds::USUAL.connections), "most open connections", |settings, value| {
        settings.bounds.connections = bound(value, 1, 1 << 20)?;
        Ok(())
    }),
    key(
        "log.level",
        Default::Text("info"),
        "how much is logged: off, error, warn, info, debug (each request) or trace",
        |settings, value| {
            settings.log_level = value.one_of(&LEVELS.map(|level| (level, level)))?;
            Ok(())
        },
    ),
    key("log.format", Default::Text("text"), "form of log lines: \"text\" or \"json\"", |settings, value| {
        settings.log_format = value.one_of(&[("text", Format::Text), ("json", Format::Json)])?;
        Ok(())
    }),
];

const fn usual(bound: u32) -> Default {
    Default::Number(bound as i64)
}

fn bound(value: &Value, least: u32, most: u32) -> Result<u32, String> {
    value.number(least, most).map(|number| u32::try_from(number).unwrap_or(most))
}

/// An origin as browsers send it: scheme and host in lower case, nothing after the port.
fn origin(text: &str) -> Option<String> {
    let known = Known::parse(text)?;
    known.scheme()?;
    (!text.ends_with('/') && text == text.to_lowercase()).then(|| text.to_owned())
}
