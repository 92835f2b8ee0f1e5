//! What a model consists of: plain constant data, built by the `const` functions of [`build`] and proven by
//! [`Model::check`] while the compiler runs.
//!
//! The shape follows OData CSDL 4.01. It holds no URL, no payload and no rule: those read the model.

use std::fmt;

pub mod build;
mod check;
mod lookup;

/// A whole schema with its container.
#[derive(Debug)]
pub struct Model {
    /// Namespace of every type, such as `microsoft.graph`.
    pub namespace: &'static str,
    /// A short name of the namespace that requests may use, such as `graph`.
    pub alias: Option<&'static str>,
    /// Name of the entity container.
    pub container: &'static str,
    /// Grows by one whenever stored items would be written differently; kept beside each item.
    pub revision: u32,
    /// Value of `Core.SchemaVersion`, if the service versions its schema.
    pub version: Option<&'static str>,
    /// Entity and complex types, bases before derived types.
    pub structs: &'static [&'static StructType],
    /// Enumeration types.
    pub enums: &'static [&'static EnumType],
    /// Named primitive types.
    pub definitions: &'static [&'static TypeDefinition],
    /// Functions and actions, bound and unbound, one entry per overload.
    pub operations: &'static [&'static Operation],
    /// Entity sets of the container.
    pub sets: &'static [EntitySet],
    /// Singletons of the container.
    pub singletons: &'static [Singleton],
    /// Names under which unbound operations are called.
    pub imports: &'static [OperationImport],
}

/// Is it addressed by a key (entity) or only a value inside one (complex)?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StructKind {
    /// Has a key, lives in sets.
    Entity,
    /// A value made of members.
    Complex,
}

/// An entity or complex type.
pub struct StructType {
    /// Unqualified name.
    pub name: &'static str,
    /// Entity or complex.
    pub kind: StructKind,
    /// The type it extends.
    pub base: Option<&'static StructType>,
    /// No instances of its own.
    pub is_abstract: bool,
    /// Admits undeclared members.
    pub is_open: bool,
    /// A media entity: its representation is a stream.
    pub has_stream: bool,
    /// Key properties; empty when inherited.
    pub key: &'static [&'static str],
    /// Alternate keys, each a list of properties.
    pub alternate_keys: &'static [&'static [&'static str]],
    /// Own properties, in wire order.
    pub properties: &'static [Property],
    /// Own navigation properties, in wire order.
    pub navigation: &'static [Navigation],
    /// Superseded names that requests may still use.
    pub aliases: &'static [&'static str],
    /// Members that requests may carry and the service drops without a word, such as passwords.
    pub drops: &'static [&'static str],
    /// Members known elsewhere that the service does not keep: a request that carries one is told so.
    pub declines: &'static [&'static str],
    /// What it is, in one sentence.
    pub description: &'static str,
}

/// By name alone: types lead to each other in circles.
impl fmt::Debug for StructType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StructType({})", self.name)
    }
}

/// The type of a property, parameter or result.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// An `Edm.` type.
    Primitive(Primitive),
    /// An enumeration.
    Enum(&'static EnumType),
    /// An entity or complex type.
    Struct(&'static StructType),
    /// A named primitive.
    Definition(&'static TypeDefinition),
}

/// The primitive types of OData 4.01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the `Edm.` types")]
pub enum Primitive {
    Binary,
    Boolean,
    Byte,
    Date,
    DateTimeOffset,
    Decimal,
    Double,
    Duration,
    Guid,
    Int16,
    Int32,
    Int64,
    SByte,
    Single,
    Stream,
    String,
    TimeOfDay,
    GeographyPoint,
    GeographyLineString,
    GeographyPolygon,
    GeographyMultiPoint,
    GeographyMultiLineString,
    GeographyMultiPolygon,
    GeographyCollection,
}

/// Who may give a property its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Clients, at any time.
    Settable,
    /// Clients, on creation only.
    Immutable,
    /// The service; client values are ignored (`Core.Computed`).
    Computed,
}

/// What a string must look like beyond its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Any text.
    Any,
    /// An absolute `http` or `https` URL (RFC 3986).
    HttpUrl,
    /// A well-formed language tag (BCP 47).
    LanguageTag,
    /// One of the listed strings.
    OneOf(&'static [&'static str]),
}

/// The value of a property that a create does not mention.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "one variant per kind of literal")]
pub enum Default {
    Boolean(bool),
    Integer(i64),
    Double(f64),
    Text(&'static str),
    /// A member of the property's enumeration.
    Member(&'static str),
}

/// A structural property.
#[derive(Debug)]
pub struct Property {
    /// Wire name.
    pub name: &'static str,
    /// Type of the value or of each element.
    pub ty: Type,
    /// A list of values; never null itself.
    pub collection: bool,
    /// May the value (for lists: an element, never the list) be null?
    pub nullable: bool,
    /// What it says, in one sentence.
    pub description: &'static str,
    /// Who sets it.
    pub mode: Mode,
    /// A create must name it.
    pub required: bool,
    /// Its value when a create does not name it; null or empty otherwise.
    pub default: Option<Default>,
    /// Longest string or binary, in characters or bytes.
    pub max_length: Option<u32>,
    /// Decimal digits in all, or digits of a fraction of a second.
    pub precision: Option<u16>,
    /// Decimal digits after the point.
    pub scale: Option<u16>,
    /// What the text must look like.
    pub format: Format,
    /// Found by `$search`.
    pub searchable: bool,
    /// Kept in the index across people.
    pub indexed: bool,
    /// Its value changes the entity's ETag (`Core.OptimisticConcurrency`).
    pub concurrency: bool,
    /// Requests may give a single value where the list is meant.
    pub accepts_single: bool,
    /// Left out of an answer unless `$select` names it.
    pub on_request: bool,
    /// Content type of a binary or stream value (`Core.MediaType`).
    pub media_type: Option<&'static str>,
}

/// A relationship to other entities.
#[derive(Debug)]
pub struct Navigation {
    /// Wire name.
    pub name: &'static str,
    /// Type at the other end.
    pub target: &'static StructType,
    /// To many rather than to one.
    pub collection: bool,
    /// May the single end be absent?
    pub nullable: bool,
    /// The targets live inside this entity (`ContainsTarget`).
    pub contained: bool,
    /// What it leads to, in one sentence.
    pub description: &'static str,
    /// The navigation property that leads back.
    pub partner: Option<&'static str>,
    /// Pairs (dependent property, principal property).
    pub constraint: &'static [(&'static str, &'static str)],
    /// What is there follows from something else, and is changed there.
    pub derived: bool,
    /// Deleting this entity deletes the targets.
    pub cascades: bool,
    /// Clients take the targets for entities of several types (Graph's `directoryObject`), of which each names its own.
    pub mixed: bool,
    /// Written into the entity without `$expand` (`Core.AutoExpand`).
    pub inline: bool,
    /// The path this is short for, such as `profile/responsibilities`.
    pub shortcut: Option<&'static [&'static str]>,
    /// Other names that requests may use.
    pub aliases: &'static [&'static str],
}

/// A member of an enumeration.
#[derive(Debug, Clone, Copy)]
pub struct EnumMember {
    /// Wire name.
    pub name: &'static str,
    /// Number.
    pub value: i64,
}

/// An enumeration.
#[derive(Debug)]
pub struct EnumType {
    /// Unqualified name.
    pub name: &'static str,
    /// Type of the numbers.
    pub underlying: Primitive,
    /// Members combine.
    pub is_flags: bool,
    /// Members, in declared order.
    pub members: &'static [EnumMember],
    /// The member that stands for those a client may not know, if the enumeration is evolvable.
    pub sentinel: Option<&'static str>,
    /// What it lists, in one sentence.
    pub description: &'static str,
}

/// A named primitive type.
#[derive(Debug)]
pub struct TypeDefinition {
    /// Unqualified name.
    pub name: &'static str,
    /// The primitive it names.
    pub underlying: Primitive,
    /// What it is for.
    pub description: &'static str,
}

/// Function or action?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// No side effects, called by GET.
    Function,
    /// May change data, called by POST.
    Action,
}

/// One overload of a function or action.
#[derive(Debug)]
pub struct Operation {
    /// Unqualified name.
    pub name: &'static str,
    /// Function or action.
    pub kind: OperationKind,
    /// Its first parameter is what it is called on.
    pub bound: bool,
    /// More path may follow the call.
    pub composable: bool,
    /// Parameters, the binding one first.
    pub parameters: &'static [Parameter],
    /// What it returns, if anything.
    pub returns: Option<ReturnType>,
    /// What it does, in one sentence.
    pub description: &'static str,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// Type of the value or of each element.
    pub ty: Type,
    /// A list of values.
    pub collection: bool,
    /// May it be null?
    pub nullable: bool,
    /// May a call leave it out?
    pub optional: bool,
}

/// The result of an operation.
#[derive(Debug)]
pub struct ReturnType {
    /// Type of the value or of each element.
    pub ty: Type,
    /// A list of values.
    pub collection: bool,
    /// May it be null?
    pub nullable: bool,
}

/// What a set lets clients do (OData capabilities vocabulary).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// `InsertRestrictions/Insertable`
    pub insertable: bool,
    /// `UpdateRestrictions/Updatable`
    pub updatable: bool,
    /// `DeleteRestrictions/Deletable`
    pub deletable: bool,
    /// `ChangeTracking/Supported`
    pub change_tracked: bool,
}

/// An entity set of the container.
#[derive(Debug)]
pub struct EntitySet {
    /// Name in URLs.
    pub name: &'static str,
    /// Type of the members.
    pub ty: &'static StructType,
    /// Pairs (navigation property, set) of non-contained navigation.
    pub bindings: &'static [(&'static str, &'static str)],
    /// What clients may do.
    pub capabilities: Capabilities,
    /// What it holds.
    pub description: &'static str,
    /// Other names that requests may use.
    pub aliases: &'static [&'static str],
}

/// A singleton of the container.
#[derive(Debug)]
pub struct Singleton {
    /// Name in URLs.
    pub name: &'static str,
    /// Its type.
    pub ty: &'static StructType,
    /// Pairs (navigation property, set).
    pub bindings: &'static [(&'static str, &'static str)],
    /// The set it is one member of, when it is another name for it; answers use the set.
    pub member_of: Option<&'static str>,
    /// What it is.
    pub description: &'static str,
}

/// The name under which an unbound operation is called.
#[derive(Debug)]
pub struct OperationImport {
    /// Name in URLs.
    pub name: &'static str,
    /// Name of the operation.
    pub operation: &'static str,
    /// Set that the result belongs to.
    pub set: Option<&'static str>,
}
