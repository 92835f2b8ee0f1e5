//! Where entities are at home, and their canonical paths.

use std::borrow::Cow;

use edm::{Model, Navigation};
use odata::url;

use crate::body::key_values;
use crate::resources::Row;

/// Where entities are at home: the canonical path of their collection, or of the one entity that is there. Most answers
/// never tell it, so it is put together when they do.
#[derive(Debug, Clone)]
pub(crate) struct Home<'a> {
    /// The path, or that of the entity which they are within.
    base: Cow<'a, str>,
    /// By which name they are within it.
    within: Option<&'static str>,
    /// Is it a collection, of which a key names one?
    keyed: bool,
}

impl<'a> Home<'a> {
    /// The collection of that path.
    pub(crate) fn collection(path: impl Into<Cow<'a, str>>) -> Self {
        Self { base: path.into(), within: None, keyed: true }
    }

    /// The one entity of that path.
    pub(crate) fn alone(path: String) -> Self {
        Self { base: path.into(), within: None, keyed: false }
    }

    /// Where the entities at the end of a relationship are: within the entity at that path, or in a set.
    pub(crate) fn at(model: &'static Model, path: &'a str, navigation: &'static Navigation) -> Self {
        let of_type = || model.sets.iter().find(|set| navigation.target.is_a(set.ty));
        match if navigation.contained { None } else { of_type() } {
            Some(set) => Self::collection(set.name),
            None => Self { base: path.into(), within: Some(navigation.name), keyed: navigation.collection },
        }
    }

    /// The path of the collection; `None` where there is but one entity.
    pub(crate) fn of_collection(&self) -> Option<Cow<'_, str>> {
        self.keyed.then(|| self.path())
    }

    /// The canonical path of an entity below the root.
    pub(crate) fn path_of(&self, row: &Row) -> String {
        if !self.keyed {
            return self.path().into_owned();
        }
        let key = match row.ty.key_properties() {
            [_] => url::path::key(row.ty, &row.id),
            _ => url::path::key_predicate(row.ty, &key_values(row)),
        };
        [&*self.path(), &key].concat()
    }

    fn path(&self) -> Cow<'_, str> {
        match self.within {
            None => Cow::Borrowed(&self.base),
            Some(name) => Cow::Owned([&*self.base, "/", name].concat()),
        }
    }
}
