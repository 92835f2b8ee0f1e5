//! The schema of a service as a document: CSDL 4.01 and 4.0, as XML and as JSON, made from a model.
//!
//! Both forms say the same. XML carries annotations in blocks by target, the form in which Graph publishes them; JSON
//! carries them beside what they describe, where its readers look. Terms are spelled out in full, with no alias.
//!
//! Superseded names, and members that requests may carry but no answer does, are kindness to callers and no schema:
//! they are left out. A navigation property that is short for a longer path contains nothing itself, since an entity
//! has one container: it is declared without `ContainsTarget` and says what it is short for.

mod annotate;
mod binding;
mod capabilities;
mod element;
mod facets;
mod json;
mod term;
pub(crate) mod tree;
mod xml;

#[cfg(test)]
pub(crate) mod tests;

use edm::Model;
use edm::model::{Operation, OperationImport, OperationKind, StructKind, StructType};

pub use crate::payload::Version;
pub(crate) use annotate::LANGUAGE_TAG;
pub use capabilities::{Batch, Capabilities, Conformance};
pub(crate) use json::default as default_json;

/// Must the type be called abstract? 4.0 knows keyless entity types only as abstract ones, so the type of a singleton
/// without key is shown as such there.
fn shows_abstract(version: Version, ty: &'static StructType) -> bool {
    let keyless = ty.kind == StructKind::Entity && ty.key_properties().is_empty();
    ty.is_abstract || (version == Version::V4 && keyless)
}

/// The schema as CSDL XML.
pub fn xml(model: &Model, capabilities: &Capabilities, version: Version) -> String {
    xml::document(model, capabilities, version)
}

/// The schema as CSDL JSON.
pub fn json(model: &Model, capabilities: &Capabilities, version: Version) -> String {
    json::document(model, capabilities, version)
}

/// The overloads that an import stands for.
pub(crate) fn imported(model: &Model, import: &OperationImport) -> impl Iterator<Item = &'static Operation> {
    let name = import.operation;
    model.operations.iter().copied().filter(move |operation| operation.name == name && !operation.bound)
}

fn import_kind(model: &Model, import: &OperationImport) -> Option<OperationKind> {
    imported(model, import).next().map(|operation| operation.kind)
}
