//! Values as they stand in payloads, which know no percent-encoding.

use edm::Primitive;
use odata::syntax::literal::is_value;
use odata::syntax::tree::{Expr, ExprKind, Literal, LiteralKind};
use odata::syntax::{Text, is_identifier};

use super::super::names::{Names, Verdict, is_primitive};
use super::{check, enumeration, expr, resource_path};

pub(super) fn value_rule(names: &Names, rule: &str, input: &str) -> Option<Verdict> {
    let of = |ty: Primitive| check(is_value(ty, input), "no such value");
    let decoded = Text::of_path(input).map(|text| text.as_str().to_owned()).unwrap_or_default();
    // Their punctuation may be encoded.
    let shape = |ty: Primitive| check(is_value(ty, &decoded), "no such value");
    Some(match rule {
        "boolean" | "booleanValue" => of(Primitive::Boolean),
        "binaryValue" => of(Primitive::Binary),
        "byte" | "byteValue" => of(Primitive::Byte),
        "sbyteValue" => of(Primitive::SByte),
        "int16Value" => of(Primitive::Int16),
        "int32Value" => of(Primitive::Int32),
        "int64Value" => of(Primitive::Int64),
        "decimalValue" => of(Primitive::Decimal),
        "doubleValue" => of(Primitive::Double),
        "singleValue" => of(Primitive::Single),
        "date" | "dateValue" => of(Primitive::Date),
        "dateTimeOffsetValue" => of(Primitive::DateTimeOffset),
        "dateTimeOffsetValueInUrl" => check(is_value(Primitive::DateTimeOffset, &decoded), "no such value"),
        "timeOfDayValue" => of(Primitive::TimeOfDay),
        "timeOfDayValueInUrl" => check(is_value(Primitive::TimeOfDay, &decoded), "no such value"),
        "durationValue" => of(Primitive::Duration),
        "guid" | "guidValue" => of(Primitive::Guid),
        "enumValue" => enumeration(names, input),
        "primitiveValue" => check(
            plain().any(|ty| is_value(ty, input))
                || shapes().any(|ty| is_value(ty, &decoded))
                || enumeration(names, input).is_ok(),
            "no value of any type",
        ),
        "fullPointLiteral" => shape(Primitive::GeographyPoint),
        "fullLineStringLiteral" => shape(Primitive::GeographyLineString),
        "fullPolygonLiteral" => shape(Primitive::GeographyPolygon),
        "fullMultiPointLiteral" => shape(Primitive::GeographyMultiPoint),
        "fullMultiLineStringLiteral" => shape(Primitive::GeographyMultiLineString),
        "fullMultiPolygonLiteral" => shape(Primitive::GeographyMultiPolygon),
        "fullCollectionLiteral" => shape(Primitive::GeographyCollection),
        "stringInUrl" if decoded.trim_matches([' ', '\t']) != decoded => Err("a blank around it".to_owned()),
        "stringInUrl" => expr(&format!("[{input}]")).and_then(|array| {
            let string = matches!(&array.kind, ExprKind::Array(items) if matches!(items.as_slice(),
                [Expr { kind: ExprKind::Literal(Literal { kind: LiteralKind::Json, .. }), .. }]));
            check(string, "no string")
        }),
        "primitiveTypeName" => check(input.strip_prefix("Edm.").is_some_and(is_primitive), "no such type"),
        "namespace" => check(input.split('.').all(is_identifier) && names.namespace(Some(input)), "no namespace"),
        "keyPredicate" | "simpleKey" | "compoundKey" => match input.starts_with(['(', '/']) || input.starts_with("%28")
        {
            true => resource_path(names, &format!("Categories{input}")),
            false => Err("no parenthesis or slash".to_owned()),
        },
        "odataIdentifier" => check(is_identifier(&decoded), "no identifier"),
        _ if names.lists(rule) => check(is_identifier(&decoded) && names.admits(rule, &decoded), "no such name"),
        _ => return None,
    })
}

/// The types whose values stand for themselves in a payload. Any text is a string, and streams have no values there.
fn plain() -> impl Iterator<Item = Primitive> {
    let is_plain = |ty: &Primitive| !ty.is_geography() && !matches!(ty, Primitive::String | Primitive::Stream);
    Primitive::ALL.iter().copied().filter(is_plain)
}

/// Those whose punctuation may be encoded.
fn shapes() -> impl Iterator<Item = Primitive> {
    Primitive::ALL.iter().copied().filter(|ty| ty.is_geography())
}
