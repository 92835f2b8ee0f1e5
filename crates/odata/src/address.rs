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
    pub names: Vec<&'static str>,
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
pub fn bind(model: &'static Model, segments: &[Segment]) -> Result<Address, Problem> {
    let mut address = Address { steps: Vec::with_capacity(segments.len()), tail: Tail::Resource, place: Place::Root };
    for segment in segments {
        if address.tail != Tail::Resource {
            return Err(unknown(segment, std::iter::empty()));
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
    fn root(&mut self, model: &'static Model, segment: &Segment) -> Result<(), Problem> {
        if segment.name.starts_with('$') {
            let known = ["$metadata", "$batch", "$entity", "$all", "$crossjoin"];
            return Err(match known.iter().find(|known| known.eq_ignore_ascii_case(&segment.name)) {
                Some(known) => Problem::new(Kind::NotSupported, format!("`{known}` is not supported yet")),
                None => unknown(segment, known.into_iter()),
            });
        }
        if let Some(set) = model.set(&segment.name) {
            self.steps.push(Step::Set(set));
            self.place = Place::Collection(set.ty);
            return self.key_in_parentheses(set.ty, segment);
        }
        let singleton = model.singleton(&segment.name).filter(|_| segment.arguments.is_none());
        let Some(singleton) = singleton else {
            let names = model.sets.iter().map(|set| set.name);
            return Err(unknown(segment, names.chain(model.singletons.iter().map(|singleton| singleton.name))));
        };
        self.steps.push(Step::Singleton(singleton));
        self.place = Place::Entity(singleton.ty);
        Ok(())
    }

    fn within_collection(&mut self, ty: &'static StructType, segment: &Segment) -> Result<(), Problem> {
        match segment.name.to_ascii_lowercase().as_str() {
            "$count" => self.tail = Tail::Count,
            "$ref" => self.tail = Tail::Ref,
            name if name.starts_with('$') => return Err(special(segment)),
            _ => {
                let argument = Argument { name: None, text: segment.text.clone(), quoted: true };
                self.key(ty, std::slice::from_ref(&argument))?;
            }
        }
        Ok(())
    }

    fn within_entity(&mut self, ty: &'static StructType, segment: &Segment) -> Result<(), Problem> {
        match segment.name.to_ascii_lowercase().as_str() {
            "$ref" => self.tail = Tail::Ref,
            "$value" => self.tail = Tail::Value,
            name if name.starts_with('$') => return Err(special(segment)),
            _ => {
                if let Some(navigation) = ty.find_navigation(&segment.name) {
                    return self.along(ty, navigation, segment);
                }
                let property = ty.find(&segment.name).filter(|_| segment.arguments.is_none());
                let (_, property) = property.ok_or_else(|| unknown(segment, ty.names()))?;
                self.steps.push(Step::Property(property));
                self.place = Place::Property(property);
            }
        }
        Ok(())
    }

    /// Along a navigation property; one that is short for a longer way becomes that way.
    fn along(
        &mut self,
        ty: &'static StructType,
        navigation: &'static Navigation,
        segment: &Segment,
    ) -> Result<(), Problem> {
        let Some(way) = navigation.shortcut else {
            self.steps.push(Step::Navigation(navigation));
            self.place = match navigation.collection {
                true => Place::Collection(navigation.target),
                false => Place::Entity(navigation.target),
            };
            return self.key_in_parentheses(navigation.target, segment);
        };
        let mut ty = ty;
        for (position, name) in way.iter().enumerate() {
            let step = ty.find_navigation(name).ok_or_else(|| unknown(segment, ty.names()))?;
            let last = position + 1 == way.len();
            let arguments = segment.arguments.clone().filter(|_| last);
            self.along(ty, step, &Segment { text: segment.text.clone(), name: step.name.to_owned(), arguments })?;
            ty = step.target;
        }
        Ok(())
    }

    fn within_property(&mut self, property: &'static Property, segment: &Segment) -> Result<(), Problem> {
        match segment.name.to_ascii_lowercase().as_str() {
            "$value" => self.tail = Tail::Value,
            "$count" if property.collection => self.tail = Tail::Count,
            _ => {
                let ty = property.ty.structure().filter(|_| !property.collection && segment.arguments.is_none());
                let names = ty.into_iter().flat_map(|ty| ty.names());
                let found = ty.and_then(|ty| ty.find(&segment.name));
                let (_, property) = found.ok_or_else(|| unknown(segment, names))?;
                self.steps.push(Step::Property(property));
                self.place = Place::Property(property);
            }
        }
        Ok(())
    }

    /// `skills('…')`: the key that stands in the same segment as the collection, if any.
    fn key_in_parentheses(&mut self, ty: &'static StructType, segment: &Segment) -> Result<(), Problem> {
        match (&segment.arguments, self.place) {
            (None, _) => Ok(()),
            (Some(arguments), Place::Collection(_)) if !arguments.is_empty() => self.key(ty, arguments),
            (Some(_), _) => Err(unknown(segment, std::iter::empty())),
        }
    }

    fn key(&mut self, ty: &'static StructType, arguments: &[Argument]) -> Result<(), Problem> {
        let key = bind_key(ty, arguments).ok_or_else(|| {
            let names = ty.key_properties().join("`, `");
            Problem::new(
                Kind::UnknownSegment,
                format!("found a key that does not fit, `{}` is keyed by `{names}`", ty.name),
            )
        })?;
        self.steps.push(Step::Key(key));
        self.place = Place::Entity(ty);
        Ok(())
    }
}

/// The key values in declared order; `None` when names or types do not fit.
fn bind_key(ty: &'static StructType, arguments: &[Argument]) -> Option<Key> {
    let keys =
        std::iter::once(ty.key_properties()).chain(ty.lineage().flat_map(|ty| ty.alternate_keys.iter().copied()));
    keys.filter(|names| names.len() == arguments.len()).find_map(|names| {
        let values = names.iter().map(|name| {
            let argument = match arguments {
                [single] if single.name.is_none() => Some(single),
                _ => arguments
                    .iter()
                    .find(|argument| argument.name.as_deref().is_some_and(|given| given.eq_ignore_ascii_case(name))),
            }?;
            let (_, property) = ty.find(name)?;
            key_value(property.ty.primitive()?, argument)
        });
        Some(Key { names: names.to_vec(), values: values.collect::<Option<Vec<_>>>()? })
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
fn unknown<'a>(segment: &Segment, names: impl Iterator<Item = &'a str>) -> Problem {
    let hint = nearest(&segment.name, names).map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    let name: String = segment.name.chars().take(80).collect();
    Problem::new(Kind::UnknownSegment, format!("Resource not found for the segment '{name}'.{hint}"))
}

fn special(segment: &Segment) -> Problem {
    let known = ["$filter", "$each", "$query", "$value", "$ref", "$count", "$links"];
    match known.iter().find(|known| known.eq_ignore_ascii_case(&segment.name)) {
        Some(known) => Problem::new(Kind::NotSupported, format!("`{known}` is not supported at this address")),
        None => unknown(segment, known.into_iter()),
    }
}
