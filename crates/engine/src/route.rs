//! An address taken apart: the resource that the service finds, and what the protocol does with it by itself.

use std::borrow::Cow;

use edm::{StructType, Type};
use odata::{Address, Place, Step, Tail};

use crate::part::Part;

/// The parts of an address that leads to an entity, a collection, or something of an entity.
pub(crate) struct Route<'a> {
    /// The entity or collection, as the service is asked for it: without casts, conditions and properties.
    pub(crate) resource: Cow<'a, Address>,
    /// What kind of thing that is.
    pub(crate) place: Place,
    /// Was it named by the option `$id`?
    pub(crate) identified: bool,
    /// Plain options that are arguments of operations on the way.
    pub(crate) arguments: Vec<&'static str>,
    /// The type of what is addressed there.
    pub(crate) ty: &'static StructType,
    /// The derived type to which the address narrows it.
    pub(crate) cast: Option<&'static StructType>,
    /// Entities on the way of which the path says more.
    pub(crate) checkpoints: Vec<Checkpoint<'a>>,
    /// The conditions on entities that stand in the path.
    pub(crate) filters: Vec<&'a str>,
    /// Those on the items of the list that the properties lead to.
    pub(crate) item_filters: Vec<&'a str>,
    /// The properties that follow the entity, and the items of them.
    pub(crate) properties: Vec<Part>,
}

/// An entity on the way.
pub(crate) struct Checkpoint<'a> {
    /// Where it is.
    pub(crate) address: Address,
    /// Of what type it must be.
    pub(crate) ty: &'static StructType,
    /// The conditions it must meet.
    pub(crate) filters: Vec<&'a str>,
}

impl<'a> Route<'a> {
    /// Takes an address apart; `None` if it leads nowhere of the kind, or through an operation.
    pub(crate) fn of(address: &'a Address) -> Option<Self> {
        let mut place = None;
        let mut route = Route {
            resource: Cow::Borrowed(address),
            place: address.place,
            identified: false,
            arguments: Vec::new(),
            ty: start(address.steps.first()?)?,
            cast: None,
            checkpoints: Vec::new(),
            filters: Vec::new(),
            item_filters: Vec::new(),
            properties: Vec::new(),
        };
        for (at, step) in address.steps.iter().enumerate() {
            match step {
                Step::Set(set) => place = Some(Place::Collection(set.ty)),
                Step::Singleton(singleton) => place = Some(Place::Entity(singleton.ty)),
                Step::Key(_) => place = Some(Place::Entity(route.ty)),
                Step::Navigation(navigation) => {
                    route.checkpoint(place, address.steps.get(..at).unwrap_or_default());
                    route.ty = navigation.target;
                    place = Some(Place::end_of(navigation));
                }
                Step::Cast(ty) if route.properties.is_empty() => route.cast = Some(ty),
                // Complex values have no types of their own yet.
                Step::Cast(_) => {}
                Step::Filter(text) if route.properties.is_empty() => route.filters.push(text),
                Step::Filter(text) => route.item_filters.push(text),
                Step::Property(_) | Step::Item(_) => Part::go(&mut route.properties, step),
                Step::Call(_) => return None,
            }
        }
        route.place = place?;
        if !address.steps.iter().all(is_known) {
            route.resource = Cow::Owned(known(&address.steps, route.place));
        }
        Some(route)
    }

    /// Goes on behind an entity, perhaps one that was narrowed.
    fn checkpoint(&mut self, place: Option<Place>, steps: &[Step]) {
        let (cast, filters) = (self.cast.take(), std::mem::take(&mut self.filters));
        if let Some(place) = place.filter(|_| cast.is_some() || !filters.is_empty()) {
            let address = known(steps, place);
            self.checkpoints.push(Checkpoint { address, ty: cast.unwrap_or(self.ty), filters });
        }
    }

    /// The type of the entities that are answered.
    pub(crate) fn entity_type(&self) -> &'static StructType {
        self.cast.unwrap_or(self.ty)
    }

    /// What query options speak of.
    pub(crate) fn row(&self) -> Type {
        self.properties.last().map_or(Type::Struct(self.entity_type()), |last| last.property.ty)
    }

    /// `/ns.Derived`, as contexts say it.
    pub(crate) fn cast_text(&self, namespace: &str) -> String {
        cast_text(namespace, self.ty, self.cast)
    }

    /// `/Origin/City`, as contexts say it: after the type of the entity where that alone has the property (OData
    /// Protocol 4.01, section 10.13).
    pub(crate) fn property_path(&self, namespace: &str) -> String {
        let needed = self.properties.first().is_some_and(|first| self.ty.find(first.property.name).is_none());
        let cast = if needed { self.cast_text(namespace) } else { String::new() };
        self.properties.iter().fold(cast, |path, part| path + "/" + part.property.name)
    }

    /// Does the address end with the key of an entity?
    pub(crate) fn names_key(&self) -> bool {
        matches!(self.resource.steps.last(), Some(Step::Key(_)))
    }

    /// Is it at the end of a relationship whose targets name their types? What is narrowed to a type need not.
    pub(crate) fn is_mixed(&self) -> bool {
        let last = self.resource.steps.iter().rev().find(|step| !matches!(step, Step::Key(_)));
        self.cast.is_none() && matches!(last, Some(Step::Navigation(navigation)) if navigation.mixed)
    }

    /// Is it at a path of its own, without a key?
    pub(crate) fn is_the_only_one(&self) -> bool {
        let last = self.resource.steps.last();
        self.is_alone() || matches!(last, Some(Step::Navigation(to)) if to.contained && !to.collection)
    }

    /// Is it the only one of its kind, rather than one of a collection?
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self.resource.steps.last(), Some(Step::Singleton(singleton)) if singleton.member_of.is_none())
    }
}

/// `/ns.Derived`, as contexts say it where what is of one type is narrowed to another.
pub(crate) fn cast_text(namespace: &str, ty: &'static StructType, cast: Option<&'static StructType>) -> String {
    match cast.filter(|cast| !std::ptr::eq(*cast, ty)) {
        Some(cast) => format!("/{namespace}.{}", cast.name),
        None => String::new(),
    }
}

/// Is the step one that the service is asked about?
fn is_known(step: &Step) -> bool {
    !matches!(step, Step::Cast(_) | Step::Filter(_) | Step::Property(_) | Step::Item(_))
}

/// What the service is asked for where these steps lead to that kind of thing.
fn known(steps: &[Step], place: Place) -> Address {
    let steps = steps.iter().filter(|step| is_known(step)).cloned().collect();
    Address { steps, tail: Tail::Resource, place }
}

fn start(step: &Step) -> Option<&'static StructType> {
    match step {
        Step::Set(set) => Some(set.ty),
        Step::Singleton(singleton) => Some(singleton.ty),
        _ => None,
    }
}
