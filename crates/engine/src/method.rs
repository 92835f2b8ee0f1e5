//! Which method does what at which kind of address (OData Protocol 4.01, section 11).

use http::Method;
use odata::options::Applies;
use odata::{Address, Dialect, Kind, Place, Problem, Step, Tail};

use crate::resources::Action;

static COLLECTION: [(Method, Action); 2] = [(Method::GET, Action::List), (Method::POST, Action::Create)];
static COUNT: [(Method, Action); 1] = [(Method::GET, Action::Count)];
static REFERENCES: [(Method, Action); 1] = [(Method::POST, Action::Create)];
static ENTITY: [(Method, Action); 4] = [
    (Method::GET, Action::Read),
    (Method::PATCH, Action::Update),
    (Method::DELETE, Action::Delete),
    (Method::PUT, Action::Update),
];

/// What the method means at the address; what it does not offer is a problem that says what it does.
pub(crate) fn action(address: &Address, method: &Method, dialect: &Dialect) -> Result<Action, Problem> {
    let mut offered = table(address)?.iter().filter(|(method, action)| offers(address, dialect, method, *action));
    let wanted = if method == Method::HEAD { &Method::GET } else { method };
    match offered.clone().find(|(method, _)| method == wanted) {
        Some((_, action)) => Ok(*action),
        None => {
            let mut problem =
                Problem::new(Kind::MethodNotAllowed, "Specified HTTP method is not allowed for the request target.");
            problem.allow = Some(allow(&mut offered));
            Err(problem)
        }
    }
}

fn allow<'a>(offered: &mut impl Iterator<Item = &'a (Method, Action)>) -> String {
    let names: Vec<&str> = offered.map(|(method, _)| method.as_str()).collect();
    names.join(", ").replace("GET", "GET, HEAD")
}

/// What can be offered at that kind of address.
fn table(address: &Address) -> Result<&'static [(Method, Action)], Problem> {
    let later = |what: &str| Err(Problem::new(Kind::NotSupported, format!("{what} is not supported yet")));
    let within = |step: &Step| matches!(step, Step::Cast(_) | Step::Filter(_) | Step::Call(_));
    if let Some(Step::Call(call)) = address.steps.last() {
        return later(&format!("the operation `{}`", call.candidates.first().map_or("", |operation| operation.name)));
    }
    if address.steps.iter().any(within) || matches!(address.tail, Tail::Each | Tail::Query) {
        return later("a cast, filter or call in the path");
    }
    match (address.place, address.tail) {
        (Place::Root, _) => later("the service document"),
        (Place::Metadata, _) => later("`$metadata`"),
        (Place::Batch, _) => later("`$batch`"),
        (Place::EntityById(_), _) => later("`$entity`"),
        (Place::All(_), _) => later("`$all`"),
        (Place::Value(..) | Place::Nothing | Place::Operation, _) => later("what an operation returns"),
        (Place::Property(_), _) | (_, Tail::Value) => later("access to single properties"),
        (Place::Collection(_), Tail::Resource) => Ok(&COLLECTION),
        (Place::Collection(_), Tail::Count) => Ok(&COUNT),
        (Place::Collection(_), Tail::Ref) if is_contained(address) => Ok(&REFERENCES),
        (Place::Entity(_), Tail::Resource) => Ok(&ENTITY),
        (_, Tail::Ref | Tail::Count | Tail::Each | Tail::Query) => later("`$ref` at this address"),
    }
}

/// Is it offered at this very address?
fn offers(address: &Address, dialect: &Dialect, method: &Method, action: Action) -> bool {
    let in_set = match address.steps.as_slice() {
        [Step::Set(set)] | [Step::Set(set), Step::Key(_)] => match action {
            Action::Read | Action::List | Action::Count | Action::Call(_) => true,
            Action::Create => set.capabilities.insertable,
            Action::Update => set.capabilities.updatable,
            Action::Delete => set.capabilities.deletable,
        },
        [.., Step::Singleton(_)] => action != Action::Delete,
        _ => true,
    };
    in_set && (method != Method::PUT || dialect.put)
}

fn is_contained(address: &Address) -> bool {
    matches!(address.steps.last(), Some(Step::Navigation(navigation)) if navigation.contained)
}

/// Which query options an action takes.
pub(crate) fn applies(action: Action) -> Applies {
    match action {
        Action::List => Applies::Collection,
        Action::Read | Action::Create | Action::Update => Applies::Entity,
        Action::Count => Applies::Count,
        Action::Delete | Action::Call(_) => Applies::Nothing,
    }
}
