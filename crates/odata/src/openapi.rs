//! The service as an OpenAPI 3.1 document, made from a model after the OASIS mapping of OData to OpenAPI.
//!
//! Every set, singleton and contained collection that the model leads to gets its paths; none is named here. Entity
//! types have three schemas, as answered, as created and as updated: what the service sets itself is only in the first.
//! Properties are not addressed one by one, and relationships of derived types not at all: the document would be
//! several times as long and say nothing that `$metadata` does not.

mod answers;
mod components;
mod operations;
mod parameters;
mod paths;
mod place;
mod reach;
mod schemas;
mod service;
mod values;

#[cfg(test)]
mod tests;

use edm::Model;

use crate::csdl::Capabilities;
use crate::csdl::tree::Object;

/// What the document says of the service as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Info<'a> {
    /// Its name.
    pub title: &'a str,
    /// What it is for, in a few sentences.
    pub description: &'a str,
    /// Version of the service.
    pub version: &'a str,
    /// Addresses of its roots, without a slash at the end.
    pub servers: &'a [&'a str],
}

/// The document.
pub fn document(model: &Model, capabilities: &Capabilities, info: &Info<'_>) -> String {
    let places = place::all(model, capabilities);
    let paths =
        service::paths(capabilities).and(paths::all(model, capabilities, &places)).and(operations::imports(model));
    let components = reach::keep_used(&paths, components::all(model));
    // Without a name for it, the service is where its description is.
    let servers = if info.servers.is_empty() { &["."] } else { info.servers };
    let servers: Vec<Object> = servers.iter().map(|url| Object::new().with("url", (*url).to_owned())).collect();
    Object::new()
        .with("openapi", "3.1.0")
        .with("info", head(info))
        .with("servers", servers)
        .with("security", vec![Object::new().with("bearer", Vec::<String>::new())])
        .with("tags", tags(model))
        .with("paths", paths)
        .with("components", components)
        .document()
}

fn head(info: &Info<'_>) -> Object {
    Object::new()
        .with("title", info.title.to_owned())
        .with("description", info.description.to_owned())
        .with("version", info.version.to_owned())
}

fn tags(model: &Model) -> Vec<Object> {
    let sets = model.sets.iter().map(|set| (set.name, set.description));
    let singletons = model.singletons.iter().map(|singleton| (singleton.name, singleton.description));
    let imports = (!model.imports.is_empty()).then_some((operations::TAG, "Functions and actions of the service."));
    let service = (service::TAG, "The service itself: what there is, its schema, many requests in one.");
    let all = sets.chain(singletons).chain(imports).chain(std::iter::once(service));
    all.map(|(name, description)| Object::new().with("name", name).with("description", description)).collect()
}
