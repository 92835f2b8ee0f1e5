//! The settings of an issuer, each once: name, default, description, and what it becomes.

use std::path::PathBuf;

use auth::{Algorithm, ClaimNames, Pace, Role, UserIds};
use uuid::Uuid;

use super::kinds;
use crate::app::Network;
use crate::config::key::{Default as Form, Key};
use crate::config::value::Value;
use crate::duration::parse_seconds;
use crate::issuers::Address;

/// The setting that decides defaults of others.
pub(super) const KIND: &str = "kind";

/// What one table says.
#[derive(Default)]
pub(in crate::config) struct Facts {
    pub(super) name: String,
    pub(super) audiences: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) discovery: Option<String>,
    pub(super) jwks_uri: Option<String>,
    pub(super) pace: Pace,
    pub(super) networks: Vec<Network>,
    pub(super) ca: Option<PathBuf>,
    pub(super) jwks: Option<PathBuf>,
    pub(super) pem: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) tenant: Option<Uuid>,
    pub(super) tenants: Vec<Uuid>,
    pub(super) version: Option<String>,
    pub(super) leeway: u32,
    pub(super) require_at_jwt: bool,
    pub(super) user_ids: UserIds,
    pub(super) claims: ClaimNames,
    pub(super) role_names: Vec<(String, Role)>,
    pub(super) creates_people: bool,
    pub(super) is_partner: bool,
}

const fn key(
    name: &'static str,
    default: Form,
    doc: &'static str,
    set: fn(&mut Facts, &Value) -> Result<(), String>,
) -> Key<Facts> {
    Key { name, default, doc, set }
}

/// The settings of an issuer, in the order in which they are shown.
pub(in crate::config) static ISSUER_KEYS: &[Key<Facts>] = &[
    key(
        "name",
        Form::NoText,
        "the `iss` of its tokens, exactly, or with {tenantid} where each tenant has its own",
        |facts, value| {
            facts.name = value.text()?.to_owned();
            Ok(())
        },
    ),
    key(
        KIND,
        Form::Text("oidc"),
        "what it is: \"oidc\", \"entra\", \"entra-v1\", \"keycloak\", \"authentik\" or \"kanidm\"; decides other defaults",
        |_, value| kinds::kind(value.text()?).map(drop).ok_or_else(kinds::expected),
    ),
    key("audiences", Form::List(&[]), "the `aud` values that mean this service", |facts, value| {
        facts.audiences = value.list()?.to_vec();
        Ok(())
    }),
    key(
        "algorithms",
        Form::List(&["RS256"]),
        "how its tokens may be signed: RS256, PS256, ES256, EdDSA",
        |facts, value| {
            facts.algorithms = value.each("RS256, PS256, ES256 or EdDSA", Algorithm::from_name)?;
            Ok(())
        },
    ),
    key(
        "discovery",
        Form::NoText,
        "address of its discovery document, from which its keys are found",
        |facts, value| {
            facts.discovery = Some(address(value)?);
            Ok(())
        },
    ),
    key(
        "jwks_uri",
        Form::NoText,
        "address of its public keys; beside `discovery`, the one that may be on another host",
        |facts, value| {
            facts.jwks_uri = Some(address(value)?);
            Ok(())
        },
    ),
    key("keys.refresh", Form::Text("24h"), "how often keys are fetched anew", |facts, value| {
        facts.pace.refresh = span(value, 60)?;
        Ok(())
    }),
    key("keys.window", Form::Text("5m"), "how long after an unknown key no other leads to a fetch", |facts, value| {
        facts.pace.window = span(value, 1)?;
        Ok(())
    }),
    key("keys.keep", Form::Text("3d"), "how long keys are used when they cannot be fetched", |facts, value| {
        facts.pace.keep = span(value, 60)?;
        Ok(())
    }),
    key(
        "networks",
        Form::List(&[]),
        "where its machines are, such as \"10.0.0.0/8\"; anywhere but on this machine and its link when empty",
        |facts, value| {
            facts.networks = value.each("addresses such as \"10.0.0.0/8\"", Network::parse)?;
            Ok(())
        },
    ),
    key(
        "ca",
        Form::NoText,
        "PEM file of authorities that vouch for it, besides those of this machine",
        |facts, value| {
            facts.ca = Some(PathBuf::from(value.text()?));
            Ok(())
        },
    ),
    key("jwks", Form::NoText, "file with its public keys, a JWK set", |facts, value| {
        facts.jwks = Some(PathBuf::from(value.text()?));
        Ok(())
    }),
    key("pem", Form::NoText, "its one public key, in PEM form", |facts, value| {
        facts.pem = Some(value.text()?.to_owned());
        Ok(())
    }),
    key("kid", Form::NoText, "the key id that goes with `pem`", |facts, value| {
        facts.kid = Some(value.text()?.to_owned());
        Ok(())
    }),
    key("tenant", Form::NoText, "the tenant of all its tokens", |facts, value| {
        facts.tenant = Some(guid(value.text()?).ok_or("a GUID")?);
        Ok(())
    }),
    key("tenants", Form::List(&[]), "the tenants it may speak for, when its tokens name them", |facts, value| {
        facts.tenants = value.each("GUIDs", guid)?;
        Ok(())
    }),
    key("version", Form::NoText, "the `ver` its tokens carry", |facts, value| {
        facts.version = Some(value.text()?.to_owned());
        Ok(())
    }),
    key("leeway", Form::Number(60), "seconds its clock may differ", |facts, value| {
        facts.leeway = u32::try_from(value.number(0, 300)?).unwrap_or_default();
        Ok(())
    }),
    key(
        "require_at_jwt",
        Form::Switch(false),
        "whether tokens must say that they are access tokens (RFC 9068)",
        |facts, value| {
            facts.require_at_jwt = value.switch()?;
            Ok(())
        },
    ),
    key(
        "user_ids",
        Form::Text("verbatim"),
        "a person's id: the claim \"verbatim\", or \"derived\" from issuer and claim",
        |facts, value| {
            facts.user_ids = value.one_of(&[("verbatim", UserIds::Verbatim), ("derived", UserIds::Derived)])?;
            Ok(())
        },
    ),
    key(
        "claims.user",
        Form::List(&["oid", "sub"]),
        "claims that hold the person's id, the first present counts",
        |facts, value| {
            facts.claims.user = value.list()?.to_vec();
            Ok(())
        },
    ),
    key("claims.name", Form::List(&["name"]), "claims that hold the person's name", |facts, value| {
        facts.claims.name = value.list()?.to_vec();
        Ok(())
    }),
    key(
        "claims.upn",
        Form::List(&["upn", "preferred_username"]),
        "claims that hold the user principal name",
        |facts, value| {
            facts.claims.upn = value.list()?.to_vec();
            Ok(())
        },
    ),
    key("claims.tenant", Form::List(&["tid"]), "claims that hold the tenant", |facts, value| {
        facts.claims.tenant = value.list()?.to_vec();
        Ok(())
    }),
    key("claims.scopes", Form::List(&["scp", "scope"]), "claims that hold delegated permissions", |facts, value| {
        facts.claims.scopes = value.list()?.to_vec();
        Ok(())
    }),
    key("claims.app_only", Form::List(&[]), "claims that only an app's own token has", |facts, value| {
        facts.claims.app_only = value.list()?.to_vec();
        Ok(())
    }),
    key(
        "claims.app_permissions",
        Form::List(&["roles"]),
        "claims that hold application permissions",
        |facts, value| {
            facts.claims.app_permissions = value.list()?.to_vec();
            Ok(())
        },
    ),
    key(
        "claims.roles",
        Form::List(&["wids", "roles"]),
        "claims that hold a person's roles, all count",
        |facts, value| {
            facts.claims.roles = value.list()?.to_vec();
            Ok(())
        },
    ),
    key("claims.app", Form::List(&["azp", "appid", "client_id"]), "claims that hold the app's id", |facts, value| {
        facts.claims.app = value.list()?.to_vec();
        Ok(())
    }),
    key("claims.app_name", Form::List(&["app_displayname"]), "claims that hold the app's name", |facts, value| {
        facts.claims.app_name = value.list()?.to_vec();
        Ok(())
    }),
    key(
        "roles.people_administrator",
        Form::List(&[]),
        "further names of the role in claims: sees and changes everyone",
        |facts, value| facts.add_role(Role::PeopleAdministrator, value),
    ),
    key(
        "roles.auditor",
        Form::List(&[]),
        "further names of the role in claims: reads the audit log",
        |facts, value| facts.add_role(Role::Auditor, value),
    ),
    key("roles.guest", Form::List(&[]), "further names of the role in claims: no member here", |facts, value| {
        facts.add_role(Role::Guest, value)
    }),
    key(
        "create_people",
        Form::Switch(false),
        "whether people are put into the directory when they first come with a token",
        |facts, value| {
            facts.creates_people = value.switch()?;
            Ok(())
        },
    ),
    key(
        "partner",
        Form::Switch(false),
        "whether it speaks for another organization: whom it names are guests here; takes `user_ids = \"derived\"`",
        |facts, value| {
            facts.is_partner = value.switch()?;
            Ok(())
        },
    ),
];

impl Facts {
    fn add_role(&mut self, role: Role, names: &Value) -> Result<(), String> {
        self.role_names.extend(names.list()?.iter().map(|name| (name.clone(), role)));
        Ok(())
    }
}

fn address(value: &Value) -> Result<String, String> {
    let text = value.text()?;
    Address::parse(text).map(|_| text.to_owned()).map_err(str::to_owned)
}

fn span(value: &Value, least: u64) -> Result<u64, String> {
    let seconds = value.text().ok().and_then(parse_seconds).and_then(|seconds| u64::try_from(seconds).ok());
    seconds.filter(|seconds| *seconds >= least).ok_or_else(|| format!("a time such as \"1h30m\", at least {least}s"))
}

/// A GUID in its hyphenated form only.
fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}
