//! What expressions are evaluated over: a record, stored members, or a row of the service's own making that knows its
//! relationships.

use std::cell::RefCell;
use std::rc::Rc;

use super::datum::Datum;
use super::stored;
use crate::lazy;
use crate::model::{Navigation, Property, StructType};
use crate::record::Record;
use crate::value::Value;

/// Something with properties. Values are borrowed for as long as the data live, not the row itself.
pub trait Row<'a> {
    /// The row as a value.
    fn whole(&self) -> Datum<'a>;

    /// The type it really has, which may be derived from the declared one.
    fn dynamic_type(&self) -> Option<&'static StructType>;

    /// The value of the property at that position of its type.
    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a>;

    /// What a navigation property leads to: a list, or one row or null. Without an answer of the service, nothing.
    fn follow(&self, _navigation: &'static Navigation) -> Datum<'a> {
        Datum::Null
    }

    /// `$it` within nested options: the row of the request, which this one is a part of unless it is that row.
    fn outermost(&self) -> Datum<'a> {
        self.whole()
    }

    /// What was found elsewhere in the service before (`$root/…`) and stands in that slot.
    fn outside(&self, _slot: usize) -> Datum<'a> {
        Datum::Null
    }

    /// What a slot beside the properties holds: see [`crate::apply`].
    fn column(&self, _slot: usize) -> Datum<'a> {
        Datum::Null
    }
}

/// An entity or complex value.
#[derive(Clone)]
pub enum Object<'a> {
    /// A record somewhere.
    Record(&'a Record),
    /// A record come by through reckoning.
    Owned(Rc<Record>),
    /// Stored members (without braces).
    Stored(&'a [u8], &'static StructType),
    /// A row of the service's own making.
    Row(Rc<dyn Row<'a> + 'a>),
}

impl<'a> Row<'a> for Object<'a> {
    fn whole(&self) -> Datum<'a> {
        Datum::Object(self.clone())
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        match self {
            Object::Record(record) => Some(record.ty()),
            Object::Owned(record) => Some(record.ty()),
            Object::Stored(_, ty) => Some(ty),
            Object::Row(row) => row.dynamic_type(),
        }
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        match self {
            Object::Record(record) => record.value(ordinal).into(),
            Object::Owned(record) => record.value(ordinal).clone().into(),
            Object::Stored(members, _) => stored::read_property(property, lazy::member(members, property.name)),
            Object::Row(row) => row.property(ordinal, property),
        }
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        match self {
            Object::Row(row) => row.follow(navigation),
            _ => Datum::Null,
        }
    }

    fn column(&self, slot: usize) -> Datum<'a> {
        match self {
            Object::Row(row) => row.column(slot),
            _ => Datum::Null,
        }
    }
}

impl Object<'_> {
    pub(super) fn to_value(&self) -> Value {
        let Some(ty) = self.dynamic_type() else { return Value::Null };
        let mut record = Record::new(ty);
        for (ordinal, property) in ty.all_properties() {
            record.set(property.name, self.property(ordinal, property).to_value());
        }
        Value::Record(record)
    }
}

impl<'a> Row<'a> for &'a Record {
    fn whole(&self) -> Datum<'a> {
        Datum::Object(Object::Record(self))
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        Some(self.ty())
    }

    fn property(&self, ordinal: usize, _property: &'static Property) -> Datum<'a> {
        self.value(ordinal).into()
    }
}

/// An item of a list of primitive values, or any other value, as the row.
impl<'a> Row<'a> for Datum<'a> {
    fn whole(&self) -> Datum<'a> {
        self.clone()
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        match self {
            Datum::Object(object) => object.dynamic_type(),
            _ => None,
        }
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        match self {
            Datum::Object(object) => object.property(ordinal, property),
            _ => Datum::Null,
        }
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        match self {
            Datum::Object(object) => object.follow(navigation),
            _ => Datum::Null,
        }
    }

    fn column(&self, slot: usize) -> Datum<'a> {
        match self {
            Datum::Object(object) => object.column(slot),
            _ => Datum::Null,
        }
    }
}

/// Stored members as a row. Members are looked for as far as need be, each byte once; only what is asked for is read.
pub struct Stored<'a> {
    ty: &'static StructType,
    members: &'a [u8],
    index: RefCell<Index<'a>>,
}

/// The members seen so far, as (name, raw value), and those still ahead.
struct Index<'a> {
    seen: Vec<(&'a [u8], &'a [u8])>,
    ahead: lazy::Members<'a>,
}

impl<'a> Stored<'a> {
    /// The stored members (without braces) of an item of that type.
    pub fn new(ty: &'static StructType, members: &'a [u8]) -> Self {
        Self { ty, members, index: RefCell::new(Index { seen: Vec::new(), ahead: lazy::members(members) }) }
    }

    fn raw(&self, ordinal: usize, name: &str) -> Option<&'a [u8]> {
        let name = name.as_bytes();
        let mut index = self.index.try_borrow_mut().ok()?;
        // Written in the order of the type, a member stands at the position of its property, or before it.
        if let Some((_, raw)) = index.seen.get(ordinal).filter(|(found, _)| *found == name) {
            return Some(raw);
        }
        if let Some((_, raw)) = index.seen.iter().find(|(found, _)| *found == name) {
            return Some(raw);
        }
        while let Some((found, raw)) = index.ahead.next() {
            index.seen.push((found, raw));
            if found == name {
                return Some(raw);
            }
        }
        None
    }
}

impl<'a> Row<'a> for Stored<'a> {
    fn whole(&self) -> Datum<'a> {
        Datum::Object(Object::Stored(self.members, self.ty))
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        Some(self.ty)
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        stored::read_property(property, self.raw(ordinal, property.name))
    }
}
