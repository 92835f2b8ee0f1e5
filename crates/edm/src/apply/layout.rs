//! The structure of rows: which declared properties are left of them, and which columns they have.

use crate::model::{Navigation, Property};

use super::Grouping;

/// One step from a row to something of it.
#[derive(Debug, Clone, Copy)]
pub enum PathStep {
    /// A property and its position in its type.
    Property(usize, &'static Property),
    /// A single-valued navigation property.
    Follow(&'static Navigation),
}

/// What a row has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// It is a row that was given, with all its properties.
    whole: bool,
    /// Otherwise the ways to what is left of them.
    paths: Vec<Vec<PathStep>>,
    /// Slots of columns in the order in which they are written.
    columns: Vec<usize>,
}

/// What a row has of a path of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    No,
    /// Something below it.
    Part,
    /// It, and what is below.
    Whole,
}

impl PathStep {
    /// Its wire name.
    pub fn name(&self) -> &'static str {
        match self {
            PathStep::Property(_, property) => property.name,
            PathStep::Follow(navigation) => navigation.name,
        }
    }
}

impl PartialEq for PathStep {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Layout {
    /// That of given rows.
    pub fn given() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Does it have all properties of its type?
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The ways to what is left of the declared properties, unless all are.
    pub fn paths(&self) -> &[Vec<PathStep>] {
        &self.paths
    }

    /// The slots of its columns.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// What is left of the properties along a path.
    pub fn sees(&self, names: &[&str]) -> Seen {
        if self.whole {
            return Seen::Whole;
        }
        let along = |path: &&Vec<PathStep>| path.iter().zip(names).all(|(step, name)| step.name() == *name);
        let lengths = self.paths.iter().filter(along).map(Vec::len);
        match lengths.min() {
            None => Seen::No,
            Some(length) if length <= names.len() => Seen::Whole,
            Some(_) => Seen::Part,
        }
    }

    pub(super) fn add_columns(&mut self, slots: impl Iterator<Item = usize>) {
        for slot in slots {
            if !self.columns.contains(&slot) {
                self.columns.push(slot);
            }
        }
    }

    pub(super) fn add_groupings(&mut self, by: &[Grouping]) {
        let mut slots = Vec::new();
        for grouping in by {
            match grouping {
                Grouping::Column(slot) => slots.push(*slot),
                Grouping::Path(path, _) if !self.whole && !self.paths.contains(path) => self.paths.push(path.clone()),
                Grouping::Path(..) => {}
            }
        }
        let own = std::mem::take(&mut self.columns);
        self.add_columns(slots.into_iter().chain(own));
    }
}
