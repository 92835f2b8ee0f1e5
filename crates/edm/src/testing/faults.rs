//! What is wrong with a model beyond what the check of the compiler sees. For tests; nothing is served by it.

use std::collections::BTreeSet;

use crate::model::{Mode, Model, Navigation, Property, StructKind, StructType, Type};

/// What is wrong with a model beyond what [`Model::check`] sees: types that nothing declares, relationships that do not
/// lead back, names that point nowhere or mean two things, descriptions that are no sentence.
pub fn faults(model: &Model) -> Vec<String> {
    let mut faults = Vec::new();
    for ty in model.structs.iter().copied() {
        struct_faults(model, ty, &mut faults);
    }
    for ty in model.enums {
        sentence(ty.name, ty.description, &mut faults);
        if ty.members.is_empty() {
            faults.push(format!("{} has no members", ty.name));
        }
        let numbers: BTreeSet<i64> = ty.members.iter().map(|member| member.value).collect();
        if numbers.len() < ty.members.len() {
            faults.push(format!("{} has two members of one number", ty.name));
        }
    }
    for ty in model.definitions {
        sentence(ty.name, ty.description, &mut faults);
    }
    for operation in model.operations {
        sentence(operation.name, operation.description, &mut faults);
        let parameters = operation.parameters.iter().map(|parameter| parameter.ty);
        for ty in parameters.chain(operation.returns.iter().map(|result| result.ty)) {
            type_faults(model, operation.name, ty, &mut faults);
        }
        if operation.bound && operation.parameters.is_empty() {
            faults.push(format!("{} is bound to nothing", operation.name));
        }
    }
    name_faults(model, &mut faults);
    container_faults(model, &mut faults);
    faults
}

/// In a schema one name has one meaning; only operations share theirs, as overloads.
fn name_faults(model: &Model, faults: &mut Vec<String>) {
    let types = model.structs.iter().map(|ty| ty.name).chain(model.enums.iter().map(|ty| ty.name));
    let declared = types.chain(model.definitions.iter().map(|ty| ty.name)).chain([model.container]);
    let operations: BTreeSet<&str> = model.operations.iter().map(|operation| operation.name).collect();
    let mut names = BTreeSet::new();
    for name in declared.chain(operations) {
        if !names.insert(name) {
            faults.push(format!("{name} means two things in the schema"));
        }
    }
}

fn struct_faults(model: &Model, ty: &'static StructType, faults: &mut Vec<String>) {
    sentence(ty.name, ty.description, faults);
    for property in ty.properties {
        property_faults(model, ty, property, faults);
    }
    for navigation in ty.navigation {
        navigation_faults(model, ty, navigation, faults);
    }
    let mut names = BTreeSet::new();
    let aliases = ty.all_navigation().flat_map(|navigation| navigation.aliases);
    for name in ty.names().chain(aliases.chain(ty.drops).chain(ty.declines).copied()) {
        if !names.insert(name.to_ascii_lowercase()) {
            faults.push(format!("{}.{name} means two things", ty.name));
        }
    }
    for name in ty.key.iter().chain(ty.alternate_keys.iter().copied().flatten()) {
        if ty.find(name).is_none() {
            faults.push(format!("{} has the key {name}, which is no property", ty.name));
        }
    }
}

fn property_faults(model: &Model, ty: &StructType, property: &Property, faults: &mut Vec<String>) {
    let place = format!("{}.{}", ty.name, property.name);
    sentence(&place, property.description, faults);
    type_faults(model, &place, property.ty, faults);
    let initial = property.initial();
    if !property.nullable && initial.is_null() && !property.required && property.mode == Mode::Settable {
        faults.push(format!("{place} is never null but has no initial value"));
    }
    if property.default.is_some() && initial.is_null() {
        faults.push(format!("{place} has a default that is no value of its type"));
    }
}

fn navigation_faults(model: &Model, ty: &'static StructType, navigation: &Navigation, faults: &mut Vec<String>) {
    let place = format!("{}.{}", ty.name, navigation.name);
    sentence(&place, navigation.description, faults);
    type_faults(model, &place, Type::Struct(navigation.target), faults);
    if navigation.target.kind != StructKind::Entity {
        faults.push(format!("{place} leads to a complex type"));
    }
    if let Some(partner) = navigation.partner {
        let back = navigation.target.find_navigation(partner);
        if back.is_none_or(|back| back.partner != Some(navigation.name) || !ty.is_a(back.target)) {
            faults.push(format!("{place} names the partner {partner}, which does not lead back"));
        }
    }
    for (dependent, principal) in navigation.constraint {
        if ty.find(dependent).is_none() || navigation.target.find(principal).is_none() {
            faults.push(format!("{place} constrains {dependent} to {principal}, which are not both properties"));
        }
    }
    if let Some(path) = navigation.shortcut {
        let end = path.iter().try_fold(ty, |ty, step| ty.find_navigation(step).map(|step| step.target));
        if !end.is_some_and(|end| std::ptr::eq(end, navigation.target)) {
            faults.push(format!("{place} is short for a path that does not lead there"));
        }
    }
}

fn container_faults(model: &Model, faults: &mut Vec<String>) {
    for set in model.sets {
        sentence(set.name, set.description, faults);
        if set.ty.key_properties().is_empty() {
            faults.push(format!("{} holds entities without a key", set.name));
        }
        binding_faults(model, set.name, set.ty, set.bindings, faults);
    }
    for singleton in model.singletons {
        sentence(singleton.name, singleton.description, faults);
        binding_faults(model, singleton.name, singleton.ty, singleton.bindings, faults);
        let member_of = singleton.member_of.map(|set| model.set(set));
        if member_of.is_some_and(|set| set.is_none_or(|set| !std::ptr::eq(set.ty, singleton.ty))) {
            faults.push(format!("{} is member of no set of its type", singleton.name));
        }
    }
    for import in model.imports {
        let known = model.operations.iter().any(|operation| operation.name == import.operation && !operation.bound);
        if !known || import.set.is_some_and(|set| model.set(set).is_none()) {
            faults.push(format!("{} imports what is not there", import.name));
        }
    }
}

fn binding_faults(
    model: &Model,
    place: &str,
    ty: &'static StructType,
    bindings: &[(&str, &str)],
    faults: &mut Vec<String>,
) {
    for navigation in ty.all_navigation().filter(|navigation| !navigation.contained) {
        let bound = bindings.iter().find(|(name, _)| *name == navigation.name).and_then(|(_, set)| model.set(set));
        if !bound.is_some_and(|set| navigation.target.is_a(set.ty)) {
            faults.push(format!("{place}/{} is bound to no set of its type", navigation.name));
        }
    }
    for (name, _) in bindings {
        if ty.find_navigation(name).is_none_or(|navigation| navigation.contained) {
            faults.push(format!("{place} binds {name}, which is no relationship to elsewhere"));
        }
    }
}

fn type_faults(model: &Model, place: &str, ty: Type, faults: &mut Vec<String>) {
    let declared = match ty {
        Type::Primitive(_) => true,
        Type::Enum(ty) => model.enums.iter().any(|declared| std::ptr::eq(*declared, ty)),
        Type::Struct(ty) => model.structs.iter().any(|declared| std::ptr::eq(*declared, ty)),
        Type::Definition(ty) => model.definitions.iter().any(|declared| std::ptr::eq(*declared, ty)),
    };
    if !declared {
        faults.push(format!("{place} is of type {}, which the model does not list", ty.name()));
    }
}

fn sentence(place: &str, description: &str, faults: &mut Vec<String>) {
    if description.len() < 2 || !description.ends_with('.') || description.starts_with(char::is_lowercase) {
        faults.push(format!("{place} is not described in a sentence"));
    }
}
