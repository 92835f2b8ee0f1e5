//! Values as JSON Schema: primitives with their facets, enumerations, lists, null.

use edm::model::{EnumType, Format, Model, Primitive, Property, Type};

use super::schemas::{self, Variant};
use crate::csdl::tree::{Json, Object};
use crate::csdl::{LANGUAGE_TAG, default_json};

/// The schema of a property's value, without its description.
pub(super) fn property(model: &Model, property: &Property, variant: Variant) -> Object {
    let mut one = value(model, &property.ty, variant);
    if property.ty.primitive().is_some() {
        one = one.maybe("maxLength", property.max_length);
        one = match property.format {
            Format::Any => one,
            Format::HttpUrl => one.with("format", "uri"),
            Format::LanguageTag => one.with("pattern", LANGUAGE_TAG),
            Format::OneOf(values) => one.with("enum", values.to_vec()),
        };
    }
    let whole = many(or_null(one, property.nullable), property.collection);
    whole.maybe("default", property.default.map(default_json))
}

/// The schema of a value of the type.
pub(super) fn value(model: &Model, ty: &Type, variant: Variant) -> Object {
    match ty {
        Type::Primitive(ty) => primitive(*ty),
        Type::Enum(ty) => schemas::reference(model, ty.name, Variant::Read),
        Type::Definition(ty) => schemas::reference(model, ty.name, Variant::Read),
        Type::Struct(ty) => schemas::structure_reference(model, ty, variant),
    }
}

/// A list of such values, if it is one.
pub(super) fn many(one: Object, collection: bool) -> Object {
    match collection {
        true => Object::new().with("type", "array").with("items", one),
        false => one,
    }
}

/// The value or null.
pub(super) fn or_null(one: Object, nullable: bool) -> Object {
    if !nullable {
        return one;
    }
    let null = || Object::new().with("type", "null");
    match (one.get("anyOf"), one.get("type"), one.get("enum")) {
        (Some(Json::List(choices)), _, _) => {
            let choices: Vec<Json> = choices.iter().cloned().chain(std::iter::once(null().into())).collect();
            Object::new().with("anyOf", choices)
        }
        // A list of values would have to hold null, too: those stay apart.
        (_, Some(Json::Text(kind)), None) => {
            let kinds = Json::List(vec![Json::Text(kind.clone()), "null".into()]);
            Object::new().with("type", kinds).and(one.members().filter(|(name, _)| name != "type"))
        }
        _ => either(one, null()),
    }
}

/// An enumeration; one whose members combine is written as their names with commas.
pub(super) fn enumeration(ty: &EnumType) -> Object {
    let names: Vec<&'static str> = ty.members.iter().map(|member| member.name).collect();
    let schema = Object::new().with("type", "string");
    match ty.is_flags {
        true => {
            let any = names.join("|");
            schema.with("pattern", format!("^({any})(,({any}))*$")).with("examples", names)
        }
        false => schema.with("enum", names),
    }
}

/// The schema of a key in a path.
pub(super) fn key(property: &Property) -> Object {
    let schema = property.ty.primitive().map_or_else(|| Object::new().with("type", "string"), primitive);
    schema.maybe("maxLength", property.max_length)
}

/// A variable of a path template, in quotes where OData wants them.
pub(super) fn variable(name: &str, quoted: bool) -> String {
    if quoted { format!("'{{{name}}}'") } else { format!("{{{name}}}") }
}

/// Does a URL write the value in quotes?
pub(super) fn is_quoted(ty: &Type) -> bool {
    !matches!(ty.primitive(), Some(primitive) if primitive != Primitive::String)
}

/// A primitive value in JSON (OData JSON Format, section 7.1).
pub(super) fn primitive(primitive: Primitive) -> Object {
    let text = |format: &'static str| Object::new().with("type", "string").with("format", format);
    match primitive {
        Primitive::String => Object::new().with("type", "string"),
        Primitive::Boolean => Object::new().with("type", "boolean"),
        Primitive::Guid => text("uuid"),
        Primitive::Date => text("date"),
        Primitive::DateTimeOffset => text("date-time"),
        Primitive::Duration => text("duration"),
        Primitive::TimeOfDay => Object::new().with("type", "string").with("pattern", TIME_OF_DAY),
        Primitive::Binary | Primitive::Stream => text("base64url"),
        Primitive::Byte | Primitive::SByte | Primitive::Int16 | Primitive::Int32 => integer(primitive),
        // A client that asks for `IEEE754Compatible` gets these as strings.
        Primitive::Int64 => {
            either(integer(primitive), Object::new().with("type", "string").with("pattern", "^-?[0-9]+$"))
        }
        Primitive::Decimal => either(
            Object::new().with("type", "number").with("format", "decimal"),
            Object::new().with("type", "string").with("pattern", "^[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?$"),
        ),
        Primitive::Double => floating("double"),
        Primitive::Single => floating("float"),
        Primitive::GeographyPoint
        | Primitive::GeographyLineString
        | Primitive::GeographyPolygon
        | Primitive::GeographyMultiPoint
        | Primitive::GeographyMultiLineString
        | Primitive::GeographyMultiPolygon
        | Primitive::GeographyCollection => shape(primitive),
    }
}

const TIME_OF_DAY: &str = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,12})?)?$";

fn integer(primitive: Primitive) -> Object {
    let format = match primitive {
        Primitive::Byte => "uint8",
        Primitive::SByte => "int8",
        Primitive::Int16 => "int16",
        Primitive::Int64 => "int64",
        _ => "int32",
    };
    let schema = Object::new().with("type", "integer").with("format", format);
    // The bounds of 64 bits are no doubles: readers would round them past themselves.
    match primitive.integer_range().filter(|_| primitive != Primitive::Int64) {
        Some((least, greatest)) => schema.with("minimum", least).with("maximum", greatest),
        None => schema,
    }
}

fn floating(format: &'static str) -> Object {
    let names = Object::new().with("type", "string").with("enum", vec!["-INF", "INF", "NaN"]);
    either(Object::new().with("type", "number").with("format", format), names)
}

fn either(one: Object, other: Object) -> Object {
    Object::new().with("anyOf", vec![one, other])
}

/// A shape on earth, as GeoJSON.
fn shape(primitive: Primitive) -> Object {
    let (kind, content) = match primitive {
        Primitive::GeographyCollection => ("GeometryCollection", "geometries"),
        primitive => (primitive.name().strip_prefix("Edm.Geography").unwrap_or_default(), "coordinates"),
    };
    let properties = Object::new()
        .with("type", Object::new().with("type", "string").with("const", kind))
        .with(content, Object::new().with("type", "array"));
    Object::new().with("type", "object").with("required", vec!["type", content]).with("properties", properties)
}

/// A reference to a component.
pub(super) fn component(kind: &str, name: &str) -> Object {
    Object::new().with("$ref", Json::from(format!("#/components/{kind}/{name}")))
}
