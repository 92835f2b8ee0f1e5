//! Is a JSON value the GeoJSON of a shape of a given type (RFC 7946, section 3.1; OData JSON Format 4.01, section 7.1)?
//!
//! Nothing else is looked at: not whether its positions lie on earth, nor whether lines cross. Nesting is bounded by
//! that of the JSON.

use edm::Primitive;
use edm::json::{Kind as Json, Node};

/// Is it? Members beyond those of the shape may be there.
pub(super) fn is_shape(primitive: Primitive, node: &Node<'_>) -> bool {
    let expected = match primitive.name().strip_prefix("Edm.Geography").unwrap_or_default() {
        "Collection" => "GeometryCollection",
        name => name,
    };
    matches!(member(node, "type"), Some(Json::String(name)) if name == expected) && holds(expected, node)
}

fn holds(name: &str, node: &Node<'_>) -> bool {
    let items = |member_name: &str| match member(node, member_name) {
        Some(Json::Array(items)) => Some(items.as_slice()),
        _ => None,
    };
    if name == "GeometryCollection" {
        return items("geometries").is_some_and(|shapes| shapes.iter().all(is_any));
    }
    let Some(items) = items("coordinates") else { return false };
    match name {
        "Point" => is_position(items),
        "LineString" => is_line(items),
        "Polygon" => is_polygon(items),
        "MultiPoint" => all(items, is_position),
        "MultiLineString" => all(items, is_line),
        "MultiPolygon" => all(items, is_polygon),
        _ => false,
    }
}

fn is_any(node: &Node<'_>) -> bool {
    matches!(member(node, "type"), Some(Json::String(name)) if holds(name, node))
}

/// Longitude, latitude, and perhaps altitude and a measure.
fn is_position(numbers: &[Node<'_>]) -> bool {
    (2..=4).contains(&numbers.len()) && numbers.iter().all(|number| matches!(number.kind, Json::Number(_)))
}

fn is_line(positions: &[Node<'_>]) -> bool {
    positions.len() >= 2 && all(positions, is_position)
}

fn is_polygon(rings: &[Node<'_>]) -> bool {
    !rings.is_empty() && all(rings, is_ring)
}

/// A ring ends where it began.
fn is_ring(positions: &[Node<'_>]) -> bool {
    positions.len() >= 4
        && all(positions, is_position)
        && positions.first().map(numbers) == positions.last().map(numbers)
}

fn numbers(position: &Node<'_>) -> Vec<Option<f64>> {
    let Json::Array(items) = &position.kind else { return Vec::new() };
    let number = |item: &Node<'_>| match &item.kind {
        Json::Number(text) => text.parse().ok(),
        _ => None,
    };
    items.iter().map(number).collect()
}

fn all(items: &[Node<'_>], fits: fn(&[Node<'_>]) -> bool) -> bool {
    items.iter().all(|item| matches!(&item.kind, Json::Array(inner) if fits(inner)))
}

fn member<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n Json<'n>> {
    let Json::Object(members) = &node.kind else { return None };
    members.iter().find(|(known, _)| known == name).map(|(_, node)| &node.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(primitive: Primitive, text: &str, expected: bool) {
        let node = edm::json::parse(text.as_bytes()).unwrap();
        assert_eq!(is_shape(primitive, &node), expected, "{text}");
    }

    #[test]
    fn shapes_are_of_their_type() {
        use Primitive::{
            GeographyCollection, GeographyLineString, GeographyMultiLineString, GeographyMultiPoint,
            GeographyMultiPolygon, GeographyPoint, GeographyPolygon,
        };
        let ring = "[[0,0],[1,0],[1,1],[0.0,0]]";
        for (primitive, name, good, bad) in [
            (GeographyPoint, "Point", "[1,2]", "[1]"),
            (GeographyPoint, "Point", "[1,2,3,4]", "[1,2,3,4,5]"),
            (GeographyPoint, "Point", "[-1e1,2.5]", "[1,\"2\"]"),
            (GeographyPoint, "Point", "[181,95]", "[null,2]"),
            (GeographyLineString, "LineString", "[[1,2],[2,3]]", "[[1,2]]"),
            (GeographyLineString, "LineString", "[[1,2],[2,3],[1,2]]", "[1,2]"),
            (GeographyPolygon, "Polygon", &format!("[{ring}]"), "[]"),
            (GeographyPolygon, "Polygon", &format!("[{ring},{ring}]"), "[[[0,0],[1,0],[1,1],[0,1]]]"),
            (GeographyMultiPoint, "MultiPoint", "[]", "[1,2]"),
            (GeographyMultiPoint, "MultiPoint", "[[1,2]]", "\"x\""),
            (GeographyMultiLineString, "MultiLineString", "[[[1,2],[2,3]]]", "[[[1,2]]]"),
            (GeographyMultiPolygon, "MultiPolygon", &format!("[[{ring}]]"), &format!("[{ring}]")),
        ] {
            let shape = |name: &str, at: &str| format!("{{\"type\":\"{name}\",\"coordinates\":{at},\"own\":1}}");
            check(primitive, &shape(name, good), true);
            check(primitive, &shape(name, bad), false);
            check(primitive, &shape("Shape", good), false);
            check(primitive, &format!("{{\"type\":\"{name}\"}}"), false);
            let among = format!("{{\"type\":\"GeometryCollection\",\"geometries\":[{}]}}", shape(name, good));
            check(GeographyCollection, &among, true);
            check(GeographyCollection, &among.replace(good, bad), false);
            check(primitive, &among, false);
        }
        check(GeographyCollection, "{\"type\":\"GeometryCollection\",\"geometries\":[]}", true);
        for text in ["{}", "[1,2]", "null", "{\"type\":5,\"coordinates\":[1,2]}"] {
            check(GeographyPoint, text, false);
        }
    }
}
