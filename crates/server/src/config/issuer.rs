//! Declared token issuers: `[[issuers]]` tables to [`Trusted`] ones.
//!
//! Key and certificate files beside the settings are read; nothing is fetched.

mod keys;
mod kinds;

use std::path::{Path, PathBuf};

use auth::{Issuer, KeySet, KeySource, Tenancy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::Shown;
use super::key::Key;
use super::read::Table;
use super::value::{Faults, Origin, Value};
use crate::issuers::{Remote, Route, Trusted};

use kinds::Kind;

pub(super) use keys::{Facts, ISSUER_KEYS};

/// A declared issuer, if it can be used, and how it is shown.
pub(super) struct Declared {
    pub(super) issuer: Option<Trusted>,
    pub(super) shown: Vec<Shown>,
}

impl Declared {
    /// Reads a table of a settings file, beside which key files are looked for.
    pub(super) fn read(mut table: Table, file: &Path, faults: &mut Faults) -> Declared {
        let mut facts = Facts::default();
        let mut shown = Vec::new();
        let before = faults.len();
        let kind = table.found.get(keys::KIND).and_then(|(kind, _)| kind.text().ok()).and_then(kinds::kind);
        for key in ISSUER_KEYS {
            let (value, origin) = table.found.remove(key.name).unwrap_or_else(|| default(key, kind));
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

/// What counts of a setting that is not there: what the kind says of it, or else everyone's default.
fn default(key: &Key<Facts>, kind: Option<&Kind>) -> (Value, Origin) {
    let of_kind = kind.and_then(|(kind, defaults)| {
        let (_, form) = defaults.iter().find(|(name, _)| *name == key.name)?;
        Some((form.value(), Origin::Kind(kind)))
    });
    of_kind.unwrap_or_else(|| (key.default.value(), Origin::Default))
}

impl Facts {
    fn issuer(self, file: &Path) -> Result<Trusted, String> {
        if self.name.is_empty() || self.audiences.is_empty() {
            return Err("needs `name` and `audiences`".to_owned());
        }
        let remote = self.remote(file)?;
        let keys = if remote.is_some() { KeySet::default() } else { self.keys(file)? };
        let tenancy = match (self.tenant, self.tenants) {
            (Some(tenant), tenants) if tenants.is_empty() => Tenancy::Fixed(tenant),
            (None, tenants) if !tenants.is_empty() => Tenancy::FromClaim { allowed: Some(tenants) },
            _ => return Err("needs either `tenant` or `tenants`, for it must not speak for any".to_owned()),
        };
        let audiences: Vec<&str> = self.audiences.iter().map(String::as_str).collect();
        let issuer = Issuer {
            algorithms: self.algorithms,
            claims: self.claims,
            user_ids: self.user_ids,
            version: self.version.map(Into::into),
            leeway: self.leeway,
            require_at_jwt: self.require_at_jwt,
            role_names: self.role_names,
            creates_people: self.creates_people,
            is_partner: self.is_partner,
            ..Issuer::new(&self.name, &audiences, keys, tenancy)
        };
        Ok(Trusted { issuer, remote })
    }

    /// Where keys are fetched, if they are.
    fn remote(&self, file: &Path) -> Result<Option<Remote>, String> {
        let source = match (&self.discovery, &self.jwks_uri) {
            (None, None) => return Ok(None),
            (Some(address), keys) => KeySource::Discovery { address: address.clone(), keys: keys.clone() },
            (None, Some(address)) => KeySource::Keys(address.clone()),
        };
        if self.jwks.is_some() || self.pem.is_some() {
            return Err(format!("has keys of its own and others to be fetched; {KEYS}"));
        }
        let authorities = self.ca.as_deref().map(|path| authorities(file, path)).transpose()?.unwrap_or_default();
        Ok(Some(Remote { source, pace: self.pace, route: Route { networks: self.networks.clone(), authorities } }))
    }

    fn keys(&self, file: &Path) -> Result<KeySet, String> {
        match (&self.jwks, &self.pem) {
            (Some(path), None) => key_file(&beside(file, path)),
            (None, Some(pem)) => {
                KeySet::from_pem(pem, self.kid.as_deref()).map_err(|error| format!("has no key: `pem` is {error}"))
            }
            _ => Err(format!("has no keys, or some twice; {KEYS}")),
        }
    }
}

/// How an issuer can have keys.
const KEYS: &str = "it needs `discovery`, `jwks_uri`, `jwks` or `pem`";

fn key_file(path: &Path) -> Result<KeySet, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("has no keys: cannot read `{shown}`: {error}"))?;
    let keys = KeySet::from_jwks(&text).map_err(|error| format!("has no keys: `{shown}` is {error}"))?;
    if keys.is_empty() {
        return Err(format!("has no key in `{shown}` that can be used: {}", keys.skipped().join("; ")));
    }
    Ok(keys)
}

fn authorities(file: &Path, path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let path = beside(file, path);
    let read = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(format!("has a `ca` without a certificate: `{}`", path.display())),
        Err(error) => Err(format!("has a `ca` that cannot be read: `{}`: {error}", path.display())),
    }
}

fn beside(file: &Path, path: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}
