//! Which options go with which kind of resource (OData Protocol 4.01, section 11.2.1; URL Conventions, section 5.1).

use super::given::bad;
use crate::problem::Problem;
use crate::syntax::options::{self, one_of};

/// What the options apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// A collection of entities or complex values.
    Collection,
    /// A collection of primitive values: nothing to select or expand.
    Values,
    /// A collection of references.
    References,
    /// `$all`: entities that have no properties in common.
    All,
    /// A single entity or complex value.
    Entity,
    /// `$entity?$id=…`: the entity that is identified there.
    Identified,
    /// A reference that `$id` names.
    Reference,
    /// A collection to which an entity is added, and the entity that comes back.
    Insertion,
    /// A bare number: what restricts a collection.
    Count,
    /// A single primitive value.
    Property,
    /// `$metadata` and the service document.
    Metadata,
    /// Nothing but what goes with every request.
    Nothing,
}

/// What the options stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// The query of the request.
    Request,
    /// The parentheses of an expanded item.
    Expand,
    /// Those of a selected one.
    Select,
}

impl Applies {
    fn takes(self, name: &str, within: Within) -> bool {
        use Applies::{All, Collection, Count, Entity, Identified, Insertion, Reference, References, Values};
        let outermost = within == Within::Request;
        match name {
            "$apply" | "$expand" if within == Within::Select => false,
            "$format" | "$schemaversion" => outermost,
            "$select" | "$expand" => matches!(self, Collection | Entity | Identified | Insertion),
            "$compute" => matches!(self, Collection | Entity | Identified | Insertion),
            "$levels" => within == Within::Expand && matches!(self, Collection | Entity),
            "$filter" => matches!(self, Collection | Values | References | Count),
            "$search" => matches!(self, Collection | Values | References | Count | All),
            "$apply" => matches!(self, Collection | Values | Count),
            "$orderby" => matches!(self, Collection | Values | References),
            "$top" | "$skip" | "$count" => matches!(self, Collection | Values | References | All),
            "$skiptoken" => matches!(self, Collection | Values | References | All) && outermost,
            "$deltatoken" => self == Collection && outermost,
            "$index" => self == Insertion,
            "$id" => matches!(self, Identified | Reference),
            _ => name.starts_with('@'),
        }
    }

    /// The options of a request that may be said there, without `$`.
    pub fn taken(self) -> Vec<&'static str> {
        self.taken_within(Within::Request)
    }

    fn taken_within(self, within: Within) -> Vec<&'static str> {
        let names = options::OF_QUERY.iter().chain(&["levels"]).copied();
        names.filter(|name| self.takes(&format!("${name}"), within)).collect()
    }
}

/// May the option be said here?
pub(super) fn admit(name: &str, applies: Applies, within: Within) -> Result<(), Problem> {
    match applies.takes(name, within) {
        true => Ok(()),
        false if name == "$index" && matches!(applies, Applies::Entity | Applies::Identified) => {
            Err(bad("the $index query option is not applicable to individual entities").at(name))
        }
        // The grammar has it no place either: `selectOptionPC`.
        false if name == "$compute" && applies == Applies::Values => {
            let message = "`$compute` adds properties, which primitive values do not have";
            Err(bad(format!("{message}; expected the expression itself in `$filter` or `$orderby`")).at(name))
        }
        false => Err(not_here(name, &applies.taken_within(within))),
    }
}

/// The problem of an option that does not go with what is addressed, where these do, named without `$`.
pub fn not_here(name: &str, taken: &[&str]) -> Problem {
    let expected = if taken.is_empty() { "no option".to_owned() } else { one_of(taken) };
    bad(format!("the query option `{name}` does not apply here, expected {expected}")).at(name)
}
