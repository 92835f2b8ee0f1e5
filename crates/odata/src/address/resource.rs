//! What an address says of itself.

use edm::{EntitySet, Model, Navigation, StructKind, StructType, Type};

use super::{Address, Call, Place, Step, Tail, place_of};

impl Address {
    /// The address that these steps from the root lead to.
    pub fn of(steps: Vec<Step>) -> Self {
        let place = steps.iter().fold(Place::Root, after);
        Self { steps, tail: Tail::Resource, place }
    }

    /// The address of the entity or collection that this one is in.
    pub fn owner(&self) -> Self {
        Self::of(self.resource().to_vec())
    }

    /// The address of what the operation at the end of the path is called on; the root for an import.
    pub fn binding(&self) -> Option<Self> {
        let (last, before) = self.steps.split_last()?;
        matches!(last, Step::Call(_)).then(|| Self::of(before.to_vec()))
    }

    /// The steps to the entity or collection that the address is in: all but those to a property of it at the end.
    pub fn resource(&self) -> &[Step] {
        self.steps.get(..self.resource_length()).unwrap_or(&self.steps)
    }

    /// The steps from there to the property, if the address leads to one: properties, and casts and positions between.
    pub fn properties(&self) -> &[Step] {
        self.steps.get(self.resource_length()..).unwrap_or_default()
    }

    fn resource_length(&self) -> usize {
        let within = |step: &Step| matches!(step, Step::Property(_) | Step::Item(_) | Step::Cast(_) | Step::Filter(_));
        let end = self.steps.iter().rposition(|step| !within(step)).map_or(0, |last| last + 1);
        let within = self.steps.get(end..).unwrap_or_default();
        end + within.iter().take_while(|step| matches!(step, Step::Cast(_) | Step::Filter(_))).count()
    }

    /// The type of the entity or of the items of the collection that the address is in; `None` where there is none.
    pub fn ty(&self) -> Option<&'static StructType> {
        let of_step = |step: &Step| match step {
            Step::Set(set) => Some(set.ty),
            Step::Singleton(singleton) => Some(singleton.ty),
            Step::Navigation(navigation) => Some(navigation.target),
            Step::Cast(ty) => Some(*ty),
            Step::Call(call) => call.operation()?.returns.as_ref()?.ty.structure(),
            Step::Key(_) | Step::Property(_) | Step::Item(_) | Step::Filter(_) => None,
        };
        let mut back = self.resource().iter().rev();
        let says = back.find(|step| !matches!(step, Step::Key(_) | Step::Filter(_)));
        says.and_then(of_step).filter(|ty| ty.kind == StructKind::Entity)
    }

    /// Does the entity or collection live inside another entity?
    pub fn is_contained(&self) -> bool {
        self.relationship().is_some_and(|navigation| navigation.contained)
    }

    /// Is it reached along a relationship from where it is not at home?
    pub fn is_end(&self) -> bool {
        self.relationship().is_some_and(|navigation| !navigation.contained)
    }

    /// The relationship whose end it is, or one of whose ends.
    fn relationship(&self) -> Option<&'static Navigation> {
        let mut back = self.resource().iter().rev();
        match back.find(|step| !matches!(step, Step::Key(_) | Step::Cast(_) | Step::Filter(_))) {
            Some(Step::Navigation(navigation)) => Some(navigation),
            _ => None,
        }
    }

    /// The operation that is called at the end of the path, if one is.
    pub fn call(&self) -> Option<&Call> {
        match self.steps.last() {
            Some(Step::Call(call)) => Some(call),
            _ => None,
        }
    }

    /// The entity set whose members the entity or collection consists of, through the navigation bindings of sets and
    /// singletons (CSDL 4.01, section 13.4). `None` for what is contained, for singletons of their own, and where no
    /// binding says. For what a bound operation returns it is the only set of the type.
    pub fn set(&self, model: &Model) -> Option<&'static EntitySet> {
        let mut way = Way { set: None, bindings: &[], within: String::new() };
        for step in self.resource() {
            way.go(model, step);
        }
        way.set
    }
}

impl Place {
    /// Where a relationship leads.
    pub fn end_of(navigation: &Navigation) -> Self {
        match navigation.collection {
            true => Place::Collection(navigation.target),
            false => Place::Entity(navigation.target),
        }
    }
}

/// The kind of place that a step leads to from another.
fn after(place: Place, step: &Step) -> Place {
    match (step, place) {
        (Step::Set(set), _) => Place::Collection(set.ty),
        (Step::Singleton(singleton), _) => Place::Entity(singleton.ty),
        (Step::Key(_), Place::Collection(ty)) => Place::Entity(ty),
        (Step::Navigation(navigation), _) => Place::end_of(navigation),
        (Step::Property(property), _) => Place::Property(property),
        (Step::Item(_), Place::Property(property)) => Place::Item(property),
        (Step::Cast(ty), Place::Collection(_)) => Place::Collection(ty),
        (Step::Cast(ty), Place::Entity(_)) => Place::Entity(ty),
        (Step::Cast(ty), Place::Value(_, collection)) => Place::Value(Type::Struct(ty), collection),
        (Step::Call(call), _) => call.operation().map_or(Place::Operation, place_of),
        (Step::Key(_) | Step::Item(_) | Step::Cast(_) | Step::Filter(_), other) => other,
    }
}

/// A walk along the steps of an address.
struct Way {
    set: Option<&'static EntitySet>,
    /// The bindings of the set or singleton that the walk is in.
    bindings: &'static [(&'static str, &'static str)],
    /// The path from it, with a slash at the end: through contained entities and complex values.
    within: String,
}

impl Way {
    fn go(&mut self, model: &Model, step: &Step) {
        match step {
            Step::Set(set) => self.enter(Some(set)),
            Step::Singleton(singleton) => {
                self.enter(singleton.member_of.and_then(|set| model.set(set)));
                self.bindings = singleton.bindings;
            }
            Step::Navigation(navigation) if navigation.contained => {
                self.set = None;
                self.within.extend([navigation.name, "/"]);
            }
            Step::Navigation(navigation) => {
                let path = [self.within.as_str(), navigation.name].concat();
                let bound = self.bindings.iter().find(|(name, _)| plain(model, name) == path);
                self.enter(bound.and_then(|(_, set)| model.set(set)));
            }
            Step::Property(property) => self.within.extend([property.name, "/"]),
            Step::Call(call) => self.enter(returned(model, call)),
            Step::Key(_) | Step::Item(_) | Step::Cast(_) | Step::Filter(_) => {}
        }
    }

    fn enter(&mut self, set: Option<&'static EntitySet>) {
        *self = Way { set, bindings: set.map_or(&[], |set| set.bindings), within: String::new() };
    }
}

/// The path of a binding without the casts in it.
fn plain(model: &Model, path: &str) -> String {
    let steps: Vec<&str> = path.split('/').filter(|step| model.unqualified(step).len() == step.len()).collect();
    steps.join("/")
}

fn returned(model: &Model, call: &Call) -> Option<&'static EntitySet> {
    if let Some(import) = call.import {
        return import.set.and_then(|set| model.set(set));
    }
    let ty = call.operation()?.returns.as_ref()?.ty.structure()?;
    let mut sets = model.sets.iter().filter(|set| ty.is_a(set.ty));
    sets.next().filter(|_| sets.next().is_none())
}
