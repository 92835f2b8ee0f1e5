//! Which options go with which kind of resource (OData Protocol 4.01, section 11.2.1; URL Conventions, section 5.1).

use super::given::bad;
use crate::problem::Problem;

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

impl Applies {
    fn takes(self, name: &str, outermost: bool) -> bool {
        use Applies::{All, Collection, Count, Entity, Identified, Insertion, Reference, References, Values};
        match name {
            "$format" | "$schemaversion" => outermost,
            "$select" | "$expand" => matches!(self, Collection | Entity | Identified | Insertion),
            "$compute" => matches!(self, Collection | Values | Entity | Identified | Insertion),
            "$levels" => !outermost && matches!(self, Collection | Entity),
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
}

/// May the option be said here? The outermost level is that of the request.
pub(super) fn admit(name: &str, applies: Applies, outermost: bool) -> Result<(), Problem> {
    match applies.takes(name, outermost) {
        true => Ok(()),
        false if name == "$index" && matches!(applies, Applies::Entity | Applies::Identified) => {
            Err(bad("the $index query option is not applicable to individual entities").at(name))
        }
        false => Err(not_here(name)),
    }
}

/// The problem of an option that does not go with what is addressed.
pub fn not_here(name: &str) -> Problem {
    bad(format!("the query option `{name}` does not apply here")).at(name)
}
