//! Which method does what at which kind of address (OData Protocol 4.01, section 11).

use http::Method;
use odata::options::Applies;
use odata::{Address, Dialect, Kind, Place, Problem, Step, Tail};

use crate::resources::Action;

/// What the method means at the address; what it does not offer is a problem that says what it does.
pub(crate) fn action(address: &Address, method: &Method, dialect: &Dialect) -> Result<Action, Problem> {
    let meant = match *method {
        Method::GET | Method::HEAD => match (address.place, address.tail) {
            (Place::Entity(_), Tail::Resource) => Some(Action::Read),
            (Place::Collection(_), Tail::Resource) => Some(Action::List),
            _ => None,
        },
        _ => None,
    };
    // Reading what is there is always offered; the table decides about everything else.
    meant.map_or_else(|| tabled(address, method, dialect), Ok)
}

fn tabled(address: &Address, method: &Method, dialect: &Dialect) -> Result<Action, Problem> {
    let offered = offered(address, dialect)?;
    let wanted = if method == Method::HEAD { &Method::GET } else { method };
    match offered.iter().find(|(method, _)| method == wanted) {
        Some((_, action)) => Ok(*action),
        None => {
            let mut problem =
                Problem::new(Kind::MethodNotAllowed, "Specified HTTP method is not allowed for the request target.");
            problem.allow = Some(allow(&offered));
            Err(problem)
        }
    }
}

fn allow(offered: &[(Method, Action)]) -> String {
    let names: Vec<&str> = offered.iter().map(|(method, _)| method.as_str()).collect();
    names.join(", ").replace("GET", "GET, HEAD")
}

fn offered(address: &Address, dialect: &Dialect) -> Result<Vec<(Method, Action)>, Problem> {
    let later = |what: &str| Err(Problem::new(Kind::NotSupported, format!("{what} is not supported yet")));
    let mut offered = match (address.place, address.tail) {
        (Place::Root, _) => return later("the service document"),
        (Place::Property(_), _) | (_, Tail::Value) => return later("access to single properties"),
        (Place::Collection(_), Tail::Resource) => vec![(Method::GET, Action::List), (Method::POST, Action::Create)],
        (Place::Collection(_), Tail::Count) => vec![(Method::GET, Action::Count)],
        (Place::Collection(_), Tail::Ref) if is_contained(address) => vec![(Method::POST, Action::Create)],
        (Place::Entity(_), Tail::Resource) => {
            let mut offered = vec![(Method::GET, Action::Read), (Method::PATCH, Action::Update)];
            if !matches!(address.steps.last(), Some(Step::Singleton(_))) {
                offered.push((Method::DELETE, Action::Delete));
            }
            if dialect.put {
                offered.push((Method::PUT, Action::Update));
            }
            offered
        }
        (_, Tail::Ref | Tail::Count) => return later("`$ref` at this address"),
    };
    if let [Step::Set(set)] | [Step::Set(set), Step::Key(_)] = address.steps.as_slice() {
        offered.retain(|(_, action)| match action {
            Action::Read | Action::List | Action::Count => true,
            Action::Create => set.capabilities.insertable,
            Action::Update => set.capabilities.updatable,
            Action::Delete => set.capabilities.deletable,
        });
    }
    Ok(offered)
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
        Action::Delete => Applies::Nothing,
    }
}
