//! Geographic literals to the GeoJSON that geography values are kept as (RFC 7946).
//!
//! Their form was checked by `syntax`; collections of shapes have no place here.

use edm::{Primitive, Value};

use crate::syntax::literal;

/// The value of `SRID=4326;Point(10.7 59.9)`, the text of a literal of that type.
pub(super) fn value(primitive: Primitive, text: &str) -> Option<Value> {
    if !literal::is_value(primitive, text) || primitive == Primitive::GeographyCollection {
        return None;
    }
    let shape = primitive.name().strip_prefix("Edm.Geography")?;
    let (_, data) = text.split_at_checked(text.find('(')?)?;
    // In these every position has parentheses of its own, which are its brackets.
    let bracketed = matches!(primitive, Primitive::GeographyPoint | Primitive::GeographyMultiPoint);
    let mut json = format!("{{\"type\":\"{shape}\",\"coordinates\":");
    for part in data.split_inclusive([',', '(', ')']) {
        let sign = part.trim_end_matches(|letter| !matches!(letter, ',' | '(' | ')')).chars().last();
        let position = part.trim_end_matches([',', '(', ')']);
        if !position.is_empty() {
            let position = coordinates(position)?;
            json.push_str(&if bracketed { position } else { format!("[{position}]") });
        }
        match sign {
            Some('(') => json.push('['),
            Some(')') => json.push(']'),
            Some(other) => json.push(other),
            None => {}
        }
    }
    json.push('}');
    Some(Value::Geography(json.into()))
}

/// `10.7 59.9` to `10.7,59.9`.
fn coordinates(position: &str) -> Option<String> {
    let numbers = position.split(' ').map(|number| {
        let number: f64 = number.parse().ok()?;
        number.is_finite().then(|| number.to_string())
    });
    Some(numbers.collect::<Option<Vec<_>>>()?.join(","))
}
