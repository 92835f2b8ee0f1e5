//! Components that nothing refers to are left out.

use std::collections::BTreeSet;

use crate::csdl::tree::{Json, Object};

/// The components that the paths refer to, and those that these refer to.
pub(super) fn keep_used(paths: &Object, components: Object) -> Object {
    let mut used = BTreeSet::new();
    references(&Json::Object(paths.clone()), &mut used);
    loop {
        let before = used.len();
        for (kind, members) in components.iter() {
            let Json::Object(members) = members else { continue };
            for (name, component) in members.iter() {
                if used.contains(&address(kind, name)) {
                    references(component, &mut used);
                }
            }
        }
        if used.len() == before {
            break;
        }
    }
    let kinds = components.members().map(|(kind, members)| match members {
        // Security schemes are referred to by bare name.
        Json::Object(members) if kind != "securitySchemes" => {
            let kept = members.members().filter(|(name, _)| used.contains(&address(&kind, name)));
            let kept = Object::new().and(kept.collect::<Vec<_>>());
            (kind, kept.into())
        }
        members => (kind, members),
    });
    Object::new().and(kinds.collect::<Vec<_>>())
}

fn address(kind: &str, name: &str) -> String {
    format!("#/components/{kind}/{name}")
}

fn references(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::List(items) => items.iter().for_each(|item| references(item, found)),
        Json::Object(object) => {
            for (name, value) in object.iter() {
                match value {
                    Json::Text(text) if name == "$ref" => {
                        found.insert(text.to_string());
                    }
                    value => references(value, found),
                }
            }
        }
        Json::Bool(_) | Json::Integer(_) | Json::Number(_) | Json::Text(_) => {}
    }
}
