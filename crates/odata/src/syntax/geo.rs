//! Geographic text, well-known text with a reference system in front.
//!
//! ```text
//! full       = "SRID=" 1*5DIGIT ";" shape
//! shape      = "Point" position-in / "LineString" line / "Polygon" polygon / "MultiPoint(" [ position-ins ] ")"
//!            / "MultiLineString(" [ lines ] ")" / "MultiPolygon(" [ polygons ] ")"
//!            / "GeometryCollection(" shape *( "," shape ) ")"
//! position-in = "(" position ")"
//! line       = "(" position 1*( "," position ) ")"
//! polygon    = "(" ring *( "," ring ) ")"          ring = "(" position *( "," position ) ")"
//! position   = number SP number [ SP number ] [ SP number ]
//! ```
//! Geography is read and then declined: no service here computes with it.

use super::literal;

/// Collections of collections are read to this depth.
const MOST_NESTED: usize = 16;

/// The length of a reference system and a shape, of that name if one is given.
pub(super) fn full(text: &str, shape: Option<&str>) -> Option<usize> {
    let after = strip(text, "SRID=")?;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let after = after.get(digits..).filter(|_| (1..=5).contains(&digits))?.strip_prefix(';')?;
    if let Some(name) = shape {
        // `Point` must not be the start of `PointX`: what follows a name is a parenthesis.
        strip(after, name)?.strip_prefix('(')?;
    }
    any_shape(after, MOST_NESTED).map(|end| text.len() - end.len())
}

/// What follows the shape at the start of the text.
fn any_shape(text: &str, depth: usize) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    let (name, data) = text.split_at_checked(text.find('(')?)?;
    let is = |shape: &str| name.eq_ignore_ascii_case(shape);
    if is("Point") {
        point(data)
    } else if is("LineString") {
        line(data)
    } else if is("Polygon") {
        polygon(data)
    } else if is("MultiPoint") {
        several(data, 0, point)
    } else if is("MultiLineString") {
        several(data, 0, line)
    } else if is("MultiPolygon") {
        several(data, 0, polygon)
    } else if is("GeometryCollection") {
        several(data, 1, |text| any_shape(text, depth))
    } else {
        None
    }
}

fn point(text: &str) -> Option<&str> {
    position(text.strip_prefix('(')?)?.strip_prefix(')')
}

fn line(text: &str) -> Option<&str> {
    several(text, 2, position)
}

fn polygon(text: &str) -> Option<&str> {
    several(text, 1, |ring| several(ring, 1, position))
}

/// At least so many items in parentheses, separated by commas.
fn several(text: &str, least: usize, item: impl Fn(&str) -> Option<&str>) -> Option<&str> {
    let mut rest = text.strip_prefix('(')?;
    if let Some(after) = rest.strip_prefix(')') {
        return (least == 0).then_some(after);
    }
    for count in 1_usize.. {
        rest = item(rest)?;
        if let Some(after) = rest.strip_prefix(')') {
            return (count >= least).then_some(after);
        }
        rest = rest.strip_prefix(',')?;
    }
    None
}

/// Two to four numbers with one blank between.
fn position(text: &str) -> Option<&str> {
    let mut rest = coordinate(text)?;
    for count in 1..4 {
        match rest.strip_prefix(' ') {
            Some(more) => rest = coordinate(more)?,
            None if count == 1 => return None,
            None => break,
        }
    }
    Some(rest)
}

fn coordinate(text: &str) -> Option<&str> {
    text.get(literal::number(text)?.1..)
}

/// What follows the word, written in any case.
fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, after) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(after)
}
