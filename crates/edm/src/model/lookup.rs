//! Finding things in a model. Names in requests are matched without ASCII case; the declared spelling is answered.

use super::{
    EntitySet, EnumMember, EnumType, Model, Navigation, OperationImport, Primitive, Property, Singleton, StructType,
    Type, TypeDefinition,
};

impl Model {
    /// The entity set of that name.
    pub fn set(&self, name: &str) -> Option<&'static EntitySet> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        self.sets.iter().find(|set| is(set.name) || set.aliases.iter().any(|alias| is(alias)))
    }

    /// The singleton of that name.
    pub fn singleton(&self, name: &str) -> Option<&'static Singleton> {
        self.singletons.iter().find(|singleton| singleton.name.eq_ignore_ascii_case(name))
    }

    /// The operation import of that name.
    pub fn import(&self, name: &str) -> Option<&'static OperationImport> {
        self.imports.iter().find(|import| import.name.eq_ignore_ascii_case(name))
    }

    /// The structured type of that name, with or without the namespace, superseded names included.
    pub fn structure(&self, name: &str) -> Option<&'static StructType> {
        let name = self.unqualified(name);
        self.structs.iter().copied().find(|ty| ty.is_called(name))
    }

    /// The enumeration of that name, with or without the namespace.
    pub fn enumeration(&self, name: &str) -> Option<&'static EnumType> {
        let name = self.unqualified(name);
        self.enums.iter().copied().find(|ty| ty.name.eq_ignore_ascii_case(name))
    }

    /// The type definition of that name, with or without the namespace.
    pub fn definition(&self, name: &str) -> Option<&'static TypeDefinition> {
        let name = self.unqualified(name);
        self.definitions.iter().copied().find(|ty| ty.name.eq_ignore_ascii_case(name))
    }

    /// The name without this model's namespace, or its alias, in front.
    pub fn unqualified<'a>(&self, name: &'a str) -> &'a str {
        let behind = |namespace: &str| {
            let (front, rest) = name.split_at_checked(namespace.len())?;
            rest.strip_prefix('.').filter(|_| front.eq_ignore_ascii_case(namespace))
        };
        behind(self.namespace).or_else(|| self.alias.and_then(behind)).unwrap_or(name)
    }

    /// Does a request mean this model's namespace by that name?
    pub fn is_called(&self, namespace: &str) -> bool {
        std::iter::once(self.namespace).chain(self.alias).any(|known| known.eq_ignore_ascii_case(namespace))
    }
}

impl StructType {
    /// Does a request mean this type by that unqualified name?
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// Is it `other` or derived from it?
    pub fn is_a(&'static self, other: &StructType) -> bool {
        self.lineage().any(|ty| std::ptr::eq(ty, other))
    }

    /// This type, its base, the base of that, and so on.
    pub fn lineage(&'static self) -> impl Iterator<Item = &'static StructType> {
        std::iter::successors(Some(self), |ty| ty.base)
    }

    /// The number of properties, inherited ones included.
    pub fn property_count(&self) -> usize {
        self.properties.len() + self.base.map_or(0, StructType::property_count)
    }

    /// The property at a position in wire order: inherited ones first.
    pub fn property(&self, ordinal: usize) -> Option<&'static Property> {
        let inherited = self.base.map_or(0, StructType::property_count);
        match ordinal.checked_sub(inherited) {
            Some(own) => self.properties.get(own),
            None => self.base.and_then(|base| base.property(ordinal)),
        }
    }

    /// All properties in wire order with their positions.
    pub fn all_properties(&'static self) -> impl Iterator<Item = (usize, &'static Property)> {
        (0..self.property_count()).filter_map(|ordinal| Some((ordinal, self.property(ordinal)?)))
    }

    /// The property of that name and its position.
    pub fn find(&'static self, name: &str) -> Option<(usize, &'static Property)> {
        let inherited = self.base.map_or(0, StructType::property_count);
        let own = self.properties.iter().position(|property| property.name.eq_ignore_ascii_case(name));
        match own {
            Some(own) => Some((inherited + own, self.properties.get(own)?)),
            None => self.base?.find(name),
        }
    }

    /// All navigation properties, inherited ones first.
    pub fn all_navigation(&'static self) -> impl Iterator<Item = &'static Navigation> {
        let depth = self.lineage().count();
        (0..depth).rev().filter_map(|at| self.lineage().nth(at)).flat_map(|ty| ty.navigation)
    }

    /// Are there any?
    pub fn has_navigation(&'static self) -> bool {
        self.lineage().any(|ty| !ty.navigation.is_empty())
    }

    /// The navigation property of that name, other accepted names included.
    pub fn find_navigation(&'static self, name: &str) -> Option<&'static Navigation> {
        self.lineage().find_map(|ty| ty.navigation.iter().find(|navigation| navigation.is_called(name)))
    }

    /// Are some properties left out of an answer unless they are selected?
    pub fn has_on_request(&'static self) -> bool {
        self.lineage().any(|ty| ty.properties.iter().any(|property| property.on_request))
    }

    /// The names of the key properties, also when inherited.
    pub fn key_properties(&'static self) -> &'static [&'static str] {
        self.lineage().map(|ty| ty.key).find(|key| !key.is_empty()).unwrap_or(&[])
    }

    /// The property that a key names by its declared name: it is declared with the key, or above it.
    pub fn key_property(&'static self, name: &str) -> Option<&'static Property> {
        let declaring = self.lineage().find(|ty| !ty.key.is_empty())?;
        declaring.lineage().find_map(|ty| ty.properties.iter().find(|property| property.name == name))
    }

    /// Every name a request could use on this type, for suggestions.
    pub fn names(&'static self) -> impl Iterator<Item = &'static str> {
        let properties = self.all_properties().map(|(_, property)| property.name);
        properties.chain(self.all_navigation().map(|navigation| navigation.name))
    }
}

impl Navigation {
    /// Does a request mean this property by that name?
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}

impl EnumType {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&'static EnumMember> {
        self.members.iter().find(|member| member.name.eq_ignore_ascii_case(name))
    }

    /// The member of that number.
    pub fn numbered(&self, value: i64) -> Option<&'static EnumMember> {
        self.members.iter().find(|member| member.value == value)
    }

    /// The number of the sentinel.
    pub fn sentinel_value(&self) -> Option<i64> {
        Some(self.member(self.sentinel?)?.value)
    }

    /// The numbers that a flags value may combine, sentinel excepted.
    pub fn mask(&self) -> i64 {
        let known = self.members.iter().filter(|member| Some(member.name) != self.sentinel);
        known.fold(0, |mask, member| mask | member.value)
    }
}

impl Type {
    /// The primitive behind it, if it is one or names one.
    pub fn primitive(&self) -> Option<Primitive> {
        match self {
            Type::Primitive(primitive) => Some(*primitive),
            Type::Definition(definition) => Some(definition.underlying),
            Type::Enum(_) | Type::Struct(_) => None,
        }
    }

    /// The structured type behind it.
    pub fn structure(&self) -> Option<&'static StructType> {
        match self {
            Type::Struct(ty) => Some(ty),
            _ => None,
        }
    }

    /// Is one value of it less than another?
    pub fn is_ordered(&self) -> bool {
        match self.primitive() {
            Some(Primitive::Binary | Primitive::Stream) => false,
            Some(primitive) => !primitive.is_geography(),
            None => matches!(self, Type::Enum(_)),
        }
    }

    /// Its name for messages: `Edm.String`, or the unqualified name.
    pub fn name(&self) -> &'static str {
        match self {
            Type::Primitive(primitive) => primitive.name(),
            Type::Enum(ty) => ty.name,
            Type::Struct(ty) => ty.name,
            Type::Definition(ty) => ty.name,
        }
    }
}

impl Primitive {
    /// All primitives, for look-ups by name.
    pub const ALL: &'static [Primitive] = &[
        Primitive::Binary,
        Primitive::Boolean,
        Primitive::Byte,
        Primitive::Date,
        Primitive::DateTimeOffset,
        Primitive::Decimal,
        Primitive::Double,
        Primitive::Duration,
        Primitive::Guid,
        Primitive::Int16,
        Primitive::Int32,
        Primitive::Int64,
        Primitive::SByte,
        Primitive::Single,
        Primitive::Stream,
        Primitive::String,
        Primitive::TimeOfDay,
        Primitive::GeographyPoint,
        Primitive::GeographyLineString,
        Primitive::GeographyPolygon,
        Primitive::GeographyMultiPoint,
        Primitive::GeographyMultiLineString,
        Primitive::GeographyMultiPolygon,
        Primitive::GeographyCollection,
    ];

    /// The qualified name.
    pub fn name(self) -> &'static str {
        match self {
            Primitive::Binary => "Edm.Binary",
            Primitive::Boolean => "Edm.Boolean",
            Primitive::Byte => "Edm.Byte",
            Primitive::Date => "Edm.Date",
            Primitive::DateTimeOffset => "Edm.DateTimeOffset",
            Primitive::Decimal => "Edm.Decimal",
            Primitive::Double => "Edm.Double",
            Primitive::Duration => "Edm.Duration",
            Primitive::Guid => "Edm.Guid",
            Primitive::Int16 => "Edm.Int16",
            Primitive::Int32 => "Edm.Int32",
            Primitive::Int64 => "Edm.Int64",
            Primitive::SByte => "Edm.SByte",
            Primitive::Single => "Edm.Single",
            Primitive::Stream => "Edm.Stream",
            Primitive::String => "Edm.String",
            Primitive::TimeOfDay => "Edm.TimeOfDay",
            Primitive::GeographyPoint => "Edm.GeographyPoint",
            Primitive::GeographyLineString => "Edm.GeographyLineString",
            Primitive::GeographyPolygon => "Edm.GeographyPolygon",
            Primitive::GeographyMultiPoint => "Edm.GeographyMultiPoint",
            Primitive::GeographyMultiLineString => "Edm.GeographyMultiLineString",
            Primitive::GeographyMultiPolygon => "Edm.GeographyMultiPolygon",
            Primitive::GeographyCollection => "Edm.GeographyCollection",
        }
    }

    /// The primitive of that qualified or, without `Edm.`, unqualified name.
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix("Edm.").unwrap_or(name);
        Self::ALL.iter().copied().find(|primitive| primitive.name().strip_prefix("Edm.") == Some(bare))
    }

    /// Is it one of the `Edm.Geography` family?
    pub fn is_geography(self) -> bool {
        self.name().starts_with("Edm.Geography")
    }

    /// The least and greatest integer it holds.
    pub fn integer_range(self) -> Option<(i64, i64)> {
        match self {
            Primitive::Byte => Some((0, i64::from(u8::MAX))),
            Primitive::SByte => Some((i64::from(i8::MIN), i64::from(i8::MAX))),
            Primitive::Int16 => Some((i64::from(i16::MIN), i64::from(i16::MAX))),
            Primitive::Int32 => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Primitive::Int64 => Some((i64::MIN, i64::MAX)),
            _ => None,
        }
    }
}
