//! Functions and actions, bound and imported.

use std::borrow::Cow;

use edm::model::{Model, Operation, OperationKind, Parameter, ReturnType, StructKind, Type};

use super::answers::{Asks, answer, empty, responses};
use super::paths::{body, operation, path_item};
use super::place::{Place, Shape};
use super::schemas::{Variant, collection_reference};
use super::values;
use crate::csdl::tree::{Json, Object};
use crate::csdl::{Capabilities, imported};

/// The tag of operations that are bound to nothing.
pub(super) const TAG: &str = "operations";

type Named = (Cow<'static, str>, Json);

/// Where operations are called from.
struct Origin<'a> {
    model: &'a Model,
    tag: &'static str,
    path: &'a str,
    name: &'a str,
    variables: &'a [(String, Object)],
}

/// The operations called on what is at the place.
pub(super) fn bound(model: &Model, capabilities: &Capabilities, place: &Place) -> Vec<Named> {
    let fits = |operation: &&'static Operation| {
        operation.bound
            && operation.parameters.first().is_some_and(|first| {
                let ty = first.ty.structure();
                first.collection == (place.shape == Shape::Collection) && ty.is_some_and(|ty| place.ty.is_a(ty))
            })
    };
    let path = match capabilities.default_namespace {
        true => format!("{}/", place.path),
        false => format!("{}/{}.", place.path, model.namespace),
    };
    let name = format!("{}.", place.name);
    let origin = Origin { model, tag: place.tag, path: &path, name: &name, variables: &place.variables };
    let fitting: Vec<&Operation> = model.operations.iter().copied().filter(fits).collect();
    let mut names: Vec<&'static str> = Vec::new();
    for operation in &fitting {
        if !names.contains(&operation.name) {
            names.push(operation.name);
        }
    }
    names
        .into_iter()
        .flat_map(|name| origin.overloads(name, fitting.iter().copied().filter(|one| one.name == name).collect()))
        .collect()
}

/// The operations that the container imports.
pub(super) fn imports(model: &Model) -> Vec<Named> {
    let origin = Origin { model, tag: TAG, path: "/", name: "", variables: &[] };
    let imports = model.imports.iter();
    imports.flat_map(|import| origin.overloads(import.name, imported(model, import).collect())).collect()
}

impl Origin<'_> {
    /// Each overload of a function has a path of its own; those of an action share one and differ in the body.
    fn overloads(&self, name: &'static str, overloads: Vec<&Operation>) -> Vec<Named> {
        let (functions, actions): (Vec<_>, Vec<_>) =
            overloads.into_iter().partition(|one| one.kind == OperationKind::Function);
        let mut paths: Vec<Named> = functions.into_iter().map(|one| self.function(name, one)).collect();
        paths.extend(self.action(name, &actions));
        paths
    }

    fn function(&self, name: &str, function: &Operation) -> Named {
        let mut variables = self.variables.to_vec();
        let mut aliases = Vec::new();
        let mut parts = Vec::new();
        let mut id = format!("{}{name}", self.name);
        for one in own_parameters(function) {
            id = format!("{id}.{}", one.name);
            if one.collection || one.ty.structure().is_some() {
                parts.push(format!("{0}=@{0}", one.name));
                aliases.push(self.alias(one));
            } else {
                parts.push(format!("{}={}", one.name, values::variable(one.name, values::is_quoted(&one.ty))));
                variables.push((one.name.to_owned(), values::value(self.model, &one.ty, Variant::Read)));
            }
        }
        let get = operation(self.tag, id, format!("Call {name}"))
            .with("description", function.description)
            .maybe("parameters", (!aliases.is_empty()).then_some(aliases))
            .with("responses", responses(Asks::Read, self.results(function.returns.as_ref())));
        path_item(&format!("{}{name}({})", self.path, parts.join(",")), &variables, Object::new().with("get", get))
    }

    fn action(&self, name: &str, overloads: &[&Operation]) -> Option<Named> {
        let first = overloads.first()?;
        let bodies: Vec<Object> = overloads.iter().filter_map(|one| self.arguments(one)).collect();
        let returns = overloads.iter().find_map(|one| one.returns.as_ref());
        let silent = overloads.iter().any(|one| one.returns.is_none());
        let asks = if bodies.is_empty() { Asks::Change } else { Asks::Send };
        let content = match bodies.len() {
            0 => None,
            1 => bodies.into_iter().next().map(body),
            _ => Some(body(Object::new().with("anyOf", bodies))),
        };
        // An overload without arguments is called without a body.
        let content = content.map(|body| match overloads.iter().any(|one| own_parameters(one).next().is_none()) {
            true => Object::new().and(body.members().filter(|(name, _)| name != "required")),
            false => body,
        });
        let results = self.results(returns);
        let none = (silent && returns.is_some() && results.len() < 2).then(|| ("204", empty("Done.", &[])));
        let post = operation(self.tag, format!("{}{name}", self.name), format!("Call {name}"))
            .with("description", first.description)
            .maybe("requestBody", content)
            .with("responses", responses(asks, results.into_iter().chain(none)));
        Some(path_item(&format!("{}{name}", self.path), self.variables, Object::new().with("post", post)))
    }

    /// The body of an action.
    fn arguments(&self, action: &Operation) -> Option<Object> {
        let parameters: Vec<&Parameter> = own_parameters(action).collect();
        let required: Vec<&'static str> =
            parameters.iter().filter(|one| !one.optional && !one.nullable).map(|one| one.name).collect();
        let properties = parameters.iter().map(|one| (one.name.into(), self.argument(one).into()));
        (!parameters.is_empty()).then(|| {
            Object::new()
                .with("type", "object")
                .maybe("required", (!required.is_empty()).then_some(required))
                .with("properties", Object::new().and(properties))
        })
    }

    fn argument(&self, parameter: &Parameter) -> Object {
        let one = values::value(self.model, &parameter.ty, Variant::Read);
        values::many(values::or_null(one, parameter.nullable), parameter.collection)
    }

    /// A value that does not fit in the path is given in the query.
    fn alias(&self, parameter: &Parameter) -> Object {
        let content = Object::new().with("application/json", Object::new().with("schema", self.argument(parameter)));
        Object::new()
            .with("name", format!("@{}", parameter.name))
            .with("in", "query")
            .with("required", !parameter.optional)
            .with("content", content)
    }

    fn results(&self, returns: Option<&ReturnType>) -> Vec<(&'static str, Object)> {
        let Some(returns) = returns else { return vec![("204", empty("Done.", &[]))] };
        let entity = matches!(returns.ty, Type::Struct(ty) if ty.kind == StructKind::Entity);
        let schema = match returns.collection {
            true if entity => collection_reference(self.model, returns.ty.name()),
            false if returns.ty.structure().is_some() => values::value(self.model, &returns.ty, Variant::Read),
            collection => {
                let one = values::value(self.model, &returns.ty, Variant::Read);
                let value = values::many(values::or_null(one, returns.nullable), collection);
                let properties = Object::new().with("value", value);
                Object::new().with("type", "object").with("required", vec!["value"]).with("properties", properties)
            }
        };
        let mut results = vec![("200", answer("The result.", schema, &[]))];
        results.extend((returns.nullable && !returns.collection).then(|| ("204", empty("There is none.", &[]))));
        results
    }
}

/// The parameters but for what the operation is called on.
fn own_parameters(operation: &Operation) -> impl Iterator<Item = &'static Parameter> {
    operation.parameters.iter().skip(usize::from(operation.bound))
}
