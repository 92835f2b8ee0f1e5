//! A structured value: one [`Value`] per declared property, in wire order; and the change of one.

use crate::model::{Default, Primitive, Property, StructType, Type};
use crate::value::Value;

/// A value of an entity or complex type.
#[derive(Debug, Clone)]
pub struct Record {
    ty: &'static StructType,
    // INVARIANT: exactly one value per property of `ty`, inherited ones first.
    values: Vec<Value>,
}

impl Record {
    /// A record in which every property has the value of a create that names none.
    pub fn new(ty: &'static StructType) -> Self {
        Self { ty, values: ty.all_properties().map(|(_, property)| property.initial()).collect() }
    }

    /// Its type.
    pub fn ty(&self) -> &'static StructType {
        self.ty
    }

    /// The value at a position; null beyond the last.
    pub fn value(&self, ordinal: usize) -> &Value {
        self.values.get(ordinal).unwrap_or(&Value::Null)
    }

    /// The value of a property by name; null when there is no such property.
    pub fn get(&self, name: &str) -> &Value {
        self.ty.find(name).map_or(&Value::Null, |(ordinal, _)| self.value(ordinal))
    }

    /// Replaces the value of a property; says whether there is one of that name.
    pub fn set(&mut self, name: &str, value: Value) -> bool {
        let slot = self.ty.find(name).and_then(|(ordinal, _)| self.values.get_mut(ordinal));
        slot.map(|slot| *slot = value).is_some()
    }

    /// The properties with their values, in wire order.
    pub fn members(&self) -> impl Iterator<Item = (&'static Property, &Value)> {
        self.ty.all_properties().map(|(ordinal, property)| (property, self.value(ordinal)))
    }

    /// Writes the canonical members, without braces: every property in wire order, nulls included. Streams have no
    /// place in JSON.
    pub fn write_members(&self, out: &mut Vec<u8>) {
        let mut first = true;
        for (property, value) in self.members() {
            if property.ty.primitive() == Some(Primitive::Stream) {
                continue;
            }
            if !first {
                out.push(b',');
            }
            first = false;
            out.push(b'"');
            out.extend_from_slice(property.name.as_bytes());
            out.extend_from_slice(b"\":");
            value.write(property.ty, out);
        }
    }

    /// The canonical members as stored.
    pub fn to_members(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 * self.values.len());
        self.write_members(&mut out);
        out
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.ty, other.ty) && self.values == other.values
    }
}

impl Property {
    /// The value of a create that does not name the property.
    pub fn initial(&self) -> Value {
        if self.collection {
            return Value::List(Vec::new());
        }
        match (self.default, self.ty) {
            (Some(default), ty) => default.value(ty),
            (None, _) if self.nullable => Value::Null,
            (None, Type::Enum(ty)) => ty.members.first().map_or(Value::Null, |member| Value::Enum(member.value)),
            (None, Type::Struct(ty)) => Value::Record(Record::new(ty)),
            (None, ty) => ty.primitive().map_or(Value::Null, zero),
        }
    }
}

impl Default {
    fn value(self, ty: Type) -> Value {
        match (self, ty) {
            (Default::Boolean(value), _) => Value::Boolean(value),
            (Default::Integer(value), Type::Enum(_)) => Value::Enum(value),
            (Default::Integer(value), _) => Value::Integer(value),
            (Default::Double(value), _) => Value::Double(value),
            (Default::Text(text), _) => Value::text(text),
            (Default::Member(name), Type::Enum(ty)) => {
                ty.member(name).map_or(Value::Null, |member| Value::Enum(member.value))
            }
            (Default::Member(_), _) => Value::Null,
        }
    }
}

/// What a non-nullable property holds when neither client nor model says.
fn zero(primitive: Primitive) -> Value {
    match primitive {
        Primitive::Boolean => Value::Boolean(false),
        Primitive::String => Value::text(""),
        Primitive::Double => Value::Double(0.0),
        Primitive::Single => Value::Single(0.0),
        Primitive::Decimal => Value::Decimal(0.into()),
        Primitive::Binary => Value::Binary(Box::default()),
        Primitive::Guid => Value::Guid(uuid::Uuid::nil()),
        _ if primitive.integer_range().is_some() => Value::Integer(0),
        _ => Value::Null,
    }
}

/// A change of some members of a record: what a create or update body says.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Position of a property and what becomes of it, each position at most once.
    pub changes: Vec<(usize, Change)>,
}

/// What becomes of one member.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It gets this value.
    Set(Value),
    /// Of its complex value, some members change; a null one is made new first.
    Merge(Patch),
}

impl Patch {
    /// What is said of the property of that name.
    pub fn get(&self, ty: &'static StructType, name: &str) -> Option<&Change> {
        let (ordinal, _) = ty.find(name)?;
        self.changes.iter().find(|(at, _)| *at == ordinal).map(|(_, change)| change)
    }

    /// Forgets what is said of the property of that name.
    pub fn remove(&mut self, ty: &'static StructType, name: &str) {
        let ordinal = ty.find(name).map(|(ordinal, _)| ordinal);
        self.changes.retain(|(at, _)| Some(*at) != ordinal);
    }

    /// Carries the change out.
    pub fn apply(self, record: &mut Record) {
        for (ordinal, change) in self.changes {
            let ty = record.ty.property(ordinal).and_then(|property| property.ty.structure());
            let Some(slot) = record.values.get_mut(ordinal) else { continue };
            change.apply(ty, slot);
        }
    }
}

impl Change {
    /// Carries the change of a value out; a complex one is of type `ty`.
    pub fn apply(self, ty: Option<&'static StructType>, slot: &mut Value) {
        match (self, ty) {
            (Change::Set(value), _) => *slot = value,
            (Change::Merge(patch), Some(ty)) => {
                let mut nested = match std::mem::replace(slot, Value::Null) {
                    Value::Record(nested) => nested,
                    _ => Record::new(ty),
                };
                patch.apply(&mut nested);
                *slot = Value::Record(nested);
            }
            (Change::Merge(_), None) => {}
        }
    }
}
