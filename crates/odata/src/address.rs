//! Paths bound against a model: what an address means, step by step (OData URL Conventions 4.01, section 4).
//!
//! Every "there is no such segment" arises here. Whether the thing exists is the service's to say.

use edm::nearest::nearest;
use edm::value::primitive_from_text;
use edm::{EntitySet, Model, Navigation, Primitive, Property, Singleton, StructType, Value};

use crate::problem::{Kind, Problem};
use crate::url::path::{Argument, Segment};

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
}

/// What kind of thing an address leads to.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// The service itself.
    Root,
    /// A collection of entities of this type.
    Collection(&'static StructType),
    /// One entity of this type.
    Entity(&'static StructType),
    /// A property of an entity.
    Property(&'static Property),
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

/// Binds the segments of a path.
pub fn bind(model: &'static Model, segments: &[Segment<'_>]) -> Result<Address, Problem> {
    let mut address = Address { steps: Vec::with_capacity(segments.len()), tail: Tail::Resource, place: Place::Root };
    for segment in segments {
        if address.tail != Tail::Resource {
            return Err(unknown(segment, std::iter::empty()));
        }
        if let Some(problem) = qualified(model, segment) {
            return Err(problem);
        }
        match address.place {
            Place::Root => address.root(model, segment)?,
            Place::Collection(ty) => address.within_collection(ty, segment)?,
            Place::Entity(ty) => address.within_entity(ty, segment)?,
            Place::Property(property) => address.within_property(property, segment)?,
        }
    }
    Ok(address)
}

impl Address {
    fn root(&mut self, model: &'static Model, segment: &Segment<'_>) -> Result<(), Problem> {
        if let Some(set) = model.set(segment.name()) {
            self.steps.push(Step::Set(set));
            self.place = Place::Collection(set.ty);
            return self.key_in_parentheses(set.ty, segment, segment.arguments.as_deref());
        }
        if let Some(singleton) = model.singleton(segment.name()).filter(|_| segment.arguments.is_none()) {
            self.steps.push(Step::Singleton(singleton));
            self.place = Place::Entity(singleton.ty);
            return Ok(());
        }
        let later = ["$metadata", "$batch", "$entity", "$all", "$crossjoin"];
        if let Some(known) = later.iter().find(|known| known.eq_ignore_ascii_case(segment.name())) {
            return Err(not_yet(&format!("`{known}`")));
        }
        if let Some(import) = model.import(segment.name()) {
            return Err(not_yet(&format!("the operation `{}`", import.name)));
        }
        let names = model.sets.iter().map(|set| set.name);
        Err(unknown(segment, names.chain(model.singletons.iter().map(|singleton| singleton.name)).chain(later)))
    }

    fn within_collection(&mut self, ty: &'static StructType, segment: &Segment<'_>) -> Result<(), Problem> {
        match segment {
            _ if segment.is("$count") => self.tail = Tail::Count,
            _ if segment.is("$ref") => self.tail = Tail::Ref,
            _ if segment.text.starts_with('$') => return Err(special(segment)),
            _ => {
                let key = segment_key(ty, &segment.text);
                self.key(ty, key)?;
            }
        }
        Ok(())
    }

    fn within_entity(&mut self, ty: &'static StructType, segment: &Segment<'_>) -> Result<(), Problem> {
        match segment {
            _ if segment.is("$ref") => self.tail = Tail::Ref,
            _ if segment.is("$value") => self.tail = Tail::Value,
            _ if segment.text.starts_with('$') => return Err(special(segment)),
            _ => {
                if let Some(navigation) = ty.find_navigation(segment.name()) {
                    return self.along(ty, navigation, segment, segment.arguments.as_deref());
                }
                let property = ty.find(segment.name()).filter(|_| segment.arguments.is_none());
                let (_, property) = property.ok_or_else(|| unknown(segment, ty.names()))?;
                self.steps.push(Step::Property(property));
                self.place = Place::Property(property);
            }
        }
        Ok(())
    }

    /// Along a navigation property; one that is short for a longer way becomes that way. The arguments are the key at
    /// its end.
    fn along(
        &mut self,
        ty: &'static StructType,
        navigation: &'static Navigation,
        segment: &Segment<'_>,
        arguments: Option<&[Argument]>,
    ) -> Result<(), Problem> {
        let Some(way) = navigation.shortcut else {
            self.steps.push(Step::Navigation(navigation));
            self.place = match navigation.collection {
                true => Place::Collection(navigation.target),
                false => Place::Entity(navigation.target),
            };
            return self.key_in_parentheses(navigation.target, segment, arguments);
        };
        let mut ty = ty;
        for (position, name) in way.iter().enumerate() {
            let step = ty.find_navigation(name).ok_or_else(|| unknown(segment, ty.names()))?;
            let last = position + 1 == way.len();
            self.along(ty, step, segment, arguments.filter(|_| last))?;
            ty = step.target;
        }
        Ok(())
    }

    fn within_property(&mut self, property: &'static Property, segment: &Segment<'_>) -> Result<(), Problem> {
        match segment {
            _ if segment.is("$value") => self.tail = Tail::Value,
            _ if segment.is("$count") && property.collection => self.tail = Tail::Count,
            _ if segment.text.starts_with('$') => return Err(special(segment)),
            _ => {
                let ty = property.ty.structure().filter(|_| !property.collection && segment.arguments.is_none());
                let names = ty.into_iter().flat_map(edm::StructType::names);
                let found = ty.and_then(|ty| ty.find(segment.name()));
                let (_, property) = found.ok_or_else(|| unknown(segment, names))?;
                self.steps.push(Step::Property(property));
                self.place = Place::Property(property);
            }
        }
        Ok(())
    }

    /// `skills('…')`: the key that stands in the same segment as the collection, if any.
    fn key_in_parentheses(
        &mut self,
        ty: &'static StructType,
        segment: &Segment<'_>,
        arguments: Option<&[Argument]>,
    ) -> Result<(), Problem> {
        match (arguments, self.place) {
            (None, _) => Ok(()),
            (Some(arguments), Place::Collection(_)) if !arguments.is_empty() => self.key(ty, bind_key(ty, arguments)),
            (Some(_), _) => Err(unknown(segment, std::iter::empty())),
        }
    }

    fn key(&mut self, ty: &'static StructType, key: Option<Key>) -> Result<(), Problem> {
        let key = key.ok_or_else(|| {
            let form = |name: &&str| match ty.find(name).map(|(_, property)| property.ty.name()) {
                Some(kind) => format!("`{name}` ({kind})"),
                None => format!("`{name}`"),
            };
            let names: Vec<String> = ty.key_properties().iter().map(form).collect();
            let message = format!("found a key that does not fit, `{}` is keyed by {}", ty.name, names.join(" and "));
            Problem::new(Kind::UnknownSegment, message)
        })?;
        self.steps.push(Step::Key(key));
        self.place = Place::Entity(ty);
        Ok(())
    }
}

/// The key that a whole segment is: only a single value needs no name.
fn segment_key(ty: &'static StructType, text: &str) -> Option<Key> {
    let names = ty.key_properties();
    let [name] = names else { return None };
    let (_, property) = ty.find(name)?;
    Some(Key { names, values: vec![primitive_from_text(property.ty.primitive()?, text)?] })
}

/// The key values in declared order; `None` when names or types do not fit. Alternate keys are always named.
fn bind_key(ty: &'static StructType, arguments: &[Argument]) -> Option<Key> {
    if let [Argument { name: None, text, quoted }] = arguments {
        let key = segment_key(ty, text)?;
        return (*quoted || key.as_text().is_none()).then_some(key);
    }
    let alternate = ty.lineage().flat_map(|ty| ty.alternate_keys.iter().copied());
    let fitting = std::iter::once(ty.key_properties()).chain(alternate).filter(|names| names.len() == arguments.len());
    fitting.into_iter().find_map(|names| {
        let values = names.iter().map(|name| {
            let is_meant =
                |argument: &&Argument| argument.name.as_deref().is_some_and(|given| given.eq_ignore_ascii_case(name));
            let argument = arguments.iter().find(is_meant)?;
            let (_, property) = ty.find(name)?;
            key_value(property.ty.primitive()?, argument)
        });
        Some(Key { names, values: values.collect::<Option<Vec<_>>>()? })
    })
}

/// String keys are quoted in parentheses; every other type is not.
fn key_value(primitive: Primitive, argument: &Argument) -> Option<Value> {
    match primitive {
        Primitive::String => argument.quoted.then(|| Value::text(argument.text.as_str())),
        other => primitive_from_text(other, &argument.text),
    }
}

/// The answer to a segment that names nothing: Graph's sentence, and the name that was probably meant.
fn unknown<'a>(segment: &Segment<'_>, names: impl Iterator<Item = &'a str>) -> Problem {
    let meant = nearest(segment.name(), names).filter(|name| !name.eq_ignore_ascii_case(segment.name()));
    let hint = meant.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    let text: String = segment.text.chars().take(80).collect();
    Problem::new(Kind::UnknownSegment, format!("Resource not found for the segment '{text}'.{hint}"))
}

/// A segment that begins with `$`: for elsewhere, for later, or no word of OData at all.
fn special(segment: &Segment<'_>) -> Problem {
    let (elsewhere, later) = (["$value", "$ref", "$count"], ["$filter", "$each", "$query"]);
    if let Some(known) = elsewhere.iter().find(|known| segment.is(known)) {
        return Problem::new(Kind::UnknownSegment, format!("`{known}` does not apply at this address"));
    }
    match later.iter().find(|known| known.eq_ignore_ascii_case(segment.name())) {
        Some(known) => not_yet(&format!("`{known}`")),
        None => unknown(segment, elsewhere.into_iter().chain(later)),
    }
}

/// A segment with a qualified name is a cast or a call: known, but not offered.
fn qualified(model: &'static Model, segment: &Segment<'_>) -> Option<Problem> {
    let name = model.unqualified(segment.name());
    if name.len() == segment.name().len() {
        return None;
    }
    if let Some(ty) = model.structure(name) {
        return Some(not_yet(&format!("the cast to `{}.{}`", model.namespace, ty.name)));
    }
    let operation = model.operations.iter().find(|operation| operation.name.eq_ignore_ascii_case(name))?;
    Some(not_yet(&format!("the operation `{}.{}`", model.namespace, operation.name)))
}

fn not_yet(what: &str) -> Problem {
    Problem::new(Kind::NotSupported, format!("{what} is not supported yet"))
}

#[cfg(test)]
mod tests;
