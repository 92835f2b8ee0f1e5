//! Declared token issuers: `[[issuers]]` tables to [`auth::Issuer`]s.
//!
//! Keys are read from the settings or a file beside them; nothing is fetched.

use std::path::{Path, PathBuf};

use auth::{Algorithm, ClaimNames, Issuer, KeySet, Tenancy, UserIds};
use uuid::Uuid;

use super::Shown;
use super::key::{Default as Form, Key};
use super::read::Table;
use super::value::{Faults, Origin, Value};

/// What one table says.
#[derive(Default)]
pub(super) struct Facts {
    name: String,
    audiences: Vec<String>,
    algorithms: Vec<Algorithm>,
    jwks: Option<PathBuf>,
    pem: Option<String>,
    kid: Option<String>,
    tenant: Option<Uuid>,
    tenants: Vec<Uuid>,
    version: Option<String>,
    leeway: u32,
    require_at_jwt: bool,
    user_ids: UserIds,
    claims: ClaimNames,
}

/// A declared issuer, if it can be used, and how it is shown.
pub(super) struct Declared {
    pub(super) issuer: Option<Issuer>,
    pub(super) shown: Vec<Shown>,
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
pub(super) static ISSUER_KEYS: &[Key<Facts>] = &[
    key(
        "name",
        Form::NoText,
        "the `iss` of its tokens, exactly, or with {tenantid} where each tenant has its own",
        |facts, value| {
            facts.name = value.text()?.to_owned();
            Ok(())
        },
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
];

impl Declared {
    /// Reads a table of a settings file, beside which key files are looked for.
    pub(super) fn read(mut table: Table, file: &Path, faults: &mut Faults) -> Declared {
        let mut facts = Facts::default();
        let mut shown = Vec::new();
        let before = faults.len();
        for key in ISSUER_KEYS {
            let (value, origin) = table.found.remove(key.name).unwrap_or((key.default.value(), Origin::Default));
            if value != Value::Unset
                && let Err(expected) = (key.set)(&mut facts, &value)
            {
                faults.at(&origin, format_args!("`{}` of an issuer is {expected}, not {value}", key.name));
            }
            shown.push(Shown { name: format!("issuers[{}].{}", table.number, key.name), value, origin, doc: key.doc });
        }
        let issuer = match facts.issuer(file) {
            // A fault named already would only be named again, less exactly.
            _ if faults.len() > before => None,
            Ok(issuer) => Some(issuer),
            Err(fault) => {
                faults.at(&table.origin, format_args!("this issuer {fault}"));
                None
            }
        };
        Declared { issuer, shown }
    }
}

impl Facts {
    fn issuer(self, file: &Path) -> Result<Issuer, String> {
        if self.name.is_empty() || self.audiences.is_empty() {
            return Err("needs `name` and `audiences`".to_owned());
        }
        let keys = self.keys(file)?;
        let tenancy = match (self.tenant, self.tenants) {
            (Some(tenant), tenants) if tenants.is_empty() => Tenancy::Fixed(tenant),
            (None, tenants) if !tenants.is_empty() => Tenancy::FromClaim { allowed: Some(tenants) },
            _ => return Err("needs either `tenant` or `tenants`, for it must not speak for any".to_owned()),
        };
        let audiences: Vec<&str> = self.audiences.iter().map(String::as_str).collect();
        Ok(Issuer {
            algorithms: self.algorithms,
            claims: self.claims,
            user_ids: self.user_ids,
            version: self.version.map(Into::into),
            leeway: self.leeway,
            require_at_jwt: self.require_at_jwt,
            ..Issuer::new(&self.name, &audiences, keys, tenancy)
        })
    }

    fn keys(&self, file: &Path) -> Result<KeySet, String> {
        match (&self.jwks, &self.pem) {
            (Some(path), None) => {
                let path = file.parent().unwrap_or(Path::new("")).join(path);
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| format!("has no keys: cannot read `{}`: {error}", path.display()))?;
                let keys = KeySet::from_jwks(&text)
                    .map_err(|error| format!("has no keys: `{}` is {error}", path.display()))?;
                match keys.is_empty() {
                    true => Err(format!(
                        "has no key in `{}` that can be used: {}",
                        path.display(),
                        keys.skipped().join("; ")
                    )),
                    false => Ok(keys),
                }
            }
            (None, Some(pem)) => {
                KeySet::from_pem(pem, self.kid.as_deref()).map_err(|error| format!("has no key: `pem` is {error}"))
            }
            _ => Err("needs either `jwks` or `pem`".to_owned()),
        }
    }
}

fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}
