//! Where entities are at home, and their canonical paths.

use edm::{Model, Navigation};
use odata::url;

use crate::body::key_values;
use crate::resources::Row;

/// Where entities are at home: the canonical path of their collection, or of the one entity that is there.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) path: String,
    /// Is it a collection, of which a key names one?
    pub(crate) keyed: bool,
}

impl Home {
    /// The collection of that path.
    pub(crate) fn collection(path: impl Into<String>) -> Self {
        Self { path: path.into(), keyed: true }
    }

    /// Where the entities at the end of a relationship are: within the entity at that path, or in a set.
    pub(crate) fn at(model: &'static Model, path: &str, navigation: &'static Navigation) -> Self {
        let of_type = || model.sets.iter().find(|set| navigation.target.is_a(set.ty));
        match if navigation.contained { None } else { of_type() } {
            Some(set) => Self::collection(set.name),
            None => Self { path: [path, "/", navigation.name].concat(), keyed: navigation.collection },
        }
    }

    /// The canonical path of an entity below the root.
    pub(crate) fn path_of(&self, row: &Row) -> String {
        if !self.keyed {
            return self.path.clone();
        }
        let key = match row.ty.key_properties() {
            [_] => url::path::key(row.ty, &row.id),
            _ => url::path::key_predicate(row.ty, &key_values(row)),
        };
        [self.path.as_str(), &key].concat()
    }
}
