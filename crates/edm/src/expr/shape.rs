//! What a node of an expression yields: nothing but null, one value, or a list, and of which type.

use crate::model::{EnumType, Primitive, StructType, Type, build};

/// The static type of an expression.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Null, whatever stands in a row.
    Null,
    /// A single value, or null.
    One(Type),
    /// A list of values.
    Many(Type),
    /// A list of nothing but nulls, or empty: it goes with every type.
    Nulls,
}

pub(crate) const BOOLEAN: Shape = Shape::One(build::BOOLEAN);

/// The numeric kinds, each promoted to the ones after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Every integer type: they are reckoned in 64 bits.
    Integer,
    Decimal,
    Single,
    Double,
}

/// Types by what may be done with them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    Number(Rank),
    Enum(&'static EnumType),
    Struct(&'static StructType),
    /// Comparable with its like only.
    Primitive(Primitive),
}

impl Shape {
    /// The shape of a property.
    pub fn of(ty: Type, collection: bool) -> Self {
        if collection { Shape::Many(ty) } else { Shape::One(ty) }
    }

    /// The type of the value or of each item.
    pub fn ty(self) -> Option<Type> {
        match self {
            Shape::One(ty) | Shape::Many(ty) => Some(ty),
            Shape::Null | Shape::Nulls => None,
        }
    }

    /// Is it a list?
    pub fn is_list(self) -> bool {
        matches!(self, Shape::Many(_) | Shape::Nulls)
    }

    /// The shape of each item of a list.
    pub fn item(self) -> Shape {
        self.ty().map_or(Shape::Null, Shape::One)
    }

    /// Its name for messages.
    pub fn name(self) -> String {
        match self {
            Shape::Null => "`null`".to_owned(),
            Shape::One(ty) => format!("`{}`", ty.name()),
            Shape::Many(ty) => format!("`Collection({})`", ty.name()),
            Shape::Nulls => "a list without values".to_owned(),
        }
    }

    /// The class of a single value; null has none.
    pub(crate) fn class(self) -> Option<Class> {
        match self {
            Shape::One(ty) => Some(Class::of(ty)),
            _ => None,
        }
    }

    pub(crate) fn rank(self) -> Option<Rank> {
        match self.class() {
            Some(Class::Number(rank)) => Some(rank),
            _ => None,
        }
    }

    pub(crate) fn primitive(self) -> Option<Primitive> {
        match self {
            Shape::One(ty) => ty.primitive(),
            _ => None,
        }
    }

    /// May it stand where true or false is asked for?
    pub(crate) fn is_truth(self) -> bool {
        matches!(self, Shape::Null) || self.primitive() == Some(Primitive::Boolean)
    }
}

impl Rank {
    /// The type that stands for the kind.
    pub(crate) fn ty(self) -> Type {
        match self {
            Rank::Integer => build::INT64,
            Rank::Decimal => build::DECIMAL,
            Rank::Single => build::SINGLE,
            Rank::Double => build::DOUBLE,
        }
    }
}

impl Class {
    pub(crate) fn of(ty: Type) -> Self {
        match ty {
            Type::Enum(ty) => Class::Enum(ty),
            Type::Struct(ty) => Class::Struct(ty),
            Type::Primitive(primitive) => Class::of_primitive(primitive),
            Type::Definition(definition) => Class::of_primitive(definition.underlying),
        }
    }

    fn of_primitive(primitive: Primitive) -> Self {
        match primitive {
            Primitive::Double => Class::Number(Rank::Double),
            Primitive::Single => Class::Number(Rank::Single),
            Primitive::Decimal => Class::Number(Rank::Decimal),
            integer if integer.integer_range().is_some() => Class::Number(Rank::Integer),
            other => Class::Primitive(other),
        }
    }

    /// May values of the two be compared for equality, numbers after promotion?
    pub(crate) fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Class::Number(_), Class::Number(_)) => true,
            (Class::Enum(left), Class::Enum(right)) => std::ptr::eq(left, right),
            (Class::Struct(left), Class::Struct(right)) => left.is_a(right) || right.is_a(left),
            (Class::Primitive(left), Class::Primitive(right)) => left == right && self.has_equality(),
            _ => false,
        }
    }

    /// Streams and geographies can only be told from null.
    fn has_equality(self) -> bool {
        !matches!(self, Class::Primitive(primitive) if primitive == Primitive::Stream || primitive.is_geography())
    }

    /// Is there a greater and a less?
    pub(crate) fn is_ordered(self) -> bool {
        match self {
            Class::Number(_) | Class::Enum(_) => true,
            Class::Primitive(Primitive::Binary) | Class::Struct(_) => false,
            Class::Primitive(_) => self.has_equality(),
        }
    }
}
