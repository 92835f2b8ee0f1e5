//! Which method does what at which kind of address (OData Protocol 4.01, section 11).

use edm::{OperationKind, Primitive, Property};
use http::Method;
use odata::headers::Media;
use odata::query::Applies;
use odata::{Address, Dialect, Kind, Place, Problem, Step, Tail};

use crate::exchange::Response;
use crate::method;
use crate::resources::Action;

/// What a request is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Read,
    List,
    Count,
    Create,
    Update,
    Delete,
    /// `/$each`: every entity of a collection is changed.
    UpdateEach,
    /// The same, removed.
    DeleteEach,
    /// `/$ref` of an entity or a collection.
    References,
    /// A relationship gets an end.
    Link,
    /// A relationship loses one.
    Unlink,
    ReadProperty,
    CountProperty,
    /// `/$value`
    ReadRaw,
    SetProperty,
    /// A value is added to a list.
    Append,
    /// One is taken off a list.
    Remove,
    ClearProperty,
    ReadMedia,
    SetMedia,
    ClearMedia,
    Call(OperationKind),
}

use Task::{
    Append, ClearMedia, ClearProperty, Count, CountProperty, Create, Delete, DeleteEach, Link, List, Read, ReadMedia,
    ReadProperty, ReadRaw, References, Remove, SetMedia, SetProperty, Unlink, Update, UpdateEach,
};

type Table = &'static [(Method, Task)];

static COLLECTION: [(Method, Task); 2] = [(Method::GET, List), (Method::POST, Create)];
static ALL: [(Method, Task); 1] = [(Method::GET, List)];
static EACH: [(Method, Task); 2] = [(Method::PATCH, UpdateEach), (Method::DELETE, DeleteEach)];
static COUNT: [(Method, Task); 1] = [(Method::GET, Count)];
static OWN_REFERENCES: [(Method, Task); 2] = [(Method::GET, References), (Method::POST, Create)];
static REFERENCES: [(Method, Task); 3] = [(Method::GET, References), (Method::POST, Link), (Method::DELETE, Unlink)];
static REFERENCE: [(Method, Task); 1] = [(Method::GET, References)];
static LINKED: [(Method, Task); 2] = [(Method::GET, References), (Method::DELETE, Unlink)];
static LINK: [(Method, Task); 3] = [(Method::GET, References), (Method::PUT, Link), (Method::DELETE, Unlink)];
static ENTITY: [(Method, Task); 4] =
    [(Method::GET, Read), (Method::PATCH, Update), (Method::DELETE, Delete), (Method::PUT, Update)];
static PROPERTY: [(Method, Task); 4] = [
    (Method::GET, ReadProperty),
    (Method::PUT, SetProperty),
    (Method::PATCH, SetProperty),
    (Method::DELETE, ClearProperty),
];
static LIST: [(Method, Task); 4] =
    [(Method::GET, ReadProperty), (Method::PUT, SetProperty), (Method::POST, Append), (Method::DELETE, ClearProperty)];
static RAW: [(Method, Task); 3] = [(Method::GET, ReadRaw), (Method::PUT, SetProperty), (Method::DELETE, ClearProperty)];
static ITEM: [(Method, Task); 4] =
    [(Method::GET, ReadProperty), (Method::PUT, SetProperty), (Method::PATCH, SetProperty), (Method::DELETE, Remove)];
/// The bare value of an item is no item, so that it cannot go alone.
static RAW_ITEM: [(Method, Task); 2] = [(Method::GET, ReadRaw), (Method::PUT, SetProperty)];
static ITEMS: [(Method, Task); 1] = [(Method::GET, CountProperty)];
static MEDIA: [(Method, Task); 4] =
    [(Method::GET, ReadMedia), (Method::PUT, SetMedia), (Method::PATCH, SetMedia), (Method::DELETE, ClearMedia)];
/// Which method asks; `posted` has made a GET of it before what it asks for is looked at.
static QUERY: [(Method, Task); 1] = [(Method::POST, List)];
static FUNCTION: [(Method, Task); 1] = [(Method::GET, Task::Call(OperationKind::Function))];
static ACTION: [(Method, Task); 1] = [(Method::POST, Task::Call(OperationKind::Action))];

/// What the method means at the address; what it does not offer is a problem that says what it does.
pub(crate) fn task(address: &Address, method: &Method, dialect: &Dialect) -> Result<Task, Problem> {
    method::recognized(method)?;
    let mut offered = offered(address, dialect)?;
    let wanted = if method == Method::HEAD { &Method::GET } else { method };
    match offered.clone().find(|(method, _)| method == wanted) {
        Some((_, task)) => Ok(*task),
        None => {
            let meant = table(address)?.iter().find(|(method, _)| method == wanted);
            let at_home = meant.is_none_or(|(_, task)| is_at_home(address, dialect, *task));
            Err(refused(at_home, &allow(&mut offered)))
        }
    }
}

/// What is offered instead is among `allow`.
fn refused(at_home: bool, allow: &str) -> Problem {
    if at_home {
        return method::not_allowed(allow);
    }
    let message =
        "this is the end of a relationship, expected a request to where its entities are at home, or to `$ref` here";
    Problem::new(Kind::MethodNotAllowed, message).allowing(allow)
}

/// The answer to OPTIONS: which methods the address offers. Whether the caller may use them, or whether anything is
/// there, it does not say.
pub(crate) fn offered_by(address: &Address, dialect: &Dialect) -> Result<Response, Problem> {
    Ok(method::options(&allow(&mut offered(address, dialect)?)))
}

fn offered<'a>(
    address: &'a Address,
    dialect: &'a Dialect,
) -> Result<impl Iterator<Item = &'static (Method, Task)> + Clone + 'a, Problem> {
    Ok(table(address)?.iter().filter(|(method, task)| offers(address, dialect, method, *task)))
}

fn allow<'a>(offered: &mut impl Iterator<Item = &'a (Method, Task)>) -> String {
    let names: Vec<&str> = offered.map(|(method, _)| method.as_str()).collect();
    names.join(", ").replace("GET", "GET, HEAD")
}

/// What can be offered at that kind of address.
fn table(address: &Address) -> Result<Table, Problem> {
    let later = |what: &str| Err(Problem::new(Kind::NotSupported, format!("{what} is not supported")));
    if address.tail == Tail::Query {
        return Ok(&QUERY);
    }
    if let Some(call) = address.call() {
        return Ok(if call.is_action() { &ACTION } else { &FUNCTION });
    }
    // What a function returns is read there, and changed where it is at home.
    if address.steps.iter().any(|step| matches!(step, Step::Call(_))) {
        return Ok(&FUNCTION);
    }
    match (address.place, address.tail) {
        (Place::Property(property), tail) => Ok(property_table(property, tail)),
        (Place::Item(_), Tail::Value) => Ok(&RAW_ITEM),
        (Place::Item(_), _) => Ok(&ITEM),
        (Place::Collection(_), Tail::Resource) => Ok(&COLLECTION),
        (Place::Collection(_) | Place::Value(_, true), Tail::Count) => Ok(&COUNT),
        (Place::Collection(_), Tail::Each) => Ok(&EACH),
        (Place::Collection(_), Tail::Ref) if address.is_contained() => Ok(&OWN_REFERENCES),
        (Place::Collection(_), Tail::Ref) => Ok(collection_references(address)),
        (Place::Entity(_), Tail::Resource) => Ok(&ENTITY),
        (Place::Entity(_), Tail::Value) => Ok(&MEDIA),
        (Place::Entity(_), Tail::Ref) => Ok(reference_table(address)),
        (Place::Value(..) | Place::Nothing, _) => Ok(&FUNCTION),
        (Place::All(_), Tail::Resource) => Ok(&ALL),
        _ => later("this address"),
    }
}

fn property_table(property: &Property, tail: Tail) -> Table {
    let is_stream = property.ty.primitive() == Some(Primitive::Stream);
    match tail {
        _ if is_stream => &MEDIA,
        Tail::Value => &RAW,
        Tail::Count => &ITEMS,
        _ if property.collection => &LIST,
        _ => &PROPERTY,
    }
}

/// What is in a set cannot be linked to it.
fn collection_references(address: &Address) -> Table {
    match address.resource().last() {
        Some(Step::Navigation(_)) => &REFERENCES,
        _ => &REFERENCE,
    }
}

fn reference_table(address: &Address) -> Table {
    match address.steps.as_slice() {
        [.., Step::Navigation(navigation), Step::Key(_)] if !navigation.contained => &LINKED,
        [.., Step::Navigation(navigation)] if !navigation.contained && !navigation.collection => &LINK,
        _ => &REFERENCE,
    }
}

/// Is it offered at this very address?
fn offers(address: &Address, dialect: &Dialect, method: &Method, task: Task) -> bool {
    let set = match address.steps.as_slice() {
        [Step::Set(set), ..] => Some(set),
        _ => None,
    };
    let in_set = match task {
        Create => set.is_none_or(|set| address.steps.len() > 1 || set.capabilities.insertable),
        Update | UpdateEach | SetProperty | Append | Remove | ClearProperty | SetMedia | ClearMedia => {
            set.is_none_or(|set| !own(address) || set.capabilities.updatable)
        }
        Delete if matches!(address.steps.last(), Some(Step::Singleton(_))) => false,
        Delete | DeleteEach => set.is_none_or(|set| !own(address) || set.capabilities.deletable),
        _ => true,
    };
    // What follows from something else is changed there.
    let derived = |step: &Step| matches!(step, Step::Navigation(navigation) if navigation.derived);
    let is_there = task.action().is_reading() || !address.steps.iter().any(derived);
    let is_offered = in_set && is_there && is_at_home(address, dialect, task);
    let in_dialect = match (task, method) {
        (Update, &Method::PUT) => dialect.put,
        (SetMedia, &Method::PATCH) => dialect.capabilities.media_patch,
        _ => true,
    };
    is_offered && in_dialect
}

/// Is it done where the service wants it done? Whatever changes the relationship itself is.
fn is_at_home(address: &Address, dialect: &Dialect, task: Task) -> bool {
    let is_of_relationship = matches!(task, Link | Unlink | Task::Call(_));
    dialect.changes_ends || task.action().is_reading() || is_of_relationship || !address.is_end()
}

/// Is it about an entity of the set at the beginning of the address itself?
fn own(address: &Address) -> bool {
    !address.steps.iter().any(|step| matches!(step, Step::Navigation(_)))
}

impl Task {
    /// What it means for who may do it.
    pub(crate) fn action(self) -> Action {
        match self {
            Read | ReadProperty | CountProperty | ReadRaw | ReadMedia => Action::Read,
            List | References => Action::List,
            Count => Action::Count,
            Create => Action::Create,
            Update | UpdateEach | Link | Unlink | SetProperty | Append | Remove | ClearProperty | SetMedia
            | ClearMedia => Action::Update,
            Delete | DeleteEach => Action::Delete,
            Task::Call(kind) => Action::Call(kind),
        }
    }

    /// Which query options it takes.
    pub(crate) fn applies(self, address: &Address) -> Applies {
        match (self, address.place) {
            (List, _) => Applies::Collection,
            (References, Place::Collection(_)) => Applies::References,
            (Create, _) => Applies::Insertion,
            (Read | Update | UpdateEach | Task::Call(_), _) => Applies::Entity,
            (ReadProperty, Place::Property(property)) => of_value(property, property.collection),
            (ReadProperty, Place::Item(property)) => of_value(property, false),
            (Count | CountProperty, _) => Applies::Count,
            (Unlink, _) => Applies::Reference,
            _ => Applies::Nothing,
        }
    }

    /// What its answer is.
    pub(crate) fn media(self, address: &Address) -> Media<'static> {
        match (self, address.place) {
            (Count | CountProperty, _) => Media::Text,
            (ReadRaw, Place::Property(property) | Place::Item(property))
                if property.ty.primitive() == Some(Primitive::Binary) =>
            {
                Media::Raw(property.media_type.unwrap_or(ANY))
            }
            (ReadRaw, _) => Media::Raw("text/plain"),
            // What the stream is, is known when it is read.
            (ReadMedia, _) => Media::Raw(ANY),
            _ => Media::Json,
        }
    }
}

/// Which query options a property takes, or an item of it.
fn of_value(property: &Property, is_list: bool) -> Applies {
    match (property.ty.structure(), is_list) {
        (Some(_), true) => Applies::Collection,
        (Some(_), false) => Applies::Entity,
        (None, true) => Applies::Values,
        (None, false) => Applies::Property,
    }
}

/// The media type of octets of which nothing is known.
pub(crate) const ANY: &str = "application/octet-stream";
