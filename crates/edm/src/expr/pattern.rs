//! Patterns of `matchespattern`: ECMAScript's syntax, run by an engine that takes linear time whatever the pattern.
//!
//! What such an engine cannot do (look-around, back-references) is refused as not supported rather than done in
//! exponential time. Where both know a construct by different spellings it is translated.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::TypeError;

/// Longest pattern, in characters.
const MAX_PATTERN: usize = 500;
/// Most memory of a compiled pattern; it also bounds the time that compiling takes.
const MAX_COMPILED: usize = 1 << 17;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Pattern(Arc<Regex>);

impl Pattern {
    /// Compiles a pattern with ECMAScript's flags.
    pub fn new(pattern: &str, flags: &str) -> Result<Self, TypeError> {
        if pattern.chars().count() > MAX_PATTERN {
            return Err(TypeError::Unsupported(format!("a pattern of more than {MAX_PATTERN} characters")));
        }
        let known = flags.chars().enumerate().all(|(at, flag)| {
            let repeated = flags.chars().take(at).any(|before| before == flag);
            "dgimsuy".contains(flag) && !repeated
        });
        if !known {
            let expected = "ECMAScript's flags, each at most once".to_owned();
            return Err(TypeError::Literal { text: flags.to_owned(), expected });
        }
        let dot_all = flags.contains('s');
        let translated = Translator { rest: pattern.chars().peekable(), out: String::new(), dot_all }.translate()?;
        let compiled = RegexBuilder::new(&translated)
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .build();
        compiled.map(|regex| Self(Arc::new(regex))).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => TypeError::Unsupported("so large a pattern".to_owned()),
            _ => TypeError::Literal { text: pattern.to_owned(), expected: "a regular expression of ECMAScript".into() },
        })
    }

    /// Does it match anywhere in the text?
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    dot_all: bool,
}

impl Translator<'_> {
    fn translate(mut self) -> Result<String, TypeError> {
        while let Some(letter) = self.rest.next() {
            match letter {
                '\\' => self.escape(false)?,
                '.' if self.dot_all => self.out.push_str("(?s:.)"),
                '.' => self.out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
                '[' => self.class()?,
                '(' => self.group()?,
                other => self.out.push(other),
            }
        }
        Ok(self.out)
    }

    fn group(&mut self) -> Result<(), TypeError> {
        let ahead: String = self.rest.clone().take(3).collect();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look| ahead.starts_with(look)) {
            return Err(TypeError::Unsupported("look-around in a pattern".to_owned()));
        }
        self.out.push('(');
        Ok(())
    }

    /// What follows a backslash, outside or inside brackets.
    fn escape(&mut self, in_class: bool) -> Result<(), TypeError> {
        match self.rest.next() {
            Some('1'..='9' | 'k') => return Err(TypeError::Unsupported("a back-reference in a pattern".to_owned())),
            Some('d') => self.out.push_str("[0-9]"),
            Some('D') => self.out.push_str("[^0-9]"),
            Some('w') => self.out.push_str("[0-9A-Za-z_]"),
            Some('W') => self.out.push_str("[^0-9A-Za-z_]"),
            Some('s') => self.out.push_str(r"[\s\u{feff}]"),
            Some('S') => self.out.push_str(r"[^\s\u{feff}]"),
            Some('b') if in_class => self.out.push_str(r"\x08"),
            Some('b') => self.out.push_str(r"(?-u:\b)"),
            Some('0') => self.out.push_str(r"\x00"),
            Some('c') => match self.rest.next() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.out.push_str(&format!(r"\x{:02x}", u32::from(letter) % 32));
                }
                _ => self.out.push_str(r"\\c"),
            },
            // Meaning the same in both: control characters, code points, properties.
            Some(letter @ ('B' | 'f' | 'n' | 'r' | 't' | 'v' | 'u' | 'x' | 'p' | 'P')) => {
                self.out.push('\\');
                self.out.push(letter);
            }
            // Any other letter stands for itself.
            Some(letter) => self.literal(letter),
            None => self.out.push('\\'),
        }
        Ok(())
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() && !matches!(letter, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(letter);
    }

    /// Between brackets: there every bracket, `&` and `~` means itself.
    fn class(&mut self) -> Result<(), TypeError> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.rest.next_if_eq(&']').is_some() {
            // `[]` matches nothing, `[^]` everything.
            let everything = self.out.ends_with('^');
            self.out.truncate(self.out.len() - if everything { 2 } else { 1 });
            self.out.push_str(if everything { "(?s:.)" } else { r"[^\s\S]" });
            return Ok(());
        }
        while let Some(letter) = self.rest.next() {
            match letter {
                ']' => {
                    self.out.push(']');
                    return Ok(());
                }
                '\\' => self.escape(true)?,
                '-' if self.rest.peek() == Some(&'-') => self.out.push_str(r"\-"),
                '[' | '&' | '~' => self.literal(letter),
                other => self.out.push(other),
            }
        }
        Ok(())
    }
}
