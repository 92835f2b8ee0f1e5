//! Text from a URL: percent-decoded once, with a memory of which delimiters were escaped.
//!
//! ```text
//! escape = "%" 2HEXDIG          ; in a query, "+" is a blank
//! ```
//! After decoding, an escaped delimiter means the same as a plain one, with two exceptions: an escaped slash never
//! separates segments of a path, and an escaped semicolon in a search word never ends it. Those are remembered.

use super::error::{Error, Span};

/// A decoded text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    text: String,
    /// Where escaped slashes and semicolons stand, ascending.
    escaped: Vec<usize>,
}

impl Text {
    /// A text that was not encoded.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), escaped: Vec::new() }
    }

    /// Decodes the raw path of a URL.
    pub fn of_path(raw: &str) -> Result<Self, Error> {
        decode(raw, b'+', |letter| letter == '\t')
    }

    /// Decodes the raw name or value of a query option: a plus sign is a blank. Any character may stand in a string
    /// (OData Protocol 4.01, section 13.2.2), so that none is refused here.
    pub fn of_query(raw: &str) -> Result<Self, Error> {
        decode(raw, b' ', |_| true)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, for good.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Was the delimiter that stands there escaped?
    pub(super) fn is_escaped(&self, at: usize) -> bool {
        self.escaped.binary_search(&at).is_ok()
    }
}

fn decode(raw: &str, plus: u8, admits: fn(char) -> bool) -> Result<Text, Error> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut escaped = Vec::new();
    let mut rest = raw.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let byte = digit(*high) * 16 + digit(*low);
                if matches!(byte, b'/' | b';') {
                    escaped.push(bytes.len());
                }
                bytes.push(byte);
                rest = after;
            }
            (b'%', _) => {
                let start = raw.len() - after.len() - 1;
                let span = Span { start, end: start + 1 };
                return Err(Error::unexpected(raw, span, "two hexadecimal digits after it"));
            }
            (b'+', _) => bytes.push(plus),
            (byte, _) => bytes.push(*byte),
        }
    }
    let whole = Span { start: 0, end: raw.len() };
    let text = String::from_utf8(bytes).map_err(|_| Error::unexpected(raw, whole, "text in UTF-8"))?;
    match text.char_indices().find(|(_, letter)| letter.is_control() && !admits(*letter)) {
        Some((start, letter)) => {
            let span = Span { start, end: start + letter.len_utf8() };
            Err(Error::unexpected(&text, span, "no control characters"))
        }
        None => Ok(Text { text, escaped }),
    }
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        _ => (hex | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn decodes_once_and_remembers_delimiters() {
        let text = Text::of_path("a%2Fb/c%252F+").unwrap();
        assert_eq!(text.as_str(), "a/b/c%2F+");
        assert!(text.is_escaped(1) && !text.is_escaped(3));
        assert_eq!(Text::of_query("a+b%2Bc").unwrap().as_str(), "a b+c");
    }

    #[test]
    fn refuses_what_is_no_text() {
        let check = |raw: &str, expect: &str| {
            assert_eq!(Text::of_query(raw).unwrap_err().to_string(), expect);
        };
        check("ab%z1", "found `%` at column 3, expected two hexadecimal digits after it");
        check("%", "found `%` at column 1, expected two hexadecimal digits after it");
        check("%ff", "found `%ff` at column 1, expected text in UTF-8");
        assert_eq!(Text::of_query("a%00").unwrap().as_str(), "a\0");
        let refused = Text::of_path("a%00").unwrap_err().to_string();
        assert_eq!(refused, "found `\0` at column 2, expected no control characters");
    }
}
