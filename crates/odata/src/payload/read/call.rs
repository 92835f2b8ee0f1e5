//! Bodies of action calls: the names in it choose the overload, then every argument is read (OData Protocol 4.01
//! section 11.5.5.1).

use edm::check::{brief, one_of};
use edm::json::Node;
use edm::{Fault, Operation, Parameter, Value};

use super::super::place::Place;
use super::super::value::{Reader, Slot};
use super::{Intent, Members, Reading, object, parse};
use crate::problem::{Kind, Problem};

/// A call that was read.
#[derive(Debug, Clone)]
pub struct Call {
    /// The overload that is meant.
    pub operation: &'static Operation,
    /// Its arguments without the one it is bound to, in the order of its parameters; null for one that was left out and
    /// may be.
    pub arguments: Vec<(&'static Parameter, Value)>,
}

impl Reading {
    /// Reads the body of a call of one of these overloads. Nothing at all is an object without members.
    pub fn call(self, overloads: &[&'static Operation], body: &[u8]) -> Result<Call, Problem> {
        let blank = body.iter().all(u8::is_ascii_whitespace);
        let node = parse(if blank { b"{}" } else { body })?;
        let members = object(&node, || "an object with the parameters".to_owned())?;
        let named: Vec<&str> =
            members.iter().map(|(name, _)| name.as_ref()).filter(|name| !name.contains('@')).collect();
        let operation = meant(overloads, &named)?;
        let mut reader = Reader::new(self, Intent::Create);
        let arguments = reader.arguments(operation, members);
        reader.finish(Call { operation, arguments })
    }
}

/// The parameters that a call names.
fn parameters(operation: &'static Operation) -> impl Iterator<Item = &'static Parameter> + Clone {
    operation.parameters.iter().skip(usize::from(operation.bound))
}

fn may_be_absent(parameter: &Parameter) -> bool {
    parameter.optional || parameter.nullable
}

/// The overload with just these parameters; the only one there is, whatever they are, so that each mistake is told.
fn meant(overloads: &[&'static Operation], named: &[&str]) -> Result<&'static Operation, Problem> {
    if let [only] = overloads {
        return Ok(only);
    }
    let has = |operation: &'static Operation, name: &str| {
        parameters(operation).any(|parameter| parameter.name.eq_ignore_ascii_case(name))
    };
    let given = |parameter: &Parameter| named.iter().any(|name| parameter.name.eq_ignore_ascii_case(name));
    let fits = |operation: &&&'static Operation| {
        named.iter().all(|name| has(operation, name))
            && parameters(operation).all(|parameter| given(parameter) || may_be_absent(parameter))
    };
    // Of several that fit, the one that leaves the fewest parameters out.
    let best = overloads.iter().filter(fits).min_by_key(|operation| parameters(operation).count());
    best.copied().ok_or_else(|| {
        let Some(Operation { name, .. }) = overloads.first() else {
            return Problem::new(Kind::UnknownSegment, "found a call of an operation that is not declared");
        };
        let list = |names: Vec<&str>| format!("({})", names.join(", "));
        let offered = overloads.iter().map(|one| list(parameters(one).map(|parameter| parameter.name).collect()));
        let offered = offered.collect::<Vec<_>>().join(" or ");
        let found = named.iter().take(MAX_NAMED).map(|name| brief(name)).collect::<Vec<_>>().join(", ");
        let found = if found.is_empty() { "no parameters".to_owned() } else { format!("the parameters {found}") };
        Problem::new(Kind::BadBody, format!("found {found}, `{name}` expects {offered}"))
    })
}

/// More names than this are not repeated.
const MAX_NAMED: usize = 10;

impl Reader {
    fn arguments(&mut self, operation: &'static Operation, members: &Members<'_>) -> Vec<(&'static Parameter, Value)> {
        let root = Place::Root;
        for (name, _) in members.iter().filter(|(name, _)| !name.contains('@')) {
            if self.is_full() {
                break;
            }
            let place = Place::Member(&root, name);
            let same = |(other, _): &&(std::borrow::Cow<'_, str>, Node<'_>)| other.eq_ignore_ascii_case(name);
            if !parameters(operation).any(|parameter| parameter.name.eq_ignore_ascii_case(name)) {
                let names = parameters(operation).map(|parameter| parameter.name);
                let hint = match names.clone().next() {
                    Some(_) => one_of(name, names),
                    None => "expected none".to_owned(),
                };
                let message = format!("`{}` has no parameter {}, {hint}", operation.name, brief(name));
                self.blame(Fault::UnknownProperty, &place, message);
            } else if members.iter().find(same).is_some_and(|(first, _)| first != name) {
                self.blame(Fault::Duplicate, &place, format!("found {} a second time", brief(name)));
            }
        }
        let mut arguments = Vec::new();
        for parameter in parameters(operation) {
            let given = members.iter().find(|(name, _)| parameter.name.eq_ignore_ascii_case(name));
            let place = Place::Member(&root, parameter.name);
            let value = match given {
                Some((_, node)) => self.value(Slot::from(parameter), node, &place),
                None if may_be_absent(parameter) => Some(Value::Null),
                None => {
                    self.blame(Fault::Missing, &place, format!("found no `{}`, expected one", parameter.name));
                    None
                }
            };
            arguments.extend(value.map(|value| (parameter, value)));
        }
        arguments
    }
}
