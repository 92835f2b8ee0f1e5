//! What must hold for every row: values of the service's making, unique names, relationships that lead somewhere.

use edm::model::Type;
use edm::{DateTimeOffset, Mode, Primitive, Record, StructType, Value};
use engine::{Kind, Problem};

use super::relation::{Relation, end_of};
use super::{Item, State};
use crate::model::SHOP;

/// Fills in what the service says of a new row: instants that nobody gave are now, and the name of its type.
pub(super) fn complete(record: &mut Record, now: i64) {
    for (_, property) in record.ty().all_properties() {
        let instant = property.ty.primitive() == Some(Primitive::DateTimeOffset) && !property.nullable;
        if instant && record.get(property.name).is_null() {
            record.set(property.name, Value::DateTimeOffset(DateTimeOffset::from_ticks(now)));
        }
    }
    name_type(record);
}

/// Of a type and those derived from it, the discriminator says which it is. A row of the base type may say something
/// else, but not that it is one of the others.
pub(super) fn name_type(record: &mut Record) {
    let ty = record.ty();
    let Some((_, discriminator)) = ty.find("ProductType") else { return };
    let said = record.get(discriminator.name).as_str().unwrap_or_default();
    let is_type = SHOP.structs.iter().any(|ty| ty.name == said);
    if said != ty.name && (ty.base.is_some() || is_type) {
        record.set(discriminator.name, Value::text(ty.name));
    }
}

/// The values that only the service gives, as they were; the rest as a create would have it.
pub(super) fn renewed(before: &Record) -> Record {
    let ty = before.ty();
    let mut record = Record::new(ty);
    for (property, value) in before.members().filter(|(property, _)| super::is_kept(ty, property)) {
        record.set(property.name, value.clone());
    }
    record
}

/// Undoes what a change may not touch.
pub(super) fn keep(before: &Record, record: &mut Record) {
    for (property, value) in before.members().filter(|(property, _)| super::is_kept(before.ty(), property)) {
        record.set(property.name, value.clone());
    }
}

/// A client's word on computed properties of a new row counts for nothing.
pub(super) fn forget_computed(record: &mut Record) {
    for (_, property) in record.ty().all_properties().filter(|(_, property)| property.mode == Mode::Computed) {
        record.set(property.name, property.initial());
    }
    if let Some(version) = super::version(record.ty()) {
        record.set(version.name, version.initial());
    }
}

impl State {
    /// Is there no other row with that key or name, and does it refer only to rows that exist?
    pub(super) fn judge(&self, table: &str, item: &Item) -> Result<(), Problem> {
        let ty = item.record.ty();
        let alternate = ty.lineage().flat_map(|ty| ty.alternate_keys.iter().copied());
        for names in std::iter::once(ty.key_properties()).chain(alternate) {
            let values: Vec<Value> = names.iter().map(|name| item.record.get(name).clone()).collect();
            let others = self.items(table).filter(|other| other.at != item.at);
            let same = |other: &Item| names.iter().zip(&values).all(|(name, value)| other.record.get(name) == value);
            if !names.is_empty() && others.into_iter().any(|other| same(other)) {
                let message = format!("found a `{}` with the same {} already", ty.name, names.join(" and "));
                return Err(Problem::new(Kind::NameExists, message).at(names.first().copied().unwrap_or_default()));
            }
        }
        self.judge_references(ty, &item.record)
    }

    fn judge_references(&self, ty: &'static StructType, record: &Record) -> Result<(), Problem> {
        for navigation in ty.all_navigation() {
            let Relation::Here(pairs) = Relation::of(navigation) else { continue };
            let Some(end) = end_of(ty, navigation) else { continue };
            let values: Vec<Value> = pairs.iter().map(|(here, _)| record.get(here).clone()).collect();
            let names: Vec<&str> = pairs.iter().map(|(_, there)| *there).collect();
            if !values.iter().any(Value::is_null) && self.find_by(end, &names, &values).is_none() {
                let here = pairs.first().map(|(here, _)| *here).unwrap_or_default();
                let message = format!("`{here}` names no member of `{end}`, expected one that exists");
                return Err(Problem::new(Kind::BadBody, message).at(format!("/{here}")));
            }
        }
        Ok(())
    }
}

/// Can the property be without a value?
pub(super) fn may_be_null(ty: &'static StructType, name: &str) -> bool {
    ty.find(name).is_some_and(|(_, property)| property.nullable && !matches!(property.ty, Type::Struct(_)))
}
