//! How a navigation property leads from row to row: through a property of this row, through one of the other, or
//! through pairs kept beside them.

use std::sync::Arc;

use edm::{Navigation, StructType, Value};
use engine::{Kind, Problem};

use super::{Item, State};
use crate::model::SHOP;

/// What holds a relationship.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Relation {
    /// Properties of this row name the other: (here, there).
    Here(&'static [(&'static str, &'static str)]),
    /// Properties of the other name this row: (there, here).
    There(&'static [(&'static str, &'static str)]),
    /// Neither.
    Beside,
}

impl Relation {
    pub(crate) fn of(navigation: &'static Navigation) -> Relation {
        if !navigation.constraint.is_empty() {
            return Relation::Here(navigation.constraint);
        }
        let partner = navigation.partner.and_then(|name| navigation.target.find_navigation(name));
        match partner.filter(|partner| !partner.constraint.is_empty()) {
            Some(partner) => Relation::There(partner.constraint),
            None => Relation::Beside,
        }
    }
}

/// The table in which a navigation property of rows of that type ends.
pub(crate) fn end_of(ty: &'static StructType, navigation: &Navigation) -> Option<&'static str> {
    let sets = SHOP.sets.iter().filter(|set| ty.is_a(set.ty)).flat_map(|set| set.bindings);
    let singletons = SHOP.singletons.iter().filter(|one| ty.is_a(one.ty)).flat_map(|one| one.bindings);
    let mut bound = sets.chain(singletons).filter(|(name, _)| *name == navigation.name);
    bound.next().and_then(|(_, set)| SHOP.set(set)).map(|set| set.name)
}

impl State {
    /// The rows a navigation property leads to.
    pub(crate) fn follow(&self, item: &Item, navigation: &'static Navigation) -> Vec<Arc<Item>> {
        let Some(table) = end_of(item.record.ty(), navigation) else { return Vec::new() };
        match Relation::of(navigation) {
            Relation::Here(pairs) => {
                let fits =
                    |other: &Item| pairs.iter().all(|(here, there)| joins(&item.record, here, &other.record, there));
                self.items(table).filter(|other| fits(other)).cloned().collect()
            }
            Relation::There(pairs) => {
                let fits =
                    |other: &Item| pairs.iter().all(|(there, here)| joins(&other.record, there, &item.record, here));
                self.items(table).filter(|other| fits(other)).cloned().collect()
            }
            Relation::Beside => {
                let pairs = self.links.get(navigation.name).into_iter().flatten();
                pairs
                    .filter(|(from, _)| *from == item.at)
                    .filter_map(|(_, to)| self.place(table, *to).cloned())
                    .collect()
            }
        }
    }

    /// Makes `other` the end, or one of the ends, of a relationship of the row at that place.
    pub(super) fn connect(
        &mut self,
        table: &'static str,
        at: i64,
        navigation: &'static Navigation,
        other: &Arc<Item>,
    ) -> Result<(), Problem> {
        let item = Arc::clone(self.place(table, at).ok_or_else(gone)?);
        let end = end_of(item.record.ty(), navigation).ok_or_else(gone)?;
        match Relation::of(navigation) {
            Relation::Here(pairs) => self.write(table, &item, pairs.iter().copied(), Some(other)),
            Relation::There(pairs) => self.write(end, other, pairs.iter().copied(), Some(&item)),
            Relation::Beside => {
                let links = self.links.entry(navigation.name).or_default();
                if !navigation.collection {
                    links.retain(|(from, _)| *from != at);
                }
                if !links.contains(&(at, other.at)) {
                    links.push((at, other.at));
                }
                Ok(())
            }
        }
    }

    /// Takes `other`, or whatever is there, off the end of a relationship. A row that cannot be without it stays.
    pub(super) fn disconnect(
        &mut self,
        item: &Arc<Item>,
        table: &'static str,
        navigation: &'static Navigation,
        other: &Arc<Item>,
    ) -> Result<(), Problem> {
        let end = end_of(item.record.ty(), navigation).ok_or_else(gone)?;
        match Relation::of(navigation) {
            Relation::Here(pairs) => self.write(table, item, pairs.iter().copied(), None),
            Relation::There(pairs) => self.write(end, other, pairs.iter().copied(), None),
            Relation::Beside => {
                let links = self.links.entry(navigation.name).or_default();
                links.retain(|link| *link != (item.at, other.at));
                Ok(())
            }
        }
    }

    /// Writes what the principal's properties say, or null, into the dependent.
    fn write(
        &mut self,
        table: &'static str,
        dependent: &Arc<Item>,
        pairs: impl Iterator<Item = (&'static str, &'static str)>,
        principal: Option<&Arc<Item>>,
    ) -> Result<(), Problem> {
        let mut record = dependent.record.clone();
        for (name, of) in pairs {
            let fixed = record.ty().key_properties().contains(&name);
            let value = principal.map_or(Value::Null, |principal| principal.record.get(of).clone());
            if fixed && *record.get(name) != value {
                let message = format!("found another value for `{name}`, which is part of a key and cannot change");
                return Err(Problem::new(Kind::BadBody, message));
            }
            record.set(name, value);
        }
        if record != dependent.record {
            self.rewrite(table, dependent, record);
        }
        Ok(())
    }
}

/// Do the values agree, neither being null?
fn joins(left: &edm::Record, name: &str, right: &edm::Record, of: &str) -> bool {
    let value = left.get(name);
    !value.is_null() && value == right.get(of)
}

fn gone() -> Problem {
    Problem::new(Kind::ItemNotFound, "the relationship leads nowhere")
}
