//! The published schema, kept as files: what clients are generated from does not change by accident.
//!
//! After a change that is meant: `UPDATE_GOLDENS=1 cargo test -p profile metadata`, then look at the difference, and
//! run `clients/validate/run`.

use std::path::PathBuf;

use odata::csdl::{self, Capabilities, Version};
use odata::openapi;

use crate::model::MODEL;
use crate::service::{DIALECT, INFO};

const SERVED: Capabilities = DIALECT.capabilities;

fn check(name: &str, generated: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, generated).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    if kept == generated {
        return;
    }
    let difference = kept.lines().zip(generated.lines()).enumerate().find(|(_, (kept, generated))| kept != generated);
    let (line, (kept, generated)) = difference.unwrap_or((kept.lines().count(), ("(other length)", "(other length)")));
    panic!(
        "goldens/{name} differs from line {} on:\n  kept      {kept}\n  generated {generated}\n\
         If that is meant, run `UPDATE_GOLDENS=1 cargo test -p profile metadata`.",
        line + 1,
    );
}

#[test]
fn xml_is_as_kept() {
    check("metadata.xml", &csdl::xml(&MODEL, &SERVED, Version::V401));
}

#[test]
fn xml_for_old_clients_is_as_kept() {
    check("metadata-4.0.xml", &csdl::xml(&MODEL, &SERVED, Version::V4));
}

#[test]
fn json_is_as_kept() {
    check("metadata.json", &csdl::json(&MODEL, &SERVED, Version::V401));
}

#[test]
fn json_for_old_clients_is_as_kept() {
    check("metadata-4.0.json", &csdl::json(&MODEL, &SERVED, Version::V4));
}

#[test]
fn openapi_is_as_kept() {
    check("openapi.json", &openapi::document(&MODEL, &SERVED, &INFO));
}
