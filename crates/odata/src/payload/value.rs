//! JSON values of a body to values of a property's type, with what requests may write beyond the canonical form: enum
//! numbers, comma lists of flags, a single value for a list.

use edm::check::{brief, one_of};
use edm::codec::primitive_from_json;
use edm::json::{Kind as Json, Node};
use edm::value::{admits, enum_number, number_from_text};
use edm::{EnumType, Fault, Parameter, Primitive, Property, Record, StructType, Type, Value, Violation};

use super::geography;
use super::place::Place;
use super::read::{Intent, Reading};

/// The state of reading one body.
pub(super) struct Reader {
    pub(super) reading: Reading,
    pub(super) intent: Intent,
    pub(super) violations: Vec<Violation>,
}

/// What a value is read for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    name: &'static str,
    ty: Type,
    collection: bool,
    nullable: bool,
    accepts_single: bool,
}

impl From<&'static Property> for Slot {
    fn from(property: &'static Property) -> Self {
        let Property { name, ty, collection, nullable, accepts_single, .. } = *property;
        Self { name, ty, collection, nullable, accepts_single }
    }
}

impl From<&'static Parameter> for Slot {
    fn from(parameter: &'static Parameter) -> Self {
        let Parameter { name, ty, collection, nullable, .. } = *parameter;
        Self { name, ty, collection, nullable, accepts_single: false }
    }
}

impl Slot {
    /// The same for one item of the list.
    pub(super) fn item(self) -> Self {
        Self { collection: false, ..self }
    }
}

impl Reader {
    /// The value of a property or parameter; `None` when it is wrong or means nothing.
    pub(super) fn value(&mut self, property: Slot, node: &Node<'_>, place: &Place<'_>) -> Option<Value> {
        match &node.kind {
            Json::Array(items) if property.collection => {
                let mut values = Vec::with_capacity(items.len());
                for (position, item) in items.iter().enumerate() {
                    if self.is_full() {
                        return None;
                    }
                    values.push(self.single(property, item, &Place::Item(place, position)));
                }
                values.into_iter().collect::<Option<Vec<_>>>().map(Value::List)
            }
            // What was a single value once could be null then: nothing in the list.
            Json::Null if property.collection && property.accepts_single => Some(Value::List(Vec::new())),
            Json::Null if property.collection => self.refuse(
                Fault::Null,
                place,
                format!("null is not a valid value for the list `{}`, expected an array", property.name),
            ),
            _ if property.collection && property.accepts_single => {
                self.single(property, node, place).map(|value| Value::List(vec![value]))
            }
            other if property.collection => self.refuse(
                Fault::Type,
                place,
                format!("found {}, expected an array of `{}`", other.describe(), property.ty.name()),
            ),
            _ => self.single(property, node, place),
        }
    }

    fn single(&mut self, property: Slot, node: &Node<'_>, place: &Place<'_>) -> Option<Value> {
        match (&node.kind, property.ty) {
            (Json::Null, _) if property.nullable => Some(Value::Null),
            (Json::Null, _) => {
                let name = property.name;
                self.refuse(
                    Fault::Null,
                    place,
                    format!("null is not a valid value for the property `{name}`; `{name}` is not nullable"),
                )
            }
            (Json::Object(members), Type::Struct(ty)) => {
                let patch = self.members(ty, members, place, true, None);
                let mut record = Record::new(ty);
                patch.apply(&mut record);
                Some(Value::Record(record))
            }
            (other, Type::Struct(ty)) => self.refuse(
                Fault::Type,
                place,
                format!("found {}, expected an object with members of `{}`", other.describe(), members_of(ty)),
            ),
            (kind, Type::Enum(ty)) => self.member(ty, kind, place),
            (kind, ty) => {
                let value = ty.primitive().and_then(|primitive| self.primitive(primitive, node));
                value.map(as_kept).or_else(|| {
                    let found = match kind {
                        Json::String(text) if !is_text(ty) => format!("the string {}", brief(text)),
                        _ => kind.describe(),
                    };
                    self.refuse(Fault::Type, place, format!("found {found}, expected {}", form(ty)))
                })
            }
        }
    }

    fn primitive(&self, primitive: Primitive, node: &Node<'_>) -> Option<Value> {
        match (&node.kind, primitive) {
            (Json::String(text), Primitive::Int64 | Primitive::Decimal) if self.reading.ieee754 => {
                number_from_text(primitive, text)
            }
            _ if primitive.is_geography() && !geography::is_shape(primitive, node) => None,
            _ => primitive_from_json(primitive, node),
        }
    }

    /// A member of an enumeration by name or number. The sentinel stands for what a client did not understand: it
    /// cannot be set, and in a change means that nothing is said. A combination of no members at all, which an SDK
    /// sends back that could not read them, says as little.
    pub(super) fn member(&mut self, ty: &'static EnumType, kind: &Json<'_>, place: &Place<'_>) -> Option<Value> {
        let number = match kind {
            Json::String(text) => enum_number(ty, text),
            Json::Number(text) => {
                text.parse().ok().filter(|number| admits(ty, *number) || Some(*number) == ty.sentinel_value())
            }
            _ => None,
        };
        let sentinel = ty.sentinel_value();
        let says_nothing = ty.is_flags && sentinel.is_some() && matches!(kind, Json::String(text) if text.is_empty());
        match number {
            None if says_nothing && self.intent == Intent::Update => None,
            Some(number)
                if sentinel.is_some_and(|sentinel| number == sentinel || (ty.is_flags && number & sentinel != 0)) =>
            {
                match self.intent {
                    Intent::Update => None,
                    Intent::Create | Intent::Replace => {
                        let message =
                            format!("`{}` cannot be set, {}", ty.sentinel.unwrap_or_default(), choices(ty, ""));
                        self.refuse(Fault::Type, place, message)
                    }
                }
            }
            Some(number) if combines_zero(ty, kind, number) => {
                let zero = ty.numbered(0).map_or("0", |member| member.name);
                self.refuse(Fault::Type, place, format!("found `{zero}` among others, expected it alone"))
            }
            Some(number) => Some(Value::Enum(number)),
            None => {
                let text = if let Json::String(text) = kind { text.as_ref() } else { "" };
                self.refuse(Fault::Type, place, format!("found {}, {}", kind.describe(), choices(ty, text)))
            }
        }
    }

    pub(super) fn refuse(&mut self, fault: Fault, place: &Place<'_>, message: String) -> Option<Value> {
        self.blame(fault, place, message);
        None
    }
}

/// The value in the precision that is kept: instants in UTC and to 100 ns.
pub(super) fn as_kept(value: Value) -> Value {
    match value {
        Value::DateTimeOffset(instant) => Value::DateTimeOffset(instant.truncated()),
        other => other,
    }
}

/// Are values of the type strings in JSON?
fn is_text(ty: Type) -> bool {
    !ty.primitive().is_some_and(|primitive| {
        primitive.integer_range().is_some()
            || matches!(primitive, Primitive::Boolean | Primitive::Double | Primitive::Single | Primitive::Decimal)
    })
}

/// Does a list of flags name the member that stands for none of them beside others?
fn combines_zero(ty: &EnumType, kind: &Json<'_>, number: i64) -> bool {
    let Json::String(text) = kind else { return false };
    let zero = |part: &str| enum_number(ty, part) == Some(0);
    ty.is_flags && number != 0 && text.split(',').any(zero)
}

fn choices(ty: &'static EnumType, found: &str) -> String {
    one_of(found, ty.members.iter().map(|member| member.name).filter(|name| Some(*name) != ty.sentinel))
}

fn members_of(ty: &'static StructType) -> String {
    format!("{} ({})", ty.name, ty.all_properties().map(|(_, property)| property.name).collect::<Vec<_>>().join(", "))
}

/// What a value of a primitive type looks like in JSON.
pub(super) fn form(ty: Type) -> &'static str {
    match ty.primitive() {
        Some(Primitive::String) => "a string",
        Some(Primitive::Boolean) => "`true` or `false`",
        Some(Primitive::Date) => "a date such as `2026-11-21`",
        Some(Primitive::DateTimeOffset) => "an instant such as `2026-11-21T08:30:00Z`",
        Some(Primitive::TimeOfDay) => "a time of day such as `08:30:00`",
        Some(Primitive::Duration) => "a duration such as `PT1H30M`",
        Some(Primitive::Guid) => "a GUID such as `00000000-0000-0000-0000-000000000000`",
        Some(Primitive::Binary) => "base64url text",
        Some(Primitive::Double | Primitive::Single | Primitive::Decimal) => "a number",
        Some(Primitive::Byte) => "a whole number from 0 to 255",
        Some(Primitive::SByte) => "a whole number from -128 to 127",
        Some(Primitive::Int16) => "a whole number from -32768 to 32767",
        Some(Primitive::Int32) => "a whole number from -2147483648 to 2147483647",
        Some(Primitive::Int64) => "a whole number from -9223372036854775808 to 9223372036854775807",
        Some(Primitive::Stream) => "no value: streams are written at their own address",
        Some(Primitive::GeographyPoint) => "GeoJSON such as `{\"type\":\"Point\",\"coordinates\":[10.75,59.91]}`",
        Some(_) => "the GeoJSON of a shape of that type",
        None => "another type",
    }
}
