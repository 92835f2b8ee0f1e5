//! The types of the model as schemas.

use std::borrow::Cow;

use edm::model::{Mode, Model, Primitive, Property, StructKind, StructType, Type};

use super::values::{self, component};
use crate::csdl::tree::{Json, Object};

/// What a schema of an entity is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// Answers.
    Read,
    /// Bodies of POST.
    Create,
    /// Bodies of PATCH.
    Update,
}

impl Variant {
    const ALL: [Variant; 3] = [Variant::Read, Variant::Create, Variant::Update];

    fn suffix(self) -> &'static str {
        match self {
            Variant::Read => "",
            Variant::Create => "-create",
            Variant::Update => "-update",
        }
    }

    fn shows(self, property: &Property) -> bool {
        match self {
            Variant::Read => true,
            Variant::Create => property.mode != Mode::Computed,
            Variant::Update => property.mode == Mode::Settable,
        }
    }
}

type Named = (Cow<'static, str>, Json);

/// Every type of the model, entity types three times and as lists.
pub(super) fn all(model: &Model) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    for ty in model.enums {
        let schema = values::enumeration(ty).with("description", ty.description);
        all.push((name(model, ty.name, Variant::Read).into(), schema.into()));
    }
    for ty in model.definitions {
        let schema = values::primitive(ty.underlying).with("description", ty.description);
        all.push((name(model, ty.name, Variant::Read).into(), schema.into()));
    }
    for ty in model.structs.iter().copied() {
        let variants = if ty.kind == StructKind::Entity { Variant::ALL.as_slice() } else { &[Variant::Read] };
        for variant in variants {
            all.push((name(model, ty.name, *variant).into(), structure(model, ty, *variant).into()));
        }
        if ty.kind == StructKind::Entity {
            let items = structure_reference(model, ty, Variant::Read);
            all.push((format!("{}-collection", name(model, ty.name, Variant::Read)).into(), list(items).into()));
        }
    }
    all
}

fn name(model: &Model, ty: &str, variant: Variant) -> String {
    format!("{}.{ty}{}", model.namespace, variant.suffix())
}

/// A reference to the schema of a type.
pub(super) fn reference(model: &Model, ty: &str, variant: Variant) -> Object {
    component("schemas", &name(model, ty, variant))
}

/// A reference to the list of an entity type.
pub(super) fn collection_reference(model: &Model, ty: &str) -> Object {
    component("schemas", &format!("{}-collection", name(model, ty, Variant::Read)))
}

/// A reference to the schema of a structured type, or to those of the types derived from it, too.
pub(super) fn structure_reference(model: &Model, ty: &'static StructType, variant: Variant) -> Object {
    let variant = if ty.kind == StructKind::Entity { variant } else { Variant::Read };
    let derived = model.structs.iter().filter(|other| other.is_a(ty) && !other.is_abstract);
    let mut choices: Vec<Object> = derived.map(|other| reference(model, other.name, variant)).collect();
    match choices.len() {
        0 => reference(model, ty.name, variant),
        1 => choices.remove(0),
        _ => Object::new().with("anyOf", choices),
    }
}

fn structure(model: &Model, ty: &'static StructType, variant: Variant) -> Object {
    let shown: Vec<&Property> = ty.properties.iter().filter(|property| variant.shows(property)).collect();
    let navigation = ty.navigation.iter().filter(|_| variant == Variant::Read);
    let tag = variant == Variant::Read && ty.kind == StructKind::Entity && ty.base.is_none();
    let properties = Object::new()
        .and(tag.then(|| ("@odata.etag".into(), etag().into())))
        .and(
            shown
                .iter()
                .filter(|one| !is_stream(one))
                .map(|one| (one.name.into(), property(model, one, variant).into())),
        )
        .and(navigation.map(|one| {
            let target = structure_reference(model, one.target, Variant::Read);
            let target = values::or_null(values::many(target, one.collection), one.nullable && !one.collection);
            (one.name.into(), target.with("description", one.description).into())
        }));
    let required: Vec<&'static str> = shown.iter().filter(|one| one.required).map(|one| one.name).collect();
    let required = (variant == Variant::Create && !required.is_empty()).then_some(required);
    let base = ty.base.map(|base| vec![reference(model, base.name, base_variant(ty, variant))]);
    Object::new()
        .with("description", ty.description)
        .maybe("allOf", base)
        .with("type", "object")
        .maybe("required", required)
        .filled("properties", properties)
}

fn base_variant(ty: &StructType, variant: Variant) -> Variant {
    if ty.kind == StructKind::Entity { variant } else { Variant::Read }
}

fn is_stream(property: &Property) -> bool {
    matches!(property.ty, Type::Primitive(Primitive::Stream))
}

fn property(model: &Model, property: &Property, variant: Variant) -> Object {
    let description: Cow<'static, str> = match property.on_request && variant == Variant::Read {
        true => format!("{} Answered only when `$select` names it.", property.description).into(),
        false => property.description.into(),
    };
    values::property(model, property, variant)
        .with("description", Json::Text(description))
        .flag("readOnly", variant == Variant::Read && property.mode == Mode::Computed)
}

fn etag() -> Object {
    Object::new()
        .with("type", "string")
        .flag("readOnly", true)
        .with("description", "Version of the entity, for `If-Match`.")
}

fn list(items: Object) -> Object {
    let text = |description: &'static str| Object::new().with("type", "string").with("description", description);
    let count = Object::new().with("type", "integer").with("minimum", 0_i64);
    let properties = Object::new()
        .with("@odata.context", text("What the list holds."))
        .with("@odata.count", count.with("description", "How many there are in all, if `$count` asked."))
        .with("@odata.nextLink", text("Address of the next page, if there is one."))
        .with("value", values::many(items, true));
    Object::new().with("type", "object").with("required", vec!["value"]).with("properties", properties)
}
