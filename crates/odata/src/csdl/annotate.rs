//! What is annotated with what: one function per kind of model element.

use edm::model::{
    EntitySet, EnumMember, EnumType, Format, Mode, Model, Navigation, Operation, Parameter, Property, Singleton,
    StructType, TypeDefinition,
};

use super::capabilities::{Batch, Capabilities};
use super::term::{
    ACCEPTABLE_ENCODINGS, ALLOWED_VALUES, ALTERNATE_KEYS, ANNOTATION_VALUES, ASYNCHRONOUS, AUTO_EXPAND, Annotation,
    BATCH_SUPPORT, BATCH_SUPPORTED, CHANGE_TRACKING, COMPUTE_SUPPORTED, COMPUTED, CONFORMANCE_LEVEL,
    CONFORMANCE_LEVEL_TYPE, COUNT_RESTRICTIONS, CROSS_JOIN, DEEP_INSERT, DEEP_UPDATE, DEFAULT_NAMESPACE,
    DELETE_RESTRICTIONS, DESCRIPTION, Expression, FILTER_FUNCTIONS, FILTER_RESTRICTIONS, IMMUTABLE,
    INSERT_RESTRICTIONS, IS_URL, KEY_AS_SEGMENT, LONG_DESCRIPTION, MEDIA_TYPE, MODIFICATION_OPTIONS, ODATA_VERSIONS,
    OPTIMISTIC_CONCURRENCY, OPTIONAL_PARAMETER, ORDERED, PATTERN, QUERY_SEGMENT, SCHEMA_VERSION, SEARCH_RESTRICTIONS,
    SELECT_SUPPORT, SKIP_SUPPORTED, SUPPORTED_FORMATS, SUPPORTED_METADATA_FORMATS, TOP_SUPPORTED, UPDATE_RESTRICTIONS,
    flag, path_list, record, tag, text, text_list, texts,
};

/// What every well-formed language tag (BCP 47) matches; not everything that matches is one.
pub(crate) const LANGUAGE_TAG: &str = "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$";

/// Everything that is annotated from outside, as path and annotations. Operations and the schema carry theirs inside.
pub(super) fn targets(model: &Model, capabilities: &Capabilities) -> Vec<(String, Vec<Annotation>)> {
    let mut targets = Vec::new();
    let namespace = model.namespace;
    for ty in model.enums {
        targets.push((format!("{namespace}.{}", ty.name), enumeration(ty)));
        let members = ty.members.iter();
        targets.extend(members.map(|one| (format!("{namespace}.{}/{}", ty.name, one.name), member(ty, one))));
    }
    for ty in model.definitions {
        targets.push((format!("{namespace}.{}", ty.name), definition(ty)));
    }
    for ty in model.structs {
        let path = format!("{namespace}.{}", ty.name);
        let properties = ty.properties.iter().map(|one| (format!("{path}/{}", one.name), property(one, capabilities)));
        let navigation = ty.navigation.iter().map(|one| (format!("{path}/{}", one.name), navigation(one)));
        let inside: Vec<_> = properties.chain(navigation).collect();
        targets.push((path, structure(ty)));
        targets.extend(inside);
    }
    let path = format!("{namespace}.{}", model.container);
    targets.push((path.clone(), container(capabilities)));
    targets.extend(model.sets.iter().map(|one| (format!("{path}/{}", one.name), set(one, capabilities))));
    targets.extend(model.singletons.iter().map(|one| (format!("{path}/{}", one.name), singleton(one))));
    targets.retain(|(_, annotations)| !annotations.is_empty());
    targets
}

pub(super) fn schema(model: &Model, capabilities: &Capabilities) -> Vec<Annotation> {
    let version = model.version.map(|version| text(SCHEMA_VERSION, version));
    let default = capabilities.default_namespace.then(|| tag(DEFAULT_NAMESPACE));
    version.into_iter().chain(default).collect()
}

pub(super) fn structure(ty: &StructType) -> Vec<Annotation> {
    let mut annotations = vec![text(DESCRIPTION, ty.description)];
    if !ty.alternate_keys.is_empty() {
        let keys = ty.alternate_keys.iter().map(|key| alternate_key(key)).collect();
        annotations.push(Annotation { term: ALTERNATE_KEYS, value: Expression::List(keys) });
    }
    annotations
}

fn alternate_key(properties: &[&'static str]) -> Expression {
    let references = properties.iter().map(|name| {
        Expression::Record(vec![("Name", Expression::Property(name)), ("Alias", Expression::Text((*name).into()))])
    });
    Expression::Record(vec![("Key", Expression::List(references.collect()))])
}

pub(super) fn property(property: &Property, capabilities: &Capabilities) -> Vec<Annotation> {
    let mut annotations = vec![text(DESCRIPTION, property.description)];
    if property.on_request {
        annotations.push(text(LONG_DESCRIPTION, "Left out of an answer unless `$select` names it."));
    }
    match property.mode {
        Mode::Settable => {}
        Mode::Immutable => annotations.push(tag(IMMUTABLE)),
        Mode::Computed => annotations.push(tag(COMPUTED)),
    }
    if property.collection && capabilities.ordered {
        annotations.push(tag(ORDERED));
    }
    annotations.extend(property.media_type.map(|media_type| text(MEDIA_TYPE, media_type)));
    match property.format {
        Format::Any => {}
        Format::HttpUrl => annotations.push(tag(IS_URL)),
        Format::LanguageTag => annotations.push(text(PATTERN, LANGUAGE_TAG)),
        Format::OneOf(values) => {
            let values =
                values.iter().map(|value| Expression::Record(vec![("Value", Expression::Text((*value).into()))]));
            annotations.push(Annotation { term: ALLOWED_VALUES, value: Expression::List(values.collect()) });
        }
    }
    annotations
}

pub(super) fn navigation(navigation: &Navigation) -> Vec<Annotation> {
    let mut annotations = vec![text(DESCRIPTION, navigation.description)];
    if let Some(path) = navigation.shortcut {
        annotations.push(text(LONG_DESCRIPTION, format!("Short for `{}`.", path.join("/"))));
    }
    if navigation.inline {
        annotations.push(tag(AUTO_EXPAND));
    }
    annotations
}

pub(super) fn enumeration(ty: &EnumType) -> Vec<Annotation> {
    vec![text(DESCRIPTION, ty.description)]
}

pub(super) fn member(ty: &EnumType, member: &EnumMember) -> Vec<Annotation> {
    let sentinel = ty.sentinel == Some(member.name);
    let annotation = sentinel.then(|| text(DESCRIPTION, "Stands for members that the client may not know."));
    annotation.into_iter().collect()
}

pub(super) fn definition(ty: &TypeDefinition) -> Vec<Annotation> {
    vec![text(DESCRIPTION, ty.description)]
}

pub(super) fn operation(operation: &Operation) -> Vec<Annotation> {
    vec![text(DESCRIPTION, operation.description)]
}

pub(super) fn parameter(parameter: &Parameter) -> Vec<Annotation> {
    let annotation = parameter.optional.then(|| record(OPTIONAL_PARAMETER, Vec::new()));
    annotation.into_iter().collect()
}

pub(super) fn singleton(singleton: &Singleton) -> Vec<Annotation> {
    vec![text(DESCRIPTION, singleton.description)]
}

pub(super) fn container(capabilities: &Capabilities) -> Vec<Annotation> {
    // 4.0 goes without saying.
    let mut annotations = vec![text(ODATA_VERSIONS, "4.01")];
    annotations.extend(capabilities.conformance.map(|level| Annotation {
        term: CONFORMANCE_LEVEL,
        value: Expression::Member(CONFORMANCE_LEVEL_TYPE, level.name()),
    }));
    annotations.push(texts(SUPPORTED_FORMATS, capabilities.formats));
    annotations.push(texts(SUPPORTED_METADATA_FORMATS, &["application/xml", "application/json"]));
    if !capabilities.encodings.is_empty() {
        annotations.push(texts(ACCEPTABLE_ENCODINGS, capabilities.encodings));
    }
    annotations.push(flag(TOP_SUPPORTED, capabilities.top));
    annotations.push(flag(SKIP_SUPPORTED, capabilities.skip));
    annotations.push(flag(COMPUTE_SUPPORTED, capabilities.compute));
    if !capabilities.filter_functions.is_empty() {
        annotations.push(texts(FILTER_FUNCTIONS, capabilities.filter_functions));
    }
    annotations.push(flag(ANNOTATION_VALUES, capabilities.annotation_values));
    annotations.push(select(capabilities));
    annotations.push(modification(capabilities));
    annotations.push(flag(KEY_AS_SEGMENT, capabilities.key_as_segment));
    annotations.push(flag(QUERY_SEGMENT, capabilities.query_segment));
    annotations.push(flag(CROSS_JOIN, capabilities.cross_join));
    annotations.push(flag(ASYNCHRONOUS, capabilities.asynchronous));
    annotations.push(flag(BATCH_SUPPORTED, capabilities.batch.is_some()));
    annotations.extend(capabilities.batch.as_ref().map(batch));
    annotations.push(record(DEEP_INSERT, vec![("Supported", Expression::Bool(capabilities.deep_insert))]));
    annotations.push(record(DEEP_UPDATE, vec![("Supported", Expression::Bool(capabilities.deep_update))]));
    annotations
}

/// What may stand within `$select`.
fn select(capabilities: &Capabilities) -> Annotation {
    let nested = capabilities.select_options;
    record(
        SELECT_SUPPORT,
        vec![
            ("Supported", Expression::Bool(true)),
            ("Filterable", Expression::Bool(nested && capabilities.filter)),
            ("Sortable", Expression::Bool(nested)),
            ("TopSupported", Expression::Bool(nested && capabilities.top)),
            ("SkipSupported", Expression::Bool(nested && capabilities.skip)),
            ("Countable", Expression::Bool(nested && capabilities.count)),
        ],
    )
}

/// What may be asked of the answer to a change.
fn modification(capabilities: &Capabilities) -> Annotation {
    let offered = Expression::Bool(capabilities.modification_options);
    record(MODIFICATION_OPTIONS, vec![("ExpandSupported", offered.clone()), ("SelectSupported", offered)])
}

fn batch(batch: &Batch) -> Annotation {
    record(
        BATCH_SUPPORT,
        vec![
            ("Supported", Expression::Bool(true)),
            ("ContinueOnErrorSupported", Expression::Bool(batch.continue_on_error)),
            ("ReferencesInRequestBodiesSupported", Expression::Bool(batch.references_in_bodies)),
            ("ReferencesAcrossChangeSetsSupported", Expression::Bool(batch.references_across_change_sets)),
            ("EtagReferencesSupported", Expression::Bool(batch.etag_references)),
            ("RequestDependencyConditionsSupported", Expression::Bool(batch.dependency_conditions)),
            ("SupportedFormats", text_list(batch.formats)),
        ],
    )
}

/// Can clients choose where an entity is made, and is it not its stream first of all?
fn is_upsertable(set: &'static EntitySet) -> bool {
    let made_here = |name: &&str| set.ty.find(name).is_some_and(|(_, key)| key.mode == Mode::Computed);
    set.capabilities.insertable && !set.ty.has_stream && !set.ty.key_properties().iter().any(made_here)
}

pub(super) fn set(set: &'static EntitySet, capabilities: &Capabilities) -> Vec<Annotation> {
    let permitted = set.capabilities;
    let mut insert = vec![("Insertable", Expression::Bool(permitted.insertable))];
    let mut update = vec![("Updatable", Expression::Bool(permitted.updatable))];
    if permitted.insertable && set.ty.all_properties().any(|(_, property)| property.required) {
        let required = set.ty.all_properties().filter(|(_, property)| property.required);
        insert.push(("RequiredProperties", path_list(required.map(|(_, property)| property.name))));
    }
    if permitted.updatable {
        update.push(("Upsertable", Expression::Bool(capabilities.upsert && is_upsertable(set))));
        update.push(("DeltaUpdateSupported", Expression::Bool(capabilities.delta_update)));
        update.extend(members_at_once(capabilities));
    }
    let mut delete = vec![("Deletable", Expression::Bool(permitted.deletable))];
    if permitted.deletable {
        delete.extend(members_at_once(capabilities));
    }
    let mut annotations = vec![
        text(DESCRIPTION, set.description),
        record(INSERT_RESTRICTIONS, insert),
        record(UPDATE_RESTRICTIONS, update),
        record(DELETE_RESTRICTIONS, delete),
        record(COUNT_RESTRICTIONS, vec![("Countable", Expression::Bool(capabilities.count))]),
        record(SEARCH_RESTRICTIONS, vec![("Searchable", Expression::Bool(capabilities.search))]),
        record(
            CHANGE_TRACKING,
            vec![("Supported", Expression::Bool(permitted.change_tracked && capabilities.track_changes))],
        ),
    ];
    // That it can be filtered goes without saying.
    if !capabilities.filter {
        annotations.push(record(FILTER_RESTRICTIONS, vec![("Filterable", Expression::Bool(false))]));
    }
    if set.ty.all_properties().any(|(_, property)| property.concurrency) {
        let sources = set.ty.all_properties().filter(|(_, property)| property.concurrency);
        let sources = path_list(sources.map(|(_, property)| property.name));
        annotations.push(Annotation { term: OPTIMISTIC_CONCURRENCY, value: sources });
    }
    annotations
}

/// Without being told, clients assume that all members of a collection can be changed with one request.
fn members_at_once(capabilities: &Capabilities) -> [(&'static str, Expression); 2] {
    ["FilterSegmentSupported", "TypecastSegmentSupported"].map(|name| (name, Expression::Bool(capabilities.each)))
}
