//! Paths bound against a model: what an address means, step by step (OData URL Conventions 4.01, section 4).
//!
//! Every "there is no such segment" arises here. Whether the thing exists is the service's to say.
//!
//! | module | binds |
//! |---|---|
//! | `bind` | segment by segment, by the kind of place reached so far |
//! | `cast` | qualified names |
//! | `key` | keys: in parentheses and as segments, named, alternate, by alias |
//! | `item` | positions in lists of values |
//! | `call` | functions and actions, bound and imported |
//! | `literal`, `geography` | the text of keys and arguments to values |
//! | `resource` | what an address says of itself: its resource, set and type |
//! | `reference` | the address that an entity id is |

mod bind;
mod call;
mod cast;
mod fault;
mod geography;
mod item;
mod key;
mod literal;
mod reference;
mod resource;
#[cfg(test)]
mod tests;

use edm::model::OperationImport;
use edm::{EntitySet, Navigation, Operation, OperationKind, Parameter, Property, Singleton, StructType, Type, Value};

pub use bind::{bind, option};
pub use call::place_of;
pub use reference::bind_reference;

/// One step of an address.
#[derive(Debug, Clone)]
pub enum Step {
    /// An entity set.
    Set(&'static EntitySet),
    /// A singleton.
    Singleton(&'static Singleton),
    /// One entity of the collection so far, by its key: the values of the key properties in declared order, or of an
    /// alternate key with its names.
    Key(Key),
    /// Along a navigation property.
    Navigation(&'static Navigation),
    /// To a structural property.
    Property(&'static Property),
    /// What is there, as this type; of a collection only the items that are of it.
    Cast(&'static StructType),
    /// Those items for which the expression holds: its text, or the alias whose value it is.
    Filter(String),
    /// One item of a list of values, by its position: from 0 on, or from its end on, which is -1 (OData URL Conventions
    /// 4.01, section 4.10).
    Item(i64),
    /// What an operation returns.
    Call(Call),
}

/// The key of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The properties that the values are of.
    pub names: &'static [&'static str],
    /// Their values.
    pub values: Vec<Value>,
}

impl Key {
    /// The text of a key that is a single string.
    pub fn as_text(&self) -> Option<&str> {
        match self.values.as_slice() {
            [Value::String(text)] => Some(text),
            _ => None,
        }
    }
}

/// An operation called by a path.
#[derive(Debug, Clone)]
pub struct Call {
    /// The import under which it is called, if it is not bound to what stands before it.
    pub import: Option<&'static OperationImport>,
    /// What may be meant: the one overload of a function; of an action all overloads, those for the most derived type
    /// first. The members of the body decide between them.
    pub candidates: Vec<&'static Operation>,
    /// The arguments of a function, in declared order, without the binding parameter and without what is left out.
    pub arguments: Vec<(&'static Parameter, Value)>,
    /// Those parameters of a function that query options of their own names supply, without `@`.
    pub implicit: Vec<&'static str>,
}

impl Call {
    /// The operation, if only one is meant.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self.candidates.as_slice() {
            [operation] => Some(operation),
            _ => None,
        }
    }

    /// Is it an action, and so called by POST?
    pub fn is_action(&self) -> bool {
        self.candidates.iter().any(|operation| operation.kind == OperationKind::Action)
    }

    /// Is a plain query option of that name an argument (an implicit parameter alias)? Others are unknown to a call.
    pub fn takes(&self, option: &str) -> bool {
        self.arguments.iter().any(|(parameter, _)| parameter.name.eq_ignore_ascii_case(option))
    }
}

/// What is asked of the resource at the end of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// The resource itself.
    Resource,
    /// `/$count`
    Count,
    /// `/$ref`
    Ref,
    /// `/$value`
    Value,
    /// `/$each`: every item by itself. An action may follow as the last step.
    Each,
    /// `/$query`: the query options stand in the body of a POST.
    Query,
}

/// What kind of thing an address leads to.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// The service itself.
    Root,
    /// `$metadata`
    Metadata,
    /// `$batch`
    Batch,
    /// `$entity`: the entity that the option `$id` names, as this type if a cast follows.
    EntityById(Option<&'static StructType>),
    /// `$all`: every entity, or those of this type if a cast follows.
    All(Option<&'static StructType>),
    /// A collection of entities of this type.
    Collection(&'static StructType),
    /// One entity of this type.
    Entity(&'static StructType),
    /// A property of an entity.
    Property(&'static Property),
    /// One item of the list that a property is.
    Item(&'static Property),
    /// A value of this type that an operation returns; a list of such values if true.
    Value(Type, bool),
    /// What an operation without result returns.
    Nothing,
    /// What an operation returns of which several overloads may be meant, or that is called on each of several items.
    Operation,
}

/// A path with every segment resolved.
#[derive(Debug, Clone)]
pub struct Address {
    /// The way.
    pub steps: Vec<Step>,
    /// What is asked there.
    pub tail: Tail,
    /// What kind of thing it leads to.
    pub place: Place,
}
