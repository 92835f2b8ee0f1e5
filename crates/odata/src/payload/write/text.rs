//! `/$value`: a single primitive without JSON around it (OData Protocol 4.01 section 11.2.4.1; the text of each type is
//! that of the ABNF's literals without quotes or prefixes).

use std::borrow::Cow;

use edm::codec::read_raw;
use edm::json::{self, Kind as Json, Node};
use edm::{Property, Type, Value};

/// Geography of a stored value: GeoJSON knows no other reference system.
const SRID: &str = "SRID=4326;";
/// Collections of shapes within collections are written to this depth.
const MOST_NESTED: usize = 8;

/// A value as an answer of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Its content type.
    pub content_type: Cow<'static, str>,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// The bare value of a property from its stored JSON; `None` where there is none: nulls, complex values, lists.
pub fn raw_text(property: &Property, raw: &[u8]) -> Option<Raw> {
    let value = read_raw(property.ty, false, raw).ok()?;
    let media = property.media_type.map(Cow::Borrowed);
    raw_value(property.ty, &value, media)
}

/// The same of a value that is not stored, such as the result of an operation.
pub fn raw_value(ty: Type, value: &Value, media_type: Option<Cow<'static, str>>) -> Option<Raw> {
    let body = match value {
        Value::Null | Value::Record(_) | Value::List(_) => return None,
        Value::Binary(bytes) => {
            let content_type = media_type.unwrap_or(Cow::Borrowed("application/octet-stream"));
            return Some(Raw { content_type, body: bytes.to_vec() });
        }
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Geography(json) => well_known_text(json)?.into_bytes(),
        other => {
            let mut out = Vec::new();
            other.write(ty, &mut out);
            // What is quoted in JSON beside texts needs no escapes.
            match out.strip_prefix(b"\"").and_then(|out| out.strip_suffix(b"\"")) {
                Some(inner) => inner.to_vec(),
                None => out,
            }
        }
    };
    Some(Raw { content_type: media_type.unwrap_or(Cow::Borrowed("text/plain;charset=utf-8")), body })
}

/// `SRID=4326;Point(10.7 59.9)` from its GeoJSON.
fn well_known_text(geo_json: &str) -> Option<String> {
    let node = json::parse(geo_json.as_bytes()).ok()?;
    let mut text = SRID.to_owned();
    shape(&node, &mut text, MOST_NESTED)?;
    Some(text)
}

fn shape(node: &Node<'_>, text: &mut String, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let Json::String(name) = member(node, "type")? else { return None };
    text.push_str(name);
    if name == "GeometryCollection" {
        let Json::Array(shapes) = member(node, "geometries")? else { return None };
        return among(shapes, text, |inner, text| shape(inner, text, depth));
    }
    let Json::Array(items) = member(node, "coordinates")? else { return None };
    match name.as_ref() {
        "Point" => {
            text.push('(');
            position(items, text)?;
            text.push(')');
            Some(())
        }
        "LineString" => list(items, text, 1),
        "Polygon" | "MultiLineString" => list(items, text, 2),
        "MultiPoint" => among(items, text, |point, text| list(std::slice::from_ref(point), text, 1)),
        "MultiPolygon" => list(items, text, 3),
        _ => None,
    }
}

fn member<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n Json<'n>> {
    let Json::Object(members) = &node.kind else { return None };
    members.iter().find(|(known, _)| known == name).map(|(_, node)| &node.kind)
}

/// Lists within lists of positions, `depth` of them.
fn list(items: &[Node<'_>], text: &mut String, depth: usize) -> Option<()> {
    among(items, text, |item, text| {
        let Json::Array(inner) = &item.kind else { return None };
        if depth > 1 { list(inner, text, depth - 1) } else { position(inner, text) }
    })
}

fn among(
    items: &[Node<'_>],
    text: &mut String,
    mut write: impl FnMut(&Node<'_>, &mut String) -> Option<()>,
) -> Option<()> {
    text.push('(');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        write(item, text)?;
    }
    text.push(')');
    Some(())
}

fn position(numbers: &[Node<'_>], text: &mut String) -> Option<()> {
    for (at, number) in numbers.iter().enumerate() {
        let Json::Number(number) = &number.kind else { return None };
        if at > 0 {
            text.push(' ');
        }
        text.push_str(number);
    }
    Some(())
}
