//! Everything that has an address, found by walking the model from its sets and singletons.

use edm::model::{Model, Navigation, StructType};

use super::values;
use crate::csdl::Capabilities;
use crate::csdl::tree::Object;

/// What is found at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A collection that owns its members.
    Collection,
    /// A member of such a collection.
    Member,
    /// The one entity that is there.
    Single,
    /// Entities that live elsewhere.
    RelatedMany,
    /// At most one entity that lives elsewhere.
    RelatedOne,
}

/// Which changes are offered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permits {
    pub(super) insert: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
    /// Changes to what it contains and relates to. What is read-only holds nothing that is not.
    pub(super) inside: bool,
}

/// Something with an address.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Path template, such as `/users/{user-id}/profile`.
    pub(super) path: String,
    /// The path without keys, joined by dots: the stem of operation ids.
    pub(super) name: String,
    /// The set or singleton it begins with.
    pub(super) tag: &'static str,
    /// Names and schemas of the variables of the path.
    pub(super) variables: Vec<(String, Object)>,
    pub(super) ty: &'static StructType,
    pub(super) shape: Shape,
    pub(super) permits: Permits,
    pub(super) description: &'static str,
}

/// All places of the model, each before those behind it.
pub(super) fn all(model: &Model, capabilities: &Capabilities) -> Vec<Place> {
    let mut walk = Walk { key_as_segment: capabilities.key_as_segment, found: Vec::new(), way: Vec::new() };
    for set in model.sets {
        let able = set.capabilities;
        let inside = able.insertable || able.updatable;
        let permits = Permits { insert: able.insertable, update: able.updatable, delete: able.deletable, inside };
        walk.visit(&root(set.name, set.ty, Shape::Collection, permits, set.description));
    }
    for singleton in model.singletons {
        let inside = singleton.member_of.and_then(|set| model.set(set)).is_none_or(|set| set.capabilities.updatable);
        let permits = Permits { insert: false, update: inside && has_settable(singleton.ty), delete: false, inside };
        walk.visit(&root(singleton.name, singleton.ty, Shape::Single, permits, singleton.description));
    }
    walk.found
}

fn root(
    name: &'static str,
    ty: &'static StructType,
    shape: Shape,
    permits: Permits,
    description: &'static str,
) -> Place {
    let variables = Vec::new();
    Place { path: format!("/{name}"), name: name.to_owned(), tag: name, variables, ty, shape, permits, description }
}

struct Walk {
    key_as_segment: bool,
    found: Vec<Place>,
    /// The types on the way from the root, so that what contains its like ends.
    way: Vec<&'static StructType>,
}

impl Walk {
    fn visit(&mut self, place: &Place) {
        self.found.push(place.clone());
        match place.shape {
            Shape::Collection => {
                if let Some(member) = self.member(place) {
                    self.visit(&member);
                }
            }
            Shape::Member | Shape::Single => self.inside(place),
            Shape::RelatedMany | Shape::RelatedOne => {}
        }
    }

    fn inside(&mut self, place: &Place) {
        self.way.push(place.ty);
        for navigation in place.ty.all_navigation() {
            let seen = self.way.iter().any(|ty| std::ptr::eq(*ty, navigation.target));
            if !(navigation.contained && seen) {
                self.visit(&behind(place, navigation));
            }
        }
        self.way.pop();
    }

    /// A member of the collection, addressed by key.
    fn member(&self, place: &Place) -> Option<Place> {
        let mut variables = place.variables.clone();
        let mut parts = Vec::new();
        for key in place.ty.key_properties() {
            let (_, property) = place.ty.find(key)?;
            let mut name = format!("{}-{}", place.ty.name, property.name);
            if variables.iter().any(|(taken, _)| *taken == name) {
                name = format!("{name}-{}", variables.len() + 1);
            }
            parts.push((property.name, name.clone(), values::is_quoted(&property.ty)));
            variables.push((name, values::key(property)));
        }
        let segment = match parts.as_slice() {
            [] => return None,
            [(_, name, _)] if self.key_as_segment => format!("/{{{name}}}"),
            [(_, name, quoted)] => format!("({})", values::variable(name, *quoted)),
            parts => {
                let parts =
                    parts.iter().map(|(key, name, quoted)| format!("{key}={}", values::variable(name, *quoted)));
                format!("({})", parts.collect::<Vec<_>>().join(","))
            }
        };
        let path = format!("{}{segment}", place.path);
        Some(Place { path, variables, shape: Shape::Member, ..place.clone() })
    }
}

fn behind(place: &Place, navigation: &'static Navigation) -> Place {
    let (shape, insert, update, delete) = match (navigation.contained, navigation.collection) {
        (true, true) => (Shape::Collection, true, true, true),
        (true, false) => {
            let deletable = navigation.nullable || only_holds(navigation);
            (Shape::Single, false, has_settable(navigation.target), deletable)
        }
        (false, true) => (Shape::RelatedMany, true, false, true),
        (false, false) => (Shape::RelatedOne, false, true, navigation.nullable),
    };
    let inside = place.permits.inside && !navigation.derived;
    let permits = Permits { insert: insert && inside, update: update && inside, delete: delete && inside, inside };
    Place {
        path: format!("{}/{}", place.path, navigation.name),
        name: format!("{}.{}", place.name, navigation.name),
        tag: place.tag,
        variables: place.variables.clone(),
        ty: navigation.target,
        shape,
        permits,
        description: navigation.description,
    }
}

fn has_settable(ty: &'static StructType) -> bool {
    ty.all_properties().any(|(_, property)| property.mode == edm::Mode::Settable)
}

/// Does the entity consist of collections? Then it can be deleted though it is always there: that empties them.
fn only_holds(navigation: &Navigation) -> bool {
    let inside = navigation.target.navigation;
    !inside.is_empty() && inside.iter().all(|navigation| navigation.inline)
}
