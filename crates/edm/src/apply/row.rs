//! The rows that transformations make.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::eval::{self, Datum, Object};
use crate::model::{Navigation, Property, StructType};

use super::{Column, PathStep};

/// A row of a result.
#[derive(Clone)]
pub struct Row<'a> {
    base: Base<'a>,
    cells: Vec<(usize, Datum<'a>)>,
    /// The numbers of the given rows that it was made of, where that is asked for.
    behind: Option<Rc<BTreeSet<usize>>>,
}

#[derive(Clone)]
enum Base<'a> {
    /// The row of that number among those that were given.
    Given(usize, Datum<'a>),
    /// What rows of a group have in common.
    Group(Rc<Projection<'a>>),
    Nothing,
}

/// A row of which only some properties are left.
#[derive(Clone)]
pub(super) struct Projection<'a> {
    ty: &'static StructType,
    members: Vec<(PathStep, Member<'a>)>,
}

#[derive(Clone)]
enum Member<'a> {
    Value(Datum<'a>),
    Nested(Rc<Projection<'a>>),
}

/// One member of a row that was not given as it is.
pub enum Content<'r, 'a> {
    /// A declared value.
    Declared(PathStep, &'r Datum<'a>),
    /// What is left of a structured value.
    Nested(PathStep, Vec<Content<'r, 'a>>),
    /// An aggregated or computed value.
    Column(&'r Column, &'r Datum<'a>),
}

impl<'a> Row<'a> {
    pub(super) fn given(at: usize, row: Datum<'a>) -> Self {
        Self { base: Base::Given(at, row), cells: Vec::new(), behind: None }
    }

    pub(super) fn new(cells: Vec<(usize, Datum<'a>)>) -> Self {
        Self { base: Base::Nothing, cells, behind: None }
    }

    /// The same, which knows the given rows that it was made of.
    pub(super) fn made_of(self, behind: BTreeSet<usize>) -> Self {
        Self { behind: Some(Rc::new(behind)), ..self }
    }

    /// The given rows behind it.
    pub(super) fn behind(&self) -> impl Iterator<Item = usize> {
        let made = self.behind.iter().flat_map(|behind| behind.iter().copied());
        self.origin().into_iter().chain(made)
    }

    /// The number of the given row that this is, if it is one. Its own members are not among [`Row::contents`].
    pub fn origin(&self) -> Option<usize> {
        match self.base {
            Base::Given(at, _) => Some(at),
            _ => None,
        }
    }

    /// Its members in the order in which they are written; of a given row, those that were added.
    pub fn contents<'r>(&'r self, columns: &'r [Column]) -> Vec<Content<'r, 'a>> {
        let mut contents = match &self.base {
            Base::Group(projection) => projection.contents(),
            _ => Vec::new(),
        };
        let cells = self.cells.iter();
        let named = cells.filter_map(|(slot, value)| Some(Content::Column(columns.get(*slot)?, value)));
        contents.extend(named.filter(|content| !content.name().is_empty()));
        contents
    }

    /// The same as raw JSON members, without braces.
    pub fn to_members(&self, columns: &[Column]) -> Vec<u8> {
        let mut out = Vec::new();
        write_members(&self.contents(columns), &mut out);
        out
    }

    pub(super) fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// Puts a value into a slot.
    pub(super) fn set(&mut self, slot: usize, value: Datum<'a>) {
        match self.cells.iter_mut().find(|(at, _)| *at == slot) {
            Some((_, cell)) => *cell = value,
            None => self.cells.push((slot, value)),
        }
    }

    /// Adds what its group has in common.
    pub(super) fn join(&mut self, group: Option<&Rc<Projection<'a>>>, cells: &[(usize, Datum<'a>)]) {
        let missing = cells.iter().filter(|(slot, _)| self.cells.iter().all(|(own, _)| own != slot));
        let mut joined: Vec<_> = missing.cloned().collect();
        joined.append(&mut self.cells);
        self.cells = joined;
        self.base = match (std::mem::replace(&mut self.base, Base::Nothing), group) {
            (Base::Nothing, Some(group)) => Base::Group(Rc::clone(group)),
            (Base::Group(own), Some(group)) => Base::Group(Rc::new(group.merged(&own))),
            (base, _) => base,
        };
    }
}

impl<'a> eval::Row<'a> for Row<'a> {
    fn whole(&self) -> Datum<'a> {
        match &self.base {
            Base::Given(_, row) if self.cells.is_empty() => row.clone(),
            _ => Datum::row(self.clone()),
        }
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        match &self.base {
            Base::Given(_, row) => row.dynamic_type(),
            Base::Group(group) => group.dynamic_type(),
            Base::Nothing => None,
        }
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        match &self.base {
            Base::Given(_, row) => row.property(ordinal, property),
            Base::Group(group) => group.property(ordinal, property),
            Base::Nothing => Datum::Null,
        }
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        match &self.base {
            Base::Given(_, row) => row.follow(navigation),
            Base::Group(group) => group.follow(navigation),
            Base::Nothing => Datum::Null,
        }
    }

    fn column(&self, slot: usize) -> Datum<'a> {
        let cell = self.cells.iter().find(|(at, _)| *at == slot);
        cell.map_or(Datum::Null, |(_, value)| value.clone())
    }
}

impl<'a> Projection<'a> {
    pub(super) fn new(ty: &'static StructType) -> Self {
        Self { ty, members: Vec::new() }
    }

    /// Puts a value at the end of a path, unless it is there.
    pub(super) fn insert(&mut self, path: &[PathStep], value: Datum<'a>) {
        let [step, rest @ ..] = path else { return };
        let at = self.members.iter().position(|(own, _)| own == step);
        if rest.is_empty() {
            // What was inserted below it is part of it.
            match at.and_then(|at| self.members.get_mut(at)) {
                Some((_, member @ Member::Nested(_))) => *member = Member::Value(value),
                Some(_) => {}
                None => self.members.push((*step, Member::Value(value))),
            }
            return;
        }
        let Some(ty) = step.structure() else { return };
        let at = at.unwrap_or_else(|| {
            self.members.push((*step, Member::Nested(Rc::new(Projection::new(ty)))));
            self.members.len() - 1
        });
        if let Some((_, Member::Nested(nested))) = self.members.get_mut(at) {
            Rc::make_mut(nested).insert(rest, value);
        }
    }

    /// This and what the other has beside.
    fn merged(&self, other: &Self) -> Self {
        let mut merged = self.clone();
        for (step, member) in &other.members {
            match merged.members.iter_mut().find(|(own, _)| own == step) {
                None => merged.members.push((*step, member.clone())),
                Some((_, Member::Nested(own))) => match member {
                    Member::Nested(member) => *own = Rc::new(own.merged(member)),
                    Member::Value(_) => {}
                },
                Some(_) => {}
            }
        }
        merged
    }

    fn contents(&self) -> Vec<Content<'_, 'a>> {
        let contents = self.members.iter().map(|(step, member)| match member {
            Member::Value(value) => Content::Declared(*step, value),
            Member::Nested(nested) => Content::Nested(*step, nested.contents()),
        });
        contents.collect()
    }

    fn member(&self, name: &str) -> Datum<'a> {
        match self.members.iter().find(|(step, _)| step.name() == name) {
            Some((_, Member::Value(value))) => value.clone(),
            Some((_, Member::Nested(nested))) => {
                let nested: Rc<dyn eval::Row<'a> + 'a> = Rc::<Projection<'a>>::clone(nested);
                Datum::Object(Object::Row(nested))
            }
            None => Datum::Null,
        }
    }
}

impl<'a> eval::Row<'a> for Projection<'a> {
    fn whole(&self) -> Datum<'a> {
        Datum::row(self.clone())
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        Some(self.ty)
    }

    fn property(&self, _ordinal: usize, property: &'static Property) -> Datum<'a> {
        self.member(property.name)
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        self.member(navigation.name)
    }
}

impl PathStep {
    /// The type that the next step belongs to.
    fn structure(&self) -> Option<&'static StructType> {
        match self {
            PathStep::Property(_, property) => property.ty.structure(),
            PathStep::Follow(navigation) => Some(navigation.target),
        }
    }
}

impl Content<'_, '_> {
    /// Its wire name.
    pub fn name(&self) -> &str {
        match self {
            Content::Declared(step, _) | Content::Nested(step, _) => step.name(),
            Content::Column(column, _) => &column.name,
        }
    }

    /// Appends the JSON of its value.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Content::Declared(PathStep::Property(_, property), value) => value.to_value().write(property.ty, out),
            Content::Declared(PathStep::Follow(navigation), value) => {
                value.to_value().write(crate::Type::Struct(navigation.target), out);
            }
            Content::Nested(_, contents) => {
                out.push(b'{');
                write_members(contents, out);
                out.push(b'}');
            }
            Content::Column(column, value) => match column.shape.ty() {
                Some(ty) => value.to_value().write(ty, out),
                None => out.extend_from_slice(b"null"),
            },
        }
    }
}

fn write_members(contents: &[Content<'_, '_>], out: &mut Vec<u8>) {
    for (at, content) in contents.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        crate::json::write_string(out, content.name());
        out.push(b':');
        content.write(out);
    }
}
