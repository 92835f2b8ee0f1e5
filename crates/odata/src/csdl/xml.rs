//! CSDL XML: the model as elements.

use edm::model::{
    EntitySet, EnumType, Model, Navigation, Operation, OperationImport, OperationKind, Property, Singleton, StructKind,
    StructType, Type, TypeDefinition,
};

use super::annotate;
use super::binding::{bindings, is_contained};
use super::capabilities::Capabilities;
use super::element::{Element, element};
use super::facets::{default_text, is_entity, precision, qualified, temporal_precision, variable_scale};
use super::term::{Annotation, Expression, VOCABULARIES, Vocabulary};
use super::{Version, import_kind, shows_abstract};

pub(super) fn document(model: &Model, capabilities: &Capabilities, version: Version) -> String {
    let targets = annotate::targets(model, capabilities);
    let used = |vocabulary: &&Vocabulary| {
        targets.iter().any(|(_, annotations)| annotations.iter().any(|one| vocabulary.defines(one.term)))
    };
    let references = VOCABULARIES.iter().filter(used).map(reference);
    let schema = schema(model, capabilities, version).children(targets.iter().map(|(target, annotations)| {
        element("Annotations").with("Target", target.clone()).children(annotations.iter().map(annotation))
    }));
    element("edmx:Edmx")
        .with("xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx")
        .with("Version", version.text())
        .children(references.collect::<Vec<_>>())
        .child(element("edmx:DataServices").child(schema))
        .document()
}

fn reference(vocabulary: &Vocabulary) -> Element {
    // Readers that search the text rather than parse it take the first `Namespace="` for that of the schema.
    let include = element("edmx:Include")
        .with("Namespace", vocabulary.namespace)
        .maybe("Alias", vocabulary.alias)
        .single_quoted();
    element("edmx:Reference").with("Uri", format!("{}.xml", vocabulary.address)).child(include)
}

fn schema(model: &Model, capabilities: &Capabilities, version: Version) -> Element {
    let of_kind = |kind| model.structs.iter().copied().filter(move |ty| ty.kind == kind);
    element("Schema")
        .with("xmlns", "http://docs.oasis-open.org/odata/ns/edm")
        .with("Namespace", model.namespace)
        .maybe("Alias", model.alias)
        .children(annotate::schema(model, capabilities).iter().map(annotation))
        .children(model.enums.iter().map(|ty| enumeration(ty)))
        .children(model.definitions.iter().map(|ty| definition(ty)))
        .children(of_kind(StructKind::Complex).map(|ty| structure(model, ty, version)))
        .children(of_kind(StructKind::Entity).map(|ty| structure(model, ty, version)))
        .children(model.operations.iter().map(|one| operation(model, one)))
        .child(container(model))
}

fn enumeration(ty: &EnumType) -> Element {
    let members = ty.members.iter();
    element("EnumType")
        .with("Name", ty.name)
        .with("UnderlyingType", ty.underlying.name())
        .flag("IsFlags", ty.is_flags)
        .children(members.map(|one| element("Member").with("Name", one.name).with("Value", one.value.to_string())))
}

fn definition(ty: &TypeDefinition) -> Element {
    element("TypeDefinition")
        .with("Name", ty.name)
        .with("UnderlyingType", ty.underlying.name())
        .maybe("Precision", temporal_precision(ty.underlying).map(|digits| digits.to_string()))
        .maybe("Scale", variable_scale(&Type::Primitive(ty.underlying), None).then_some("variable"))
}

fn structure(model: &Model, ty: &'static StructType, version: Version) -> Element {
    let name = match ty.kind {
        StructKind::Entity => "EntityType",
        StructKind::Complex => "ComplexType",
    };
    let keys = ty.key.iter().map(|name| element("PropertyRef").with("Name", *name));
    element(name)
        .with("Name", ty.name)
        .maybe("BaseType", ty.base.map(|base| format!("{}.{}", model.namespace, base.name)))
        .flag("Abstract", shows_abstract(version, ty))
        .flag("OpenType", ty.is_open)
        .flag("HasStream", ty.has_stream)
        .children((!ty.key.is_empty()).then(|| element("Key").children(keys)))
        .children(ty.properties.iter().map(|one| property(model, one)))
        .children(ty.navigation.iter().map(|one| navigation(model, one)))
}

fn property(model: &Model, property: &Property) -> Element {
    let scale = match variable_scale(&property.ty, property.scale) {
        true => Some("variable".to_owned()),
        false => property.scale.map(|digits| digits.to_string()),
    };
    element("Property")
        .with("Name", property.name)
        .with("Type", type_name(model, &property.ty, property.collection))
        .maybe("Nullable", nullable(&property.ty, property.collection, property.nullable))
        .maybe("MaxLength", property.max_length.map(|length| length.to_string()))
        .maybe("Precision", precision(&property.ty, property.precision).map(|digits| digits.to_string()))
        .maybe("Scale", scale)
        .maybe("DefaultValue", default_text(property))
}

fn type_name(model: &Model, ty: &Type, collection: bool) -> String {
    let name = qualified(model, ty);
    if collection { format!("Collection({name})") } else { name }
}

/// Whether values can be null, where not saying so would mean something else or nothing.
fn nullable(ty: &Type, collection: bool, nullable: bool) -> Option<&'static str> {
    match (collection, nullable) {
        (true, _) if is_entity(ty) => None,
        (true, true) => Some("true"),
        (false, true) => None,
        (_, false) => Some("false"),
    }
}

fn navigation(model: &Model, navigation: &Navigation) -> Element {
    let constraints = navigation.constraint.iter().map(|(dependent, principal)| {
        element("ReferentialConstraint").with("Property", *dependent).with("ReferencedProperty", *principal)
    });
    element("NavigationProperty")
        .with("Name", navigation.name)
        .with("Type", type_name(model, &Type::Struct(navigation.target), navigation.collection))
        .maybe("Nullable", (!navigation.collection && !navigation.nullable).then_some("false"))
        .maybe("Partner", navigation.partner)
        .flag("ContainsTarget", is_contained(navigation))
        .children(constraints)
        .children(navigation.cascades.then(|| element("OnDelete").with("Action", "Cascade")))
}

fn operation(model: &Model, operation: &Operation) -> Element {
    let name = match operation.kind {
        OperationKind::Function => "Function",
        OperationKind::Action => "Action",
    };
    let parameters = operation.parameters.iter().map(|one| {
        value("Parameter", Some(one.name), model, &one.ty, one.collection, one.nullable)
            .children(annotate::parameter(one).iter().map(annotation))
    });
    let result = operation.returns.as_ref();
    element(name)
        .with("Name", operation.name)
        .flag("IsBound", operation.bound)
        .flag("IsComposable", operation.composable)
        .children(annotate::operation(operation).iter().map(annotation))
        .children(parameters)
        .children(result.map(|one| value("ReturnType", None, model, &one.ty, one.collection, one.nullable)))
}

/// A parameter or result.
fn value(
    kind: &'static str,
    name: Option<&'static str>,
    model: &Model,
    ty: &Type,
    collection: bool,
    can_be_null: bool,
) -> Element {
    element(kind)
        .maybe("Name", name)
        .with("Type", type_name(model, ty, collection))
        .maybe("Nullable", nullable(ty, collection, can_be_null))
        .maybe("Precision", precision(ty, None).map(|digits| digits.to_string()))
        .maybe("Scale", variable_scale(ty, None).then_some("variable"))
}

fn container(model: &Model) -> Element {
    element("EntityContainer")
        .with("Name", model.container)
        .children(model.sets.iter().map(|one| set(model, one)))
        .children(model.singletons.iter().map(|one| singleton(model, one)))
        .children(model.imports.iter().filter_map(|one| import(model, one)))
}

fn set(model: &Model, set: &EntitySet) -> Element {
    element("EntitySet")
        .with("Name", set.name)
        .with("EntityType", format!("{}.{}", model.namespace, set.ty.name))
        .children(bindings(model, set.ty, set.bindings).into_iter().map(binding))
}

fn singleton(model: &Model, singleton: &Singleton) -> Element {
    element("Singleton")
        .with("Name", singleton.name)
        .with("Type", format!("{}.{}", model.namespace, singleton.ty.name))
        .children(bindings(model, singleton.ty, singleton.bindings).into_iter().map(binding))
}

fn binding((path, set): (String, &'static str)) -> Element {
    element("NavigationPropertyBinding").with("Path", path).with("Target", set)
}

fn import(model: &Model, import: &OperationImport) -> Option<Element> {
    let kind = import_kind(model, import)?;
    let (name, attribute) = match kind {
        OperationKind::Function => ("FunctionImport", "Function"),
        OperationKind::Action => ("ActionImport", "Action"),
    };
    let element = element(name)
        .with("Name", import.name)
        .with(attribute, format!("{}.{}", model.namespace, import.operation))
        .maybe("EntitySet", import.set);
    Some(element)
}

fn annotation(annotation: &Annotation) -> Element {
    valued(element("Annotation").with("Term", annotation.term), &annotation.value)
}

/// The element with a value in it: plain ones as an attribute, others as content.
fn valued(element: Element, value: &Expression) -> Element {
    match value {
        Expression::Bool(value) => element.with("Bool", if *value { "true" } else { "false" }),
        Expression::Text(text) => element.with("String", text.clone()),
        Expression::Member(ty, name) => element.with("EnumMember", format!("{ty}/{name}")),
        Expression::Property(path) => element.with("PropertyPath", *path),
        Expression::List(_) | Expression::Record(_) => element.child(expression(value)),
    }
}

fn expression(value: &Expression) -> Element {
    match value {
        Expression::Bool(value) => element("Bool").text(value.to_string()),
        Expression::Text(text) => element("String").text(text.clone()),
        Expression::Member(ty, name) => element("EnumMember").text(format!("{ty}/{name}")),
        Expression::Property(path) => element("PropertyPath").text(*path),
        Expression::List(items) => element("Collection").children(items.iter().map(expression)),
        Expression::Record(members) => element("Record").children(
            members.iter().map(|(name, value)| valued(element("PropertyValue").with("Property", *name), value)),
        ),
    }
}
