//! CSDL JSON: the model as objects.

use std::borrow::Cow;

use edm::model::{
    Default, EntitySet, EnumType, Model, Navigation, Operation, OperationImport, OperationKind, Property, Singleton,
    StructKind, StructType, Type, TypeDefinition,
};

use super::annotate;
use super::binding::{bindings, is_contained};
use super::capabilities::Capabilities;
use super::facets::{double_text, is_entity, precision, qualified, temporal_precision};
use super::term::{Annotation, Expression, VOCABULARIES, Vocabulary, whole};
use super::tree::{Json, Object};
use super::{Version, import_kind, shows_abstract};

type Member = (Cow<'static, str>, Json);

pub(super) fn document(model: &Model, capabilities: &Capabilities, version: Version) -> String {
    let targets = annotate::targets(model, capabilities);
    let used = |vocabulary: &&Vocabulary| {
        targets.iter().any(|(_, annotations)| annotations.iter().any(|one| vocabulary.defines(one.term)))
    };
    let references = VOCABULARIES.iter().filter(used).map(|vocabulary| {
        let include = Object::new().with("$Namespace", vocabulary.namespace);
        let reference = Object::new().with("$Include", vec![include]);
        (Cow::Owned(format!("{}.json", vocabulary.address)), Json::from(reference))
    });
    Object::new()
        .with("$Version", version.text())
        .with("$EntityContainer", format!("{}.{}", model.namespace, model.container))
        .with("$Reference", Object::new().and(references))
        .with(model.namespace, schema(model, capabilities, version))
        .document()
}

fn schema(model: &Model, capabilities: &Capabilities, version: Version) -> Object {
    let of_kind = |kind| model.structs.iter().copied().filter(move |ty| ty.kind == kind);
    let structs = of_kind(StructKind::Complex).chain(of_kind(StructKind::Entity));
    Object::new()
        .maybe("$Alias", model.alias)
        .and(annotations(annotate::schema(model, capabilities)))
        .and(model.enums.iter().map(|ty| (ty.name.into(), enumeration(ty).into())))
        .and(model.definitions.iter().map(|ty| (ty.name.into(), definition(ty).into())))
        .and(structs.map(|ty| (ty.name.into(), structure(model, ty, version, capabilities).into())))
        .and(operations(model))
        .with(model.container, container(model, capabilities))
}

fn enumeration(ty: &EnumType) -> Object {
    let members = ty.members.iter().flat_map(|one| {
        let about =
            annotations(annotate::member(ty, one)).map(|(term, value)| (format!("{}{term}", one.name).into(), value));
        std::iter::once((one.name.into(), one.value.into())).chain(about.collect::<Vec<Member>>())
    });
    Object::new()
        .with("$Kind", "EnumType")
        .with("$UnderlyingType", ty.underlying.name())
        .flag("$IsFlags", ty.is_flags)
        .and(annotations(annotate::enumeration(ty)))
        .and(members)
}

fn definition(ty: &TypeDefinition) -> Object {
    Object::new()
        .with("$Kind", "TypeDefinition")
        .with("$UnderlyingType", ty.underlying.name())
        .maybe("$Precision", temporal_precision(ty.underlying))
        .and(annotations(annotate::definition(ty)))
}

fn structure(model: &Model, ty: &'static StructType, version: Version, capabilities: &Capabilities) -> Object {
    let kind = match ty.kind {
        StructKind::Entity => "EntityType",
        StructKind::Complex => "ComplexType",
    };
    Object::new()
        .with("$Kind", kind)
        .maybe("$BaseType", ty.base.map(|base| format!("{}.{}", model.namespace, base.name)))
        .flag("$Abstract", shows_abstract(version, ty))
        .flag("$OpenType", ty.is_open)
        .flag("$HasStream", ty.has_stream)
        .maybe("$Key", (!ty.key.is_empty()).then(|| ty.key.to_vec()))
        .and(annotations(annotate::structure(ty)))
        .and(ty.properties.iter().map(|one| (one.name.into(), property(model, one, capabilities).into())))
        .and(ty.navigation.iter().map(|one| (one.name.into(), navigation(model, one).into())))
}

/// The members that say what kind of value it is. Strings go without saying.
fn typed(model: &Model, ty: &Type, collection: bool, nullable: bool) -> Object {
    let name = qualified(model, ty);
    Object::new()
        .maybe("$Type", (name != "Edm.String").then_some(name))
        .flag("$Collection", collection)
        .flag("$Nullable", nullable && !(collection && is_entity(ty)))
}

fn property(model: &Model, property: &Property, capabilities: &Capabilities) -> Object {
    typed(model, &property.ty, property.collection, property.nullable)
        .maybe("$MaxLength", property.max_length)
        .maybe("$Precision", precision(&property.ty, property.precision))
        .maybe("$Scale", property.scale)
        .maybe("$DefaultValue", property.default.map(default))
        .and(annotations(annotate::property(property, capabilities)))
}

pub(crate) fn default(default: Default) -> Json {
    match default {
        Default::Boolean(value) => value.into(),
        Default::Integer(value) => value.into(),
        Default::Double(value) if value.is_finite() => Json::Number(value),
        Default::Double(value) => double_text(value).into(),
        Default::Text(value) | Default::Member(value) => value.into(),
    }
}

fn navigation(model: &Model, navigation: &Navigation) -> Object {
    let constraint = navigation.constraint.iter();
    let constraint = constraint.map(|(dependent, principal)| ((*dependent).into(), (*principal).into()));
    Object::new()
        .with("$Kind", "NavigationProperty")
        .with("$Type", format!("{}.{}", model.namespace, navigation.target.name))
        .flag("$Collection", navigation.collection)
        .flag("$Nullable", !navigation.collection && navigation.nullable)
        .maybe("$Partner", navigation.partner)
        .flag("$ContainsTarget", is_contained(navigation))
        .filled("$ReferentialConstraint", Object::new().and(constraint))
        .maybe("$OnDelete", navigation.cascades.then_some("Cascade"))
        .and(annotations(annotate::navigation(navigation)))
}

/// Operations by name, each with its overloads.
fn operations(model: &Model) -> Vec<Member> {
    let mut named: Vec<(&'static str, Vec<Object>)> = Vec::new();
    for one in model.operations {
        let overload = operation(model, one);
        match named.iter_mut().find(|(name, _)| *name == one.name) {
            Some((_, overloads)) => overloads.push(overload),
            None => named.push((one.name, vec![overload])),
        }
    }
    named.into_iter().map(|(name, overloads)| (name.into(), overloads.into())).collect()
}

fn operation(model: &Model, operation: &Operation) -> Object {
    let kind = match operation.kind {
        OperationKind::Function => "Function",
        OperationKind::Action => "Action",
    };
    let parameters: Vec<Object> = operation
        .parameters
        .iter()
        .map(|one| {
            let ty = typed(model, &one.ty, one.collection, one.nullable).maybe("$Precision", precision(&one.ty, None));
            Object::new().with("$Name", one.name).and(ty.members()).and(annotations(annotate::parameter(one)))
        })
        .collect();
    let result = operation
        .returns
        .as_ref()
        .map(|one| typed(model, &one.ty, one.collection, one.nullable).maybe("$Precision", precision(&one.ty, None)));
    Object::new()
        .with("$Kind", kind)
        .flag("$IsBound", operation.bound)
        .flag("$IsComposable", operation.composable)
        .and(annotations(annotate::operation(operation)))
        .maybe("$Parameter", (!parameters.is_empty()).then_some(parameters))
        .maybe("$ReturnType", result)
}

fn container(model: &Model, capabilities: &Capabilities) -> Object {
    Object::new()
        .with("$Kind", "EntityContainer")
        .and(annotations(annotate::container(capabilities)))
        .and(model.sets.iter().map(|one| (one.name.into(), set(model, one, capabilities).into())))
        .and(model.singletons.iter().map(|one| (one.name.into(), singleton(model, one).into())))
        .and(model.imports.iter().filter_map(|one| Some((one.name.into(), import(model, one)?.into()))))
}

fn set(model: &Model, set: &'static EntitySet, capabilities: &Capabilities) -> Object {
    Object::new()
        .with("$Collection", true)
        .with("$Type", format!("{}.{}", model.namespace, set.ty.name))
        .filled("$NavigationPropertyBinding", bound(bindings(model, set.ty, set.bindings)))
        .and(annotations(annotate::set(set, capabilities)))
}

fn singleton(model: &Model, singleton: &Singleton) -> Object {
    Object::new()
        .with("$Type", format!("{}.{}", model.namespace, singleton.ty.name))
        .filled("$NavigationPropertyBinding", bound(bindings(model, singleton.ty, singleton.bindings)))
        .and(annotations(annotate::singleton(singleton)))
}

fn bound(bindings: Vec<(String, &'static str)>) -> Object {
    Object::new().and(bindings.into_iter().map(|(path, set)| (path.into(), set.into())))
}

fn import(model: &Model, import: &OperationImport) -> Option<Object> {
    let member = match import_kind(model, import)? {
        OperationKind::Function => "$Function",
        OperationKind::Action => "$Action",
    };
    let operation = format!("{}.{}", model.namespace, import.operation);
    Some(Object::new().with(member, operation).maybe("$EntitySet", import.set))
}

fn annotations(annotations: Vec<Annotation>) -> impl Iterator<Item = Member> {
    annotations.into_iter().map(|one| (format!("@{}", whole(one.term)).into(), expression(one.value)))
}

fn expression(value: Expression) -> Json {
    match value {
        Expression::Bool(value) => value.into(),
        Expression::Text(text) => Json::Text(text),
        Expression::Member(_, name) => name.into(),
        Expression::Property(path) => path.into(),
        Expression::List(items) => Json::List(items.into_iter().map(expression).collect()),
        Expression::Record(members) => {
            let members = members.into_iter().map(|(name, value)| (name.into(), expression(value)));
            Object::new().and(members).into()
        }
    }
}
