//! From characters to tokens.
//!
//! ```text
//! token    = blank / name / "$" identifier / "@" name / literal / json-string / any other character
//! blank    = 1*( SP / HTAB )
//! name     = identifier *( "." identifier )
//! literal  = string / prefix string / bare literal
//! string   = "'" *( no-quote / "''" ) "'"
//! prefix   = "binary" / "duration" / "geography" / "geometry" / name with a dot, of an enumeration
//! ```
//! Bare literals (numbers, dates and the like, see `literal`) are as long as they can be. Blanks are tokens, for
//! the grammar says where they may and where they must stand. Words such as `true` and `eq` are names here: only the
//! parser knows whether they stand where a name may.

use super::error::Span;
use super::tree::LiteralKind;
use super::{chars, geo, literal};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// The text is over.
    End,
    /// Blanks and tabs.
    Blank,
    /// An identifier, or several with dots between.
    Name,
    /// `$count`, `$it`
    System,
    /// `@name`, `@Core.Messages`
    At,
    /// A literal. Of quoted ones, the prefix and the quotes are in the span.
    Literal(LiteralKind),
    /// Any other character.
    Sign(char),
    /// Something that began as one of the above and is none; what it should have been.
    Broken(&'static str),
}

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// The token that begins there.
pub(super) fn token(text: &str, at: usize) -> Token {
    let rest = text.get(at..).unwrap_or_default();
    let (kind, length) = scan(rest);
    Token { kind, span: Span { start: at, end: at + length } }
}

fn scan(rest: &str) -> (TokenKind, usize) {
    let Some(first) = rest.chars().next() else { return (TokenKind::End, 0) };
    match first {
        // The end of a line is not in the grammar; a query sent as a body is written on several.
        ' ' | '\t' | '\n' | '\r' => {
            let blank = |letter: char| matches!(letter, ' ' | '\t' | '\n' | '\r');
            (TokenKind::Blank, rest.find(|letter| !blank(letter)).unwrap_or(rest.len()))
        }
        '\'' => quoted(rest, 0, LiteralKind::String),
        '"' => json_string(rest),
        '0'..='9' | '-' | '+' => number_or_sign(rest, first),
        '$' => prefixed(rest, TokenKind::System, chars::identifier),
        '@' => prefixed(rest, TokenKind::At, chars::dotted),
        _ if chars::is_leading(first) => name(rest),
        _ => (TokenKind::Sign(first), first.len_utf8()),
    }
}

fn prefixed(rest: &str, kind: TokenKind, scan: fn(&str) -> usize) -> (TokenKind, usize) {
    match rest.get(1..).map_or(0, scan) {
        0 => (TokenKind::Sign(if kind == TokenKind::At { '@' } else { '$' }), 1),
        length => (kind, 1 + length),
    }
}

fn number_or_sign(rest: &str, first: char) -> (TokenKind, usize) {
    // An instant whose `+` became a blank on the way (`…T00:00:00 02:00`): no other reading of it is well formed.
    if let Some(length) = literal::instant_without_zone(rest) {
        return (TokenKind::Literal(LiteralKind::DateTimeOffset), length + " 02:00".len());
    }
    match literal::bare(rest) {
        Some((kind, length)) => match runs_on(rest, length) {
            0 => (TokenKind::Literal(kind), length),
            // `2.5f`, `1e3d`, `7m`: the parser knows whether that is admitted.
            1 if kind != LiteralKind::Special && is_suffixed(rest, length) => {
                (TokenKind::Literal(LiteralKind::Decimal), length + 1)
            }
            // `-INFO` is a name with its sign changed.
            _ if kind == LiteralKind::Special => (TokenKind::Sign(first), 1),
            more => (TokenKind::Broken("a literal"), length + more),
        },
        None => (TokenKind::Sign(first), 1),
    }
}

/// Does the letter there tell the type of the number before it, as in OData 2?
fn is_suffixed(rest: &str, at: usize) -> bool {
    let is_number = literal::number(rest).is_some_and(|(_, length)| length == at);
    is_number && rest.get(at..).is_some_and(|after| after.starts_with(['f', 'F', 'd', 'D', 'm', 'M']))
}

/// How many bytes of letters and digits follow where a bare literal has to be over.
fn runs_on(rest: &str, from: usize) -> usize {
    let after = rest.get(from..).unwrap_or_default();
    let word = |letter: char| chars::is_following(letter) || letter == '.';
    after.find(|letter| !word(letter)).unwrap_or(after.len())
}

fn name(rest: &str) -> (TokenKind, usize) {
    if let Some(length) = literal::guid(rest).filter(|length| runs_on(rest, *length) == 0) {
        return (TokenKind::Literal(LiteralKind::Guid), length);
    }
    let length = chars::dotted(rest);
    let (name, after) = rest.split_at_checked(length).unwrap_or_default();
    if after.starts_with('\'') {
        return prefixed_string(rest, name);
    }
    match name.split('.').all(chars::fits) {
        true => (TokenKind::Name, length),
        false => (TokenKind::Broken("names of at most 128 characters"), length),
    }
}

/// A quoted literal with a prefix, its content as the prefix demands.
fn prefixed_string(rest: &str, prefix: &str) -> (TokenKind, usize) {
    let is = |known: &str| prefix.eq_ignore_ascii_case(known);
    let (kind, fits, expected): (_, fn(&str) -> bool, _) = if is("binary") {
        (LiteralKind::Binary, literal::is_binary, "base64url in the quotes")
    } else if is("duration") {
        (LiteralKind::Duration, |text| literal::duration(text) == Some(text.len()), "a duration such as `P1DT2H`")
    } else if is("geography") {
        (LiteralKind::Geography, |text| geo::full(text, None) == Some(text.len()), "geographic text in the quotes")
    } else if is("geometry") {
        (LiteralKind::Geometry, |text| geo::full(text, None) == Some(text.len()), "geometric text in the quotes")
    } else if prefix.contains('.') {
        (LiteralKind::Enum, literal::is_enum, "members of an enumeration in the quotes")
    } else {
        return (TokenKind::Broken("a qualified type, `binary` or `duration` before the quote"), prefix.len());
    };
    let (token, length) = quoted(rest, prefix.len(), kind);
    let content = length.checked_sub(1).and_then(|end| rest.get(prefix.len() + 1..end));
    match (token, content) {
        (TokenKind::Literal(_), Some(content)) if !fits(content) => (TokenKind::Broken(expected), length),
        _ => (token, length),
    }
}

/// Quoted text that begins at the quote there.
fn quoted(rest: &str, from: usize, kind: LiteralKind) -> (TokenKind, usize) {
    let mut length = from + 1;
    while let Some(quote) = rest.get(length..).and_then(|rest| rest.find('\'')) {
        length += quote + 1;
        if !rest.get(length..).unwrap_or_default().starts_with('\'') {
            return (TokenKind::Literal(kind), length);
        }
        length += 1;
    }
    (TokenKind::Broken("a closing quote"), rest.len())
}

/// Text in double quotes with the escapes of JSON.
fn json_string(rest: &str) -> (TokenKind, usize) {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (TokenKind::Literal(LiteralKind::Json), at + 1),
            '\\' => match letters.next() {
                Some((_, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {}
                Some((_, 'u'))
                    if letters.by_ref().take(4).filter(|(_, digit)| digit.is_ascii_hexdigit()).count() == 4 => {}
                _ => return (TokenKind::Broken("an escape of JSON after `\\`"), at + 1),
            },
            _ => {}
        }
    }
    (TokenKind::Broken("a closing quote"), rest.len())
}

/// What quoted text stands for: doubled quotes are one.
pub(super) fn unquote(quoted: &str) -> String {
    quoted.replace("''", "'")
}

/// What JSON text stands for. Halves of surrogate pairs that stand alone become the replacement character.
pub(super) fn unescape(escaped: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(escaped.len());
    let mut letters = escaped.chars();
    while let Some(letter) = letters.next() {
        let plain = match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('u') => {
                    let code: String = letters.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&code, 16).unwrap_or_default());
                    continue;
                }
                Some(other) => other,
                None => break,
            },
            (letter, false) => letter,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16_lossy(&units)
}
