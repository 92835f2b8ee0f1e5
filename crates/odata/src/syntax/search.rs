//! `$search`: a language of its own.
//!
//! ```text
//! search = BWS ( or / raw )
//! or     = and *( RWS "OR" RWS and )
//! and    = not *( RWS [ "AND" RWS ] not )
//! not    = [ "NOT" RWS ] ( "(" BWS or BWS ")" / phrase / word )
//! phrase = DQUOTE 1*no-double-quote DQUOTE
//! word   = 1*( any character but blanks, parentheses, double quotes and plain semicolons ), no quote in front
//! raw    = "'" *( no-quote / "''" ) "'"
//! ```
//! `AND`, `OR` and `NOT` are operators only where what they need follows, and upper case only; elsewhere they are
//! words. An escaped semicolon belongs to its word.

use super::error::{Error, Span};
use super::lex::{TokenKind, unquote};
use super::parser::{Parser, Result};
use super::tree::Search;

impl Parser<'_> {
    /// A search expression, as far as it goes.
    pub(super) fn search(&mut self) -> Result<Search> {
        self.blanks();
        let token = self.peek();
        if self.rest().starts_with('\'') {
            return match token.kind {
                TokenKind::Literal(_) => {
                    self.bump();
                    let inside = Span { start: token.span.start + 1, end: token.span.end - 1 };
                    Ok(Search::Raw(unquote(self.slice(inside))))
                }
                _ => Err(self.unexpected("a closing quote")),
            };
        }
        let mut cursor = Cursor { at: token.span.start, parser: self };
        let search = cursor.or()?;
        let at = cursor.at;
        self.seek(at);
        Ok(search)
    }
}

/// Reads search text letter by letter; the tokens of expressions are of no use here.
struct Cursor<'p, 'a> {
    at: usize,
    parser: &'p mut Parser<'a>,
}

impl<'a> Cursor<'_, 'a> {
    fn or(&mut self) -> Result<Search> {
        let mut terms = vec![self.and()?];
        while self.operator("OR") {
            terms.push(self.and()?);
        }
        Ok(several(terms, Search::Or))
    }

    fn and(&mut self) -> Result<Search> {
        let mut terms = vec![self.not()?];
        while !self.is_operator("OR") && (self.operator("AND") || self.juxtaposed()) {
            terms.push(self.not()?);
        }
        Ok(several(terms, Search::And))
    }

    fn not(&mut self) -> Result<Search> {
        self.parser.count_node()?;
        let after = self.word_at(self.at) == "NOT" && {
            let blanks = self.blanks_at(self.at + 3);
            blanks > 0 && self.term_at(self.at + 3 + blanks)
        };
        if after {
            self.at += 3;
            self.at += self.blanks_at(self.at);
            let term = self.nested(Self::not)?;
            return Ok(Search::Not(Box::new(term)));
        }
        match self.rest().chars().next() {
            Some('(') => self.nested(Self::parenthesised),
            Some('"') => self.phrase(),
            Some('\'') => Err(self.unexpected("a word or phrase")),
            _ => self.word(),
        }
    }

    fn parenthesised(&mut self) -> Result<Search> {
        self.at += 1;
        self.at += self.blanks_at(self.at);
        let inner = self.or()?;
        self.at += self.blanks_at(self.at);
        match self.rest().starts_with(')') {
            true => self.at += 1,
            false => return Err(self.unexpected("`)`")),
        }
        Ok(inner)
    }

    fn phrase(&mut self) -> Result<Search> {
        match self.rest().get(1..).and_then(|rest| rest.split_once('"')) {
            Some((phrase, _)) if !phrase.is_empty() => {
                self.at += phrase.len() + 2;
                Ok(Search::Phrase(phrase.to_owned()))
            }
            _ => Err(self.unexpected("text and a closing double quote")),
        }
    }

    fn word(&mut self) -> Result<Search> {
        let word = self.word_at(self.at);
        if word.is_empty() {
            return Err(self.unexpected("a word, a phrase or `(`"));
        }
        self.at += word.len();
        Ok(Search::Word(word.to_owned()))
    }

    /// Takes the operator, with the blanks around it, if what it needs follows.
    fn operator(&mut self, name: &str) -> bool {
        let found = self.is_operator(name);
        if found {
            self.at += self.blanks_at(self.at) + name.len();
            self.at += self.blanks_at(self.at);
        }
        found
    }

    fn is_operator(&self, name: &str) -> bool {
        let before = self.blanks_at(self.at);
        let end = self.at + before + name.len();
        let after = self.blanks_at(end);
        before > 0 && self.word_at(self.at + before) == name && after > 0 && self.term_at(end + after)
    }

    /// Takes the blank before another term.
    fn juxtaposed(&mut self) -> bool {
        let blanks = self.blanks_at(self.at);
        let found = blanks > 0 && self.term_at(self.at + blanks);
        if found {
            self.at += blanks;
        }
        found
    }

    fn term_at(&self, at: usize) -> bool {
        let rest = self.parser.text().get(at..).unwrap_or_default();
        rest.starts_with(['(', '"']) || !self.word_at(at).is_empty()
    }

    fn blanks_at(&self, at: usize) -> usize {
        let rest = self.parser.text().get(at..).unwrap_or_default();
        rest.find(|letter| !matches!(letter, ' ' | '\t')).unwrap_or(rest.len())
    }

    fn word_at(&self, at: usize) -> &'a str {
        let rest = self.parser.text().get(at..).unwrap_or_default();
        let end = rest.char_indices().find(|(offset, letter)| match letter {
            ' ' | '\t' | '(' | ')' | '"' => true,
            ';' => !self.parser.is_escaped(at + offset),
            _ => false,
        });
        rest.get(..end.map_or(rest.len(), |(offset, _)| offset)).unwrap_or_default()
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Search>) -> Result<Search> {
        let outer = self.parser.open_level()?;
        let search = read(self)?;
        self.parser.close_level(outer);
        Ok(search)
    }

    fn rest(&self) -> &'a str {
        self.parser.text().get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let word = self.word_at(self.at).len();
        let length = if word > 0 { word } else { self.rest().chars().next().map_or(0, char::len_utf8) };
        Error::unexpected(self.parser.text(), Span { start: self.at, end: self.at + length }, expected)
    }
}

fn several(mut terms: Vec<Search>, join: fn(Vec<Search>) -> Search) -> Search {
    match (terms.len(), terms.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            terms.extend(last);
            join(terms)
        }
    }
}
