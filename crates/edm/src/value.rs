//! A value of any EDM type, and its canonical JSON form (OData JSON Format 4.01, section 7).
//!
//! Enum values are numbers here; their names, like every other facet, live in the type.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bigdecimal::BigDecimal;
use jiff::civil::Date;
use uuid::Uuid;

use crate::json::write_string;
use crate::model::{EnumType, Primitive, Type};
use crate::record::Record;
use crate::time::{DateTimeOffset, Duration, TimeOfDay, write_date};

/// Longest text of an `Edm.Decimal`.
const MAX_DECIMAL: usize = 128;
/// Longest text of an enumeration value: every name of the widest flags fits several times.
const MAX_ENUM_TEXT: usize = 1024;

/// A value; which type it has is known from where it stands.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "one variant per kind of EDM value")]
pub enum Value {
    Null,
    Boolean(bool),
    /// Byte, SByte, Int16, Int32 and Int64.
    Integer(i64),
    Single(f32),
    Double(f64),
    Decimal(BigDecimal),
    String(Box<str>),
    Guid(Uuid),
    Date(Date),
    DateTimeOffset(DateTimeOffset),
    TimeOfDay(TimeOfDay),
    Duration(Duration),
    Binary(Box<[u8]>),
    /// The number of a member, or of combined members.
    Enum(i64),
    /// A geography value as its GeoJSON text.
    Geography(Box<str>),
    Record(Record),
    List(Vec<Value>),
}

impl Value {
    /// A string value.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Value::String(text.into())
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The record, if it is one.
    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Value::Record(record) => Some(record),
            _ => None,
        }
    }

    /// Is it null?
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Writes the canonical JSON of a value of type `ty`.
    pub fn write(&self, ty: Type, out: &mut Vec<u8>) {
        match self {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Value::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
            Value::Single(value) => write_float(out, *value, f64::from(*value)),
            Value::Double(value) => write_float(out, *value, *value),
            Value::Decimal(value) => out.extend_from_slice(value.to_plain_string().as_bytes()),
            Value::String(text) => write_string(out, text),
            Value::Guid(id) => quoted(out, &id.hyphenated().to_string()),
            Value::Date(date) => {
                let mut text = String::with_capacity(10);
                let _infallible = write_date(&mut text, *date);
                quoted(out, &text);
            }
            Value::DateTimeOffset(instant) => quoted(out, &instant.to_string()),
            Value::TimeOfDay(time) => quoted(out, &time.to_string()),
            Value::Duration(duration) => quoted(out, &duration.to_string()),
            Value::Binary(bytes) => quoted(out, &URL_SAFE_NO_PAD.encode(bytes)),
            Value::Enum(number) => match ty {
                Type::Enum(ty) => quoted(out, &enum_text(ty, *number)),
                _ => out.extend_from_slice(number.to_string().as_bytes()),
            },
            Value::Geography(json) => out.extend_from_slice(json.as_bytes()),
            Value::Record(record) => {
                out.push(b'{');
                record.write_members(out);
                out.push(b'}');
            }
            Value::List(items) => {
                out.push(b'[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    item.write(ty, out);
                }
                out.push(b']');
            }
        }
    }
}

fn quoted(out: &mut Vec<u8>, plain: &str) {
    out.push(b'"');
    out.extend_from_slice(plain.as_bytes());
    out.push(b'"');
}

/// The shortest text that reads back as the same number; JSON has no infinities, OData writes them as strings.
fn write_float(out: &mut Vec<u8>, number: impl fmt::Display + fmt::LowerExp, value: f64) {
    let text = if value.is_nan() {
        "\"NaN\"".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "\"INF\"".to_owned() } else { "\"-INF\"".to_owned() }
    } else if value != 0.0 && !(1e-5..1e17).contains(&value.abs()) {
        format!("{number:e}")
    } else {
        number.to_string()
    };
    out.extend_from_slice(text.as_bytes());
}

/// The wire form of an enum number: the member's name, several joined by commas for flags, the number for what no
/// member covers.
pub fn enum_text(ty: &EnumType, number: i64) -> String {
    if let Some(member) = ty.numbered(number) {
        return member.name.to_owned();
    }
    let mut rest = number;
    let mut names = Vec::new();
    if ty.is_flags && number > 0 {
        for member in ty.members.iter().filter(|member| member.value.count_ones() == 1) {
            if number & member.value != 0 {
                names.push(member.name);
                rest &= !member.value;
            }
        }
    }
    if names.is_empty() || rest != 0 { number.to_string() } else { names.join(",") }
}

/// The number of an enum text: a member's name or number, for flags several separated by commas.
pub fn enum_number(ty: &EnumType, text: &str) -> Option<i64> {
    let single = |part: &str| {
        let part = part.trim();
        match ty.member(part) {
            Some(member) => Some(member.value),
            None => part.parse().ok().filter(|number| admits(ty, *number)),
        }
    };
    if !ty.is_flags {
        return single(text);
    }
    if text.len() > MAX_ENUM_TEXT {
        return None;
    }
    text.split(',').try_fold(0, |mask, part| Some(mask | single(part)?))
}

/// Is that number a member, or for flags a combination of members?
pub fn admits(ty: &EnumType, number: i64) -> bool {
    ty.numbered(number).is_some() || (ty.is_flags && number > 0 && number & !ty.mask() == 0)
}

/// Reads the text of a primitive value as it stands in a JSON string or, unquoted, in a URL.
pub fn primitive_from_text(primitive: Primitive, text: &str) -> Option<Value> {
    Some(match primitive {
        Primitive::String => Value::text(text),
        Primitive::Boolean => Value::Boolean(match text {
            "true" => true,
            "false" => false,
            _ => return None,
        }),
        Primitive::Guid => {
            // The braced and undashed forms that the library also reads are not OData's.
            let hyphenated = text.len() == 36 && text.is_ascii();
            Value::Guid(hyphenated.then(|| Uuid::try_parse(text).ok()).flatten()?)
        }
        Primitive::Date => Value::Date(crate::time::parse_date(text)?),
        Primitive::DateTimeOffset => Value::DateTimeOffset(DateTimeOffset::parse(text)?),
        Primitive::TimeOfDay => Value::TimeOfDay(TimeOfDay::parse(text)?),
        Primitive::Duration => Value::Duration(Duration::parse(text)?),
        Primitive::Binary => Value::Binary(binary_from_text(text)?),
        Primitive::Double | Primitive::Single | Primitive::Decimal => return number_from_text(primitive, text),
        Primitive::Stream => return None,
        _ if primitive.is_geography() => return None,
        _ => return number_from_text(primitive, text),
    })
}

/// base64url as OData asks, ordinary base64 as clients send; padding optional.
fn binary_from_text(text: &str) -> Option<Box<[u8]>> {
    let text: String = text.trim_end_matches('=').chars().map(url_safe).collect();
    URL_SAFE_NO_PAD.decode(text).ok().map(Vec::into_boxed_slice)
}

fn url_safe(letter: char) -> char {
    match letter {
        '+' => '-',
        '/' => '_',
        other => other,
    }
}

/// Reads a number of a numeric primitive; infinities only where the type has them.
pub fn number_from_text(primitive: Primitive, text: &str) -> Option<Value> {
    if let Some((least, greatest)) = primitive.integer_range() {
        let number = integer(text)?;
        return (least..=greatest).contains(&number).then_some(Value::Integer(number));
    }
    let special = match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => None,
    };
    // What Rust reads beyond this (`inf`, `nan`, `+1.`) is not OData's.
    if special.is_none() && !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    match primitive {
        Primitive::Double => {
            let number = special.map_or_else(|| text.parse().ok(), Some)?;
            (special.is_some() || number.is_finite()).then_some(Value::Double(number))
        }
        Primitive::Single => {
            #[expect(clippy::cast_possible_truncation, reason = "INF and NaN are the same in both widths")]
            let number: f32 = special.map_or_else(|| text.parse().ok(), |special| Some(special as f32))?;
            (special.is_some() || number.is_finite()).then_some(Value::Single(number))
        }
        Primitive::Decimal if text.len() <= MAX_DECIMAL => {
            let number: BigDecimal = text.parse().ok()?;
            // A short text with a huge exponent would become gigabytes of digits; and what is written must read back.
            let small = number.fractional_digit_count().unsigned_abs() <= 100;
            (small && number.to_plain_string().len() <= MAX_DECIMAL).then_some(Value::Decimal(number))
        }
        _ => None,
    }
}

/// A whole number, also when written as `1.0` or `1e3` (one JSON number has many spellings).
fn integer(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    let whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked: whole and below 2^53")]
    whole.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::{Value, enum_number, enum_text, number_from_text, primitive_from_text};
    use crate::model::build::DOUBLE;
    use crate::model::{EnumType, Primitive, build};

    static AUDIENCE: EnumType = build::enumeration(
        "audience",
        "",
        &[build::member("me", 0), build::member("family", 1), build::member("all", 32), build::member("later", 64)],
    )
    .flags()
    .evolvable("later");

    #[test]
    fn flags_are_names_or_numbers() {
        for (text, number, written) in [
            ("me", Some(0), "me"),
            ("family,all", Some(33), "family,all"),
            (" ALL , family ", Some(33), "family,all"),
            ("33", Some(33), "family,all"),
            ("later", Some(64), "later"),
            ("2", None, ""),
            ("nobody", None, ""),
            ("-1", None, ""),
            ("", None, ""),
        ] {
            assert_eq!(enum_number(&AUDIENCE, text), number, "{text}");
            if let Some(number) = number {
                assert_eq!(enum_text(&AUDIENCE, number), written);
            }
        }
    }

    fn double(value: f64) -> String {
        let mut out = Vec::new();
        Value::Double(value).write(DOUBLE, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn doubles_are_written_shortest() {
        for (value, text) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (-47.6062, "-47.6062"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (0.0, "0"),
            (f64::INFINITY, "\"INF\""),
            (1e16, "10000000000000000"),
        ] {
            assert_eq!(double(value), text);
        }
    }

    #[test]
    fn numbers_stay_in_their_range() {
        assert_eq!(number_from_text(Primitive::Byte, "256"), None);
        assert_eq!(number_from_text(Primitive::Int32, "1.0"), Some(Value::Integer(1)));
        assert_eq!(number_from_text(Primitive::Int32, "1.5"), None);
        assert_eq!(number_from_text(Primitive::Int64, "9223372036854775807"), Some(Value::Integer(i64::MAX)));
        assert_eq!(number_from_text(Primitive::Double, "1e400"), None);
        assert_eq!(number_from_text(Primitive::Double, "inf"), None);
        assert_eq!(number_from_text(Primitive::Decimal, "1e999999999"), None);
        assert_eq!(enum_number(&AUDIENCE, &"1,".repeat(100_000)), None);
        assert_eq!(primitive_from_text(Primitive::Guid, "{00000000-0000-0000-0000-000000000000}"), None);
    }

    #[test]
    fn decimals_that_are_read_read_back() {
        for text in ["1e100", "1e-100", "-123456789e91", "0.10", "1e-90", "123e100"] {
            let value = number_from_text(Primitive::Decimal, text).unwrap();
            let mut out = Vec::new();
            value.write(build::DECIMAL, &mut out);
            let written = String::from_utf8(out).unwrap();
            assert_eq!(number_from_text(Primitive::Decimal, &written), Some(value), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn doubles_round_trip(value in proptest::num::f64::NORMAL) {
            proptest::prop_assert_eq!(number_from_text(Primitive::Double, &double(value)), Some(Value::Double(value)));
        }
    }
}
