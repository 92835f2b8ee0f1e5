//! Calls of functions and actions (OData URL Conventions 4.01, sections 4.5 and 4.6; Protocol 4.01, section 11.5).
//!
//! Names are qualified or not: the model's namespace is the default one. The overload of a function is found by the
//! names of its arguments, which stand in parentheses, behind aliases, or as query options of their own names. An
//! action has its arguments in the body, so that all its overloads are kept.

use edm::check::brief;
use edm::model::OperationImport;
use edm::{Operation, OperationKind, Parameter, Primitive, StructKind, Type, Value};

use super::bind::Binder;
use super::{Call, Place, Step, Tail};
use crate::problem::{Kind, Problem};
use crate::url::path::{Argument, Segment};

/// The kind of thing that an operation returns.
pub fn place_of(operation: &Operation) -> Place {
    let Some(result) = &operation.returns else { return Place::Nothing };
    match (result.ty, result.collection) {
        (Type::Struct(ty), true) if ty.kind == StructKind::Entity => Place::Collection(ty),
        (Type::Struct(ty), false) if ty.kind == StructKind::Entity => Place::Entity(ty),
        (ty, collection) => Place::Value(ty, collection),
    }
}

/// Where an argument comes from.
enum Source<'a> {
    Argument(&'a Argument),
    /// A query option called like the parameter, without `@`.
    Plain(String),
    /// The same with `@`.
    Alias(String),
}

type Sources<'a> = Vec<(&'static Parameter, Source<'a>)>;

impl Binder<'_> {
    /// Nothing follows an operation that is not composable.
    pub(super) fn may_go_on(&self) -> Result<(), Problem> {
        let Some(Step::Call(call)) = self.address.steps.last() else { return Ok(()) };
        match call.operation() {
            Some(operation) if operation.composable && operation.kind == OperationKind::Function => Ok(()),
            _ => {
                let name = call.candidates.first().map_or("", |operation| operation.name);
                let message = format!("found a segment after `{name}`, expected the end: it is not composable");
                Err(Problem::new(Kind::UnknownSegment, message))
            }
        }
    }

    /// The operations that can be called on what is there.
    pub(super) fn bound_operations(&self) -> impl Iterator<Item = &'static Operation> {
        let binding = self.binding();
        self.model.operations.iter().copied().filter(move |operation| depth(operation, binding).is_some())
    }

    /// Calls the operation of that name on what is there, if there is one.
    pub(super) fn call_bound(&mut self, name: &str, segment: &Segment<'_>) -> Result<bool, Problem> {
        let called = |operation: &&Operation| operation.name.eq_ignore_ascii_case(name);
        let mut candidates: Vec<_> = self.bound_operations().filter(called).collect();
        if candidates.iter().any(|operation| operation.name == name) {
            candidates.retain(|operation| operation.name == name);
        }
        if candidates.is_empty() {
            return Ok(false);
        }
        let binding = self.binding();
        candidates.sort_by_key(|operation| std::cmp::Reverse(depth(operation, binding)));
        self.call(None, candidates, segment)?;
        Ok(true)
    }

    /// Calls an unbound operation by the name of its import.
    pub(super) fn call_import(
        &mut self,
        import: &'static OperationImport,
        segment: &Segment<'_>,
    ) -> Result<(), Problem> {
        let named = |operation: &&Operation| !operation.bound && operation.name == import.operation;
        let candidates = self.model.operations.iter().copied().filter(named).collect();
        self.call(Some(import), candidates, segment)
    }

    /// `$each/Retire`: an action on every item.
    pub(super) fn on_each(&mut self, segment: &Segment<'_>) -> Result<(), Problem> {
        let is_call = |step: &Step| matches!(step, Step::Call(_));
        let Place::Collection(ty) = self.address.place else { return Err(self.unexpected(segment)) };
        self.address.place = Place::Entity(ty);
        let called = self.call_bound(self.model.unqualified(segment.name()), segment)?;
        match called && self.address.steps.last().is_some_and(is_call) {
            true => {
                (self.address.place, self.address.tail) = (Place::Operation, Tail::Each);
                Ok(())
            }
            false => Err(self.unexpected(segment)),
        }
    }

    fn call(
        &mut self,
        import: Option<&'static OperationImport>,
        candidates: Vec<&'static Operation>,
        segment: &Segment<'_>,
    ) -> Result<(), Problem> {
        match candidates.iter().any(|operation| operation.kind == OperationKind::Function) {
            true => self.call_function(import, &candidates, segment),
            false => self.call_action(import, candidates, segment),
        }
    }

    fn call_action(
        &mut self,
        import: Option<&'static OperationImport>,
        candidates: Vec<&'static Operation>,
        segment: &Segment<'_>,
    ) -> Result<(), Problem> {
        if segment.arguments.as_ref().is_some_and(|arguments| !arguments.is_empty()) || !segment.further.is_empty() {
            let message =
                format!("found arguments in the path, expected the parameters of `{}` in the body", segment.name());
            return Err(Problem::new(Kind::UnknownSegment, message));
        }
        self.address.place = match candidates.as_slice() {
            [operation] => place_of(operation),
            _ => Place::Operation,
        };
        self.address.steps.push(Step::Call(Call { import, candidates, arguments: Vec::new(), implicit: Vec::new() }));
        Ok(())
    }

    fn call_function(
        &mut self,
        import: Option<&'static OperationImport>,
        candidates: &[&'static Operation],
        segment: &Segment<'_>,
    ) -> Result<(), Problem> {
        let first = segment.arguments.as_deref();
        // One value without a name is no argument but the key of an item of what the function returns.
        let nameless = matches!(first, Some([Argument { name: None, .. }]));
        let (given, key) = match (first, segment.further.as_slice()) {
            (Some(_), []) if nameless => (&[][..], first),
            (given, []) => (given.unwrap_or_default(), None),
            (given, [key]) => (given.unwrap_or_default(), Some(key.as_slice())),
            _ => return Err(self.unexpected(segment)),
        };
        let functions = candidates.iter().filter(|operation| operation.kind == OperationKind::Function);
        let fitting = functions.filter_map(|function| Some((*function, self.fit(function, given)?)));
        // Of equals the first is for the most derived type.
        let best = fitting.reduce(|best, next| if next.1.len() > best.1.len() { next } else { best });
        let (function, sources) = best.ok_or_else(|| no_overload(candidates, first))?;
        let implicit = sources.iter().filter(|(_, source)| matches!(source, Source::Plain(_)));
        let implicit = implicit.map(|(parameter, _)| parameter.name).collect();
        let arguments = sources.into_iter().map(|(parameter, source)| self.supplied(function, parameter, &source));
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        self.address.steps.push(Step::Call(Call { import, candidates: vec![function], arguments, implicit }));
        self.address.place = place_of(function);
        if key.is_none() {
            return Ok(());
        }
        let keyed = self.may_go_on().and_then(|()| self.key_in_parentheses(segment, key));
        keyed.map_err(|problem| if nameless { no_overload(candidates, first) } else { problem })
    }

    /// Where the arguments of a function come from, if all that it needs and nothing else is given.
    fn fit<'g>(&self, function: &'static Operation, given: &'g [Argument]) -> Option<Sources<'g>> {
        let mut sources = Vec::new();
        let mut named = 0;
        for parameter in own(function) {
            let is_meant = |argument: &&Argument| {
                argument.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(parameter.name))
            };
            let source = match given.iter().find(is_meant) {
                Some(argument) => {
                    named += 1;
                    Source::Argument(argument)
                }
                None => match self.implicit(parameter) {
                    Some(source) => source,
                    None if parameter.optional => continue,
                    None => return None,
                },
            };
            sources.push((parameter, source));
        }
        (named == given.len()).then_some(sources)
    }

    /// The query option that is an argument because it is called like a parameter, with or without an `@`. One that
    /// is called like a system option is that option unless its value fits the parameter.
    fn implicit<'g>(&self, parameter: &Parameter) -> Option<Source<'g>> {
        let name = parameter.name;
        let is_system = crate::syntax::options::known(name).is_some();
        let plain = (self.options)(name).filter(|text| !is_system || self.text(parameter, text).is_some());
        plain.map(Source::Plain).or_else(|| (self.options)(&format!("@{name}")).map(Source::Alias))
    }

    fn supplied(
        &self,
        function: &Operation,
        parameter: &'static Parameter,
        source: &Source<'_>,
    ) -> Result<(&'static Parameter, Value), Problem> {
        let value = match source {
            Source::Argument(argument) => self.argument(parameter, argument),
            Source::Plain(text) => self.text(parameter, text).or_else(|| self.bare_string(parameter, text)),
            Source::Alias(text) => self.text(parameter, text),
        };
        match value {
            Some(value) => Ok((parameter, value)),
            None => Err(self.misfit(function, parameter, source)),
        }
    }

    /// Text without quotes, where the service takes that for a string.
    fn bare_string(&self, parameter: &Parameter, text: &str) -> Option<Value> {
        let is_string = parameter.ty.primitive() == Some(Primitive::String) && !parameter.collection;
        (self.dialect.bare_strings && is_string && !text.contains('\'')).then(|| Value::text(text))
    }

    /// What is wrong with the value of a parameter.
    fn misfit(&self, function: &Operation, parameter: &Parameter, source: &Source<'_>) -> Problem {
        let found = match source {
            Source::Plain(text) | Source::Alias(text) => brief(text),
            Source::Argument(argument) => match argument.alias().map(|alias| (alias, (self.options)(alias))) {
                Some((alias, None)) => format!("no value for `{alias}`"),
                Some((alias, Some(text))) => format!("{} as `{alias}`", brief(&text)),
                None => brief(&argument.text),
            },
        };
        let ty = parameter.ty.name();
        let form = match parameter.ty {
            _ if parameter.collection => " as a JSON array behind an alias",
            Type::Struct(_) => " as a JSON object behind an alias",
            Type::Primitive(Primitive::String) => " in single quotes",
            _ => "",
        };
        let ty = if parameter.collection { format!("Collection({ty})") } else { ty.to_owned() };
        let null = if parameter.nullable { "" } else { ", not null" };
        let message = format!(
            "found {found} for the parameter `{}` of `{}`, expected a value of type `{ty}`{form}{null}",
            parameter.name, function.name
        );
        Problem::new(Kind::BadQuery, message).at(parameter.name)
    }

    /// What an operation called here would be bound to.
    fn binding(&self) -> Option<(Type, bool)> {
        match self.address.place {
            Place::Collection(ty) => Some((Type::Struct(ty), true)),
            Place::Entity(ty) => Some((Type::Struct(ty), false)),
            Place::Property(property) => Some((self.cast().map_or(property.ty, Type::Struct), property.collection)),
            Place::Item(property) => Some((self.cast().map_or(property.ty, Type::Struct), false)),
            Place::Value(ty, collection) => Some((ty, collection)),
            _ => None,
        }
    }
}

/// The parameters without the binding one.
fn own(operation: &'static Operation) -> impl Iterator<Item = &'static Parameter> {
    operation.parameters.iter().skip(usize::from(operation.bound))
}

/// How derived the type is that an operation is bound to, if it can be called on that.
fn depth(operation: &Operation, binding: Option<(Type, bool)>) -> Option<usize> {
    let (ty, collection) = binding?;
    let parameter =
        operation.parameters.first().filter(|parameter| operation.bound && parameter.collection == collection)?;
    match (ty, parameter.ty) {
        (Type::Struct(ty), Type::Struct(to)) => ty.is_a(to).then(|| to.lineage().count()),
        (Type::Enum(ty), Type::Enum(to)) => std::ptr::eq(ty, to).then_some(0),
        (Type::Struct(_) | Type::Enum(_), _) | (_, Type::Struct(_) | Type::Enum(_)) => None,
        (ty, to) => (ty.primitive() == to.primitive()).then_some(0),
    }
}

/// No overload has those parameters: which ones there are.
fn no_overload(candidates: &[&'static Operation], given: Option<&[Argument]>) -> Problem {
    let name = candidates.first().map_or("", |operation| operation.name);
    let form = |operation: &&'static Operation| {
        let names = own(operation).map(|parameter| match parameter.optional {
            true => format!("[{}]", parameter.name),
            false => parameter.name.to_owned(),
        });
        let names = names.collect::<Vec<_>>();
        format!("`{name}({})`", names.join(","))
    };
    let expected = candidates.iter().map(form).collect::<Vec<_>>().join(" or ");
    let given = given.unwrap_or_default().iter().map(|argument| argument.name.as_deref());
    let found = match given.collect::<Option<Vec<_>>>() {
        None => "a value without a name".to_owned(),
        Some(names) if names.is_empty() => "no arguments".to_owned(),
        Some(names) => format!("the arguments {}", brief(&names.join(","))),
    };
    Problem::new(Kind::BadQuery, format!("found {found} for `{name}`, expected {expected}"))
}
