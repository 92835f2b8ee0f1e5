//! Constant constructors for model files: one call per line, defaults for what is usual, methods for what is not.

mod operations;

use super::{
    Capabilities, Default, EntitySet, EnumMember, EnumType, Format, Mode, Navigation, OperationImport, Primitive,
    Property, Singleton, StructKind, StructType, Type, TypeDefinition,
};

pub use operations::{action, function, parameter, returns, returns_list};

/// `Edm.Binary`
pub const BINARY: Type = Type::Primitive(Primitive::Binary);
/// `Edm.Boolean`
pub const BOOLEAN: Type = Type::Primitive(Primitive::Boolean);
/// `Edm.Byte`
pub const BYTE: Type = Type::Primitive(Primitive::Byte);
/// `Edm.Date`
pub const DATE: Type = Type::Primitive(Primitive::Date);
/// `Edm.DateTimeOffset`
pub const DATE_TIME: Type = Type::Primitive(Primitive::DateTimeOffset);
/// `Edm.Decimal`
pub const DECIMAL: Type = Type::Primitive(Primitive::Decimal);
/// `Edm.Double`
pub const DOUBLE: Type = Type::Primitive(Primitive::Double);
/// `Edm.Duration`
pub const DURATION: Type = Type::Primitive(Primitive::Duration);
/// `Edm.Guid`
pub const GUID: Type = Type::Primitive(Primitive::Guid);
/// `Edm.Int16`
pub const INT16: Type = Type::Primitive(Primitive::Int16);
/// `Edm.Int32`
pub const INT32: Type = Type::Primitive(Primitive::Int32);
/// `Edm.Int64`
pub const INT64: Type = Type::Primitive(Primitive::Int64);
/// `Edm.SByte`
pub const SBYTE: Type = Type::Primitive(Primitive::SByte);
/// `Edm.Single`
pub const SINGLE: Type = Type::Primitive(Primitive::Single);
/// `Edm.Stream`
pub const STREAM: Type = Type::Primitive(Primitive::Stream);
/// `Edm.String`
pub const STRING: Type = Type::Primitive(Primitive::String);
/// `Edm.TimeOfDay`
pub const TIME_OF_DAY: Type = Type::Primitive(Primitive::TimeOfDay);
/// `Edm.GeographyPoint`
pub const GEOGRAPHY_POINT: Type = Type::Primitive(Primitive::GeographyPoint);
/// `Edm.GeographyLineString`
pub const GEOGRAPHY_LINE_STRING: Type = Type::Primitive(Primitive::GeographyLineString);
/// `Edm.GeographyPolygon`
pub const GEOGRAPHY_POLYGON: Type = Type::Primitive(Primitive::GeographyPolygon);

/// An enumeration as the type of a property.
pub const fn en(ty: &'static EnumType) -> Type {
    Type::Enum(ty)
}

/// A complex type as the type of a property.
pub const fn of(ty: &'static StructType) -> Type {
    Type::Struct(ty)
}

/// A type definition as the type of a property.
pub const fn def(ty: &'static TypeDefinition) -> Type {
    Type::Definition(ty)
}

/// An entity type.
pub const fn entity(
    name: &'static str,
    base: Option<&'static StructType>,
    description: &'static str,
    properties: &'static [Property],
    navigation: &'static [Navigation],
) -> StructType {
    structure(StructKind::Entity, name, base, description, properties, navigation)
}

/// A complex type.
pub const fn complex(name: &'static str, description: &'static str, properties: &'static [Property]) -> StructType {
    structure(StructKind::Complex, name, None, description, properties, &[])
}

const fn structure(
    kind: StructKind,
    name: &'static str,
    base: Option<&'static StructType>,
    description: &'static str,
    properties: &'static [Property],
    navigation: &'static [Navigation],
) -> StructType {
    StructType {
        name,
        kind,
        base,
        is_abstract: false,
        is_open: false,
        has_stream: false,
        key: &[],
        alternate_keys: &[],
        properties,
        navigation,
        aliases: &[],
        drops: &[],
        declines: &[],
        description,
    }
}

impl StructType {
    /// No instances of its own.
    pub const fn abstract_type(self) -> Self {
        Self { is_abstract: true, ..self }
    }
    /// Admits undeclared members.
    pub const fn open(self) -> Self {
        Self { is_open: true, ..self }
    }
    /// A media entity.
    pub const fn media(self) -> Self {
        Self { has_stream: true, ..self }
    }
    /// Names the key properties.
    pub const fn key(self, key: &'static [&'static str]) -> Self {
        Self { key, ..self }
    }
    /// Names alternate keys.
    pub const fn alternate_keys(self, alternate_keys: &'static [&'static [&'static str]]) -> Self {
        Self { alternate_keys, ..self }
    }
    /// Superseded names that requests may still use.
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
    /// Members that requests may carry and the service drops.
    pub const fn drops(self, drops: &'static [&'static str]) -> Self {
        Self { drops, ..self }
    }
    /// Members known elsewhere that the service does not keep.
    pub const fn declines(self, declines: &'static [&'static str]) -> Self {
        Self { declines, ..self }
    }
    /// A complex type that extends another.
    pub const fn extends(self, base: &'static StructType) -> Self {
        Self { base: Some(base), ..self }
    }
}

/// A nullable property with one value.
pub const fn one(name: &'static str, ty: Type, description: &'static str) -> Property {
    Property {
        name,
        ty,
        collection: false,
        nullable: true,
        description,
        mode: Mode::Settable,
        required: false,
        default: None,
        max_length: None,
        precision: None,
        scale: None,
        format: Format::Any,
        searchable: false,
        indexed: false,
        concurrency: false,
        accepts_single: false,
        on_request: false,
        media_type: None,
    }
}

/// A property that holds a list.
pub const fn list(name: &'static str, ty: Type, description: &'static str) -> Property {
    Property { collection: true, ..one(name, ty, description) }
}

impl Property {
    /// Never null.
    pub const fn not_null(self) -> Self {
        Self { nullable: false, ..self }
    }
    /// Set by the service; client values are ignored.
    pub const fn computed(self) -> Self {
        Self { mode: Mode::Computed, ..self }
    }
    /// Set on creation only.
    pub const fn immutable(self) -> Self {
        Self { mode: Mode::Immutable, ..self }
    }
    /// A create must name it.
    pub const fn required(self) -> Self {
        Self { required: true, nullable: false, ..self }
    }
    /// Its value when a create does not name it.
    pub const fn default(self, default: Default) -> Self {
        Self { default: Some(default), ..self }
    }
    /// Longest text or binary.
    pub const fn max(self, length: u32) -> Self {
        Self { max_length: Some(length), ..self }
    }
    /// Decimal digits.
    pub const fn digits(self, precision: u16, scale: u16) -> Self {
        Self { precision: Some(precision), scale: Some(scale), ..self }
    }
    /// An absolute http or https URL.
    pub const fn url(self) -> Self {
        Self { format: Format::HttpUrl, ..self }
    }
    /// A BCP 47 tag.
    pub const fn language_tag(self) -> Self {
        Self { format: Format::LanguageTag, ..self }
    }
    /// One of the listed strings.
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        Self { format: Format::OneOf(values), ..self }
    }
    /// Found by `$search`.
    pub const fn searchable(self) -> Self {
        Self { searchable: true, ..self }
    }
    /// Kept in the index across people.
    pub const fn indexed(self) -> Self {
        Self { indexed: true, ..self }
    }
    /// Source of the ETag.
    pub const fn concurrency(self) -> Self {
        Self { concurrency: true, ..self }
    }
    /// Requests may give a single value for the list.
    pub const fn or_single(self) -> Self {
        Self { accepts_single: true, ..self }
    }
    /// Only answered when `$select` names it.
    pub const fn on_request(self) -> Self {
        Self { on_request: true, ..self }
    }
    /// Content type of a binary or stream value.
    pub const fn media_type(self, media_type: &'static str) -> Self {
        Self { media_type: Some(media_type), ..self }
    }
}

/// A relationship to many entities elsewhere.
pub const fn many(name: &'static str, target: &'static StructType, description: &'static str) -> Navigation {
    Navigation {
        name,
        target,
        collection: true,
        nullable: false,
        contained: false,
        description,
        partner: None,
        constraint: &[],
        derived: false,
        cascades: false,
        mixed: false,
        inline: false,
        shortcut: None,
        aliases: &[],
    }
}

/// A relationship to at most one entity elsewhere.
pub const fn to_one(name: &'static str, target: &'static StructType, description: &'static str) -> Navigation {
    Navigation { collection: false, nullable: true, ..many(name, target, description) }
}

/// A collection that lives inside the entity and is written into it.
pub const fn collection(name: &'static str, target: &'static StructType, description: &'static str) -> Navigation {
    Navigation { contained: true, inline: true, ..many(name, target, description) }
}

impl Navigation {
    /// The targets live inside this entity.
    pub const fn contained(self) -> Self {
        Self { contained: true, ..self }
    }
    /// The single end is always there.
    pub const fn not_null(self) -> Self {
        Self { nullable: false, ..self }
    }
    /// The navigation property that leads back.
    pub const fn partner(self, partner: &'static str) -> Self {
        Self { partner: Some(partner), ..self }
    }
    /// Pairs (dependent, principal).
    pub const fn constraint(self, constraint: &'static [(&'static str, &'static str)]) -> Self {
        Self { constraint, ..self }
    }
    /// What is there follows from something else, and is changed there.
    pub const fn derived(self) -> Self {
        Self { derived: true, ..self }
    }
    /// Deleting this entity deletes the targets.
    pub const fn cascades(self) -> Self {
        Self { cascades: true, ..self }
    }
    /// Clients take the targets for entities of several types.
    pub const fn mixed(self) -> Self {
        Self { mixed: true, ..self }
    }
    /// Short for a longer path from the same entity.
    pub const fn short_for(self, path: &'static [&'static str]) -> Self {
        Self { shortcut: Some(path), ..self }
    }
    /// Other names that requests may use.
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}

/// An enumeration whose members do not combine.
pub const fn enumeration(name: &'static str, description: &'static str, members: &'static [EnumMember]) -> EnumType {
    EnumType { name, underlying: Primitive::Int32, is_flags: false, members, sentinel: None, description }
}

impl EnumType {
    /// Members combine.
    pub const fn flags(self) -> Self {
        Self { is_flags: true, ..self }
    }
    /// Names the member that stands for those a client may not know.
    pub const fn evolvable(self, sentinel: &'static str) -> Self {
        Self { sentinel: Some(sentinel), ..self }
    }
}

/// A member of an enumeration.
pub const fn member(name: &'static str, value: i64) -> EnumMember {
    EnumMember { name, value }
}

/// A named primitive.
pub const fn definition(name: &'static str, underlying: Primitive, description: &'static str) -> TypeDefinition {
    TypeDefinition { name, underlying, description }
}

/// A set that clients may read and write.
pub const fn set(
    name: &'static str,
    ty: &'static StructType,
    bindings: &'static [(&'static str, &'static str)],
    description: &'static str,
) -> EntitySet {
    let capabilities = Capabilities { insertable: true, updatable: true, deletable: true, change_tracked: false };
    EntitySet { name, ty, bindings, capabilities, description, aliases: &[] }
}

impl EntitySet {
    /// Other names that requests may use.
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
    /// Clients may only read it.
    pub const fn read_only(self) -> Self {
        let capabilities = Capabilities { insertable: false, updatable: false, deletable: false, ..self.capabilities };
        Self { capabilities, ..self }
    }
    /// Clients may ask what changed.
    pub const fn change_tracked(self) -> Self {
        let capabilities = Capabilities { change_tracked: true, ..self.capabilities };
        Self { capabilities, ..self }
    }
}

/// A singleton.
pub const fn singleton(name: &'static str, ty: &'static StructType, description: &'static str) -> Singleton {
    Singleton { name, ty, bindings: &[], member_of: None, description }
}

impl Singleton {
    /// Another name for one member of a set.
    pub const fn member_of(self, set: &'static str) -> Self {
        Self { member_of: Some(set), ..self }
    }
    /// Pairs (navigation property, set).
    pub const fn bindings(self, bindings: &'static [(&'static str, &'static str)]) -> Self {
        Self { bindings, ..self }
    }
}

/// The name under which an unbound operation is called.
pub const fn import(name: &'static str, operation: &'static str, set: Option<&'static str>) -> OperationImport {
    OperationImport { name, operation, set }
}
