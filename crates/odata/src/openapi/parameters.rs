//! Query options and headers.

use std::borrow::Cow;

use edm::model::{Model, Primitive, StructType};

use super::values::component;
use crate::csdl::Capabilities;
use crate::csdl::tree::{Json, Object};

type Named = (Cow<'static, str>, Json);

/// Every parameter that paths refer to.
pub(super) fn all(model: &Model) -> Vec<Named> {
    let mut all = shared();
    for ty in model.structs.iter().copied() {
        let navigation: Vec<&'static str> = ty.all_navigation().map(|one| one.name).collect();
        let properties: Vec<&'static str> = ty.all_properties().map(|(_, one)| one.name).collect();
        let orders = ty.all_properties().filter(|(_, one)| !one.collection && one.ty.is_ordered());
        let orders = orders.flat_map(|(_, one)| [one.name.to_owned(), format!("{} desc", one.name)]);
        let mut choice = |kind: &str, option, description, values: Vec<Json>| {
            if !values.is_empty() {
                all.push((format!("{}-{kind}", ty.name).into(), choices(option, description, values).into()));
            }
        };
        let selectable = properties.iter().chain(&navigation).map(|name| (*name).into()).collect();
        choice("select", "$select", "The properties to answer, with commas between.", selectable);
        let expandable = navigation.iter().map(|name| (*name).into()).collect();
        choice("expand", "$expand", "The related entities to answer with it, with commas between.", expandable);
        let orders = orders.map(Json::from).collect();
        choice("orderby", "$orderby", "What to order by, with commas between; `desc` turns it round.", orders);
        all.push((format!("{}-filter", ty.name).into(), condition(ty).into()));
    }
    all
}

/// The options of a list.
pub(super) fn of_list(ty: &'static StructType, capabilities: &Capabilities) -> Vec<Object> {
    let mut options = Vec::new();
    options.extend(capabilities.top.then(|| component("parameters", "top")));
    options.extend(capabilities.skip.then(|| component("parameters", "skip")));
    options.extend(capabilities.search.then(|| component("parameters", "search")));
    options.extend(capabilities.filter.then(|| component("parameters", &format!("{}-filter", ty.name))));
    options.extend(capabilities.count.then(|| component("parameters", "count")));
    let ordered = ty.all_properties().any(|(_, one)| !one.collection && one.ty.is_ordered());
    options.extend(ordered.then(|| component("parameters", &format!("{}-orderby", ty.name))));
    options.extend(of_entity(ty, capabilities));
    options.push(named("prefer"));
    options
}

/// The options of one entity, or of each in a list.
pub(super) fn of_entity(ty: &'static StructType, capabilities: &Capabilities) -> Vec<Object> {
    let mut options = vec![];
    let related = ty.all_navigation().next().is_some();
    let anything = related || ty.all_properties().next().is_some();
    options.extend(anything.then(|| component("parameters", &format!("{}-select", ty.name))));
    options.extend(related.then(|| component("parameters", &format!("{}-expand", ty.name))));
    options.extend(capabilities.compute.then(|| component("parameters", "compute")));
    options.extend([named("format"), named("max-version")]);
    options
}

/// The options of `/$count`.
pub(super) fn of_count(ty: &StructType, capabilities: &Capabilities) -> Vec<Object> {
    let search = capabilities.search.then(|| component("parameters", "search"));
    let filter = capabilities.filter.then(|| component("parameters", &format!("{}-filter", ty.name)));
    search.into_iter().chain(filter).collect()
}

/// A header or option that all paths share.
pub(super) fn named(name: &str) -> Object {
    component("parameters", name)
}

fn shared() -> Vec<Named> {
    let text = || Object::new().with("type", "string");
    let whole = || Object::new().with("type", "integer").with("minimum", 0_i64);
    let query = |key: &'static str, name, description, schema| {
        (key.into(), parameter(name, "query", description, schema).into())
    };
    let header =
        |key: &'static str, name, description| (key.into(), parameter(name, "header", description, text()).into());
    vec![
        query("top", "$top", "How many to answer at most, or on each page.", whole()),
        query("skip", "$skip", "How many to pass over.", whole()),
        query("search", "$search", "Words to find; `AND`, `OR`, `NOT`, quotes and parentheses combine them.", text()),
        query("count", "$count", "Whether to say how many there are in all.", Object::new().with("type", "boolean")),
        query("compute", "$compute", "Values to compute, such as `length(title) as size`.", text()),
        query(
            "format",
            "$format",
            "The form of the answer; goes before `Accept`.",
            text().with("examples", vec!["json"]),
        ),
        query("id", "$id", "Address of the entity whose reference goes.", text()),
        header(
            "idempotency-key",
            "Idempotency-Key",
            "One for each thing to make: sent again with it, nothing more is made.",
        ),
        header("if-match", "If-Match", "The ETag that the entity must have."),
        header("if-none-match", "If-None-Match", "The ETag of what the client has; it is not sent again."),
        header("max-version", "OData-MaxVersion", "The latest version of OData that the client understands."),
        header("prefer", "Prefer", "Wishes, such as `return=minimal` or `maxpagesize=50`."),
    ]
}

/// A parameter object.
pub(super) fn parameter(name: &'static str, place: &'static str, description: &'static str, schema: Object) -> Object {
    Object::new().with("name", name).with("in", place).with("description", description).with("schema", schema)
}

/// `$filter`, with an example that the type admits.
fn condition(ty: &'static StructType) -> Object {
    let single = || ty.all_properties().map(|(_, one)| one).filter(|one| !one.collection);
    let text = single().find(|one| one.ty.primitive() == Some(Primitive::String) && one.name != "id");
    let example = match (text, single().find(|one| one.ty.is_ordered())) {
        (Some(property), _) => Some(format!("startswith({},'A')", property.name)),
        (None, property) => property.map(|property| format!("{} ne null", property.name)),
    };
    let schema = Object::new().with("type", "string");
    parameter("$filter", "query", "A condition: what is answered meets it.", schema).maybe("example", example)
}

/// An option that lists names. The names are offered, not required: paths and expressions may stand there, too.
fn choices(name: &'static str, description: &'static str, values: Vec<Json>) -> Object {
    let offered = Object::new().with("type", "string").with("enum", values);
    let items = Object::new().with("anyOf", vec![offered, Object::new().with("type", "string")]);
    let schema = Object::new().with("type", "array").with("uniqueItems", true).with("items", items);
    parameter(name, "query", description, schema).with("explode", false)
}
