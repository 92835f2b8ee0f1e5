//! Segment by segment, from the kind of place reached so far to the next.

use std::borrow::Cow;

use edm::{Model, Navigation, Primitive, StructType, Type};

use super::fault::{not_kept, not_yet};
use super::item::position;
use super::{Address, Place, Step, Tail};
use crate::dialect::Dialect;
use crate::problem::Problem;
use crate::url::decode;
use crate::url::path::{Argument, Segment};

/// What stands at the root without being in the model.
const ROOT: [&str; 5] = ["$metadata", "$batch", "$entity", "$all", "$crossjoin"];

/// Binds the segments of a path.
///
/// `options` answers the query option of a name, decoded: parameter aliases with their `@`, and for arguments that a
/// call does not name plain options ([`option`] looks them up in a query string).
pub fn bind(
    model: &'static Model,
    dialect: &Dialect,
    segments: &[Segment<'_>],
    options: &dyn Fn(&str) -> Option<String>,
) -> Result<Address, Problem> {
    let address = Address { steps: Vec::with_capacity(segments.len()), tail: Tail::Resource, place: Place::Root };
    let mut binder = Binder { model, dialect, options, address };
    let mut rest = segments;
    while let Some((segment, after)) = rest.split_first() {
        let taken = binder.segment(segment, after)?;
        rest = after.get(taken..).unwrap_or_default();
    }
    Ok(binder.address)
}

/// The first option of that name in a query string as sent. Plain names match without case, aliases exactly;
/// a value that is no text is none.
pub fn option(query: Option<&str>, name: &str) -> Option<String> {
    let read = |text: &str| decode(&text.replace('+', " "), |_| true).ok().map(Cow::into_owned);
    query.unwrap_or_default().split('&').find_map(|part| {
        let (given, value) = part.split_once('=').unwrap_or((part, ""));
        let given = read(given)?;
        let found = if name.starts_with('@') { given == name } else { given.eq_ignore_ascii_case(name) };
        if found { read(value) } else { None }
    })
}

/// An address in the making.
pub(super) struct Binder<'a> {
    pub(super) model: &'static Model,
    pub(super) dialect: &'a Dialect,
    pub(super) options: &'a dyn Fn(&str) -> Option<String>,
    pub(super) address: Address,
}

impl Binder<'_> {
    /// Takes a segment; says how many of those after it belong to it.
    fn segment(&mut self, segment: &Segment<'_>, after: &[Segment<'_>]) -> Result<usize, Problem> {
        match self.address.tail {
            Tail::Resource => {}
            Tail::Each => return self.on_each(segment).map(|()| 0),
            _ => return Err(self.unexpected(segment)),
        }
        self.may_go_on()?;
        if segment.is("$query") && !matches!(self.address.place, Place::Root | Place::Metadata | Place::Batch) {
            self.address.tail = Tail::Query;
            return Ok(0);
        }
        if self.qualified(segment)? {
            return Ok(0);
        }
        let place = self.address.place;
        match place {
            Place::Root => self.root(segment)?,
            Place::Collection(ty) => return self.within_collection(ty, segment, after),
            Place::Entity(ty) => self.within_entity(ty, segment)?,
            Place::Property(property) => match position(segment).filter(|_| property.collection) {
                Some(position) => self.item(property, position)?,
                None => self.within_value(property.ty, property.collection, segment)?,
            },
            Place::Item(property) => self.within_value(property.ty, false, segment)?,
            Place::Value(ty, collection) => self.within_value(ty, collection, segment)?,
            Place::EntityById(_) | Place::All(_) if self.bare_type(segment)? => {}
            _ => return Err(self.unexpected(segment)),
        }
        Ok(0)
    }

    fn root(&mut self, segment: &Segment<'_>) -> Result<(), Problem> {
        if let Some(set) = self.model.set(segment.name()) {
            self.address.steps.push(Step::Set(set));
            self.address.place = Place::Collection(set.ty);
            return self.key_of_segment(segment);
        }
        if let Some(singleton) = self.model.singleton(segment.name()).filter(|_| !segment.is_call()) {
            self.address.steps.push(Step::Singleton(singleton));
            self.address.place = Place::Entity(singleton.ty);
            return Ok(());
        }
        self.address.place = match ROOT.iter().find(|known| known.eq_ignore_ascii_case(segment.name())) {
            Some(&"$crossjoin") => return Err(not_yet("`$crossjoin`")),
            Some(_) if segment.is_call() => return Err(self.unexpected(segment)),
            Some(&"$metadata") => Place::Metadata,
            Some(&"$batch") => Place::Batch,
            Some(&"$entity") => Place::EntityById(None),
            Some(_) => Place::All(None),
            None => return self.imported(segment),
        };
        Ok(())
    }

    /// A segment at the root that nothing else is: an operation, or unknown.
    fn imported(&mut self, segment: &Segment<'_>) -> Result<(), Problem> {
        if let Some(import) = self.model.import(segment.name()) {
            return self.call_import(import, segment);
        }
        let names = self.model.sets.iter().map(|set| set.name);
        let names = names.chain(self.model.singletons.iter().map(|singleton| singleton.name)).chain(ROOT);
        Err(self.unknown(segment, names.chain(self.model.imports.iter().map(|import| import.name))))
    }

    fn within_collection(
        &mut self,
        ty: &'static StructType,
        segment: &Segment<'_>,
        after: &[Segment<'_>],
    ) -> Result<usize, Problem> {
        match segment {
            _ if segment.is("$count") => self.address.tail = Tail::Count,
            _ if segment.is("$ref") => self.address.tail = Tail::Ref,
            _ if segment.is("$each") => self.address.tail = Tail::Each,
            Segment { condition: Some(condition), .. } => self.filter(condition, segment)?,
            _ if segment.text.starts_with('$') => return Err(self.special(segment)),
            _ if self.bare_type(segment)? => {}
            _ if self.names_operation(ty, segment) && self.call_bound(segment.name(), segment)? => {}
            _ => return self.key_segments(ty, segment, after),
        }
        Ok(0)
    }

    /// Is the segment rather an operation than a key? A key that is a string can look like one: then the spelling
    /// decides.
    fn names_operation(&self, ty: &'static StructType, segment: &Segment<'_>) -> bool {
        let is_text =
            |name: &&str| ty.key_property(name).is_some_and(|key| matches!(key.ty, Type::Primitive(Primitive::String)));
        !ty.key_properties().iter().any(is_text)
            || segment.is_call()
            || self.model.operations.iter().any(|operation| operation.name == segment.name())
    }

    pub(super) fn within_entity(&mut self, ty: &'static StructType, segment: &Segment<'_>) -> Result<(), Problem> {
        match segment {
            _ if segment.is("$ref") => self.address.tail = Tail::Ref,
            _ if segment.is("$value") => self.address.tail = Tail::Value,
            _ if segment.text.starts_with('$') => return Err(self.special(segment)),
            _ => self.member(ty, segment)?,
        }
        Ok(())
    }

    /// A navigation property, property, cast or operation of a structured type.
    fn member(&mut self, ty: &'static StructType, segment: &Segment<'_>) -> Result<(), Problem> {
        if let Some(navigation) = ty.find_navigation(segment.name()) {
            self.along(ty, navigation, segment, segment.arguments.as_deref())?;
            return if segment.further.is_empty() { Ok(()) } else { Err(self.unexpected(segment)) };
        }
        if let Some((_, property)) = ty.find(segment.name()).filter(|_| !segment.is_call()) {
            self.address.steps.push(Step::Property(property));
            self.address.place = Place::Property(property);
            return Ok(());
        }
        if self.bare_type(segment)? || self.call_bound(segment.name(), segment)? {
            return Ok(());
        }
        if ty.lineage().any(|ty| ty.declines.iter().any(|name| segment.is(name))) {
            return Err(not_kept(ty, segment));
        }
        let operations: Vec<&str> = self.bound_operations().map(|operation| operation.name).collect();
        Err(self.unknown(segment, ty.names().chain(operations)))
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
        if self.is_in_item() {
            return Err(not_yet("a relationship of an item of a list"));
        }
        let Some(way) = navigation.shortcut else {
            self.address.steps.push(Step::Navigation(navigation));
            self.address.place = Place::end_of(navigation);
            return self.key_in_parentheses(segment, arguments);
        };
        let mut ty = ty;
        for (position, name) in way.iter().enumerate() {
            let step = ty.find_navigation(name).ok_or_else(|| self.unknown(segment, ty.names()))?;
            let last = position + 1 == way.len();
            self.along(ty, step, segment, arguments.filter(|_| last))?;
            ty = step.target;
        }
        Ok(())
    }

    /// Within a property, or a value that an operation returned.
    fn within_value(&mut self, ty: Type, collection: bool, segment: &Segment<'_>) -> Result<(), Problem> {
        let structure = self.cast().or_else(|| ty.structure()).filter(|_| !collection);
        match segment {
            _ if segment.is("$value") && !collection && structure.is_none() => self.address.tail = Tail::Value,
            _ if segment.is("$count") && collection => self.address.tail = Tail::Count,
            Segment { condition: Some(condition), .. } if collection && segment.further.is_empty() => {
                self.address.steps.push(Step::Filter(condition.clone()));
            }
            _ if segment.text.starts_with('$') => return Err(self.special(segment)),
            _ if collection && position(segment).is_some() => {
                return Err(not_yet("an item of a list that an operation returns by its position"));
            }
            _ if collection && self.bare_type(segment)? => {}
            _ => match structure {
                Some(ty) => self.member(ty, segment)?,
                None if self.call_bound(segment.name(), segment)? => {}
                None => return Err(self.unexpected(segment)),
            },
        }
        Ok(())
    }

    /// `$filter(…)` on entities, perhaps with the key of one of them.
    fn filter(&mut self, condition: &str, segment: &Segment<'_>) -> Result<(), Problem> {
        self.address.steps.push(Step::Filter(condition.to_owned()));
        match segment.further.as_slice() {
            [] => Ok(()),
            [key] => self.key_in_parentheses(segment, Some(key)),
            _ => Err(self.unexpected(segment)),
        }
    }
}
