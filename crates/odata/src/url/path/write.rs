//! Entities to the parentheses that name them: `('ada@fjord.example')`, `(ArticleID=…,Language='no')`.

use edm::value::enum_text;
use edm::{Primitive, StructType, Type, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in every part of a URL (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a path names one entity of a collection by the text of its key: `('…')`, without quotes where the key is no
/// string.
pub fn key(ty: &'static StructType, id: &str) -> String {
    let is_text =
        |name: &&'static str| ty.find(name).is_some_and(|(_, key)| key.ty.primitive() == Some(Primitive::String));
    match ty.key_properties().iter().any(is_text) {
        true => format!("({})", quoted(id)),
        false => format!("({})", encoded(id)),
    }
}

/// How a path names one entity of a collection by the values of its key, in declared order, as the canonical URL does
/// (OData URL Conventions 4.01, section 4.3.1). Empty for a type without key.
pub fn key_predicate(ty: &'static StructType, values: &[Value]) -> String {
    let names = ty.key_properties();
    let literals = names.iter().zip(values).map(|(name, value)| {
        let ty = ty.find(name).map(|(_, property)| property.ty);
        (name, literal(value, ty))
    });
    match names {
        [] => String::new(),
        [_] => format!("({})", literals.map(|(_, literal)| literal).collect::<String>()),
        _ => format!("({})", literals.map(|(name, literal)| format!("{name}={literal}")).collect::<Vec<_>>().join(",")),
    }
}

/// A value as a literal, ready to stand in a path.
fn literal(value: &Value, ty: Option<Type>) -> String {
    let prefixed = |prefix: &str, text: &str| format!("{prefix}{}", quoted(text));
    match (value, ty) {
        (Value::String(text), _) => quoted(text),
        (Value::Enum(number), Some(Type::Enum(ty))) => quoted(&enum_text(ty, *number)),
        (Value::Duration(duration), _) => prefixed("duration", &duration.to_string()),
        (value, ty) => {
            let mut json = Vec::new();
            value.write(ty.unwrap_or(edm::model::build::STRING), &mut json);
            let json = String::from_utf8_lossy(&json);
            let text = json.trim_matches('"');
            match value {
                Value::Binary(_) => prefixed("binary", text),
                _ => encoded(text),
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", encoded(text).replace("%27", "%27%27"))
}

/// A text as a segment of a path says it.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}
