//! JSON text (RFC 8259) to a tree that keeps what a profile server needs and general readers drop: exact numbers,
//! positions, and the refusal of duplicate names, lone surrogates, deep nesting and trailing bytes.
//!
//! It knows nothing of models; see [`crate::codec`] for typed values.

mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use crate::check::brief;

pub use write::{write, write_escaped, write_string};

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 32;

/// A JSON value and where it begins in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// Byte offset of its first character.
    pub offset: usize,
    /// The value.
    pub kind: Kind<'a>,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(&'a str),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object; names are distinct.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl Kind<'_> {
    /// The kind of value in words, with a short value itself.
    pub fn describe(&self) -> String {
        match self {
            Kind::Null => "null".into(),
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Number(text) if text.len() <= 40 => format!("the number `{text}`"),
            Kind::Number(_) => "a long number".into(),
            Kind::String(text) => brief(text),
            Kind::Array(_) => "an array".into(),
            Kind::Object(_) => "an object".into(),
        }
    }
}

/// Text that is not JSON, or JSON that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset of the culprit.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Reads one JSON value that fills the whole text.
pub fn parse(bytes: &[u8]) -> Result<Node<'_>, SyntaxError> {
    parse_within(bytes, usize::MAX)
}

/// The same, of at most so many values: a tree takes fifty times the room of a text full of small ones.
pub fn parse_within(bytes: &[u8], max_values: usize) -> Result<Node<'_>, SyntaxError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        locate(bytes, offset, "found bytes that are not UTF-8".into())
    })?;
    let mut reader = Reader { text, bytes, at: 0, values: 0, max_values };
    reader.document().map_err(|(offset, message)| locate(bytes, offset, message))
}

fn locate(bytes: &[u8], offset: usize, message: String) -> SyntaxError {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    // Continuation bytes do not begin a character.
    let column = before.iter().skip(start).filter(|byte| (**byte & 0xC0) != 0x80).count() + 1;
    SyntaxError { offset, line, column, message }
}

type Failure = (usize, String);

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    values: usize,
    max_values: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node<'a>, Failure> {
        if self.text.starts_with('\u{FEFF}') {
            return Err((0, "found a byte order mark, expected JSON without one".into()));
        }
        let node = self.value(0)?;
        self.space();
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(self.unexpected("the end of the text")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn unexpected(&self, expected: &str) -> Failure {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("`{}`", found.escape_debug()),
            None => "the end of the text".into(),
        };
        (self.at, format!("found {found}, expected {expected}"))
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Failure> {
        self.space();
        let offset = self.at;
        self.values += 1;
        if self.values > self.max_values {
            return Err((offset, format!("found more than {} values, expected fewer", self.max_values)));
        }
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { offset, kind })
    }

    fn word(&mut self, word: &str, kind: Kind<'a>) -> Result<Kind<'a>, Failure> {
        match self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            true => {
                self.at += word.len();
                Ok(kind)
            }
            false => Err(self.unexpected("a value")),
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, Failure> {
        match depth < MAX_DEPTH {
            true => Ok(depth + 1),
            false => Err((self.at, format!("found nesting deeper than {MAX_DEPTH} levels"))),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Kind<'a>, Failure> {
        let depth = self.deeper(depth)?;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Kind::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.next_or_end(b']')? {
                return Ok(Kind::Array(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind<'a>, Failure> {
        let depth = self.deeper(depth)?;
        self.at += 1;
        let mut members = Vec::new();
        let mut names = None::<Names>;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Kind::Object(members));
        }
        loop {
            self.space();
            let offset = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in double quotes"));
            }
            let name = self.string()?;
            if names.get_or_insert_default().know(&name, &members) {
                return Err((offset, format!("found the name {} a second time in one object", brief(&name))));
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            members.push((name, self.value(depth)?));
            if self.next_or_end(b'}')? {
                return Ok(Kind::Object(members));
            }
        }
    }

    /// After an element: a comma and more to come (false), or the end (true). A comma before the end is named itself,
    /// for that is where the mistake is.
    fn next_or_end(&mut self, end: u8) -> Result<bool, Failure> {
        self.space();
        let closing = char::from(end);
        match self.peek() {
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.space();
                match self.peek() {
                    Some(b'}' | b']') => {
                        Err((comma, format!("found a comma before the closing `{closing}`, expected none")))
                    }
                    _ => Ok(false),
                }
            }
            _ => Err(self.unexpected(&format!("`,` or `{closing}`"))),
        }
    }

    fn number(&mut self) -> Result<&'a str, Failure> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), Failure> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Failure> {
        self.at += 1;
        let start = self.at;
        let mut unescaped: Option<String> = None;
        loop {
            let run = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1F)) {
                self.at += 1;
            }
            let plain = self.text.get(run..self.at).unwrap_or_default();
            if let Some(text) = &mut unescaped {
                text.push_str(plain);
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(unescaped.map_or(Cow::Borrowed(plain), Cow::Owned));
                }
                Some(b'\\') => {
                    let before = self.text.get(start..self.at).unwrap_or_default();
                    let text = unescaped.get_or_insert_with(|| before.to_owned());
                    let mut escape = Escape { text: self.text, at: self.at };
                    text.push(escape.read()?);
                    self.at = escape.at;
                }
                Some(_) => return Err(self.unexpected("control characters to be escaped in a string")),
                None => return Err(self.unexpected("`\"` to end the string")),
            }
        }
    }
}

/// The names of an object so far. Few are compared one by one; of many, hashes with a random key are kept.
#[derive(Default)]
struct Names {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Names {
    fn know(&mut self, name: &str, members: &[(Cow<'_, str>, Node<'_>)]) -> bool {
        let is_member = || members.iter().any(|(known, _)| known == name);
        if members.len() < 16 {
            return is_member();
        }
        if self.hashes.is_empty() {
            self.hashes.extend(members.iter().map(|(known, _)| self.hasher.hash_one(known.as_ref())));
        }
        !self.hashes.insert(self.hasher.hash_one(name)) && is_member()
    }
}

/// One escape sequence within a string.
struct Escape<'a> {
    text: &'a str,
    at: usize,
}

impl Escape<'_> {
    fn read(&mut self) -> Result<char, Failure> {
        let start = self.at;
        let letter = self.text.as_bytes().get(start + 1).copied();
        self.at += 2;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode(start)?,
            _ => return Err((start, "found a backslash, expected one of the escapes of JSON".into())),
        })
    }

    fn unicode(&mut self, start: usize) -> Result<char, Failure> {
        let lone = || (start, "found half of a surrogate pair".to_owned());
        let first = self.unit(start)?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or_else(lone);
        }
        let follows = self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u"));
        if first >= 0xDC00 || !follows {
            return Err(lone());
        }
        self.at += 2;
        let second = self.unit(start)?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(lone());
        }
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(lone)
    }

    fn unit(&mut self, start: usize) -> Result<u32, Failure> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.at += 4;
        let unit = plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten();
        unit.ok_or_else(|| (start, "found `\\u`, expected four hexadecimal digits after it".into()))
    }
}
