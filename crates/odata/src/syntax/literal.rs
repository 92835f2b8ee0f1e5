//! The text of primitive values, as it stands in URLs without quotes and in payloads.
//!
//! ```text
//! number         = [ sign ] 1*DIGIT [ "." 1*DIGIT ] [ "e" [ sign ] 1*DIGIT ] / "NaN" / "INF" / "-INF"
//! date           = [ "-" ] year "-" month "-" day        ; four digits of year, or more without a leading zero
//! timeOfDay      = hour ":" minute [ ":" second [ "." 1*12DIGIT ] ]      ; second may be 60, hour not 24
//! dateTimeOffset = date "T" timeOfDay ( "Z" / sign hour ":" minute )
//! duration       = [ "-" ] "P" [ 1*DIGIT "D" ] [ "T" [ 1*DIGIT "H" ] [ 1*DIGIT "M" ] [ 1*DIGIT [ "." 1*DIGIT ] "S" ] ]
//! guid           = 8HEXDIG 3( "-" 4HEXDIG ) "-" 12HEXDIG
//! binary         = base64url, the padding optional, unused bits zero
//! enum           = member *( "," member )                ; member = identifier / [ sign ] 1*19DIGIT
//! ```
//! Geographic text stands in `geo`. What a text is worth as a value is `edm`'s to say: a date of the year
//! 12345 is well formed here.

use edm::Primitive;

use super::tree::LiteralKind;
use super::{chars, geo};

/// Is the whole text a value of that type, as payloads write it?
pub fn is_value(ty: Primitive, text: &str) -> bool {
    let length = match ty {
        Primitive::String => return true,
        Primitive::Stream => return false,
        Primitive::Boolean => return text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        Primitive::Binary => return is_binary(text),
        Primitive::Byte => integer(text, 3).filter(|_| !text.starts_with(['+', '-'])),
        Primitive::SByte => integer(text, 3),
        Primitive::Int16 => integer(text, 5),
        Primitive::Int32 => integer(text, 10),
        Primitive::Int64 => integer(text, 19),
        Primitive::Decimal | Primitive::Double | Primitive::Single => number(text).map(|(_, length)| length),
        Primitive::Date => date(text),
        Primitive::DateTimeOffset => date_time_offset(text),
        Primitive::TimeOfDay => time_of_day(text),
        Primitive::Duration => duration(text),
        Primitive::Guid => guid(text),
        Primitive::GeographyPoint => geo::full(text, Some("Point")),
        Primitive::GeographyLineString => geo::full(text, Some("LineString")),
        Primitive::GeographyPolygon => geo::full(text, Some("Polygon")),
        Primitive::GeographyMultiPoint => geo::full(text, Some("MultiPoint")),
        Primitive::GeographyMultiLineString => geo::full(text, Some("MultiLineString")),
        Primitive::GeographyMultiPolygon => geo::full(text, Some("MultiPolygon")),
        Primitive::GeographyCollection => geo::full(text, Some("GeometryCollection")),
    };
    length == Some(text.len())
}

/// Is the whole text a list of enumeration members?
pub fn is_enum(text: &str) -> bool {
    text.split(',').all(|member| chars::is_identifier(member) || integer(member, 19) == Some(member.len()))
}

/// The longest literal without quotes at the start of a text, and its length.
pub(super) fn bare(text: &str) -> Option<(LiteralKind, usize)> {
    let of = |kind: LiteralKind, length: Option<usize>| length.map(|length| (kind, length));
    of(LiteralKind::Guid, guid(text))
        .or_else(|| of(LiteralKind::DateTimeOffset, date_time_offset(text)))
        .or_else(|| of(LiteralKind::Date, date(text)))
        .or_else(|| of(LiteralKind::TimeOfDay, time_of_day(text)))
        .or_else(|| number(text))
}

/// Where the offset of an instant was written with a plus sign that became a blank: its date and time end there.
pub(super) fn instant_without_zone(text: &str) -> Option<usize> {
    let date = date(text)?;
    let after = text.get(date..)?.strip_prefix(['T', 't'])?;
    let length = date + 1 + time_of_day(after)?;
    let zone = text.get(length..)?.strip_prefix(' ')?;
    matches!(zone.as_bytes(), [_, _, b':', _, _, ..]).then_some(())?;
    (time_of_day(zone.get(..5)?) == Some(5)).then_some(length)
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn sign(text: &str) -> usize {
    usize::from(text.starts_with(['+', '-']))
}

fn rest(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// A whole number with at most that many digits.
fn integer(text: &str, most: usize) -> Option<usize> {
    let sign = sign(text);
    let count = digits(rest(text, sign));
    (count > 0 && count <= most).then_some(sign + count)
}

pub(super) fn number(text: &str) -> Option<(LiteralKind, usize)> {
    if let Some(word) = ["NaN", "INF", "-INF"].into_iter().find(|word| text.starts_with(word)) {
        return Some((LiteralKind::Special, word.len()));
    }
    let mut length = integer(text, usize::MAX)?;
    let mut kind = LiteralKind::Integer;
    if rest(text, length).starts_with('.') {
        let fraction = digits(rest(text, length + 1));
        if fraction > 0 {
            (kind, length) = (LiteralKind::Decimal, length + 1 + fraction);
        }
    }
    if rest(text, length).starts_with(['e', 'E'])
        && let Some(exponent) = integer(rest(text, length + 1), usize::MAX)
    {
        (kind, length) = (LiteralKind::Decimal, length + 1 + exponent);
    }
    Some((kind, length))
}

pub(super) fn date(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    let year = digits(rest(text, sign));
    if year < 4 || (year > 4 && rest(text, sign).starts_with('0')) {
        return None;
    }
    match rest(text, sign + year).as_bytes() {
        [b'-', month @ ..] if two(month, 1, 12) => match month {
            [_, _, b'-', day @ ..] if two(day, 1, 31) => Some(sign + year + 6),
            _ => None,
        },
        _ => None,
    }
}

/// Do two digits stand there, of a number in that range?
fn two(text: &[u8], least: u8, most: u8) -> bool {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => (least..=most).contains(&((tens - b'0') * 10 + (ones - b'0'))),
        _ => false,
    }
}

pub(super) fn time_of_day(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes {
        [_, _, b':', minute @ ..] if two(bytes, 0, 23) && two(minute, 0, 59) => {}
        _ => return None,
    }
    match rest(text, 5).as_bytes() {
        [b':', second @ ..] if two(second, 0, 60) => {}
        _ => return Some(5),
    }
    let fraction = rest(text, 8).strip_prefix('.').map_or(0, digits).min(12);
    Some(if fraction > 0 { 9 + fraction } else { 8 })
}

pub(super) fn date_time_offset(text: &str) -> Option<usize> {
    let date = date(text)?;
    let after = rest(text, date).strip_prefix(['T', 't'])?;
    let time = time_of_day(after)?;
    let zone = rest(after, time).as_bytes();
    let zone = match zone {
        [b'Z' | b'z', ..] => 1,
        [b'+' | b'-', hour @ ..] if two(hour, 0, 23) => match hour {
            [_, _, b':', minute @ ..] if two(minute, 0, 59) => 6,
            _ => return None,
        },
        _ => return None,
    };
    Some(date + 1 + time + zone)
}

pub(super) fn guid(text: &str) -> Option<usize> {
    let candidate = text.as_bytes().get(..36)?;
    let fits = candidate.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    fits.then_some(36)
}

pub(super) fn duration(text: &str) -> Option<usize> {
    let start = usize::from(text.starts_with('-'));
    let after = rest(text, start).strip_prefix(['P', 'p'])?;
    let days = component(after, 'd', false);
    let Some(time) = rest(after, days).strip_prefix(['T', 't']) else {
        return (days > 0).then_some(start + 1 + days);
    };
    let mut length = 0;
    for (unit, fraction) in [('h', false), ('m', false), ('s', true)] {
        length += component(rest(time, length), unit, fraction);
    }
    (length > 0).then_some(start + 2 + days + length)
}

/// `12h`, `1.5s`: the length of the number and its unit; 0 if they do not stand there.
fn component(text: &str, unit: char, fraction: bool) -> usize {
    let mut length = digits(text);
    if length == 0 {
        return 0;
    }
    if fraction && rest(text, length).starts_with('.') {
        match digits(rest(text, length + 1)) {
            0 => return 0,
            more => length += 1 + more,
        }
    }
    let found = rest(text, length).starts_with([unit, unit.to_ascii_uppercase()]);
    if found { length + 1 } else { 0 }
}

pub(super) fn is_binary(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let alphabet = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let last = bare.bytes().last().unwrap_or_default();
    let fits = match bare.len() % 4 {
        0 => padding == 0,
        2 => matches!(padding, 0 | 2) && b"AQgw".contains(&last),
        3 => matches!(padding, 0 | 1) && b"AEIMQUYcgkosw048".contains(&last),
        _ => false,
    };
    alphabet && fits
}
