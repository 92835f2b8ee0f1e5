//! The cursor that all parsers share: tokens ahead, blanks, limits, errors.
//!
//! Parsers of the single constructs are further methods of [`Parser`], each in its own module. They go from left to
//! right and look one token ahead; the few places that read on tentatively read a bounded number of tokens.

use std::borrow::Cow;

use super::error::{Error, Span};
use super::lex::{self, Token, TokenKind};
use super::limits::{Limit, Limits};
use super::text::Text;
use super::tree::Name;

pub(super) type Result<T> = std::result::Result<T, Error>;

/// A text and how far it has been read.
pub(super) struct Parser<'a> {
    source: &'a Text,
    pub(super) limits: &'a Limits,
    /// Where the text to be read ends.
    end: usize,
    ahead: Token,
    nodes: usize,
    depth: usize,
    /// How much higher than the innermost open level the trees are that were made within it.
    height: usize,
    pub(super) lambdas: usize,
    pub(super) expands: usize,
}

impl<'a> Parser<'a> {
    /// At the start of the text.
    pub(super) fn new(source: &'a Text, limits: &'a Limits) -> Result<Self> {
        let text = source.as_str();
        if text.len() > limits.length {
            return Err(Error::limit(text, Span { start: 0, end: text.len() }, "bytes", limits.length, Limit::Length));
        }
        Ok(Self {
            source,
            limits,
            end: text.len(),
            ahead: lex::token(text, 0),
            nodes: 0,
            depth: 0,
            height: 0,
            lambdas: 0,
            expands: 0,
        })
    }

    /// Confined to a stretch of the text.
    pub(super) fn confine(&mut self, span: Span) {
        self.end = span.end;
        self.seek(span.start);
    }

    /// The text that may be read.
    pub(super) fn text(&self) -> &'a str {
        self.source.as_str().get(..self.end).unwrap_or_default()
    }

    /// The text that is still to be read.
    pub(super) fn rest(&self) -> &'a str {
        self.text().get(self.at()..).unwrap_or_default()
    }

    /// The text of a stretch.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.source.as_str().get(span.start..span.end).unwrap_or_default()
    }

    pub(super) fn is_escaped(&self, at: usize) -> bool {
        self.source.is_escaped(at)
    }

    /// Where the next token begins.
    pub(super) fn at(&self) -> usize {
        self.ahead.span.start
    }

    pub(super) fn peek(&self) -> Token {
        self.ahead
    }

    /// The token after the next.
    pub(super) fn peek_second(&self) -> Token {
        lex::token(self.text(), self.ahead.span.end)
    }

    /// Goes on, or back, to that place.
    pub(super) fn seek(&mut self, at: usize) {
        self.ahead = lex::token(self.text(), at);
    }

    /// Takes the next token.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.ahead;
        self.seek(token.span.end);
        token
    }

    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.ahead.kind == TokenKind::Sign(sign)
    }

    /// Takes the character if it is next.
    pub(super) fn eat(&mut self, sign: char) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: char, expected: &'static str) -> Result<Span> {
        match self.is_sign(sign) {
            true => Ok(self.bump().span),
            false => Err(self.unexpected(expected)),
        }
    }

    /// Takes blanks, if any are next.
    pub(super) fn blanks(&mut self) -> bool {
        let found = self.ahead.kind == TokenKind::Blank;
        if found {
            self.bump();
        }
        found
    }

    /// Takes blanks around a whole, where they are widely written though the grammar has no place for them.
    pub(super) fn around(&mut self) {
        if self.limits.lenient {
            self.blanks();
        }
    }

    /// Takes the comma between items that no parentheses enclose, where the grammar admits no blanks.
    pub(super) fn comma(&mut self) -> bool {
        self.separator(',')
    }

    pub(super) fn separator(&mut self, sign: char) -> bool {
        let before = self.at();
        if self.limits.lenient {
            self.blanks();
        }
        if !self.eat(sign) {
            self.seek(before);
            return false;
        }
        if self.limits.lenient {
            self.blanks();
        }
        true
    }

    /// The next token if it is that word in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.ahead.kind == TokenKind::Name && self.slice(self.ahead.span).eq_ignore_ascii_case(word)
    }

    /// Takes ` word `, with the blanks that have to stand around it.
    pub(super) fn blank_word_blank(&mut self, word: &str) -> bool {
        let before = self.at();
        if self.blanks() && self.is_word(word) {
            self.bump();
            if self.blanks() {
                return true;
            }
        }
        self.seek(before);
        false
    }

    /// A name without dots.
    pub(super) fn identifier(&mut self, expected: &'static str) -> Result<Name> {
        match self.ahead.kind {
            TokenKind::Name if !self.slice(self.ahead.span).contains('.') => Ok(self.name()),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Takes the next token as a name.
    pub(super) fn name(&mut self) -> Name {
        let span = self.bump().span;
        Name { text: self.slice(span).to_owned(), span }
    }

    /// Everything has to have been read.
    pub(super) fn finish<T>(&self, made: T, expected: &'static str) -> Result<T> {
        match self.ahead.kind {
            TokenKind::End => Ok(made),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// The next token is not what had to stand here.
    pub(super) fn unexpected(&self, expected: impl Into<Cow<'static, str>>) -> Error {
        let mut token = self.ahead;
        if token.kind == TokenKind::Blank {
            // What follows the blank says more, unless the blank itself is too much.
            let next = self.peek_second();
            if next.kind != TokenKind::End {
                token = next;
            }
        }
        match token.kind {
            TokenKind::Broken(whole) => Error::unexpected(self.text(), token.span, whole),
            _ => Error::unexpected(self.text(), token.span, expected),
        }
    }

    /// Counts a node of the tree.
    pub(super) fn count_node(&mut self) -> Result<()> {
        self.nodes += 1;
        self.admit(self.nodes, Limit::Nodes, "parts")
    }

    /// Counts a level that the next operator puts on top of what has been read on this level.
    pub(super) fn count_level(&mut self) -> Result<()> {
        self.height += 1;
        self.admit(self.depth + self.height, Limit::Depth, "levels of nesting")
    }

    /// Reads something one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = self.open_level()?;
        let made = read(self)?;
        self.close_level(outer);
        Ok(made)
    }

    /// Begins a level; what it answers is for the end of it.
    pub(super) fn open_level(&mut self) -> Result<usize> {
        self.depth += 1;
        self.admit(self.depth, Limit::Depth, "levels of nesting")?;
        Ok(std::mem::take(&mut self.height))
    }

    pub(super) fn close_level(&mut self, outer: usize) {
        self.height = outer.max(self.height + 1);
        self.depth -= 1;
    }

    /// Refuses more than the limit.
    pub(super) fn admit(&self, count: usize, limit: Limit, what: &'static str) -> Result<()> {
        let most = self.limits.most(limit);
        match count <= most {
            true => Ok(()),
            false => Err(Error::limit(self.text(), self.ahead.span, what, most, limit)),
        }
    }
}
