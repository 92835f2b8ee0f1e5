//! The characters of identifiers, and identifiers in a text.
//!
//! ```text
//! identifier = leading *127following
//! leading    = letter / letter-number / "_"
//! following  = leading / digit / combining mark / connector / format character
//! ```

/// Most characters of an identifier.
pub(super) const MOST_IN_IDENTIFIER: usize = 128;

/// May an identifier begin with it?
pub(super) fn is_leading(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

/// May it stand within an identifier?
pub(super) fn is_following(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || (!letter.is_ascii() && is_mark(letter))
}

/// The marks, connectors and format characters that the standard library does not count among the letters. The ranges
/// cover the combining blocks and what joins words in the scripts of Unicode's basic plane.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{94d}' | '\u{9bc}' | '\u{9cd}' | '\u{e31}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{302a}'..='\u{302f}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{203f}' | '\u{2040}' | '\u{2054}' | '\u{fe33}' | '\u{fe34}'
        | '\u{fe4d}'..='\u{fe4f}' | '\u{ff3f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The length of the identifier at the start of a text; 0 if there is none.
pub(super) fn identifier(text: &str) -> usize {
    match text.chars().next() {
        Some(first) if is_leading(first) => text.find(|letter| !is_following(letter)).unwrap_or(text.len()),
        _ => 0,
    }
}

/// The length of the dotted identifiers at the start of a text; a dot that nothing follows is not among them.
pub(super) fn dotted(text: &str) -> usize {
    let mut length = identifier(text);
    while let Some(more) = text.get(length..).and_then(|rest| rest.strip_prefix('.')) {
        match identifier(more) {
            0 => break,
            next if length > 0 => length += 1 + next,
            _ => break,
        }
    }
    length
}

/// Is the whole text one identifier, of no more characters than one may have?
pub fn is_identifier(text: &str) -> bool {
    !text.is_empty() && identifier(text) == text.len() && fits(text)
}

/// Is it short enough?
pub(super) fn fits(identifier: &str) -> bool {
    identifier.len() <= MOST_IN_IDENTIFIER || identifier.chars().count() <= MOST_IN_IDENTIFIER
}
